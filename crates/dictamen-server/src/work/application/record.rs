//! Getting the record: what Belvo fetched by itself, and when nothing comes, what it fetches on
//! request.

use std::time::Duration;

use axum::body::Bytes;
use chrono::TimeDelta;
use dictamen_belvo::{Element, Filter, Retrieve, trouble::Trouble as Cause};
use dictamen_model::wire::EmploymentRecord;
use serde::Serialize;
use serde_json::value::RawValue;

use super::{Came, RETRIEVING, Reason, Trouble, Turn};

/// The waits between two looks for what Belvo fetches by itself; notices come earlier.
const LOOKS: [Duration; 5] = [
    Duration::from_secs(5),
    Duration::from_secs(10),
    Duration::from_secs(20),
    Duration::from_secs(40),
    Duration::from_mins(1),
];

/// How long Belvo may take by itself. It tells nothing of what failed, so after this it is asked,
/// which costs a login and gets an answer.
const BY_ITSELF: Duration = Duration::from_mins(4);

/// Records of one link that are read at most; the newest decides.
const RECORDS: usize = 20;

/// A request for a decision, as the service itself takes it.
#[derive(Serialize)]
struct Request<'a> {
    application: &'a RawValue,
    employment_records: Vec<&'a RawValue>,
}

/// The body of the request that an application makes with its records.
pub(crate) fn request(
    application: &RawValue,
    records: &[Element<EmploymentRecord>],
) -> Result<Bytes, Trouble> {
    let records: Result<Vec<&RawValue>, _> = records
        .iter()
        .map(|record| serde_json::from_str(record.text()))
        .collect();
    let request = Request {
        application,
        employment_records: records?,
    };
    Ok(serde_json::to_vec(&request)?.into())
}

/// What Belvo has of a link.
pub(crate) async fn of_link(
    client: &dictamen_belvo::Client,
    link: &str,
) -> Result<Vec<Element<EmploymentRecord>>, dictamen_belvo::Error> {
    client.all(&Filter::link(link), RECORDS).await
}

impl Turn<'_> {
    pub(super) async fn find_record(mut self) -> Result<Came, Trouble> {
        let link = self.content.link.clone().unwrap_or_default();
        if self.content.person.is_none() || self.content.institution.is_none() {
            match self.client().link(&link).await {
                Ok(found) => {
                    if found.status.as_deref() == Some("invalid") {
                        return self.fail(Reason::of(Cause::LinkInvalid));
                    }
                    self.content.institution = found.institution;
                    let person = found.institution_user_id;
                    // Not told: it is not asked for again.
                    let person = person.map_or(String::new(), |id| id.expose().to_owned());
                    self.content.person = Some(person);
                    self.facts.recurrent = found.access_mode.as_deref() == Some("recurrent");
                }
                Err(error) => return self.met(&error),
            }
        }
        if !self.content.ask {
            match of_link(self.client(), &link).await {
                Ok(records) if records.is_empty() => return self.wait_or_ask().await,
                Ok(records) => return self.decide(&records).await,
                Err(error) => return self.met(&error),
            }
        }
        self.ask_for_record(&link).await
    }

    /// Belvo has nothing yet: waits, and after a while asks.
    async fn wait_or_ask(mut self) -> Result<Came, Trouble> {
        let now = self.work.store().now();
        let patience = TimeDelta::from_std(self.work.wait(BY_ITSELF)).unwrap_or(TimeDelta::MAX);
        let since = self.content.linked.unwrap_or(self.task.created);
        if now.signed_duration_since(since) < patience {
            let at = usize::try_from(self.content.asked).unwrap_or(usize::MAX);
            let wait = LOOKS.get(at).or(LOOKS.last()).copied().unwrap_or_default();
            self.content.asked = self.content.asked.saturating_add(1);
            let wait = self.work.wait(wait);
            return self.go_on(RETRIEVING, wait);
        }
        let link = self.content.link.clone().unwrap_or_default();
        self.ask_for_record(&link).await
    }

    async fn ask_for_record(mut self, link: &str) -> Result<Came, Trouble> {
        self = match self.may_log_in().await? {
            Ok(turn) => turn,
            Err(came) => return Ok(came),
        };
        match self
            .client()
            .retrieve::<EmploymentRecord>(&Retrieve::of(link))
            .await
        {
            Ok(records) if records.is_empty() => self.fail(Reason::of(Cause::NoData)),
            Ok(records) => self.decide(&records).await,
            Err(error) => {
                // Should it have been fetched and only the answer been lost, it is there.
                self.content.ask = false;
                self.uncount(&error).await?;
                self.met(&error)
            }
        }
    }
}
