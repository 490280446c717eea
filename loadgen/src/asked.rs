//! What words on the command line stand for.

use protocols::conformance::Suite;
use protocols::registry::{self, Front, Protocol, UnknownProtocol};
use server_core::limits::Options;

use crate::link::{Link, LinkError};
use crate::texts;
use crate::workloads::{self, WORKLOADS, Workload};

/// A protocol, by the name that was asked for.
#[derive(Clone)]
pub struct AskedProtocol {
    /// The name that was asked for.
    pub asked: String,
    /// What it stands for.
    pub protocol: &'static Protocol,
}

impl AskedProtocol {
    /// Whether it is a reference beside the ranking.
    #[must_use]
    pub const fn is_reference(&self) -> bool {
        matches!(self.protocol.front, Front::Reference(_))
    }

    /// The name under which its results stand where it runs once more, as a control.
    #[must_use]
    pub fn control_name(&self) -> String {
        format!("{} (again)", self.asked)
    }

    /// One that nobody asked for, by the name that people use.
    #[must_use]
    pub fn unasked(protocol: &'static Protocol) -> Self {
        Self {
            asked: protocol.short_name().to_owned(),
            protocol,
        }
    }
}

/// A simulated link, or none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AskedLink(pub Option<Link>);

/// Understands a link; `none` is none.
///
/// # Errors
/// When it is none of those that there are, with what is wrong.
pub fn link(asked: &str) -> Result<AskedLink, LinkError> {
    match asked {
        "none" => Ok(AskedLink(None)),
        asked => asked.parse().map(Some).map(AskedLink),
    }
}

/// Finds a protocol.
///
/// # Errors
/// When there is none of that name, with what was probably meant.
pub fn protocol(asked: &str) -> Result<AskedProtocol, UnknownProtocol> {
    Ok(AskedProtocol {
        asked: asked.to_owned(),
        protocol: registry::find(asked)?,
    })
}

/// Finds a suite of the conformance test.
///
/// # Errors
/// When there is none of that name, with the names that there are.
pub fn suite(asked: &str) -> Result<Suite, String> {
    let names = Suite::ALL.map(Suite::name);
    Suite::find(asked).ok_or_else(|| format!("there are {}", names.join(" and ")))
}

/// Finds a workload.
///
/// # Errors
/// When there is none of that name, with the names that there are.
pub fn workload(asked: &str) -> Result<&'static dyn Workload, String> {
    if asked == reports::schema::workload::IDLE {
        return Err("say how many connections with --idle N instead".to_owned());
    }
    let names: Vec<&str> = WORKLOADS.iter().map(|workload| workload.name()).collect();
    workloads::find(asked).ok_or_else(|| format!("there are {}", names.join(", ")))
}

/// How many accounts write to each other.
///
/// # Errors
/// When it is no number, or there would be nobody to write to.
pub fn accounts(asked: &str) -> Result<u32, String> {
    match asked.parse() {
        Ok(0 | 1) => {
            Err("each account writes to all others, so there must be at least 2".to_owned())
        }
        Ok(accounts) => Ok(accounts),
        Err(error) => Err(format!("{error}; say how many accounts, 40 for instance")),
    }
}

/// How many bytes a text has.
///
/// # Errors
/// When texts of that size would not differ, or servers do not take them.
pub fn message_bytes(asked: &str) -> Result<u32, String> {
    let most = Options::default().text_max_chars;
    match asked.parse::<u32>() {
        Ok(bytes) if bytes < texts::DIGITS => Err(format!(
            "so short texts would not all differ, and a lost or swapped message would not show; say {} or more",
            texts::DIGITS
        )),
        Ok(bytes) if bytes > most => {
            Err(format!("servers take at most {most} characters; say less"))
        }
        Ok(bytes) => Ok(bytes),
        Err(error) => Err(format!("{error}; say how many bytes, 64 for instance")),
    }
}
