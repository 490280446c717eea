//! The file of a store whose place the user chose: each trial begins without it, and nobody's data is touched.

use std::io;
use std::path::PathBuf;

use server_core::store::StoreSpec;

/// What SQLite puts beside a database.
const SUFFIXES: [&str; 3] = ["", "-wal", "-shm"];

/// Makes sure that nobody's data lies where a store is to be.
///
/// # Errors
/// If something does.
pub fn check_absent(store: &StoreSpec) -> anyhow::Result<()> {
    if let Some(path) = files(store).find(|path| path.exists()) {
        anyhow::bail!(
            "{} is there already; a trial begins with an empty store, so name a file that is not there",
            path.display()
        );
    }
    Ok(())
}

/// Removes what the last server left of a store.
///
/// # Errors
/// If the system does not let it.
pub fn remove(store: &StoreSpec) -> io::Result<()> {
    for path in files(store) {
        match std::fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(())
}

fn files(store: &StoreSpec) -> impl Iterator<Item = PathBuf> {
    let beside = |suffix: &str| {
        let mut path = store.path()?.as_os_str().to_owned();
        path.push(suffix);
        Some(PathBuf::from(path))
    };
    SUFFIXES.into_iter().filter_map(beside)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn store(asked: &str) -> StoreSpec {
        asked.parse().expect("there is such a store")
    }

    #[test]
    fn a_store_with_a_path_is_removed_with_its_companions_and_nothing_else() {
        let directory = tempfile::tempdir().expect("there is room");
        let place = |name: &str| directory.path().join(name);
        for name in ["chat.db", "chat.db-wal", "chat.db-shm", "chat.db2"] {
            std::fs::write(place(name), "x").expect("there is room");
        }
        let store = store(&format!("sqlite:{}", place("chat.db").display()));
        assert!(check_absent(&store).is_err());
        remove(&store).expect("it may be removed");
        assert!(check_absent(&store).is_ok());
        assert!(place("chat.db2").exists());
        assert!(remove(&store).is_ok(), "removing nothing is no error");
    }

    #[test]
    fn stores_without_a_path_have_no_file() {
        for asked in ["memory", "sqlite", "sqlite-per-request"] {
            assert_eq!(files(&store(asked)).count(), 0, "{asked}");
        }
    }
}
