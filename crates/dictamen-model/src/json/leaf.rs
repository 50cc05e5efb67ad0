//! Values without parts: text, numbers, dates, true and false.

use std::borrow::Cow;

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;

use super::{Context, Malformed, Reader, Token, number};

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
#[inline]
pub(crate) fn read_raw<'de>(
    reader: &mut Reader<'de>,
    context: &mut Context,
) -> Result<Option<Raw<'de>>, Malformed> {
    Ok(match reader.token()? {
        Token::Text(text) => {
            let text = text.text();
            if text.is_none() {
                context.problem("json::text", "this text has a broken \\u escape", None);
            }
            text.map(Raw::Text)
        }
        Token::Number(text) => Some(Raw::Number(text)),
        Token::Bool(value) => Some(Raw::Bool(value)),
        Token::List => {
            reader.skip_list()?;
            Some(Raw::List)
        }
        Token::Object => {
            reader.skip_object()?;
            Some(Raw::Object)
        }
        Token::Null => None,
    })
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
///
/// `short` is a way to take the most usual form straight from the text; what it leaves goes the way
/// of all others.
macro_rules! leaf {
    ($(@[$($generics:tt)*])? $name:ty, $(short $short:expr,)? |$raw:pat_param, $context:ident| $body:expr) => {
        impl<'de $(, $($generics)*)?> $crate::json::Wire<'de> for $name {
            #[inline]
            fn read(
                reader: &mut $crate::json::Reader<'de>,
                $context: &mut $crate::json::Context,
            ) -> Result<Option<Self>, $crate::json::Malformed> {
                $(
                    let short: fn(&mut $crate::json::Reader<'_>) -> Option<Self> = $short;
                    if let Some(value) = short(reader) {
                        return Ok(Some(value));
                    }
                )?
                if reader.takes("null") {
                    return Ok(None);
                }
                Ok(match $crate::json::read_raw(reader, $context)? {
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

leaf!(
    String,
    short | reader | reader.plain_text(1_000, |text| Some(text.to_owned())),
    |raw, context| match raw {
        Raw::Text(text) if text.len() > 1_000 => {
            context.problem("json::range", "this text is longer than 1000 bytes", None);
            None
        }
        Raw::Text(text) => Some(text.into_owned()),
        other => {
            context.wrong_type("text", other.found());
            None
        }
    }
);

leaf!(NaiveDate, short short_date, |raw, context| match raw {
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

leaf!(
    Timestamp,
    short | reader | reader.plain_text(40, usual_moment),
    |raw, context| match raw {
        Raw::Text(text) => {
            let moment = DateTime::parse_from_rfc3339(&text).ok();
            let moment = moment.map(|moment| moment.with_timezone(&Utc));
            if moment.is_none() {
                context.problem(
                    "json::timestamp",
                    "expected a moment with its offset, like 2026-09-10T16:20:11Z",
                    None,
                );
            }
            moment
        }
        other => {
            context.wrong_type("a timestamp, written as text", other.found());
            None
        }
    }
);

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

fn short_date(reader: &mut Reader<'_>) -> Option<NaiveDate> {
    reader.ten(date_of)
}

/// An exact amount of at most `limit`, if it is short enough.
#[inline]
pub(crate) fn short_amount(reader: &mut Reader<'_>, limit: u64) -> Option<Decimal> {
    reader.short_number(|units, places| {
        // What its units do not exceed, the value does not either.
        (units <= limit).then(|| number::short_decimal(units, places, false))
    })
}

/// A day written `YYYY-MM-DD`, if there is such a day.
pub(crate) fn date(text: &str) -> Option<NaiveDate> {
    date_of(text.as_bytes().try_into().ok()?)
}

#[inline]
fn date_of(ten: [u8; 10]) -> Option<NaiveDate> {
    let [y1, y2, y3, y4, dash, m1, m2, dash_2, d1, d2] = ten;
    // What is not zero in a digit's place is its value, and in a dash's place no dash. A sum reaches
    // the highest bit of a byte when the value is no digit; all bytes are tried at once.
    let head = u64::from_le_bytes([y1, y2, y3, y4, dash, m1, m2, dash_2]) ^ DASHED;
    let tail = u16::from_le_bytes([d1, d2]) ^ 0x3030;
    let strange = head | head.wrapping_add(0x7f76_767f_7676_7676);
    let strange_2 = tail | tail.wrapping_add(0x7676);
    if (strange | u64::from(strange_2)) & 0x8080_8080_8080_8080 != 0 {
        return None;
    }
    let two = |tens: u8, ones: u8| {
        let digit = |byte: u8| u32::from(byte & 0x0f);
        digit(tens).wrapping_mul(10).wrapping_add(digit(ones))
    };
    let year = two(y1, y2).wrapping_mul(100).wrapping_add(two(y3, y4));
    NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, two(m1, m2), two(d1, d2))
}

/// `0000-00-`, the first eight bytes of a day.
const DASHED: u64 = u64::from_le_bytes(*b"0000-00-");

/// The number that a few digits spell.
#[inline]
fn digits<const COUNT: usize>(digits: [u8; COUNT]) -> Option<u32> {
    digits.iter().try_fold(0_u32, |number, byte| {
        let digit = byte.is_ascii_digit().then(|| u32::from(byte & 0x0f))?;
        number.checked_mul(10)?.checked_add(digit)
    })
}

/// A moment as Belvo writes it, `YYYY-MM-DDThh:mm:ss.ffffffZ`; others are left to the library.
fn usual_moment(text: &str) -> Option<Timestamp> {
    let day = date(text.get(..10)?)?;
    let (clock, rest) = text.as_bytes().get(10..)?.split_first_chunk::<9>()?;
    let &[b'T', h1, h2, b':', m1, m2, b':', s1, s2] = clock else {
        return None;
    };
    let micros = match *rest {
        [b'Z'] => 0,
        [b'.', f1, f2, f3, f4, f5, f6, b'Z'] => digits([f1, f2, f3, f4, f5, f6])?,
        _ => return None,
    };
    let (hour, minute, second) = (digits([h1, h2])?, digits([m1, m2])?, digits([s1, s2])?);
    Some(
        day.and_hms_micro_opt(hour, minute, second, micros)?
            .and_utc(),
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
