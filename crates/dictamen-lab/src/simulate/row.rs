//! One applicant of a portfolio: a request as the service takes it, with what became of the loan
//! and what the lender groups applicants by.

use std::{borrow::Cow, collections::BTreeMap, fmt};

use chrono::NaiveDate;
use dictamen_model::{
    DecisionRequest, Parameters, Problem,
    characteristic::{self, Characteristics},
};
use serde::{
    Deserialize, Serialize,
    de::{MapAccess, Visitor},
};
use serde_json::{Value, value::RawValue};

/// Whether a loan was paid back, where that is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Label {
    /// It was.
    Good,
    /// It was not.
    Bad,
}

impl Label {
    /// `0`, `false` and `good` are good; `1`, `true` and `bad` are bad.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "0" | "false" | "good" => Some(Self::Good),
            "1" | "true" | "bad" => Some(Self::Bad),
            _ => None,
        }
    }
}

/// One applicant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Where it stands in the portfolio: its line, or its row, from 1.
    pub number: u64,
    /// The lender's id of the application; empty where there is none.
    pub application_id: String,
    /// What is decided on.
    pub characteristics: Characteristics,
    /// What became of the loan.
    pub label: Option<Label>,
    /// What the lender groups applicants by: names and values. No rule can reach them.
    pub segments: BTreeMap<String, String>,
}

/// One thing wrong with a row. Never repeats a value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowProblem {
    /// Where the row stands in the portfolio, from 1.
    pub row: u64,
    /// Stable code, for example `json::type`.
    pub code: String,
    /// Where in the row: a JSON Pointer, or the name of a column.
    pub at: String,
    /// What is wrong, in words.
    pub message: String,
    /// What to do about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
}

impl RowProblem {
    pub(crate) fn new(row: u64, code: &str, at: &str, message: impl Into<String>) -> Self {
        Self {
            row,
            code: code.to_owned(),
            at: at.to_owned(),
            message: message.into(),
            help: None,
        }
    }

    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    fn of(row: u64, problem: Problem) -> Self {
        Self {
            row,
            code: problem.code.to_owned(),
            at: problem.pointer,
            message: problem.message,
            help: problem.help,
        }
    }
}

/// What stands beside the members of a request.
const LABEL: &str = "label";
const SEGMENTS: &str = "segments";

impl Row {
    /// Reads a line: a request as the service takes it, which may also have `"label"` and
    /// `"segments"`, an object of names with plain values. A request that names no day is decided
    /// as of `as_of`.
    ///
    /// # Errors
    ///
    /// Everything wrong with the line.
    pub fn read(
        number: u64,
        line: &[u8],
        as_of: NaiveDate,
        parameters: &Parameters,
    ) -> Result<Self, Vec<RowProblem>> {
        let mut beside = Beside::default();
        let mut problems = Vec::new();
        let request = match split(line) {
            Some(members) => {
                beside = Beside::read(number, &members, &mut problems);
                Cow::Owned(members.request())
            }
            None => Cow::Borrowed(line),
        };
        let request = match DecisionRequest::parse(&request) {
            Ok(request) if problems.is_empty() => request,
            Ok(_) => return Err(problems),
            Err(error) => {
                let found = error.problems.into_iter();
                problems.extend(found.map(|problem| RowProblem::of(number, problem)));
                return Err(problems);
            }
        };
        let as_of = request.as_of.unwrap_or(as_of);
        let computed = characteristic::compute(&request, as_of, parameters);
        let characteristics = computed.map_err(|error| {
            let problem = RowProblem::new(number, error.code(), "/as_of", error.to_string());
            vec![problem.help(error.help())]
        })?;
        Ok(Self {
            number,
            application_id: request.application.application_id,
            characteristics,
            label: beside.label,
            segments: beside.segments,
        })
    }
}

/// The members of an object, as written.
struct Members<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

/// The members of a line that has something beside its request. Lines that have not, and lines that
/// are no object, are left to whoever reads requests.
fn split(line: &[u8]) -> Option<Members<'_>> {
    let text = std::str::from_utf8(line).ok()?;
    if !text.contains("\"label\"") && !text.contains("\"segments\"") {
        return None;
    }
    let members: Members<'_> = serde_json::from_str(text).ok()?;
    let beside = |(name, _): &(Cow<'_, str>, _)| name == LABEL || name == SEGMENTS;
    members.0.iter().any(beside).then_some(members)
}

impl Members<'_> {
    /// The request without what stands beside it.
    fn request(&self) -> Vec<u8> {
        let mut out = Vec::from(*b"{");
        for (name, value) in &self.0 {
            if name == LABEL || name == SEGMENTS {
                continue;
            }
            if out.len() > 1 {
                out.push(b',');
            }
            out.extend_from_slice(Value::from(&**name).to_string().as_bytes());
            out.push(b':');
            out.extend_from_slice(value.get().as_bytes());
        }
        out.push(b'}');
        out
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct All;
        impl<'de> Visitor<'de> for All {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(Name(name)) = map.next_key()? {
                    members.push((name, map.next_value()?));
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(All)
    }
}

/// A name, borrowed where it is written without escapes.
#[derive(Deserialize)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

#[derive(Default)]
struct Beside {
    label: Option<Label>,
    segments: BTreeMap<String, String>,
}

impl Beside {
    fn read(row: u64, members: &Members<'_>, problems: &mut Vec<RowProblem>) -> Self {
        let mut found = Self::default();
        for (name, value) in &members.0 {
            let value = serde_json::from_str(value.get()).unwrap_or(Value::Null);
            if name == LABEL {
                found.label = plain(&value).and_then(|text| {
                    let label = Label::parse(&text);
                    if label.is_none() {
                        problems.push(wrong_label(row, "/label"));
                    }
                    label
                });
                if value.is_array() || value.is_object() {
                    problems.push(wrong_label(row, "/label"));
                }
            } else if name == SEGMENTS {
                let Value::Object(segments) = value else {
                    let message = "`segments` is an object of names and values";
                    problems.push(RowProblem::new(row, "row::segments", "/segments", message));
                    continue;
                };
                for (name, value) in segments {
                    if value.is_array() || value.is_object() {
                        let at =
                            format!("/segments/{}", name.replace('~', "~0").replace('/', "~1"));
                        let message = "a segment is a text, a number, true or false";
                        problems.push(RowProblem::new(row, "row::segments", &at, message));
                    } else if let Some(text) = plain(&value) {
                        found.segments.insert(name, text);
                    }
                }
            }
        }
        found
    }
}

/// What is said where a label is none.
pub(crate) fn wrong_label(row: u64, at: &str) -> RowProblem {
    let problem = RowProblem::new(row, "row::label", at, "this is no label");
    problem.help("0, false or good when the loan was paid back; 1, true or bad when not")
}

/// The text of a plain value; `None` of null and of what is made of parts.
fn plain(value: &Value) -> Option<String> {
    match value {
        Value::Null | Value::Array(_) | Value::Object(_) => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split_of(line: &str) -> Option<(String, Beside, Vec<RowProblem>)> {
        let mut problems = Vec::new();
        let members = split(line.as_bytes())?;
        let beside = Beside::read(1, &members, &mut problems);
        let request = String::from_utf8(members.request()).unwrap();
        Some((request, beside, problems))
    }

    #[test]
    fn what_stands_beside_a_request_is_taken_off() {
        let line = r#"{"a":{"label":1},"label":1,"segments":{"region":"norte","sex":null,"n":3},"b\n":[ 1 ]}"#;
        let (request, beside, problems) = split_of(line).unwrap();
        assert_eq!(request, r#"{"a":{"label":1},"b\n":[ 1 ]}"#);
        assert_eq!(beside.label, Some(Label::Bad));
        let segments: Vec<_> = beside.segments.iter().map(|(k, v)| (&**k, &**v)).collect();
        assert_eq!(segments, [("n", "3"), ("region", "norte")]);
        assert!(problems.is_empty());
    }

    #[test]
    fn a_request_alone_is_read_as_it_stands() {
        for line in [
            r#"{"a":1}"#,
            r#"{"a":{"label":1}}"#,
            r#"{"label":1"#,
            r#"["label"]"#,
            "",
        ] {
            assert!(split(line.as_bytes()).is_none(), "{line}");
        }
    }

    #[test]
    fn labels_and_segments_that_are_none() {
        for (line, at) in [
            (r#"{"label":2}"#, "/label"),
            (r#"{"label":[1]}"#, "/label"),
            (r#"{"label":"yes"}"#, "/label"),
            (r#"{"segments":1}"#, "/segments"),
            (r#"{"segments":{"a/b":{}}}"#, "/segments/a~1b"),
        ] {
            let (.., problems) = split_of(line).unwrap();
            assert_eq!(problems.len(), 1, "{line}");
            assert_eq!(problems[0].at, at);
        }
        for (line, label) in [
            (r#"{"label":null}"#, None),
            (r#"{"label":false}"#, Some(Label::Good)),
            (r#"{"label":"bad"}"#, Some(Label::Bad)),
        ] {
            let (_, beside, problems) = split_of(line).unwrap();
            assert_eq!((beside.label, problems.len()), (label, 0), "{line}");
        }
    }
}
