//! An invented applicant with a long career at the IMSS, as Belvo would send it.
//!
//! Twenty years, five employers and some sixty salary updates: about the longest record that is
//! still ordinary.

use serde_json::{Value, json};

/// The day everything is decided as of.
pub const AS_OF: &str = "2026-10-15";

/// Employer, first day, last day, and salary per day in centavos on the first day.
const JOBS: [(&str, &str, Option<&str>, i64); 5] = [
    (
        "TALLERES UNO SA DE CV",
        "2006-03-06",
        Some("2009-10-30"),
        18_050,
    ),
    (
        "TALLERES DOS SA DE CV",
        "2009-11-17",
        Some("2013-05-31"),
        24_475,
    ),
    (
        "TALLERES TRES SA DE CV",
        "2013-06-10",
        Some("2017-12-29"),
        34_820,
    ),
    (
        "TALLERES CUATRO SA DE CV",
        "2018-01-15",
        Some("2020-08-14"),
        49_510,
    ),
    ("TALLERES CINCO SA DE CV", "2020-09-07", None, 61_035),
];

/// Months in which salaries change.
const MONTHS: [&str; 4] = ["02", "05", "08", "11"];

/// A request body of seven to eight KB.
pub fn plain() -> Vec<u8> {
    body(&Value::Null)
}

/// The same with the printed report that Belvo attaches: a PDF of 150 KB in base64.
pub fn with_pdf() -> Vec<u8> {
    let text: String = ('A'..='Z')
        .chain('a'..='z')
        .chain('0'..='9')
        .cycle()
        .take(150 * 1024)
        .collect();
    body(&json!([{ "type": "reporte_semanas_cotizadas", "value": text }]))
}

fn body(files: &Value) -> Vec<u8> {
    let curp = curp("BECH850309MPLRNL0");
    let scores = [3, 6, 12].map(|p| json!({"score": 690, "period": p, "version": "1.0.0"}));
    let jobs = JOBS.map(job);
    let body = json!({
        "application": {
            "application_id": "APP-BENCH",
            "requested_amount": 80_000,
            "requested_term_months": 24,
            "existing_monthly_debt": 1_200,
        },
        "employment_records": { "count": 1, "next": null, "previous": null, "results": [{
            "id": "7d5f2c1e-0000-4000-8000-000000000001",
            "link": "7d5f2c1e-0000-4000-8000-000000000002",
            "created_at": "2026-10-12T17:04:32.015224Z",
            "collected_at": "2026-10-12T17:04:31.482610Z",
            "report_date": "2026-10-12",
            "days_since_extraction": 0,
            "internal_identification": curp,
            "personal_data": {
                "official_name": "HELENA BENCH CHARIS",
                "first_name": "HELENA",
                "last_name": "BENCH CHARIS",
                "birth_date": "1985-03-09",
                "entitlements": { "status": "EMPLOYED", "entitled_to_health_insurance": true },
                "document_ids": [{ "document_type": "CURP", "document_number": curp }],
                "email": "helena.bench@example.com",
            },
            "social_security_summary": {
                "weeks_contributed": 1_061, "weeks_redeemed": 0, "weeks_reinstated": 0,
            },
            "employment_records": jobs,
            "employment_scores": scores,
            "salary_estimation": { "employment_status_estimate": "EMPLOYED", "base_salary_estimate": null, "currency": "MXN" },
            "files": files,
        }]},
        "current_employments": null,
        "as_of": AS_OF,
    });
    body.to_string().into_bytes()
}

fn job((name, start, end, first): (&str, &str, Option<&str>, i64)) -> Value {
    let mut cents = first;
    let mut updates = vec![update("HIRED", cents, start)];
    let last = end.unwrap_or("2026-10-01");
    for year in 2006_i64..=2026 {
        for month in MONTHS {
            let day = format!("{year}-{month}-01");
            // Written this way days sort as texts. About every third quarter is without a change.
            if *start < *day && *day < *last && year.saturating_add(cents) % 3 != 0 {
                cents = cents.saturating_add(1_010);
                updates.push(update("SALARY_MODIFICATION", cents, &day));
            } else {
                cents = cents.saturating_add(1);
            }
        }
    }
    if let Some(end) = end {
        updates.push(update("DISMISSED_RESIGNED", cents, end));
    }
    updates.reverse();
    json!({
        "collected_at": "2026-10-12T17:04:31.482610Z",
        "employer": name,
        "employer_id": format!("H21201{first}"),
        "start_date": start,
        "end_date": end,
        "state": "PUEBLA",
        "most_recent_base_salary": amount(cents),
        "monthly_salary": amount(cents.saturating_mul(304).saturating_div(10)),
        "currency": "MXN",
        "weeks_employed": null,
        "employment_status_updates": updates,
    })
}

fn update(event: &str, cents: i64, day: &str) -> Value {
    json!({ "event": event, "base_salary": amount(cents), "update_date": day })
}

/// Centavos as the number of pesos that Belvo writes.
fn amount(cents: i64) -> Value {
    let text = format!("{}.{:02}", cents / 100, cents % 100);
    serde_json::from_str(&text).unwrap_or_default()
}

/// Adds the check digit to the first 17 characters of a CURP.
fn curp(stem: &str) -> String {
    let weight = |c: char| {
        "0123456789ABCDEFGHIJKLMNÑOPQRSTUVWXYZ"
            .chars()
            .position(|known| known == c)
            .unwrap_or(0)
    };
    let sum = stem
        .chars()
        .zip((2..=18).rev())
        .fold(0_usize, |sum, (c, factor)| {
            sum.saturating_add(weight(c).saturating_mul(factor))
        });
    format!("{stem}{}", 10_usize.saturating_sub(sum % 10) % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_check_digit_is_the_official_one() {
        assert_eq!(curp("SABC560626MDFLRN0"), "SABC560626MDFLRN01");
    }

    #[test]
    fn the_record_is_as_long_as_it_says() {
        let text = String::from_utf8(plain()).unwrap();
        let updates = text.matches("update_date").count();
        assert!((50..=70).contains(&updates), "{updates} updates");
        assert!(
            (7_000..=9_000).contains(&text.len()),
            "{} bytes",
            text.len()
        );
        assert!(with_pdf().len() > 150 * 1024);
    }
}
