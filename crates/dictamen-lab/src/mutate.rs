//! Mutation testing of a policy: what its cases would not notice.
//!
//! A *mutant* is the policy with one small mistake made on purpose: a threshold moved by one step, a
//! `<` that became `<=`, a rule dropped, a bin with one point more. The ordinary engine decides every
//! case with every mutant. A case *kills* a mutant when what the case **expects** is no longer what is
//! decided: expectations as they are written count, because they are what fails when somebody makes
//! that mistake for real. What a case could have told and does not expect is reported beside it.
//!
//! A mutant that is decided the same for everybody is *equivalent*, and is called so only with a proof,
//! never because a search found nothing. Whatever is left is a *survivor*, with a case that would kill
//! it where one was found; that case has been decided by both before it is shown.

mod change;
mod enumerate;
mod prove;
mod report;
mod search;
mod session;
mod step;
mod trees;
mod write;

use std::{
    num::NonZeroUsize,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use dictamen_engine::{Policy, PolicySource};
use dictamen_model::Parameters;

pub(crate) use change::{At, closure, closure_mut, closures};
pub(crate) use prove::{attainable, within};
pub use report::{Equivalent, Mutation, Survivor, Untold, WrittenCase};

use change::Mutant;
use prove::{Prover, Same};
use search::Witness;
use session::Session;

/// What became of one mutant.
enum Fate {
    Killed,
    Equivalent(String),
    Survived {
        /// The first case that is answered otherwise, by position.
        untold: Option<usize>,
        witness: Option<Witness>,
    },
}

/// Makes every mutant of a policy and runs all cases against it, on `jobs` threads. The result does
/// not depend on their number. `policy` is the policy loaded from `source`.
///
/// A case that the policy itself fails, or that cannot be run, kills nothing; run the cases first.
pub fn run(
    policy: &Policy,
    source: &PolicySource,
    parameters: &Parameters,
    jobs: NonZeroUsize,
) -> Mutation {
    let session = Session::new(policy, source, parameters);
    let mutants = enumerate::mutants(policy.declaration());
    let prover = Prover::new(policy.declaration());
    let next = AtomicUsize::new(0);
    let fates: Mutex<Vec<(usize, Fate)>> = Mutex::default();
    thread::scope(|scope| {
        for _ in 0..jobs.get().min(mutants.len().max(1)) {
            scope.spawn(|| {
                let mut own = Vec::new();
                let mut last = 0;
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    let Some(mutant) = mutants.get(at) else { break };
                    own.push((at, fate(&session, &prover, mutant, &mut last)));
                }
                if let Ok(mut fates) = fates.lock() {
                    fates.append(&mut own);
                }
            });
        }
    });
    let mut fates = fates.into_inner().unwrap_or_default();
    fates.sort_unstable_by_key(|(at, _)| *at);
    report::report(&session, &mutants, fates)
}

/// `last` is the case that killed last, which is tried first.
fn fate(session: &Session<'_>, prover: &Prover<'_>, mutant: &Mutant, last: &mut usize) -> Fate {
    let changed = mutant.change.made(session.policy.declaration());
    let Some(policy) = session.policy.amended(changed.clone()) else {
        return Fate::Killed;
    };
    let untold = match session.look(&policy, last) {
        session::Look::Killed => return Fate::Killed,
        session::Look::Survived { untold } => untold,
    };
    if let Some(case) = untold {
        return Fate::Survived {
            untold,
            witness: Some(Witness {
                case,
                changed: Vec::new(),
            }),
        };
    }
    match prover.prove(mutant, &changed) {
        Ok(Same(why)) => Fate::Equivalent(why),
        Err(hints) => Fate::Survived {
            untold,
            witness: session.search(&policy, mutant, &hints),
        },
    }
}

#[cfg(test)]
mod tests;
