//! Replays gates over recorded runs of one binary, and counts how often they are right.
//!
//! ```text
//! cargo run --release -p reports --example gate_replay -- FILE... [--gates N] [--seed N] [--slow QUANTITY=PERCENT]
//!     [--from WORDS --write FILE]
//! ```
//!
//! Each FILE is what `--write` wrote, or the `trials.json` of a gate of a binary beside itself. With `--write` nothing is
//! replayed: the runs of all files together are reduced to what a gate needs, and written, with words on where they come
//! from.

use std::error::Error;
use std::fmt::Write as _;
use std::path::Path;
use std::process::ExitCode;
use std::{env, fs};

use reports::gate::config::GateConfig;
use reports::gate::recorded::Recorded;
use reports::gate::replay::{Replay, Slowed, Tally, replay};
use reports::gate::stages::Observation;
use serde::Deserialize;

const USAGE: &str = "usage: gate_replay FILE... [--gates N] [--seed N] [--slow QUANTITY=PERCENT] \
    [--from WORDS --write FILE]";

/// What is asked for.
struct Asked {
    files: Vec<String>,
    replay: Replay,
    from: String,
    write: Option<String>,
}

/// The part of a gate's `trials.json` that is needed.
#[derive(Deserialize)]
struct Trials {
    observations: Vec<Observation>,
}

fn main() -> ExitCode {
    match asked(env::args().skip(1)) {
        Ok(asked) => match run(&asked) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("{error}");
                ExitCode::FAILURE
            }
        },
        Err(error) => {
            eprintln!("{error}\n{USAGE}");
            ExitCode::from(2)
        }
    }
}

fn asked(mut arguments: impl Iterator<Item = String>) -> Result<Asked, Box<dyn Error>> {
    let mut asked = Asked {
        files: Vec::new(),
        replay: Replay {
            gates: 1_000,
            seed: 1,
            slowed: None,
        },
        from: String::new(),
        write: None,
    };
    while let Some(argument) = arguments.next() {
        if !argument.starts_with("--") {
            asked.files.push(argument);
            continue;
        }
        let value = arguments
            .next()
            .ok_or_else(|| format!("{argument} needs a value"))?;
        match argument.as_str() {
            "--gates" => asked.replay.gates = value.parse()?,
            "--seed" => asked.replay.seed = value.parse()?,
            "--slow" => asked.replay.slowed = Some(slowed(&value)?),
            "--from" => asked.from = value,
            "--write" => asked.write = Some(value),
            other => return Err(format!("there is no option {other}").into()),
        }
    }
    if asked.files.is_empty() {
        return Err("name at least one file of runs".into());
    }
    Ok(asked)
}

fn slowed(value: &str) -> Result<Slowed, Box<dyn Error>> {
    let (quantity, percent) = value
        .split_once('=')
        .ok_or("--slow takes a quantity and percents, such as server_cpu_per_message_ns=10")?;
    let percent: f64 = percent.trim_end_matches('%').parse()?;
    Ok(Slowed {
        quantity: quantity.to_owned(),
        share: percent / 100.0,
    })
}

fn run(asked: &Asked) -> Result<(), Box<dyn Error>> {
    let mut all: Option<Recorded> = None;
    for file in &asked.files {
        let recorded = load(Path::new(file)).map_err(|error| format!("{file}: {error}"))?;
        match &mut all {
            Some(all) => all.append(&recorded),
            None => all = Some(recorded),
        }
    }
    let mut recorded = all.unwrap_or_default();
    if let Some(path) = &asked.write {
        recorded.from.clone_from(&asked.from);
        fs::write(path, recorded.text())?;
        println!("{path}: {} runs", recorded.runs.len());
        return Ok(());
    }
    let tally = replay(&recorded, &GateConfig::default(), &asked.replay)?;
    print!("{}", text(&recorded, &asked.replay, &tally));
    Ok(())
}

fn load(path: &Path) -> Result<Recorded, Box<dyn Error>> {
    let text = fs::read_to_string(path)?;
    if let Ok(trials) = serde_json::from_str::<Trials>(&text) {
        return Ok(Recorded::of(&trials.observations, ""));
    }
    Ok(Recorded::parse(&text)?)
}

fn text(recorded: &Recorded, replay: &Replay, tally: &Tally) -> String {
    let head = replay.slowed.as_ref().map_or_else(
        || "the base itself".to_owned(),
        |slowed| {
            format!(
                "worse by {:.1} % in {}",
                slowed.share * 100.0,
                slowed.quantity
            )
        },
    );
    let mut text = format!(
        "runs          {}\nhead          {head}\ngates         {}\nred           {}\n\
         inconclusive  {}, and in {} of all gates the base differed from itself\n\
         passed        {}\nreported      {} said that something was worse, without being red\n\
         two looks     {}\n",
        recorded.from,
        tally.gates,
        tally.red,
        tally.inconclusive,
        tally.controls_fired,
        tally.passed,
        tally.reported,
        tally.looked_twice
    );
    for (metric, times) in &tally.red_metrics {
        let _ = writeln!(text, "red {times} times: {metric}");
    }
    text
}
