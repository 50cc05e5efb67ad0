//! Deciding beside the requests, by the same pipeline, log, metrics and shadows.

use std::time::Instant;

use axum::body::Bytes;
use chrono::NaiveDate;
use dictamen_model::identity::Applicant;
use dictamen_store::{Prepared, Step};

use super::{Trouble, Work};
use crate::{
    app::App,
    keeping,
    lifecycle::shadow,
    problem::Problem,
    routes::decisions::{self, Asked, Decided},
    telemetry::Facts,
};

/// A decision that is made and not yet logged.
#[derive(Debug)]
pub(crate) struct Made {
    /// As it is answered, with a line feed.
    pub(crate) bytes: Vec<u8>,
    pub(crate) facts: Facts,
    /// Who applies, when the record says so.
    pub(crate) applicant: Option<Applicant>,
    prepared: Prepared,
    shadow: Option<shadow::Job>,
    since: Instant,
}

/// Decides by the live version; `None` where no log is kept.
pub(crate) async fn decide(
    app: &App,
    policy: &str,
    body: Bytes,
    as_of: Option<NaiveDate>,
) -> Result<Option<Made>, Problem> {
    let since = Instant::now();
    let route = decisions::find_route(&app.rules(), policy)?;
    let parameters = crate::routes::parameters(app)?;
    let (today, log) = (app.clock().today(), app.log().cloned());
    let (content, set) = (body.clone(), parameters.clone());
    let work = move || {
        decisions::decide_now(
            &route,
            &set,
            &content,
            Asked::on(as_of),
            today,
            log.as_ref(),
        )
    };
    // Away from the threads that answer requests, however short it is.
    let decided = tokio::task::spawn_blocking(work).await;
    let decided = decided.map_err(|_| Problem::defect())??;
    let Decided {
        bytes,
        facts,
        prepared,
        shadows,
        as_of,
        applicant,
    } = decided;
    let shadow = (!shadows.is_empty()).then(|| shadow::Job {
        shadows,
        parameters,
        body,
        as_of,
        answered: facts.decision_id.clone(),
    });
    Ok(prepared.map(|prepared| Made {
        bytes,
        facts,
        applicant,
        prepared,
        shadow,
        since,
    }))
}

impl Made {
    /// The decision as JSON.
    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.bytes)
            .unwrap_or_default()
            .trim_end()
    }

    /// Logs it together with steps; `false` when the turn they end was over.
    pub(super) async fn log(
        self,
        work: &Work,
        app: &App,
        steps: Vec<Step>,
    ) -> Result<bool, Trouble> {
        let handed_over = Instant::now();
        let Some(is_new) = work.store().log_with(self.prepared, steps).await? else {
            return Ok(false);
        };
        app.metrics().logged(handed_over);
        keeping::decided_beside(app, &self.facts, self.since);
        if let (true, Some(queue), Some(shadow)) = (is_new, app.shadows(), self.shadow) {
            queue.hand_over(shadow);
        }
        Ok(true)
    }
}
