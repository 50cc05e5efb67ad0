//! Calls: what kind of call it is, and operators.

use std::sync::Arc;

use dictamen_model::characteristic::Kind;
use rhai::{Expr, FnCallExpr};

use super::{Lowering, Meaning};
use crate::{
    Diagnostic,
    tree::{Comparator, Function, Node, NodeKind, Operator, Place, Type, print, unit_of},
};

/// Names for the printer of comparisons.
struct Naming<'a>(
    &'a [crate::declaration::Param],
    &'a [crate::declaration::Term],
);

impl crate::tree::Names for Naming<'_> {
    fn param(&self, index: usize) -> &str {
        self.0.get(index).map_or("?", |p| &p.name)
    }

    fn term(&self, index: usize) -> &str {
        self.1.get(index).map_or("?", |t| &t.name)
    }
}

impl Lowering<'_> {
    /// A call, an operator among them.
    pub(super) fn call(&mut self, call: &FnCallExpr, place: Place) -> Meaning {
        let name = call.name.as_str();
        if !call.namespace.is_empty() {
            return self.imported_call(call, place);
        }
        // `in` calls `contains`, the script's own if it has one.
        if let ("contains", [among, value]) = (name, call.args.as_slice())
            && !self.scripts.has_function(&self.file, name, 2)
        {
            return self.membership(value, among, place);
        }
        if call.op_token.is_some()
            && let Some(meaning) = self.operator(name, &call.args, place)
        {
            return meaning;
        }
        if self.scripts.has_function(&self.file, name, call.args.len()) {
            let arguments = call.args.iter().map(|a| (self.extent(a), self.meaning(a)));
            let arguments = arguments.collect();
            let file = self.file.clone();
            return self.inline(&file, name, arguments, place);
        }
        let arguments: Vec<_> = call.args.iter().collect();
        let own = self.texts.first(place);
        self.builtin(name, None, &arguments, own, place)
    }

    /// `value.function(…)`, which is `function(value, …)`. `own` is where the name stands.
    pub(super) fn method(
        &mut self,
        of: Meaning,
        call: &FnCallExpr,
        own: Place,
        place: Place,
    ) -> Meaning {
        let arguments: Vec<_> = call.args.iter().collect();
        self.builtin(call.name.as_str(), Some(of), &arguments, own, place)
    }

    fn operator(&mut self, name: &str, arguments: &[Expr], place: Place) -> Option<Meaning> {
        let comparator = match name {
            "<" => Some(Comparator::Less),
            "<=" => Some(Comparator::AtMost),
            "==" => Some(Comparator::Equal),
            "!=" => Some(Comparator::NotEqual),
            ">=" => Some(Comparator::AtLeast),
            ">" => Some(Comparator::Greater),
            _ => None,
        };
        let operator = match name {
            "+" => Some(Operator::Add),
            "-" => Some(Operator::Subtract),
            "*" => Some(Operator::Multiply),
            "/" => Some(Operator::Divide),
            "%" => Some(Operator::Remainder),
            _ => None,
        };
        Some(match (arguments, comparator, operator) {
            ([left, right], Some(op), _) => self.compare(op, left, right, place),
            ([left, right], _, Some(op)) => self.arithmetic(op, left, right, place),
            ([only], _, Some(Operator::Subtract)) => self.negate(only, place),
            ([only], _, Some(Operator::Add)) => {
                let (node, found) = self.operand(only);
                if !found.is_number() {
                    let message = format!("`+` needs a number, this is {}", found.name());
                    self.error("script::type", node.place, message);
                }
                Meaning::Value(node, found)
            }
            ([only], ..) if name == "!" => {
                let (node, found) = self.operand(only);
                if !Type::BOOL.accepts(found) {
                    let message = format!("`!` needs true or false, this is {}", found.name());
                    self.error("script::type", node.place, message);
                }
                Meaning::Value(self.node(NodeKind::Not(Box::new(node)), place), Type::BOOL)
            }
            _ if Function::named(name).is_some() => return None,
            _ => {
                let message = format!("`{name}` is not available in deciding code");
                let help = match name {
                    "&" => Some("write `&&`".to_owned()),
                    "|" => Some("write `||`".to_owned()),
                    _ => None,
                };
                self.report(
                    place,
                    Diagnostic::error("script::not-available", message).help_opt(help),
                );
                Self::poison(place)
            }
        })
    }

    fn negate(&mut self, only: &Expr, place: Place) -> Meaning {
        let (node, found) = self.operand(only);
        if !found.is_number() {
            let message = format!("`-` needs a number, this is {}", found.name());
            self.error("script::type", node.place, message);
        }
        Meaning::Value(self.node(NodeKind::Negate(Box::new(node)), place), found)
    }

    fn compare(&mut self, op: Comparator, left: &Expr, right: &Expr, place: Place) -> Meaning {
        let asks_presence = |m: &Meaning| matches!(m, Meaning::Nothing);
        let (one, other) = (self.meaning(left), self.meaning(right));
        if asks_presence(&one) || asks_presence(&other) {
            self.report(
                place,
                Diagnostic::error("script::type", "a comparison with `()` is never made")
                    .help("ask `is_missing(a.…)`, or give a value for the missing case with `a.… ?? value`"),
            );
            return Self::poison(place);
        }
        let (left_place, right_place) = (self.extent(left), self.extent(right));
        let (left, one) = self.demand(one, left_place);
        let (right, other) = self.demand(other, right_place);
        let ordered = !matches!(op, Comparator::Equal | Comparator::NotEqual);
        if !one.accepts(other) {
            let message = format!("{} is compared with {}", one.name(), other.name());
            self.report(
                place,
                Diagnostic::error("script::type", message).help(unlike(&left, one, other)),
            );
        } else if ordered && one != Type::Unknown && (one.is(Kind::Bool) || one.is(Kind::Text)) {
            let message = format!(
                "`{}` needs numbers or dates, this is {}",
                op.symbol(),
                one.name()
            );
            self.error("script::type", place, message);
        } else {
            self.same_unit(one, other, "compared with", place);
            self.vocabulary(&left, &right);
            self.vocabulary(&right, &left);
            self.out_of_range(op, &left, &right, place);
        }
        let text = self.comparison_text(op, &left, &right);
        let kind = NodeKind::Compare {
            op,
            left: Box::new(left),
            right: Box::new(right),
            text,
        };
        Meaning::Value(self.node(kind, place), Type::BOOL)
    }

    fn comparison_text(&self, op: Comparator, left: &Node, right: &Node) -> Arc<str> {
        let naming = Naming(&self.params, &self.terms);
        format!(
            "{} {} {}",
            print(left, &naming),
            op.symbol(),
            print(right, &naming)
        )
        .into()
    }

    fn arithmetic(&mut self, op: Operator, left: &Expr, right: &Expr, place: Place) -> Meaning {
        let (left, one) = self.operand(left);
        let (right, other) = self.operand(right);
        let is_date = |found: Type| found != Type::Unknown && found.is(Kind::Date);
        if is_date(one) || is_date(other) {
            let message = format!("`{}` cannot be used with dates", op.symbol());
            self.report(
                place,
                Diagnostic::error("script::type", message)
                    .help("count days with `days_between(from, to)`"),
            );
            return Self::poison(place);
        }
        for (found, at) in [(one, left.place), (other, right.place)] {
            if !found.is_number() {
                let message = format!("`{}` needs numbers, this is {}", op.symbol(), found.name());
                self.error("script::type", at, message);
            }
        }
        match op {
            Operator::Add => self.same_unit(one, other, "added to", place),
            Operator::Subtract => self.same_unit(other, one, "subtracted from", place),
            _ => {}
        }
        let found = match (op, one.join(other)) {
            (Operator::Divide, Some(_)) => Type::plain(Kind::Decimal),
            (_, Some(joined)) => joined,
            (_, None) => Type::Unknown,
        };
        let found = found.in_unit(unit_of(op, one.unit(), other.unit()));
        let kind = NodeKind::Arithmetic {
            op,
            left: Box::new(left),
            right: Box::new(right),
        };
        Meaning::Value(self.node(kind, place), found)
    }
}

/// What helps where unlike things are compared.
fn unlike(left: &Node, one: Type, other: Type) -> &'static str {
    let either = |kind: Kind| {
        [one, other]
            .iter()
            .any(|found| matches!(found, Type::Of(of, _) if *of == kind))
    };
    if either(Kind::Date) && either(Kind::Text) {
        "write days as `date(\"2026-09-15\")`"
    } else if matches!(left.kind, NodeKind::Compare { .. }) {
        "two comparisons are joined with `&&`: `10 <= a.x && a.x < 20`"
    } else {
        "in plain Rhai this would silently be false; compare like with like"
    }
}
