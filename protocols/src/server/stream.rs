//! One connection that is a stream of bytes: read what is there, answer all of it, flush once.

use std::collections::VecDeque;
use std::future::{Future as _, poll_fn};
use std::pin::Pin;
use std::task::{Context, Poll};

use server_core::answer::Later;
use server_core::limits::{PIPELINE_MAX, WRITE_BUFFER_MAX_BYTES};
use server_core::{Answer, Connection, ErrorCode, Event, FromServer, Refusal, Reply};
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt as _, ReadBuf};
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};

use crate::codec::{Codec, DecodeError};

type Answered = Result<Reply<'static>, Refusal>;

/// How much is read at once, in bytes.
const READ_BYTES: usize = 16 * 1024;

/// Serves one connection until either end closes it.
///
/// # Errors
/// Whatever the socket says; a peer that goes away is no error.
pub async fn serve_stream<S>(parts: StreamParts<S>) -> std::io::Result<()>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let StreamParts {
        stream,
        codec,
        connection,
        stop,
    } = parts;
    let mut serving = Serving {
        stream,
        codec,
        connection,
        input: Vec::new(),
        output: Vec::new(),
        waiting: VecDeque::new(),
        state: State::Open,
    };
    let mut stopped = std::pin::pin!(stop.clone().cancelled_owned());
    while serving.state == State::Open {
        serving.wait(&mut stopped).await?;
        serving.answer_input().await?;
        // Others that are ready now may have something for this connection, too: one write takes all of it.
        yield_to_others().await;
        serving.take_in().await?;
        serving.answer_input().await?;
        if stop.is_cancelled() {
            serving.encode(&FromServer::Event(Event::ServerClosing));
            serving.state = State::Closing;
        }
        serving.flush().await?;
    }
    serving.finish().await
}

/// What a connection is made of.
pub struct StreamParts<S> {
    /// Where bytes come from and go to; counted by whoever opened it.
    pub stream: S,
    /// This end's codec, in which nothing was said yet.
    pub codec: Box<dyn Codec>,
    /// The client's place at the core.
    pub connection: Connection,
    /// Says when to stop.
    pub stop: CancellationToken,
}

struct Serving<S> {
    stream: S,
    codec: Box<dyn Codec>,
    connection: Connection,
    /// What was read and not decoded yet.
    input: Vec<u8>,
    /// What is to be written.
    output: Vec<u8>,
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
    Closing,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Serving<S> {
    /// Waits until something happened, and takes in whatever did: bytes, events, answers, the end, the word to stop.
    async fn wait(
        &mut self,
        stopped: &mut Pin<&mut WaitForCancellationFutureOwned>,
    ) -> std::io::Result<()> {
        poll_fn(|context| {
            if self.poll_once(context)? {
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
        while self.output.len() < WRITE_BUFFER_MAX_BYTES {
            let Poll::Ready(Some(event)) = self.connection.outbox().poll_pop(context) else {
                break;
            };
            self.encode(&FromServer::Event(event));
            any = true;
        }
        any
    }

    /// Reads what is there, unless too many answers are on their way already.
    fn poll_read(&mut self, context: &mut Context<'_>) -> std::io::Result<bool> {
        if self.waiting.len() >= PIPELINE_MAX || self.state == State::Closing {
            return Ok(false);
        }
        let mut space = [std::mem::MaybeUninit::uninit(); READ_BYTES];
        let mut buffer = ReadBuf::uninit(&mut space);
        match Pin::new(&mut self.stream).poll_read(context, &mut buffer) {
            Poll::Pending => return Ok(false),
            Poll::Ready(read) => read?,
        }
        if buffer.filled().is_empty() {
            self.state = State::Closing;
        }
        self.input.extend_from_slice(buffer.filled());
        Ok(true)
    }

    /// Applies every whole request of the input.
    async fn answer_input(&mut self) -> std::io::Result<()> {
        let mut done = 0;
        while self.waiting.len() < PIPELINE_MAX && done < self.input.len() {
            match self.codec.decode_request(&self.input[done..]) {
                Ok(None) => break,
                Ok(Some(decoded)) => {
                    done += decoded.frame_bytes;
                    let request = decoded.value;
                    if request.overlaps() {
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
                }
                Err(error) => {
                    let left = self.input.len() - done;
                    done += self.refuse(&error).min(left);
                }
            }
            if self.output.len() >= WRITE_BUFFER_MAX_BYTES {
                self.flush().await?;
            }
        }
        self.input.drain(..done);
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
            DecodeError::Lost { refusal, .. } => {
                self.take(Answer::Ready(Err(refusal)));
                self.state = State::Closing;
                usize::MAX
            }
        }
    }

    /// Appends a frame. A reply that the format cannot say is told as a refusal; an event is left out.
    fn encode(&mut self, reply: &FromServer<'_>) {
        if self.codec.encode_reply(reply, &mut self.output).is_ok() {
            return;
        }
        if !matches!(reply, FromServer::Event(_)) {
            let refusal = FromServer::Refused(ErrorCode::NotExpressible.into());
            let encoded = self.codec.encode_reply(&refusal, &mut self.output);
            debug_assert!(encoded.is_ok(), "every format can refuse");
        }
    }

    async fn flush(&mut self) -> std::io::Result<()> {
        if !self.output.is_empty() {
            self.stream.write_all(&self.output).await?;
            self.output.clear();
        }
        Ok(())
    }

    /// Answers what was asked before the end, and closes.
    async fn finish(mut self) -> std::io::Result<()> {
        for answer in settle(&mut self.waiting).await {
            self.encode(&answer.into());
        }
        self.flush().await?;
        self.stream.shutdown().await
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
