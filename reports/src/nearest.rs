//! What was probably meant by a name that does not exist.

/// The candidate with the fewest edits, if they are few.
pub(crate) fn nearest<'c>(
    asked: &str,
    candidates: impl IntoIterator<Item = &'c str>,
) -> Option<&'c str> {
    let all = candidates.into_iter();
    let (distance, name) = all.map(|name| (edits(asked, name), name)).min()?;
    (distance <= 1 + asked.len() / 3).then_some(name)
}

/// `, did you mean "custom"?`, or nothing where no candidate is near.
pub(crate) fn suggestion<'c>(asked: &str, candidates: impl IntoIterator<Item = &'c str>) -> String {
    nearest(asked, candidates).map_or_else(String::new, |name| format!(", did you mean {name:?}?"))
}

/// How many characters must be inserted, deleted or replaced (Levenshtein, 1966).
fn edits(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (i, a) in left.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, &b) in right.iter().enumerate() {
            let replaced = diagonal + usize::from(a != b);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[right.len()]
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
