//! Sums that are done in several places.

/// How much a counter has grown. One that shrank was not ours to begin with.
pub(super) const fn grown(before: u64, after: u64) -> u64 {
    after.saturating_sub(before)
}

/// `0.0` if there is nothing to divide by.
pub(super) fn quotient(dividend: u64, divisor: u64) -> f64 {
    if divisor == 0 {
        0.0
    } else {
        approximately(dividend) / approximately(divisor)
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "counts and nanoseconds of a run are good to 16 digits"
)]
pub(super) const fn approximately(count: u64) -> f64 {
    count as f64
}
