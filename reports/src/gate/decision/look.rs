//! One look at pairs of runs: what each metric shows, what all of them show together, and whether the control does.

use super::family::TimeMetric;
use super::pairs::Pair;
use crate::gate::timing::Values;
use crate::statistics::holm;
use crate::statistics::signed_rank::{SignedRank, hodges_lehmann, smallest_shift};

/// A metric compared by pairs.
#[derive(Clone, Debug)]
pub(super) struct Compared {
    /// The worsening of each pair: logarithms of ratios, positive where the head is worse.
    pub(super) worsenings: Vec<f64>,
    /// Each pair's values.
    pub(super) base: Vec<f64>,
    pub(super) head: Vec<f64>,
    /// Hodges and Lehmann's estimate of the worsening; none without pairs.
    pub(super) estimate: Option<f64>,
    /// How probable so much worsening is if there is none.
    pub(super) p: f64,
    pub(super) p_adjusted: f64,
    /// How probable so much improvement is if there is none, corrected as `p_adjusted` is.
    pub(super) p_better_adjusted: f64,
    /// The least worsening that would have been flagged with this noise; none where none could.
    pub(super) detectable: Option<f64>,
    /// The control.
    pub(super) control: Control,
}

/// The base compared with itself.
#[derive(Clone, Copy, Debug)]
pub(super) struct Control {
    pub(super) estimate: Option<f64>,
    /// In either direction.
    pub(super) p: f64,
    pub(super) p_adjusted: f64,
}

/// What a look is made of: each metric of a family with its pairs, or none where it was not looked at. Those stay in
/// the family, as if they had shown nothing: which are left out was decided by the same pairs.
pub(super) type Looked<'a> = (&'a TimeMetric, Option<Vec<Pair>>);

/// Compares the metrics of a family; `share` of each metric's level is this look's.
pub(super) fn compare(family: &[Looked<'_>], share: f64) -> Vec<Option<Compared>> {
    let mut compared: Vec<Option<Compared>> = family
        .iter()
        .map(|(metric, pairs)| {
            let hardest = metric.level * share / size(family.len());
            Some(Compared::of(metric, pairs.as_ref()?, hardest))
        })
        .collect();
    correct(&mut compared, |c| c.p, |c, p| c.p_adjusted = p);
    let p_better = |c: &Compared| c.p_better_adjusted;
    correct(&mut compared, p_better, |c, p| c.p_better_adjusted = p);
    correct(
        &mut compared,
        |c| c.control.p,
        |c, p| c.control.p_adjusted = p,
    );
    compared
}

fn size(metrics: usize) -> f64 {
    f64::from(u32::try_from(metrics).unwrap_or(u32::MAX))
}

/// Holm's correction of one of the probabilities over all metrics.
fn correct(
    compared: &mut [Option<Compared>],
    p: impl Fn(&Compared) -> f64,
    set: impl Fn(&mut Compared, f64),
) {
    let raw: Vec<f64> = compared
        .iter()
        .map(|c| c.as_ref().map_or(1.0, &p))
        .collect();
    for (compared, adjusted) in compared.iter_mut().zip(holm::adjusted(&raw)) {
        if let Some(compared) = compared {
            set(compared, adjusted);
        }
    }
}

impl Compared {
    fn of(metric: &TimeMetric, pairs: &[Pair], hardest: f64) -> Self {
        let mut base = Vec::with_capacity(pairs.len());
        let mut head = Vec::with_capacity(pairs.len());
        let mut control = Vec::with_capacity(pairs.len());
        for pair in pairs {
            let of = |values: Values| values[metric.place];
            if let (Some(b), Some(h), Some(a)) = (of(pair.base), of(pair.head), of(pair.again)) {
                base.push(b);
                head.push(h);
                control.push(metric.worse.worsening(b, a));
            }
        }
        let worsenings: Vec<f64> = base
            .iter()
            .zip(&head)
            .map(|(base, head)| metric.worse.worsening(*base, *head))
            .collect();
        let test = SignedRank::of(&worsenings);
        let floor = metric.floor_worsening();
        Self {
            estimate: hodges_lehmann(&worsenings),
            p: test.p_greater,
            p_adjusted: test.p_greater,
            p_better_adjusted: test.p_less,
            detectable: smallest_shift(&worsenings, hardest).map(|shift| shift.max(floor)),
            control: Control::of(&control),
            worsenings,
            base,
            head,
        }
    }

    /// Whether it is worse by more than the floor of its metric.
    pub(super) fn is_beyond_floor(&self, metric: &TimeMetric) -> bool {
        self.estimate
            .is_some_and(|estimate| estimate > metric.floor_worsening())
    }
}

impl Control {
    fn of(worsenings: &[f64]) -> Self {
        let p = SignedRank::of(worsenings).p_two_sided();
        Self {
            estimate: hodges_lehmann(worsenings),
            p,
            p_adjusted: p,
        }
    }

    /// Whether the base differs from itself, by more than the floor of its metric.
    pub(super) fn fires(&self, metric: &TimeMetric) -> bool {
        let beyond = |estimate: f64| estimate.abs() > metric.floor_worsening();
        self.p_adjusted <= metric.level && self.estimate.is_some_and(beyond)
    }
}

/// What a look says of one metric.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Said {
    /// Worse than chance explains, and beyond the floor.
    Flagged,
    /// A worsening that the gate has to see would not have been flagged.
    Blind,
    /// Beyond the floor, and significant alone but not among all.
    Between,
    /// Worse than chance explains, within the floor.
    WorseBelowFloor,
    /// Better than chance explains, and beyond the floor.
    Better,
    /// None of that.
    Nothing,
}

/// Judges a metric; `share` of its level is this look's.
pub(super) fn judge(metric: &TimeMetric, compared: &Compared, share: f64) -> Said {
    let level = metric.level * share;
    let beyond = compared.is_beyond_floor(metric);
    let improved = compared
        .estimate
        .is_some_and(|estimate| estimate < -metric.floor_worsening());
    if beyond && compared.p_adjusted <= level {
        Said::Flagged
    } else if improved && compared.p_better_adjusted <= level {
        Said::Better
    } else if !beyond && compared.p_adjusted <= metric.level {
        // What is only reported needs no half of the level for each look.
        Said::WorseBelowFloor
    } else if is_blind(metric, compared) {
        Said::Blind
    } else if beyond && compared.p <= level {
        Said::Between
    } else {
        Said::Nothing
    }
}

/// Whether a worsening that has to be seen could not have been.
pub(super) fn is_blind(metric: &TimeMetric, compared: &Compared) -> bool {
    let required = metric.worse.of_share(metric.sensitivity);
    compared.detectable.is_none_or(|least| least > required)
}
