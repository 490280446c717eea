//! Latency histograms in and out of a results file, in nanoseconds throughout.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hdrhistogram::Histogram;
use hdrhistogram::serialization::{Deserializer, Serializer as _, V2DeflateSerializer};

use crate::numbers::to_f64;
use crate::schema::LatencySummary;

/// Fewer samples than this beyond a percentile, and the percentile is marked wherever it is printed.
pub const SAMPLES_BEYOND_LEAST: f64 = 100.0;

/// Why a histogram in a results file could not be read.
#[derive(Debug, thiserror::Error)]
pub enum HistogramError {
    /// `hdr` is not base64.
    #[error("`hdr` is not base64: {0}")]
    Base64(#[from] base64::DecodeError),
    /// `hdr` is base64 of something else.
    #[error("`hdr` is not a compressed V2 histogram: {0}")]
    Format(String),
    /// Histograms of different ranges or precisions cannot be added.
    #[error("histograms do not fit together: {0}")]
    Merge(String),
}

impl LatencySummary {
    /// The summary of a histogram of nanoseconds.
    ///
    /// # Panics
    /// Never in practice: writing a histogram into memory cannot fail.
    #[must_use]
    pub fn from_histogram(histogram: &Histogram<u64>) -> Self {
        let mut compressed = Vec::new();
        V2DeflateSerializer::new()
            .serialize(histogram, &mut compressed)
            .expect("a histogram is written into memory");
        Self {
            count: histogram.len(),
            censored: 0,
            mean_ns: histogram.mean(),
            p50_ns: histogram.value_at_quantile(0.5),
            p90_ns: histogram.value_at_quantile(0.9),
            p99_ns: histogram.value_at_quantile(0.99),
            p999_ns: histogram.value_at_quantile(0.999),
            max_ns: histogram.max(),
            hdr: STANDARD.encode(compressed),
        }
    }

    /// The same with operations that have no sample, and rank above all that have one.
    #[must_use]
    pub fn with_censored(self, histogram: &Histogram<u64>, censored: u64) -> Self {
        let at = |quantile| Quantile::of(histogram, censored, quantile).at_least_ns;
        Self {
            censored,
            p50_ns: at(0.5),
            p90_ns: at(0.9),
            p99_ns: at(0.99),
            p999_ns: at(0.999),
            ..self
        }
    }

    /// The whole histogram, in nanoseconds.
    ///
    /// # Errors
    /// When `hdr` is not a compressed V2 histogram in base64.
    pub fn histogram(&self) -> Result<Histogram<u64>, HistogramError> {
        let compressed = STANDARD.decode(&self.hdr)?;
        Deserializer::new()
            .deserialize(&mut compressed.as_slice())
            .map_err(|error| HistogramError::Format(error.to_string()))
    }
}

/// A quantile of samples and of operations without one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quantile {
    /// Its value, or what it is above.
    pub at_least_ns: u64,
    /// Whether the value is known; otherwise it falls on an operation whose end nobody saw.
    pub is_known: bool,
}

impl Quantile {
    /// The quantile (0 to 1) of a histogram's samples and `censored` operations that rank above all of them.
    #[must_use]
    pub fn of(histogram: &Histogram<u64>, censored: u64, quantile: f64) -> Self {
        if censored == 0 {
            return Self {
                at_least_ns: histogram.value_at_quantile(quantile),
                is_known: true,
            };
        }
        let (count, all) = (histogram.len(), histogram.len() + censored);
        let rank = quantile * to_f64(all);
        let is_known = rank <= to_f64(count);
        Self {
            at_least_ns: if is_known {
                histogram.value_at_quantile(rank / to_f64(count))
            } else {
                histogram.max()
            },
            is_known,
        }
    }
}

/// One histogram of all samples: the only way in which quantiles of several trials may be had.
///
/// Returns nothing when there is nothing to merge.
///
/// # Errors
/// When one cannot be read, or ranges do not fit together.
pub fn merge<'a>(
    summaries: impl IntoIterator<Item = &'a LatencySummary>,
) -> Result<Option<Histogram<u64>>, HistogramError> {
    let mut merged: Option<Histogram<u64>> = None;
    for summary in summaries {
        let histogram = summary.histogram()?;
        match &mut merged {
            None => {
                let mut first = histogram;
                first.auto(true);
                merged = Some(first);
            }
            Some(sum) => sum
                .add(&histogram)
                .map_err(|error| HistogramError::Merge(error.to_string()))?,
        }
    }
    Ok(merged)
}

/// Whether `count` samples leave too few beyond `quantile` (0 to 1) for the percentile to be trusted.
#[must_use]
pub fn is_uncertain(quantile: f64, count: u64) -> bool {
    #[expect(
        clippy::cast_precision_loss,
        reason = "counts of samples stay far below 2^52"
    )]
    let beyond = (1.0 - quantile) * count as f64;
    // A whole number of samples, up to the rounding of `1 - quantile`.
    beyond + 1e-6 < SAMPLES_BEYOND_LEAST
}

#[cfg(test)]
mod tests {
    use super::*;

    fn histogram(values_ns: impl IntoIterator<Item = u64>) -> Histogram<u64> {
        let mut histogram = Histogram::new(3).expect("3 digits are allowed");
        for value_ns in values_ns {
            histogram.record(value_ns).expect("it resizes itself");
        }
        histogram
    }

    #[test]
    fn a_summary_gives_its_histogram_back() {
        let before = histogram((1..=1000).map(|i| i * 1000));
        let summary = LatencySummary::from_histogram(&before);
        assert_eq!(summary.count, 1000);
        assert!(summary.p50_ns.abs_diff(500_000) < 1000, "{summary:?}");
        assert!(summary.max_ns.abs_diff(1_000_000) < 1000, "{summary:?}");
        assert_eq!(summary.histogram().expect("it reads back"), before);
    }

    #[test]
    fn merging_is_not_averaging() {
        let fast = LatencySummary::from_histogram(&histogram(vec![100; 9900]));
        let slow = LatencySummary::from_histogram(&histogram(vec![1_000_000; 100]));
        let merged = merge([&fast, &slow]).expect("they fit").expect("not empty");
        assert_eq!(merged.len(), 10_000);
        assert_eq!(merged.value_at_quantile(0.5), 100);
        assert!(merged.value_at_quantile(0.995) > 999_000);
    }

    #[test]
    fn nothing_merges_to_nothing() {
        assert!(merge([]).expect("no error").is_none());
    }

    #[track_caller]
    fn check_censored(censored: u64, quantile: f64, at_least_ns: u64, is_known: bool) {
        let expected = Quantile {
            at_least_ns,
            is_known,
        };
        let samples = histogram(1..=1_000);
        assert_eq!(Quantile::of(&samples, censored, quantile), expected);
    }

    #[test]
    fn what_nobody_saw_the_end_of_ranks_above_all_samples() {
        check_censored(0, 0.5, 500, true);
        check_censored(1_000, 0.25, 500, true);
        check_censored(1_000, 0.5, 1_000, true);
        check_censored(1_000, 0.9, 1_000, false);
        check_censored(10, 0.99, 1_000, true);
        check_censored(11, 0.99, 1_000, false);
        check_censored(u64::MAX / 2, 0.0, 1, true);
    }

    #[test]
    fn a_broken_histogram_is_an_error() {
        let mut summary = LatencySummary::from_histogram(&histogram([1]));
        summary.hdr = "not base64!".to_owned();
        assert!(matches!(
            summary.histogram(),
            Err(HistogramError::Base64(_))
        ));
        summary.hdr = "AAAA".to_owned();
        assert!(matches!(
            summary.histogram(),
            Err(HistogramError::Format(_))
        ));
    }

    #[test]
    fn a_percentile_needs_a_hundred_samples_beyond_it() {
        assert!(!is_uncertain(0.99, 10_000));
        assert!(is_uncertain(0.99, 9_999));
        assert!(!is_uncertain(0.999, 100_000));
        assert!(is_uncertain(0.999, 99_999));
        assert!(!is_uncertain(0.5, 200));
        assert!(is_uncertain(0.5, 199));
    }
}
