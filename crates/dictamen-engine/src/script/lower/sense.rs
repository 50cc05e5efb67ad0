//! Comparisons that can be written and make no sense: unlike units, words outside a vocabulary,
//! numbers a characteristic never reaches.

use dictamen_model::characteristic::{Definition, Unit, Value, definitions};
use rust_decimal::Decimal;

use super::Lowering;
use crate::{
    Diagnostic,
    table::number,
    tree::{Comparator, Node, NodeKind, Place, Type},
};

impl Lowering<'_> {
    /// Reports two units that cannot stand beside each other. `how` says what is done with them.
    pub(super) fn same_unit(&mut self, one: Type, other: Type, how: &str, place: Place) {
        let Some((one, other)) = one.clash(other) else {
            return;
        };
        let message = format!("{} are {how} {}", plural(one), plural(other));
        let help = match (one, other) {
            (Unit::MxnPerDay, Unit::MxnPerMonth) | (Unit::MxnPerMonth, Unit::MxnPerDay) => {
                "`monthly_income_gross` is per month, `daily_salary_current` per day"
            }
            _ => "convert one of them first; a number without a unit fits every unit",
        };
        self.report(place, Diagnostic::error("script::unit", message).help(help));
    }

    /// A text compared with a characteristic of a closed vocabulary must be one of its words.
    pub(super) fn vocabulary(&mut self, characteristic: &Node, word: &Node) {
        let NodeKind::Constant(Value::Text(text)) = &word.kind else {
            return;
        };
        if let NodeKind::Term(index) = characteristic.kind {
            self.decided_word(index, text, word.place);
        }
        let Some(definition) = definition(characteristic) else {
            return;
        };
        if !definition.values.is_empty() && !definition.values.contains(&&**text) {
            let message = format!("`{}` is never \"{text}\"", definition.name);
            let quoted = definition.values.iter().map(|value| format!("\"{value}\""));
            let quoted: Vec<String> = quoted.collect();
            let help = format!("it is one of: {}", quoted.join(", "));
            let names = quoted.iter().map(String::as_str);
            let written = format!("\"{text}\"");
            let (_, edit) = self.texts.meant(word.place, &written, names);
            let here = self.texts.written(word.place) == written;
            self.advise(
                "script::unknown-value",
                word.place,
                message,
                help,
                edit.filter(|_| here),
            );
        }
    }

    /// Warns of a comparison with a number that the characteristic never reaches.
    pub(super) fn out_of_range(&mut self, op: Comparator, left: &Node, right: &Node, place: Place) {
        let (definition, literal, op) = match (definition(left), definition(right)) {
            (Some(definition), None) => (definition, literal(right), op),
            (None, Some(definition)) => (definition, literal(left), op.mirrored()),
            _ => return,
        };
        let (Some(range), Some(literal)) = (definition.range, literal) else {
            return;
        };
        let Some(holds) = settled(op, range.low, range.high, literal) else {
            return;
        };
        let always = if holds { "always" } else { "never" };
        let message = format!(
            "`{}` goes from {} to {}, so this {always} holds",
            definition.name,
            range.low.normalize(),
            range.high.normalize(),
        );
        let hundredth = literal.checked_div(Decimal::ONE_HUNDRED);
        let hundredth = hundredth.filter(|n| definition.unit == Unit::Ratio && *n <= range.high);
        let number = if matches!(left.kind, NodeKind::Characteristic(_)) {
            right
        } else {
            left
        };
        let (help, edit) = match hundredth.map(|n| n.normalize().to_string()) {
            Some(meant) => (
                format!("it is a share and no per cent: write `{meant}` for {literal} per cent"),
                self.texts.edit(number.place, &meant, false),
            ),
            None => ("check the number and its unit".to_owned(), None),
        };
        let found = Diagnostic::warning("script::out-of-range", message).help(help);
        self.report(place, found.edits(edit));
    }
}

/// The characteristic a node is.
fn definition(node: &Node) -> Option<&'static Definition> {
    match node.kind {
        NodeKind::Characteristic(index) => definitions().get(index),
        _ => None,
    }
}

/// The number a node writes.
fn literal(node: &Node) -> Option<Decimal> {
    match &node.kind {
        NodeKind::Constant(value) => number(value),
        NodeKind::Negate(inner) => literal(inner).map(|mut value| {
            value.set_sign_negative(value.is_sign_positive());
            value
        }),
        _ => None,
    }
}

/// Whether a comparison holds for all values of a range or for none; `None` when it depends.
fn settled(op: Comparator, low: Decimal, high: Decimal, literal: Decimal) -> Option<bool> {
    let (all, none) = match op {
        Comparator::Less => (high < literal, low >= literal),
        Comparator::AtMost => (high <= literal, low > literal),
        Comparator::Greater => (low > literal, high <= literal),
        Comparator::AtLeast => (low >= literal, high < literal),
        Comparator::Equal => (
            low == high && low == literal,
            literal < low || literal > high,
        ),
        Comparator::NotEqual => (
            literal < low || literal > high,
            low == high && low == literal,
        ),
    };
    if all {
        Some(true)
    } else if none {
        Some(false)
    } else {
        None
    }
}

/// A unit as the subject of a sentence.
fn plural(unit: Unit) -> &'static str {
    match unit {
        Unit::Count => "counts",
        Unit::Ratio => "ratios",
        Unit::PerYear => "counts per year",
        Unit::Statistic => "logarithms",
        other => other.name(),
    }
}
