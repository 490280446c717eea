//! What waits unread.

use server_core::message::MessageId;
use server_core::store::MarkOne;
use server_core::{ErrorCode, Refusal};

use super::world::{World, refused, texts};

pub(crate) fn takes_the_oldest_and_marks_them(world: &World) {
    let [ann, bob, cleo] = world.create_all(["ann", "bob", "cleo"]);
    for (from, text) in [(bob, "1"), (cleo, "2"), (ann, "3"), (bob, "4")] {
        world.send(from, "ann", text);
    }
    let taken = world.try_read(ann, None, 3).unwrap();
    assert_eq!(texts(&taken), ["1", "2", "3"]);
    assert!(
        taken
            .iter()
            .all(|message| message.read && &*message.to == "ann")
    );
    let senders: Vec<&str> = taken.iter().map(|message| &*message.from).collect();
    assert_eq!(senders, ["bob", "cleo", "ann"]);
    assert_eq!(world.unread(ann), [("bob".to_owned(), 1)]);
    assert_eq!(world.read(ann, 1), ["4"]);
    assert_eq!(
        world
            .history(bob, "ann")
            .iter()
            .filter(|message| message.read)
            .count(),
        2
    );
}

pub(crate) fn takes_from_one_peer(world: &World) {
    let [ann, bob, cleo] = world.create_all(["ann", "bob", "cleo"]);
    for (from, text) in [(bob, "1"), (cleo, "2"), (bob, "3"), (bob, "4")] {
        world.send(from, "ann", text);
    }
    assert_eq!(
        texts(&world.try_read(ann, Some("bob"), 2).unwrap()),
        ["1", "3"]
    );
    assert_eq!(
        world.unread(ann),
        [("bob".to_owned(), 1), ("cleo".to_owned(), 1)]
    );
    assert_eq!(
        world.try_read(ann, Some("ann"), 1),
        Err(Refusal::new(ErrorCode::NotEnoughUnread))
    );
}

pub(crate) fn more_than_wait_is_refused(world: &World) {
    let [ann, bob] = world.create_all(["ann", "bob"]);
    world.send(bob, "ann", "1");
    world.send(bob, "ann", "2");
    let refusal = Err(Refusal::with_detail(ErrorCode::NotEnoughUnread, 2));
    assert_eq!(world.try_read(ann, None, 3), refusal);
    assert_eq!(world.try_read(ann, Some("bob"), 1_000), refusal);
    assert_eq!(world.unread_total(ann), 2);
    assert_eq!(world.read(ann, 2), ["1", "2"]);
    assert_eq!(
        world.try_read(ann, None, 1),
        Err(Refusal::new(ErrorCode::NotEnoughUnread))
    );
}

pub(crate) fn counts_by_peer_in_the_order_of_names(world: &World) {
    let ann = world.create("ann");
    for name in ["zoe", "Bob", "bob", "_", "a"] {
        let sender = world.create(name);
        for _ in 0..name.len() {
            world.send(sender, "ann", "hello");
        }
    }
    let counts = [("Bob", 3), ("_", 1), ("a", 1), ("bob", 3), ("zoe", 3)];
    assert_eq!(
        world.unread(ann),
        counts.map(|(name, count)| (name.to_owned(), count))
    );
}

pub(crate) fn marks_up_to_a_message(world: &World) {
    let [ann, bob, cleo] = world.create_all(["ann", "bob", "cleo"]);
    let ids = ["1", "2", "3"].map(|text| world.send(bob, "ann", text));
    world.send(cleo, "ann", "4");
    world.mark(ann, "bob", MessageId(0));
    assert_eq!(world.unread_total(ann), 4);
    world.mark(ann, "bob", ids[1]);
    assert_eq!(
        world.unread(ann),
        [("bob".to_owned(), 1), ("cleo".to_owned(), 1)]
    );
    world.mark(ann, "bob", ids[0]);
    world.mark(ann, "bob", MessageId(u64::MAX));
    assert_eq!(world.unread(ann), [("cleo".to_owned(), 1)]);
    assert!(world.history(ann, "bob").iter().all(|message| message.read));
}

pub(crate) fn takes_fewer_where_fewer_may_be_taken(world: &World) {
    let [ann, bob, cleo] = world.create_all(["ann", "bob", "cleo"]);
    assert!(world.take(ann, None, 3).is_empty());
    for (from, text) in [(bob, "1"), (cleo, "2"), (bob, "3"), (bob, "4")] {
        world.send(from, "ann", text);
    }
    assert_eq!(world.take(ann, Some("cleo"), 3), ["2"]);
    assert_eq!(world.take(ann, None, 2), ["1", "3"]);
    assert_eq!(world.take(ann, None, 1_000), ["4"]);
    assert_eq!(world.unread(ann), []);
}

pub(crate) fn marks_one_message_and_no_earlier_one(world: &World) {
    let [ann, bob] = world.create_all(["ann", "bob"]);
    let ids = ["1", "2", "3"].map(|text| world.send(bob, "ann", text));
    world.mark_one(ann, ids[1]);
    assert_eq!(world.unread_total(ann), 2);
    world.mark_one(bob, ids[0]);
    world.mark_one(ann, MessageId(u64::MAX / 2));
    world.mark_one(ann, ids[1]);
    assert_eq!(world.unread_total(ann), 2);
    assert_eq!(world.read(ann, 2), ["1", "3"]);
    let gone = world.send(bob, "ann", "4");
    world.hide(bob, &[gone]);
    world.mark_one(ann, gone);
    world.undo(bob, &[gone]);
    assert_eq!(world.read(ann, 1), ["4"]);
    world.delete_account(ann);
    refused(
        world
            .store
            .mark_one(MarkOne {
                reader: ann,
                id: gone,
            })
            .block(),
        ErrorCode::NotLoggedIn,
    );
}

pub(crate) fn marks_only_what_was_received(world: &World) {
    let [ann, bob] = world.create_all(["ann", "bob"]);
    let id = world.send(ann, "bob", "1");
    world.mark(ann, "bob", id);
    assert_eq!(world.unread_total(bob), 1);
    world.mark(ann, "ann", id);
    assert_eq!(world.unread_total(bob), 1);
    assert!(!world.history(ann, "bob")[0].read);
}

pub(crate) fn counts_messages_to_oneself_once(world: &World) {
    let ann = world.create("ann");
    world.send(ann, "ann", "1");
    let last = world.send(ann, "ann", "2");
    assert_eq!(world.unread(ann), [("ann".to_owned(), 2)]);
    assert_eq!(texts(&world.try_read(ann, Some("ann"), 1).unwrap()), ["1"]);
    world.mark(ann, "ann", last);
    assert_eq!(world.unread(ann), []);
}

pub(crate) fn unknown_peers_are_refused(world: &World) {
    let ann = world.create("ann");
    refused(
        world.try_read(ann, Some("bob"), 1),
        ErrorCode::NoSuchAccount,
    );
    refused(
        world.try_mark(ann, "bob", MessageId(1)),
        ErrorCode::NoSuchAccount,
    );
    refused(world.try_history(ann, "bob"), ErrorCode::NoSuchAccount);
}
