//! Running a sandbox on a socket of this machine.

use std::future::Future;
use std::net::SocketAddr;
use std::time::Duration;

use chrono::TimeDelta;
use tokio::net::TcpListener;

use crate::api;
use crate::retrieval;
use crate::world::Sandbox;

/// Why a sandbox does not start.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The address is one that other machines reach.
    #[error("`{0}` is not an address of this machine only")]
    NotLoopback(SocketAddr),
    /// The socket failed.
    #[error(transparent)]
    Socket(#[from] std::io::Error),
}

/// Serves until `stop` is done.
///
/// # Errors
/// When the listener is not on loopback: a sandbox has no business with other machines.
pub async fn run(
    listener: TcpListener,
    sandbox: Sandbox,
    stop: impl Future<Output = ()> + Send + 'static,
) -> Result<(), ServeError> {
    let address = listener.local_addr()?;
    if !address.ip().is_loopback() {
        return Err(ServeError::NotLoopback(address));
    }
    let ticking = tokio::spawn(tick(sandbox.clone()));
    let service = api::router(sandbox).into_make_service_with_connect_info::<SocketAddr>();
    // Requests that hang on purpose must not keep it from stopping.
    tokio::select! {
        served = axum::serve(listener, service) => served?,
        () = stop => {}
    }
    ticking.abort();
    Ok(())
}

/// Lets simulated days pass and refreshes the links that fall due.
async fn tick(sandbox: Sandbox) {
    let mut every = tokio::time::interval(Duration::from_secs(1));
    loop {
        every.tick().await;
        if let Some(seconds) = sandbox.settings().day_seconds {
            let passed = 86_400_u64.checked_div(seconds.max(1)).unwrap_or(0);
            sandbox.lapse(TimeDelta::seconds(i64::try_from(passed).unwrap_or(0)));
        }
        retrieval::refresh_due(&sandbox);
    }
}
