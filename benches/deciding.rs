//! How long one decision takes, and its stages, beside the least anybody would do with the bytes.
//!
//! `cargo bench -p dictamen-benches` measures; with `-- --quick` it runs everything a few times
//! and takes seconds; `-- --write` puts the figures into `README.md`. The baseline is skipping the
//! same bytes as JSON: reading them without keeping anything.
#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a bench prints what it measured, and ends when it cannot"
)]

use std::{collections::BTreeMap, path::Path};

use dictamen_benches::{
    dictamen::source,
    measure::{Effort, Table, written},
    record, report,
};
use dictamen_engine::{Decided, Outcome, Policy};
use dictamen_lab::pipeline;
use dictamen_model::{DecisionRequest, Parameters};
use serde::de::IgnoredAny;

fn main() {
    let effort = Effort::asked_for();
    let rules = Path::new(env!("CARGO_MANIFEST_DIR")).join("../rules");
    let nomina_source = source(&rules.join("nomina-personal-loan-mx"));
    let starter_source = source(&rules.join("starter-mx"));
    let nomina = Policy::load(&nomina_source).unwrap().policy;
    let parameters = parameters(&rules.join("parameters"));
    let as_of = record::AS_OF.parse().unwrap();

    let (plain, pdf) = (record::plain(), record::with_pdf());
    let request = DecisionRequest::parse(&plain).unwrap();
    let pdf_request = DecisionRequest::parse(&pdf).unwrap();
    let facts = pipeline::compute(&request, as_of, &parameters).unwrap();
    let decide = |policy| pipeline::decide_on(policy, &request, as_of, &facts, &parameters);
    let decided = decide(&nomina);
    assert_eq!(decided.decision.outcome, Outcome::Approve, "{decided:?}");

    let end_to_end = |bytes: &[u8]| {
        let request = DecisionRequest::parse(bytes).unwrap();
        let decided = pipeline::decide(&nomina, &request, as_of, &parameters).unwrap();
        write(&decided)
    };
    let skip = |bytes: &[u8]| serde_json::from_slice::<IgnoredAny>(bytes).unwrap();
    let untyped = |bytes: &[u8]| serde_json::from_slice::<serde_json::Value>(bytes).unwrap();

    let mut table = Table::default();
    let json = table.baseline("plain: skip as JSON", || skip(&plain));
    table.row("plain: read as untyped JSON", json, || untyped(&plain));
    table.row("plain: end to end, nomina", json, || end_to_end(&plain));
    table.row("plain:   parse", json, || {
        DecisionRequest::parse(&plain).unwrap()
    });
    table.row("plain:   compute characteristics", json, || {
        pipeline::compute(&request, as_of, &parameters).unwrap()
    });
    table.row("plain:   decide, nomina", json, || decide(&nomina));
    table.row("plain:   write", json, || write(&decided));
    let json = table.baseline("PDF: skip as JSON", || skip(&pdf));
    table.row("PDF: read as untyped JSON", json, || untyped(&pdf));
    table.row("PDF: end to end, nomina", json, || end_to_end(&pdf));
    table.row("PDF:   parse", json, || {
        DecisionRequest::parse(&pdf).unwrap()
    });
    table.row("PDF:   compute characteristics", json, || {
        pipeline::compute(&pdf_request, as_of, &parameters).unwrap()
    });
    let load = table.baseline("load starter", || Policy::load(&starter_source).unwrap());
    table.row("load nomina", load, || {
        Policy::load(&nomina_source).unwrap()
    });

    println!("plain: {} bytes; PDF: {} bytes", plain.len(), pdf.len());
    println!("{:<50}{:>13}{:>10}", "", "median", "ratio");
    let rows = table.measure(effort);
    for row in &rows {
        if row.hundredths == 100 {
            println!();
        }
        println!("{row}");
    }
    let lines = rows
        .iter()
        .map(|row| vec![row.name.clone(), written(row.hundredths)]);
    report::tell("deciding", &["", "to its baseline"], lines.collect());
}

fn write(decided: &Decided) -> Vec<u8> {
    serde_json::to_vec(&decided.decision).unwrap()
}

fn parameters(folder: &Path) -> Parameters {
    let mut files = BTreeMap::new();
    for (name, text) in source(folder).iter() {
        files.insert(name.to_owned(), String::from_utf8(text.to_vec()).unwrap());
    }
    Parameters::parse(&files).unwrap()
}
