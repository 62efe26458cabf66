//! The connections of the server.

use std::convert::Infallible;
use std::future::ready;
use std::pin::pin;
use std::time::Duration;

use http_body_util::BodyExt;
use hyper::Request;
use hyper::body::{Frame, Incoming};
use hyper::server::conn::http2;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::graceful::GracefulShutdown;
use restate_sdk::endpoint::Endpoint;
use tokio::net::TcpListener;

use crate::pauses::pausing;

/// So long the calls under way may take to end, when the process is told to stop.
const GRACE: Duration = Duration::from_secs(10);

const PAUSE: Duration = Duration::from_millis(20);

/// Takes them, until the process is told to stop. It is the SDK's own server, but for what is said when a run is to be paused.
pub(crate) async fn accept(endpoint: Endpoint, listener: TcpListener) {
    let under_way = GracefulShutdown::new();
    let mut told_to_stop = pin!(tokio::signal::ctrl_c());
    loop {
        let stream = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = &mut told_to_stop => break,
        };
        let Ok((stream, _)) = stream else {
            // It has broken off while it came, or there are too many.
            tokio::time::sleep(PAUSE).await;
            continue;
        };
        let endpoint = endpoint.clone();
        let called = service_fn(move |request: Request<Incoming>| {
            let paused = |frame: Frame<_>| frame.map_data(pausing);
            ready(Ok::<_, Infallible>(endpoint.handle(request).map(|body| body.map_frame(paused))))
        });
        let connection = http2::Builder::new(TokioExecutor::new()).serve_connection(TokioIo::new(stream), called);
        let connection = under_way.watch(connection);
        tokio::spawn(async move {
            // The server connects again, and knows which calls it has lost.
            let _ = connection.await;
        });
    }
    let _ = tokio::time::timeout(GRACE, under_way.shutdown()).await;
}
