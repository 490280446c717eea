//! What `--link` takes: a preset's name, settings, or a name with settings that change it.

use std::str::FromStr;

use super::presets::{self, PRESETS};
use super::{LOSS_MAX_PPM, Link, RATE_MIN_BITS_PER_S, RTT_MAX};

/// Why words describe no link.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LinkError {
    /// Neither a preset nor a setting.
    #[error(
        "{word:?} is no link; say none, {}, or settings such as rtt=40ms,rate=10mbit,jitter=5ms,loss=0.1%",
        names()
    )]
    Unknown {
        /// What was said.
        word: String,
    },
    /// A setting that there is not.
    #[error("there is no setting {name:?}; there are rtt, rate, jitter and loss")]
    UnknownSetting {
        /// What was said.
        name: String,
    },
    /// A setting that was said before.
    #[error("{name} is said twice")]
    Twice {
        /// The setting.
        name: String,
    },
    /// A value that makes no sense.
    #[error("{name}={value}: {problem}")]
    Value {
        /// The setting.
        name: String,
        /// What was said.
        value: String,
        /// What is wrong, and what would be right.
        problem: &'static str,
    },
    /// Delays that would end before they begin.
    #[error(
        "jitter may be half of rtt at most: one way takes half of rtt, and no less than nothing"
    )]
    Jitter,
    /// A link that changes nothing.
    #[error("a link without rtt, rate and loss is none; say none")]
    Nothing,
}

fn names() -> String {
    PRESETS.map(|preset| preset.name).join(", ")
}

impl FromStr for Link {
    type Err = LinkError;

    fn from_str(asked: &str) -> Result<Self, LinkError> {
        let mut link = Self::default();
        let mut said: Vec<&str> = Vec::new();
        for (at, word) in asked.split(',').enumerate() {
            let Some((name, value)) = word.split_once('=') else {
                let preset = presets::find(word).filter(|_| at == 0);
                link = preset
                    .map(|preset| preset.link)
                    .ok_or_else(|| unknown(word))?;
                continue;
            };
            if said.contains(&name) {
                let name = name.to_owned();
                return Err(LinkError::Twice { name });
            }
            said.push(name);
            set(&mut link, name, value)?;
        }
        if link.jitter_ns > link.rtt_ns / 2 {
            return Err(LinkError::Jitter);
        }
        if link == Self::default() {
            return Err(LinkError::Nothing);
        }
        Ok(link)
    }
}

fn unknown(word: &str) -> LinkError {
    let word = word.to_owned();
    LinkError::Unknown { word }
}

fn set(link: &mut Link, name: &str, value: &str) -> Result<(), LinkError> {
    let wrong = |problem| LinkError::Value {
        name: name.to_owned(),
        value: value.to_owned(),
        problem,
    };
    match name {
        "rtt" => link.rtt_ns = duration_ns(value).map_err(wrong)?,
        "jitter" => link.jitter_ns = duration_ns(value).map_err(wrong)?,
        "rate" => link.rate_bits_per_s = Some(rate(value).map_err(wrong)?),
        "loss" => link.loss_ppm = loss_ppm(value).map_err(wrong)?,
        _ => {
            let name = name.to_owned();
            return Err(LinkError::UnknownSetting { name });
        }
    }
    Ok(())
}

fn duration_ns(value: &str) -> Result<u64, &'static str> {
    const WANTED: &str = "a duration is a number with us, ms or s, 40ms for instance";
    let ns = scaled(value, &[("us", 1e3), ("ms", 1e6), ("s", 1e9)]).ok_or(WANTED)?;
    if u128::from(ns) > RTT_MAX.as_nanos() {
        return Err("2s is the most: beyond it clients take a server for dead");
    }
    Ok(ns)
}

fn rate(value: &str) -> Result<u64, &'static str> {
    const WANTED: &str =
        "a rate is a number with kbit, mbit or gbit (a second), 10mbit for instance";
    let rate = scaled(value, &[("kbit", 1e3), ("mbit", 1e6), ("gbit", 1e9)]).ok_or(WANTED)?;
    if rate < RATE_MIN_BITS_PER_S {
        return Err("56kbit is the least: a run over less would hardly end");
    }
    Ok(rate)
}

fn loss_ppm(value: &str) -> Result<u32, &'static str> {
    const WANTED: &str = "a loss is a percentage, 0.1% for instance";
    let ppm = scaled(value, &[("%", 1e4)]).ok_or(WANTED)?;
    match u32::try_from(ppm) {
        Ok(ppm) if ppm <= LOSS_MAX_PPM => Ok(ppm),
        _ => Err("10% is the most: beyond it TCP makes no progress"),
    }
}

/// A number with one of these units, as a whole number of the smallest. No unit may end with an earlier one.
fn scaled(value: &str, units: &[(&str, f64)]) -> Option<u64> {
    const EXACT_MAX: f64 = 9e15;
    let (number, scale) = units.iter().find_map(|(unit, scale)| {
        let number = value.strip_suffix(unit)?;
        Some((number, scale))
    })?;
    let plain = |c: char| c.is_ascii_digit() || c == '.';
    if !number.chars().all(plain) {
        return None;
    }
    let scaled = (number.parse::<f64>().ok()? * scale).round();
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "it is rounded, not negative, and small enough to be exact"
    )]
    (scaled <= EXACT_MAX).then_some(scaled as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(asked: &str, expected: Link) {
        assert_eq!(asked.parse(), Ok(expected), "{asked}");
    }

    #[track_caller]
    fn refused(asked: &str, words: &str) {
        let error = asked.parse::<Link>().expect_err(asked).to_string();
        assert!(error.contains(words), "{asked}: {error}");
    }

    #[test]
    fn settings_in_any_order_and_with_decimals() {
        let link = Link {
            rtt_ns: 40_000_000,
            jitter_ns: 5_000_000,
            rate_bits_per_s: Some(10_000_000),
            loss_ppm: 1_000,
        };
        check("rtt=40ms,rate=10mbit,jitter=5ms,loss=0.1%", link);
        check("loss=0.1%,jitter=5000us,rate=0.01gbit,rtt=0.04s", link);
        let far = Link {
            rtt_ns: 500_000,
            ..Link::default()
        };
        check("rtt=0.5ms", far);
    }

    #[test]
    fn a_preset_may_be_changed() {
        let wan = presets::find("wan").expect("it is there").link;
        check("wan", wan);
        check(
            "wan,loss=1%",
            Link {
                loss_ppm: 10_000,
                ..wan
            },
        );
    }

    #[test]
    fn what_is_wrong_is_said_with_what_would_be_right() {
        refused("", "say none, lan, wifi, 4g, wan, satellite");
        refused("moon", "\"moon\" is no link");
        refused("rtt=40ms,wan", "\"wan\" is no link");
        refused("delay=4ms", "there are rtt, rate, jitter and loss");
        refused("rtt=4ms,rtt=5ms", "rtt is said twice");
        refused("rtt=40", "a number with us, ms or s");
        refused("rtt=-4ms", "a number with us, ms or s");
        refused("rtt=ms", "a number with us, ms or s");
        refused("rtt=infms", "a number with us, ms or s");
        refused("rtt=3s", "2s is the most");
        refused("rate=10", "kbit, mbit or gbit");
        refused("rate=9kbit", "56kbit is the least");
        refused("loss=0.1", "a percentage");
        refused("loss=11%", "10% is the most");
        refused("rtt=10ms,jitter=6ms", "half of rtt");
        refused("rtt=0ms", "say none");
    }
}
