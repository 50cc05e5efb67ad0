//! Running: readiness, a real socket, and stopping.

use std::{fs, time::Duration};

use axum::http::StatusCode;
use dictamen_server::{
    app::Limits,
    serve::{self, Stopping},
};
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    sync::oneshot,
};

use crate::support::{DECIDE, REQUEST, Service};

#[tokio::test]
async fn not_ready_until_there_is_a_policy_and_parameters() {
    let empty = TempDir::new().unwrap();
    fs::create_dir(empty.path().join("demo")).unwrap();
    let service = Service::on(empty, Limits::default());
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
        Some(service.reloader.into()),
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
    let mut slow = TcpStream::connect(address).await.unwrap();
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
    slow.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");
    serving.await.unwrap();
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
    let mut stuck = TcpStream::connect(address).await.unwrap();
    let head = format!("POST {DECIDE} HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n");
    stuck.write_all(head.as_bytes()).await.unwrap();
    tokio::time::sleep(Duration::from_millis(100)).await;
    stop.send(()).unwrap();
    serving.await.unwrap();
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
    serve::run(listener, service.app.clone(), None, async {}, stopping).await;
    assert!(service.app.is_draining());
    assert!(TcpStream::connect(address).await.is_err());
}

/// A service that waits a tenth of a second for a request to begin.
async fn impatient() -> (std::net::SocketAddr, tokio::task::JoinHandle<()>) {
    let dir = Service::new().dir;
    let limits = Limits {
        timeout: Duration::from_millis(100),
        ..Limits::default()
    };
    let service = Service::on(dir, limits);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let serving = tokio::spawn(serve::run(
        listener,
        service.app.clone(),
        None,
        std::future::pending(),
        Stopping::default(),
    ));
    (address, serving)
}

#[tokio::test(flavor = "multi_thread")]
async fn who_sends_no_whole_head_is_cut_off() {
    let (address, serving) = impatient().await;
    for begun in [
        "",
        "P",
        "PRI * HTTP/2.0",
        "GET /healthz HTTP/1.1\r\nhost: x\r\n",
    ] {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(begun.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        // Ends only when the service closes the connection; how is not its business.
        let _ = stream.read_to_end(&mut answer).await;
        assert!(answer.is_empty(), "{begun}");
    }
    serving.abort();
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_sent_a_request_may_pause_before_the_next() {
    let (address, serving) = impatient().await;
    let mut stream = TcpStream::connect(address).await.unwrap();
    for _ in 0..2 {
        stream
            .write_all(b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n")
            .await
            .unwrap();
        let mut answer = Vec::new();
        while !answer.ends_with(b"ok\n") {
            assert_ne!(stream.read_buf(&mut answer).await.unwrap(), 0);
        }
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
    serving.abort();
}

#[tokio::test(flavor = "multi_thread")]
async fn http_2_is_spoken_to_who_begins_with_it() {
    let (address, serving) = impatient().await;
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream
        .write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0")
        .await
        .unwrap();
    let mut frame = [0; 9];
    stream.read_exact(&mut frame).await.unwrap();
    assert_eq!(frame[3], 4, "the first frame is SETTINGS");
    serving.abort();
}
