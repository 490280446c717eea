//! Where and how it ran: machine, configuration, command.

use super::Source;
use crate::document::{Block, Section};
use crate::numbers::{self, NONE};
use crate::schema::{Config, Machine};

#[expect(
    clippy::unnecessary_wraps,
    reason = "all sections have the same signature"
)]
pub(super) fn section(source: &Source<'_, '_>) -> Option<Section> {
    let results = source.grid.results;
    let mut blocks = Vec::new();
    let others = &results.also_from;
    if others.iter().any(|other| other.machine != results.machine) {
        blocks.push(Block::Warning(
            "These results come from different machines, or from different builds of the harness: differences between \
             them are not the protocols' alone."
                .to_owned(),
        ));
    }
    blocks.push(Block::Facts(machine(&results.machine)));
    blocks.push(Block::Facts(config(&results.config)));
    blocks.push(Block::Code(command(&results.config)));
    for other in others {
        if other.machine != results.machine {
            blocks.push(Block::Facts(machine(&other.machine)));
        }
        blocks.push(Block::Facts(config(&other.config)));
        blocks.push(Block::Code(command(&other.config)));
    }
    Some(Section {
        id: "machine",
        title: "Machine, configuration, command".to_owned(),
        blocks,
    })
}

fn fact(name: &str, value: impl Into<String>) -> (String, String) {
    (name.to_owned(), value.into())
}

fn machine(machine: &Machine) -> Vec<(String, String)> {
    let or_none = |value: &Option<String>| value.clone().unwrap_or_else(|| NONE.to_owned());
    vec![
        fact("processor", &machine.cpu_model),
        fact("logical cores", numbers::count(u64::from(machine.cores))),
        fact("memory", numbers::size_bytes(machine.memory_bytes)),
        fact("operating system", &machine.os),
        fact("kernel", &machine.kernel),
        fact("toolchain", &machine.rustc),
        fact("revision", or_none(&machine.git_revision)),
        fact("lock file, SHA-256", or_none(&machine.lock_sha256)),
    ]
}

fn config(config: &Config) -> Vec<(String, String)> {
    let number = |value: Option<u32>| value.map(|value| numbers::count(u64::from(value)));
    let list = |values: &[u32]| {
        values
            .iter()
            .map(u32::to_string)
            .collect::<Vec<_>>()
            .join(" ")
    };
    let mut facts = vec![
        fact("started", &config.started_at),
        fact("seed", config.seed.to_string()),
        fact("trials", config.trials.to_string()),
        fact("protocols", config.protocols.join(" ")),
        fact("workloads", config.workloads.join(" ")),
        fact("accounts", list(&config.accounts)),
        fact(
            "rounds",
            number(config.rounds).unwrap_or_else(|| "repeated for a time".to_owned()),
        ),
        fact("in flight, a connection", config.in_flight.to_string()),
        fact("store", &config.store),
        fact("delivery", &config.delivery),
    ];
    let optional = [
        (
            "text sizes, bytes",
            (!config.message_bytes.is_empty()).then(|| list(&config.message_bytes)),
        ),
        (
            "offered load, messages/s",
            config.rate_hz.map(numbers::measured),
        ),
        ("link", config.link.clone()),
        ("server", config.addr.clone()),
        ("connections", number(config.connections)),
        ("compression", config.compression.clone()),
        ("PBKDF2 iterations", number(config.scram_iterations)),
        ("server threads", number(config.server_threads)),
        ("generator threads", number(config.loadgen_threads)),
        (
            "clocks and randomness",
            config.deterministic.then(|| "fixed".to_owned()),
        ),
    ];
    facts.extend(
        optional
            .into_iter()
            .filter_map(|(name, value)| Some(fact(name, value?))),
    );
    facts
}

/// The command line as a shell would take it.
fn command(config: &Config) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_=+.,:/@%".contains(c);
    let quoted = config.command.iter().map(|argument| {
        if !argument.is_empty() && argument.chars().all(plain) {
            argument.clone()
        } else {
            format!("'{}'", argument.replace('\'', r"'\''"))
        }
    });
    quoted.collect::<Vec<_>>().join(" ")
}
