//! Programs that say something else than they were asked for.

use reports::schema::Run;

use crate::stand_in::{StandIn, run};
use crate::{EXACT_METRIC, Gate, program};

#[test]
fn a_run_of_other_work_is_no_answer() {
    let of = |change: fn(&mut Run)| {
        let mut run = run(1_000_000);
        change(&mut run);
        run
    };
    let others: [(&str, Run); 6] = [
        ("protocol", of(|run| run.protocol = "custom".to_owned())),
        ("workload", of(|run| run.workload = "steady".to_owned())),
        ("accounts", of(|run| run.accounts = 2)),
        ("in_flight", of(|run| run.in_flight = 1)),
        ("rounds", of(|run| run.rounds = 6)),
        ("store", of(|run| run.store = "sqlite".to_owned())),
    ];
    for (field, other) in others {
        let head = StandIn::new().measuring([other.clone(), other]);
        let gate = Gate::of(&StandIn::new(), &head, &[]).ends_with(1);
        let said = gate.stderr();
        let error = said.lines().last().expect("it says something");
        for words in ["the head binary", &format!("its {field} is")] {
            assert!(error.contains(words), "{words:?}: {error}");
        }
    }
}

#[test]
fn a_store_that_a_program_is_told_may_be_another() {
    let durable = Run {
        store: "sqlite".to_owned(),
        ..run(1_000_000)
    };
    let head = StandIn::new().measuring([durable.clone(), durable]);
    Gate::of(&StandIn::new(), &head, &["--head-arg=--store=sqlite"]).ends_with(0);
}

#[test]
fn a_script_that_is_answered_wrongly_is_a_wrong_answer() {
    let wrong = StandIn::new()
        .saying("baseline-exit", "5")
        .saying("stderr", "error: a codec wrote 1 and read 2");
    let gate = Gate::of(&StandIn::new(), &wrong, &[]).ends_with(5);
    assert_eq!(
        gate.json("loadgen-gate/gate.json")["outcome"],
        "wrong_answer"
    );
    for words in ["the head binary", "a codec wrote 1 and read 2"] {
        assert!(gate.stdout().contains(words), "{}", gate.stdout());
    }
    Gate::of(&wrong, &StandIn::new(), &[]).ends_with(5);
}

#[test]
fn counts_that_were_asked_for_are_made_or_missed() {
    let unable = StandIn::new()
        .saying("count-exit", "1")
        .saying("stderr", "error: there is no Callgrind");
    for same in [&unable, &StandIn::new()] {
        let gate = Gate::of(same, same, &["--count"]).ends_with(1);
        assert!(
            gate.stderr().contains("the base binary"),
            "{}",
            gate.stderr()
        );
    }
    // With a baseline they are welcome, and no more.
    let accepted = unable.beside("baseline.json");
    let text = std::fs::read_to_string(&accepted).expect("it is there");
    let counted = text.trim_end().trim_end_matches('}').trim_end().to_owned()
        + ", \"counted\": {\"toolchain\": \"another\", \"metrics\": {}}}";
    let file = unable.beside("accepted.json");
    std::fs::write(&file, counted).expect("there is room");
    let file = file.to_str().expect("temporary paths are plain");
    let gate = Gate::of(&StandIn::new(), &unable, &["--baseline", file]).ends_with(0);
    assert_eq!(gate.status(EXACT_METRIC), "same");
    let said = gate.stdout();
    assert!(said.contains("Nothing was counted"), "{said}");
}

#[test]
fn so_few_pairs_that_nothing_can_be_told_are_refused() {
    let same = StandIn::new();
    let gate = Gate::of(&same, &same, &["--pairs", "4"]).ends_with(2);
    assert!(gate.stderr().contains("too few"), "{}", gate.stderr());
    Gate::of(&same, &same, &["--pairs", "5"]).ends_with(0);
    Gate::of(&same, &same, &["--pairs", "1001"]).ends_with(2);
}

#[test]
fn a_name_is_first_looked_for_where_one_stands() {
    let same = StandIn::new();
    let output = program()
        .args(["gate", "--protocol", "json", "--quiet"])
        .args(["--base-bin", "loadgen", "--head-bin", "loadgen"])
        .current_dir(same.beside(""))
        .output()
        .expect("the program starts");
    assert_eq!(output.status.code(), Some(0), "{output:?}");
}
