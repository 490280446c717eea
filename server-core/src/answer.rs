//! An answer that is there at once, or comes later: the memory store allocates no future per message.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

/// What a store or the core gives back.
///
/// A `Later` that is dropped takes nothing back: what was handed to the store happens all the same, and its
/// events go out. Only the answer is lost.
pub enum Answer<T> {
    /// It is here.
    Ready(T),
    /// It comes when the future ends.
    Later(Later<T>),
}

/// An answer on its way.
pub type Later<T> = Pin<Box<dyn Future<Output = T> + Send>>;

impl<T: Send + 'static> Answer<T> {
    /// Shapes the answer once it is there; at once if it is.
    pub fn map<U: Send + 'static>(self, shape: impl FnOnce(T) -> U + Send + 'static) -> Answer<U> {
        match self {
            Self::Ready(value) => Answer::Ready(shape(value)),
            Self::Later(later) => Answer::Later(Box::pin(async move { shape(later.await) })),
        }
    }

    /// Goes on with a further question once the answer is there; at once if it is.
    pub fn and_then<U: Send + 'static>(
        self,
        next: impl FnOnce(T) -> Answer<U> + Send + 'static,
    ) -> Answer<U> {
        match self {
            Self::Ready(value) => next(value),
            Self::Later(later) => {
                Answer::Later(Box::pin(async move { next(later.await).wait().await }))
            }
        }
    }

    /// Waits for the answer.
    pub async fn wait(self) -> T {
        match self {
            Self::Ready(value) => value,
            Self::Later(later) => later.await,
        }
    }

    /// Blocks this thread until the answer is there. For tests and tools; a server awaits instead.
    pub fn block(self) -> T {
        match self {
            Self::Ready(value) => value,
            Self::Later(later) => block_on(later),
        }
    }
}

/// Runs a future on this thread, parking it in between.
fn block_on<T>(mut future: Later<T>) -> T {
    struct Unpark(std::thread::Thread);
    impl std::task::Wake for Unpark {
        fn wake(self: std::sync::Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = std::sync::Arc::new(Unpark(std::thread::current())).into();
    let mut context = Context::from_waker(&waker);
    loop {
        if let Poll::Ready(value) = future.as_mut().poll(&mut context) {
            return value;
        }
        std::thread::park();
    }
}
