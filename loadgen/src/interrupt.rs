//! Ctrl-C: once to stop cleanly, twice to go at once.

use tokio::runtime::Builder;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

/// What shells say of a program that Ctrl-C ended.
const EXIT_CODE: i32 = 130;

/// Knows whether the user wants to stop.
#[derive(Clone)]
pub struct Interrupt {
    requested: watch::Receiver<bool>,
}

impl Interrupt {
    /// Listens for SIGINT and SIGTERM from now on, on a thread of its own, so that whatever else is under way can be
    /// broken off. The second one ends the program at once; children end with it, because their stdin does.
    ///
    /// # Errors
    /// If the system does not let it listen.
    pub fn listen() -> std::io::Result<Self> {
        let (request, requested) = watch::channel(false);
        let runtime = Builder::new_current_thread().enable_io().build()?;
        let (mut interrupt, mut terminate) = {
            let _inside = runtime.enter();
            (
                signal(SignalKind::interrupt())?,
                signal(SignalKind::terminate())?,
            )
        };
        let told = async move {
            for again in [false, true] {
                tokio::select! {
                    _ = interrupt.recv() => {}
                    _ = terminate.recv() => {}
                }
                if again {
                    std::process::exit(EXIT_CODE);
                }
                eprintln!("\nstopping; what was measured is kept; once more to leave at once");
                request.send_replace(true);
            }
        };
        std::thread::Builder::new()
            .name("interrupt".to_owned())
            .spawn(move || runtime.block_on(told))?;
        Ok(Self { requested })
    }

    /// One that comes when `requested` turns true.
    #[must_use]
    pub const fn new(requested: watch::Receiver<bool>) -> Self {
        Self { requested }
    }

    /// Whether the user wants to stop.
    #[must_use]
    pub fn is_requested(&self) -> bool {
        *self.requested.borrow()
    }

    /// Waits until the user wants to stop; forever, if that can no longer happen.
    pub async fn requested(&mut self) {
        if self
            .requested
            .wait_for(|requested| *requested)
            .await
            .is_err()
        {
            std::future::pending::<()>().await;
        }
    }
}
