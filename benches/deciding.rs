//! How long one decision takes, and its stages, beside the least anybody would do with the bytes.
//!
//! `cargo bench -p dictamen-benches` measures; with `-- --quick` it runs everything a few times
//! and takes seconds. The baselines are skipping the same bytes with `serde_json`, and for deciding
//! the rules of `starter-mx` written out in Rust.
#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a bench prints what it measured, and ends when it cannot"
)]

use std::{collections::BTreeMap, fs, path::Path};

use dictamen_benches::{
    measure::{Effort, Table},
    record,
};
use dictamen_engine::{Decided, Outcome, Policy, PolicySource};
use dictamen_lab::pipeline;
use dictamen_model::{
    DecisionRequest, Parameters,
    characteristic::{Characteristics, Value, index_of},
};
use rust_decimal::Decimal;
use serde::de::IgnoredAny;

fn main() {
    // Without `--bench` cargo is testing that benches run.
    let arguments: Vec<String> = std::env::args().collect();
    let given = |name: &str| arguments.iter().any(|a| a == name);
    let effort = if given("--quick") || !given("--bench") {
        Effort::QUICK
    } else {
        Effort::FULL
    };
    let rules = Path::new(env!("CARGO_MANIFEST_DIR")).join("../rules");
    let nomina_source = folder(&rules.join("nomina-personal-loan-mx"));
    let starter_source = folder(&rules.join("starter-mx"));
    let nomina = Policy::load(&nomina_source).unwrap().policy;
    let starter = Policy::load(&starter_source).unwrap().policy;
    let parameters = parameters(&rules.join("parameters"));
    let as_of = record::AS_OF.parse().unwrap();

    let (plain, pdf) = (record::plain(), record::with_pdf());
    let request = DecisionRequest::parse(&plain).unwrap();
    let pdf_request = DecisionRequest::parse(&pdf).unwrap();
    let facts = pipeline::compute(&request, as_of, &parameters).unwrap();
    let decide = |policy| pipeline::decide_on(policy, &request, as_of, &facts, &parameters);
    let decided = decide(&nomina);
    assert_eq!(decided.decision.outcome, Outcome::Approve, "{decided:?}");
    let by_hand = StarterByHand::new();
    assert_eq!(
        by_hand.decide(&facts),
        (Outcome::Approve, Vec::new()),
        "the baseline decides as the policy does"
    );
    assert_eq!(decide(&starter).decision.outcome, Outcome::Approve);

    let end_to_end = |bytes: &[u8]| {
        let request = DecisionRequest::parse(bytes).unwrap();
        let decided = pipeline::decide(&nomina, &request, as_of, &parameters).unwrap();
        write(&decided)
    };
    let untyped = |bytes: &[u8]| serde_json::from_slice::<serde_json::Value>(bytes).unwrap();

    let skipping = |bytes: &[u8]| serde_json::from_slice::<IgnoredAny>(bytes).unwrap();
    let parse_and_compute = |bytes: &[u8]| {
        let request = DecisionRequest::parse(bytes).unwrap();
        pipeline::compute(&request, as_of, &parameters).unwrap()
    };

    let mut table = Table::default();
    let skip = table.baseline("plain: skip the bytes", || skipping(&plain));
    table.row("plain: read as untyped JSON", skip, || untyped(&plain));
    table.row("plain: end to end, nomina", skip, || end_to_end(&plain));
    table.row("plain:   parse and compute", skip, || {
        parse_and_compute(&plain)
    });
    table.row("plain:   parse", skip, || {
        DecisionRequest::parse(&plain).unwrap()
    });
    table.row("plain:   compute characteristics", skip, || {
        pipeline::compute(&request, as_of, &parameters).unwrap()
    });
    table.row("plain:   decide, nomina", skip, || decide(&nomina));
    table.row("plain:   write", skip, || write(&decided));
    let skip = table.baseline("PDF: skip the bytes", || skipping(&pdf));
    table.row("PDF: read as untyped JSON", skip, || untyped(&pdf));
    table.row("PDF: end to end, nomina", skip, || end_to_end(&pdf));
    table.row("PDF:   parse and compute", skip, || parse_and_compute(&pdf));
    table.row("PDF:   parse", skip, || {
        DecisionRequest::parse(&pdf).unwrap()
    });
    table.row("PDF:   compute characteristics", skip, || {
        pipeline::compute(&pdf_request, as_of, &parameters).unwrap()
    });
    let hand = table.baseline("starter: outcome and codes by hand", || {
        by_hand.decide(&facts)
    });
    table.row(
        "starter: decide, with trace, hashes and texts",
        hand,
        || decide(&starter),
    );
    let load = table.baseline("load starter", || Policy::load(&starter_source).unwrap());
    table.row("load nomina", load, || {
        Policy::load(&nomina_source).unwrap()
    });

    println!("plain: {} bytes; PDF: {} bytes", plain.len(), pdf.len());
    println!("{:<50}{:>14}{:>10}", "", "median", "ratio");
    for row in table.measure(effort) {
        if row.hundredths == 100 {
            println!();
        }
        println!("{row}");
    }
}

fn write(decided: &Decided) -> Vec<u8> {
    serde_json::to_vec(&decided.decision).unwrap()
}

/// The rules of `starter-mx` as somebody would write them in Rust: outcome and codes, without
/// trace, hashes, texts or anything printed.
struct StarterByHand {
    record_present: usize,
    employed_now: usize,
    weeks_total: usize,
    salary_real_change_12m: usize,
    requested_term_months: usize,
    scores: [usize; 3],
}

impl StarterByHand {
    fn new() -> Self {
        let at = |name| index_of(name).unwrap();
        Self {
            record_present: at("record_present"),
            employed_now: at("employed_now"),
            weeks_total: at("weeks_total"),
            salary_real_change_12m: at("salary_real_change_12m"),
            requested_term_months: at("requested_term_months"),
            scores: [
                at("belvo_score_3m"),
                at("belvo_score_6m"),
                at("belvo_score_12m"),
            ],
        }
    }

    fn decide(&self, facts: &Characteristics) -> (Outcome, Vec<&'static str>) {
        let holds = |at| match facts.get(at) {
            Value::Bool(value) => Some(*value),
            _ => None,
        };
        let int = |at| match facts.get(at) {
            Value::Int(value) => Some(*value),
            _ => None,
        };
        let [three, six, twelve] = self.scores;
        let score = int(self.requested_term_months).and_then(|term| {
            int(match term {
                ..=3 => three,
                4..=6 => six,
                _ => twelve,
            })
        });
        let change = match facts.get(self.salary_real_change_12m) {
            Value::Decimal(value) => *value,
            _ => Decimal::ZERO,
        };
        let weeks = int(self.weeks_total);
        let present = holds(self.record_present).map(|present| !present);
        let employed = holds(self.employed_now).map(|employed| !employed);
        stage(Outcome::Refer, &[("NO_RECORD", present)])
            .or_else(|| {
                stage(
                    Outcome::Decline,
                    &[
                        ("NOT_EMPLOYED", employed),
                        ("TOO_FEW_WEEKS", weeks.map(|weeks| weeks < 26)),
                        ("LOW_SCORE", score.map(|score| score < 450)),
                    ],
                )
            })
            .or_else(|| {
                stage(
                    Outcome::Refer,
                    &[
                        ("SHORT_HISTORY", weeks.map(|weeks| weeks < 104)),
                        ("SALARY_FELL", Some(change < Decimal::new(-10, 2))),
                        ("FAIR_SCORE", score.map(|score| score < 600)),
                    ],
                )
            })
            .unwrap_or((Outcome::Approve, Vec::new()))
    }
}

/// What fired ends the run; what is unknown refers when nothing fired.
fn stage(
    outcome: Outcome,
    rules: &[(&'static str, Option<bool>)],
) -> Option<(Outcome, Vec<&'static str>)> {
    let fired: Vec<_> = rules
        .iter()
        .filter(|(_, verdict)| *verdict == Some(true))
        .map(|(code, _)| *code)
        .collect();
    if !fired.is_empty() {
        Some((outcome, fired))
    } else if rules.iter().any(|(_, verdict)| verdict.is_none()) {
        Some((Outcome::Refer, vec![dictamen_engine::UNDECIDED]))
    } else {
        None
    }
}

fn folder(folder: &Path) -> PolicySource {
    files(folder, &["rhai", "toml", "csv"])
        .into_iter()
        .map(|(name, text)| (name, text.into_bytes()))
        .collect()
}

fn parameters(folder: &Path) -> Parameters {
    Parameters::parse(&files(folder, &["toml"])).unwrap()
}

fn files(folder: &Path, extensions: &[&str]) -> BTreeMap<String, String> {
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let extension = path.extension().and_then(|e| e.to_str()).unwrap_or("");
        if extensions.contains(&extension) {
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            files.insert(name, fs::read_to_string(&path).unwrap());
        }
    }
    files
}
