//! A child's side of the control channel.

use std::io::{BufRead as _, Write as _};
use std::sync::Arc;

use anyhow::Context as _;
use tokio::sync::mpsc;

use crate::control::{Counters, Order, Report};
use crate::meter;

/// Says one line to the parent.
///
/// # Errors
/// If stdout is closed: the parent is gone.
pub fn say(report: &Report) -> anyhow::Result<()> {
    let mut line = serde_json::to_string(report)?;
    line.push('\n');
    let mut stdout = std::io::stdout().lock();
    stdout
        .write_all(line.as_bytes())
        .and_then(|()| stdout.flush())
        .context("the parent is gone")
}

/// Reads the first order: what this child is to be.
///
/// # Errors
/// If stdin ends or the line is no order.
pub fn first_order() -> anyhow::Result<Order> {
    let mut line = String::new();
    std::io::stdin()
        .lock()
        .read_line(&mut line)
        .context("cannot read the first order")?;
    anyhow::ensure!(
        !line.is_empty(),
        "this command is a child of loadgen's own; run `loadgen` itself"
    );
    serde_json::from_str(&line).context("the first line is no order")
}

/// Follows the parent's orders on a thread of their own, so that counters can be read at any time without
/// disturbing the runtime that is measured. Marks and beginnings of phases are dealt with there; other orders come out of the receiver. When
/// stdin ends, the process does.
#[must_use]
pub fn follow_orders(
    counters: Arc<dyn Fn() -> Counters + Send + Sync>,
) -> mpsc::UnboundedReceiver<Order> {
    follow_orders_with(move || Report::Counters(counters()))
}

/// As [`follow_orders`], with another answer to a mark.
#[must_use]
pub fn follow_orders_with(
    marked: impl Fn() -> Report + Send + 'static,
) -> mpsc::UnboundedReceiver<Order> {
    let (sender, receiver) = mpsc::unbounded_channel();
    hand_on_orders(marked, move |order| drop(sender.send(order)));
    receiver
}

/// As [`follow_orders_with`], with orders handed to whomever they are for.
pub fn hand_on_orders(
    marked: impl Fn() -> Report + Send + 'static,
    hand_on: impl Fn(Order) + Send + 'static,
) {
    std::thread::spawn(move || {
        for line in std::io::stdin().lock().lines().map_while(Result::ok) {
            match serde_json::from_str(&line) {
                Ok(Order::Mark) if say(&marked()).is_ok() => {}
                Ok(Order::Mark) | Err(_) => break,
                Ok(Order::BeginPhase) => meter::begin_phase(),
                Ok(order) => hand_on(order),
            }
        }
        std::process::exit(1);
    });
}
