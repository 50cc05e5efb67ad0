//! How a flip is shared among the edits that led to it, after Shapley: each edit gets what it adds,
//! averaged over the orders in which edits can be made. The shares of one applicant add up to one.

use std::{collections::BTreeMap, sync::Arc};

use dictamen_engine::{Outcome, Policy, Scratch};
use dictamen_model::characteristic::Characteristics;

use super::{Diff, try_out::Chance};

/// Up to so many edits, every order is looked at; of more, [`ORDERS`] orders.
pub const EXACT_EDITS: usize = 6;
/// Edits among which flips are shared at all.
pub const MOST_EDITS: usize = 32;
/// Orders that are looked at where there are too many: half of them, and each backwards.
const ORDERS: usize = 16;

/// The partly edited policies between two.
#[derive(Debug)]
pub struct Shares {
    edits: usize,
    /// By which edits are made, a bit for each; neither none nor all.
    between: BTreeMap<u64, Arc<Policy>>,
    /// Orders of edits; empty where all are looked at.
    orders: Vec<Vec<usize>>,
}

impl Shares {
    /// Makes what flips are to be shared by. With more than [`MOST_EDITS`] edits, or none, nothing is
    /// shared.
    pub fn new(before: &Policy, diff: &Diff) -> Self {
        let edits = diff.edits.len();
        let mut shares = Self {
            edits: if edits > MOST_EDITS { 0 } else { edits },
            between: BTreeMap::new(),
            orders: Vec::new(),
        };
        if shares.edits > EXACT_EDITS {
            shares.orders = orders(shares.edits);
        }
        for made in shares.sets() {
            let chosen = |at: usize| made & bit(at) != 0;
            if let Some(policy) = diff.policy(before, &chosen) {
                shares.between.insert(made, Arc::new(policy));
            }
        }
        shares
    }

    /// Sets of edits that are asked for, neither none nor all.
    fn sets(&self) -> Vec<u64> {
        let all = self.all();
        if self.orders.is_empty() {
            return (1..all).collect();
        }
        let mut sets: Vec<u64> = Vec::new();
        for order in &self.orders {
            let mut made = 0;
            for edit in order {
                made |= bit(*edit);
                if made != all {
                    sets.push(made);
                }
            }
        }
        sets.sort_unstable();
        sets.dedup();
        sets
    }

    /// All edits.
    fn all(&self) -> u64 {
        (0..self.edits).fold(0, |all, at| all | bit(at))
    }

    /// How many edits flips are shared among; 0 when there are too many of them.
    pub fn edits(&self) -> usize {
        self.edits
    }

    /// Whether every order of edits is looked at, or only some.
    pub fn is_exact(&self) -> bool {
        self.orders.is_empty()
    }

    /// What one whole applicant is.
    pub fn whole(&self) -> i64 {
        if self.orders.is_empty() {
            factorial(self.edits)
        } else {
            i64::try_from(self.orders.len()).unwrap_or(1)
        }
    }

    /// Shares an applicant whose outcome the first policy says to be `from` and the second `to`:
    /// what each edit gets, in parts of [`whole`](Self::whole).
    pub(crate) fn share(
        &self,
        facts: &Characteristics,
        from: Outcome,
        to: Outcome,
        scratch: &mut Scratch,
        out: &mut Vec<i64>,
    ) {
        out.clear();
        out.resize(self.edits, 0);
        let all = self.all();
        let mut known: BTreeMap<u64, bool> = BTreeMap::new();
        let mut there = |made: u64| {
            *known.entry(made).or_insert_with(|| {
                let outcome = match self.between.get(&made) {
                    Some(policy) => policy.evaluate(facts, scratch).outcome(),
                    None if made == all => to,
                    None => from,
                };
                outcome == to
            })
        };
        if self.orders.is_empty() {
            for (edit, share) in out.iter_mut().enumerate() {
                for made in (0..=all).filter(|made| made & bit(edit) == 0) {
                    let added = gain(there(made), there(made | bit(edit)));
                    if added != 0 {
                        let size = usize::try_from(made.count_ones()).unwrap_or(0);
                        let rest = self.edits.saturating_sub(size).saturating_sub(1);
                        let weight = factorial(size).saturating_mul(factorial(rest));
                        *share = share.saturating_add(added.saturating_mul(weight));
                    }
                }
            }
            return;
        }
        for order in &self.orders {
            let mut made = 0;
            for edit in order {
                let with = made | bit(*edit);
                if let Some(share) = out.get_mut(*edit) {
                    *share = share.saturating_add(gain(there(made), there(with)));
                }
                made = with;
            }
        }
    }
}

fn gain(before: bool, after: bool) -> i64 {
    match (before, after) {
        (false, true) => 1,
        (true, false) => -1,
        _ => 0,
    }
}

fn bit(at: usize) -> u64 {
    u32::try_from(at)
        .ok()
        .and_then(|at| 1_u64.checked_shl(at))
        .unwrap_or(0)
}

fn factorial(n: usize) -> i64 {
    let factors = 1..=i64::try_from(n).unwrap_or(i64::MAX);
    factors.fold(1, i64::saturating_mul)
}

/// Orders that are the same in every run.
fn orders(edits: usize) -> Vec<Vec<usize>> {
    let mut chance = Chance::new(u64::try_from(edits).unwrap_or(0));
    let mut orders = Vec::new();
    while orders.len() < ORDERS {
        let mut order: Vec<usize> = (0..edits).collect();
        for last in (1..edits).rev() {
            order.swap(last, chance.below(last.saturating_add(1)));
        }
        let backwards = order.iter().rev().copied().collect();
        orders.extend([order, backwards]);
    }
    orders
}
