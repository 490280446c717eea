//! When SQLite fails: a refusal, no event, and the store goes on.

use std::sync::Arc;

use server_core::message::Message;
use server_core::store::sqlite::SqliteStore;
use server_core::store::{AccountId, AccountRecord, Addressee, Changes, Store};
use server_core::{Answer, ErrorCode};

use super::files::Place;
use super::world::{Kind, World, new_message, refused};

/// A message of this text cannot be stored.
const POISON: &str = "CREATE TRIGGER poison BEFORE INSERT ON messages WHEN new.text = 'poison'
    BEGIN SELECT RAISE (ABORT, 'poisoned'); END";

/// A message of this text is stored, and the commit fails.
const TIME_BOMB: &str = "CREATE TABLE parents (id INTEGER PRIMARY KEY);
    CREATE TABLE children (parent REFERENCES parents DEFERRABLE INITIALLY DEFERRED);
    CREATE TRIGGER bomb AFTER INSERT ON messages WHEN new.text = 'bomb' BEGIN INSERT INTO children VALUES (1); END";

/// Sends "1", this text and "2" so that they make one group; tells which were stored.
fn send_around(world: &World, from: AccountId, text: &str) -> [bool; 3] {
    let held = world.told.hold();
    let first = world.store.send(&new_message(from, "bob", "first"));
    while world.history(from, "bob").is_empty() {
        std::thread::yield_now();
    }
    let answers = ["1", text, "2"].map(|text| world.store.send(&new_message(from, "bob", text)));
    drop(held);
    first.block().unwrap();
    answers.map(Answer::block).map(|result| match result {
        Ok(_) => true,
        Err(refusal) => {
            assert_eq!(refusal.code, ErrorCode::StoreFailed);
            false
        }
    })
}

#[test]
fn a_change_that_fails_spoils_no_other() {
    let place = Place::new();
    let (_, world) = place.kept();
    let [ann, bob] = world.create_all(["ann", "bob"]);
    place.behind().execute_batch(POISON).unwrap();
    assert_eq!(send_around(&world, ann, "poison"), [true, false, true]);
    assert_eq!(world.told.take().len(), 3);
    assert_eq!(world.read(bob, 3), ["first", "1", "2"]);
}

#[test]
fn a_commit_that_fails_fails_for_all_and_is_told_to_nobody() {
    let place = Place::new();
    let (_, world) = place.kept();
    let [ann, bob] = world.create_all(["ann", "bob"]);
    place.behind().execute_batch(TIME_BOMB).unwrap();
    assert_eq!(send_around(&world, ann, "bomb"), [false; 3]);
    assert_eq!(world.told.take().len(), 1);
    assert_eq!(world.read(bob, 1), ["first"]);
    world.send(ann, "bob", "after");
    assert_eq!(world.read(bob, 1), ["after"]);
}

#[test]
fn a_retry_after_a_failure_stores_the_message() {
    let place = Place::new();
    let (_, world) = place.kept();
    let [ann, bob] = world.create_all(["ann", "bob"]);
    place
        .behind()
        .execute_batch(&POISON.replace("'poison'", "'hello'"))
        .unwrap();
    refused(world.try_send_as(ann, "bob", 1), ErrorCode::StoreFailed);
    place.behind().execute_batch("DROP TRIGGER poison").unwrap();
    let sent = world.send_as(ann, "bob", 1);
    assert_eq!(world.send_as(ann, "bob", 1), sent);
    assert_eq!(world.unread_total(bob), 1);
}

#[test]
fn a_question_that_fails_is_refused() {
    let place = Place::new();
    let (_, world) = place.kept();
    let [ann, _] = world.create_all(["ann", "bob"]);
    world.send(ann, "bob", "hello");
    place
        .behind()
        .execute_batch("ALTER TABLE messages RENAME TO elsewhere")
        .unwrap();
    refused(world.try_history(ann, "bob"), ErrorCode::StoreFailed);
    refused(world.try_send(ann, "bob", "hello"), ErrorCode::StoreFailed);
    place
        .behind()
        .execute_batch("ALTER TABLE elsewhere RENAME TO messages")
        .unwrap();
    assert_eq!(world.history(ann, "bob").len(), 1);
}

/// A listener with a bug.
struct Panics;

impl Changes for Panics {
    fn message_stored(&self, _: AccountId, _: &Message<'static>) -> bool {
        panic!("this is the listener's bug, which the test wants")
    }

    fn messages_deleted(&self, _: Addressee) {}

    fn messages_restored(&self, _: Addressee) {}

    fn account_deleted(&self, _: &AccountRecord, _: &[AccountId]) {}
}

#[test]
fn nobody_waits_for_a_writer_that_is_no_more() {
    let place = Place::new();
    let store: Arc<dyn Store> =
        Arc::new(SqliteStore::open(place.path(), Arc::new(Panics)).unwrap());
    let world = World::of(Kind::Sqlite, store, Arc::default());
    let [ann, bob] = world.create_all(["ann", "bob"]);
    for _ in 0..2 {
        refused(world.try_send(ann, "bob", "hello"), ErrorCode::StoreFailed);
    }
    assert_eq!(
        world.unread_total(bob),
        1,
        "it was stored before the listener was told"
    );
}
