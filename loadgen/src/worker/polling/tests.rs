//! Questions are asked when they are due, and what they find is read: by the parts, and by workers as they are in time
//! that is a parameter.

mod mailbox;

use std::cell::RefCell;
use std::sync::Arc;
use std::time::Duration;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use hdrhistogram::Histogram;
use hdrhistogram::serialization::Deserializer;
use protocols::capabilities::EVERYTHING;
use protocols::client::Caller;
use server_core::message::UnreadCount;

use self::mailbox::{Mailbox, Office};
use super::*;
use crate::delivery::Delivery;
use crate::oracle::{Names, Oracle};
use crate::pacing::{ClosedLoop, Pacer};
use crate::shared::Inbound;
use crate::timer::Simulation;
use crate::worker::{Secrets, Window, Worker};
use crate::workloads::scaling::Scaling;
use crate::workloads::{Part, Workload as _};

const ACCOUNTS: u32 = 4;
const MS: u64 = 1_000_000;

/// The phase of scaling in which messages are sent.
const MESSAGING: usize = 2;

fn worker(account: u32, office: &Arc<Office>) -> Worker {
    let secrets = Secrets::Key(None);
    let client = Mailbox::new(&format!("user{:02}", account + 1), office);
    let mut worker = Worker::new(account, Caller::new(Box::new(client)), secrets);
    worker.logged_in = true;
    worker
}

/// Lets everyone write to everyone twice over a server that answers at once; gives what was recorded.
fn converse(every: Duration) -> Shared {
    let simulation = Arc::new(Simulation::new());
    let clock = simulation.clock();
    let names = Arc::new(Names::new("", ACCOUNTS));
    let delivery = Delivery::Poll { every };
    let oracle = Oracle::new(&Scaling, Arc::clone(&names)).with_delivery(delivery);
    let shared = RefCell::new(Shared::new(oracle, ACCOUNTS));
    let rounds = 0..2;
    let part = |account| Part {
        phase: MESSAGING,
        account,
        accounts: ACCOUNTS,
        rounds: &rounds,
    };
    let inbound = (0..ACCOUNTS).map(|account| Scaling.deliveries(&part(account)));
    shared.borrow_mut().inbound = inbound.map(Inbound::expecting).collect();
    let around = Surroundings {
        shared: &shared,
        workload: &Scaling,
        names: &names,
        pacer: Pacer::Closed(ClosedLoop { in_flight: 1 }),
        clock: &clock,
        window: Window::whole(0, 10_000 * MS),
        delivery,
        capabilities: &EVERYTHING,
    };
    let office = Arc::default();
    let mut workers: Vec<_> = (0..ACCOUNTS)
        .map(|account| worker(account, &office))
        .collect();
    let running = workers.iter_mut().map(|worker| {
        let part = part(worker.whose());
        async move { worker.run(&part, around).await }
    });
    let running = futures_util::future::join_all(running);
    simulation.run(async {
        running
            .await
            .into_iter()
            .for_each(|ran| ran.expect("it goes on"));
    });
    shared.into_inner()
}

#[test]
fn a_message_waits_until_its_recipient_asks() {
    let shared = converse(Duration::from_millis(200));
    assert_eq!(shared.oracle.wrong, Vec::<String>::new());
    let hdr = shared.recorder.recorded().delivery_hdr;
    let bytes = BASE64_STANDARD
        .decode(hdr.expect("there are some"))
        .unwrap();
    let delivery: Histogram<u64> = Deserializer::new()
        .deserialize(&mut bytes.as_slice())
        .unwrap();
    // All is sent at once, and account i of 4 asks first after 50 ms · (i + 1).
    assert_eq!(delivery.len(), 24);
    for (quantile, expected_ms) in [(0.25, 50), (0.5, 100), (0.75, 150), (1.0, 200)] {
        let off_ns = delivery
            .value_at_quantile(quantile)
            .abs_diff(expected_ms * MS);
        assert!(off_ns < expected_ms * MS / 500, "{quantile}: {off_ns}");
    }
    // 24 messages, and a question and a reading for each account.
    assert_eq!(shared.ledger.scheduled, 24 + 2 * 4);
    assert_eq!(shared.ledger.ok, shared.ledger.scheduled);
    assert_eq!(shared.ledger.in_flight, 0);
}

fn shared() -> Shared {
    let names = std::sync::Arc::new(Names::new("", 2));
    let mut shared = Shared::new(Oracle::new(&Scaling, names), 2);
    shared.ledger.in_flight = 1;
    shared
}

fn polling(state: State) -> Polling {
    let share = Share {
        account: 0,
        accounts: 4,
    };
    Polling {
        state,
        ..Polling::new(1_000, share, 50)
    }
}

#[test]
fn questions_are_spread_over_the_time_between_them() {
    let first_ns = |account| {
        let share = Share {
            account,
            accounts: 4,
        };
        Polling::new(1_000, share, 50).look_at_ns()
    };
    let all: Vec<_> = (0..4).filter_map(first_ns).collect();
    assert_eq!(all, [300, 550, 800, 1_050]);
}

#[test]
fn a_question_whose_time_passed_is_left_out() {
    let mut polling = polling(State::Waiting);
    polling.skip_to_after(300);
    assert_eq!(polling.due_ns, 1_300);
    polling.skip_to_after(3_299);
    assert_eq!(polling.due_ns, 3_300);
    polling.skip_to_after(3_300);
    assert_eq!(polling.due_ns, 4_300);
}

#[test]
fn what_is_found_is_read_page_by_page() {
    let (mut shared, ticket) = (shared(), Ticket(7));
    let mut polling = polling(State::Asked(ticket));
    assert!(polling.expects(ticket) && !polling.expects(Ticket(8)));
    let counts = [1_500, 2].map(|count| UnreadCount {
        peer: "user02".into(),
        count,
    });
    let answer = FromServer::Reply(Reply::Unread {
        counts: counts.into(),
    });
    assert!(polling.take(&answer, &mut shared).is_empty());
    assert!(matches!(polling.state, State::Found(1_502)));
    assert_eq!((shared.ledger.ok, shared.ledger.in_flight), (1, 0));
    assert!(!polling.is_waiting());
}

#[test]
fn too_few_messages_and_other_answers_are_wrong() {
    let reading = State::Reading {
        ticket: Ticket(7),
        count: 1,
        left: 0,
    };
    for reply in [
        Reply::Read {
            messages: Vec::new(),
        },
        Reply::Ping,
    ] {
        let mut shared = shared();
        let mut polling = polling(reading);
        assert!(
            polling
                .take(&FromServer::Reply(reply), &mut shared)
                .is_empty()
        );
        assert_eq!((shared.ledger.errors, shared.oracle.wrong_count), (1, 1));
        assert!(polling.is_waiting());
    }
}
