//! Taking deletions back.

use server_core::digest::DigestBuilder;

use super::world::{GRACE_MS, NOW_MS, World, texts};

pub(crate) fn brings_messages_back_to_their_place(world: &World) {
    let [ann, bob] = world.create_all(["ann", "bob"]);
    let ids = ["1", "2", "3"].map(|text| world.send(ann, "bob", text));
    let before = world.history(bob, "ann");
    assert_eq!(world.hide(bob, &ids[..2]), ids[..2]);
    assert_eq!(texts(&world.history(ann, "bob")), ["3"]);
    assert_eq!(world.undo(bob, &ids), ids[..2]);
    assert_eq!(world.history(ann, "bob"), before);
    assert_eq!(world.read(bob, 3), ["1", "2", "3"]);
    assert_eq!(world.undo(bob, &ids), []);
}

pub(crate) fn keeps_whether_it_was_read(world: &World) {
    let [ann, bob] = world.create_all(["ann", "bob"]);
    let ids = ["1", "2"].map(|text| world.send(ann, "bob", text));
    world.read(bob, 1);
    world.hide(ann, &ids);
    world.mark(bob, "ann", ids[1]);
    assert_eq!(world.undo(ann, &ids), ids);
    assert_eq!(world.unread_total(bob), 1);
    assert_eq!(world.read(bob, 1), ["2"]);
}

pub(crate) fn is_for_whoever_deleted(world: &World) {
    let [ann, bob] = world.create_all(["ann", "bob"]);
    let id = world.send(ann, "bob", "1");
    world.hide(bob, &[id]);
    assert_eq!(world.hide(ann, &[id]), [], "it is deleted already");
    assert_eq!(world.undo(ann, &[id]), []);
    assert_eq!(world.undo(bob, &[id]), [id]);
}

pub(crate) fn ends_with_the_grace_period(world: &World) {
    let [ann, _] = world.create_all(["ann", "bob"]);
    let id = world.send(ann, "bob", "1");
    world.hide(ann, &[id]);
    assert_eq!(world.undo_at(ann, &[id], NOW_MS + GRACE_MS), []);
    assert_eq!(world.undo_at(ann, &[id], NOW_MS + GRACE_MS - 1), [id]);
}

pub(crate) fn ends_with_the_sweep(world: &World) {
    let [ann, bob] = world.create_all(["ann", "bob"]);
    let ids = ["1", "2"].map(|text| world.send(ann, "bob", text));
    world.hide(ann, &ids);
    world.sweep_at(NOW_MS + GRACE_MS - 1);
    assert_eq!(world.undo(ann, &ids[..1]), ids[..1]);
    world.sweep_at(NOW_MS + GRACE_MS);
    assert_eq!(world.undo(ann, &ids), []);
    assert_eq!(texts(&world.history(bob, "ann")), ["1"]);
}

pub(crate) fn hidden_messages_are_seen_by_nobody(world: &World) {
    let [ann, bob] = world.create_all(["ann", "bob"]);
    let id = world.send(ann, "bob", "1");
    world.hide(bob, &[id]);
    assert_eq!(world.history(ann, "bob"), []);
    assert_eq!(world.unread(bob), []);
    assert!(world.try_read(bob, None, 1).is_err());
    world.mark(bob, "ann", id);
    assert_eq!(
        world.store.digest().block().unwrap(),
        DigestBuilder::default().finish()
    );
    assert_eq!(world.undo(bob, &[id]), [id]);
    assert_eq!(
        world.unread_total(bob),
        1,
        "what nobody sees cannot be marked"
    );
}

pub(crate) fn hidden_messages_go_with_the_account(world: &World) {
    let [ann, bob] = world.create_all(["ann", "bob"]);
    let ids = [
        world.send(ann, "bob", "1"),
        world.send(bob, "ann", "2"),
        world.send(bob, "bob", "3"),
    ];
    assert_eq!(world.hide(bob, &ids), ids);
    world.delete_account(ann);
    assert_eq!(world.undo(bob, &ids), ids[2..]);
    world.create("ann");
    assert_eq!(world.history(bob, "ann"), []);
}
