//! A verdict on a terminal: the outcome first, then what is red, then the rest.

use comfy_table::CellAlignment;

use super::dump::{self, Shape};
use super::ink::{Colors, Ink};
use super::sections::{Coming, Sections, status_words, waiver_words};
use super::times::{self, COLUMNS, Column};
use crate::gate::amounts::counted;
use crate::gate::verdict::{Finding, Outcome, Verdict};
use crate::tables::{printable, ruled, widest_line, wrapped};

/// What a verdict is shown on.
#[derive(Clone, Copy, Debug)]
pub struct Screen {
    /// In characters. Below 60, lines may be longer than that.
    pub width: usize,
    /// Whether it shows colours.
    pub colors: Colors,
}

/// How many findings one section lists.
const LISTED: usize = 20;

const INDENT: &str = "    ";

/// A verdict for people at a terminal, or at the log of a job. The text ends with a line feed.
#[must_use]
pub fn terminal(verdict: &Verdict, screen: Screen) -> String {
    let sections = Sections::of(verdict);
    let mut blocks = vec![headline(verdict, &sections, screen)];
    if verdict.outcome == Outcome::WrongAnswer {
        blocks.extend(notes(verdict, screen));
        return blocks.join("\n\n") + "\n";
    }
    let notes = notes(verdict, screen);
    let (before, after) = if sections.has_red() {
        (None, notes)
    } else {
        (notes, None)
    };
    blocks.extend(before);
    let lists = [
        ("Red", &sections.red, &sections.comings[..]),
        ("Red, and waived", &sections.waived, &[]),
        ("Reported, not red", &sections.reported, &[]),
        ("Inconclusive", &sections.inconclusive, &[]),
    ];
    for (title, findings, comings) in lists {
        blocks.extend(list(title, (findings, comings), screen));
    }
    let advice = sections.advice();
    blocks.extend(advice.map(|advice| wrapped(&advice, screen.width)));
    blocks.extend(table(&sections.timed, screen));
    blocks.extend(skipped(&sections, screen));
    blocks.extend(after);
    let same = sections.counts_of_same();
    blocks.extend(same.map(|counts| format!("The same: {counts}.")));
    blocks.join("\n\n") + "\n"
}

fn headline(verdict: &Verdict, sections: &Sections<'_>, screen: Screen) -> String {
    let (word, ink) = match verdict.outcome {
        Outcome::Pass => ("PASS", Ink::Good),
        Outcome::Regression => ("REGRESSION", Ink::Bad),
        Outcome::Inconclusive => ("INCONCLUSIVE", Ink::Unsure),
        Outcome::WrongAnswer => ("WRONG ANSWER", Ink::Bad),
    };
    let line = format!("{word}: {}", sections.headline(verdict));
    let rest = wrapped(&line, screen.width);
    let rest = rest.strip_prefix(word).unwrap_or(&rest);
    format!("{}{rest}", screen.colors.paint(ink, word))
}

fn list(
    title: &str,
    (findings, comings): (&[&Finding], &[Coming<'_>]),
    screen: Screen,
) -> Option<String> {
    if findings.is_empty() && comings.is_empty() {
        return None;
    }
    let mut lines = vec![screen.colors.paint(Ink::Heading, title)];
    for finding in findings.iter().take(LISTED) {
        lines.extend(entry(finding, screen));
    }
    let more = findings.len().saturating_sub(LISTED);
    if more > 0 {
        let more = counted(more, "more metric");
        lines.push(format!("  … and {more}; the JSON output has them all"));
    }
    for coming in comings {
        lines.push(format!("  {}/*", printable(&coming.prefix)));
        lines.push(indented(&coming.words(), screen));
    }
    Some(lines.join("\n"))
}

fn entry(finding: &Finding, screen: Screen) -> Vec<String> {
    let name = format!(
        "  {} ({}, {})",
        printable(finding.metric.as_str()),
        finding.class.name(),
        status_words(finding.status)
    );
    let mut lines = vec![name, indented(&finding.sentence, screen)];
    lines.extend(waiver_words(finding).map(|words| indented(&words, screen)));
    if let Some(bytes) = &finding.bytes {
        let shape = Shape::within(screen.width.saturating_sub(INDENT.len()), screen.colors);
        let dump = dump::lines(bytes, shape);
        lines.extend(dump.into_iter().map(|line| format!("{INDENT}{line}")));
    }
    lines
}

fn indented(text: &str, screen: Screen) -> String {
    let lines = wrapped(&printable(text), screen.width.saturating_sub(INDENT.len()));
    let lines: Vec<String> = lines
        .lines()
        .map(|line| format!("{INDENT}{line}"))
        .collect();
    lines.join("\n")
}

fn skipped(sections: &Sections<'_>, screen: Screen) -> Option<String> {
    if sections.skipped.is_empty() {
        return None;
    }
    let mut lines = vec![screen.colors.paint(Ink::Heading, "Not compared")];
    for group in &sections.skipped {
        lines.push(match group.findings.as_slice() {
            [one] => format!("  {}", printable(one.metric.as_str())),
            many => format!("  {}", counted(many.len(), "metric")),
        });
        lines.push(indented(group.sentence, screen));
    }
    Some(lines.join("\n"))
}

fn notes(verdict: &Verdict, screen: Screen) -> Option<String> {
    let notes = verdict.notes.iter();
    let notes: Vec<String> = notes
        .map(|note| wrapped(&printable(note), screen.width))
        .collect();
    (!notes.is_empty()).then(|| notes.join("\n"))
}

fn table(timed: &[&Finding], screen: Screen) -> Option<String> {
    if timed.is_empty() {
        return None;
    }
    let mut shown: Vec<&Column> = COLUMNS.iter().collect();
    let mut drawn = draw(timed, &shown);
    while widest_line(&drawn) > screen.width {
        let least = shown
            .iter()
            .map(|column| column.dispensable)
            .max()
            .unwrap_or(0);
        if least == 0 {
            break;
        }
        shown.retain(|column| column.dispensable != least);
        drawn = draw(timed, &shown);
    }
    let mut lines = vec![screen.colors.paint(Ink::Heading, "By time"), drawn];
    let left_out = COLUMNS.len() - shown.len();
    if left_out > 0 {
        let columns = counted(left_out, "more column");
        lines.push(format!(
            "{columns} in a wider terminal and in the other outputs."
        ));
    }
    lines.push(wrapped(&times::note(shown.into_iter()), screen.width));
    Some(lines.join("\n"))
}

fn draw(timed: &[&Finding], shown: &[&Column]) -> String {
    let titles = shown.iter().map(|column| column.title.to_owned());
    let alignments = shown.iter().map(|column| {
        if column.is_numeric {
            CellAlignment::Right
        } else {
            CellAlignment::Left
        }
    });
    let mut before = String::new();
    let rows = timed.iter().map(|finding| {
        let mut row: Vec<String> = shown
            .iter()
            .map(|column| printable(&column.cell(finding)))
            .collect();
        // Said once for all of a protocol, its name sets groups apart.
        let protocol = std::mem::take(&mut row[0]);
        if protocol != before {
            row[0].clone_from(&protocol);
            before = protocol;
        }
        row
    });
    let rows = rows.collect();
    ruled(titles.collect(), rows, &alignments.collect::<Vec<_>>())
}
