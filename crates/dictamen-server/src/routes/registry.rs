//! What the addresses of the registry share: who it is, what may be named how, and what a refusal
//! is to a client.

use axum::{body::Bytes, http::HeaderMap};
use dictamen_store::{Change, Changed, Expected, Refusal, Store};
use serde::de::DeserializeOwned;

use super::health::Finding;
use crate::{
    app::App,
    keeping,
    lifecycle::{Lifecycle, check::Checked},
    problem::{Item, Kind, Problem},
};

/// Longest id of a policy and name of a draft.
const NAME: usize = 100;

/// The store and its registry, or a problem that says where policies come from.
pub(super) fn registry(app: &App) -> Result<(&Store, &Lifecycle), Problem> {
    app.registry().ok_or_else(|| {
        Problem::new(
            Kind::NoRegistry,
            "its policies change with the files of its rules folder; start it with `--registry` \
             to keep them in its store",
        )
    })
}

/// Holds an id or a name against what can be one.
pub(super) fn name(name: &str) -> Result<(), Problem> {
    let usable = (1..=NAME).contains(&name.len())
        && name
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
    if usable {
        return Ok(());
    }
    Err(Problem::new(
        Kind::InvalidPath,
        "ids of policies and names of drafts are 1 to 100 letters, digits, `-` and `_`",
    ))
}

/// Makes a change, and waits until it is in force here.
pub(super) async fn change(
    store: &Store,
    lifecycle: &Lifecycle,
    change: Change,
) -> Result<Changed, Problem> {
    let changed = store
        .change(change)
        .await
        .map_err(|error| keeping::problem(&error))?
        .map_err(|refusal| refused(&refusal))?;
    lifecycle.settled(changed.revision).await;
    Ok(changed)
}

fn refused(refusal: &Refusal) -> Problem {
    let (kind, detail) = match refusal {
        Refusal::UnknownDraft => (Kind::UnknownDraft, "the policy has no draft of this name"),
        Refusal::OtherDraft(_) => (
            Kind::OtherDraft,
            "get it again, with its `ETag`, and send that as `If-Match`",
        ),
        Refusal::UnknownCandidate => (
            Kind::UnknownCandidate,
            "no draft with this hash was submitted; `GET …/candidates` lists those that were",
        ),
        Refusal::AlreadyApproved => (
            Kind::AlreadyApproved,
            "it is a version; activate it to bring it into force",
        ),
        Refusal::SamePerson => (
            Kind::SamePerson,
            "who wrote in the draft or submitted it cannot approve it; ask somebody else with the \
             role `approve`",
        ),
        Refusal::VersionTaken => (
            Kind::VersionTaken,
            "a version stays what it is; declare a new version in the script",
        ),
        Refusal::UnknownVersion(_) => (
            Kind::UnknownVersion,
            "no version of this name was published; `GET …/versions` lists those that were",
        ),
        Refusal::OtherInForce(_) => (
            Kind::NotInForce,
            "another version is in force by now than the one to go back from",
        ),
        Refusal::NothingInForce => (Kind::NotInForce, "no version of the policy is in force"),
        Refusal::NothingBefore => (
            Kind::NothingBefore,
            "only one version has been in force; activate another by name",
        ),
        Refusal::UnknownActivation => (
            Kind::UnknownActivation,
            "what has come into force is not taken back but rolled back",
        ),
        Refusal::SameVersion => (
            Kind::InvalidBody,
            "the challenger is to be another version than the one in force",
        ),
    };
    Problem::new(kind, detail)
}

/// The errors of a folder that is not to be published.
pub(super) fn publishable(checked: &Checked) -> Result<(), Problem> {
    if checked.publishable {
        return Ok(());
    }
    let errors = checked.findings.iter().filter(|f| f.severity == "error");
    let errors: Vec<Item> = errors.map(item).collect();
    let detail = match errors.len() {
        1 => "1 error, listed under `errors`".to_owned(),
        n => format!("{n} errors, listed under `errors`"),
    };
    Err(Problem::new(Kind::NotPublishable, detail).with(errors))
}

fn item(finding: &Finding) -> Item {
    let place = finding.file.as_ref().map(|file| {
        let line = finding.line.map(|line| format!(":{line}"));
        format!("{file}{}: ", line.unwrap_or_default())
    });
    Item {
        pointer: finding.file.as_deref().map(pointer).unwrap_or_default(),
        code: finding.code.clone(),
        message: format!("{}{}", place.unwrap_or_default(), finding.message),
        help: finding.help.clone(),
    }
}

/// Where a file is in the body that a draft is saved with.
pub(super) fn pointer(file: &str) -> String {
    format!("/files/{}", file.replace('~', "~0").replace('/', "~1"))
}

/// Reads a body; `shape` says what it is to look like.
pub(super) fn read<T: DeserializeOwned>(body: &Bytes, shape: &str) -> Result<T, Problem> {
    serde_json::from_slice(body).map_err(|error| {
        let kind = if error.is_data() {
            Kind::InvalidBody
        } else {
            Kind::MalformedJson
        };
        let place = format!("line {}, column {}", error.line(), error.column());
        Problem::new(kind, format!("{place}: expected {shape}"))
    })
}

/// What the sender takes to be there: `If-Match` with an `ETag`, or `*`.
pub(super) fn expected(headers: &HeaderMap) -> Result<Option<Expected>, Problem> {
    let mut values = headers.get_all("if-match").iter();
    let Some(value) = values.next() else {
        return Ok(None);
    };
    let tag = value.to_str().ok().filter(|_| values.next().is_none());
    let tag = tag.and_then(|tag| {
        if tag == "*" {
            return Some(Expected::Any);
        }
        let tag = tag.strip_prefix('"')?.strip_suffix('"')?;
        Some(Expected::Content(tag.to_owned()))
    });
    tag.map(Some).ok_or_else(|| {
        Problem::new(
            Kind::OtherDraft,
            "`If-Match` is to be one `ETag` as it was sent, in quotes, or `*`",
        )
    })
}
