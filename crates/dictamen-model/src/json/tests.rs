//! The reader against `serde_json`: what is JSON, and what it says.

use proptest::prelude::*;
use serde_json::Value;

use super::number;
use super::reader::{Malformed, Quoted, Reader, Token};

/// A whole text through the reader's tokens; `None` when it is refused.
fn tree(text: &str) -> Option<Value> {
    let mut reader = Reader::new(text);
    let value = value(&mut reader).ok()?;
    reader.end().ok()?;
    Some(value)
}

fn value(reader: &mut Reader<'_>) -> Result<Value, Malformed> {
    let mut first = true;
    Ok(match reader.token()? {
        Token::Null => Value::Null,
        Token::Bool(value) => value.into(),
        Token::Number(number) => serde_json::from_str(number).map_err(|_| Malformed::Syntax)?,
        Token::Text(quoted) => text(quoted)?.into(),
        Token::List => {
            let mut list = Vec::new();
            while reader.element(&mut first)? {
                list.push(value(reader)?);
            }
            list.into()
        }
        Token::Object => {
            let mut fields = serde_json::Map::new();
            while let Some(key) = reader.key(&mut first)? {
                let key = text(key)?;
                fields.insert(key, value(reader)?);
            }
            fields.into()
        }
    })
}

fn text(quoted: Quoted<'_>) -> Result<String, Malformed> {
    Ok(quoted.text().ok_or(Malformed::Syntax)?.into_owned())
}

/// Whether the reader passes over the whole text.
fn skips(text: &str) -> bool {
    let mut reader = Reader::new(text);
    reader.skip().and_then(|()| reader.end()).is_ok()
}

#[track_caller]
fn same_as_serde(text: &str) {
    assert_eq!(tree(text), serde_json::from_str(text).ok(), "{text}");
    let ignored = serde_json::from_str::<serde::de::IgnoredAny>(text);
    assert_eq!(skips(text), ignored.is_ok(), "{text}");
}

/// Texts made of the pieces that JSON is made of, most of them no JSON.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "\"",
        "\"a\"",
        "\"a\":",
        "\"\\u00e9\"",
        "\\ud83e\\udd80",
        "\\ud800",
        "\\n",
        "\\x",
        "\\",
        "\u{1f}",
        "\u{7f}",
        "ñ",
        "🦀",
        " ",
        "\n",
        "\t",
        "\u{a0}",
        "null",
        "true",
        "false",
        "nul",
        "0",
        "1",
        "-",
        "01",
        "1.5",
        ".5",
        "1.",
        "e",
        "1e5",
        "1E-2",
        "1e+",
        "1e999",
        "12345678901234567890123",
        "\"abcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmnopqrstuvwxyz0123456789\"",
    ]);
    prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

/// JSON, with a byte or two changed.
fn damaged() -> impl Strategy<Value = String> {
    let json = r#"{"a":[1,-2.50,3e4,null,true,false,{"b":"c\n\u00f1","d":{}}], "e" : "ñ long enough for two words", "f":[]}"#;
    prop::collection::vec((0..json.len(), any::<u8>()), 0..3).prop_map(move |changes| {
        let mut bytes = json.as_bytes().to_vec();
        for (place, byte) in changes {
            bytes[place] = byte;
        }
        String::from_utf8_lossy(&bytes).into_owned()
    })
}

proptest! {
    #[test]
    fn what_is_json_is_what_serde_says(text in prop_oneof![pieces(), damaged(), "\\PC{0,20}"]) {
        same_as_serde(&text);
    }

    #[test]
    fn a_text_ends_where_serde_says(before in 0_usize..200, stop in any::<char>(), after in 0_usize..20) {
        // Every length of run before, every character and the end of the text.
        let text = format!("\"{}{stop}{}\"", "a".repeat(before), "b".repeat(after));
        same_as_serde(&text);
        same_as_serde(text.strip_suffix('"').unwrap());
    }

    #[test]
    fn a_day_is_that_of_the_library(
        day in prop_oneof!["[0-9]{4}-[0-9]{2}-[0-9]{2}", "[0-9:/-]{10}", "[\\x00-\\x7f]{10}", "[0-9é-]{5,10}"],
    ) {
        let spelt = day.len() == 10
            && day.bytes().enumerate().all(|(at, b)| match at {
                4 | 7 => b == b'-',
                _ => b.is_ascii_digit(),
            });
        // The library takes shorter and longer spellings too.
        let expected = spelt.then(|| day.parse::<chrono::NaiveDate>().ok()).flatten();
        prop_assert_eq!(super::leaf::date(&day), expected);
    }

    #[test]
    fn text_taken_at_once_is_that_of_the_long_way(text in "\"[a\\\\\"nul\\x00-\\x1fé]{0,12}\"") {
        let mut short = Reader::new(&text);
        if let Some(taken) = short.plain_text(20, |text| Some(text.to_owned())) {
            let mut long = Reader::new(&text);
            let Ok(Token::Text(quoted)) = long.token() else {
                return Err(TestCaseError::fail("no text"));
            };
            let said = quoted.text();
            prop_assert_eq!(said.as_deref(), Some(&*taken));
            prop_assert_eq!(short.position(), long.position());
            prop_assert_ne!(taken, "null");
        }
    }

    #[test]
    fn a_number_taken_at_once_is_that_of_its_text(
        text in "-?[0-9]{1,20}(\\.[0-9]{0,20})?([eE][0-9])?", end in "[,}\\] x]",
    ) {
        let whole = format!("{text}{end}");
        let mut reader = Reader::new(&whole);
        let taken = reader.short_number(|units, places| Some(number::short_decimal(units, places, false)));
        if let Some(taken) = taken {
            same_as_serde(&text);
            prop_assert_eq!(reader.position(), text.len());
            let slowly: rust_decimal::Decimal = text.parse().unwrap();
            prop_assert_eq!(taken.serialize(), slowly.normalize().serialize());
            prop_assert_eq!(number::decimal(&text).map(|d| d.serialize()), Ok(taken.serialize()));
        } else {
            prop_assert_eq!(reader.position(), 0);
        }
    }

    #[test]
    fn a_number_is_that_of_its_text(text in "-?(0|[1-9][0-9]{0,19})(\\.[0-9]{1,8})?") {
        let slowly: rust_decimal::Decimal = text.parse().unwrap();
        prop_assert_eq!(number::decimal(&text), Ok(slowly));
    }
}

#[test]
fn usual_numbers_are_taken_at_once() {
    for text in ["0", "7", "10", "655.5", "0.25", "999999999999999.25"] {
        let whole = format!("{text},");
        assert!(
            Reader::new(&whole).short_number(|_, _| Some(())).is_some(),
            "{text}"
        );
    }
    for text in [
        "-1",
        "01",
        "00.5",
        "1e2",
        ".5",
        "1.",
        "",
        "12345678901234567890",
    ] {
        let whole = format!("{text},");
        assert!(
            Reader::new(&whole).short_number(|_, _| Some(())).is_none(),
            "{text}"
        );
    }
}
