//! Keeping below the firewall's limit by waiting for one's turn.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

const SPAN: Duration = Duration::from_secs(30);

/// The requests of the last 30 seconds.
#[derive(Debug)]
pub(crate) struct Throttle {
    limit: usize,
    turns: Mutex<VecDeque<Instant>>,
}

impl Throttle {
    /// So many requests in 30 seconds; zero for no limit.
    pub(crate) fn new(limit: u32) -> Self {
        Self {
            limit: usize::try_from(limit).unwrap_or(usize::MAX),
            turns: Mutex::default(),
        }
    }

    /// Waits until there is room for one more.
    pub(crate) async fn turn(&self) {
        let wait = self.book(Instant::now());
        tokio::time::sleep(wait).await;
    }

    /// Books the next turn that is free and tells how long it is until then.
    fn book(&self, now: Instant) -> Duration {
        if self.limit == 0 {
            return Duration::ZERO;
        }
        let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
        while turns.len() >= self.limit {
            let Some(oldest) = turns.pop_front() else {
                break;
            };
            let free = oldest.checked_add(SPAN).unwrap_or(now);
            if free > now {
                turns.push_back(free);
                return free.saturating_duration_since(now);
            }
        }
        turns.push_back(now);
        Duration::ZERO
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn any_30_seconds_see_no_more_than_the_limit() {
        let throttle = Throttle::new(3);
        let start = Instant::now();
        let mut turns: Vec<Duration> = (0..10).map(|_| throttle.book(start)).collect();
        turns.sort();
        let seconds: Vec<u64> = turns.iter().map(Duration::as_secs).collect();
        assert_eq!(seconds, [0, 0, 0, 30, 30, 30, 60, 60, 60, 90]);
        let later = start + Duration::from_secs(200);
        assert_eq!(throttle.book(later), Duration::ZERO);
    }
}
