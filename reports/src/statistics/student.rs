//! Student's t distribution ("The probable error of a mean", Biometrika 6, 1908), with a whole number of degrees of
//! freedom: its tails in closed form, its quantiles from those by bisection.

/// The t that the absolute value of Student's t exceeds with the probability `tail`, both sides together: 0.05 for an
/// interval of 95 %.
///
/// `freedom` is the number of degrees of freedom, at least 1; `tail` lies between 0 and 1, both excluded.
pub(crate) fn critical(tail: f64, freedom: u32) -> f64 {
    debug_assert!(tail > 0.0 && tail < 1.0 && freedom > 0);
    let mut high = 1.0;
    while two_sided_tail(high, freedom) > tail && high < f64::MAX / 4.0 {
        high *= 2.0;
    }
    let mut low = 0.0;
    loop {
        let middle = f64::midpoint(low, high);
        if middle <= low || middle >= high {
            return high;
        }
        if two_sided_tail(middle, freedom) > tail {
            low = middle;
        } else {
            high = middle;
        }
    }
}

/// The probability that the absolute value of Student's t exceeds `t`, which is not negative.
///
/// Abramowitz and Stegun, Handbook of Mathematical Functions (1964), 26.7.3 and 26.7.4: finite sums in the angle whose
/// tangent is t by the root of the degrees of freedom.
fn two_sided_tail(t: f64, freedom: u32) -> f64 {
    let angle = (t / f64::from(freedom).sqrt()).atan();
    let (sine, cosine) = angle.sin_cos();
    let is_even = freedom.is_multiple_of(2);
    // Each term of the sum is the one before times cosine² and a fraction: 1/2, 3/4, 5/6 or 2/3, 4/5, 6/7 and so on.
    let terms = if is_even {
        freedom / 2
    } else {
        (freedom - 1) / 2
    };
    let mut term = if is_even { 1.0 } else { cosine };
    let mut sum = 0.0;
    for index in 0..terms {
        sum += term;
        let below = f64::from(2 * index + if is_even { 1 } else { 2 });
        term *= cosine * cosine * below / (below + 1.0);
    }
    let within = if is_even {
        sine * sum
    } else {
        (angle + sine * sum) * std::f64::consts::FRAC_2_PI
    };
    (1.0 - within).max(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Against the tables of Abramowitz and Stegun (26.10) and of the NIST handbook of statistics (1.3.6.7.2).
    #[test]
    fn quantiles_are_those_of_the_tables() {
        let cases = [
            (1, 0.05, 12.706),
            (2, 0.05, 4.303),
            (3, 0.05, 3.182),
            (4, 0.05, 2.776),
            (7, 0.05, 2.365),
            (9, 0.05, 2.262),
            (30, 0.05, 2.042),
            (100, 0.05, 1.984),
            (1, 0.01, 63.657),
            (2, 0.01, 9.925),
            (4, 0.01, 4.604),
            (7, 0.01, 3.499),
            (10, 0.01, 3.169),
            (19, 0.01, 2.861),
            (40, 0.01, 2.704),
            (120, 0.01, 2.617),
            (7, 0.001, 5.408),
            (10, 0.001, 4.587),
            (5, 0.5, 0.727),
        ];
        for (freedom, tail, expected) in cases {
            let found = critical(tail, freedom);
            assert!(
                (found - expected).abs() < 6e-4,
                "{freedom} degrees, {tail}: {found}, not {expected}"
            );
        }
    }

    #[test]
    fn one_and_two_degrees_have_quantiles_that_can_be_written_down() {
        for tail in [0.5, 0.1, 0.01, 0.001] {
            let cauchy = (std::f64::consts::FRAC_PI_2 * (1.0 - tail)).tan();
            assert!((critical(tail, 1) / cauchy - 1.0).abs() < 1e-9, "{tail}");
            let within: f64 = 1.0 - tail;
            let two = (2.0 * within * within / (1.0 - within * within)).sqrt();
            assert!((critical(tail, 2) / two - 1.0).abs() < 1e-9, "{tail}");
        }
    }

    #[test]
    fn many_degrees_come_to_the_normal_distribution() {
        assert!((critical(0.05, 100_000) - 1.959_964).abs() < 1e-4);
        assert!((critical(0.01, 100_000) - 2.575_829).abs() < 1e-4);
    }

    #[test]
    fn a_quantile_leads_back_to_its_tail() {
        for freedom in 1..60 {
            for tail in [0.2, 0.05, 0.01, 0.0005] {
                let back = two_sided_tail(critical(tail, freedom), freedom);
                assert!(
                    (back / tail - 1.0).abs() < 1e-8,
                    "{freedom}, {tail}: {back}"
                );
            }
        }
    }
}
