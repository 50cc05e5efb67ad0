//! Work that goes on beside the requests: deciding later, following an application from consent to
//! decision, and telling the loan origination system.
//!
//! What is to be done lies in the store. [`runner`] takes what is due and hands it to the module of
//! its kind, which says what [`Came`] of it; that, and whatever is decided or sent on because of it,
//! is written together or not at all. So nothing here needs to survive the process, and nothing is
//! done twice because it did not. Knows no HTTP of requests; `routes` puts work in and shows it.

pub(crate) mod application;
mod came;
pub(crate) mod deciding;
pub(crate) mod delivery;
pub mod endpoint;
pub(crate) mod job;
pub(crate) mod monitoring;
pub(crate) mod notice;
mod runner;

use std::{num::NonZeroU32, sync::Arc, time::Duration};

use dictamen_belvo::{Client, webhook::Secret};
use dictamen_store::Store;
use tokio::sync::Notify;

pub(crate) use came::{Came, Trouble};
pub use endpoint::{BadSecret, DeliverySecret, Endpoint};

/// Kinds of work, as the store has them.
pub(crate) const KINDS: [&str; 5] = [
    delivery::KIND,
    notice::KIND,
    application::KIND,
    job::KIND,
    monitoring::KIND,
];

/// Where records come from.
#[derive(Debug, Clone)]
pub struct Belvo {
    /// The client. It should not try again by itself: what failed is tried again here.
    pub client: Client,
    /// The `Authorization` header that was agreed for notices; without it none are taken.
    pub webhook: Option<Secret>,
    /// The lender's name, shown above the consent.
    pub company_name: Option<String>,
}

/// How work is done.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Whom to tell what was decided.
    pub endpoint: Option<Endpoint>,
    /// Where records come from, where applications by link are taken.
    pub belvo: Option<Belvo>,
    /// How long an applicant may take to consent.
    pub consent: Duration,
    /// How long the record may take after that.
    pub retrieval: Duration,
    /// By what every wait is divided: for trying things out.
    pub hurry: NonZeroU32,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            endpoint: None,
            belvo: None,
            consent: Duration::from_hours(24),
            retrieval: Duration::from_hours(48),
            hurry: NonZeroU32::MIN,
        }
    }
}

/// No connection can be made from here: TLS or its certificates are not usable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no connection can be made from here: TLS or its certificates are not usable")]
pub struct NoConnections;

/// What all work shares. Cloning gives another handle to the same.
#[derive(Debug, Clone)]
pub struct Work(Arc<Desk>);

#[derive(Debug)]
struct Desk {
    store: Store,
    settings: Settings,
    http: reqwest::Client,
    /// Told when something may be due.
    bell: Notify,
}

impl Work {
    /// Work kept in `store`.
    ///
    /// # Errors
    ///
    /// When no connection can be made from here.
    pub fn new(store: Store, settings: Settings) -> Result<Self, NoConnections> {
        let http = endpoint::client(settings.endpoint.as_ref())?;
        Ok(Self(Arc::new(Desk {
            store,
            settings,
            http,
            bell: Notify::new(),
        })))
    }

    pub(crate) fn store(&self) -> &Store {
        &self.0.store
    }

    /// How it is done.
    pub(crate) fn settings(&self) -> &Settings {
        &self.0.settings
    }

    pub(crate) fn http(&self) -> &reqwest::Client {
        &self.0.http
    }

    /// Says that something may be due.
    pub(crate) fn ring(&self) {
        self.0.bell.notify_one();
    }

    /// A wait, as long as it is here: divided, and between four and six fifths of that, so that
    /// many do not come back at once.
    pub(crate) fn wait(&self, wait: Duration) -> Duration {
        let wait = wait.checked_div(self.0.settings.hurry.get());
        let wait = wait.unwrap_or_default();
        let fifth = wait.checked_div(5).unwrap_or_default();
        let most = u64::try_from(fifth.saturating_mul(2).as_millis()).unwrap_or(u64::MAX);
        let more = Duration::from_millis(fastrand::u64(0..=most));
        wait.saturating_sub(fifth).saturating_add(more)
    }
}
