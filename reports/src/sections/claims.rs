//! The notebooks' claims, and what this run says of them.

use super::Source;
use crate::attributed;
use crate::claims;
use crate::document::{Block, Column, Entry, Section, Table};
use crate::schema::{Claim, ClaimFigure};

pub(super) fn section(source: &Source<'_, '_>) -> Option<Section> {
    let claims = claims::of(source.grid.results);
    if claims.is_empty() {
        return None;
    }
    Some(Section {
        id: "claims",
        title: "What the notebooks claimed".to_owned(),
        blocks: vec![
            Block::Text(INTRODUCTION.to_owned()),
            Block::Table(table(&claims)),
        ],
    })
}

const INTRODUCTION: &str = "Each claim is held against figures of this run, with what its own words and tables let expect. A \
    figure supports it where its whole 99 % interval lies in what is expected, and refutes it where no part of it does; \
    otherwise, and with fewer than 8 trials, it cannot be told. Figures without an expectation stand beside, and reasons \
    that a claim gives are judged and decide nothing.";

fn table(claims: &[Claim]) -> Table {
    Table {
        caption: "Claims 1 to 5 and 9 to 12".to_owned(),
        columns: vec![
            Column::prose("claim"),
            Column::prose("figure"),
            Column::numbers("found"),
            Column::words("expected"),
            Column::prose("says"),
        ],
        rows: claims.iter().flat_map(rows).collect(),
        notes: vec![
            "Below each figure is its 99 % interval over trials (Student's t over logarithms of pairs). Time is that of \
             the message phases by their messages; “alone” is what a codec's functions take in a loop."
                .to_owned(),
        ],
    }
}

fn rows(claim: &Claim) -> Vec<Vec<Entry>> {
    let row = |(place, figure): (usize, &ClaimFigure)| {
        let (value, interval) = attributed::claim_figure(figure);
        // Said once for all of its figures.
        let words = if place == 0 {
            attributed::claim_words(claim)
        } else {
            String::new()
        };
        vec![
            Entry::new(words),
            Entry::new(figure.figure.clone()),
            Entry::with_detail(value, interval),
            Entry::new(figure.expected.clone()),
            Entry::new(figure.verdict.clone()),
        ]
    };
    claim.figures.iter().enumerate().map(row).collect()
}
