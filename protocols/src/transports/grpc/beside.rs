//! What others expect beside a service of gRPC: health checking, and reflection. They are offered with `protobuf`, because
//! they speak it, and cost the calls of the service nothing: they are looked for where a path is none of its.

mod health;
mod until_stopped;

use std::convert::Infallible;
use std::sync::Arc;

use http::{Request, Response};
use hyper::body::Incoming;
use tokio_util::sync::CancellationToken;
use tonic::body::Body;
use tonic_health::pb::health_server::HealthServer;
use tonic_reflection::server::{Builder, Error};
use tower_service::Service;

use self::health::Health;
use self::until_stopped::UntilStopped;
use crate::transport::BoxFuture;

/// The descriptors of `proto/chat.proto`, with its comments.
const CHAT: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/chat.descriptors"));

/// What answers a call.
type Handler = Arc<dyn Fn(Request<Incoming>) -> BoxFuture<'static, Response<Body>> + Send + Sync>;

/// The services beside the chat service of a front end.
pub(super) struct Beside {
    services: [(&'static str, Handler); 3],
    stop: CancellationToken,
}

impl Beside {
    /// Health checking until `stop` is cancelled, and reflection in both of its versions.
    ///
    /// # Errors
    /// If the descriptors cannot be read.
    pub(super) fn new(stop: &CancellationToken) -> Result<Self, Error> {
        let health = HealthServer::new(Health::until(stop.clone()));
        Ok(Self {
            services: [
                ("/grpc.health.v1.Health/", handler(health)),
                (
                    "/grpc.reflection.v1.ServerReflection/",
                    handler(described().build_v1()?),
                ),
                (
                    "/grpc.reflection.v1alpha.ServerReflection/",
                    handler(described().build_v1alpha()?),
                ),
            ],
            stop: stop.clone(),
        })
    }

    /// Answers a call of one of these services; `None` if it is of none of them. A stream ends when the front end stops,
    /// so that it cannot keep its connection.
    pub(super) fn answer(
        &self,
        request: Request<Incoming>,
    ) -> Option<BoxFuture<'static, Response<Body>>> {
        let path = request.uri().path();
        let mut services = self.services.iter();
        let (_, handler) = services.find(|(prefix, _)| path.starts_with(prefix))?;
        let answered = handler(request);
        let stop = self.stop.clone();
        Some(Box::pin(async move {
            let response = answered.await;
            response.map(|body| Body::new(UntilStopped::new(body, stop)))
        }))
    }
}

fn described() -> Builder<'static> {
    Builder::configure()
        .register_encoded_file_descriptor_set(CHAT)
        .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
}

fn handler<S>(service: S) -> Handler
where
    S: Service<Request<Incoming>, Response = Response<Body>, Error = Infallible>
        + Clone
        + Send
        + Sync
        + 'static,
    S::Future: Send,
{
    Arc::new(move |request| {
        let mut service = service.clone();
        Box::pin(async move {
            let Ok(response) = service.call(request).await;
            response
        })
    })
}
