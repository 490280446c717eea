//! A verdict as data: `gate.schema.json` says the same to others.

use serde::{Deserialize, Serialize};

use crate::gate::verdict::Verdict;

/// The layout of the JSON output. Fields may be added without another number.
pub const JSON_SCHEMA: u32 = 1;

#[derive(Serialize, Deserialize)]
struct Document<V> {
    schema: u32,
    #[serde(flatten)]
    verdict: V,
}

/// A verdict with everything in it, indented. The text ends with a line feed.
///
/// # Panics
/// Never in practice: verdicts are plain data, which always serialize.
#[must_use]
pub fn json(verdict: &Verdict) -> String {
    let document = Document {
        schema: JSON_SCHEMA,
        verdict,
    };
    let text = serde_json::to_string_pretty(&document).expect("verdicts are plain data");
    text + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_verdict_survives_a_round_trip() {
        let mut verdict = Verdict::default();
        verdict.notes.push("a note".to_owned());
        let document: Document<Verdict> = serde_json::from_str(&json(&verdict)).expect("JSON");
        assert_eq!((document.schema, document.verdict), (JSON_SCHEMA, verdict));
    }
}
