//! What is said: two accounts, ten times "hello" each way, and at the end 20 messages that wait are read.

use protocols::capabilities::Capabilities;
use reports::anatomy::Said;
use server_core::chat::{Pushed, SignUp, Waiting};
use server_core::limits::PROTOCOL_VERSION;
use server_core::message::Operation;
use server_core::{Request, Text};

use crate::exact::script::{Known, Step, ask, creation, elsewhere, send};
use crate::exact::world::{CLIENT, PEER, World, log_in_finish, log_in_start};

/// What everybody says.
pub(super) const TEXT: &str = "hello";

/// How many messages are read at the end.
pub(super) const READ_LIMIT: u32 = 20;

/// The message whose bytes refer to nothing that was said before.
pub(super) const HELLO_FIRST: &str = "hello_first";

/// The message by which everything that can be referred to is known.
pub(super) const HELLO_TENTH: &str = "hello_tenth";

/// The steps in which an event comes.
const EVENT_FIRST: &str = "event_first";
const EVENT_TENTH: &str = "event_tenth";

/// What is read at the end.
const READ: &str = "read_20";

/// A step whose bytes are not shown.
const UNSEEN: &str = "unseen";

/// The conversation, in a format that can say this. The client hears of the peer's messages what the peer would hear of
/// the client's.
pub(super) fn script(capabilities: &Capabilities) -> Vec<Step> {
    let mut script = beginning(capabilities);
    let unseen = [UNSEEN; 8];
    let asked = [&[HELLO_FIRST][..], &unseen, &[HELLO_TENTH]].concat();
    script.extend(asked.into_iter().map(|name| ask(name, hello)));
    let heard = [&[EVENT_FIRST][..], &unseen, &[EVENT_TENTH]].concat();
    script.extend(
        heard
            .into_iter()
            .map(|name| elsewhere(name, answer).hears_one()),
    );
    script.extend(end(capabilities));
    script
}

/// Accounts, and who logs in.
fn beginning(capabilities: &Capabilities) -> Vec<Step> {
    let mut steps = Vec::new();
    if capabilities.says(Operation::Hello) {
        steps.push(ask(UNSEEN, |_| {
            Some(Request::Hello {
                version: PROTOCOL_VERSION,
            })
        }));
    }
    if capabilities.has_passwords() {
        steps.extend([
            ask("create", |_| Some(creation(CLIENT))),
            ask("log_in_start", |_| Some(log_in_start(CLIENT))),
            ask("log_in_finish", |known| {
                let (login_id, server_nonce) = known.challenge?;
                Some(log_in_finish(CLIENT, login_id, &server_nonce))
            }),
        ]);
    } else {
        steps.push(ask("create", |_| {
            Some(Request::SignUp {
                name: Text::Borrowed(CLIENT),
            })
        }));
        if capabilities.habits.sign_up == SignUp::StaysOut {
            steps.push(ask("log_in", enter));
        }
    }
    steps.push(elsewhere(UNSEEN, |world, _| world.peer_signs_up()));
    steps.push(elsewhere(UNSEEN, |world, _| world.peer_enters()));
    steps
}

/// Messages wait, and are read.
fn end(capabilities: &Capabilities) -> Vec<Step> {
    let habits = capabilities.habits;
    let mut steps = Vec::new();
    if habits.pushed == Pushed::StaysUnread {
        // Those of the events wait still.
        steps.extend((0..10).map(|_| elsewhere(UNSEEN, answer).hears_one()));
    } else {
        // What is pushed is read, so the client must be away.
        steps.push(ask(UNSEEN, |_| Some(Request::LogOut)));
        steps.extend((0..READ_LIMIT).map(|_| elsewhere(UNSEEN, answer)));
        let hands_over = habits.waiting == Waiting::HandedOver;
        steps.push(ask(if hands_over { READ } else { UNSEEN }, enter));
    }
    if habits.waiting == Waiting::Waits {
        steps.push(ask(READ, |_| {
            Some(Request::Read {
                peer: None,
                limit: READ_LIMIT,
            })
        }));
    }
    steps
}

/// Which message a step's bytes belong to, and what part of it a client sends and receives in it; `None` for steps that
/// are not shown.
pub(super) fn shown(step: &'static str) -> Option<(&'static str, [Said; 2])> {
    match step {
        EVENT_FIRST => Some((HELLO_FIRST, [Said::Upkeep, Said::Event])),
        EVENT_TENTH => Some((HELLO_TENTH, [Said::Upkeep, Said::Event])),
        "create" | "log_in" | "log_in_start" | "log_in_finish" | HELLO_FIRST | HELLO_TENTH
        | READ => Some((step, [Said::Request, Said::Reply])),
        _ => None,
    }
}

/// Logs in to an account without a password.
#[expect(
    clippy::unnecessary_wraps,
    reason = "steps may depend on earlier answers, and this one always can be taken"
)]
pub(super) fn enter(known: &Known) -> Option<Request<'static>> {
    Some(Request::Enter {
        name: Text::Borrowed(CLIENT),
        key: known.key,
    })
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "steps may depend on earlier answers, and this one does not"
)]
fn hello(_: &Known) -> Option<Request<'static>> {
    Some(send(PEER, TEXT, None))
}

fn answer(world: &mut World, _: &mut Known) -> anyhow::Result<()> {
    world.peer_asks(&send(CLIENT, TEXT, None)).map(drop)
}
