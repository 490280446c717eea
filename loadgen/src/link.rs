//! A simulated link between the load generator and the server: how it is described, and the relay that behaves so.
//!
//! 1. `parse` and [`presets`]: `rtt=40ms,rate=10mbit` and `wan` become a [`Link`].
//! 2. [`choice`]: over which links a run goes. [`shaper`]: when bytes that arrive at the link leave it again; no socket, and time is a parameter.
//! 3. [`relay`]: the sockets around it.

pub mod choice;
mod parse;
pub mod presets;
pub mod relay;
pub mod shaper;

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

pub use parse::LinkError;

/// What a link does to the bytes that cross it; METHODOLOGY.md has the model.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// There and back, where nothing waits, in nanoseconds. One way is half of it.
    pub rtt_ns: u64,
    /// By how much one way's delay differs from half of the round trip at most, in nanoseconds.
    pub jitter_ns: u64,
    /// What each direction carries, in bits a second, all connections together; `None` for no limit.
    pub rate_bits_per_s: Option<u64>,
    /// How many of a million segments are lost on their way.
    pub loss_ppm: u32,
}

/// The longest round trip: beyond it clients take a server for dead.
pub const RTT_MAX: Duration = Duration::from_secs(2);

/// The smallest rate, in bits a second: that of an old telephone line.
pub const RATE_MIN_BITS_PER_S: u64 = 56_000;

/// The most segments of a million that may be lost: TCP makes no progress worth measuring beyond it.
pub const LOSS_MAX_PPM: u32 = 100_000;

const NANOSECONDS_PER_SECOND: u64 = 1_000_000_000;

impl Link {
    /// Its name among the [`presets`], or what it is made of.
    #[must_use]
    pub fn label(&self) -> String {
        presets::name_of(self).map_or_else(|| self.to_string(), str::to_owned)
    }

    /// How long one answer may be late because of it, with losses that hardly ever come one after another. Whoever
    /// waits for an answer waits so much longer.
    #[must_use]
    pub fn patience(&self) -> Duration {
        let delays_ns = 4 * (self.rtt_ns + self.jitter_ns) + shaper::recovery_max_ns(self);
        Duration::from_nanos(delays_ns)
    }

    /// How long this exchange takes, as far as the link has a say in it.
    #[must_use]
    pub fn time_of(&self, exchange: Exchange) -> Duration {
        let waiting = Duration::from_nanos(self.rtt_ns) * exchange.round_trips;
        let Some(rate) = self.rate_bits_per_s else {
            return waiting;
        };
        let sending_ns = exchange.bytes.saturating_mul(8 * NANOSECONDS_PER_SECOND) / rate;
        waiting.max(Duration::from_nanos(sending_ns))
    }
}

/// Something said and answered, many times.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exchange {
    /// How often somebody waits for an answer before the next word.
    pub round_trips: u32,
    /// How much crosses in the direction that has more of it, by everyone together, in bytes.
    pub bytes: u64,
}

/// As `--link` takes it: `rtt=40ms,rate=10mbit,jitter=5ms,loss=0.1%`.
impl fmt::Display for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "rtt={}", duration(self.rtt_ns))?;
        if let Some(rate) = self.rate_bits_per_s {
            write!(f, ",rate={}", rate_words(rate))?;
        }
        if self.jitter_ns > 0 {
            write!(f, ",jitter={}", duration(self.jitter_ns))?;
        }
        if self.loss_ppm > 0 {
            write!(f, ",loss={}%", f64::from(self.loss_ppm) / 1e4)?;
        }
        Ok(())
    }
}

fn duration(ns: u64) -> String {
    match ns {
        0 => "0ms".to_owned(),
        ns if ns.is_multiple_of(1_000_000_000) => format!("{}s", ns / 1_000_000_000),
        ns if ns.is_multiple_of(1_000_000) => format!("{}ms", ns / 1_000_000),
        ns => format!("{}us", ns.div_ceil(1_000)),
    }
}

fn rate_words(rate: u64) -> String {
    match rate {
        rate if rate.is_multiple_of(1_000_000_000) => format!("{}gbit", rate / 1_000_000_000),
        rate if rate.is_multiple_of(1_000_000) => format!("{}mbit", rate / 1_000_000),
        rate => format!("{}kbit", rate.div_ceil(1_000)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exchange_takes_its_round_trips_or_its_bytes_whichever_is_longer() {
        let link = Link {
            rtt_ns: 40_000_000,
            rate_bits_per_s: Some(8_000_000),
            ..Link::default()
        };
        let time = |round_trips, bytes| link.time_of(Exchange { round_trips, bytes });
        assert_eq!(time(10, 0), Duration::from_millis(400));
        assert_eq!(time(1, 2_000_000), Duration::from_secs(2));
    }

    #[test]
    fn patience_grows_with_distance_and_loss() {
        let near = Link {
            rtt_ns: 1_000_000,
            ..Link::default()
        };
        let far = Link {
            rtt_ns: 600_000_000,
            ..near
        };
        let lossy = Link {
            loss_ppm: 1_000,
            ..near
        };
        assert!(near.patience() < Duration::from_millis(10));
        assert!(far.patience() > Duration::from_secs(2));
        assert!(lossy.patience() > Duration::from_secs(1));
    }
}
