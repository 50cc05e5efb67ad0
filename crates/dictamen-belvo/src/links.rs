//! Links: a person's consented connection with an institution.

use dictamen_model::RequestError;
use dictamen_model::identity::Masked;
use dictamen_model::wire::Link;
use reqwest::Method;
use serde::{Serialize, Serializer};

use crate::client::{Ask, Client};
use crate::envelope::unreadable;
use crate::error::{Error, Kind};
use crate::resource::{Element, Filter, Listed, Resource, element_path, request_id};

const PATH: &str = "/api/links/";

/// How long Belvo keeps what it logs in with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Storage {
    /// Until the link is deleted; needed for recurrent links.
    Store,
    /// Not at all.
    NoStore,
    /// For so many days, up to 365.
    Days(u16),
}

impl Serialize for Storage {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Store => serializer.serialize_str("store"),
            Self::NoStore => serializer.serialize_str("nostore"),
            Self::Days(days) => serializer.collect_str(&format_args!("{days}d")),
        }
    }
}

/// A link to be made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NewLink {
    /// The institution, for example `imss_mx_employment`.
    pub institution: String,
    /// The CURP.
    #[serde(serialize_with = "exposed")]
    pub username: Masked,
    /// The e-mail address; not asked for by the ISSSTE.
    #[serde(
        skip_serializing_if = "Option::is_none",
        serialize_with = "exposed_maybe"
    )]
    pub username2: Option<Masked>,
    /// The caller's own id: letters, digits, `_` and `-`, nothing personal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub external_id: Option<String>,
    /// `single` or `recurrent`. Belvo recommends single for employment, and takes recurrent when it
    /// is not told.
    pub access_mode: &'static str,
    /// What Belvo fetches by itself.
    pub fetch_resources: Vec<String>,
    /// How long Belvo keeps what it logs in with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credentials_storage: Option<Storage>,
    /// How long Belvo keeps data of a link that is not updated, for example `90d`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stale_in: Option<String>,
}

impl NewLink {
    /// A single link that fetches the employment records.
    pub fn single(institution: &str, curp: &str) -> Self {
        Self {
            institution: institution.to_owned(),
            username: Masked::new(curp),
            username2: None,
            external_id: None,
            access_mode: "single",
            fetch_resources: vec!["EMPLOYMENT_RECORDS".to_owned()],
            credentials_storage: None,
            stale_in: None,
        }
    }

    /// A recurrent link that fetches the employment records.
    pub fn recurrent(institution: &str, curp: &str) -> Self {
        Self {
            access_mode: "recurrent",
            credentials_storage: Some(Storage::Store),
            ..Self::single(institution, curp)
        }
    }
}

fn exposed<S: Serializer>(text: &Masked, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(text.expose())
}

#[expect(clippy::ref_option, reason = "serde hands the field over by reference")]
fn exposed_maybe<S: Serializer>(text: &Option<Masked>, serializer: S) -> Result<S::Ok, S::Error> {
    text.as_ref().map(Masked::expose).serialize(serializer)
}

/// What is changed of a link; what is `None` stays.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Change {
    /// `single` or `recurrent`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub access_mode: Option<&'static str>,
    /// How long Belvo keeps data.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stale_in: Option<String>,
    /// What Belvo fetches by itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fetch_resources: Option<Vec<String>>,
}

/// New credentials of a link. No institution of employment in Mexico asks for a password; an empty
/// one makes an invalid link valid again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Credentials {
    /// The password.
    #[serde(serialize_with = "exposed")]
    pub password: Masked,
}

/// Which links are listed: the parameters of [`Filter`], such as `external_id` or
/// `institution_user_id`.
pub type LinkFilter = Filter;

impl Resource for Link {
    const PATH: &'static str = PATH;
    const NAME: &'static str = "links";

    fn read(text: &str) -> Result<Self, RequestError> {
        let link = Self::parse(text.as_bytes())?;
        if link.id.is_none() {
            return Err(unreadable("this link has no id"));
        }
        Ok(link)
    }
}

#[derive(Serialize)]
struct Refresh<'a> {
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    fetch_resources: &'a [String],
}

fn link(operation: &'static str, body: &[u8]) -> Result<Link, Error> {
    let fail = |error| Error::new(operation, Kind::Unreadable(error));
    let text =
        std::str::from_utf8(body).map_err(|_| fail(unreadable("the answer is not UTF-8")))?;
    Link::read(text).map_err(fail)
}

impl Client {
    /// Makes a link: Belvo logs in, and fetches in the background what the link is to fetch.
    ///
    /// # Errors
    /// When the institution or Belvo refuses; [`Error::trouble`] tells what the applicant can do. After
    /// an answer that was lost, a link may be there nevertheless: asking again is refused as
    /// `duplicated`, with the id of the person by which the link is found.
    pub async fn register(&self, new: &NewLink) -> Result<Link, Error> {
        const NAME: &str = "links.register";
        let ask = Ask::new(NAME, Method::POST, PATH).body(new).logs_in();
        link(NAME, &self.send(ask).await?.body)
    }

    /// The first page of links.
    ///
    /// # Errors
    /// When Belvo refuses or cannot be understood.
    pub async fn links(&self, filter: &LinkFilter) -> Result<Listed<Link>, Error> {
        self.list(filter).await
    }

    /// One link.
    ///
    /// # Errors
    /// When there is none, or Belvo refuses.
    pub async fn link(&self, id: &str) -> Result<Link, Error> {
        self.detail(id)
            .await
            .map(|element: Element<Link>| element.value)
    }

    /// Changes what is retrieved through a link and how long it is kept.
    ///
    /// # Errors
    /// When Belvo refuses.
    pub async fn modify(&self, id: &str, change: &Change) -> Result<Link, Error> {
        const NAME: &str = "links.modify";
        let path = element_path(PATH, id, NAME)?;
        link(
            NAME,
            &self
                .send(Ask::new(NAME, Method::PATCH, &path).body(change))
                .await?
                .body,
        )
    }

    /// Gives a link new credentials, which makes it valid again. A recurrent link is updated.
    ///
    /// # Errors
    /// When the institution or Belvo refuses.
    pub async fn update(&self, id: &str, credentials: &Credentials) -> Result<Link, Error> {
        const NAME: &str = "links.update";
        let path = element_path(PATH, id, NAME)?;
        let ask = Ask::new(NAME, Method::PUT, &path)
            .body(credentials)
            .logs_in();
        link(NAME, &self.send(ask).await?.body)
    }

    /// Has Belvo fetch everything anew, or some resources; notices with the returned request id
    /// follow. Once in ten minutes per link.
    ///
    /// # Errors
    /// When Belvo refuses.
    pub async fn refresh(&self, id: &str, resources: &[String]) -> Result<String, Error> {
        const NAME: &str = "links.refresh";
        let path = element_path(PATH, id, NAME)?;
        let path = format!("{path}refresh/");
        let body = Refresh {
            fetch_resources: resources,
        };
        let ask = Ask::new(NAME, Method::POST, &path).body(&body).logs_in();
        request_id(NAME, &self.send(ask).await?)
    }

    /// Deletes a link and everything that was retrieved through it. Five a minute.
    ///
    /// # Errors
    /// When there is none, or Belvo refuses.
    pub async fn delete_link(&self, id: &str) -> Result<(), Error> {
        self.delete::<Link>(id).await
    }

    /// Has Belvo delete a link in the background; a notice with the returned request id follows.
    ///
    /// # Errors
    /// When there is none, or Belvo refuses.
    pub async fn delete_link_later(&self, id: &str) -> Result<String, Error> {
        const NAME: &str = "links.delete";
        let path = element_path(PATH, id, NAME)?;
        let ask = Ask::new(NAME, Method::DELETE, &path).later(true);
        request_id(NAME, &self.send(ask).await?)
    }
}
