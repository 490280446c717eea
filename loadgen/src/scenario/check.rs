//! From the keys of a file to what it says, or to the line that makes no sense.

mod amounts;
mod mixes;
mod texts;

use std::ops::Range;
use std::path::Path;

use server_core::limits::PAGE_MAX;
use toml::Spanned;

use super::file::{File, PagesTable, PhaseTable};
use super::problem::{self, Problem, ScenarioError};
use crate::workloads;

use super::spec::{Pages, PhaseSpec, Scenario};

/// The most accounts of a scenario: one reply can count the unread messages of all of them.
pub(super) const ACCOUNTS_MAX: u32 = PAGE_MAX;

/// The most operations of all phases: they are planned before the first one is sent.
pub(super) const OPERATIONS_MAX: u64 = 5_000_000;

/// Reads and checks a scenario file.
///
/// # Errors
/// When it cannot be read, or makes no sense: with the line, and what to do.
pub fn read(path: &Path) -> Result<Scenario, ScenarioError> {
    let file = path.display().to_string();
    let text = std::fs::read_to_string(path).map_err(|error| ScenarioError::Unreadable {
        file: file.clone(),
        reason: error.to_string(),
    })?;
    let taken = |name: &str| workloads::find(name).is_some();
    check(&text, taken).map_err(|problem| problem::within(problem, &file, &text))
}

/// Checks the text of a scenario file, which may be a built-in one; `file` is what errors call it.
///
/// # Errors
/// When it makes no sense: with the line, and what to do.
pub fn parse(file: &str, text: &str) -> Result<Scenario, ScenarioError> {
    check(text, |_| false).map_err(|problem| problem::within(problem, file, text))
}

fn check(text: &str, taken: impl Fn(&str) -> bool) -> Result<Scenario, Problem> {
    let file: File = toml::from_str(text)?;
    if taken(file.name.get_ref()) {
        let words = format!(
            "{:?} is a built-in workload; give this one a name of its own",
            file.name.get_ref()
        );
        return Err(Problem::new(file.name.span(), words));
    }
    let scenario = Scenario {
        name: name(&file.name)?,
        accounts: accounts(&file.accounts)?,
        seed: file.seed,
        sizes: texts::sizes(&file.texts.size)?,
        shares: texts::shares(&file.texts)?,
        pages: pages(&file.pages)?,
        phases: phases(&file, text)?,
        source: text.to_owned(),
    };
    let spans: Vec<Range<usize>> = file
        .phases
        .iter()
        .map(|phase| phase.get_ref().name.span())
        .collect();
    mixes::check_supply(&scenario, &spans)?;
    amounts::check_total(&scenario, &spans)?;
    Ok(scenario)
}

fn name(name: &Spanned<String>) -> Result<String, Problem> {
    let plain = |character: char| character.is_ascii_alphanumeric() || "-_".contains(character);
    let text = name.get_ref();
    if text.is_empty() || !text.chars().all(plain) {
        return Err(Problem::new(
            name.span(),
            format!("the name {text:?} cannot be used; use letters, digits, - and _"),
        ));
    }
    Ok(text.clone())
}

fn accounts(accounts: &Spanned<u32>) -> Result<u32, Problem> {
    match *accounts.get_ref() {
        count @ 2..=ACCOUNTS_MAX => Ok(count),
        count => Err(Problem::new(
            accounts.span(),
            format!(
                "{count} accounts are not possible; say from 2, so that there is somebody to write to, to {ACCOUNTS_MAX}"
            ),
        )),
    }
}

fn pages(table: &PagesTable) -> Result<Pages, Problem> {
    let defaults = Pages::default();
    let page = |size: &Option<Spanned<u32>>, default| match size {
        None => Ok(default),
        Some(size) if (1..=PAGE_MAX).contains(size.get_ref()) => Ok(*size.get_ref()),
        Some(size) => Err(Problem::new(
            size.span(),
            format!(
                "a page of {} is not possible; say from 1 to {PAGE_MAX}",
                size.get_ref()
            ),
        )),
    };
    Ok(Pages {
        read: page(&table.read, defaults.read)?,
        history: page(&table.history, defaults.history)?,
        list: page(&table.list, defaults.list)?,
    })
}

fn phases(file: &File, text: &str) -> Result<Vec<PhaseSpec>, Problem> {
    if file.phases.is_empty() {
        return Err(Problem::new(
            text.len()..text.len(),
            "there is no phase; add [[phases]] with a name and a number of operations",
        ));
    }
    let mut phases: Vec<PhaseSpec> = Vec::new();
    for table in &file.phases {
        let phase = phase(table.get_ref(), file)?;
        if phases.iter().any(|before| before.name == phase.name) {
            let words = format!(
                "there are two phases called {:?}; give each a name of its own",
                phase.name
            );
            return Err(Problem::new(table.get_ref().name.span(), words));
        }
        phases.push(phase);
    }
    Ok(phases)
}

fn phase(table: &PhaseTable, file: &File) -> Result<PhaseSpec, Problem> {
    let Some(mix) = table.mix.as_ref().or(file.mix.as_ref()) else {
        return Err(Problem::new(
            table.name.span(),
            format!(
                "the phase {:?} has no mix; add [mix] to the file or mix = {{ send = 1 }} to the phase",
                table.name.get_ref()
            ),
        ));
    };
    let pace = amounts::pace(table)?;
    Ok(PhaseSpec {
        name: name(&table.name)?,
        mix: mixes::mix(mix)?,
        operations: amounts::operations(table, pace)?,
        pace,
        in_flight: amounts::in_flight(table)?,
    })
}
