//! What the SQLite stores promise beyond the contract: files, locks, groups, good order.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

use rusqlite::Connection;
use server_core::ErrorCode;
use server_core::limits::CLIENT_ID_KEPT_MS;
use server_core::store::sqlite::{Counters, OpenError, SqlitePerRequest, SqliteStore};
use tempfile::TempDir;

use super::told::Recorder;
use super::world::{Kind, NOW_MS, World, new_message, refused, texts};

/// A folder, and the stores that are opened on the one file in it.
pub(super) struct Place {
    folder: TempDir,
}

impl Place {
    pub(super) fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    pub(super) fn path(&self) -> std::path::PathBuf {
        self.folder.path().join("chat.db")
    }

    /// The store whose connections are kept, and its world.
    pub(super) fn kept(&self) -> (Arc<SqliteStore>, World) {
        let told = Arc::<Recorder>::default();
        let store = Arc::new(SqliteStore::open(self.path(), told.clone()).unwrap());
        (store.clone(), World::of(Kind::Sqlite, store, told))
    }

    fn per_request(&self) -> (Arc<SqlitePerRequest>, World) {
        let told = Arc::<Recorder>::default();
        let store = Arc::new(SqlitePerRequest::open(self.path(), told.clone()).unwrap());
        (
            store.clone(),
            World::of(Kind::SqlitePerRequest, store, told),
        )
    }

    /// A connection past the store's back.
    pub(super) fn behind(&self) -> Connection {
        Connection::open(self.path()).unwrap()
    }
}

fn open(path: &Path) -> Result<SqliteStore, OpenError> {
    SqliteStore::open(path, Arc::<Recorder>::default())
}

fn commits(counters: &Counters) -> u64 {
    counters.commits.load(Relaxed)
}

#[test]
fn everything_is_there_after_reopening() {
    let place = Place::new();
    let (_, world) = place.kept();
    let [ann, bob] = world.create_all(["ann", "bob"]);
    world.told.put_online(bob);
    let first = world.send_as(ann, "bob", 1);
    world.send(bob, "ann", "unread");
    world.read(bob, 1);
    let hidden = world.send(ann, "bob", "hidden");
    world.hide(bob, &[hidden]);
    let digest = world.store.digest().block().unwrap();
    drop(world);

    let (_, world) = place.per_request();
    assert_eq!(world.store.digest().block().unwrap(), digest);
    assert!(first.delivered);
    assert_eq!(world.send_as(ann, "bob", 1), first);
    assert_eq!(world.undo(bob, &[hidden]), [hidden]);
    let last = world.send(ann, "bob", "last");
    assert!(last > hidden);
    world.delete(ann, &[last]);
    drop(world);

    let (_, world) = place.kept();
    assert_eq!(
        texts(&world.history(bob, "ann")),
        ["hidden", "unread", "hello"]
    );
    assert_eq!(world.unread(ann), [("bob".to_owned(), 1)]);
    assert!(
        world.send(ann, "bob", "after") > last,
        "a number was used again"
    );
    assert!(world.create("cleo") > bob);
}

#[test]
fn a_file_in_use_is_refused() {
    let place = Place::new();
    let (_, world) = place.per_request();
    let refused = || matches!(open(&place.path()), Err(OpenError::InUse { .. }));
    assert!(refused());
    drop(world);
    let (_, world) = place.kept();
    assert!(refused());
    let again = SqlitePerRequest::open(place.path(), Arc::<Recorder>::default());
    assert!(matches!(again, Err(OpenError::InUse { .. })));
    drop(world);
    assert!(open(&place.path()).is_ok());
}

#[cfg(unix)]
#[test]
fn a_file_in_use_is_refused_under_another_name() {
    let place = Place::new();
    let _world = place.kept();
    let link = place.path().with_file_name("link.db");
    std::os::unix::fs::symlink(place.path(), &link).unwrap();
    assert!(matches!(open(&link), Err(OpenError::InUse { .. })));
}

#[test]
fn a_file_of_a_newer_version_is_refused() {
    let place = Place::new();
    drop(place.kept());
    place
        .behind()
        .pragma_update(None, "user_version", 99)
        .unwrap();
    let error = open(&place.path()).err().unwrap();
    assert!(matches!(error, OpenError::Newer { found: 99, .. }));
    assert!(error.to_string().contains("use a newer program"), "{error}");
    place
        .behind()
        .pragma_update(None, "user_version", 1)
        .unwrap();
    assert!(
        open(&place.path()).is_ok(),
        "the refused file must stay as it was"
    );
}

#[test]
fn what_is_no_file_of_ours_is_refused() {
    let place = Place::new();
    place
        .behind()
        .execute_batch("CREATE TABLE recipes (id)")
        .unwrap();
    assert!(matches!(open(&place.path()), Err(OpenError::Foreign)));

    let letter = place.path().with_file_name("letter");
    let text = "Dear server, this is no database. ".repeat(1_000);
    std::fs::write(&letter, &text).unwrap();
    assert!(matches!(open(&letter), Err(OpenError::Database(_))));
    assert_eq!(std::fs::read_to_string(&letter).unwrap(), text);

    assert!(matches!(
        open(&place.path().join("below")),
        Err(OpenError::File(_))
    ));
    assert!(matches!(
        open(&place.path().with_file_name("no").join("folder")),
        Err(OpenError::File(_))
    ));
}

#[test]
fn what_waits_together_is_committed_together_while_readers_go_on() {
    let place = Place::new();
    let (store, world) = place.kept();
    let [ann, bob] = world.create_all(["ann", "bob"]);
    let before = commits(store.counters());
    let held = world.told.hold();
    let first = world.store.send(&new_message(ann, "bob", "first"));
    while commits(store.counters()) == before {
        std::thread::yield_now();
    }
    let waiting: Vec<_> = (0..500)
        .map(|_| world.store.send(&new_message(ann, "bob", "hello")))
        .collect();
    let lost = world.store.send(&new_message(ann, "nobody", "hello"));
    assert_eq!(
        texts(&world.history(bob, "ann")),
        ["first"],
        "readers wait for no writer"
    );
    drop(held);
    for answer in std::iter::once(first).chain(waiting) {
        answer.block().unwrap();
    }
    refused(lost.block(), ErrorCode::NoSuchAccount);
    assert_eq!(commits(store.counters()), before + 2);
    assert_eq!(world.unread_total(bob), 501);
}

#[test]
fn a_commit_each_is_what_per_request_means() {
    let place = Place::new();
    let (store, world) = place.per_request();
    let [ann, _] = world.create_all(["ann", "bob"]);
    let before = commits(store.counters());
    let waiting: Vec<_> = (0..20)
        .map(|_| world.store.send(&new_message(ann, "bob", "hello")))
        .collect();
    for answer in waiting {
        answer.block().unwrap();
    }
    assert_eq!(commits(store.counters()), before + 20);
}

#[test]
fn closing_does_what_still_waits_and_leaves_no_log() {
    let place = Place::new();
    for store in [Place::kept_world, Place::per_request_world] {
        let world = store(&place);
        let ann = world
            .try_create("ann")
            .unwrap_or_else(|_| world.store.account("ann").block().unwrap().id);
        let before = world.unread_total(ann);
        for _ in 0..50 {
            drop(
                world
                    .store
                    .send(&new_message(ann, "ann", "nobody waits for this")),
            );
        }
        drop(world);
        assert!(!place.path().with_file_name("chat.db-wal").exists());
        assert_eq!(place.kept_world().unread_total(ann), before + 50);
    }
}

#[test]
fn closing_empties_the_log_even_if_somebody_else_looks_at_the_file() {
    let place = Place::new();
    let (_, world) = place.kept();
    world.create("ann");
    let onlooker = place.behind();
    let accounts: i64 = onlooker
        .query_row("SELECT count(*) FROM accounts", (), |row| row.get(0))
        .unwrap();
    assert_eq!(accounts, 1);
    drop(world);
    assert_eq!(
        place
            .path()
            .with_file_name("chat.db-wal")
            .metadata()
            .unwrap()
            .len(),
        0
    );
}

impl Place {
    fn kept_world(&self) -> World {
        self.kept().1
    }

    fn per_request_world(&self) -> World {
        self.per_request().1
    }
}

#[test]
fn nothing_is_left_of_those_who_are_gone() {
    let place = Place::new();
    let (_, world) = place.kept();
    let [ann, bob] = world.create_all(["ann", "bob"]);
    let ids = [
        world.send_as(ann, "bob", 1).id,
        world.send_as(bob, "ann", 1).id,
        world.send_as(ann, "ann", 2).id,
    ];
    world.send(ann, "bob", "unread");
    world.hide(ann, &ids);
    let left = |table: &str| -> i64 {
        let count = format!("SELECT count(*) FROM {table}");
        place
            .behind()
            .query_row(&count, (), |row| row.get(0))
            .unwrap()
    };
    let tables = [
        "accounts",
        "messages",
        "conversations",
        "deletions",
        "client_ids",
    ];
    assert_eq!(tables.map(left), [2, 4, 3, 3, 3]);
    world.delete_account(ann);
    assert_eq!(
        tables.map(left),
        [1, 0, 0, 0, 1],
        "the other party's retries are still known"
    );
    world.sweep_at(NOW_MS + CLIENT_ID_KEPT_MS);
    assert_eq!(tables.map(left), [1, 0, 0, 0, 0]);
}
