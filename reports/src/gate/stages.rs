//! In which stages a gate measures, and which runs it wants in each.

use serde::{Deserialize, Serialize};

use crate::schema::Run;

/// Which binary a run is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Arm {
    /// What is there already.
    Base,
    /// What is to come.
    Head,
    /// The base once more: the control, which shows how much it differs from itself.
    Again,
}

impl Arm {
    /// In which order the arms of a pair run. Base and head alternate as ABBA, so that what drifts with time falls on
    /// both alike; and in six pairs each arm stands in each place twice, so that what a place brings (whatever ran
    /// before left caches and a clock rate behind) falls on all of them.
    #[must_use]
    pub const fn order(pair: u32) -> [Self; 3] {
        match pair % 6 {
            1 => [Self::Base, Self::Head, Self::Again],
            2 => [Self::Again, Self::Head, Self::Base],
            3 => [Self::Head, Self::Again, Self::Base],
            4 => [Self::Base, Self::Again, Self::Head],
            5 => [Self::Again, Self::Base, Self::Head],
            _ => [Self::Head, Self::Base, Self::Again],
        }
    }

    /// What people call it.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Base => "base",
            Self::Head => "head",
            Self::Again => "base again",
        }
    }
}

/// A stage of a gate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// The first look, at everything.
    First,
    /// The second look, at what the first could not tell: its pairs count together with those of the first.
    Second,
    /// Fresh pairs of what was flagged, alone.
    Confirmation,
}

impl Stage {
    /// What people call it.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::First => "first look",
            Self::Second => "second look",
            Self::Confirmation => "confirmation",
        }
    }
}

/// What to measure next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// For which stage.
    pub stage: Stage,
    /// Over which protocols, by the names under which results stand.
    pub protocols: Vec<String>,
    /// How many pairs of each, all three arms.
    pub pairs: u32,
}

/// One run that was measured for a plan.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Observation {
    /// For which stage.
    pub stage: Stage,
    /// Which pair of that stage and protocol, from 1.
    pub pair: u32,
    /// Of which binary.
    pub arm: Arm,
    /// What it measured; `run.protocol` and `run.workload` say on what.
    pub run: Run,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base_and_head_run_in_abba_order() {
        let without_control: Vec<Arm> = (1..=4)
            .flat_map(Arm::order)
            .filter(|arm| *arm != Arm::Again)
            .collect();
        let abba = [Arm::Base, Arm::Head, Arm::Head, Arm::Base];
        assert_eq!(without_control[..4], abba);
        assert_eq!(
            without_control[4..],
            [Arm::Head, Arm::Base, Arm::Base, Arm::Head]
        );
    }

    #[test]
    fn each_arm_stands_in_each_place_equally_often() {
        for place in 0..3 {
            for arm in [Arm::Base, Arm::Head, Arm::Again] {
                let there = (1..=6).filter(|pair| Arm::order(*pair)[place] == arm);
                assert_eq!(there.count(), 2, "{arm:?} in place {place}");
            }
        }
    }
}
