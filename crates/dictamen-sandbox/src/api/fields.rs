//! The fields of a request body, checked as Belvo checks them: every mistake at once.

use axum::http::StatusCode;
use serde_json::{Map, Value};

use super::answer::{Refusal, Wrong};

/// A body being taken apart.
pub(crate) struct Fields {
    map: Map<String, Value>,
    wrongs: Vec<Wrong>,
}

impl Fields {
    /// Reads a body; an empty one is an object without fields.
    pub(crate) fn read(body: &[u8]) -> Result<Self, Refusal> {
        if body.iter().all(u8::is_ascii_whitespace) {
            return Ok(Self {
                map: Map::new(),
                wrongs: Vec::new(),
            });
        }
        match serde_json::from_slice(body) {
            Ok(Value::Object(map)) => Ok(Self {
                map,
                wrongs: Vec::new(),
            }),
            Ok(other) => Err(Refusal::bad(Wrong::new(
                "invalid",
                format!(
                    "Invalid data. Expected a dictionary, but got {}.",
                    kind(&other)
                ),
            ))),
            Err(error) => Err(Refusal::bad(Wrong::new(
                "parse_error",
                format!(
                    "JSON parse error - {}: line {} column {}",
                    if error.is_eof() {
                        "Unexpected end of data"
                    } else {
                        "Expecting value"
                    },
                    error.line(),
                    error.column()
                ),
            ))),
        }
    }

    pub(crate) fn wrong(&mut self, wrong: Wrong) {
        self.wrongs.push(wrong);
    }

    /// Ends the reading: `Err` when anything was wrong.
    pub(crate) fn finish(self) -> Result<(), Refusal> {
        if self.wrongs.is_empty() {
            return Ok(());
        }
        Err(Refusal::Errors(StatusCode::BAD_REQUEST, self.wrongs))
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.map.contains_key(name)
    }

    fn required(&mut self, name: &str) {
        let wrong = match self.map.get(name) {
            None => Wrong::new("required", "This field is required."),
            Some(_) => Wrong::new("null", "This field may not be null."),
        };
        self.wrong(wrong.field(name));
    }

    /// A text that may be left out; null and empty are left out.
    pub(crate) fn text(&mut self, name: &str) -> Option<String> {
        match self.map.get(name) {
            None | Some(Value::Null) => None,
            Some(Value::String(text)) => (!text.is_empty()).then(|| text.clone()),
            Some(Value::Number(number)) => Some(number.to_string()),
            Some(_) => {
                self.wrong(Wrong::new("invalid", "Not a valid string.").field(name));
                None
            }
        }
    }

    /// A text that must be there.
    pub(crate) fn required_text(&mut self, name: &str) -> Option<String> {
        match self.map.get(name) {
            None | Some(Value::Null) => {
                self.required(name);
                None
            }
            Some(Value::String(text)) if text.trim().is_empty() => {
                self.wrong(Wrong::new("blank", "This field may not be blank.").field(name));
                None
            }
            Some(_) => self.text(name),
        }
    }

    /// An identifier that must be there.
    pub(crate) fn required_uuid(&mut self, name: &str) -> Option<String> {
        let text = self.required_text(name)?;
        let id = uuid(&text);
        if id.is_none() {
            let message = format!("{text} is not a valid UUID.");
            self.wrong(Wrong::new("invalid", message).field(name));
        }
        id
    }

    /// One of several words.
    pub(crate) fn choice(&mut self, name: &str, words: &[&'static str]) -> Option<&'static str> {
        let text = match self.map.get(name) {
            None | Some(Value::Null) => return None,
            Some(Value::String(text)) => text.clone(),
            Some(other) => other.to_string(),
        };
        let known = words.iter().find(|word| **word == text);
        if known.is_none() {
            let message = format!("\"{text}\" is not a valid choice.");
            self.wrong(Wrong::new("invalid_choice", message).field(name));
        }
        known.copied()
    }

    /// True or false.
    pub(crate) fn flag(&mut self, name: &str, otherwise: bool) -> bool {
        match self.map.get(name) {
            None | Some(Value::Null) => otherwise,
            Some(Value::Bool(flag)) => *flag,
            Some(Value::String(text)) if text == "true" || text == "false" => text == "true",
            Some(_) => {
                self.wrong(Wrong::new("invalid", "Must be a valid boolean.").field(name));
                otherwise
            }
        }
    }

    /// A list of texts; one text, comma-separated or not, is taken as a list too.
    pub(crate) fn texts(&mut self, name: &str) -> Option<Vec<String>> {
        let found = match self.map.get(name) {
            None | Some(Value::Null) => return None,
            Some(Value::Array(list)) => {
                let texts: Vec<String> = list
                    .iter()
                    .filter_map(|item| item.as_str().map(str::to_owned))
                    .collect();
                if texts.len() == list.len() {
                    return Some(texts);
                }
                self.wrong(Wrong::new("invalid", "Not a valid string.").field(name));
                return None;
            }
            Some(other) => kind(other),
        };
        let message = format!("Expected a list of items but got type \"{found}\".");
        self.wrong(Wrong::new("not_a_list", message).field(name));
        None
    }

    /// A day.
    pub(crate) fn day(&mut self, name: &str) -> Option<chrono::NaiveDate> {
        let text = self.text(name)?;
        let day = text.parse().ok();
        if day.is_none() {
            self.wrong(bad_date(name));
        }
        day
    }

    /// An object as it is.
    pub(crate) fn object(&self, name: &str) -> Option<&Map<String, Value>> {
        self.map.get(name)?.as_object()
    }
}

pub(crate) fn bad_date(name: &str) -> Wrong {
    Wrong::new(
        "invalid",
        "Date has wrong format. Use one of these formats instead: YYYY-MM-DD.",
    )
    .field(name)
}

/// An identifier in its usual form.
pub(crate) fn uuid(text: &str) -> Option<String> {
    uuid::Uuid::parse_str(text).ok().map(|id| id.to_string())
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "NoneType",
        Value::Bool(_) => "bool",
        Value::Number(_) => "int",
        Value::String(_) => "str",
        Value::Array(_) => "list",
        Value::Object(_) => "dict",
    }
}
