//! Everything a sandbox knows: links, what was retrieved through them, and its own time.
//!
//! All of it is in memory and behind one lock that is never held while waiting. Time is that of the
//! machine and may be moved forward.

use std::collections::{BTreeMap, VecDeque};
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use serde::Serialize;

use crate::faults::{Fault, Often, Rule};
use crate::institution::{Institution, Resource};
use crate::people::{LifeEvent, Person};
use crate::random::Dice;
use crate::records::{Situation, mexican_day};
use crate::settings::Settings;

/// A sandbox. Clones are the same one.
#[derive(Clone)]
pub struct Sandbox {
    shared: Arc<Shared>,
}

struct Shared {
    settings: Settings,
    state: Mutex<State>,
    /// For notices; none when the machine allows no client.
    http: Option<reqwest::Client>,
}

impl std::fmt::Debug for Sandbox {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sandbox")
            .field("settings", &self.shared.settings)
            .finish_non_exhaustive()
    }
}

/// A link as it is kept.
#[derive(Debug, Clone)]
pub(crate) struct LinkRow {
    pub(crate) id: String,
    pub(crate) institution: Institution,
    pub(crate) curp: String,
    pub(crate) email: Option<String>,
    pub(crate) recurrent: bool,
    pub(crate) valid: bool,
    pub(crate) failures: u32,
    pub(crate) created_at: DateTime<Utc>,
    pub(crate) last_accessed_at: Option<DateTime<Utc>>,
    pub(crate) refreshed_at: Option<DateTime<Utc>>,
    /// When a recurrent link is refreshed next.
    pub(crate) due: Option<DateTime<Utc>>,
    pub(crate) external_id: Option<String>,
    pub(crate) institution_user_id: String,
    pub(crate) credentials_storage: String,
    pub(crate) fetch_resources: Vec<Resource>,
    pub(crate) stale_in: Option<String>,
    /// What was last seen, to tell changes.
    pub(crate) seen: Option<Situation>,
}

/// Something retrieved, as it is kept.
#[derive(Debug, Clone)]
pub(crate) struct Stored {
    pub(crate) id: String,
    pub(crate) link: String,
    pub(crate) internal_identification: String,
    pub(crate) at: DateTime<Utc>,
    pub(crate) json: String,
}

/// A widget's session.
#[derive(Debug, Clone)]
pub(crate) struct Session {
    pub(crate) expires_at: DateTime<Utc>,
    pub(crate) used: bool,
    pub(crate) options: crate::api::token::Options,
}

/// A notice and what became of it.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Sent {
    pub(crate) webhook_id: String,
    pub(crate) webhook_type: &'static str,
    pub(crate) webhook_code: &'static str,
    pub(crate) link_id: String,
    pub(crate) attempts: u32,
    /// Status of the last answer; none when there was no answer.
    pub(crate) status: Option<u16>,
}

/// What changes.
#[derive(Default)]
pub(crate) struct State {
    pub(crate) links: BTreeMap<String, LinkRow>,
    pub(crate) stored: BTreeMap<Resource, Vec<Stored>>,
    pub(crate) sessions: BTreeMap<String, Session>,
    pub(crate) sent: Vec<Sent>,
    pub(crate) down: Vec<Institution>,
    pub(crate) target: Option<crate::settings::WebhookTarget>,
    rules: Vec<(Rule, u32)>,
    events: BTreeMap<String, Vec<(NaiveDate, LifeEvent)>>,
    logins: BTreeMap<String, VecDeque<DateTime<Utc>>>,
    requests: BTreeMap<IpAddr, VecDeque<DateTime<Utc>>>,
    deletes: VecDeque<DateTime<Utc>>,
    /// How far time was moved.
    ahead: TimeDelta,
    /// How far it ran by itself because days pass in seconds.
    lapsed: TimeDelta,
    chance: Option<Dice>,
}

impl Sandbox {
    /// A sandbox in which nothing has happened yet.
    pub fn new(settings: Settings) -> Self {
        let mut state = State {
            target: settings.notices.target.clone(),
            chance: Some(Dice::new(settings.seed, "mischief")),
            ..State::default()
        };
        state.set_rules(&settings.faults);
        Self {
            shared: Arc::new(Shared {
                settings,
                state: Mutex::new(state),
                http: client(),
            }),
        }
    }

    /// How it behaves.
    pub fn settings(&self) -> &Settings {
        &self.shared.settings
    }

    pub(crate) fn http(&self) -> Option<&reqwest::Client> {
        self.shared.http.as_ref()
    }

    /// What changes; a thread that panicked while holding it left nothing half done.
    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.shared
            .state
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// The sandbox's now.
    pub fn now(&self) -> DateTime<Utc> {
        self.state().now()
    }

    /// Lets more time pass than does. What falls due on the way is up to the caller.
    pub(crate) fn lapse(&self, by: TimeDelta) {
        let mut state = self.state();
        state.lapsed = state.lapsed.checked_add(&by).unwrap_or(state.lapsed);
    }

    /// Moves time forward. What falls due on the way is up to the caller.
    pub(crate) fn advance(&self, by: TimeDelta) {
        let mut state = self.state();
        state.ahead = state.ahead.checked_add(&by).unwrap_or(state.ahead);
    }

    /// Lets something happen to a person today.
    pub(crate) fn happen(&self, curp: &str, event: LifeEvent) {
        let mut state = self.state();
        let today = mexican_day(state.now());
        state
            .events
            .entry(curp.to_owned())
            .or_default()
            .push((today, event));
    }
}

impl State {
    /// The sandbox's now.
    pub(crate) fn now(&self) -> DateTime<Utc> {
        let now = self.steady();
        now.checked_add_signed(self.lapsed).unwrap_or(now)
    }

    /// The now of what happens between machines, and of people at a form: it does not run faster
    /// where days pass in seconds.
    pub(crate) fn steady(&self) -> DateTime<Utc> {
        let now = Utc::now();
        now.checked_add_signed(self.ahead).unwrap_or(now)
    }

    /// The person of a link, with everything that was made to happen.
    pub(crate) fn person(&self, seed: u64, curp: &str, institution: Institution) -> Person {
        let mut person = Person::of(seed, curp, institution.institute());
        for (index, (day, event)) in self.events.get(curp).into_iter().flatten().enumerate() {
            let mut dice = Dice::new(seed, &format!("{curp} event {index}"));
            person.timeline.change(*event, *day, &mut dice);
        }
        person
    }

    /// Replaces the rules by which faults strike.
    pub(crate) fn set_rules(&mut self, rules: &[Rule]) {
        self.rules = rules.iter().map(|rule| (*rule, 0)).collect();
    }

    /// The rules by which faults strike.
    pub(crate) fn rules(&self) -> impl Iterator<Item = &Rule> {
        self.rules.iter().map(|(rule, _)| rule)
    }

    /// The faults that strike now, of those that may here.
    pub(crate) fn strike(&mut self, may: impl Fn(&Fault) -> bool) -> Vec<&'static Fault> {
        let mut struck = Vec::new();
        let mut chance = self.chance.take();
        for (rule, times) in self.rules.iter_mut().filter(|(rule, _)| may(rule.fault)) {
            let strikes = match rule.often {
                Often::First(first) => *times < first,
                Often::Percent(share) => chance
                    .as_mut()
                    .is_some_and(|dice| dice.chance(i64::from(share).saturating_mul(10))),
            };
            if strikes {
                *times = times.saturating_add(1);
                struck.push(rule.fault);
            }
        }
        self.chance = chance;
        struck
    }

    /// True for so many of a hundred.
    pub(crate) fn by_chance(&mut self, percent: u8) -> bool {
        let chance = i64::from(percent).saturating_mul(10);
        self.chance.as_mut().is_some_and(|dice| dice.chance(chance))
    }

    /// Counts a request of an address; false when there were too many.
    pub(crate) fn admit(&mut self, address: IpAddr, limit: u32) -> bool {
        let now = self.steady();
        within(
            self.requests.entry(address).or_default(),
            now,
            TimeDelta::seconds(30),
            limit,
        )
    }

    /// Counts a delete; false when there were too many.
    pub(crate) fn admit_delete(&mut self, limit: u32) -> bool {
        let now = self.steady();
        within(&mut self.deletes, now, TimeDelta::minutes(1), limit)
    }

    /// Counts a login with a CURP; false when there were too many.
    pub(crate) fn admit_login(&mut self, curp: &str, limit: u32) -> bool {
        let now = self.now();
        within(
            self.logins.entry(curp.to_owned()).or_default(),
            now,
            TimeDelta::days(1),
            limit,
        )
    }

    /// Drops what Belvo keeps no longer: data of links that were not updated for as long as
    /// `stale_in` says.
    pub(crate) fn drop_stale(&mut self) {
        let now = self.now();
        let stale: Vec<&str> = self
            .links
            .values()
            .filter(|link| {
                let days = link.stale_in.as_deref().and_then(days_of).unwrap_or(365);
                let updated = link.last_accessed_at.unwrap_or(link.created_at);
                now.signed_duration_since(updated) > TimeDelta::days(days)
            })
            .map(|link| &*link.id)
            .collect();
        if stale.is_empty() {
            return;
        }
        for rows in self.stored.values_mut() {
            rows.retain(|row| !stale.contains(&&*row.link));
        }
    }
}

impl LinkRow {
    /// Whether Belvo still has what it needs to log in.
    pub(crate) fn has_credentials(&self, now: DateTime<Utc>) -> bool {
        match &*self.credentials_storage {
            "store" => true,
            "nostore" => false,
            days => days_of(days).is_none_or(|days| {
                now.signed_duration_since(self.created_at) <= TimeDelta::days(days)
            }),
        }
    }
}

/// The days of a text such as `365d`.
pub(crate) fn days_of(text: &str) -> Option<i64> {
    let days = text.strip_suffix('d')?;
    (days.len() <= 3 && days.bytes().all(|b| b.is_ascii_digit()))
        .then(|| days.parse().ok())
        .flatten()
}

/// A client that stays on this machine: it follows no redirection and asks no proxy.
fn client() -> Option<reqwest::Client> {
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .build()
        .ok()
}

/// Counts one more unless there were `limit` within the last `span`; zero counts without a limit.
fn within(
    times: &mut VecDeque<DateTime<Utc>>,
    now: DateTime<Utc>,
    span: TimeDelta,
    limit: u32,
) -> bool {
    while times
        .front()
        .is_some_and(|time| now.signed_duration_since(*time) >= span)
    {
        times.pop_front();
    }
    if limit == 0 {
        return true;
    }
    let full = times.len() >= usize::try_from(limit).unwrap_or(usize::MAX);
    if !full {
        times.push_back(now);
    }
    !full
}
