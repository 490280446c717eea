//! What a factorial run comes to, as a terminal shows it: components, ways from one protocol to another, claims.

use comfy_table::CellAlignment;

use super::{ruled, wrapped};
use crate::attributed::{self, Row};
use crate::attribution;
use crate::claims;
use crate::schema::{Attribution, Claim, Results};

/// All of it; nothing without a factorial run.
pub(super) fn tables(results: &Results, width: usize) -> Vec<String> {
    let mut tables = Vec::new();
    if let Some(attribution) = attribution::of(results) {
        tables.push(components(&attribution, width));
        tables.push(ways(&attribution, width));
    }
    let claims = claims::of(results);
    if !claims.is_empty() {
        tables.push(answers(&claims, width));
    }
    tables
}

fn components(attribution: &Attribution, width: usize) -> String {
    let mut titles = vec!["component".to_owned()];
    let mut alignments = vec![CellAlignment::Left];
    for quantity in &attribution.quantities {
        titles.push(attributed::title(&quantity.quantity).to_owned());
        titles.push(String::new());
        alignments.extend([CellAlignment::Right, CellAlignment::Left]);
    }
    let rows = attributed::rows(attribution);
    let rows = rows.iter().map(|row| component_row(attribution, row));
    let table = ruled(titles, rows.collect(), &alignments);
    let heading = format!(
        "attribution: what a message costs, part by part, in {} complete rounds of trials",
        attribution.rounds
    );
    let mut notes = vec![NOTE.to_owned()];
    notes.extend(attributed::fewer_rounds(attribution));
    let notes = wrapped(&notes.join(" "), width);
    format!("{heading}\n{table}\n{notes}\n")
}

const NOTE: &str = "Each cell is the sum of its parts; the start with the first codec stands for core and encoding where \
    nothing says what encoding takes alone. ± is half of the 99 % interval over rounds, each interval for itself: of a \
    hundred one is expected to miss. ? not told from 0, or too few trials for words (8). The last row is the largest of \
    all interactions, whose intervals hold together within a column.";

fn component_row(attribution: &Attribution, row: &Row<'_>) -> Vec<String> {
    let mut entries = vec![attributed::component_words(row.component)];
    for (quantity, effect) in attribution.quantities.iter().zip(&row.effects) {
        let Some(effect) = effect else {
            entries.extend([String::new(), String::new()]);
            continue;
        };
        let scaled = |value| attributed::scaled(&quantity.quantity, value);
        entries.push(attributed::amount(scaled(effect.value)));
        let doubt = if effect.finding == "shown" { "" } else { " ?" };
        let margin = match (effect.low, effect.high) {
            (Some(low), Some(high)) if effect.finding != attributed::TOO_FEW => {
                format!("±{}", attributed::amount(scaled((high - low) / 2.0)))
            }
            _ => String::new(),
        };
        entries.push(format!("{margin}{doubt}"));
    }
    entries
}

/// Time and bytes; the report has the rest.
fn ways(attribution: &Attribution, width: usize) -> String {
    let mut lines = vec![
        "from one protocol to another, both orders of steps averaged; intervals of 99 %, each for itself"
            .to_owned(),
    ];
    let shown = ["time_ns", "stream_bytes"];
    let ways = attribution.waterfalls.iter();
    for way in ways.filter(|way| shown.contains(&way.quantity.as_str())) {
        lines.push(wrapped(&attributed::waterfall_words(way), width));
    }
    lines.join("\n") + "\n"
}

fn answers(claims: &[Claim], width: usize) -> String {
    let mut lines =
        vec!["what the notebooks claimed, held against this run; intervals of 99 %".to_owned()];
    for claim in claims {
        lines.push(wrapped(&attributed::claim_words(claim), width));
        for figure in &claim.figures {
            let (value, interval) = attributed::claim_figure(figure);
            let interval = if interval.is_empty() {
                interval
            } else {
                format!(" ({interval})")
            };
            let expected = if figure.expected.is_empty() {
                String::new()
            } else {
                format!(", expected {}", figure.expected)
            };
            let line = format!(
                "{}: {value}{interval}{expected}: {}",
                figure.figure, figure.verdict
            );
            let line = wrapped(&line, width.saturating_sub(4).max(40));
            lines.push(format!("  · {}", line.replace('\n', "\n    ")));
        }
    }
    lines.join("\n") + "\n"
}
