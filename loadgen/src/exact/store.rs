//! What the script asks of a database: SQL statements and commits for each step.

use anyhow::Context as _;
use server_core::store::{DatabaseCounts, StoreKind};
use server_core::{Connection, FromServer, Request};

use super::message::{Carried, Conversation, Line, Said, waiting};
use super::script::SCRIPT;
use super::sheet::Sheet;
use super::world::World;

/// Goes through the script at a core whose store is new, one request after the other, and writes down what each step that
/// reaches the database asks of it. A store without a database is passed over.
///
/// # Errors
/// If the store cannot be opened, or the core does not answer as the script says.
pub(super) fn measure(kind: &StoreKind, sheet: &mut Sheet) -> anyhow::Result<()> {
    let directory = tempfile::tempdir().context("cannot make a directory for the store")?;
    let mut world = World::new(&kind.name.parse()?, directory.path())?;
    let Some(mut before) = world.store().database_counts() else {
        return Ok(());
    };
    let mut line = Direct {
        connection: world.chat.connection(),
    };
    let mut conversation = Conversation::default();
    for step in SCRIPT {
        conversation
            .go_on(step, &mut world, &mut line)
            .map_err(|error| error.context(format!("store {}, step {}", kind.name, step.name)))?;
        let after = world.store().database_counts().unwrap_or_default();
        write(&["store", kind.name, step.name], [before, after], sheet)?;
        before = after;
    }
    Ok(())
}

fn write(name: &[&str], counts: [DatabaseCounts; 2], sheet: &mut Sheet) -> anyhow::Result<()> {
    let [before, after] = counts;
    if after == before {
        return Ok(());
    }
    let quantities = [
        ("statements", after.statements - before.statements),
        ("commits", after.commits - before.commits),
    ];
    for (quantity, value) in quantities {
        sheet.write(&[name, &[quantity]].concat(), value, None)?;
    }
    Ok(())
}

/// No bytes at all: requests meet the core as they are.
struct Direct {
    connection: Connection,
}

impl Line for Direct {
    fn ask(&mut self, request: &Request<'static>) -> anyhow::Result<Vec<Carried>> {
        let answer = self.connection.apply(request).block();
        Ok(vec![unwritten(answer.into())])
    }

    fn events(&mut self) -> anyhow::Result<Vec<Carried>> {
        let next = || waiting(|context| self.connection.outbox().poll_pop(context));
        let events = std::iter::from_fn(next);
        Ok(events
            .map(|event| unwritten(FromServer::Event(event)))
            .collect())
    }
}

const fn unwritten(said: FromServer<'static>) -> Carried {
    Carried {
        said: Said::FromServer(said),
        frame: Vec::new(),
        message_bytes: None,
    }
}

#[cfg(test)]
mod tests {
    use server_core::store::STORES;

    use super::*;

    fn measured(store: &str) -> impl Fn(&str) -> Option<u64> + use<> {
        let kind = STORES.iter().find(|kind| kind.name == store).unwrap();
        let mut sheet = Sheet::default();
        measure(kind, &mut sheet).unwrap();
        let metrics = sheet.into_metrics();
        let name = kind.name;
        move |metric| {
            let id = format!("store/{name}/{metric}").into();
            metrics.get(&id).map(|exact| exact.value)
        }
    }

    #[test]
    fn a_send_is_one_commit_and_a_question_is_none() {
        for store in ["sqlite", "sqlite-per-request"] {
            let of = measured(store);
            assert_eq!(of("send/commits"), Some(1), "{store}");
            assert_eq!(of("unread/commits"), Some(0), "{store}");
        }
    }

    #[test]
    fn a_send_is_as_many_statements_as_the_store_makes() {
        let of = measured("sqlite");
        // Begin, the sender's name, the recipient's number, the message, the conversation, commit.
        assert_eq!(of("send/statements"), Some(6));
        // The conversation is new, so that its other side is written as well.
        assert_eq!(of("send_first/statements"), Some(7));
        // Whether the client sent it before is asked, and then kept.
        assert_eq!(of("send_client_id/statements"), Some(8));
    }

    #[test]
    fn steps_that_do_not_reach_the_database_are_not_listed() {
        let of = measured("sqlite");
        assert_eq!(
            (of("ping/statements"), of("hello/statements")),
            (None, None)
        );
    }

    #[test]
    fn a_store_without_a_database_has_no_metrics() {
        assert_eq!(measured("memory")("send/statements"), None);
    }
}
