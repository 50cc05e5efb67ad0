//! What became of each row, for whoever wants them one by one.

use dictamen_engine::Evaluated;
use rust_decimal::{Decimal, RoundingStrategy};
use serde::Serialize;

use super::{Label, Row};
use crate::statistics::as_text;

/// What a policy gave one applicant. Amounts in MXN to the centavo.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Given {
    /// Name of the outcome.
    pub outcome: &'static str,
    /// Sum of the scorecard.
    pub score: Option<i64>,
    /// Band of the score.
    pub band: Option<String>,
    /// Amount offered.
    #[serde(serialize_with = "as_text")]
    pub amount: Option<Decimal>,
    /// Months to pay.
    pub term_months: Option<i64>,
    /// Nominal annual rate.
    #[serde(serialize_with = "as_text")]
    pub annual_rate: Option<Decimal>,
    /// Payment per month.
    #[serde(serialize_with = "as_text")]
    pub monthly_payment: Option<Decimal>,
    /// Reason codes, most important first.
    pub reasons: Vec<String>,
}

/// One row, decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Decided {
    /// Where it stands in the portfolio, from 1.
    pub row: u64,
    /// The lender's id; empty where there is none.
    pub application_id: String,
    /// What became of the loan.
    pub label: Option<Label>,
    /// By the policy; by the first of two.
    #[serde(flatten)]
    pub given: Given,
    /// By the second of two.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<Given>,
}

impl Given {
    pub(crate) fn of(decided: &Evaluated<'_>) -> Self {
        let pesos = |amount: Decimal| {
            let mut amount =
                amount.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero);
            amount.rescale(2);
            amount
        };
        let terms = decided.terms();
        Self {
            outcome: decided.outcome().name(),
            score: decided.score(),
            band: decided.band().map(str::to_owned),
            amount: decided.amount().map(pesos),
            term_months: terms.map(|(term, ..)| term),
            annual_rate: terms.map(|(_, rate, _)| rate.normalize()),
            monthly_payment: terms.map(|(.., payment)| pesos(payment)),
            reasons: decided.codes().map(str::to_owned).collect(),
        }
    }

    fn cells(&self) -> [String; 8] {
        fn text<T: ToString>(value: Option<&T>) -> String {
            value.map(ToString::to_string).unwrap_or_default()
        }
        [
            self.outcome.to_owned(),
            text(self.score.as_ref()),
            text(self.band.as_ref()),
            text(self.amount.as_ref()),
            text(self.term_months.as_ref()),
            text(self.annual_rate.as_ref()),
            text(self.monthly_payment.as_ref()),
            self.reasons.join(" "),
        ]
    }
}

/// The columns that a policy gives.
pub const GIVEN: [&str; 8] = [
    "outcome",
    "score",
    "band",
    "amount",
    "term_months",
    "annual_rate",
    "monthly_payment",
    "reasons",
];

impl Decided {
    pub(crate) fn new(row: &Row, before: &Evaluated<'_>, after: Option<&Evaluated<'_>>) -> Self {
        Self {
            row: row.number,
            application_id: row.application_id.clone(),
            label: row.label,
            given: Given::of(before),
            after: after.map(Given::of),
        }
    }

    /// Names of the cells; the columns of the second of two begin with `after_`.
    pub fn columns(compared: bool) -> Vec<String> {
        let mut names: Vec<String> = ["row", "application_id", "label"].map(str::to_owned).into();
        names.extend(GIVEN.map(str::to_owned));
        if compared {
            names.extend(GIVEN.map(|name| format!("after_{name}")));
        }
        names
    }

    /// Its cells, as a table of text has them; what is not known is empty.
    pub fn cells(&self) -> Vec<String> {
        let label = match self.label {
            Some(Label::Good) => "good",
            Some(Label::Bad) => "bad",
            None => "",
        };
        let mut cells = vec![
            self.row.to_string(),
            self.application_id.clone(),
            label.to_owned(),
        ];
        cells.extend(self.given.cells());
        if let Some(after) = &self.after {
            cells.extend(after.cells());
        }
        cells
    }
}
