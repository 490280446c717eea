//! What a gate found by time, in sentences with numbers and units.

use super::family::TimeMetric;
use super::look::{Compared, Said};
use super::slo::Held;
use super::walk::{Fired, Judged, Short, State, Walk};
use crate::gate::amounts::{percent, value};
use crate::gate::metric::{Class, MetricId, Worse};
use crate::gate::verdict::{Finding, Paired, Status};
use crate::statistics::bootstrap;
use crate::statistics::interval::Interval;

/// The finding of one metric.
pub(super) fn finding(judged: &Judged, walk: &Walk) -> Finding {
    let status = status(judged.state, walk);
    let shown = judged.confirmation.as_ref().or(judged.look.as_ref());
    Finding {
        metric: judged.metric.id.clone(),
        class: Class::Statistical,
        status,
        sentence: sentence(judged, walk),
        base: shown.and_then(|shown| median(&shown.base)),
        head: shown.and_then(|shown| median(&shown.head)),
        paired: shown.and_then(|shown| paired(judged, shown)),
        ..Finding::default()
    }
}

/// The finding of a metric that no rule judges.
pub(super) fn unjudged(metric: MetricId) -> Finding {
    Finding {
        metric,
        class: Class::Statistical,
        status: Status::Skipped,
        sentence: "measured, and not judged: no [[metric]] of the configuration matches".to_owned(),
        ..Finding::default()
    }
}

/// What a state comes to.
pub(super) fn status(state: State, walk: &Walk) -> Status {
    if !walk.fired.is_empty() {
        return Status::Inconclusive;
    }
    match state {
        State::Confirmed => Status::Regression,
        State::NotConfirmed => Status::NotConfirmed,
        State::Looked(Said::Better) => Status::Better,
        State::Looked(Said::WorseBelowFloor) => Status::WorseBelowFloor,
        State::Looked(Said::Nothing) => Status::Same,
        State::Looked(Said::Between) if walk.is_second_over => Status::Same,
        State::Looked(Said::Between | Said::Blind | Said::Flagged)
        | State::Pending
        | State::Short => Status::Inconclusive,
    }
}

fn paired(judged: &Judged, shown: &Compared) -> Option<Paired> {
    let metric = &judged.metric;
    let ratio = |worsening: f64| metric.worse.ratio(worsening);
    let looked = judged.look.as_ref().unwrap_or(shown);
    Some(Paired {
        pairs: u32::try_from(shown.worsenings.len()).unwrap_or(u32::MAX),
        ratio: ratio(shown.estimate?),
        interval: interval(shown).map(|interval| {
            let ends = [ratio(interval.low), ratio(interval.high)];
            [ends[0].min(ends[1]), ends[0].max(ends[1])]
        }),
        p: shown.p,
        p_adjusted: shown.p_adjusted,
        floor: metric.floor,
        detectable: looked.detectable.map(|least| metric.worse.share(least)),
        control_ratio: shown.control.estimate.map(ratio),
    })
}

fn interval(shown: &Compared) -> Option<Interval> {
    bootstrap::around_hodges_lehmann(&shown.worsenings)
}

/// The middle of some values, the mean of the two in the middle where there are two; none of none.
pub(super) fn median(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let upper = sorted.get(sorted.len() / 2)?;
    let lower = sorted.get((sorted.len() - 1) / 2)?;
    Some(f64::midpoint(*lower, *upper))
}

fn sentence(judged: &Judged, walk: &Walk) -> String {
    let name = name(&judged.metric);
    let shown = judged.confirmation.as_ref().or(judged.look.as_ref());
    let Some(shown) = shown.filter(|shown| shown.estimate.is_some()) else {
        return format!("{name}: {}", nothing_known(judged.state));
    };
    let change = change(&judged.metric, shown);
    let rest = if walk.fired.is_empty() {
        said(judged, shown)
    } else {
        "withheld, because the base differed from itself".to_owned()
    };
    format!("{name}: {change}, {rest}")
}

fn name(metric: &TimeMetric) -> String {
    format!("{} over {}", metric.timed.title, metric.protocol)
}

fn nothing_known(state: State) -> &'static str {
    match state {
        State::Short => "inconclusive, too few pairs of runs were valid",
        State::Pending => "not measured yet",
        _ => "inconclusive, the runs do not tell it",
    }
}

/// What follows on the change itself.
fn said(judged: &Judged, shown: &Compared) -> String {
    let metric = &judged.metric;
    let pairs = shown.worsenings.len();
    let floor = format!("the floor is {}", percent(metric.floor));
    match judged.state {
        State::Confirmed => format!("confirmed in {pairs} fresh pairs; {floor}"),
        State::NotConfirmed => {
            let first = judged.look.as_ref().map(|look| direction(metric, look));
            let first = first.unwrap_or_default();
            format!("in {pairs} fresh pairs, which does not confirm the {first} before; {floor}")
        }
        State::Looked(Said::Flagged) => {
            format!("flagged in {pairs} pairs, not confirmed yet; {floor}")
        }
        State::Looked(Said::Better) => format!("better in {pairs} pairs; {floor}"),
        State::Looked(Said::WorseBelowFloor) => {
            format!(
                "worse than chance explains in {pairs} pairs, and not beyond the floor of {}",
                percent(metric.floor)
            )
        }
        State::Looked(Said::Nothing | Said::Between) => {
            format!(
                "no regression shown in {pairs} pairs; {}",
                could_see(metric, shown)
            )
        }
        State::Looked(Said::Blind) => format!(
            "inconclusive in {pairs} pairs: {}, and {} has to be",
            could_see(metric, shown),
            percent(metric.sensitivity)
        ),
        State::Short => format!("inconclusive in {pairs} pairs: too few further ones were valid"),
        State::Pending => "not measured yet".to_owned(),
    }
}

fn could_see(metric: &TimeMetric, shown: &Compared) -> String {
    match shown.detectable {
        Some(least) => format!(
            "from {} {} on it would have been flagged",
            percent(metric.worse.share(least)),
            word(metric.worse, 1.0)
        ),
        None => "nothing whatever could have been flagged".to_owned(),
    }
}

/// `10.4 % more, 15.6 µs against 14.2 µs (95 % interval 9.1 to 11.8 % more)`.
fn change(metric: &TimeMetric, shown: &Compared) -> String {
    let mut parts = direction(metric, shown);
    let unit = metric.timed.quantity().unit;
    if let (Some(base), Some(head)) = (median(&shown.base), median(&shown.head)) {
        parts = format!(
            "{parts}, {} against {}",
            value(head, unit),
            value(base, unit)
        );
    }
    match interval(shown) {
        Some(interval) => format!("{parts} ({})", range(metric, &interval)),
        None => parts,
    }
}

/// `95 % interval 9.1 to 11.8 % more`, or `95 % interval 1.2 % less to 3.4 % more`.
fn range(metric: &TimeMetric, interval: &Interval) -> String {
    let mut ends = [interval.low, interval.high];
    let nearer_first = |end: &f64| metric.worse.ratio(*end);
    if (ends[0] > 0.0) == (ends[1] > 0.0) {
        ends.sort_by(|a, b| a.abs().total_cmp(&b.abs()));
        let near = percent(share(metric, ends[0]));
        let near = near.trim_end_matches(" %");
        format!("95 % interval {near} to {}", moved(metric, ends[1]))
    } else {
        ends.sort_by(|a, b| nearer_first(a).total_cmp(&nearer_first(b)));
        let [less, more] = ends.map(|end| moved(metric, end));
        format!("95 % interval {less} to {more}")
    }
}

/// By which share of the base the head differs.
fn share(metric: &TimeMetric, worsening: f64) -> f64 {
    (metric.worse.ratio(worsening) - 1.0).abs()
}

/// `10.4 % more`.
fn moved(metric: &TimeMetric, worsening: f64) -> String {
    format!(
        "{} {}",
        percent(share(metric, worsening)),
        word(metric.worse, worsening)
    )
}

/// The change of the estimate.
fn direction(metric: &TimeMetric, shown: &Compared) -> String {
    moved(metric, shown.estimate.unwrap_or(0.0))
}

fn word(worse: Worse, worsening: f64) -> &'static str {
    match (worse, worsening > 0.0) {
        (Worse::Higher, true) | (Worse::Lower, false) => "more",
        (Worse::Higher, false) | (Worse::Lower, true) => "less",
    }
}

/// What is said of a bound on the head.
pub(super) fn bound(held: &Held<'_>, status: Status) -> String {
    let quantity = held.timed.quantity();
    let shown = |number| value(number, quantity.unit);
    let (relation, at) = match quantity.worse {
        Worse::Higher => ("above", "most"),
        Worse::Lower => ("below", "least"),
    };
    let verdict = match status {
        Status::Broken => "which is no chance",
        Status::Inconclusive => "withheld, because the base differed from itself",
        _ => "which does not show that the bound is broken",
    };
    format!(
        "{} over {}: {} in the median, to be {} at {at}; {} of {} runs are {relation} that, {verdict}",
        held.timed.title,
        held.protocol,
        shown(held.median),
        shown(held.slo.bound),
        held.beyond,
        held.runs,
    )
}

/// What is to be known besides.
pub(super) fn notes(walk: &Walk) -> Vec<String> {
    let mut notes: Vec<String> = walk.fired.iter().map(fired).collect();
    if !notes.is_empty() {
        notes.push("Nothing is said by time, because the base differed from itself: something else moved the numbers.".to_owned());
    }
    notes.extend(walk.short.iter().map(short));
    if !walk.twice.is_empty() {
        notes.push(format!(
            "The first look could not tell everything, so there was a second one: {}.",
            walk.twice.join(", ")
        ));
    }
    notes
}

fn fired(fired: &Fired) -> String {
    let metric = &fired.metric;
    let worsening = fired.compared.control.estimate.unwrap_or(0.0);
    format!(
        "The control fired: {} was {} when the base was measured once more, in {} pairs.",
        name(metric),
        moved(metric, worsening),
        fired.compared.worsenings.len()
    )
}

fn short(short: &Short) -> String {
    format!(
        "Over {} only {} of {} pairs were valid, and {} are needed.",
        short.protocol, short.pairs, short.attempts, short.wanted
    )
}
