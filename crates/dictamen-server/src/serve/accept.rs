//! Accepting connections, plain or with TLS, and closing those on which nothing comes or goes.
//!
//! Knows nothing of what is served. A connection has to bring the whole head of its first request
//! within the time a request may wait, the handshake included, in whichever version of HTTP;
//! afterwards it may lie idle for longer than load balancers keep theirs, so that the service is
//! not the one to close it. Whoever does not take in an answer is cut off.

use std::{future::Future, pin::pin, sync::Arc, time::Duration};

use axum::{Router, extract::Request, serve::Listener};
use hyper::body::Incoming;
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::{
        conn::auto::Builder,
        graceful::{GracefulShutdown, Watcher},
    },
    service::TowerToHyperService,
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpStream},
    sync::{Notify, Semaphore},
};
use tokio_io_timeout::TimeoutStream;
use tokio_rustls::TlsAcceptor;
use tower::ServiceExt as _;

/// How long a connection may lie idle between two requests, the head of the second included.
/// Load balancers commonly keep theirs for 60 seconds.
const IDLE: Duration = Duration::from_secs(75);
/// How often a connection of HTTP/2 is asked whether there is still somebody.
const PING: Duration = Duration::from_secs(30);
/// How large the head of a request may be, in bytes, and how many headers it may have.
const HEAD: usize = 64 * 1024;
const HEADERS: usize = 100;
/// How many requests one connection of HTTP/2 may have open.
const STREAMS: u32 = 128;

/// Marks a request that came over TLS.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Secure;

/// What connections may ask.
#[derive(Debug, Clone, Copy)]
pub(super) struct Patience {
    /// Longest wait for the first head, and for a client to take in some of an answer.
    pub(super) timeout: Duration,
    /// Connections at the same time.
    pub(super) connections: usize,
}

#[derive(Clone)]
struct Serving {
    builder: Builder<TokioExecutor>,
    router: Router,
    first_head: Duration,
    is_secure: bool,
}

/// Serves until `stop` is done, then until every connection has answered what it had begun.
pub(super) async fn serve(
    mut listener: TcpListener,
    router: Router,
    patience: Patience,
    tls: Option<TlsAcceptor>,
    stop: impl Future<Output = ()>,
) {
    let first_head = patience.timeout;
    let serving = Serving {
        builder: builder(first_head),
        router,
        first_head,
        is_secure: tls.is_some(),
    };
    let room = patience.connections.clamp(1, Semaphore::MAX_PERMITS);
    let room = Arc::new(Semaphore::new(room));
    let connections = GracefulShutdown::new();
    let mut stop = pin!(stop);
    loop {
        // Errors of single connections, and too many of them, are waited out inside `accept`.
        let accepted = async {
            let held = Arc::clone(&room).acquire_owned().await;
            (Listener::accept(&mut listener).await, held)
        };
        let ((stream, _), held) = tokio::select! {
            accepted = accepted => accepted,
            () = &mut stop => break,
        };
        let (serving, watcher, tls) = (serving.clone(), connections.watcher(), tls.clone());
        tokio::spawn(async move {
            let stream = guarded(stream, first_head);
            match tls {
                None => serving.connection(stream, watcher).await,
                Some(tls) => {
                    let shaken = tokio::time::timeout(first_head, tls.accept(stream)).await;
                    let Ok(Ok(stream)) = shaken else {
                        tracing::debug!("a connection without a handshake was closed");
                        return;
                    };
                    serving.connection(stream, watcher).await;
                }
            }
            drop(held);
        });
    }
    drop(listener);
    connections.shutdown().await;
}

fn builder(first_head: Duration) -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(IDLE.max(first_head))
        .max_buf_size(HEAD)
        .max_headers(HEADERS);
    builder
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(PING)
        .max_concurrent_streams(STREAMS)
        .max_header_list_size(u32::try_from(HEAD).unwrap_or(u32::MAX));
    builder
}

/// A stream whose writes fail when the other side takes in nothing for too long.
fn guarded(stream: TcpStream, patience: Duration) -> std::pin::Pin<Box<TimeoutStream<TcpStream>>> {
    let mut stream = TimeoutStream::new(stream);
    stream.set_write_timeout(Some(patience));
    Box::pin(stream)
}

impl Serving {
    async fn connection<S>(self, stream: S, watcher: Watcher)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let Self {
            builder,
            router,
            first_head,
            is_secure,
        } = self;
        let begun = Arc::new(Notify::new());
        let begin = Arc::clone(&begun);
        let service = router.map_request(move |mut request: Request<Incoming>| {
            begin.notify_one();
            if is_secure {
                request.extensions_mut().insert(Secure);
            }
            request
        });
        let service = TowerToHyperService::new(service);
        let connection = builder.serve_connection(TokioIo::new(stream), service);
        let connection = watcher.watch(connection.into_owned());
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
    }
}
