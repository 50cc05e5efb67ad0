//! How fast the bench policy is decided, beside other ways of deciding the same.
//!
//! `cargo bench -p dictamen-benches --bench ways` measures; `-- --quick` only sees that it runs;
//! `--features peers` adds the rival engines; `-- --write` puts the figures into `README.md`. All
//! ways first have to give the same answers.
#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a bench prints what it measured, and ends when it cannot"
)]

use std::hint::black_box;

use dictamen_benches::{
    applicant::{Applicant, applicants},
    by_hand,
    dictamen::{Ready, Scratch, evaluate, policy},
    measure::{Effort, Measured, Table, hundredths, written},
    report, threads,
    ways::{self, BY_HAND, DICTAMEN, KNOCK_OUTS_BY_HAND, KNOCK_OUTS_DICTAMEN, Named, Part},
};

fn main() {
    let effort = Effort::asked_for();
    let applicants = applicants();
    one_thread(&applicants, effort);
    two_threads(&applicants, effort);
}

fn one_thread(applicants: &[Applicant], effort: Effort) {
    let mut ways = ways::all(applicants);
    ways::assert_agreement(applicants, &mut ways);
    let parts: Vec<Part> = ways.iter().map(|named| named.part).collect();
    let each = u32::try_from(applicants.len()).unwrap();

    let mut table = Table::default();
    for Named { name, mut way, .. } in ways {
        table.row_over(name, 0, each, move || {
            (0..applicants.len()).for_each(|at| way.run(at));
        });
    }
    let measured = table.measure(effort);
    let to = |row: &Measured, name: &str| {
        let other = measured.iter().find(|row| row.name == name).unwrap();
        written(hundredths(row.median.as_nanos(), other.median.as_nanos()))
    };
    println!(
        "{:<50}{:>13}{:>10}{:>12}",
        "one decision of the bench policy", "median", "to hand", "to dictamen"
    );
    let mut lines = Vec::new();
    for (row, part) in measured.iter().zip(parts) {
        let (floor, own) = match part {
            Part::Policy => (BY_HAND, DICTAMEN),
            Part::KnockOuts => (KNOCK_OUTS_BY_HAND, KNOCK_OUTS_DICTAMEN),
        };
        if row.name == floor {
            println!();
        }
        let (to_floor, to_own) = (to(row, floor), to(row, own));
        println!("{:<50}{}{to_floor:>10}{to_own:>12}", row.name, row.time());
        lines.push(vec![row.name.clone(), to_floor, to_own]);
    }
    report::tell("ways", &["", "to hand-written", "to dictamen"], lines);
}

/// The hand-written policy shares nothing: what it falls short of two, the machine does.
fn two_threads(applicants: &[Applicant], effort: Effort) {
    let by_hand = threads::two_to_one(effort, || {
        || {
            for applicant in applicants {
                black_box(by_hand::decide(black_box(applicant)));
            }
        }
    });
    let (policy, ready) = (policy(), Ready::new(applicants));
    let dictamen = threads::two_to_one(effort, || {
        let mut scratch = Scratch::default();
        let (policy, ready) = (&policy, &ready);
        move || {
            for at in 0..ready.len() {
                evaluate(policy, ready, at, &mut scratch);
                black_box(&mut scratch);
            }
        }
    });
    println!("\ntwo threads to one");
    let mut lines = Vec::new();
    for (name, ratio) in [(BY_HAND, by_hand), (DICTAMEN, dictamen)] {
        println!("{name:<63}{:>10}", written(ratio));
        lines.push(vec![name.to_owned(), written(ratio)]);
    }
    report::tell("threads", &["", "two threads to one"], lines);
}
