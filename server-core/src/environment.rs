//! What the rules do not own: the time of day and randomness.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

/// The clock and the randomness that a core runs on.
pub trait Environment: Send + Sync + 'static {
    /// Milliseconds since 1970-01-01 UTC.
    fn now_ms(&self) -> u64;

    /// Fills `bytes` with what nobody can foresee.
    fn fill_random(&self, bytes: &mut [u8]);
}

/// The machine's clock and its randomness.
#[derive(Clone, Copy, Debug, Default)]
pub struct System;

impl Environment for System {
    fn now_ms(&self) -> u64 {
        SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0, |since| {
                u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
            })
    }

    /// # Panics
    /// If the operating system has no randomness to give: no session is safe then.
    fn fill_random(&self, bytes: &mut [u8]) {
        getrandom::fill(bytes).expect("the operating system gives randomness");
    }
}

/// A clock that stands until it is moved, and randomness that repeats: for tests and deterministic runs only.
#[derive(Debug)]
pub struct Fixed {
    now_ms: AtomicU64,
    state: AtomicU64,
}

impl Fixed {
    /// Starts the clock at `now_ms` and the randomness at `seed`.
    #[must_use]
    pub const fn new(start: FixedStart) -> Self {
        Self {
            now_ms: AtomicU64::new(start.now_ms),
            state: AtomicU64::new(start.seed),
        }
    }

    /// Moves the clock on by `step_ms`.
    pub fn advance(&self, step_ms: u64) {
        self.now_ms.fetch_add(step_ms, Ordering::Relaxed);
    }
}

/// Where [`Fixed`] starts.
#[derive(Clone, Copy, Debug)]
pub struct FixedStart {
    /// The clock, in milliseconds since 1970-01-01 UTC.
    pub now_ms: u64,
    /// The seed of the randomness.
    pub seed: u64,
}

impl Default for FixedStart {
    fn default() -> Self {
        Self {
            now_ms: 1_700_000_000_000,
            seed: 1,
        }
    }
}

impl Environment for Fixed {
    fn now_ms(&self) -> u64 {
        self.now_ms.load(Ordering::Relaxed)
    }

    /// SplitMix64 (Steele, Lea and Flood, 2014).
    fn fill_random(&self, bytes: &mut [u8]) {
        const GAMMA: u64 = 0x9e37_79b9_7f4a_7c15;
        for chunk in bytes.chunks_mut(8) {
            let mut word = self
                .state
                .fetch_add(GAMMA, Ordering::Relaxed)
                .wrapping_add(GAMMA);
            word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            word ^= word >> 31;
            chunk.copy_from_slice(&word.to_le_bytes()[..chunk.len()]);
        }
    }
}
