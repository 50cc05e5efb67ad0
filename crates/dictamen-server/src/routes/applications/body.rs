//! Reading what an application by link is asked with: every problem at once, and none that repeats
//! what was sent.

use std::collections::BTreeMap;

use dictamen_belvo::widget::CallbackUrls;
use dictamen_model::DecisionRequest;
use serde_json::{Value, value::RawValue};
use utoipa::ToSchema;

use crate::{
    openapi::ApplicationBody,
    problem::{Item, Kind, Problem},
    work::application::WidgetWanted,
};

/// An application whose record is to be fetched, with exactly one of `curp`, `link` and `widget`.
#[derive(Debug, ToSchema)]
#[schema(as = ApplyRequest, example = example)]
#[expect(dead_code, reason = "describes what `Body` reads")]
pub(crate) struct ApplyBody {
    /// The policy to decide by: its live version decides.
    #[schema(example = "nomina-personal-loan-mx", min_length = 1, max_length = 128)]
    policy: String,
    /// What is asked for.
    application: ApplicationBody,
    /// The institution; needed with `curp`, and with `widget` the one that is offered. The IMSS when
    /// absent.
    #[schema(
        required = false,
        example = "imss_mx_employment",
        pattern = "^[a-z0-9_]{1,60}$"
    )]
    institution: Option<String>,
    /// Whether the record is fetched again later and looked at when it changes. With `link`, the link
    /// says so itself.
    #[schema(required = false, value_type = Option<AccessMode>)]
    access_mode: Option<String>,
    /// The CURP to register.
    #[schema(
        required = false,
        example = "QXWA850309MPLRNL08",
        pattern = "^[A-Za-z0-9]{18}$"
    )]
    curp: Option<String>,
    /// The applicant's e-mail address, which the IMSS may be asked with; with `curp`.
    #[schema(required = false, max_length = 254)]
    email: Option<String>,
    /// Belvo's id of a link that is there.
    #[schema(required = false, pattern = "^[A-Za-z0-9_-]{1,64}$")]
    link: Option<String>,
    /// An address of the hosted widget is wanted.
    #[schema(required = false)]
    widget: Option<WidgetBody>,
}

/// How often the record is fetched.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "lowercase")]
#[expect(dead_code, reason = "describes what `Body` reads")]
pub(crate) enum AccessMode {
    /// Once.
    Single,
    /// Again and again.
    Recurrent,
}

/// What the widget is to be like.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes what `Body` reads")]
pub(crate) struct WidgetBody {
    /// `es`, `pt` or `en`; `es` when absent.
    #[schema(required = false, example = "es", pattern = "^(es|pt|en)$")]
    locale: Option<String>,
    /// Where the applicant returns to once connected.
    #[schema(required = false, max_length = 1000)]
    success_url: Option<String>,
    /// Where the applicant returns to who gives up.
    #[schema(required = false, max_length = 1000)]
    exit_url: Option<String>,
}

fn example() -> Value {
    serde_json::json!({
        "policy": "nomina-personal-loan-mx",
        "application": {
            "application_id": "APP-0009",
            "requested_amount": 120_000,
            "requested_term_months": 48,
            "existing_monthly_debt": 1200
        },
        "institution": "imss_mx_employment",
        "access_mode": "single",
        "widget": { "locale": "es", "success_url": "https://lender.example/back" }
    })
}

/// How the link comes about, with what it takes.
#[derive(Debug)]
pub(super) enum How {
    Curp(String),
    Link(String),
    Widget(WidgetWanted),
}

/// What is asked.
#[derive(Debug)]
pub(super) struct Body {
    pub(super) policy: String,
    pub(super) application_id: String,
    pub(super) application: Box<RawValue>,
    pub(super) institution: Option<String>,
    pub(super) recurrent: bool,
    pub(super) email: Option<String>,
    pub(super) how: How,
}

const KNOWN: [&str; 8] = [
    "policy",
    "application",
    "institution",
    "access_mode",
    "curp",
    "email",
    "link",
    "widget",
];
const WIDGET: [&str; 3] = ["locale", "success_url", "exit_url"];

/// The institution that is meant when none is named.
const IMSS: &str = "imss_mx_employment";

type Fields = BTreeMap<String, Box<RawValue>>;

/// Reads fields and remembers what is wrong with them.
struct Reader {
    fields: Fields,
    under: &'static str,
    problems: Vec<Item>,
}

impl Reader {
    fn new(fields: Fields, under: &'static str, known: &[&str]) -> Self {
        let mut reader = Self {
            fields,
            under,
            problems: Vec::new(),
        };
        // Its name may be anything, so it is not repeated.
        if reader
            .fields
            .keys()
            .any(|name| !known.contains(&name.as_str()))
        {
            let known = known.join("`, `");
            let message = format!("a field is unknown; known are `{known}`");
            reader.wrong("", "request::unknown-field", &message);
        }
        reader
    }

    fn wrong(&mut self, field: &str, code: &str, message: &str) {
        let slash = if field.is_empty() { "" } else { "/" };
        self.problems.push(Item {
            pointer: format!("{}{slash}{field}", self.under),
            code: code.to_owned(),
            message: message.to_owned(),
            help: None,
        });
    }

    /// A text that fits; absent and null are the same.
    fn text(&mut self, field: &str, what: &str, fits: fn(&str) -> bool) -> Option<String> {
        let raw = self.fields.get(field)?.get();
        if raw == "null" {
            return None;
        }
        let text = serde_json::from_str::<String>(raw).ok();
        let text = text.map(|text| text.trim().to_owned());
        let text = text.filter(|text| fits(text));
        if text.is_none() {
            self.wrong(field, "request::invalid", &format!("this is to be {what}"));
        }
        text
    }
}

fn is_word(text: &str, most: usize, more: &[u8]) -> bool {
    let fits = |b: u8| b.is_ascii_alphanumeric() || more.contains(&b);
    (1..=most).contains(&text.len()) && text.bytes().all(fits)
}

fn is_address(text: &str) -> bool {
    // Apps return to addresses of their own kind.
    text.len() <= 1000 && reqwest::Url::parse(text).is_ok()
}

impl Body {
    pub(super) fn read(bytes: &[u8]) -> Result<Self, Problem> {
        let fields: Fields = serde_json::from_slice(bytes).map_err(|error| {
            // What the library says may quote the body.
            if error.is_data() {
                Problem::new(Kind::InvalidBody, "send a JSON object")
            } else {
                Problem::new(Kind::MalformedJson, Kind::MalformedJson.title())
            }
        })?;
        let mut reader = Reader::new(fields, "", &KNOWN);
        let read = Self::fields(&mut reader);
        match read {
            Some(body) if reader.problems.is_empty() => Ok(body),
            _ => {
                let detail = match reader.problems.len() {
                    1 => "1 problem, listed under `errors`".to_owned(),
                    n => format!("{n} problems, listed under `errors`"),
                };
                Err(Problem::new(Kind::InvalidBody, detail).with(reader.problems))
            }
        }
    }

    fn fields(reader: &mut Reader) -> Option<Self> {
        let policy = reader.text("policy", "the id of a policy", |text| {
            (1..=128).contains(&text.len())
        });
        if policy.is_none() && reader.problems.iter().all(|p| p.pointer != "/policy") {
            reader.wrong("policy", "request::missing", "the id of a policy is needed");
        }
        let institution = reader.text("institution", "the name of an institution", |text| {
            is_word(text, 60, b"_")
        });
        let mode = reader.text("access_mode", "`single` or `recurrent`", |text| {
            matches!(text, "single" | "recurrent")
        });
        let curp = reader.text("curp", "the 18 letters and digits of a CURP", |text| {
            text.len() == 18 && is_word(text, 18, b"")
        });
        let email = reader.text("email", "an e-mail address", |text| {
            text.len() <= 254 && text.contains('@') && !text.contains(char::is_whitespace)
        });
        let link = reader.text("link", "Belvo's id of a link", |text| {
            is_word(text, 64, b"-_")
        });
        let recurrent = mode.as_deref() == Some("recurrent");
        let is_there = |reader: &Reader, field: &str| {
            reader
                .fields
                .get(field)
                .is_some_and(|raw| raw.get() != "null")
        };
        let ways = ["curp", "link", "widget"];
        let ways = ways.iter().filter(|field| is_there(reader, field)).count();
        if ways != 1 {
            let message = "exactly one of `curp`, `link` and `widget` is needed";
            reader.wrong("", "request::ways", message);
        }
        let widget =
            is_there(reader, "widget").then(|| widget(reader, recurrent, institution.as_deref()));
        let application = reader.fields.get("application").map(ToOwned::to_owned);
        let application_id = application_id(reader, application.as_deref());
        let how = match (curp, link, widget) {
            (Some(curp), None, None) => Some(How::Curp(curp.to_uppercase())),
            (None, Some(link), None) => Some(How::Link(link)),
            (None, None, Some(wanted)) => Some(How::Widget(wanted?)),
            _ => None,
        };
        let how = how?;
        Some(Self {
            policy: policy?,
            application_id: application_id?,
            application: application?,
            institution: match &how {
                How::Curp(_) | How::Widget(_) => institution.or_else(|| Some(IMSS.to_owned())),
                How::Link(_) => None,
            },
            recurrent,
            email,
            how,
        })
    }
}

fn widget(reader: &mut Reader, recurrent: bool, institution: Option<&str>) -> Option<WidgetWanted> {
    let raw = reader.fields.get("widget")?;
    let Ok(fields) = serde_json::from_str::<Fields>(raw.get()) else {
        reader.wrong("widget", "request::invalid", "this is to be an object");
        return None;
    };
    let mut inner = Reader::new(fields, "/widget", &WIDGET);
    let locale = inner.text("locale", "`es`, `pt` or `en`", |text| {
        matches!(text, "es" | "pt" | "en")
    });
    let success = inner.text("success_url", "an address", is_address);
    let exit = inner.text("exit_url", "an address", is_address);
    reader.problems.append(&mut inner.problems);
    Some(WidgetWanted {
        institutions: vec![institution.unwrap_or(IMSS).to_owned()],
        recurrent,
        locale: Some(locale.unwrap_or_else(|| "es".to_owned())),
        callbacks: CallbackUrls {
            success,
            event: exit.clone(),
            exit,
        },
    })
}

/// Judges the application as a decision would, so that nothing of it can fail later; its id.
fn application_id(reader: &mut Reader, application: Option<&RawValue>) -> Option<String> {
    let text = application.map_or("null", RawValue::get);
    match DecisionRequest::parse_with_parts(b"[]", text.as_bytes(), None) {
        Ok(request) => Some(request.application.application_id),
        Err(error) => {
            reader
                .problems
                .extend(error.problems.into_iter().map(|problem| Item {
                    pointer: problem.pointer,
                    code: problem.code.to_owned(),
                    message: problem.message,
                    help: problem.help,
                }));
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn problems(body: &Value) -> Vec<String> {
        match Body::read(body.to_string().as_bytes()) {
            Ok(_) => Vec::new(),
            Err(problem) => {
                let body = problem.body("r");
                let lines = body.errors.iter();
                lines
                    .map(|item| format!("{} {}", item.pointer, item.code))
                    .collect()
            }
        }
    }

    #[test]
    fn the_example_is_read() {
        let body = Body::read(example().to_string().as_bytes()).unwrap();
        assert_eq!(body.application_id, "APP-0009");
        let How::Widget(wanted) = body.how else {
            panic!()
        };
        assert_eq!(wanted.institutions, ["imss_mx_employment"]);
        assert_eq!(
            wanted.callbacks.success.as_deref(),
            Some("https://lender.example/back")
        );
        assert_eq!((wanted.callbacks.exit, wanted.recurrent), (None, false));
    }

    #[test]
    fn every_problem_at_once_and_nothing_repeated() {
        let all = problems(&json!({
            "policy": 7, "application": { "requested_amount": -1 }, "institution": "IMSS!",
            "access_mode": "twice", "curp": "QXWA850309MPLRNL0", "QXWA850309MPLRNL08": 1,
            "widget": { "locale": "fr", "exit_url": "::", "x": 1 }
        }));
        for expected in [
            " request::unknown-field",
            "/policy request::invalid",
            "/institution request::invalid",
            "/access_mode request::invalid",
            "/curp request::invalid",
            " request::ways",
            "/widget request::unknown-field",
            "/widget/locale request::invalid",
            "/widget/exit_url request::invalid",
        ] {
            assert!(
                all.iter().any(|line| line == expected),
                "{expected}: {all:#?}"
            );
        }
        assert!(
            all.iter()
                .any(|line| line.starts_with("/application/requested_amount "))
        );
        assert!(!all.concat().contains("QXWA"));
        assert_eq!(problems(&json!({})).len(), 3);
        for not_an_object in ["[]", "7", "null", "\"x\""] {
            assert!(Body::read(not_an_object.as_bytes()).is_err());
        }
    }
}
