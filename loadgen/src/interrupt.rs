//! Ctrl-C: once to stop cleanly, twice to go at once.

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
    /// Listens for SIGINT and SIGTERM from now on. The second one ends the program at once; children end with it,
    /// because their stdin does.
    ///
    /// # Errors
    /// If the system does not let it listen.
    ///
    /// # Panics
    /// Outside of a tokio runtime.
    pub fn listen() -> std::io::Result<Self> {
        let (request, requested) = watch::channel(false);
        let mut interrupt = signal(SignalKind::interrupt())?;
        let mut terminate = signal(SignalKind::terminate())?;
        tokio::spawn(async move {
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
        });
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
