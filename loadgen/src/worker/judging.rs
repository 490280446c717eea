//! How the answers to operations of a mix are judged: by the model of what the server must hold.

use server_core::{FromServer, Reply};

use super::operation::Judgement;
use crate::model::{Asked, Look, Wrong};
use crate::oracle::Names;
use crate::shared::Shared;
use crate::workloads::{Step, Workload};

/// Who judges: the account that asked, the workload and its names.
#[derive(Clone, Copy)]
pub(super) struct Judge<'a> {
    pub(super) account: u32,
    pub(super) workload: &'a dyn Workload,
    pub(super) names: &'a Names,
}

impl Judge<'_> {
    /// Holds an answer against its step, and notes what is certain from now on.
    pub(super) fn judge(
        self,
        step: &Step,
        look: &Look,
        answer: &FromServer<'_>,
        shared: &mut Shared,
    ) -> Judgement {
        let FromServer::Reply(reply) = answer else {
            return Judgement::Failed(format!("{step:?} was answered with {answer:?}"));
        };
        match self.held(step, look, reply, shared) {
            Some(Ok(())) => Judgement::Right,
            Some(Err(words)) => Judgement::Flawed(words),
            None => Judgement::Failed(format!("{step:?} was answered with {answer:?}")),
        }
    }

    /// `None` if the reply is to something else.
    fn held(
        self,
        step: &Step,
        look: &Look,
        reply: &Reply<'_>,
        shared: &mut Shared,
    ) -> Option<Result<(), Wrong>> {
        let Self {
            account,
            workload,
            names,
        } = self;
        let model = &mut shared.model;
        let texts = (workload, names);
        Some(match (*step, reply) {
            (Step::Send { key, .. }, Reply::Send { id, .. }) => model.acknowledge(&key, *id),
            (Step::ReadFrom { from, first, count }, Reply::Read { messages }) => {
                model.read((from, first..first + count), account, messages, texts)
            }
            (Step::History { peer, limit }, Reply::History { messages }) => {
                let asked = Asked {
                    account,
                    peer,
                    limit,
                };
                model.looked_back(asked, look, messages, texts)
            }
            (
                Step::List { after, limit },
                Reply::ListAccounts {
                    names: listed,
                    more,
                },
            ) => model.listed((after, limit), (listed, *more), names),
            (Step::DeleteMessage { key }, Reply::DeleteMessages { ids }) => {
                model.deleted(&key, ids)
            }
            (Step::Unread, Reply::Unread { counts }) => model.counted(account, look, counts, names),
            (Step::Ping, Reply::Ping) => Ok(()),
            _ => return None,
        })
    }
}
