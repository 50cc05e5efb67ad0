//! What time it is, given from outside so that a test can turn it.

use chrono::{DateTime, SubsecRound as _, Utc};

/// Tells the time. It may jump, forwards and back: order comes from the chain, not from here.
pub trait Clock: std::fmt::Debug + Send + Sync {
    /// Now.
    fn now(&self) -> DateTime<Utc>;
}

/// The machine's clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> DateTime<Utc> {
        Utc::now()
    }
}

/// To the microsecond, which is what both databases keep.
pub(crate) fn now(clock: &dyn Clock) -> DateTime<Utc> {
    clock.now().trunc_subsecs(6)
}
