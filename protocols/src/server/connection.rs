//! One connection: read what is there, answer all of it, flush once.

use std::collections::VecDeque;
use std::future::{Future as _, poll_fn};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use server_core::answer::Later;
use server_core::limits::{PIPELINE_MAX, WRITE_BUFFER_MAX_BYTES};
use server_core::{Answer, Connection, ErrorCode, Event, FromServer, Refusal, Reply};
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};

use super::watchdog::Watchdog;
use crate::codec::{Codec, DecodeError, Decoded, Framing};
use crate::link::{ByteLink, Link, Parting, Read};

type Answered = Result<Reply<'static>, Refusal>;

/// Serves one connection until either end closes it.
///
/// # Errors
/// Whatever the socket says; a peer that goes away is no error.
pub async fn serve<L: Link>(parts: Parts<L>) -> std::io::Result<()> {
    let Parts {
        link,
        codec,
        connection,
        idle_max,
        stop,
    } = parts;
    let mut serving = Serving {
        link,
        codec,
        connection,
        waiting: VecDeque::new(),
        state: State::Open,
    };
    let mut stopped = std::pin::pin!(stop.clone().cancelled_owned());
    let mut watchdog = idle_max.map(Watchdog::new);
    while serving.state == State::Open {
        serving.wait(&mut stopped, watchdog.as_mut()).await?;
        serving.answer_input().await?;
        // Others that are ready now may have something for this connection, too: one write takes all of it.
        yield_to_others().await;
        serving.take_in().await?;
        serving.answer_input().await?;
        if stop.is_cancelled() {
            serving.encode(&FromServer::Event(Event::ServerClosing));
            serving.state = State::Closing(Parting::Stopping);
        }
        serving.flush().await?;
    }
    serving.finish().await
}

/// What a connection is made of.
pub struct Parts<L> {
    /// Where frames come from and go to.
    pub link: L,
    /// This end's codec, opened for the link's framing, in which nothing was said yet.
    pub codec: Box<dyn Codec>,
    /// The client's place at the core.
    pub connection: Connection,
    /// How long neither end may say anything before the connection is closed; `None`: for ever.
    pub idle_max: Option<Duration>,
    /// Says when to stop.
    pub stop: CancellationToken,
}

/// A connection that is a stream of bytes.
pub type StreamParts<S> = Parts<ByteLink<S>>;

struct Serving<L> {
    link: L,
    codec: Box<dyn Codec>,
    connection: Connection,
    /// Answers in the order of their requests, from the first one that the store has not given yet.
    waiting: VecDeque<Waiting>,
    state: State,
}

enum Waiting {
    Here(Answered),
    OnItsWay(Later<Answered>),
}

#[derive(PartialEq, Eq)]
enum State {
    Open,
    /// No more is read; what was asked is answered, then the connection closes.
    Closing(Parting),
}

impl<L: Link> Serving<L> {
    /// Waits until something happened, and takes in whatever did: frames, events, answers, the end, the word to stop.
    async fn wait(
        &mut self,
        stopped: &mut Pin<&mut WaitForCancellationFutureOwned>,
        mut watchdog: Option<&mut Watchdog>,
    ) -> std::io::Result<()> {
        if let Some(watchdog) = &mut watchdog {
            watchdog.calm();
        }
        poll_fn(|context| {
            if self.poll_once(context)? {
                return Poll::Ready(Ok(()));
            }
            if let Some(watchdog) = &mut watchdog
                && watchdog.poll_bark(context).is_ready()
            {
                self.state = State::Closing(Parting::Stopping);
                return Poll::Ready(Ok(()));
            }
            stopped.as_mut().poll(context).map(Ok)
        })
        .await
    }

    /// Takes in whatever is there already.
    async fn take_in(&mut self) -> std::io::Result<()> {
        poll_fn(|context| Poll::Ready(self.poll_once(context).map(drop))).await
    }

    fn poll_once(&mut self, context: &mut Context<'_>) -> std::io::Result<bool> {
        let answered = self.poll_answers(context);
        let told = self.poll_events(context);
        let read = self.poll_read(context)?;
        Ok(answered || told || read)
    }

    /// Encodes the answers that are there, in order; tells whether there were any.
    fn poll_answers(&mut self, context: &mut Context<'_>) -> bool {
        let mut any = false;
        while let Some(front) = self.waiting.front_mut() {
            if let Waiting::OnItsWay(later) = front {
                match later.as_mut().poll(context) {
                    Poll::Ready(answer) => *front = Waiting::Here(answer),
                    Poll::Pending => break,
                }
            }
            if let Some(Waiting::Here(answer)) = self.waiting.pop_front() {
                self.encode(&answer.into());
                any = true;
            }
        }
        any
    }

    /// Encodes the events that wait, as long as there is room.
    fn poll_events(&mut self, context: &mut Context<'_>) -> bool {
        let mut any = false;
        while self.link.staged_bytes() < WRITE_BUFFER_MAX_BYTES {
            let Poll::Ready(Some(event)) = self.connection.outbox().poll_pop(context) else {
                break;
            };
            self.tell(event);
            any = true;
        }
        any
    }

    /// Reads what is there, unless too many answers are on their way already.
    fn poll_read(&mut self, context: &mut Context<'_>) -> std::io::Result<bool> {
        if self.waiting.len() >= PIPELINE_MAX || self.state != State::Open {
            return Ok(false);
        }
        match self.link.poll_read(context) {
            Poll::Pending => return Ok(false),
            Poll::Ready(read) => match read? {
                Read::Some => {}
                Read::End => self.state = State::Closing(Parting::Ended),
                Read::Wrong(error) => drop(self.refuse(&error)),
            },
        }
        Ok(true)
    }

    /// Applies every whole request of the input.
    async fn answer_input(&mut self) -> std::io::Result<()> {
        while self.waiting.len() < PIPELINE_MAX
            && self.state != State::Closing(Parting::Refused)
            && let Some(input) = self.link.input()
        {
            let input_bytes = input.len();
            let frame_bytes = match self.codec.decode_request(input) {
                Ok(None) if L::FRAMING == Framing::Codec => break,
                Ok(None) => self.refuse(&DecodeError::no_frame(input_bytes)),
                Ok(Some(Decoded {
                    value: request,
                    frame_bytes,
                    ..
                })) => {
                    if self.connection.overlaps(&request) {
                        let answer = self.connection.apply(&request);
                        self.take(answer);
                    } else {
                        let before = settle(&mut self.waiting).await;
                        let answer = self.connection.apply(&request).wait().await;
                        before
                            .into_iter()
                            .chain([answer])
                            .for_each(|answer| self.encode(&answer.into()));
                    }
                    frame_bytes
                }
                Err(error) => self.refuse(&error),
            };
            self.link.consume(frame_bytes);
            if self.link.staged_bytes() >= WRITE_BUFFER_MAX_BYTES {
                self.flush().await?;
            }
        }
        Ok(())
    }

    /// Encodes an answer that is there, or lines it up behind those that are not.
    fn take(&mut self, answer: Answer<Answered>) {
        match answer {
            Answer::Ready(answer) if self.waiting.is_empty() => self.encode(&answer.into()),
            Answer::Ready(answer) => self.waiting.push_back(Waiting::Here(answer)),
            Answer::Later(later) => self.waiting.push_back(Waiting::OnItsWay(later)),
        }
    }

    /// Says what is wrong with a frame; gives the bytes to skip, which are all when the boundary is lost.
    fn refuse(&mut self, error: &DecodeError) -> usize {
        tracing::debug!(%error, "a frame was refused");
        match *error {
            DecodeError::Malformed { frame_bytes, .. } => {
                self.take(Answer::Ready(Err(ErrorCode::Malformed.into())));
                frame_bytes
            }
            DecodeError::Refused {
                frame_bytes,
                refusal,
                ..
            } => {
                self.take(Answer::Ready(Err(refusal)));
                frame_bytes
            }
            DecodeError::Lost { refusal, .. } => {
                self.take(Answer::Ready(Err(refusal)));
                self.state = State::Closing(Parting::Refused);
                usize::MAX
            }
        }
    }

    /// Stages a frame. A reply that the format cannot say is told as a refusal; an event is left out.
    fn encode(&mut self, reply: &FromServer<'_>) {
        let Self { link, codec, .. } = self;
        if link.stage(|out| codec.encode_reply(reply, out)).is_ok() {
            return;
        }
        if !matches!(reply, FromServer::Event(_)) {
            let refusal = FromServer::Refused(ErrorCode::NotExpressible.into());
            let encoded = link.stage(|out| codec.encode_reply(&refusal, out));
            debug_assert!(encoded.is_ok(), "every format can refuse");
        }
    }

    /// Stages an event, unless the format leaves it out.
    fn tell(&mut self, event: Event<'static>) {
        let event = FromServer::Event(event);
        let Self { link, codec, .. } = self;
        if link.stage(|out| codec.encode_reply(&event, out)).is_ok()
            && let FromServer::Event(event) = &event
        {
            self.connection.tells(event);
        }
    }

    async fn flush(&mut self) -> std::io::Result<()> {
        poll_fn(|context| self.link.poll_flush(context)).await
    }

    /// Answers what was asked before the end, and closes.
    async fn finish(mut self) -> std::io::Result<()> {
        for answer in settle(&mut self.waiting).await {
            self.encode(&answer.into());
        }
        self.flush().await?;
        let parting = match self.state {
            State::Closing(parting) => parting,
            State::Open => Parting::Ended,
        };
        let Self {
            mut link,
            connection,
            ..
        } = self;
        // Whoever waits for this end to part is logged out meanwhile.
        drop(connection);
        poll_fn(|context| link.poll_close(parting, context)).await
    }
}

/// Lets every task run that is ready now, once.
async fn yield_to_others() {
    let mut yielded = false;
    poll_fn(|context| {
        if std::mem::replace(&mut yielded, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

/// Waits for all answers that are on their way.
async fn settle(waiting: &mut VecDeque<Waiting>) -> Vec<Answered> {
    let mut answers = Vec::with_capacity(waiting.len());
    while let Some(front) = waiting.pop_front() {
        answers.push(match front {
            Waiting::Here(answer) => answer,
            Waiting::OnItsWay(later) => later.await,
        });
    }
    answers
}
