//! Functions of Dictamen: the registered ones, `is_missing`, `in`, `date`, and table look-ups.

use chrono::NaiveDate;
use dictamen_model::characteristic::{Kind, Value, index_of};
use rhai::Expr;

use super::{Lowering, Meaning, unlike::day};
use crate::{
    Diagnostic,
    script::{argument, declare, failure, slip},
    tree::{Function, Node, NodeKind, Place, Type},
};

impl Lowering<'_> {
    /// A function of Dictamen. `of` is the value before the dot, if it was called that way; `own` is
    /// where the function's name stands.
    pub(super) fn builtin(
        &mut self,
        name: &str,
        of: Option<Meaning>,
        arguments: &[&Expr],
        own: Place,
        place: Place,
    ) -> Meaning {
        match name {
            "gives" if matches!(of, Some(Meaning::Decision(_))) => {
                return self.gives(arguments, own, place);
            }
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
            return self.no_function(name, of.as_ref(), arguments, own, place);
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
            if let Some(slip) = slip::number_with_comma(self.texts, place) {
                self.advise(
                    "script::arguments",
                    slip.place,
                    slip.message,
                    slip.help,
                    slip.edits,
                );
                return Self::poison(place);
            }
            let help = format!("write `{}`", function.usage());
            self.advise("script::arguments", place, message, help, None);
            return Self::poison(place);
        }
        for ((node, found), wanted) in nodes.iter().zip(wanted) {
            let fits = match wanted {
                Kind::Int => found.is(Kind::Int),
                other => Type::plain(*other).accepts(*found),
            };
            if !fits {
                let wanted = Type::plain(*wanted).name();
                let message = format!("`{name}` needs {wanted} here, this is {}", found.name());
                let help = format!("write `{}`", function.usage());
                self.report(
                    node.place,
                    Diagnostic::error("script::type", message).help(help),
                );
            }
        }
        let types: Vec<Type> = nodes.iter().map(|(_, found)| *found).collect();
        if let (
            Function::FloorTo | Function::CeilTo | Function::Min | Function::Max,
            [one, other],
        ) = (function, types.as_slice())
        {
            self.same_unit(*one, *other, "put together with", place);
        }
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

    /// A call of what is no function of deciding code.
    fn no_function(
        &mut self,
        name: &str,
        of: Option<&Meaning>,
        arguments: &[&Expr],
        own: Place,
        place: Place,
    ) -> Meaning {
        // Of what is wrong already nothing more is said.
        if matches!(of, Some(Meaning::Value(_, Type::Unknown))) {
            return Self::poison(place);
        }
        if matches!(of, Some(Meaning::Applicant))
            && arguments.is_empty()
            && index_of(name).is_some()
        {
            let call = Place {
                line: own.line,
                column: own.column,
                ..place
            };
            let message = format!("`{name}` is a characteristic and no function");
            let before = Place {
                end_line: own.line,
                end_column: own.column,
                ..place
            };
            let help = format!(
                "it is read without brackets: `{}{name}`",
                self.texts.written(before)
            );
            let edit = self.texts.edit(call, name, true);
            self.advise("script::unknown-name", call, message, help, edit);
            return Self::poison(place);
        }
        let message = format!("there is no function `{name}` for deciding code");
        let code = "script::unknown-name";
        if let Some((help, same)) = failure::name::foreign(name) {
            // Another letter case of the same name is certain, another function is a guess.
            let safe = same.is_some_and(|same| same.eq_ignore_ascii_case(name));
            let edit = same.and_then(|same| self.texts.edit(own, same, safe));
            let help = if help.starts_with("write") || help.starts_with("a policy") {
                help.to_owned()
            } else {
                format!("write `{help}`")
            };
            self.advise(code, own, message, help, edit);
            return Self::poison(place);
        }
        let named = self.scripts.function_names(&self.file);
        if named.iter().any(|n| n == name) {
            let arity = (0..=32).find(|n| self.scripts.has_function(&self.file, name, *n));
            let help = format!(
                "the script's own `{name}` takes {} arguments, not {}",
                arity.unwrap_or(0),
                arguments.len()
            );
            self.advise(code, own, message, help, None);
            return Self::poison(place);
        }
        let known = Function::ALL.iter().map(|f| f.name());
        let known = known.chain(declare::OFFER_ONLY);
        let known: Vec<&str> = known.chain(named.iter().map(String::as_str)).collect();
        let help = "deciding code can call `is_missing`, `lookup`, `min`, `max`, `round_half_up` and the script's own functions";
        let help = Some(help.to_owned());
        self.unknown(code, own, message, name, known.iter().copied(), help);
        Self::poison(place)
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
    pub(super) fn membership(&mut self, value: &Expr, among: &Expr, place: Place) -> Meaning {
        let (value, found) = self.operand(value);
        let among_place = self.extent(among);
        let node = match among {
            Expr::FnCall(range, _) if matches!(range.name.as_str(), ".." | "..=") => {
                let inclusive = range.name.as_str() == "..=";
                let [low, high] = range.args.as_slice() else {
                    return Self::poison(place);
                };
                let (low, one) = self.operand(low);
                let (high, other) = self.operand(high);
                self.same_unit(found, one, "compared with", place);
                self.same_unit(found, other, "compared with", place);
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
                    self.same_unit(found, *kind, "looked for among", option.place);
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
        let mut help =
            "write `date(\"2026-09-15\")`: year, month and day of a day in the calendar".to_owned();
        let mut edit = None;
        if let [Expr::StringConstant(text, position)] = arguments
            && let Some(day) = day(text)
        {
            help = format!("days are written year first: `date(\"{day}\")`");
            let at = self.place(*position);
            edit = self.texts.edit(at, &format!("\"{day}\""), false);
        }
        self.advise("script::arguments", place, "this is not a day", help, edit);
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
        if index == Some(usize::MAX) {
            // What is wrong with the table has been said where it is read.
            self.operand(key);
            return Self::poison(place);
        }
        let known = index.and_then(|index| Some((index, self.tables.get(index).cloned()?)));
        let Some((index, table)) = known else {
            let message = format!("`{name}` needs a table, as `table(\"file.csv\")` gives it");
            let at = self.texts.argument(place, 0);
            let help = "write `let rates = table(\"rates.csv\");` at the top of the script and name `rates` here";
            self.advise("script::type", at, message, help, None);
            return Self::poison(place);
        };
        if let Some(repeated) = table.repeated_key() {
            let message = format!("table `{}` has two rows for `{repeated}`", table.file);
            let help = "a row is found by its first cell, so each row needs one of its own";
            self.report(
                place,
                Diagnostic::error("table::duplicate-key", message).help(help),
            );
        }
        let (key, key_type) = self.operand(key);
        let first = table
            .columns
            .first()
            .map_or(Type::Unknown, |c| Type::plain(c.kind));
        let wanted = if ranged {
            Type::plain(Kind::Decimal)
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
            let message = format!("table `{}` has no column `{column}`", table.file);
            let at = self.place(*column_position);
            let names: Vec<String> = table
                .columns
                .iter()
                .map(|c| format!("\"{}\"", c.name))
                .collect();
            let help = Some(format!("its columns are: {}", names.join(", ")));
            let column = format!("\"{column}\"");
            let names = names.iter().map(String::as_str);
            self.unknown("table::unknown-column", at, message, &column, names, help);
            return Self::poison(place);
        };
        let found = table
            .columns
            .get(column_index)
            .map_or(Type::Unknown, |c| Type::plain(c.kind));
        let kind = NodeKind::Lookup {
            table: index,
            column: column_index,
            key: Box::new(key),
            ranged,
        };
        Meaning::Value(self.node(kind, place), found)
    }
}
