//! The shapes in which elements arrive: one object, a list, or a page.

use dictamen_model::{Problem, RequestError};
use serde::Deserialize;
use serde_json::value::RawValue;

/// Elements as they stand in an answer.
#[derive(Debug, Default)]
pub(crate) struct Elements {
    pub(crate) count: Option<u64>,
    /// Address of the next page.
    pub(crate) next: Option<String>,
    pub(crate) texts: Vec<Box<RawValue>>,
}

#[derive(Deserialize)]
struct Page {
    #[serde(default)]
    count: Option<u64>,
    #[serde(default)]
    next: Option<String>,
    results: Vec<Box<RawValue>>,
}

#[derive(Deserialize)]
struct MaybePage {
    #[serde(default)]
    results: Option<serde::de::IgnoredAny>,
}

impl Elements {
    /// Takes an answer apart.
    pub(crate) fn read(body: &[u8]) -> Result<Self, RequestError> {
        let first = body.iter().find(|byte| !byte.is_ascii_whitespace());
        if first == Some(&b'[') {
            let texts =
                serde_json::from_slice(body).map_err(|_| unreadable("this list is not JSON"))?;
            return Ok(Self {
                texts,
                ..Self::default()
            });
        }
        let object: MaybePage = serde_json::from_slice(body)
            .map_err(|_| unreadable("expected an object, a list or a page"))?;
        if object.results.is_some() {
            let page: Page = serde_json::from_slice(body)
                .map_err(|_| unreadable("this page has no list of results"))?;
            // Belvo's older documentation writes the end of a list as a text.
            let next = page.next.filter(|next| !next.is_empty() && next != "null");
            return Ok(Self {
                count: page.count,
                next,
                texts: page.results,
            });
        }
        let one = serde_json::from_slice(body).map_err(|_| unreadable("expected an object"))?;
        Ok(Self {
            texts: vec![one],
            ..Self::default()
        })
    }
}

/// One thing wrong with an answer as a whole.
pub(crate) fn unreadable(message: &str) -> RequestError {
    RequestError {
        problems: vec![Problem {
            code: "json::type",
            pointer: String::new(),
            message: message.to_owned(),
            help: None,
        }],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_shapes() {
        let count = |text: &str| Elements::read(text.as_bytes()).map(|e| e.texts.len());
        assert_eq!(count("{\"id\":1}"), Ok(1));
        assert_eq!(count(" [{},{}]"), Ok(2));
        assert_eq!(count("[]"), Ok(0));
        let page =
            Elements::read(br#"{"count":3,"next":"null","previous":null,"results":[{},{}]}"#)
                .unwrap();
        assert_eq!(
            (page.count, page.next, page.texts.len()),
            (Some(3), None, 2)
        );
        for bad in [
            "",
            "null",
            "3",
            "{\"results\":\"soon\"}",
            "{\"results\":[}",
            "[1,",
            "{",
        ] {
            assert!(count(bad).is_err(), "{bad}");
        }
    }
}
