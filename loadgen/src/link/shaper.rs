//! When bytes that arrive at a link leave it again. No socket and no clock: time is a parameter, in nanoseconds.
//!
//! A [`Line`] is one direction of the link, which all connections share: it sends one segment after another. A [`Flow`]
//! is one direction of one connection: what it carries leaves in its order, and waits for what was lost before it.

use std::collections::VecDeque;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore as _, SeedableRng as _};

use super::Link;

/// What a segment carries at most on Ethernet: 1,500 bytes without the headers of IPv4 and of TCP with timestamps.
pub const SEGMENT_BYTES: usize = 1_448;

/// Those headers, which take their time on a line like everything else.
pub const HEADER_BYTES: usize = 52;

/// What waits before a line at most is what it sends in this time; then whoever sends has to wait.
const QUEUE_NS: u64 = 100_000_000;

/// On slow lines, so many full segments may wait, however long that takes.
const QUEUE_SEGMENTS: u64 = 10;

/// How many segments must arrive behind a lost one until its sender knows (RFC 5681, section 3.2).
const DUPLICATES: u8 = 3;

/// By how much a timeout for retransmission exceeds the round trip at least: Linux's `TCP_RTO_MIN`.
const TIMEOUT_MARGIN_NS: u64 = 200_000_000;

/// How often a segment is lost at most, repeats included: more happens to one in 10,000 even at the largest loss.
const LOSSES_MAX: u32 = 4;

const NANOSECONDS_PER_SECOND: u64 = 1_000_000_000;
const PARTS: u64 = 1_000_000;

/// After which time a sender that hears nothing sends again (RFC 6298 with Linux's margin).
const fn timeout_ns(link: &Link) -> u64 {
    link.rtt_ns + TIMEOUT_MARGIN_NS
}

/// What so many timeouts in a row take: each is twice as long as the one before (RFC 6298, section 5.5).
const fn timeouts_ns(link: &Link, count: u32) -> u64 {
    timeout_ns(link) * ((1 << count) - 1)
}

/// The most by which losses delay a segment, in nanoseconds.
#[must_use]
pub const fn recovery_max_ns(link: &Link) -> u64 {
    if link.loss_ppm == 0 {
        0
    } else {
        timeouts_ns(link, LOSSES_MAX)
    }
}

/// One direction of a link: a queue before a sender that has a rate.
#[derive(Debug)]
pub struct Line {
    rate_bits_per_s: Option<u64>,
    free_at_ns: u64,
}

impl Line {
    /// An idle line.
    #[must_use]
    pub const fn new(link: &Link) -> Self {
        Self {
            rate_bits_per_s: link.rate_bits_per_s,
            free_at_ns: 0,
        }
    }

    /// From when on it takes more: as long as too much waits before it, nobody should read what would have to wait too.
    #[must_use]
    pub fn takes_from_ns(&self) -> u64 {
        let full = (SEGMENT_BYTES + HEADER_BYTES) as u64;
        let queue_ns = QUEUE_NS.max(self.sending_ns(QUEUE_SEGMENTS * full));
        self.free_at_ns.saturating_sub(queue_ns)
    }

    /// Sends so many bytes, headers apart, behind all that waits; gives when the last of them has left.
    fn send(&mut self, arrival_ns: u64, bytes: usize) -> u64 {
        let sending_ns = self.sending_ns((bytes + HEADER_BYTES) as u64);
        self.free_at_ns = self.free_at_ns.max(arrival_ns) + sending_ns;
        self.free_at_ns
    }

    fn sending_ns(&self, bytes: u64) -> u64 {
        let bit_ns = bytes * 8 * NANOSECONDS_PER_SECOND;
        self.rate_bits_per_s.map_or(0, |rate| bit_ns.div_ceil(rate))
    }
}

/// Which connection in which direction, so that each has chances of its own that do not depend on the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FlowId {
    /// What all chances are drawn from.
    pub seed: u64,
    /// The connection's number, in the order of their opening.
    pub connection: u32,
    /// 0 towards the server, 1 towards the client.
    pub direction: u8,
}

/// One direction of one connection: what has arrived at the link and has not left it.
#[derive(Debug)]
pub struct Flow {
    link: Link,
    random: ChaCha8Rng,
    under_way: VecDeque<Segment>,
    held_bytes: usize,
    /// How many segments were lost, the first time and again.
    losses: u64,
}

#[derive(Debug)]
struct Segment {
    bytes: usize,
    /// When it would leave by itself; it also waits for those before it.
    due_ns: u64,
    /// How often it is lost.
    losses: u32,
    /// How many that arrived after it was lost have shown its sender that it was.
    duplicates: u8,
}

/// What leaves a link at a moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Released {
    /// So many bytes, in their order.
    pub bytes: usize,
    /// Whether the end of the stream has come behind them.
    pub is_end: bool,
    /// When the first of them was due; 0 if nothing was.
    pub due_ns: u64,
}

impl Flow {
    /// A flow with nothing under way.
    #[must_use]
    pub fn new(link: Link, id: FlowId) -> Self {
        let mut random = ChaCha8Rng::seed_from_u64(id.seed);
        random.set_stream(u64::from(id.connection) * 2 + u64::from(id.direction));
        Self {
            link,
            random,
            under_way: VecDeque::new(),
            held_bytes: 0,
            losses: 0,
        }
    }

    /// Takes bytes that arrive; no arrival comes before an earlier one.
    pub fn admit(&mut self, line: &mut Line, arrival_ns: u64, bytes: usize) {
        let mut left = bytes;
        while left > 0 {
            let bytes = left.min(SEGMENT_BYTES);
            left -= bytes;
            self.send(line, arrival_ns, bytes);
        }
    }

    /// Takes the end of the stream, which is a segment without bytes.
    pub fn admit_end(&mut self, line: &mut Line, arrival_ns: u64) {
        self.send(line, arrival_ns, 0);
    }

    /// When the next bytes leave; `None` if none are under way.
    #[must_use]
    pub fn due_ns(&self) -> Option<u64> {
        self.under_way.front().map(|segment| segment.due_ns)
    }

    /// How many bytes are under way.
    #[must_use]
    pub const fn held_bytes(&self) -> usize {
        self.held_bytes
    }

    /// How many segments were lost so far.
    #[must_use]
    pub const fn losses(&self) -> u64 {
        self.losses
    }

    /// Lets go of all that has left by now.
    pub fn release(&mut self, now_ns: u64) -> Released {
        let mut released = Released {
            due_ns: self.due_ns().unwrap_or(0),
            ..Released::default()
        };
        while let Some(segment) = self.under_way.pop_front_if(|next| next.due_ns <= now_ns) {
            released.bytes += segment.bytes;
            released.is_end |= segment.bytes == 0;
        }
        self.held_bytes -= released.bytes;
        released
    }

    fn send(&mut self, line: &mut Line, arrival_ns: u64, bytes: usize) {
        let arrives_ns = line.send(arrival_ns, bytes) + self.way_ns();
        let losses = self.draw_losses();
        self.put_under_way(arrives_ns, bytes, losses);
    }

    /// As sending one byte, with the losses that a test wants.
    #[cfg(test)]
    fn admit_lost(&mut self, line: &mut Line, arrival_ns: u64, losses: u32) {
        let arrives_ns = line.send(arrival_ns, 1) + self.way_ns();
        self.put_under_way(arrives_ns, 1, losses);
    }

    fn put_under_way(&mut self, arrives_ns: u64, bytes: usize, losses: u32) {
        if losses == 0 {
            self.show_losses(arrives_ns);
        }
        self.under_way.push_back(Segment {
            bytes,
            due_ns: arrives_ns + timeouts_ns(&self.link, losses),
            losses,
            duplicates: 0,
        });
        self.held_bytes += bytes;
        self.losses += u64::from(losses);
    }

    /// How long one way takes, drawn evenly from its range.
    fn way_ns(&mut self) -> u64 {
        let shortest_ns = self.link.rtt_ns / 2 - self.link.jitter_ns;
        shortest_ns + self.below(2 * self.link.jitter_ns + 1)
    }

    fn draw_losses(&mut self) -> u32 {
        let mut losses = 0;
        while losses < LOSSES_MAX
            && self.link.loss_ppm > 0
            && self.below(PARTS) < u64::from(self.link.loss_ppm)
        {
            losses += 1;
        }
        losses
    }

    /// A segment that arrives shows the senders of lost ones before it that they are missing. The third one does: its
    /// acknowledgement goes back, and what was lost is on its way once more.
    fn show_losses(&mut self, arrives_ns: u64) {
        if self.losses == 0 {
            return;
        }
        let rtt_ns = self.link.rtt_ns;
        for lost in self
            .under_way
            .iter_mut()
            .filter(|segment| segment.losses > 0)
        {
            lost.duplicates = lost.duplicates.saturating_add(1);
            if lost.duplicates == DUPLICATES {
                let again_ns = timeouts_ns(&self.link, lost.losses - 1);
                lost.due_ns = lost.due_ns.min(arrives_ns + rtt_ns + again_ns);
            }
        }
    }

    /// A number below `bound`, by Lemire's multiplication (2019); its bias is below 2^-30 here.
    fn below(&mut self, bound: u64) -> u64 {
        let wide = u128::from(self.random.next_u64()) * u128::from(bound);
        u64::try_from(wide >> 64).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests;
