//! How much more two threads decide than one, when they share a compiled policy.
//!
//! One and two threads take turns. Each thread has its own scratch; everything else is shared. The
//! same is measured with the hand-written policy, which shares nothing: where that falls short of
//! two, the machine does.

use std::{
    hint,
    sync::atomic::{AtomicUsize, Ordering},
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
///
/// They work before that as well, and wait without sleeping: two threads that just woke up may find
/// themselves on one core for longer than a turn lasts.
fn turn<W: FnMut() + Send>(threads: Vec<W>, least: Duration) -> u128 {
    let all = threads.len();
    let ready = AtomicUsize::new(0);
    let (warm, least) = (least.saturating_mul(5), least.saturating_mul(25));
    thread::scope(|scope| {
        let started: Vec<_> = threads
            .into_iter()
            .map(|mut work| {
                let ready = &ready;
                scope.spawn(move || {
                    rate(&mut work, warm);
                    ready.fetch_add(1, Ordering::AcqRel);
                    while ready.load(Ordering::Acquire) < all {
                        hint::spin_loop();
                    }
                    rate(&mut work, least)
                })
            })
            .collect();
        let rates = started.into_iter().map(|thread| thread.join().unwrap_or(0));
        rates.fold(0, u128::saturating_add)
    })
}

/// Runs in a thousand seconds, told by those in a time.
fn rate(work: &mut impl FnMut(), least: Duration) -> u128 {
    let start = Instant::now();
    let mut runs = 0_u128;
    while start.elapsed() < least {
        work();
        runs = runs.saturating_add(1);
    }
    runs.saturating_mul(1_000_000_000_000)
        .checked_div(start.elapsed().as_nanos())
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How much two threads do depends on who else is using the machine; that they work does not.
    #[test]
    fn one_thread_works_and_then_two() {
        let works: Vec<AtomicUsize> = (0..6).map(|_| AtomicUsize::new(0)).collect();
        let mut made = works.iter();
        let effort = Effort {
            rounds: 8,
            turn: Duration::from_micros(40),
        };
        let ratio = two_to_one(effort, || {
            let work = made.next().unwrap();
            move || {
                work.fetch_add(1, Ordering::Relaxed);
            }
        });
        assert!(ratio > 0);
        // Before all are ready, and then.
        assert!(works.iter().all(|work| work.load(Ordering::Relaxed) > 1));
    }
}
