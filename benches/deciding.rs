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
    measure::{Effort, Table, hundredths, written},
    record, report,
};
use dictamen_engine::{Decision, Outcome, Policy, Scratch};
use dictamen_lab::pipeline;
use dictamen_model::{DecisionRequest, Parameters};
use serde::de::IgnoredAny;

const PLAIN_SKIP: &str = "plain: skip as JSON";
const PLAIN_END_TO_END: &str = "plain: end to end, nomina";
const PDF_SKIP: &str = "PDF: skip as JSON";
const PDF_END_TO_END: &str = "PDF: end to end, nomina";

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

    // As the service does when no trace is asked for; the trace is recorded all the same.
    let end_to_end = |bytes: &[u8]| {
        let request = DecisionRequest::parse(bytes).unwrap();
        let (decision, _) = pipeline::answer(&nomina, &request, as_of, &parameters, false).unwrap();
        write(&decision)
    };
    let mut scratch = Scratch::new();
    let stamp = pipeline::stamp(&parameters);
    let skip = |bytes: &[u8]| serde_json::from_slice::<IgnoredAny>(bytes).unwrap();
    let untyped = |bytes: &[u8]| serde_json::from_slice::<serde_json::Value>(bytes).unwrap();

    let mut table = Table::default();
    let json = table.baseline(PLAIN_SKIP, || skip(&plain));
    table.row("plain: read as untyped JSON", json, || untyped(&plain));
    table.row(PLAIN_END_TO_END, json, || end_to_end(&plain));
    table.row("plain:   parse", json, || {
        DecisionRequest::parse(&plain).unwrap()
    });
    table.row("plain:   compute characteristics", json, || {
        pipeline::compute(&request, as_of, &parameters).unwrap()
    });
    table.row("plain:   evaluate and build the decision", json, || {
        let evaluated = nomina.evaluate(&facts, &mut scratch);
        evaluated.decision("APP-BENCH", as_of, &stamp)
    });
    table.row("plain:   the same with the trace as data", json, || {
        decide(&nomina)
    });
    table.row("plain:   write", json, || write(&decided.decision));
    let json = table.baseline(PDF_SKIP, || skip(&pdf));
    table.row("PDF: read as untyped JSON", json, || untyped(&pdf));
    table.row(PDF_END_TO_END, json, || end_to_end(&pdf));
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
    let median = |name: &str| {
        let row = rows.iter().find(|row| row.name == name).unwrap();
        row.median.as_nanos()
    };
    let more = |pdf: &str, plain: &str| median(pdf).saturating_sub(median(plain));
    let attached = written(hundredths(
        more(PDF_END_TO_END, PLAIN_END_TO_END),
        more(PDF_SKIP, PLAIN_SKIP),
    ));
    let name = "what the PDF adds, beside skipping its bytes";
    println!("\n{name:<63}{attached:>10}");
    let mut lines: Vec<_> = rows
        .iter()
        .map(|row| vec![row.name.clone(), written(row.hundredths)])
        .collect();
    lines.push(vec![name.to_owned(), attached]);
    report::tell("deciding", &["", "to its baseline"], lines);
}

fn write(decision: &Decision) -> Vec<u8> {
    decision.json(None).unwrap()
}

fn parameters(folder: &Path) -> Parameters {
    let mut files = BTreeMap::new();
    for (name, text) in source(folder).iter() {
        files.insert(name.to_owned(), String::from_utf8(text.to_vec()).unwrap());
    }
    Parameters::parse(&files).unwrap()
}
