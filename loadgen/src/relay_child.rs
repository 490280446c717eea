//! The link's process: a relay between the load generator and the server, alike for every protocol.

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::Context as _;
use server_core::error::one_line;
use tokio::net::{TcpListener, TcpStream, lookup_host};
use tokio::task::LocalSet;

use crate::child::{first_order, follow_orders_with, say};
use crate::control::{Order, RelayOrder, Report};
use crate::link::relay::{RelayOptions, Relayed, relay};
use crate::server_child::runtime;

/// Relays as the first order says, until the order to stop or the end of stdin.
///
/// # Errors
/// If stdin holds no order or the parent is gone; what goes wrong in relaying is told to the parent.
pub fn main() -> anyhow::Result<()> {
    let Order::Relay(order) = first_order()? else {
        anyhow::bail!("a relay child is told before which server to stand first");
    };
    let relayed = LocalSet::new().block_on(&runtime(1)?, serve(&order));
    if let Err(error) = relayed {
        say(&Report::Failed {
            error: one_line(error.as_ref()),
        })?;
    }
    Ok(())
}

async fn serve(order: &RelayOrder) -> anyhow::Result<()> {
    let server = server(order).await?;
    let listener = TcpListener::bind("127.0.0.1:0")
        .await
        .context("the link cannot listen")?;
    let address = listener.local_addr()?.to_string();
    let relayed = Arc::new(Relayed::default());
    let options = RelayOptions {
        link: order.link,
        server,
        seed: order.seed,
    };
    let mut orders = {
        let relayed = Arc::clone(&relayed);
        follow_orders_with(move || Report::Relayed(relayed.snapshot()))
    };
    say(&Report::Ready {
        address: Some(address),
    })?;
    tokio::select! {
        relayed = relay(listener, options, relayed) => relayed.context("the link broke down"),
        // Nothing but the order to stop is for a relay.
        _ = orders.recv() => Ok(()),
    }
}

/// Where the server is: the first of its addresses, or the first that answers.
async fn server(order: &RelayOrder) -> anyhow::Result<SocketAddr> {
    let name = &order.server;
    if order.try_server {
        let connected = TcpStream::connect(name).await;
        let connected = connected
            .with_context(|| format!("cannot connect to {name}; is the server running?"))?;
        return Ok(connected.peer_addr()?);
    }
    let mut addresses = lookup_host(name).await?;
    addresses
        .next()
        .with_context(|| format!("{name} has no address"))
}
