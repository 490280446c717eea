//! Where a server is that runs already, and whom to trust there.

use std::path::PathBuf;

use clap::Args;
use protocols::registry::Protocol;
use protocols::security::Trust;
use protocols::transport::Encryption;

use crate::exit::UsageError;

/// What can be asked for.
#[derive(Args, Clone, Debug, Default)]
pub struct TrustArgs {
    /// A file with the certificates, as PEM, that may vouch for the server at `--addr`: needed where the protocol
    /// encrypts. A certificate that vouches for itself is one of them.
    #[arg(long, value_name = "FILE", requires = "addr")]
    pub tls_ca: Option<PathBuf>,

    /// The name or IP address that the certificate of the server at `--addr` is made out to [default: the host of
    /// `--addr`].
    #[arg(long, value_name = "NAME", requires = "tls_ca")]
    pub tls_name: Option<String>,
}

impl TrustArgs {
    /// Whom to trust at this address, which is held against the protocol, too.
    ///
    /// # Errors
    /// When the protocol has no such addresses, does not encrypt and was told whom to trust, or encrypts and was not,
    /// or when there is nothing in the file that can be used.
    pub fn load(&self, protocol: &Protocol, address: &str) -> Result<Option<Trust>, UsageError> {
        let name = protocol.short_name();
        let checked = protocol.check_address(address);
        checked.map_err(|error| {
            UsageError(format!("--addr {address:?} is none for {name}: {error}"))
        })?;
        let roots = match (protocol.encryption(), &self.tls_ca) {
            (Encryption::None, None) => return Ok(None),
            (Encryption::None, Some(_)) => {
                return Err(UsageError(format!(
                    "--tls-ca has no effect over {name}, which does not encrypt; leave it out"
                )));
            }
            (Encryption::Tls, None) => {
                return Err(UsageError(format!(
                    "{name} encrypts: say with --tls-ca FILE whose certificates may vouch for the server at {address}"
                )));
            }
            (Encryption::Tls, Some(roots)) => roots,
        };
        let server_name = self.tls_name.as_deref().unwrap_or_else(|| host(address));
        let trust = Trust::load(roots, server_name);
        let trust =
            trust.map_err(|error| UsageError(format!("--tls-ca {}: {error}", roots.display())))?;
        Ok(Some(trust))
    }
}

/// The host of `host:port`, without the brackets around an IPv6 address.
fn host(address: &str) -> &str {
    let host = address.rsplit_once(':').map_or(address, |(host, _)| host);
    host.trim_matches(['[', ']'])
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;
    use protocols::registry;
    use protocols::security::throwaway;

    use crate::cli::Cli;

    fn check(protocol: &str, address: &str, words: &[&str]) -> Result<Option<String>, String> {
        let line = [&["loadgen", "--addr", address], words].concat();
        let cli = Cli::try_parse_from(line).map_err(|error| error.to_string())?;
        let protocol = registry::find(protocol).expect("it is one");
        let trust = cli.run.trust.load(protocol, address);
        let trust = trust.map_err(|error| error.to_string())?;
        Ok(trust.map(|trust| trust.server_name))
    }

    #[track_caller]
    fn check_refused(protocol: &str, address: &str, words: &[&str], saying: &str) {
        let refused = check(protocol, address, words).expect_err("it makes no sense");
        assert!(refused.contains(saying), "{refused}");
    }

    #[test]
    fn a_server_is_called_as_its_address_says_or_as_asked() {
        let directory = tempfile::tempdir().expect("there is room");
        let path = directory.path().join("ca.pem");
        std::fs::write(&path, throwaway().1.roots_pem).expect("it is written");
        let ca = ["--tls-ca", path.to_str().expect("it is text")];
        let named = [&ca[..], &["--tls-name", "chat.example"]].concat();
        let some = |name: &str| Ok(Some(name.to_owned()));
        assert_eq!(check("json+tls", "[::1]:443", &ca), some("::1"));
        assert_eq!(check("json+tls", "127.0.0.1:1", &ca), some("127.0.0.1"));
        assert_eq!(
            check("json+tls", "127.0.0.1:1", &named),
            some("chat.example")
        );
        assert_eq!(check("json", "127.0.0.1:1", &[]), Ok(None));
        assert_eq!(check("json+unix", "/run/x.sock", &[]), Ok(None));
        check_refused("json", "127.0.0.1:1", &ca, "no effect over json");
        let unnamed = [&ca[..], &["--tls-name", "no name"]].concat();
        check_refused("json+tls", "127.0.0.1:1", &unnamed, "neither a host's name");
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        check_refused("json+tls", "127.0.0.1:1", &[], "--tls-ca FILE");
        let missing = ["--tls-ca", "/no/such/file"];
        check_refused("json+tls", "127.0.0.1:1", &missing, "cannot read");
        let none = ["--tls-ca", "/dev/null"];
        check_refused("json+tls", "127.0.0.1:1", &none, "no certificate");
        check_refused("json", "127.0.0.1:1", &["--tls-name", "x"], "--tls-ca");
        check_refused("json", "/run/x.sock", &[], "host:port");
        check_refused("json+unix", "127.0.0.1:1", &[], "a path");
        check_refused("json+mem", "mem1", &[], "no other process");
    }
}
