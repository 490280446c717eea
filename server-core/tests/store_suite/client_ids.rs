//! Retries.

use server_core::ErrorCode;
use server_core::limits::CLIENT_ID_KEPT_MS;
use server_core::message::ClientId;
use server_core::store::NewMessage;

use super::world::{GRACE_MS, NOW_MS, World, new_message, refused};

pub(crate) fn a_repeat_stores_nothing(world: &World) {
    let [ann, bob, cleo] = world.create_all(["ann", "bob", "cleo"]);
    world.told.put_online(bob);
    let first = world.send_as(ann, "bob", 1);
    assert!(first.delivered);
    world.told.put_offline(bob);
    assert_eq!(world.send_as(ann, "bob", 1), first);
    assert_eq!(world.send_as(ann, "cleo", 1), first);
    assert_eq!(world.send_as(ann, "nobody", 1), first);
    assert_eq!(world.unread_total(bob), 1);
    assert_eq!(world.unread_total(cleo), 0);
    assert_eq!(world.told.take().len(), 1);

    let other = world.send_as(ann, "bob", 2);
    assert!(!other.delivered && other.id > first.id);
    world.told.put_online(bob);
    assert_eq!(world.send_as(ann, "bob", 2), other);
}

pub(crate) fn a_repeat_is_known_before_the_first_is_answered(world: &World) {
    let [ann, bob] = world.create_all(["ann", "bob"]);
    world.told.put_online(bob);
    let message = NewMessage {
        client_id: Some(ClientId([7; 16])),
        ..new_message(ann, "bob", "hello")
    };
    let answers: Vec<_> = (0..8).map(|_| world.store.send(&message)).collect();
    let sent: Vec<_> = answers
        .into_iter()
        .map(|answer| answer.block().unwrap())
        .collect();
    assert!(sent[0].delivered);
    assert!(sent.iter().all(|each| *each == sent[0]), "{sent:?}");
    assert_eq!(world.unread_total(bob), 1);
}

pub(crate) fn belong_to_one_account(world: &World) {
    let [ann, bob] = world.create_all(["ann", "bob"]);
    let first = world.send_as(ann, "bob", 1);
    assert_ne!(world.send_as(bob, "bob", 1).id, first.id);
    refused(
        world.try_send_as(ann, "nobody", 2),
        ErrorCode::NoSuchAccount,
    );
    assert_ne!(world.send_as(ann, "bob", 2).id, first.id);
}

pub(crate) fn outlive_the_message_by_a_day(world: &World) {
    let [ann, bob] = world.create_all(["ann", "bob"]);
    let first = world.send_as(ann, "bob", 1);
    world.sweep_at(NOW_MS + 10 * CLIENT_ID_KEPT_MS);
    assert_eq!(world.send_as(ann, "bob", 1), first);
    world.delete(bob, &[first.id]);
    assert_eq!(world.send_as(ann, "bob", 1), first);
    world.sweep_at(NOW_MS + CLIENT_ID_KEPT_MS - 1);
    assert_eq!(world.send_as(ann, "bob", 1), first);
    assert_eq!(world.unread_total(bob), 0);
    world.sweep_at(NOW_MS + CLIENT_ID_KEPT_MS + 1);
    assert!(world.send_as(ann, "bob", 1).id > first.id);
}

pub(crate) fn outlive_a_message_that_could_be_undone(world: &World) {
    let [ann, bob] = world.create_all(["ann", "bob"]);
    let first = world.send_as(ann, "bob", 1);
    world.hide(ann, &[first.id]);
    assert_eq!(world.send_as(ann, "bob", 1), first);
    world.sweep_at(NOW_MS + GRACE_MS);
    assert_eq!(world.send_as(ann, "bob", 1), first);
    assert_eq!(world.unread_total(bob), 0);
    world.sweep_at(NOW_MS + CLIENT_ID_KEPT_MS);
    assert!(world.send_as(ann, "bob", 1).id > first.id);
}

pub(crate) fn outlive_the_recipient_by_a_day(world: &World) {
    let [ann, bob] = world.create_all(["ann", "bob"]);
    let first = world.send_as(ann, "bob", 1);
    world.delete_account(bob);
    assert_eq!(world.send_as(ann, "bob", 1), first);
    world.sweep_at(NOW_MS + CLIENT_ID_KEPT_MS - 1);
    let new = world.create("bob");
    assert_eq!(world.send_as(ann, "bob", 1), first);
    assert_eq!(world.unread_total(new), 0);
    world.sweep_at(NOW_MS + CLIENT_ID_KEPT_MS);
    assert!(world.send_as(ann, "bob", 1).id > first.id);
    assert_eq!(world.unread_total(new), 1);
}

pub(crate) fn die_with_their_account(world: &World) {
    let [ann, bob] = world.create_all(["ann", "bob"]);
    let first = world.send_as(ann, "bob", 1);
    world.delete_account(ann);
    let new = world.create("ann");
    assert!(world.send_as(new, "bob", 1).id > first.id);
    assert_eq!(world.unread_total(bob), 1);
}
