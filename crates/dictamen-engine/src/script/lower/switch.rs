//! `switch`: exact values, ranges of whole numbers, guards and a last resort.

use std::ops::{Range, RangeInclusive};

use dictamen_model::characteristic::{Kind, Value};
use rhai::{Expr, INT, RangeCase, SwitchCasesCollection};

use super::Lowering;
use crate::{
    script::argument,
    tree::{Arm, Node, NodeKind, Pattern, Place, Type},
};

impl Lowering<'_> {
    pub(super) fn switch(
        &mut self,
        switch: &(Expr, SwitchCasesCollection),
        place: Place,
    ) -> (Node, Type) {
        let (on, cases) = switch;
        let (value, found) = self.operand(on);
        // Exact values are tried before ranges, each group in the order it is written.
        let mut patterns: Vec<(usize, Pattern)> = Vec::new();
        // Sorted below by the order written.
        let exact: Vec<_> = cases
            .cases
            .values()
            .flat_map(|list| {
                list.blocks
                    .iter()
                    .map(|block| (*block, list.value.flatten_clone()))
            })
            .collect();
        for (block, constant) in exact {
            // Ranges stand here too; they are taken from their own list below.
            if constant.is::<Range<INT>>() || constant.is::<RangeInclusive<INT>>() {
                continue;
            }
            match argument::scalar(&constant) {
                Some(constant) => patterns.push((block, Pattern::Exactly(constant))),
                None => self.error(
                    "script::type",
                    place,
                    "a case of `switch` must be a plain value",
                ),
            }
        }
        patterns.sort_by_key(|(block, _)| *block);
        for range in &cases.ranges {
            let (low, high, inclusive, block) = match range {
                RangeCase::ExclusiveInt(range, block) => (range.start, range.end, false, *block),
                RangeCase::InclusiveInt(range, block) => {
                    (*range.start(), *range.end(), true, *block)
                }
            };
            patterns.push((
                block,
                Pattern::Between {
                    low: low.into(),
                    high: high.into(),
                    inclusive,
                },
            ));
        }
        let mut joined = Type::Never;
        let mut arms = Vec::new();
        for (block, pattern) in patterns {
            self.pattern_type(&pattern, &value, found, place);
            let Some(case) = cases.expressions.get(block) else {
                continue;
            };
            let guard = match &case.lhs {
                Expr::BoolConstant(true, _) => None,
                guard => {
                    let (node, kind) = self.operand(guard);
                    if !Type::BOOL.accepts(kind) {
                        self.error(
                            "script::type",
                            node.place,
                            "the condition of a case must be true or false",
                        );
                    }
                    Some(node)
                }
            };
            let (body, kind) = self.value_in_tail(&case.rhs);
            joined = self.join(joined, kind, body.place);
            arms.push(Arm {
                pattern,
                guard,
                body,
            });
        }
        let otherwise = cases
            .def_case
            .and_then(|block| cases.expressions.get(block))
            .map(|case| {
                let (body, kind) = self.value_in_tail(&case.rhs);
                joined = self.join(joined, kind, body.place);
                Box::new(body)
            });
        if otherwise.is_none() {
            joined = Type::Nothing;
        }
        let kind = NodeKind::Switch {
            value: Box::new(value),
            arms,
            otherwise,
        };
        (self.node(kind, place), joined)
    }

    fn pattern_type(&mut self, pattern: &Pattern, value: &Node, found: Type, place: Place) {
        let wanted = match pattern {
            Pattern::Exactly(constant) => constant.kind().map_or(Type::Unknown, Type::plain),
            Pattern::Between { .. } => Type::plain(Kind::Int),
        };
        if !found.accepts(wanted) {
            let message = format!(
                "{} is switched on, a case is {}",
                found.name(),
                wanted.name()
            );
            self.error("script::type", place, message);
        }
        if let Pattern::Exactly(constant @ Value::Text(_)) = pattern {
            let word = Node {
                kind: NodeKind::Constant(constant.clone()),
                place,
            };
            self.vocabulary(value, &word);
        }
    }
}
