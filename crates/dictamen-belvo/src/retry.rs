//! What is tried again, how often and after which wait: Belvo's recommendation, with jitter.
//!
//! Written here and not taken from a library: which error is tried how often is the whole of it, and
//! the libraries looked at (backon, tokio-retry) bring the loop around that.

use std::time::Duration;

use crate::error::{Error, Kind};

/// What a request does at Belvo, as far as trying it again is concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Effect {
    /// Reads what Belvo has, or does what can be done twice.
    Repeatable,
    /// Makes Belvo log in at an institution, which counts the logins.
    LogsIn,
}

/// How often and after how long something is tried again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retry {
    /// The wait before the first repetition; each further one waits twice as long.
    pub base: Duration,
    /// Repetitions after an answer of 500 or more, or none.
    pub times: u32,
    /// Repetitions after `unexpected_error` and `request_timeout`.
    pub unexpected: u32,
    /// Repetitions of what makes Belvo log in at an institution: the IMSS takes three logins with one
    /// CURP a day.
    pub logins: u32,
    /// The wait after `too_many_sessions`.
    pub sessions: Duration,
}

impl Default for Retry {
    /// 3, 6, 12, 24 and 48 seconds.
    fn default() -> Self {
        Self {
            base: Duration::from_secs(3),
            times: 5,
            unexpected: 3,
            logins: 1,
            sessions: Duration::from_mins(2),
        }
    }
}

impl Retry {
    /// No repetitions.
    pub fn never() -> Self {
        Self {
            times: 0,
            ..Self::default()
        }
    }

    /// How long to wait before trying again after so many attempts, the first included; `None` when
    /// it is not to be tried again. Without jitter.
    pub(crate) fn wait(&self, attempts: u32, effect: Effect, error: &Error) -> Option<Duration> {
        let doubled =
            |base: Duration| base.saturating_mul(2_u32.saturating_pow(attempts.saturating_sub(1)));
        let (allowed, wait) = match &error.kind {
            Kind::Refused(refused) if refused.code() == "too_many_sessions" => {
                (self.times, self.sessions)
            }
            Kind::Refused(refused) if refused.code() == "unexpected_error" => {
                (self.unexpected.min(self.times), doubled(self.base))
            }
            Kind::Refused(refused) if refused.status == 408 => {
                (self.unexpected.min(self.times), doubled(self.base))
            }
            Kind::Refused(refused) if refused.status >= 500 => (self.times, doubled(self.base)),
            Kind::Empty { status } | Kind::NotJson { status } if *status >= 500 => {
                (self.times, doubled(self.base))
            }
            Kind::Unreachable => (self.times, doubled(self.base)),
            // Whether it was done is not known; a login must not be wasted on finding out.
            Kind::TimedOut | Kind::Cut if effect == Effect::Repeatable => {
                (self.times, doubled(self.base))
            }
            Kind::Throttled => (self.times, doubled(self.base.saturating_mul(4))),
            _ => return None,
        };
        let allowed = match effect {
            Effect::Repeatable => allowed,
            Effect::LogsIn => allowed.min(self.logins),
        };
        (attempts <= allowed).then_some(wait)
    }
}

/// A wait between three and five quarters of the given one, so that many callers do not return at
/// once.
pub(crate) fn jitter(wait: Duration) -> Duration {
    let half = wait.checked_div(2).unwrap_or(wait);
    let quarter = wait.checked_div(4).unwrap_or_default();
    let millis = u64::try_from(half.as_millis()).unwrap_or(u64::MAX);
    let more = Duration::from_millis(fastrand::u64(0..=millis));
    wait.saturating_sub(quarter).saturating_add(more)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Refused;

    fn waits(kind: &Kind, effect: Effect) -> Vec<u64> {
        let error = Error::new("test", kind.clone());
        (1..20)
            .map_while(|attempts| Retry::default().wait(attempts, effect, &error))
            .map(|wait| wait.as_secs())
            .collect()
    }

    fn refused(status: u16, code: &str) -> Kind {
        let body = format!(r#"[{{"code":"{code}","message":"m","request_id":"r"}}]"#);
        Kind::Refused(Refused::read(status, body.as_bytes()).unwrap())
    }

    #[test]
    fn belvo_s_recommendation() {
        let repeatable = |kind| waits(&kind, Effect::Repeatable);
        assert_eq!(
            repeatable(refused(500, "service_unavailable")),
            [3, 6, 12, 24, 48]
        );
        assert_eq!(repeatable(refused(500, "unexpected_error")), [3, 6, 12]);
        assert_eq!(repeatable(refused(408, "request_timeout")), [3, 6, 12]);
        assert_eq!(repeatable(refused(400, "too_many_sessions")), [120; 5]);
        assert_eq!(repeatable(Kind::Unreachable).len(), 5);
        assert_eq!(repeatable(Kind::Empty { status: 502 }).len(), 5);
        for never in [
            refused(400, "login_error"),
            refused(401, "authentication_failed"),
            refused(403, "forbidden_by_host"),
            refused(404, "not_found"),
            refused(409, "link_refreshed"),
            Kind::Firewall { status: 403 },
            Kind::Empty { status: 200 },
            Kind::TooLarge,
        ] {
            assert_eq!(repeatable(never), [0_u64; 0]);
        }
    }

    #[test]
    fn logins_are_spared() {
        assert_eq!(
            waits(&refused(500, "unexpected_error"), Effect::LogsIn),
            [3]
        );
        assert_eq!(waits(&Kind::Unreachable, Effect::LogsIn), [3]);
        assert_eq!(waits(&Kind::TimedOut, Effect::LogsIn), [0_u64; 0]);
    }

    #[test]
    fn jitter_stays_near() {
        for _ in 0..1_000 {
            let wait = jitter(Duration::from_secs(4)).as_millis();
            assert!((3_000..=5_000).contains(&wait));
        }
        assert_eq!(jitter(Duration::ZERO), Duration::ZERO);
    }
}
