//! Webhooks: who may send them, what they say, and which ones are the same.
//!
//! Belvo signs nothing. What proves a notice is an `Authorization` header that was agreed in the
//! dashboard; what it says is a reason to fetch, never data to decide on. A retry may carry the same
//! `webhook_id` or not, so that a notice is known by two keys.

use std::fmt;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use dictamen_model::RequestError;
use dictamen_model::wire::{Webhook, WebhookCode, WebhookType};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

/// The value of an `Authorization` header, which is never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// `Basic`, of a user and a password.
    pub fn basic(user: &str, password: &str) -> Self {
        Self(format!(
            "Basic {}",
            STANDARD.encode(format!("{user}:{password}"))
        ))
    }

    /// `Bearer`, of a token.
    pub fn bearer(token: &str) -> Self {
        Self(format!("Bearer {token}"))
    }

    /// A whole header value, such as `Bearer abc`.
    pub fn header(value: &str) -> Self {
        Self(value.trim().to_owned())
    }

    /// Whether a header is this one, in a time that does not tell how much of it was right.
    pub fn is(&self, header: &[u8]) -> bool {
        self.0.as_bytes().ct_eq(header.trim_ascii()).into()
    }

    /// The header's value, for sending it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

/// What a receiver does about a notice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Meaning {
    /// Something was retrieved for the link: fetch it.
    Fetch,
    /// Employment changed: fetch the records and compare.
    Changed,
    /// The credentials are no longer accepted: the applicant has to connect again.
    Reconnect,
    /// The link is gone.
    Deleted,
    /// Nothing that is known; to be noted and answered with success.
    Unknown,
}

/// A notice as it is worked with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// Everything it says.
    pub webhook: Webhook,
    /// The keys by which it is known; a notice of which one is known already is a repetition. Not
    /// empty.
    pub keys: Vec<String>,
}

impl Notice {
    /// Reads a notice. What is not known is kept, what is missing may be missing, and what is of
    /// another type than expected is left out: Belvo documents the details of several notices by
    /// name only.
    ///
    /// # Errors
    /// When the text is not a JSON object. It should be answered with success nevertheless, and
    /// noted: sending it again would not mend it.
    pub fn parse(bytes: &[u8]) -> Result<Self, RequestError> {
        let webhook = Webhook::parse(bytes).or_else(|error| {
            let fitting = fitting(bytes).ok_or(error)?;
            Webhook::parse(&fitting)
        })?;
        let keys = keys(&webhook, bytes);
        Ok(Self { webhook, keys })
    }

    /// What is to be done about it.
    pub fn meaning(&self) -> Meaning {
        match self.webhook.webhook_code {
            Some(WebhookCode::EmploymentChanges) => Meaning::Changed,
            Some(
                WebhookCode::HistoricalUpdate
                | WebhookCode::NewEmploymentRecordsAvailable
                | WebhookCode::NewCurrentEmploymentsAvailable
                | WebhookCode::NewEmploymentsAvailable
                | WebhookCode::NewOwnersAvailable,
            ) => Meaning::Fetch,
            Some(WebhookCode::InvalidCredentials | WebhookCode::TokenRequired) => {
                Meaning::Reconnect
            }
            Some(WebhookCode::LinkDeleted) => Meaning::Deleted,
            Some(WebhookCode::Other(_)) | None => Meaning::Unknown,
        }
    }

    /// Whether it is about the resource, or about none that is told.
    pub fn is_about(&self, kind: &WebhookType) -> bool {
        self.webhook
            .webhook_type
            .as_ref()
            .is_none_or(|told| told == kind)
    }
}

/// The notice without what is of a type it cannot be; `None` when it is no object.
fn fitting(bytes: &[u8]) -> Option<Vec<u8>> {
    let Value::Object(mut notice) = serde_json::from_slice(bytes).ok()? else {
        return None;
    };
    let short = |value: &Value| value.as_str().is_some_and(|text| text.len() <= 200);
    let data = notice.remove("data");
    notice.retain(|_, value| short(value));
    if let Some(Value::Object(mut data)) = data {
        data.retain(|name, value| match &mut *value {
            Value::Array(list) if name == "employment_changes" => {
                list.retain(short);
                true
            }
            Value::Number(_) => {
                !name.starts_with("error_")
                    && value.as_u64().is_some_and(|number| number <= 1_000_000_000)
            }
            value => name.starts_with("error_") && short(value),
        });
        notice.insert("data".to_owned(), Value::Object(data));
    }
    serde_json::to_vec(&notice).ok()
}

/// Belvo's id of the notice; and link, type, code and request, which a repetition shares whatever id
/// it has. A notice with neither is known by a hash of its text.
fn keys(webhook: &Webhook, bytes: &[u8]) -> Vec<String> {
    let mut keys = Vec::new();
    if let Some(id) = webhook.webhook_id.as_deref().filter(|id| !id.is_empty()) {
        keys.push(format!("id:{id}"));
    }
    if let (Some(link), Some(request)) = (&webhook.link_id, &webhook.request_id) {
        let kind = webhook
            .webhook_type
            .as_ref()
            .map_or("", WebhookType::as_str);
        let code = webhook
            .webhook_code
            .as_ref()
            .map_or("", WebhookCode::as_str);
        keys.push(format!("about:{link}:{kind}:{code}:{request}"));
    }
    if keys.is_empty() {
        keys.push(format!("text:{}", STANDARD.encode(Sha256::digest(bytes))));
    }
    keys
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_is_right_or_wrong_as_a_whole() {
        let secret = Secret::basic("user", "pässword");
        assert!(secret.is(secret.expose().as_bytes()));
        assert!(Secret::header(" Bearer abc ").is(b"Bearer abc"));
        for wrong in [
            &b""[..],
            b"Basic",
            b"Basic dXNlcjo=",
            b"Bearer abcd",
            b"bearer abc",
        ] {
            assert!(!secret.is(wrong) && !Secret::bearer("abc").is(wrong));
        }
        assert_eq!(format!("{secret:?}"), "Secret(..)");
    }

    #[test]
    fn a_repetition_is_known_by_id_or_by_what_it_is_about() {
        let of = |id: &str, request: &str| {
            let text = format!(
                r#"{{"webhook_id":"{id}","webhook_type":"EMPLOYMENT_RECORDS","webhook_code":"historical_update","link_id":"l","request_id":"{request}"}}"#
            );
            Notice::parse(text.as_bytes()).unwrap().keys
        };
        assert_eq!(of("a", "r"), of("a", "r"));
        assert_eq!(of("a", "r")[1], of("b", "r")[1]);
        assert_ne!(of("a", "r")[1], of("a", "s")[1]);
        let bare = Notice::parse(b"{}").unwrap();
        assert_eq!((bare.keys.len(), bare.meaning()), (1, Meaning::Unknown));
    }

    #[test]
    fn what_is_of_another_type_is_left_out() {
        let notice = Notice::parse(
            br#"{"webhook_id":7,"webhook_type":"EMPLOYMENT_RECORDS","webhook_code":"employment_changes","link_id":"l",
                "request_id":"r","external_id":["x"],"data":{"new_employment_records":["a","b"],"total_owners":-1,"status":"400",
                "employment_changes":["UNEMPLOYED",3],"error_message":{}}}"#,
        )
        .unwrap();
        assert_eq!(notice.meaning(), Meaning::Changed);
        assert_eq!(notice.webhook.link_id.as_deref(), Some("l"));
        assert_eq!(
            notice.keys,
            ["about:l:EMPLOYMENT_RECORDS:employment_changes:r"]
        );
        let data = notice.webhook.data.unwrap();
        let changes = data.employment_changes.unwrap();
        assert_eq!((changes.len(), changes[0].as_str()), (1, "UNEMPLOYED"));
        let text = Notice::parse(br#"{"link_id":"l","data":"soon"}"#).unwrap();
        assert_eq!(text.webhook.data, None);
        for bad in ["", "[]", "null", "{", "7", "\"x\""] {
            assert!(Notice::parse(bad.as_bytes()).is_err(), "{bad}");
        }
    }

    #[test]
    fn what_nobody_documented_is_read() {
        let notice = Notice::parse(
            br#"{"webhook_type":"SOMETHING","process_type":null,"webhook_code":"else","data":{"x":[1]},"extra":1}"#,
        )
        .unwrap();
        assert_eq!(notice.meaning(), Meaning::Unknown);
        assert!(!notice.is_about(&WebhookType::EmploymentRecords));
    }
}
