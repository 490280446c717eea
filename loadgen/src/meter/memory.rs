//! Memory, from `/proc/self`.

/// What this process has resident, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Memory {
    /// Now, without the pages of files (`RssAnon`): what runs for the first time makes more of the program's own file
    /// resident, which is nobody's heap.
    pub(super) rss_anonymous_bytes: u64,
    /// At most, since it began to run its own program or since [`forget_peak`] (`VmHWM`).
    ///
    /// Not `getrusage`'s `ru_maxrss`: that one starts at what the parent had resident when it spawned this process.
    pub(super) rss_peak_bytes: u64,
}

/// Reads it; zeroes where there is no such file.
pub(super) fn read() -> Memory {
    std::fs::read_to_string("/proc/self/status")
        .ok()
        .and_then(|status| parse(&status))
        .unwrap_or_default()
}

/// From now on the peak is that of what follows. Where the system does not allow it, it stays that of the whole life.
///
/// Writing 5 to `clear_refs` resets `VmHWM` to `VmRSS` (proc(5), Linux 4.0); a process may do so to itself.
pub(super) fn forget_peak() {
    if let Err(error) = std::fs::write("/proc/self/clear_refs", "5") {
        tracing::debug!(%error, "the peak of resident memory is that of the whole life");
    }
}

fn parse(status: &str) -> Option<Memory> {
    let bytes = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name))?;
        let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim_end().parse().ok()?;
        Some(kibibytes * 1024)
    };
    Some(Memory {
        rss_anonymous_bytes: bytes("RssAnon:")?,
        rss_peak_bytes: bytes("VmHWM:")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_lines_it_means() {
        assert_eq!(
            parse("VmPeak:\t  9 kB\nVmHWM:\t    2345 kB\nRssAnon:\t 1 kB\n"),
            Some(Memory {
                rss_anonymous_bytes: 1024,
                rss_peak_bytes: 2345 * 1024
            })
        );
        assert_eq!(parse("VmPeak:\t  9 kB\n"), None);
    }

    #[test]
    fn follows_what_this_process_touches_and_forgets_what_it_gave_back() {
        const TOUCHED_BYTES: u64 = 256 << 20;
        let before = read();
        let touched = vec![1_u8; usize::try_from(TOUCHED_BYTES).unwrap()];
        let held = read();
        assert!(
            held.rss_anonymous_bytes >= TOUCHED_BYTES
                && held.rss_peak_bytes >= before.rss_peak_bytes.max(TOUCHED_BYTES),
            "{before:?} {held:?}"
        );
        // So large a piece goes back to the system at once; other tests have nothing of that size.
        drop(touched);
        assert!(read().rss_peak_bytes >= TOUCHED_BYTES);
        forget_peak();
        assert!(read().rss_peak_bytes < TOUCHED_BYTES, "{:?}", read());
    }
}
