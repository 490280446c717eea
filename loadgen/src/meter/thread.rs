//! What one thread of this process has used, for two ends that share a process.

use std::path::PathBuf;

use super::usage::{CpuTime, Usage};

/// A thread of this process. Any other can ask what it has used.
#[derive(Clone, Debug)]
pub(crate) struct Thread {
    clock: libc::clockid_t,
    /// Its directory below `/proc`.
    directory: PathBuf,
}

impl Thread {
    /// The one that asks; none where the system does not tell threads apart.
    pub(crate) fn current() -> Option<Self> {
        let mut clock = libc::CLOCK_THREAD_CPUTIME_ID;
        #[expect(
            unsafe_code,
            reason = "the clock of a thread, for other threads to read, has no safe wrapper in the crates at hand"
        )]
        // SAFETY: the pointer is to a live value of the type that the call expects, the thread is the one that runs, and the
        // call keeps neither.
        let found = unsafe { libc::pthread_getcpuclockid(libc::pthread_self(), &raw mut clock) };
        let directory = std::fs::read_link("/proc/thread-self").ok()?;
        (found == 0).then(|| Self {
            clock,
            directory: PathBuf::from("/proc").join(directory),
        })
    }

    /// What it has used; nothing once it has ended.
    pub(super) fn read(&self) -> Option<Usage> {
        let mut time = libc::timespec {
            tv_sec: 0,
            tv_nsec: 0,
        };
        #[expect(
            unsafe_code,
            reason = "a clock by its number has no safe wrapper in the crates at hand"
        )]
        // SAFETY: the pointer is to a live value of the type that the call expects, and the call does not keep it.
        let read = unsafe { libc::clock_gettime(self.clock, &raw mut time) };
        let total_ns =
            u64::try_from(time.tv_sec).ok()? * 1_000_000_000 + u64::try_from(time.tv_nsec).ok()?;
        let (user, system) = modes(&self.file("stat")?)?;
        let status = self.file("status")?;
        (read == 0).then_some(())?;
        Some(Usage {
            cpu: CpuTime::split(total_ns, user, system),
            context_switches_voluntary: field(&status, "voluntary_ctxt_switches:")?,
            context_switches_involuntary: field(&status, "nonvoluntary_ctxt_switches:")?,
        })
    }

    fn file(&self, name: &str) -> Option<String> {
        std::fs::read_to_string(self.directory.join(name)).ok()
    }
}

/// Ticks in user mode and in the kernel (proc(5), fields 14 and 15 of `stat`). The thread's name, in parentheses, may hold
/// anything.
fn modes(stat: &str) -> Option<(u64, u64)> {
    let (_, fields) = stat.rsplit_once(')')?;
    let mut fields = fields.split_ascii_whitespace().skip(11);
    Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
}

fn field(status: &str, name: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    line.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_fields_it_means() {
        let stat = "7 (a ) b) S 1 7 7 0 -1 4194560 10 0 0 0 123 45 0 0 20 0 1 0 99";
        assert_eq!(modes(stat), Some((123, 45)));
        let status = "Name:\tx\nvoluntary_ctxt_switches:\t12\nnonvoluntary_ctxt_switches:\t3\n";
        assert_eq!(field(status, "voluntary_ctxt_switches:"), Some(12));
        assert_eq!(field(status, "nonvoluntary_ctxt_switches:"), Some(3));
        assert_eq!(modes("7 (x"), None);
    }

    #[test]
    fn another_thread_sees_what_this_one_burns_and_not_its_own() {
        let burned = |usage: Usage| usage.cpu.user_ns + usage.cpu.system_ns;
        let thread = Thread::current().expect("threads are told apart");
        let before_ns = burned(thread.read().expect("it runs"));
        let mut sum = 0_u64;
        while burned(thread.read().expect("it runs")) < before_ns + 20_000_000 {
            sum = std::hint::black_box(sum.wrapping_add(1));
        }
        let own_ns = burned(thread.read().expect("it runs"));
        let (seen_ns, others_ns) = std::thread::spawn(move || {
            let other = Thread::current().expect("threads are told apart");
            let seen = thread.read().expect("it waits");
            (burned(seen), burned(other.read().expect("it runs")))
        })
        .join()
        .expect("it ends");
        assert!(seen_ns >= own_ns, "{seen_ns} {own_ns}");
        assert!(others_ns < 20_000_000, "{others_ns}");
    }
}
