//! Drives the real service over HTTP beside two that decide nothing.
//!
//! The service runs on one core and whoever asks on another; all rows take turns, so that a busy
//! machine slows all of them. Run by `benches/load`, which builds what is started here.
#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::arithmetic_side_effects,
    reason = "a bench prints what it measured, and ends when it cannot"
)]

mod client;
mod server;

use std::time::Duration;

use dictamen_benches::{
    measure::{hundredths, written},
    record, report,
};

use crate::{client::Asked, server::Server};

/// Connections that ask at the same time.
const CONNECTIONS: usize = 32;

/// What a row came to over all its turns.
#[derive(Default)]
struct Row {
    asked: Asked,
    ticks: u64,
    millis: u128,
}

impl Row {
    /// Answers a second.
    fn rate(&self) -> u128 {
        (u128::from(self.asked.answered) * 1_000)
            .checked_div(self.millis)
            .unwrap_or(0)
    }

    /// Nanoseconds of processor time an answer costs.
    fn cost(&self) -> u128 {
        (u128::from(self.ticks) * 10_000_000)
            .checked_div(self.asked.answered.into())
            .unwrap_or(0)
    }

    /// So many thousandths of answers took at most this many microseconds.
    fn quantile(&mut self, thousandths: usize) -> u128 {
        let times = &mut self.asked.micros;
        times.sort_unstable();
        let at = (times.len() * thousandths / 1_000).min(times.len().saturating_sub(1));
        times.get(at).copied().unwrap_or(0).into()
    }
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let given = |name: &str| arguments.iter().any(|argument| argument == name);
    let value = |name: &str| {
        let at = arguments.iter().position(|argument| argument == name)?;
        arguments.get(at + 1).cloned()
    };
    let (rounds, turn) = if given("--quick") {
        (1, 500)
    } else {
        (6, 3_000)
    };
    let folder = std::env::temp_dir().join(format!("dictamen-load-{}", std::process::id()));
    let data = folder.join("sqlite").to_str().unwrap().to_owned();
    let more = folder.join("postgres").to_str().unwrap().to_owned();
    let service = |name, port: u16, more: &[&str]| {
        let listen = format!("127.0.0.1:{port}");
        let always = [
            "serve",
            "--listen",
            &listen,
            "--log",
            "json",
            "--log-filter",
            "warn",
        ];
        Server::start(name, port, "dictamen", &[&always[..], more].concat())
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let body = record::plain();
    if let Some(minutes) = value("--soak") {
        let server = service("sqlite", 18_093, &["--data", &data]);
        soak(&runtime, &server, &body, minutes.parse().unwrap());
        let _ = std::fs::remove_dir_all(&folder);
        return;
    }
    let mut servers = vec![
        Server::start("echo", 18_090, "bare", &["echo", "18090"]),
        Server::start("parse", 18_091, "bare", &["parse", "18091"]),
        service("dictamen, no log", 18_092, &["--no-log"]),
        service("dictamen, SQLite", 18_093, &["--data", &data]),
    ];
    if let Ok(url) = std::env::var("DATABASE_URL") {
        let arguments = ["--data", &more, "--database-url", &url];
        servers.push(service("dictamen, PostgreSQL", 18_094, &arguments));
    }
    let mut rows: Vec<Row> = servers.iter().map(|_| Row::default()).collect();
    // Once without measuring: caches, pools and files grow to their size.
    for _ in 0..=rounds {
        for (server, row) in servers.iter().zip(&mut rows) {
            let before = server.ticks();
            let time = Duration::from_millis(turn);
            let asked = runtime.block_on(client::ask(server.port, &body, CONNECTIONS, time));
            assert_eq!(asked.failed, 0, "{} failed", server.name);
            if row.millis == 0 && rounds > 1 {
                row.millis = 1;
                continue;
            }
            row.ticks += server.ticks() - before;
            row.millis += time.as_millis();
            row.asked.answered += asked.answered;
            row.asked.micros.extend(asked.micros);
        }
    }
    tell(&servers, &mut rows);
    drop(servers);
    let _ = std::fs::remove_dir_all(&folder);
}

fn tell(servers: &[Server], rows: &mut [Row]) {
    let head = [
        "",
        "throughput to echo",
        "CPU to parse",
        "p50 to parse",
        "p99 to parse",
    ];
    let echo = rows[0].rate();
    let parse = [rows[1].cost(), rows[1].quantile(500), rows[1].quantile(990)];
    let mut lines = Vec::new();
    for (server, row) in servers.iter().zip(rows) {
        let [cost, middle, late] = [row.cost(), row.quantile(500), row.quantile(990)];
        println!(
            "{:<24}{:>8} a second {:>6} µs CPU each, p50 {middle} µs, p99 {late} µs, {} MiB",
            server.name,
            row.rate(),
            cost / 1_000,
            server.memory() / 1_024,
        );
        lines.push(vec![
            server.name.to_owned(),
            written(hundredths(row.rate(), echo)),
            written(hundredths(cost, parse[0])),
            written(hundredths(middle, parse[1])),
            written(hundredths(late, parse[2])),
        ]);
    }
    report::tell("load", &head, lines);
}

/// Asks for minutes and tells what memory does.
fn soak(runtime: &tokio::runtime::Runtime, server: &Server, body: &[u8], minutes: u64) {
    println!("minute  answered  failed  MiB");
    for minute in 0..=minutes {
        let time = Duration::from_secs(if minute == 0 { 5 } else { 60 });
        let asked = runtime.block_on(client::ask(server.port, body, CONNECTIONS, time));
        println!(
            "{minute:>6}  {:>8}  {:>6}  {:>3}",
            asked.answered,
            asked.failed,
            server.memory() / 1_024
        );
    }
}
