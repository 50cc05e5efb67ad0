//! What is too much is refused at once, and who is too slow is cut off.

use std::{num::NonZeroU32, time::Duration};

use dictamen_server::{
    access::Access,
    app::{App, Limits},
    clock::Clock,
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use crate::{
    access::{House, listen, raw},
    support::{DECIDE, REQUEST, Service},
};

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_who_asks_too_often_waits_a_moment_and_others_do_not() {
    let limits = Limits {
        rate: NonZeroU32::new(5),
        ..Limits::default()
    };
    let house = House::sqlite();
    let open = house.open_with(limits).await;
    // The machine's own user is not counted.
    for _ in 0..20 {
        assert_eq!(open.ask("GET", "/v1/policies", "", "").await.0, 200);
    }
    let (admin, _) = open.key("", "root", &["admin"]).await;
    let (one, _) = open.key(&admin, "one", &["read"]).await;
    let (two, _) = open.key(&admin, "two", &["read"]).await;
    let client = reqwest::Client::new();
    let ask = || {
        client
            .get(format!("http://{}/v1/policies", open.address))
            .bearer_auth(&one)
            .send()
    };
    let first = ask().await.unwrap();
    assert_eq!(first.headers()["ratelimit-policy"], "\"caller\";q=5;w=1");
    assert!(
        first.headers()["ratelimit"]
            .to_str()
            .unwrap()
            .starts_with("\"caller\";r=")
    );
    let mut refused = None;
    for _ in 0..50 {
        let answer = ask().await.unwrap();
        if answer.status() == 429 {
            refused = Some(answer);
            break;
        }
    }
    let refused = refused.unwrap();
    assert_eq!(refused.headers()["retry-after"], "1");
    assert_eq!(refused.headers()["ratelimit"], "\"caller\";r=0;t=1");
    let problem: serde_json::Value =
        serde_json::from_slice(&refused.bytes().await.unwrap()).unwrap();
    assert_eq!(problem["code"], "rate-limited");
    assert_eq!(open.ask("GET", "/v1/policies", &two, "").await.0, 200);
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(ask().await.unwrap().status(), 200);
}

async fn open(limits: Limits) -> (std::net::SocketAddr, tokio::task::JoinHandle<()>) {
    let service = Service::new();
    let app = App::new(service.reloader.rules(), Clock::System, limits).guarded_by(Access::open());
    listen(app).await
}

fn head(length: usize) -> String {
    format!(
        "POST {DECIDE} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/json\r\n\
         content-length: {length}\r\n\r\n"
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn more_at_once_than_there_is_room_for_is_refused_and_health_is_not() {
    let (address, serving) = open(Limits {
        requests: 1,
        ..Limits::default()
    })
    .await;
    let mut slow = TcpStream::connect(address).await.unwrap();
    slow.write_all(head(REQUEST.len()).as_bytes())
        .await
        .unwrap();
    tokio::time::sleep(Duration::from_millis(200)).await;
    let said = raw(
        address,
        "GET /v1/policies HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n",
    )
    .await;
    assert!(
        said.starts_with("HTTP/1.1 503") && said.contains("retry-after: 1"),
        "{said}"
    );
    assert!(said.contains("\"code\":\"overloaded\""), "{said}");
    let said = raw(
        address,
        "GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n",
    )
    .await;
    assert!(said.starts_with("HTTP/1.1 200"), "{said}");
    slow.write_all(REQUEST.as_bytes()).await.unwrap();
    let mut answer = String::new();
    slow.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    let said = raw(
        address,
        "GET /v1/policies HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n",
    )
    .await;
    assert!(said.starts_with("HTTP/1.1 200"), "{said}");
    serving.abort();
}

#[tokio::test(flavor = "multi_thread")]
async fn bodies_that_would_fill_the_memory_are_refused_as_they_come() {
    let (address, serving) = open(Limits {
        body_bytes: 256 * 1024,
        memory: 300 * 1024,
        ..Limits::default()
    })
    .await;
    let mut first = TcpStream::connect(address).await.unwrap();
    first.write_all(head(200 * 1024).as_bytes()).await.unwrap();
    first.write_all(&vec![b' '; 190 * 1024]).await.unwrap();
    tokio::time::sleep(Duration::from_millis(300)).await;
    let said = raw(
        address,
        &format!("{}{}", head(200 * 1024), " ".repeat(200 * 1024)),
    )
    .await;
    // A client that is still sending may lose the answer with the connection.
    assert!(
        said.is_empty() || said.contains("\"code\":\"overloaded\""),
        "{said}"
    );
    // What is small has room, and so has everybody once the first has gone.
    let said = raw(address, &format!("{}{REQUEST}", head(REQUEST.len()))).await;
    assert!(said.starts_with("HTTP/1.1 200"), "{said}");
    drop(first);
    tokio::time::sleep(Duration::from_millis(300)).await;
    let said = raw(
        address,
        &format!("{}{}", head(200 * 1024), " ".repeat(200 * 1024)),
    )
    .await;
    assert!(said.contains("\"code\":\"empty-body\""), "{said}");
    serving.abort();
}

#[tokio::test(flavor = "multi_thread")]
async fn heads_have_a_size() {
    let (address, serving) = open(Limits::default()).await;
    let many = "a: b\r\n".repeat(200);
    let large = format!("a: {}\r\n", "b".repeat(100 * 1024));
    for more in [many, large] {
        let said = raw(
            address,
            &format!("GET /healthz HTTP/1.1\r\nhost: x\r\n{more}\r\n"),
        )
        .await;
        assert!(
            said.is_empty() || said.starts_with("HTTP/1.1 431"),
            "{said}"
        );
    }
    serving.abort();
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_have_a_number() {
    let (address, serving) = open(Limits {
        connections: 2,
        timeout: Duration::from_millis(500),
        ..Limits::default()
    })
    .await;
    let idle = [
        TcpStream::connect(address).await.unwrap(),
        TcpStream::connect(address).await.unwrap(),
    ];
    tokio::time::sleep(Duration::from_millis(50)).await;
    // The third is served once the first have been cut off.
    let said = raw(
        address,
        "GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n",
    )
    .await;
    assert!(said.starts_with("HTTP/1.1 200"), "{said}");
    drop(idle);
    serving.abort();
}

#[tokio::test(flavor = "multi_thread")]
async fn who_takes_in_no_answers_is_cut_off() {
    let (address, serving) = open(Limits {
        timeout: Duration::from_millis(300),
        ..Limits::default()
    })
    .await;
    let one = raw(
        address,
        "GET /openapi.json HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n",
    )
    .await;
    let count = 20_000_000 / one.len();
    let mut deaf = TcpStream::connect(address).await.unwrap();
    let asked = "GET /openapi.json HTTP/1.1\r\nhost: x\r\n\r\n".repeat(count);
    // The service may hang up before it has read everything.
    let _ = tokio::time::timeout(Duration::from_secs(2), deaf.write_all(asked.as_bytes())).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    let mut answers = Vec::new();
    let read = tokio::time::timeout(Duration::from_secs(10), deaf.read_to_end(&mut answers)).await;
    assert!(read.is_ok(), "the connection is still open");
    assert!(
        answers.len() < count * one.len() / 2,
        "{} of {}",
        answers.len(),
        count * one.len()
    );
    serving.abort();
}
