//! What is said about files that make no sense, and what is planned for those that do.

mod errors;
mod plans;

use super::{Scenario, parse};

/// A file that makes sense, to which tests do something.
const SOUND: &str = r#"name = "office"
accounts = 6

[texts]
size = { uniform = { min = 5, max = 60 } }

[mix]
send = 5
read = 3
delete = 1
history = 1

[[phases]]
name = "morning"
operations = 600

[[phases]]
name = "noon"
rate = 200
duration = "1.5s"
"#;

fn sound(text: &str) -> Scenario {
    parse("office.toml", text).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn the_examples_make_sense() {
    let readme = include_str!("../../../README.md");
    let example = readme
        .split("```toml\n")
        .nth(1)
        .and_then(|rest| rest.split("```").next());
    let example = example.expect("the README has one");
    assert_eq!(sound(example).phases.len(), 2);
    assert_eq!(
        sound(include_str!("../../scenarios/office.toml")).name,
        "office"
    );
    assert_eq!(
        sound(include_str!("../../scenarios/mixed.toml")).name,
        "mixed"
    );
}
