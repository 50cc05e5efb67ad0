//! How an application ends: decided, or failed with the reason.

use std::time::Duration;

use dictamen_belvo::Element;
use dictamen_model::wire::EmploymentRecord;
use dictamen_store::Step;
use serde::Serialize;
use serde_json::value::RawValue;

use super::{
    Content, DECIDED, DECIDING, FAILED, Reason, Trouble, Turn,
    failure::{CANNOT_DECIDE, Failure},
    record,
};
use crate::work::{
    Came, deciding,
    delivery::{self, Event},
};

/// What is told of an application that has ended.
#[derive(Serialize)]
struct Told<'a> {
    id: &'a str,
    application_id: &'a str,
    status: &'a str,
    decision: Option<&'a RawValue>,
    failure: Option<Failure>,
}

impl Turn<'_> {
    pub(super) async fn decide(
        mut self,
        records: &[Element<EmploymentRecord>],
    ) -> Result<Came, Trouble> {
        let body = record::request(&self.content.application, records)?;
        let made = match deciding::decide(self.app, &self.facts.policy, body, None).await {
            Ok(Some(made)) => made,
            Ok(None) => return Err(Trouble::NotReady),
            Err(problem) if problem.passes() => {
                // Shown while policies or public figures are away.
                let wait = self.work.wait(Duration::from_secs(10));
                return self.go_on(DECIDING, wait);
            }
            Err(problem) => {
                tracing::warn!(
                    application = self.task.id,
                    code = problem.kind().code(),
                    "an application cannot be decided"
                );
                return self.fail(Reason::own(CANNOT_DECIDE));
            }
        };
        self.facts.decision_id = Some(made.facts.decision_id.clone());
        self.facts.reason = None;
        let decision: &RawValue = serde_json::from_str(made.text())?;
        let with = self.told(
            "application.decided",
            Some(decision),
            None,
            made.applicant.as_ref(),
        )?;
        let came = Came::done(DECIDED, serde_json::to_string(&self.facts)?);
        Ok(Came {
            with,
            applicant: made.applicant,
            made: Some(Box::new(made)),
            mark: self.content.link.clone(),
            content: Some(serde_json::to_vec(&self.content.settled())?),
            ..came
        })
    }

    pub(super) fn fail(mut self, reason: Reason) -> Result<Came, Trouble> {
        tracing::info!(
            application = self.task.id,
            code = reason.code(),
            "application failed"
        );
        let with = self.told("application.failed", None, Some(reason.told()), None)?;
        self.facts.reason = Some(reason);
        Ok(Came {
            with,
            content: Some(serde_json::to_vec(&self.content.settled())?),
            ..Came::failed(FAILED, serde_json::to_string(&self.facts)?)
        })
    }

    fn told(
        &self,
        event: &'static str,
        decision: Option<&RawValue>,
        failure: Option<Failure>,
        applicant: Option<&dictamen_model::identity::Applicant>,
    ) -> Result<Vec<Step>, Trouble> {
        let data = Told {
            id: &self.task.id,
            application_id: &self.content.application_id,
            status: if decision.is_some() { DECIDED } else { FAILED },
            decision,
            failure,
        };
        let event = Event {
            what: event,
            about: &self.task.id,
            application: &self.content.application_id,
            applicant,
            data: &data,
        };
        Ok(delivery::step(self.work, &event)?.into_iter().collect())
    }
}

impl Content {
    /// What is still needed once it has ended.
    fn settled(&self) -> Self {
        Self {
            curp: None,
            email: None,
            widget_url: None,
            last: None,
            ..self.clone()
        }
    }
}
