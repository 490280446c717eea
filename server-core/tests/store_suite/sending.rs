//! Sending.

use server_core::message::Message;
use server_core::{ErrorCode, Text};

use super::told::Told;
use super::world::{NOW_MS, World, new_message, refused, texts};

pub(crate) fn stores_the_message_as_unread(world: &World) {
    let [ann, bob] = world.create_all(["ann", "bob"]);
    let id = world.send(ann, "bob", "hello");
    let message = Message {
        id,
        from: Text::Borrowed("ann"),
        to: Text::Borrowed("bob"),
        text: Text::Borrowed("hello"),
        sent_at_ms: NOW_MS,
        read: false,
    };
    assert_eq!(world.history(bob, "ann"), std::slice::from_ref(&message));
    assert_eq!(world.history(ann, "bob"), std::slice::from_ref(&message));
    assert_eq!(world.unread(bob), [("ann".to_owned(), 1)]);
    assert_eq!(world.unread(ann), []);
    assert_eq!(world.told.take(), [Told::Stored(bob, message.into_owned())]);
}

pub(crate) fn numbers_grow_and_are_never_used_again(world: &World) {
    let [ann, bob] = world.create_all(["ann", "bob"]);
    let mut last = world.send(ann, "bob", "0");
    for _ in 0..3 {
        assert_eq!(world.delete(bob, &[last]), [last]);
        let next = world.send(bob, "ann", "again");
        assert!(next > last);
        last = next;
    }
}

pub(crate) fn tells_whether_an_event_went_out(world: &World) {
    let [ann, bob] = world.create_all(["ann", "bob"]);
    assert!(!world.try_send(ann, "bob", "1").unwrap().delivered);
    world.told.put_online(bob);
    assert!(world.try_send(ann, "bob", "2").unwrap().delivered);
    assert!(!world.try_send(bob, "ann", "3").unwrap().delivered);
    world.told.put_offline(bob);
    assert!(!world.try_send(ann, "bob", "4").unwrap().delivered);
}

pub(crate) fn to_nobody_is_refused(world: &World) {
    let ann = world.create("ann");
    for name in ["bob", "Ann", "", "ann' --"] {
        refused(world.try_send(ann, name, "1"), ErrorCode::NoSuchAccount);
    }
    assert_eq!(world.told.take(), []);
}

pub(crate) fn keeps_every_character(world: &World) {
    let [ann, bob] = world.create_all(["ann", "bob"]);
    let sent = [
        "'); DROP TABLE messages; --",
        "\0 in the middle \0",
        "line\r\nline\tß 漢字 🦀\u{202e}",
        "%_*?\\\"",
        &"🦀".repeat(4_096),
    ];
    for text in sent {
        world.send(ann, "bob", text);
    }
    assert_eq!(
        texts(&world.history(bob, "ann")),
        sent.iter().rev().copied().collect::<Vec<_>>()
    );
    assert_eq!(world.read(bob, 5), sent);
}

pub(crate) fn answers_in_the_order_of_calls(world: &World) {
    let [ann, bob] = world.create_all(["ann", "bob"]);
    let numbers: Vec<String> = (0..200).map(|number: u32| number.to_string()).collect();
    let answers: Vec<_> = numbers
        .iter()
        .map(|text| world.store.send(&new_message(ann, "bob", text)))
        .collect();
    let ids: Vec<_> = answers
        .into_iter()
        .map(|answer| answer.block().unwrap().id)
        .collect();
    assert!(ids.is_sorted_by(|left, right| left < right));
    assert_eq!(world.read(bob, 200), numbers);
}
