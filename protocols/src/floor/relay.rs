//! The server of `floor`: one thread that passes frames on.

use std::io::ErrorKind;
use std::net::TcpListener;
use std::sync::Arc;

use super::RunningReference;
use super::frame::{Frame, Kind};
use super::links::{LinkId, Links, Ready, set_nodelay};
use crate::counted::Traffic;
use crate::sockets::Opened;

/// Listens on `address` and relays on a thread of its own.
pub(super) fn start(address: &str) -> std::io::Result<RunningReference> {
    let listener = TcpListener::bind(address)?;
    listener.set_nonblocking(true)?;
    let address = listener.local_addr()?.to_string();
    let traffic = Arc::<Traffic>::default();
    let links = Links::new()?;
    links.watch(&listener)?;
    let relay = Relay {
        listener,
        links,
        accounts: Vec::new(),
        traffic: Arc::clone(&traffic),
    };
    std::thread::Builder::new()
        .name("floor".to_owned())
        .spawn(move || relay.run())?;
    Ok(RunningReference { address, traffic })
}

struct Relay {
    listener: TcpListener,
    links: Links,
    /// Where each account's connection is.
    accounts: Vec<Option<LinkId>>,
    traffic: Arc<Traffic>,
}

impl Relay {
    fn run(mut self) {
        let mut events = Vec::new();
        loop {
            if let Err(error) = self.links.wait(&mut events, None) {
                tracing::error!(%error, "the relay ends");
                return;
            }
            for event in &events {
                match self.links.ready(event) {
                    Ready::Listener => self.accept_all(),
                    Ready::Link(id) => self.pass_on(id),
                    Ready::Nothing => {}
                }
            }
            while let Some((id, error)) = self.links.flush() {
                self.close(id, &error);
            }
            self.traffic.add(self.links.take_moved());
        }
    }

    fn accept_all(&mut self) {
        loop {
            let accepted = self.listener.accept().and_then(|(stream, _)| {
                set_nodelay(&stream)?;
                self.traffic.ask(&stream, Opened::Accepted);
                self.links.add(stream)
            });
            match accepted {
                Ok(_id) => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => return,
                Err(error) => {
                    tracing::warn!(%error, "cannot accept connections; trying again when one closes or comes");
                    return;
                }
            }
        }
    }

    fn pass_on(&mut self, id: LinkId) {
        match self.links.receive(id) {
            Ok(frames) => {
                for at in 0..frames {
                    if self
                        .links
                        .frame(at)
                        .and_then(|frame| self.apply(id, frame))
                        .is_none()
                    {
                        return self.close(id, &ErrorKind::InvalidData.into());
                    }
                }
            }
            Err(error) => self.close(id, &error),
        }
    }

    /// `None` if this is not for a client to say. A message to nobody is acknowledged and gone.
    fn apply(&mut self, from: LinkId, frame: Frame) -> Option<()> {
        match frame.kind {
            Kind::Hello => {
                let account = usize::from(frame.account);
                if self.accounts.len() <= account {
                    self.accounts.resize(account + 1, None);
                }
                self.accounts[account] = Some(from);
                self.links.set_account(from, frame.account);
                self.links.stage(from, frame);
            }
            Kind::Message => {
                let sender = self.links.account(from)?;
                if let Some(&Some(to)) = self.accounts.get(usize::from(frame.account)) {
                    self.links.stage(
                        to,
                        Frame {
                            kind: Kind::Delivery,
                            account: sender,
                            ..frame
                        },
                    );
                }
                self.links.stage(
                    from,
                    Frame {
                        kind: Kind::Acknowledged,
                        ..frame
                    },
                );
            }
            Kind::Acknowledged | Kind::Delivery => return None,
        }
        Some(())
    }

    fn close(&mut self, id: LinkId, error: &std::io::Error) {
        tracing::debug!(%error, "a connection ended");
        if let Some(account) = self.links.account(id) {
            let place = &mut self.accounts[usize::from(account)];
            if *place == Some(id) {
                *place = None;
            }
        }
        self.links.remove(id);
        self.accept_all();
    }
}
