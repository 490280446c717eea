//! The reusable action: an input that is not declared is empty without a word, and one that nobody reads does nothing.

use std::collections::BTreeSet;
use std::path::Path;

fn action() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../action.yml");
    std::fs::read_to_string(path).expect("the action is there")
}

/// The names below `inputs:`, which are indented by two.
fn declared(text: &str) -> BTreeSet<&str> {
    let below = text.split("\ninputs:\n").nth(1).expect("it has inputs");
    let lines = below.lines().take_while(|line| line.starts_with(' '));
    let names = lines.filter_map(|line| line.strip_prefix("  ")?.strip_suffix(':'));
    names.filter(|name| !name.starts_with(' ')).collect()
}

/// What stands behind `inputs.` in expressions.
fn used(text: &str) -> BTreeSet<&str> {
    let expressions = text.split("${{ inputs.").skip(1);
    expressions
        .map(|after| after.split(" }}").next().expect("it has a beginning"))
        .collect()
}

#[test]
fn inputs_are_declared_and_used() {
    let text = action();
    assert!(declared(&text).len() > 5, "{:?}", declared(&text));
    assert_eq!(declared(&text), used(&text));
}

#[test]
fn inputs_reach_scripts_through_the_environment_alone() {
    let text = action();
    let in_scripts = text.lines().filter(|line| line.starts_with("        "));
    for line in in_scripts.filter(|line| line.contains("${{")) {
        let (name, _) = line.trim().split_once(": ").unwrap_or_default();
        let is_variable =
            !name.is_empty() && name.chars().all(|c| c.is_ascii_uppercase() || c == '_');
        assert!(
            is_variable,
            "a script that is put together from inputs runs what they say: {line}"
        );
    }
}
