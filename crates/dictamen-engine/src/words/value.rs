//! Values in words: names, arithmetic, functions, look-ups.

use dictamen_model::characteristic::{Unit, definitions};

use super::{Phrase, speaker::Saying};
use crate::tree::{Function, Node, NodeKind, Operator, Step, unit_named};

impl Saying<'_, '_> {
    /// A value as part of a sentence. A plain number takes the unit it stands beside.
    pub(super) fn value(&mut self, node: &Node, beside: Option<Unit>) -> String {
        match &node.kind {
            NodeKind::Constant(value) => self.speaker.value(value, beside),
            NodeKind::Param(index) => match self.speaker.policy.declaration.params.get(*index) {
                Some(param) => format!("{} (`{}`)", self.speaker.param_value(param), param.name),
                None => String::new(),
            },
            NodeKind::Characteristic(index) => self.label(*index).to_owned(),
            NodeKind::Term(index) => {
                let name = self.speaker.policy.terms.get(*index);
                let name = name.map_or("", |name| &**name);
                self.pick(
                    format!("`{name}` de la banda"),
                    format!("the band's `{name}`"),
                )
            }
            NodeKind::Local(slot) => self.locals.get(slot).cloned().unwrap_or_default(),
            NodeKind::Negate(inner) => format!("−{}", self.operand(inner, beside)),
            NodeKind::Arithmetic { op, left, right } => self.arithmetic(*op, left, right),
            NodeKind::Coalesce(nodes) => self.coalesce(nodes, beside),
            NodeKind::Call {
                function,
                arguments,
            } => self.call(*function, arguments, beside),
            NodeKind::Lookup {
                table,
                column,
                key,
                ranged,
            } => self.lookup(*table, *column, key, *ranged),
            NodeKind::Inlined { name, body } => self.function(name, body, beside),
            NodeKind::Block { steps, result } => {
                let arguments = result
                    .as_ref()
                    .is_some_and(|result| matches!(result.kind, NodeKind::Inlined { .. }));
                match result {
                    Some(result) if arguments => {
                        self.arguments(steps);
                        self.value(result, beside)
                    }
                    _ => self.aside(node),
                }
            }
            NodeKind::If {
                condition,
                then,
                otherwise: Some(otherwise),
            } if is_simple(then) && is_simple(otherwise) => {
                let condition = self.condition(condition, true).flat();
                let (then, otherwise) =
                    (self.operand(then, beside), self.operand(otherwise, beside));
                self.pick(
                    format!("{then} si ({condition}) y, si no, {otherwise}"),
                    format!("{then} if ({condition}), else {otherwise}"),
                )
            }
            NodeKind::If { .. }
            | NodeKind::Switch { .. }
            | NodeKind::Grant { .. }
            | NodeKind::Settle { .. } => self.aside(node),
            NodeKind::Not(_)
            | NodeKind::And(_)
            | NodeKind::Or(_)
            | NodeKind::Compare { .. }
            | NodeKind::IsMissing(_)
            | NodeKind::OneOf { .. }
            | NodeKind::Within { .. } => {
                let condition = self.condition(node, true).flat();
                self.pick(
                    format!("si se cumple ({condition})"),
                    format!("whether ({condition})"),
                )
            }
            NodeKind::Return(inner) => self.value(inner, beside),
        }
    }

    /// A value beside others, in brackets where it would be misread.
    pub(super) fn operand(&mut self, node: &Node, beside: Option<Unit>) -> String {
        let text = self.value(node, beside);
        let bracketed = match &node.kind {
            NodeKind::Arithmetic { .. } | NodeKind::If { .. } | NodeKind::Call { .. } => true,
            NodeKind::Inlined { body, .. } => is_simple(body),
            NodeKind::Block { .. } => !text.starts_with('`'),
            _ => false,
        };
        if bracketed { format!("({text})") } else { text }
    }

    /// A value on one side of a comparison, in brackets where its own signs would be misread.
    pub(super) fn side(&mut self, node: &Node, beside: Option<Unit>) -> String {
        let text = self.value(node, beside);
        let misread = text.contains(": ") && !text.ends_with(')');
        if misread { format!("({text})") } else { text }
    }

    /// The name of a characteristic in sentences.
    pub(super) fn label(&self, index: usize) -> &'static str {
        definitions().get(index).map_or("", |definition| {
            self.pick(definition.label_es, definition.label)
        })
    }

    /// The unit a plain number beside this value is in.
    pub(super) fn unit_of(&self, node: &Node) -> Option<Unit> {
        match &node.kind {
            NodeKind::Characteristic(index) => definitions()
                .get(*index)
                .map(|definition| definition.unit)
                .filter(|unit| *unit != Unit::None),
            NodeKind::Param(index) => {
                unit_named(&self.speaker.policy.declaration.params.get(*index)?.unit)
            }
            NodeKind::Negate(inner)
            | NodeKind::Inlined { body: inner, .. }
            | NodeKind::Return(inner) => self.unit_of(inner),
            NodeKind::Coalesce(nodes) => nodes.iter().find_map(|node| self.unit_of(node)),
            NodeKind::If {
                then,
                otherwise: Some(otherwise),
                ..
            } => self
                .unit_of(then)
                .filter(|unit| self.unit_of(otherwise).is_none_or(|other| other == *unit)),
            NodeKind::Block {
                result: Some(result),
                ..
            } => self.unit_of(result),
            NodeKind::Arithmetic {
                op: Operator::Add | Operator::Subtract,
                left,
                right,
            } => {
                let (one, other) = (self.unit_of(left), self.unit_of(right));
                one.or(other)
                    .filter(|_| one == other || one.xor(other).is_some())
            }
            NodeKind::Call {
                function:
                    Function::Abs
                    | Function::Min
                    | Function::Max
                    | Function::RoundHalfUp
                    | Function::FloorTo
                    | Function::CeilTo,
                arguments,
            } => arguments.iter().find_map(|node| self.unit_of(node)),
            NodeKind::Call {
                function: Function::DaysBetween,
                ..
            } => Some(Unit::Days),
            _ => None,
        }
    }

    fn arithmetic(&mut self, op: Operator, left: &Node, right: &Node) -> String {
        // A factor is no amount: `12 * a.monthly_income_gross` is twelve times, not twelve pesos.
        let like = matches!(op, Operator::Add | Operator::Subtract);
        let (one, other) = if like {
            (self.unit_of(right), self.unit_of(left))
        } else {
            (None, None)
        };
        let sign = match op {
            Operator::Add => "+",
            Operator::Subtract => "−",
            Operator::Multiply => "×",
            Operator::Divide => "÷",
            Operator::Remainder => self.pick("módulo", "modulo"),
        };
        let chained = |node: &Node| match (&node.kind, op) {
            (NodeKind::Arithmetic { op: inner, .. }, Operator::Add | Operator::Subtract) => {
                !matches!(inner, Operator::Remainder)
            }
            (NodeKind::Arithmetic { op: inner, .. }, Operator::Multiply | Operator::Divide) => {
                matches!(inner, Operator::Multiply | Operator::Divide)
            }
            _ => false,
        };
        // On the left, what is computed first anyway needs no brackets.
        let left = if chained(left) {
            self.value(left, one)
        } else {
            self.operand(left, one)
        };
        let product = matches!(
            right.kind,
            NodeKind::Arithmetic {
                op: Operator::Multiply | Operator::Divide,
                ..
            }
        );
        let right = if like && product {
            self.value(right, other)
        } else {
            self.operand(right, other)
        };
        format!("{left} {sign} {right}")
    }

    fn coalesce(&mut self, nodes: &[Node], beside: Option<Unit>) -> String {
        let Some((first, rest)) = nodes.split_first() else {
            return String::new();
        };
        let unit = beside.or_else(|| nodes.iter().find_map(|node| self.unit_of(node)));
        let mut text = self.operand(first, unit);
        for node in rest {
            let instead = self.value(node, unit);
            text = self.pick(
                format!("{text} (si se desconoce: {instead})"),
                format!("{text} (if unknown: {instead})"),
            );
        }
        text
    }

    fn call(&mut self, function: Function, arguments: &[Node], beside: Option<Unit>) -> String {
        match (function, arguments) {
            (Function::Min | Function::Max, _) => {
                let mut all = Vec::new();
                gather(function, arguments, &mut all);
                let unit = beside.or_else(|| all.iter().find_map(|node| self.unit_of(node)));
                let all: Vec<String> = all.into_iter().map(|node| self.value(node, unit)).collect();
                let all = all.join("; ");
                if function == Function::Min {
                    self.pick(
                        format!("el menor de: {all}"),
                        format!("the smallest of: {all}"),
                    )
                } else {
                    self.pick(
                        format!("el mayor de: {all}"),
                        format!("the largest of: {all}"),
                    )
                }
            }
            (Function::AnnuityFactor, [rate, months]) => {
                let (rate, months) = (
                    self.value(rate, None),
                    self.value(months, Some(Unit::Months)),
                );
                self.pick(
                    format!("factor de anualidad (tasa mensual: {rate}; meses: {months})"),
                    format!("annuity factor (monthly rate: {rate}; months: {months})"),
                )
            }
            (Function::RoundHalfUp, [number, places]) => {
                let (number, places) = (self.operand(number, beside), self.value(places, None));
                self.pick(
                    format!("{number} redondeado a {places} decimales"),
                    format!("{number} rounded to {places} decimals"),
                )
            }
            (Function::FloorTo | Function::CeilTo, [number, step]) => {
                let unit = beside.or_else(|| self.unit_of(number));
                let (number, step) = (self.operand(number, unit), self.operand(step, unit));
                if function == Function::FloorTo {
                    self.pick(
                        format!("{number} hacia abajo en múltiplos de {step}"),
                        format!("{number} down to a multiple of {step}"),
                    )
                } else {
                    self.pick(
                        format!("{number} hacia arriba en múltiplos de {step}"),
                        format!("{number} up to a multiple of {step}"),
                    )
                }
            }
            (Function::Abs, [number]) => {
                let number = self.operand(number, beside);
                self.pick(
                    format!("{number} sin signo"),
                    format!("{number} without its sign"),
                )
            }
            (Function::DaysBetween, [from, to]) => {
                let (from, to) = (self.operand(from, None), self.operand(to, None));
                self.pick(
                    format!("días de {from} a {to}"),
                    format!("days from {from} to {to}"),
                )
            }
            // Calls with another number of arguments do not load.
            _ => format!("`{}`", function.name()),
        }
    }

    fn lookup(&mut self, table: usize, column: usize, key: &Node, ranged: bool) -> String {
        let key = self.value(key, None);
        let table = self.speaker.policy.declaration.tables.get(table);
        let file = table.map_or("", |table| &*table.file);
        let column = table.and_then(|table| table.columns.get(column));
        let column = column.map_or("", |column| &*column.name);
        if ranged {
            self.pick(
                format!("`{column}` de la tabla `{file}`, en el tramo de ({key})"),
                format!("`{column}` of the table `{file}`, in the range of ({key})"),
            )
        } else {
            self.pick(
                format!("`{column}` de la tabla `{file}` para ({key})"),
                format!("`{column}` of the table `{file}` for ({key})"),
            )
        }
    }

    /// A function of the script: its value where that is one expression, else its name, with its
    /// steps told below.
    fn function(&mut self, name: &str, body: &Node, beside: Option<Unit>) -> String {
        if is_simple(body) {
            return self.value(body, beside);
        }
        let remark = self.speaker.remarks.of_function(body.place, name);
        let remark = self.notes(remark);
        let steps = self.steps(body);
        let parts: Vec<Phrase> = remark.into_iter().chain(steps).collect();
        self.refer_to(name, parts)
    }

    /// Steps inside a value, told below under a name of their own.
    fn aside(&mut self, node: &Node) -> String {
        let steps = self.steps(node);
        let name = self.pick("resultado", "result");
        self.refer_to(name, steps)
    }

    /// A name for what is told below; the same steps get the same name.
    pub(super) fn refer_to(&mut self, name: &str, parts: Vec<Phrase>) -> String {
        let mut number = 1_usize;
        loop {
            let called = if number == 1 {
                format!("`{name}`")
            } else {
                format!("`{name}` ({number})")
            };
            let text = format!("{called}:");
            match self.where_.iter().find(|told| told.text == text) {
                Some(told) if told.parts == parts => return called,
                Some(_) => number = number.saturating_add(1),
                None => {
                    self.where_.push(Phrase::with(text, parts));
                    return called;
                }
            }
        }
    }

    /// What a function is handed: plain values under their own words, others told below.
    fn arguments(&mut self, steps: &[Step]) {
        for step in steps {
            if let Step::Let { slot, name, value } = step {
                let words = if is_plain(value) {
                    self.value(value, None)
                } else {
                    let phrase = self.value(value, None);
                    self.refer_to(name, vec![Phrase::plain(phrase)])
                };
                self.locals.insert(*slot, words);
            }
        }
    }
}

/// The arguments of nested calls of one function, which take any order.
fn gather<'n>(function: Function, arguments: &'n [Node], all: &mut Vec<&'n Node>) {
    for argument in arguments {
        match &argument.kind {
            NodeKind::Call {
                function: inner,
                arguments,
            } if *inner == function => gather(function, arguments, all),
            _ => all.push(argument),
        }
    }
}

/// A single name or number.
fn is_plain(node: &Node) -> bool {
    matches!(
        node.kind,
        NodeKind::Constant(_)
            | NodeKind::Param(_)
            | NodeKind::Characteristic(_)
            | NodeKind::Term(_)
            | NodeKind::Local(_)
    )
}

/// One expression, without steps and choices.
pub(super) fn is_simple(node: &Node) -> bool {
    !matches!(
        node.kind,
        NodeKind::If { .. }
            | NodeKind::Block { .. }
            | NodeKind::Switch { .. }
            | NodeKind::Return(_)
            | NodeKind::Inlined { .. }
            | NodeKind::Grant { .. }
            | NodeKind::Settle { .. }
    )
}
