//! What a policy reads of an applicant.

use std::collections::BTreeSet;

use dictamen_engine::{
    declaration::Declaration,
    tree::{Closure, NodeKind, visit},
};
use dictamen_model::characteristic::index_of;

/// What the engine itself reads wherever there is an offer.
const OFFERED: [&str; 2] = ["requested_amount", "requested_term_months"];
/// What it reads in any case.
const ALWAYS: &str = "human_review_requested";

/// Table positions of the characteristics that a policy reads, the engine's own among them.
pub fn needs(declaration: &Declaration) -> BTreeSet<usize> {
    let mut found: BTreeSet<usize> = index_of(ALWAYS).into_iter().collect();
    if declaration.offer.is_some() {
        found.extend(OFFERED.into_iter().filter_map(index_of));
    }
    for closure in closures(declaration) {
        visit(&closure.body, &mut |node| {
            if let NodeKind::Characteristic(index) = node.kind {
                found.insert(index);
            }
        });
    }
    found
}

/// Every closure of a policy.
pub(crate) fn closures(declaration: &Declaration) -> impl Iterator<Item = &Closure> {
    let rules = declaration.stages.iter().flat_map(|stage| &stage.rules);
    let card = declaration.scorecard.iter();
    let scored = card.flat_map(|card| &card.characteristics);
    let offer = declaration.offer.iter().map(|offer| &offer.closure);
    let rules = rules.map(|rule| &rule.condition);
    rules.chain(scored.map(|scored| &scored.input)).chain(offer)
}
