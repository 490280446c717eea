//! Which part of a message's cost is whose.

use super::Source;
use crate::attributed::{self, Row};
use crate::attribution;
use crate::document::{Block, Column, Entry, Section, Table};
use crate::numbers::{self, NONE};
use crate::schema::{Attribution, EffectFigure};

pub(super) fn section(source: &Source<'_, '_>) -> Option<Section> {
    let attribution = attribution::of(source.grid.results)?;
    let mut blocks = vec![Block::Text(introduction(&attribution))];
    blocks.extend(source.charts(&["waterfall", "waterfall_cpu", "waterfall_bytes"]));
    blocks.push(Block::Table(ways(&attribution)));
    blocks.push(Block::Table(components(&attribution)));
    blocks.push(Block::Table(interactions(&attribution)));
    blocks.push(Block::Table(bytes(&attribution)));
    blocks.push(Block::Text(CANNOT_TELL.to_owned()));
    Some(Section {
        id: "attribution",
        title: "Encoding, framing, transport: which part is whose".to_owned(),
        blocks,
    })
}

fn introduction(attribution: &Attribution) -> String {
    let left_out = match attribution.rounds_left_out {
        0 => String::new(),
        rounds => format!(" {rounds} more lack a valid run of some pair, and are left out."),
    };
    format!(
        "Every one of the codecs {} ran on every one of the transports {}, in {} rounds of trials.{left_out} Effects are \
         means over rounds with 99 % intervals (Student's t over the rounds' own effects).",
        attribution.factors.codecs.join(", "),
        attribution.factors.transports.join(", "),
        attribution.rounds
    )
}

const CANNOT_TELL: &str = "What this cannot tell: several accounts send at a time, so that time is that of the busier of two \
    processes and not the sum of what both do; CPU time is. Without a socket both ends share a process, its memory and its \
    caches. What a codec takes in a loop of its own, with its code and data at hand, is the least that it takes. \
    Interactions belong to a pair and to neither of its parts.";

fn components(attribution: &Attribution) -> Table {
    let rows = attributed::rows(attribution);
    let mut notes = vec![PARTS.to_owned(), EACH_FOR_ITSELF.to_owned()];
    notes.extend(attributed::fewer_rounds(attribution));
    Table {
        caption: "What a message costs, part by part".to_owned(),
        columns: std::iter::once(Column::words("component"))
            .chain(quantities(attribution))
            .collect(),
        rows: rows
            .iter()
            .map(|row| component_row(attribution, row))
            .collect(),
        notes,
    }
}

const PARTS: &str = "core is what is left in memory without encoding: rules, store, sessions, and the generator's own work. \
    transport is what a socket adds, framing what a transport adds to TCP. The parts of a pair and its interaction add up \
    to what was measured there; the largest interaction is the last row. Where nothing says what codecs take alone, as of \
    response times, in which the requests of all accounts wait for each other, the start with the first codec stands for \
    core and encoding, and other codecs for what they differ by.";

const EACH_FOR_ITSELF: &str =
    "Each interval has 99 % for itself: of a hundred, one is expected to miss.";

fn quantities(attribution: &Attribution) -> impl Iterator<Item = Column> + '_ {
    let quantities = attribution.quantities.iter();
    quantities.map(|quantity| Column::numbers(attributed::title(&quantity.quantity)))
}

fn component_row(attribution: &Attribution, row: &Row<'_>) -> Vec<Entry> {
    let entries = attribution.quantities.iter().zip(&row.effects);
    let entries = entries.map(|(quantity, effect)| match effect {
        Some(effect) => effect_entry(&quantity.quantity, effect),
        None => Entry::new(NONE),
    });
    std::iter::once(Entry::new(attributed::component_words(row.component)))
        .chain(entries)
        .collect()
}

fn effect_entry(quantity: &str, effect: &EffectFigure) -> Entry {
    let value = attributed::scaled(quantity, effect.value);
    let interval = attributed::interval(quantity, effect);
    let words = match effect.finding.as_str() {
        "shown" => interval,
        finding if interval.is_empty() => finding.to_owned(),
        finding => format!("{interval}; {finding}"),
    };
    Entry::with_detail(attributed::amount(value), words)
}

/// What does not add up, pair by pair.
fn interactions(attribution: &Attribution) -> Table {
    let rows = attributed::interactions(attribution).map(|pair| {
        let mut row = component_row(attribution, &attributed::across(attribution, pair));
        row[0] = Entry::new(pair.of.clone().unwrap_or_default());
        row
    });
    Table {
        caption: "Interaction: by how much each pair is above the sum of its parts".to_owned(),
        columns: std::iter::once(Column::words("pair"))
            .chain(quantities(attribution))
            .collect(),
        rows: rows.collect(),
        notes: vec![
            "Intervals of all pairs within a column hold together with 99 % (Bonferroni); columns do not.".to_owned(),
        ],
    }
}

fn ways(attribution: &Attribution) -> Table {
    let rows = attribution.waterfalls.iter().map(|way| {
        let step = |step: &crate::schema::WaterfallStep| {
            let by = attributed::signed(attributed::scaled(&way.quantity, step.effect.value));
            let interval = attributed::interval(&way.quantity, &step.effect);
            format!("{by} {} ({interval})", step.what)
        };
        let steps: Vec<String> = way.steps.iter().map(step).collect();
        let show = |value| attributed::amount(attributed::scaled(&way.quantity, value));
        vec![
            Entry::new(way.title.clone()),
            Entry::new(attributed::title(&way.quantity)),
            Entry::with_detail(show(way.from_value), way.from.clone()),
            Entry::new(steps.join("; ")),
            Entry::with_detail(show(way.to_value), way.to.clone()),
            Entry::new(attributed::interaction_words(way).unwrap_or_else(|| NONE.to_owned())),
        ]
    });
    Table {
        caption: "From one protocol to another".to_owned(),
        columns: vec![
            Column::words("way"),
            Column::words("for a message"),
            Column::numbers("from"),
            Column::prose("steps"),
            Column::numbers("to"),
            Column::prose("interaction"),
        ],
        rows: rows.collect(),
        notes: vec![
            "Steps are taken with the first codec and with the second, and averaged (Shapley): they add up, whatever the \
             order. The interaction is by how much the codec's step is larger on the second transport; there is none \
             where only one of the two changes."
                .to_owned(),
            EACH_FOR_ITSELF.to_owned(),
        ],
    }
}

fn bytes(attribution: &Attribution) -> Table {
    let rows = attribution.bytes.iter().map(|bytes| {
        let show = |part: &str, value: f64| {
            let mut varying = bytes.varying.iter();
            let words = match varying.find(|one| one.part == part) {
                None => "exact".to_owned(),
                Some(one) => varying_words(&one.effect),
            };
            Entry::with_detail(numbers::decimals(value, 1), words)
        };
        vec![
            Entry::new(format!("{}+{}", bytes.codec, bytes.transport)),
            show("payload", bytes.payload),
            show("encoding", bytes.encoding),
            show("framing", bytes.framing),
            show("stream", bytes.payload + bytes.encoding + bytes.framing),
        ]
    });
    Table {
        caption: "Bytes of a message: request, reply and event, both directions".to_owned(),
        columns: vec![
            Column::words("pair"),
            Column::numbers("payload"),
            Column::numbers("encoding"),
            Column::numbers("framing"),
            Column::numbers("stream"),
        ],
        rows: rows.collect(),
        notes: vec![
            "Counted in each round: exact where all of several rounds agree, a mean with its 99 % interval where they do \
             not. Encoding below 0: names that are said in fewer bytes than they have.".to_owned(),
        ],
    }
}

/// Bytes that differ from round to round; of few rounds the interval says next to nothing.
fn varying_words(effect: &EffectFigure) -> String {
    match (effect.low, effect.high) {
        (Some(_), Some(_)) if effect.finding == attributed::TOO_FEW => "varies".to_owned(),
        (Some(low), Some(high)) => format!(
            "{} to {}",
            numbers::decimals(low, 1),
            numbers::decimals(high, 1)
        ),
        _ => "a single round".to_owned(),
    }
}
