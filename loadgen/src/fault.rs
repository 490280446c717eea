//! What a server of ours can be told to do wrong, so that tests can show that it is noticed.

mod burn;
mod changes;
mod delay;
mod store;

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use server_core::fanout::Fanout;
use server_core::store::{Changes, Store, StoreOpenError, StoreSpec};

use self::burn::Burner;
use self::changes::FaultyChanges;
pub use self::delay::Delay;
use self::store::FaultyStore;

/// The largest share of its own CPU time that a server can be told to add, in percent.
const BURN_PERCENT_MAX: u32 = 1_000;

/// One way of being wrong. Messages are counted as the server takes them, from 1, so that the fault comes for certain
/// once there were enough of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Fault {
    /// Every so-manieth message is acknowledged and forgotten.
    Forget(u64),
    /// Every so-manieth message is delivered twice.
    Double(u64),
    /// Every so-manieth message is delivered behind the next one from its sender to its recipient.
    Swap(u64),
    /// One character of every so-manieth message is altered.
    Alter(u64),
    /// So many percent more CPU time than the server needs by itself are spent.
    Burn(u32),
    /// Replies to messages wait for a known time.
    Delay(Delay),
}

/// What was asked for is no fault.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is no fault; there are forget:N, double:N, swap:N, alter:N for one message in N, and burn:P% for P percent \
     more CPU time, at most 1000, and delay:10ms or delay:10ms/40ms/10 for replies that wait, every 10th for 40 ms"
)]
pub struct UnknownFault(String);

impl Fault {
    /// Opens a store that has this fault; whoever is online hears of its changes through `fanout`.
    ///
    /// # Errors
    /// If the store cannot be opened.
    pub fn open(
        self,
        store: &StoreSpec,
        directory: &std::path::Path,
        fanout: &Arc<Fanout>,
    ) -> Result<Arc<dyn Store>, StoreOpenError> {
        let changes: Arc<dyn Changes> = Arc::clone(fanout) as _;
        let changes: Arc<dyn Changes> = match self {
            Self::Double(_) | Self::Swap(_) => Arc::new(FaultyChanges::new(self, changes)),
            Self::Forget(_) | Self::Alter(_) | Self::Burn(_) | Self::Delay(_) => changes,
        };
        let inner = store.open(directory, changes)?;
        Ok(match self {
            Self::Double(_) | Self::Swap(_) => inner,
            Self::Forget(_) | Self::Alter(_) | Self::Burn(_) | Self::Delay(_) => {
                Arc::new(FaultyStore::new(self, inner, Arc::clone(fanout)))
            }
        })
    }
}

/// Whether the message with this number, from 1, is one in `every`.
const fn is_nth(number: u64, every: u64) -> bool {
    number.is_multiple_of(every)
}

impl FromStr for Fault {
    type Err = UnknownFault;

    fn from_str(asked: &str) -> Result<Self, UnknownFault> {
        let unknown = || UnknownFault(asked.to_owned());
        let (kind, amount) = asked.split_once(':').ok_or_else(unknown)?;
        if kind == "burn" {
            let percent = amount
                .strip_suffix('%')
                .and_then(|digits| digits.parse().ok());
            return percent
                .filter(|percent| (1..=BURN_PERCENT_MAX).contains(percent))
                .map(Self::Burn)
                .ok_or_else(unknown);
        }
        if kind == "delay" {
            return Delay::parse(amount).map(Self::Delay).ok_or_else(unknown);
        }
        let every = amount
            .parse()
            .ok()
            .filter(|every| *every > 0)
            .ok_or_else(unknown)?;
        match kind {
            "forget" => Ok(Self::Forget(every)),
            "double" => Ok(Self::Double(every)),
            "swap" => Ok(Self::Swap(every)),
            "alter" => Ok(Self::Alter(every)),
            _ => Err(unknown()),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Forget(every) => write!(f, "forget:{every}"),
            Self::Double(every) => write!(f, "double:{every}"),
            Self::Swap(every) => write!(f, "swap:{every}"),
            Self::Alter(every) => write!(f, "alter:{every}"),
            Self::Burn(percent) => write!(f, "burn:{percent}%"),
            Self::Delay(delay) => write!(f, "delay:{delay}"),
        }
    }
}

impl TryFrom<String> for Fault {
    type Error = UnknownFault;

    fn try_from(asked: String) -> Result<Self, UnknownFault> {
        asked.parse()
    }
}

impl From<Fault> for String {
    fn from(fault: Fault) -> Self {
        fault.to_string()
    }
}

/// A fault, and whose: `json=burn:10%` is that of the protocol that stands as `json` in the
/// results, `burn:10%` everybody's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AskedFault {
    /// The name under which a protocol's results stand, that of a control too; `None`: every protocol's servers have it.
    pub protocol: Option<String>,
    /// What is wrong with its servers.
    pub fault: Fault,
}

impl AskedFault {
    /// The fault of the servers of the protocol whose results stand under this name.
    #[must_use]
    pub fn of(&self, name: &str) -> Option<Fault> {
        match &self.protocol {
            Some(protocol) if protocol != name => None,
            _ => Some(self.fault),
        }
    }
}

impl FromStr for AskedFault {
    type Err = UnknownFault;

    fn from_str(asked: &str) -> Result<Self, UnknownFault> {
        let (protocol, fault) = match asked.rsplit_once('=') {
            Some((protocol, fault)) => (Some(protocol.to_owned()), fault),
            None => (None, asked),
        };
        Ok(Self {
            protocol,
            fault: fault.parse()?,
        })
    }
}

impl fmt::Display for AskedFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(protocol) = &self.protocol {
            write!(f, "{protocol}=")?;
        }
        self.fault.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_are_a_kind_and_an_amount() {
        for (asked, fault) in [
            ("forget:10000", Fault::Forget(10_000)),
            ("double:1", Fault::Double(1)),
            ("swap:100", Fault::Swap(100)),
            ("alter:7", Fault::Alter(7)),
            ("burn:10%", Fault::Burn(10)),
            ("delay:5ms", Fault::Delay(Delay::constant(5))),
        ] {
            assert_eq!(asked.parse(), Ok(fault));
            assert_eq!(fault.to_string(), asked);
        }
        for strange in [
            "",
            "forget",
            "forget:0",
            "forget:-1",
            "burn:10",
            "burn:0%",
            "burn:1001%",
            "break:3",
            "delay:5",
            "delay:5ms/6ms",
        ] {
            let error = strange.parse::<Fault>().expect_err(strange);
            assert!(error.to_string().contains("forget:N"), "{error}");
        }
    }

    #[test]
    fn a_fault_may_be_one_protocols() {
        let one: AskedFault = "json=burn:10%".parse().expect("it is one");
        assert_eq!(one.of("json"), Some(Fault::Burn(10)));
        assert_eq!(one.of("custom"), None);
        assert_eq!(one.to_string(), "json=burn:10%");
        let all: AskedFault = "swap:3".parse().expect("it is one");
        assert_eq!(all.of("custom"), Some(Fault::Swap(3)));
        assert_eq!(all.to_string(), "swap:3");
    }
}
