//! How a sandbox behaves: what Belvo documents by default, everything uncertain adjustable.

use std::time::Duration;

use crate::faults::Rule;

/// Where notices are sent.
#[derive(Clone, PartialEq, Eq)]
pub struct WebhookTarget {
    /// The address; on this machine.
    pub url: String,
    /// The `Authorization` header sent along, as it was agreed.
    pub authorization: Option<String>,
}

impl std::fmt::Debug for WebhookTarget {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WebhookTarget")
            .field("url", &self.url)
            .finish_non_exhaustive()
    }
}

/// How notices are sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notices {
    /// Where to; nowhere when there is no target.
    pub target: Option<WebhookTarget>,
    /// How long a retrieval in the background takes before its notice is sent.
    pub delay: Duration,
    /// How often a notice is sent again that was not answered with success.
    pub retries: u32,
    /// The wait before the first retry; before the second it is twice that, and so on.
    pub backoff: Duration,
    /// Whether a retry has an id of its own.
    pub new_ids: bool,
    /// Whether what a client asked for to be told later is told as news instead of as a historical
    /// update.
    pub asked_as_news: bool,
    /// Fields of the envelope that are left out.
    pub without: Vec<String>,
    /// How many notices of a hundred are sent twice.
    pub twice_percent: u8,
    /// How many of a hundred are held back so that others overtake them.
    pub late_percent: u8,
    /// How many of a hundred are never sent.
    pub lost_percent: u8,
}

/// How a sandbox behaves.
#[derive(Clone, PartialEq, Eq)]
pub struct Settings {
    /// The secret id clients authenticate with.
    pub secret_id: String,
    /// The secret password clients authenticate with.
    pub secret_password: String,
    /// Which people there are.
    pub seed: u64,
    /// Elements of a page unless a request says otherwise.
    pub page_size: usize,
    /// Requests of one address in 30 seconds before the firewall answers; zero for no limit.
    pub requests_per_30s: u32,
    /// Deletes in a minute; zero for no limit.
    pub deletes_per_minute: u32,
    /// Logins with one CURP in 24 hours at the IMSS; zero for no limit.
    pub logins_per_day: u32,
    /// Unsuccessful requests after which a link is invalid; zero for never.
    pub failures_until_invalid: u32,
    /// Minutes between two refreshes of a link.
    pub refresh_minutes: i64,
    /// How often recurrent links are refreshed: `6h`, `12h`, `24h`, `7d` or `30d`.
    pub refresh_rate: String,
    /// Whether a repeated retrieval replaces the record of a link instead of adding one.
    pub refresh_replaces: bool,
    /// Whether a person may have several links with one institution.
    pub duplicate_links: bool,
    /// How many seconds a simulated day takes; none for real time.
    pub day_seconds: Option<u64>,
    /// What goes wrong.
    pub faults: Vec<Rule>,
    /// How notices are sent.
    pub notices: Notices,
}

impl std::fmt::Debug for Settings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Settings")
            .field("seed", &self.seed)
            .finish_non_exhaustive()
    }
}

impl Default for Notices {
    fn default() -> Self {
        Self {
            target: None,
            delay: Duration::from_secs(15),
            retries: 5,
            backoff: Duration::from_mins(1),
            new_ids: false,
            asked_as_news: false,
            without: Vec::new(),
            twice_percent: 0,
            late_percent: 0,
            lost_percent: 0,
        }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            secret_id: "sandbox-secret-id".to_owned(),
            secret_password: "sandbox-secret-password".to_owned(),
            seed: 7,
            page_size: 10,
            requests_per_30s: 80,
            deletes_per_minute: 5,
            logins_per_day: 3,
            failures_until_invalid: 6,
            refresh_minutes: 10,
            refresh_rate: "7d".to_owned(),
            refresh_replaces: false,
            duplicate_links: false,
            day_seconds: None,
            faults: Vec::new(),
            notices: Notices::default(),
        }
    }
}

/// A setting that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SettingProblem {
    /// An address that is not of this machine.
    #[error("`{0}` is not an address of this machine; the sandbox sends notices nowhere else")]
    NotLocal(String),
    /// A rate Belvo does not know.
    #[error("`{0}` is not a refresh rate; use 6h, 12h, 24h, 7d or 30d")]
    RefreshRate(String),
}

impl Settings {
    /// Checks what types cannot.
    ///
    /// # Errors
    /// The first setting that cannot be used.
    pub fn check(&self) -> Result<(), SettingProblem> {
        if refresh_hours(&self.refresh_rate).is_none() {
            return Err(SettingProblem::RefreshRate(self.refresh_rate.clone()));
        }
        match &self.notices.target {
            Some(target) if !is_local(&target.url) => {
                Err(SettingProblem::NotLocal(target.url.clone()))
            }
            _ => Ok(()),
        }
    }
}

/// Hours between two refreshes, by Belvo's word for it.
pub(crate) fn refresh_hours(rate: &str) -> Option<i64> {
    match rate {
        "6h" => Some(6),
        "12h" => Some(12),
        "24h" => Some(24),
        "7d" => Some(168),
        "30d" => Some(720),
        _ => None,
    }
}

/// Whether an address is plain HTTP on this machine.
pub(crate) fn is_local(url: &str) -> bool {
    let Ok(url) = url::Url::parse(url) else {
        return false;
    };
    let local = match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    local && url.scheme() == "http"
}

#[cfg(test)]
mod tests {
    use super::is_local;

    #[test]
    fn only_this_machine_is_local() {
        for url in [
            "http://127.0.0.1:1/x",
            "http://localhost/",
            "http://[::1]:80/",
            "http://127.9.9.9",
        ] {
            assert!(is_local(url), "{url}");
        }
        for url in [
            "http://10.0.0.1/",
            "https://127.0.0.1/",
            "http://localhost.example.com/",
            "http://user@example.com",
            "",
            "file:///x",
        ] {
            assert!(!is_local(url), "{url}");
        }
    }
}
