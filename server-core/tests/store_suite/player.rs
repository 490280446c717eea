//! Plays scripts, and writes down what comes of them.

use std::collections::BTreeSet;

use server_core::digest::StateDigest;
use server_core::message::{ClientId, Message, MessageId};
use server_core::name::Name;
use server_core::pattern::Pattern;
use server_core::store::{
    AccountId, DeleteIds, HistoryQuery, ListQuery, MarkOne, MarkQuery, NewMessage, ReadQuery,
    StoreResult, Sweep, UndoIds,
};
use server_core::{Answer, ErrorCode, Refusal};

use super::script::{NAMES, PATTERNS, Step};
use super::told::Told;
use super::world::{GRACE_MS, NOW_MS, World, verifier};

/// What a call came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Done,
    Refused(ErrorCode, u64),
    Account(AccountId),
    Sent(MessageId, bool),
    Counts(Vec<(String, u64)>),
    Total(u64),
    Messages(Vec<Message<'static>>),
    Ids(Vec<MessageId>),
    Page(Vec<String>, bool),
    Digest(StateDigest),
}

/// Whether a call is made before those before it were answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pace {
    OneByOne,
    Overlapping,
}

/// All outcomes and all that listeners were told, with accounts and messages numbered in the order of their making.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Transcript {
    outcomes: Vec<Outcome>,
    told: Vec<Told>,
}

/// Plays a script.
pub(crate) fn play(world: &World, script: &[Step], pace: Pace) -> Transcript {
    let mut player = Player {
        world,
        now_ms: NOW_MS,
        accounts: BTreeSet::new(),
        messages: BTreeSet::new(),
        waiting: Vec::new(),
        outcomes: Vec::new(),
    };
    for step in script {
        let overlaps = pace == Pace::Overlapping && step.may_overlap();
        if !overlaps {
            player.settle();
        }
        if let Some(answer) = player.call(step) {
            player.waiting.push(answer);
        }
        if !overlaps {
            player.settle();
        }
    }
    player.settle();
    player.transcript()
}

struct Player<'w> {
    world: &'w World,
    now_ms: u64,
    accounts: BTreeSet<AccountId>,
    messages: BTreeSet<MessageId>,
    waiting: Vec<Answer<Outcome>>,
    outcomes: Vec<Outcome>,
}

fn outcome<T: Send + 'static>(result: StoreResult<T>, shape: fn(T) -> Outcome) -> Answer<Outcome> {
    result.map(move |result| match result {
        Ok(value) => shape(value),
        Err(Refusal { code, detail }) => Outcome::Refused(code, detail),
    })
}

impl Player<'_> {
    fn settle(&mut self) {
        for answer in std::mem::take(&mut self.waiting) {
            let outcome = answer.block();
            match outcome {
                Outcome::Account(id) => drop(self.accounts.insert(id)),
                Outcome::Sent(id, _) => drop(self.messages.insert(id)),
                _ => {}
            }
            self.outcomes.push(outcome);
        }
    }

    fn account(&self, place: usize) -> AccountId {
        let count = self.accounts.len().max(1);
        self.accounts
            .iter()
            .nth(place % count)
            .copied()
            .unwrap_or(AccountId(1))
    }

    /// One more than there are means one that there is not.
    fn message(&self, place: usize) -> MessageId {
        let place = place % (self.messages.len() + 1);
        self.messages
            .iter()
            .nth(place)
            .copied()
            .unwrap_or(MessageId(u64::MAX / 2))
    }

    fn ids(&self, places: &[usize]) -> Vec<MessageId> {
        places.iter().map(|&place| self.message(place)).collect()
    }

    /// Makes a call, or changes what calls are made in.
    fn call(&mut self, step: &Step) -> Option<Answer<Outcome>> {
        match step {
            &Step::ComeOnline(id) => self.world.told.put_online(self.account(id)),
            &Step::GoOffline(id) => self.world.told.put_offline(self.account(id)),
            &Step::Pause(pause_ms) => self.now_ms += pause_ms,
            step => {
                return self
                    .call_about_accounts(step)
                    .or_else(|| self.call_about_messages(step));
            }
        }
        None
    }

    fn call_about_accounts(&self, step: &Step) -> Option<Answer<Outcome>> {
        let (store, now_ms) = (&self.world.store, self.now_ms);
        Some(match *step {
            Step::Create(name) => {
                let name = Name::new(NAMES[name]).unwrap();
                outcome(store.create_account(&name, &verifier(1)), Outcome::Account)
            }
            Step::Account(name) => outcome(store.account(NAMES[name]), |record| {
                Outcome::Account(record.id)
            }),
            Step::DeleteAccount(id) => {
                outcome(store.delete_account(self.account(id), now_ms), |()| {
                    Outcome::Done
                })
            }
            Step::List {
                pattern,
                after,
                limit,
            } => {
                let (pattern, after) = (
                    Pattern::new(PATTERNS[pattern]).unwrap(),
                    after.map(|name| NAMES[name]),
                );
                outcome(
                    store.list_accounts(&ListQuery {
                        pattern,
                        after,
                        limit,
                    }),
                    |page| {
                        Outcome::Page(
                            page.names.iter().map(ToString::to_string).collect(),
                            page.more,
                        )
                    },
                )
            }
            Step::Sweep => {
                let sweep = Sweep {
                    now_ms,
                    undo_grace_ms: GRACE_MS,
                };
                outcome(store.sweep(sweep), |()| Outcome::Done)
            }
            Step::Digest => outcome(store.digest(), Outcome::Digest),
            _ => return None,
        })
    }

    fn call_about_messages(&self, step: &Step) -> Option<Answer<Outcome>> {
        let (store, now_ms) = (&self.world.store, self.now_ms);
        Some(match step {
            &Step::Send {
                from,
                to,
                client_id,
            } => {
                let text = format!("{from} {to}");
                let client_id = client_id.map(|byte| ClientId([byte; 16]));
                let (from, to) = (self.account(from), NAMES[to]);
                let new = NewMessage {
                    from,
                    to,
                    text: &text,
                    client_id,
                    sent_at_ms: now_ms,
                };
                outcome(store.send(&new), |sent| {
                    Outcome::Sent(sent.id, sent.delivered)
                })
            }
            Step::Delete {
                by,
                ids,
                undo_grace_ms,
            } => {
                let (by, ids, undo_grace_ms) = (self.account(*by), &self.ids(ids), *undo_grace_ms);
                outcome(
                    store.delete_messages(&DeleteIds {
                        by,
                        ids,
                        now_ms,
                        undo_grace_ms,
                    }),
                    Outcome::Ids,
                )
            }
            Step::Undo { by, ids } => {
                let (by, ids) = (self.account(*by), &self.ids(ids));
                outcome(
                    store.undo(&UndoIds {
                        by,
                        ids,
                        now_ms,
                        undo_grace_ms: GRACE_MS,
                    }),
                    Outcome::Ids,
                )
            }
            step => return self.call_as_a_reader(step),
        })
    }

    fn call_as_a_reader(&self, step: &Step) -> Option<Answer<Outcome>> {
        let store = &self.world.store;
        Some(match *step {
            Step::Unread(reader) => outcome(store.unread(self.account(reader)), |counts| {
                Outcome::Counts(
                    counts
                        .into_iter()
                        .map(|count| (count.peer.to_string(), count.count))
                        .collect(),
                )
            }),
            Step::UnreadTotal(reader) => {
                outcome(store.unread_total(self.account(reader)), Outcome::Total)
            }
            Step::Read {
                reader,
                peer,
                limit,
                fewer,
            } => {
                let (reader, peer) = (self.account(reader), peer.map(|name| NAMES[name]));
                outcome(
                    store.read(&ReadQuery {
                        reader,
                        peer,
                        limit,
                        fewer,
                    }),
                    Outcome::Messages,
                )
            }
            Step::Mark {
                reader,
                peer,
                up_to,
            } => {
                let (reader, peer, up_to) =
                    (self.account(reader), NAMES[peer], self.message(up_to));
                outcome(
                    store.mark_read(&MarkQuery {
                        reader,
                        peer,
                        up_to,
                    }),
                    |()| Outcome::Done,
                )
            }
            Step::MarkOne { reader, message } => {
                let (reader, id) = (self.account(reader), self.message(message));
                outcome(store.mark_one(MarkOne { reader, id }), |()| Outcome::Done)
            }
            Step::History {
                reader,
                peer,
                before,
                limit,
            } => {
                let (reader, before) = (
                    self.account(reader),
                    before.map(|place| self.message(place)),
                );
                let query = HistoryQuery {
                    reader,
                    peer: NAMES[peer],
                    before,
                    limit,
                };
                outcome(store.history(&query), Outcome::Messages)
            }
            _ => return None,
        })
    }

    /// Numbers need not be the same in every store, only grow: they are replaced by their places.
    fn transcript(self) -> Transcript {
        let Self {
            world,
            accounts,
            messages,
            mut outcomes,
            ..
        } = self;
        let account = |id: &mut AccountId| id.0 = accounts.range(..*id).count() as u64;
        let message = |id: &mut MessageId| id.0 = messages.range(..*id).count() as u64;
        for outcome in &mut outcomes {
            match outcome {
                Outcome::Account(id) => account(id),
                Outcome::Sent(id, _) => message(id),
                Outcome::Messages(all) => all.iter_mut().for_each(|each| message(&mut each.id)),
                Outcome::Ids(ids) => ids.iter_mut().for_each(message),
                _ => {}
            }
        }
        let mut told = world.told.take();
        for each in &mut told {
            match each {
                Told::Stored(to, stored) => {
                    account(to);
                    message(&mut stored.id);
                }
                Told::Deleted(to, ids) | Told::Restored(to, ids) => {
                    account(to);
                    ids.iter_mut().for_each(message);
                }
                Told::Gone(id, _, peers) => {
                    account(id);
                    peers.iter_mut().for_each(account);
                }
            }
        }
        Transcript { outcomes, told }
    }
}
