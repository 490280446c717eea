//! The methods of the service, by their paths.

use server_core::message::Operation;

/// What a path names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Method {
    /// A unary call.
    Call(Operation),
    /// The event stream.
    Subscribe,
}

macro_rules! methods {
    ($($operation:ident)*) => {
        impl Method {
            /// The path of this method.
            pub(super) const fn path(self) -> &'static str {
                match self {
                    $(Self::Call(Operation::$operation) => concat!("/chat.v1.Chat/", stringify!($operation)),)*
                    // The service has no such methods, and no codec for calls says these requests.
                    Self::Call(Operation::SignUp | Operation::Enter) => "/chat.v1.Chat/",
                    Self::Subscribe => "/chat.v1.Chat/Subscribe",
                }
            }

            /// The method with this path.
            pub(super) fn from_path(path: &str) -> Option<Self> {
                match path {
                    $(concat!("/chat.v1.Chat/", stringify!($operation)) => Some(Self::Call(Operation::$operation)),)*
                    "/chat.v1.Chat/Subscribe" => Some(Self::Subscribe),
                    _ => None,
                }
            }
        }
    };
}

methods! {
    Hello CreateAccount LogInStart LogInFinish Resume LogOut DeleteAccount Ping
    ListAccounts Send Unread Read MarkRead History DeleteMessages Undo
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_method_is_found_by_its_path() {
        let calls = Operation::WITH_PASSWORDS
            .iter()
            .map(|&operation| Method::Call(operation));
        for method in calls.chain([Method::Subscribe]) {
            assert_eq!(Method::from_path(method.path()), Some(method));
        }
        assert_eq!(
            Method::Call(Operation::LogInStart).path(),
            "/chat.v1.Chat/LogInStart"
        );
        assert_eq!(Method::from_path("/chat.v1.Chat/Shout"), None);
        assert_eq!(Method::from_path("/chat.v2.Chat/Send"), None);
    }
}
