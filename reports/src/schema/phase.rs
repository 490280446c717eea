//! The names of phases, the keys of `phases_ns` and `bytes_by_phase`.

/// Opening connections, until the reply to `Hello`: what `handshake_bytes` counts. Not part of `bytes`.
pub const CONNECT: &str = "connect";
/// Starting the server, where it is ours, and opening one connection until its first reply: in place of `connect`.
pub const START: &str = "start";
/// One pass over all operations, good and bad.
pub const PASS: &str = "pass";
/// 100 registrations.
pub const REGISTER: &str = "register";
/// Creating the accounts.
pub const CREATE: &str = "create";
/// Logging all accounts in.
pub const LOG_IN: &str = "log_in";
/// The first round of messages (or the efficiency workload's 20).
pub const MESSAGE: &str = "message";
/// Reading what was sent.
pub const READ: &str = "read";
/// Deleting the accounts, and with them the messages of the first round.
pub const DELETE: &str = "delete";
/// Creating the accounts anew, for the rounds after the first.
pub const CREATE_REST: &str = "create_rest";
/// Logging them in.
pub const LOG_IN_REST: &str = "log_in_rest";
/// All rounds after the first.
pub const MESSAGE_REST: &str = "message_rest";
/// Deleting them again.
pub const DELETE_REST: &str = "delete_rest";

/// All phases, in the order in which a run passes through them.
pub const ALL: [&str; 13] = [
    CONNECT,
    START,
    PASS,
    REGISTER,
    CREATE,
    LOG_IN,
    MESSAGE,
    READ,
    DELETE,
    CREATE_REST,
    LOG_IN_REST,
    MESSAGE_REST,
    DELETE_REST,
];

/// What the names of phases end with that are there for the rounds after the first.
const REST: &str = "_rest";

/// The name of a phase when it is played once more, for the rounds after the first.
#[must_use]
pub fn of_further_rounds(phase: &str) -> String {
    format!("{phase}{REST}")
}

/// Whether connections are opened in a phase, so that its bytes are those of a handshake.
#[must_use]
pub fn is_connecting(phase: &str) -> bool {
    phase == CONNECT || phase == START
}

/// Whether a phase is the notebook's: part of `elapsed_ns`, and but for `connect` of `bytes`. The others are there
/// for the rounds after the first.
#[must_use]
pub fn is_notebooks(phase: &str) -> bool {
    !phase.ends_with(REST)
}
