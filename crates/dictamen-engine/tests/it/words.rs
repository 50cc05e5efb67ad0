//! Policies in words: every kind of thing a script can say, in both languages, and what is said of
//! unknown values held against what is decided.

use std::fmt::Write;

use dictamen_engine::{
    Policy, PolicySource,
    words::{Document, Language, Phrase},
};

use crate::support::{REASONS, render};

fn folder(script: &str, files: &[(&str, &str)]) -> PolicySource {
    let given = [("policy.rhai", script), ("reasons.toml", REASONS)];
    given
        .iter()
        .chain(files)
        .map(|(path, content)| (*path, content.as_bytes()))
        .collect()
}

fn document(source: &PolicySource, language: Language) -> Document {
    match Policy::load(source) {
        Ok(loaded) => loaded.policy.document(source, language),
        Err(diagnostics) => panic!("{}", render(&diagnostics)),
    }
}

/// A policy of one rule with this condition.
fn one_rule(condition: &str) -> PolicySource {
    let script = format!(
        "policy(\"t\", \"1\");\nlet weeks = param(\"min_weeks\", 26, \"weeks\", \"test\");\n\
         let rates = table(\"rates.csv\");\n\
         fn thin(a, limit) {{ a.weeks_total < limit }}\n\
         // Half of it.\nfn half(x) {{ if x > 10 {{ return x / 2; }} x }}\n\
         stage(\"K\", DECLINE, [rule(\"K01\", |a| {condition})]);\notherwise(APPROVE);"
    );
    folder(&script, &[("rates.csv", "months,rate\n1,0.30\n13,0.34\n")])
}

fn outline(phrase: &Phrase, depth: usize, out: &mut String) {
    out.push_str(&"  ".repeat(depth));
    out.push_str(&phrase.text);
    out.push('\n');
    for part in &phrase.parts {
        outline(part, depth + 1, out);
    }
}

/// Conditions that have every kind of node between them.
const CONDITIONS: [&str; 39] = [
    "a.weeks_total < weeks",
    "weeks >= a.weeks_total",
    "!(a.weeks_total < weeks)",
    "a.employed_now",
    "!a.employed_now",
    "a.employed_now == false",
    "true",
    "a.weeks_total != 1 && (a.employed_now || !a.curp_valid)",
    "!(a.employed_now && a.curp_valid)",
    "a.curp_valid ?? false",
    "!(a.curp_valid ?? false)",
    "!(a.curp_valid ?? true)",
    "(a.curp_valid ?? a.nss_valid) ?? false",
    "(a.salary_real_change_12m ?? 0) < -0.10",
    "is_missing(a.weeks_total)",
    "!is_missing(a.weeks_total)",
    "a.institution in [\"imss\", \"issste\"]",
    "a.institution !in [\"imss\"]",
    "is_missing(a.product in [a.channel, \"personal\"])",
    "a.requested_term_months in 6..=12",
    "!(a.requested_term_months in 6..12)",
    "a.first_registration_date < date(\"2020-01-01\")",
    "days_between(a.first_registration_date, a.ref_date) > 365",
    "-a.weeks_total + 1 > 2 - 3 * (a.weeks_total - 1)",
    "a.monthly_income_gross - a.existing_monthly_debt < 5000",
    "a.weeks_total * 7 % 2 == 1",
    "min(a.weeks_total, max(1, 2)) < 26",
    "abs(a.report_age_days) > 1",
    "floor_to(a.monthly_income_gross, 500) > ceil_to(1000, 500)",
    "round_half_up(a.density_24m, 2) < 0.5",
    "annuity_factor(0.02, a.requested_term_months) > 10",
    "lookup(rates, 1, \"rate\") > 0.3",
    "lookup_range(rates, a.requested_term_months, \"rate\") > 0.3",
    "thin(a, 52)",
    "half(a.weeks_total) < 26",
    "{ let w = a.weeks_total; if w > 10 { true } else { w < 5 } }",
    "(if a.employed_now { a.weeks_total } else { 0 }) < 26",
    "switch a.requested_term_months { 6 => true, 7..=9 if a.employed_now => false, 10..12 => true, _ => false }",
    "switch a.employed_now { true => half(a.weeks_total) < half(a.weeks_reported), false => true }",
];

#[test]
fn every_kind_of_condition_has_words() {
    let mut out = String::new();
    for condition in CONDITIONS {
        let source = one_rule(condition);
        out.push_str(condition);
        out.push('\n');
        for language in [Language::Spanish, Language::English] {
            let document = document(&source, language);
            let rule = &document.stages[0].rules[0];
            outline(&rule.condition, 1, &mut out);
            for missing in &rule.missing {
                let values = missing.values.join("; ");
                writeln!(out, "    {values} → {}", missing.becomes).unwrap();
            }
        }
        out.push('\n');
    }
    insta::assert_snapshot!(out);
}

const OFFER: &str = r#"// For testing.
//
// In two paragraphs.

policy("t", "1");

// ---- limits ----

// What is asked at most.
let most = param("most", 0.5, "ratio", "test");
let word = param("word", "imss", "institute", "test");
let strict = param("strict", true, "switch", "test");

/* Who is known
   to be poor. */
stage("K", REFER, [rule("K01", |a| a.institution != word && strict)]);

// ---- score ----
// From 1 up.

scorecard(1, [characteristic("S10", |a| a.density_24m * 2, [[-1, 5], [1, 7]])]);
bands([
    band("A", 7, #{ rate: 0.3 }),
    band("B", 5, DECLINE, "A01", 2),
]);

offer(|a, band| {
    if a.requested_amount > 100 {
        return refer("L01");
    } else if a.employed_now {
        // Enough of it.
        let half = a.requested_amount / 2;
        if half < 10 { decline("K02") } else {
            grant(#{ amount: half, term_months: 6, annual_rate: band.rate, monthly_payment: half / 6 })
        }
    } else {
        grant(#{ amount: a.requested_amount * most, term_months: 6, annual_rate: band.rate,
            monthly_payment: 1, max_amount: 5, max_payment: 6, limiting_factor: word }, [when("S20", a.curp_valid)])
    }
});
"#;

#[test]
fn a_whole_policy_as_data() {
    let source = folder(OFFER, &[]);
    let mut document = serde_json::to_value(document(&source, Language::English)).unwrap();
    document["policy"]["hash"] = "…".into();
    document["reasons"] = "…".into();
    insta::assert_json_snapshot!(document);
}

const STAGE: &str = "stage(\"S\", REFER, [rule(\"K02\", |a| a.curp_valid)]);";

#[test]
fn ends_without_an_offer() {
    let script = |end: &str| format!("policy(\"t\", \"1\");\n{STAGE}\n{end}\n");
    for (end, says) in [
        ("otherwise(APPROVE);", "se aprueba"),
        (
            "otherwise(REFER, \"K01\");",
            "se refiere a una persona con K01 («Uno»)",
        ),
    ] {
        let document = document(&folder(&script(end), &[]), Language::Spanish);
        assert_eq!(document.ending.steps, [Phrase::plain(says)]);
        assert!(document.scorecard.is_none() && document.bands.is_none());
    }
}

#[test]
fn remarks_are_found_whatever_stands_around_them() {
    for script in [
        "policy(\"t\",\"1\");STAGE;otherwise(APPROVE);",
        "\u{feff}// só\r\n//\r\n\r\n/**/ policy(\"t\", \"1\"); /* a */\r\nSTAGE;\r\n// b\r\notherwise(APPROVE); // c",
        "/* one\n * two\n */\npolicy(\"t\", \"1\");\nlet text = `a // b\n// c\n`;\nSTAGE;\notherwise(APPROVE);\n// end",
    ] {
        let script = script.replace("STAGE;", STAGE);
        let document = document(&folder(&script, &[]), Language::English);
        insta::assert_json_snapshot!((document.purpose, document.ending.remark));
    }
}
