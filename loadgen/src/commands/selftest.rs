//! `loadgen selftest`: the instruments against known answers, in real time, on this machine.

mod bytes;
mod cpu;
mod delays;
mod finding;
mod lab;
mod link;
mod recording;
mod stall;

use std::time::Instant;

use self::finding::Finding;
use self::lab::Lab;
use crate::exit::Exit;
use crate::output;

/// One check: what it holds against what, in a few words, and how.
struct Check {
    name: &'static str,
    run: fn(&mut Lab) -> anyhow::Result<Vec<Finding>>,
}

/// All checks, in the order in which they run. To add one: one file, one line here.
const CHECKS: &[Check] = &[
    Check {
        name: "bytes of a known exchange",
        run: bytes::check,
    },
    Check {
        name: "CPU time of a known burning",
        run: cpu::check,
    },
    Check {
        name: "latencies of replies that wait for a known time",
        run: delays::check,
    },
    Check {
        name: "a server that is stopped under load",
        run: stall::check,
    },
    Check {
        name: "a simulated link of a known length",
        run: link::check,
    },
    Check {
        name: "what keeping latencies costs",
        run: recording::check,
    },
];

/// Runs all checks and prints a table of what was expected and what was measured.
///
/// # Errors
/// If a check could not be made, which says nothing about the instruments, or standard output cannot be written.
pub fn selftest() -> anyhow::Result<Exit> {
    let mut lab = Lab::new()?;
    let mut findings = Vec::new();
    for (position, check) in CHECKS.iter().enumerate() {
        let started = Instant::now();
        announce(&format!(
            "{} of {}: {} …",
            position + 1,
            CHECKS.len(),
            check.name
        ));
        findings.extend((check.run)(&mut lab)?);
        announce(&format!(" {:.0} s\n", started.elapsed().as_secs_f64()));
    }
    output::say(&finding::table(&findings))?;
    let wrong = findings.iter().filter(|finding| !finding.holds()).count();
    let tested = findings
        .iter()
        .filter(|finding| finding.is_tested())
        .count();
    if wrong == 0 {
        output::say(&format!("all {tested} hold\n"))?;
        Ok(Exit::Fine)
    } else {
        output::say(&format!("{wrong} of {tested} do not hold\n"))?;
        Ok(Exit::Invalid)
    }
}

/// Says where it stands, to people and in a log alike.
fn announce(text: &str) {
    eprint!("{text}");
}
