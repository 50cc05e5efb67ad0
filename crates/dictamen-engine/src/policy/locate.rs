//! Finding in a script what a declaration only knows as a whole: the entries of a list of bins.

use crate::{PolicySource, Span, text::Texts, tree::Place};

/// Finds places in the files of a policy. Places are those of the policy loaded from them.
pub struct Locator {
    texts: Texts,
}

impl std::fmt::Debug for Locator {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Locator").finish_non_exhaustive()
    }
}

impl Locator {
    /// In these files.
    pub fn new(source: &PolicySource) -> Self {
        Self {
            texts: Texts::new(source),
        }
    }

    /// An argument of the call at a place, counted from 0; the call when it has no such argument.
    pub fn argument(&self, call: Place, index: usize) -> Place {
        self.texts.argument(call, index)
    }

    /// An entry of the list that is written at a place, counted from 0; the place when no list is
    /// written there.
    pub fn entry(&self, list: Place, index: usize) -> Place {
        self.texts.entry(list, index)
    }

    /// What stands at a place; `None` when the place is not known.
    pub fn span(&self, place: Place) -> Option<Span> {
        self.texts.span(place)
    }
}
