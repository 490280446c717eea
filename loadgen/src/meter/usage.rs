//! CPU time, from the process's own clock; its two modes and context switches, from `getrusage`.

use rustix::time::{ClockId, Timespec, clock_gettime};

/// What this process has used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Usage {
    pub(super) cpu: CpuTime,
    pub(super) context_switches_voluntary: u64,
    pub(super) context_switches_involuntary: u64,
}

/// CPU time of all threads of a process, in nanoseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct CpuTime {
    pub(crate) user_ns: u64,
    pub(crate) system_ns: u64,
}

impl CpuTime {
    /// A total in nanoseconds, split as two parts of another resolution are to each other. A total without parts, of
    /// less than their resolution, is user time.
    pub(crate) fn split(total_ns: u64, user_part: u64, system_part: u64) -> Self {
        let parts = u128::from(user_part) + u128::from(system_part);
        let system_ns = match parts {
            0 => 0,
            _ => u128::from(total_ns) * u128::from(system_part) / parts,
        };
        let system_ns = u64::try_from(system_ns).unwrap_or(total_ns);
        Self {
            user_ns: total_ns - system_ns,
            system_ns,
        }
    }
}

/// Reads it. The total is `CLOCK_PROCESS_CPUTIME_ID`'s, in nanoseconds; how the kernel splits it is sampled at its
/// ticks.
pub(super) fn read() -> Usage {
    let usage = rusage();
    let micros = |time: libc::timeval| {
        u64::try_from(time.tv_sec).unwrap_or(0) * 1_000_000
            + u64::try_from(time.tv_usec).unwrap_or(0)
    };
    let total_ns = nanoseconds(clock_gettime(ClockId::ProcessCPUTime));
    Usage {
        cpu: CpuTime::split(total_ns, micros(usage.ru_utime), micros(usage.ru_stime)),
        context_switches_voluntary: u64::try_from(usage.ru_nvcsw).unwrap_or(0),
        context_switches_involuntary: u64::try_from(usage.ru_nivcsw).unwrap_or(0),
    }
}

fn nanoseconds(time: Timespec) -> u64 {
    u64::try_from(time.tv_sec).unwrap_or(0) * 1_000_000_000
        + u64::try_from(time.tv_nsec).unwrap_or(0)
}

/// The most that Linux's ids of processes can be (proc(5), `pid_max`). Larger numbers, packed into the number of a clock,
/// would name another one.
const PID_MAX: i32 = 1 << 22;

/// CPU time that another process has used in all, in nanoseconds; `None` if there is no such process.
pub(crate) fn cpu_total_ns_of(pid: i32) -> Option<u64> {
    if !(1..=PID_MAX).contains(&pid) {
        return None;
    }
    let mut clock = libc::CLOCK_REALTIME;
    let mut time = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    #[expect(
        unsafe_code,
        reason = "the clocks of other processes have no safe wrapper in the crates at hand"
    )]
    // SAFETY: both pointers are to live values of the type that the calls expect, and the calls keep neither.
    let read = unsafe {
        libc::clock_getcpuclockid(pid, &raw mut clock) == 0
            && libc::clock_gettime(clock, &raw mut time) == 0
    };
    read.then(|| {
        u64::try_from(time.tv_sec).unwrap_or(0) * 1_000_000_000
            + u64::try_from(time.tv_nsec).unwrap_or(0)
    })
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

    fn total_ns(usage: Usage) -> u64 {
        usage.cpu.user_ns + usage.cpu.system_ns
    }

    #[test]
    fn a_total_is_split_as_its_parts_are() {
        let split = |total_ns, user, system| {
            let time = CpuTime::split(total_ns, user, system);
            (time.user_ns, time.system_ns)
        };
        assert_eq!(split(1_000_500, 750, 250), (750_375, 250_125));
        assert_eq!(split(900, 0, 0), (900, 0));
        assert_eq!(split(u64::MAX, 0, 7), (0, u64::MAX));
    }

    #[test]
    fn burning_cpu_shows_in_the_clock_and_in_what_is_known_otherwise() {
        let before = read();
        let mut sum = 0_u64;
        while total_ns(read()) < total_ns(before) + 20_000_000 {
            sum = std::hint::black_box(sum.wrapping_add(1));
        }
        // getrusage scales its two parts so that they add up to the same clock, in microseconds; other tests' threads
        // run on while one is read after the other, so the one read between two others lies between them.
        let first = total_ns(read());
        let usage = rusage();
        let second = total_ns(read());
        let nanos = |time: libc::timeval| {
            u64::try_from(time.tv_sec * 1_000_000_000 + time.tv_usec * 1_000).unwrap()
        };
        let between = nanos(usage.ru_utime) + nanos(usage.ru_stime);
        assert!(
            first <= between + 2_000 && between <= second,
            "{first} {between} {second}"
        );
    }

    #[test]
    fn sysinfo_sees_the_same() {
        use sysinfo::{ProcessRefreshKind, ProcessesToUpdate, System};
        // What sysinfo reads counts in ticks of 10 ms, rounded down in each of the two modes.
        const TICKS_MS: u64 = 20;
        let own = sysinfo::get_current_pid().unwrap();
        let mut system = System::new().unwrap();
        let before_ms = total_ns(read()) / 1_000_000;
        system.refresh_processes_specifics(
            ProcessesToUpdate::Some(&[own]),
            false,
            ProcessRefreshKind::nothing().with_cpu(),
        );
        let seen_ms = system.process(own).unwrap().accumulated_cpu_time();
        let after_ms = total_ns(read()) / 1_000_000;
        assert!(
            before_ms <= seen_ms + TICKS_MS && seen_ms <= after_ms + TICKS_MS,
            "{before_ms} {seen_ms} {after_ms}"
        );
    }

    #[test]
    fn another_processs_clock_is_read_and_a_missing_ones_is_not() {
        let own = i32::try_from(std::process::id()).unwrap();
        let before = total_ns(read());
        let through_id = cpu_total_ns_of(own).unwrap();
        assert!(before <= through_id && through_id <= total_ns(read()));
        assert_eq!(cpu_total_ns_of(PID_MAX), None);
        assert_eq!(cpu_total_ns_of(i32::MAX), None);
    }
}
