//! Amounts as a gate tells them.

use crate::numbers::{self, TimeUnit};

/// A value in its quantity's unit, times and sizes in the unit that suits them: `14.2 µs`, `12.7 MiB`.
pub(crate) fn value(value: f64, unit: &str) -> String {
    match unit {
        "ns" => {
            let suited = TimeUnit::for_ns(value);
            format!(
                "{} {}",
                numbers::measured(value / suited.ns()),
                suited.symbol()
            )
        }
        "B" => size(value),
        "" => numbers::measured(value),
        unit => format!("{} {unit}", numbers::measured(value)),
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "sizes are positive, and far below 2^52"
)]
fn size(bytes: f64) -> String {
    numbers::size_bytes(bytes.round() as u64)
}

/// A share: `10.4 %`, `5 %`.
pub(crate) fn percent(share: f64) -> String {
    let text = numbers::decimals(share * 100.0, 1);
    format!("{} %", text.strip_suffix(".0").unwrap_or(&text))
}

/// How many of something: `1 metric`, `2 metrics`.
pub(crate) fn counted(count: usize, noun: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    let count = numbers::count(u64::try_from(count).unwrap_or(u64::MAX));
    format!("{count} {noun}{plural}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_have_their_units() {
        assert_eq!(value(14_234.0, "ns"), "14.2 µs");
        assert_eq!(value(21_345.0, "messages/s"), "21,300 messages/s");
        assert_eq!(value(7.0, ""), "7.00");
        assert_eq!(value(13.3e6, "B"), "12.7 MiB");
        assert_eq!(percent(0.104), "10.4 %");
        assert_eq!(percent(0.05), "5 %");
        assert_eq!(counted(1, "metric"), "1 metric");
        assert_eq!(counted(1200, "metric"), "1,200 metrics");
    }
}
