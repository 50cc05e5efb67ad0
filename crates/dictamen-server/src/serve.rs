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
    reload::{EVERY, Reloader},
};

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
    reloader: Option<Reloader>,
    stop: impl Future<Output = ()> + Send + 'static,
    stopping: Stopping,
) {
    let reloading = reloader.map(|reloader| tokio::spawn(reloader.run(EVERY)));
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
