//! What helps where unlike things are compared: numbers, dates and truth written as texts, truth
//! written as numbers, two comparisons in a row.

use chrono::NaiveDate;
use dictamen_model::characteristic::{Kind, Value};
use rust_decimal::Decimal;

use super::Lowering;
use crate::{
    Edit,
    tree::{Comparator, Node, NodeKind, Place, Type},
};

/// What is said of a number in quotes.
pub(super) const NO_QUOTES: &str = "a number stands without quotation marks";

impl Lowering<'_> {
    /// The help, and the edit if one is likely.
    pub(super) fn unlike(
        &self,
        left: (&Node, Type),
        right: (&Node, Type),
        op: Comparator,
        place: Place,
    ) -> (String, Option<Edit>) {
        for ((value, of), (text, _)) in [(left, right), (right, left)] {
            if let Some(found) = self.as_text(of, text) {
                return found;
            }
            if let Some(found) = self.truth(value, of, text, op, place) {
                return found;
            }
        }
        if let NodeKind::Compare { right: middle, .. } = &left.0.kind {
            let middle = self.texts.written(middle.place);
            let other = self.texts.written(right.0.place);
            let meant = format!(
                "{} && {middle} {} {other}",
                self.texts.written(left.0.place),
                op.symbol()
            );
            let help = format!("two comparisons are joined with `&&`: `{meant}`");
            return (help, self.texts.edit(place, &meant, false));
        }
        let date = |found: Type| matches!(found, Type::Of(Kind::Date, _));
        let help = if date(left.1) || date(right.1) {
            "write days as `date(\"2026-09-15\")`"
        } else {
            "the two can never be equal; compare numbers with numbers and texts with texts"
        };
        (help.to_owned(), None)
    }

    /// A number, day or truth that stands in quotes.
    fn as_text(&self, wanted: Type, text: &Node) -> Option<(String, Option<Edit>)> {
        let NodeKind::Constant(Value::Text(content)) = &text.kind else {
            return self.param_as_text(wanted, text);
        };
        let instead = |help: &str, meant: &str, safe: bool| {
            let edit = self.texts.edit(text.place, meant, safe);
            (
                help.to_owned(),
                edit.filter(|_| self.stands_here(text, content)),
            )
        };
        let Type::Of(kind, _) = wanted else {
            return None;
        };
        match kind {
            Kind::Date => {
                let day = day(content)?;
                let meant = format!("date(\"{day}\")");
                let same = day.to_string() == **content;
                Some(instead(&format!("write `{meant}`"), &meant, same))
            }
            Kind::Bool => {
                let (truth, same) = match content.to_lowercase().as_str() {
                    "true" | "false" => (content.eq_ignore_ascii_case("true"), true),
                    "yes" | "si" | "sí" | "1" => (true, false),
                    "no" | "0" => (false, false),
                    _ => return None,
                };
                let help = format!("truth stands without quotation marks: `{truth}`");
                Some(instead(&help, &truth.to_string(), same))
            }
            kind if kind.is_number() => {
                let number = number(content)?;
                let help = format!("{NO_QUOTES}: `{number}`");
                Some(instead(&help, number, true))
            }
            _ => None,
        }
    }

    /// A threshold whose value is a number in quotes.
    fn param_as_text(&self, wanted: Type, node: &Node) -> Option<(String, Option<Edit>)> {
        let NodeKind::Param(index) = node.kind else {
            return None;
        };
        let param = self.params.get(index)?;
        let Value::Text(content) = &param.value else {
            return None;
        };
        let number = number(content).filter(|_| wanted.is_number())?;
        let written = self.texts.argument(param.place, 1);
        let help = format!(
            "the value of param `{}` is a text; write it without quotation marks: `{number}`",
            param.name
        );
        let quoted = self.texts.written(written) == format!("\"{content}\"");
        let edit = self.texts.edit(written, number, true);
        Some((help, edit.filter(|_| quoted)))
    }

    /// `a.employed_now == 1`.
    fn truth(
        &self,
        value: &Node,
        of: Type,
        number: &Node,
        op: Comparator,
        place: Place,
    ) -> Option<(String, Option<Edit>)> {
        let NodeKind::Constant(Value::Int(number @ (0 | 1))) = number.kind else {
            return None;
        };
        let negated = match op {
            Comparator::Equal => number == 0,
            Comparator::NotEqual => number == 1,
            _ => return None,
        };
        if !matches!(of, Type::Of(Kind::Bool, _))
            || !matches!(value.kind, NodeKind::Characteristic(_))
        {
            return None;
        }
        let value = self.texts.written(value.place);
        let meant = format!("{}{value}", if negated { "!" } else { "" });
        let help = format!("it is true or false by itself: write `{meant}`");
        Some((help, self.texts.edit(place, &meant, false)))
    }

    /// Whether a text is written where it is used, and is not a variable's value.
    fn stands_here(&self, node: &Node, content: &str) -> bool {
        self.texts.written(node.place) == format!("\"{content}\"")
    }
}

/// A text between quotes that is a number.
pub(super) fn unquoted(written: &str) -> Option<&str> {
    number(written.strip_prefix('"')?.strip_suffix('"')?)
}

fn number(text: &str) -> Option<&str> {
    let digits = text.starts_with(|c: char| c.is_ascii_digit());
    let plain = digits && text.chars().all(|c| c.is_ascii_digit() || c == '.');
    let ends = text.ends_with(|c: char| c.is_ascii_digit());
    (plain && ends && text.parse::<Decimal>().is_ok()).then_some(text)
}

/// A day as people write it; day first only where it cannot be the month.
pub(super) fn day(text: &str) -> Option<NaiveDate> {
    let parse = |format| NaiveDate::parse_from_str(text.trim(), format).ok();
    let first = text.split(['/', '-', '.']).next()?.parse::<u32>().ok()?;
    parse("%Y-%m-%d").or_else(|| parse("%Y/%m/%d")).or_else(|| {
        let day_first = ["%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y"];
        (12 < first && first < 32)
            .then(|| day_first.into_iter().find_map(parse))
            .flatten()
    })
}
