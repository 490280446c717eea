//! Health checking (`grpc.health.v1`): the service serves from when it listens until it stops.

use std::pin::Pin;

use futures_util::{Stream, StreamExt as _, stream};
use tokio_util::sync::CancellationToken;
use tonic::{Request, Response, Status, async_trait};
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::{HealthCheckRequest, HealthCheckResponse, health_server};

/// Whose health is told: the whole server's, and the service's.
const SERVICES: [&str; 2] = ["", "chat.v1.Chat"];

/// The health of a front end.
pub(super) struct Health {
    stop: CancellationToken,
}

impl Health {
    /// That of a front end that serves until `stop` is cancelled.
    pub(super) const fn until(stop: CancellationToken) -> Self {
        Self { stop }
    }

    fn status(&self) -> ServingStatus {
        if self.stop.is_cancelled() {
            ServingStatus::NotServing
        } else {
            ServingStatus::Serving
        }
    }
}

#[async_trait]
impl health_server::Health for Health {
    async fn check(
        &self,
        request: Request<HealthCheckRequest>,
    ) -> Result<Response<HealthCheckResponse>, Status> {
        if is_known(&request) {
            Ok(Response::new(said(self.status())))
        } else {
            Err(Status::not_found(
                "there is no such service; ask for chat.v1.Chat",
            ))
        }
    }

    type WatchStream = Pin<Box<dyn Stream<Item = Result<HealthCheckResponse, Status>> + Send>>;

    async fn watch(
        &self,
        request: Request<HealthCheckRequest>,
    ) -> Result<Response<Self::WatchStream>, Status> {
        let stop = self.stop.clone();
        let (first, last) = if is_known(&request) {
            (self.status(), Some(ServingStatus::NotServing))
        } else {
            (ServingStatus::ServiceUnknown, None)
        };
        let last = stream::once(async move {
            stop.cancelled().await;
            last.filter(|&last| last != first)
        });
        let statuses = stream::iter([first]).chain(last.filter_map(std::future::ready));
        Ok(Response::new(Box::pin(
            statuses.map(|status| Ok(said(status))),
        )))
    }
}

fn is_known(request: &Request<HealthCheckRequest>) -> bool {
    SERVICES.contains(&request.get_ref().service.as_str())
}

fn said(status: ServingStatus) -> HealthCheckResponse {
    HealthCheckResponse {
        status: status.into(),
    }
}
