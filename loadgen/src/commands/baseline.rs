//! `loadgen baseline`: what this program says, byte by byte, in a file that is committed.

use std::path::Path;

use reports::gate::baseline::{Baseline, Counted};
use reports::gate::config::GateConfig;
use reports::gate::exact;
use reports::gate::metric::Class;
use reports::gate::verdict::{Finding, Status};

use crate::exact::Counting;
use crate::exit::{Exit, UsageError};
use crate::gate::held;
use crate::gate::options::{BaselineCommand, BaselineFile};
use crate::output;

/// Writes a baseline, or writes it anew.
///
/// # Errors
/// If it is there already, or is not there to be written anew; if it cannot be made or written.
pub fn baseline(command: &BaselineCommand) -> anyhow::Result<Exit> {
    match command {
        BaselineCommand::Save(file) => save(file),
        BaselineCommand::Accept(file) => accept(file),
    }
}

fn save(args: &BaselineFile) -> anyhow::Result<Exit> {
    if args.file.exists() {
        let problem = format!(
            "{} is there already; `loadgen baseline accept` prints what changed and writes it anew",
            args.file.display()
        );
        return Err(UsageError(problem).into());
    }
    let made = if args.count {
        held::counted_here()?
    } else {
        held::baseline_here(Counting::Off)?
    };
    tell(&made.notes);
    made.baseline.save(&args.file)?;
    said(&made.baseline, &args.file)
}

fn accept(args: &BaselineFile) -> anyhow::Result<Exit> {
    let accepted = Baseline::load(&args.file)?;
    let mut made = if args.count {
        held::counted_here()?
    } else {
        held::baseline_here(held::counting_for(&accepted))?
    };
    tell(&made.notes);
    // Counts that were not made anew are still those that were accepted.
    made.baseline.counted = made.baseline.counted.or_else(|| accepted.counted.clone());
    if made.baseline == accepted {
        let path = args.file.display();
        output::say(&format!("nothing changed; {path} stays as it is\n"))?;
        return Ok(Exit::Fine);
    }
    let findings = exact::compare(&accepted, &made.baseline, &GateConfig::default());
    let changed = findings.iter().filter(|finding| is_change(finding));
    for finding in changed {
        output::say(&format!("{}\n  {}\n", finding.metric, finding.sentence))?;
    }
    if let [Some(before), Some(now)] = [&accepted.counted, &made.baseline.counted] {
        output::say(&recounted(before, now))?;
    }
    made.baseline.save(&args.file)?;
    said(&made.baseline, &args.file)
}

/// That counts were replaced which cannot be compared: those of another toolchain. Empty if they can.
fn recounted(before: &Counted, now: &Counted) -> String {
    if before.toolchain == now.toolchain {
        return String::new();
    }
    format!(
        "{} counts of {}\n  are replaced by {} of {}\n",
        before.metrics.len(),
        before.toolchain,
        now.metrics.len(),
        now.toolchain
    )
}

/// Whether somebody who accepts a baseline wants to read of it: an invariant is none of its metrics.
fn is_change(finding: &Finding) -> bool {
    finding.class != Class::Invariant && !matches!(finding.status, Status::Same | Status::Skipped)
}

fn tell(notes: &[String]) {
    for note in notes {
        eprintln!("{note}");
    }
}

fn said(baseline: &Baseline, file: &Path) -> anyhow::Result<Exit> {
    let metrics = baseline.metrics().count();
    output::say(&format!(
        "{}  {metrics} metrics; commit it with the change\n",
        file.display()
    ))?;
    Ok(Exit::Fine)
}

#[cfg(test)]
mod tests {
    use reports::gate::metric::MetricId;

    use super::*;

    #[test]
    fn counts_of_another_toolchain_are_told_when_they_are_replaced() {
        let counted = |toolchain: &str, metrics: u32| Counted {
            toolchain: toolchain.to_owned(),
            metrics: (0..metrics)
                .map(|number| (MetricId::of(&[&number.to_string()]), 1.0))
                .collect(),
        };
        let words = recounted(&counted("rustc 1.94", 3), &counted("rustc 1.95", 2));
        assert!(words.contains("3 counts of rustc 1.94"), "{words}");
        assert!(words.contains("2 of rustc 1.95"), "{words}");
        let same = counted("rustc 1.95", 2);
        assert_eq!(recounted(&same, &same), "");
    }
}
