//! Memory, from `/proc/self/status`.

/// The most memory that this process had resident since it began to run its own program, in bytes (`VmHWM`).
///
/// Not `getrusage`'s `ru_maxrss`: that one starts at what the parent had resident when it spawned this process.
pub(super) fn rss_peak_bytes() -> Option<u64> {
    parse(&std::fs::read_to_string("/proc/self/status").ok()?)
}

fn parse(status: &str) -> Option<u64> {
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim_end().parse().ok()?;
    Some(kibibytes * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_line_it_means() {
        assert_eq!(
            parse("VmPeak:\t  9 kB\nVmHWM:\t    2345 kB\nVmRSS:\t 1 kB\n"),
            Some(2345 * 1024)
        );
        assert_eq!(parse("VmPeak:\t  9 kB\n"), None);
    }

    #[test]
    fn follows_what_this_process_touches() {
        let before = rss_peak_bytes().unwrap();
        let touched = vec![1_u8; 64 << 20];
        let after = rss_peak_bytes().unwrap();
        assert!(
            after >= before.max(touched.len() as u64),
            "{before} {after}"
        );
    }
}
