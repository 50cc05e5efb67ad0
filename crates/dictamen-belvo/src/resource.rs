//! What is retrieved through a link: one set of methods for all resources.

use dictamen_model::RequestError;
use dictamen_model::wire::{CurrentEmployment, EmploymentRecord};
use reqwest::Method;
use serde::{Deserialize, Serialize};
use url::Url;

use crate::client::{Answered, Ask, Client};
use crate::envelope::{Elements, unreadable};
use crate::error::{Error, Kind};
use crate::wire::{BrazilEmployment, EmploymentMetrics, Institution, Owner};

/// Something that Belvo lists under an address of its own.
pub trait Resource: Sized {
    /// The address, with a slash at both ends.
    const PATH: &'static str;
    /// What it is called in logs and errors.
    const NAME: &'static str;

    /// Reads one element.
    ///
    /// # Errors
    /// Everything wrong with it.
    fn read(text: &str) -> Result<Self, RequestError>;
}

fn first<T>(results: Vec<T>) -> Result<T, RequestError> {
    results
        .into_iter()
        .next()
        .ok_or_else(|| unreadable("expected an element, found none"))
}

impl Resource for EmploymentRecord {
    const PATH: &'static str = "/api/employment-records/";
    const NAME: &'static str = "employment-records";

    fn read(text: &str) -> Result<Self, RequestError> {
        first(Self::parse_page(text.as_bytes())?.results)
    }
}

impl Resource for CurrentEmployment {
    const PATH: &'static str = "/api/mx/current-employments/";
    const NAME: &'static str = "current-employments";

    fn read(text: &str) -> Result<Self, RequestError> {
        first(Self::parse_page(text.as_bytes())?.results)
    }
}

macro_rules! read_by_serde {
    ($($type:ty, $path:literal, $name:literal;)*) => { $(
        impl Resource for $type {
            const PATH: &'static str = $path;
            const NAME: &'static str = $name;

            fn read(text: &str) -> Result<Self, RequestError> {
                let read: Self = serde_json::from_str(text).map_err(|_| unreadable("expected an object"))?;
                if read == Self::default() {
                    return Err(unreadable("this object has nothing of what was asked for"));
                }
                Ok(read)
            }
        }
    )* };
}

read_by_serde! {
    Owner, "/api/owners/", "owners";
    EmploymentMetrics, "/api/employment-metrics/", "employment-metrics";
    BrazilEmployment, "/api/br/employments/", "br-employments";
    Institution, "/api/institutions/", "institutions";
}

/// One element: as it was read, and as Belvo sent it.
#[derive(Clone, PartialEq, Eq)]
pub struct Element<T> {
    /// As it was read.
    pub value: T,
    text: Box<str>,
}

impl<T> Element<T> {
    /// The JSON exactly as Belvo sent it. It is full of personal data: for storing and for deciding,
    /// never for logs.
    pub fn text(&self) -> &str {
        &self.text
    }
}

impl<T> std::fmt::Debug for Element<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Element(..)")
    }
}

/// One page of a list.
#[derive(Clone, PartialEq, Eq)]
pub struct Listed<T> {
    /// How many there are on all pages.
    pub count: Option<u64>,
    /// This page's.
    pub elements: Vec<Element<T>>,
    next: Option<String>,
}

/// The address of the next page repeats the filters, which may be personal.
impl<T> std::fmt::Debug for Listed<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Listed")
            .field("count", &self.count)
            .field("elements", &self.elements.len())
            .finish_non_exhaustive()
    }
}

impl<T> Listed<T> {
    /// Whether there are more.
    pub fn has_more(&self) -> bool {
        self.next.is_some()
    }
}

/// Which elements are listed. All parameters of Belvo can be given.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Filter(Vec<(String, String)>);

impl std::fmt::Debug for Filter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let keys: Vec<&str> = self.0.iter().map(|(key, _)| &**key).collect();
        f.debug_tuple("Filter").field(&keys).finish()
    }
}

impl Filter {
    /// Those of one link. Belvo recommends to give it always, and needs it for Brazil.
    pub fn link(id: &str) -> Self {
        Self::default().and("link", id)
    }

    /// With another parameter, for example `collected_at__gte` and a day.
    #[must_use]
    pub fn and(mut self, name: &str, value: &str) -> Self {
        self.0.push((name.to_owned(), value.to_owned()));
        self
    }

    /// With pages of so many elements; Belvo gives 100 unless asked, and 1000 at most.
    #[must_use]
    pub fn page_size(self, size: u16) -> Self {
        self.and("page_size", &size.to_string())
    }

    pub(crate) fn pairs(&self) -> &[(String, String)] {
        &self.0
    }
}

/// What is to be retrieved.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Retrieve {
    /// The link.
    pub link: String,
    /// Whether the institute's document comes along; employment records only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attach_pdf: Option<bool>,
    /// The day metrics are relative to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reference_date: Option<chrono::NaiveDate>,
    /// First day, for Brazil.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date_from: Option<chrono::NaiveDate>,
    /// Last day, for Brazil.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date_to: Option<chrono::NaiveDate>,
    /// Whether Belvo keeps it.
    pub save_data: bool,
}

impl Retrieve {
    /// Of a link, kept by Belvo.
    pub fn of(link: &str) -> Self {
        Self {
            link: link.to_owned(),
            save_data: true,
            ..Self::default()
        }
    }
}

#[derive(Deserialize)]
struct Accepted {
    request_id: String,
}

/// The id of a request that is answered by a notice.
pub(crate) fn request_id(operation: &'static str, answered: &Answered) -> Result<String, Error> {
    serde_json::from_slice::<Accepted>(&answered.body)
        .map(|accepted| accepted.request_id)
        .map_err(|_| {
            Error::new(
                operation,
                Kind::Unreadable(unreadable("expected a request_id")),
            )
        })
}

/// The elements of an answer.
fn elements<T: Resource>(answered: &Answered) -> Result<Listed<T>, Error> {
    let fail = |kind| Error::new(T::NAME, kind);
    if answered.body.iter().all(u8::is_ascii_whitespace) {
        return Err(fail(Kind::Empty {
            status: answered.status,
        }));
    }
    let found = Elements::read(&answered.body).map_err(|error| fail(Kind::Unreadable(error)))?;
    let elements: Result<Vec<Element<T>>, Error> = found
        .texts
        .into_iter()
        .map(|text| {
            let value = T::read(text.get()).map_err(|error| fail(Kind::Unreadable(error)))?;
            Ok(Element {
                value,
                text: text.get().into(),
            })
        })
        .collect();
    Ok(Listed {
        count: found.count,
        elements: elements?,
        next: found.next,
    })
}

fn one<T: Resource>(answered: &Answered) -> Result<Element<T>, Error> {
    let listed = elements::<T>(answered)?;
    first(listed.elements).map_err(|error| Error::new(T::NAME, Kind::Unreadable(error)))
}

/// Whether an id can stand in an address: nothing else is let into one.
pub(crate) fn element_path(base: &str, id: &str, operation: &'static str) -> Result<String, Error> {
    let plain = !id.is_empty()
        && id.len() <= 64
        && id
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
    if plain {
        return Ok(format!("{base}{id}/"));
    }
    Err(Error::new(
        operation,
        Kind::Unreadable(unreadable("this id cannot be one of Belvo's")),
    ))
}

impl Client {
    /// Has Belvo log in at the institution and read a resource now, which may take minutes.
    ///
    /// # Errors
    /// When Belvo refuses or cannot be understood.
    pub async fn retrieve<T: Resource>(&self, what: &Retrieve) -> Result<Vec<Element<T>>, Error> {
        let ask = Ask::new(T::NAME, Method::POST, T::PATH)
            .body(what)
            .logs_in();
        Ok(elements(&self.send(ask).await?)?.elements)
    }

    /// Has Belvo read a resource in the background; a notice with the returned request id follows.
    ///
    /// # Errors
    /// When Belvo refuses or cannot be understood.
    pub async fn retrieve_later<T: Resource>(&self, what: &Retrieve) -> Result<String, Error> {
        let ask = Ask::new(T::NAME, Method::POST, T::PATH)
            .body(what)
            .logs_in()
            .later(true);
        request_id(T::NAME, &self.send(ask).await?)
    }

    /// Lists what Belvo has: the first page.
    ///
    /// # Errors
    /// When Belvo refuses or cannot be understood.
    pub async fn list<T: Resource>(&self, filter: &Filter) -> Result<Listed<T>, Error> {
        let ask = Ask::new(T::NAME, Method::GET, T::PATH).query(filter.pairs());
        elements(&self.send(ask).await?)
    }

    /// The page after one; `None` after the last. Of the address Belvo gives only what stands behind
    /// the host is used, so that the secrets go nowhere else.
    ///
    /// # Errors
    /// When Belvo refuses or cannot be understood.
    pub async fn next<T: Resource>(&self, page: &Listed<T>) -> Result<Option<Listed<T>>, Error> {
        let Some(next) = &page.next else {
            return Ok(None);
        };
        let url = self.config().base_url.join(next).ok();
        let Some(url) = url.filter(|url: &Url| url.path().ends_with(T::PATH)) else {
            return Err(Error::new(
                T::NAME,
                Kind::Unreadable(unreadable(
                    "the address of the next page is not of this list",
                )),
            ));
        };
        let pairs: Vec<(String, String)> = url.query_pairs().into_owned().collect();
        let ask = Ask::new(T::NAME, Method::GET, T::PATH).query(&pairs);
        elements(&self.send(ask).await?).map(Some)
    }

    /// Lists what Belvo has over all pages, but no more than `most` elements.
    ///
    /// # Errors
    /// When Belvo refuses or cannot be understood on any page.
    pub async fn all<T: Resource>(
        &self,
        filter: &Filter,
        most: usize,
    ) -> Result<Vec<Element<T>>, Error> {
        let mut page = self.list(filter).await?;
        let mut all = Vec::new();
        loop {
            // A page without elements that names a next one would go on for ever.
            let ended = page.elements.is_empty();
            all.append(&mut page.elements);
            if ended || all.len() >= most {
                break;
            }
            match self.next(&page).await? {
                Some(next) => page = next,
                None => break,
            }
        }
        all.truncate(most);
        Ok(all)
    }

    /// Reads one element that Belvo has.
    ///
    /// # Errors
    /// When there is none, or Belvo refuses or cannot be understood.
    pub async fn detail<T: Resource>(&self, id: &str) -> Result<Element<T>, Error> {
        let path = element_path(T::PATH, id, T::NAME)?;
        one(&self.send(Ask::new(T::NAME, Method::GET, &path)).await?)
    }

    /// Has Belvo delete one element. Belvo takes five deletes of records a minute.
    ///
    /// # Errors
    /// When there is none, or Belvo refuses.
    pub async fn delete<T: Resource>(&self, id: &str) -> Result<(), Error> {
        let path = element_path(T::PATH, id, T::NAME)?;
        self.send(Ask::new(T::NAME, Method::DELETE, &path))
            .await
            .map(drop)
    }
}
