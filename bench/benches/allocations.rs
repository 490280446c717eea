//! How often each codec and the core ask for memory, and for how much, message by message.

use std::process::ExitCode;

use anyhow::Result;
use bench::arguments::{self, Arguments, Mode};
use bench::cases::{self, Case};
use bench::comparison::{self, Quantity};
use bench::figures::{self, Count, Figures};
use loadgen::meter::allocations::{Allocations, Counting};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn main() -> Result<ExitCode> {
    let arguments = match Arguments::of_this_process() {
        Ok(arguments) => arguments,
        Err(code) => return Ok(code),
    };
    let mut all = cases::codecs();
    all.extend(cases::core());
    let selected: Vec<_> = all
        .iter()
        .filter(|case| arguments.select(&case.id))
        .collect();
    match arguments.mode {
        Mode::List => arguments::list(selected.iter().map(|case| case.id.as_str())),
        Mode::Test => drop(count_all(&selected)),
        Mode::Measure => measure(&selected)?,
    }
    Ok(ExitCode::SUCCESS)
}

fn measure(cases: &[&Case]) -> Result<()> {
    let (counts, bytes) = count_all(cases);
    let target = figures::target_directory(env!("CARGO_TARGET_TMPDIR"));
    Count::Allocations.save(target, &counts)?;
    Count::AllocatedBytes.save(target, &bytes)?;
    let codecs: Vec<_> = cases
        .iter()
        .copied()
        .filter(|case| case.of.is_some())
        .collect();
    if !codecs.is_empty() {
        let quantities = [("allocations", &counts), ("allocated bytes", &bytes)]
            .map(|(name, figures)| Quantity { name, figures });
        println!("\nAllocations, of one message each\n");
        print!("{}", comparison::table(&codecs, &quantities).to_text());
    }
    for case in cases.iter().filter(|case| case.of.is_none()) {
        let (count, bytes) = (counts[&case.id], bytes[&case.id]);
        println!("{}: {count} allocations, {bytes} bytes", case.id);
    }
    Ok(())
}

/// Allocations and bytes of one run of each case, once it has run.
fn count_all(cases: &[&Case]) -> (Figures, Figures) {
    let counted = cases.iter().map(|case| {
        let mut prepared = case.prepare();
        let before = Allocations::so_far();
        prepared.run();
        let after = Allocations::so_far();
        let each = |before, after| figures::for_each(after - before, case.times);
        (
            (case.id.clone(), each(before.count, after.count)),
            (case.id.clone(), each(before.bytes, after.bytes)),
        )
    });
    counted.unzip()
}
