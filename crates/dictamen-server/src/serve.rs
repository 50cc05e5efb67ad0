//! Running the service on a socket until it is told to stop.
//!
//! On the signal it reports itself as not ready at once, but goes on accepting for a short grace,
//! so that what was on its way is answered; then it takes no further connection, lets running
//! requests finish, and gives up on those that outlast the drain deadline. Last, what waits for
//! the decision log is written and the log's end is signed.

mod accept;

use std::{future::Future, time::Duration};

use tokio::{net::TcpListener, sync::watch};

use crate::{
    app::App,
    lifecycle::Keeper,
    reload::{EVERY, Reloader},
};

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
    let reloading = source.map(|source| match source {
        Source::Folder(reloader) => tokio::spawn(reloader.run(EVERY)),
        Source::Registry(keeper) => tokio::spawn(keeper.run()),
    });
    let (stopped, mut draining) = watch::channel(());
    let router = app.router();
    let log = app.log().cloned();
    let first_head = app.limits().timeout;
    let serving = accept::serve(listener, router, first_head, async move {
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
    if let Some(reloading) = reloading {
        reloading.abort();
    }
    if let Some(log) = log {
        log.close().await;
    }
    tracing::info!("stopped");
}

/// Done when the process is asked to stop: Ctrl-C or, on Unix, SIGTERM.
pub async fn stop_signal() {
    let interrupt = async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    let terminate = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(_) => std::future::pending().await,
        }
    };
    #[cfg(not(unix))]
    let terminate = std::future::pending::<()>();
    tokio::select! {
        () = interrupt => {}
        () = terminate => {}
    }
}
