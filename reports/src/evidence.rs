//! How often one protocol was told apart from itself: the controls of many results files, compared exactly as a report
//! compares them.

use std::fmt::Write as _;

use comfy_table::CellAlignment;

use crate::cells::{CellError, Grid};
use crate::comparisons::control::{Control, Floor};
use crate::comparisons::metrics::METRICS;
use crate::comparisons::words::{self, Said};
use crate::numbers::NONE;
use crate::schema::Results;
use crate::tables::ruled;

/// The measures of which each comparison is printed; the totals name all.
const PRINTED: [&str; 4] = ["messages/s", "ack p50", "ack p99", "server CPU"];

/// The controls of several results files, and what each measure said of them.
///
/// One line a file: the ratio of the control to its original with its 99 % interval, and the word, if one is said. Then
/// one line a measure: how often which word was said. The text ends with a line feed.
///
/// # Errors
/// When a histogram in the results cannot be read.
pub fn of_controls(all: &[Results]) -> Result<String, CellError> {
    let controls = all
        .iter()
        .map(|results| Ok(Control::of(&Grid::new(results)?)))
        .collect::<Result<Vec<Option<Control>>, CellError>>()?;
    let controls: Vec<Control> = controls.into_iter().flatten().collect();
    let mut text = comparisons(&controls);
    let without = all.len() - controls.len();
    if without > 0 {
        let _ = writeln!(text, "{without} of {} files have no control", all.len());
    }
    let _ = write!(text, "\n{}", totals(&controls));
    Ok(text)
}

/// A line for each comparison.
fn comparisons(controls: &[Control]) -> String {
    let mut titles = vec![String::new(), "rounds".to_owned()];
    let mut alignments = vec![CellAlignment::Right, CellAlignment::Right];
    for title in PRINTED {
        titles.extend([title.to_owned(), "99 % interval".to_owned(), String::new()]);
        alignments.extend([
            CellAlignment::Right,
            CellAlignment::Right,
            CellAlignment::Left,
        ]);
    }
    let rows = controls.iter().enumerate().map(|(place, control)| {
        let mut row = vec![(place + 1).to_string(), control.pairs().to_string()];
        for title in PRINTED {
            let floor = control.floors().find(|floor| floor.metric.title == title);
            row.extend(floor.map_or_else(
                || [NONE.to_owned(), NONE.to_owned(), String::new()],
                comparison,
            ));
        }
        row
    });
    ruled(titles, rows.collect(), &alignments) + "\n"
}

fn comparison(floor: &Floor) -> [String; 3] {
    let said = said(floor);
    let word = match said {
        Said::NoDifferenceShown => String::new(),
        said => said.text().to_owned(),
    };
    [
        words::ratio(&floor.compared),
        words::interval(&floor.compared),
        word,
    ]
}

/// What is said of the control against its original.
fn said(floor: &Floor) -> Said {
    Said::of(floor.metric, &floor.compared, None)
}

/// How often each measure said what.
fn totals(controls: &[Control]) -> String {
    let rows = METRICS.iter().filter_map(|metric| {
        let floors: Vec<&Floor> = controls
            .iter()
            .filter_map(|control| control.floor(metric))
            .collect();
        let count = |is: fn(Said) -> bool| {
            let found = floors.iter().filter(|floor| is(said(floor))).count();
            found.to_string()
        };
        (!floors.is_empty()).then(|| {
            vec![
                metric.title.to_owned(),
                floors.len().to_string(),
                count(|said| said == Said::NoDifferenceShown),
                count(|said| matches!(said, Said::Better(_))),
                count(|said| matches!(said, Said::Worse(_))),
                count(|said| said == Said::TooFewTrials),
            ]
        })
    });
    let titles = [
        "measure",
        "comparisons",
        "no difference shown",
        "faster or less",
        "slower or more",
        "too few trials",
    ];
    let mut alignments = vec![CellAlignment::Right; titles.len()];
    alignments[0] = CellAlignment::Left;
    ruled(
        titles.map(str::to_owned).to_vec(),
        rows.collect(),
        &alignments,
    ) + "\n"
}
