//! Cases: applicants told apart by what a condition needs to know of them.
//!
//! A case says which values each characteristic can have; a list of cases stands for every
//! applicant who is in one of them. A list never leaves an applicant out who is possible.

use std::collections::BTreeMap;

use super::values::Values;
use crate::tree::Node;

/// Cases told apart at once. With more of them they are put together, which says less and stays
/// true.
const MOST: usize = 64;

/// Which values characteristics have, where it is less than what they are declared to have.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Case {
    pub(super) narrowed: BTreeMap<usize, Values>,
    /// What computed values are known to be, by the node that computes them: a node of one closure
    /// comes to one value for one applicant.
    pub(super) computed: BTreeMap<usize, Values>,
}

/// What a node is known by.
pub(super) fn key(node: &Node) -> usize {
    std::ptr::from_ref(node).addr()
}

impl Case {
    /// The same case with other values of a characteristic.
    pub(super) fn with(&self, index: usize, values: Values) -> Self {
        let mut case = self.clone();
        case.narrowed.insert(index, values);
        case
    }

    /// The same case with other values of something computed.
    pub(super) fn knowing(&self, node: &Node, values: Values) -> Self {
        let mut case = self.clone();
        case.computed.insert(key(node), values);
        case
    }

    /// Whether every applicant of another case is in it.
    pub(super) fn covers(&self, other: &Self) -> bool {
        covers(&self.narrowed, &other.narrowed) && covers(&self.computed, &other.computed)
    }

    /// The case of exactly those who are in one of two cases, where there is one: one lies in the
    /// other, or they differ in one characteristic alone.
    pub(super) fn exactly_with(&self, other: &Self) -> Option<Self> {
        if self.covers(other) {
            return Some(self.clone());
        }
        if other.covers(self) {
            return Some(other.clone());
        }
        if self.computed != other.computed || self.narrowed.len() != other.narrowed.len() {
            return None;
        }
        let mut unlike = None;
        for ((index, one), (at, two)) in self.narrowed.iter().zip(&other.narrowed) {
            if index != at || (one != two && unlike.is_some()) {
                return None;
            }
            if one != two {
                unlike = Some((*index, one.exactly_with(two)?));
            }
        }
        unlike.map(|(index, values)| self.with(index, values))
    }

    fn join(self, other: &Self) -> Self {
        Self {
            narrowed: join(self.narrowed, &other.narrowed),
            computed: join(self.computed, &other.computed),
        }
    }
}

type Known = BTreeMap<usize, Values>;

fn covers(one: &Known, other: &Known) -> bool {
    one.iter().all(|(index, values)| {
        let others = other.get(index);
        others.is_some_and(|others| values.covers(others))
    })
}

fn join(mut one: Known, other: &Known) -> Known {
    one.retain(|index, values| {
        let others = other.get(index);
        if let Some(others) = others {
            *values = values.join(others);
        }
        others.is_some()
    });
    one
}

/// The same applicants in fewer cases.
pub(super) fn fewer(cases: Vec<Case>) -> Vec<Case> {
    let mut kept: Vec<Case> = Vec::new();
    if cases.len() <= MOST.saturating_mul(8) {
        for case in cases {
            if !kept.iter().any(|other| other.covers(&case)) {
                kept.retain(|other| !case.covers(other));
                kept.push(case);
            }
        }
    } else {
        kept = cases;
    }
    if kept.len() <= MOST {
        return kept;
    }
    kept.into_iter()
        .reduce(|one, other| one.join(&other))
        .into_iter()
        .collect()
}

/// Whether there are more of anything than are told apart.
pub(super) fn too_many(count: usize) -> bool {
    count > MOST
}
