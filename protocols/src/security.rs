//! What a server shows and a client trusts, on transports that encrypt.

use serde::{Deserialize, Serialize};

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
