//! CPU time and context switches, from `getrusage`.

/// What this process has used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Usage {
    pub(super) cpu_user_ns: u64,
    pub(super) cpu_system_ns: u64,
    pub(super) context_switches_voluntary: u64,
    pub(super) context_switches_involuntary: u64,
}

/// Reads it. The sum of user and system time is exact; how the kernel splits it is sampled at its ticks.
pub(super) fn read() -> Usage {
    let usage = rusage();
    let nanos = |time: libc::timeval| {
        u64::try_from(time.tv_sec).unwrap_or(0) * 1_000_000_000
            + u64::try_from(time.tv_usec).unwrap_or(0) * 1_000
    };
    Usage {
        cpu_user_ns: nanos(usage.ru_utime),
        cpu_system_ns: nanos(usage.ru_stime),
        context_switches_voluntary: u64::try_from(usage.ru_nvcsw).unwrap_or(0),
        context_switches_involuntary: u64::try_from(usage.ru_nivcsw).unwrap_or(0),
    }
}

#[expect(
    unsafe_code,
    reason = "getrusage has no safe wrapper in the crates at hand"
)]
fn rusage() -> libc::rusage {
    let mut usage = std::mem::MaybeUninit::<libc::rusage>::zeroed();
    // SAFETY: `usage` is writable and as large as the call expects; all its fields are integers, for which zeroes,
    // should the call fail, are valid.
    unsafe {
        libc::getrusage(libc::RUSAGE_SELF, usage.as_mut_ptr());
        usage.assume_init()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn burning_cpu_shows() {
        let before = read();
        let mut sum = 0_u64;
        while read().cpu_user_ns + read().cpu_system_ns
            < before.cpu_user_ns + before.cpu_system_ns + 20_000_000
        {
            sum = std::hint::black_box(sum.wrapping_add(1));
        }
        assert!(read().cpu_user_ns >= before.cpu_user_ns);
    }
}
