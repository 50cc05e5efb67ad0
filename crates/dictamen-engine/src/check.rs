//! Finds what loads and is still a mistake: rules that can never fire, bins that no value reaches,
//! values that may be missing where nobody thought of it.
//!
//! A walk over the typed trees of a policy whose declarations make sense. It knows nothing of
//! applicants and nothing of scripts, and never changes what a policy decides.

mod case;
mod compute;
mod interval;
mod missing;
mod reason;
mod rules;
mod score;
mod values;

use crate::{Diagnostic, declaration::Declaration, text::Texts};

pub(crate) use score::{Reach, reach};

/// Looks at a policy in which no error was found.
pub(crate) fn check(
    declaration: &Declaration,
    texts: &Texts,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let world = reason::World::new(declaration);
    rules::check(&world, declaration, texts, diagnostics);
    score::check(&world, declaration, texts, diagnostics);
}

#[cfg(test)]
mod tests;
