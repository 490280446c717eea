-- Numbers of accounts and messages are never used again, hence AUTOINCREMENT. Names compare by bytes.
CREATE TABLE accounts (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    name       TEXT    NOT NULL UNIQUE,
    salt       BLOB    NOT NULL,
    iterations INTEGER NOT NULL,
    stored_key BLOB    NOT NULL,
    server_key BLOB    NOT NULL
) STRICT;

-- state: 0 unread, 1 read, 2 deleted while unread, 3 deleted while read. 2 and 3 can be undone and are seen by nobody.
CREATE TABLE messages (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    sender     INTEGER NOT NULL,
    recipient  INTEGER NOT NULL,
    state      INTEGER NOT NULL CHECK (state BETWEEN 0 AND 3),
    sent_at_ms INTEGER NOT NULL,
    text       TEXT    NOT NULL,
    client_id  BLOB
) STRICT;

-- The one index that a message costs. It ends in the row's id, so that each of its ranges is in the order of messages:
-- unread ones by recipient and by sender, and both directions of a conversation.
CREATE INDEX messages_by_recipient ON messages (recipient, state, sender);

-- Who ever wrote to whom, both ways round: how an account's messages are found when it is deleted.
CREATE TABLE conversations (
    account INTEGER NOT NULL,
    peer    INTEGER NOT NULL,
    PRIMARY KEY (account, peer)
) STRICT, WITHOUT ROWID;

-- Deletions that can be undone.
CREATE TABLE deletions (
    message       INTEGER PRIMARY KEY,
    account       INTEGER NOT NULL,
    deleted_at_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX deletions_by_time ON deletions (deleted_at_ms);

-- What senders called their messages, and what they were answered. Outlives the message by a day.
CREATE TABLE client_ids (
    account               INTEGER NOT NULL,
    client_id             BLOB    NOT NULL,
    message               INTEGER NOT NULL,
    delivered             INTEGER NOT NULL,
    message_deleted_at_ms INTEGER,
    PRIMARY KEY (account, client_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX client_ids_by_time ON client_ids (message_deleted_at_ms) WHERE message_deleted_at_ms IS NOT NULL;
