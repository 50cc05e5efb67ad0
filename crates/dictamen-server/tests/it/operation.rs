//! Running: readiness, a real socket, and stopping.

use std::{fs, time::Duration};

use axum::http::StatusCode;
use dictamen_server::serve::{self, Stopping};
use tempfile::TempDir;
use tokio::{io::AsyncWriteExt as _, net::TcpListener, sync::oneshot};

use crate::support::{DECIDE, REQUEST, Service};

#[tokio::test]
async fn not_ready_until_there_is_a_policy_and_parameters() {
    let empty = TempDir::new().unwrap();
    fs::create_dir(empty.path().join("demo")).unwrap();
    let service = Service::on(empty, dictamen_server::app::Limits::default());
    assert_eq!(service.get("/healthz").await.body, b"ok\n");
    let ready = service.get("/readyz").await;
    assert_eq!(ready.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(ready.header("content-type"), "application/json");
    let ready = ready.json();
    assert_eq!(ready["status"], "not_ready");
    let folders: Vec<_> = ready["failures"].as_array().unwrap().iter().collect();
    assert_eq!(folders.len(), 2, "{ready}");
    let answer = service.post("/v1/characteristics", REQUEST).await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(answer.json()["code"], "not-ready");
}

#[tokio::test]
async fn stopping_shows_before_the_last_request_is_done() {
    let service = Service::new();
    service.app.drain();
    let ready = service.get("/readyz").await;
    assert_eq!(ready.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(ready.json()["status"], "stopping");
    assert_eq!(service.post(DECIDE, REQUEST).await.status, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn through_a_socket_until_told_to_stop() {
    let service = Service::new();
    let in_process = service.post(DECIDE, REQUEST).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let serving = tokio::spawn(serve::run(
        listener,
        service.app.clone(),
        Some(service.reloader),
        async move { stopped.await.unwrap_or_default() },
        Stopping {
            grace: Duration::ZERO,
            ..Stopping::default()
        },
    ));
    let client = reqwest::Client::new();
    let url = format!("http://{address}{DECIDE}");
    let post = || client.post(&url).header("content-type", "application/json");
    let answer = post().body(REQUEST).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.bytes().await.unwrap(), in_process.body);

    // A request whose body is on its way when the signal comes is still answered.
    let mut slow = tokio::net::TcpStream::connect(address).await.unwrap();
    let head = format!(
        "POST {DECIDE} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n\
         content-length: {}\r\nconnection: close\r\n\r\n",
        REQUEST.len()
    );
    slow.write_all(head.as_bytes()).await.unwrap();
    // The service must have begun with it, or it may be dropped as idle.
    let (first, rest) = REQUEST.split_at(200);
    slow.write_all(first.as_bytes()).await.unwrap();
    tokio::time::sleep(Duration::from_millis(300)).await;
    stop.send(()).unwrap();
    tokio::time::sleep(Duration::from_millis(100)).await;
    slow.write_all(rest.as_bytes()).await.unwrap();
    let mut answer = String::new();
    tokio::io::AsyncReadExt::read_to_string(&mut slow, &mut answer)
        .await
        .unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");
    serving.await.unwrap().unwrap();
    let refused = post().body(REQUEST).send().await;
    assert!(refused.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_never_ends_is_cut_off_at_the_drain_deadline() {
    let service = Service::new();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let serving = tokio::spawn(serve::run(
        listener,
        service.app.clone(),
        None,
        async move { stopped.await.unwrap_or_default() },
        Stopping {
            grace: Duration::ZERO,
            drain: Duration::from_millis(200),
        },
    ));
    let mut stuck = tokio::net::TcpStream::connect(address).await.unwrap();
    let head = format!("POST {DECIDE} HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n");
    stuck.write_all(head.as_bytes()).await.unwrap();
    tokio::time::sleep(Duration::from_millis(100)).await;
    stop.send(()).unwrap();
    serving.await.unwrap().unwrap();
    drop(stuck);
}

#[test]
fn stopping_takes_less_than_orchestrators_wait() {
    let Stopping { grace, drain } = Stopping::default();
    assert!(grace + drain < Duration::from_secs(30));
}

#[tokio::test(flavor = "multi_thread")]
async fn after_the_signal_new_connections_are_still_answered_for_a_grace() {
    let service = Service::new();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let serving = tokio::spawn(serve::run(
        listener,
        service.app.clone(),
        None,
        async move { stopped.await.unwrap_or_default() },
        Stopping {
            // Longer than the test can take: it ends by being dropped.
            grace: Duration::from_hours(1),
            drain: Duration::ZERO,
        },
    ));
    // A connection for each request, as from clients that come only now.
    let connect = || {
        reqwest::Client::builder()
            .pool_max_idle_per_host(0)
            .build()
            .unwrap()
    };
    let ready = || connect().get(format!("http://{address}/readyz")).send();
    assert_eq!(ready().await.unwrap().status(), 200);
    stop.send(()).unwrap();
    while ready().await.unwrap().status() != 503 {
        tokio::task::yield_now().await;
    }
    let body: serde_json::Value =
        serde_json::from_slice(&ready().await.unwrap().bytes().await.unwrap()).unwrap();
    assert_eq!(body["status"], "stopping");
    let answer = connect()
        .post(format!("http://{address}{DECIDE}"))
        .header("content-type", "application/json")
        .body(REQUEST)
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 200);
    assert!(!serving.is_finished());
    serving.abort();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_grace_ends() {
    let service = Service::new();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let stopping = Stopping {
        grace: Duration::from_millis(50),
        ..Stopping::default()
    };
    serve::run(listener, service.app.clone(), None, async {}, stopping)
        .await
        .unwrap();
    assert!(service.app.is_draining());
    assert!(tokio::net::TcpStream::connect(address).await.is_err());
}
