//! How both ends are set. What is not named here is as quinn has it.

use std::sync::Arc;
use std::time::Duration;

use quinn::crypto::rustls::{NoInitialCipherSuite, QuicClientConfig, QuicServerConfig};
use quinn::{ClientConfig, IdleTimeout, ServerConfig, TransportConfig, VarInt};

use crate::codec::CodecFactory;
use crate::security::{Identity, SecurityError, Trust, tls};

/// How long a connection is kept of which nothing is heard, in milliseconds: the other end is gone then.
const IDLE_TIMEOUT_MS: u32 = 30_000;

/// After how long a silence an end says that it is still there.
const KEEP_ALIVE: Duration = Duration::from_secs(10);

/// What a server is set to.
///
/// # Errors
/// [`SecurityError`].
pub(super) fn server(
    identity: &Identity,
    codec: &dyn CodecFactory,
) -> Result<ServerConfig, SecurityError> {
    let mut config = tls::server(identity)?;
    config.alpn_protocols = vec![application(codec)];
    let config = QuicServerConfig::try_from(config).map_err(|error| unusable(&error))?;
    let mut config = ServerConfig::with_crypto(Arc::new(config));
    config.transport_config(Arc::new(transport()));
    Ok(config)
}

/// What a client is set to.
///
/// # Errors
/// [`SecurityError`].
pub(super) fn client(
    trust: &Trust,
    codec: &dyn CodecFactory,
) -> Result<ClientConfig, SecurityError> {
    tls::server_name(trust)?;
    let config = tls::shared_client(trust, &[application(codec)])?;
    let config = QuicClientConfig::try_from(config).map_err(|error| unusable(&error))?;
    let mut config = ClientConfig::new(Arc::new(config));
    config.transport_config(Arc::new(transport()));
    Ok(config)
}

/// What both ends must agree on before anything else (ALPN, RFC 7301): the codec.
fn application(codec: &dyn CodecFactory) -> Vec<u8> {
    format!("chat-{}", codec.name()).into_bytes()
}

fn unusable(error: &NoInitialCipherSuite) -> SecurityError {
    SecurityError::Identity {
        problem: error.to_string(),
    }
}

/// A connection has one stream, which its client opens.
fn transport() -> TransportConfig {
    let mut transport = TransportConfig::default();
    transport
        .max_concurrent_bidi_streams(1_u8.into())
        .max_concurrent_uni_streams(0_u8.into())
        .datagram_receive_buffer_size(None)
        .max_idle_timeout(Some(IdleTimeout::from(VarInt::from_u32(IDLE_TIMEOUT_MS))))
        .keep_alive_interval(Some(KEEP_ALIVE));
    transport
}
