//! A verdict in Markdown, for the summary of a job or a comment: what is red in full, the rest folded.

use super::dump::{self, Shape};
use super::ink::Colors;
use super::sections::{Sections, status_words, waiver_words};
use super::times::{self, COLUMNS};
use crate::export::markdown::{code_lines, escape, row_line};
use crate::gate::amounts::counted;
use crate::gate::verdict::{Finding, Outcome, Verdict};

/// How many findings one section lists: a summary has a limit of 1 MiB on GitHub.
const LISTED: usize = 50;

/// How wide a dump of bytes is, in characters.
const DUMP_WIDTH: usize = 80;

/// A verdict as a page of Markdown with a heading of the second level. The text ends with a line feed.
#[must_use]
pub fn markdown(verdict: &Verdict) -> String {
    let sections = Sections::of(verdict);
    let mut blocks = vec![headline(verdict, &sections)];
    if verdict.outcome == Outcome::WrongAnswer {
        blocks.extend(notes(verdict));
        return blocks.join("\n\n") + "\n";
    }
    blocks.extend(list(&sections.red));
    blocks.extend(comings(&sections));
    blocks.extend(sections.advice().map(|advice| prose(&advice)));
    blocks.extend(notes(verdict));
    let folded = [
        ("Red, and waived", &sections.waived),
        ("Reported, not red", &sections.reported),
        ("Inconclusive", &sections.inconclusive),
    ];
    for (title, findings) in folded {
        let body = list(findings);
        blocks.extend(body.map(|body| details(title, findings.len(), &body)));
    }
    blocks.extend(table(&sections.timed));
    blocks.extend(skipped(&sections));
    let same = sections.counts_of_same();
    blocks.extend(same.map(|counts| format!("The same: {counts}.")));
    blocks.join("\n\n") + "\n"
}

fn headline(verdict: &Verdict, sections: &Sections<'_>) -> String {
    let word = match verdict.outcome {
        Outcome::Pass => "✅ Pass",
        Outcome::Regression => "❌ Regression",
        Outcome::Inconclusive => "⚠️ Inconclusive",
        Outcome::WrongAnswer => "❌ Wrong answer",
    };
    format!("## {word}: {}", escape(&sections.headline(verdict)))
}

fn list(findings: &[&Finding]) -> Option<String> {
    if findings.is_empty() {
        return None;
    }
    let mut blocks: Vec<String> = findings
        .iter()
        .take(LISTED)
        .map(|finding| entry(finding))
        .collect();
    let more = findings.len().saturating_sub(LISTED);
    if more > 0 {
        blocks.push(format!(
            "… and {}; the JSON output has them all.",
            counted(more, "more metric")
        ));
    }
    Some(blocks.join("\n\n"))
}

fn entry(finding: &Finding) -> String {
    let text = format!(
        "**{}** ({}, {}): {}",
        escape(finding.metric.as_str()),
        finding.class.name(),
        status_words(finding.status),
        prose(&finding.sentence)
    );
    let waived = waiver_words(finding).map(|words| format!("({})", prose(&words)));
    let text = [Some(text), waived].into_iter().flatten();
    let text = text.collect::<Vec<_>>().join(" ");
    let shape = Shape::within(DUMP_WIDTH, Colors::Plain);
    let dump = finding
        .bytes
        .as_ref()
        .map(|bytes| dump::lines(bytes, shape));
    match dump.filter(|dump| !dump.is_empty()) {
        Some(dump) => format!("{text}\n\n{}", code_lines(&dump.join("\n")).join("\n")),
        None => text,
    }
}

fn comings(sections: &Sections<'_>) -> Option<String> {
    let comings = sections.comings.iter();
    let lines =
        comings.map(|coming| format!("- **{}/\\***: {}", escape(&coming.prefix), coming.words()));
    let lines: Vec<String> = lines.collect();
    (!lines.is_empty()).then(|| lines.join("\n"))
}

/// Text in which what stands between two backticks is code, and the rest is as it is.
fn prose(text: &str) -> String {
    let pieces: Vec<&str> = text.split('`').collect();
    let last = pieces.len() - 1;
    let shown = pieces.iter().enumerate().map(|(at, piece)| {
        let is_code =
            at % 2 == 1 && at < last && !piece.is_empty() && !piece.contains(['\n', '\r']);
        match (at % 2, is_code) {
            (_, true) => format!("`{piece}`"),
            (1, false) if at < last => format!("\\`{}\\`", escape(piece)),
            (1, false) => format!("\\`{}", escape(piece)),
            _ => escape(piece),
        }
    });
    shown.collect()
}

fn skipped(sections: &Sections<'_>) -> Option<String> {
    let lines = sections.skipped.iter().map(|group| {
        let what = match group.findings.as_slice() {
            [one] => escape(one.metric.as_str()),
            many => counted(many.len(), "metric"),
        };
        format!("- {what}: {}", prose(group.sentence))
    });
    let lines: Vec<String> = lines.collect();
    let count = sections
        .skipped
        .iter()
        .map(|group| group.findings.len())
        .sum();
    (!lines.is_empty()).then(|| details("Not compared", count, &lines.join("\n")))
}

fn notes(verdict: &Verdict) -> Option<String> {
    let notes: Vec<String> = verdict
        .notes
        .iter()
        .map(|note| format!("> {}", prose(note)))
        .collect();
    (!notes.is_empty()).then(|| notes.join("\n>\n"))
}

fn table(timed: &[&Finding]) -> Option<String> {
    if timed.is_empty() {
        return None;
    }
    let rule = |is_numeric| if is_numeric { "---:" } else { "---" };
    let mut lines = vec![
        row_line(COLUMNS.iter().map(|column| column.title.to_owned())),
        row_line(
            COLUMNS
                .iter()
                .map(|column| rule(column.is_numeric).to_owned()),
        ),
    ];
    lines.extend(
        timed
            .iter()
            .map(|finding| row_line(COLUMNS.iter().map(|column| escape(&column.cell(finding))))),
    );
    lines.push(String::new());
    lines.push(escape(&times::note(COLUMNS.iter())));
    Some(details("By time", timed.len(), &lines.join("\n")))
}

/// A part that is folded until somebody asks for it. Without the empty lines its body would not be Markdown.
fn details(title: &str, count: usize, body: &str) -> String {
    format!("<details><summary>{title} ({count})</summary>\n\n{body}\n\n</details>")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_between_backticks_is_code() {
        let cases = [
            ("use `a_b|c` or *", "use `a_b|c` or \\*"),
            ("one ` alone <b>", "one \\` alone &lt;b&gt;"),
            ("`` empty", "\\`\\` empty"),
            ("`a` and `b", "`a` and \\`b"),
            ("`<b>\n`", "\\`&lt;b&gt; \\`"),
        ];
        for (text, expected) in cases {
            assert_eq!(prose(text), expected);
        }
    }
}
