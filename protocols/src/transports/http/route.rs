//! What is where.

use server_core::message::Operation;

/// What a path names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Route {
    /// A few words for people.
    Index,
    /// The OpenAPI document.
    Description,
    /// The event stream.
    Events,
    /// A request.
    Call(Operation),
}

/// Where the event stream is.
pub(super) const EVENTS: &str = "/v1/events";

/// Where the OpenAPI document is.
pub(super) const DESCRIPTION: &str = "/openapi.json";

macro_rules! paths {
    ($($operation:ident $path:literal)*) => {
        /// The path of a request. Services whose accounts have no password have requests that no codec for calls says.
        pub(super) const fn path(operation: Operation) -> &'static str {
            match operation {
                $(Operation::$operation => $path,)*
                Operation::SignUp | Operation::Enter => "/v1",
            }
        }

        impl Route {
            /// What this path names.
            pub(super) fn find(path: &str) -> Option<Self> {
                match path {
                    $($path => Some(Self::Call(Operation::$operation)),)*
                    EVENTS => Some(Self::Events),
                    DESCRIPTION => Some(Self::Description),
                    "/" => Some(Self::Index),
                    _ => None,
                }
            }
        }
    };
}

paths! {
    Hello "/v1/hello"
    CreateAccount "/v1/create_account"
    LogInStart "/v1/log_in_start"
    LogInFinish "/v1/log_in_finish"
    Resume "/v1/resume"
    LogOut "/v1/log_out"
    DeleteAccount "/v1/delete_account"
    Ping "/v1/ping"
    ListAccounts "/v1/list_accounts"
    Send "/v1/send"
    Unread "/v1/unread"
    Read "/v1/read"
    MarkRead "/v1/mark_read"
    History "/v1/history"
    DeleteMessages "/v1/delete_messages"
    Undo "/v1/undo"
}

impl Route {
    /// The methods that it takes, as the header `allow` lists them.
    pub(super) const fn methods(self) -> &'static str {
        match self {
            Self::Index | Self::Description => "GET, HEAD",
            Self::Events => "GET",
            Self::Call(_) => "POST",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_request_is_at_its_name() {
        for &operation in Operation::WITH_PASSWORDS {
            assert_eq!(path(operation), format!("/v1/{}", operation.name()));
            assert_eq!(Route::find(path(operation)), Some(Route::Call(operation)));
        }
    }

    #[test]
    fn what_is_nowhere_is_not_found() {
        for path in [
            "",
            "/v1",
            "/v1/",
            "/v1/shout",
            "/v1/sign_up",
            "/v2/send",
            "/v1/send/",
            "*",
        ] {
            assert_eq!(Route::find(path), None, "{path:?}");
        }
    }
}
