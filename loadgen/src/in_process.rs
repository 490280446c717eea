//! A server in the generator's process, for transports that have no socket: threads of its own, a runtime of its own, and
//! the same orders.

use std::sync::Arc;
use std::sync::mpsc;

use anyhow::Context as _;
use protocols::counted::Traffic;
use protocols::registry::{self, Front};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::child::hand_on_orders;
use crate::control::{Counters, Order, Report, ServeOrder};
use crate::meter::{self, Apart, BothTraffic, Thread};
use crate::server_child::{Serving, runtime};

/// How a generator reads its own counters.
pub(crate) type Meter = Arc<dyn Fn() -> Counters + Send + Sync>;

/// A server on threads of this process. It stops when this is dropped, or what orders were handed on to.
pub(crate) struct Housed {
    /// Where it listens.
    pub(crate) address: String,
    orders: UnboundedSender<Order>,
    traffic: Arc<Traffic>,
}

impl Housed {
    /// Starts it, and waits until it listens.
    ///
    /// # Errors
    /// If the protocol is no codec on a transport, or it cannot listen.
    pub(crate) fn start(order: ServeOrder) -> anyhow::Result<Self> {
        let Front::Chat(pair) = registry::find(&order.protocol)?.front else {
            anyhow::bail!("{} has no server that could be here", order.protocol);
        };
        let (orders, received) = unbounded_channel();
        let (ready, listens) = mpsc::channel();
        let serve = move || {
            let served = runtime(order.threads).and_then(|runtime| {
                runtime.block_on(async {
                    let serving = Serving::start(pair, &order).await?;
                    let traffic = Arc::clone(&serving.traffic);
                    drop(ready.send(Ok((serving.address.clone(), traffic))));
                    serving.obey(received).await
                })
            });
            if let Err(error) = served {
                // Once it listens, nobody waits for this any more.
                drop(ready.send(Err(error)));
            }
        };
        std::thread::Builder::new()
            .name("server".to_owned())
            .spawn(serve)
            .context("cannot start the server's thread")?;
        let (address, traffic) = listens.recv().context("the server's thread ended")??;
        Ok(Self {
            address,
            orders,
            traffic,
        })
    }

    /// Follows the parent's orders: those for the server go to it, the others come out of the receiver. The thread that
    /// calls this is the one whose use counts as the generator's.
    ///
    /// # Errors
    /// If the system does not tell threads apart.
    pub(crate) fn follow_orders(
        self,
        clients: Arc<Traffic>,
    ) -> anyhow::Result<(Meter, UnboundedReceiver<Order>)> {
        let thread = Thread::current().context("this system does not tell threads apart")?;
        let server = self.traffic;
        let read = Arc::new(move || {
            let traffic = BothTraffic {
                server: &server,
                clients: &clients,
            };
            meter::read_apart(&thread, traffic)
        });
        let own = Arc::clone(&read);
        let (sender, received) = unbounded_channel();
        let marked = move || {
            let Apart { server, loadgen } = read();
            Report::CountersApart { server, loadgen }
        };
        hand_on_orders(marked, move |order| match order {
            Order::Digest => drop(self.orders.send(order)),
            order => drop(sender.send(order)),
        });
        Ok((Arc::new(move || own().loadgen), received))
    }
}
