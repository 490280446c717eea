//! In virtual time, where every moment is known.

use proptest::prelude::*;

use super::*;

const MS: u64 = 1_000_000;

fn link(asked: &str) -> Link {
    asked.parse().expect("it is a link")
}

fn flow(asked: Link) -> Flow {
    let id = FlowId {
        seed: 7,
        connection: 0,
        direction: 0,
    };
    Flow::new(asked, id)
}

/// Lets everything leave, one moment after another; gives those moments with the bytes that leave in them.
fn all(flow: &mut Flow) -> Vec<(u64, usize)> {
    let mut left = Vec::new();
    while let Some(due_ns) = flow.due_ns() {
        left.push((due_ns, flow.release(due_ns).bytes));
    }
    left
}

#[test]
fn one_way_takes_half_of_the_round_trip() {
    let asked = link("rtt=40ms");
    let (mut line, mut flow) = (Line::new(&asked), flow(asked));
    flow.admit(&mut line, 5 * MS, 100);
    flow.admit(&mut line, 9 * MS, 3_000);
    assert_eq!(flow.held_bytes(), 3_100);
    assert_eq!(flow.release(25 * MS - 1).bytes, 0, "not a nanosecond early");
    assert_eq!(all(&mut flow), [(25 * MS, 100), (29 * MS, 3_000)]);
    assert_eq!((flow.held_bytes(), flow.due_ns()), (0, None));
}

#[test]
fn a_line_sends_one_segment_after_another_headers_included() {
    // 1,500 bytes take 12 ms on a megabit, 152 take 1.216 ms.
    let asked = link("rtt=10ms,rate=1mbit");
    let (mut line, mut flow) = (Line::new(&asked), flow(asked));
    flow.admit(&mut line, 0, 2 * SEGMENT_BYTES + 100);
    let left = [(17 * MS, 1_448), (29 * MS, 1_448), (30 * MS + 216_000, 100)];
    assert_eq!(all(&mut flow), left);
}

#[test]
fn connections_share_a_line() {
    let asked = link("rate=1mbit");
    let mut line = Line::new(&asked);
    let (mut first, mut second) = (flow(asked), flow(asked));
    first.admit(&mut line, 0, SEGMENT_BYTES);
    second.admit(&mut line, MS, SEGMENT_BYTES);
    assert_eq!(all(&mut first), [(12 * MS, SEGMENT_BYTES)]);
    assert_eq!(all(&mut second), [(24 * MS, SEGMENT_BYTES)]);
}

#[test]
fn an_idle_line_saves_nothing_up() {
    let asked = link("rate=1mbit");
    let (mut line, mut flow) = (Line::new(&asked), flow(asked));
    flow.admit(&mut line, 0, SEGMENT_BYTES);
    flow.admit(&mut line, 1_000 * MS, SEGMENT_BYTES);
    let left = [(12 * MS, SEGMENT_BYTES), (1_012 * MS, SEGMENT_BYTES)];
    assert_eq!(all(&mut flow), left);
}

#[test]
fn a_full_queue_says_when_it_takes_more() {
    let asked = link("rate=1mbit");
    let (mut line, mut flow) = (Line::new(&asked), flow(asked));
    assert_eq!(line.takes_from_ns(), 0);
    // 20 segments take 240 ms, and 10 may wait, which is more than what is sent in 100 ms.
    flow.admit(&mut line, 0, 20 * SEGMENT_BYTES);
    assert_eq!(line.takes_from_ns(), 120 * MS);
}

#[test]
fn a_link_without_a_rate_never_has_a_queue() {
    let asked = link("rtt=2ms");
    let (mut line, mut flow) = (Line::new(&asked), flow(asked));
    flow.admit(&mut line, MS, 10_000_000);
    assert_eq!(line.takes_from_ns(), MS.saturating_sub(QUEUE_NS));
    assert_eq!(flow.release(2 * MS).bytes, 10_000_000);
}

#[test]
fn the_end_travels_behind_the_last_byte() {
    let asked = link("rtt=10ms");
    let (mut line, mut flow) = (Line::new(&asked), flow(asked));
    flow.admit(&mut line, 0, 8);
    flow.admit_end(&mut line, 3 * MS);
    assert!(!flow.release(7 * MS).is_end);
    let end = flow.release(8 * MS);
    assert_eq!((end.bytes, end.is_end, end.due_ns), (0, true, 8 * MS));
}

#[test]
fn jitter_fills_its_range_evenly_and_changes_no_order() {
    const SEGMENTS: u64 = 20_000;
    let asked = link("rtt=40ms,jitter=5ms");
    let (mut line, mut flow) = (Line::new(&asked), flow(asked));
    let mut sum_ns = 0;
    let (mut least_ns, mut most_ns) = (u64::MAX, 0);
    for at in 0..SEGMENTS {
        // So far apart that none waits for another.
        let sent_ns = at * 100 * MS;
        flow.admit(&mut line, sent_ns, 1);
        let way_ns = flow.due_ns().expect("it is under way") - sent_ns;
        assert_eq!(flow.release(u64::MAX).bytes, 1);
        (sum_ns, least_ns, most_ns) = (sum_ns + way_ns, least_ns.min(way_ns), most_ns.max(way_ns));
    }
    assert!(
        (15 * MS..15 * MS + MS / 10).contains(&least_ns),
        "{least_ns}"
    );
    assert!(
        (25 * MS - MS / 10..=25 * MS).contains(&most_ns),
        "{most_ns}"
    );
    // The mean's standard deviation is 20 µs around 20 ms; the seed is fixed, so this holds or does not for good.
    assert!((sum_ns / SEGMENTS).abs_diff(20 * MS) < 80_000, "{sum_ns}");
}

#[test]
fn what_is_lost_is_counted_as_often_as_was_asked() {
    const SEGMENTS: usize = 200_000;
    let asked = link("rtt=40ms,loss=1%");
    let (mut line, mut flow) = (Line::new(&asked), flow(asked));
    for at in 0..SEGMENTS {
        flow.admit(&mut line, at as u64 * 1_000 * MS, 1);
        flow.release(u64::MAX);
    }
    // 2,020 with repeats; the standard deviation is 45, and the seed is fixed.
    assert!(flow.losses().abs_diff(2_020) < 180, "{}", flow.losses());
}

/// Segments a millisecond apart, of which the draws say how often each is lost.
fn with_losses(losses: &[u32]) -> Vec<(u64, usize)> {
    let asked = link("rtt=40ms,loss=1%");
    let (mut line, mut flow) = (Line::new(&asked), flow(asked));
    for (at, &losses) in (0..).zip(losses) {
        flow.admit_lost(&mut line, at * MS, losses);
    }
    all(&mut flow)
}

#[test]
fn a_lost_segment_with_nothing_behind_it_takes_a_timeout() {
    assert_eq!(with_losses(&[1]), [(20 * MS + 240 * MS, 1)]);
    assert_eq!(with_losses(&[2]), [(20 * MS + 240 * MS + 480 * MS, 1)]);
}

#[test]
fn two_segments_behind_a_lost_one_are_too_few_and_wait_for_it() {
    assert_eq!(with_losses(&[0, 1, 0, 0]), [(20 * MS, 1), (261 * MS, 3)]);
}

#[test]
fn the_third_segment_behind_a_lost_one_brings_it_a_round_trip_later() {
    // The third is sent at 3 ms, arrives at 23 ms; 40 ms later the repeat is there, and with it all that waited.
    assert_eq!(with_losses(&[1, 0, 0, 0]), [(63 * MS, 4)]);
    assert_eq!(with_losses(&[1, 0, 0, 0, 0, 0]), [(63 * MS, 6)]);
}

#[test]
fn a_repeat_that_is_lost_too_takes_a_timeout_more() {
    assert_eq!(with_losses(&[2, 0, 0, 0]), [(63 * MS + 240 * MS, 4)]);
}

#[test]
fn lost_segments_behind_a_lost_one_show_nothing() {
    // Of those behind the first, the second is lost: the third to arrive is the one at 4 ms.
    let left = with_losses(&[1, 1, 0, 0, 0]);
    assert_eq!(left, [(64 * MS, 5)]);
}

#[test]
fn a_seed_repeats_all_chances_and_connections_have_their_own() {
    let asked = link("rtt=40ms,jitter=5ms,loss=2%");
    let ways = |connection, direction| {
        let id = FlowId {
            seed: 3,
            connection,
            direction,
        };
        let (mut line, mut flow) = (Line::new(&asked), Flow::new(asked, id));
        (0..100).for_each(|at| flow.admit(&mut line, at * MS, 1));
        all(&mut flow)
    };
    assert_eq!(ways(0, 0), ways(0, 0));
    assert_ne!(ways(0, 0), ways(0, 1));
    assert_ne!(ways(0, 0), ways(1, 0));
}

proptest! {
    /// Whatever comes when, every byte leaves, in time order, and none before it can.
    #[test]
    fn every_byte_leaves_once_and_not_before_half_a_round_trip(
        arrivals in prop::collection::vec((0_u64..50 * MS, 1_usize..5_000), 1..60),
        jitter_ms in 0_u64..=20,
        loss_percent in 0_u32..=10,
    ) {
        let asked = Link {
            rtt_ns: 40 * MS,
            jitter_ns: jitter_ms * MS,
            rate_bits_per_s: Some(10_000_000),
            loss_ppm: loss_percent * 10_000,
        };
        let (mut line, mut flow) = (Line::new(&asked), flow(asked));
        let (mut now_ns, mut arrived, mut released) = (0, 0, 0);
        for (pause_ns, bytes) in arrivals {
            now_ns += pause_ns;
            flow.admit(&mut line, now_ns, bytes);
            arrived += bytes;
            prop_assert!(flow.due_ns().is_some());
            if let Some(due_ns) = flow.due_ns().filter(|due_ns| *due_ns <= now_ns) {
                prop_assert!(due_ns >= (20 - jitter_ms) * MS);
                released += flow.release(now_ns).bytes;
            }
            prop_assert_eq!(flow.held_bytes(), arrived - released);
        }
        let latest_ns = now_ns + 300 * MS + recovery_max_ns(&asked) + 60 * MS;
        let mut before_ns = 0;
        for (due_ns, bytes) in all(&mut flow) {
            prop_assert!(due_ns >= before_ns, "what waits for what was lost leaves with it");
            prop_assert!(due_ns <= latest_ns);
            before_ns = due_ns;
            released += bytes;
        }
        prop_assert_eq!(released, arrived);
    }
}
