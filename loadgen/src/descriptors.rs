//! File descriptors: every account has a connection or two, so a run may need more of them than a shell allows at first.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// What a process needs beside its clients' sockets: its pipes, its runtime, its store, and room for connections that end.
const BESIDE_SOCKETS: u64 = 64;

/// A client's socket is watched through a second descriptor.
const PER_SOCKET: u64 = 2;

/// The system does not allow as many descriptors as are needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the {sockets} connections of all accounts need {needed} file descriptors in a process, and this system allows \
     {allowed}; raise the limit (`ulimit -Hn {needed}` as root, or LimitNOFILE=, or limits.conf), or take fewer accounts"
)]
pub struct TooFew {
    /// How many sockets.
    pub sockets: u32,
    /// How many descriptors they need.
    pub needed: u64,
    /// How many there may be.
    pub allowed: u64,
}

/// Raises this process's own limit, which its children inherit, as far as is allowed.
///
/// # Errors
/// [`TooFew`] if that is not enough for so many sockets of clients.
pub fn allow(sockets: u32) -> Result<(), TooFew> {
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit {
        current: limit.maximum,
        maximum: limit.maximum,
    };
    // Some systems refuse a limit that they themselves report; the one that stands is what counts then.
    let _ = setrlimit(Resource::Nofile, raised);
    // No limit at all is reported as none.
    suffice(
        sockets,
        getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX),
    )
}

fn suffice(sockets: u32, allowed: u64) -> Result<(), TooFew> {
    let needed = u64::from(sockets) * PER_SOCKET + BESIDE_SOCKETS;
    if needed <= allowed {
        Ok(())
    } else {
        Err(TooFew {
            sockets,
            needed,
            allowed,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_is_raised_to_the_most_that_is_allowed() {
        assert_eq!(allow(2), Ok(()));
        let limit = getrlimit(Resource::Nofile);
        assert_eq!(limit.current, limit.maximum);
    }

    #[test]
    fn too_few_descriptors_are_told_with_numbers() {
        assert_eq!(suffice(480, 1024), Ok(()));
        let error = suffice(481, 1024).expect_err("one too many");
        assert_eq!(
            error,
            TooFew {
                sockets: 481,
                needed: 1026,
                allowed: 1024
            }
        );
        assert!(error.to_string().contains("ulimit -Hn 1026"), "{error}");
    }
}
