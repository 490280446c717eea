//! Opening connections: one for each account, or fewer that the accounts share.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use futures_util::stream::{StreamExt as _, TryStreamExt as _};
use protocols::client::{Caller, Client};
use protocols::counted::Traffic;
use protocols::registry::Pair;
use protocols::transport::Connect;
use server_core::limits::PROTOCOL_VERSION;
use server_core::message::Operation;
use server_core::{Reply, Request};

use crate::control::LoadOrder;
use crate::exact::AUTHORITY;
use crate::server_child::compression;

/// How many connections are opened at a time.
const CONNECTING_MAX: usize = 64;

/// How long a server may take to answer the first requests of a connection.
const HELLO_TIMEOUT: Duration = Duration::from_secs(10);

/// Where the accounts of an order find their server.
pub(super) struct Door<'a> {
    pub(super) order: &'a LoadOrder,
    pub(super) pair: Pair,
    pub(super) traffic: &'a Arc<Traffic>,
}

impl Door<'_> {
    /// Opens all connections; gives each account's client, in the order of the accounts. A connection is open once the
    /// server has answered the `Hello` of each client on it, where its format has one.
    pub(super) async fn open_all(&self) -> anyhow::Result<Vec<Caller>> {
        let connections = self.order.reach.connections.unwrap_or(self.order.accounts);
        let patience = HELLO_TIMEOUT + self.order.link_patience();
        let opened = futures_util::stream::iter(0..connections).map(async |connection| {
            let opened = tokio::time::timeout(patience, self.open(connection)).await;
            opened.with_context(|| {
                let LoadOrder {
                    address, protocol, ..
                } = self.order;
                format!("the server at {address} does not answer; is it one for {protocol}?")
            })?
        });
        let opened: Vec<Vec<(u32, Caller)>> = opened
            .buffer_unordered(CONNECTING_MAX)
            .try_collect()
            .await?;
        let mut callers: Vec<_> = opened.into_iter().flatten().collect();
        callers.sort_by_key(|(account, _)| *account);
        Ok(callers.into_iter().map(|(_, caller)| caller).collect())
    }

    /// Opens one connection; gives the clients on it, with their accounts.
    async fn open(&self, connection: u32) -> anyhow::Result<Vec<(u32, Caller)>> {
        let riders = riders(self.order, connection);
        let mut callers = Vec::new();
        for (account, client) in riders.clone().zip(self.clients(riders.count()).await?) {
            let mut caller = Caller::new(client);
            self.greet(&mut caller).await?;
            callers.push((account, caller));
        }
        Ok(callers)
    }

    /// Opens one connection more, for one client alone.
    pub(super) async fn open_apart(&self) -> anyhow::Result<Caller> {
        let connected = self.pair.transport.connect(self.connect()?).await?;
        let mut caller = Caller::new(connected);
        self.greet(&mut caller).await?;
        Ok(caller)
    }

    /// Says hello where a format can: elsewhere a connection is open once it is connected.
    async fn greet(&self, caller: &mut Caller) -> anyhow::Result<()> {
        if !self.pair.codec.capabilities().says(Operation::Hello) {
            return Ok(());
        }
        let hello = Request::Hello {
            version: PROTOCOL_VERSION,
        };
        match caller.call(&hello).await?? {
            Reply::Hello { .. } => Ok(()),
            other => anyhow::bail!("the server answered hello with {:?}", other.operation()),
        }
    }

    fn connect(&self) -> anyhow::Result<Connect> {
        Ok(Connect {
            address: self.order.address.clone(),
            authority: self.order.deterministic.then(|| AUTHORITY.to_owned()),
            codec: self.pair.codec,
            traffic: Arc::clone(self.traffic),
            compression: compression(self.order.reach.compression.as_deref())?,
            trust: self.order.trust.clone().map(Arc::new),
        })
    }

    /// Connects one socket, and gives this many clients on it.
    async fn clients(&self, count: usize) -> anyhow::Result<Vec<Box<dyn Client>>> {
        let connect = self.connect()?;
        let transport = self.pair.transport;
        if self.order.reach.connections.is_none() {
            return Ok(vec![transport.connect(connect).await?]);
        }
        let count = u32::try_from(count).ok().and_then(NonZeroU32::new);
        let count = count.context("there are more connections than accounts")?;
        Ok(transport.connect_shared(connect, count).await?)
    }
}

/// The accounts that ride on a connection: all connections carry as many, or one more.
fn riders(order: &LoadOrder, connection: u32) -> impl Iterator<Item = u32> + Clone + use<> {
    let connections = order.reach.connections.unwrap_or(order.accounts);
    (connection..order.accounts).step_by(connections as usize)
}
