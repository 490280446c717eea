//! Gates over runs with known noise.

use super::*;
use crate::gate::config::Slo;
use crate::gate::metric::Class;
use crate::gate::timing::TIMED;
use crate::gate::verdict::{Outcome, outcome};
use crate::statistics::simulation::Random;

const CPU: usize = 4;

fn config() -> GateConfig {
    let text = r#"
        level = 0.05
        pairs = 11
        sensitivity = "10%"

        [[metric]]
        match = "time/*"
        class = "statistical"
        floor = "5%"
    "#;
    GateConfig::parse(text, "gate.toml").expect("it makes sense")
}

fn decision(config: GateConfig, protocols: &[&str]) -> Decision {
    let cells = protocols.iter().map(|&protocol| protocol.to_owned());
    Decision::new(config, cells.collect())
}

/// Measures what is asked for, until nothing is; returns the plans.
fn measure(
    decision: &mut Decision,
    mut run: impl FnMut(Stage, &str, Arm) -> Option<Values>,
) -> Vec<Plan> {
    let mut plans = Vec::new();
    while let Some(plan) = decision.next() {
        for pair in 1..=plan.pairs {
            for protocol in &plan.protocols {
                for arm in Arm::order(pair) {
                    decision.record(Measured {
                        stage: plan.stage,
                        pair,
                        arm,
                        protocol: protocol.clone(),
                        workload: "scaling".to_owned(),
                        values: run(plan.stage, protocol, arm),
                    });
                }
            }
        }
        plans.push(plan);
        assert!(plans.len() < 20, "{plans:?}");
    }
    plans
}

/// Noise of a share on each of the values.
fn noisy(random: &mut Random, noise: f64) -> Values {
    [1_000.0; 6].map(|value| Some(value * (noise * random.normal()).exp()))
}

fn times(mut values: Values, place: usize, factor: f64) -> Values {
    values[place] = values[place].map(|value| value * factor);
    values
}

fn status(decision: &Decision, protocol: &str, place: usize) -> Status {
    let id = TIMED[place].id(protocol, "scaling");
    let findings = decision.findings();
    let mut of_it = findings.iter().filter(|finding| finding.metric == id);
    of_it.next().expect("it was looked at").status
}

fn stages(plans: &[Plan]) -> Vec<Stage> {
    plans.iter().map(|plan| plan.stage).collect()
}

#[test]
fn a_quiet_gate_takes_one_look_and_passes() {
    let mut random = Random::new(1);
    let mut gate = decision(config(), &["custom", "json", "grpc"]);
    let plans = measure(&mut gate, |_, _, _| Some(noisy(&mut random, 0.01)));
    assert_eq!(stages(&plans), [Stage::First]);
    assert_eq!((plans[0].pairs, plans[0].protocols.len()), (11, 3));
    let findings = gate.findings();
    assert_eq!(findings.len(), 18);
    assert_eq!(outcome(&findings), Outcome::Pass);
    assert!(findings.is_sorted_by(|a, b| a.metric < b.metric));
    assert_eq!(gate.notes(), [""; 0]);
}

#[test]
fn what_is_worse_is_confirmed_with_fresh_pairs_of_its_protocol() {
    let mut random = Random::new(2);
    let mut gate = decision(config(), &["custom", "json"]);
    let plans = measure(&mut gate, |_, protocol, arm| {
        let is_slow = protocol == "json" && arm == Arm::Head;
        let values = noisy(&mut random, 0.01);
        Some(times(values, CPU, if is_slow { 1.1 } else { 1.0 }))
    });
    assert_eq!(stages(&plans), [Stage::First, Stage::Confirmation]);
    assert_eq!(plans[1].protocols, ["json"]);
    assert_eq!(status(&gate, "json", CPU), Status::Regression);
    assert_eq!(status(&gate, "custom", CPU), Status::Same);
    assert_eq!(outcome(&gate.findings()), Outcome::Regression);
}

#[test]
fn what_was_a_whim_is_not_confirmed() {
    let mut random = Random::new(3);
    let mut gate = decision(config(), &["json"]);
    let plans = measure(&mut gate, |stage, _, arm| {
        let is_slow = stage == Stage::First && arm == Arm::Head;
        let values = noisy(&mut random, 0.01);
        Some(times(values, 0, if is_slow { 0.9 } else { 1.0 }))
    });
    assert_eq!(stages(&plans), [Stage::First, Stage::Confirmation]);
    assert_eq!(status(&gate, "json", 0), Status::NotConfirmed);
    assert_eq!(outcome(&gate.findings()), Outcome::Pass);
}

#[test]
fn fresh_pairs_that_could_see_nothing_refute_nothing() {
    let mut random = Random::new(12);
    let mut gate = decision(config(), &["json"]);
    let plans = measure(&mut gate, |stage, _, arm| {
        let noise = if stage == Stage::First { 0.01 } else { 0.5 };
        let is_slow = stage == Stage::First && arm == Arm::Head;
        let values = noisy(&mut random, noise);
        Some(times(values, CPU, if is_slow { 1.2 } else { 1.0 }))
    });
    let expected = [Stage::First, Stage::Confirmation, Stage::Second];
    assert_eq!(stages(&plans), expected);
    assert_eq!(status(&gate, "json", CPU), Status::Inconclusive);
}

#[test]
fn what_is_worse_and_too_noisy_to_tell_is_blind() {
    let gate = {
        let mut gate = decision(config(), &["json"]);
        let mut random = Random::new(9);
        measure(&mut gate, |_, _, _| Some(noisy(&mut random, 0.01)));
        gate
    };
    let judged = &gate.walk().judged[0];
    let quiet = judged.look.clone().expect("it was looked at");
    let said = |detectable| {
        let compared = look::Compared {
            estimate: Some(0.3),
            p: 0.01,
            p_adjusted: 0.2,
            detectable,
            ..quiet.clone()
        };
        look::judge(&judged.metric, &compared, walk::SHARE_OF_A_LOOK)
    };
    assert_eq!(said(Some(0.5)), look::Said::Blind);
    assert_eq!(said(None), look::Said::Blind);
    assert_eq!(said(Some(0.06)), look::Said::Between);
}

#[test]
fn what_no_rule_judges_is_said_to_be_skipped() {
    let mut random = Random::new(10);
    let text =
        "[[metric]]\nmatch = \"time/*/throughput_hz\"\nclass = \"statistical\"\nfloor = 0.05\n";
    let config = GateConfig::parse(text, "gate.toml").expect("it makes sense");
    let mut gate = decision(config, &["json"]);
    measure(&mut gate, |_, _, _| Some(noisy(&mut random, 0.01)));
    assert_eq!(status(&gate, "json", 0), Status::Same);
    assert_eq!(status(&gate, "json", CPU), Status::Skipped);
    assert_eq!(gate.findings().len(), TIMED.len());
}

#[test]
fn a_waived_regression_does_not_end_the_measuring() {
    let waiver = "[[waiver]]\nmatch = \"time/json/*\"\nreason = \"known\"\nuntil = 2026-12-31\n";
    let text =
        format!("[[metric]]\nmatch = \"time/*\"\nclass = \"statistical\"\nfloor = 0.05\n{waiver}");
    let config = GateConfig::parse(&text, "gate.toml").expect("it makes sense");
    let mut random = Random::new(11);
    let mut gate = decision(config, &["custom", "json"]);
    let plans = measure(&mut gate, |_, protocol, arm| {
        let is_slow = protocol == "json" && arm == Arm::Head;
        let noise = if protocol == "json" { 0.01 } else { 0.3 };
        let values = noisy(&mut random, noise);
        Some(times(values, CPU, if is_slow { 1.2 } else { 1.0 }))
    });
    let expected = [Stage::First, Stage::Confirmation, Stage::Second];
    assert_eq!(stages(&plans), expected);
    assert_eq!(status(&gate, "json", CPU), Status::Regression);
}

#[test]
fn less_than_the_floor_is_reported_and_not_red() {
    let mut random = Random::new(4);
    let mut gate = decision(config(), &["json"]);
    let plans = measure(&mut gate, |_, _, arm| {
        let values = noisy(&mut random, 0.005);
        Some(times(
            values,
            CPU,
            if arm == Arm::Head { 1.03 } else { 1.0 },
        ))
    });
    assert_eq!(stages(&plans), [Stage::First]);
    assert_eq!(status(&gate, "json", CPU), Status::WorseBelowFloor);
    assert_eq!(outcome(&gate.findings()), Outcome::Pass);
}

#[test]
fn better_is_said_whichever_way_is_better() {
    let mut random = Random::new(5);
    let mut gate = decision(config(), &["json"]);
    measure(&mut gate, |_, _, arm| {
        let better = arm == Arm::Head;
        let values = noisy(&mut random, 0.01);
        let values = times(values, CPU, if better { 0.8 } else { 1.0 });
        Some(times(values, 0, if better { 1.2 } else { 1.0 }))
    });
    assert_eq!(status(&gate, "json", CPU), Status::Better);
    assert_eq!(status(&gate, "json", 0), Status::Better);
}

#[test]
fn what_the_first_look_cannot_see_is_looked_at_twice_and_then_inconclusive() {
    let mut random = Random::new(6);
    let mut gate = decision(config(), &["custom", "json"]);
    let plans = measure(&mut gate, |_, protocol, _| {
        let noise = if protocol == "json" { 0.3 } else { 0.01 };
        Some(noisy(&mut random, noise))
    });
    assert_eq!(stages(&plans), [Stage::First, Stage::Second]);
    assert_eq!(plans[1].protocols, ["json"]);
    assert_eq!(status(&gate, "json", CPU), Status::Inconclusive);
    assert_eq!(status(&gate, "custom", CPU), Status::Same);
    assert_eq!(outcome(&gate.findings()), Outcome::Inconclusive);
}

#[test]
fn a_base_that_differs_from_itself_withholds_everything() {
    let mut random = Random::new(7);
    let mut gate = decision(config(), &["custom", "json"]);
    let plans = measure(&mut gate, |_, protocol, arm| {
        let is_other = protocol == "json" && arm == Arm::Again;
        let values = noisy(&mut random, 0.01);
        Some(times(values, 2, if is_other { 0.9 } else { 1.0 }))
    });
    assert_eq!(stages(&plans), [Stage::First]);
    let findings = gate.findings();
    assert!(
        findings
            .iter()
            .all(|finding| finding.status == Status::Inconclusive)
    );
    assert!(gate.notes()[0].contains("ack p99"), "{:?}", gate.notes());
}

#[test]
fn a_protocol_that_never_runs_is_inconclusive_and_ends() {
    let mut random = Random::new(8);
    let mut gate = decision(config(), &["custom", "json"]);
    let plans = measure(&mut gate, |_, protocol, arm| {
        let is_lost = protocol == "json" && arm == Arm::Head;
        (!is_lost).then(|| noisy(&mut random, 0.01))
    });
    assert_eq!(plans.iter().map(|plan| plan.pairs).sum::<u32>(), 22);
    assert_eq!(status(&gate, "json", CPU), Status::Inconclusive);
    assert_eq!(status(&gate, "custom", CPU), Status::Same);
    assert_eq!(
        gate.notes(),
        ["Over json only 0 of 22 pairs were valid, and 11 are needed."]
    );
}

#[test]
fn a_bound_is_broken_only_beyond_chance() {
    let bound = |bound| {
        let mut config = config();
        config.slos = vec![Slo {
            metric: MetricId::of(&["time", "json", "scaling", TIMED[CPU].name]),
            bound,
            line: 1,
        }];
        let mut random = Random::new(9);
        let mut gate = decision(config, &["json"]);
        measure(&mut gate, |_, _, _| Some(noisy(&mut random, 0.01)));
        let findings = gate.findings();
        let slo = findings
            .into_iter()
            .find(|finding| finding.class == Class::Slo);
        slo.expect("it was held").status
    };
    assert_eq!(bound(900.0), Status::Broken);
    assert_eq!(bound(1_000.0), Status::Same);
    assert_eq!(bound(1_100.0), Status::Same);
}

#[test]
fn sentences_have_numbers_and_units() {
    let mut random = Random::new(10);
    let mut gate = decision(config(), &["json"]);
    measure(&mut gate, |_, _, arm| {
        let is_slow = arm == Arm::Head;
        let values = noisy(&mut random, 0.01);
        let values = times(values, CPU, if is_slow { 1.1 } else { 1.0 });
        Some(times(values, 0, if is_slow { 0.97 } else { 1.0 }))
    });
    let sentences: Vec<String> = gate
        .findings()
        .into_iter()
        .map(|finding| finding.sentence)
        .collect();
    insta::assert_snapshot!(sentences.join("\n"));
}

/// At first now a little better, now much worse, and later always worse.
#[test]
fn what_the_second_look_flags_is_confirmed_as_well() {
    let mut random = Random::new(11);
    let mut gate = decision(config(), &["custom", "json"]);
    let mut heads = 0_u32;
    let plans = measure(&mut gate, |stage, protocol, arm| {
        let mut values = noisy(&mut random, 0.01);
        if protocol == "json" && arm == Arm::Head {
            heads += 1;
            let is_first_better = stage == Stage::First && heads.is_multiple_of(2);
            values = times(values, CPU, if is_first_better { 0.9 } else { 1.35 });
        }
        Some(values)
    });
    let expected = [Stage::First, Stage::Second, Stage::Confirmation];
    assert_eq!(stages(&plans), expected);
    assert!(plans[1..].iter().all(|plan| plan.protocols == ["json"]));
    assert_eq!(status(&gate, "json", CPU), Status::Regression);
}

/// One protocol's whim is not confirmed, and another one could not be told: that one is still looked at twice.
#[test]
fn what_is_not_confirmed_stops_nothing_else() {
    let mut random = Random::new(12);
    let mut gate = decision(config(), &["custom", "json"]);
    let plans = measure(&mut gate, |stage, protocol, arm| {
        let is_whim = stage == Stage::First && protocol == "custom" && arm == Arm::Head;
        let noise = if protocol == "json" { 0.05 } else { 0.01 };
        let values = noisy(&mut random, noise);
        Some(times(values, CPU, if is_whim { 1.1 } else { 1.0 }))
    });
    assert_eq!(
        stages(&plans),
        [Stage::First, Stage::Confirmation, Stage::Second]
    );
    assert_eq!(plans[1].protocols, ["custom"]);
    assert_eq!(plans[2].protocols, ["json"]);
    assert_eq!(status(&gate, "custom", CPU), Status::NotConfirmed);
    assert_eq!(status(&gate, "json", CPU), Status::Same);
}

/// An unlucky pair of looks at the same protocol: the pairs that confirm are never those of an earlier confirmation.
#[test]
fn a_second_confirmation_has_fresh_pairs() {
    let mut random = Random::new(13);
    let mut gate = decision(config(), &["json"]);
    let mut asked = 0;
    let plans = measure(&mut gate, |stage, _, arm| {
        asked += u32::from(stage == Stage::Confirmation);
        let is_head = arm == Arm::Head;
        let values = noisy(&mut random, 0.01);
        // Throughput is worse at first alone; CPU is noisy, and worse in all runs.
        let whim = if is_head && stage == Stage::First {
            0.8
        } else {
            1.0
        };
        let noisy_cpu = (0.06 * random.normal()).exp() * if is_head { 1.12 } else { 1.0 };
        Some(times(times(values, 0, whim), CPU, noisy_cpu))
    });
    let expected = [
        Stage::First,
        Stage::Confirmation,
        Stage::Second,
        Stage::Confirmation,
    ];
    assert_eq!(stages(&plans), expected);
    assert_eq!(asked, 2 * 3 * 11);
    assert_eq!(status(&gate, "json", 0), Status::NotConfirmed);
    assert_eq!(status(&gate, "json", CPU), Status::Regression);
}

#[test]
fn invalid_runs_are_replaced_pair_by_pair() {
    let mut random = Random::new(14);
    let mut gate = decision(config(), &["json"]);
    let mut runs = 0;
    let plans = measure(&mut gate, |_, _, _| {
        runs += 1;
        (runs != 5).then(|| noisy(&mut random, 0.01))
    });
    assert_eq!(
        plans.iter().map(|plan| plan.pairs).collect::<Vec<_>>(),
        [11, 1]
    );
    let findings = gate.findings();
    assert!(findings.iter().all(|finding| {
        finding
            .paired
            .as_ref()
            .is_some_and(|paired| paired.pairs == 11)
    }));
}

#[test]
fn the_order_in_which_runs_arrive_changes_nothing() {
    let mut random = Random::new(15);
    let mut runs = Vec::new();
    for pair in 1..=11 {
        for arm in Arm::order(pair) {
            runs.push((pair, arm, noisy(&mut random, 0.02)));
        }
    }
    let found = |runs: &[(u32, Arm, Values)]| {
        let mut gate = decision(config(), &["json"]);
        for &(pair, arm, values) in runs {
            gate.record(Measured {
                stage: Stage::First,
                pair,
                arm,
                protocol: "json".to_owned(),
                workload: "scaling".to_owned(),
                values: Some(values),
            });
        }
        (gate.findings(), gate.notes(), gate.next())
    };
    let forwards = found(&runs);
    runs.sort_by_key(|(pair, arm, _)| (*pair, *arm));
    assert_eq!(found(&runs), forwards);
}

#[test]
fn many_metrics_ask_for_more_pairs() {
    // 2^-11 of 18 metrics is below a half of 5 %, of 60 it is not.
    assert_eq!(family::pairs_wanted(&config(), 18, 0.5), 11);
    assert_eq!(family::pairs_wanted(&config(), 60, 0.5), 12);
    assert_eq!(family::pairs_wanted(&config(), 1_000, 0.5), 16);
    let few = GateConfig {
        pairs: 3,
        ..config()
    };
    assert_eq!(family::pairs_wanted(&few, 18, 0.5), 10);
}

#[test]
fn runs_of_other_protocols_and_workloads_are_left_out() {
    let mut random = Random::new(16);
    let mut gate = decision(config(), &["json"]);
    let stray = |protocol: &str, workload: &str, values| Measured {
        stage: Stage::First,
        pair: 1,
        arm: Arm::Base,
        protocol: protocol.to_owned(),
        workload: workload.to_owned(),
        values: Some(values),
    };
    gate.record(stray("grpc", "scaling", noisy(&mut random, 0.01)));
    assert_eq!(gate.findings(), []);
    measure(&mut gate, |_, _, _| Some(noisy(&mut random, 0.01)));
    let before = gate.findings();
    gate.record(stray("json", "steady", noisy(&mut random, 0.01)));
    assert_eq!(gate.findings(), before);
}
