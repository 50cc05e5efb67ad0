//! Who puts a policy into words: its language, what it knows of names, and how numbers are said.

use std::{collections::BTreeMap, fmt::Write as _};

use dictamen_model::characteristic::{Unit, Value};
use rust_decimal::Decimal;

use super::{Language, Phrase, remark::Remarks};
use crate::{
    Outcome,
    declaration::Param,
    policy::Policy,
    tree::{Closure, unit_named},
};

/// Puts the parts of one policy into words.
pub(super) struct Speaker<'p> {
    pub(super) policy: &'p Policy,
    pub(super) remarks: &'p Remarks,
    pub(super) language: Language,
}

/// Puts one closure into words.
pub(super) struct Saying<'s, 'p> {
    pub(super) speaker: &'s Speaker<'p>,
    /// What the values bound by `let` are called, by slot.
    pub(super) locals: BTreeMap<usize, String>,
    /// What the sentences so far refer to by name: functions of the script with their steps.
    pub(super) where_: Vec<Phrase>,
}

impl<'p> Speaker<'p> {
    pub(super) fn saying(&self) -> Saying<'_, 'p> {
        Saying {
            speaker: self,
            locals: BTreeMap::new(),
            where_: Vec::new(),
        }
    }

    /// A closure that is true or false.
    pub(super) fn condition(&self, closure: &Closure) -> Phrase {
        let mut saying = self.saying();
        let phrase = saying.condition(&closure.body, true);
        saying.close(phrase)
    }

    /// A closure that gives a number.
    pub(super) fn number_of(&self, closure: &Closure) -> Phrase {
        let mut saying = self.saying();
        let phrase = saying.named_value(None, &closure.body);
        saying.close(phrase)
    }

    /// What an outcome is called.
    pub(super) fn outcome(&self, outcome: Outcome) -> &'static str {
        let (spanish, english) = match outcome {
            Outcome::Approve => ("se aprueba", "it is approved"),
            Outcome::Counter => ("se hace una contraoferta", "a counter-offer is made"),
            Outcome::Refer => ("se refiere a una persona", "it is referred to a person"),
            Outcome::Decline => ("se declina", "it is declined"),
        };
        self.language.pick(spanish, english)
    }

    /// A reason of the catalogue: its code, with what the applicant is told.
    pub(super) fn reason(&self, at: u32) -> String {
        let known = self.policy.reason(at);
        known.map_or_else(String::new, |reason| self.code(&reason.code))
    }

    /// A code, with what the applicant is told.
    pub(super) fn code(&self, code: &str) -> String {
        let mut known = self.policy.reasons.iter();
        match known.find(|reason| &*reason.code == code) {
            Some(reason) => {
                let text = self.language.pick(&reason.es_mx, &reason.en);
                self.language
                    .pick(format!("{code} («{text}»)"), format!("{code} (“{text}”)"))
            }
            None => code.to_owned(),
        }
    }

    /// A threshold's value with its unit.
    pub(super) fn param_value(&self, param: &Param) -> String {
        match unit_named(&param.unit) {
            Some(unit) => self.value(&param.value, Some(unit)),
            None if param.unit.is_empty() => self.value(&param.value, None),
            None => format!("{} {}", self.value(&param.value, None), param.unit),
        }
    }

    /// A value, in a unit where one is known.
    pub(super) fn value(&self, value: &Value, unit: Option<Unit>) -> String {
        match value {
            Value::Missing => self.language.pick("se desconoce", "unknown").to_owned(),
            Value::Int(n) => self.number((*n).into(), unit),
            Value::Decimal(d) => self.number(*d, unit),
            Value::Bool(b) => self.truth(*b).to_owned(),
            Value::Date(d) => d.to_string(),
            Value::Text(text) => format!("`{text}`"),
        }
    }

    pub(super) fn truth(&self, truth: bool) -> &'static str {
        if truth {
            self.language.pick("sí", "yes")
        } else {
            "no"
        }
    }

    /// A number in a unit. A ratio below 1 is a percentage; nothing is rounded.
    pub(super) fn number(&self, number: Decimal, unit: Option<Unit>) -> String {
        let percentage = number.abs() < Decimal::ONE && !number.is_zero();
        if unit == Some(Unit::Ratio) && percentage {
            let hundredfold = number.checked_mul(Decimal::ONE_HUNDRED);
            return format!("{} %", grouped(hundredfold.unwrap_or(number).normalize()));
        }
        let one = number.abs() == Decimal::ONE;
        let unit = unit.map_or("", |unit| self.unit(unit, one));
        let mut text = grouped(number);
        if !unit.is_empty() {
            text.push(' ');
            text.push_str(unit);
        }
        text
    }

    /// What a unit is called after a number; empty for plain numbers.
    pub(super) fn unit(&self, unit: Unit, one: bool) -> &'static str {
        let (spanish, english) = match (unit, one) {
            (Unit::None | Unit::Count | Unit::Ratio | Unit::Statistic, _) => ("", ""),
            (Unit::Days, true) => ("día", "day"),
            (Unit::Days, false) => ("días", "days"),
            (Unit::Weeks, true) => ("semana", "week"),
            (Unit::Weeks, false) => ("semanas", "weeks"),
            (Unit::Months, true) => ("mes", "month"),
            (Unit::Months, false) => ("meses", "months"),
            (Unit::Years, true) => ("año", "year"),
            (Unit::Years, false) => ("años", "years"),
            (Unit::Mxn, true) => ("peso", "MXN"),
            (Unit::Mxn, false) => ("pesos", "MXN"),
            (Unit::MxnPerDay, true) => ("peso diario", "MXN per day"),
            (Unit::MxnPerDay, false) => ("pesos diarios", "MXN per day"),
            (Unit::MxnPerMonth, true) => ("peso mensual", "MXN per month"),
            (Unit::MxnPerMonth, false) => ("pesos mensuales", "MXN per month"),
            (Unit::PerYear, _) => ("por año", "per year"),
            (Unit::Points, true) => ("punto", "point"),
            (Unit::Points, false) => ("puntos", "points"),
        };
        self.language.pick(spanish, english)
    }
}

impl Saying<'_, '_> {
    /// A phrase with everything it refers to.
    pub(super) fn close(mut self, phrase: Phrase) -> Phrase {
        let told = std::mem::take(&mut self.where_);
        if told.is_empty() {
            return phrase;
        }
        let where_ = Phrase::with(self.pick("donde:", "where:"), told);
        if phrase.parts.is_empty() {
            return Phrase::with(phrase.text, vec![where_]);
        }
        // What is told of names must not look like one more of the parts.
        Phrase::with("", vec![phrase, where_])
    }

    pub(super) fn pick<T>(&self, spanish: T, english: T) -> T {
        self.speaker.language.pick(spanish, english)
    }
}

/// A number with its thousands apart and a real minus sign.
pub(super) fn grouped(number: Decimal) -> String {
    let text = number.abs().to_string();
    let (whole, fraction) = text
        .split_once('.')
        .map_or((&*text, None), |(whole, rest)| (whole, Some(rest)));
    let mut out = String::new();
    if number.is_sign_negative() && !number.is_zero() {
        out.push('−');
    }
    let digits = whole.chars().count();
    for (position, digit) in whole.chars().enumerate() {
        let left = digits.saturating_sub(position);
        if position > 0 && left.is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    if let Some(fraction) = fraction {
        // Writing to a String cannot fail.
        let _ = write!(out, ".{fraction}");
    }
    out
}
