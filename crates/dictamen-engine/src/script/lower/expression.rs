//! Expressions: names, properties, operators, literals.

use std::sync::Arc;

use dictamen_model::characteristic::{Kind, Value, definitions, index_of};
use rhai::{ASTFlags, BinaryExpr, Dynamic, Expr};

use super::{Binding, Lowering, MAX_DEPTH, Meaning};
use crate::{
    Diagnostic,
    script::{argument, declare, failure, sandbox},
    tree::{Node, NodeKind, Place, Type, unit_named},
};

impl Lowering<'_> {
    /// A value in the last place of a block, where `return` may stand inside.
    pub(super) fn value_in_tail(&mut self, expression: &Expr) -> (Node, Type) {
        let place = self.extent(expression);
        if let Expr::Stmt(block) = expression {
            // Whether its value is needed is known only where the way ends.
            return self.block(block, place);
        }
        let meaning = self.meaning(expression);
        self.demand(meaning, place)
    }

    /// A value inside another expression, where `return` may not stand.
    pub(super) fn operand(&mut self, expression: &Expr) -> (Node, Type) {
        let place = self.extent(expression);
        let meaning = self.meaning(expression);
        self.demand(meaning, place)
    }

    /// A meaning where a plain value is needed.
    pub(super) fn demand(&mut self, meaning: Meaning, place: Place) -> (Node, Type) {
        let message = match meaning {
            Meaning::Value(_, Type::Nothing) => {
                "not every way through this ends in a value".to_owned()
            }
            Meaning::Value(node, found) => return (node, found),
            Meaning::Applicant => {
                "the applicant is no value; name a characteristic, as in `a.weeks_total`".to_owned()
            }
            Meaning::Band => {
                "the band is no value; name a term, as in `band.annual_rate`".to_owned()
            }
            Meaning::Decision(_) => {
                "the decision is no value; name a part of it, as in `d.outcome`".to_owned()
            }
            Meaning::Static(value) => format!(
                "a value is needed here, not {}",
                sandbox::plain_type(&value)
            ),
            Meaning::Nothing => {
                "`()` is no value; ask `is_missing(a.…)` or give one with `??`".to_owned()
            }
        };
        self.error("script::type", place, message);
        Self::wrong(place)
    }

    /// What an expression means.
    pub(super) fn meaning(&mut self, expression: &Expr) -> Meaning {
        let place = self.extent(expression);
        if self.exhausted() {
            let (node, found) = Self::wrong(place);
            return Meaning::Value(node, found);
        }
        let allowed = std::mem::replace(&mut self.return_allowed, false);
        let meaning = self.deeper(place, |this| this.meaning_at(expression, place));
        self.return_allowed = allowed;
        meaning
    }

    /// Goes one level down, if there is one.
    pub(super) fn deeper(
        &mut self,
        place: Place,
        lower: impl FnOnce(&mut Self) -> Meaning,
    ) -> Meaning {
        if self.depth >= MAX_DEPTH {
            self.report(
                place,
                Diagnostic::error("script::limit", "this is nested too deeply")
                    .help("take parts of it out into `let`, or use a table"),
            );
            return Self::poison(place);
        }
        self.depth = self.depth.saturating_add(1);
        let meaning = lower(self);
        self.depth = self.depth.saturating_sub(1);
        meaning
    }

    fn meaning_at(&mut self, expression: &Expr, place: Place) -> Meaning {
        match expression {
            Expr::BoolConstant(value, _) => self.constant(Value::Bool(*value), place),
            Expr::IntegerConstant(value, _) => self.constant(Value::Int(*value), place),
            Expr::StringConstant(value, _) => {
                self.constant(Value::Text(value.as_str().into()), place)
            }
            Expr::CharConstant(value, _) => {
                self.constant(Value::Text(value.to_string().into()), place)
            }
            Expr::DynamicConstant(value, _) => self.static_value(value, place),
            Expr::Unit(_) => Meaning::Nothing,
            Expr::Variable(variable, ..) if !variable.2.is_empty() => {
                let message = format!(
                    "`{}::{}` cannot be used in deciding code",
                    variable.2, variable.1
                );
                self.report(
                    place,
                    Diagnostic::error("script::not-available", message)
                        .help("bind it with `let` at the top of the script and use that name"),
                );
                Self::poison(place)
            }
            Expr::Variable(variable, ..) => self.variable(variable.1.as_str(), place),
            Expr::Stmt(block) => {
                let (node, found) = self.block(block, place);
                Meaning::Value(node, found)
            }
            Expr::FnCall(call, _) => self.call(call, place),
            Expr::Dot(dot, flags, _) => self.dot(dot, *flags, place),
            Expr::And(operands, _) => self.logic(operands, "&&", place),
            Expr::Or(operands, _) => self.logic(operands, "||", place),
            Expr::Coalesce(operands, _) => self.coalesce(operands, place),
            Expr::Index(index, flags, _) => {
                let start = self.extent(&index.lhs);
                let left = self.meaning(&index.lhs);
                self.pick_into(left, &index.rhs, *flags, start)
            }
            Expr::Array(..) | Expr::Map(..) => {
                if let Some(value) = expression.get_literal_value(None) {
                    return Meaning::Static(value);
                }
                self.error("script::type", place, "a list cannot be used here");
                Self::poison(place)
            }
            Expr::InterpolatedString(..) => {
                self.advise(
                    "script::not-available",
                    place,
                    "texts cannot be put together in deciding code",
                    "write the whole text between double quotes",
                    None,
                );
                Self::poison(place)
            }
            // `this`, a property or method without a value before it, or a kind of a later Rhai.
            _ => {
                self.error(
                    "script::not-available",
                    place,
                    "this cannot stand in deciding code",
                );
                Self::poison(place)
            }
        }
    }

    pub(super) fn poison(place: Place) -> Meaning {
        let (node, found) = Self::wrong(place);
        Meaning::Value(node, found)
    }

    pub(super) fn constant(&mut self, value: Value, place: Place) -> Meaning {
        let found = value.kind().map_or(Type::Unknown, Type::plain);
        Meaning::Value(self.node(NodeKind::Constant(value), place), found)
    }

    /// A value of the script known at load: a named threshold, a plain value, or a structure.
    fn static_value(&mut self, value: &Dynamic, place: Place) -> Meaning {
        let value = value.flatten_clone();
        if let Some(index) = declare::param_of(&value, &self.param_texts)
            && let Some(param) = self.params.get_mut(index)
        {
            param.used = true;
            let found = param.value.kind().map_or(Type::Unknown, |kind| {
                Type::Of(kind, unit_named(&param.unit))
            });
            return Meaning::Value(self.node(NodeKind::Param(index), place), found);
        }
        match argument::scalar(&value) {
            Some(plain) => self.constant(plain, place),
            None if value.is_unit() => Meaning::Nothing,
            None if self.of_decision && declare::outcome_of(&value).is_some() => {
                let name = declare::outcome_of(&value).map_or("", crate::Outcome::name);
                self.constant(Value::Text(name.into()), place)
            }
            None => Meaning::Static(value),
        }
    }

    fn variable(&mut self, name: &str, place: Place) -> Meaning {
        match self.scope.find(name).cloned() {
            Some(Binding::Applicant) => Meaning::Applicant,
            Some(Binding::Band) => Meaning::Band,
            Some(Binding::Decision(part)) => Meaning::Decision(part),
            Some(Binding::Local(slot, found)) => {
                Meaning::Value(self.node(NodeKind::Local(slot), place), found)
            }
            Some(Binding::Static(value)) => self.static_value(&value, place),
            None => {
                let found = failure::name::unknown(name, place, self.texts);
                self.report(place, found);
                Self::poison(place)
            }
        }
    }

    /// `left.right`, which may go on: `a.weeks_total`, `band.annual_rate`, `row.min`.
    fn dot(&mut self, dot: &BinaryExpr, flags: ASTFlags, place: Place) -> Meaning {
        if flags.contains(ASTFlags::NEGATED) {
            let message =
                "`?.` is not needed: a missing characteristic is handled by `??` or `is_missing`";
            self.error("script::not-available", place, message);
            return Self::poison(place);
        }
        let start = self.extent(&dot.lhs);
        let left = self.meaning(&dot.lhs);
        self.step_into(left, &dot.rhs, start)
    }

    /// What follows a dot. `start` is what stands before it.
    fn step_into(&mut self, left: Meaning, right: &Expr, start: Place) -> Meaning {
        match right {
            Expr::Property(property, position) => {
                let own = self.place(*position);
                self.property(left, property.2.as_str(), own, start.to(own))
            }
            Expr::MethodCall(call, position) => {
                let own = self.place(*position);
                self.method(left, call, self.texts.first(own), start.to(own))
            }
            // Chains lean to the right: `row.rates.first` is `row.(rates.first)`.
            Expr::Dot(inner, ..) => {
                let next = self.step_into(left, &inner.lhs, start);
                let start = start.to(self.extent(&inner.lhs));
                self.step_into(next, &inner.rhs, start)
            }
            Expr::Index(inner, flags, _) => {
                let next = self.step_into(left, &inner.lhs, start);
                let start = start.to(self.extent(&inner.lhs));
                self.pick_into(next, &inner.rhs, *flags, start)
            }
            other => {
                let place = self.extent(other);
                self.error(
                    "script::not-available",
                    place,
                    "this cannot follow a dot in deciding code",
                );
                Self::poison(place)
            }
        }
    }

    /// A property. `own` is where its name stands, `whole` begins with what it is asked of.
    fn property(&mut self, of: Meaning, name: &str, own: Place, whole: Place) -> Meaning {
        match of {
            Meaning::Applicant => self.characteristic(name, own, whole),
            Meaning::Band => self.term(name, own, whole),
            Meaning::Decision(part) => self.decided(part, name, own, whole),
            Meaning::Static(value) => self.static_property(&value, name, own, whole),
            Meaning::Value(_, Type::Unknown) => Self::poison(whole),
            Meaning::Value(..) | Meaning::Nothing => {
                let message = format!("a plain value has no property `{name}`");
                self.error("script::type", own, message);
                Self::poison(whole)
            }
        }
    }

    fn characteristic(&mut self, name: &str, own: Place, whole: Place) -> Meaning {
        let known = index_of(name).and_then(|i| Some((i, definitions().get(i)?)));
        let Some((index, definition)) = known else {
            let message = format!("there is no characteristic `{name}`");
            let code = "script::unknown-characteristic";
            if let Some(help) = withheld(name) {
                self.advise(code, own, message, help, None);
                return Self::poison(whole);
            }
            let names: Vec<&str> = definitions().iter().map(|d| d.name).collect();
            let written = self.texts.written(own);
            let quoted = written.starts_with('"');
            let (help, edit) = self.texts.meant(own, name, names.iter().copied());
            let help = help.unwrap_or_else(|| list_like(name, &names));
            // Between brackets the name stands as a text.
            let edit = edit.map(|mut edit| {
                if quoted {
                    edit.replacement = format!("\"{}\"", edit.replacement);
                }
                edit
            });
            self.advise(code, own, message, help, edit);
            return Self::poison(whole);
        };
        Meaning::Value(
            self.node(NodeKind::Characteristic(index), whole),
            Type::measured(definition.kind, definition.unit),
        )
    }

    fn term(&mut self, name: &str, own: Place, whole: Place) -> Meaning {
        let Some(index) = self.terms.iter().position(|t| &*t.name == name) else {
            let names: Vec<Arc<str>> = self.terms.iter().map(|t| Arc::clone(&t.name)).collect();
            let message = format!("no band has a term `{name}`");
            let names = names.iter().map(|name| &**name);
            let known: Vec<&str> = names.clone().collect();
            let help = (!known.is_empty()).then(|| format!("the bands have: {}", known.join(", ")));
            self.unknown("script::unknown-term", own, message, name, names, help);
            return Self::poison(whole);
        };
        let term = self.terms.get(index).map(|t| (t.kind, t.complete));
        let (kind, complete) = term.unwrap_or((Kind::Int, true));
        if !complete {
            let message = format!("not every band with terms has `{name}`");
            self.report(
                own,
                Diagnostic::error("script::unknown-term", message)
                    .help("give it in every band that leads to the offer"),
            );
        }
        Meaning::Value(self.node(NodeKind::Term(index), whole), Type::plain(kind))
    }

    fn static_property(
        &mut self,
        value: &Dynamic,
        name: &str,
        own: Place,
        whole: Place,
    ) -> Meaning {
        let found = value.read_lock::<rhai::Map>().map(|map| {
            let names: Vec<String> = map.keys().map(ToString::to_string).collect();
            (map.get(name).cloned(), names)
        });
        match found {
            Some((Some(inner), _)) => self.static_value(&inner, whole),
            Some((None, names)) => {
                let message = format!("the object map has no property `{name}`");
                let names = names.iter().map(String::as_str);
                self.unknown("script::unknown-name", own, message, name, names, None);
                Self::poison(whole)
            }
            None => {
                let message = format!("{} has no property `{name}`", sandbox::plain_type(value));
                self.error("script::type", own, message);
                Self::poison(whole)
            }
        }
    }

    /// `left[right]`, which may go on: `rows[0].low`, `rows[0]["low"]`.
    fn pick_into(&mut self, left: Meaning, right: &Expr, flags: ASTFlags, start: Place) -> Meaning {
        match right {
            // The chain leans to the right here too, unless it ends within the brackets.
            Expr::Dot(inner, ..) if !flags.contains(ASTFlags::BREAK) => {
                let whole = self.texts.balanced(start.to(self.extent(&inner.lhs)));
                let next = self.pick(left, &inner.lhs, whole);
                self.step_into(next, &inner.rhs, whole)
            }
            Expr::Index(inner, next_flags, _) if !flags.contains(ASTFlags::BREAK) => {
                let whole = self.texts.balanced(start.to(self.extent(&inner.lhs)));
                let next = self.pick(left, &inner.lhs, whole);
                self.pick_into(next, &inner.rhs, *next_flags, whole)
            }
            key => {
                let whole = self.texts.balanced(start.to(self.extent(key)));
                self.pick(left, key, whole)
            }
        }
    }

    /// `left[key]`, which is `place`.
    fn pick(&mut self, left: Meaning, key: &Expr, place: Place) -> Meaning {
        match (left, key) {
            (Meaning::Static(list), Expr::IntegerConstant(at, position)) => {
                let item = list.read_lock::<rhai::Array>().and_then(|array| {
                    array
                        .get(usize::try_from(*at).ok()?)
                        .map(Dynamic::flatten_clone)
                });
                if let Some(item) = item {
                    return self.static_value(&item, place);
                }
                let at = self.place(*position);
                self.error("script::unknown-name", at, "the list has no such entry");
            }
            (
                left @ (Meaning::Static(_)
                | Meaning::Applicant
                | Meaning::Band
                | Meaning::Decision(_)),
                Expr::StringConstant(name, position),
            ) => {
                let own = self.place(*position);
                return self.property(left, name.as_str(), own, place);
            }
            (Meaning::Value(_, Type::Unknown), _) => {}
            _ => self.error(
                "script::not-available",
                place,
                "deciding code can only pick a fixed entry of a list; use a table and `lookup`",
            ),
        }
        Self::poison(place)
    }

    fn logic(&mut self, operands: &[Expr], operator: &str, place: Place) -> Meaning {
        let nodes: Vec<Node> = operands
            .iter()
            .map(|operand| {
                let (node, found) = self.operand(operand);
                if !Type::BOOL.accepts(found) {
                    let message = format!(
                        "`{operator}` needs true or false on both sides, this is {}",
                        found.name()
                    );
                    let help = "compare it, as in `a.weeks_total < 26`";
                    self.advise("script::type", node.place, message, help, None);
                }
                node
            })
            .collect();
        let kind = if operator == "&&" {
            NodeKind::And(nodes)
        } else {
            NodeKind::Or(nodes)
        };
        Meaning::Value(self.node(kind, place), Type::BOOL)
    }

    fn coalesce(&mut self, operands: &[Expr], place: Place) -> Meaning {
        let mut joined: Option<Type> = None;
        let mut nodes = Vec::new();
        for operand in operands {
            let (node, found) = self.operand(operand);
            joined = Some(match joined {
                Some(before) => self.join(before, found, node.place),
                None => found,
            });
            nodes.push(node);
        }
        let kind = NodeKind::Coalesce(nodes);
        Meaning::Value(self.node(kind, place), joined.unwrap_or(Type::Unknown))
    }
}

/// Words of Spanish with the words that names have for them.
const SPANISH: [(&str, &str); 16] = [
    ("semanas", "weeks"),
    ("ingreso", "income"),
    ("ingresos", "income"),
    ("sueldo", "salary"),
    ("salario", "salary"),
    ("edad", "age"),
    ("antiguedad", "tenure"),
    ("patron", "employer"),
    ("patrones", "employers"),
    ("empleo", "employed"),
    ("empleado", "employed"),
    ("deuda", "debt"),
    ("monto", "amount"),
    ("plazo", "term"),
    ("densidad", "density"),
    ("puntaje", "score"),
];

/// Where the names are, and those that have a word in common with the one written.
fn list_like(name: &str, names: &[&str]) -> String {
    let words: Vec<String> = name
        .split('_')
        .filter(|word| word.chars().count() > 2)
        .map(str::to_lowercase)
        .map(|word| {
            let translated = SPANISH.iter().find(|(spanish, _)| *spanish == word);
            translated.map_or(word, |(_, english)| (*english).to_owned())
        })
        .collect();
    let alike = names.iter().filter(|known| {
        known
            .split('_')
            .any(|part| words.iter().any(|word| word == part))
    });
    let alike: Vec<String> = alike.take(4).map(|name| format!("`{name}`")).collect();
    let list = "`dictamen characteristics` lists every name";
    if alike.is_empty() {
        list.to_owned()
    } else {
        format!("some names like it: {}; {list}", alike.join(", "))
    }
}

/// Why a rule cannot ask what the record holds about the person.
fn withheld(name: &str) -> Option<String> {
    const IDENTIFIERS: [&str; 6] = ["curp", "nss", "rfc", "name", "email", "birth_date"];
    const PROTECTED: [&str; 7] = [
        "sex",
        "gender",
        "sexo",
        "genero",
        "birthplace",
        "birth_state",
        "birth_entity",
    ];
    if PROTECTED.contains(&name) {
        Some("sex and place of birth decide nothing: no rule can ask for them".to_owned())
    } else if IDENTIFIERS.contains(&name) {
        Some("what identifies a person decides nothing: no rule can ask for it".to_owned())
    } else {
        None
    }
}
