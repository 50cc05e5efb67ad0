//! Conditions in words. `holds` says which way a condition is told: that it is met, or that it is
//! not; what is unknown stays so either way.

use dictamen_model::characteristic::{Kind, Value, definitions};

use super::{Phrase, speaker::Saying, value::is_simple};
use crate::tree::{Comparator, Node, NodeKind, Step};

impl Saying<'_, '_> {
    /// A condition that is met, or with `holds` false, that is not.
    pub(super) fn condition(&mut self, node: &Node, holds: bool) -> Phrase {
        match &node.kind {
            NodeKind::Not(inner) => self.condition(inner, !holds),
            NodeKind::And(nodes) => self.several(nodes, holds, holds),
            NodeKind::Or(nodes) => self.several(nodes, !holds, holds),
            NodeKind::Compare {
                op, left, right, ..
            } => self.compare(*op, left, right, holds),
            NodeKind::IsMissing(inner) => {
                let value = self.value(inner, None);
                let says = if holds {
                    self.pick("se desconoce", "unknown")
                } else {
                    self.pick("se conoce", "known")
                };
                Phrase::plain(format!("{value}: {says}"))
            }
            NodeKind::OneOf { value, options } => self.one_of(value, options, holds),
            NodeKind::Within {
                value,
                low,
                high,
                inclusive,
            } => {
                let unit = self.unit_of(value);
                let value = self.value(value, None);
                let (low, high) = (self.value(low, unit), self.value(high, unit));
                let range = if *inclusive {
                    self.pick(
                        format!("de {low} a {high}"),
                        format!("from {low} to {high}"),
                    )
                } else {
                    self.pick(
                        format!("de {low} a menos de {high}"),
                        format!("from {low} to below {high}"),
                    )
                };
                let outside = if holds {
                    ""
                } else {
                    self.pick("fuera de: ", "outside: ")
                };
                Phrase::plain(format!("{value}: {outside}{range}"))
            }
            NodeKind::Coalesce(nodes) => self.assumed(nodes, holds),
            NodeKind::Constant(Value::Bool(value)) => Phrase::plain(if *value == holds {
                self.pick("siempre", "always")
            } else {
                self.pick("nunca", "never")
            }),
            NodeKind::Inlined { body, .. } if is_simple(body) => self.condition(body, holds),
            NodeKind::Block {
                steps,
                result: Some(result),
            } if matches!(result.kind, NodeKind::Inlined { .. })
                && steps.iter().all(|step| matches!(step, Step::Let { .. })) =>
            {
                // The words of what is handed over are settled on the way.
                let subject = self.value(node, None);
                match &result.kind {
                    NodeKind::Inlined { body, .. } if is_simple(body) => {
                        self.condition(body, holds)
                    }
                    _ => self.told(&subject, holds),
                }
            }
            NodeKind::Constant(_)
            | NodeKind::Param(_)
            | NodeKind::Characteristic(_)
            | NodeKind::Term(_)
            | NodeKind::Local(_)
            | NodeKind::Negate(_)
            | NodeKind::Arithmetic { .. }
            | NodeKind::If { .. }
            | NodeKind::Block { .. }
            | NodeKind::Return(_)
            | NodeKind::Inlined { .. }
            | NodeKind::Switch { .. }
            | NodeKind::Call { .. }
            | NodeKind::Lookup { .. }
            | NodeKind::Grant { .. }
            | NodeKind::Settle { .. } => {
                let subject = self.value(node, None);
                self.told(&subject, holds)
            }
        }
    }

    fn told(&self, subject: &str, holds: bool) -> Phrase {
        Phrase::plain(format!("{subject}: {}", self.speaker.truth(holds)))
    }

    fn several(&mut self, nodes: &[Node], all: bool, holds: bool) -> Phrase {
        let parts: Vec<Phrase> = nodes
            .iter()
            .map(|node| self.condition(node, holds))
            .collect();
        let text = if all {
            self.pick("se cumple todo lo siguiente:", "all of these hold:")
        } else {
            self.pick("se cumple algo de lo siguiente:", "any of these holds:")
        };
        Phrase::with(text, parts)
    }

    fn compare(&mut self, op: Comparator, left: &Node, right: &Node, holds: bool) -> Phrase {
        // The thing that is looked at comes first, the limit second.
        let limit = |node: &Node| matches!(node.kind, NodeKind::Constant(_) | NodeKind::Param(_));
        let (op, left, right) = if limit(left) && !limit(right) {
            (op.mirrored(), right, left)
        } else {
            (op, left, right)
        };
        if let (Comparator::Equal | Comparator::NotEqual, NodeKind::Constant(Value::Bool(value))) =
            (op, &right.kind)
        {
            let same = (op == Comparator::Equal) == *value;
            return self.condition(left, same == holds);
        }
        let op = if holds { op } else { opposite(op) };
        let dated = is_date(left) || is_date(right);
        let (spanish, english) = match (op, dated) {
            (Comparator::Less, false) => ("menos de", "below"),
            (Comparator::AtMost, false) => ("a lo más", "at most"),
            (Comparator::AtLeast, false) => ("al menos", "at least"),
            (Comparator::Greater, false) => ("más de", "above"),
            (Comparator::Less, true) => ("antes de", "before"),
            (Comparator::AtMost, true) => ("a más tardar", "on or before"),
            (Comparator::AtLeast, true) => ("desde", "on or after"),
            (Comparator::Greater, true) => ("después de", "after"),
            (Comparator::Equal, _) => ("igual a", "equal to"),
            (Comparator::NotEqual, _) => ("distinto de", "other than"),
        };
        let how = self.pick(spanish, english);
        let (one, other) = (self.unit_of(right), self.unit_of(left));
        let (left, right) = (self.side(left, one), self.side(right, other));
        Phrase::plain(format!("{left}: {how} {right}"))
    }

    fn one_of(&mut self, value: &Node, options: &[Node], holds: bool) -> Phrase {
        let unit = self.unit_of(value);
        let value = self.value(value, None);
        let options: Vec<String> = options.iter().map(|node| self.value(node, unit)).collect();
        let options = options.join("; ");
        let how = if holds {
            self.pick("alguno de", "one of")
        } else {
            self.pick("ninguno de", "none of")
        };
        Phrase::plain(format!("{value}: {how} [{options}]"))
    }

    /// A truth with what stands in for it where it is unknown.
    fn assumed(&mut self, nodes: &[Node], holds: bool) -> Phrase {
        if let [first, last] = nodes
            && let NodeKind::Constant(Value::Bool(assumed)) = last.kind
        {
            let told = self.condition(first, holds);
            let note = if assumed == holds {
                self.pick("o bien se desconoce", "or else unknown")
                    .to_owned()
            } else {
                let truth = self.speaker.truth(assumed);
                self.pick(
                    format!("(si se desconoce, se toma como {truth})"),
                    format!("(if unknown, taken as {truth})"),
                )
            };
            return if told.parts.is_empty() {
                Phrase::plain(format!("{} {note}", told.text))
            } else {
                Phrase::with("", vec![told, Phrase::plain(note)])
            };
        }
        let subject = self.coalesced(nodes);
        self.told(&subject, holds)
    }

    fn coalesced(&mut self, nodes: &[Node]) -> String {
        let texts: Vec<String> = nodes.iter().map(|node| self.value(node, None)).collect();
        let link = self.pick("; si se desconoce, ", "; if unknown, ");
        format!("({})", texts.join(link))
    }
}

fn is_date(node: &Node) -> bool {
    match &node.kind {
        NodeKind::Constant(Value::Date(_)) => true,
        NodeKind::Characteristic(index) => definitions()
            .get(*index)
            .is_some_and(|definition| definition.kind == Kind::Date),
        _ => false,
    }
}

fn opposite(op: Comparator) -> Comparator {
    match op {
        Comparator::Less => Comparator::AtLeast,
        Comparator::AtMost => Comparator::Greater,
        Comparator::Equal => Comparator::NotEqual,
        Comparator::NotEqual => Comparator::Equal,
        Comparator::AtLeast => Comparator::Less,
        Comparator::Greater => Comparator::AtMost,
    }
}
