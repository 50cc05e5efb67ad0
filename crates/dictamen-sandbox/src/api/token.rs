//! Access tokens of the widget: signed, short-lived, and good for one link.

use axum::body::Bytes;
use axum::extract::State as Extract;
use axum::http::StatusCode;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use dictamen_belvo::webhook::Secret;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::Sha512;

use super::Answer;
use super::answer::{Refusal, Wrong, hex_id, json};
use super::fields::Fields;
use super::links::{fetch_resources, later, stale_in};
use crate::institution::Resource;
use crate::world::{Sandbox, Session};

/// How long an access token lives.
const MINUTES: i64 = 10;
/// How long the refresh token beside it lives. Nothing takes it.
const REFRESH_DAYS: i64 = 7_200;

/// What a widget was opened for.
#[derive(Debug, Clone, Default)]
pub(crate) struct Options {
    pub(crate) fetch_resources: Vec<Resource>,
    pub(crate) credentials_storage: Option<String>,
    pub(crate) stale_in: Option<String>,
    pub(crate) success: Option<String>,
    pub(crate) exit: Option<String>,
    pub(crate) event: Option<String>,
    pub(crate) company_name: Option<String>,
    /// The link that is to be made valid again.
    pub(crate) link_id: Option<String>,
}

/// What is known of an access token that was signed here.
pub(crate) struct Known {
    /// Whether it is neither expired nor used.
    pub(crate) usable: bool,
    pub(crate) jti: String,
    pub(crate) options: Options,
}

#[derive(Deserialize)]
struct Claims {
    token_type: String,
    exp: i64,
    jti: String,
}

pub(super) async fn create(Extract(sandbox): Extract<Sandbox>, body: Bytes) -> Answer {
    let mut fields = Fields::read(&body)?;
    let id = fields.required_text("id");
    let password = fields.required_text("password");
    let fetch_resources = fetch_resources(&mut fields, None);
    let stale_in = stale_in(&mut fields);
    let credentials_storage = fields.text("credentials_storage");
    let widget = fields.object("widget").cloned().unwrap_or_default();
    let text = |path: [&str; 2]| {
        let text = widget.get(path[0])?.get(path[1])?.as_str()?;
        (!text.is_empty()).then(|| text.to_owned())
    };
    for name in ["success", "exit", "event"] {
        if text(["callback_urls", name]).is_some_and(|url| !may_return_to(&url)) {
            fields.wrong(Wrong::new("invalid", "Enter a valid URL.").field("widget.callback_urls"));
        }
    }
    let link_id = if fields.has("link_id") {
        fields.required_uuid("link_id")
    } else {
        None
    };
    let options = Options {
        link_id,
        fetch_resources,
        credentials_storage,
        stale_in,
        success: text(["callback_urls", "success"]),
        exit: text(["callback_urls", "exit"]),
        event: text(["callback_urls", "event"]),
        company_name: text(["branding", "company_name"]),
    };
    fields.finish()?;
    let settings = sandbox.settings();
    let secret = Secret::basic(&settings.secret_id, &settings.secret_password);
    let given = Secret::basic(&id.unwrap_or_default(), &password.unwrap_or_default());
    if !secret.is(given.expose().as_bytes()) {
        return Err(Refusal::one(
            StatusCode::UNAUTHORIZED,
            "authentication_failed",
            "Invalid Secret Keys",
        ));
    }
    let mut state = sandbox.state();
    let now = state.steady();
    let jti = hex_id();
    let expires_at = later(now, TimeDelta::minutes(MINUTES));
    // A token that expired lately still knows where to return to.
    let long_ago = later(now, TimeDelta::days(-1));
    state
        .sessions
        .retain(|_, session| session.expires_at > long_ago);
    state.sessions.insert(
        jti.clone(),
        Session {
            expires_at,
            used: false,
            options,
        },
    );
    let refresh_until = later(now, TimeDelta::days(REFRESH_DAYS));
    Ok(json(
        StatusCode::OK,
        &json!({
            "refresh": sign(&sandbox, "refresh", &hex_id(), now, refresh_until),
            "access": sign(&sandbox, "access", &jti, now, expires_at),
        }),
    ))
}

fn sign(
    sandbox: &Sandbox,
    kind: &str,
    jti: &str,
    now: DateTime<Utc>,
    until: DateTime<Utc>,
) -> String {
    let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let head = encode(&json!({ "alg": "HS512", "typ": "JWT" }));
    let claims = encode(&json!({
        "token_type": kind,
        "exp": until.timestamp(),
        "iat": now.timestamp(),
        "jti": jti,
    }));
    let signed = format!("{head}.{claims}");
    let signature = key(sandbox)
        .map(|key| key.chain_update(&signed).finalize().into_bytes().to_vec())
        .unwrap_or_default();
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
}

fn key(sandbox: &Sandbox) -> Option<Hmac<Sha512>> {
    let secret = format!("widget {}", sandbox.settings().secret_password);
    Hmac::new_from_slice(secret.as_bytes()).ok()
}

/// Whether a browser may be sent to an address: any scheme of an application, but none that runs
/// what stands in the address.
fn may_return_to(url: &str) -> bool {
    url::Url::parse(url).is_ok_and(|url| {
        !matches!(
            url.scheme(),
            "javascript" | "data" | "vbscript" | "blob" | "file"
        )
    })
}

/// What is known of an access token; `None` when it was not signed here.
pub(crate) fn known(sandbox: &Sandbox, token: &str) -> Option<Known> {
    let (signed, signature) = token.rsplit_once('.')?;
    let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
    key(sandbox)?
        .chain_update(signed)
        .verify_slice(&signature)
        .ok()?;
    let (_, claims) = signed.split_once('.')?;
    let claims: Claims = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).ok()?).ok()?;
    let state = sandbox.state();
    let session = state.sessions.get(&claims.jti)?;
    let usable =
        claims.token_type == "access" && claims.exp > state.steady().timestamp() && !session.used;
    Some(Known {
        usable,
        options: session.options.clone(),
        jti: claims.jti,
    })
}

/// Marks a session as used.
pub(crate) fn spend(sandbox: &Sandbox, jti: &str) {
    if let Some(session) = sandbox.state().sessions.get_mut(jti) {
        session.used = true;
    }
}

#[cfg(test)]
mod tests {
    use super::may_return_to;

    #[test]
    fn where_a_browser_may_be_sent() {
        for url in [
            "myapp://success",
            "https://lender.mx/done?x=1",
            "http://localhost:3000/",
            "your-deeplink-here://exit",
        ] {
            assert!(may_return_to(url), "{url}");
        }
        for url in [
            "javascript:alert(1)",
            "JavaScript:alert(1)",
            "data:text/html,x",
            "/done",
            "",
            " javascript:x",
        ] {
            assert!(!may_return_to(url), "{url}");
        }
    }
}
