//! A server that answers what it is told to, and clients for it.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use dictamen_belvo::{Client, Config, Retry};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

/// What a server does with a connection, after it has read the request.
#[derive(Clone)]
pub(crate) enum Does {
    /// Sends bytes and closes.
    Says(Vec<u8>),
    /// Sends bytes and keeps the connection open.
    Stalls(Vec<u8>),
    /// Sends bytes for ever.
    Floods(Vec<u8>),
}

/// The heads and bodies of the requests that came.
pub(crate) type Heard = Arc<Mutex<Vec<String>>>;

pub(crate) fn answer(status: u16, kind: &str, body: &str) -> Does {
    Does::Says(
        format!("HTTP/1.1 {status} X\r\ncontent-type: {kind}\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}", body.len())
            .into_bytes(),
    )
}

pub(crate) fn json(status: u16, body: &str) -> Does {
    answer(status, "application/json", body)
}

/// Serves the answers in their order, the last one for ever.
pub(crate) async fn serve(answers: Vec<Does>) -> (String, Heard) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let heard = Heard::default();
    let note = heard.clone();
    tokio::spawn(async move {
        for number in 0.. {
            let (mut stream, _) = listener.accept().await.unwrap();
            let does = answers[number.min(answers.len() - 1)].clone();
            let note = note.clone();
            tokio::spawn(async move {
                let request = request(&mut stream).await;
                note.lock().unwrap().push(request);
                match does {
                    Does::Says(bytes) => {
                        let _ = stream.write_all(&bytes).await;
                        let _ = stream.shutdown().await;
                    }
                    Does::Stalls(bytes) => {
                        let _ = stream.write_all(&bytes).await;
                        std::future::pending::<()>().await;
                    }
                    Does::Floods(bytes) => while stream.write_all(&bytes).await.is_ok() {},
                }
            });
        }
    });
    (base, heard)
}

async fn request(stream: &mut tokio::net::TcpStream) -> String {
    let mut bytes = Vec::new();
    let mut chunk = [0_u8; 4096];
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head
                .lines()
                .find_map(|line| {
                    line.to_lowercase()
                        .strip_prefix("content-length: ")
                        .map(str::to_owned)
                })
                .map_or(0, |length| length.parse().unwrap());
            if body.len() >= length {
                return text;
            }
        }
        let read = stream.read(&mut chunk).await.unwrap_or(0);
        if read == 0 {
            return text;
        }
        bytes.extend_from_slice(&chunk[..read]);
    }
}

/// A client without patience.
pub(crate) fn client(base: &str) -> Client {
    let mut config = Config::new(base, "ID", "PASSWORD").unwrap();
    config.timeout = Duration::from_millis(300);
    config.retrieval_timeout = Duration::from_millis(300);
    config.retry = Retry {
        base: Duration::from_millis(1),
        sessions: Duration::from_millis(1),
        ..Retry::default()
    };
    config.largest_answer = 100_000;
    config.requests_per_30s = 0;
    Client::new(config).unwrap()
}

/// Reference material beside the workspace, where it is there. The tests do not depend on it.
pub(crate) fn shared(part: &str) -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../../shared")
        .join(part);
    let found = folder.exists().then_some(folder);
    if found.is_none() {
        eprintln!("skipped: there is no reference material beside the workspace");
    }
    found
}
