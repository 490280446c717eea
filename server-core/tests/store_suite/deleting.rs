//! Deleting messages.

use server_core::message::MessageId;

use super::told::Told;
use super::world::{World, texts};

pub(crate) fn either_party_deletes_for_both(world: &World) {
    let [ann, bob] = world.create_all(["ann", "bob"]);
    let ids = ["1", "2", "3"].map(|text| world.send(ann, "bob", text));
    assert_eq!(world.delete(ann, &ids[..1]), ids[..1]);
    assert_eq!(world.delete(bob, &ids[1..2]), ids[1..2]);
    assert_eq!(texts(&world.history(ann, "bob")), ["3"]);
    assert_eq!(world.history(ann, "bob"), world.history(bob, "ann"));
    assert_eq!(world.undo(ann, &ids), []);
    assert_eq!(world.undo(bob, &ids), []);
}

pub(crate) fn passes_over_what_is_not_the_accounts(world: &World) {
    let [ann, bob, cleo] = world.create_all(["ann", "bob", "cleo"]);
    let id = world.send(ann, "bob", "1");
    let own = world.send(cleo, "cleo", "2");
    world.told.take();
    assert_eq!(
        world.delete(
            cleo,
            &[
                id,
                MessageId(0),
                MessageId(u64::MAX),
                MessageId(1 << 40),
                own
            ]
        ),
        [own]
    );
    assert_eq!(world.delete(cleo, &[]), []);
    assert_eq!(world.history(bob, "ann").len(), 1);
    assert_eq!(world.told.take(), []);
}

pub(crate) fn names_each_id_once_in_the_order_asked(world: &World) {
    let [ann, bob] = world.create_all(["ann", "bob"]);
    let [first, second, third] = ["1", "2", "3"].map(|text| world.send(ann, "bob", text));
    assert_eq!(
        world.delete(bob, &[third, first, third, first]),
        [third, first]
    );
    assert_eq!(world.hide(bob, &[second, first, second]), [second]);
    assert_eq!(world.undo(bob, &[second, third, second]), [second]);
    assert_eq!(world.delete(bob, &[second, third]), [second]);
}

pub(crate) fn takes_unread_messages_out_of_the_counts(world: &World) {
    let [ann, bob] = world.create_all(["ann", "bob"]);
    let ids = ["1", "2", "3"].map(|text| world.send(ann, "bob", text));
    world.delete(ann, &ids[..1]);
    world.hide(bob, &ids[1..2]);
    assert_eq!(world.unread(bob), [("ann".to_owned(), 1)]);
    assert_eq!(world.read(bob, 1), ["3"]);
}

pub(crate) fn tells_the_other_party_alone(world: &World) {
    let [ann, bob, cleo] = world.create_all(["ann", "bob", "cleo"]);
    let to_bob = world.send(ann, "bob", "1");
    let own = world.send(ann, "ann", "2");
    let from_cleo = world.send(cleo, "ann", "3");
    let from_bob = world.send(bob, "ann", "4");
    world.told.take();
    let all = [from_bob, own, from_cleo, to_bob];
    assert_eq!(world.hide(ann, &all), all);
    let told = [(bob, vec![from_bob, to_bob]), (cleo, vec![from_cleo])];
    assert_eq!(
        world.told.take(),
        told.clone().map(|(id, ids)| Told::Deleted(id, ids))
    );
    assert_eq!(world.undo(ann, &all), all);
    assert_eq!(
        world.told.take(),
        told.map(|(id, ids)| Told::Restored(id, ids))
    );
}
