//! Recorded runs of one binary, and pairs drawn from them: noise as it really was, with its heavy tails, and with what
//! metrics and protocols have in common at one moment.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::stages::{Arm, Observation, Stage};
use super::timing::{self, TIMED, Values};
use crate::statistics::simulation::Random;

/// Runs of one binary in all three arms, reduced to what a gate needs of them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Recorded {
    /// Where they come from, in words: the machine, the command.
    pub from: String,
    /// The workload of all of them.
    pub workload: String,
    /// What the numbers of each run are, in their order.
    pub quantities: Vec<String>,
    /// The runs.
    pub runs: Vec<RecordedRun>,
}

/// A run: its protocol, the number of its pair, its arm, and its values; null where one is unknown. Runs of one number
/// ran next to each other, over all protocols.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RecordedRun(
    /// The name under which results stand.
    pub String,
    /// Which pair.
    pub u32,
    /// Which of the three.
    pub Arm,
    /// The values.
    pub Vec<Option<f64>>,
);

/// Why recorded runs can't be used.
#[derive(Debug, thiserror::Error)]
pub enum RecordedError {
    /// The text is something else.
    #[error("these are no recorded runs: {0}")]
    Parse(#[from] serde_json::Error),
    /// They have other quantities than a gate judges.
    #[error("the runs have the quantities {found}, and a gate judges {wanted}: record them anew")]
    Quantities {
        /// What they have.
        found: String,
        /// What they should have.
        wanted: String,
    },
    /// Nothing can be drawn from them.
    #[error("no pair has valid runs of all arms over all protocols: record more")]
    Empty,
}

impl Recorded {
    /// What is left of one gate's observations. Invalid runs are left out.
    #[must_use]
    pub fn of(observations: &[Observation], from: &str) -> Self {
        let mut numbers: BTreeMap<(Stage, u32), u32> = BTreeMap::new();
        let mut recorded = Self {
            from: from.to_owned(),
            quantities: names(),
            ..Self::default()
        };
        for Observation {
            stage,
            pair,
            arm,
            run,
        } in observations
            .iter()
            .filter(|observation| observation.run.valid)
        {
            let next = u32::try_from(numbers.len()).map_or(u32::MAX, |before| before + 1);
            let number = *numbers.entry((*stage, *pair)).or_insert(next);
            let values = timing::values(run).to_vec();
            recorded.workload.clone_from(&run.workload);
            let protocol = run.protocol.clone();
            recorded
                .runs
                .push(RecordedRun(protocol, number, *arm, values));
        }
        recorded
    }

    /// Adds the runs of another gate of the same binary, behind those that are there.
    pub fn append(&mut self, other: &Self) {
        let last = self.runs.iter().map(|run| run.1).max().unwrap_or(0);
        let behind = other
            .runs
            .iter()
            .map(|RecordedRun(protocol, pair, arm, values)| {
                RecordedRun(protocol.clone(), last + pair, *arm, values.clone())
            });
        self.runs.extend(behind);
    }

    /// Reads them from the text of a file.
    ///
    /// # Errors
    /// If they are none, or hold other quantities than a gate judges.
    pub fn parse(text: &str) -> Result<Self, RecordedError> {
        let recorded: Self = serde_json::from_str(text)?;
        let wrong = recorded.runs.iter().any(|run| run.3.len() != TIMED.len());
        if wrong || recorded.quantities != names() {
            return Err(RecordedError::Quantities {
                found: recorded.quantities.join(", "),
                wanted: names().join(", "),
            });
        }
        Ok(recorded)
    }

    /// The text of a file of them, with a line for each run.
    #[must_use]
    pub fn text(&self) -> String {
        let runs: Vec<String> = self.runs.iter().map(|run| json!(run).to_string()).collect();
        format!(
            "{{\n\"from\": {},\n\"workload\": {},\n\"quantities\": {},\n\"runs\": [\n{}\n]\n}}\n",
            json!(self.from),
            json!(self.workload),
            json!(self.quantities),
            runs.join(",\n")
        )
    }
}

fn names() -> Vec<String> {
    TIMED.iter().map(|timed| timed.name.to_owned()).collect()
}

/// What pairs are drawn from: the recorded pairs that are complete over all protocols.
#[derive(Debug)]
pub(super) struct Pool {
    pub(super) protocols: Vec<String>,
    /// The three runs of each pair, by protocol.
    pairs: Vec<Vec<[Values; 3]>>,
}

/// The orders in which three runs can take the three arms.
const ORDERS: [[usize; 3]; 6] = [
    [0, 1, 2],
    [0, 2, 1],
    [1, 0, 2],
    [1, 2, 0],
    [2, 0, 1],
    [2, 1, 0],
];

impl Pool {
    pub(super) fn of(recorded: &Recorded) -> Result<Self, RecordedError> {
        let mut by_pair: BTreeMap<u32, BTreeMap<&str, BTreeMap<Arm, Values>>> = BTreeMap::new();
        for RecordedRun(protocol, pair, arm, values) in &recorded.runs {
            let mut known: Values = Values::default();
            known
                .iter_mut()
                .zip(values)
                .for_each(|(slot, value)| *slot = *value);
            let protocols = by_pair.entry(*pair).or_default();
            protocols.entry(protocol).or_default().insert(*arm, known);
        }
        let mut protocols: Vec<String> = recorded.runs.iter().map(|run| run.0.clone()).collect();
        protocols.sort();
        protocols.dedup();
        let pairs: Vec<Vec<[Values; 3]>> = by_pair
            .values()
            .filter_map(|pair| {
                let complete = |protocol: &String| {
                    let arms = pair.get(protocol.as_str())?;
                    Some([
                        *arms.get(&Arm::Base)?,
                        *arms.get(&Arm::Head)?,
                        *arms.get(&Arm::Again)?,
                    ])
                };
                protocols.iter().map(complete).collect()
            })
            .collect();
        if pairs.is_empty() {
            return Err(RecordedError::Empty);
        }
        Ok(Self { protocols, pairs })
    }

    /// A recorded pair, any of them, as base, head and again of each protocol. Which run is which is drawn, too, alike for
    /// all protocols: all are of one binary, so that none is more the head than another.
    pub(super) fn draw(&self, random: &mut Random) -> Vec<[Values; 3]> {
        let pair = &self.pairs[random.below(self.pairs.len())];
        let order = ORDERS[random.below(ORDERS.len())];
        pair.iter().map(|runs| order.map(|arm| runs[arm])).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::Run;

    fn observation(stage: Stage, pair: u32, arm: Arm, throughput_hz: f64) -> Observation {
        let run = Run {
            protocol: "json".to_owned(),
            workload: "scaling".to_owned(),
            valid: true,
            throughput_hz,
            ..Run::default()
        };
        Observation {
            stage,
            pair,
            arm,
            run,
        }
    }

    fn recorded() -> Recorded {
        let mut observations = Vec::new();
        for stage in [Stage::First, Stage::Second] {
            for (arm, value) in [(Arm::Base, 1.0), (Arm::Head, 2.0), (Arm::Again, 3.0)] {
                observations.push(observation(stage, 1, arm, value));
            }
        }
        Recorded::of(&observations, "a test")
    }

    #[test]
    fn a_file_of_them_gives_them_again() {
        let recorded = recorded();
        let pairs: Vec<u32> = recorded.runs.iter().map(|run| run.1).collect();
        assert_eq!(pairs, [1, 1, 1, 2, 2, 2], "stages are told apart");
        let text = recorded.text();
        assert_eq!(text.lines().count(), 5 + 6 + 2);
        assert_eq!(Recorded::parse(&text).expect("it was written so"), recorded);
        let other = text.replace("throughput_hz", "speed");
        let error = Recorded::parse(&other).expect_err("no such quantity");
        assert!(error.to_string().contains("speed"), "{error}");
    }

    #[test]
    fn each_run_takes_each_arm() {
        let mut both = recorded();
        both.append(&recorded());
        let pool = Pool::of(&both).expect("complete");
        assert_eq!(pool.pairs.len(), 4);
        let mut random = Random::new(1);
        let mut heads: BTreeMap<String, u32> = BTreeMap::new();
        for _ in 0..3_000 {
            let [base, head, again] = pool.draw(&mut random)[0].map(|values| values[0]);
            assert!(base != head && head != again && again != base);
            *heads.entry(format!("{head:?}")).or_default() += 1;
        }
        let alike = |drawn: &u32| drawn.abs_diff(1_000) < 120;
        assert!(heads.len() == 3 && heads.values().all(alike), "{heads:?}");
    }

    #[test]
    fn incomplete_pairs_are_not_drawn() {
        let mut recorded = recorded();
        recorded.runs.truncate(2);
        assert!(matches!(Pool::of(&recorded), Err(RecordedError::Empty)));
    }
}
