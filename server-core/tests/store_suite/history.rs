//! Looking back.

use server_core::digest::{DigestBuilder, DigestEntry};
use server_core::message::MessageId;

use super::world::{World, texts};

pub(crate) fn is_newest_first_and_paged(world: &World) {
    let [ann, bob] = world.create_all(["ann", "bob"]);
    let ids = ["1", "2", "3", "4", "5"].map(|text| world.send(ann, "bob", text));
    assert_eq!(world.page(bob, "ann", None, 2), ["5", "4"]);
    assert_eq!(world.page(bob, "ann", Some(ids[3]), 2), ["3", "2"]);
    assert_eq!(world.page(bob, "ann", Some(ids[1]), 2), ["1"]);
    assert!(world.page(bob, "ann", Some(ids[0]), 2).is_empty());
    assert!(world.page(bob, "ann", Some(MessageId(0)), 2).is_empty());
    assert_eq!(
        world.page(bob, "ann", Some(MessageId(u64::MAX)), 5).len(),
        5
    );
}

pub(crate) fn shows_both_directions_and_nobody_elses(world: &World) {
    let [ann, bob, cleo] = world.create_all(["ann", "bob", "cleo"]);
    world.send(ann, "bob", "1");
    world.send(bob, "ann", "2");
    world.send(ann, "cleo", "not theirs");
    world.send(cleo, "bob", "nor this");
    world.send(ann, "ann", "nor that");
    world.send(ann, "bob", "3");
    assert_eq!(world.read(ann, 1), ["2"]);
    assert_eq!(texts(&world.history(ann, "bob")), ["3", "2", "1"]);
    assert_eq!(world.history(ann, "bob"), world.history(bob, "ann"));
    assert_eq!(world.page(ann, "bob", None, 2), ["3", "2"]);
}

pub(crate) fn shows_messages_to_oneself_once(world: &World) {
    let ann = world.create("ann");
    let ids = ["1", "2", "3"].map(|text| world.send(ann, "ann", text));
    world.mark(ann, "ann", ids[1]);
    assert_eq!(texts(&world.history(ann, "ann")), ["3", "2", "1"]);
    assert_eq!(world.page(ann, "ann", Some(ids[2]), 1), ["2"]);
}

pub(crate) fn of_strangers_is_empty(world: &World) {
    let [ann, _] = world.create_all(["ann", "bob"]);
    assert_eq!(world.history(ann, "bob"), []);
    assert_eq!(world.history(ann, "ann"), []);
}

pub(crate) fn tells_what_was_read(world: &World) {
    let [ann, bob] = world.create_all(["ann", "bob"]);
    for text in ["1", "2", "3"] {
        world.send(ann, "bob", text);
    }
    world.read(bob, 2);
    let read: Vec<_> = world
        .history(ann, "bob")
        .iter()
        .map(|message| message.read)
        .collect();
    assert_eq!(read, [false, true, true]);
}

pub(crate) fn enters_the_digest(world: &World) {
    assert_eq!(
        world.store.digest().block().unwrap(),
        DigestBuilder::default().finish()
    );
    let [ann, bob] = world.create_all(["ann", "bob"]);
    world.send(ann, "bob", "1");
    world.send(bob, "ann", "3");
    world.send(ann, "bob", "2");
    let gone = world.send(ann, "bob", "gone");
    let hidden = world.send(bob, "bob", "hidden");
    world.read(bob, 1);
    world.delete(ann, &[gone]);
    world.hide(bob, &[hidden]);
    let mut builder = DigestBuilder::default();
    for (from, to, text, read) in [
        ("ann", "bob", "1", true),
        ("ann", "bob", "2", false),
        ("bob", "ann", "3", false),
    ] {
        builder.add(DigestEntry {
            from,
            to,
            text,
            read,
        });
    }
    assert_eq!(world.store.digest().block().unwrap(), builder.finish());
}
