//! Two declarations in one space of names: params, terms and tables that both have are known by the
//! same positions.

use dictamen_engine::{
    declaration::{BandEffect, Declaration},
    tree::{Closure, NodeKind},
};

use super::rewrite::each;

/// Positions of the second declaration's names among the first's.
struct Positions {
    params: Vec<usize>,
    terms: Vec<usize>,
    tables: Vec<usize>,
}

/// The first with whatever only the second has behind its own, and the second with the positions of
/// that. A table that both have under one name, with other columns, is two.
pub(super) fn merge(before: &Declaration, after: &Declaration) -> (Declaration, Declaration) {
    let (mut first, mut second) = (before.clone(), after.clone());
    let params = after.params.iter().map(|param| {
        let same = first
            .params
            .iter()
            .position(|known| known.name == param.name);
        same.unwrap_or_else(|| push(&mut first.params, param.clone()))
    });
    let params = params.collect();
    let terms = after.terms.iter().map(|term| {
        let same = first.terms.iter().position(|known| known.name == term.name);
        same.unwrap_or_else(|| push(&mut first.terms, term.clone()))
    });
    let terms = terms.collect();
    let tables = after.tables.iter().map(|table| {
        let like = |known: &_| -> bool {
            let known: &dictamen_engine::Table = known;
            known.file == table.file && known.columns == table.columns
        };
        let same = first.tables.iter().position(like);
        same.unwrap_or_else(|| push(&mut first.tables, table.clone()))
    });
    let tables = tables.collect();
    let positions = Positions {
        params,
        terms,
        tables,
    };
    for closure in closures(&mut second) {
        positions.put(closure);
    }
    for band in second.bands.iter_mut().flat_map(|bands| &mut bands.bands) {
        if let BandEffect::Terms(terms) = &mut band.effect {
            for (at, _) in terms.iter_mut() {
                *at = positions.terms.get(*at).copied().unwrap_or(*at);
            }
            terms.sort_by_key(|(at, _)| *at);
        }
    }
    (first, second)
}

fn push<T>(list: &mut Vec<T>, item: T) -> usize {
    list.push(item);
    list.len().saturating_sub(1)
}

fn closures(declaration: &mut Declaration) -> impl Iterator<Item = &mut Closure> {
    let rules = declaration
        .stages
        .iter_mut()
        .flat_map(|stage| &mut stage.rules);
    let card = declaration.scorecard.iter_mut();
    let scored = card.flat_map(|card| &mut card.characteristics);
    let offer = declaration.offer.iter_mut().map(|offer| &mut offer.closure);
    let rules = rules.map(|rule| &mut rule.condition);
    rules
        .chain(scored.map(|scored| &mut scored.input))
        .chain(offer)
}

impl Positions {
    fn put(&self, closure: &mut Closure) {
        each(&mut closure.body, &mut |node| match &mut node.kind {
            NodeKind::Param(at) => *at = self.params.get(*at).copied().unwrap_or(*at),
            NodeKind::Term(at) => *at = self.terms.get(*at).copied().unwrap_or(*at),
            NodeKind::Lookup { table, .. } => {
                *table = self.tables.get(*table).copied().unwrap_or(*table);
            }
            _ => {}
        });
    }
}
