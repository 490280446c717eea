//! What all checks of a run share: the doors, the server's limits, keys that are derived once.

use std::future::Future;
use std::sync::Arc;

use server_core::environment::{Environment as _, System};
use server_core::limits::{PAGE_MAX, PROTOCOL_VERSION, SCRAM_ITERATIONS_MIN};
use server_core::message::{ClientId, Nonce, Operation, Reply, Request, Token};
use server_core::scram::{ClientKeys, Hashing};

use super::check::{Checked, Stop};
use super::expect::shown;
use super::patience::Patience;
use super::target::{Door, Target};
use crate::capabilities::Capabilities;
use crate::client::{Caller, ClientError};

/// The password of every account.
pub(super) const PASSWORD: &str = "correct horse battery staple";

/// The password of no account; the notebook's.
const WRONG_PASSWORD: &str = "hello";

/// What a server says of itself in `Hello`; where there is none, what its format says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ServerLimits {
    pub(super) text_max_chars: u32,
    pub(super) page_max: u32,
    pub(super) undo_grace_ms: u64,
}

/// What all checks of a run share.
pub(super) struct Kit {
    pub(super) doors: Vec<Arc<dyn Door>>,
    pub(super) prefix: String,
    pub(super) separator: char,
    pub(super) limits: ServerLimits,
    pub(super) keys: ClientKeys,
    pub(super) wrong_keys: ClientKeys,
    patience: Patience,
}

impl Kit {
    pub(super) fn new(target: &Target, limits: ServerLimits) -> Self {
        let hashing = Hashing {
            salt: random(),
            iterations: SCRAM_ITERATIONS_MIN,
        };
        Self {
            doors: target.doors.clone(),
            prefix: target.prefix.clone(),
            separator: target.separator,
            limits,
            keys: ClientKeys::derive(PASSWORD, hashing),
            wrong_keys: ClientKeys::derive(WRONG_PASSWORD, hashing),
            patience: Patience::new(target.deadline),
        }
    }

    /// What the format of the first door can say, by which the checks of single connections go.
    pub(super) fn capabilities(&self) -> &'static Capabilities {
        self.doors[0].capabilities()
    }

    /// Connects one more client and says hello.
    pub(super) async fn open(&self, door: &dyn Door) -> Checked<Caller> {
        Ok(connect(door, &self.patience).await?.0)
    }

    /// Waits for what is to come, no longer than the deadline.
    pub(super) async fn within<T>(
        &self,
        what: &str,
        coming: impl Future<Output = T>,
    ) -> Checked<T> {
        self.patience.wait(what, coming).await
    }

    /// The longest text that the server takes, of one character over and over.
    pub(super) fn longest_text(&self, character: char) -> String {
        std::iter::repeat_n(character, self.limits.text_max_chars as usize).collect()
    }

    pub(super) fn nonce() -> Nonce {
        Nonce(random())
    }

    pub(super) fn client_id() -> ClientId {
        ClientId(random())
    }

    pub(super) fn token() -> Token {
        Token(random())
    }
}

/// Connects a client, says hello where that can be said, and gives what the server answers.
pub(super) async fn connect(
    door: &dyn Door,
    patience: &Patience,
) -> Checked<(Caller, ServerLimits)> {
    let client = patience.wait("a connection", door.connect()).await?;
    let client =
        client.map_err(|error| Stop::failed(format!("expected a connection, but {error}")))?;
    let mut caller = Caller::new(client);
    let capabilities = door.capabilities();
    if !capabilities.says(Operation::Hello) {
        let text_max_chars = u32::try_from(capabilities.texts.chars_max).unwrap_or(u32::MAX);
        let limits = ServerLimits {
            text_max_chars,
            page_max: PAGE_MAX,
            undo_grace_ms: 0,
        };
        return Ok((caller, limits));
    }
    let hello = Request::Hello {
        version: PROTOCOL_VERSION,
    };
    let answer = patience
        .wait("a reply to hello", caller.call(&hello))
        .await?;
    match answer.map_err(|error| lost("hello", &error))? {
        Ok(Reply::Hello {
            version: _,
            text_max_chars,
            page_max,
            undo_grace_ms,
        }) => Ok((
            caller,
            ServerLimits {
                text_max_chars,
                page_max,
                undo_grace_ms,
            },
        )),
        other => Err(Stop::failed(format!(
            "expected a reply to hello, but it was {}",
            shown(&other)
        ))),
    }
}

/// A connection that ended where an answer was expected. What a format cannot say is no failure.
pub(super) fn lost(what: &str, error: &ClientError) -> Stop {
    match error {
        ClientError::NotExpressible(error) => Stop::skipped(error.to_string()),
        _ => Stop::failed(format!("expected an answer to {what}, but {error}")),
    }
}

fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    System.fill_random(&mut bytes);
    bytes
}
