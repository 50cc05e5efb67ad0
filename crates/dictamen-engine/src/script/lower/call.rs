//! Calls: operators, registered functions, and functions of the script written out in place.

use std::sync::Arc;

use chrono::NaiveDate;
use dictamen_model::characteristic::{Kind, Value};
use rhai::{Expr, FnCallExpr};

use super::{Binding, Lowering, MAX_INLINING, Meaning};
use crate::{
    Diagnostic,
    nearest::did_you_mean,
    script::{argument, declare},
    tree::{Comparator, Function, Node, NodeKind, Operator, Place, Step, Type, print},
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
        if let ("contains", [among, value]) = (name, call.args.as_slice()) {
            return self.membership(value, among, place);
        }
        if call.op_token.is_some()
            && let Some(meaning) = self.operator(name, &call.args, place)
        {
            return meaning;
        }
        if self.scripts.has_function(&self.file, name, call.args.len()) {
            let arguments = call
                .args
                .iter()
                .map(|a| (self.place(a.start_position()), self.meaning(a)));
            let arguments = arguments.collect();
            let file = self.file.clone();
            return self.inline(&file, name, arguments, place);
        }
        let arguments: Vec<_> = call.args.iter().collect();
        self.builtin(name, None, &arguments, place)
    }

    /// `value.function(…)`, which is `function(value, …)`.
    pub(super) fn method(&mut self, of: Meaning, call: &FnCallExpr, place: Place) -> Meaning {
        let arguments: Vec<_> = call.args.iter().collect();
        self.builtin(call.name.as_str(), Some(of), &arguments, place)
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
            ([only], _, Some(Operator::Add)) => self.meaning(only),
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
                self.error("script::not-available", place, message);
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
        let (left_place, right_place) = (
            self.place(left.start_position()),
            self.place(right.start_position()),
        );
        let (left, one) = self.demand(one, left_place);
        let (right, other) = self.demand(other, right_place);
        let ordered = !matches!(op, Comparator::Equal | Comparator::NotEqual);
        if !one.accepts(other) {
            let message = format!("{} is compared with {}", one.name(), other.name());
            self.report(
                place,
                Diagnostic::error("script::type", message)
                    .help("in plain Rhai this would silently be false; compare like with like"),
            );
        } else if ordered && (one == Type::BOOL || one == Type::Of(Kind::Text)) {
            let message = format!(
                "`{}` needs numbers or dates, this is {}",
                op.symbol(),
                one.name()
            );
            self.error("script::type", place, message);
        } else {
            self.vocabulary(&left, &right);
            self.vocabulary(&right, &left);
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

    /// A text compared with a characteristic of a closed vocabulary must be one of its words.
    pub(super) fn vocabulary(&mut self, characteristic: &Node, word: &Node) {
        let (NodeKind::Characteristic(index), NodeKind::Constant(Value::Text(text))) =
            (&characteristic.kind, &word.kind)
        else {
            return;
        };
        let definitions = dictamen_model::characteristic::definitions();
        let Some(definition) = definitions.get(*index) else {
            return;
        };
        if !definition.values.is_empty() && !definition.values.contains(&&**text) {
            let message = format!("`{}` is never \"{text}\"", definition.name);
            let help = format!("it is one of: {}", definition.values.join(", "));
            self.report(
                word.place,
                Diagnostic::error("script::unknown-value", message).help(help),
            );
        }
    }

    fn arithmetic(&mut self, op: Operator, left: &Expr, right: &Expr, place: Place) -> Meaning {
        let (left, one) = self.operand(left);
        let (right, other) = self.operand(right);
        let date = Type::Of(Kind::Date);
        if one == date || other == date {
            self.report(
                place,
                Diagnostic::error(
                    "script::type",
                    format!("`{}` cannot be used with dates", op.symbol()),
                )
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
        let found = match (op, one.join(other)) {
            (Operator::Divide, _) => Type::Of(Kind::Decimal),
            (_, Some(joined)) => joined,
            (_, None) => Type::Unknown,
        };
        let kind = NodeKind::Arithmetic {
            op,
            left: Box::new(left),
            right: Box::new(right),
        };
        Meaning::Value(self.node(kind, place), found)
    }

    fn imported_call(&mut self, call: &FnCallExpr, place: Place) -> Meaning {
        let alias = call.namespace.root().to_owned();
        let Some(file) = self.scripts.imported(&self.file, &alias) else {
            let message = format!("nothing is imported as `{alias}` in this file");
            self.error("script::unknown-name", place, message);
            return Self::poison(place);
        };
        let name = call.name.as_str();
        let arguments = call
            .args
            .iter()
            .map(|a| (self.place(a.start_position()), self.meaning(a)));
        let arguments: Vec<_> = arguments.collect();
        if !self.scripts.has_function(&file, name, arguments.len()) {
            let names = self.scripts.function_names(&file);
            let help = did_you_mean(
                name,
                names.iter().map(String::as_str).filter(|n| *n != name),
            );
            let message = format!(
                "`{file}` has no function `{name}` with {} arguments",
                arguments.len()
            );
            self.report(
                place,
                Diagnostic::error("script::unknown-name", message).help_opt(help),
            );
            return Self::poison(place);
        }
        self.inline(&file, name, arguments, place)
    }

    /// Writes a function of the script out in place.
    fn inline(
        &mut self,
        file: &str,
        name: &str,
        arguments: Vec<(Place, Meaning)>,
        place: Place,
    ) -> Meaning {
        let this = (file.to_owned(), name.to_owned(), arguments.len());
        if self.calls.contains(&this) {
            let message = format!("`{name}` calls itself, directly or in a circle");
            self.report(
                place,
                Diagnostic::error("script::recursion", message)
                    .help("deciding always ends, so deciding code has no recursion"),
            );
            return Self::poison(place);
        }
        let Some(definition) = self.scripts.function(file, name, arguments.len()) else {
            return Self::poison(place);
        };
        if self.calls.len() >= MAX_INLINING || self.exhausted() {
            self.error(
                "script::limit",
                place,
                "functions call functions too deeply here",
            );
            return Self::poison(place);
        }
        let mut steps = Vec::new();
        let mut inner = super::Scope::default();
        for (parameter, (at, meaning)) in definition.parameters.iter().zip(arguments) {
            let binding = match meaning {
                Meaning::Applicant => Binding::Applicant,
                Meaning::Band => Binding::Band,
                Meaning::Static(value) => Binding::Static(value),
                other => {
                    let (value, found) = self.demand(other, at);
                    let slot = self.slots;
                    self.slots = self.slots.saturating_add(1);
                    steps.push(Step::Let { slot, value });
                    Binding::Local(slot, found)
                }
            };
            inner.bind(parameter, binding);
        }
        let outer = std::mem::replace(&mut self.scope, inner);
        let outer_file = std::mem::replace(&mut self.file, file.to_owned());
        self.calls.push(this);
        let (body, found) = self.function_body(&definition, place);
        self.calls.pop();
        self.file = outer_file;
        self.scope = outer;
        let inlined = self.node(NodeKind::Inlined(Box::new(body)), place);
        if steps.is_empty() {
            return Meaning::Value(inlined, found);
        }
        let block = NodeKind::Block {
            steps,
            result: Some(Box::new(inlined)),
        };
        Meaning::Value(self.node(block, place), found)
    }

    /// A function of Dictamen. `of` is the value before the dot, if it was called that way.
    fn builtin(
        &mut self,
        name: &str,
        of: Option<Meaning>,
        arguments: &[&Expr],
        place: Place,
    ) -> Meaning {
        match name {
            "is_missing" => return self.is_missing(of, arguments, place),
            "lookup" | "lookup_range" => return self.lookup(name, of, arguments, place),
            "date" => return self.date(arguments, place),
            "grant" | "decline" | "refer" | "when" if of.is_none() => {
                return self.settlement(name, arguments, place);
            }
            _ => {}
        }
        let Some(function) = Function::named(name) else {
            if declare::usage(name).is_some() {
                let message = format!("`{name}` declares; it cannot stand in deciding code");
                self.error("script::not-available", place, message);
                return Self::poison(place);
            }
            let own = self.scripts.function_names(&self.file);
            let known = Function::ALL
                .iter()
                .map(|f| f.name())
                .chain(declare::OFFER_ONLY);
            let known = known
                .chain(own.iter().map(String::as_str))
                .filter(|n| *n != name);
            let help = did_you_mean(name, known);
            let message = format!("there is no function `{name}` for deciding code");
            let help = help.or_else(|| {
                own.iter()
                    .any(|n| n == name)
                    .then(|| "it takes another number of arguments".to_owned())
            });
            self.report(
                place,
                Diagnostic::error("script::unknown-name", message).help_opt(help),
            );
            return Self::poison(place);
        };
        let mut nodes = Vec::new();
        if let Some(of) = of {
            nodes.push(self.demand(of, place));
        }
        for argument in arguments {
            nodes.push(self.operand(argument));
        }
        let wanted = function.parameters();
        if nodes.len() != wanted.len() {
            let message = format!(
                "`{name}` takes {} arguments, not {}",
                wanted.len(),
                nodes.len()
            );
            let help = format!("write `{}`", function.usage());
            self.report(
                place,
                Diagnostic::error("script::arguments", message).help(help),
            );
            return Self::poison(place);
        }
        for ((node, found), wanted) in nodes.iter().zip(wanted) {
            let fits = match wanted {
                Kind::Int => Type::Of(Kind::Int) == *found || *found == Type::Unknown,
                other => Type::Of(*other).accepts(*found),
            };
            if !fits {
                let wanted = Type::Of(*wanted).name();
                let message = format!("`{name}` needs {wanted} here, this is {}", found.name());
                let help = format!("write `{}`", function.usage());
                self.report(
                    node.place,
                    Diagnostic::error("script::type", message).help(help),
                );
            }
        }
        let types: Vec<Type> = nodes.iter().map(|(_, found)| *found).collect();
        let arguments = nodes.into_iter().map(|(node, _)| node).collect();
        let found = function.result(&types);
        Meaning::Value(
            self.node(
                NodeKind::Call {
                    function,
                    arguments,
                },
                place,
            ),
            found,
        )
    }

    fn is_missing(&mut self, of: Option<Meaning>, arguments: &[&Expr], place: Place) -> Meaning {
        let meaning = match (of, arguments) {
            (Some(of), []) => of,
            (None, [only]) => self.meaning(only),
            _ => {
                self.error("script::arguments", place, "`is_missing` takes one value");
                return Self::poison(place);
            }
        };
        let (node, _) = self.demand(meaning, place);
        Meaning::Value(
            self.node(NodeKind::IsMissing(Box::new(node)), place),
            Type::BOOL,
        )
    }

    /// `value in [a, b]`, `value in 1..5`; Rhai writes it `contains(list, value)` in its tree.
    fn membership(&mut self, value: &Expr, among: &Expr, place: Place) -> Meaning {
        let (value, found) = self.operand(value);
        let among_place = self.place(among.start_position());
        let node = match among {
            Expr::FnCall(range, _) if matches!(range.name.as_str(), ".." | "..=") => {
                let inclusive = range.name.as_str() == "..=";
                let [low, high] = range.args.as_slice() else {
                    return Self::poison(place);
                };
                let (low, one) = self.operand(low);
                let (high, other) = self.operand(high);
                for (found, at) in [(found, value.place), (one, low.place), (other, high.place)] {
                    if !found.is_number() {
                        let message = format!("a range needs numbers, this is {}", found.name());
                        self.error("script::type", at, message);
                    }
                }
                let (low, high) = (Box::new(low), Box::new(high));
                self.node(
                    NodeKind::Within {
                        value: Box::new(value),
                        low,
                        high,
                        inclusive,
                    },
                    place,
                )
            }
            other => {
                let options = self.options(other, among_place);
                for (option, kind) in &options {
                    if !found.accepts(*kind) {
                        let message =
                            format!("{} is looked for among {}", found.name(), kind.name());
                        self.error("script::type", option.place, message);
                    }
                    self.vocabulary(&value, option);
                }
                let options = options.into_iter().map(|(node, _)| node).collect();
                self.node(
                    NodeKind::OneOf {
                        value: Box::new(value),
                        options,
                    },
                    place,
                )
            }
        };
        Meaning::Value(node, Type::BOOL)
    }

    fn options(&mut self, list: &Expr, place: Place) -> Vec<(Node, Type)> {
        if let Expr::Array(items, _) = list {
            return items.iter().map(|item| self.operand(item)).collect();
        }
        let meaning = self.meaning(list);
        let Meaning::Static(value) = meaning else {
            self.error("script::type", place, "`in` needs a list or a range");
            return Vec::new();
        };
        let Some(items) = value.read_lock::<rhai::Array>().map(|array| array.to_vec()) else {
            self.error("script::type", place, "`in` needs a list or a range");
            return Vec::new();
        };
        let mut options = Vec::new();
        for item in items {
            match argument::scalar(&item.flatten_clone()) {
                Some(value) => {
                    let meaning = self.constant(value, place);
                    options.push(self.demand(meaning, place));
                }
                None => self.error(
                    "script::type",
                    place,
                    "the list holds something that is no plain value",
                ),
            }
        }
        options
    }

    fn date(&mut self, arguments: &[&Expr], place: Place) -> Meaning {
        if let [Expr::StringConstant(text, _)] = arguments
            && let Ok(day) = NaiveDate::parse_from_str(text, "%Y-%m-%d")
        {
            return self.constant(Value::Date(day), place);
        }
        let message = "a date is written `date(\"2026-09-15\")`";
        self.error("script::arguments", place, message);
        Self::poison(place)
    }

    /// `lookup(table, key, "column")`, `lookup_range(table, value, "column")`.
    fn lookup(
        &mut self,
        name: &str,
        of: Option<Meaning>,
        arguments: &[&Expr],
        place: Place,
    ) -> Meaning {
        let ranged = name == "lookup_range";
        let (table, rest) = match (of, arguments) {
            (Some(of), rest) => (Some(of), rest),
            (None, [first, rest @ ..]) => (Some(self.meaning(first)), rest),
            (None, []) => (None, arguments),
        };
        let (Some(table), [key, Expr::StringConstant(column, column_position)]) = (table, rest)
        else {
            let message = format!("write `{name}(table, value, \"column\")`");
            self.error("script::arguments", place, message);
            return Self::poison(place);
        };
        let index = match &table {
            Meaning::Static(value) => declare::table_of(value),
            _ => None,
        };
        let known = index.and_then(|index| Some((index, self.tables.get(index).cloned()?)));
        let Some((index, table)) = known else {
            let message = format!("`{name}` needs a table, as `table(\"file.csv\")` gives it");
            self.error("script::type", place, message);
            return Self::poison(place);
        };
        let (key, key_type) = self.operand(key);
        let first = table
            .columns
            .first()
            .map_or(Type::Unknown, |c| Type::Of(c.kind));
        let wanted = if ranged {
            Type::Of(Kind::Decimal)
        } else {
            first
        };
        if !wanted.accepts(key_type) || (ranged && !first.is_number()) {
            let message = format!(
                "the first column of `{}` holds {}, it is looked up by {}",
                table.file,
                first.name(),
                key_type.name()
            );
            self.error("script::type", place, message);
        }
        let Some(column_index) = table.column(column.as_str()) else {
            let help = did_you_mean(column, table.columns.iter().map(|c| &*c.name));
            let message = format!("table `{}` has no column `{column}`", table.file);
            let place = self.place(*column_position);
            self.report(
                place,
                Diagnostic::error("table::unknown-column", message).help_opt(help),
            );
            return Self::poison(place);
        };
        let found = table
            .columns
            .get(column_index)
            .map_or(Type::Unknown, |c| Type::Of(c.kind));
        let kind = NodeKind::Lookup {
            table: index,
            column: column_index,
            key: Box::new(key),
            ranged,
        };
        Meaning::Value(self.node(kind, place), found)
    }
}
