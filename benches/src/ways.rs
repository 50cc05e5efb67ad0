//! The ways of deciding that are compared, and the test that they give the same answers.
//!
//! A way has its inputs made ready in its own form before it is timed; what is timed is a decision.

use crate::{
    answer::Answer,
    applicant::Applicant,
    by_hand::{ByHand, KnockOutsByHand},
    dictamen::{Decided, Evaluated},
    interpreter::{Closures, Interpreted},
};

/// One way of deciding the bench policy on the applicants it was made for.
pub trait Way {
    /// Decides on the applicant at a position and drops whatever comes out; this is timed.
    fn run(&mut self, at: usize);

    /// Decides in the same way and reads the answer; this is compared.
    fn answer(&mut self, at: usize) -> Answer;
}

/// How much of the policy a way decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// All of it.
    Policy,
    /// The knock-outs only.
    KnockOuts,
}

/// A way with its name.
pub struct Named<'a> {
    /// What tables call it.
    pub name: &'static str,
    /// How much it decides.
    pub part: Part,
    /// The way.
    pub way: Box<dyn Way + 'a>,
}

impl std::fmt::Debug for Named<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Named")
            .field("name", &self.name)
            .field("part", &self.part)
            .finish_non_exhaustive()
    }
}

/// Name of the row all others of the policy are compared with.
pub const BY_HAND: &str = "hand-written Rust, no trace";
/// Name of the row that rivals are compared with.
pub const DICTAMEN: &str = "dictamen, evaluated with trace";
/// The same two for the knock-outs.
pub const KNOCK_OUTS_BY_HAND: &str = "knock-outs: hand-written Rust, no trace";
/// See [`KNOCK_OUTS_BY_HAND`].
pub const KNOCK_OUTS_DICTAMEN: &str = "knock-outs: dictamen, evaluated with trace";

impl<'a> Named<'a> {
    /// A way of deciding the whole policy.
    pub fn policy(name: &'static str, way: impl Way + 'a) -> Self {
        Self {
            name,
            part: Part::Policy,
            way: Box::new(way),
        }
    }

    /// A way of deciding the knock-outs.
    pub fn knock_outs(name: &'static str, way: impl Way + 'a) -> Self {
        Self {
            name,
            part: Part::KnockOuts,
            way: Box::new(way),
        }
    }
}

/// Every way there is in this build, those of the whole policy first.
pub fn all(applicants: &[Applicant]) -> Vec<Named<'_>> {
    let mut ways = vec![
        Named::policy(BY_HAND, ByHand(applicants)),
        Named::policy(DICTAMEN, Evaluated::policy(applicants)),
        Named::policy("dictamen, decision built", Decided::policy(applicants)),
        Named::policy(
            "Rhai's interpreter, one script",
            Interpreted::new(applicants),
        ),
        Named::policy(
            "Rhai's interpreter, closures called from Rust",
            Closures::new(applicants),
        ),
        Named::knock_outs(KNOCK_OUTS_BY_HAND, KnockOutsByHand(applicants)),
        Named::knock_outs(KNOCK_OUTS_DICTAMEN, Evaluated::knock_outs(applicants)),
    ];
    #[cfg(feature = "peers")]
    ways.extend(crate::peers::all(applicants));
    ways.sort_by_key(|named| named.part);
    ways
}

/// Checks that all ways answer as Dictamen's decision does, on every applicant.
///
/// # Panics
///
/// With the first difference: nothing that decides otherwise is worth timing.
pub fn assert_agreement(applicants: &[Applicant], ways: &mut [Named<'_>]) {
    let mut decided = Decided::policy(applicants);
    for (at, applicant) in applicants.iter().enumerate() {
        let whole = decided.answer(at);
        for Named { name, part, way } in &mut *ways {
            let expected = match part {
                Part::Policy => whole,
                Part::KnockOuts => whole.knock_outs(),
            };
            assert_eq!(
                way.answer(at),
                expected,
                "{name}, applicant {at}: {applicant:?}"
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::{
        answer::{CODES, Codes},
        applicant::applicants,
    };

    #[test]
    fn all_ways_agree() {
        let applicants = applicants();
        assert_agreement(&applicants, &mut all(&applicants));
    }

    /// Agreement on applicants who are all alike would say nothing.
    #[test]
    fn the_applicants_meet_every_end_of_the_policy() {
        let applicants = applicants();
        let mut ways = all(&applicants);
        let answers: Vec<Answer> = (0..applicants.len())
            .map(|at| ways[0].way.answer(at))
            .collect();
        for code in CODES {
            let alone = Codes::named([code]).unwrap();
            let met = answers.iter().any(|a| a.codes.and(alone) == a.codes);
            assert!(met, "{code} is never met");
        }
        let mut ends = BTreeMap::new();
        for answer in &answers {
            *ends
                .entry((answer.outcome.name(), answer.band))
                .or_insert(0_usize) += 1;
        }
        for band in "ABCDE".chars() {
            assert!(ends.keys().any(|(_, met)| *met == Some(band)), "{ends:?}");
        }
        let scored = answers.iter().filter(|a| a.score.is_some()).count();
        assert!((550..=750).contains(&scored), "{scored} scored: {ends:?}");
        let missing = applicants
            .iter()
            .filter(|a| a.fields().iter().any(|(_, value)| value.is_missing()))
            .count();
        assert!(missing > 300, "{missing} with something missing");
    }
}
