//! The files that encryption needs: what a server shows, and whom a client trusts.

use std::sync::Arc;

use protocols::security::{Identity, Trust};
use protocols::transport::Encryption;

use crate::config::{ChatProtocol, Command, ServeOptions, TokenOptions};

/// How to make a certificate for trying things out.
const RECIPE: &str = "for trying things out, make one with `openssl req -x509 -newkey ed25519 -nodes -days 30 -keyout \
                      key.pem -out cert.pem -subj /CN=localhost -addext subjectAltName=DNS:localhost,IP:127.0.0.1 -addext \
                      basicConstraints=critical,CA:FALSE`";

/// What was in the files.
#[derive(Default)]
pub(crate) struct Secrets {
    pub(crate) identity: Option<Arc<Identity>>,
    pub(crate) trust: Option<Arc<Trust>>,
}

impl Secrets {
    /// Reads what a command needs, and holds it against what was asked for: words for the command line if that makes no
    /// sense.
    pub(crate) fn load(command: &Command) -> Result<Self, String> {
        match command {
            Command::Serve(options) => Ok(Self {
                identity: identity(options)?.map(Arc::new),
                ..Self::default()
            }),
            Command::Token(options) => Ok(Self {
                trust: trust(options)?.map(Arc::new),
                ..Self::default()
            }),
        }
    }
}

fn encrypts(protocol: ChatProtocol) -> bool {
    protocol.protocol.encryption() == Encryption::Tls
}

fn identity(options: &ServeOptions) -> Result<Option<Identity>, String> {
    let encrypting = options.listen.iter().find(|end| encrypts(end.protocol));
    match (
        encrypting,
        options.tls_cert.as_ref().zip(options.tls_key.as_ref()),
    ) {
        (None, None) => Ok(None),
        (Some(end), None) => Err(format!(
            "{} encrypts: say with --tls-cert FILE and --tls-key FILE what to show; {RECIPE}",
            end.name
        )),
        (None, Some(_)) => {
            Err("--tls-cert has no effect: no protocol that is listened for encrypts".to_owned())
        }
        (Some(_), Some((certificates, key))) => {
            let identity = Identity::load(certificates, key);
            let words = |error| {
                let (certificates, key) = (certificates.display(), key.display());
                format!("--tls-cert {certificates} with --tls-key {key}: {error}")
            };
            identity.map(Some).map_err(words)
        }
    }
}

fn trust(options: &TokenOptions) -> Result<Option<Trust>, String> {
    let protocol = options.protocol.protocol;
    let (name, server) = (protocol.short_name(), &options.server);
    let checked = protocol.check_address(server);
    checked.map_err(|error| format!("--server {server:?} is none for {name}: {error}"))?;
    match (encrypts(options.protocol), &options.tls_ca) {
        (false, None) => Ok(None),
        (false, Some(_)) => Err(format!(
            "--tls-ca has no effect over {name}, which does not encrypt"
        )),
        (true, None) => Err(format!(
            "{name} encrypts: say with --tls-ca FILE whose certificates may vouch for the server"
        )),
        (true, Some(roots)) => {
            let host = server.rsplit_once(':').map_or(&**server, |(host, _)| host);
            let host = host.trim_matches(['[', ']']);
            let trust = Trust::load(roots, options.tls_name.as_deref().unwrap_or(host));
            let words = |error| format!("--tls-ca {}: {error}", roots.display());
            trust.map(Some).map_err(words)
        }
    }
}
