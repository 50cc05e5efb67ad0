//! Running the service on a socket until it is told to stop.
//!
//! On the signal it reports itself as not ready at once, but goes on accepting for a short grace,
//! so that what was on its way is answered; then it takes no further connection, lets running
//! requests finish, and gives up on those that outlast the drain deadline. Last, what waits for
//! the decision log is written and the log's end is signed.

mod accept;

pub(crate) use accept::Secure;

use std::{future::Future, time::Duration};

use tokio::{net::TcpListener, sync::watch, task::JoinSet};

use accept::Patience;

use crate::{
    app::App,
    lifecycle::Keeper,
    reload::{EVERY, Reloader},
    tls::Tls,
};

/// How often callers that have been quiet are forgotten.
const FORGET: Duration = Duration::from_mins(1);
/// How long work beside the requests may take to come to an end.
const LAST_TURN: Duration = Duration::from_secs(2);

/// What keeps the rules in force current.
#[derive(Debug)]
pub enum Source {
    /// A rules folder.
    Folder(Reloader),
    /// The registry in the store.
    Registry(Box<Keeper>),
}

impl From<Reloader> for Source {
    fn from(reloader: Reloader) -> Self {
        Self::Folder(reloader)
    }
}

impl From<Keeper> for Source {
    fn from(keeper: Keeper) -> Self {
        Self::Registry(Box::new(keeper))
    }
}

/// How long stopping may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stopping {
    /// How long connections are still accepted after the signal: whoever sends the requests needs
    /// a moment to learn that they go elsewhere now.
    pub grace: Duration,
    /// How long running requests may take to finish after that.
    pub drain: Duration,
}

impl Default for Stopping {
    /// 1 second, then 20: together less than the 30 seconds after which orchestrators kill.
    fn default() -> Self {
        Self {
            grace: Duration::from_secs(1),
            drain: Duration::from_secs(20),
        }
    }
}

/// Serves `app` on `listener` until `stop` is done, then stops as `stopping` says.
///
/// A connection that has not brought the head of a request within
/// [`Limits::timeout`](crate::app::Limits::timeout) is closed.
pub async fn run(
    listener: TcpListener,
    app: App,
    source: Option<Source>,
    stop: impl Future<Output = ()> + Send + 'static,
    stopping: Stopping,
) {
    run_with(listener, app, source, None, stop, stopping).await;
}

/// The same, over TLS when it is given.
pub async fn run_with(
    listener: TcpListener,
    app: App,
    source: Option<Source>,
    tls: Option<Tls>,
    stop: impl Future<Output = ()> + Send + 'static,
    stopping: Stopping,
) {
    let reloading = source.map(|source| match source {
        Source::Folder(reloader) => tokio::spawn(reloader.run(EVERY)),
        Source::Registry(keeper) => tokio::spawn(keeper.run()),
    });
    let mut beside = JoinSet::new();
    beside.spawn(app.access().clone().run());
    beside.spawn(forget(app.clone()));
    let mut working = JoinSet::new();
    if let Some(work) = app.work() {
        working.spawn(work.clone().run(app.clone()));
    }
    let acceptor = tls.as_ref().map(Tls::acceptor);
    if let Some(tls) = tls {
        beside.spawn(tls.run());
    }
    let (stopped, mut draining) = watch::channel(());
    let router = app.router();
    let log = app.log().cloned();
    let patience = Patience {
        timeout: app.limits().timeout,
        connections: app.limits().connections,
    };
    let serving = accept::serve(listener, router, patience, acceptor, async move {
        stop.await;
        app.drain();
        tracing::info!("stopping; running requests finish");
        tokio::time::sleep(stopping.grace).await;
        drop(stopped);
    });
    let deadline = async move {
        // An error means that the sender is gone, which is the signal.
        while draining.changed().await.is_ok() {}
        tokio::time::sleep(stopping.drain).await;
    };
    tokio::select! {
        () = serving => {}
        () = deadline => {
            tracing::warn!("drain deadline reached; requests still running are cut off");
        }
    }
    // What is cut off then is done by whoever takes it next.
    let _ = tokio::time::timeout(LAST_TURN, working.join_next()).await;
    working.shutdown().await;
    beside.shutdown().await;
    if let Some(reloading) = reloading {
        reloading.abort();
    }
    if let Some(log) = log {
        log.close().await;
    }
    tracing::info!("stopped");
}

/// Forgets callers that have been quiet, so that those who come once take up no memory.
async fn forget(app: App) {
    loop {
        tokio::time::sleep(FORGET).await;
        if let Some(rate) = app.rate() {
            rate.forget();
        }
    }
}

/// Done when the process is asked to stop: Ctrl-C or, on Unix, SIGTERM. Listens from the moment it
/// is called, not only once it is waited for, so that nobody who was told where the service is can
/// be too early. To be called within the runtime.
pub fn stop_signal() -> impl Future<Output = ()> + Send + 'static {
    #[cfg(unix)]
    let (mut interrupt, mut terminate) = {
        use tokio::signal::unix::{SignalKind, signal};
        (
            signal(SignalKind::interrupt()).ok(),
            signal(SignalKind::terminate()).ok(),
        )
    };
    async move {
        #[cfg(unix)]
        tokio::select! {
            () = received(&mut interrupt) => {}
            () = received(&mut terminate) => {}
        }
        #[cfg(not(unix))]
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

#[cfg(unix)]
async fn received(signal: &mut Option<tokio::signal::unix::Signal>) {
    match signal {
        Some(signal) => {
            signal.recv().await;
        }
        None => std::future::pending().await,
    }
}
