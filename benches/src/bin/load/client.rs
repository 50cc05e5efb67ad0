//! Asks a service as fast as it answers, over connections that are kept.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

/// What every request of the sample body is to be called; replaced by a name of its own, so that
/// no two requests ask the same.
const NAME: &[u8] = b"APP-BENCH";

static NEXT: AtomicU64 = AtomicU64::new(0);

/// What came of asking for a while.
#[derive(Debug, Default)]
pub(crate) struct Asked {
    /// Requests answered with 200.
    pub(crate) answered: u64,
    /// Requests answered otherwise or not at all.
    pub(crate) failed: u64,
    /// How long answers took, in microseconds, in no order.
    pub(crate) micros: Vec<u32>,
}

/// Asks over so many connections at once until the time is over.
pub(crate) async fn ask(port: u16, body: &[u8], connections: usize, time: Duration) -> Asked {
    let body: Arc<[u8]> = body.into();
    let until = Instant::now() + time;
    let tasks: Vec<_> = (0..connections)
        .map(|_| tokio::spawn(connection(port, Arc::clone(&body), until)))
        .collect();
    let mut all = Asked::default();
    for task in tasks {
        let one = task.await.unwrap();
        all.answered += one.answered;
        all.failed += one.failed;
        all.micros.extend(one.micros);
    }
    all
}

async fn connection(port: u16, body: Arc<[u8]>, until: Instant) -> Asked {
    let mut asked = Asked::default();
    let head = format!(
        "POST /v1/policies/nomina-personal-loan-mx/decisions HTTP/1.1\r\nhost: localhost\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    let mut request = head.into_bytes();
    let name = request.len() + find(&body, NAME).unwrap();
    request.extend_from_slice(&body);
    let mut answer = Vec::with_capacity(16 * 1024);
    while Instant::now() < until {
        let Ok(mut stream) = TcpStream::connect(("127.0.0.1", port)).await else {
            asked.failed += 1;
            tokio::time::sleep(Duration::from_millis(20)).await;
            continue;
        };
        let _ = stream.set_nodelay(true);
        while Instant::now() < until {
            let number = NEXT.fetch_add(1, Ordering::Relaxed);
            let own = format!("B{number:08}");
            request[name..name + NAME.len()].copy_from_slice(&own.as_bytes()[..NAME.len()]);
            let began = Instant::now();
            match exchange(&mut stream, &request, &mut answer).await {
                Some(200) => {
                    asked.answered += 1;
                    let micros = u32::try_from(began.elapsed().as_micros());
                    asked.micros.push(micros.unwrap_or(u32::MAX));
                }
                Some(_) => asked.failed += 1,
                None => {
                    asked.failed += 1;
                    break;
                }
            }
        }
    }
    asked
}

/// One request and its answer's status; nothing when the connection ended.
async fn exchange(stream: &mut TcpStream, request: &[u8], answer: &mut Vec<u8>) -> Option<u16> {
    stream.write_all(request).await.ok()?;
    answer.clear();
    let mut wanted = None;
    loop {
        if wanted.is_some_and(|wanted| answer.len() >= wanted) {
            let status = std::str::from_utf8(answer.get(9..12)?).ok()?;
            return status.parse().ok();
        }
        if stream.read_buf(answer).await.ok()? == 0 {
            return None;
        }
        if wanted.is_none()
            && let Some(end) = find(answer, b"\r\n\r\n")
        {
            let head = std::str::from_utf8(&answer[..end])
                .ok()?
                .to_ascii_lowercase();
            let length = head
                .lines()
                .find_map(|line| line.strip_prefix("content-length:"))?;
            wanted = Some(end + 4 + length.trim().parse::<usize>().ok()?);
        }
    }
}

fn find(text: &[u8], part: &[u8]) -> Option<usize> {
    text.windows(part.len()).position(|window| window == part)
}
