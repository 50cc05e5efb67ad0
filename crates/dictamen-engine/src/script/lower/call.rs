//! Calls: what kind of call it is, and operators.

use std::sync::Arc;

use dictamen_model::characteristic::Kind;
use rhai::{Expr, FnCallExpr};

use super::unlike::{NO_QUOTES, unquoted};
use super::{Lowering, Meaning};
use crate::{
    Diagnostic,
    declaration::{Param, Term},
    tree::{Comparator, Function, Node, NodeKind, Operator, Place, Type, print, unit_of},
};

/// Names for the printer of comparisons.
struct Naming<'a> {
    params: &'a [Param],
    terms: &'a [Term],
    locals: &'a [String],
}

impl crate::tree::Names for Naming<'_> {
    fn param(&self, index: usize) -> &str {
        self.params.get(index).map_or("?", |p| &p.name)
    }

    fn term(&self, index: usize) -> &str {
        self.terms.get(index).map_or("?", |t| &t.name)
    }

    fn local(&self, slot: usize) -> Option<&str> {
        self.locals.get(slot).map(String::as_str)
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
                    let help = "compare it, as in `a.weeks_total < 26`; is a value not known, ask `is_missing(…)`";
                    self.advise("script::type", node.place, message, help, None);
                }
                Meaning::Value(self.node(NodeKind::Not(Box::new(node)), place), Type::BOOL)
            }
            _ if Function::named(name).is_some() => return None,
            _ => {
                let meant = match name {
                    "&" => "&&",
                    "|" => "||",
                    _ => {
                        let message = format!("`{name}` is not available in deciding code");
                        self.error("script::not-available", place, message);
                        return Some(Self::poison(place));
                    }
                };
                let message = format!("`{name}` does not join two conditions");
                let at = self.sign(arguments, name).unwrap_or(place);
                let edit = self.texts.edit(at, meant, true);
                let help = format!("write `{meant}`");
                self.advise("script::not-available", at, message, help, edit);
                Self::poison(place)
            }
        })
    }

    /// The place of an operator, between the values it stands between.
    fn sign(&self, operands: &[Expr], name: &str) -> Option<Place> {
        let [left, right] = operands else {
            return None;
        };
        let mut at = self.texts.token_before(self.extent(right))?;
        // Brackets around the right side come first.
        let begin = self.extent(left);
        while self.texts.written(at) != name {
            at = self.texts.token_before(at)?;
            if (at.line, at.column) < (begin.line, begin.column) {
                return None;
            }
        }
        Some(at)
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
            let other = if asks_presence(&one) { right } else { left };
            let value = self.texts.written(self.extent(other));
            let negated = matches!(op, Comparator::NotEqual);
            let asked = format!("{}is_missing({value})", if negated { "!" } else { "" });
            let equality = negated || matches!(op, Comparator::Equal);
            let edit = self.texts.edit(place, &asked, true).filter(|_| equality);
            let help = if equality {
                format!("whether a value is missing is asked by `{asked}`")
            } else {
                "ask `is_missing(a.…)`, or give a value for the missing case with `a.… ?? value`"
                    .to_owned()
            };
            let message = "nothing is ever equal to a missing value";
            self.advise("script::type", place, message, help, edit);
            return Self::poison(place);
        }
        let (left_place, right_place) = (self.extent(left), self.extent(right));
        let (left, one) = self.demand(one, left_place);
        let (right, other) = self.demand(other, right_place);
        let ordered = !matches!(op, Comparator::Equal | Comparator::NotEqual);
        if !one.accepts(other) {
            let message = if matches!(left.kind, NodeKind::Compare { .. }) {
                "two comparisons cannot stand in a row".to_owned()
            } else {
                format!("{} is compared with {}", one.name(), other.name())
            };
            let (help, edit) = self.unlike((&left, one), (&right, other), op, place);
            self.advise("script::type", place, message, help, edit);
        } else if ordered && one != Type::Unknown && (one.is(Kind::Bool) || one.is(Kind::Text)) {
            let message = format!(
                "`{}` needs numbers or dates, this is {}",
                op.symbol(),
                one.name()
            );
            let help = "ask with `==` or `!=` whether it is a certain one";
            self.advise("script::type", place, message, help, None);
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
        let naming = Naming {
            params: &self.params,
            terms: &self.terms,
            locals: &self.locals,
        };
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
                let written = self.texts.written(at);
                let (help, edit) = match unquoted(&written) {
                    Some(number) => (
                        Some(NO_QUOTES.to_owned()),
                        self.texts.edit(at, number, true),
                    ),
                    None => (None, None),
                };
                let found = Diagnostic::error("script::type", message).help_opt(help);
                self.report(at, found.edits(edit));
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
