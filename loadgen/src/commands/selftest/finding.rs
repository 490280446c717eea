//! What was expected, what was measured, and whether one may stand for the other.

use comfy_table::{CellAlignment, ContentArrangement, LineStyle, Table, TableStyle};

/// A rule above, below the head, and at the end.
const RULES: TableStyle = {
    let rule = LineStyle::none().fill('─').junction('─');
    TableStyle::new()
        .top_border(rule)
        .header_separator(rule)
        .bottom_border(rule)
};

/// What is counted or measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    Nanoseconds,
    Bytes,
    /// One thing as a share of another.
    Ratio,
}

/// How far a measured value may lie from the expected one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Allowed {
    /// Not at all.
    Nothing,
    /// By this much in its unit, or by this share of what is expected, whichever is more.
    Off { by: f64, share: f64 },
    /// By anything: it stands there to be looked at.
    Anything,
}

/// One line of the table.
#[derive(Clone, Debug)]
pub(super) struct Finding {
    pub(super) what: String,
    pub(super) unit: Unit,
    /// `None` where nothing is expected.
    pub(super) expected: Option<f64>,
    pub(super) measured: f64,
    /// Where an interval around what was measured begins and ends; `None` where there is none.
    pub(super) interval: Option<[f64; 2]>,
    pub(super) allowed: Allowed,
}

impl Finding {
    /// What is there to be looked at.
    pub(super) fn remark(what: impl Into<String>, unit: Unit, measured: f64) -> Self {
        Self {
            what: what.into(),
            unit,
            expected: None,
            measured,
            interval: None,
            allowed: Allowed::Anything,
        }
    }

    pub(super) fn is_tested(&self) -> bool {
        self.allowed != Allowed::Anything
    }

    pub(super) fn holds(&self) -> bool {
        match (self.error(), self.most()) {
            (Some(error), Some(most)) => error.abs() <= most,
            _ => !self.is_tested(),
        }
    }

    fn error(&self) -> Option<f64> {
        Some(self.measured - self.expected?)
    }

    /// The largest error that is allowed.
    fn most(&self) -> Option<f64> {
        match self.allowed {
            Allowed::Nothing => Some(0.0),
            Allowed::Off { by, share } => Some(by.max(share * self.expected?)),
            Allowed::Anything => None,
        }
    }
}

/// All findings, a line each.
pub(super) fn table(findings: &[Finding]) -> String {
    let mut table = Table::new();
    table
        .load_style(RULES)
        .set_content_arrangement(ContentArrangement::Disabled)
        .set_header(["instrument", "expected", "measured", "error", "allowed", ""]);
    for finding in findings {
        let show =
            |value: Option<f64>| value.map_or("–".to_owned(), |value| shown(value, finding.unit));
        let verdict = match (finding.is_tested(), finding.holds()) {
            (false, _) => "",
            (true, true) => "ok",
            (true, false) => "WRONG",
        };
        table.add_row([
            finding.what.clone(),
            show(finding.expected),
            measured(finding),
            show(finding.error()),
            show(finding.most()),
            verdict.to_owned(),
        ]);
    }
    for (index, column) in table.column_iter_mut().enumerate() {
        column.set_padding((0, 2));
        if (1..=4).contains(&index) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table.trim_fmt() + "\n"
}

fn measured(finding: &Finding) -> String {
    let value = |value| shown(value, finding.unit);
    let interval = finding
        .interval
        .map(|[low, high]| format!(" ({} to {})", value(low), value(high)));
    value(finding.measured) + &interval.unwrap_or_default()
}

fn shown(value: f64, unit: Unit) -> String {
    match unit {
        Unit::Nanoseconds if value.abs() >= 1e6 => format!("{:.3} ms", value / 1e6),
        Unit::Nanoseconds => format!("{:.1} µs", value / 1e3),
        Unit::Bytes => format!("{value:.0} B"),
        Unit::Ratio => format!("{value:.3}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(expected: f64, measured: f64, allowed: Allowed, holds: bool) {
        let finding = Finding {
            what: "x".to_owned(),
            unit: Unit::Nanoseconds,
            expected: Some(expected),
            measured,
            interval: None,
            allowed,
        };
        assert_eq!(finding.holds(), holds, "{finding:?}");
        assert_eq!(table(&[finding]).contains("WRONG"), !holds);
    }

    #[test]
    fn an_error_is_held_against_the_larger_of_both_bounds() {
        let allowed = Allowed::Off {
            by: 50.0,
            share: 0.01,
        };
        check(1_000.0, 1_050.0, allowed, true);
        check(1_000.0, 949.0, allowed, false);
        check(10_000.0, 10_100.0, allowed, true);
        check(10_000.0, 10_101.0, allowed, false);
        check(7.0, 7.0, Allowed::Nothing, true);
        check(7.0, 8.0, Allowed::Nothing, false);
    }

    #[test]
    fn a_remark_is_no_test() {
        let remark = Finding::remark("x", Unit::Ratio, 1.5);
        assert!(remark.holds() && !remark.is_tested());
        assert!(table(&[remark]).contains("1.500"));
    }
}
