//! Accounts without passwords, and what else differs between formats by their own rules: over every store.

use std::sync::Arc;

use server_core::chat::{
    Accounts, Habits, Listing, Parts, Patterns, Pushed, Reading, SignUp, Waiting,
};
use server_core::environment::{Fixed, FixedStart};
use server_core::fanout::Fanout;
use server_core::limits::{Options, PAGE_MAX};
use server_core::message::{LoginId, Nonce, Token, Verifier};
use server_core::store::memory::MemoryStore;
use server_core::store::sqlite::{SqlitePerRequest, SqliteStore};
use server_core::store::{Changes, Store};
use server_core::{Chat, Connection, ErrorCode, Event, Message, Refusal, Reply, Request};

/// Anyone who is named is let in, and given what waits.
const OPEN: Habits = Habits {
    accounts: Accounts::Open,
    waiting: Waiting::HandedOver,
    pushed: Pushed::IsRead,
    listing: Listing::Anyone,
    ..Habits::OURS
};

/// Signing up enters, and what waits is asked for.
const TAGGED: Habits = Habits {
    accounts: Accounts::Open,
    sign_up: SignUp::Enters,
    pushed: Pushed::IsRead,
    reading: Reading::AsManyAsWait,
    listing: Listing::Anyone,
    patterns: Patterns::RegularExpressions,
    text_max_chars: Some(280),
    ..Habits::OURS
};

/// A key is drawn for everybody.
const KEYED: Habits = Habits {
    accounts: Accounts::Keys,
    ..Habits::OURS
};

struct House {
    chat: Arc<Chat>,
    habits: Habits,
    _folder: tempfile::TempDir,
}

impl House {
    fn new(kind: Kind, habits: Habits) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let fanout = Arc::<Fanout>::default();
        let changes = Arc::clone(&fanout) as Arc<dyn Changes>;
        let file = folder.path().join("chat.db");
        let store: Arc<dyn Store> = match kind {
            Kind::Memory => Arc::new(MemoryStore::new(changes)),
            Kind::Sqlite => Arc::new(SqliteStore::open(file, changes).unwrap()),
            Kind::SqlitePerRequest => Arc::new(SqlitePerRequest::open(file, changes).unwrap()),
        };
        let chat = Chat::new(Parts {
            store,
            fanout,
            environment: Arc::new(Fixed::new(FixedStart::default())),
            options: Options::default(),
        });
        Self {
            chat,
            habits,
            _folder: folder,
        }
    }

    fn connect(&self) -> Connection {
        self.chat.connection_with(self.habits)
    }

    /// A connection that is logged in to a new account.
    fn member(&self, name: &str) -> Connection {
        let connection = self.connect();
        let key = sign_up(&connection, name).unwrap();
        if self.habits.sign_up == SignUp::StaysOut {
            enter(&connection, name, key).unwrap();
        }
        connection
    }
}

#[derive(Clone, Copy)]
enum Kind {
    Memory,
    Sqlite,
    SqlitePerRequest,
}

fn ask(connection: &Connection, request: &Request<'_>) -> Result<Reply<'static>, Refusal> {
    connection.apply(request).block()
}

fn sign_up(connection: &Connection, name: &str) -> Result<Option<Token>, Refusal> {
    let name = name.into();
    match ask(connection, &Request::SignUp { name })? {
        Reply::SignUp { key } => Ok(key),
        other => panic!("{other:?}"),
    }
}

/// How many wait, and what was handed over.
type Entered = (Option<u64>, Vec<Message<'static>>);

fn enter(connection: &Connection, name: &str, key: Option<Token>) -> Result<Entered, Refusal> {
    let name = name.into();
    match ask(connection, &Request::Enter { name, key })? {
        Reply::Enter { unread, messages } => Ok((unread, messages)),
        other => panic!("{other:?}"),
    }
}

fn send(connection: &Connection, to: &str, text: &str) -> Result<bool, Refusal> {
    let (to, text) = (to.into(), text.into());
    let request = Request::Send {
        to,
        text,
        client_id: None,
    };
    match ask(connection, &request)? {
        Reply::Send { delivered, .. } => Ok(delivered),
        other => panic!("{other:?}"),
    }
}

fn read(connection: &Connection, limit: u32) -> Result<Vec<String>, Refusal> {
    match ask(connection, &Request::Read { peer: None, limit })? {
        Reply::Read { messages } => Ok(texts(&messages)),
        other => panic!("{other:?}"),
    }
}

fn list(connection: &Connection, pattern: &str) -> Result<Vec<String>, Refusal> {
    let request = Request::ListAccounts {
        pattern: pattern.into(),
        after: None,
        limit: PAGE_MAX,
    };
    match ask(connection, &request)? {
        Reply::ListAccounts { names, .. } => Ok(names.iter().map(ToString::to_string).collect()),
        other => panic!("{other:?}"),
    }
}

fn texts(messages: &[Message<'_>]) -> Vec<String> {
    let texts = messages.iter().map(|message| message.text.to_string());
    texts.collect()
}

/// Takes the next event as a front end does: it is told of what it writes.
fn pushed(connection: &Connection) -> Option<String> {
    let event = connection.outbox().pop()?;
    connection.tells(&event);
    match event {
        Event::MessageReceived(message) => Some(message.text.to_string()),
        other => panic!("{other:?}"),
    }
}

#[track_caller]
fn refused<T: std::fmt::Debug>(result: Result<T, Refusal>, code: ErrorCode) {
    assert_eq!(result.expect_err("must be refused").code, code);
}

fn an_open_account_lets_in_who_names_it_one_at_a_time(kind: Kind) {
    let house = House::new(kind, OPEN);
    let (first, second) = (house.connect(), house.connect());
    assert_eq!(sign_up(&first, "ann"), Ok(None));
    refused(sign_up(&second, "ann"), ErrorCode::AccountExists);
    refused(send(&first, "ann", "hello"), ErrorCode::NotLoggedIn);
    refused(enter(&first, "bob", None), ErrorCode::NoSuchAccount);
    refused(enter(&first, "a b", None), ErrorCode::NameNotAllowed);
    assert_eq!(enter(&first, "ann", None), Ok((Some(0), vec![])));
    refused(enter(&second, "ann", None), ErrorCode::AlreadyLoggedIn);
    refused(enter(&first, "ann", None), ErrorCode::AlreadyLoggedIn);
    assert_eq!(sign_up(&first, "bob"), Ok(None), "others may be signed up");
    assert_eq!(send(&first, "ann", "to oneself"), Ok(true));
    drop(first);
    assert_eq!(enter(&second, "ann", None).unwrap().1.len(), 1);
    assert_eq!(
        ask(&second, &Request::DeleteAccount),
        Ok(Reply::DeleteAccount)
    );
    refused(enter(&second, "ann", None), ErrorCode::NoSuchAccount);
}

fn what_waits_is_handed_over_once_oldest_first(kind: Kind) {
    let house = House::new(kind, OPEN);
    let (ann, bob) = (house.member("ann"), house.connect());
    sign_up(&bob, "bob").unwrap();
    for text in ["1", "2", "3"] {
        assert_eq!(send(&ann, "bob", text), Ok(false));
    }
    let (unread, messages) = enter(&bob, "bob", None).unwrap();
    assert_eq!(
        (unread, texts(&messages)),
        (Some(0), ["1", "2", "3"].map(str::to_owned).into())
    );
    assert!(
        messages
            .iter()
            .all(|message| message.read && &*message.from == "ann")
    );
    assert_eq!(send(&ann, "bob", "4"), Ok(true));
    assert_eq!(pushed(&bob).as_deref(), Some("4"));
    ask(&bob, &Request::LogOut).unwrap();
    assert_eq!(enter(&bob, "bob", None), Ok((Some(0), vec![])));
}

fn more_than_a_page_is_handed_over_in_pages(kind: Kind) {
    let house = House::new(kind, OPEN);
    let (ann, bob) = (house.member("ann"), house.connect());
    sign_up(&bob, "bob").unwrap();
    for number in 0..=PAGE_MAX {
        send(&ann, "bob", &number.to_string()).unwrap();
    }
    let (unread, messages) = enter(&bob, "bob", None).unwrap();
    assert_eq!((unread, messages.len()), (Some(1), PAGE_MAX as usize));
    drop(bob);
    let (unread, messages) = enter(&house.connect(), "bob", None).unwrap();
    assert_eq!(
        (unread, texts(&messages)),
        (Some(0), vec![PAGE_MAX.to_string()])
    );
}

fn a_push_marks_its_message_and_no_other(kind: Kind) {
    let house = House::new(kind, TAGGED);
    let (ann, bob) = (house.member("ann"), house.member("bob"));
    ask(&bob, &Request::LogOut).unwrap();
    send(&ann, "bob", "before").unwrap();
    assert_eq!(enter(&bob, "bob", None), Ok((Some(1), vec![])));
    for text in ["1", "2"] {
        assert_eq!(send(&ann, "bob", text), Ok(true));
    }
    assert_eq!(pushed(&bob).as_deref(), Some("1"));
    // The second was not written when the messages are asked for: the reply has it, and no event follows.
    assert_eq!(
        read(&bob, PAGE_MAX),
        Ok(["before", "2"].map(str::to_owned).into())
    );
    assert_eq!(pushed(&bob), None);
    assert_eq!(read(&bob, PAGE_MAX), Ok(vec![]));
}

fn what_was_not_written_stays_unread(kind: Kind) {
    let house = House::new(kind, OPEN);
    let (ann, bob) = (house.member("ann"), house.member("bob"));
    let text = "x".repeat(256);
    let mut sent = 1;
    while send(&ann, "bob", &text).unwrap() {
        sent += 1;
    }
    drop(bob);
    let (unread, messages) = enter(&house.connect(), "bob", None).unwrap();
    assert_eq!(messages.len() as u64 + unread.unwrap(), sent);
}

fn with_our_habits_a_push_marks_nothing(kind: Kind) {
    let house = House::new(kind, KEYED);
    let (ann, bob) = (house.member("ann"), house.member("bob"));
    send(&ann, "bob", "hello").unwrap();
    assert_eq!(pushed(&bob).as_deref(), Some("hello"));
    refused(read(&bob, 2), ErrorCode::NotEnoughUnread);
    assert_eq!(read(&bob, 1), Ok(vec!["hello".to_owned()]));
}

fn signing_up_enters_where_that_is_the_habit(kind: Kind) {
    let house = House::new(kind, TAGGED);
    let ann = house.member("ann");
    assert_eq!(send(&ann, "ann", "hello"), Ok(true));
    refused(sign_up(&ann, "bob"), ErrorCode::AlreadyLoggedIn);
    refused(
        enter(&house.connect(), "bob", None),
        ErrorCode::NoSuchAccount,
    );
    refused(
        enter(&house.connect(), "ann", None),
        ErrorCode::AlreadyLoggedIn,
    );
    ask(&ann, &Request::LogOut).unwrap();
    sign_up(&ann, "bob").expect("one connection serves several users in turn");
    refused(sign_up(&house.connect(), "bob"), ErrorCode::AccountExists);
}

fn a_key_opens_its_own_account_alone(kind: Kind) {
    let house = House::new(kind, KEYED);
    let connection = house.connect();
    let [ann, bob] = ["ann", "bob"].map(|name| sign_up(&connection, name).unwrap());
    assert!(ann.is_some() && ann != bob);
    for wrong in [None, bob, Some(Token([0; 16]))] {
        refused(
            enter(&connection, "ann", wrong),
            ErrorCode::IncorrectPassword,
        );
    }
    enter(&connection, "ann", ann).unwrap();
}

fn the_two_kinds_of_accounts_do_not_mix(kind: Kind) {
    let house = House::new(kind, OPEN);
    let (ours, open) = (house.chat.connection(), house.connect());
    let keyed = house.chat.connection_with(KEYED);
    let name = || "ann".into();
    let verifier = Verifier {
        salt: [1; 16],
        iterations: 4_096,
        stored_key: [0; 32],
        server_key: [3; 32],
    };
    let client_nonce = Nonce([1; 18]);
    for request in [
        Request::CreateAccount {
            name: name(),
            verifier,
        },
        Request::LogInStart {
            name: name(),
            client_nonce,
        },
        Request::LogInFinish {
            login_id: LoginId(1),
            proof: [0; 32],
        },
        Request::Resume {
            token: Token([0; 16]),
        },
    ] {
        refused(ask(&open, &request), ErrorCode::NotExpressible);
        refused(ask(&keyed, &request), ErrorCode::NotExpressible);
    }
    refused(sign_up(&ours, "ann"), ErrorCode::NotExpressible);
    refused(enter(&ours, "ann", None), ErrorCode::NotExpressible);
    ask(
        &ours,
        &Request::CreateAccount {
            name: name(),
            verifier,
        },
    )
    .unwrap();
    refused(enter(&open, "ann", None), ErrorCode::IncorrectPassword);
    refused(
        enter(&keyed, "ann", Some(Token([0; 16]))),
        ErrorCode::IncorrectPassword,
    );
    sign_up(&open, "bob").unwrap();
    refused(
        enter(&keyed, "bob", Some(Token([0; 16]))),
        ErrorCode::IncorrectPassword,
    );
    refused(enter(&keyed, "bob", None), ErrorCode::IncorrectPassword);
}

fn accounts_are_listed_as_the_habits_say(kind: Kind) {
    let house = House::new(kind, TAGGED);
    let connection = house.connect();
    for name in ["ann", "anna", "bob"] {
        drop(house.member(name));
    }
    assert_eq!(list(&connection, "^an+$"), Ok(vec!["ann".to_owned()]));
    assert_eq!(
        list(&connection, ""),
        Ok(["ann", "anna", "bob"].map(str::to_owned).into())
    );
    refused(list(&connection, "("), ErrorCode::PatternNotAllowed);
    let open = house.chat.connection_with(OPEN);
    assert_eq!(
        list(&open, "an*"),
        Ok(["ann", "anna"].map(str::to_owned).into())
    );
    refused(list(&open, "^an"), ErrorCode::PatternNotAllowed);
    refused(list(&house.chat.connection(), "*"), ErrorCode::NotLoggedIn);
}

fn texts_are_as_long_as_the_habits_say(kind: Kind) {
    let house = House::new(kind, TAGGED);
    let ann = house.member("ann");
    assert_eq!(send(&ann, "ann", &"ä".repeat(280)), Ok(true));
    let refusal = send(&ann, "ann", &"ä".repeat(281)).unwrap_err();
    assert_eq!(refusal, Refusal::with_detail(ErrorCode::TextTooLong, 280));
}

/// Makes a test of each function for each store.
macro_rules! over_every_store {
    ($($test:ident),* $(,)?) => {
        over_every_store!(@ memory Memory $($test)*);
        over_every_store!(@ sqlite Sqlite $($test)*);
        over_every_store!(@ sqlite_per_request SqlitePerRequest $($test)*);
    };
    (@ $module:ident $kind:ident $($test:ident)*) => {
        mod $module { $(#[test] fn $test() { super::$test(super::Kind::$kind); })* }
    };
}

over_every_store![
    an_open_account_lets_in_who_names_it_one_at_a_time,
    what_waits_is_handed_over_once_oldest_first,
    more_than_a_page_is_handed_over_in_pages,
    a_push_marks_its_message_and_no_other,
    what_was_not_written_stays_unread,
    with_our_habits_a_push_marks_nothing,
    signing_up_enters_where_that_is_the_habit,
    a_key_opens_its_own_account_alone,
    the_two_kinds_of_accounts_do_not_mix,
    accounts_are_listed_as_the_habits_say,
    texts_are_as_long_as_the_habits_say,
];
