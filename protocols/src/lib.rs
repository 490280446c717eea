//! Every protocol: a codec on a transport, in front of one chat core.
//!
//! Read it in this order:
//!
//! 1. [`codec`] and [`transport`]: the two traits that a protocol is made of. [`capabilities`]: what a codec can say;
//!    [`security`]: what a transport that encrypts is given.
//! 2. [`registry`]: the visible list of all codecs, transports and protocols. [`factors`]: those that are compared part by
//!    part.
//! 3. `codecs/`, `transports/`: a file for each.
//! 4. [`server`] and [`client`]: what drives a codec over a transport at either end; [`link`]: what is between them on a
//!    connection.
//! 5. [`counted`]: where the bytes of every socket are counted; [`tcp_info`]: what the kernel adds; [`sockets`]: what
//!    sockets say when they are asked; [`conditions`]: what is equal between protocols, and what is not.
//! 6. [`floor`]: the least that any relay can do, as a reference.
//! 7. [`conformance`]: what every protocol must do. [`anatomy`]: which byte of each is what.

pub mod anatomy;
pub mod capabilities;
pub mod client;
pub mod codec;
pub mod codecs;
pub mod conditions;
pub mod conformance;
pub mod counted;
pub mod factors;
pub mod floor;
pub mod link;
pub mod registry;
pub mod security;
pub mod server;
pub mod sockets;
pub mod tcp_info;
pub mod transport;
pub mod transports;
