//! The cost of a server's process that is not ours to ask: what Linux's `/proc` says of it.

use std::fs;

use crate::control::Counters;
use crate::meter::{CpuTime, cpu_total_ns_of};

/// Nanoseconds in a clock tick of `/proc/PID/stat`: Linux shows user space 100 ticks a second on every machine.
const TICK_NS: u64 = 10_000_000;

/// A process on this machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ForeignProcess {
    pid: i32,
}

impl ForeignProcess {
    /// Watches the process with this id.
    #[must_use]
    pub const fn new(pid: i32) -> Self {
        Self { pid }
    }

    /// Its counters, without bytes; `None` if there is no such process. CPU time is that of the process's own clock, in
    /// nanoseconds, and split into its two modes as `/proc` has it, in steps of 10 ms.
    #[must_use]
    pub fn read(&self) -> Option<Counters> {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.pid)).ok()?;
        let status = fs::read_to_string(format!("/proc/{}/status", self.pid)).ok()?;
        let mut counters = parse(&stat, &status)?;
        let total_ns = cpu_total_ns_of(self.pid)?;
        let cpu = CpuTime::split(total_ns, counters.cpu_user_ns, counters.cpu_system_ns);
        (counters.cpu_user_ns, counters.cpu_system_ns) = (cpu.user_ns, cpu.system_ns);
        for task in fs::read_dir(format!("/proc/{}/task", self.pid))
            .ok()?
            .flatten()
        {
            // A thread may end while the others are read.
            if let Ok(status) = fs::read_to_string(task.path().join("status")) {
                counters.context_switches_voluntary +=
                    field(&status, "voluntary_ctxt_switches:").unwrap_or(0);
                counters.context_switches_involuntary +=
                    field(&status, "nonvoluntary_ctxt_switches:").unwrap_or(0);
            }
        }
        Some(counters)
    }
}

fn parse(stat: &str, status: &str) -> Option<Counters> {
    // The second field is the program's name in parentheses, which may itself hold spaces and parentheses.
    let mut fields = stat[stat.rfind(')')? + 1..]
        .split_ascii_whitespace()
        .skip(11);
    let mut ticks = || fields.next()?.parse::<u64>().ok();
    Some(Counters {
        cpu_user_ns: ticks()? * TICK_NS,
        cpu_system_ns: ticks()? * TICK_NS,
        rss_anonymous_bytes: field(status, "RssAnon:")? * 1024,
        rss_peak_bytes: field(status, "VmHWM:")? * 1024,
        ..Counters::default()
    })
}

fn field(status: &str, name: &str) -> Option<u64> {
    let rest = status.lines().find_map(|line| line.strip_prefix(name))?;
    rest.split_ascii_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_where_proc_5_says() {
        let stat = "42 (a ) b) S 1 42 42 0 -1 4194304 100 0 0 0 17 5 0 0 20 0 1 0 100 1000 200";
        let counters = parse(stat, "Name:\tx\nVmHWM:\t    2048 kB\nRssAnon:\t 1024 kB\n")
            .expect("it is well-formed");
        assert_eq!(counters.cpu_user_ns, 170_000_000);
        assert_eq!(counters.cpu_system_ns, 50_000_000);
        assert_eq!(counters.rss_peak_bytes, 2048 * 1024);
    }

    #[test]
    fn this_process_can_be_read_and_a_missing_one_cannot() {
        let own = i32::try_from(std::process::id()).expect("ids are small");
        let counters = ForeignProcess::new(own).read().expect("it runs");
        assert!(counters.rss_peak_bytes > 0, "{counters:?}");
        assert!(
            counters.cpu_user_ns + counters.cpu_system_ns > 0,
            "{counters:?}"
        );
        assert!(
            counters.context_switches_voluntary + counters.context_switches_involuntary > 0,
            "{counters:?}"
        );
        assert_eq!(ForeignProcess::new(i32::MAX).read(), None);
    }
}
