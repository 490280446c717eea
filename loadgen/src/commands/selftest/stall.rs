//! A server that is stopped under load: whoever was due meanwhile waited, and is charged for it.

use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use reports::schema::{LatencySummary, Run};
use rustix::process::{Pid, Signal, kill_process};

use super::finding::{Allowed, Finding, Unit};
use super::lab::Lab;
use crate::control::ServeOrder;
use crate::foreign::ForeignProcess;
use crate::target::{Child, Role};

const STOPPED: Duration = Duration::from_millis(1_400);

/// How much a server must have worked before messages are under way for certain: creating accounts and logging them in
/// takes less.
const WORK_NS: u64 = 30_000_000;

/// How long it runs on then, so that what is measured has begun.
const UNDER_WAY: Duration = Duration::from_millis(800);

/// How long a server that works may take to have worked that much.
const PATIENCE: Duration = Duration::from_secs(20);

const PROTOCOL: &str = "custom";

const OPEN: &str = "--workload steady --rate 5000 --duration 6s --accounts 50 --in-flight 1";
const CLOSED: &str = "--workload scaling --rounds 60 --accounts 50";

pub(super) fn check(lab: &mut Lab) -> anyhow::Result<Vec<Finding>> {
    let (open, stopped_ns) = stopped_meanwhile(lab, OPEN)?;
    let measured_ns = open.measured.context("nothing was measured")?.measured_ns;
    // Arrivals that were due in the stop waited for what was left of it: any time up to the whole is as likely. The
    // slowest hundredth of all that were due in the measured time are those that were due first in the stop.
    let hundredth_ns = Duration::from_nanos(measured_ns).as_secs_f64() * 1e9 / 100.0;
    let (closed, _) = stopped_meanwhile(lab, CLOSED)?;
    Ok(vec![
        Finding {
            what: "p99 of response time at 5000/s, server stopped for 1.4 s".to_owned(),
            unit: Unit::Nanoseconds,
            expected: Some(stopped_ns - hundredth_ns),
            measured: p99_ns(open.latency.ack.as_ref())?,
            interval: None,
            allowed: Allowed::Off {
                by: 20e6,
                share: 0.02,
            },
        },
        Finding::remark(
            "p99 of service time in the same run, from sending on",
            Unit::Nanoseconds,
            p99_ns(open.latency.service.as_ref())?,
        ),
        Finding::remark(
            "p99 that a closed loop says of the same stop",
            Unit::Nanoseconds,
            p99_ns(closed.latency.ack.as_ref())?,
        ),
    ])
}

fn p99_ns(latency: Option<&LatencySummary>) -> anyhow::Result<f64> {
    let p99 = latency
        .context("no latency was kept")?
        .histogram()?
        .value_at_quantile(0.99);
    Ok(Duration::from_nanos(p99).as_secs_f64() * 1e9)
}

/// Measures what the words say of a server that is stopped in between; gives for how long it was, in nanoseconds. The
/// run need not be valid: a server that stops does not keep up.
fn stopped_meanwhile(lab: &mut Lab, words: &str) -> anyhow::Result<(Run, f64)> {
    let mut server = lab.runtime.block_on(async { Child::spawn(Role::Server) })?;
    let id = server.id().context("the server has ended")?;
    let address = lab.runtime.block_on(server.serve(ServeOrder {
        protocol: PROTOCOL.to_owned(),
        address: "127.0.0.1:0".to_owned(),
        store: "memory".to_owned(),
        ..ServeOrder::default()
    }))?;
    let stopping = stop_and_go(id);
    let words = format!("--protocol {PROTOCOL} --addr {address} --server-pid {id} {words}");
    let measured = lab.measure(&words);
    lab.runtime.block_on(server.end());
    let stopped = stopping
        .join()
        .unwrap_or_else(|_| anyhow::bail!("the thread that stops the server has panicked"))?;
    Ok((measured?, stopped.as_secs_f64() * 1e9))
}

/// Stops a process once it is at work, and lets it go on; gives for how long it stood.
fn stop_and_go(id: u32) -> JoinHandle<anyhow::Result<Duration>> {
    std::thread::spawn(move || {
        let id = i32::try_from(id)?;
        let process = Pid::from_raw(id).context("the server has no id")?;
        wait_for_work(id)?;
        std::thread::sleep(UNDER_WAY);
        let stopped = Instant::now();
        kill_process(process, Signal::STOP)?;
        std::thread::sleep(STOPPED);
        kill_process(process, Signal::CONT)?;
        Ok(stopped.elapsed())
    })
}

fn wait_for_work(id: i32) -> anyhow::Result<()> {
    let started = Instant::now();
    while started.elapsed() < PATIENCE {
        let counters = ForeignProcess::new(id)
            .read()
            .context("the server has ended")?;
        if counters.cpu_user_ns + counters.cpu_system_ns >= WORK_NS {
            return Ok(());
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    anyhow::bail!("the server had nothing to do for {} s", PATIENCE.as_secs())
}
