//! A workload over a protocol that serves the chat core.

use std::cell::RefCell;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use futures_util::stream::{FuturesUnordered, TryStreamExt as _};
use protocols::client::MessageBytes;
use protocols::counted::Traffic;
use protocols::registry::Pair;
use reports::schema::{phase, workload};
use tokio::sync::mpsc::UnboundedReceiver;

use super::connecting::Door;
use super::encoding;
use super::single_messages;
use super::{Onward, RoundsSoFar, barrier, derive, next_batch, onward};
use crate::child::{follow_orders, say};
use crate::control::{Layers, LoadOrder, Order, Outcome, PhaseEnd, Report};
use crate::in_process::{Housed, Meter};
use crate::meter;
use crate::operations::Operations;
use crate::oracle::{Extent, Names, Oracle};
use crate::pacing::{ClosedLoop, OpenLoop, Pacer};
use crate::recorder::Recorder;
use crate::shared::{Inbound, Shared};
use crate::timer::{Clock, Waking};
use crate::timing::nanoseconds;
use crate::worker::{Secrets, Surroundings, Window, Worker};
use crate::workloads::{self, Part, PhaseKind};

/// How long nothing may happen before a phase is given up, in addition to what a single operation may take.
const STALL_PATIENCE: Duration = Duration::from_secs(10);

/// Derives keys, connects, and runs the workload of the order.
pub(super) fn run(
    pair: Pair,
    order: &LoadOrder,
    housed: Option<Housed>,
) -> anyhow::Result<Outcome> {
    let workload = workloads::ordered(order)?;
    let capabilities = pair.codec.capabilities();
    let secrets = derive::secrets(capabilities, order.accounts, order.seed);
    let traffic = Arc::new(Traffic::default());
    let (meter, orders) = if let Some(housed) = housed {
        housed.follow_orders(Arc::clone(&traffic))?
    } else {
        let traffic = Arc::clone(&traffic);
        let meter: Meter = Arc::new(move || meter::read(&traffic));
        (Arc::clone(&meter), follow_orders(meter))
    };
    super::runtime()?.block_on(async {
        let waking = match order.timing.rate_hz {
            None => Waking::InTime,
            Some(_) => Waking::Ahead,
        };
        let clock = Clock::start_with(waking).context("cannot start a timer")?;
        let names = Arc::new(Names::new(&order.prefix, order.accounts));
        let oracle = Oracle::new(workload, Arc::clone(&names))
            .with_delivery(order.reach.delivery)
            .with_pushed(capabilities.habits.pushed);
        let mixes = workload.scenario().is_some();
        let shared = RefCell::new(Shared {
            recorder: Recorder::new(order.recording),
            operations: mixes.then(Operations::of_mix).unwrap_or_default(),
            ..Shared::new(oracle, order.accounts)
        });
        let run = Run {
            order,
            pair,
            traffic,
            meter,
            orders,
            around: Surroundings {
                shared: &shared,
                workload,
                names: &names,
                pacer: pacer(order),
                clock: &clock,
                window: Window::whole(0, nanoseconds(order.timing.timeout)),
                delivery: order.reach.delivery,
                capabilities,
            },
            workers: Vec::new(),
            messages: 0,
            rounds: 0,
            first_round_ns: None,
        };
        let outcome = run.all(secrets).await;
        part().await;
        outcome
    })
}

/// How many turns of the runtime connections get that were dropped: one is enough for a task that was woken by that.
const PARTING_TURNS: u32 = 4;

/// Lets connections that were dropped tell the server so, where a transport has tasks that do it: otherwise the server
/// would wait for clients that are gone.
async fn part() {
    for _ in 0..PARTING_TURNS {
        tokio::task::yield_now().await;
    }
}

fn pacer(order: &LoadOrder) -> Pacer {
    let in_flight = order.in_flight.max(1);
    match order.timing.rate_hz {
        None => Pacer::Closed(ClosedLoop { in_flight }),
        Some(rate_hz) => Pacer::Open(OpenLoop {
            in_flight,
            arrivals: order.timing.arrivals,
            rate_hz: rate_hz.into(),
            seed: order.seed,
        }),
    }
}

struct Run<'a> {
    order: &'a LoadOrder,
    pair: Pair,
    traffic: Arc<Traffic>,
    meter: Meter,
    orders: UnboundedReceiver<Order>,
    around: Surroundings<'a>,
    workers: Vec<Worker>,
    /// Messages acknowledged so far.
    messages: u64,
    rounds: u32,
    /// How long the first round took; `None` if there was none so far.
    first_round_ns: Option<u64>,
}

/// How a stretch of a run came to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ended {
    /// All was done.
    Done,
    /// The parent said stop.
    Stopped,
    /// Something failed, and was noted as a wrong answer.
    Failed,
}

impl Run<'_> {
    async fn all(mut self, secrets: Vec<Secrets>) -> anyhow::Result<Outcome> {
        say(&Report::Ready { address: None })?;
        if onward(self.orders.recv().await)? == Onward::Stop {
            return Ok(self.outcome(Ended::Stopped));
        }
        let started_ns = self.around.clock.now_ns();
        self.workers = self.connect(secrets).await?;
        let elapsed_ns = self.around.clock.now_ns() - started_ns;
        let first = if self.is_journal() {
            phase::START
        } else {
            phase::CONNECT
        };
        let mut ended = self.end_phase(first, elapsed_ns, 0).await?;
        if ended == Ended::Done {
            ended = self.notebook_part().await?;
        }
        if ended == Ended::Done {
            ended = self.further_rounds().await?;
        }
        if ended != Ended::Done {
            self.clean_up().await;
        }
        let single_messages = match ended {
            Ended::Done => {
                let door = self.door();
                single_messages::measure(&door, &self.around, &self.workers).await
            }
            Ended::Stopped | Ended::Failed => None,
        };
        let is_split = ended == Ended::Done && self.order.workload == workload::FACTORIAL;
        // A format that says nothing before somebody has logged in cannot be measured alone.
        let encoding = is_split.then(|| encoding::measure(self.pair.codec).ok());
        Ok(Outcome {
            single_messages,
            encoding: encoding.flatten(),
            ..self.outcome(ended)
        })
    }

    /// Whether one client does everything.
    fn is_journal(&self) -> bool {
        self.order.workload == workload::JOURNAL
    }

    const fn door(&self) -> Door<'_> {
        Door {
            order: self.order,
            pair: self.pair,
            traffic: &self.traffic,
        }
    }

    /// Opens all connections, and gives each account its client.
    async fn connect(&self, mut secrets: Vec<Secrets>) -> anyhow::Result<Vec<Worker>> {
        if self.is_journal() {
            let others = secrets.split_off(1);
            let own = secrets.pop().context("there is no account")?;
            let opened = self.door().open_apart().await?;
            return Ok(vec![Worker::new(0, opened, own).with_others(others)]);
        }
        let clients = (0..).zip(self.door().open_all().await?).zip(secrets);
        Ok(clients
            .map(|((account, caller), secrets)| Worker::new(account, caller, secrets))
            .collect())
    }

    /// Every phase once, and the first round of those that have rounds.
    async fn notebook_part(&mut self) -> anyhow::Result<Ended> {
        for (phase, what) in self.around.workload.phases().iter().enumerate() {
            let (elapsed_ns, ended) = self.stretch(phase, &(0..1)).await?;
            let is_messages = what.kind != PhaseKind::Setup;
            if is_messages {
                self.rounds = 1;
            }
            if what.kind == PhaseKind::Rounds {
                self.first_round_ns = Some(elapsed_ns);
            }
            if ended != Ended::Done {
                return Ok(ended);
            }
            let rounds = u32::from(is_messages);
            let ended = self.end_phase(what.name, elapsed_ns, rounds).await?;
            if ended != Ended::Done {
                return Ok(ended);
            }
        }
        Ok(Ended::Done)
    }

    /// The rounds after the first, if there are to be any, among accounts that are created anew: what they store is
    /// deleted after them, and is no part of what the first round's deletion takes.
    async fn further_rounds(&mut self) -> anyhow::Result<Ended> {
        let Some(first_ns) = self.first_round_ns else {
            return Ok(Ended::Done);
        };
        if self.next_batch(first_ns).is_none() {
            return Ok(Ended::Done);
        }
        for (phase, what) in self.around.workload.phases().iter().enumerate() {
            let (elapsed_ns, ended) = match what.kind {
                PhaseKind::Rounds => self.batches(phase, first_ns).await?,
                _ => self.stretch(phase, &(0..1)).await?,
            };
            if ended != Ended::Done {
                return Ok(ended);
            }
            let rounds = match what.kind {
                PhaseKind::Rounds => self.rounds - 1,
                _ => 0,
            };
            let name = phase::of_further_rounds(what.name);
            let ended = self.end_phase(&name, elapsed_ns, rounds).await?;
            if ended != Ended::Done {
                return Ok(ended);
            }
        }
        Ok(Ended::Done)
    }

    /// Plays rounds until there are enough; gives how long those after the first took.
    async fn batches(&mut self, phase: usize, first_ns: u64) -> anyhow::Result<(u64, Ended)> {
        let mut rest_ns = 0;
        while let Some(batch) = self.next_batch(first_ns + rest_ns) {
            let rounds = self.rounds..self.rounds + batch;
            let (elapsed_ns, ended) = self.stretch(phase, &rounds).await?;
            rest_ns += elapsed_ns;
            if ended != Ended::Done {
                return Ok((rest_ns, ended));
            }
            self.rounds += batch;
        }
        Ok((rest_ns, Ended::Done))
    }

    /// How many rounds come next, once those so far have taken this long.
    fn next_batch(&self, elapsed_ns: u64) -> Option<u32> {
        let rounds = self.rounds;
        next_batch(self.order, RoundsSoFar { rounds, elapsed_ns })
    }

    /// Lets every worker take its steps, and waits for all of them; gives how long that took.
    async fn stretch(&mut self, phase: usize, rounds: &Range<u32>) -> anyhow::Result<(u64, Ended)> {
        let accounts = self.order.accounts;
        let around = Surroundings {
            window: self.begin(phase, rounds),
            pacer: self.pacer(phase),
            ..self.around
        };
        let running: FuturesUnordered<_> = self
            .workers
            .iter_mut()
            .map(|worker| async move {
                let account = worker.whose();
                let part = Part {
                    phase,
                    account,
                    accounts,
                    rounds,
                };
                let ran = worker.run(&part, around).await;
                ran.with_context(|| format!("the connection of account {account}"))
            })
            .collect();
        let patience = self.order.timing.timeout + STALL_PATIENCE + self.order.link_patience();
        let ended = tokio::select! {
            ran = running.try_collect::<Vec<()>>() => match ran {
                Ok(_) => Ended::Done,
                Err(error) => {
                    around.shared.borrow_mut().oracle.wrong(|| format!("{error:#}"));
                    Ended::Failed
                }
            },
            () = stall(around.shared, patience) => {
                let words = || format!("nothing happened for {} s", patience.as_secs());
                around.shared.borrow_mut().oracle.wrong(words);
                Ended::Failed
            }
            order = self.orders.recv() => match onward(order)? {
                Onward::Stop => Ended::Stopped,
                Onward::Go => anyhow::bail!("told to go on in the middle of a phase"),
            }
        };
        Ok((self.finish(phase, around.window), ended))
    }

    /// What paces a phase: the scenario, or else the order.
    fn pacer(&self, phase: usize) -> Pacer {
        let Surroundings {
            workload, pacer, ..
        } = self.around;
        // Each phase has times of its own.
        let seed = self.order.seed.wrapping_add(phase as u64);
        let own = workload.phase_spec(phase);
        own.map_or(pacer, |phase| phase.pacer(pacer.in_flight(), seed))
    }

    /// Lays out what the workers share in a stretch that begins now.
    fn begin(&self, phase: usize, rounds: &Range<u32>) -> Window {
        let Surroundings {
            workload, clock, ..
        } = self.around;
        let (accounts, timing) = (self.order.accounts, &self.order.timing);
        let kind = workload.phases()[phase].kind;
        let mut shared = self.around.shared.borrow_mut();
        shared.departures.clear();
        let expected = |account| match kind {
            PhaseKind::Messages | PhaseKind::Rounds => workload.deliveries(&Part {
                phase,
                account,
                accounts,
                rounds,
            }),
            PhaseKind::Setup | PhaseKind::Timed => 0,
        };
        let inbound = (0..accounts).map(|account| Inbound::expecting(expected(account)));
        shared.inbound = inbound.collect();
        shared.senders = match kind {
            PhaseKind::Timed => accounts,
            _ => 0,
        };
        let now_ns = clock.now_ns();
        if kind != PhaseKind::Setup {
            shared.messaging_start_ns = now_ns.saturating_sub(shared.messaging_ns);
        }
        let whole = Window::whole(now_ns, nanoseconds(timing.timeout));
        match kind {
            PhaseKind::Timed => Window {
                measured_from_ns: now_ns + nanoseconds(timing.warm_up),
                end_ns: Some(now_ns + nanoseconds(timing.duration)),
                ..whole
            },
            _ => whole,
        }
    }

    /// Closes the books of a stretch that is over; gives how long it took.
    fn finish(&self, phase: usize, window: Window) -> u64 {
        let now_ns = self.around.clock.now_ns();
        let elapsed_ns = now_ns - window.start_ns;
        if self.around.workload.phases()[phase].kind != PhaseKind::Setup {
            let mut shared = self.around.shared.borrow_mut();
            shared.tally.close(now_ns);
            shared.messaging_ns += elapsed_ns;
            let measured_to_ns = window.end_ns.map_or(now_ns, |end_ns| end_ns.min(now_ns));
            shared.tally.measured_ns += measured_to_ns.saturating_sub(window.measured_from_ns);
        }
        elapsed_ns
    }

    async fn end_phase(
        &mut self,
        phase: &str,
        elapsed_ns: u64,
        rounds: u32,
    ) -> anyhow::Result<Ended> {
        let acknowledged = self.around.shared.borrow().acknowledged;
        let end = PhaseEnd {
            phase: phase.to_owned(),
            elapsed_ns,
            messages: acknowledged - self.messages,
            rounds,
            counters: (self.meter)(),
            layers: self.layers(),
        };
        self.messages = acknowledged;
        Ok(match barrier(end, &mut self.orders).await? {
            Onward::Go => Ended::Done,
            Onward::Stop => Ended::Stopped,
        })
    }

    fn layers(&self) -> Layers {
        let mut bytes = MessageBytes::default();
        self.workers
            .iter()
            .for_each(|worker| bytes += worker.message_bytes());
        Layers {
            requests_bytes: bytes.requests,
            replies_bytes: bytes.replies,
            events_bytes: bytes.events,
            ..self.around.shared.borrow().layers
        }
    }

    /// Deletes what a broken-off run has left, as far as the connections allow, in bounded time.
    async fn clean_up(&mut self) {
        let around = self.around;
        let cleaning = async {
            for worker in &mut self.workers {
                if let Err(error) = worker.clean_up(around).await {
                    tracing::debug!(%error, "an account is left behind");
                }
            }
        };
        drop(tokio::time::timeout(STALL_PATIENCE, cleaning).await);
    }

    /// What the server's state must have been when it was digested. After a timed phase that is what each sender had
    /// acknowledged, and cannot be known if the fate of a message is not.
    fn expected_digest(&self, shared: &Shared) -> Option<String> {
        let phases = self.around.workload.phases();
        let is_timed = phases.iter().any(|phase| phase.kind == PhaseKind::Timed);
        let extent = if is_timed {
            Extent::Acknowledged(&shared.acknowledged_by)
        } else {
            Extent::FirstRound
        };
        let is_known = !is_timed || shared.undecided == 0;
        is_known.then(|| shared.oracle.expected_digest(extent).to_string())
    }

    fn outcome(&self, ended: Ended) -> Outcome {
        let shared = self.around.shared.borrow();
        let oracle = &shared.oracle;
        let mut ledger = shared.ledger;
        ledger.delivered = oracle.delivered;
        ledger.duplicated = oracle.duplicated;
        ledger.reordered = oracle.reordered;
        ledger.altered = oracle.altered;
        ledger.lost = shared.acknowledged.saturating_sub(oracle.delivered);
        Outcome {
            rounds: self.rounds,
            messages: shared.acknowledged,
            ledger,
            single_messages: None,
            encoding: None,
            recorded: shared.recorder.recorded(),
            tally: shared.tally,
            intervals: shared.intervals.clone(),
            operations: shared.operations.recorded(),
            expected_digest: self.expected_digest(&shared),
            left_out: shared.left_out.clone(),
            wrong: oracle.wrong.clone(),
            wrong_count: oracle.wrong_count,
            stopped: ended == Ended::Stopped,
        }
    }
}

/// Ends when nothing was answered, delivered or given up for a while.
async fn stall(shared: &RefCell<Shared>, patience: Duration) {
    let mut ticks = tokio::time::interval(Duration::from_secs(1));
    let (mut seen, mut idle) = (u64::MAX, 0);
    while idle < patience.as_secs() {
        ticks.tick().await;
        let progress = shared.borrow().progress;
        idle = if progress == seen { idle + 1 } else { 0 };
        seen = progress;
    }
}
