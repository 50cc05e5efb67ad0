//! Accepting connections, and closing those on which no request comes.
//!
//! Knows nothing of what is served. A connection has to bring the whole head of its first request
//! within the time a request may wait, in whichever version of HTTP; afterwards it may lie idle
//! for longer than load balancers keep theirs, so that the service is not the one to close it.

use std::{future::Future, pin::pin, sync::Arc, time::Duration};

use axum::{Router, extract::Request, serve::Listener};
use hyper::body::Incoming;
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::{conn::auto::Builder, graceful::GracefulShutdown},
    service::TowerToHyperService,
};
use tokio::{net::TcpListener, sync::Notify};
use tower::ServiceExt as _;

/// How long a connection may lie idle between two requests, the head of the second included.
/// Load balancers commonly keep theirs for 60 seconds.
const IDLE: Duration = Duration::from_secs(75);

/// Serves until `stop` is done, then until every connection has answered what it had begun.
pub(super) async fn serve(
    mut listener: TcpListener,
    router: Router,
    first_head: Duration,
    stop: impl Future<Output = ()>,
) {
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(IDLE.max(first_head));
    let connections = GracefulShutdown::new();
    let mut stop = pin!(stop);
    loop {
        // Errors of single connections, and too many of them, are waited out inside `accept`.
        let (stream, _) = tokio::select! {
            accepted = Listener::accept(&mut listener) => accepted,
            () = &mut stop => break,
        };
        let begun = Arc::new(Notify::new());
        let begin = Arc::clone(&begun);
        let service = router
            .clone()
            .map_request(move |request: Request<Incoming>| {
                begin.notify_one();
                request
            });
        let service = TowerToHyperService::new(service);
        let connection = builder.serve_connection(TokioIo::new(stream), service);
        let connection = connections.watch(connection.into_owned());
        tokio::spawn(async move {
            let mut connection = pin!(connection);
            let ended = tokio::select! {
                result = &mut connection => result,
                () = begun.notified() => connection.await,
                () = tokio::time::sleep(first_head) => {
                    tracing::debug!("a connection without a request was closed");
                    return;
                }
            };
            if let Err(error) = ended {
                tracing::trace!(error, "a connection failed");
            }
        });
    }
    drop(listener);
    connections.shutdown().await;
}
