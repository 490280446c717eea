//! Noise floors: how far a binary seems to be from itself, by chance alone, on the machine that measured it.

use std::fmt::Write as _;

use super::config::GateConfig;
use super::metric::{Class, MetricId};
use super::recorded::{Pool, Recorded, RecordedError};
use super::stages::Observation;
use super::timing::{TIMED, Timed};
use crate::statistics::signed_rank::hodges_lehmann;
use crate::statistics::simulation::Random;

/// How many sets of pairs are drawn.
const SETS: usize = 2_000;

/// The part of them that stays within the floor.
const WITHIN: f64 = 0.99;

/// The seed of the drawing: the same runs give the same floors.
const SEED: u64 = 2;

/// By which share a metric of a binary is worse than itself, by chance, in one gate of a hundred.
#[derive(Clone, Debug, PartialEq)]
pub struct NoiseFloor {
    /// Which.
    pub metric: MetricId,
    /// The share, rounded up to a thousandth.
    pub floor: f64,
}

impl NoiseFloor {
    /// The floor that holds under a configuration: the larger of both. None where that does not judge the metric by
    /// time.
    #[must_use]
    pub fn effective(&self, config: &GateConfig) -> Option<f64> {
        let rule = config.rule_of(&self.metric)?;
        (rule.class == Class::Statistical).then(|| rule.floor.max(self.floor))
    }
}

/// The noise floors that runs of one binary in all three arms show for gates of so many pairs, in the order of the
/// metrics' names.
///
/// Sets of pairs are drawn from those that were recorded, with replacement, which run is which drawn as well; the floor is
/// the 99th percentile of the magnitudes of Hodges and Lehmann's estimate. It is no better than what was recorded: noise
/// that comes from one job to the next is not in the runs of a single one.
///
/// # Errors
/// If no pair has valid runs of all arms over all protocols.
pub fn noise_floors(
    observations: &[Observation],
    pairs: u32,
) -> Result<Vec<NoiseFloor>, RecordedError> {
    of_sets(&Recorded::of(observations, ""), pairs, SETS)
}

fn of_sets(recorded: &Recorded, pairs: u32, sets: usize) -> Result<Vec<NoiseFloor>, RecordedError> {
    let pool = Pool::of(recorded)?;
    let mut random = Random::new(SEED);
    let mut estimates = vec![Vec::with_capacity(sets); pool.protocols.len() * TIMED.len()];
    for _ in 0..sets {
        for (estimates, estimate) in estimates.iter_mut().zip(set(&pool, pairs, &mut random)) {
            estimates.extend(estimate.map(f64::abs));
        }
    }
    let mut floors: Vec<NoiseFloor> = estimates
        .into_iter()
        .enumerate()
        .filter_map(|(place, magnitudes)| {
            let timed = &TIMED[place % TIMED.len()];
            let protocol = &pool.protocols[place / TIMED.len()];
            Some(NoiseFloor {
                metric: timed.id(protocol, &recorded.workload),
                floor: floor(timed, magnitudes)?,
            })
        })
        .collect();
    floors.sort_by(|a, b| a.metric.cmp(&b.metric));
    Ok(floors)
}

/// Draws pairs, and estimates the worsening of each quantity over each protocol.
fn set(pool: &Pool, pairs: u32, random: &mut Random) -> Vec<Option<f64>> {
    let mut worsenings = vec![Vec::new(); pool.protocols.len() * TIMED.len()];
    for _ in 0..pairs {
        let drawn = pool.draw(random);
        let values = drawn
            .iter()
            .flat_map(|[base, head, _]| base.iter().zip(head));
        for (place, (worsenings, (base, head))) in worsenings.iter_mut().zip(values).enumerate() {
            let worse = TIMED[place % TIMED.len()].quantity().worse;
            if let (Some(base), Some(head)) = (base, head) {
                worsenings.push(worse.worsening(*base, *head));
            }
        }
    }
    worsenings
        .iter()
        .map(|worsenings| hodges_lehmann(worsenings))
        .collect()
}

/// The share below which most magnitudes lie; none of none.
fn floor(timed: &Timed, mut magnitudes: Vec<f64>) -> Option<f64> {
    magnitudes.sort_by(f64::total_cmp);
    let below = (0..magnitudes.len()).find(|rank| share(rank + 1, magnitudes.len()) >= WITHIN)?;
    let share = timed.quantity().worse.share(magnitudes[below]);
    Some((share * 1_000.0).ceil() / 1_000.0)
}

fn share(of: usize, all: usize) -> f64 {
    let float = |count: usize| f64::from(u32::try_from(count).unwrap_or(u32::MAX));
    float(of) / float(all)
}

/// The floors as tables of a `gate.toml`: to stand before its other `[[metric]]` tables, because the first that matches
/// holds. Each has the larger of its own floor and the configuration's; those that it does not judge by time are left
/// out. `from` says in a comment where they come from.
#[must_use]
pub fn toml(floors: &[NoiseFloor], config: &GateConfig, from: &str) -> String {
    let tables = floors.iter().filter_map(|noise| table(noise, config));
    let comment = from.lines().map(|line| format!("# {line}\n"));
    comment.chain(tables).collect()
}

fn table(noise: &NoiseFloor, config: &GateConfig) -> Option<String> {
    let effective = noise.effective(config)?.min(1.0);
    let rule = config.rule_of(&noise.metric)?;
    let mut table = format!(
        "\n# Its noise is {}.\n[[metric]]\nmatch = \"{}\"\nclass = \"{}\"\nfloor = \"{}\"\n",
        percent(noise.floor),
        noise.metric,
        rule.class.name(),
        percent(effective)
    );
    if let Some(level) = rule.level {
        let _ = writeln!(table, "level = {level}");
    }
    if let Some(sensitivity) = rule.sensitivity.filter(|least| *least > effective) {
        let _ = writeln!(table, "sensitivity = \"{}\"", percent(sensitivity));
    }
    Some(table)
}

/// To a thousandth, as floors are.
fn percent(share: f64) -> String {
    format!("{}%", (share * 1_000.0).round() / 10.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gate::config::DEFAULT;
    use crate::gate::recorded::RecordedRun;
    use crate::gate::stages::Arm;

    /// Runs of two protocols, one of them with five times the noise.
    fn recorded() -> Recorded {
        let mut random = Random::new(41);
        let mut runs = Vec::new();
        for pair in 1..=200 {
            for arm in Arm::order(pair) {
                for (protocol, noise) in [("custom", 0.01), ("json", 0.05)] {
                    let value = Some(1_000.0 * (noise * random.normal()).exp());
                    runs.push(RecordedRun(protocol.to_owned(), pair, arm, vec![value; 6]));
                }
            }
        }
        Recorded {
            workload: "scaling".to_owned(),
            runs,
            ..Recorded::default()
        }
    }

    fn floors() -> Vec<NoiseFloor> {
        of_sets(&recorded(), 11, 500).expect("complete")
    }

    fn floor_of(floors: &[NoiseFloor], name: &str) -> f64 {
        let mut floors = floors.iter();
        let found = floors.find(|noise| noise.metric.as_str() == name);
        found.expect("it has a floor").floor
    }

    /// The difference of two runs spreads by √2 of a run's noise; of 11 the estimate's standard deviation is that by √11
    /// and 0.977 (the estimate's efficiency is 3/π, a little less for few); 99 % lie within 2.58 of those: 0.0112.
    #[test]
    fn a_floor_is_what_chance_reaches_in_one_of_a_hundred() {
        let floors = floors();
        assert_eq!(floors.len(), 12);
        let quiet = floor_of(&floors, "time/custom/scaling/server_cpu_per_message_ns");
        assert!((0.009..0.014).contains(&quiet), "{quiet}");
        let loud = floor_of(&floors, "time/json/scaling/server_cpu_per_message_ns");
        assert!((0.045..0.07).contains(&loud), "{loud}");
        // Less of it is worse: 1 − 1/1.06 and not 1.06 − 1.
        let less = floor_of(&floors, "time/json/scaling/throughput_hz");
        assert!(less < loud, "{less} {loud}");
    }

    #[test]
    fn the_configuration_takes_the_larger_floor() {
        // Floors that lie within the noise of these runs.
        let default = DEFAULT.replace("\"7%\"", "\"2%\"");
        let config = GateConfig::parse(&default, "gate.toml").expect("it makes sense");
        let floors = floors();
        let text = toml(&floors, &config, "made by a test");
        assert!(
            text.starts_with("# made by a test\n\n# Its noise is"),
            "{text}"
        );
        let (head, metrics) = default.split_at(default.find("\n[[metric]]").expect("it has some"));
        let calibrated = format!("{head}{text}\n{metrics}");
        let calibrated = GateConfig::parse(&calibrated, "gate.toml").expect("it makes sense");
        for noise in &floors {
            let before = config.rule_of(&noise.metric).expect("a rule").floor;
            let after = calibrated.rule_of(&noise.metric).expect("a rule").floor;
            assert!((after - before.max(noise.floor)).abs() < 1e-9, "{noise:?}");
        }
        let raised = floors
            .iter()
            .filter(|noise| noise.effective(&config) == Some(noise.floor));
        assert!(raised.count() > 0);
    }
}
