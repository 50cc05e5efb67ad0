//! What becomes of a condition when one thing it asks for is not known.
//!
//! Computes what a closure can come to when one characteristic is missing and all others are
//! known, whatever their values: three-valued, as deciding is.

use std::collections::{BTreeMap, BTreeSet};

use dictamen_model::characteristic::{Kind, Value, definitions};

use super::{MissingWords, speaker::Speaker};
use crate::{
    policy::Policy,
    tree::{Closure, Node, NodeKind, Step, visit},
};

/// A set of things a node can come to.
type Set = u8;
const TRUE: Set = 1;
const FALSE: Set = 2;
const UNKNOWN: Set = 4;
/// A number, a text, a date, a settlement.
const OTHER: Set = 8;
const KNOWN: Set = TRUE | FALSE | OTHER;

/// What is taken to be missing.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Gap {
    Characteristic(usize),
    /// The row of a table that is looked up.
    Row,
}

struct Possible<'p> {
    policy: &'p Policy,
    gap: Gap,
    locals: BTreeMap<usize, Set>,
    returned: Set,
}

impl Speaker<'_> {
    /// What unknown values make of a closure, in sentences. `rule` words it for a rule, and
    /// otherwise for the offer.
    pub(super) fn missing(&self, closure: &Closure, rule: bool) -> Vec<MissingWords> {
        let mut asked = BTreeSet::new();
        let mut looks_up = false;
        visit(&closure.body, &mut |node| match node.kind {
            NodeKind::Characteristic(index) => {
                asked.insert(index);
            }
            NodeKind::Lookup { .. } => looks_up = true,
            _ => {}
        });
        let mut groups: BTreeMap<u8, Vec<String>> = BTreeMap::new();
        for index in asked {
            let Some(definition) = definitions().get(index) else {
                continue;
            };
            if definition.missing.is_none() {
                continue;
            }
            let set = self.comes_to(closure, Gap::Characteristic(index));
            let group = match (set & UNKNOWN != 0, set & KNOWN) {
                (true, _) => 0,
                (false, TRUE) => 1,
                (false, FALSE) => 2,
                (false, _) => 3,
            };
            let label = self.language.pick(definition.label_es, definition.label);
            groups.entry(group).or_default().push(label.to_owned());
        }
        if looks_up && self.comes_to(closure, Gap::Row) & UNKNOWN != 0 {
            let row = self.language.pick(
                "el valor que se busca en una tabla",
                "what is looked up in a table",
            );
            groups.entry(0).or_default().push(row.to_owned());
        }
        groups
            .into_iter()
            // An offer is no condition: what does not keep it from being made is all the same to it.
            .filter(|(group, _)| rule || *group == 0)
            .map(|(group, values)| {
                let becomes = match (group, rule) {
                    (0, true) => self
                        .language
                        .pick("puede quedar sin decidir", "may stay undecided"),
                    (0, false) => self.language.pick(
                        "puede no haber oferta, y entonces se refiere a una persona",
                        "there may be no offer, and then it is referred to a person",
                    ),
                    (1, _) => self.language.pick("se cumple", "fires"),
                    (2, _) => self.language.pick("no se cumple", "does not fire"),
                    _ => self.language.pick(
                        "la propia condición lo prevé",
                        "the condition provides for it",
                    ),
                };
                MissingWords { values, becomes }
            })
            .collect()
    }

    fn comes_to(&self, closure: &Closure, gap: Gap) -> Set {
        let mut possible = Possible {
            policy: self.policy,
            gap,
            locals: BTreeMap::new(),
            returned: 0,
        };
        let own = possible.node(&closure.body);
        own | possible.returned
    }
}

impl Possible<'_> {
    fn node(&mut self, node: &Node) -> Set {
        match &node.kind {
            NodeKind::Constant(value) => of_value(value),
            NodeKind::Param(index) => {
                let param = self.policy.declaration.params.get(*index);
                param.map_or(KNOWN, |param| of_value(&param.value))
            }
            NodeKind::Characteristic(index) => self.characteristic(*index),
            NodeKind::Term(_) => KNOWN,
            NodeKind::Local(slot) => self.locals.get(slot).copied().unwrap_or(KNOWN),
            NodeKind::Not(inner) => opposite(self.node(inner)),
            NodeKind::Negate(inner) => self.needs([&**inner], OTHER),
            NodeKind::And(nodes) => self.all(nodes),
            NodeKind::Or(nodes) => self.any(nodes),
            NodeKind::Compare { left, right, .. } => self.needs([&**left, &**right], TRUE | FALSE),
            NodeKind::Arithmetic { left, right, .. } => self.needs([&**left, &**right], OTHER),
            NodeKind::Call { arguments, .. } => self.needs(arguments, OTHER),
            NodeKind::OneOf { value, options } => self.one_of(value, options),
            NodeKind::Within {
                value, low, high, ..
            } => self.needs([&**value, &**low, &**high], TRUE | FALSE),
            NodeKind::If {
                condition,
                then,
                otherwise,
            } => {
                let condition = self.node(condition);
                let mut set = condition & UNKNOWN;
                if condition & TRUE != 0 {
                    set |= self.node(then);
                }
                if condition & FALSE != 0 {
                    set |= otherwise.as_ref().map_or(FALSE, |node| self.node(node));
                }
                set
            }
            NodeKind::Block { steps, result } => self.block(steps, result.as_deref()),
            NodeKind::Return(value) => {
                self.returned |= self.node(value);
                0
            }
            NodeKind::Inlined { body, .. } => {
                let outer = std::mem::take(&mut self.returned);
                let own = self.node(body);
                own | std::mem::replace(&mut self.returned, outer)
            }
            NodeKind::Coalesce(nodes) => {
                let mut set = UNKNOWN;
                for node in nodes {
                    set = (set & KNOWN) | self.node(node);
                    if set & UNKNOWN == 0 {
                        break;
                    }
                }
                set
            }
            NodeKind::IsMissing(inner) => {
                let inner = self.node(inner);
                let missing = if inner & UNKNOWN != 0 { TRUE } else { 0 };
                let known = if inner & KNOWN != 0 { FALSE } else { 0 };
                missing | known
            }
            NodeKind::Switch {
                value,
                arms,
                otherwise,
            } => {
                let value = self.node(value);
                let mut set = value & UNKNOWN;
                if value & KNOWN != 0 {
                    for arm in arms {
                        set |= arm
                            .guard
                            .as_ref()
                            .map_or(0, |guard| self.node(guard) & UNKNOWN);
                        set |= self.node(&arm.body);
                    }
                    set |= otherwise.as_ref().map_or(FALSE, |node| self.node(node));
                }
                set
            }
            NodeKind::Lookup { key, .. } => {
                let found = self.needs([&**key], KNOWN);
                if self.gap == Gap::Row {
                    found | UNKNOWN
                } else {
                    found
                }
            }
            NodeKind::Grant { terms, reductions } => {
                let fixed = [
                    &terms.amount,
                    &terms.term_months,
                    &terms.annual_rate,
                    &terms.monthly_payment,
                ];
                let optional = [
                    &terms.max_amount,
                    &terms.max_payment,
                    &terms.limiting_factor,
                ];
                let reductions = reductions.iter().map(|reduction| &reduction.condition);
                let optional = optional.into_iter().flatten();
                self.needs(fixed.into_iter().chain(optional).chain(reductions), OTHER)
            }
            NodeKind::Settle { .. } => OTHER,
        }
    }

    fn characteristic(&self, index: usize) -> Set {
        if self.gap == Gap::Characteristic(index) {
            return UNKNOWN;
        }
        match definitions().get(index).map(|definition| definition.kind) {
            Some(Kind::Bool) => TRUE | FALSE,
            _ => OTHER,
        }
    }

    /// What needs all of these to be known and is then `known`.
    fn needs<'n>(&mut self, nodes: impl IntoIterator<Item = &'n Node>, known: Set) -> Set {
        let mut set = known;
        for node in nodes {
            let own = self.node(node);
            set |= own & UNKNOWN;
            if own & KNOWN == 0 {
                set &= UNKNOWN;
            }
        }
        set
    }

    /// One option that fits settles it, whatever else is missing.
    fn one_of(&mut self, value: &Node, options: &[Node]) -> Set {
        let value = self.node(value);
        let options: Vec<Set> = options.iter().map(|node| self.node(node)).collect();
        let mut set = value & UNKNOWN;
        if value & KNOWN != 0 {
            set |= options.iter().fold(0, |all, own| all | (own & UNKNOWN));
            if options.iter().any(|own| own & KNOWN != 0) {
                set |= TRUE;
            }
            if options.iter().all(|own| own & KNOWN != 0) {
                set |= FALSE;
            }
        }
        set
    }

    fn all(&mut self, nodes: &[Node]) -> Set {
        let sets: Vec<Set> = nodes.iter().map(|node| self.node(node)).collect();
        let mut set = 0;
        if sets.iter().all(|own| own & TRUE != 0) {
            set |= TRUE;
        }
        if sets.iter().any(|own| own & FALSE != 0) {
            set |= FALSE;
        }
        let open = sets.iter().all(|own| own & (TRUE | UNKNOWN) != 0);
        if open && sets.iter().any(|own| own & UNKNOWN != 0) {
            set |= UNKNOWN;
        }
        set
    }

    fn any(&mut self, nodes: &[Node]) -> Set {
        let sets: Vec<Set> = nodes.iter().map(|node| self.node(node)).collect();
        let mut set = 0;
        if sets.iter().any(|own| own & TRUE != 0) {
            set |= TRUE;
        }
        if sets.iter().all(|own| own & FALSE != 0) {
            set |= FALSE;
        }
        let open = sets.iter().all(|own| own & (FALSE | UNKNOWN) != 0);
        if open && sets.iter().any(|own| own & UNKNOWN != 0) {
            set |= UNKNOWN;
        }
        set
    }

    fn block(&mut self, steps: &[Step], result: Option<&Node>) -> Set {
        for step in steps {
            match step {
                Step::Let { slot, value, .. } => {
                    let set = self.node(value);
                    self.locals.insert(*slot, set);
                }
                Step::Run(node) => {
                    let set = self.node(node);
                    self.returned |= set & UNKNOWN;
                    if set & KNOWN == 0 {
                        return 0;
                    }
                }
            }
        }
        result.map_or(FALSE, |node| self.node(node))
    }
}

fn of_value(value: &Value) -> Set {
    match value {
        Value::Missing => UNKNOWN,
        Value::Bool(true) => TRUE,
        Value::Bool(false) => FALSE,
        Value::Int(_) | Value::Decimal(_) | Value::Date(_) | Value::Text(_) => OTHER,
    }
}

fn opposite(set: Set) -> Set {
    let mut turned = set & UNKNOWN;
    if set & TRUE != 0 {
        turned |= FALSE;
    }
    if set & FALSE != 0 {
        turned |= TRUE;
    }
    turned
}
