//! W3C trace context: which trace a request belongs to, and how the caller is told.
//!
//! `traceparent` is read and answered with `traceresponse`. A header that is not one is no reason
//! to refuse a request: it then begins a trace of its own. Without the feature `otel` nothing is
//! exported; the ids are there all the same, to find the lines of a request in every log.

#[cfg(feature = "otel")]
mod export;

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use uuid::Uuid;

#[cfg(feature = "otel")]
pub use export::{ExportError, Exporting, start_exporting};
#[cfg(feature = "otel")]
pub(crate) use export::{Finished, finished};

const PARENT: HeaderName = HeaderName::from_static("traceparent");
/// The header that tells the caller which trace and span its request became.
pub const RESPONSE: HeaderName = HeaderName::from_static("traceresponse");

/// Where a request is among traces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    trace: u128,
    /// The span of this request.
    span: u64,
    /// The caller's span.
    parent: Option<u64>,
    /// Whether this request is exported.
    sampled: bool,
}

impl Place {
    /// Of the request with these headers.
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let mut given = headers.get_all(PARENT).iter();
        let parent = given
            .next()
            .filter(|_| given.next().is_none())
            .and_then(|value| parse(value.to_str().ok()?));
        let span = Uuid::new_v4().as_u64_pair().0;
        match parent {
            Some((trace, parent, sampled)) => Self {
                trace,
                span,
                parent: Some(parent),
                sampled: sampled && exporting(),
            },
            None => Self {
                trace: Uuid::new_v4().as_u128(),
                span,
                parent: None,
                sampled: exporting(),
            },
        }
    }

    /// The trace, as logs name it: 32 hexadecimal digits.
    pub(crate) fn trace_id(&self) -> String {
        format!("{:032x}", self.trace)
    }

    /// What the caller is told.
    pub(crate) fn header(&self) -> Option<HeaderValue> {
        let flags = u8::from(self.sampled);
        let text = format!("00-{:032x}-{:016x}-{flags:02x}", self.trace, self.span);
        HeaderValue::from_str(&text).ok()
    }
}

#[cfg(feature = "otel")]
fn exporting() -> bool {
    export::is_on()
}

#[cfg(not(feature = "otel"))]
fn exporting() -> bool {
    false
}

/// Trace, parent and whether the caller samples. Later versions may add parts at the end.
fn parse(header: &str) -> Option<(u128, u64, bool)> {
    let mut parts = header.split('-');
    let mut digits = |count: usize| {
        parts.next().filter(|part| {
            part.len() == count && part.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
        })
    };
    let version = digits(2).filter(|version| *version != "ff")?;
    let trace = u128::from_str_radix(digits(32)?, 16).ok()?;
    let parent = u64::from_str_radix(digits(16)?, 16).ok()?;
    let flags = u8::from_str_radix(digits(2)?, 16).ok()?;
    let ended = version != "00" || parts.next().is_none();
    (ended && trace != 0 && parent != 0).then_some((trace, parent, flags & 1 == 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

    fn place(values: &[&str]) -> Place {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(PARENT, HeaderValue::from_bytes(value.as_bytes()).unwrap());
        }
        Place::of(&headers)
    }

    #[test]
    fn a_caller_s_trace_goes_on() {
        for (header, parent) in [
            (
                format!("00-{TRACE}-00f067aa0ba902b7-01"),
                0x00f0_67aa_0ba9_02b7,
            ),
            (
                format!("00-{TRACE}-00f067aa0ba902b7-00"),
                0x00f0_67aa_0ba9_02b7,
            ),
            // Of a version to come.
            (
                format!("cc-{TRACE}-00f067aa0ba902b8-03-more"),
                0x00f0_67aa_0ba9_02b8,
            ),
        ] {
            let place = place(&[&header]);
            assert_eq!(place.trace_id(), TRACE, "{header}");
            assert_eq!(place.parent, Some(parent), "{header}");
            let answer = place.header().unwrap();
            let answer = answer.to_str().unwrap();
            assert!(answer.starts_with(&format!("00-{TRACE}-")), "{answer}");
            assert!(answer.ends_with("-00"), "nothing is exported: {answer}");
            assert!(
                !answer.contains("00f067aa0ba902b"),
                "its own span: {answer}"
            );
        }
    }

    #[test]
    fn what_is_no_trace_begins_one() {
        let good = format!("00-{TRACE}-00f067aa0ba902b7-01");
        for bad in [
            &[][..],
            &[""],
            &["00"],
            &["ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"],
            &["00-00000000000000000000000000000000-00f067aa0ba902b7-01"],
            &["00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01"],
            &["00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01"],
            &["00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more"],
            &["00-+bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"],
            &["00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-1"],
            &["00-4bf92f3577b34da6a3ce929d0e0e473-00f067aa0ba902b7-01"],
            &["00-\u{f1}-00f067aa0ba902b7-01"],
            &[&good, &good],
        ] {
            let (one, other) = (place(bad), place(bad));
            assert_eq!(one.parent, None, "{bad:?}");
            assert_ne!(one.trace, other.trace, "{bad:?}");
            assert_ne!(one.trace_id(), TRACE, "{bad:?}");
            assert_eq!(one.header().unwrap().len(), 55, "{bad:?}");
        }
    }
}
