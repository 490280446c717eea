//! Accounts.

use server_core::ErrorCode;
use server_core::message::MessageId;
use server_core::name::Name;
use server_core::store::{AccountId, DeleteIds, UndoIds};

use super::world::{GRACE_MS, NOW_MS, World, refused, verifier};

pub(crate) fn are_found_with_their_verifiers(world: &World) {
    for (seed, name) in [(1, "ann"), (2, "Bob_2.-")] {
        let id = world
            .store
            .create_account(&Name::new(name).unwrap(), &verifier(seed))
            .block()
            .unwrap();
        let record = world.store.account(name).block().unwrap();
        assert_eq!((record.id, &*record.name), (id, name));
        assert!(record.verifier == verifier(seed));
    }
    for name in ["an", "annn", "bob_2.-", "", "' OR 1=1 --"] {
        refused(world.store.account(name).block(), ErrorCode::NoSuchAccount);
    }
}

pub(crate) fn have_names_of_their_own(world: &World) {
    let first = world.create("ann");
    refused(world.try_create("ann"), ErrorCode::AccountExists);
    assert_eq!(world.store.account("ann").block().unwrap().id, first);
    assert_ne!(world.create("Ann"), first);
}

pub(crate) fn are_unknown_once_deleted(world: &World) {
    let [ann, bob] = world.create_all(["ann", "bob"]);
    let message = world.send(bob, "ann", "1");
    world.delete_account(ann);
    refused(world.store.account("ann").block(), ErrorCode::NoSuchAccount);
    refused(world.try_send(bob, "ann", "2"), ErrorCode::NoSuchAccount);
    refused(world.try_history(bob, "ann"), ErrorCode::NoSuchAccount);
    refused(
        world.try_read(bob, Some("ann"), 1),
        ErrorCode::NoSuchAccount,
    );
    refused(
        world.try_mark(bob, "ann", message),
        ErrorCode::NoSuchAccount,
    );
    all_is_refused(world, ann, message);
    world.create("ann");
    all_is_refused(world, ann, message);
}

/// An account that is gone cannot do anything, whoever has its name now.
fn all_is_refused(world: &World, gone: AccountId, message: MessageId) {
    let ids = &[message];
    let delete = DeleteIds {
        by: gone,
        ids,
        now_ms: NOW_MS,
        undo_grace_ms: 0,
    };
    let undo = UndoIds {
        by: gone,
        ids,
        now_ms: NOW_MS,
        undo_grace_ms: GRACE_MS,
    };
    let refused = |result| refused(result, ErrorCode::NotLoggedIn);
    refused(world.try_send(gone, "bob", "3").map(drop));
    refused(world.try_send_as(gone, "bob", 1).map(drop));
    refused(world.try_read(gone, None, 1).map(drop));
    refused(world.try_read(gone, Some("bob"), 1).map(drop));
    refused(world.try_mark(gone, "bob", message));
    refused(world.try_history(gone, "bob").map(drop));
    refused(world.store.unread(gone).block().map(drop));
    refused(world.store.unread_total(gone).block().map(drop));
    refused(world.store.delete_messages(&delete).block().map(drop));
    refused(world.store.undo(&undo).block().map(drop));
    refused(world.store.delete_account(gone, NOW_MS).block());
}

pub(crate) fn take_everything_with_them(world: &World) {
    let [ann, bob, cleo] = world.create_all(["ann", "bob", "cleo"]);
    world.send(bob, "ann", "received, read");
    assert_eq!(world.read(ann, 1).len(), 1);
    world.send(bob, "ann", "received, unread");
    world.send(ann, "bob", "sent");
    world.send(ann, "ann", "to oneself");
    world.send(bob, "cleo", "somebody else's");
    world.delete_account(ann);
    assert_eq!(world.unread(bob), []);
    assert_eq!(world.unread(cleo), [("bob".to_owned(), 1)]);
    assert_eq!(world.history(cleo, "bob").len(), 1);
    world.create("ann");
    assert_eq!(world.history(bob, "ann"), []);
}

pub(crate) fn start_empty_under_an_old_name(world: &World) {
    let [ann, bob] = world.create_all(["ann", "bob"]);
    let old = [
        world.send(ann, "bob", "1"),
        world.send(bob, "ann", "2"),
        world.send(ann, "ann", "3"),
    ];
    world.delete_account(ann);
    let new = world.create("ann");
    assert!(new > ann, "a number was used again");
    assert_eq!(world.unread(new), []);
    assert_eq!(world.history(new, "bob"), []);
    assert_eq!(world.history(new, "ann"), []);
    assert_eq!(world.delete(new, &old), []);
    assert!(world.send(new, "bob", "4") > old[2]);
}

pub(crate) fn are_listed_in_pages(world: &World) {
    for name in ["b", "a-1", "C", "a.2", "a_3", "d"] {
        world.create(name);
    }
    world.delete_account(world.store.account("d").block().unwrap().id);
    let check = |pattern, after, limit, names: &[&str], more| {
        let page = world.list(pattern, after, limit);
        let found: Vec<&str> = page.names.iter().map(|name| &**name).collect();
        assert_eq!(
            (&found[..], page.more),
            (names, more),
            "{pattern:?} after {after:?}, {limit}"
        );
    };
    check("", None, 10, &["C", "a-1", "a.2", "a_3", "b"], false);
    check("", None, 5, &["C", "a-1", "a.2", "a_3", "b"], false);
    check("", None, 4, &["C", "a-1", "a.2", "a_3"], true);
    check("", Some("a_3"), 4, &["b"], false);
    check("", Some("a"), 2, &["a-1", "a.2"], true);
    check("", Some("zzz"), 2, &[], false);
    check("a*", None, 2, &["a-1", "a.2"], true);
    check("a*", Some("a.2"), 2, &["a_3"], false);
    check("a?2", None, 2, &["a.2"], false);
    check("?", None, 1, &["C"], true);
    check("a_*", None, 9, &["a_3"], false);
    check("nobody", None, 1, &[], false);
}
