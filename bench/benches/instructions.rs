//! How many instructions each codec and the core take, message by message, under Callgrind. Optional: it needs valgrind and
//! gungraun's runner, and says so when they are missing.
//!
//! A process is started for each codec, not for each message, which would take minutes: Callgrind counts
//! nothing but what [`counted_by_callgrind`] does, and writes down a part of its own for each case.

use std::hint::black_box;
use std::process::{Command, ExitCode, Stdio};

use anyhow::{Context as _, Result, ensure};
use bench::arguments::{self, Arguments, Mode};
use bench::callgrind;
use bench::cases::{self, Case, Prepared};
use bench::comparison::{self, Quantity};
use bench::figures::{self, Count, Figures};

/// Tells this program that it is to hand over to gungraun, rather than to read its arguments.
const HAND_OVER: &str = "BENCH_INSTRUCTIONS_HAND_OVER";

fn main() -> Result<ExitCode> {
    if std::env::var_os(HAND_OVER).is_some() || gungraun_main::is_asked_to_run() {
        gungraun_main::run();
        return Ok(ExitCode::SUCCESS);
    }
    let arguments = match Arguments::of_this_process() {
        Ok(arguments) => arguments,
        Err(code) => return Ok(code),
    };
    let all = everything();
    let selected: Vec<_> = all
        .iter()
        .flatten()
        .filter(|case| arguments.select(&case.id))
        .collect();
    match arguments.mode {
        Mode::List => arguments::list(selected.iter().map(|case| case.id.as_str())),
        Mode::Test => selected.iter().for_each(|case| case.prepare().run()),
        Mode::Measure if selected.is_empty() => {}
        Mode::Measure => match callgrind::missing() {
            Some(words) => println!("\ninstructions are not counted: {words}"),
            None => measure(&all, &selected)?,
        },
    }
    Ok(ExitCode::SUCCESS)
}

mod gungraun_main {
    //! What gungraun makes of the list of groups: a process under Callgrind for each.

    use bench::cases::{Case, Prepared};
    use gungraun::prelude::*;
    use gungraun::{Callgrind, EntryPoint};

    /// Whether gungraun's runner has started this program, under Callgrind.
    pub(super) fn is_asked_to_run() -> bool {
        std::env::args().nth(1).as_deref() == Some("--gungraun-run")
    }

    /// Hands over to gungraun: it starts the runner, or is the program that the runner has started.
    pub(super) fn run() {
        main();
    }

    fn prepare(group: usize) -> Vec<Prepared> {
        let groups = crate::everything();
        groups[group].iter().map(Case::prepare).collect()
    }

    #[library_benchmark]
    #[benches::of(iter = 0..crate::everything().len(), setup = prepare)]
    fn group(mut prepared: Vec<Prepared>) -> Vec<Prepared> {
        prepared.iter_mut().for_each(crate::dumped_by_callgrind);
        prepared
    }

    library_benchmark_group!(name = registry, benchmarks = group);
    main!(
        config = LibraryBenchmarkConfig::default().tool(
            Callgrind::with_args([
                "--cache-sim=no",
                "--dump-line=no",
                "--separate-threads=no",
                "--dump-after=*dumped_by_callgrind*",
            ])
            .entry_point(EntryPoint::Custom("*counted_by_callgrind*".to_owned()))
        ),
        library_benchmark_groups = registry
    );
}

/// Callgrind writes down a part whenever this returns. It would count nothing if this were what it counts.
#[inline(never)]
fn dumped_by_callgrind(prepared: &mut Prepared) {
    counted_by_callgrind(black_box(prepared));
    black_box(());
}

/// What Callgrind counts: one run of a case.
#[inline(never)]
fn counted_by_callgrind(prepared: &mut Prepared) {
    prepared.run();
}

/// What is counted: a process for each of these lists.
fn everything() -> Vec<Vec<Case>> {
    let mut groups = vec![cases::core()];
    let mut format = None;
    for case in cases::codecs() {
        let of = case.of.as_ref().map(|of| of.format.clone());
        if of != format {
            groups.push(Vec::new());
            format = of;
        }
        groups.last_mut().expect("there is the core's").push(case);
    }
    groups
}

/// Counts, keeps and prints what is selected; groups are counted as a whole.
fn measure(groups: &[Vec<Case>], selected: &[&Case]) -> Result<()> {
    let mut instructions = count(groups)?;
    instructions.retain(|id, _| selected.iter().any(|case| case.id == *id));
    let target = figures::target_directory(env!("CARGO_TARGET_TMPDIR"));
    Count::Instructions.save(target, &instructions)?;
    let (codecs, others): (Vec<_>, Vec<_>) =
        selected.iter().copied().partition(|case| case.of.is_some());
    if !codecs.is_empty() {
        let quantity = Quantity {
            name: "instructions",
            figures: &instructions,
        };
        println!("\nInstructions, of one message each\n");
        print!("{}", comparison::table(&codecs, &[quantity]).to_text());
    }
    for case in others {
        println!("{}: {:.0} instructions", case.id, instructions[&case.id]);
    }
    Ok(())
}

/// Has gungraun run every group under Callgrind, two at a time: other programs do not change what is counted.
fn count(groups: &[Vec<Case>]) -> Result<Figures> {
    let program = std::env::current_exe().context("this program has no file")?;
    let mut gungraun = Command::new(program);
    gungraun
        .arg("--bench")
        .env(HAND_OVER, "1")
        .env("GUNGRAUN_OUTPUT_FORMAT", "json")
        .env("GUNGRAUN_PARALLEL", "2")
        .stdin(Stdio::null())
        .stderr(Stdio::inherit());
    let output = gungraun.output().context("cannot start gungraun")?;
    ensure!(
        output.status.success(),
        "gungraun could not count instructions: {}; what it says is above",
        output.status
    );
    callgrind::instructions(&output.stdout, groups)
}
