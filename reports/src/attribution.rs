//! What a message costs, split between codec and transport, from runs of the workload factorial.
//!
//! Every pair of some codecs and some transports runs once in each round of trials. With α the effect of a codec (its mean
//! over transports, less the mean of all), A what codecs take alone on average, and means over codecs:
//!
//! - `core` is what is left of the transport in memory without A: rules, store, sessions, and the generator's own work;
//! - `encoding` of a codec is A + α; `encoding_alone` stands beside it, as it was measured in a loop;
//! - `transport` is what sockets add: TCP less memory;
//! - `framing` of a transport is what it adds to TCP;
//! - `interaction` of a cell is what is left, so that all of them add up to what was measured there.
//!
//! Where the transport in memory did not run, `core_and_transport` stands for the two that cannot be told apart; where TCP
//! did not, the first transport of a socket stands in for it. Without a codec's own time, encoding is by how much a codec
//! is above the first one. What none of this can tell stands in METHODOLOGY.md.

mod bytes;
mod quantity;
mod rounds;
mod split;
#[cfg(test)]
mod tests;
mod waterfall;

pub(crate) use self::quantity::{all_ns, message_time_ns};
use self::rounds::Rounds;
pub(crate) use self::rounds::is_alike;
use crate::schema::{Attribution, EffectFigure, Results};
use crate::statistics::factorial::Effect;

/// The transport without sockets.
pub(crate) const IN_MEMORY: &str = "mem";

/// The transport that others are compared with.
pub(crate) const SOCKET: &str = "tcp";

/// What a message's cost is split into; none without a factorial run, or where no round has a valid run of every cell.
#[must_use]
pub fn of(results: &Results) -> Option<Attribution> {
    let rounds = Rounds::of(results)?;
    Some(Attribution {
        factors: rounds.factors.clone(),
        rounds: count(rounds.complete.len()),
        rounds_left_out: count(rounds.left_out),
        quantities: split::quantities(&rounds),
        bytes: bytes::split(&rounds),
        waterfalls: waterfall::all(&rounds),
    })
}

fn count(rounds: usize) -> u32 {
    u32::try_from(rounds).unwrap_or(u32::MAX)
}

/// An effect as it stands in results.
fn figure(effect: Effect) -> EffectFigure {
    EffectFigure {
        value: effect.value,
        low: effect.interval.map(|interval| interval.low),
        high: effect.interval.map(|interval| interval.high),
        finding: effect.finding().words().to_owned(),
    }
}
