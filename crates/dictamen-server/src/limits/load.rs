//! Requests that are worked on at the same time, and the memory their bodies take up.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::Limits;
use crate::problem::{Kind, Problem};

/// What the service has room for.
#[derive(Debug)]
pub(crate) struct Load {
    requests: Arc<Semaphore>,
    kib: Arc<Semaphore>,
}

/// A request that is worked on. What it holds is free again when it is dropped.
#[derive(Debug, Clone)]
pub(crate) struct InFlight(Arc<Held>);

#[derive(Debug)]
struct Held {
    _request: OwnedSemaphorePermit,
    kib: Arc<Semaphore>,
    body: Mutex<Option<OwnedSemaphorePermit>>,
}

impl Load {
    pub(crate) fn new(limits: &Limits) -> Self {
        let room = |count: usize| Arc::new(Semaphore::new(count.min(Semaphore::MAX_PERMITS)));
        Self {
            requests: room(limits.requests.max(1)),
            // One body of the largest size always has room.
            kib: room(kib(limits.memory.max(limits.body_bytes)).saturating_add(1)),
        }
    }

    /// Begins a request.
    pub(crate) fn begin(&self) -> Result<InFlight, Problem> {
        let request = Arc::clone(&self.requests).try_acquire_owned();
        let request = request.map_err(|_| {
            Problem::new(
                Kind::Overloaded,
                "it works on as many requests as it takes at the same time; nothing was done",
            )
        })?;
        Ok(InFlight(Arc::new(Held {
            _request: request,
            kib: Arc::clone(&self.kib),
            body: Mutex::new(None),
        })))
    }
}

impl InFlight {
    /// Makes room for a body that has come to `bytes` by now.
    pub(crate) fn grow(&self, bytes: usize) -> Result<(), Problem> {
        let mut body = self.0.body.lock().unwrap_or_else(PoisonError::into_inner);
        let held = body.as_ref().map_or(0, OwnedSemaphorePermit::num_permits);
        let more = kib(bytes).saturating_sub(held);
        let more = Arc::clone(&self.0.kib)
            .try_acquire_many_owned(u32::try_from(more).unwrap_or(u32::MAX))
            .map_err(|_| {
                Problem::new(
                    Kind::Overloaded,
                    "the bodies it works on fill the memory it takes; nothing was done",
                )
            })?;
        match body.as_mut() {
            Some(held) => held.merge(more),
            None => *body = Some(more),
        }
        Ok(())
    }
}

fn kib(bytes: usize) -> usize {
    bytes.div_ceil(1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(requests: usize, memory: usize) -> Load {
        Load::new(&Limits {
            requests,
            memory,
            body_bytes: 1024,
            ..Limits::default()
        })
    }

    #[test]
    fn one_more_than_there_is_room_for_is_refused_and_room_comes_back() {
        let load = load(2, 1024);
        let first = load.begin().unwrap();
        let second = load.begin().unwrap();
        assert_eq!(load.begin().unwrap_err().kind(), Kind::Overloaded);
        // Handed on to a handler it is still the same request.
        let kept = second.clone();
        drop(second);
        load.begin().unwrap_err();
        drop((first, kept));
        assert!(load.begin().is_ok());
    }

    #[test]
    fn bodies_share_their_memory() {
        let load = load(9, 4 * 1024);
        let (one, two) = (load.begin().unwrap(), load.begin().unwrap());
        for bytes in [1, 1000, 1024, 2048] {
            one.grow(bytes).unwrap();
        }
        two.grow(3 * 1024).unwrap();
        assert_eq!(two.grow(3 * 1024 + 1).unwrap_err().kind(), Kind::Overloaded);
        drop(one);
        two.grow(4 * 1024).unwrap();
    }
}
