//! What is compared part by part when nobody says otherwise: every one of a few codecs on every one of a few transports, so
//! that encoding and transport vary one at a time.

/// The codecs: the fewest bytes, the one that people read, the one that gRPC is made for.
pub const CODECS: [&str; 3] = ["custom", "json", "protobuf"];

/// The transports: a socket, a request a call, HTTP/2 with calls and as one stream, and no socket at all.
pub const TRANSPORTS: [&str; 5] = ["tcp", "http", "grpc", "grpc-stream", "mem"];
