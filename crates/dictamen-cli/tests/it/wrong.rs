//! Wrong policies as credit analysts write them, one fault each, and what they are told.
//!
//! In the files `⟦` and `⟧` stand around the fault; without them it is about the folder as a whole.
//! They lie with the engine, which finds the faults; the report is drawn here, so its texts are
//! held here.
#![expect(
    clippy::string_slice,
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    reason = "a test ends where its files are not as it wants them"
)]

use std::{fmt::Write as _, fs, path::Path};

use serde_json::Value;

use crate::support::Place;

/// What applicants are told, for the codes that the policies use.
const REASONS: [&str; 4] = ["K01", "K02", "S10", "L01"];

/// One file of a wrong policy.
struct File {
    name: String,
    text: String,
    /// First line and column of the fault, and those behind it.
    fault: Option<[usize; 4]>,
}

/// The line and column of a byte.
fn point(text: &str, byte: usize) -> [usize; 2] {
    let before = &text[..byte];
    let line = before.rfind('\n').map_or(0, |i| i + 1);
    [
        before.matches('\n').count() + 1,
        before[line..].chars().count() + 1,
    ]
}

impl File {
    fn new(name: &str, marked: &str) -> Self {
        let text = marked.replace(['⟦', '⟧'], "");
        let fault = marked.find('⟦').map(|from| {
            let to = marked.find('⟧').unwrap() - '⟦'.len_utf8();
            let ([line, column], [end_line, end_column]) = (point(&text, from), point(&text, to));
            [line, column, end_line, end_column]
        });
        Self {
            name: name.to_owned(),
            text,
            fault,
        }
    }
}

/// The files of a wrong policy; reasons for its codes are added unless it brings its own.
fn files(fixture: &str) -> Vec<File> {
    let mut sections = fixture.split("=== ");
    let mut files = vec![File::new("policy.rhai", sections.next().unwrap())];
    for section in sections {
        let (name, text) = section.split_once('\n').unwrap();
        files.push(File::new(name, text));
    }
    if files.iter().all(|file| file.name != "reasons.toml") {
        let mut reasons = String::new();
        for code in REASONS {
            // A code in the wrong quotes, or in none, is a code all the same.
            if files[0].text.contains(code) {
                writeln!(
                    reasons,
                    "[{code}]\nes-MX = \"Motivo {code}\"\nen = \"Reason {code}\""
                )
                .unwrap();
            }
        }
        files.push(File::new("reasons.toml", &reasons));
    }
    files
}

#[test]
fn each_fault_is_told_once_at_its_place() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = here.join("../dictamen-engine/tests/it/wrong");
    let mut policies: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    policies.sort();
    assert!(policies.len() >= 80);

    let place = Place::new();
    fs::remove_dir_all(place.0.path().join("rules/demo")).unwrap();
    let mut wrong = String::new();
    for path in policies {
        let name = path.file_stem().unwrap().to_str().unwrap();
        let files = files(&fs::read_to_string(&path).unwrap());
        let home = place.0.path().join("rules/t");
        let _ = fs::remove_dir_all(&home);
        for file in &files {
            place.write(&format!("rules/t/{}", file.name), &file.text);
        }

        let drawn = place.run("check");
        assert_eq!(drawn.err, "", "{name}");
        insta::with_settings!({ snapshot_path => "wrong", prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!(name, drawn.out);
        });

        let json: Value = serde_json::from_str(&place.run("check --format json").out).unwrap();
        // A note tells what missing data do; it is no fault.
        let findings = json["folders"]["t"]["findings"].as_array().unwrap().iter();
        let findings: Vec<&Value> = findings.filter(|f| f["severity"] != "note").collect();
        if findings.len() != 1 {
            writeln!(wrong, "{name}: {} findings\n{}", findings.len(), drawn.out).unwrap();
            continue;
        }
        let fault = files
            .iter()
            .find_map(|file| Some((file.name.as_str(), file.fault?)));
        let span = &findings[0]["span"];
        let told = span["file"].as_str().map(|file| {
            let number = |key: &str| usize::try_from(span[key].as_u64().unwrap()).unwrap();
            (
                file,
                ["line", "column", "end_line", "end_column"].map(number),
            )
        });
        if told != fault {
            writeln!(
                wrong,
                "{name}: told at {told:?}, is at {fault:?}\n{}",
                drawn.out
            )
            .unwrap();
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}
