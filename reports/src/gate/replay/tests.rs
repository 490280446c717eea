//! Gates over noise that looks like that of real runs: some runs stick out, the metrics of one run have much in common,
//! and everything drifts.

use super::*;

/// The standard deviation of the logarithm of one run's CPU time per message.
const NOISE: f64 = 0.03;

/// How much more or less than that each quantity varies, as percentiles and memory do.
const NOISE_OF: [f64; TIMED.len()] = [1.0, 1.0, 1.6, 1.6, 1.0, 0.3];

const CPU: usize = 4;

struct Machine {
    random: Random,
    drift: f64,
}

impl Machine {
    fn new(seed: u64) -> Self {
        Self {
            random: Random::new(seed),
            drift: 0.0,
        }
    }

    /// One run in ten has three times the noise.
    fn noise(&mut self) -> f64 {
        let sticks_out = self.random.uniform() < 0.1;
        self.random.normal() * if sticks_out { 3.0 } else { 1.0 }
    }

    fn run(&mut self) -> Values {
        self.drift += 0.002 * self.random.normal();
        let common = self.noise();
        let mut values = Values::default();
        for (place, slot) in values.iter_mut().enumerate() {
            // Two thirds of the variance are what all metrics of a run have in common.
            let noise = 0.82 * common + 0.57 * self.noise();
            let slow = self.drift + NOISE * NOISE_OF[place] * noise;
            let worse = TIMED[place].quantity().worse;
            *slot = Some(1_000.0 * worse.ratio(slow));
        }
        values
    }

    fn pair(&mut self, protocols: usize) -> Vec<[Values; 3]> {
        (0..protocols)
            .map(|_| [(); 3].map(|()| self.run()))
            .collect()
    }
}

fn gates(gates: u32, seed: u64, share: f64) -> Tally {
    let mut machine = Machine::new(seed);
    let worse = TIMED[CPU].quantity().worse;
    let protocols = ["custom", "grpc", "json"].map(str::to_owned);
    let source = Source {
        protocols: &protocols,
        workload: "scaling",
        slowed: Some((CPU, worse.ratio(worse.of_share(share)))),
    };
    let config = GateConfig::default();
    let mut tally = Tally::default();
    for _ in 0..gates {
        source.gate(&config, &mut tally, || machine.pair(protocols.len()));
    }
    println!("{share}: {tally:?}");
    tally
}

#[test]
fn a_binary_against_itself_is_red_in_one_of_a_hundred_at_most() {
    let tally = gates(400, 51, 0.0);
    assert!(tally.red <= 4, "{tally:?}");
    assert!(tally.inconclusive <= 20, "{tally:?}");
}

#[test]
fn ten_percent_are_red_in_nine_of_ten_at_least() {
    let tally = gates(100, 52, 0.10);
    assert!(tally.red >= 90, "{tally:?}");
}

#[test]
fn three_percent_are_reported_and_not_red() {
    let tally = gates(100, 53, 0.03);
    assert!(tally.red <= 3, "{tally:?}");
}
