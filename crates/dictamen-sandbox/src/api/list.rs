//! Lists: filters, pages with absolute addresses, and the choice of fields.

use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::Response;
use chrono::{DateTime, NaiveDate, Utc};
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::answer::{Refusal, Wrong, json_text};
use super::fields::{bad_date, uuid};

/// The largest page; a larger one that is asked for is cut down in silence.
const LARGEST_PAGE: usize = 1000;

/// What a list is asked for.
#[derive(Debug)]
pub(crate) struct Query(Vec<(String, String)>);

/// A value by which elements of a list are filtered.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Field<'a> {
    /// Compared as text.
    Text(&'a str),
    /// Compared as text after being checked.
    Id(&'a str),
    /// Compared as a moment, or as a day where a day is given.
    Moment(DateTime<Utc>),
    /// Is null.
    Null,
}

/// How the fields of an element are found by the names of filters.
pub(crate) trait Filtered {
    /// The names there are.
    const NAMES: &'static [&'static str];

    /// The value of a field.
    fn field(&self, name: &str) -> Option<Field<'_>>;

    /// The element, as JSON.
    fn json(&self) -> String;
}

enum Comparison {
    Equal,
    Above,
    AtLeast,
    Below,
    AtMost,
    Among,
    Between,
}

impl Query {
    pub(crate) fn of(uri: &Uri) -> Self {
        let pairs = url::form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes());
        Self(pairs.into_owned().collect())
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| &**value)
    }

    /// Whether a list is asked for by a field, alone or among several.
    pub(crate) fn names(&self, field: &str) -> bool {
        self.get(field).is_some() || self.get(&format!("{field}__in")).is_some()
    }

    /// The part of an object that `omit` and `fields` leave.
    pub(crate) fn chosen(&self, json: String) -> String {
        let names = |key: &str| -> Option<Vec<&str>> {
            self.get(key)
                .filter(|names| !names.is_empty())
                .map(|names| names.split(',').map(str::trim).collect())
        };
        let (omit, only) = (names("omit"), names("fields"));
        if omit.is_none() && only.is_none() {
            return json;
        }
        let Ok(Ordered(entries)) = serde_json::from_str::<Ordered>(&json) else {
            return json;
        };
        let kept: Vec<String> = entries
            .iter()
            .filter(|(key, _)| omit.as_ref().is_none_or(|omit| !omit.contains(&&**key)))
            .filter(|(key, _)| only.as_ref().is_none_or(|only| only.contains(&&**key)))
            .map(|(key, value)| format!("\"{key}\":{}", value.get()))
            .collect();
        format!("{{{}}}", kept.join(","))
    }

    /// Answers with a page of those elements that pass all filters.
    pub(crate) fn page<'a, T: Filtered + 'a>(
        &self,
        all: impl Iterator<Item = &'a T>,
        page_size: usize,
        headers: &HeaderMap,
        uri: &Uri,
    ) -> Result<Response, Refusal> {
        let mut elements: Vec<&T> = all.collect();
        for (key, value) in &self.0 {
            let Some((name, comparison)) = filter_named(key, T::NAMES) else {
                continue;
            };
            let mut wrong = None;
            elements.retain(|element| {
                matches(element.field(name), &comparison, value, name).unwrap_or_else(|problem| {
                    wrong = Some(problem);
                    false
                })
            });
            // A list without elements is checked too.
            if wrong.is_none() {
                wrong = check_value(key, value, T::NAMES).err();
            }
            if let Some(wrong) = wrong {
                return Err(Refusal::bad(wrong));
            }
        }
        let size = self
            .get("page_size")
            .and_then(|size| size.parse::<usize>().ok())
            .filter(|size| *size > 0)
            .unwrap_or(page_size)
            .min(LARGEST_PAGE);
        let pages = elements.len().div_ceil(size).max(1);
        let page = match self.get("page") {
            None => 1,
            Some("last") => pages,
            Some(text) => text.parse::<usize>().unwrap_or(0),
        };
        if page == 0 || page > pages {
            return Err(Refusal::one(
                StatusCode::NOT_FOUND,
                "not_found",
                "Invalid page.",
            ));
        }
        let address = |page: usize| self.address(page, headers, uri);
        let quoted = |there: bool, page: usize| {
            if there {
                format!("\"{}\"", address(page))
            } else {
                "null".to_owned()
            }
        };
        let results: Vec<String> = elements
            .iter()
            .skip(page.saturating_sub(1).saturating_mul(size))
            .take(size)
            .map(|element| self.chosen(element.json()))
            .collect();
        Ok(json_text(
            StatusCode::OK,
            format!(
                "{{\"count\":{},\"next\":{},\"previous\":{},\"results\":[{}]}}",
                elements.len(),
                quoted(page < pages, page.saturating_add(1)),
                quoted(page > 1, page.saturating_sub(1)),
                results.join(",")
            ),
        ))
    }

    /// The absolute address of a page, with everything else that was asked for.
    fn address(&self, page: usize, headers: &HeaderMap, uri: &Uri) -> String {
        let host = headers
            .get(header::HOST)
            .and_then(|host| host.to_str().ok());
        let host = host.filter(|host| {
            host.bytes()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b':' | b'-' | b'[' | b']'))
        });
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        for (key, value) in self.0.iter().filter(|(key, _)| key != "page") {
            query.append_pair(key, value);
        }
        query.append_pair("page", &page.to_string());
        format!(
            "http://{}{}?{}",
            host.unwrap_or("127.0.0.1"),
            uri.path(),
            query.finish()
        )
    }
}

/// The field and comparison that a parameter names; `None` for parameters that filter nothing.
fn filter_named(key: &str, names: &[&'static str]) -> Option<(&'static str, Comparison)> {
    let (name, comparison) = match key.rsplit_once("__") {
        None => (key, Comparison::Equal),
        Some((name, "in")) => (name, Comparison::Among),
        Some((name, "gt")) => (name, Comparison::Above),
        Some((name, "gte")) => (name, Comparison::AtLeast),
        Some((name, "lt")) => (name, Comparison::Below),
        Some((name, "lte")) => (name, Comparison::AtMost),
        Some((name, "range")) => (name, Comparison::Between),
        Some(_) => return None,
    };
    names
        .iter()
        .find(|known| **known == name)
        .map(|known| (*known, comparison))
}

/// Whether a filter's value can be one at all, where a list has nothing to hold it against.
fn check_value(key: &str, value: &str, names: &[&'static str]) -> Result<(), Wrong> {
    let Some((name, comparison)) = filter_named(key, names) else {
        return Ok(());
    };
    let sample = match name {
        "id" | "link" => Field::Id(""),
        name if name.ends_with("_at") => Field::Moment(DateTime::UNIX_EPOCH),
        _ => Field::Text(""),
    };
    matches(Some(sample), &comparison, value, name).map(drop)
}

fn matches(
    field: Option<Field<'_>>,
    comparison: &Comparison,
    value: &str,
    name: &str,
) -> Result<bool, Wrong> {
    Ok(match field {
        None | Some(Field::Null) => false,
        Some(Field::Text(text)) => match comparison {
            Comparison::Among => value.split(',').any(|word| word.trim() == text),
            _ => value == text,
        },
        Some(Field::Id(id)) => {
            let parsed = |text: &str| {
                uuid(text.trim()).ok_or_else(|| {
                    Wrong::new("invalid", format!("{text} is not a valid UUID.")).field(name)
                })
            };
            match comparison {
                Comparison::Among => {
                    let wanted: Result<Vec<String>, Wrong> = value.split(',').map(parsed).collect();
                    wanted?.iter().any(|wanted| wanted == id)
                }
                _ => parsed(value)? == id,
            }
        }
        Some(Field::Moment(moment)) => {
            let bound = |text: &str| Bound::read(text.trim()).ok_or_else(|| bad_date(name));
            match comparison {
                Comparison::Equal => bound(value)?.contains(moment),
                Comparison::Above => bound(value)?.is_before(moment),
                Comparison::AtLeast => !bound(value)?.is_after(moment),
                Comparison::Below => bound(value)?.is_after(moment),
                Comparison::AtMost => !bound(value)?.is_before(moment),
                Comparison::Between => {
                    let (first, last) = value.split_once(',').ok_or_else(|| bad_date(name))?;
                    !bound(first)?.is_after(moment) && !bound(last)?.is_before(moment)
                }
                Comparison::Among => {
                    let bounds: Result<Vec<Bound>, Wrong> = value.split(',').map(bound).collect();
                    bounds?.iter().any(|bound| bound.contains(moment))
                }
            }
        }
    })
}

/// A day or a moment that others are compared with.
enum Bound {
    Day(NaiveDate),
    Moment(DateTime<Utc>),
}

impl Bound {
    fn read(text: &str) -> Option<Self> {
        if let Ok(day) = text.parse() {
            return Some(Self::Day(day));
        }
        let moment = DateTime::parse_from_rfc3339(text).ok()?;
        Some(Self::Moment(moment.with_timezone(&Utc)))
    }

    fn contains(&self, moment: DateTime<Utc>) -> bool {
        !self.is_before(moment) && !self.is_after(moment)
    }

    fn is_before(&self, moment: DateTime<Utc>) -> bool {
        match self {
            Self::Day(day) => *day < moment.date_naive(),
            Self::Moment(bound) => *bound < moment,
        }
    }

    fn is_after(&self, moment: DateTime<Utc>) -> bool {
        match self {
            Self::Day(day) => *day > moment.date_naive(),
            Self::Moment(bound) => *bound > moment,
        }
    }
}

/// An object whose keys keep their order.
struct Ordered(Vec<(String, Box<RawValue>)>);

impl<'de> Deserialize<'de> for Ordered {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Entries;
        impl<'de> Visitor<'de> for Entries {
            type Value = Ordered;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Ordered, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Ordered(entries))
            }
        }
        deserializer.deserialize_map(Entries)
    }
}
