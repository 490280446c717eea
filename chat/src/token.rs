//! `chat token`: a session for tools that cannot log in by themselves.

use std::io::Write as _;
use std::sync::Arc;

use anyhow::{Context as _, Result, bail};
use base64::prelude::{BASE64_STANDARD, Engine as _};
use protocols::client::{Caller, LogInError, LoggedIn};
use protocols::counted::Traffic;
use protocols::security::Trust;
use protocols::transport::Connect;
use server_core::environment::{Environment as _, System};
use server_core::limits::PROTOCOL_VERSION;
use server_core::message::Nonce;
use server_core::scram::{ClientKeys, Hashing};
use server_core::{ErrorCode, Request};

use crate::config::{ChatProtocol, TokenOptions};
use crate::prompt::{self, Echo};

/// Iterations for new accounts, as OWASP's password storage cheat sheet asks of PBKDF2-HMAC-SHA256.
const ITERATIONS: u32 = 600_000;

/// Logs in and prints the token on stdout; how to use it goes to stderr.
pub(crate) fn run(options: &TokenOptions, trust: Option<Arc<Trust>>) -> Result<()> {
    let credentials = Credentials::ask(options)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let runtime = runtime.context("cannot start the runtime")?;
    let logged_in = runtime.block_on(log_in(options, trust, &credentials))?;
    let token = BASE64_STANDARD.encode(logged_in.token.0);
    let mut out = std::io::stdout().lock();
    writeln!(out, "{token}")
        .and_then(|()| out.flush())
        .context("cannot write to stdout")?;
    eprintln!("{}", usage(&options.protocol, &options.server));
    Ok(())
}

struct Credentials {
    name: String,
    password: String,
}

impl Credentials {
    fn ask(options: &TokenOptions) -> Result<Self> {
        let name = match &options.name {
            Some(name) => name.clone(),
            None => prompt::ask("name", Echo::Shown)?,
        };
        if let Ok(password) = std::env::var("CHAT_PASSWORD") {
            return Ok(Self { name, password });
        }
        let password = prompt::ask("password", Echo::Hidden)?;
        let new_and_typed = options.create && prompt::is_interactive();
        if new_and_typed && prompt::ask("password again", Echo::Hidden)? != password {
            bail!("the two passwords differ; try again");
        }
        Ok(Self { name, password })
    }
}

async fn log_in(
    options: &TokenOptions,
    trust: Option<Arc<Trust>>,
    credentials: &Credentials,
) -> Result<LoggedIn> {
    let Credentials { name, password } = credentials;
    let mut caller = connect(options, trust).await?;
    let derive = |hashing| ClientKeys::derive(password, hashing);
    let mut logged_in = caller.log_in_with(name, Nonce(random()), derive).await;
    if options.create && is_refused(&logged_in, ErrorCode::NoSuchAccount) {
        let keys = create(&mut caller, credentials).await?;
        let keys_for = |hashing| {
            if keys.hashing() == hashing {
                keys
            } else {
                derive(hashing)
            }
        };
        logged_in = caller.log_in_with(name, Nonce(random()), keys_for).await;
    }
    if is_refused(&logged_in, ErrorCode::NoSuchAccount) {
        bail!("account {name} doesn't exist; check the name, or add --create");
    }
    logged_in.with_context(|| format!("cannot log in as {name}"))
}

fn is_refused(logged_in: &Result<LoggedIn, LogInError>, code: ErrorCode) -> bool {
    matches!(logged_in, Err(LogInError::Refused(refusal)) if refusal.code == code)
}

async fn connect(options: &TokenOptions, trust: Option<Arc<Trust>>) -> Result<Caller> {
    let pair = options.protocol.pair;
    let connect = Connect {
        address: options.server.clone(),
        authority: None,
        codec: pair.codec,
        traffic: Arc::new(Traffic::default()),
        compression: None,
        trust,
    };
    let mut caller = Caller::new(pair.transport.connect(connect).await?);
    let hello = caller
        .call(&Request::Hello {
            version: PROTOCOL_VERSION,
        })
        .await;
    let protocol = options.protocol.protocol.short_name();
    hello.with_context(|| format!("{} does not answer in {protocol}", options.server))??;
    Ok(caller)
}

/// Creates the account; gives the keys that log into it.
async fn create(caller: &mut Caller, credentials: &Credentials) -> Result<ClientKeys> {
    let Credentials { name, password } = credentials;
    let keys = ClientKeys::derive(
        password,
        Hashing {
            salt: random(),
            iterations: ITERATIONS,
        },
    );
    caller
        .create_account(name, &keys)
        .await
        .with_context(|| format!("cannot create {name}"))?;
    Ok(keys)
}

fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    System.fill_random(&mut bytes);
    bytes
}

/// How the token is used, without the token itself: stderr may be a log.
fn usage(protocol: &ChatProtocol, server: &str) -> String {
    let kept = "The session is kept for a while after its last use, 60 s unless the server says otherwise.";
    let how = match (protocol.pair.codec.name(), protocol.pair.transport.name()) {
        ("json", transport @ ("tcp" | "unix" | "tls")) => {
            let by_hand = match transport {
                "unix" => format!("nc -U {server}"),
                "tls" => format!("openssl s_client -quiet -connect {server}"),
                _ => {
                    let (host, port) = server.rsplit_once(':').unwrap_or((server, ""));
                    format!("nc {host} {port}")
                }
            };
            format!(
                "Take it up with `{by_hand}`, TOKEN being the line above:\n  \
                 {{\"op\":\"resume\",\"token\":\"TOKEN\"}}\n  \
                 {{\"op\":\"send\",\"to\":\"user02\",\"text\":\"hello\"}}"
            )
        }
        ("json", "http") => format!(
            "Send it with each call, TOKEN being the line above:\n  \
             curl --json '{{\"to\":\"user02\",\"text\":\"hello\"}}' -H 'authorization: Bearer TOKEN' http://{server}/v1/send\n  \
             curl -N -H 'authorization: Bearer TOKEN' http://{server}/v1/events"
        ),
        (_, "http") => "Send it with each call as the header `authorization: Bearer TOKEN`, TOKEN being the line above."
            .to_owned(),
        (_, "grpc") => format!(
            "Send it with each call as the metadata `authorization: Bearer TOKEN`, TOKEN being the line above:\n  \
             grpcurl -plaintext -import-path proto -proto chat.proto -H 'authorization: Bearer TOKEN' \\\n    \
             -d '{{\"to\":\"user02\",\"text\":\"hello\"}}' {server} chat.v1.Chat/Send"
        ),
        _ => "Take it up with the request `Resume`; it is the 16 bytes that the line above says in base64.".to_owned(),
    };
    format!("{kept}\n{how}")
}
