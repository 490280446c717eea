//! CPU time: whoever computes for a while by the clock on the wall has used as much of a processor.

use std::time::{Duration, Instant};

use protocols::counted::Traffic;

use super::finding::{Allowed, Finding, Unit};
use super::lab::Lab;
use crate::control::Counters;
use crate::foreign::ForeignProcess;
use crate::meter;

/// How long is computed at a time.
const PIECE: Duration = Duration::from_millis(100);

/// How many pieces there are. Whatever else runs on the machine takes time from some of them, never gives any, so the
/// one that lost least is the test.
const PIECES: u32 = 8;

const ALLOWED: Allowed = Allowed::Off {
    by: 1e6,
    share: 0.01,
};

#[expect(
    clippy::unnecessary_wraps,
    reason = "all checks have the same signature"
)]
pub(super) fn check(_lab: &mut Lab) -> anyhow::Result<Vec<Finding>> {
    let traffic = Traffic::default();
    let own_id = i32::try_from(std::process::id()).unwrap_or(0);
    let own = || meter::read(&traffic);
    let foreign = || ForeignProcess::new(own_id).read().unwrap_or_default();
    let finding = |what: &str, burn: fn(), read: &dyn Fn() -> Counters| {
        let (wall_ns, cpu_ns) = best(burn, read);
        Finding {
            what: what.to_owned(),
            unit: Unit::Nanoseconds,
            expected: Some(wall_ns),
            measured: cpu_ns,
            interval: None,
            allowed: ALLOWED,
        }
    };
    Ok(vec![
        finding("CPU time of computing", compute, &own),
        finding("CPU time of calling the kernel", call, &own),
        finding("CPU time, read as another process's", compute, &foreign),
    ])
}

/// Wall and CPU time, in nanoseconds, of the piece whose two times are nearest to each other.
fn best(burn: fn(), read: &dyn Fn() -> Counters) -> (f64, f64) {
    let piece = |_| {
        let (before, started) = (read(), Instant::now());
        burn();
        let (wall, after) = (started.elapsed(), read());
        let total = |counters: Counters| counters.cpu_user_ns + counters.cpu_system_ns;
        let cpu = Duration::from_nanos(total(after) - total(before));
        (wall.as_secs_f64() * 1e9, cpu.as_secs_f64() * 1e9)
    };
    let nearer = |a: &(f64, f64), b: &(f64, f64)| (a.0 - a.1).abs().total_cmp(&(b.0 - b.1).abs());
    (0..PIECES).map(piece).min_by(nearer).unwrap_or_default()
}

fn compute() {
    let started = Instant::now();
    let mut sum = 0_u64;
    while started.elapsed() < PIECE {
        for number in 0..1_000 {
            sum = std::hint::black_box(sum.wrapping_add(number));
        }
    }
}

fn call() {
    let started = Instant::now();
    while started.elapsed() < PIECE {
        for _ in 0..100 {
            std::hint::black_box(rustix::process::getppid());
        }
    }
}
