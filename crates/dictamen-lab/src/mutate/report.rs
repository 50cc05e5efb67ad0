//! What became of all mutants of a policy.

use dictamen_engine::{Answer, Offer, Scratch};
use serde::Serialize;

use super::{Fate, change::Mutant, session::Session};
use crate::cases::{Difference, Prepared};

/// What became of all mutants of a policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Mutation {
    /// The policy's id.
    pub policy: String,
    /// The policy's version.
    pub version: String,
    /// Cases that were run against each mutant.
    pub cases: usize,
    /// Mutants made.
    pub total: usize,
    /// Those that a case's expectation kills.
    pub killed: usize,
    /// Those proven to answer everybody as the policy does.
    pub equivalent: usize,
    /// The others, in the order of the script.
    pub survivors: Vec<Survivor>,
    /// Why each equivalent one is equivalent.
    pub equivalents: Vec<Equivalent>,
}

/// A mutant that no expectation kills and that is not proven to be equivalent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Survivor {
    /// What was changed, as a sentence.
    pub mutant: String,
    /// The kind of change, a stable name.
    pub operator: &'static str,
    /// File of the policy's folder.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// Column, from 1.
    pub column: usize,
    /// A case that is answered otherwise and does not expect what changed.
    pub untold: Option<Untold>,
    /// A case that kills it.
    pub case: Option<WrittenCase>,
}

impl Survivor {
    /// Everything about it in one sentence.
    pub fn sentence(&self) -> String {
        format!("{} changes nothing that a case expects", self.mutant)
    }
}

/// A case that a mutant answers otherwise, where the case expects nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Untold {
    /// Path of the case within the policy folder.
    pub path: String,
    /// What differs: what the policy says (`expected`) and what the mutant says (`found`).
    pub differences: Vec<Difference>,
}

/// A case file that has been run: it passes with the policy and fails with the mutant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WrittenCase {
    /// Path within the policy folder.
    pub path: String,
    /// What the file holds.
    pub content: String,
}

/// A mutant proven to answer everybody as the policy does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Equivalent {
    /// What was changed, as a sentence.
    pub mutant: String,
    /// The kind of change, a stable name.
    pub operator: &'static str,
    /// File of the policy's folder.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// Why it is the same policy.
    pub why: String,
}

/// Puts the fates of all mutants together. Cases are written here, one after another, so that one
/// which kills several survivors is written once.
pub(super) fn report(
    session: &Session<'_>,
    mutants: &[Mutant],
    fates: Vec<(usize, Fate)>,
) -> Mutation {
    let mut found = Mutation {
        policy: session.policy.id().to_owned(),
        version: session.policy.version().to_owned(),
        cases: session.cases.len(),
        total: mutants.len(),
        killed: 0,
        equivalent: 0,
        survivors: Vec::new(),
        equivalents: Vec::new(),
    };
    let mut written: Vec<(WrittenCase, Prepared)> = Vec::new();
    for (mutant, (_, fate)) in mutants.iter().zip(fates) {
        let file = session.policy.path_of(mutant.place).unwrap_or_default();
        match fate {
            Fate::Killed => found.killed = found.killed.saturating_add(1),
            Fate::Equivalent(why) => {
                found.equivalent = found.equivalent.saturating_add(1);
                found.equivalents.push(Equivalent {
                    mutant: mutant.what.clone(),
                    operator: mutant.operator,
                    file: file.to_owned(),
                    line: mutant.place.line,
                    why,
                });
            }
            Fate::Survived { untold, witness } => {
                let changed = mutant.change.made(session.policy.declaration());
                let policy = session.policy.amended(changed);
                let untold = untold.zip(policy.as_ref());
                let untold = untold.and_then(|(case, policy)| untold_by(session, case, policy));
                let case = policy.as_ref().zip(witness).and_then(|(policy, witness)| {
                    let known = written
                        .iter()
                        .find(|(_, case)| !case.differences(policy).is_empty());
                    if let Some((known, _)) = known {
                        return Some(known.clone());
                    }
                    let new = session.write(mutant, policy, &witness, &written)?;
                    let case = new.0.clone();
                    written.push(new);
                    Some(case)
                });
                found.survivors.push(Survivor {
                    mutant: mutant.what.clone(),
                    operator: mutant.operator,
                    file: file.to_owned(),
                    line: mutant.place.line,
                    column: mutant.place.column,
                    untold,
                    case,
                });
            }
        }
    }
    found
}

fn untold_by(
    session: &Session<'_>,
    case: usize,
    policy: &dictamen_engine::Policy,
) -> Option<Untold> {
    let (case, before) = (session.cases.get(case)?, session.answers.get(case)?);
    let after = case.answer(policy, &mut Scratch::new());
    Some(Untold {
        path: case.path.clone(),
        differences: differences(before, &after),
    })
}

/// Where two answers differ, under the names that a case's `[expect]` has for it.
fn differences(before: &Answer, after: &Answer) -> Vec<Difference> {
    let (before, after) = (told(before), told(after));
    let names = before.iter().chain(&after).map(|(name, _)| name.clone());
    let mut names: Vec<String> = names.collect();
    names.sort_unstable();
    names.dedup();
    let value = |told: &[(String, String)], wanted: &str| {
        let found = told.iter().find(|(name, _)| name == wanted);
        found.map_or_else(|| "none".to_owned(), |(_, value)| value.clone())
    };
    let both = names.into_iter().map(|what| Difference {
        expected: value(&before, &what),
        found: value(&after, &what),
        what,
    });
    both.filter(|both| both.expected != both.found).collect()
}

fn told(answer: &Answer) -> Vec<(String, String)> {
    let mut told = vec![
        ("outcome".to_owned(), answer.outcome.name().to_owned()),
        ("stage".to_owned(), answer.stage.to_string()),
        ("reasons".to_owned(), list(answer.reasons.iter())),
        ("missing".to_owned(), list(answer.missing.iter())),
    ];
    told.extend(answer.score.map(|n| ("score".to_owned(), n.to_string())));
    told.extend(
        answer
            .band
            .iter()
            .map(|b| ("band".to_owned(), b.to_string())),
    );
    for (code, points) in answer.points.iter().flatten() {
        told.push((format!("points.{code}"), points.to_string()));
    }
    if let Some(offer) = &answer.offer {
        told.extend(terms(offer));
    }
    told
}

fn terms(offer: &Offer) -> Vec<(String, String)> {
    let optional = |text: Option<&str>| text.unwrap_or("none").to_owned();
    [
        ("amount", offer.amount.clone()),
        ("term_months", offer.term_months.to_string()),
        ("annual_rate", offer.annual_rate.clone()),
        ("monthly_payment", offer.monthly_payment.clone()),
        ("max_amount", optional(offer.max_amount.as_deref())),
        ("max_payment", optional(offer.max_payment.as_deref())),
        (
            "limiting_factor",
            optional(offer.limiting_factor.as_deref()),
        ),
    ]
    .into_iter()
    .map(|(name, value)| (format!("offer.{name}"), value))
    .collect()
}

fn list<'a>(items: impl Iterator<Item = &'a std::sync::Arc<str>>) -> String {
    let items: Vec<&str> = items.map(|item| &**item).collect();
    format!("[{}]", items.join(", "))
}
