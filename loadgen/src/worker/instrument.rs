//! The instrument against known answers: a worker as it is, a server that is scripted, and time that is a parameter, so
//! that every expected figure is exact.

mod scripted;

use std::cell::RefCell;
use std::sync::Arc;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use hdrhistogram::Histogram;
use hdrhistogram::serialization::Deserializer;
use protocols::capabilities::EVERYTHING;
use protocols::client::Caller;

use self::scripted::{Monologue, Script, Scripted};
use super::{Secrets, Surroundings, Window, Worker};
use crate::control::Ledger;
use crate::delivery::Delivery;
use crate::oracle::{Names, Oracle};
use crate::pacing::{Arrivals, ClosedLoop, OpenLoop, Pacer};
use crate::recorder::Recorded;
use crate::shared::{Inbound, Shared};
use crate::tally::Tally;
use crate::timer::Simulation;
use crate::workloads::Part;

const MS: u64 = 1_000_000;
const SECOND: u64 = 1_000 * MS;

/// What is done in a simulated run of one connection.
#[derive(Clone, Copy)]
struct Plan {
    pacer: Pacer,
    duration_ns: u64,
    warm_up_ns: u64,
    timeout_ns: u64,
    /// When the run is broken off, if it is.
    broken_off_ns: u64,
}

/// What was found.
struct Found {
    ledger: Ledger,
    tally: Tally,
    recorded: Recorded,
    undecided: u64,
    acknowledged: u64,
    wrong: Vec<String>,
    ended_ns: u64,
}

fn closed(in_flight: u32) -> Plan {
    Plan {
        pacer: Pacer::Closed(ClosedLoop { in_flight }),
        duration_ns: SECOND,
        warm_up_ns: 0,
        timeout_ns: 10 * SECOND,
        broken_off_ns: u64::MAX,
    }
}

fn open(rate_hz: u32, in_flight: u32) -> Plan {
    Plan {
        pacer: Pacer::Open(OpenLoop {
            in_flight,
            arrivals: Arrivals::Constant,
            rate_hz: rate_hz.into(),
            seed: 0,
        }),
        ..closed(1)
    }
}

/// Runs one worker, which has all of the rate, against a script.
fn run(plan: Plan, script: impl Script + 'static) -> Found {
    let simulation = Arc::new(Simulation::new());
    let clock = simulation.clock();
    let names = Arc::new(Names::new("", 1));
    let oracle = Oracle::new(&Monologue, Arc::clone(&names));
    let shared = RefCell::new(Shared::new(oracle, 1));
    shared.borrow_mut().inbound.push(Inbound::default());
    shared.borrow_mut().senders = 1;
    let window = Window {
        start_ns: 0,
        measured_from_ns: plan.warm_up_ns,
        end_ns: Some(plan.duration_ns),
        timeout_ns: plan.timeout_ns,
    };
    let around = Surroundings {
        shared: &shared,
        workload: &Monologue,
        names: &names,
        pacer: plan.pacer,
        clock: &clock,
        window,
        delivery: Delivery::Push,
        capabilities: &EVERYTHING,
    };
    let caller = Caller::new(Box::new(Scripted::new(&simulation, script)));
    let mut worker = Worker::new(0, caller, Secrets::Key(None));
    let part = Part {
        phase: 0,
        account: 0,
        accounts: 1,
        rounds: &(0..1),
    };
    simulation.run(async {
        let said = std::pin::pin!(worker.run(&part, around));
        let broken_off = std::pin::pin!(clock.sleep_until(plan.broken_off_ns));
        match futures_util::future::select(said, broken_off).await {
            futures_util::future::Either::Left((ended, _)) => ended.expect("the script goes on"),
            futures_util::future::Either::Right(((), _)) => {}
        }
    });
    shared.borrow_mut().tally.close(clock.now_ns());
    let shared = shared.into_inner();
    let found = Found {
        ledger: shared.ledger,
        tally: shared.tally,
        recorded: shared.recorder.recorded(),
        undecided: shared.undecided,
        acknowledged: shared.acknowledged_by[0],
        wrong: shared.oracle.wrong,
        ended_ns: clock.now_ns(),
    };
    found.check_ledger();
    found
}

impl Found {
    /// Whatever happens, it adds up.
    #[track_caller]
    fn check_ledger(&self) {
        let Ledger {
            scheduled,
            ok,
            errors,
            timeouts,
            in_flight,
            never_sent,
            ..
        } = self.ledger;
        let ended = ok + errors + timeouts + in_flight + never_sent;
        assert_eq!(scheduled, ended, "{:?}", self.ledger);
        assert_eq!(self.wrong, Vec::<String>::new());
    }

    /// Where an operation ended: ok, timeouts, in flight, never sent.
    fn ends(&self) -> [u64; 4] {
        let ledger = self.ledger;
        [
            ledger.ok,
            ledger.timeouts,
            ledger.in_flight,
            ledger.never_sent,
        ]
    }
}

fn read(hdr: Option<&String>) -> Histogram<u64> {
    let bytes = BASE64_STANDARD
        .decode(hdr.expect("there are samples"))
        .unwrap();
    Deserializer::new()
        .deserialize(&mut bytes.as_slice())
        .unwrap()
}

/// Holds a histogram against all samples that must be in it.
#[track_caller]
fn check(hdr: Option<&String>, mut expected_ns: Vec<u64>) {
    expected_ns.sort_unstable();
    let histogram = read(hdr);
    assert_eq!(histogram.len(), expected_ns.len() as u64);
    for per_mille in [1, 100, 250, 500, 750, 900, 980, 990, 995, 999, 1_000] {
        let rank = (expected_ns.len() * per_mille).div_ceil(1_000);
        let expected_ns = expected_ns[rank - 1];
        #[expect(clippy::cast_precision_loss, reason = "it is at most 1,000")]
        let found_ns = histogram.value_at_quantile(per_mille as f64 / 1_000.0);
        // Three digits; and 0 is recorded in the lowest bucket.
        let most = expected_ns / 1_000 + 1;
        assert!(
            found_ns.abs_diff(expected_ns) <= most,
            "of {per_mille} per mille: {found_ns}, expected {expected_ns}"
        );
    }
}

#[test]
fn a_constant_delay_is_seen_as_it_is_in_both_loops() {
    let found = run(closed(1), |_, sent_ns: u64| Some(sent_ns + MS));
    assert_eq!(found.ends(), [1_000, 0, 0, 0]);
    check(found.recorded.ack_hdr.as_ref(), vec![MS; 1_000]);
    check(found.recorded.service_hdr.as_ref(), vec![MS; 1_000]);
    check(found.recorded.send_lag_hdr.as_ref(), vec![0; 1_000]);
    assert_eq!(found.tally.outstanding_ns, SECOND);

    let found = run(open(100, 4), |_, sent_ns: u64| Some(sent_ns + MS));
    assert_eq!(found.ends(), [100, 0, 0, 0]);
    check(found.recorded.ack_hdr.as_ref(), vec![MS; 100]);
    check(found.recorded.send_lag_hdr.as_ref(), vec![0; 100]);
    assert_eq!(
        (found.tally.waited, found.tally.outstanding_ns),
        (0, 100 * MS)
    );
    assert_eq!(found.ended_ns, SECOND);
}

#[test]
fn two_kinds_of_delays_are_told_apart() {
    let delay_ns = |nth: u64| if nth.is_multiple_of(2) { MS } else { 9 * MS };
    let expected: Vec<u64> = (0..100).map(delay_ns).collect();
    let found = run(open(100, 1), move |nth: u64, sent_ns: u64| {
        Some(sent_ns + delay_ns(nth))
    });
    check(found.recorded.ack_hdr.as_ref(), expected.clone());
    check(found.recorded.service_hdr.as_ref(), expected.clone());
    assert_eq!(found.tally.outstanding_ns, expected.iter().sum::<u64>());
}

#[test]
fn one_percent_that_is_slow_is_one_percent() {
    let delay_ns = |nth: u64| if nth % 100 == 50 { 50 * MS } else { MS };
    let plan = Plan {
        duration_ns: 10 * SECOND,
        ..open(1_000, 1_000)
    };
    let expected: Vec<u64> = (0..10_000).map(delay_ns).collect();
    let found = run(plan, move |nth: u64, sent_ns: u64| {
        Some(sent_ns + delay_ns(nth))
    });
    check(found.recorded.ack_hdr.as_ref(), expected);
    assert_eq!(
        read(found.recorded.ack_hdr.as_ref()).count_between(40 * MS, 60 * MS),
        100
    );
}

#[test]
fn who_waits_for_a_connection_is_charged_for_it() {
    // Every 2 ms one is due, and each takes 3 ms on a connection that carries one at a time.
    let plan = Plan {
        duration_ns: 100 * MS,
        ..open(500, 1)
    };
    let found = run(plan, |_, sent_ns: u64| Some(sent_ns + 3 * MS));
    // Sent at 0, 3, … 99 ms: 34 of the 50 that were due.
    assert_eq!(found.ends(), [34, 0, 0, 16]);
    let lags: Vec<u64> = (0..34).map(|nth| nth * MS).collect();
    let responses = lags.iter().map(|lag_ns| lag_ns + 3 * MS).collect();
    check(found.recorded.send_lag_hdr.as_ref(), lags);
    check(found.recorded.ack_hdr.as_ref(), responses);
    check(found.recorded.service_hdr.as_ref(), vec![3 * MS; 34]);
    assert_eq!((found.tally.scheduled, found.tally.waited), (50, 33));
}

/// A server that stands still from 4.0 to 5.4 s, and answers everything else after 1 ms.
fn stalling(sent_ns: u64) -> u64 {
    let stall = 4 * SECOND..5_400 * MS;
    let begun_ns = if stall.contains(&sent_ns) {
        stall.end
    } else {
        sent_ns
    };
    begun_ns + MS
}

#[test]
fn a_stall_is_charged_to_all_that_were_due_in_it() {
    let plan = Plan {
        duration_ns: 10 * SECOND,
        ..open(1_000, 10_000)
    };
    let found = run(plan, |_, sent_ns: u64| Some(stalling(sent_ns)));
    let response_ns = |nth: u64| stalling(nth * MS) - nth * MS;
    let expected: Vec<u64> = (0..10_000).map(response_ns).collect();
    check(found.recorded.ack_hdr.as_ref(), expected);
    let response = read(found.recorded.ack_hdr.as_ref());
    assert!(response.value_at_quantile(0.99).abs_diff(1_301 * MS) <= 2 * MS);

    let closed = Plan {
        duration_ns: 10 * SECOND,
        ..closed(1)
    };
    let response = read(
        run(closed, |_, sent_ns: u64| Some(stalling(sent_ns)))
            .recorded
            .ack_hdr
            .as_ref(),
    );
    let slow = response.count_between(10 * MS, 10 * SECOND);
    assert_eq!(slow, 1, "the closed loop waits with the server");
    assert!(response.value_at_quantile(0.999).abs_diff(MS) <= 1_001);
}

#[test]
fn a_stall_is_charged_though_requests_wait_for_their_connection() {
    let plan = Plan {
        duration_ns: 10 * SECOND,
        ..open(1_000, 8)
    };
    let found = run(plan, |_, sent_ns: u64| Some(stalling(sent_ns)));
    let service = read(found.recorded.service_hdr.as_ref());
    assert_eq!(found.ends(), [10_000, 0, 0, 0]);
    assert_eq!(service.count_between(2 * MS, 10 * SECOND), 8);
    // A queue before eight desks, computed apart: who is due takes the desk that is free first.
    let mut free_ns = [0; 8];
    let respond = |nth: u64| {
        let desk = free_ns.iter_mut().min().expect("there are eight");
        *desk = stalling((nth * MS).max(*desk));
        *desk - nth * MS
    };
    check(
        found.recorded.ack_hdr.as_ref(),
        (0..10_000).map(respond).collect(),
    );
}

#[test]
fn lag_is_what_the_generator_was_held_up() {
    // Sending every tenth holds the thread for 5 ms: the five behind it leave 4, 3, 2, 1 and 0 ms late.
    let lag_ms = [0, 4, 3, 2, 1, 0, 0, 0, 0, 0];
    let found = run(
        open(1_000, 100),
        scripted::Blocking {
            every: 10,
            held_ns: 5 * MS,
            delay_ns: MS,
        },
    );
    let expected = (0..1_000).map(|nth| lag_ms[nth % 10] * MS).collect();
    check(found.recorded.send_lag_hdr.as_ref(), expected);
    assert_eq!(found.tally.waited, 0);
}

#[test]
fn what_is_never_answered_times_out_and_stands_apart() {
    let plan = Plan {
        timeout_ns: 100 * MS,
        ..open(100, 100)
    };
    let found = run(plan, |nth: u64, sent_ns: u64| {
        (nth % 10 != 3).then_some(sent_ns + MS)
    });
    assert_eq!(found.ends(), [90, 10, 0, 0]);
    check(found.recorded.ack_hdr.as_ref(), vec![MS; 90]);
    check(found.recorded.timeouts_hdr.as_ref(), vec![100 * MS; 10]);
    assert_eq!((found.undecided, found.acknowledged), (10, 90));
    assert_eq!(found.tally.outstanding_ns, 90 * MS + 10 * 100 * MS);
}

#[test]
fn a_late_answer_is_no_answer_to_nothing_and_counts_once() {
    let plan = Plan {
        timeout_ns: 100 * MS,
        ..open(100, 100)
    };
    let late = |nth: u64, sent_ns: u64| Some(sent_ns + if nth % 10 == 3 { 150 * MS } else { MS });
    let found = run(plan, late);
    assert_eq!(found.ends(), [90, 10, 0, 0]);
    check(found.recorded.timeouts_hdr.as_ref(), vec![100 * MS; 10]);
    assert_eq!(
        (found.undecided, found.acknowledged),
        (1, 99),
        "only the one whose late answer nobody waited for is not known"
    );
}

#[test]
fn what_times_out_makes_room() {
    let plan = Plan {
        timeout_ns: 100 * MS,
        ..open(100, 1)
    };
    let found = run(plan, |nth: u64, sent_ns: u64| {
        (nth != 0).then_some(sent_ns + MS)
    });
    assert_eq!(found.ends(), [99, 1, 0, 0]);
    // The first held the connection for 100 ms; the ten that were due meanwhile followed each other.
    let lag_ms = |nth: u64| (100 + (nth - 1)).saturating_sub(nth * 10);
    let lags = (1..100).map(|nth| lag_ms(nth) * MS).chain([0]).collect();
    check(found.recorded.send_lag_hdr.as_ref(), lags);
}

#[test]
fn what_is_in_flight_at_the_end_is_drained_for_a_bounded_time() {
    let plan = Plan {
        timeout_ns: 2 * SECOND,
        ..open(100, 100)
    };
    let halted = |_, sent_ns: u64| (sent_ns < 500 * MS).then_some(sent_ns + MS);
    let found = run(plan, halted);
    assert_eq!(found.ends(), [50, 50, 0, 0]);
    assert_eq!(found.ended_ns, 2_990 * MS, "when the last was given up");
    let drained = run(plan, |_, sent_ns: u64| Some(sent_ns.max(1_500 * MS)));
    assert_eq!(drained.ends(), [100, 0, 0, 0]);
    assert_eq!(drained.ended_ns, 1_500 * MS);
}

#[test]
fn what_a_run_that_breaks_off_leaves_is_accounted_for() {
    let plan = Plan {
        broken_off_ns: 705 * MS,
        ..open(100, 12)
    };
    let halted = |_, sent_ns: u64| (sent_ns < 500 * MS).then_some(sent_ns + MS);
    let found = run(plan, halted);
    // Due up to 700 ms: 50 were answered, 12 are out, and 9 found no room.
    assert_eq!(found.ends(), [50, 0, 12, 9]);
    assert_eq!((found.undecided, found.tally.scheduled), (12, 71));
}

#[test]
fn the_warm_up_is_not_measured_and_not_forgotten() {
    let plan = Plan {
        warm_up_ns: 250 * MS,
        ..open(100, 100)
    };
    let found = run(plan, |nth: u64, sent_ns: u64| {
        Some(sent_ns + if nth < 25 { 7 * MS } else { MS })
    });
    assert_eq!(found.ends(), [100, 0, 0, 0]);
    check(found.recorded.ack_hdr.as_ref(), vec![MS; 75]);
    let Tally {
        scheduled,
        ok,
        outstanding_ns,
        ..
    } = found.tally;
    assert_eq!((scheduled, ok, outstanding_ns), (75, 75, 75 * MS));
}

#[test]
fn poisson_arrivals_are_sent_when_they_are_due() {
    let Pacer::Open(constant) = open(1_000, 1_000).pacer else {
        unreachable!("it is an open loop");
    };
    let pacer = OpenLoop {
        arrivals: Arrivals::Poisson,
        ..constant
    };
    let plan = Plan {
        pacer: Pacer::Open(pacer),
        ..open(1, 1)
    };
    let share = crate::pacing::Share {
        account: 0,
        accounts: 1,
    };
    let due = pacer
        .times(share)
        .take_while(|at_ns| *at_ns < SECOND)
        .count();
    let found = run(plan, |_, sent_ns: u64| Some(sent_ns + MS));
    assert_eq!(found.ends(), [due as u64, 0, 0, 0]);
    check(found.recorded.send_lag_hdr.as_ref(), vec![0; due]);
}
