//! Patterns over names of metrics: `*` stands for any run of characters, `/` included.

/// Whether a name fits a pattern, in time linear in both.
///
/// Where a piece between two `*` occurs several times, its first place is taken: whatever a later one would leave over,
/// the `*` behind it can take instead.
#[must_use]
pub fn matches(pattern: &str, name: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('*') else {
        return pattern == name;
    };
    let (between, end) = rest.rsplit_once('*').unwrap_or(("", rest));
    let Some(mut left) = name.strip_prefix(start) else {
        return false;
    };
    for piece in between.split('*') {
        match left.find(piece) {
            Some(at) => left = &left[at + piece.len()..],
            None => return false,
        }
    }
    left.ends_with(end)
}

/// Whether it stands for several names.
#[must_use]
pub fn is_pattern(text: &str) -> bool {
    text.contains('*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_any_run() {
        let cases = [
            ("time/json/bytes", "time/json/bytes", true),
            ("time/json/bytes", "time/json/byte", false),
            ("*", "", true),
            ("*", "time/json", true),
            ("time/*/bytes", "time/a/b/bytes", true),
            ("time/*/bytes", "time/bytes", false),
            ("*bytes", "sent_bytes", true),
            ("*bytes", "bytes_sent", false),
            ("a*a", "a", false),
            ("a*a", "aa", true),
            ("**", "x", true),
            ("a*b*c", "a-b-b-c", true),
            ("a*b*c", "a-c-b", false),
            ("a*bc*c", "abc", false),
            ("", "", true),
            ("", "x", false),
            ("*é*", "caféx", true),
        ];
        for (pattern, name, expected) in cases {
            assert_eq!(matches(pattern, name), expected, "{pattern:?} on {name:?}");
        }
    }

    #[test]
    fn no_pattern_is_slow() {
        let pattern = "*a".repeat(20_000) + "b";
        let name = "a".repeat(200_000);
        assert!(!matches(&pattern, &name));
    }
}
