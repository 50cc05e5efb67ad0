//! How much more two threads decide than one, when they share a compiled policy.
//!
//! One and two threads take turns. Each thread has its own scratch; everything else is shared. The
//! same is measured with the hand-written policy, which shares nothing: where that falls short of
//! two, the machine does.

use std::{
    sync::Barrier,
    thread,
    time::{Duration, Instant},
};

use crate::measure::{Effort, hundredths};

/// Throughput of two threads in hundredths of that of one: the median of its turns.
///
/// `work` makes what a thread does in a turn; it is called once for each thread and turn.
pub fn two_to_one<W: FnMut() + Send>(effort: Effort, mut work: impl FnMut() -> W) -> u128 {
    let rounds = effort.rounds.div_ceil(4);
    let mut ratios: Vec<u128> = (0..rounds)
        .map(|_| {
            let one = turn(vec![work()], effort.turn);
            let two = turn(vec![work(), work()], effort.turn);
            hundredths(two, one)
        })
        .collect();
    ratios.sort_unstable();
    ratios.get(ratios.len() / 2).copied().unwrap_or(0)
}

/// What all threads together do in a time: each begins when all are ready, works for some time,
/// and counts for as long as it worked itself.
fn turn<W: FnMut() + Send>(threads: Vec<W>, least: Duration) -> u128 {
    let ready = Barrier::new(threads.len());
    let least = least.saturating_mul(10);
    thread::scope(|scope| {
        let started: Vec<_> = threads
            .into_iter()
            .map(|mut work| {
                let ready = &ready;
                scope.spawn(move || {
                    work();
                    ready.wait();
                    let start = Instant::now();
                    let mut runs = 0_u128;
                    while start.elapsed() < least {
                        work();
                        runs = runs.saturating_add(1);
                    }
                    let nanos = start.elapsed().as_nanos();
                    runs.saturating_mul(1_000_000_000_000)
                        .checked_div(nanos)
                        .unwrap_or(0)
                })
            })
            .collect();
        let rates = started.into_iter().map(|thread| thread.join().unwrap_or(0));
        rates.fold(0, u128::saturating_add)
    })
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    /// How much two threads do depends on who else is using the machine; that they work does not.
    #[test]
    fn one_thread_works_and_then_two() {
        let works: Vec<AtomicUsize> = (0..6).map(|_| AtomicUsize::new(0)).collect();
        let mut made = works.iter();
        let effort = Effort {
            rounds: 8,
            turn: Duration::from_micros(10),
        };
        let ratio = two_to_one(effort, || {
            let work = made.next().unwrap();
            move || {
                work.fetch_add(1, Ordering::Relaxed);
            }
        });
        assert!(ratio > 0);
        // Once before all are ready, and then at least once.
        assert!(works.iter().all(|work| work.load(Ordering::Relaxed) > 1));
    }
}
