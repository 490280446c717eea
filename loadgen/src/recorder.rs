//! What is kept of every latency: two histograms, and nothing is thrown away.

use base64::prelude::{BASE64_STANDARD, Engine as _};
use hdrhistogram::Histogram;
use hdrhistogram::serialization::{Serializer as _, V2DeflateSerializer};

/// The longest latency that is told apart, in nanoseconds: an hour. Longer ones are counted as this.
const HIGHEST_NS: u64 = 3_600_000_000_000;

/// Decimal digits that a value keeps: 3, so that it is off by at most 0.1 %.
const SIGNIFICANT_DIGITS: u8 = 3;

/// Latencies of one run.
pub struct Recorder {
    ack: Histogram<u64>,
    delivery: Histogram<u64>,
}

impl Default for Recorder {
    fn default() -> Self {
        Self {
            ack: histogram(),
            delivery: histogram(),
        }
    }
}

fn histogram() -> Histogram<u64> {
    Histogram::new_with_bounds(1, HIGHEST_NS, SIGNIFICANT_DIGITS)
        .expect("the bounds are constants that fit")
}

impl Recorder {
    /// Records how long an acknowledgement took, in nanoseconds.
    pub fn ack(&mut self, latency_ns: u64) {
        self.ack.saturating_record(latency_ns);
    }

    /// Records how long a delivery took, in nanoseconds.
    pub fn delivery(&mut self, latency_ns: u64) {
        self.delivery.saturating_record(latency_ns);
    }

    /// The acknowledgements as HdrHistogram V2, compressed, in base64; `None` if there were none.
    #[must_use]
    pub fn ack_hdr(&self) -> Option<String> {
        encode(&self.ack)
    }

    /// The deliveries, likewise.
    #[must_use]
    pub fn delivery_hdr(&self) -> Option<String> {
        encode(&self.delivery)
    }
}

fn encode(histogram: &Histogram<u64>) -> Option<String> {
    if histogram.is_empty() {
        return None;
    }
    let mut bytes = Vec::new();
    V2DeflateSerializer::new()
        .serialize(histogram, &mut bytes)
        .expect("writing to memory cannot fail");
    Some(BASE64_STANDARD.encode(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use hdrhistogram::serialization::Deserializer;

    #[test]
    fn what_was_recorded_can_be_read_back() {
        let mut recorder = Recorder::default();
        (1..=1_000).for_each(|latency_us| recorder.ack(latency_us * 1_000));
        let bytes = BASE64_STANDARD.decode(recorder.ack_hdr().unwrap()).unwrap();
        let read: Histogram<u64> = Deserializer::new()
            .deserialize(&mut bytes.as_slice())
            .unwrap();
        assert_eq!(read.len(), 1_000);
        let off_ns = read.value_at_quantile(0.99).abs_diff(990_000);
        assert!(off_ns < 990, "{off_ns}");
        assert_eq!(recorder.delivery_hdr(), None);
    }

    #[test]
    fn the_longest_latency_is_counted() {
        let mut recorder = Recorder::default();
        recorder.delivery(u64::MAX);
        assert_eq!(recorder.delivery.len(), 1);
    }
}
