//! Every mistake an analyst can make, with the exact answer: one script a file in
//! `diagnostics/`, the answers in `snapshots/`.

use std::{fs, path::Path};

use dictamen_engine::{Diagnostic, Policy, PolicySource};

use crate::support::{REASONS, errors, folder, render};

/// What loading a folder says, whether it loads or not.
fn findings(source: &PolicySource) -> Vec<Diagnostic> {
    match Policy::load(source) {
        Ok(loaded) => loaded.warnings,
        Err(errors) => errors,
    }
}

#[test]
fn each_mistake_is_explained() {
    let folder_path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/diagnostics");
    let mut scripts: Vec<_> = fs::read_dir(folder_path)
        .unwrap()
        .map(|e| e.unwrap().path())
        .collect();
    scripts.sort();
    assert!(scripts.len() > 20);
    for path in scripts {
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let script = fs::read_to_string(&path).unwrap();
        let mut source = folder(&script);
        if script.contains("table(") {
            source.insert("rates.csv", &b"from,rate\n0,0.1\n"[..]);
        }
        insta::assert_snapshot!(name, render(&findings(&source)));
    }
}

#[test]
fn a_reason_without_a_text_in_each_language_is_an_error() {
    let mut source = folder(
        "policy(\"t\", \"1\");\nstage(\"K\", DECLINE, [rule(\"K01\", |a| a.employed_now)]);\notherwise(APPROVE);",
    );
    source.insert(
        "reasons.toml",
        &b"[K01]\nes-MX = \"Uno\"\n\n[K02]\nes-MX = \"Same\"\nen = \"Same\"\nadvers = true\n\n[K03]\nes-MX = \" \"\nen = 5\nadverse = \"x\"\n"[..],
    );
    insta::assert_snapshot!(render(&findings(&source)));
}

#[test]
fn reasons_that_are_no_toml_are_an_error_with_a_line() {
    let mut source = folder("");
    source.insert("reasons.toml", &b"[K01]\nes-MX = \"Uno\nen = \"One\"\n"[..]);
    let errors = errors(&source);
    let error = errors
        .iter()
        .find(|e| e.code == "reasons::malformed")
        .unwrap();
    assert_eq!(error.span.as_ref().unwrap().line, 2);
}

#[test]
fn a_table_that_cannot_be_read_says_which_line() {
    let mut source =
        folder("policy(\"t\", \"1\");\nlet t = table(\"rates.csv\");\notherwise(APPROVE);");
    source.insert("rates.csv", &b"from,from,\n0,1\n0,1,2\n"[..]);
    insta::assert_snapshot!(render(&findings(&source)));
}

#[test]
fn errors_of_all_files_show_at_once() {
    let mut source = folder("policy(\"t\", \"1\");\nimport \"b\" as b;\nlet x = ;\n");
    source.insert("b.rhai", &b"fn f( { }\n"[..]);
    source.insert("latin.rhai", &b"// \xe9\n"[..]);
    let files: Vec<_> = errors(&source)
        .into_iter()
        .filter_map(|e| Some(e.span?.file))
        .collect();
    assert_eq!(files, ["b.rhai", "policy.rhai"]);
    assert!(errors(&source).iter().any(|e| e.code == "script::not-utf8"));
}

#[test]
fn a_mistake_in_an_imported_file_is_shown_there() {
    let mut source = folder(
        "policy(\"t\", \"1\");\nimport \"lib/rules\" as rules;\nstage(\"K\", DECLINE, [rules::first(), rule(\"K02\", |a| rules::old(a) > 3)]);\notherwise(APPROVE);",
    );
    source.insert(
        "lib/rules.rhai",
        &b"fn first() { rule(\"K01\", |a| a.wekks_total < 3) }\nfn old(a) { a.age_yers }\n"[..],
    );
    insta::assert_snapshot!(render(&errors(&source)));
}

#[test]
fn a_folder_without_files_says_what_is_missing() {
    insta::assert_snapshot!(render(&errors(&PolicySource::new())));
    let only_reasons: PolicySource = [("reasons.toml", REASONS.as_bytes())].into_iter().collect();
    assert_eq!(errors(&only_reasons)[0].code, "policy::no-script");
}

#[test]
fn a_byte_order_mark_is_no_mistake_and_moves_no_place() {
    let script = "policy(\"t\", \"1\"); stage(\"K\", DECLINE, [rule(\"K01\", |a| a.weks_total < 3)]);\notherwise(APPROVE);";
    let plain = errors(&folder(script));
    let mut source = folder(&format!("\u{feff}{script}"));
    assert_eq!(errors(&source), plain);
    source.insert("reasons.toml", format!("\u{feff}{REASONS}").into_bytes());
    assert_eq!(errors(&source), plain);
}

#[test]
fn tables_as_spreadsheets_write_them_are_explained() {
    let script = "policy(\"t\", \"1\");\nlet t = table(\"rates.csv\");\nstage(\"K\", DECLINE, [rule(\"K01\", |a| a.weeks_total < lookup(t, a.requested_term_months, \"weeks\"))]);\notherwise(APPROVE);";
    let said = |csv: &str| {
        let mut source = folder(script);
        source.insert("rates.csv", csv.as_bytes());
        render(&errors(&source))
    };
    let answers = [
        "months;weeks\n1;10\n",
        "months\tweeks\n1\t10\n",
        "months,weeks\n1,10\n2,20\n1.0,30\n",
        "months,weeks\n1,10%\n2,$20\n3,\"1,000\"\n4,1E+05\n5,20\n",
        "",
    ]
    .map(|csv| format!("{csv:?}\n{}", said(csv)));
    insta::assert_snapshot!(answers.join("\n"));
}

#[test]
fn texts_with_digits_in_a_table_are_no_doubtful_numbers() {
    let mut source = folder(
        "policy(\"t\", \"1\");\nlet t = table(\"rates.csv\");\nstage(\"K\", DECLINE, [rule(\"K01\", |a| lookup(t, a.institution, \"zone\") == \"2 to 5\")]);\notherwise(APPROVE);",
    );
    source.insert(
        "rates.csv",
        &b"key,zone\nimss,2 to 5\nissste,2026-01-02\n,\n,\n"[..],
    );
    let tables = findings(&source)
        .into_iter()
        .filter(|d| d.code.starts_with("table"));
    assert_eq!(tables.count(), 0);
}

#[test]
fn signs_of_other_keyboards_and_languages_are_told_what_to_write() {
    let conditions = [
        "|a| a.employed_now == “x”",
        "|a| a.institution == 'imss'",
        "|a| a.institution == ´imss´",
        "|a| a.weeks_total ≤ 3",
        "|a| a.weeks_total ≠ 3",
        "|a| a.weeks_total =< 3",
        "|a| a.weeks_total => 3",
        "|a| a.weeks_total < –3",
        "|a| a.weeks_total\u{a0}< 3",
        "|a| a.monthly_income_gross < $100",
        "|a| a.monthly_income_gross < 10,000",
        "|a| a.density_24m < 50%",
        "|a| a.density_24m < .5",
        "|a| a.weeks_total == null",
        "|a| a.employed_now == True",
        "|a| a.weeks_total < 3 & a.employed_now",
        "|a| a.weeks_total < 3 | a.employed_now",
        "|a| 3 < a.weeks_total < 5",
        "|a| a.ref_date < \"2026-01-01\"",
        "|a| a.ref_date < date(\"2026-02-30\")",
        "|a| a.sex == \"M\"",
        "|a| a.curp == \"M\"",
        "a.weeks_total < 3",
        "|a| { let años = 3; a.weeks_total < 3 }",
    ];
    let mut answers: Vec<String> = conditions
        .iter()
        .map(|condition| {
            let script = format!(
                "policy(\"t\", \"1\");\nstage(\"K\", DECLINE, [rule(\"K01\", {condition})]);\notherwise(APPROVE);"
            );
            render(&errors(&folder(&script)))
        })
        .collect();
    for script in [
        "policy(\"t\", \"1\")\notherwise(APPROVE);",
        "policy(\"t\", \"1\");\nstage(\"K\", decline, []);",
        "policy(\"t\", \"1\");\n# remark\notherwise(APPROVE);",
        "policy(\"t\", \"1\");\n-- remark\notherwise(APPROVE);",
    ] {
        answers.push(render(&errors(&folder(script))));
    }
    insta::assert_snapshot!(answers.join("\n"));
}

#[test]
fn a_catalogue_that_cannot_be_read_is_told_once() {
    let script = "policy(\"t\", \"1\");\nstage(\"K\", DECLINE, [rule(\"K01\", |a| a.employed_now), rule(\"K02\", |a| a.weeks_total < 3)]);\notherwise(APPROVE);";
    for broken in ["[K01]\nes-MX = \"Uno\n", "[K01]\n[K01]\n", "\u{0}"] {
        let mut source = folder(script);
        source.insert("reasons.toml", broken.as_bytes());
        let codes: Vec<_> = errors(&source).iter().map(|d| d.code).collect();
        assert_eq!(codes, ["reasons::malformed"], "{broken:?}");
    }
    let without: PolicySource = [("policy.rhai", script.as_bytes())].into_iter().collect();
    assert_eq!(errors(&without).len(), 1);
}

#[test]
fn a_code_like_one_of_the_catalogue_names_it() {
    let script = "policy(\"t\", \"1\");\nstage(\"K\", DECLINE, [rule(\"K01 \", |a| a.employed_now)]);\notherwise(APPROVE);";
    let help = |script: &str| errors(&folder(script))[0].help.clone().unwrap();
    assert!(help(script).ends_with("; did you mean `K01`?"));
    assert!(help(&script.replace("K01 ", "K05")).ends_with("`reasons.toml`"));
}

#[test]
fn of_the_shipped_policies_only_notes_are_told() {
    let rules = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../rules");
    let told = |policy: &str| -> Vec<String> {
        let files = ["policy.rhai", "reasons.toml"];
        let source = files.map(|file| (file, fs::read(rules.join(policy).join(file)).unwrap()));
        let found = findings(&source.into_iter().collect());
        found
            .iter()
            .map(|f| format!("{:?} {}", f.severity, f.message))
            .collect()
    };
    assert_eq!(told("nomina-personal-loan-mx"), Vec::<String>::new());
    let starter = told("starter-mx");
    assert_eq!(starter.len(), 3, "{starter:?}");
    for rule in ["NOT_EMPLOYED", "TOO_FEW_WEEKS", "LOW_SCORE"] {
        let note = |line: &String| line.starts_with("Note") && line.contains(rule);
        assert!(starter.iter().any(note), "{starter:?}");
    }
}
