//! Finds what loads and is still a mistake: rules that can never fire, bins that no value reaches,
//! values that may be missing where nobody thought of it.
//!
//! A walk over the typed trees of a policy whose declarations make sense. It knows nothing of
//! applicants and nothing of scripts, and never changes what a policy decides.

mod case;
mod compute;
mod dated;
mod division;
pub(crate) mod foresee;
mod interval;
mod missing;
mod prove;
mod reason;
mod rules;
mod score;
mod unused;
mod values;

use crate::{Diagnostic, PolicySource, declaration::Declaration, text::Texts, tree::Closure};

pub use dated::ending;
pub use prove::{Applicants, Comes, Reasoning};
pub(crate) use score::{Reach, reach};

/// Looks at a policy in which no error was found.
pub(crate) fn check(
    declaration: &Declaration,
    source: &PolicySource,
    texts: &Texts,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let world = reason::World::new(declaration);
    rules::check(&world, declaration, texts, diagnostics);
    score::check(&world, declaration, texts, diagnostics);
    division::check(&world, declaration, texts, diagnostics);
    unused::check(declaration, source, texts, diagnostics);
}

/// Every closure of a policy.
fn closures(declaration: &Declaration) -> impl Iterator<Item = &Closure> {
    let rules = declaration.stages.iter().flat_map(|stage| &stage.rules);
    let scored = declaration
        .scorecard
        .iter()
        .flat_map(|s| &s.characteristics);
    let offer = declaration.offer.iter().map(|offer| &offer.closure);
    rules
        .map(|rule| &rule.condition)
        .chain(scored.map(|scored| &scored.input))
        .chain(offer)
}
