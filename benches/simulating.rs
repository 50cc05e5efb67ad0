//! What a portfolio costs for each row, beside parsing the same rows and nothing else, and whether two
//! threads take twice as many.
//!
//! Whole runs of the program, with files and memory, are measured by `benches/simulate`.
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
    threads::two_to_one,
};
use dictamen_engine::Policy;
use dictamen_lab::{
    compare::{Diff, Shares},
    pipeline,
    simulate::{Part, Row, Study},
};
use dictamen_model::{DecisionRequest, Parameters};

/// Rows that are taken through together: adding up what was counted is part of it.
const ROWS: u32 = 64;

fn main() {
    let effort = Effort::asked_for();
    let rules = Path::new(env!("CARGO_MANIFEST_DIR")).join("../rules");
    let policy = Policy::load(&source(&rules.join("nomina-personal-loan-mx")))
        .unwrap()
        .policy;
    let parameters = parameters(&rules.join("parameters"));
    let as_of = record::AS_OF.parse().unwrap();
    let line = record::plain();
    let request = DecisionRequest::parse(&line).unwrap();
    let facts = pipeline::compute(&request, as_of, &parameters).unwrap();
    let row = || Row {
        number: 1,
        application_id: String::new(),
        characteristics: facts.clone(),
        label: None,
        segments: BTreeMap::new(),
    };

    // One point more in the first bin that somebody has.
    let mut changed = policy.declaration().clone();
    if let Some(card) = &mut changed.scorecard {
        card.base = card.base.saturating_add(1);
    }
    let other = policy.amended(changed).unwrap();
    let shares = || Shares::new(&policy, &Diff::of(&policy, &other));
    let (one, two) = (
        Study::of(&policy),
        Study::comparing(&policy, &other, shares()),
    );

    let through = |study: &Study<'_>| {
        let (mut worker, mut part) = (study.worker(), Part::default());
        for number in 0..ROWS {
            worker.line(number.into(), &line, as_of, &parameters, &mut part);
        }
        part
    };
    let computed = |study: &Study<'_>| {
        let (mut worker, mut part) = (study.worker(), Part::default());
        for number in 0..ROWS {
            worker.take(number.into(), Ok(row()), &mut part);
        }
        part
    };
    let mut table = Table::default();
    let parse = table.baseline("64 requests: parse", || {
        for _ in 0..ROWS {
            std::hint::black_box(DecisionRequest::parse(&line).unwrap());
        }
    });
    table.row_over("64 requests: simulate", parse, ROWS, || through(&one));
    table.row_over("64 requests: compare two policies", parse, ROWS, || {
        through(&two)
    });
    table.row_over("64 rows of characteristics: simulate", parse, ROWS, || {
        computed(&one)
    });
    println!("{:<50}{:>13}{:>10}", "", "median", "ratio");
    let rows = table.measure(effort);
    let mut lines = Vec::new();
    for row in &rows {
        println!("{row}");
        lines.push(vec![row.name.clone(), written(row.hundredths)]);
    }
    let ratio = two_to_one(effort, || {
        || {
            std::hint::black_box(through(&one));
        }
    });
    let name = "two threads to one";
    println!("\n{name:<63}{:>10}", written(ratio));
    lines.push(vec![name.to_owned(), written(ratio)]);
    report::tell("simulating", &["", "to parsing alone"], lines);
}

fn parameters(folder: &Path) -> Parameters {
    let mut files = BTreeMap::new();
    for (name, text) in source(folder).iter() {
        files.insert(name.to_owned(), String::from_utf8(text.to_vec()).unwrap());
    }
    Parameters::parse(&files).unwrap()
}
