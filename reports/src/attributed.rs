//! Attribution and claims in words and numbers, for the page and for a terminal.

use crate::claims;
use crate::numbers::{self, NONE};
use crate::schema::{Attribution, Claim, ClaimFigure, Component, EffectFigure, Waterfall};

/// The quantities, how they are called, and how many of their units are one of those that are shown.
const QUANTITIES: [(&str, &str, f64); 5] = [
    ("time_ns", "time, µs", 1e3),
    ("latency_p50_ns", "ack p50, µs", 1e3),
    ("server_cpu_ns", "server CPU, µs", 1e3),
    ("loadgen_cpu_ns", "generator CPU, µs", 1e3),
    ("stream_bytes", "stream, B", 1.0),
];

/// What a finding says of too few rounds.
pub(crate) const TOO_FEW: &str = "too few trials";

/// What a quantity is called, with its unit.
pub(crate) fn title(quantity: &str) -> &'static str {
    let known = QUANTITIES.iter().find(|(name, ..)| *name == quantity);
    known.map_or("", |(_, title, _)| title)
}

/// A quantity in the unit that is shown.
pub(crate) fn scaled(quantity: &str, value: f64) -> f64 {
    let known = QUANTITIES.iter().find(|(name, ..)| *name == quantity);
    value / known.map_or(1.0, |(.., unit)| *unit)
}

/// What a component is called.
pub(crate) fn component_words(component: &Component) -> String {
    let of = component.of.as_deref().unwrap_or_default();
    match component.part.as_str() {
        "core" => "core (memory, without encoding)".to_owned(),
        "core_and_transport" => "core and socket (without encoding)".to_owned(),
        "start" => format!("start: {of}, encoding included"),
        "encoding" => format!("encoding: {of}"),
        "encoding_over_first" => format!("{of} over the first codec, queueing included"),
        "encoding_alone" => format!("· {of}, measured alone"),
        "transport" => format!("transport: {of} over memory"),
        "framing" => format!("framing: {of}"),
        part => format!("{part}: {of}"),
    }
}

/// The order in which parts are shown.
const PARTS: [&str; 8] = [
    "core",
    "core_and_transport",
    "encoding",
    "encoding_alone",
    "start",
    "encoding_over_first",
    "transport",
    "framing",
];

/// A component in all quantities.
pub(crate) struct Row<'a> {
    /// The component of the first quantity that has it.
    pub(crate) component: &'a Component,
    /// For each quantity, in order; none where it lacks the component.
    pub(crate) effects: Vec<Option<&'a EffectFigure>>,
}

/// Everything but interactions, then the one that is largest by the first quantity.
pub(crate) fn rows(attribution: &Attribution) -> Vec<Row<'_>> {
    let mut shown: Vec<&Component> = Vec::new();
    for component in attribution
        .quantities
        .iter()
        .flat_map(|one| &one.components)
    {
        let is_new = !shown.iter().any(|one| is_same(one, component));
        if is_new && PARTS.contains(&component.part.as_str()) {
            shown.push(component);
        }
    }
    shown.sort_by_key(|component| PARTS.iter().position(|part| *part == component.part));
    let size = |component: &&Component| component.effect.value.abs();
    let largest = interactions(attribution).max_by(|one, other| size(one).total_cmp(&size(other)));
    shown
        .into_iter()
        .chain(largest)
        .map(|component| across(attribution, component))
        .collect()
}

/// The interactions of all pairs, by the first quantity.
pub(crate) fn interactions(attribution: &Attribution) -> impl Iterator<Item = &Component> {
    let first = attribution.quantities.first();
    let components = first.map_or(&[][..], |quantity| &quantity.components);
    components.iter().filter(|one| one.part == "interaction")
}

/// A component of each quantity.
pub(crate) fn across<'a>(attribution: &'a Attribution, component: &'a Component) -> Row<'a> {
    let quantities = attribution.quantities.iter();
    let effects = quantities.map(|quantity| {
        let mut components = quantity.components.iter();
        let found = components.find(|other| is_same(other, component));
        found.map(|found| &found.effect)
    });
    Row {
        component,
        effects: effects.collect(),
    }
}

fn is_same(one: &Component, other: &Component) -> bool {
    one.part == other.part && one.of == other.of
}

/// Which quantities are from fewer rounds than there are complete ones; nothing where none is.
pub(crate) fn fewer_rounds(attribution: &Attribution) -> Option<String> {
    let quantities = attribution.quantities.iter();
    let fewer: Vec<String> = quantities
        .filter(|quantity| quantity.rounds < attribution.rounds)
        .map(|quantity| format!("{} {}", title(&quantity.quantity), quantity.rounds))
        .collect();
    (!fewer.is_empty()).then(|| {
        format!(
            "Of {} rounds some lack a quantity, and it is from fewer: {}.",
            attribution.rounds,
            fewer.join("; ")
        )
    })
}

/// An effect with its sign: `+15.3`.
pub(crate) fn signed(value: f64) -> String {
    let sign = if value < 0.0 { "−" } else { "+" };
    format!("{sign}{}", numbers::measured(value.abs()))
}

/// An amount that may be below 0.
pub(crate) fn amount(value: f64) -> String {
    if value < 0.0 {
        format!("−{}", numbers::measured(-value))
    } else {
        numbers::measured(value)
    }
}

/// `14.9 to 15.7`, `exact`, or nothing.
pub(crate) fn interval(quantity: &str, effect: &EffectFigure) -> String {
    match (effect.low, effect.high) {
        // So few say next to nothing of how they spread.
        _ if effect.finding == TOO_FEW => String::new(),
        (Some(low), Some(high)) => {
            let show = |value| amount(scaled(quantity, value));
            format!("{} to {}", show(low), show(high))
        }
        _ => EXACT.to_owned(),
    }
}

/// What agrees in all rounds and was counted.
const EXACT: &str = "exact";

/// `json+tcp 10.2, +15.3 a call each (14.9 to 15.7), −2.10 protobuf (−2.3 to −1.9), = protobuf+grpc 23.4; interaction
/// −0.3 (−0.5 to −0.1, shown)`, in one line.
pub(crate) fn waterfall_words(waterfall: &Waterfall) -> String {
    let Waterfall {
        quantity, from, to, ..
    } = waterfall;
    let show = |value| amount(scaled(quantity, value));
    let steps = waterfall.steps.iter().map(|step| {
        let interval = interval(quantity, &step.effect);
        let interval = if interval.is_empty() {
            interval
        } else {
            format!(" ({interval})")
        };
        let by = signed(scaled(quantity, step.effect.value));
        format!("{by} {}{interval}", step.what)
    });
    let ends = [
        format!("{from} {}", show(waterfall.from_value)),
        format!("= {to} {}", show(waterfall.to_value)),
    ];
    let [begin, end] = ends;
    let all: Vec<String> = [begin].into_iter().chain(steps).chain([end]).collect();
    let interaction = interaction_words(waterfall)
        .map_or_else(String::new, |words| format!("; interaction {words}"));
    format!(
        "{}, {}: {}{interaction}",
        waterfall.title,
        title(quantity),
        all.join(", ")
    )
}

/// What cannot be given to one step, in words; none where only the codec or only the transport changes.
pub(crate) fn interaction_words(waterfall: &Waterfall) -> Option<String> {
    let quantity = &waterfall.quantity;
    let interaction = waterfall.interaction.as_ref()?;
    let interval = interval(quantity, interaction);
    let by = signed(scaled(quantity, interaction.value));
    if interval == EXACT {
        return Some(format!("{by} ({EXACT})"));
    }
    let known = [interval.as_str(), interaction.finding.as_str()];
    let known: Vec<&str> = known
        .into_iter()
        .filter(|words| !words.is_empty())
        .collect();
    Some(format!("{by} ({})", known.join(", ")))
}

/// A figure of a claim: its value, its interval.
pub(crate) fn claim_figure(figure: &ClaimFigure) -> (String, String) {
    let show = |value| claims::show(&figure.unit, value);
    let value = figure.value.map_or(NONE.to_owned(), show);
    let interval = match (figure.value, figure.low, figure.high) {
        _ if figure.verdict.ends_with(claims::TOO_FEW) => String::new(),
        (_, Some(low), Some(high)) => format!("{} to {}", show(low), show(high)),
        (Some(_), ..) => "exact, or a single trial".to_owned(),
        _ => String::new(),
    };
    (value, interval)
}

/// `claim 1 (A), refuted: JSON takes …`.
pub(crate) fn claim_words(claim: &Claim) -> String {
    format!(
        "claim {} ({}), {}: {}",
        claim.number, claim.notebook, claim.verdict, claim.claim
    )
}
