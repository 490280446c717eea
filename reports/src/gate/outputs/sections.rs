//! What of a verdict goes where, whatever the format.

use crate::gate::amounts::counted;
use crate::gate::metric::Class;
use crate::gate::verdict::{Finding, Outcome, Status, Verdict};

/// From how many metrics of one kind on those that are new or gone are told as one.
const MANY: usize = 4;

/// A verdict, taken apart.
pub(super) struct Sections<'v> {
    /// What is red, but for what is in `comings`.
    pub(super) red: Vec<&'v Finding>,
    /// What is red because it is new or gone, where there is much of a kind.
    pub(super) comings: Vec<Coming<'v>>,
    pub(super) waived: Vec<&'v Finding>,
    /// Neither red nor the same.
    pub(super) reported: Vec<&'v Finding>,
    pub(super) inconclusive: Vec<&'v Finding>,
    /// Each reason, with what it holds for.
    pub(super) skipped: Vec<Skipped<'v>>,
    pub(super) same: Vec<&'v Finding>,
    /// All that was compared by pairs of runs.
    pub(super) timed: Vec<&'v Finding>,
}

/// Metrics of one kind that the baseline does not have, or that are no more.
pub(super) struct Coming<'v> {
    /// What their names begin with.
    pub(super) prefix: String,
    pub(super) findings: Vec<&'v Finding>,
}

/// What was not compared for one reason.
pub(super) struct Skipped<'v> {
    pub(super) sentence: &'v str,
    pub(super) findings: Vec<&'v Finding>,
}

impl<'v> Sections<'v> {
    pub(super) fn of(verdict: &'v Verdict) -> Self {
        let with = |has: fn(Status) -> bool| -> Vec<&'v Finding> {
            let findings = verdict.findings.iter();
            findings.filter(|finding| has(finding.status)).collect()
        };
        let timed = verdict.findings.iter();
        let (red, comings) = comings(with(Status::is_red));
        Self {
            red,
            comings,
            waived: with(|status| status == Status::Waived),
            reported: with(|status| {
                use Status::{Better, NotConfirmed, WorseBelowFloor};
                matches!(status, Better | NotConfirmed | WorseBelowFloor)
            }),
            inconclusive: with(|status| status == Status::Inconclusive),
            skipped: by_sentence(with(|status| status == Status::Skipped)),
            same: with(|status| status == Status::Same),
            timed: timed.filter(|finding| finding.paired.is_some()).collect(),
        }
    }

    fn all_red(&self) -> impl Iterator<Item = &'v Finding> {
        let comings = self.comings.iter();
        let comings = comings.flat_map(|coming| coming.findings.iter());
        self.red.iter().chain(comings).copied()
    }

    /// Whether anything is red: then that comes before everything else.
    pub(super) fn has_red(&self) -> bool {
        self.all_red().next().is_some()
    }

    /// The outcome in one line, without its first words.
    pub(super) fn headline(&self, verdict: &Verdict) -> String {
        let all = counted(verdict.findings.len(), "metric");
        let of_all = |some: usize| {
            let verb = if some == 1 { "is" } else { "are" };
            format!("{some} of {all} {verb}")
        };
        let waived = match self.waived.len() {
            0 => String::new(),
            some => format!(", and {some} waived"),
        };
        match verdict.outcome {
            Outcome::Pass => self.passed(&waived),
            Outcome::Regression => format!("{} red{waived}", of_all(self.all_red().count())),
            Outcome::Inconclusive => {
                format!(
                    "{} inconclusive, and none is red{waived}",
                    of_all(self.inconclusive.len())
                )
            }
            Outcome::WrongAnswer => {
                "a run gave a wrong answer, so that nothing may be said".to_owned()
            }
        }
    }

    /// That nothing is red, among how many, and how many of them are worth a look.
    fn passed(&self, waived: &str) -> String {
        let compared = self.same.len() + self.reported.len() + self.waived.len();
        let reported = match self.reported.len() {
            0 => String::new(),
            some => format!(", {some} reported"),
        };
        let all = counted(compared, "metric");
        format!("nothing is red among {all}{reported}{waived}")
    }

    /// What to do about what is red, in sentences.
    pub(super) fn advice(&self) -> Option<String> {
        let any = |classes: &[Class]| {
            self.all_red()
                .any(|finding| classes.contains(&finding.class))
        };
        let mut ways = Vec::new();
        if any(&[Class::Exact, Class::Counted]) {
            ways.push("where a change of an exact or counted metric is meant, `loadgen baseline accept FILE` takes it over, to be committed with it");
        }
        if self.has_red() {
            ways.push("a `[[waiver]]` in gate.toml lets a metric be red until a day");
            ways.push(
                "`loadgen gate --explain METRIC` tells what a metric is and how it is judged",
            );
        }
        if ways.is_empty() && !self.inconclusive.is_empty() {
            ways.push("run it again, on a machine that does less besides, or with more `pairs` in gate.toml");
        }
        (!ways.is_empty()).then(|| format!("What to do: {}.", ways.join("; ")))
    }

    /// `180 exact, 12 statistical`.
    pub(super) fn counts_of_same(&self) -> Option<String> {
        use Class::{Counted, Exact, Invariant, Slo, Statistical};
        let counts = [Exact, Counted, Statistical, Invariant, Slo].map(|class| {
            let count = self
                .same
                .iter()
                .filter(|finding| finding.class == class)
                .count();
            (count > 0).then(|| format!("{count} {}", class.name()))
        });
        let counts: Vec<String> = counts.into_iter().flatten().collect();
        (!counts.is_empty()).then(|| counts.join(", "))
    }
}

impl Coming<'_> {
    /// `60 metrics are new`, `2 metrics are gone`.
    pub(super) fn words(&self) -> String {
        let new = self
            .findings
            .iter()
            .filter(|finding| finding.base.is_none());
        let new = new.count();
        let gone = self.findings.len() - new;
        let some = |count: usize, what: &str| {
            let verb = if count == 1 { "is" } else { "are" };
            (count > 0).then(|| format!("{} {verb} {what}", counted(count, "metric")))
        };
        let said = [some(new, "new"), some(gone, "gone")];
        said.into_iter().flatten().collect::<Vec<_>>().join(", ")
    }
}

/// Parts what is red into what is told one by one, and kinds of which many are new or gone.
fn comings(red: Vec<&Finding>) -> (Vec<&Finding>, Vec<Coming<'_>>) {
    let (coming, mut red): (Vec<&Finding>, Vec<&Finding>) = red
        .into_iter()
        .partition(|finding| finding.status == Status::AppearedOrGone);
    let mut kinds: Vec<Coming<'_>> = Vec::new();
    for finding in coming {
        let prefix = finding.metric.segments().take(2);
        let prefix = prefix.collect::<Vec<_>>().join("/");
        match kinds.iter_mut().find(|kind| kind.prefix == prefix) {
            Some(kind) => kind.findings.push(finding),
            None => kinds.push(Coming {
                prefix,
                findings: vec![finding],
            }),
        }
    }
    let (many, few): (Vec<_>, Vec<_>) = kinds
        .into_iter()
        .partition(|kind| kind.findings.len() >= MANY);
    red.extend(few.into_iter().flat_map(|kind| kind.findings));
    (red, many)
}

fn by_sentence(findings: Vec<&Finding>) -> Vec<Skipped<'_>> {
    let mut groups: Vec<Skipped<'_>> = Vec::new();
    for finding in findings {
        let sentence = finding.sentence.as_str();
        match groups.iter_mut().find(|group| group.sentence == sentence) {
            Some(group) => group.findings.push(finding),
            None => groups.push(Skipped {
                sentence,
                findings: vec![finding],
            }),
        }
    }
    groups
}

/// A status in words.
pub(super) fn status_words(status: Status) -> &'static str {
    match status {
        Status::Same => "same",
        Status::Better => "better",
        Status::WorseBelowFloor => "below floor",
        Status::NotConfirmed => "not confirmed",
        Status::Inconclusive => "inconclusive",
        Status::Changed => "changed",
        Status::AppearedOrGone => "new or gone",
        Status::Regression => "regression",
        Status::Broken => "broken",
        Status::Waived => "waived",
        Status::Skipped => "not compared",
    }
}

/// `waived until 2026-12-31: a new field`; nothing where it was not.
pub(super) fn waiver_words(finding: &Finding) -> Option<String> {
    let waiver = finding.waiver.as_ref()?;
    Some(format!("waived until {}: {}", waiver.until, waiver.reason))
}
