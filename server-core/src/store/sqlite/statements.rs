//! All SQL. Each statement either finds its rows by an index or says why it does not.

pub(super) const BEGIN_READ: &str = "BEGIN DEFERRED";
pub(super) const BEGIN_WRITE: &str = "BEGIN IMMEDIATE";
pub(super) const COMMIT: &str = "COMMIT";
pub(super) const ROLLBACK: &str = "ROLLBACK";
pub(super) const CHECKPOINT: &str = "PRAGMA wal_checkpoint(TRUNCATE)";

macro_rules! statements {
    ($($(#[$doc:meta])* $name:ident = $sql:literal;)*) => {
        $($(#[$doc])* pub(super) const $name: &str = $sql;)*

        #[cfg(test)]
        const ALL: &[(&str, &str)] = &[$((stringify!($name), $name)),*];
    };
}

statements! {
    ADD_ACCOUNT = "INSERT INTO accounts (name, salt, iterations, stored_key, server_key)
        VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (name) DO NOTHING";
    ACCOUNT_BY_NAME = "SELECT id, name, salt, iterations, stored_key, server_key FROM accounts WHERE name = ?1";
    ACCOUNT_BY_ID = "SELECT id, name, salt, iterations, stored_key, server_key FROM accounts WHERE id = ?1";
    ID_OF_NAME = "SELECT id FROM accounts WHERE name = ?1";
    NAME_OF_ID = "SELECT name FROM accounts WHERE id = ?1";
    NAMES_BEHIND = "SELECT name FROM accounts WHERE name > ?1 ORDER BY name";
    DROP_ACCOUNT = "DELETE FROM accounts WHERE id = ?1";

    /// Peers with whom anything is left that is not deleted.
    PEERS_OF = "SELECT peer FROM conversations WHERE account = ?1 AND peer <> ?1 AND (
        EXISTS (SELECT 1 FROM messages INDEXED BY messages_by_recipient
            WHERE recipient = ?1 AND state IN (0, 1) AND sender = peer) OR
        EXISTS (SELECT 1 FROM messages INDEXED BY messages_by_recipient
            WHERE recipient = peer AND state IN (0, 1) AND sender = ?1))
        ORDER BY peer";
    DROP_DELETIONS_RECEIVED = "DELETE FROM deletions WHERE message IN (
        SELECT id FROM messages INDEXED BY messages_by_recipient WHERE recipient = ?1 AND state IN (2, 3))";
    DROP_DELETIONS_SENT = "DELETE FROM deletions WHERE message IN (
        SELECT messages.id FROM conversations CROSS JOIN messages INDEXED BY messages_by_recipient
            ON recipient = peer AND state IN (2, 3) AND sender = ?1 WHERE account = ?1)";
    OUTLIVE_RECEIVED = "UPDATE client_ids SET message_deleted_at_ms = ?2
        WHERE (account, client_id) IN (SELECT sender, client_id FROM messages INDEXED BY messages_by_recipient
            WHERE recipient = ?1 AND client_id IS NOT NULL)";
    DROP_CLIENT_IDS = "DELETE FROM client_ids WHERE account = ?1";
    DROP_RECEIVED = "DELETE FROM messages INDEXED BY messages_by_recipient WHERE recipient = ?1";
    DROP_SENT = "DELETE FROM messages WHERE id IN (
        SELECT messages.id FROM conversations CROSS JOIN messages INDEXED BY messages_by_recipient
            ON recipient = peer AND state IN (0, 1, 2, 3) AND sender = ?1 WHERE account = ?1)";
    DROP_CONVERSATIONS_BACK = "DELETE FROM conversations
        WHERE account IN (SELECT peer FROM conversations WHERE account = ?1) AND peer = ?1";
    DROP_CONVERSATIONS = "DELETE FROM conversations WHERE account = ?1";

    ADD_MESSAGE = "INSERT INTO messages (sender, recipient, state, sent_at_ms, text, client_id)
        VALUES (?1, ?2, 0, ?3, ?4, ?5)";
    ADD_CONVERSATION = "INSERT OR IGNORE INTO conversations (account, peer) VALUES (?1, ?2)";
    SENT_AS = "SELECT message, delivered FROM client_ids WHERE account = ?1 AND client_id = ?2";
    ADD_CLIENT_ID = "INSERT INTO client_ids (account, client_id, message, delivered) VALUES (?1, ?2, ?3, 0)";
    SET_DELIVERED = "UPDATE client_ids SET delivered = 1 WHERE account = ?1 AND client_id = ?2 AND message = ?3";

    UNREAD_TOTAL = "SELECT count(*) FROM messages INDEXED BY messages_by_recipient WHERE recipient = ?1 AND state = 0";
    UNREAD_BY_PEER = "SELECT name, waiting FROM (
        SELECT sender, count(*) AS waiting FROM messages INDEXED BY messages_by_recipient
            WHERE recipient = ?1 AND state = 0 GROUP BY sender)
        CROSS JOIN accounts ON accounts.id = sender ORDER BY name LIMIT ?2";
    NEXT_SENDER_OF_UNREAD = "SELECT sender FROM messages INDEXED BY messages_by_recipient
        WHERE recipient = ?1 AND state = 0 AND sender > ?2 ORDER BY sender LIMIT 1";
    UNREAD_FROM = "SELECT id FROM messages INDEXED BY messages_by_recipient
        WHERE recipient = ?1 AND state = 0 AND sender = ?2 ORDER BY id";
    TAKE_MESSAGE = "UPDATE messages SET state = 1 WHERE id = ?1 RETURNING sender, sent_at_ms, text";
    MARK_UP_TO = "UPDATE messages INDEXED BY messages_by_recipient SET state = 1
        WHERE recipient = ?1 AND state = 0 AND sender = ?2 AND id <= ?3";

    MARK_ONE = "UPDATE messages SET state = 1 WHERE id = ?1 AND recipient = ?2 AND state = 0";

    /// Four ranges, each in order, merged and read no further than needed. The last two are empty for a
    /// conversation with oneself, whose messages are in the first two.
    HISTORY = "SELECT id, sender, state, sent_at_ms, text FROM messages INDEXED BY messages_by_recipient
            WHERE recipient = ?1 AND state = 0 AND sender = ?2 AND id < ?3
        UNION ALL SELECT id, sender, state, sent_at_ms, text FROM messages INDEXED BY messages_by_recipient
            WHERE recipient = ?1 AND state = 1 AND sender = ?2 AND id < ?3
        UNION ALL SELECT id, sender, state, sent_at_ms, text FROM messages INDEXED BY messages_by_recipient
            WHERE recipient = ?2 AND state = 0 AND sender = ?1 AND id < ?3 AND ?1 <> ?2
        UNION ALL SELECT id, sender, state, sent_at_ms, text FROM messages INDEXED BY messages_by_recipient
            WHERE recipient = ?2 AND state = 1 AND sender = ?1 AND id < ?3 AND ?1 <> ?2
        ORDER BY id DESC LIMIT ?4";
    /// Reads everything, as it must.
    EVERYTHING = "SELECT senders.name, recipients.name, text, state FROM messages NOT INDEXED
        CROSS JOIN accounts AS senders ON senders.id = sender
        CROSS JOIN accounts AS recipients ON recipients.id = recipient
        WHERE state IN (0, 1) ORDER BY messages.id";

    PARTIES = "SELECT sender, recipient, state, client_id FROM messages WHERE id = ?1";
    DROP_MESSAGE = "DELETE FROM messages WHERE id = ?1";
    OUTLIVE = "UPDATE client_ids SET message_deleted_at_ms = ?3 WHERE account = ?1 AND client_id = ?2";
    HIDE_MESSAGE = "UPDATE messages SET state = state + 2 WHERE id = ?1";
    ADD_DELETION = "INSERT INTO deletions (message, account, deleted_at_ms) VALUES (?1, ?2, ?3)";
    DELETION = "SELECT account, deleted_at_ms FROM deletions WHERE message = ?1";
    SHOW_MESSAGE = "UPDATE messages SET state = state - 2 WHERE id = ?1";
    DROP_DELETION = "DELETE FROM deletions WHERE message = ?1";
    FINAL_DELETIONS = "SELECT message, deleted_at_ms FROM deletions WHERE deleted_at_ms <= ?1 ORDER BY deleted_at_ms";
    FORGET_CLIENT_IDS = "DELETE FROM client_ids WHERE message_deleted_at_ms <= ?1";
}

#[cfg(test)]
mod tests {
    use rusqlite::Connection;

    use super::super::schema;
    use super::*;

    const TABLES: [&str; 5] = [
        "accounts",
        "messages",
        "conversations",
        "deletions",
        "client_ids",
    ];

    fn migrated_in_memory() -> Connection {
        let mut connection = Connection::open_in_memory().unwrap();
        schema::migrate(&mut connection).unwrap();
        connection
    }

    /// What SQLite will do, a step a line.
    fn plan(connection: &Connection, sql: &str) -> Vec<String> {
        let mut statement = connection
            .prepare(&format!("EXPLAIN QUERY PLAN {sql}"))
            .unwrap();
        let parameters = rusqlite::params_from_iter((0..statement.parameter_count()).map(|_| 1));
        let steps = statement
            .query_map(parameters, |row| row.get("detail"))
            .unwrap();
        steps.map(Result::unwrap).collect()
    }

    #[test]
    fn no_statement_but_the_digest_walks_through_a_table() {
        let connection = migrated_in_memory();
        for (name, sql) in ALL {
            let plan = plan(&connection, sql);
            let walks = |step: &String| {
                TABLES
                    .iter()
                    .any(|table| step.starts_with(&format!("SCAN {table}")))
            };
            assert_eq!(
                plan.iter().any(walks),
                *name == "EVERYTHING",
                "{name}: {plan:#?}"
            );
        }
    }

    #[test]
    fn what_is_read_in_order_is_never_sorted() {
        let connection = migrated_in_memory();
        for (sql, ranges) in [
            (HISTORY, 4),
            (UNREAD_FROM, 1),
            (NEXT_SENDER_OF_UNREAD, 1),
            (NAMES_BEHIND, 1),
        ] {
            let plan = plan(&connection, sql);
            assert_eq!(
                plan.iter()
                    .filter(|step| step.starts_with("SEARCH"))
                    .count(),
                ranges,
                "{plan:#?}"
            );
            assert!(
                !plan.iter().any(|step| step.contains("TEMP B-TREE")),
                "{plan:#?}"
            );
        }
    }
}
