//! What listeners are told, and when.

use super::told::Told;
use super::world::{World, new_message};

pub(crate) fn come_in_the_order_of_commits(world: &World) {
    let [ann, bob] = world.create_all(["ann", "bob"]);
    let answers: Vec<_> = (0..100)
        .map(|number: u32| {
            let (from, to) = if number.is_multiple_of(3) {
                (ann, "bob")
            } else {
                (bob, "ann")
            };
            world
                .store
                .send(&new_message(from, to, &number.to_string()))
        })
        .collect();
    let ids: Vec<_> = answers
        .into_iter()
        .map(|answer| answer.block().unwrap().id)
        .collect();
    let told = world.told.take().into_iter().map(|told| match told {
        Told::Stored(_, message) => message.id,
        other => panic!("{other:?}"),
    });
    assert_eq!(told.collect::<Vec<_>>(), ids);
}

pub(crate) fn name_the_peers_of_a_deleted_account(world: &World) {
    let [ann, bob, cleo, dora, eve] = world.create_all(["ann", "bob", "cleo", "dora", "eve"]);
    world.send(ann, "cleo", "1");
    world.send(bob, "ann", "2");
    world.send(ann, "ann", "3");
    let deleted = world.send(dora, "ann", "4");
    world.delete(dora, &[deleted]);
    let hidden = world.send(ann, "eve", "5");
    world.hide(eve, &[hidden]);
    world.told.take();
    world.delete_account(ann);
    assert_eq!(
        world.told.take(),
        [Told::Gone(ann, "ann".to_owned(), vec![bob, cleo])]
    );
}

pub(crate) fn are_not_made_by_refusals(world: &World) {
    let [ann, bob] = world.create_all(["ann", "bob"]);
    world.send_as(ann, "bob", 1);
    world.told.take();
    world.send_as(ann, "bob", 1);
    assert!(world.try_create("ann").is_err());
    assert!(world.try_send(ann, "nobody", "1").is_err());
    assert!(world.try_read(bob, None, 2).is_err());
    assert_eq!(world.undo(ann, &[]), []);
    assert_eq!(world.told.take(), []);
}
