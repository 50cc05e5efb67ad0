//! How often one caller may ask.
//!
//! Counted by who the caller proved to be, never by an address: addresses can be shared and
//! forged. So only known callers take up memory, and those that went quiet are forgotten.

use std::{num::NonZeroU32, sync::Arc};

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use governor::{
    Quota, RateLimiter, clock::DefaultClock, middleware::StateInformationMiddleware,
    state::keyed::HashMapStateStore,
};

use crate::{
    access::Caller,
    problem::{Kind, Problem},
};

type Limiter =
    RateLimiter<Arc<str>, HashMapStateStore<Arc<str>>, DefaultClock, StateInformationMiddleware>;

/// Counts what callers ask.
#[derive(Debug)]
pub(crate) struct Rate {
    limiter: Limiter,
    quota: NonZeroU32,
}

/// Where a caller stands: what is left of how much a second.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Standing {
    quota: NonZeroU32,
    left: u32,
}

impl Rate {
    pub(crate) fn new(quota: NonZeroU32) -> Self {
        Self {
            limiter: RateLimiter::hashmap(Quota::per_second(quota)).with_middleware(),
            quota,
        }
    }

    /// Counts a request.
    pub(crate) fn count(&self, caller: &Caller) -> Result<Standing, Problem> {
        match self.limiter.check_key(&caller.shared_name()) {
            Ok(snapshot) => Ok(Standing {
                quota: self.quota,
                left: snapshot.remaining_burst_capacity(),
            }),
            Err(_) => Err(Problem::new(
                Kind::RateLimited,
                format!(
                    "this caller may ask {} times a second; nothing was done",
                    self.quota
                ),
            )),
        }
    }

    /// Where a caller stands who was refused.
    pub(crate) fn spent(&self) -> Standing {
        Standing {
            quota: self.quota,
            left: 0,
        }
    }

    /// Forgets callers that have been quiet.
    pub(crate) fn forget(&self) {
        self.limiter.retain_recent();
    }
}

impl Standing {
    /// Says it in the headers of an answer (`RateLimit-Policy` and `RateLimit`).
    pub(crate) fn tell(self, headers: &mut HeaderMap) {
        let Self { quota, left } = self;
        for (name, value) in [
            ("ratelimit-policy", format!("\"caller\";q={quota};w=1")),
            ("ratelimit", format!("\"caller\";r={left};t=1")),
        ] {
            if let Ok(value) = HeaderValue::from_str(&value) {
                headers.insert(HeaderName::from_static(name), value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::Roles;

    #[test]
    fn each_caller_has_a_measure_of_their_own() {
        let rate = Rate::new(NonZeroU32::new(2).unwrap());
        let (one, two) = (
            Caller::with_key("one", "1", Roles::all()),
            Caller::with_key("two", "2", Roles::all()),
        );
        let left: Vec<u32> = (0..2).map(|_| rate.count(&one).unwrap().left).collect();
        assert_eq!(left, [1, 0]);
        assert_eq!(rate.count(&one).unwrap_err().kind(), Kind::RateLimited);
        assert!(rate.count(&two).is_ok());
        // A key that replaces another does not double the measure.
        let rotated = Caller::with_key("one", "3", Roles::all());
        rate.count(&rotated).unwrap_err();
        let mut headers = HeaderMap::new();
        rate.spent().tell(&mut headers);
        assert_eq!(headers["ratelimit"], "\"caller\";r=0;t=1");
        assert_eq!(headers["ratelimit-policy"], "\"caller\";q=2;w=1");
    }

    #[test]
    fn callers_that_went_quiet_are_forgotten() {
        let rate = Rate::new(NonZeroU32::new(1000).unwrap());
        for n in 0..1000 {
            let name = format!("user-{n}");
            rate.count(&Caller::with_token(&name, Roles::all()))
                .unwrap();
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
        rate.forget();
        assert_eq!(rate.limiter.len(), 0);
    }
}
