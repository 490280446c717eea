//! What workloads ask of a format: formats that cannot say it are refused before anything starts.

use protocols::capabilities::{Alphabet, Capabilities, Part as Field};
use protocols::registry::{self, Protocol};
use server_core::chat::{Pushed, Waiting};
use server_core::message::Operation;

use crate::asked::AskedProtocol;
use crate::delivery::Delivery;
use crate::exit::UsageError;
use crate::scenario::Scenario;
use crate::scenario::spec::Kind;
use crate::selection::Selection;
use crate::workloads::{Part, Step, Workload};

/// How many steps of one account in one phase are looked at: those of a timed phase have no end, and repeat themselves.
const STEPS_LOOKED_AT: usize = 100;

/// Something that a workload asks of a format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Need {
    /// Saying a request.
    Operation(Operation),
    /// Saying a field.
    Field(Field),
    /// Keeping what was told unread, until it is asked for.
    UnreadAfterTelling,
    /// Texts of any character.
    AnyText,
    /// Texts of so many characters.
    TextChars(usize),
}

impl Need {
    fn is_met(self, capabilities: &Capabilities) -> bool {
        match self {
            // Handing over at the log-in is as good.
            Self::Operation(Operation::Read) => {
                capabilities.says(Operation::Read)
                    || capabilities.habits.waiting == Waiting::HandedOver
            }
            Self::Operation(operation) => capabilities.says(operation),
            Self::Field(field) => capabilities.has(field),
            Self::UnreadAfterTelling => capabilities.habits.pushed == Pushed::StaysUnread,
            Self::AnyText => capabilities.texts.alphabet == Alphabet::Unicode,
            Self::TextChars(chars) => chars <= capabilities.texts.chars_max,
        }
    }

    /// What a format does that does not meet it, in words behind its name.
    fn words(self) -> String {
        match self {
            Self::Operation(operation) => format!("cannot say {}", operation.name()),
            Self::Field(field) => format!("does not say {}", field.words()),
            Self::UnreadAfterTelling => "takes what it told as read".to_owned(),
            Self::AnyText => "does not take texts of all characters".to_owned(),
            Self::TextChars(chars) => format!("does not take texts of {chars} characters"),
        }
    }
}

/// Holds what is selected against what its formats can say.
///
/// # Errors
/// When a format cannot say what a workload or a way of delivering asks of it: what is missing, and which can.
pub fn check(selection: &Selection, delivery: Delivery) -> Result<(), UsageError> {
    for workload in &selection.workloads {
        let sizes = selection.message_bytes.iter().copied();
        check_all(selection, workload.name(), &of_workload(*workload, sizes))?;
    }
    if delivery != Delivery::Push {
        check_all(selection, &format!("--delivery {delivery}"), OF_POLLING)?;
    }
    Ok(())
}

/// What asking for messages every so often takes.
const OF_POLLING: &[Need] = &[
    Need::Operation(Operation::Unread),
    Need::Operation(Operation::Read),
    Need::Field(Field::ReadLimit),
];

fn check_all(selection: &Selection, what: &str, needs: &[Need]) -> Result<(), UsageError> {
    selection
        .protocols
        .iter()
        .try_for_each(|asked| check_one(asked, what, needs))
}

fn check_one(asked: &AskedProtocol, what: &str, needs: &[Need]) -> Result<(), UsageError> {
    let Some(capabilities) = asked.protocol.capabilities() else {
        return Ok(());
    };
    let missing: Vec<String> = needs
        .iter()
        .filter(|need| !need.is_met(capabilities))
        .map(|need| need.words())
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    Err(UsageError(format!(
        "{what}: {} {}; leave it out, or ask for --protocol {}",
        asked.asked,
        missing.join(", and "),
        those_that_can(needs)
    )))
}

/// The names of protocols that meet all of this, one for each codec and transport.
fn those_that_can(needs: &[Need]) -> String {
    let can = |protocol: &&Protocol| {
        protocol
            .capabilities()
            .is_some_and(|capabilities| needs.iter().all(|need| need.is_met(capabilities)))
    };
    let names = registry::each_once().filter(can).map(Protocol::short_name);
    names.collect::<Vec<_>>().join(",")
}

/// What a workload asks of a format, with texts of its own and of these sizes, in bytes.
fn of_workload(workload: &dyn Workload, sizes: impl Iterator<Item = u32>) -> Vec<Need> {
    let mut needs = match workload.scenario() {
        Some(scenario) => of_scenario(scenario),
        None => of_steps(workload),
    };
    needs.extend(sizes.map(|bytes| Need::TextChars(bytes as usize)));
    needs.sort_by_key(|need| need.words());
    needs.dedup();
    needs
}

/// What the steps of its first two accounts ask of a format.
fn of_steps(workload: &dyn Workload) -> Vec<Need> {
    let accounts = workload.fixed_accounts().unwrap_or(2);
    let phases = 0..workload.phases().len();
    let parts = phases.flat_map(|phase| (0..2).map(move |account| (phase, account)));
    let steps = parts.flat_map(|(phase, account)| {
        let part = Part {
            phase,
            account,
            accounts,
            rounds: &(0..1),
        };
        workload.steps(&part).take(STEPS_LOOKED_AT)
    });
    steps.flat_map(|step| of_step(&step)).copied().collect()
}

const fn of_step(step: &Step) -> &'static [Need] {
    match step {
        // Creating, logging in and deleting accounts is what every format can, each in its way.
        // And what `journal` tries and a format cannot say is left out, and noted.
        Step::CreateAccount | Step::LogIn | Step::DeleteAccount | Step::Attempt(_) => &[],
        Step::Send { .. } => &[Need::Operation(Operation::Send)],
        Step::Read { .. } => &[Need::Operation(Operation::Read)],
        Step::ReadFrom { .. } => OF_READING,
        Step::History { .. } => &[Need::Operation(Operation::History)],
        Step::List { .. } => OF_LISTING,
        Step::DeleteMessage { .. } => OF_DELETING,
        Step::Unread => &[Need::Operation(Operation::Unread)],
        Step::Ping => &[Need::Operation(Operation::Ping)],
    }
}

const OF_READING: &[Need] = &[
    Need::Operation(Operation::Read),
    Need::Field(Field::ReadLimit),
    Need::UnreadAfterTelling,
];

const OF_LISTING: &[Need] = &[
    Need::Operation(Operation::ListAccounts),
    Need::Field(Field::ListLimit),
    Need::Field(Field::ListPages),
];

const OF_DELETING: &[Need] = &[
    Need::Operation(Operation::DeleteMessages),
    Need::Field(Field::MessageIds),
    Need::UnreadAfterTelling,
];

/// What a mix of operations, and its texts, ask of a format.
fn of_scenario(scenario: &Scenario) -> Vec<Need> {
    let weights = scenario.phases.iter().flat_map(|phase| phase.mix.weights());
    let done = weights.filter(|(_, _, weight)| *weight > 0.0);
    let mut needs: Vec<Need> = done
        .flat_map(|(kind, _, _)| of_kind(kind))
        .copied()
        .collect();
    let shares = scenario.shares;
    if shares.unicode > 0.0 || shares.escaping > 0.0 {
        needs.push(Need::AnyText);
    }
    needs.push(Need::TextChars(scenario.sizes.max_chars() as usize));
    needs
}

const fn of_kind(kind: Kind) -> &'static [Need] {
    match kind {
        Kind::Send => &[Need::Operation(Operation::Send)],
        Kind::Read => OF_READING,
        Kind::History => &[Need::Operation(Operation::History)],
        Kind::List => OF_LISTING,
        Kind::Delete => OF_DELETING,
        Kind::Unread => &[Need::Operation(Operation::Unread)],
        Kind::Ping => &[Need::Operation(Operation::Ping)],
    }
}

#[cfg(test)]
mod tests {
    use protocols::capabilities::{Charset, EVERYTHING, OtherEvents};
    use server_core::chat::Habits;

    use super::*;
    use crate::workloads::{self, WORKLOADS};

    /// What a format can say whose messages are handed over and have no numbers.
    static LITTLE: Capabilities = Capabilities {
        operations: &[Operation::Send, Operation::ListAccounts],
        other_events: OtherEvents::LeftOut,
        leaves_out: &[Field::MessageIds, Field::ListPages],
        habits: Habits {
            waiting: Waiting::HandedOver,
            pushed: Pushed::IsRead,
            ..Habits::OURS
        },
        texts: Charset {
            chars_max: 100,
            alphabet: Alphabet::AsciiWithoutSeparators,
        },
        ..EVERYTHING
    };

    /// What of the needs of a workload the format does not meet, in words.
    fn missing(workload: &str, sizes: &[u32]) -> Vec<String> {
        let workload = workloads::find(workload).expect("it is in the list");
        of_workload(workload, sizes.iter().copied())
            .into_iter()
            .filter(|need| !need.is_met(&LITTLE))
            .map(Need::words)
            .collect()
    }

    #[test]
    fn every_workload_asks_only_for_what_our_own_formats_have() {
        for workload in WORKLOADS.iter() {
            for need in of_workload(*workload, [256].into_iter()) {
                assert!(need.is_met(&EVERYTHING), "{}: {need:?}", workload.name());
            }
        }
    }

    #[test]
    fn what_is_missing_is_named() {
        assert_eq!(missing("scaling", &[100]), Vec::<String>::new());
        assert_eq!(missing("efficiency", &[]), Vec::<String>::new());
        assert_eq!(
            missing("scaling", &[5, 101]),
            ["does not take texts of 101 characters"]
        );
        let mixed = missing("mixed", &[]);
        for words in [
            "cannot say history",
            "cannot say delete_messages",
            "does not say where a listing goes on",
            "takes what it told as read",
        ] {
            assert!(mixed.iter().any(|missing| missing == words), "{mixed:?}");
        }
    }
}
