//! Any bytes as a policy folder; what loads decides on awkward applicants.
//!
//! The bytes are the text of `policy.rhai`. A line `//// name` ends one file and begins the next,
//! so that imports, tables and reasons are reached too. Without a `reasons.toml` of its own the
//! folder gets one with the codes the seeds use.
#![no_main]

use std::sync::LazyLock;

use chrono::NaiveDate;
use dictamen_engine::{Application, ParametersStamp, Policy, PolicySource};
use dictamen_model::characteristic::{Characteristics, Definition, Kind, Value, definitions};
use libfuzzer_sys::fuzz_target;
use rust_decimal::Decimal;

const REASONS: &str = r#"
K01 = { es-MX = "Uno", en = "One", adverse = true }
K02 = { es-MX = "Dos", en = "Two", adverse = true }
S10 = { es-MX = "Tres", en = "Three", adverse = true }
S20 = { es-MX = "Cuatro", en = "Four", adverse = true }
L01 = { es-MX = "Cinco", en = "Five", adverse = true }
A01 = { es-MX = "Seis", en = "Six", adverse = true }
"#;

/// Nothing known, and everything known and as small, as plain and as large as its type allows.
static APPLICANTS: LazyLock<[Characteristics; 4]> = LazyLock::new(|| {
    [
        Characteristics::neutral(),
        applicant(i64::MIN, Decimal::MIN, NaiveDate::MIN),
        applicant(1, Decimal::ONE, NaiveDate::default()),
        applicant(i64::MAX, Decimal::MAX, NaiveDate::MAX),
    ]
});

fn applicant(int: i64, decimal: Decimal, date: NaiveDate) -> Characteristics {
    let mut facts = Characteristics::neutral();
    for Definition {
        name, kind, values, ..
    } in definitions()
    {
        let value = match kind {
            Kind::Int => Value::Int(int),
            Kind::Decimal => Value::Decimal(decimal),
            Kind::Bool => Value::Bool(int > 0),
            Kind::Date => Value::Date(date),
            Kind::Text => Value::Text(values.first().copied().unwrap_or("x").into()),
        };
        facts
            .set(name, value)
            .expect("the value is of the declared type");
    }
    facts
}

fn folder(bytes: &[u8]) -> PolicySource {
    let mut source = PolicySource::new();
    source.insert("reasons.toml", REASONS.as_bytes());
    let mut name = "policy.rhai".to_owned();
    let mut content = Vec::new();
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        if let Some(next) = line.strip_prefix(b"//// ") {
            source.insert(name, std::mem::take(&mut content));
            name = String::from_utf8_lossy(next.trim_ascii()).into_owned();
        } else {
            content.extend_from_slice(line);
        }
    }
    source.insert(name, content);
    source
}

fuzz_target!(|bytes: &[u8]| {
    let source = folder(bytes);
    let policy = match Policy::load(&source) {
        Ok(loaded) => loaded.policy,
        Err(diagnostics) => {
            assert!(diagnostics.iter().any(|d| d.is_error()));
            return;
        }
    };
    let parameters = ParametersStamp {
        hash: "sha256:none".into(),
    };
    for characteristics in &*APPLICANTS {
        let application = Application {
            application_id: "APP-1",
            as_of: NaiveDate::default(),
            characteristics,
            parameters: &parameters,
        };
        let decided = policy.decide(&application);
        assert_eq!(decided, policy.decide(&application));
        serde_json::to_vec(&decided.decision).expect("every decision can be written");
        serde_json::to_vec(&decided.trace).expect("every trace can be written");
    }
});
