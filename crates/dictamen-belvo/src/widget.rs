//! The hosted widget: the token it is opened with, its address, and how it returns.

use dictamen_model::identity::Masked;
use reqwest::Method;
use serde::{Deserialize, Serialize};
use url::Url;

use crate::client::{Ask, Client};
use crate::envelope::unreadable;
use crate::error::{Error, Kind};
use crate::links::Storage;
use crate::trouble::Trouble;

/// Where the widget returns to. Each may be a deep link of an application.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct CallbackUrls {
    /// When a link was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub success: Option<String>,
    /// When the person gave up.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exit: Option<String>,
    /// When the widget could not be shown, or has a warning.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event: Option<String>,
}

/// What a widget is opened for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct WidgetRequest {
    /// What Belvo fetches when the link is made.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fetch_resources: Vec<String>,
    /// How long Belvo keeps what it logs in with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credentials_storage: Option<Storage>,
    /// How long Belvo keeps data.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stale_in: Option<String>,
    /// The link whose credentials are to be updated, instead of making one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link_id: Option<String>,
    /// Where the widget returns to.
    #[serde(skip)]
    pub callbacks: CallbackUrls,
    /// The lender's name, shown above the consent.
    #[serde(skip)]
    pub company_name: Option<String>,
}

#[derive(Serialize)]
struct TokenBody<'a> {
    id: &'a str,
    password: &'a str,
    scopes: &'static str,
    #[serde(flatten)]
    request: &'a WidgetRequest,
    widget: Widget<'a>,
}

#[derive(Serialize)]
struct Widget<'a> {
    callback_urls: &'a CallbackUrls,
    branding: Branding<'a>,
}

#[derive(Serialize)]
struct Branding<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    company_name: Option<&'a str>,
}

#[derive(Deserialize)]
struct TokenAnswer {
    access: String,
}

/// How the widget looks and what it offers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WidgetLook {
    /// `single` or `recurrent`.
    pub access_mode: Option<&'static str>,
    /// The caller's own id of the link.
    pub external_id: Option<String>,
    /// `es`, `pt` or `en`.
    pub locale: Option<String>,
    /// The institutions offered. Without any, Belvo's widget hides those of employment.
    pub institutions: Vec<String>,
}

/// A person's return from the widget.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Returned {
    /// A link was made.
    Connected {
        /// Its id.
        link: String,
        /// The institution.
        institution: Option<String>,
    },
    /// The person gave up, perhaps after an error.
    Exited {
        /// The last error met.
        trouble: Option<Trouble>,
        /// Where in the widget.
        step: Option<String>,
    },
    /// The widget could not be shown.
    Failed {
        /// Belvo's code, for example `ACCESS_TOKEN_NOT_VALID`.
        code: String,
    },
    /// The widget has something to tell.
    Warned {
        /// Belvo's code, for example `institution_disabled`.
        code: String,
    },
}

impl Returned {
    /// Reads the query of a callback address. `None` when it is of no callback.
    pub fn read(query: &str) -> Option<Self> {
        let query = query.trim_start_matches('?');
        let pairs: Vec<(String, String)> = url::form_urlencoded::parse(query.as_bytes())
            .into_owned()
            .collect();
        let get = |name: &str| {
            let found = pairs.iter().find(|(key, _)| key == name);
            found
                .map(|(_, value)| value.clone())
                .filter(|value| !value.is_empty())
        };
        if let Some(link) = get("link") {
            return Some(Self::Connected {
                link,
                institution: get("institution"),
            });
        }
        if let Some(code) = get("error") {
            return Some(Self::Failed { code });
        }
        if let Some(code) = get("warning") {
            return Some(Self::Warned { code });
        }
        let code = get("last_encountered_error_code");
        let message = get("last_encountered_error_message");
        let told = pairs
            .iter()
            .any(|(key, _)| key.starts_with("last_encountered_") || key.starts_with("meta_data_"));
        told.then(|| Self::Exited {
            trouble: message
                .and_then(|message| Trouble::of_message(&message))
                .or_else(|| code.and_then(|code| Trouble::of_code(&code))),
            step: get("meta_data_step"),
        })
    }
}

impl Client {
    /// A token for one use of the hosted widget. It lives some ten minutes.
    ///
    /// # Errors
    /// When Belvo refuses or cannot be understood.
    pub async fn widget_token(&self, request: &WidgetRequest) -> Result<Masked, Error> {
        const NAME: &str = "token";
        let config = self.config();
        let body = TokenBody {
            id: config.secret_id.expose(),
            password: config.secret_password.expose(),
            scopes: "read_institutions,write_links",
            request,
            widget: Widget {
                callback_urls: &request.callbacks,
                branding: Branding {
                    company_name: request.company_name.as_deref(),
                },
            },
        };
        let mut ask = Ask::new(NAME, Method::POST, "/api/token/").body(&body);
        ask.signed = false;
        let answered = self.send(ask).await?;
        let answer: TokenAnswer = serde_json::from_slice(&answered.body).map_err(|_| {
            Error::new(
                NAME,
                Kind::Unreadable(unreadable("expected an access token")),
            )
        })?;
        Ok(Masked::new(&answer.access))
    }

    /// The address to send a person to.
    pub fn widget_address(&self, token: &Masked, look: &WidgetLook) -> Url {
        let mut url = self.config().widget_url.clone();
        {
            let mut query = url.query_pairs_mut();
            query.append_pair("access_token", token.expose());
            let institutions = look.institutions.join(",");
            let pairs = [
                ("access_mode", look.access_mode),
                ("external_id", look.external_id.as_deref()),
                ("locale", look.locale.as_deref()),
                (
                    "institutions",
                    Some(&*institutions).filter(|names| !names.is_empty()),
                ),
            ];
            for (key, value) in pairs {
                if let Some(value) = value {
                    query.append_pair(key, value);
                }
            }
            query.append_pair("country_codes", "MX");
        }
        url
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_return_in_four_ways() {
        assert_eq!(
            Returned::read("?link=74c0&institution=imss_mx_employment"),
            Some(Returned::Connected {
                link: "74c0".into(),
                institution: Some("imss_mx_employment".into())
            })
        );
        assert_eq!(
            Returned::read(
                "last_encountered_error_code=login_error&last_encountered_error_message=CURP+es+incorrecto&meta_data_institution_name=imss_mx_employment&meta_data_step=abandon-survey"
            ),
            Some(Returned::Exited {
                trouble: Some(Trouble::CurpWrong),
                step: Some("abandon-survey".into())
            })
        );
        assert_eq!(
            Returned::read("last_encountered_error_code=&last_encountered_error_message="),
            Some(Returned::Exited {
                trouble: None,
                step: None
            })
        );
        assert_eq!(
            Returned::read("error=ACCESS_TOKEN_NOT_VALID&error_message=x"),
            Some(Returned::Failed {
                code: "ACCESS_TOKEN_NOT_VALID".into()
            })
        );
        assert_eq!(
            Returned::read("warning=institution_disabled"),
            Some(Returned::Warned {
                code: "institution_disabled".into()
            })
        );
        assert_eq!(Returned::read("utm=1"), None);
        assert_eq!(Returned::read(""), None);
    }
}
