//! What the other targets have found of the codecs, in one table. Cargo runs this one last.

use std::fmt::Write as _;
use std::fs;
use std::process::ExitCode;
use std::time::SystemTime;

use anyhow::{Context as _, Result};
use bench::arguments::{Arguments, Mode};
use bench::cases::{self, Case};
use bench::comparison::{self, Quantity};
use bench::figures::{self, Count, Figures};

fn main() -> Result<ExitCode> {
    let arguments = match Arguments::of_this_process() {
        Ok(arguments) => arguments,
        Err(code) => return Ok(code),
    };
    let all = cases::codecs();
    let selected: Vec<_> = all
        .iter()
        .filter(|case| arguments.select(&case.id))
        .collect();
    if arguments.mode == Mode::Measure && !selected.is_empty() {
        show(&selected)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn show(cases: &[&Case]) -> Result<()> {
    let target = figures::target_directory(env!("CARGO_TARGET_TMPDIR"));
    let built = built()?;
    let wanted = |id: &str| cases.iter().any(|case| case.id == id);
    let times = figures::times_ns(target, built, wanted)?;
    let instructions = Count::Instructions.load(target, built)?;
    let allocations = Count::Allocations.load(target, built)?;
    let quantities = [
        ("ns", &times),
        ("instructions", &instructions),
        ("allocations", &allocations),
    ]
    .map(|(name, figures)| Quantity { name, figures });
    let grid = comparison::table(cases, &quantities);
    let notes = notes(&quantities, cases);
    println!(
        "\nThe codecs, one message each\n\n{}{notes}",
        grid.to_text()
    );
    let markdown = format!(
        "# The codecs, one message each\n\n{}\n{notes}",
        grid.to_markdown()
    );
    let path = figures::directory(target)?.join("codecs.md");
    fs::write(path, markdown).context("cannot write codecs.md")?;
    println!("The same as Markdown: bench/codecs.md in the directory that cargo builds into.");
    Ok(())
}

/// What was found before belongs to an earlier build: cargo makes this program anew when a codec changes.
fn built() -> Result<SystemTime> {
    let program = std::env::current_exe().context("this program has no file")?;
    let metadata = fs::metadata(program).context("this program's file is gone")?;
    metadata
        .modified()
        .context("this system does not say when a file was written")
}

fn notes(quantities: &[Quantity<'_>], cases: &[&Case]) -> String {
    let mut notes = String::from(
        "Bytes are those of a whole frame, with what finds its end, or of a call's body. Figures are of encoding / \
         decoding, on a connection that has seen such a message before; the last row is the sum over the messages that \
         every codec can say.\n",
    );
    for quantity in quantities {
        let missing = missing(quantity.figures, cases);
        if missing > 0 {
            let _ = writeln!(
                notes,
                "{missing} of {} figures in {} were not taken since this was built: `cargo bench -- codec` takes all.",
                cases.len(),
                quantity.name,
            );
        }
    }
    notes
}

fn missing(figures: &Figures, cases: &[&Case]) -> usize {
    let missing = cases.iter().filter(|case| !figures.contains_key(&case.id));
    missing.count()
}
