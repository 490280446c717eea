//! A script over real sockets.

use std::future::poll_fn;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use anyhow::Context as _;
use protocols::client::{Client, ClientError, Incoming};
use protocols::counted::{ByteCount, Traffic};
use protocols::registry::Pair;
use protocols::security::Throwaway;
use protocols::transport::{Connect, Listen};
use server_core::FromServer;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::StepOnStream;
use super::tape::Recorder;
use crate::exact::script::{Action, Known, Step};
use crate::exact::world::World;
use crate::exact::{AUTHORITY, WrongAnswer};

/// For how many turns of the runtime nothing may happen before a step is over. In one turn every task that can go on
/// does, and the sockets are asked.
const QUIET_TURNS: u32 = 32;

/// How long a step may take before something is wrong: they take microseconds.
const STEP_TIMEOUT: Duration = Duration::from_secs(20);

/// Goes through a script over one connection; gives what each step did to its stream, `connect` before all others.
///
/// # Errors
/// If the server cannot be reached, or does not answer as the script says.
pub(crate) async fn converse(pair: Pair, script: &[Step]) -> anyhow::Result<Vec<StepOnStream>> {
    let mut world = World::with_habits(pair.codec.capabilities().habits)?;
    let mut sides = Sides::connect(pair, &world).await?;
    let mut steps = vec![sides.settle(CONNECT, 0).await?];
    let mut known = Known::default();
    for step in script {
        let done = sides.go_on(step, &mut world, &mut known).await;
        steps.extend(done.with_context(|| format!("step {}", step.name))?);
    }
    sides.stop.cancel();
    Ok(steps)
}

/// What a step's metrics are named after in which the connection is opened.
const CONNECT: &str = "connect";

/// Both ends of a connection.
struct Sides {
    client: Box<dyn Client>,
    client_traffic: Arc<Traffic>,
    server_traffic: Arc<Traffic>,
    recorder: Recorder,
    stop: CancellationToken,
    heard: Vec<FromServer<'static>>,
}

impl Sides {
    async fn connect(pair: Pair, world: &World) -> anyhow::Result<Self> {
        let client_traffic = Arc::new(Traffic::recording());
        let server_traffic = Arc::<Traffic>::default();
        let stop = CancellationToken::new();
        let Throwaway { identity, trust } = Throwaway::of(pair.transport);
        let listen = Listen {
            address: pair.transport.anywhere(),
            codec: pair.codec,
            chat: Arc::clone(&world.chat),
            identity,
            traffic: Arc::clone(&server_traffic),
            stop: stop.clone(),
            tasks: TaskTracker::new(),
            compression: None,
        };
        let connect = Connect {
            address: pair.transport.listen(listen).await?.address,
            authority: Some(AUTHORITY.to_owned()),
            codec: pair.codec,
            traffic: Arc::clone(&client_traffic),
            compression: None,
            trust,
        };
        Ok(Self {
            client: pair.transport.connect(connect).await?,
            client_traffic,
            server_traffic,
            recorder: Recorder::new(pair.transport.conditions().http2.is_some()),
            stop,
            heard: Vec::new(),
        })
    }

    /// Takes a step; gives nothing if the format cannot say it.
    async fn go_on(
        &mut self,
        step: &Step,
        world: &mut World,
        known: &mut Known,
    ) -> anyhow::Result<Option<StepOnStream>> {
        world.next_step();
        let mut requests = 0;
        match &step.action {
            Action::Elsewhere(happens) => happens(world, known)?,
            Action::Ask { request, .. } => {
                let Some(request) = request(known) else {
                    return Ok(None);
                };
                match self.client.stage(&request) {
                    Err(ClientError::NotExpressible(_)) => return Ok(None),
                    staged => staged?,
                };
                requests = 1;
            }
        }
        let done = self.settle(step.name, requests).await.map_err(judged)?;
        for said in std::mem::take(&mut self.heard) {
            known.learn(step, &said)?;
        }
        Ok(Some(done))
    }

    /// Waits until requests are answered and nothing is under way any more: each end has read all that the other has
    /// written, and no task has anything to do. Then all events are here, too.
    async fn settle(
        &mut self,
        name: &'static str,
        requests: usize,
    ) -> anyhow::Result<StepOnStream> {
        let quiet = tokio::time::timeout(STEP_TIMEOUT, self.quiet(requests)).await;
        quiet.with_context(|| {
            format!(
                "nothing was at rest after {} s; the client counts {:?}, the server {:?}, and this has come: {:?}",
                STEP_TIMEOUT.as_secs(),
                self.client_traffic.bytes(),
                self.server_traffic.bytes(),
                self.heard
            )
        })??;
        Ok(StepOnStream {
            name,
            tape: self.recorder.cut(self.client_traffic.take_tape())?,
            messages: (requests + self.heard.len()) as u64,
        })
    }

    async fn quiet(&mut self, requests: usize) -> anyhow::Result<()> {
        let mut before = self.counts();
        let mut quiet_turns = 0;
        while quiet_turns < QUIET_TURNS {
            self.exchange().await?;
            tokio::task::yield_now().await;
            let now = self.counts();
            let at_rest = now == before && self.all_is_read() && self.answers() == requests;
            quiet_turns = if at_rest { quiet_turns + 1 } else { 0 };
            before = now;
        }
        Ok(())
    }

    /// Lets the client write and read whatever it can, without waiting.
    async fn exchange(&mut self) -> Result<(), ClientError> {
        let Self { client, heard, .. } = self;
        poll_fn(|context| {
            let mut sink = |incoming: Incoming<'_>| heard.push(incoming.message.into_owned());
            match client.poll_exchange(context, &mut sink) {
                Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
                _ => Poll::Ready(Ok(())),
            }
        })
        .await
    }

    fn counts(&self) -> [ByteCount; 2] {
        [self.client_traffic.bytes(), self.server_traffic.bytes()]
    }

    fn all_is_read(&self) -> bool {
        let [client, server] = self.counts();
        client.sent == server.received && server.sent == client.received
    }

    fn answers(&self) -> usize {
        let is_answer = |said: &&FromServer<'_>| !matches!(said, FromServer::Event(_));
        self.heard.iter().filter(is_answer).count()
    }
}

/// A server that says what nobody can read, or what nobody asked for, or nothing more, answers wrongly; a socket that
/// fails does not.
fn judged(error: anyhow::Error) -> anyhow::Error {
    match error.downcast_ref() {
        Some(
            wrong @ (ClientError::Decode(_) | ClientError::Unasked | ClientError::Closed { .. }),
        ) => WrongAnswer(wrong.to_string()).into(),
        _ => error,
    }
}
