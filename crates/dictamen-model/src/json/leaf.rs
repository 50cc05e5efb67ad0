//! Values without parts: text, numbers, dates, true and false.

use std::borrow::Cow;

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;
use serde::Deserialize as _;
use serde_json::value::RawValue;

use super::{Context, number};

/// A moment, whatever offset and number of fraction digits it was written with.
pub type Timestamp = DateTime<Utc>;

/// A whole number between `LOW` and `HIGH`, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Whole<const LOW: i64, const HIGH: i64>(i64);

impl<const LOW: i64, const HIGH: i64> Whole<LOW, HIGH> {
    /// The number.
    pub fn get(self) -> i64 {
        self.0
    }
}

/// A leaf as it stands in the text.
pub(crate) enum Raw<'a> {
    Text(Cow<'a, str>),
    Number(&'a str),
    Bool(bool),
    List,
    Object,
}

impl Raw<'_> {
    /// What it is, for messages; never the value.
    pub(crate) fn found(&self) -> &'static str {
        match self {
            Self::Text(_) => "text",
            Self::Number(_) => "a number",
            Self::Bool(_) => "true or false",
            Self::List => "a list",
            Self::Object => "an object",
        }
    }
}

/// Takes the next value as it stands; `None` for `null` and for text with a broken escape.
pub(crate) fn read_raw<'de, D>(
    deserializer: D,
    context: &mut Context,
) -> Result<Option<Raw<'de>>, D::Error>
where
    D: serde::Deserializer<'de>,
{
    let raw = <&'de RawValue>::deserialize(deserializer)?.get();
    Ok(match raw.bytes().next() {
        Some(b'"') => {
            let text = inner_text(raw);
            if text.is_none() {
                context.problem("json::text", "this text has a broken \\u escape", None);
            }
            text.map(Raw::Text)
        }
        Some(b't') => Some(Raw::Bool(true)),
        Some(b'f') => Some(Raw::Bool(false)),
        Some(b'[') => Some(Raw::List),
        Some(b'{') => Some(Raw::Object),
        Some(b'-' | b'0'..=b'9') => Some(Raw::Number(raw)),
        _ => None,
    })
}

fn inner_text(raw: &str) -> Option<Cow<'_, str>> {
    if raw.contains('\\') {
        serde_json::from_str(raw).ok().map(Cow::Owned)
    } else {
        Some(Cow::Borrowed(raw.strip_prefix('"')?.strip_suffix('"')?))
    }
}

impl Context {
    /// Notes that something else was expected here.
    pub(crate) fn wrong_type(&mut self, expected: &str, found: &str) {
        let help = match found {
            "text" if expected.contains("number") => Some("write the number without quotes"),
            "a number" if expected.contains("text") => Some("write it in quotes"),
            _ => None,
        };
        let message = format!("expected {expected}, found {found}");
        self.problem("json::type", message, help);
    }
}

/// Implements [`Wire`] for a leaf: `null` and, as Belvo sometimes writes it, `"null"` are absent.
macro_rules! leaf {
    ($(@[$($generics:tt)*])? $name:ty, |$raw:pat_param, $context:ident| $body:expr) => {
        impl<'de $(, $($generics)*)?> $crate::json::Wire<'de> for $name {
            fn read<D>(
                deserializer: D,
                $context: &mut $crate::json::Context,
            ) -> Result<Option<Self>, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                Ok(match $crate::json::read_raw(deserializer, $context)? {
                    None => None,
                    Some($crate::json::Raw::Text(text)) if text == "null" => None,
                    Some($raw) => $body,
                })
            }
        }
    };
}
pub(crate) use leaf;

leaf!(bool, |raw, context| match raw {
    Raw::Bool(value) => Some(value),
    other => {
        context.wrong_type("true or false", other.found());
        None
    }
});

leaf!(String, |raw, context| match raw {
    Raw::Text(text) if text.len() > 1_000 => {
        context.problem("json::range", "this text is longer than 1000 bytes", None);
        None
    }
    Raw::Text(text) => Some(text.into_owned()),
    other => {
        context.wrong_type("text", other.found());
        None
    }
});

leaf!(NaiveDate, |raw, context| match raw {
    Raw::Text(text) => {
        let date = date(&text);
        if date.is_none() {
            context.problem(
                "json::date",
                "expected a day of the calendar, written YYYY-MM-DD",
                Some("check that the month has that day"),
            );
        }
        date
    }
    other => {
        context.wrong_type("a date, written as text", other.found());
        None
    }
});

leaf!(Timestamp, |raw, context| match raw {
    Raw::Text(text) => {
        let moment = DateTime::parse_from_rfc3339(&text).ok();
        if moment.is_none() {
            context.problem(
                "json::timestamp",
                "expected a moment with its offset, like 2026-09-10T16:20:11Z",
                None,
            );
        }
        moment.map(|m| m.with_timezone(&Utc))
    }
    other => {
        context.wrong_type("a timestamp, written as text", other.found());
        None
    }
});

leaf!(@[const LOW: i64, const HIGH: i64] Whole<LOW, HIGH>, |raw, context| match raw {
    Raw::Number(text) => {
        let value = number::decimal(text).ok().filter(Decimal::is_integer);
        let whole = value
            .and_then(|value| i64::try_from(value.normalize().mantissa()).ok())
            .filter(|whole| (LOW..=HIGH).contains(whole));
        if whole.is_none() {
            context.problem(
                "json::range",
                format!("expected a whole number between {LOW} and {HIGH}"),
                None,
            );
        }
        whole.map(Whole)
    }
    other => {
        context.wrong_type("a whole number", other.found());
        None
    }
});

/// A day written `YYYY-MM-DD`, if there is such a day.
pub(crate) fn date(text: &str) -> Option<NaiveDate> {
    let bytes = text.as_bytes();
    let shape = bytes.len() == 10
        && bytes.iter().enumerate().all(|(i, b)| match i {
            4 | 7 => *b == b'-',
            _ => b.is_ascii_digit(),
        });
    if !shape {
        return None;
    }
    NaiveDate::from_ymd_opt(
        text.get(0..4)?.parse().ok()?,
        text.get(5..7)?.parse().ok()?,
        text.get(8..10)?.parse().ok()?,
    )
}

/// An exact amount, not negative and at most `limit`; `None` leaves a problem.
pub(crate) fn amount(raw: &Raw<'_>, limit: u64, context: &mut Context) -> Option<Decimal> {
    let Raw::Number(text) = raw else {
        context.wrong_type("a number", raw.found());
        return None;
    };
    amount_of(text, limit, context)
}

/// As [`amount`], from text already known to follow the grammar of JSON numbers.
pub(crate) fn amount_of(text: &str, limit: u64, context: &mut Context) -> Option<Decimal> {
    match number::decimal(text) {
        Ok(value) if value.is_sign_negative() && !value.is_zero() => {
            context.problem(
                "json::range",
                "an amount of money cannot be negative",
                Some("leave it out, or send null, when it is not known"),
            );
            None
        }
        Ok(value) if value <= Decimal::from(limit) => Some(value),
        Ok(_) | Err(number::Unfit::Magnitude) => {
            context.problem(
                "json::range",
                format!("this amount is larger than {limit}"),
                None,
            );
            None
        }
        Err(number::Unfit::Digits) => {
            context.problem(
                "json::number",
                "this number has more digits than can be kept exactly (28)",
                Some("round it where it is made, to the cent or finer"),
            );
            None
        }
    }
}
