//! Names in sight while a closure is lowered.

use rhai::Dynamic;

use crate::tree::Type;

/// What of a decision is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// All of it.
    Whole,
    /// What it offers.
    Offer,
}

/// What a name stands for.
#[derive(Debug, Clone)]
pub(super) enum Binding {
    /// The applicant.
    Applicant,
    /// The band the score fell in.
    Band,
    /// What the policy decided, or its offer: the second parameter of an invariant.
    Decision(Part),
    /// A value bound by `let`.
    Local(usize, Type),
    /// A value of the script that was known when the policy was loaded.
    Static(Dynamic),
}

/// Names in sight, innermost last.
#[derive(Debug, Default)]
pub(super) struct Scope {
    names: Vec<(String, Binding)>,
}

impl Scope {
    pub(super) fn bind(&mut self, name: &str, binding: Binding) {
        self.names.push((name.to_owned(), binding));
    }

    pub(super) fn find(&self, name: &str) -> Option<&Binding> {
        self.names
            .iter()
            .rev()
            .find(|(n, _)| n == name)
            .map(|(_, binding)| binding)
    }

    /// How many names are in sight; to be handed to [`Self::leave`].
    pub(super) fn enter(&self) -> usize {
        self.names.len()
    }

    /// Forgets the names bound since `mark`.
    pub(super) fn leave(&mut self, mark: usize) {
        self.names.truncate(mark);
    }
}
