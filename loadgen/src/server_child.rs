//! The server's process: one core, one front end, and counters that can be read at any time.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use protocols::counted::Traffic;
use protocols::registry::{self, Front, Pair};
use protocols::transport::{Compression, Listen};
use server_core::Chat;
use server_core::chat::Parts;
use server_core::environment::{Environment, Fixed, FixedStart, System};
use server_core::error::one_line;
use server_core::fanout::{Fanout, Telling};
use server_core::limits::Options;
use server_core::store::StoreSpec;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::child::{first_order, follow_orders, say};
use crate::control::{Order, Report, ServeOrder};
use crate::delivery::Delivery;
use crate::meter;

/// How long connections may take to end after the order to stop.
const STOP_TIMEOUT: Duration = Duration::from_secs(10);

/// Serves what the first order says, until the order to stop or the end of stdin.
///
/// # Errors
/// If stdin holds no order or the parent is gone; what goes wrong in serving is told to the parent.
pub fn main() -> anyhow::Result<()> {
    let Order::Serve(order) = first_order()? else {
        anyhow::bail!("a server child is told to serve first");
    };
    if let Err(error) = serve(&order) {
        say(&Report::Failed {
            error: one_line(error.as_ref()),
        })?;
    }
    Ok(())
}

fn serve(order: &ServeOrder) -> anyhow::Result<()> {
    match registry::find(&order.protocol)?.front {
        Front::Chat(pair) => runtime(order.threads)?.block_on(async {
            let serving = Serving::start(pair, order).await?;
            let orders = orders(&serving.traffic);
            say(&Report::Ready {
                address: Some(serving.address.clone()),
            })?;
            serving.obey(orders).await
        }),
        Front::Reference(reference) => {
            let running = reference
                .serve(&order.address)
                .with_context(|| format!("cannot listen on {}", order.address))?;
            let mut orders = orders(&running.traffic);
            say(&Report::Ready {
                address: Some(running.address),
            })?;
            while let Some(order) = orders.blocking_recv() {
                match order {
                    Order::Digest => say(&Report::Digest { digest: None })?,
                    Order::Stop => break,
                    _ => {}
                }
            }
            Ok(())
        }
    }
}

/// The runtime of a child: one thread does not pay for the scheduling of many.
///
/// # Errors
/// If the system gives no threads or descriptors.
pub(crate) fn runtime(threads: u32) -> anyhow::Result<tokio::runtime::Runtime> {
    let mut builder = if threads <= 1 {
        tokio::runtime::Builder::new_current_thread()
    } else {
        tokio::runtime::Builder::new_multi_thread()
    };
    if threads > 1 {
        builder.worker_threads(threads as usize);
    }
    builder
        .enable_all()
        .build()
        .context("cannot start the runtime")
}

fn orders(traffic: &Arc<Traffic>) -> UnboundedReceiver<Order> {
    let traffic = Arc::clone(traffic);
    follow_orders(Arc::new(move || meter::read(&traffic)))
}

/// A front end with its core, that listens.
pub(crate) struct Serving {
    /// Where.
    pub(crate) address: String,
    /// Where the bytes of its sockets are counted.
    pub(crate) traffic: Arc<Traffic>,
    chat: Arc<Chat>,
    stop: CancellationToken,
    tasks: TaskTracker,
    /// Where its store may lie, as long as it serves.
    _directory: tempfile::TempDir,
}

impl Serving {
    /// Listens.
    pub(crate) async fn start(pair: Pair, order: &ServeOrder) -> anyhow::Result<Self> {
        let traffic = Arc::new(Traffic::default());
        let directory = tempfile::tempdir().context("cannot make a directory for the store")?;
        let chat = core(order, directory.path())?;
        let (stop, tasks) = (CancellationToken::new(), TaskTracker::new());
        let listening = pair
            .transport
            .listen(Listen {
                address: order.address.clone(),
                codec: pair.codec,
                chat: Arc::clone(&chat),
                identity: order.identity.clone().map(Arc::new),
                traffic: Arc::clone(&traffic),
                stop: stop.clone(),
                tasks: tasks.clone(),
                compression: compression(order.compression.as_deref())?,
            })
            .await?;
        Ok(Self {
            address: listening.address,
            traffic,
            chat,
            stop,
            tasks,
            _directory: directory,
        })
    }

    /// Serves and follows orders until one says stop, or nobody is left to give any.
    pub(crate) async fn obey(self, orders: UnboundedReceiver<Order>) -> anyhow::Result<()> {
        obey(orders, &self.chat).await?;
        self.stop.cancel();
        self.tasks.close();
        drop(tokio::time::timeout(STOP_TIMEOUT, self.tasks.wait()).await);
        Ok(())
    }
}

/// The compression of this name.
///
/// # Errors
/// If there is none.
pub(crate) fn compression(name: Option<&str>) -> anyhow::Result<Option<Compression>> {
    name.map(|name| {
        Compression::find(name).with_context(|| format!("there is no compression {name:?}"))
    })
    .transpose()
}

fn core(order: &ServeOrder, directory: &std::path::Path) -> anyhow::Result<Arc<Chat>> {
    let fanout = Arc::new(Fanout::new(match order.delivery {
        Delivery::Push => Telling::Push,
        Delivery::Poll { .. } => Telling::WhenAsked,
    }));
    let spec = order.store.parse::<StoreSpec>()?;
    let store = match order.fault {
        Some(fault) => fault.open(&spec, directory, &fanout)?,
        None => spec.open(directory, Arc::clone(&fanout) as _)?,
    };
    Ok(Chat::new(Parts {
        store,
        fanout,
        environment: environment(order),
        options: Options::default(),
    }))
}

fn environment(order: &ServeOrder) -> Arc<dyn Environment> {
    match order.fixed_seed {
        None => Arc::new(System),
        Some(seed) => Arc::new(Fixed::new(FixedStart {
            seed,
            ..FixedStart::default()
        })),
    }
}

async fn obey(mut orders: UnboundedReceiver<Order>, chat: &Chat) -> anyhow::Result<()> {
    while let Some(order) = orders.recv().await {
        match order {
            Order::Digest => {
                let digest = chat.digest().wait().await?;
                say(&Report::Digest {
                    digest: Some(digest.to_string()),
                })?;
            }
            Order::Stop => break,
            _ => {}
        }
    }
    Ok(())
}
