//! The figures among the metrics, made anew every few minutes in the background.

use std::{collections::BTreeMap, sync::Arc};

use chrono::{DateTime, Days, NaiveDate, NaiveTime, TimeDelta, Utc};
use dictamen_store::Store;

use super::{CountError, Counted, EVERY, Figures, Window, count, scale};
use crate::{app::App, clock, rules::LoadedPolicy};

/// A policy to watch, and the days its applicants are held against.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    policy: String,
    first: NaiveDate,
    last: NaiveDate,
}

impl std::str::FromStr for Reference {
    type Err = &'static str;

    /// Reads `POLICY=FIRST..LAST`, days in Mexico City, both included.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let usable = || {
            let (policy, days) = text.split_once('=')?;
            let (first, last) = days.split_once("..")?;
            let (first, last) = (first.parse().ok()?, last.parse().ok()?);
            (!policy.is_empty() && first <= last).then(|| Self {
                policy: policy.to_owned(),
                first,
                last,
            })
        };
        usable().ok_or("give a policy and its reference days: ID=2026-01-01..2026-03-31")
    }
}

impl Reference {
    fn window(&self) -> Option<Window> {
        Some(Window {
            from: clock::instant(self.first.and_time(NaiveTime::MIN))?,
            to: clock::instant(
                self.last
                    .checked_add_days(Days::new(1))?
                    .and_time(NaiveTime::MIN),
            )?,
        })
    }
}

/// What is watched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Watch {
    /// The policies.
    pub policies: Vec<Reference>,
    /// How many days back the latest decisions reach.
    pub days: u32,
}

/// Reference windows that are over do not change: they are counted once for a version's content.
type Known = BTreeMap<(usize, Arc<str>), Counted>;

impl Watch {
    /// Makes the figures anew until dropped.
    pub async fn run(self, app: App) {
        let mut known = Known::new();
        let mut ticks = tokio::time::interval(EVERY);
        loop {
            ticks.tick().await;
            if app.is_draining() {
                return;
            }
            self.once(&app, &mut known).await;
        }
    }

    /// Makes the figures once; for tests.
    #[doc(hidden)]
    pub async fn now(&self, app: &App) {
        self.once(app, &mut Known::new()).await;
    }

    async fn once(&self, app: &App, known: &mut Known) {
        let Some(log) = app.log() else {
            return;
        };
        let rules = app.rules();
        let mut figures = Vec::new();
        for (at, reference) in self.policies.iter().enumerate() {
            let policy = reference.policy.as_str();
            let live = rules.policy(policy).and_then(|versions| versions.live());
            let Some(loaded) = live else {
                tracing::warn!(policy, "no drift: the policy has no live version");
                continue;
            };
            match self.figures(app, log, loaded, (at, reference), known).await {
                Ok(found) => figures.push(found),
                Err(CountError::TooMany) => tracing::warn!(
                    policy,
                    most = super::MOST,
                    "no drift: a window holds too many decisions; take shorter ones"
                ),
                Err(CountError::Log(error)) => {
                    tracing::warn!(policy, code = error.code(), "no drift: the log is away");
                }
            }
        }
        app.metrics().drift().show(&figures);
    }

    async fn figures(
        &self,
        app: &App,
        log: &Store,
        loaded: &LoadedPolicy,
        (at, reference): (usize, &Reference),
        known: &mut Known,
    ) -> Result<Figures, CountError> {
        let stamp = loaded.policy.stamp();
        let scale = scale(loaded);
        let now = app.clock().now();
        let lately = Window {
            from: now
                .checked_sub_signed(TimeDelta::days(self.days.into()))
                .unwrap_or(now),
            // Another instance's clock may be ahead.
            to: DateTime::<Utc>::MAX_UTC,
        };
        let before = match (
            reference.window(),
            known.get(&(at, Arc::clone(&stamp.hash))),
        ) {
            (_, Some(counted)) => counted.clone(),
            (Some(window), None) => {
                let counted = count(log, loaded, &scale, window).await?;
                if window.to <= now {
                    known.retain(|(other, _), _| *other != at);
                    known.insert((at, Arc::clone(&stamp.hash)), counted.clone());
                }
                counted
            }
            (None, None) => Counted {
                tally: scale.tally(),
                other_versions: 0,
            },
        };
        let live = count(log, loaded, &scale, lately).await?;
        let shifts = scale.compare(&before.tally, &live.tally);
        let psi = shifts.iter().filter_map(|shift| {
            let psi = shift.psi?.to_string().parse().ok()?;
            Some((shift.subject.name().into(), psi))
        });
        Ok(Figures {
            policy: Arc::clone(&stamp.id),
            version: Arc::clone(&stamp.version),
            decisions: (before.tally.decisions(), live.tally.decisions()),
            psi: psi.collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Reference;

    #[test]
    fn references() {
        let read = |text: &str| text.parse::<Reference>();
        let window = read("p=2026-01-01..2026-03-31").unwrap().window().unwrap();
        assert_eq!(window.from.to_rfc3339(), "2026-01-01T06:00:00+00:00");
        assert_eq!(window.to.to_rfc3339(), "2026-04-01T06:00:00+00:00");
        assert!(read("p=2026-01-01..2026-01-01").is_ok());
        for bad in [
            "",
            "p",
            "p=",
            "=2026-01-01..2026-03-31",
            "p=2026-01-01",
            "p=2026-03-31..2026-01-01",
            "p=2026-02-30..2026-03-31",
        ] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }
}
