//! All SQL. Each statement either finds its rows by an index or says why it does not.

pub(super) const BEGIN_READ: &str = "BEGIN DEFERRED";
pub(super) const BEGIN_WRITE: &str = "BEGIN IMMEDIATE";
pub(super) const COMMIT: &str = "COMMIT";
pub(super) const ROLLBACK: &str = "ROLLBACK";
pub(super) const CHECKPOINT: &str = "PRAGMA wal_checkpoint(TRUNCATE)";

pub(super) const ADD_ACCOUNT: &str = "INSERT INTO accounts (name, salt, iterations, stored_key, server_key)
    VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (name) DO NOTHING";
pub(super) const ACCOUNT_BY_NAME: &str =
    "SELECT id, name, salt, iterations, stored_key, server_key FROM accounts WHERE name = ?1";
pub(super) const ACCOUNT_BY_ID: &str =
    "SELECT id, name, salt, iterations, stored_key, server_key FROM accounts WHERE id = ?1";
pub(super) const ID_OF_NAME: &str = "SELECT id FROM accounts WHERE name = ?1";
pub(super) const NAME_OF_ID: &str = "SELECT name FROM accounts WHERE id = ?1";
pub(super) const NAMES_BEHIND: &str = "SELECT name FROM accounts WHERE name > ?1 ORDER BY name";
pub(super) const DROP_ACCOUNT: &str = "DELETE FROM accounts WHERE id = ?1";

/// Peers with whom anything is left that is not deleted.
pub(super) const PEERS_OF: &str = "SELECT peer FROM conversations WHERE account = ?1 AND peer <> ?1 AND (
    EXISTS (SELECT 1 FROM messages INDEXED BY messages_by_recipient
        WHERE recipient = ?1 AND state IN (0, 1) AND sender = peer) OR
    EXISTS (SELECT 1 FROM messages INDEXED BY messages_by_recipient
        WHERE recipient = peer AND state IN (0, 1) AND sender = ?1))
    ORDER BY peer";
pub(super) const DROP_DELETIONS_RECEIVED: &str = "DELETE FROM deletions WHERE message IN (
    SELECT id FROM messages INDEXED BY messages_by_recipient WHERE recipient = ?1 AND state IN (2, 3))";
pub(super) const DROP_DELETIONS_SENT: &str = "DELETE FROM deletions WHERE message IN (
    SELECT messages.id FROM conversations CROSS JOIN messages INDEXED BY messages_by_recipient
        ON recipient = peer AND state IN (2, 3) AND sender = ?1 WHERE account = ?1)";
pub(super) const OUTLIVE_RECEIVED: &str = "UPDATE client_ids SET message_deleted_at_ms = ?2
    WHERE (account, client_id) IN (SELECT sender, client_id FROM messages INDEXED BY messages_by_recipient
        WHERE recipient = ?1 AND client_id IS NOT NULL)";
pub(super) const DROP_CLIENT_IDS: &str = "DELETE FROM client_ids WHERE account = ?1";
pub(super) const DROP_RECEIVED: &str = "DELETE FROM messages INDEXED BY messages_by_recipient WHERE recipient = ?1";
pub(super) const DROP_SENT: &str = "DELETE FROM messages WHERE id IN (
    SELECT messages.id FROM conversations CROSS JOIN messages INDEXED BY messages_by_recipient
        ON recipient = peer AND state IN (0, 1, 2, 3) AND sender = ?1 WHERE account = ?1)";
pub(super) const DROP_CONVERSATIONS_BACK: &str = "DELETE FROM conversations
    WHERE account IN (SELECT peer FROM conversations WHERE account = ?1) AND peer = ?1";
pub(super) const DROP_CONVERSATIONS: &str = "DELETE FROM conversations WHERE account = ?1";

pub(super) const ADD_MESSAGE: &str = "INSERT INTO messages (sender, recipient, state, sent_at_ms, text, client_id)
    VALUES (?1, ?2, 0, ?3, ?4, ?5)";
pub(super) const ADD_CONVERSATION: &str = "INSERT OR IGNORE INTO conversations (account, peer) VALUES (?1, ?2)";
pub(super) const SENT_AS: &str = "SELECT message, delivered FROM client_ids WHERE account = ?1 AND client_id = ?2";
pub(super) const ADD_CLIENT_ID: &str =
    "INSERT INTO client_ids (account, client_id, message, delivered) VALUES (?1, ?2, ?3, 0)";
pub(super) const SET_DELIVERED: &str =
    "UPDATE client_ids SET delivered = 1 WHERE account = ?1 AND client_id = ?2 AND message = ?3";

pub(super) const UNREAD_TOTAL: &str =
    "SELECT count(*) FROM messages INDEXED BY messages_by_recipient WHERE recipient = ?1 AND state = 0";
pub(super) const UNREAD_BY_PEER: &str = "SELECT name, waiting FROM (
    SELECT sender, count(*) AS waiting FROM messages INDEXED BY messages_by_recipient
        WHERE recipient = ?1 AND state = 0 GROUP BY sender)
    CROSS JOIN accounts ON accounts.id = sender ORDER BY name LIMIT ?2";
/// The index alone is read; SQLite keeps no more than the wanted ids while it sorts.
pub(super) const OLDEST_UNREAD: &str = "SELECT id FROM messages INDEXED BY messages_by_recipient
    WHERE recipient = ?1 AND state = 0 ORDER BY id LIMIT ?2";
pub(super) const OLDEST_UNREAD_FROM: &str = "SELECT id FROM messages INDEXED BY messages_by_recipient
    WHERE recipient = ?1 AND state = 0 AND sender = ?2 ORDER BY id LIMIT ?3";
pub(super) const TAKE_MESSAGE: &str =
    "UPDATE messages SET state = 1 WHERE id = ?1 RETURNING sender, sent_at_ms, text";
pub(super) const MARK_UP_TO: &str = "UPDATE messages INDEXED BY messages_by_recipient SET state = 1
    WHERE recipient = ?1 AND state = 0 AND sender = ?2 AND id <= ?3";

/// Each of the four ranges is in order and read no further than needed. The last two are empty for a conversation
/// with oneself, whose messages are in the first two.
pub(super) const HISTORY: &str = "SELECT messages.id, sender, state, sent_at_ms, text FROM (
    SELECT id FROM (SELECT id FROM messages INDEXED BY messages_by_recipient
        WHERE recipient = ?1 AND state = 0 AND sender = ?2 AND id < ?3 ORDER BY id DESC LIMIT ?4)
    UNION ALL SELECT id FROM (SELECT id FROM messages INDEXED BY messages_by_recipient
        WHERE recipient = ?1 AND state = 1 AND sender = ?2 AND id < ?3 ORDER BY id DESC LIMIT ?4)
    UNION ALL SELECT id FROM (SELECT id FROM messages INDEXED BY messages_by_recipient
        WHERE recipient = ?2 AND state = 0 AND sender = ?1 AND id < ?3 AND ?1 <> ?2 ORDER BY id DESC LIMIT ?4)
    UNION ALL SELECT id FROM (SELECT id FROM messages INDEXED BY messages_by_recipient
        WHERE recipient = ?2 AND state = 1 AND sender = ?1 AND id < ?3 AND ?1 <> ?2 ORDER BY id DESC LIMIT ?4)
    ORDER BY id DESC LIMIT ?4) AS page
    CROSS JOIN messages ON messages.id = page.id ORDER BY messages.id DESC";
/// Reads everything, as it must.
pub(super) const EVERYTHING: &str = "SELECT senders.name, recipients.name, text, state FROM messages NOT INDEXED
    CROSS JOIN accounts AS senders ON senders.id = sender
    CROSS JOIN accounts AS recipients ON recipients.id = recipient
    WHERE state IN (0, 1) ORDER BY messages.id";

pub(super) const PARTIES: &str = "SELECT sender, recipient, state, client_id FROM messages WHERE id = ?1";
pub(super) const DROP_MESSAGE: &str = "DELETE FROM messages WHERE id = ?1";
pub(super) const OUTLIVE: &str =
    "UPDATE client_ids SET message_deleted_at_ms = ?3 WHERE account = ?1 AND client_id = ?2";
pub(super) const HIDE_MESSAGE: &str = "UPDATE messages SET state = state + 2 WHERE id = ?1";
pub(super) const ADD_DELETION: &str =
    "INSERT INTO deletions (message, account, deleted_at_ms) VALUES (?1, ?2, ?3)";
pub(super) const DELETION: &str = "SELECT account, deleted_at_ms FROM deletions WHERE message = ?1";
pub(super) const SHOW_MESSAGE: &str = "UPDATE messages SET state = state - 2 WHERE id = ?1";
pub(super) const DROP_DELETION: &str = "DELETE FROM deletions WHERE message = ?1";
pub(super) const FINAL_DELETIONS: &str =
    "SELECT message, deleted_at_ms FROM deletions WHERE deleted_at_ms <= ?1 ORDER BY deleted_at_ms";
pub(super) const FORGET_CLIENT_IDS: &str = "DELETE FROM client_ids WHERE message_deleted_at_ms <= ?1";
