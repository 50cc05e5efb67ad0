//! Taking a request apart: path, query, headers and body, each refusal a [`Problem`].
//!
//! Knows HTTP; nothing of credit.

use std::time::Duration;

use axum::{
    body::{Body, Bytes},
    extract::{FromRequest, FromRequestParts, Path, Query, Request},
    http::{HeaderMap, Uri, header, request::Parts},
};
use dictamen_model::suggest;
use http_body_util::BodyExt as _;

use crate::{
    app::App,
    limits::InFlight,
    problem::{Kind, Problem},
};

/// Parameters of the path.
#[derive(Debug)]
pub(crate) struct Params<T>(pub(crate) T);

impl<S, T> FromRequestParts<S> for Params<T>
where
    S: Send + Sync,
    T: Send,
    Path<T>: FromRequestParts<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match Path::<T>::from_request_parts(parts, state).await {
            Ok(Path(value)) => Ok(Self(value)),
            Err(_) => Err(Problem::new(
                Kind::InvalidPath,
                "a part of the path is not UTF-8 text once decoded",
            )),
        }
    }
}

/// Reads the query; every parameter must be among `known` and given once.
pub(crate) fn query(uri: &Uri, known: &[&str]) -> Result<Vec<(String, String)>, Problem> {
    let Query(pairs) = Query::<Vec<(String, String)>>::try_from_uri(uri)
        .map_err(|_| Problem::new(Kind::InvalidQuery, "the query cannot be decoded"))?;
    for (i, (key, _)) in pairs.iter().enumerate() {
        if !known.contains(&key.as_str()) {
            let help = match suggest::help(key, known.iter().copied()) {
                Some(help) => format!("unknown query parameter; {help}"),
                None => "this address takes no query parameters".to_owned(),
            };
            return Err(Problem::new(Kind::InvalidQuery, help));
        }
        if pairs
            .iter()
            .skip(i.saturating_add(1))
            .any(|(k, _)| k == key)
        {
            return Err(Problem::new(
                Kind::InvalidQuery,
                format!("`{key}` is given more than once"),
            ));
        }
    }
    Ok(pairs)
}

/// Refuses any query.
pub(crate) fn no_query(uri: &Uri) -> Result<(), Problem> {
    query(uri, &[]).map(drop)
}

/// The `Idempotency-Key`, when one is given.
pub(crate) fn idempotency_key(headers: &HeaderMap) -> Result<Option<&str>, Problem> {
    let mut keys = headers.get_all("idempotency-key").iter();
    let Some(key) = keys.next() else {
        return Ok(None);
    };
    let usable = (1..=255).contains(&key.len())
        && key.as_bytes().iter().all(u8::is_ascii_graphic)
        && keys.next().is_none();
    key.to_str()
        .ok()
        .filter(|_| usable)
        .map(Some)
        .ok_or_else(|| {
            Problem::new(
                Kind::InvalidIdempotencyKey,
                "`Idempotency-Key` is to be given once, with 1 to 255 visible ASCII characters",
            )
        })
}

/// The body of a JSON request, complete, in time and within the limit; not parsed.
#[derive(Debug)]
pub(crate) struct JsonBody(pub(crate) Bytes);

impl FromRequest<App> for JsonBody {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        media_type(&parts.headers)?;
        let limit = app.limits().body_bytes;
        if content_length(&parts.headers).is_some_and(|length| length > limit) {
            return Err(too_large(limit));
        }
        let held = parts.extensions.get::<InFlight>();
        let bytes = receive(body, limit, app.limits().timeout, held).await?;
        if bytes.iter().all(u8::is_ascii_whitespace) {
            return Err(Problem::new(
                Kind::EmptyBody,
                "send the application and its employment records as a JSON object",
            ));
        }
        Ok(Self(bytes))
    }
}

async fn receive(
    body: Body,
    limit: usize,
    timeout: Duration,
    held: Option<&InFlight>,
) -> Result<Bytes, Problem> {
    match tokio::time::timeout(timeout, collect(body, limit, held)).await {
        Ok(collected) => collected,
        Err(_) => Err(Problem::new(
            Kind::RequestTimeout,
            format!("the body was not complete after {} s", timeout.as_secs()),
        )),
    }
}

/// Takes in a body, within its limit and as long as there is memory for what has come.
async fn collect(mut body: Body, limit: usize, held: Option<&InFlight>) -> Result<Bytes, Problem> {
    // Most bodies come as one piece, which is then the body.
    let mut first = Bytes::new();
    let mut all: Vec<u8> = Vec::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| {
            Problem::new(
                Kind::UnreadableBody,
                "the connection ended before the body was complete, or the body is not framed well",
            )
        })?;
        let Ok(piece) = frame.into_data() else {
            continue;
        };
        let size = first.len().max(all.len()).saturating_add(piece.len());
        if size > limit {
            return Err(too_large(limit));
        }
        if let Some(held) = held {
            held.grow(size)?;
        }
        if first.is_empty() {
            first = piece;
        } else {
            if all.is_empty() {
                all.extend_from_slice(&first);
            }
            all.extend_from_slice(&piece);
        }
    }
    Ok(if all.is_empty() { first } else { all.into() })
}

fn too_large(limit: usize) -> Problem {
    Problem::new(
        Kind::BodyTooLarge,
        format!("the limit is {limit} bytes; send one application per request"),
    )
}

fn content_length(headers: &HeaderMap) -> Option<usize> {
    headers
        .get(header::CONTENT_LENGTH)?
        .to_str()
        .ok()?
        .parse()
        .ok()
}

fn media_type(headers: &HeaderMap) -> Result<(), Problem> {
    declared(headers, "application/json", |essence| {
        essence == "application/json"
            || (essence.starts_with("application/") && essence.ends_with("+json"))
    })
}

/// Whether a body is declared to be lines of JSON.
pub(crate) fn is_ndjson(headers: &HeaderMap) -> Result<(), Problem> {
    let names = ["application/x-ndjson", "application/jsonl"];
    declared(headers, "application/x-ndjson", |essence| {
        names.contains(&essence)
    })
}

/// Refuses a body that is encoded or not declared to be what is wanted.
fn declared(headers: &HeaderMap, wanted: &str, fits: impl Fn(&str) -> bool) -> Result<(), Problem> {
    let refuse = |detail: &str| Err(Problem::new(Kind::UnsupportedMediaType, detail));
    let encoded = headers
        .get_all(header::CONTENT_ENCODING)
        .iter()
        .any(|encoding| !encoding.as_bytes().eq_ignore_ascii_case(b"identity"));
    if encoded {
        return refuse("send the body without `Content-Encoding`");
    }
    let declared = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .map(|essence| essence.trim().to_ascii_lowercase());
    match declared {
        Some(essence) if fits(&essence) => Ok(()),
        _ => refuse(&format!("send the header `Content-Type: {wanted}`")),
    }
}
