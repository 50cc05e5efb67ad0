//! In which cases a comparison comes out as wanted, and what is then known of its sides.

use dictamen_model::characteristic::Value;

use super::{Leaf, Mind, Wanted, hull, keep, keep_if};
use crate::{
    check::{
        case::{Case, fewer},
        values::{Known, Values},
    },
    tree::{Comparator, Node, NodeKind, Pattern},
};

/// One side of a comparison.
enum Side<'n> {
    Node(&'n Node),
    Value(Values),
}

impl<'w> Mind<'w> {
    pub(super) fn comparison(
        &self,
        op: Comparator,
        left: &'w Node,
        right: &'w Node,
        wanted: Wanted,
        case: &Case,
    ) -> Vec<Case> {
        let mut found = Vec::new();
        for (case, left) in self.ways(left, case) {
            for (case, right) in self.ways(right, &case) {
                found.extend(match (&left, &right) {
                    (Leaf::Of(left), Leaf::Of(right)) => {
                        let sides = (Side::Node(left), Side::Node(right));
                        self.relate(op, &sides.0, &sides.1, wanted, &case)
                    }
                    (Leaf::Of(_) | Leaf::Missing, Leaf::Missing) | (Leaf::Missing, Leaf::Of(_)) => {
                        keep_if(wanted.has(Wanted::MISSING.or(Wanted::FAILED)), &case)
                    }
                    (Leaf::Failed, _) => keep_if(wanted.has(Wanted::FAILED), &case),
                    _ => vec![case],
                });
            }
        }
        found
    }

    /// The part of a case in which a node compares as wanted with a value.
    pub(in crate::check) fn against(
        &self,
        op: Comparator,
        node: &'w Node,
        value: &Values,
        wanted: Wanted,
        case: &Case,
    ) -> Vec<Case> {
        let mut found = Vec::new();
        for (case, leaf) in self.ways(node, case) {
            found.extend(match leaf {
                Leaf::Of(node) => {
                    let sides = (Side::Node(node), Side::Value(value.clone()));
                    self.relate(op, &sides.0, &sides.1, wanted, &case)
                }
                Leaf::Missing => keep_if(wanted.has(Wanted::MISSING), &case),
                Leaf::Failed => keep_if(wanted.has(Wanted::FAILED), &case),
                Leaf::False | Leaf::Unknown => vec![case],
            });
        }
        found
    }

    fn side(&self, side: &Side<'w>, case: &Case) -> Values {
        match side {
            Side::Node(node) => self.values(node, case),
            Side::Value(values) => values.clone(),
        }
    }

    /// The part of a case in which two sides compare as wanted.
    fn relate(
        &self,
        op: Comparator,
        left: &Side<'w>,
        right: &Side<'w>,
        wanted: Wanted,
        case: &Case,
    ) -> Vec<Case> {
        let (one, other) = (self.side(left, case), self.side(right, case));
        if wanted.has(Wanted::FAILED) && (one.fails || other.fails) {
            return vec![case.clone()];
        }
        // A characteristic beside a value that is there: being missing is one more value of it.
        let alone = match (left, right) {
            (Side::Node(node), _) if !other.missing => Some((node, op, &other)),
            (_, Side::Node(node)) if !one.missing => Some((node, op.mirrored(), &one)),
            _ => None,
        };
        if let Some((node, op, beside)) = alone
            && let NodeKind::Characteristic(index) = node.kind
        {
            return self.narrow(index, op, &beside.known, wanted, case);
        }
        let mut found = Vec::new();
        if wanted.has(Wanted::MISSING) {
            for side in [left, right] {
                found.extend(self.side_is(side, Wanted::MISSING, case));
            }
        }
        if wanted.and(Wanted::KNOWN) == Wanted(0) {
            return found;
        }
        let mut known = self.side_is(left, Wanted::KNOWN, case);
        known = known
            .iter()
            .flat_map(|case| self.side_is(right, Wanted::KNOWN, case))
            .collect();
        for case in known {
            let (one, other) = (self.side(left, &case), self.side(right, &case));
            for op in ways_to_hold(op, wanted) {
                let lefts = one.known.related(op, &other.known);
                for values in &lefts {
                    let narrowed = set(left, values, &case);
                    let rights = other.known.related(op.mirrored(), values);
                    found.extend(rights.iter().map(|values| set(right, values, &narrowed)));
                }
            }
        }
        found
    }

    fn side_is(&self, side: &Side<'w>, wanted: Wanted, case: &Case) -> Vec<Case> {
        match side {
            Side::Node(node) => self.assume(node, wanted, case),
            Side::Value(values) => keep(values, wanted, case),
        }
    }

    /// The part of a case in which a characteristic compares as wanted with what is known.
    fn narrow(
        &self,
        index: usize,
        op: Comparator,
        beside: &Known,
        wanted: Wanted,
        case: &Case,
    ) -> Vec<Case> {
        let values = self.world.values_of(index, case);
        let missing = values.missing && wanted.has(Wanted::MISSING);
        let mut known: Vec<Known> = if wanted.has(Wanted::TRUE) && wanted.has(Wanted::FALSE) {
            vec![values.known]
        } else {
            ways_to_hold(op, wanted)
                .into_iter()
                .flat_map(|op| values.known.related(op, beside))
                .collect()
        };
        if known.is_empty() {
            known.push(Known::Nothing);
        }
        let found = known.into_iter().map(|known| Values {
            known,
            missing,
            fails: false,
        });
        found
            .filter(|values| !values.is_impossible())
            .map(|values| case.with(index, values))
            .collect()
    }

    pub(super) fn one_of(
        &self,
        value: &'w Node,
        options: &'w [Node],
        wanted: Wanted,
        case: &Case,
    ) -> Vec<Case> {
        let listed: Vec<Values> = options.iter().map(|o| self.values(o, case)).collect();
        let plain = listed.iter().all(|v| !v.missing && !v.fails);
        let mut found = Vec::new();
        for (case, leaf) in self.ways(value, case) {
            if !plain {
                found.push(case);
                continue;
            }
            let Leaf::Of(node) = leaf else {
                found.extend(self.leaf(&leaf, wanted, &case));
                continue;
            };
            let rest = wanted.and(Wanted::MISSING.or(Wanted::FAILED));
            if rest != Wanted(0) {
                found.extend(self.assume(node, rest, &case));
            }
            if wanted.has(Wanted::TRUE) {
                let words = hull(listed.iter().cloned());
                // Words are told apart as a set; numbers one by one.
                let together = matches!(words.known, Known::Text(_));
                let options = if together {
                    vec![words]
                } else {
                    listed.clone()
                };
                for option in options {
                    let sides = (Side::Node(node), Side::Value(option));
                    let equal = Comparator::Equal;
                    found.extend(self.relate(equal, &sides.0, &sides.1, Wanted::TRUE, &case));
                }
            }
            if wanted.has(Wanted::FALSE) {
                let mut cases = self.assume(node, Wanted::KNOWN, &case);
                for option in &listed {
                    let sides = (Side::Node(node), Side::Value(option.clone()));
                    let equal = Comparator::Equal;
                    let next = cases.iter().flat_map(|case| {
                        self.relate(equal, &sides.0, &sides.1, Wanted::FALSE, case)
                    });
                    cases = fewer(next.collect());
                }
                found.extend(cases);
            }
        }
        found
    }

    pub(super) fn within(
        &self,
        [value, low, high]: [&'w Node; 3],
        inclusive: bool,
        wanted: Wanted,
        case: &Case,
    ) -> Vec<Case> {
        let below = if inclusive {
            Comparator::AtMost
        } else {
            Comparator::Less
        };
        let from =
            |wanted, case: &Case| self.comparison(Comparator::AtLeast, value, low, wanted, case);
        let to = |wanted, case: &Case| self.comparison(below, value, high, wanted, case);
        let mut found = Vec::new();
        if wanted.has(Wanted::TRUE) {
            for case in from(Wanted::TRUE, case) {
                found.extend(to(Wanted::TRUE, &case));
            }
        }
        if wanted.has(Wanted::FALSE) {
            for case in from(Wanted::FALSE, case) {
                found.extend(self.assume(high, Wanted::KNOWN, &case));
            }
            for case in to(Wanted::FALSE, case) {
                found.extend(self.assume(low, Wanted::KNOWN, &case));
            }
        }
        let rest = wanted.and(Wanted::MISSING.or(Wanted::FAILED));
        if rest != Wanted(0) {
            for node in [value, low, high] {
                found.extend(self.assume(node, rest, case));
            }
        }
        found
    }

    /// The part of some cases in which a pattern fits, or does not.
    pub(super) fn fitting(
        &self,
        value: &'w Node,
        pattern: &Pattern,
        wanted: Wanted,
        cases: &[Case],
    ) -> Vec<Case> {
        let side = Side::Node(value);
        let relate = |op, constant: &Value, wanted, case: &Case| {
            let constant = Side::Value(Values::exactly(constant));
            self.relate(op, &side, &constant, wanted, case)
        };
        let mut found = Vec::new();
        for case in cases {
            match pattern {
                Pattern::Exactly(constant) => {
                    found.extend(relate(Comparator::Equal, constant, wanted, case));
                }
                Pattern::Between {
                    low,
                    high,
                    inclusive,
                } => {
                    let below = if *inclusive {
                        Comparator::AtMost
                    } else {
                        Comparator::Less
                    };
                    let (low, high) = (Value::Decimal(*low), Value::Decimal(*high));
                    let above = relate(Comparator::AtLeast, &low, wanted, case);
                    if wanted == Wanted::TRUE {
                        let both = above.iter();
                        found.extend(both.flat_map(|case| relate(below, &high, wanted, case)));
                    } else {
                        found.extend(above);
                        found.extend(relate(below, &high, wanted, case));
                    }
                }
            }
        }
        fewer(found)
    }
}

/// The comparisons that hold when one comes out as wanted.
fn ways_to_hold(op: Comparator, wanted: Wanted) -> Vec<Comparator> {
    let mut found = Vec::new();
    if wanted.has(Wanted::TRUE) {
        found.push(op);
    }
    if wanted.has(Wanted::FALSE) {
        found.push(op.negated());
    }
    found
}

/// The case with a side known to be among some values, where the side is a characteristic.
fn set(side: &Side<'_>, known: &Known, case: &Case) -> Case {
    match side {
        Side::Node(Node {
            kind: NodeKind::Characteristic(index),
            ..
        }) => case.with(*index, Values::known(known.clone())),
        Side::Node(node) => case.knowing(node, Values::known(known.clone())),
        Side::Value(_) => case.clone(),
    }
}
