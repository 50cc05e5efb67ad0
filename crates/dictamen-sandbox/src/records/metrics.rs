//! Employment metrics: the figures Belvo computes from an employment record.
//!
//! They are computed by the model, which knows Belvo's definitions, from the very record that the
//! sandbox would answer with. Figures that only decisions need are filled with something that covers
//! every day; they do not reach the metrics.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use chrono::NaiveDate;
use dictamen_model::{Characteristics, DecisionRequest, Parameters, Value, compute};
use rust_decimal::RoundingStrategy;
use serde::ser::SerializeMap as _;
use serde::{Serialize, Serializer};

use super::{Pesos, Subject, employment_record, write};

static PARAMETERS: LazyLock<Option<Parameters>> = LazyLock::new(|| {
    let files = BTreeMap::from([(
        "metrics.toml".to_owned(),
        include_str!("metrics.toml").to_owned(),
    )]);
    Parameters::parse(&files).ok()
});

const PREFIX: &str = "metric_";

struct Metrics<'a> {
    subject: &'a Subject<'a>,
    reference: Option<NaiveDate>,
    values: Characteristics,
}

impl Serialize for Metrics<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let now = self.subject.moment();
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("id", &self.subject.id)?;
        map.serialize_entry("link", self.subject.link)?;
        for key in ["collected_at", "created_at", "updated_at"] {
            map.serialize_entry(key, &now)?;
        }
        map.serialize_entry("reference_date", &self.reference)?;
        for (name, value) in self.values.iter() {
            let Some(name) = name.strip_prefix(PREFIX) else {
                continue;
            };
            match value {
                Value::Int(number) => map.serialize_entry(name, number)?,
                Value::Decimal(number) => {
                    let rounded =
                        number.round_dp_with_strategy(4, RoundingStrategy::MidpointAwayFromZero);
                    map.serialize_entry(name, &Pesos(rounded.normalize()))?;
                }
                Value::Text(text) => map.serialize_entry(name, &**text)?,
                Value::Bool(_) | Value::Date(_) | Value::Missing => {
                    map.serialize_entry(name, &None::<i64>)?;
                }
            }
        }
        map.end()
    }
}

/// The metrics of a subject at the reference day, as JSON; `None` when they cannot be computed.
pub(crate) fn metrics(subject: &Subject<'_>, reference: Option<NaiveDate>) -> Option<String> {
    let day = reference.unwrap_or(subject.report);
    let on_the_day = Subject {
        report: day,
        ..subject.clone()
    };
    let record = employment_record(&on_the_day);
    let application = br#"{"application_id":"-","requested_amount":1,"requested_term_months":1}"#;
    let request = DecisionRequest::parse_with_parts(record.as_bytes(), application, None).ok()?;
    let values = compute(&request, day, PARAMETERS.as_ref()?).ok()?;
    Some(write(&Metrics {
        subject,
        reference,
        values,
    }))
}
