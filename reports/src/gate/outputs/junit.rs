//! A verdict as `JUnit` XML, which most systems that run jobs show as tests: one test a finding.

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use super::dump::{self, Shape};
use super::ink::Colors;
use super::sections::{status_words, waiver_words};
use crate::gate::metric::Class;
use crate::gate::verdict::{Finding, Outcome, Status, Verdict};

/// How wide a dump of bytes is, in characters.
const DUMP_WIDTH: usize = 80;

/// A verdict as a report with a suite for each class: what is red failed; what was waived, could not be told or was not
/// compared was skipped. A wrong answer is an error, and all that is said. The text ends with a line feed.
///
/// # Panics
/// Never in practice: what XML cannot hold is left out of texts, and a string takes whatever is written.
#[must_use]
pub fn junit(verdict: &Verdict) -> String {
    use Class::{Counted, Exact, Invariant, Slo, Statistical};
    let mut report = Report::new("loadgen gate");
    if verdict.outcome == Outcome::WrongAnswer {
        report.add_test_suite(wrong_answer(verdict));
        return serialized(&report);
    }
    for class in [Exact, Counted, Statistical, Invariant, Slo] {
        let findings = verdict.findings.iter();
        let mut findings = findings.filter(|finding| finding.class == class).peekable();
        if findings.peek().is_some() {
            let mut suite = TestSuite::new(class.name());
            suite.add_test_cases(findings.map(test_case));
            report.add_test_suite(suite);
        }
    }
    serialized(&report)
}

fn serialized(report: &Report) -> String {
    let text = report.to_string();
    text.expect("a string takes whatever is written")
}

fn test_case(finding: &Finding) -> TestCase {
    let mut case = TestCase::new(finding.metric.as_str(), status(finding));
    case.set_classname(finding.class.name());
    if finding.status != Status::Skipped && !finding.status.is_red() {
        case.set_system_out(finding.sentence.as_str());
    }
    case
}

fn status(finding: &Finding) -> TestCaseStatus {
    let mut status = match finding.status {
        Status::Same | Status::Better | Status::WorseBelowFloor | Status::NotConfirmed => {
            return TestCaseStatus::success();
        }
        Status::Inconclusive | Status::Skipped | Status::Waived => TestCaseStatus::skipped(),
        Status::Changed | Status::AppearedOrGone | Status::Regression | Status::Broken => {
            TestCaseStatus::non_success(NonSuccessKind::Failure)
        }
    };
    status.set_type(status_words(finding.status));
    status.set_message(match waiver_words(finding) {
        Some(words) => format!("{words} ({})", finding.sentence),
        None => finding.sentence.clone(),
    });
    let shape = Shape::within(DUMP_WIDTH, Colors::Plain);
    let dump = finding
        .bytes
        .as_ref()
        .map(|bytes| dump::lines(bytes, shape));
    if let Some(dump) = dump.filter(|dump| !dump.is_empty()) {
        status.set_description(format!("\n{}\n", dump.join("\n")));
    }
    status
}

fn wrong_answer(verdict: &Verdict) -> TestSuite {
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
    status.set_type("wrong answer");
    status.set_message("a run gave a wrong answer, so that nothing may be said");
    status.set_description(verdict.notes.join("\n"));
    let mut suite = TestSuite::new("answers");
    suite.add_test_case(TestCase::new("every answer is right", status));
    suite
}
