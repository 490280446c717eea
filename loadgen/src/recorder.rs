//! What is kept of every latency: histograms, from which nothing is thrown away.

use base64::prelude::{BASE64_STANDARD, Engine as _};
use hdrhistogram::Histogram;
use hdrhistogram::serialization::{Serializer as _, V2DeflateSerializer};
use serde::{Deserialize, Serialize};

/// The longest latency that is told apart, in nanoseconds: an hour. Longer ones are counted as this.
const HIGHEST_NS: u64 = 3_600_000_000_000;

/// Decimal digits that a value keeps: 3, so that it is off by at most 0.1 %.
const SIGNIFICANT_DIGITS: u8 = 3;

/// The moments of one operation, in nanoseconds on one clock. None is before the one above it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moments {
    /// When it was due.
    pub intended_ns: u64,
    /// When it was handed to the client to be sent.
    pub actual_ns: u64,
    /// When it was answered, or given up.
    pub complete_ns: u64,
}

/// Whether latencies are kept. Off is for finding out what keeping them costs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "snake_case")]
pub enum Recording {
    /// All of them.
    #[default]
    On,
    /// None.
    Off,
}

/// Latencies of one run. The histograms are as large as they get from the start, so that recording allocates nothing.
pub struct Recorder {
    recording: Recording,
    ack: Histogram<u64>,
    service: Histogram<u64>,
    send_lag: Histogram<u64>,
    delivery: Histogram<u64>,
    errors: Histogram<u64>,
    timeouts: Histogram<u64>,
}

impl Default for Recorder {
    fn default() -> Self {
        Self::new(Recording::On)
    }
}

/// An empty histogram, as large as it gets.
pub(crate) fn histogram() -> Histogram<u64> {
    Histogram::new_with_bounds(1, HIGHEST_NS, SIGNIFICANT_DIGITS)
        .expect("the bounds are constants that fit")
}

impl Recorder {
    /// Nothing is in it yet.
    #[must_use]
    pub fn new(recording: Recording) -> Self {
        Self {
            recording,
            ack: histogram(),
            service: histogram(),
            send_lag: histogram(),
            delivery: histogram(),
            errors: histogram(),
            timeouts: histogram(),
        }
    }

    /// Records an operation that was answered as it should: response time, service time and send lag.
    pub fn answered(&mut self, moments: Moments) {
        if self.recording == Recording::Off {
            return;
        }
        let Moments {
            intended_ns,
            actual_ns,
            complete_ns,
        } = moments;
        self.ack.saturating_record(complete_ns - intended_ns);
        self.service.saturating_record(complete_ns - actual_ns);
        self.send_lag.saturating_record(actual_ns - intended_ns);
    }

    /// Records an operation that was refused, or answered wrongly: its response time, apart from the others.
    pub fn refused(&mut self, moments: Moments) {
        if self.recording == Recording::Off {
            return;
        }
        self.send_lag
            .saturating_record(moments.actual_ns - moments.intended_ns);
        self.errors
            .saturating_record(moments.complete_ns - moments.intended_ns);
    }

    /// Records an operation that was given up: for how long it had been due by then, apart from the others.
    pub fn timed_out(&mut self, moments: Moments) {
        if self.recording == Recording::Off {
            return;
        }
        self.send_lag
            .saturating_record(moments.actual_ns - moments.intended_ns);
        self.timeouts
            .saturating_record(moments.complete_ns - moments.intended_ns);
    }

    /// Records how long a delivery took from its intended time on, in nanoseconds.
    pub fn delivery(&mut self, latency_ns: u64) {
        if self.recording == Recording::Off {
            return;
        }
        self.delivery.saturating_record(latency_ns);
    }

    /// All of it, for the control channel.
    #[must_use]
    pub fn recorded(&self) -> Recorded {
        Recorded {
            ack_hdr: encode(&self.ack),
            service_hdr: encode(&self.service),
            send_lag_hdr: encode(&self.send_lag),
            delivery_hdr: encode(&self.delivery),
            errors_hdr: encode(&self.errors),
            timeouts_hdr: encode(&self.timeouts),
        }
    }
}

/// What was recorded, in nanoseconds: `HdrHistogram` V2, compressed, in base64; `None` if there was nothing to record.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recorded {
    /// Response times: from the intended time to the answer.
    #[serde(default)]
    pub ack_hdr: Option<String>,
    /// Service times: from the actual time to the answer.
    #[serde(default)]
    pub service_hdr: Option<String>,
    /// From the intended to the actual time, of all that was sent.
    #[serde(default)]
    pub send_lag_hdr: Option<String>,
    /// From the intended time until the recipient had the event.
    #[serde(default)]
    pub delivery_hdr: Option<String>,
    /// Response times of refusals.
    #[serde(default)]
    pub errors_hdr: Option<String>,
    /// From the intended time until it was given up.
    #[serde(default)]
    pub timeouts_hdr: Option<String>,
}

/// `HdrHistogram` V2, compressed, in base64; `None` if it is empty.
pub(crate) fn encode(histogram: &Histogram<u64>) -> Option<String> {
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

    fn read(hdr: Option<String>) -> Histogram<u64> {
        let bytes = BASE64_STANDARD.decode(hdr.unwrap()).unwrap();
        Deserializer::new()
            .deserialize(&mut bytes.as_slice())
            .unwrap()
    }

    fn moments(at_ns: [u64; 3]) -> Moments {
        let [intended_ns, actual_ns, complete_ns] = at_ns;
        Moments {
            intended_ns,
            actual_ns,
            complete_ns,
        }
    }

    #[test]
    fn what_was_recorded_can_be_read_back() {
        let mut recorder = Recorder::default();
        for us in 1..=1_000 {
            recorder.answered(moments([5, 5 + us, 5 + us * 1_000]));
        }
        let kept = recorder.recorded();
        let ack = read(kept.ack_hdr);
        assert_eq!(ack.len(), 1_000);
        assert!(ack.value_at_quantile(0.99).abs_diff(990_000) < 990);
        let service = read(kept.service_hdr);
        assert!(service.value_at_quantile(0.99).abs_diff(989_010) < 990);
        assert_eq!(read(kept.send_lag_hdr).max(), 1_000);
        assert_eq!(
            (kept.delivery_hdr, kept.errors_hdr, kept.timeouts_hdr),
            (None, None, None)
        );
    }

    #[test]
    fn what_went_wrong_stands_apart_and_its_lag_counts() {
        let mut recorder = Recorder::default();
        recorder.refused(moments([0, 10, 300]));
        recorder.timed_out(moments([0, 20, 500]));
        let kept = recorder.recorded();
        assert_eq!((kept.ack_hdr, kept.service_hdr), (None, None));
        assert_eq!(read(kept.errors_hdr).max(), 300);
        assert_eq!(read(kept.timeouts_hdr).max(), 500);
        assert_eq!(read(kept.send_lag_hdr).len(), 2);
    }

    #[test]
    fn the_longest_latency_is_counted() {
        let mut recorder = Recorder::default();
        recorder.delivery(u64::MAX);
        assert_eq!(recorder.delivery.len(), 1);
    }
}
