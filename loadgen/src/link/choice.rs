//! Over which links a run goes, and which protocols can go over them.

use crate::asked::{AskedLink, AskedProtocol};
use crate::exit::UsageError;

use super::Link;

/// Each link that was asked for, once, in its order; `[None]` if none was.
#[must_use]
pub fn links(asked: &[AskedLink]) -> Vec<Option<Link>> {
    let mut links: Vec<Option<Link>> = Vec::new();
    for AskedLink(link) in asked {
        if !links.contains(link) {
            links.push(*link);
        }
    }
    if links.is_empty() {
        links.push(None);
    }
    links
}

/// A relay stands between TCP sockets, and nowhere else.
///
/// # Errors
/// If a link is simulated, and one of the protocols has no TCP for it.
pub fn check(links: &[Option<Link>], protocols: &[AskedProtocol]) -> Result<(), UsageError> {
    let is_simulated = links.iter().any(Option::is_some);
    let without = |protocol: &&AskedProtocol| !protocol.protocol.is_over_tcp();
    match protocols.iter().find(without) {
        Some(protocol) if is_simulated => Err(UsageError(format!(
            "{} does not run over TCP, and a simulated link lies between TCP sockets: leave it out, or --link",
            protocol.asked
        ))),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use protocols::client::Client;
    use protocols::codecs::json::Json;
    use protocols::conditions::Conditions;
    use protocols::registry::{Front, Pair, Protocol};
    use protocols::transport::{
        BoxFuture, Carriage, Connect, Listen, Listening, Medium, Transport, TransportError,
    };
    use protocols::transports::tcp::Tcp;

    use super::*;
    use crate::asked;

    /// A transport whose sockets are none of TCP's.
    struct Pipe;

    impl Transport for Pipe {
        fn name(&self) -> &'static str {
            "pipe"
        }

        fn description(&self) -> &'static str {
            "for this test"
        }

        fn conditions(&self) -> Conditions {
            Tcp.conditions()
        }

        fn medium(&self) -> Medium {
            Medium::Unix
        }

        fn carriage(&self) -> Carriage {
            Carriage::Frames
        }

        fn listen(&self, listen: Listen) -> BoxFuture<'_, Result<Listening, TransportError>> {
            Tcp.listen(listen)
        }

        fn connect(
            &self,
            connect: Connect,
        ) -> BoxFuture<'_, Result<Box<dyn Client>, TransportError>> {
            Tcp.connect(connect)
        }
    }

    static OVER_PIPE: Protocol = Protocol {
        name: "json+pipe",
        alias: None,
        front: Front::Chat(Pair {
            codec: &Json,
            transport: &Pipe,
        }),
    };

    fn asked_links(words: &[&str]) -> Vec<AskedLink> {
        let link = |word: &&str| asked::link(word).expect("it is a link");
        words.iter().map(link).collect()
    }

    #[test]
    fn a_link_that_is_said_twice_is_one() {
        let labels = |words: &[&str]| -> Vec<Option<String>> {
            let links = links(&asked_links(words));
            links
                .iter()
                .map(|link| link.map(|link| link.label()))
                .collect()
        };
        assert_eq!(labels(&[]), [None]);
        let wan = Some("wan".to_owned());
        assert_eq!(labels(&["none", "wan", "none", "wan"]), [None, wan]);
    }

    #[test]
    fn what_has_no_tcp_is_refused_with_words() {
        let json = asked::protocol("json").expect("it is registered");
        let pipe = AskedProtocol {
            asked: "json+pipe".to_owned(),
            protocol: &OVER_PIPE,
        };
        let over = |words: &[&str], protocol: &AskedProtocol| {
            check(
                &links(&asked_links(words)),
                &[json.clone(), protocol.clone()],
            )
        };
        assert!(over(&["lan"], &json).is_ok());
        assert!(over(&["none"], &pipe).is_ok());
        let refused = over(&["none", "lan"], &pipe).expect_err("it has no TCP");
        assert!(
            refused
                .to_string()
                .contains("json+pipe does not run over TCP")
        );
    }
}
