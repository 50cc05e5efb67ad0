//! Two services that decide nothing, to be measured beside the one that does.
//!
//! `bare echo PORT` reads a body and answers as many bytes as a decision has; `bare parse PORT`
//! reads the body into record types with `serde_json` first, as an ordinary service would.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a bench ends when it cannot go on"
)]

use std::hint::black_box;

use axum::{
    Router,
    body::Bytes,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::post,
};
use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;
use serde::Deserialize;
use tokio::net::TcpListener;

/// About what a decision has.
const ANSWER: usize = 4_096;

/// A decision request as `serde` would have it.
#[expect(dead_code, reason = "read, and used for nothing")]
#[derive(Debug, Deserialize)]
struct Request {
    application: Application,
    employment_records: Page,
    as_of: Option<NaiveDate>,
}

#[expect(dead_code, reason = "read, and used for nothing")]
#[derive(Debug, Deserialize)]
struct Application {
    application_id: String,
    requested_amount: Decimal,
    requested_term_months: u32,
    existing_monthly_debt: Option<Decimal>,
}

#[expect(dead_code, reason = "read, and used for nothing")]
#[derive(Debug, Deserialize)]
struct Page {
    count: Option<u64>,
    results: Vec<Record>,
}

#[expect(dead_code, reason = "read, and used for nothing")]
#[derive(Debug, Deserialize)]
struct Record {
    id: String,
    link: String,
    created_at: DateTime<Utc>,
    collected_at: Option<DateTime<Utc>>,
    report_date: Option<NaiveDate>,
    internal_identification: Option<String>,
    personal_data: Option<Person>,
    social_security_summary: Option<Summary>,
    employment_records: Vec<Job>,
    employment_scores: Option<Vec<Score>>,
}

#[expect(dead_code, reason = "read, and used for nothing")]
#[derive(Debug, Deserialize)]
struct Person {
    official_name: Option<String>,
    first_name: Option<String>,
    last_name: Option<String>,
    birth_date: Option<NaiveDate>,
    entity: Option<String>,
}

#[expect(dead_code, reason = "read, and used for nothing")]
#[derive(Debug, Deserialize)]
struct Summary {
    weeks_redeemed: Option<i64>,
    weeks_returned: Option<i64>,
    weeks_contributed: Option<i64>,
}

#[expect(dead_code, reason = "read, and used for nothing")]
#[derive(Debug, Deserialize)]
struct Job {
    employer: Option<String>,
    employer_id: Option<String>,
    start_date: Option<NaiveDate>,
    end_date: Option<NaiveDate>,
    most_recent_base_salary: Option<Decimal>,
    currency: Option<String>,
    state: Option<String>,
    employment_status_updates: Option<Vec<Update>>,
}

#[expect(dead_code, reason = "read, and used for nothing")]
#[derive(Debug, Deserialize)]
struct Update {
    event: String,
    base_salary: Option<Decimal>,
    update_date: Option<NaiveDate>,
}

#[expect(dead_code, reason = "read, and used for nothing")]
#[derive(Debug, Deserialize)]
struct Score {
    score: i64,
    period: i64,
    version: Option<String>,
}

async fn echo(body: Bytes) -> Response {
    answer(body.len())
}

async fn parse(body: Bytes) -> Response {
    match serde_json::from_slice::<Request>(&body) {
        // Handed on whole, so that nothing of it is left out by the compiler.
        Ok(request) => {
            black_box(&request);
            answer(body.len())
        }
        Err(error) => (StatusCode::BAD_REQUEST, error.to_string()).into_response(),
    }
}

fn answer(size: usize) -> Response {
    let length = if size == 0 { 0 } else { ANSWER };
    let head = [(header::CONTENT_TYPE, "application/json")];
    (head, vec![b' '; length]).into_response()
}

#[tokio::main]
async fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [which, port] = arguments.as_slice() else {
        panic!("bare echo|parse PORT");
    };
    let handler = match which.as_str() {
        "echo" => post(echo),
        "parse" => post(parse),
        other => panic!("`{other}` is neither `echo` nor `parse`"),
    };
    let listener = TcpListener::bind(format!("127.0.0.1:{port}"))
        .await
        .unwrap();
    let router = Router::new().fallback(handler);
    axum::serve(listener, router).await.unwrap();
}
