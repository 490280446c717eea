//! What a server shows and a client trusts, on transports that encrypt.

pub(crate) mod tls;

use std::fs;
use std::path::Path;
use std::sync::Arc;

use rcgen::{CertificateParams, DnType, KeyPair, PKCS_ED25519};
use serde::{Deserialize, Serialize};

use crate::transport::{Encryption, Transport};

/// What a server shows: a certificate and its key.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// The certificate and those that vouch for it, as PEM (RFC 7468).
    pub certificates_pem: String,
    /// Its private key, as PEM.
    pub key_pem: String,
}

/// Keys are kept out of logs.
impl std::fmt::Debug for Identity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Identity").finish_non_exhaustive()
    }
}

/// Whom a client trusts, and what it calls the server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trust {
    /// The certificates that may vouch for a server's, as PEM.
    pub roots_pem: String,
    /// The name or the IP address that the server's certificate must be made out to.
    pub server_name: String,
}

impl Identity {
    /// Reads a certificate, with those that vouch for it, and its key, and checks that they belong together.
    ///
    /// # Errors
    /// [`SecurityError`].
    pub fn load(certificates: &Path, key: &Path) -> Result<Self, SecurityError> {
        let identity = Self {
            certificates_pem: read(certificates)?,
            key_pem: read(key)?,
        };
        tls::server(&identity).map(|_| identity)
    }
}

impl Trust {
    /// Reads the certificates that may vouch for the server of this name or IP address, and checks that it is one.
    ///
    /// # Errors
    /// [`SecurityError`].
    pub fn load(roots: &Path, server_name: &str) -> Result<Self, SecurityError> {
        let trust = Self {
            roots_pem: read(roots)?,
            server_name: server_name.to_owned(),
        };
        tls::server_name(&trust)?;
        tls::client(&trust).map(|_| trust)
    }
}

fn read(path: &Path) -> Result<String, SecurityError> {
    fs::read_to_string(path).map_err(|source| SecurityError::File {
        path: path.display().to_string(),
        source,
    })
}

/// What both ends of a test or a trial need.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Throwaway {
    /// What the server shows; `None` where nothing is encrypted.
    pub identity: Option<Arc<Identity>>,
    /// Whom the client trusts, likewise.
    pub trust: Option<Arc<Trust>>,
}

impl Throwaway {
    /// What both ends need on this transport.
    #[must_use]
    pub fn of(transport: &dyn Transport) -> Self {
        match transport.encryption() {
            Encryption::None => Self::default(),
            Encryption::Tls => {
                let (identity, trust) = throwaway();
                Self {
                    identity: Some(Arc::new(identity)),
                    trust: Some(Arc::new(trust)),
                }
            }
        }
    }
}

/// The names that throwaway certificates are made out to.
const LOOPBACK: [&str; 3] = ["localhost", "127.0.0.1", "::1"];

/// A new certificate for this machine's loopback, which vouches for itself, and whoever trusts it and nobody else. Its
/// key and all signatures have one length (Ed25519, RFC 8410), so that any two handshakes have as many bytes.
///
/// # Panics
/// If the system has no randomness to make a key of.
#[must_use]
pub fn throwaway() -> (Identity, Trust) {
    let key = KeyPair::generate_for(&PKCS_ED25519).expect("the system has randomness");
    let mut certificate =
        CertificateParams::new(LOOPBACK.map(str::to_owned)).expect("these names are names");
    certificate
        .distinguished_name
        .push(DnType::CommonName, "throwaway certificate");
    certificate.serial_number = Some(1_u64.into());
    let certificate = certificate
        .self_signed(&key)
        .expect("a key can sign its own certificate");
    let identity = Identity {
        certificates_pem: certificate.pem(),
        key_pem: key.serialize_pem(),
    };
    let trust = Trust {
        roots_pem: certificate.pem(),
        server_name: LOOPBACK[0].to_owned(),
    };
    (identity, trust)
}

/// Certificates, keys or names that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SecurityError {
    /// A file cannot be read.
    #[error("cannot read {path}: {source}")]
    File {
        /// Which one.
        path: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// A file of certificates holds none, or something else.
    #[error(
        "there is no certificate in it that can be used ({problem}); it begins with -----BEGIN CERTIFICATE-----"
    )]
    Certificates {
        /// What is wrong with it.
        problem: String,
    },
    /// A key's file holds none.
    #[error(
        "there is no private key in it that can be used ({problem}); it has -----BEGIN PRIVATE KEY-----"
    )]
    Key {
        /// What is wrong with it.
        problem: String,
    },
    /// A certificate and a key cannot be shown together.
    #[error("the certificate and its key cannot be used: {problem}")]
    Identity {
        /// What is wrong with them.
        problem: String,
    },
    /// A name that no certificate can be made out to.
    #[error("{name:?} is neither a host's name nor an IP address")]
    Name {
        /// The name.
        name: String,
    },
    /// A server was not told what to show.
    #[error("needs a certificate and its key to serve with")]
    NoIdentity,
    /// A client was not told whom to trust.
    #[error("needs to be told whose certificate to trust")]
    NoTrust,
}
