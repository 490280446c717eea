//! How both ends of TLS are set, by itself and within QUIC: TLS 1.3 (RFC 8446), a full handshake for each connection, and
//! no connection that is not verified.

use std::sync::{Arc, Mutex, PoisonError};

use rustls::client::Resumption;
use rustls::crypto::{CryptoProvider, ring};
use rustls::server::NoServerSessionStorage;
use rustls::version::TLS13;
use rustls::{ClientConfig, RootCertStore, ServerConfig};
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, PrivateKeyDer, ServerName};

use super::{Identity, SecurityError, Trust};
use crate::transport::TransportError;

/// What conditions say of it.
pub(crate) const CONDITION: &str = "1.3, a full handshake for each connection";

fn provider() -> Arc<CryptoProvider> {
    Arc::new(ring::default_provider())
}

/// A server that shows this, and remembers no sessions: resumption would make later connections cheaper than the first.
///
/// # Errors
/// [`SecurityError`] if certificate and key are none, or do not belong together.
pub(crate) fn server(identity: &Identity) -> Result<ServerConfig, SecurityError> {
    let certificates = certificates(&identity.certificates_pem)?;
    let key = PrivateKeyDer::from_pem_slice(identity.key_pem.as_bytes());
    let key = key.map_err(|error| SecurityError::Key {
        problem: error.to_string(),
    })?;
    let unusable = |error: rustls::Error| SecurityError::Identity {
        problem: error.to_string(),
    };
    let mut config = ServerConfig::builder_with_provider(provider())
        .with_protocol_versions(&[&TLS13])
        .map_err(unusable)?
        .with_no_client_auth()
        .with_single_cert(certificates, key)
        .map_err(unusable)?;
    config.send_tls13_tickets = 0;
    config.session_storage = Arc::new(NoServerSessionStorage {});
    Ok(config)
}

/// A client that trusts these and nobody else.
///
/// # Errors
/// [`SecurityError::Certificates`].
pub(crate) fn client(trust: &Trust) -> Result<ClientConfig, SecurityError> {
    let unusable = |error: rustls::Error| SecurityError::Certificates {
        problem: error.to_string(),
    };
    let mut roots = RootCertStore::empty();
    for certificate in certificates(&trust.roots_pem)? {
        roots.add(certificate).map_err(unusable)?;
    }
    let mut config = ClientConfig::builder_with_provider(provider())
        .with_protocol_versions(&[&TLS13])
        .map_err(unusable)?
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.resumption = Resumption::disabled();
    Ok(config)
}

/// What connections with the same trust share, as those of any client do: only the first of them pays for making it.
///
/// # Errors
/// As [`client`].
pub(crate) fn shared_client(
    trust: &Trust,
    applications: &[Vec<u8>],
) -> Result<Arc<ClientConfig>, SecurityError> {
    static LAST: Mutex<Option<Shared>> = Mutex::new(None);
    let mut last = LAST.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(shared) = &*last
        && shared.roots_pem == trust.roots_pem
        && shared.config.alpn_protocols == applications
    {
        return Ok(Arc::clone(&shared.config));
    }
    let mut config = client(trust)?;
    config.alpn_protocols = applications.to_vec();
    let config = Arc::new(config);
    *last = Some(Shared {
        roots_pem: trust.roots_pem.clone(),
        config: Arc::clone(&config),
    });
    Ok(config)
}

struct Shared {
    roots_pem: String,
    config: Arc<ClientConfig>,
}

/// What the server's certificate must be made out to.
///
/// # Errors
/// [`SecurityError::Name`].
pub(crate) fn server_name(trust: &Trust) -> Result<ServerName<'static>, SecurityError> {
    ServerName::try_from(trust.server_name.clone()).map_err(|_| SecurityError::Name {
        name: trust.server_name.clone(),
    })
}

fn certificates(pem: &str) -> Result<Vec<CertificateDer<'static>>, SecurityError> {
    let unusable = |problem: String| SecurityError::Certificates { problem };
    let read: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem.as_bytes()).collect();
    let read = read.map_err(|error| unusable(error.to_string()))?;
    if read.is_empty() {
        return Err(unusable("it is empty".to_owned()));
    }
    Ok(read)
}

/// What a transport says that was not given what it needs.
pub(crate) fn unusable(transport: &'static str, error: &SecurityError) -> TransportError {
    TransportError::Security {
        transport,
        problem: error.to_string(),
    }
}

/// What a client says whose handshake failed.
pub(crate) fn refused(
    transport: &'static str,
    address: &str,
    error: impl std::fmt::Display,
) -> TransportError {
    TransportError::Security {
        transport,
        problem: format!(
            "does not come about with {address}: {error}; does the server speak it there, and is its certificate made \
             out to the name that was asked for, by somebody who is trusted?"
        ),
    }
}
