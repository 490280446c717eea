//! Paced operations: staged when they are due, flushed together, matched with their answers, judged, and recorded.

use std::future::poll_fn;
use std::task::{Context, Poll};

use protocols::capabilities::Part;
use protocols::client::{Client, ClientError, Incoming};
use server_core::{Event, FromServer, Message};

use super::alarm::Alarm;
use super::judging::Judge;
use super::operation::{self, Judgement};
use super::outstanding::{Answered, Outstanding, Sent};
use super::parked::Parked;
use super::polling::Polling;
use super::schedule::{Schedule, Window};
use super::{Surroundings, Worker, WorkerError};
use crate::model::{Look, Wrong};
use crate::oracle::Arrival;
use crate::pacing::Share;
use crate::payload;
use crate::shared::Shared;
use crate::workloads::{Recipient, Step};

/// What one worker has to do in one paced phase.
struct Conversation<'a, S> {
    account: u32,
    steps: S,
    schedule: Schedule,
    outstanding: Outstanding,
    parked: Parked,
    window: Window,
    around: Surroundings<'a>,
    alarm: Alarm,
    /// Where nothing is pushed; `None` also for an account that is not there to be told.
    polling: Option<Polling>,
    text: String,
    /// When there last came to be room for another operation: in the closed loop the next one is due then.
    free_since_ns: u64,
    /// When the last batch was read: what waited for something in it is due then.
    heard_ns: u64,
    /// Whether nothing more will be sent, but for what waits.
    has_sent_all: bool,
    /// Whether the end of the window has come.
    is_time_up: bool,
}

impl Worker {
    /// Takes `steps` when they are due, and waits until all of them are answered and all that was on its way to this
    /// account has come; with an end of time, for no longer than the timeout after it.
    pub(super) async fn converse(
        &mut self,
        steps: impl Iterator<Item = Step>,
        around: Surroundings<'_>,
    ) -> Result<(), WorkerError> {
        self.drain_events(around);
        let share = Share {
            account: self.account,
            accounts: around.names.count(),
        };
        let every_ns = around.delivery.every_ns().filter(|_| self.logged_in);
        let polling = |every_ns| Polling::new(every_ns, share, around.window.start_ns);
        let mut conversation = Conversation {
            account: self.account,
            steps,
            schedule: Schedule::new(around.pacer, share),
            outstanding: Outstanding::new(around.window.timeout_ns),
            parked: Parked::default(),
            window: around.window,
            around,
            alarm: Alarm::new(around.clock),
            polling: every_ns.map(polling),
            text: String::new(),
            free_since_ns: around.window.start_ns,
            heard_ns: around.window.start_ns,
            has_sent_all: false,
            is_time_up: false,
        };
        let client = self.caller.client_mut();
        let ended = poll_fn(|context| conversation.poll(client, context)).await;
        Ok(ended?)
    }
}

impl<S: Iterator<Item = Step>> Conversation<'_, S> {
    fn poll(
        &mut self,
        client: &mut dyn Client,
        context: &mut Context<'_>,
    ) -> Poll<Result<(), ClientError>> {
        loop {
            self.stage(client)?;
            if let Some(polling) = &mut self.polling {
                polling.stage(self.around.clock.now_ns(), self.around, client)?;
            }
            if self.is_over(context) {
                return Poll::Ready(Ok(()));
            }
            let look_at_ns = self.look_at_ns();
            self.alarm.set(look_at_ns, context);
            if let Poll::Ready(exchanged) = self.exchange(client, context) {
                exchanged?;
                continue;
            }
            let now_ns = self.around.clock.now_ns();
            if !self.alarm.rang(now_ns) {
                return Poll::Pending;
            }
            while let Some(sent) = self.outstanding.give_up(now_ns) {
                self.give_up(&sent, now_ns);
            }
        }
    }

    /// Stages what is due, as far as there is room.
    fn stage(&mut self, client: &mut dyn Client) -> Result<(), ClientError> {
        self.resume(client)?;
        let is_timed = self.window.end_ns.is_some();
        if self.is_time_up || !is_timed && (self.has_sent_all || !self.has_room()) {
            return Ok(());
        }
        let now_ns = self.around.clock.now_ns();
        while !self.has_sent_all
            && self.has_room()
            && let Some(intended_ns) = self.next_ns().filter(|due_ns| *due_ns <= now_ns)
        {
            let Some(step) = self.steps.next() else {
                self.has_sent_all = true;
                break;
            };
            self.schedule.advance();
            if let Some(step) = self.admit(step, intended_ns) {
                self.send(step, [intended_ns, now_ns], client)?;
            }
        }
        if self.window.is_over(now_ns) {
            self.is_time_up = true;
            self.never_send(now_ns);
            self.around.shared.borrow_mut().stop_sending();
        }
        Ok(())
    }

    /// Gives back a step that can go now; one that cannot is kept.
    fn admit(&mut self, step: Step, intended_ns: u64) -> Option<Step> {
        if self.around.workload.scenario().is_none() {
            return Some(step);
        }
        let model = &self.around.shared.borrow().model;
        self.parked.admit((self.account, model), step, intended_ns)
    }

    /// Stages what waited and can go now. It is due since what it waited for has come.
    fn resume(&mut self, client: &mut dyn Client) -> Result<(), ClientError> {
        while self.parked.len() > 0 && self.has_room() {
            let ready = self
                .parked
                .take(self.account, &self.around.shared.borrow().model);
            let Some((step, intended_ns)) = ready else {
                break;
            };
            let due_ns = intended_ns.max(self.heard_ns);
            self.send(step, [due_ns, self.around.clock.now_ns()], client)?;
        }
        Ok(())
    }

    fn send(
        &mut self,
        step: Step,
        [intended_ns, actual_ns]: [u64; 2],
        client: &mut dyn Client,
    ) -> Result<(), ClientError> {
        let ticket = operation::stage(&step, self.around, &mut self.text, client)?;
        let is_measured = self.window.measures(intended_ns);
        let mut shared = self.around.shared.borrow_mut();
        let is_mixed = self.around.workload.scenario().is_some();
        let look = if is_mixed {
            shared.model.leave(self.account, &step)
        } else {
            Look::default()
        };
        shared.ledger.in_flight += 1;
        if self.window.end_ns.is_some() {
            shared.ledger.scheduled += 1;
        }
        if is_measured {
            shared.tally.scheduled += 1;
            shared.tally.waited += u64::from(intended_ns < self.free_since_ns);
            shared.tally.leave(actual_ns);
        }
        if let Step::Send { key, recipient } = &step {
            shared
                .departures
                .note(self.around.workload, key, intended_ns);
            if self.window.end_ns.is_some() && *recipient == Recipient::Online {
                shared.inbound[key.to as usize].expected += 1;
            }
        }
        drop(shared);
        self.outstanding.push(Sent {
            ticket,
            step,
            intended_ns,
            actual_ns,
            is_measured,
            look,
        });
        Ok(())
    }

    fn has_room(&self) -> bool {
        self.outstanding.len() < self.around.pacer.in_flight() as usize
    }

    fn next_ns(&mut self) -> Option<u64> {
        self.schedule.next_ns(&self.window, self.free_since_ns)
    }

    /// Whether all is said and heard, or there is no more time to hear it.
    fn is_over(&self, context: &Context<'_>) -> bool {
        // Until time is up, others may still send what this account must hear.
        if !self.has_sent_all || self.window.end_ns.is_some() && !self.is_time_up {
            return false;
        }
        let has_asked_all = self.polling.as_ref().is_none_or(Polling::is_waiting);
        let mut shared = self.around.shared.borrow_mut();
        let has_senders = shared.senders > 0;
        let inbound = &mut shared.inbound[self.account as usize];
        let may_hear_more = has_senders || !inbound.is_complete();
        let has_taken_all = self.outstanding.is_empty() && self.parked.len() == 0;
        if has_taken_all && has_asked_all && !may_hear_more {
            return true;
        }
        inbound.waker = Some(context.waker().clone());
        let drained_ns = self.window.drained_ns();
        drained_ns.is_some_and(|drained_ns| self.around.clock.now_ns() >= drained_ns)
    }

    /// The next moment at which something has to be done though nothing comes.
    fn look_at_ns(&mut self) -> u64 {
        let next_ns = if !self.has_sent_all && self.has_room() {
            self.next_ns()
        } else {
            None
        };
        let end_ns = if self.is_time_up {
            self.window.drained_ns()
        } else {
            self.window.end_ns
        };
        let poll_ns = self.polling.as_ref().and_then(Polling::look_at_ns);
        let moments = [next_ns, end_ns, poll_ns, self.outstanding.timeout_at_ns()];
        moments.into_iter().flatten().min().unwrap_or(u64::MAX)
    }

    /// An operation was not answered in time. It makes room for another one; an answer may still come.
    fn give_up(&mut self, sent: &Sent, now_ns: u64) {
        self.free_since_ns = now_ns;
        let mut shared = self.around.shared.borrow_mut();
        shared.progress += 1;
        shared.ledger.in_flight -= 1;
        shared.ledger.timeouts += 1;
        if sent.is_measured {
            shared.recorder.timed_out(sent.until(now_ns));
            shared.tally.arrive(now_ns);
        }
        if let Step::Send { key, .. } = &sent.step {
            shared.undecided += 1;
            shared.inbound[key.to as usize].expect_less();
        }
    }

    fn exchange(
        &mut self,
        client: &mut dyn Client,
        context: &mut Context<'_>,
    ) -> Poll<Result<(), ClientError>> {
        let (account, around) = (self.account, self.around);
        let mut batch = None;
        let mut sink = |incoming: Incoming<'_>| {
            // One look at the clock for all that one read has brought.
            let now_ns = *batch.get_or_insert_with(|| around.clock.now_ns());
            self.heard_ns = now_ns;
            let mut shared = around.shared.borrow_mut();
            shared.progress += 1;
            shared.layers.payload_received_bytes += payload::of_incoming(&incoming.message);
            let Some(ticket) = incoming.ticket else {
                shared.layers.events += 1;
                return receive(account, &incoming.message, (around, now_ns), &mut shared);
            };
            shared.layers.replies += 1;
            if let Some(polling) = self
                .polling
                .as_mut()
                .filter(|polling| polling.expects(ticket))
            {
                for message in polling.take(&incoming.message, &mut shared) {
                    arrived(account, message, (around, now_ns), &mut shared);
                }
                return;
            }
            let was_full = self.outstanding.len() >= around.pacer.in_flight() as usize;
            match self.outstanding.answer(ticket) {
                Some(Answered::InTime(sent)) => {
                    if was_full {
                        self.free_since_ns = now_ns;
                    }
                    answered(
                        account,
                        &sent,
                        &incoming.message,
                        (around, now_ns),
                        &mut shared,
                    );
                }
                Some(Answered::Late(sent)) => {
                    answered_late(&sent, &incoming.message, around, &mut shared);
                }
                None => {
                    let answer = &incoming.message;
                    let words = || format!("an answer came to no operation: {answer:?}");
                    shared.oracle.wrong(words);
                }
            }
        };
        client.poll_exchange(context, &mut sink)
    }
}

impl<S> Conversation<'_, S> {
    /// Counts what was due and has not left, and sends nothing more.
    fn never_send(&mut self, now_ns: u64) {
        if std::mem::replace(&mut self.has_sent_all, true) {
            return;
        }
        let due = self.schedule.take_due(&self.window, now_ns);
        if let Ok(mut shared) = self.around.shared.try_borrow_mut() {
            shared.ledger.scheduled += due.all;
            shared.ledger.never_sent += due.all;
            shared.tally.scheduled += due.measured;
        }
    }
}

/// However a conversation ends, what was due is accounted for.
impl<S> Drop for Conversation<'_, S> {
    fn drop(&mut self) {
        if self.window.end_ns.is_some() {
            self.never_send(self.around.clock.now_ns());
        }
        if let Ok(mut shared) = self.around.shared.try_borrow_mut() {
            shared.undecided += self.outstanding.len() as u64;
            shared.ledger.never_sent += self.parked.len();
            if self.window.end_ns.is_some() && !self.is_time_up {
                shared.stop_sending();
            }
        }
    }
}

/// Takes the answer to an operation that waited for it.
fn answered(
    account: u32,
    sent: &Sent,
    answer: &FromServer<'_>,
    (around, now_ns): (Surroundings<'_>, u64),
    shared: &mut Shared,
) {
    shared.ledger.in_flight -= 1;
    if sent.is_measured {
        shared.tally.arrive(now_ns);
    }
    match judged(account, sent, answer, around, shared) {
        Judgement::Right => {}
        Judgement::Flawed(words) => shared.oracle.wrong(|| words),
        Judgement::Failed(words) => return failed(sent, words, now_ns, shared),
    }
    shared.ledger.ok += 1;
    if sent.is_measured {
        shared.tally.ok += 1;
        shared.recorder.answered(sent.until(now_ns));
        shared
            .operations
            .answered(&sent.step, now_ns - sent.intended_ns);
    }
    if let Step::Send { key, .. } = &sent.step {
        shared.acknowledged += 1;
        shared.acknowledged_by[key.from as usize] += 1;
        let window = &around.window;
        shared.tally.acknowledged_meanwhile +=
            u64::from(window.measures(now_ns) && !window.is_over(now_ns));
        let messaging_ns = now_ns.saturating_sub(shared.messaging_start_ns);
        shared.intervals.count(messaging_ns);
    }
}

/// Holds an answer against its step, and where operations are mixed against what the server must hold.
fn judged(
    account: u32,
    sent: &Sent,
    answer: &FromServer<'_>,
    around: Surroundings<'_>,
    shared: &mut Shared,
) -> Judgement {
    let is_mixed = around.workload.scenario().is_some();
    match operation::judge(&sent.step, answer, around.capabilities) {
        Judgement::Right if is_mixed => {
            let judge = Judge {
                account,
                workload: around.workload,
                names: around.names,
            };
            judge.judge(&sent.step, &sent.look, answer, shared)
        }
        judgement => judgement,
    }
}

/// An operation was refused, or answered wrongly: nobody will hear of it.
fn failed(sent: &Sent, words: String, now_ns: u64, shared: &mut Shared) {
    shared.ledger.errors += 1;
    shared.oracle.wrong(|| words);
    if sent.is_measured {
        shared.tally.errors += 1;
        shared.recorder.refused(sent.until(now_ns));
    }
    if let Step::Send { key, .. } = &sent.step {
        shared.undecided += 1;
        shared.inbound[key.to as usize].expect_less();
    }
}

/// An answer to what was given up: it is counted already, but now it is known what the server made of it.
fn answered_late(
    sent: &Sent,
    answer: &FromServer<'_>,
    around: Surroundings<'_>,
    shared: &mut Shared,
) {
    match operation::judge(&sent.step, answer, around.capabilities) {
        Judgement::Right => {}
        Judgement::Flawed(words) | Judgement::Failed(words) => {
            return shared.oracle.wrong(|| words);
        }
    }
    if let Step::Send { key, .. } = &sent.step {
        shared.undecided -= 1;
        shared.acknowledged_by[key.from as usize] += 1;
    }
}

/// Checks an event.
fn receive(
    account: u32,
    message: &FromServer<'_>,
    (around, now_ns): (Surroundings<'_>, u64),
    shared: &mut Shared,
) {
    let is_mixed = around.workload.scenario().is_some();
    let message = match message {
        FromServer::Event(Event::MessageReceived(message)) => message,
        FromServer::Event(Event::MessagesDeleted { ids }) if is_mixed => {
            shared.inbound[account as usize].arrived += 1;
            let told = shared.model.told(account, ids);
            return held(told, shared);
        }
        other => {
            let words = || format!("{other:?} came between messages");
            return shared.oracle.wrong(words);
        }
    };
    arrived(account, message, (around, now_ns), shared);
}

/// Checks a message that has reached its recipient, and records how long that took.
fn arrived(
    account: u32,
    message: &Message<'_>,
    (around, now_ns): (Surroundings<'_>, u64),
    shared: &mut Shared,
) {
    let arrival = shared.oracle.deliver(account, message);
    if arrival != Arrival::Extra {
        shared.inbound[account as usize].arrived += 1;
    }
    if let Arrival::Due(key) = arrival
        && around.workload.scenario().is_some()
    {
        let has_marks = around.capabilities.has(Part::ReadMarks);
        let message = &Message {
            read: message.read && has_marks,
            ..message.clone()
        };
        let arrived = shared.model.arrive(&key, message);
        held(arrived, shared);
    }
    if let Arrival::Due(key) = arrival
        && let Some(intended_ns) = shared.departures.of(around.workload, &key)
        && around.window.measures(intended_ns)
    {
        shared.recorder.delivery(now_ns - intended_ns);
    }
}

/// Notes what is wrong, if anything is.
fn held(judged: Result<(), Wrong>, shared: &mut Shared) {
    if let Err(words) = judged {
        shared.oracle.wrong(|| words);
    }
}
