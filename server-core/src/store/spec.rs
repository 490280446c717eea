//! Every store, by the name that a command line gives it. To add one: one folder, one line here.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;

use super::memory::MemoryStore;
use super::sqlite::{OpenError, SqlitePerRequest, SqliteStore};
use super::{Changes, Store};

/// All stores.
pub static STORES: &[StoreKind] = &[
    StoreKind {
        name: "memory",
        description: "everything in memory, forgotten when the server ends",
        opens: Opens::Nothing(|changes| Arc::new(MemoryStore::new(changes))),
    },
    StoreKind {
        name: "sqlite",
        description: "a SQLite file with full durability; one writer commits in groups",
        opens: Opens::File(|path, changes| Ok(Arc::new(SqliteStore::open(path, changes)?))),
    },
    StoreKind {
        name: "sqlite-per-request",
        description: "a SQLite file that is opened for each request, as the main notebook did; for measuring",
        opens: Opens::File(|path, changes| Ok(Arc::new(SqlitePerRequest::open(path, changes)?))),
    },
];

/// The file that a store is in if its spec names none.
pub const DEFAULT_FILE_NAME: &str = "chat.db";

/// A store of the list.
#[derive(Clone, Copy)]
pub struct StoreKind {
    /// Its name, as in `name:path`.
    pub name: &'static str,
    /// One line that says what it is.
    pub description: &'static str,
    opens: Opens,
}

#[derive(Clone, Copy)]
enum Opens {
    Nothing(fn(Arc<dyn Changes>) -> Arc<dyn Store>),
    File(OpenFile),
}

type OpenFile = fn(&Path, Arc<dyn Changes>) -> Result<Arc<dyn Store>, OpenError>;

/// Which store, as `--store` says it: `memory`, `sqlite`, `sqlite:PATH`, `sqlite-per-request` or
/// `sqlite-per-request:PATH`.
#[derive(Clone)]
pub struct StoreSpec {
    kind: &'static StoreKind,
    path: Option<PathBuf>,
}

impl StoreSpec {
    /// Opens the store, which reports its changes to `changes`. A store in a file whose spec has no path is
    /// [`DEFAULT_FILE_NAME`] in `directory`.
    ///
    /// # Errors
    /// [`StoreOpenError`]; its source says why.
    pub fn open(
        &self,
        directory: &Path,
        changes: Arc<dyn Changes>,
    ) -> Result<Arc<dyn Store>, StoreOpenError> {
        match self.kind.opens {
            Opens::Nothing(open) => Ok(open(changes)),
            Opens::File(open) => {
                let path = self
                    .path
                    .clone()
                    .unwrap_or_else(|| directory.join(DEFAULT_FILE_NAME));
                open(&path, changes).map_err(|source| StoreOpenError { path, source })
            }
        }
    }

    /// The same kind of store for accounts that must not mix with this one's: in a file beside its file, with `.name`
    /// behind the file's own name.
    #[must_use]
    pub fn beside(&self, name: &str) -> Self {
        let path = match (self.kind.opens, &self.path) {
            (Opens::Nothing(_), _) => None,
            (Opens::File(_), path) => {
                let path = path.as_deref().unwrap_or(Path::new(DEFAULT_FILE_NAME));
                let mut beside = path.as_os_str().to_owned();
                beside.push(format!(".{name}"));
                Some(PathBuf::from(beside))
            }
        };
        Self {
            kind: self.kind,
            path,
        }
    }

    /// The store's name, without a path: for labels and results.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.kind.name
    }

    /// The path that the spec names.
    #[must_use]
    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }
}

/// A store could not be opened.
#[derive(Debug, thiserror::Error)]
#[error("cannot open the store {}", path.display())]
pub struct StoreOpenError {
    /// Its file.
    pub path: PathBuf,
    /// Why.
    pub source: OpenError,
}

impl FromStr for StoreSpec {
    type Err = StoreSpecError;

    fn from_str(asked: &str) -> Result<Self, StoreSpecError> {
        let (name, path) = match asked.split_once(':') {
            Some((name, path)) => (name, Some(path)),
            None => (asked, None),
        };
        let kind = STORES
            .iter()
            .find(|kind| kind.name == name)
            .ok_or_else(|| StoreSpecError::Unknown {
                asked: name.to_owned(),
            })?;
        match (kind.opens, path) {
            (Opens::Nothing(_), Some(_)) => Err(StoreSpecError::NoFile { name: kind.name }),
            (Opens::File(_), Some("")) => Err(StoreSpecError::EmptyPath { name: kind.name }),
            _ => Ok(Self {
                kind,
                path: path.map(PathBuf::from),
            }),
        }
    }
}

impl fmt::Display for StoreSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.path {
            Some(path) => write!(f, "{}:{}", self.kind.name, path.display()),
            None => f.write_str(self.kind.name),
        }
    }
}

impl fmt::Debug for StoreSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StoreSpec({self})")
    }
}

/// What was asked for is no store.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreSpecError {
    /// There is none of that name.
    #[error("there is no store {asked:?}; there are {}", all())]
    Unknown {
        /// The name that was asked for.
        asked: String,
    },
    /// A path was given to a store that has no file.
    #[error("the store {name} has no file; leave out the path")]
    NoFile {
        /// The store.
        name: &'static str,
    },
    /// The path is empty.
    #[error("the store {name} needs a path behind the colon, or no colon")]
    EmptyPath {
        /// The store.
        name: &'static str,
    },
}

fn all() -> String {
    let usage = |kind: &StoreKind| match kind.opens {
        Opens::Nothing(_) => kind.name.to_owned(),
        Opens::File(_) => format!("{}[:PATH]", kind.name),
    };
    STORES.iter().map(usage).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fanout::Fanout;
    use crate::message::Verifier;
    use crate::name::Name;

    const VERIFIER: Verifier = Verifier {
        salt: [1; 16],
        iterations: 4_096,
        stored_key: [2; 32],
        server_key: [3; 32],
    };

    #[track_caller]
    fn check(asked: &str, name: &str, path: Option<&str>) {
        let spec: StoreSpec = asked.parse().unwrap();
        assert_eq!((spec.name(), spec.path()), (name, path.map(Path::new)));
        assert_eq!(spec.to_string(), asked);
    }

    #[track_caller]
    fn check_refused(asked: &str, error: &str) {
        assert_eq!(asked.parse::<StoreSpec>().unwrap_err().to_string(), error);
    }

    #[test]
    fn specs_are_a_name_and_perhaps_a_path() {
        check("memory", "memory", None);
        check("sqlite", "sqlite", None);
        check("sqlite:a/b.db", "sqlite", Some("a/b.db"));
        check("sqlite:/tmp/odd:name", "sqlite", Some("/tmp/odd:name"));
        check("sqlite-per-request", "sqlite-per-request", None);
        check("sqlite-per-request:x", "sqlite-per-request", Some("x"));
    }

    #[test]
    fn a_store_beside_another_has_a_file_of_its_own() {
        for (spec, beside) in [
            ("memory", "memory"),
            ("sqlite", "sqlite:chat.db.pipe"),
            ("sqlite:a/b.db", "sqlite:a/b.db.pipe"),
        ] {
            let spec: StoreSpec = spec.parse().unwrap();
            assert_eq!(spec.beside("pipe").to_string(), beside);
        }
    }

    #[test]
    fn what_is_no_spec_says_what_would_be() {
        let unknown = "there is no store \"postgres\"; there are memory, sqlite[:PATH], sqlite-per-request[:PATH]";
        check_refused("postgres", unknown);
        check_refused("postgres:x", unknown);
        check_refused(
            "memory:x",
            "the store memory has no file; leave out the path",
        );
        check_refused(
            "sqlite:",
            "the store sqlite needs a path behind the colon, or no colon",
        );
    }

    #[test]
    fn every_store_opens_and_the_file_is_where_it_was_asked_for() {
        for kind in STORES {
            let directory = tempfile::tempdir().unwrap();
            let spec: StoreSpec = kind.name.parse().unwrap();
            let store = spec
                .open(directory.path(), Arc::new(Fanout::default()))
                .unwrap();
            store
                .create_account(&Name::new("user01").unwrap(), &VERIFIER)
                .block()
                .unwrap();
            let in_a_file = matches!(kind.opens, Opens::File(_));
            assert_eq!(
                directory.path().join(DEFAULT_FILE_NAME).exists(),
                in_a_file,
                "{}",
                kind.name
            );
        }
    }

    #[test]
    fn a_file_that_cannot_be_opened_is_named() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("missing/chat.db");
        let spec: StoreSpec = format!("sqlite:{}", path.display()).parse().unwrap();
        let error = spec
            .open(directory.path(), Arc::new(Fanout::default()))
            .err()
            .unwrap();
        assert_eq!(
            error.to_string(),
            format!("cannot open the store {}", path.display())
        );
    }
}
