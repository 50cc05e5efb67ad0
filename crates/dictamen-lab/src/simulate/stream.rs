//! Takes pieces through on several threads and hands over what becomes of them in order.
//!
//! Whoever is free takes the next piece; what is finished waits until everything before it is. So
//! the result does not depend on how many threads there are, and no more pieces are in memory than
//! a few for each of them. Knows nothing of what a piece is.

use std::{
    collections::BTreeMap,
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    thread,
};

/// Pieces in memory for each thread: enough for one to be slow.
const AHEAD: u64 = 4;

/// What has been finished.
struct Finished<P, M, E> {
    waiting: BTreeMap<u64, P>,
    /// The piece that is next in order.
    next: u64,
    take: M,
    error: Option<E>,
    /// Nothing more is to be begun.
    stopped: bool,
}

/// Pulls pieces until there are none, has `jobs` threads work on them, each with a worker of its
/// own, and hands the results to `take` in the order of the pieces.
///
/// # Errors
///
/// The first that `pull` or `take` ends with; what was begun is not handed over then.
pub fn run<B, P, W, E>(
    jobs: usize,
    mut pull: impl FnMut() -> Result<Option<B>, E> + Send,
    worker: impl Fn() -> W + Sync,
    take: impl FnMut(P) -> Result<(), E> + Send,
) -> Result<(), E>
where
    B: Send,
    P: Send,
    E: Send,
    W: FnMut(B) -> P,
{
    let jobs = jobs.max(1);
    let window = u64::try_from(jobs).unwrap_or(1).saturating_mul(AHEAD);
    let mut pulled = 0_u64;
    // The number of a piece is given while it is pulled, by whoever holds the source.
    let source = Mutex::new(move || {
        let piece = pull()?;
        let number = pulled;
        pulled = pulled.saturating_add(1);
        Ok(piece.map(|piece| (number, piece)))
    });
    let finished = Mutex::new(Finished {
        waiting: BTreeMap::new(),
        next: 0,
        take,
        error: None,
        stopped: false,
    });
    let moved = Condvar::new();
    let mut begun = 0_u64;
    let begun = Mutex::new(&mut begun);
    thread::scope(|scope| {
        for _ in 0..jobs {
            scope.spawn(|| {
                let guard = Guard(&finished, &moved);
                let mut work = worker();
                loop {
                    let piece = {
                        let mut pull = lock(&source);
                        let mut begun = lock(&begun);
                        if !room(&finished, &moved, **begun, window) {
                            break;
                        }
                        **begun = begun.saturating_add(1);
                        pull()
                    };
                    match piece {
                        Ok(Some((number, piece))) => {
                            let part = work(piece);
                            hand_over(&finished, &moved, number, part);
                        }
                        Ok(None) => break,
                        Err(error) => {
                            stop(&finished, &moved, Some(error));
                            break;
                        }
                    }
                }
                drop(work);
                guard.done();
            });
        }
    });
    let finished = finished
        .into_inner()
        .unwrap_or_else(PoisonError::into_inner);
    finished.error.map_or(Ok(()), Err)
}

/// Waits until a piece of this number may be begun; `false` when none may.
fn room<P, M, E>(
    finished: &Mutex<Finished<P, M, E>>,
    moved: &Condvar,
    number: u64,
    window: u64,
) -> bool {
    let state = lock(finished);
    let full = |state: &mut Finished<P, M, E>| {
        !state.stopped && number >= state.next.saturating_add(window)
    };
    let state = moved.wait_while(state, full);
    !state.unwrap_or_else(PoisonError::into_inner).stopped
}

fn hand_over<P, M: FnMut(P) -> Result<(), E>, E>(
    finished: &Mutex<Finished<P, M, E>>,
    moved: &Condvar,
    number: u64,
    part: P,
) {
    let mut state = lock(finished);
    state.waiting.insert(number, part);
    while !state.stopped {
        let next = state.next;
        let Some(part) = state.waiting.remove(&next) else {
            break;
        };
        state.next = next.saturating_add(1);
        if let Err(error) = (state.take)(part) {
            state.error = Some(error);
            state.stopped = true;
        }
    }
    drop(state);
    moved.notify_all();
}

fn stop<P, M, E>(finished: &Mutex<Finished<P, M, E>>, moved: &Condvar, error: Option<E>) {
    let mut state = lock(finished);
    state.stopped = true;
    if state.error.is_none() {
        state.error = error;
    }
    drop(state);
    moved.notify_all();
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Stops the others when a thread does not come to its end, so that none waits for ever.
struct Guard<'s, P, M, E>(&'s Mutex<Finished<P, M, E>>, &'s Condvar);

impl<P, M, E> Guard<'_, P, M, E> {
    fn done(self) {
        std::mem::forget(self);
    }
}

impl<P, M, E> Drop for Guard<'_, P, M, E> {
    fn drop(&mut self) {
        stop(self.0, self.1, None);
    }
}

#[cfg(test)]
mod tests {
    use std::{
        sync::atomic::{AtomicU64, Ordering},
        time::Duration,
    };

    use super::*;

    fn through(jobs: usize, pieces: u64, fail_at: Option<u64>) -> (Result<(), u64>, Vec<u64>) {
        let mut taken = Vec::new();
        let mut at = 0_u64;
        let ended = run(
            jobs,
            || {
                at = at.saturating_add(1);
                if Some(at) == fail_at {
                    return Err(at);
                }
                Ok((at <= pieces).then_some(at))
            },
            || {
                |piece: u64| {
                    // Odd ones take longer, so that they come to their end out of order.
                    if piece % 2 == 1 {
                        thread::sleep(Duration::from_micros(300));
                    }
                    piece
                }
            },
            |piece| {
                taken.push(piece);
                Ok(())
            },
        );
        (ended, taken)
    }

    #[test]
    fn results_come_in_order_whatever_the_number_of_threads() {
        let all: Vec<u64> = (1..=200).collect();
        for jobs in [1, 2, 3, 8] {
            assert_eq!(through(jobs, 200, None), (Ok(()), all.clone()), "{jobs}");
        }
        assert_eq!(through(4, 0, None), (Ok(()), Vec::new()));
    }

    #[test]
    fn a_source_that_fails_ends_it() {
        let (ended, taken) = through(4, 200, Some(50));
        assert_eq!(ended, Err(50));
        let first: Vec<u64> = (1..50).collect();
        assert!(first.starts_with(&taken), "{taken:?}");
    }

    #[test]
    fn a_taker_that_fails_ends_it() {
        let mut at = 0_u64;
        let ended = run(
            4,
            || {
                at = at.saturating_add(1);
                Ok((at < 100_000).then_some(at))
            },
            || |piece| piece,
            |piece| if piece == 10 { Err("full") } else { Ok(()) },
        );
        assert_eq!(ended, Err("full"));
    }

    #[test]
    fn only_a_few_pieces_are_ever_in_memory() {
        let (pulled, taken) = (AtomicU64::new(0), AtomicU64::new(0));
        let most = AtomicU64::new(0);
        run(
            2,
            || {
                let n = pulled.fetch_add(1, Ordering::SeqCst);
                most.fetch_max(
                    n.saturating_sub(taken.load(Ordering::SeqCst)),
                    Ordering::SeqCst,
                );
                Ok::<_, ()>((n < 500).then_some(n))
            },
            || {
                |piece: u64| {
                    // The first is slow, and everybody else has to wait for it.
                    if piece == 0 {
                        thread::sleep(Duration::from_millis(100));
                    }
                }
            },
            |()| {
                taken.fetch_add(1, Ordering::SeqCst);
                Ok(())
            },
        )
        .unwrap();
        assert!(most.load(Ordering::SeqCst) <= AHEAD.saturating_mul(2).saturating_add(1));
    }
}
