//! What must hold when many call at once.

use std::sync::Barrier;
use std::thread;

use server_core::ErrorCode;

use super::world::World;

pub(crate) fn of_many_creations_one_succeeds(world: &World) {
    const THREADS: usize = 8;
    for name in ["a", "b", "c", "d", "e"] {
        let start = Barrier::new(THREADS);
        let results: Vec<_> = thread::scope(|scope| {
            let create = || {
                start.wait();
                world.try_create(name)
            };
            let threads: Vec<_> = (0..THREADS).map(|_| scope.spawn(create)).collect();
            threads
                .into_iter()
                .map(|thread| thread.join().unwrap())
                .collect()
        });
        let (created, refused): (Vec<_>, Vec<_>) = results.into_iter().partition(Result::is_ok);
        assert_eq!(created.len(), 1);
        assert_eq!(
            world.store.account(name).block().unwrap().id,
            created[0].unwrap()
        );
        assert!(
            refused
                .iter()
                .all(|result| result.unwrap_err().code == ErrorCode::AccountExists)
        );
    }
}

pub(crate) fn a_send_never_outlives_its_recipient(world: &World) {
    const SENDERS: usize = 3;
    let names = ["s0", "s1", "s2"];
    let senders = world.create_all(names);
    for _ in 0..40 {
        let bob = world.create("bob");
        let start = Barrier::new(SENDERS + 1);
        thread::scope(|scope| {
            for sender in senders {
                let start = &start;
                scope.spawn(move || {
                    start.wait();
                    while world.try_send(sender, "bob", "hello").is_ok() {}
                });
            }
            start.wait();
            world.delete_account(bob);
        });
        let bob = world.create("bob");
        assert_eq!(world.unread(bob), []);
        for (sender, name) in senders.into_iter().zip(names) {
            assert_eq!(world.history(bob, name), []);
            assert_eq!(world.history(sender, "bob"), []);
        }
        world.delete_account(bob);
    }
}

pub(crate) fn a_client_id_is_stored_once(world: &World) {
    const THREADS: usize = 4;
    let [ann, bob] = world.create_all(["ann", "bob"]);
    world.told.put_online(bob);
    for client_id in 0..20 {
        let start = Barrier::new(THREADS);
        thread::scope(|scope| {
            let attempt = || {
                start.wait();
                world.send_as(ann, "bob", client_id)
            };
            let threads: Vec<_> = (0..THREADS).map(|_| scope.spawn(attempt)).collect();
            let sent: Vec<_> = threads
                .into_iter()
                .map(|thread| thread.join().unwrap())
                .collect();
            assert!(
                sent[0].delivered && sent.iter().all(|each| *each == sent[0]),
                "{sent:?}"
            );
        });
    }
    assert_eq!(world.unread_total(bob), 20);
    assert_eq!(world.told.take().len(), 20);
}
