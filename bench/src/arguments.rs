//! What `cargo bench` and `cargo test` pass to every bench target, for those targets that are not Criterion's: the same
//! arguments mean the same to them, so that one filter goes for all.

use std::process::ExitCode;

use regex::Regex;

/// Criterion's options that take a value behind them: not a filter, and not ours.
const WITH_VALUE: &[&str] = &[
    "-c",
    "--color",
    "-s",
    "--save-baseline",
    "-b",
    "--baseline",
    "--baseline-lenient",
    "--load-baseline",
    "--format",
    "--output-format",
    "--sample-size",
    "--warm-up-time",
    "--measurement-time",
    "--nresamples",
    "--noise-threshold",
    "--confidence-level",
    "--significance-level",
    "--plotting-backend",
    "--profile-time",
];

/// What a target is asked for.
#[derive(Debug)]
pub struct Arguments {
    /// What to do.
    pub mode: Mode,
    filter: Filter,
}

/// What to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Measure: `cargo bench`.
    Measure,
    /// Run everything once, to see that it runs: `cargo test`, or `--test`.
    Test,
    /// Print the names: `--list`.
    List,
}

#[derive(Debug)]
enum Filter {
    All,
    Exact(String),
    Matching(Regex),
}

impl Arguments {
    /// Those of this process.
    ///
    /// # Errors
    /// Exit code 2, said on standard error, if the filter is not a regular expression.
    pub fn of_this_process() -> Result<Self, ExitCode> {
        Self::parse(std::env::args().skip(1)).map_err(|error| {
            eprintln!("the filter is not a regular expression: {error}");
            ExitCode::from(2)
        })
    }

    /// Reads what follows the program's name. As for Criterion, nothing but `--bench`, which `cargo bench` passes, asks
    /// for measurements. Options that are Criterion's alone are its business.
    ///
    /// # Errors
    /// If the filter is not a regular expression.
    pub fn parse(arguments: impl IntoIterator<Item = String>) -> Result<Self, regex::Error> {
        let [mut bench, mut test, mut list, mut exact] = [false; 4];
        let mut pattern = None;
        let mut arguments = arguments.into_iter();
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "--bench" => bench = true,
                "--test" => test = true,
                "--list" => list = true,
                "--exact" => exact = true,
                option if WITH_VALUE.contains(&option) => drop(arguments.next()),
                option if option.starts_with('-') => {}
                _ => pattern = Some(argument),
            }
        }
        let mode = match (list, bench && !test) {
            (true, _) => Mode::List,
            (false, true) => Mode::Measure,
            (false, false) => Mode::Test,
        };
        let filter = match pattern {
            None => Filter::All,
            Some(pattern) if exact => Filter::Exact(pattern),
            Some(pattern) => Filter::Matching(Regex::new(&pattern)?),
        };
        Ok(Self { mode, filter })
    }

    /// Whether the filter lets a name through.
    #[must_use]
    pub fn select(&self, id: &str) -> bool {
        match &self.filter {
            Filter::All => true,
            Filter::Exact(name) => name == id,
            Filter::Matching(pattern) => pattern.is_match(id),
        }
    }
}

/// Prints names in the way in which test runners read them.
pub fn list<'a>(ids: impl IntoIterator<Item = &'a str>) {
    for id in ids {
        println!("{id}: benchmark");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Arguments {
        Arguments::parse(line.split_whitespace().map(str::to_owned)).unwrap()
    }

    #[track_caller]
    fn check(line: &str, mode: Mode, selected: &[&str]) {
        let arguments = parse(line);
        assert_eq!(arguments.mode, mode, "{line}");
        let ids = ["codec/json/encode/request/send", "core/memory/send_online"];
        let found: Vec<_> = ids.into_iter().filter(|id| arguments.select(id)).collect();
        assert_eq!(found, selected, "{line}");
    }

    #[test]
    fn what_cargo_passes_is_understood() {
        let [json, core] = ["codec/json/encode/request/send", "core/memory/send_online"];
        check("--bench", Mode::Measure, &[json, core]);
        check("", Mode::Test, &[json, core]);
        check("--bench --test", Mode::Test, &[json, core]);
        check("--bench --list", Mode::List, &[json, core]);
        check("codec --bench", Mode::Measure, &[json]);
        check("(memory|json).*send --bench", Mode::Measure, &[json, core]);
        check("codec --exact --bench", Mode::Measure, &[]);
    }

    #[test]
    fn a_value_of_criterion_s_is_no_filter() {
        let id = "core/memory/send_online";
        check("--bench --save-baseline main core", Mode::Measure, &[id]);
        check("--bench --sample-size=10 core", Mode::Measure, &[id]);
    }

    #[test]
    fn a_filter_that_is_no_expression_is_refused() {
        assert!(Arguments::parse(["(".to_owned()]).is_err());
    }
}
