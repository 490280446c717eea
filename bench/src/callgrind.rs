//! Instruction counts by Callgrind, through gungraun: whether its programs are there, and what its summary says.

use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use serde::Deserialize;

use crate::cases::Case;
use crate::figures::{self, Figures};

/// The version of `gungraun` and of its runner, which must be the same.
const GUNGRAUN_VERSION: &str = "0.20.0";

/// The runner, as gungraun looks for it.
const RUNNER: &str = match option_env!("GUNGRAUN_RUNNER") {
    Some(path) => path,
    None => "gungraun-runner",
};

const UNKNOWN_SHAPE: &str = "gungraun's summary has another shape than version 0.20 gave it";

/// What is missing and how to get it, in words; `None` if all is there.
#[must_use]
pub fn missing() -> Option<String> {
    what_is_missing(
        version_of("valgrind").as_deref(),
        version_of(RUNNER).as_deref(),
    )
}

fn version_of(program: &str) -> Option<String> {
    let output = Command::new(program).arg("--version").output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim().to_owned())
}

fn what_is_missing(valgrind: Option<&str>, runner: Option<&str>) -> Option<String> {
    let mut words = Vec::new();
    if valgrind.is_none() {
        words.push("valgrind is not installed: `apt-get install valgrind`".to_owned());
    }
    let install = format!("`cargo install gungraun-runner --version {GUNGRAUN_VERSION}`");
    match runner {
        None => words.push(format!("gungraun's runner is not installed: {install}")),
        Some(version) if version.split_whitespace().last() == Some(GUNGRAUN_VERSION) => {}
        Some(version) => words.push(format!("{version} is of another version: {install}")),
    }
    (!words.is_empty()).then(|| words.join("; "))
}

/// Reads gungraun's summary: a JSON object for each group of cases that ran in a process of its own, in which Callgrind
/// wrote a part for each case.
///
/// # Errors
/// If it is something else, or parts are missing.
pub fn instructions(summary: &[u8], groups: &[Vec<Case>]) -> Result<Figures> {
    let mut instructions = Figures::new();
    for group in serde_json::Deserializer::from_slice(summary).into_iter() {
        let group: Group = group.context(UNKNOWN_SHAPE)?;
        let index = group
            .id
            .rsplit('_')
            .next()
            .and_then(|index| index.parse().ok());
        let cases = index.and_then(|index: usize| groups.get(index));
        instructions.extend(group.by_case(cases.context(UNKNOWN_SHAPE)?)?);
    }
    Ok(instructions)
}

/// What gungraun says about one group, as far as it is needed.
#[derive(Deserialize)]
struct Group {
    /// A name, `_`, and the group's index.
    id: String,
    profiles: Vec<Profile>,
}

#[derive(Deserialize)]
struct Profile {
    data: Data,
}

#[derive(Deserialize)]
struct Data {
    parts: Vec<Part>,
}

#[derive(Deserialize)]
struct Part {
    metrics: Metrics,
    tool_run: New<Run>,
}

#[derive(Deserialize)]
struct Metrics {
    #[serde(rename = "Ir")]
    instructions: Values,
}

#[derive(Deserialize)]
struct Values {
    values: New<u64>,
}

#[derive(Deserialize)]
struct Run {
    part: u64,
}

/// Gungraun shows what it found the time before beside this.
#[derive(Deserialize)]
struct New<T> {
    new: T,
}

impl Group {
    /// The parts were written in the order of the cases; one more was written when the process ended.
    fn by_case(self, cases: &[Case]) -> Result<Figures> {
        let parts = self
            .profiles
            .into_iter()
            .flat_map(|profile| profile.data.parts);
        let mut parts: Vec<_> = parts
            .map(|part| (part.tool_run.new.part, part.metrics.instructions.values.new))
            .collect();
        parts.sort_unstable();
        ensure!(
            parts.len() == cases.len() + 1,
            "Callgrind wrote {} parts, and {} were expected",
            parts.len(),
            cases.len() + 1
        );
        let counted = cases.iter().zip(parts);
        Ok(counted
            .map(|(case, (_, count))| (case.id.clone(), figures::for_each(count, case.times)))
            .collect())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::cases;

    #[track_caller]
    fn check(valgrind: Option<&str>, runner: Option<&str>, expected: &[&str]) {
        let words = what_is_missing(valgrind, runner);
        assert_eq!(words.is_none(), expected.is_empty(), "{words:?}");
        let words = words.unwrap_or_default();
        assert!(expected.iter().all(|part| words.contains(part)), "{words}");
    }

    #[test]
    fn whatever_is_missing_is_said_with_how_to_get_it() {
        let [valgrind, runner] = ["apt-get install valgrind", "cargo install gungraun-runner"];
        let right = format!("gungraun-runner {GUNGRAUN_VERSION}");
        check(Some("valgrind-3.19.0"), Some(&right), &[]);
        check(None, Some(&right), &[valgrind]);
        check(Some("valgrind-3.19.0"), None, &[runner]);
        check(None, None, &[valgrind, runner]);
        check(
            Some("valgrind-3.19.0"),
            Some("gungraun-runner 0.1.0"),
            &["0.1.0", runner],
        );
    }

    #[test]
    fn the_version_is_that_of_the_manifest() {
        let line = format!("gungraun = \"={GUNGRAUN_VERSION}\"");
        assert!(include_str!("../../Cargo.toml").contains(&line), "{line}");
    }

    fn part(number: u64, instructions: u64) -> Value {
        json!({
            "metrics": { "Ir": { "values": { "new": instructions, "old": 1 } } },
            "tool_run": { "new": { "part": number, "pid": 7 } },
        })
    }

    fn group(index: usize, parts: &[Value]) -> String {
        let profiles = json!([{ "data": { "parts": parts, "total": {} } }]);
        json!({ "id": format!("of_{index}"), "profiles": profiles }).to_string()
    }

    #[test]
    fn parts_are_those_of_the_cases_in_their_order() {
        let groups = [Vec::new(), cases::core()];
        let parts = [part(3, 0), part(2, 300), part(1, 100)];
        let summary = format!("{}\n{}\n", group(1, &parts), group(0, &[part(1, 0)]));
        let found = instructions(summary.as_bytes(), &groups).unwrap();
        let expected = groups[1].iter().zip([100, 300]);
        let expected =
            expected.map(|(case, all)| (case.id.clone(), figures::for_each(all, case.times)));
        assert_eq!(found, expected.collect());
    }

    #[test]
    fn what_is_missing_of_a_summary_is_an_error() {
        let groups = [cases::core()];
        let check = |summary: &str| assert!(instructions(summary.as_bytes(), &groups).is_err());
        check(&group(0, &[part(1, 100)]));
        check(&group(9, &[part(1, 100), part(2, 300), part(3, 0)]));
        check("{}");
        check("no JSON");
    }
}
