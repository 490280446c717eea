//! Every mistake is told with its line and with what to do.

use super::{SOUND, sound};
use crate::scenario::parse;

/// Replaces a piece of the sound file, and holds what is said about it against the line and words expected.
#[track_caller]
fn check(piece: &str, replacement: &str, line: usize, words: &[&str]) {
    assert!(SOUND.contains(piece), "{piece:?}");
    let error = parse("office.toml", &SOUND.replacen(piece, replacement, 1))
        .expect_err("it makes no sense")
        .to_string();
    let place = format!("office.toml:{line}: ");
    assert!(error.starts_with(&place), "{place} / {error}");
    for word in words {
        assert!(error.contains(word), "{word:?} is missing in: {error}");
    }
    assert!(!error.contains('\n'), "one line says it: {error}");
}

#[test]
fn the_file_that_is_changed_makes_sense() {
    let scenario = sound(SOUND);
    assert_eq!((scenario.name.as_str(), scenario.accounts), ("office", 6));
    assert_eq!(scenario.phases[1].operations, 300);
}

#[test]
fn keys_that_are_not_there_are_told_with_those_that_are() {
    check(
        "accounts",
        "acounts",
        2,
        &["unknown key `acounts`", "`accounts`"],
    );
    check(
        "uniform",
        "normal",
        5,
        &["unknown word `normal`", "`log_normal`"],
    );
    check("min", "least", 5, &["unknown key `least`", "`min`"]);
    check(
        "history",
        "forward",
        11,
        &["unknown key `forward`", "`history`"],
    );
    check("rate", "pace", 19, &["unknown key `pace`", "`rate`"]);
    check("name = \"office\"\n", "", 1, &["missing key `name`"]);
    check("size", "bytes", 5, &["unknown key `bytes`", "`size`"]);
}

#[test]
fn what_is_not_toml_is_told_with_its_line() {
    check("\"office\"", "\"office", 1, &["invalid basic string"]);
    check("accounts = 6", "accounts = six", 2, &[]);
    check("accounts = 6", "accounts = \"six\"", 2, &["expected u32"]);
    check("send = 5", "send = 5\nsend = 6", 9, &["duplicate key"]);
}

#[test]
fn sizes_that_servers_do_not_take_are_refused() {
    check(
        "{ uniform = { min = 5, max = 60 } }",
        "{ fixed = 0 }",
        5,
        &["0 characters", "1 to 256"],
    );
    check(
        "{ uniform = { min = 5, max = 60 } }",
        "{ fixed = 257 }",
        5,
        &["257 characters", "1 to 256"],
    );
    check("min = 5", "min = 0", 5, &["0 characters", "1 to 256"]);
    check(
        "min = 5",
        "min = 61",
        5,
        &["min 61 is over max 60", "exchange"],
    );
    check("max = 60", "max = 1000", 5, &["1000 characters"]);
    check(
        "uniform = { min = 5, max = 60 }",
        "weighted = { \"0\" = 1 }",
        5,
        &["0 characters"],
    );
    check(
        "uniform = { min = 5, max = 60 }",
        "weighted = { short = 1 }",
        5,
        &["\"short\" is no size"],
    );
    check(
        "uniform = { min = 5, max = 60 }",
        "weighted = { \"9\" = 0 }",
        5,
        &["no size has a weight"],
    );
    check(
        "uniform = { min = 5, max = 60 }",
        "weighted = { \"9\" = -1 }",
        5,
        &["the weight -1 of size 9"],
    );
    let log_normal = |median: &str, sigma: &str| {
        format!("log_normal = {{ median = {median}, sigma = {sigma}, min = 5, max = 60 }}")
    };
    let uniform = "uniform = { min = 5, max = 60 }";
    check(
        uniform,
        &log_normal("90", "1"),
        5,
        &["the median 90", "from 5 to 60"],
    );
    check(
        uniform,
        &log_normal("9", "0"),
        5,
        &["sigma 0", "0.8 for instance"],
    );
    check(uniform, &log_normal("9", "nan"), 5, &["sigma NaN"]);
}

#[test]
fn shares_lie_between_none_and_all() {
    let with = |lines: &str| format!("max = 60 }} }}\n{lines}");
    check(
        "max = 60 } }",
        &with("unicode = 1.5"),
        6,
        &["a share of 1.5", "0 to 1"],
    );
    check(
        "max = 60 } }",
        &with("escaping = -0.1"),
        6,
        &["a share of -0.1"],
    );
    check(
        "max = 60 } }",
        &with("unicode = 0.7\nescaping = 0.7"),
        7,
        &["over 1 together"],
    );
}

#[test]
fn mixes_that_cannot_be_done_are_refused() {
    let all = "send = 5\nread = 3\ndelete = 1\nhistory = 1";
    check(all, "send = 0", 7, &["sum to 0", "send = 1"]);
    check(all, "", 7, &["sum to 0"]);
    check(all, "send = -1", 8, &["the weight -1"]);
    check(all, "send = inf", 8, &["the weight inf"]);
    check(
        all,
        "read = 1",
        11,
        &[
            "\"morning\" looks at messages, and none is sent",
            "give send a weight",
        ],
    );
    check(
        all,
        "history = 1",
        11,
        &["\"morning\" looks at messages, and none is sent"],
    );
    check(
        "read = 3",
        "read = 6",
        14,
        &[
            "reads 277 times and only 231 messages",
            "give read less weight",
        ],
    );
    check(
        "delete = 1",
        "delete = 4",
        14,
        &[
            "deletes 185 messages and only 138 are read",
            "give delete less weight",
        ],
    );
    check(
        "[mix]\nsend = 5\nread = 3\ndelete = 1\nhistory = 1\n",
        "",
        9,
        &["\"morning\" has no mix", "[mix]"],
    );
}

#[test]
fn a_later_phase_reads_what_an_earlier_one_sent() {
    let text = SOUND
        .replace("operations = 600", "operations = 600\nmix = { send = 1 }")
        .replace(
            "duration = \"1.5s\"",
            "duration = \"1.5s\"\nmix = { read = 1 }",
        );
    assert_eq!(sound(&text).phases.len(), 2);
    check(
        "duration = \"1.5s\"",
        "duration = \"3m\"\nmix = { read = 1 }",
        18,
        &["\"noon\" reads 36180 times", "only 300 messages"],
    );
}

#[test]
fn phases_have_an_end_and_a_pace() {
    check(
        "operations = 600",
        "",
        14,
        &["\"morning\" has no end", "operations = 1000"],
    );
    check(
        "operations = 600",
        "operations = 0",
        15,
        &["0 operations", "from 1"],
    );
    check(
        "operations = 600",
        "operations = 5000001",
        15,
        &["5000001 operations"],
    );
    check(
        "operations = 600",
        "operations = 5000000",
        18,
        &["\"noon\" is one too much", "5000300"],
    );
    check(
        "operations = 600",
        "operations = 600\nduration = \"2s\"",
        16,
        &["either operations or a duration"],
    );
    check(
        "operations = 600",
        "duration = \"2s\"",
        15,
        &["a duration goes with a rate", "operations = 1000"],
    );
    check(
        "operations = 600",
        "operations = 600\narrivals = \"poisson\"",
        16,
        &["arrivals has no effect without rate"],
    );
    check(
        "operations = 600",
        "operations = 600\nin_flight = 0",
        16,
        &["in_flight = 0"],
    );
    check("rate = 200", "rate = 0", 19, &["a rate of 0", "500"]);
    check(
        "rate = 200",
        "rate = 200\narrivals = \"bursts\"",
        20,
        &["unknown word `bursts`", "`constant`"],
    );
    for wrong in ["1.5", "s", "1 hour", "-1s", "0s", "", "1e99s"] {
        let duration = format!("duration = {wrong:?}");
        check(
            "duration = \"1.5s\"",
            &duration,
            20,
            &["is no duration", "\"500ms\""],
        );
    }
    check(
        "duration = \"1.5s\"",
        "duration = \"1ms\"",
        20,
        &["has no operation"],
    );
}

#[test]
fn names_can_be_used_in_results() {
    check(
        "\"office\"",
        "\"\"",
        1,
        &["the name \"\"", "letters, digits"],
    );
    check(
        "\"office\"",
        "\"my office\"",
        1,
        &["the name \"my office\""],
    );
    check(
        "\"noon\"",
        "\"morning\"",
        18,
        &["two phases called \"morning\""],
    );
    let file = tempfile::NamedTempFile::new().expect("there is room");
    std::fs::write(file.path(), SOUND.replace("office", "scaling")).expect("there is room");
    let error = crate::scenario::read(file.path())
        .expect_err("the name is taken")
        .to_string();
    assert!(
        error.contains(":1: \"scaling\" is a built-in workload"),
        "{error}"
    );
}

#[test]
fn accounts_have_somebody_to_write_to() {
    check(
        "accounts = 6",
        "accounts = 1",
        2,
        &["1 accounts", "somebody to write to"],
    );
    check(
        "accounts = 6",
        "accounts = 1001",
        2,
        &["1001 accounts", "1000"],
    );
    check("accounts = 6", "accounts = -1", 2, &["-1"]);
}

#[test]
fn pages_are_as_long_as_servers_give() {
    let with = |page: &str| format!("accounts = 6\npages = {{ {page} }}");
    check(
        "accounts = 6",
        &with("read = 0"),
        3,
        &["a page of 0", "1 to 1000"],
    );
    check(
        "accounts = 6",
        &with("history = 1001"),
        3,
        &["a page of 1001"],
    );
    check(
        "accounts = 6",
        &with("lists = 1"),
        3,
        &["unknown key `lists`"],
    );
}

#[test]
fn a_file_without_phases_does_nothing() {
    let text = SOUND
        .split("[[phases]]")
        .next()
        .expect("there is a beginning");
    let error = parse("office.toml", text)
        .expect_err("nothing is done")
        .to_string();
    assert_eq!(
        error,
        "office.toml:13: there is no phase; add [[phases]] with a name and a number of operations"
    );
}

#[test]
fn a_file_that_is_not_there_is_told() {
    let error =
        crate::scenario::read(std::path::Path::new("missing.toml")).expect_err("it is missing");
    let words = error.to_string();
    assert!(
        words.contains("missing.toml") && words.contains("--scenario"),
        "{words}"
    );
}
