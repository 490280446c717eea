//! The details of a status, as clients in other languages look for them: a `google.rpc.Status` in the trailer
//! `grpc-status-details-bin`, and in it a `google.rpc.ErrorInfo` (AIP-193).

use std::collections::BTreeMap;

use bytes::Bytes;
use prost::Message as _;
use server_core::Refusal;
use tonic::Code;

/// Whose names the reasons are.
const DOMAIN: &str = "chat.v1";

/// `google.rpc.Status`.
#[derive(Clone, PartialEq, prost::Message)]
struct Status {
    /// The code of gRPC.
    #[prost(int32, tag = 1)]
    code: i32,
    /// The sentence.
    #[prost(string, tag = 2)]
    message: String,
    /// What else there is to say.
    #[prost(message, repeated, tag = 3)]
    details: Vec<Any>,
}

/// `google.protobuf.Any`.
#[derive(Clone, PartialEq, prost::Message)]
struct Any {
    /// What it is.
    #[prost(string, tag = 1)]
    type_url: String,
    /// Its bytes.
    #[prost(bytes = "vec", tag = 2)]
    value: Vec<u8>,
}

/// `google.rpc.ErrorInfo`.
#[derive(Clone, PartialEq, prost::Message)]
struct ErrorInfo {
    /// What is wrong, in capitals.
    #[prost(string, tag = 1)]
    reason: String,
    /// Where reasons have that name.
    #[prost(string, tag = 2)]
    domain: String,
    /// The number that goes with it, as `detail`, unless it is 0.
    #[prost(btree_map = "string, string", tag = 3)]
    metadata: BTreeMap<String, String>,
}

/// The bytes of the details of a refusal.
pub(super) fn of(refusal: Refusal, code: Code, message: &str) -> Bytes {
    let detail = (refusal.detail > 0).then(|| ("detail".to_owned(), refusal.detail.to_string()));
    let info = ErrorInfo {
        reason: refusal.code.name().to_ascii_uppercase(),
        domain: DOMAIN.to_owned(),
        metadata: detail.into_iter().collect(),
    };
    let status = Status {
        code: code.into(),
        message: message.to_owned(),
        details: vec![Any {
            type_url: "type.googleapis.com/google.rpc.ErrorInfo".to_owned(),
            value: info.encode_to_vec(),
        }],
    };
    status.encode_to_vec().into()
}

#[cfg(test)]
mod tests {
    use server_core::ErrorCode;

    use super::*;

    #[test]
    fn a_refusal_is_told_with_its_name_and_number() {
        let refusal = Refusal::with_detail(ErrorCode::TextTooLong, 256);
        let bytes = of(refusal, Code::InvalidArgument, "too long");
        let expected = [
            &b"\x08\x03\x12\x08too long\x1a\x53"[..],
            b"\x0a\x28type.googleapis.com/google.rpc.ErrorInfo",
            b"\x12\x27\x0a\x0dTEXT_TOO_LONG\x12\x07chat.v1\x1a\x0d\x0a\x06detail\x12\x03256",
        ]
        .concat();
        assert_eq!(bytes, expected);
    }
}
