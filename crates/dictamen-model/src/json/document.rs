//! Reading one whole JSON text.

use serde::de::IgnoredAny;

use super::{Context, DEPTH, Malformed, Reader, RequestError, Wire};

/// Reads a JSON text that is one thing and nothing else.
pub(crate) fn parse_whole<T: for<'de> Wire<'de>>(
    bytes: &[u8],
    expected: &str,
) -> Result<T, RequestError> {
    let mut context = Context::default();
    let read = read_document(bytes, &mut context);
    if read.is_none() && context.count() == 0 {
        context.wrong_type(expected, "null");
    }
    context.finish(read)
}

/// Reads one JSON text. `None` when it is `null` or unusable; the context says why.
pub(crate) fn read_document<'de, T: Wire<'de>>(
    bytes: &'de [u8],
    context: &mut Context,
) -> Option<T> {
    // Some programs put a byte order mark before UTF-8; it is no part of the JSON.
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            let place = place(bytes, error.valid_up_to());
            malformed(context, "the text is not UTF-8", place);
            return None;
        }
    };
    let mark = context.mark();
    let mut reader = Reader::new(text);
    match T::read(&mut reader, context).and_then(|value| reader.end().map(|()| value)) {
        Ok(value) => value,
        Err(why) => {
            context.rewind(mark);
            explain(text, why, reader.position(), context);
            None
        }
    }
}

/// Tells why a text was refused at a byte. Only here is it read a second time: by `serde_json`,
/// whose places callers know from their own programs.
#[cold]
fn explain(text: &str, why: Malformed, position: usize, context: &mut Context) {
    let bytes = text.as_bytes();
    if let Some(position) = too_deep(bytes) {
        let what = format!("nested deeper than {DEPTH} levels");
        return malformed(context, &what, place(bytes, position));
    }
    if let Malformed::Range(end) = why {
        let (line, after) = place(bytes, end);
        let column = after.saturating_sub(1);
        return malformed(context, "a number is out of all range", (line, column));
    }
    match serde_json::from_str::<IgnoredAny>(text) {
        Err(error) => {
            let what = if error.is_eof() {
                "the text ends before the JSON is complete"
            } else {
                "this is not JSON"
            };
            malformed(context, what, (error.line(), error.column()));
        }
        // It passes over a key with a broken escape.
        Ok(_) => malformed(context, "this is not JSON", place(bytes, position)),
    }
}

fn malformed(context: &mut Context, what: &str, (line, column): (usize, usize)) {
    context.problem(
        "json::malformed",
        format!("{what}, at line {line}, column {column}"),
        Some("nothing of it was used; send one complete JSON text in UTF-8"),
    );
}

/// Line and column, from 1, of a byte.
fn place(bytes: &[u8], position: usize) -> (usize, usize) {
    let before = bytes.get(..position).unwrap_or(bytes);
    let line = before.split(|b| *b == b'\n').count();
    let column = before.iter().rev().take_while(|b| **b != b'\n').count();
    (line, column.saturating_add(1))
}

/// Where the bracket stands that opens one level too many.
///
/// Texts are skipped over: a PDF of some 100 KB in one of them must not cost more than a look for
/// its end.
fn too_deep(bytes: &[u8]) -> Option<usize> {
    let mut depth = 0_usize;
    let mut position = 0_usize;
    while let Some(byte) = bytes.get(position) {
        match byte {
            b'"' => position = end_of_text(bytes, position)?,
            b'[' | b'{' => {
                depth = depth.saturating_add(1);
                if depth > DEPTH {
                    return Some(position);
                }
            }
            b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        position = position.saturating_add(1);
    }
    None
}

/// Position of the quote that closes the text opened at `quote`; `None` when nothing closes it.
fn end_of_text(bytes: &[u8], quote: usize) -> Option<usize> {
    let mut position = quote.checked_add(1)?;
    loop {
        let found = memchr::memchr2(b'"', b'\\', bytes.get(position..)?)?;
        position = position.checked_add(found)?;
        if bytes.get(position) == Some(&b'"') {
            return Some(position);
        }
        position = position.checked_add(2)?;
    }
}
