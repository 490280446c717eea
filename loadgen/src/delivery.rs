//! How messages reach their recipients: pushed by the server, or asked for every so often.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// How messages reach their recipients.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Delivery {
    /// The server pushes them.
    #[default]
    Push,
    /// Each client asks for what is unread, and reads it.
    Poll {
        /// The time from one question to the next.
        every: Duration,
    },
}

/// The shortest time between two questions: below it a client does nothing but ask.
const EVERY_MIN: Duration = Duration::from_millis(1);

/// The longest: a run in which nothing happens for much longer is given up.
const EVERY_MAX: Duration = Duration::from_secs(5);

/// What is no way of delivering.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there are push and poll:TIME, with a time from 1ms to 5s, poll:2s for instance")]
pub struct UnknownDelivery;

impl Delivery {
    /// The time between two questions, in nanoseconds; `None`: nobody asks.
    #[must_use]
    pub fn every_ns(self) -> Option<u64> {
        match self {
            Self::Push => None,
            Self::Poll { every } => u64::try_from(every.as_nanos()).ok(),
        }
    }
}

impl FromStr for Delivery {
    type Err = UnknownDelivery;

    fn from_str(asked: &str) -> Result<Self, UnknownDelivery> {
        if asked == "push" {
            return Ok(Self::Push);
        }
        let time = asked.strip_prefix("poll:").ok_or(UnknownDelivery)?;
        let every = match (time.strip_suffix("ms"), time.strip_suffix('s')) {
            (Some(milliseconds), _) => milliseconds.parse().map(Duration::from_millis),
            (None, Some(seconds)) => seconds.parse().map(Duration::from_secs),
            (None, None) => return Err(UnknownDelivery),
        };
        match every {
            Ok(every) if (EVERY_MIN..=EVERY_MAX).contains(&every) => Ok(Self::Poll { every }),
            _ => Err(UnknownDelivery),
        }
    }
}

impl fmt::Display for Delivery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Push => f.write_str("push"),
            Self::Poll { every } if every.subsec_millis() == 0 => {
                write!(f, "poll:{}s", every.as_secs())
            }
            Self::Poll { every } => write!(f, "poll:{}ms", every.as_millis()),
        }
    }
}

impl TryFrom<String> for Delivery {
    type Error = UnknownDelivery;

    fn try_from(asked: String) -> Result<Self, UnknownDelivery> {
        asked.parse()
    }
}

impl From<Delivery> for String {
    fn from(delivery: Delivery) -> Self {
        delivery.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(asked: &str, shown: Option<&str>) {
        let delivery = asked.parse::<Delivery>().ok();
        assert_eq!(
            delivery.map(|delivery| delivery.to_string()).as_deref(),
            shown,
            "{asked}"
        );
    }

    #[test]
    fn what_is_asked_is_shown_in_one_way() {
        check("push", Some("push"));
        check("poll:2s", Some("poll:2s"));
        check("poll:2000ms", Some("poll:2s"));
        check("poll:1500ms", Some("poll:1500ms"));
        check("poll:1ms", Some("poll:1ms"));
        for wrong in [
            "", "poll", "poll:", "poll:2", "poll:0s", "poll:0ms", "poll:6s", "poll:-1s", "poll:s",
            "poll:1m", "pull",
        ] {
            check(wrong, None);
        }
    }
}
