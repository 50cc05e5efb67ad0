//! A condition under which a change is not to go on: `approval_rate_change > 2pp`.

use std::collections::BTreeMap;

use dictamen_model::suggest;
use rust_decimal::Decimal;

use super::{
    METRICS, Measure, Metric,
    numbers::{NONE, grouped, percent, pesos, points, rounded},
};

/// A comparison of a number with a limit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gate {
    /// As it was written.
    pub text: String,
    name: &'static str,
    measure: Measure,
    absolute: bool,
    operator: Operator,
    limit: Decimal,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operator {
    Greater,
    AtLeast,
    Less,
    AtMost,
    Equal,
    NotEqual,
}

/// Longer ones first, so that none is taken for the beginning of another.
const OPERATORS: [(&str, Operator); 6] = [
    (">=", Operator::AtLeast),
    ("<=", Operator::AtMost),
    ("==", Operator::Equal),
    ("!=", Operator::NotEqual),
    (">", Operator::Greater),
    ("<", Operator::Less),
];

/// Why a gate cannot be set so.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct GateError {
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
}

/// What a gate says.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Ruling {
    /// The gate as it was written.
    pub gate: String,
    /// The number, in words; a dash where it cannot be told.
    pub value: String,
    /// Whether the condition holds, or the number cannot be told: the change is not to go on.
    pub fails: bool,
    /// Whether the number can be told.
    pub known: bool,
}

impl Gate {
    /// Reads `NAME > LIMIT`, or `abs(NAME) > LIMIT`. `compares` says whether there are two policies.
    ///
    /// # Errors
    ///
    /// When the name is none of [`METRICS`], takes two policies, or the limit is of another measure.
    pub fn parse(text: &str, compares: bool) -> Result<Self, GateError> {
        let wrong = |message: String, help: Option<String>| GateError { message, help };
        let found = OPERATORS.iter().find_map(|(sign, operator)| {
            let (name, limit) = text.split_once(sign)?;
            Some((name.trim(), *operator, limit.trim()))
        });
        let (name, operator, limit) = found.ok_or_else(|| {
            let help = "write NAME > LIMIT, for instance `approval_rate_change > 2pp`";
            wrong(format!("`{text}` is no condition"), Some(help.to_owned()))
        })?;
        let inner = name
            .strip_prefix("abs(")
            .and_then(|name| name.strip_suffix(')'));
        let absolute = inner.is_some();
        let name = inner.unwrap_or(name).trim();
        let metric = METRICS
            .iter()
            .find(|metric| metric.name == name)
            .ok_or_else(|| {
                let names = METRICS.iter().filter(|metric| compares || !metric.compares);
                let help = suggest::did_you_mean(name, names.map(|metric| metric.name));
                let all = "`dictamen compare --help` lists all".to_owned();
                wrong(format!("there is no number `{name}`"), help.or(Some(all)))
            })?;
        if metric.compares && !compares {
            let help = "it takes two policies: `dictamen compare`".to_owned();
            return Err(wrong(format!("`{name}` compares"), Some(help)));
        }
        let limit = read(limit, metric).ok_or_else(|| {
            let help = match metric.measure {
                Measure::Share | Measure::Relative => "give 5% or 0.05",
                Measure::Points => "give 2pp or 0.02",
                Measure::People | Measure::Pesos | Measure::Index => "give a plain number",
            };
            wrong(
                format!("`{limit}` is no limit for `{name}`"),
                Some(help.to_owned()),
            )
        })?;
        Ok(Self {
            text: text.trim().to_owned(),
            name: metric.name,
            measure: metric.measure,
            absolute,
            operator,
            limit,
        })
    }

    /// What it says. A number that cannot be told fails, so that nothing passes unseen.
    pub fn rule(&self, metrics: &BTreeMap<&'static str, Option<Decimal>>) -> Ruling {
        let number = metrics.get(self.name).copied().flatten();
        let number = number.map(|n| if self.absolute { n.abs() } else { n });
        let holds = number.map(|number| match self.operator {
            Operator::Greater => number > self.limit,
            Operator::AtLeast => number >= self.limit,
            Operator::Less => number < self.limit,
            Operator::AtMost => number <= self.limit,
            Operator::Equal => number == self.limit,
            Operator::NotEqual => number != self.limit,
        });
        Ruling {
            gate: self.text.clone(),
            value: shown(number, self.measure),
            fails: holds.unwrap_or(true),
            known: holds.is_some(),
        }
    }
}

fn read(text: &str, metric: &Metric) -> Option<Decimal> {
    let hundredths = match metric.measure {
        Measure::Share | Measure::Relative => text.strip_suffix('%'),
        Measure::Points => text.strip_suffix("pp"),
        Measure::People | Measure::Pesos | Measure::Index => None,
    };
    let number = |text: &str| text.trim().parse::<Decimal>().ok();
    match hundredths {
        Some(text) => number(text)?.checked_div(Decimal::ONE_HUNDRED),
        None => number(text),
    }
}

/// A number in its measure.
pub(super) fn shown(number: Option<Decimal>, measure: Measure) -> String {
    let Some(number) = number else {
        return NONE.to_owned();
    };
    match measure {
        Measure::Share | Measure::Relative => percent(Some(number)),
        Measure::Points => points(Some(number)),
        Measure::People => grouped(number.normalize()),
        Measure::Pesos => pesos(number),
        Measure::Index => grouped(rounded(number, 4)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ruling(text: &str, name: &'static str, value: Option<&str>) -> (bool, bool) {
        let metrics = [(name, value.map(|v| v.parse().unwrap()))].into();
        let ruling = Gate::parse(text, true).unwrap().rule(&metrics);
        (ruling.fails, ruling.known)
    }

    #[test]
    fn conditions_hold_or_not() {
        let name = "approval_rate_change";
        let of = |text, value| ruling(text, name, Some(value));
        assert_eq!(of("approval_rate_change > 2pp", "0.0201"), (true, true));
        assert_eq!(of("approval_rate_change > 2pp", "0.02"), (false, true));
        assert_eq!(of("approval_rate_change>=0.02", "0.02"), (true, true));
        assert_eq!(
            of("abs(approval_rate_change) > 2 pp", "-0.03"),
            (true, true)
        );
        assert_eq!(of("approval_rate_change <= -1pp", "-0.03"), (true, true));
        assert_eq!(of("approval_rate_change != 0", "0.00"), (false, true));
        assert_eq!(of("approval_rate_change == 0", "0.00"), (true, true));
        assert_eq!(
            ruling(
                "offer_volume_change < -5%",
                "offer_volume_change",
                Some("-0.06")
            ),
            (true, true)
        );
    }

    #[test]
    fn what_cannot_be_told_fails() {
        assert_eq!(
            ruling("adverse_impact_ratio < 0.8", "adverse_impact_ratio", None),
            (true, false)
        );
        assert_eq!(
            ruling("adverse_impact_ratio < 0.8", "psi", Some("1")),
            (true, false)
        );
    }

    #[test]
    fn gates_that_are_none() {
        for (text, compares, says) in [
            ("approval_rate", true, "is no condition"),
            ("aproval_rate > 1%", true, "there is no number"),
            ("swap_in > 1", false, "compares"),
            ("swap_in > 1%", true, "is no limit"),
            ("ks > 2pp", true, "is no limit"),
            ("approval_rate > many", true, "is no limit"),
            ("> 1", true, "there is no number"),
        ] {
            let error = Gate::parse(text, compares).unwrap_err();
            assert!(error.message.contains(says), "{text}: {error}");
            assert!(error.help.is_some(), "{text}");
        }
        let near = Gate::parse("aproval_rate > 1%", true).unwrap_err();
        assert_eq!(near.help.as_deref(), Some("did you mean `approval_rate`?"));
    }
}
