//! Getting the link: registered with a CURP, or made by the applicant in the widget.

use std::time::Duration;

use dictamen_belvo::{
    Client, Error, Filter, Kind, NewLink,
    trouble::Trouble as Cause,
    widget::{CallbackUrls, WidgetLook, WidgetRequest},
};
use dictamen_model::wire::Link;

use super::{AWAITING_CONSENT, Trouble, Turn, Way};
use crate::work::{Belvo, Came};

/// The waits between two looks for a link that the applicant may have made; notices come earlier.
const LOOKS: [Duration; 5] = [
    Duration::from_secs(10),
    Duration::from_secs(20),
    Duration::from_secs(30),
    Duration::from_mins(1),
    Duration::from_mins(2),
];

/// What is asked for through the widget.
#[derive(Debug, Clone, Default)]
pub(crate) struct WidgetWanted {
    pub(crate) institutions: Vec<String>,
    pub(crate) recurrent: bool,
    pub(crate) locale: Option<String>,
    pub(crate) callbacks: CallbackUrls,
}

/// An address of the hosted widget that is good for one link, which will carry `id`.
pub(crate) async fn widget_url(
    belvo: &Belvo,
    id: &str,
    wanted: &WidgetWanted,
) -> Result<String, Error> {
    let request = WidgetRequest {
        fetch_resources: vec!["EMPLOYMENT_RECORDS".to_owned()],
        company_name: belvo.company_name.clone(),
        callbacks: wanted.callbacks.clone(),
        ..WidgetRequest::default()
    };
    let token = belvo.client.widget_token(&request).await?;
    let look = WidgetLook {
        access_mode: Some(if wanted.recurrent {
            "recurrent"
        } else {
            "single"
        }),
        external_id: Some(id.to_owned()),
        locale: wanted.locale.clone(),
        institutions: wanted.institutions.clone(),
    };
    Ok(belvo.client.widget_address(&token, &look).into())
}

/// The newest link that carries the id of an application.
async fn link_of(client: &Client, filter: &Filter) -> Result<Option<Link>, Error> {
    let links = client.links(filter).await?;
    let links = links.elements.into_iter().map(|element| element.value);
    Ok(links.max_by_key(|link| link.created_at))
}

fn carrying(id: &str) -> Filter {
    Filter::default().and("external_id", id)
}

impl Turn<'_> {
    pub(super) async fn find_link(self) -> Result<Came, Trouble> {
        match self.facts.way {
            Way::Widget => self.look_for_link().await,
            // The other has had one from the beginning.
            Way::Curp | Way::Link => self.register().await,
        }
    }

    async fn look_for_link(mut self) -> Result<Came, Trouble> {
        match link_of(self.client(), &carrying(&self.task.id)).await {
            Ok(Some(Link {
                id: Some(link),
                institution,
                institution_user_id,
                ..
            })) => {
                self.content.institution = institution;
                self.content.person = institution_user_id.map(|id| id.expose().to_owned());
                self.linked(link)
            }
            Ok(_) => {
                let at = usize::try_from(self.content.asked).unwrap_or(usize::MAX);
                let wait = LOOKS.get(at).or(LOOKS.last()).copied().unwrap_or_default();
                self.content.asked = self.content.asked.saturating_add(1);
                let wait = self.work.wait(wait);
                self.go_on(AWAITING_CONSENT, wait)
            }
            Err(error) => self.met(&error),
        }
    }

    async fn register(mut self) -> Result<Came, Trouble> {
        // An earlier attempt may have made it, and its answer been lost.
        if self.task.attempts > 1 {
            match link_of(self.client(), &carrying(&self.task.id)).await {
                Ok(Some(Link { id: Some(link), .. })) => return self.linked(link),
                Ok(_) => {}
                Err(error) => return self.met(&error),
            }
        }
        self = match self.may_log_in().await? {
            Ok(turn) => turn,
            Err(came) => return Ok(came),
        };
        let institution = self.content.institution.clone().unwrap_or_default();
        let curp = self.content.curp.clone().unwrap_or_default();
        let mut new = if self.facts.recurrent {
            NewLink::recurrent(&institution, &curp)
        } else {
            NewLink::single(&institution, &curp)
        };
        new.external_id = Some(self.task.id.clone());
        new.username2 = self
            .content
            .email
            .as_deref()
            .map(dictamen_model::identity::Masked::new);
        let registered = self.client().register(&new).await;
        match registered {
            Ok(Link { id: Some(link), .. }) => self.linked(link),
            Ok(_) => Err(Trouble::Unreadable),
            Err(error) if error.trouble() == Cause::AlreadyConnected => {
                self.take_over(&institution, &error).await
            }
            Err(error) => {
                self.uncount(&error).await?;
                self.met(&error)
            }
        }
    }

    /// The person is connected already, by an earlier application perhaps: that link is used, and
    /// asked for a record of today.
    async fn take_over(mut self, institution: &str, error: &Error) -> Result<Came, Trouble> {
        let person = match &error.kind {
            Kind::Refused(refused) => refused
                .errors
                .iter()
                .find_map(|error| error.institution_user_id.as_ref())
                .map(|id| id.expose().to_owned()),
            _ => None,
        };
        let Some(person) = person else {
            return self.met(error);
        };
        let filter = Filter::default()
            .and("institution_user_id", &person)
            .and("institution", institution);
        match link_of(self.client(), &filter).await {
            Ok(Some(Link {
                id: Some(link),
                external_id,
                ..
            })) => {
                // By an attempt of this application whose answer was lost, it is as good as new.
                let own = external_id.is_some_and(|id| id.expose() == self.task.id);
                self.content.ask = !own;
                self.content.person = Some(person);
                self.linked(link)
            }
            Ok(_) => self.met(error),
            Err(error) => self.met(&error),
        }
    }
}
