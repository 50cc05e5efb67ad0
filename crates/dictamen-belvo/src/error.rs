//! What can go wrong between here and Belvo, by what a caller does about it.
//!
//! Belvo's messages may repeat what was sent, so no `Display` and no log shows one: codes, statuses
//! and request ids are enough to find a request again.

use std::fmt;

use dictamen_model::RequestError;
use dictamen_model::identity::Masked;
use serde::Deserialize;

use crate::trouble::Trouble;

/// A request that did not succeed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    /// What was asked for, for example `link.register`.
    pub operation: &'static str,
    /// What went wrong.
    pub kind: Kind,
    /// How often it was tried.
    pub attempts: u32,
}

/// What went wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// Belvo answered with its error array.
    Refused(Refused),
    /// The firewall answered with a page: too many requests from this address, or a request it does
    /// not like.
    Firewall {
        /// Status of the answer.
        status: u16,
    },
    /// Too many requests of a kind; told by status 429.
    Throttled,
    /// An answer without a body where one was expected.
    Empty {
        /// Status of the answer.
        status: u16,
    },
    /// An answer that is neither JSON nor the firewall's page.
    NotJson {
        /// Status of the answer.
        status: u16,
    },
    /// JSON that is not what was asked for; with everything wrong with it.
    Unreadable(RequestError),
    /// No answer in time.
    TimedOut,
    /// No connection: nothing was sent.
    Unreachable,
    /// The connection ended within the answer.
    Cut,
    /// An answer larger than the configured limit.
    TooLarge,
}

/// Belvo's refusal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// Status of the answer.
    pub status: u16,
    /// What is wrong, in Belvo's order; at least one.
    pub errors: Vec<BelvoError>,
}

/// One entry of Belvo's error array.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BelvoError {
    /// Belvo's code; empty when there was none.
    pub code: String,
    /// Belvo's words, which may repeat what was sent.
    pub message: Masked,
    /// The field it is about.
    pub field: Option<String>,
    /// What Belvo's support finds the request by.
    pub request_id: Option<String>,
    /// Of `duplicated`: the same for all links of the person at the institution.
    pub institution_user_id: Option<Masked>,
    /// Of `token_required`: the session to resume.
    pub session: Option<Masked>,
    /// Of `token_required`: the link to resume.
    pub link: Option<String>,
}

#[derive(Deserialize)]
struct Entry {
    #[serde(default)]
    code: serde_json::Value,
    #[serde(default)]
    message: serde_json::Value,
    #[serde(default)]
    field: serde_json::Value,
    #[serde(default)]
    request_id: serde_json::Value,
    #[serde(default)]
    institution_user_id: serde_json::Value,
    #[serde(default)]
    session: serde_json::Value,
    #[serde(default)]
    link: serde_json::Value,
}

impl Refused {
    /// Reads an error array, or a single error; `None` when the body is neither.
    pub fn read(status: u16, body: &[u8]) -> Option<Self> {
        let entries: Vec<Entry> = serde_json::from_slice(body)
            .or_else(|_| serde_json::from_slice::<Entry>(body).map(|entry| vec![entry]))
            .ok()?;
        let text = |value: serde_json::Value| match value {
            serde_json::Value::String(text) => Some(text),
            serde_json::Value::Number(number) => Some(number.to_string()),
            _ => None,
        };
        // A word that is long or odd is none of Belvo's: it is not shown.
        let word = |value| {
            text(value).filter(|word| {
                word.len() <= 80
                    && word.bytes().all(|b| {
                        b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b'[' | b']')
                    })
            })
        };
        let errors: Vec<BelvoError> = entries
            .into_iter()
            .map(|entry| BelvoError {
                code: word(entry.code).unwrap_or_default(),
                message: Masked::new(&text(entry.message).unwrap_or_default()),
                field: word(entry.field),
                request_id: word(entry.request_id),
                institution_user_id: text(entry.institution_user_id).map(|id| Masked::new(&id)),
                session: text(entry.session).map(|session| Masked::new(&session)),
                link: word(entry.link),
            })
            .collect();
        let says_something =
            |error: &BelvoError| !error.code.is_empty() || !error.message.expose().is_empty();
        errors
            .iter()
            .any(says_something)
            .then_some(Self { status, errors })
    }

    /// The code of the first error.
    pub fn code(&self) -> &str {
        self.errors.first().map_or("", |error| &error.code)
    }
}

impl Error {
    pub(crate) fn new(operation: &'static str, kind: Kind) -> Self {
        Self {
            operation,
            kind,
            attempts: 1,
        }
    }

    /// What Belvo's support finds the request by.
    pub fn request_id(&self) -> Option<&str> {
        match &self.kind {
            Kind::Refused(refused) => refused
                .errors
                .iter()
                .find_map(|error| error.request_id.as_deref()),
            _ => None,
        }
    }

    /// Belvo's code; `None` when it was not Belvo that refused.
    pub fn code(&self) -> Option<&str> {
        match &self.kind {
            Kind::Refused(refused) => Some(refused.code()),
            _ => None,
        }
    }

    /// What it means for the applicant, and what can be done about it.
    pub fn trouble(&self) -> Trouble {
        Trouble::of(self)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.operation)?;
        match &self.kind {
            Kind::Refused(refused) => {
                write!(f, "Belvo refused with {}", refused.status)?;
                for error in &refused.errors {
                    if error.code.is_empty() {
                        write!(f, " [no code]")?;
                    } else {
                        write!(f, " [{}]", error.code)?;
                    }
                    if let Some(field) = &error.field {
                        write!(f, " at `{field}`")?;
                    }
                }
            }
            Kind::Firewall { status } => write!(
                f,
                "Belvo's firewall answered with {status}; send fewer requests, or ask Belvo to allow this address"
            )?,
            Kind::Throttled => f.write_str("too many requests of this kind; wait a minute")?,
            Kind::Empty { status } => write!(f, "Belvo answered with {status} and no body")?,
            Kind::NotJson { status } => write!(
                f,
                "Belvo answered with {status} and something that is not JSON"
            )?,
            Kind::Unreadable(error) => {
                let first = error
                    .problems
                    .first()
                    .map(ToString::to_string)
                    .unwrap_or_default();
                let others = error.problems.len().saturating_sub(1);
                write!(f, "Belvo's answer is not what was asked for: {first}")?;
                if others > 0 {
                    write!(f, ", and {others} more")?;
                }
            }
            Kind::TimedOut => f.write_str("Belvo did not answer in time")?,
            Kind::Unreachable => {
                f.write_str("Belvo cannot be reached; check the address and the network")?;
            }
            Kind::Cut => f.write_str("the connection ended within Belvo's answer")?,
            Kind::TooLarge => f.write_str("Belvo's answer is larger than the limit")?,
        }
        if let Some(id) = self.request_id() {
            write!(f, " (request {id})")?;
        }
        if self.attempts > 1 {
            write!(f, ", tried {} times", self.attempts)?;
        }
        Ok(())
    }
}

impl std::error::Error for Error {}
