//! The cores behind the front ends: one for all whose accounts have passwords, and one for each format whose accounts
//! have none, so that nobody gets into an account with a password by another door.

use std::path::Path;
use std::sync::Arc;

use anyhow::Result;
use protocols::codec::CodecFactory;
use server_core::Chat;
use server_core::chat::{Accounts, Parts};
use server_core::environment::System;
use server_core::fanout::Fanout;
use server_core::store::Changes;

use crate::config::ServeOptions;

/// A format without passwords, by its name; `None` stands for all that have them.
type Apart = Option<&'static str>;

/// All cores of a server.
pub(crate) struct Cores(Vec<(Apart, Arc<Chat>)>);

impl Cores {
    /// Puts together those that the front ends of these options need.
    pub(crate) fn open(options: &ServeOptions) -> Result<Self> {
        let mut cores = Self(Vec::new());
        for endpoint in &options.listen {
            let codec = endpoint.protocol.pair.codec;
            let apart = apart(codec);
            if cores.find(apart).is_none() {
                cores.0.push((apart, core(options, apart)?));
                warn(codec);
            }
        }
        Ok(cores)
    }

    /// The one behind a format.
    pub(crate) fn behind(&self, codec: &dyn CodecFactory) -> Arc<Chat> {
        let core = self.find(apart(codec));
        Arc::clone(core.expect("there is one behind each front end"))
    }

    /// Forgets what is past its time.
    pub(crate) async fn sweep(&self) {
        for (_, chat) in &self.0 {
            if let Err(refusal) = chat.sweep().wait().await {
                tracing::warn!(%refusal, "what is past its time could not be forgotten; trying again");
            }
        }
    }

    fn find(&self, apart: Apart) -> Option<&Arc<Chat>> {
        let found = self.0.iter().find(|(known, _)| *known == apart);
        found.map(|(_, chat)| chat)
    }
}

fn apart(codec: &dyn CodecFactory) -> Apart {
    (!codec.capabilities().has_passwords()).then(|| codec.name())
}

/// Says to whoever runs the server what accounts without passwords mean.
fn warn(codec: &dyn CodecFactory) {
    let format = codec.name();
    match codec.capabilities().habits.accounts {
        Accounts::Passwords => {}
        Accounts::Open => {
            tracing::warn!(
                format,
                "accounts of this format have no passwords: anyone can be anyone there"
            );
        }
        Accounts::Keys => {
            tracing::warn!(
                format,
                "accounts of this format have no passwords: whoever sees a key can be its owner there"
            );
        }
    }
}

fn core(options: &ServeOptions, apart: Apart) -> Result<Arc<Chat>> {
    let fanout = Arc::new(Fanout::default());
    let changes: Arc<dyn Changes> = Arc::clone(&fanout) as _;
    let spec = match apart {
        None => options.store.clone(),
        Some(format) => options.store.beside(format),
    };
    Ok(Chat::new(Parts {
        store: spec.open(Path::new(""), changes)?,
        fanout,
        environment: Arc::new(System),
        options: options.core_options(),
    }))
}
