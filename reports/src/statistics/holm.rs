//! Holm's correction: several tests at once, and the chance that any of them cries wolf stays what was asked for.
//!
//! Holm, "A simple sequentially rejective multiple test procedure", Scandinavian Journal of Statistics 6 (1979).

/// Adjusted probabilities, in the order of `p_values`: a test whose own is at most the level is significant among all.
pub(crate) fn adjusted(p_values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p_values.len()).collect();
    order.sort_by(|&a, &b| p_values[a].total_cmp(&p_values[b]));
    let mut adjusted = vec![1.0; p_values.len()];
    let mut largest = 0.0_f64;
    for (smaller, at) in order.into_iter().enumerate() {
        let left = f64::from(u32::try_from(p_values.len() - smaller).unwrap_or(u32::MAX));
        // Never below one that stands before it: who is stopped there goes no further.
        largest = largest.max((left * p_values[at]).min(1.0));
        adjusted[at] = largest;
    }
    adjusted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(p_values: &[f64], expected: &[f64]) {
        for (adjusted, expected) in adjusted(p_values).iter().zip(expected) {
            assert!((adjusted - expected).abs() < 1e-12, "{adjusted} {expected}");
        }
    }

    #[test]
    fn smaller_ones_pay_more_and_none_overtakes() {
        check(&[], &[]);
        check(&[0.02], &[0.02]);
        // R: p.adjust(c(0.01, 0.04, 0.03, 0.005), "holm")
        check(&[0.01, 0.04, 0.03, 0.005], &[0.03, 0.06, 0.06, 0.02]);
        check(&[0.5, 0.6], &[1.0, 1.0]);
    }
}
