//! gRPC.

use crate::client::Client;
use crate::transport::{BoxFuture, Connect, Listen, Listening, Transport, TransportError};

/// The transport.
pub struct Grpc;

impl Transport for Grpc {
    fn name(&self) -> &'static str {
        "grpc"
    }

    fn description(&self) -> &'static str {
        "to be written"
    }

    fn listen(&self, listen: Listen) -> BoxFuture<'_, Result<Listening, TransportError>> {
        Box::pin(async move {
            Err(TransportError::Pair {
                codec: listen.codec.name(),
                transport: "grpc",
            })
        })
    }

    fn connect(&self, connect: Connect) -> BoxFuture<'_, Result<Box<dyn Client>, TransportError>> {
        Box::pin(async move {
            Err(TransportError::Pair {
                codec: connect.codec.name(),
                transport: "grpc",
            })
        })
    }
}
