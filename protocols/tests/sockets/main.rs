//! Transports at their sockets: who may connect, how a connection ends, what it leaves behind.

mod mem;
mod quic;
mod server;
mod tls;
mod unix;
