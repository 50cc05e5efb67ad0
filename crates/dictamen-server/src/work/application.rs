//! An application on its way from consent to decision, one turn after another.
//!
//! [`consent`] gets the link, [`record`] what Belvo has of it, [`ending`] decides or says why not.
//! A turn asks Belvo for one thing; what it found out is kept before the next. Notices only make a
//! turn come earlier: without any, it comes by itself.

mod consent;
mod ending;
mod failure;
mod record;

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use dictamen_belvo::{
    Client, Error, Kind,
    trouble::{Again, Trouble as Cause},
};
use dictamen_store::{NewTask, Once, StoreError, Task};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::{Belvo, Came, Trouble, Work};
use crate::app::App;

pub(crate) use consent::{WidgetWanted, widget_url};
pub(crate) use failure::{Failure, Reason};
pub(crate) use record::{of_link as records, request};

pub(crate) const KIND: &str = "application";

/// Stages, as they are shown.
pub(crate) const AWAITING_CONSENT: &str = "awaiting_consent";
pub(crate) const RETRIEVING: &str = "retrieving";
pub(crate) const DECIDING: &str = "deciding";
pub(crate) const DECIDED: &str = "decided";
pub(crate) const FAILED: &str = "failed";

/// Logins with one CURP that the IMSS takes within [`LOGIN_WINDOW`].
const LOGINS: usize = 3;
const LOGIN: &str = "imss login";
const LOGIN_WINDOW: TimeDelta = TimeDelta::days(1);

/// How often something that should not happen is tried again.
const ODD: u32 = 5;

/// How the link comes about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = ApplicationWay)]
pub(crate) enum Way {
    /// It is registered with a CURP.
    Curp,
    /// It was there before.
    Link,
    /// The applicant makes it in the hosted widget.
    Widget,
}

/// What may be read in clear of an application.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Facts {
    pub(crate) policy: String,
    pub(crate) way: Way,
    pub(crate) recurrent: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) decision_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) reason: Option<Reason>,
}

/// What an application is about. Sealed.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Content {
    pub(crate) application_id: String,
    /// The application as it was sent.
    pub(crate) application: Box<RawValue>,
    /// Absent for a link that was there before, until it was looked at.
    pub(crate) institution: Option<String>,
    pub(crate) curp: Option<String>,
    pub(crate) email: Option<String>,
    pub(crate) link: Option<String>,
    /// Belvo's id of the person at the institution, once the link was looked at.
    pub(crate) person: Option<String>,
    pub(crate) widget_url: Option<String>,
    /// The answer to the request that made it.
    pub(crate) answer: String,
    /// When the present stage has lasted too long.
    pub(crate) deadline: DateTime<Utc>,
    /// When the link was found.
    pub(crate) linked: Option<DateTime<Utc>>,
    /// Whether Belvo is to be asked to log in: nothing came by itself, or what is there is old.
    pub(crate) ask: bool,
    /// How often Belvo was asked in this stage.
    pub(crate) asked: u32,
    /// How often something came that should not.
    pub(crate) odd: u32,
    /// What last went wrong.
    pub(crate) last: Option<Reason>,
}

/// Not even by accident.
impl std::fmt::Debug for Content {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Content(..)")
    }
}

/// A turn of an application.
struct Turn<'a> {
    work: &'a Work,
    app: &'a App,
    belvo: &'a Belvo,
    task: &'a Task,
    facts: Facts,
    content: Content,
}

/// An application that is to be added.
#[derive(Debug)]
pub(crate) struct New<'a> {
    pub(crate) id: &'a str,
    pub(crate) facts: &'a Facts,
    pub(crate) content: &'a Content,
    pub(crate) once: &'a [Once<'a>],
}

/// Keeps an application; done when it is durable.
pub(crate) async fn add(work: &Work, new: New<'_>) -> Result<dictamen_store::Adding, Trouble> {
    let content = new.content;
    let stage = match new.facts.way {
        Way::Widget => AWAITING_CONSENT,
        Way::Curp | Way::Link => RETRIEVING,
    };
    let applicant = content
        .curp
        .as_deref()
        .map(dictamen_model::identity::Applicant::of_curp);
    let added = work.store().prepare_task(NewTask {
        id: new.id,
        kind: KIND,
        parent: None,
        mark: content.link.as_deref(),
        stage,
        facts: &serde_json::to_string(new.facts)?,
        content: &serde_json::to_vec(content)?,
        application: Some(&content.application_id),
        applicant: applicant.as_ref(),
        after: match new.facts.way {
            // Nobody consents within a moment.
            Way::Widget => work.wait(Duration::from_secs(5)),
            Way::Curp | Way::Link => Duration::ZERO,
        },
        keep: None,
        once: new.once,
    })?;
    let adding = work.store().add(added).await?;
    work.ring();
    Ok(adding)
}

pub(super) async fn work(
    work: &Work,
    app: &App,
    task: &Task,
    gives_up: bool,
) -> Result<Came, Trouble> {
    let Some(belvo) = &work.settings().belvo else {
        // Configured away for now.
        let wait = work.wait(Duration::from_mins(5));
        return Ok(Came::again(&task.stage, task.facts.clone(), wait));
    };
    let content = task.content.as_deref().ok_or(StoreError::Erased)?;
    let turn = Turn {
        work,
        app,
        belvo,
        task,
        facts: serde_json::from_str(&task.facts)?,
        content: serde_json::from_slice(content)?,
    };
    if gives_up {
        return turn.fail(Reason::own(failure::CRASHED));
    }
    turn.take().await
}

impl Turn<'_> {
    fn client(&self) -> &Client {
        &self.belvo.client
    }

    async fn take(self) -> Result<Came, Trouble> {
        if self.work.store().now() > self.content.deadline {
            let late = if self.task.stage == AWAITING_CONSENT {
                Reason::own(failure::CONSENT_EXPIRED)
            } else {
                // What kept it from coming is truer than that it did not come.
                let last = self.content.last.clone();
                last.unwrap_or_else(|| Reason::own(failure::RETRIEVAL_TIMED_OUT))
            };
            return self.fail(late);
        }
        if self.content.link.is_none() {
            self.find_link().await
        } else {
            self.find_record().await
        }
    }

    /// Keeps what was found out and goes on after a wait.
    fn go_on(self, stage: &str, wait: Duration) -> Result<Came, Trouble> {
        let facts = serde_json::to_string(&self.facts)?;
        Ok(Came {
            content: Some(serde_json::to_vec(&self.content)?),
            mark: self.content.link.clone(),
            ..Came::again(stage, facts, wait)
        })
    }

    /// A link was found: from now on its record is waited for.
    fn linked(mut self, link: String) -> Result<Came, Trouble> {
        let now = self.work.store().now();
        let limit = TimeDelta::from_std(self.work.settings().retrieval);
        self.content.link = Some(link);
        self.content.linked = Some(now);
        self.content.asked = 0;
        self.content.widget_url = None;
        self.content.deadline = now
            .checked_add_signed(limit.unwrap_or(TimeDelta::MAX))
            .unwrap_or(DateTime::<Utc>::MAX_UTC);
        self.go_on(RETRIEVING, Duration::ZERO)
    }

    /// What to do about a request to Belvo that failed.
    fn met(mut self, error: &Error) -> Result<Came, Trouble> {
        let cause = error.trouble();
        self.content.last = Some(Reason::of(cause));
        let wait = match (cause, cause.again()) {
            // The lender's own secrets, or what Belvo does with them: somebody is mending it.
            (Cause::NoAccess, _) => Some(Duration::from_mins(5)),
            // An answer that cannot be read: the next one may be.
            (Cause::OurFault, _) if self.content.odd < ODD => {
                self.content.odd = self.content.odd.saturating_add(1);
                Some(Duration::from_secs(30))
            }
            (_, Again::After(wait)) => Some(wait),
            (_, Again::NextDay) => Some(Duration::from_hours(24)),
            (_, Again::Corrected | Again::NewLink | Again::Never) => None,
        };
        if let Some(wait) = wait {
            self.go_on_later(wait)
        } else {
            self.fail(Reason::of(cause))
        }
    }

    /// Goes on after a wait, unless that is too late.
    fn go_on_later(self, wait: Duration) -> Result<Came, Trouble> {
        let wait = self.work.wait(wait);
        let until = TimeDelta::from_std(wait).unwrap_or(TimeDelta::MAX);
        let then = self.work.store().now().checked_add_signed(until);
        if then.is_none_or(|then| then > self.content.deadline) {
            let last = self.content.last.clone();
            return self.fail(last.unwrap_or_else(|| Reason::own(failure::RETRIEVAL_TIMED_OUT)));
        }
        let stage = self.task.stage.clone();
        self.go_on(&stage, wait)
    }

    /// Whose logins are counted, at an institute that limits them.
    fn whose_logins(&self) -> Option<&str> {
        let institution = self.content.institution.as_deref().unwrap_or_default();
        let person = self.content.person.as_deref();
        let curp = self.content.curp.as_deref();
        let whose = curp.or(person).or(self.content.link.as_deref());
        whose.filter(|_| institution.starts_with("imss"))
    }

    /// Takes a login off the count that Belvo did not get as far as.
    async fn uncount(&self, error: &Error) -> Result<(), Trouble> {
        let may_have = match &error.kind {
            Kind::Unreachable | Kind::Throttled | Kind::Firewall { .. } => false,
            Kind::Refused(_) => !matches!(
                error.trouble(),
                Cause::NoAccess
                    | Cause::InstitutionDown
                    | Cause::InstitutionInactive
                    | Cause::TooManyRequests
            ),
            _ => true,
        };
        if let Some(whose) = self.whose_logins().filter(|_| !may_have) {
            let store = self.work.store();
            store.give_back(LOGIN, whose.as_bytes()).await?;
        }
        Ok(())
    }

    /// Counts a login with somebody's data at the IMSS; when that would be one too many, gives back
    /// the turn, to be taken again once it would not.
    async fn may_log_in(mut self) -> Result<Result<Self, Came>, Trouble> {
        let Some(whose) = self.whose_logins() else {
            return Ok(Ok(self));
        };
        let spent = self
            .work
            .store()
            .spend(LOGIN, whose.as_bytes(), LOGINS, LOGIN_WINDOW)
            .await?;
        let Err(free) = spent else {
            return Ok(Ok(self));
        };
        self.content.last = Some(Reason::of(Cause::DailyQuota));
        let wait = free.signed_duration_since(self.work.store().now());
        let wait = wait.to_std().unwrap_or_default();
        self.go_on_later(wait.saturating_add(Duration::from_secs(1)))
            .map(Err)
    }
}
