//! Runs that do not count: which of them end a gate, and what becomes of the others.

use reports::schema::{Ledger, Run};

use crate::stand_in::{StandIn, invalid, run};
use crate::{CPU_METRIC, Gate};

const LATE: &str = "1 operation was not answered in time.";

/// Half of its runs are late, and end before their last round; the warm-up is none of them.
fn shaky() -> StandIn {
    let late = Run {
        rounds: 3,
        ..invalid(LATE)
    };
    StandIn::new()
        .measuring([late, run(1_000_000)])
        .saying("exit", "5")
}

#[test]
fn what_the_head_alone_loses_is_replaced_and_cannot_pass() {
    let gate = Gate::of(&StandIn::new(), &shaky(), &[]).ends_with(4);
    let trials = gate.json("loadgen-gate/trials.json");
    let observations = trials["observations"].as_array().expect("there are some");
    let counted = |arm| {
        let of_arm = observations.iter().filter(|seen| seen["arm"] == arm);
        let valid = of_arm.filter(|seen| seen["run"]["valid"] == true);
        valid.count()
    };
    assert!(counted("head") >= 11 && counted("base") > counted("head"));
    assert_eq!(trials["rounds"]["json"], 7, "as many as the warm-up had");
    assert_eq!(gate.status(CPU_METRIC), "same");
    for words in [
        "runs of the head over json were invalid",
        LATE,
        "the head alone lost runs",
    ] {
        assert!(gate.stdout().contains(words), "{}", gate.stdout());
    }
    Gate::of(&StandIn::new(), &shaky(), &["--inconclusive", "pass"]).ends_with(0);
}

#[test]
fn what_both_lose_is_told_and_may_pass() {
    let gate = Gate::of(&shaky(), &shaky(), &[]).ends_with(0);
    for arm in ["base", "head", "base again"] {
        let words = format!("runs of the {arm} over json were invalid");
        assert!(gate.stdout().contains(&words), "{}", gate.stdout());
    }
}

#[test]
fn what_the_head_loses_alone_hides_no_regression() {
    let slower = StandIn::new()
        .measuring([run(1_100_000), invalid(LATE)])
        .saying("exit", "5");
    Gate::of(&StandIn::new(), &slower, &[]).ends_with(3);
}

#[test]
fn a_run_that_failed_is_a_wrong_answer_whatever_its_words() {
    let of = |ledger| Run {
        ledger,
        ..invalid("As another version would put it.")
    };
    let failed = Ledger {
        scheduled: 9,
        ok: 8,
        errors: 1,
        ..Ledger::default()
    };
    let astray = Ledger {
        scheduled: 9,
        ok: 8,
        ..Ledger::default()
    };
    let bytes = invalid("After the phase send, both ends had not counted the same bytes: 1 and 2.");
    for wrong in [of(failed), of(astray), bytes] {
        let head = StandIn::new()
            .measuring([run(1_000_000), wrong])
            .saying("exit", "5");
        let gate = Gate::of(&StandIn::new(), &head, &[]).ends_with(5);
        assert!(
            gate.stdout().contains("the head binary"),
            "{}",
            gate.stdout()
        );
    }
}
