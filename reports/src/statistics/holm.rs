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
    use proptest::prelude::*;

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

    #[test]
    fn who_is_stopped_goes_no_further() {
        // R: p.adjust(c(0.001, 0.02, 0.013, 0.04, 0.3), "holm")
        check(
            &[0.001, 0.02, 0.013, 0.04, 0.3],
            &[0.005, 0.06, 0.052, 0.08, 0.3],
        );
    }

    fn some() -> impl Strategy<Value = Vec<f64>> {
        prop::collection::vec(0.0_f64..=1.0, 0..20)
    }

    proptest! {
        #[test]
        fn none_becomes_more_significant(p_values in some()) {
            for (raw, adjusted) in p_values.iter().zip(adjusted(&p_values)) {
                prop_assert!(*raw <= adjusted && adjusted <= 1.0);
            }
        }

        #[test]
        fn bonferroni_is_never_less_strict(p_values in some()) {
            let all = f64::from(u32::try_from(p_values.len()).expect("few"));
            for (raw, adjusted) in p_values.iter().zip(adjusted(&p_values)) {
                prop_assert!(adjusted <= (raw * all).min(1.0) + 1e-12);
            }
        }

        #[test]
        fn order_does_not_matter(p_values in some(), by in 0_usize..20) {
            let by = by.min(p_values.len());
            let mut rotated = p_values.clone();
            rotated.rotate_left(by);
            let mut expected = adjusted(&p_values);
            expected.rotate_left(by);
            prop_assert_eq!(adjusted(&rotated), expected);
        }

        #[test]
        fn the_more_significant_stays_ahead(p_values in some()) {
            let mut sorted = p_values;
            sorted.sort_by(f64::total_cmp);
            prop_assert!(adjusted(&sorted).is_sorted());
        }
    }
}
