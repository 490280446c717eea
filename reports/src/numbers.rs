//! Numbers as people read them: rounded to what is known, thousands apart, units named.

/// Stands where there is no number.
pub(crate) const NONE: &str = "–";

/// Marks a percentile with too few samples beyond it.
pub(crate) const FEW_SAMPLES: &str = "†";

/// Significant digits of a measured number: what a histogram keeps.
const DIGITS: usize = 3;

/// Rounded to three significant digits, thousands apart: `12,300`, `7.89`, `0.0123`.
pub(crate) fn measured(value: f64) -> String {
    if !value.is_finite() {
        return NONE.to_owned();
    }
    if value == 0.0 {
        return "0".to_owned();
    }
    // The formatter rounds right, carries included: 999.6 becomes 1.00e3.
    let scientific = format!("{value:.*e}", DIGITS - 1);
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let mantissa: f64 = mantissa.parse().unwrap_or(value);
    let decimals = usize::try_from(2 - exponent).unwrap_or(0);
    grouped(&format!("{:.*}", decimals, mantissa * 10f64.powi(exponent)))
}

/// A whole number, thousands apart.
pub(crate) fn count(value: u64) -> String {
    grouped(&value.to_string())
}

/// A fixed number of decimals, thousands apart.
pub(crate) fn decimals(value: f64, decimals: usize) -> String {
    if value.is_finite() {
        grouped(&format!("{value:.decimals$}"))
    } else {
        NONE.to_owned()
    }
}

/// A ratio of two things: to the thousandth near 1, where that is what matters.
pub(crate) fn ratio(value: f64) -> String {
    if value > 0.9 && value < 1.1 {
        format!("{value:.3}")
    } else {
        measured(value)
    }
}

/// A ratio of 1 or more as a margin to both sides: `±2.4%`, `±31%`, and `×÷2.50` where it is more than double.
pub(crate) fn margin(ratio: f64) -> String {
    let share = ratio - 1.0;
    // Two trials know nothing of each other's spread.
    if !share.is_finite() || ratio > 1_000.0 {
        NONE.to_owned()
    } else if share < 0.0995 {
        format!("±{:.1}%", share * 100.0)
    } else if share < 1.0 {
        format!("±{:.0}%", share * 100.0)
    } else {
        format!("×÷{}", measured(ratio))
    }
}

/// A share as a percentage: two digits are all that a mean of a few trials knows.
pub(crate) fn percent(share: f64) -> String {
    format!("{:.0}%", share * 100.0)
}

/// A size in the binary unit that suits it.
pub(crate) fn size_bytes(value_bytes: u64) -> String {
    const UNITS: [&str; 5] = ["B", "KiB", "MiB", "GiB", "TiB"];
    let mut value = to_f64(value_bytes);
    let mut unit = 0;
    while value >= 1024.0 && unit + 1 < UNITS.len() {
        value /= 1024.0;
        unit += 1;
    }
    format!("{} {}", measured(value), UNITS[unit])
}

/// How ours relates to theirs: `× 1.20` when it is more, `÷ 8,400` when it is less.
pub(crate) fn factor(ours: f64, theirs: f64) -> String {
    let comparable = |value: f64| value.is_finite() && value > 0.0;
    if !comparable(ours) || !comparable(theirs) {
        return NONE.to_owned();
    }
    if ours >= theirs {
        format!("× {}", measured(ours / theirs))
    } else {
        format!("÷ {}", measured(theirs / ours))
    }
}

/// A count as a floating-point number.
#[expect(
    clippy::cast_precision_loss,
    reason = "counts, bytes and nanoseconds of a run stay far below 2^52"
)]
pub(crate) fn to_f64(value: u64) -> f64 {
    value as f64
}

/// A unit of time for a number or an axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TimeUnit {
    Nanoseconds,
    Microseconds,
    Milliseconds,
    Seconds,
}

impl TimeUnit {
    /// The unit in which a duration has one to three digits before the point.
    pub(crate) fn for_ns(value_ns: f64) -> Self {
        if value_ns < 1e3 {
            Self::Nanoseconds
        } else if value_ns < 1e6 {
            Self::Microseconds
        } else if value_ns < 1e9 {
            Self::Milliseconds
        } else {
            Self::Seconds
        }
    }

    /// Nanoseconds in one of it.
    pub(crate) fn ns(self) -> f64 {
        match self {
            Self::Nanoseconds => 1.0,
            Self::Microseconds => 1e3,
            Self::Milliseconds => 1e6,
            Self::Seconds => 1e9,
        }
    }

    /// Its symbol.
    pub(crate) fn symbol(self) -> &'static str {
        match self {
            Self::Nanoseconds => "ns",
            Self::Microseconds => "µs",
            Self::Milliseconds => "ms",
            Self::Seconds => "s",
        }
    }
}

/// Puts a comma after every three digits before the point.
fn grouped(number: &str) -> String {
    let (sign, rest) = match number.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", number),
    };
    let (whole, fraction) = match rest.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (rest, None),
    };
    let mut out = sign.to_owned();
    for (i, digit) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    if let Some(fraction) = fraction {
        out.push('.');
        out.push_str(fraction);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn measured_keeps_three_digits() {
        let cases = [
            (0.0, "0"),
            (0.012_34, "0.0123"),
            (7.891, "7.89"),
            (12.0, "12.0"),
            (99.96, "100"),
            (999.6, "1,000"),
            (12_345.6, "12,300"),
            (1_234_567.0, "1,230,000"),
            (-4321.0, "-4,320"),
            (f64::NAN, NONE),
        ];
        for (value, expected) in cases {
            assert_eq!(measured(value), expected, "{value}");
        }
    }

    #[test]
    fn counts_are_grouped() {
        assert_eq!(count(7), "7");
        assert_eq!(count(999), "999");
        assert_eq!(count(1_000), "1,000");
        assert_eq!(count(31_200_000), "31,200,000");
        assert_eq!(decimals(1234.56, 1), "1,234.6");
    }

    #[test]
    fn units_suit_their_numbers() {
        assert_eq!(TimeUnit::for_ns(950.0).symbol(), "ns");
        assert_eq!(TimeUnit::for_ns(12_340.0).symbol(), "µs");
        assert_eq!(TimeUnit::for_ns(2.5e9).symbol(), "s");
        assert_eq!(size_bytes(512), "512 B");
        assert_eq!(size_bytes(24 << 20), "24.0 MiB");
    }

    #[test]
    fn a_ratio_is_precise_near_1() {
        assert_eq!(ratio(1.004), "1.004");
        assert_eq!(ratio(0.98765), "0.988");
        assert_eq!(ratio(2.314), "2.31");
        assert_eq!(ratio(0.4312), "0.431");
    }

    #[test]
    fn a_margin_goes_to_both_sides() {
        assert_eq!(margin(1.0), "±0.0%");
        assert_eq!(margin(1.0236), "±2.4%");
        assert_eq!(margin(1.0994), "±9.9%");
        assert_eq!(margin(1.0996), "±10%");
        assert_eq!(margin(1.31), "±31%");
        assert_eq!(margin(2.5), "×÷2.50");
        assert_eq!(margin(f64::INFINITY), NONE);
    }

    #[test]
    fn a_factor_says_which_way() {
        assert_eq!(factor(1200.0, 1000.0), "× 1.20");
        assert_eq!(factor(0.003, 25.2), "÷ 8,400");
        assert_eq!(factor(5.0, 5.0), "× 1.00");
        assert_eq!(factor(0.0, 5.0), NONE);
        assert_eq!(factor(5.0, f64::INFINITY), NONE);
    }
}
