//! The command line.

use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use clap::{Args, Parser, Subcommand};
use protocols::registry::{self, Front, Pair, Protocol};
use server_core::limits::Options;
use server_core::store::StoreSpec;
use tracing_subscriber::EnvFilter;

/// What `chat` was asked to do.
#[derive(Debug, Parser)]
#[command(
    name = "chat",
    about = "A chat server that speaks many protocols, and what goes with it",
    version
)]
pub(crate) struct CommandLine {
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Serves one chat core over any number of protocols at once
    ///
    /// Prints `READY protocol=address` for each on stdout once all are ready, and logs to stderr. SIGTERM or Ctrl-C
    /// ends it: everyone is told, what was asked is answered, the store is closed.
    Serve(ServeOptions),
    /// Logs in and prints the session's token, for tools such as nc, curl or grpcurl
    ///
    /// Asks for what is not given; the password may also be in `CHAT_PASSWORD`. When stdin is no terminal, its lines
    /// are taken instead: the name if `--name` is missing, then the password.
    Token(TokenOptions),
}

/// Options of `chat serve`.
#[derive(Args, Debug)]
pub(crate) struct ServeOptions {
    /// Where to serve which protocol; may be repeated. An address is HOST:PORT, where port 0 chooses one; with unix, a path
    ///
    /// The notebooks' formats, whose accounts have no passwords, are served only where they are named here. Each has
    /// accounts of its own: in memory, or in a file beside the store's, such as chat.db.pipe.
    #[arg(long, value_name = "PROTOCOL=ADDRESS", default_values = [
        "custom=127.0.0.1:54400", "json=127.0.0.1:54401", "grpc=127.0.0.1:54402",
    ])]
    pub(crate) listen: Vec<Endpoint>,

    /// What to show where a protocol encrypts: a file with a certificate, and those that vouch for it, as PEM
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    pub(crate) tls_cert: Option<PathBuf>,

    /// The key of that certificate, as PEM
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    pub(crate) tls_key: Option<PathBuf>,

    /// Where accounts and messages live: memory, sqlite:PATH or sqlite-per-request:PATH
    #[arg(long, value_name = "STORE", default_value = "sqlite:chat.db")]
    pub(crate) store: StoreSpec,

    /// How long the deletion of messages can be undone, such as 30s; 0s turns undoing off
    #[arg(long, value_name = "DURATION", default_value = "0s", value_parser = parse_duration)]
    undo: Duration,

    /// The longest text of a message, in characters
    // Up to that, a request fits into a frame in every protocol, however its text is escaped.
    #[arg(long, value_name = "CHARACTERS", default_value_t = 256, value_parser = clap::value_parser!(u32).range(1..=4096))]
    max_text: u32,

    /// How long a session can be taken up again after its connection has closed
    #[arg(long, value_name = "DURATION", default_value = "60s", value_parser = parse_duration)]
    session_grace: Duration,

    /// Worker threads; as many as there are processors by default
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) server_threads: Option<u16>,

    /// What is logged, as tracing-subscriber's filters say it
    #[arg(
        long,
        value_name = "FILTER",
        env = "RUST_LOG",
        default_value = "info,protocols=debug,server_core=debug"
    )]
    pub(crate) log: LogFilter,
}

impl ServeOptions {
    /// What the core is to do differently.
    pub(crate) fn core_options(&self) -> Options {
        Options {
            text_max_chars: self.max_text,
            undo_grace_ms: whole_milliseconds(self.undo),
            session_grace_ms: whole_milliseconds(self.session_grace),
        }
    }
}

/// Options of `chat token`.
#[derive(Args, Debug)]
pub(crate) struct TokenOptions {
    /// What the server speaks
    #[arg(long, value_name = "PROTOCOL", default_value = "json", value_parser = parse_with_passwords)]
    pub(crate) protocol: ChatProtocol,

    /// Where the server is: HOST:PORT, or a path with unix
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:54401")]
    pub(crate) server: String,

    /// Whom to trust where the protocol encrypts: a file with the certificates, as PEM, that may vouch for the server
    #[arg(long, value_name = "FILE")]
    pub(crate) tls_ca: Option<PathBuf>,

    /// The name or IP address that the server's certificate is made out to; the host of `--server` by default
    #[arg(long, value_name = "NAME", requires = "tls_ca")]
    pub(crate) tls_name: Option<String>,

    /// The account's name
    #[arg(long)]
    pub(crate) name: Option<String>,

    /// Create the account if it does not exist
    #[arg(long)]
    pub(crate) create: bool,
}

/// A protocol that serves the chat core.
#[derive(Clone, Copy)]
pub(crate) struct ChatProtocol {
    pub(crate) protocol: &'static Protocol,
    pub(crate) pair: Pair,
}

impl FromStr for ChatProtocol {
    type Err = anyhow::Error;

    fn from_str(name: &str) -> Result<Self> {
        let protocol = registry::find(name)?;
        match protocol.front {
            Front::Chat(_) if protocol.is_in_process() => {
                bail!(
                    "{name} has both ends in one process, where no client of yours could be; it is there for loadgen"
                )
            }
            Front::Chat(pair) => Ok(Self { protocol, pair }),
            Front::Reference(_) => {
                bail!("{name} has no chat behind it; it is there for loadgen to compare with")
            }
        }
    }
}

impl std::fmt::Debug for ChatProtocol {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.protocol.name)
    }
}

/// Takes a protocol whose accounts have passwords: others give no tokens.
fn parse_with_passwords(name: &str) -> Result<ChatProtocol> {
    let protocol: ChatProtocol = name.parse()?;
    if !protocol.pair.codec.capabilities().has_passwords() {
        bail!(
            "accounts of {name} have no passwords, and log-ins there give no token; connect with a client of that format"
        );
    }
    Ok(protocol)
}

/// One front end: a protocol, under the name that it was asked for, and where it listens.
#[derive(Clone, Debug)]
pub(crate) struct Endpoint {
    pub(crate) name: String,
    pub(crate) protocol: ChatProtocol,
    pub(crate) address: String,
}

impl FromStr for Endpoint {
    type Err = anyhow::Error;

    fn from_str(asked: &str) -> Result<Self> {
        let (name, address) = asked
            .split_once('=')
            .context("say which protocol and where, such as json=127.0.0.1:54401")?;
        let protocol: ChatProtocol = name.parse()?;
        protocol.protocol.check_address(address)?;
        Ok(Self {
            name: name.to_owned(),
            protocol,
            address: address.to_owned(),
        })
    }
}

/// A filter of log lines that is known to be one.
#[derive(Clone, Debug)]
pub(crate) struct LogFilter(String);

impl LogFilter {
    pub(crate) fn filter(&self) -> EnvFilter {
        EnvFilter::new(&self.0)
    }
}

impl FromStr for LogFilter {
    type Err = anyhow::Error;

    fn from_str(filter: &str) -> Result<Self> {
        EnvFilter::try_new(filter)
            .context("that is no filter; try info or info,protocols=debug")?;
        Ok(Self(filter.to_owned()))
    }
}

/// Takes a whole number with its unit: `500ms`, `30s`, `2m`, `1h`.
fn parse_duration(text: &str) -> Result<Duration> {
    let digits = text
        .find(|digit: char| !digit.is_ascii_digit())
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let unit_ms: u64 = match unit {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60 * 1_000,
        "h" => 60 * 60 * 1_000,
        _ => bail!("a duration is a whole number with ms, s, m or h, such as 30s"),
    };
    let number: u64 = number
        .parse()
        .context("a duration begins with a whole number, such as 30s")?;
    number
        .checked_mul(unit_ms)
        .map(Duration::from_millis)
        .context("that duration is too long")
}

fn whole_milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    fn serve(arguments: &[&str]) -> Result<ServeOptions, clap::Error> {
        let line = ["chat", "serve"].iter().chain(arguments);
        CommandLine::try_parse_from(line).map(|line| match line.command {
            Command::Serve(options) => options,
            Command::Token(_) => unreachable!("serve was asked for"),
        })
    }

    #[test]
    fn the_command_line_is_sound() {
        CommandLine::command().debug_assert();
    }

    #[test]
    fn defaults_are_three_protocols_on_loopback_and_a_durable_store() {
        let options = serve(&[]).unwrap();
        let fronts: Vec<_> = options
            .listen
            .iter()
            .map(|end| (end.name.as_str(), end.address.as_str()))
            .collect();
        let expected = [
            ("custom", "127.0.0.1:54400"),
            ("json", "127.0.0.1:54401"),
            ("grpc", "127.0.0.1:54402"),
        ];
        assert_eq!(fronts, expected);
        assert_eq!(options.store.to_string(), "sqlite:chat.db");
        assert_eq!(options.core_options(), Options::default());
    }

    #[test]
    fn options_reach_the_core() {
        let options = serve(&[
            "--undo",
            "30s",
            "--max-text",
            "4096",
            "--session-grace",
            "2m",
        ])
        .unwrap();
        let expected = Options {
            text_max_chars: 4_096,
            undo_grace_ms: 30_000,
            session_grace_ms: 120_000,
        };
        assert_eq!(options.core_options(), expected);
    }

    #[track_caller]
    fn check_duration(text: &str, milliseconds: Option<u64>) {
        assert_eq!(
            parse_duration(text).ok(),
            milliseconds.map(Duration::from_millis),
            "{text:?}"
        );
    }

    #[test]
    fn durations_have_a_unit() {
        check_duration("0s", Some(0));
        check_duration("250ms", Some(250));
        check_duration("30s", Some(30_000));
        check_duration("2m", Some(120_000));
        check_duration("1h", Some(3_600_000));
        for wrong in [
            "",
            "30",
            "s",
            "-1s",
            "1.5s",
            "1d",
            "1 s",
            "99999999999999999h",
            "99999999999999999999s",
        ] {
            check_duration(wrong, None);
        }
    }

    #[track_caller]
    fn check_refused(arguments: &[&str], said: &str) {
        let error = serve(arguments).expect_err("usage");
        assert_eq!(error.exit_code(), 2);
        assert!(error.to_string().contains(said), "{error}");
    }

    #[test]
    fn what_cannot_be_served_says_what_can() {
        check_refused(&["--listen", "jsn=127.0.0.1:0"], "did you mean \"json\"?");
        check_refused(
            &["--listen", "floor=127.0.0.1:0"],
            "floor has no chat behind it",
        );
        check_refused(
            &["--listen", "127.0.0.1:54401"],
            "say which protocol and where",
        );
        check_refused(&["--listen", "json=127.0.0.1"], "a host and a port");
        check_refused(&["--listen", "json=127.0.0.1:99999"], "a host and a port");
        check_refused(&["--store", "mysql"], "there is no store \"mysql\"");
        check_refused(&["--undo", "30"], "such as 30s");
        check_refused(&["--max-text", "0"], "1..=4096");
        check_refused(&["--server-threads", "0"], "1..=1024");
        check_refused(&["--log", "chat=loud=er"], "that is no filter");
    }
}
