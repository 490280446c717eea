//! Answers of a server that is right, and of servers that are wrong in one thing each.

use std::sync::LazyLock;

use server_core::Message;
use server_core::message::{MessageId, UnreadCount};
use server_core::text::Text;

use super::{Asked, Look, Model};
use crate::oracle::Names;
use crate::workloads::{MessageKey, Recipient, Step, Workload, mixed};

static NAMES: LazyLock<Names> = LazyLock::new(|| Names::new("x-", 3));

fn workload() -> &'static dyn Workload {
    mixed::workload()
}

const fn key(from: u32, to: u32, nth: u32) -> MessageKey {
    MessageKey {
        from,
        to,
        nth,
        accounts: 3,
    }
}

fn message(key: &MessageKey, id: u64, read: bool) -> Message<'static> {
    let mut text = String::new();
    workload().text(key, &mut text);
    Message {
        id: MessageId(id),
        from: NAMES.name(key.from).to_owned().into(),
        to: NAMES.name(key.to).to_owned().into(),
        text: text.into(),
        sent_at_ms: 0,
        read,
    }
}

fn send(model: &mut Model, key: MessageKey, id: u64) {
    let recipient = Recipient::Online;
    model.leave(key.from, &Step::Send { key, recipient });
    model
        .arrive(&key, &message(&key, id, false))
        .expect("it is new");
    model
        .acknowledge(&key, MessageId(id))
        .expect("it has this number");
}

/// Accounts 0 and 1 have written to each other: 10 and 12 from 0, 11 and 13 from 1; 0 has read 11.
fn world() -> Model {
    let mut model = Model::new(3);
    for (id, key) in (10..).zip([key(0, 1, 0), key(1, 0, 0), key(0, 1, 1), key(1, 0, 1)]) {
        send(&mut model, key, id);
    }
    read(&mut model, &[message(&key(1, 0, 0), 11, true)]).expect("that is right");
    model
}

/// Account 0 reads the first message of account 1.
fn read(model: &mut Model, answer: &[Message<'_>]) -> Result<(), String> {
    model.leave(0, &READ);
    model.read((1, 0..1), 0, answer, (workload(), &NAMES))
}

const READ: Step = Step::ReadFrom {
    from: 1,
    first: 0,
    count: 1,
};

const HISTORY: Step = Step::History { peer: 1, limit: 20 };

fn look_back(model: &Model, look: &Look, limit: u32, answer: &[Message<'_>]) -> Result<(), String> {
    let asked = Asked {
        account: 0,
        peer: 1,
        limit,
    };
    model.looked_back(asked, look, answer, (workload(), &NAMES))
}

/// What account 0 must see, newest first.
fn conversation() -> Vec<Message<'static>> {
    vec![
        message(&key(1, 0, 1), 13, false),
        message(&key(0, 1, 1), 12, false),
        message(&key(1, 0, 0), 11, true),
        message(&key(0, 1, 0), 10, false),
    ]
}

/// Holds what is said of an answer against a piece of it; an empty piece stands for nothing wrong.
#[track_caller]
fn check(judged: Result<(), String>, piece: &str) {
    match judged {
        Ok(()) => assert_eq!(piece, "", "nothing was found"),
        Err(words) => assert!(
            !piece.is_empty() && words.contains(piece),
            "{piece:?} / {words}"
        ),
    }
}

#[track_caller]
fn check_history(change: impl Fn(&mut Vec<Message<'static>>), limit: u32, piece: &str) {
    let mut model = world();
    let look = model.leave(0, &HISTORY);
    let mut answer = conversation();
    change(&mut answer);
    check(look_back(&model, &look, limit, &answer), piece);
}

#[test]
fn a_history_shows_what_it_must() {
    check_history(|_| {}, 20, "");
    check_history(|_| {}, 4, "");
    check_history(|answer| answer.truncate(3), 3, "");
    check_history(
        |answer| answer.truncate(3),
        20,
        "leaves out message Some(10)",
    );
    check_history(
        |answer| drop(answer.remove(1)),
        20,
        "leaves out message Some(12)",
    );
}

#[test]
fn a_history_leaves_nothing_out_and_adds_nothing() {
    check_history(
        |answer| drop(answer.remove(0)),
        20,
        "leaves out message Some(13)",
    );
    check_history(|answer| answer.swap(0, 1), 20, "newest first");
    check_history(
        |answer| answer.insert(0, answer[0].clone()),
        20,
        "newest first",
    );
    check_history(|answer| answer[1].text = "hello".into(), 20, "should be");
    check_history(|answer| answer[1].id = MessageId(1_000), 20, "newest first");
    check_history(
        |answer| answer[3].id = MessageId(9),
        20,
        "leaves out message Some(10)",
    );
    check_history(|answer| answer[0].from = "mallory".into(), 20, "mallory");
    check_history(|answer| answer[2].read = false, 20, "is read: false");
    check_history(|answer| answer[0].read = true, 20, "is read: true");
    check_history(|_| {}, 3, "at most 3");
    check_history(Vec::clear, 20, "leaves out");
}

#[test]
fn what_happens_meanwhile_may_be_seen_or_not() {
    let mut model = world();
    let look = model.leave(0, &HISTORY);
    let late = key(1, 0, 2);
    send(&mut model, late, 14);
    check(look_back(&model, &look, 20, &conversation()), "");
    let mut with_it = conversation();
    with_it.insert(0, message(&late, 14, false));
    check(look_back(&model, &look, 20, &with_it), "");
    let after = model.leave(0, &HISTORY);
    check(look_back(&model, &after, 20, &with_it), "");
    check(
        look_back(&model, &after, 20, &conversation()),
        "leaves out message Some(14)",
    );
}

#[test]
fn a_deleted_message_is_gone_once_that_was_answered() {
    let mut model = world();
    let step = Step::DeleteMessage { key: key(1, 0, 0) };
    assert!(model.is_ready(0, &step));
    let before = model.leave(0, &HISTORY);
    model.leave(0, &step);
    let mut without = conversation();
    without.remove(2);
    check(look_back(&model, &before, 20, &conversation()), "");
    check(look_back(&model, &before, 20, &without), "");
    check(model.deleted(&key(1, 0, 0), &[MessageId(11)]), "");
    let after = model.leave(0, &HISTORY);
    check(look_back(&model, &before, 20, &conversation()), "");
    check(
        look_back(&model, &after, 20, &conversation()),
        "was deleted",
    );
    check(look_back(&model, &after, 20, &without), "");
}

#[test]
fn a_deletion_applies_to_its_message_alone_and_its_sender_is_told_once() {
    let step = Step::DeleteMessage { key: key(1, 0, 0) };
    for (ids, piece) in [
        (&[][..], "applied to"),
        (&[MessageId(13)], "applied to"),
        (&[MessageId(11)], ""),
    ] {
        let mut model = world();
        model.leave(0, &step);
        check(model.deleted(&key(1, 0, 0), ids), piece);
    }
    let mut model = world();
    model.leave(0, &step);
    check(model.clone_told(2, &[MessageId(11)]), "which is not so");
    check(model.clone_told(1, &[MessageId(13)]), "which is not so");
    check(model.clone_told(1, &[]), "of nothing");
    check(model.told(1, &[MessageId(11)]), "");
    check(model.told(1, &[MessageId(11)]), "which is not so");
}

impl Model {
    /// What a model that acts alike would say.
    fn clone_told(&self, account: u32, ids: &[MessageId]) -> Result<(), String> {
        let mut other = Self {
            untold: self.untold.clone(),
            ..Self::new(self.accounts)
        };
        other.told(account, ids)
    }
}

#[test]
fn reading_gives_the_next_messages_and_marks_them() {
    let fresh = || {
        let mut model = Model::new(3);
        assert!(!model.is_ready(0, &READ), "nothing has arrived");
        send(&mut model, key(1, 0, 0), 11);
        send(&mut model, key(1, 0, 1), 13);
        assert!(model.is_ready(0, &READ));
        model
    };
    let right = message(&key(1, 0, 0), 11, true);
    let unmarked = message(&key(1, 0, 0), 11, false);
    let next = message(&key(1, 0, 1), 13, true);
    let renumbered = message(&key(1, 0, 0), 12, true);
    check(read(&mut fresh(), std::slice::from_ref(&right)), "");
    check(read(&mut fresh(), &[]), "0 messages were read");
    check(
        read(&mut fresh(), &[right.clone(), next.clone()]),
        "2 messages were read",
    );
    check(read(&mut fresh(), &[unmarked]), "not marked");
    check(read(&mut fresh(), &[next]), "should be");
    check(read(&mut fresh(), &[renumbered]), "another number");
}

#[test]
fn what_waits_for_something_is_ready_when_that_has_come() {
    let mut model = world();
    let second = Step::ReadFrom {
        from: 1,
        first: 1,
        count: 1,
    };
    let both = Step::ReadFrom {
        from: 1,
        first: 1,
        count: 2,
    };
    assert!(model.is_ready(0, &second) && !model.is_ready(0, &both));
    assert!(!model.is_ready(0, &READ), "that is read already");
    let delete = Step::DeleteMessage { key: key(1, 0, 1) };
    assert!(!model.is_ready(0, &delete), "it is not read");
    send(&mut model, key(1, 0, 2), 14);
    assert!(model.is_ready(0, &both));
    assert!(model.is_ready(0, &HISTORY), "a question waits for nothing");
    let message = |nth| Step::Send {
        key: key(1, 0, nth),
        recipient: Recipient::Online,
    };
    assert!(model.is_ready(1, &message(3)), "all before it are stored");
    model.leave(1, &message(3));
    assert!(!model.is_ready(1, &message(4)), "one before it may not be");
}

#[test]
fn one_message_has_one_number() {
    let mut model = world();
    let late = key(0, 1, 2);
    let recipient = Recipient::Online;
    model.leave(
        0,
        &Step::Send {
            key: late,
            recipient,
        },
    );
    check(model.acknowledge(&late, MessageId(14)), "");
    check(
        model.arrive(&late, &message(&late, 15, false)),
        "the numbers 14 and 15",
    );
    check(
        model.acknowledge(&key(0, 1, 9), MessageId(16)),
        "never sent",
    );
    let read_early = message(&key(0, 1, 1), 12, true);
    check(
        model.arrive(&key(0, 1, 1), &read_early),
        "read before it had arrived",
    );
}

#[track_caller]
fn check_counts(counts: &[(&str, u64)], piece: &str) {
    let mut model = world();
    let look = model.leave(0, &Step::Unread);
    send(&mut model, key(1, 0, 2), 14);
    let counts: Vec<UnreadCount<'_>> = counts
        .iter()
        .map(|(peer, count)| UnreadCount {
            peer: (*peer).into(),
            count: *count,
        })
        .collect();
    check(model.counted(0, &look, &counts, &NAMES), piece);
}

#[test]
fn unread_messages_are_counted_as_far_as_it_is_certain() {
    check_counts(&[("x-user02", 1)], "");
    check_counts(&[("x-user02", 2)], "");
    check_counts(&[("x-user02", 3)], "there are 1 to 2");
    check_counts(&[], "there are 1 to 2");
    check_counts(&[("x-user02", 1), ("x-user03", 0)], "there are 0 to 0");
    check_counts(&[("x-user02", 1), ("x-user03", 1)], "there are 0 to 0");
    check_counts(&[("x-user02", 1), ("zoe", 1)], "zoe");
    check_counts(&[("x-user03", 1), ("x-user02", 1)], "order");
}

#[track_caller]
fn check_names((after, limit): (Option<u32>, u32), listed: &[&str], more: bool, piece: &str) {
    let listed: Vec<Text<'_>> = listed.iter().map(|name| Text::Borrowed(name)).collect();
    check(
        Model::new(3).listed((after, limit), (&listed, more), &NAMES),
        piece,
    );
}

#[test]
fn names_are_listed_in_their_order_up_to_a_limit() {
    let all = ["x-user01", "x-user02", "x-user03"];
    check_names((None, 20), &all, false, "");
    check_names((None, 3), &all, false, "");
    check_names((None, 2), &all[..2], true, "");
    check_names((Some(0), 1), &all[1..2], true, "");
    check_names((Some(2), 5), &[], false, "");
    check_names((None, 2), &all[..2], false, "more: false");
    check_names((None, 20), &all, true, "more: true");
    check_names((None, 20), &all[..2], false, "not the right ones");
    check_names(
        (None, 20),
        &[all[1], all[0], all[2]],
        false,
        "not the right ones",
    );
}
