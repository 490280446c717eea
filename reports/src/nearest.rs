//! What was probably meant by a name that does not exist.

/// The candidate with the fewest edits, if they are few.
pub(crate) fn nearest<'c>(
    asked: &str,
    candidates: impl IntoIterator<Item = &'c str>,
) -> Option<&'c str> {
    let all = candidates.into_iter();
    let (distance, name) = all
        .map(|name| (strsim::levenshtein(asked, name), name))
        .min()?;
    (distance <= 1 + asked.len() / 3).then_some(name)
}

/// `, did you mean "custom"?`, or nothing where no candidate is near.
pub(crate) fn suggestion<'c>(asked: &str, candidates: impl IntoIterator<Item = &'c str>) -> String {
    nearest(asked, candidates).map_or_else(String::new, |name| format!(", did you mean {name:?}?"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fewest_edits_win_if_they_are_few() {
        let names = ["bytes", "frames", "commits"];
        assert_eq!(nearest("byte", names), Some("bytes"));
        assert_eq!(nearest("comits", names), Some("commits"));
        assert_eq!(nearest("throughput_hz", names), None);
        assert_eq!(suggestion("frame", names), ", did you mean \"frames\"?");
        assert_eq!(suggestion("latency", []), "");
    }
}
