//! Heap allocations and instructions of one decision: figures that no busy machine changes.
//!
//! Instructions are what valgrind counts for two passes over all applicants less what it counts
//! for one; they are left out with `--quick` and where there is no valgrind. Counting allocations
//! takes a few instructions for each.
#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    reason = "a bench prints what it measured, and ends when it cannot"
)]

use std::{env, process::Command};

use dictamen_benches::{
    applicant::applicants,
    measure::{hundredths, written},
    report,
    ways::{self, Named},
};

fn main() {
    let applicants = applicants();
    let arguments: Vec<String> = env::args().collect();
    let given = |name: &str| arguments.iter().position(|a| a == name);
    let mut ways = ways::all(&applicants);
    if let Some(at) = given("--run") {
        let number = |at: usize| arguments.get(at).unwrap().parse::<usize>().unwrap();
        let Named { way, .. } = ways.get_mut(number(at + 1)).unwrap();
        for _ in 0..number(at + 2) {
            (0..applicants.len()).for_each(|at| way.run(at));
        }
        return;
    }
    ways::assert_agreement(&applicants, &mut ways);
    let count = given("--bench").is_some() && given("--quick").is_none();
    println!(
        "{:<50}{:>13}{:>14}",
        "in one decision", "allocations", "instructions"
    );
    let mut lines = Vec::new();
    for (position, Named { name, way, .. }) in ways.iter_mut().enumerate() {
        let mut pass = || (0..applicants.len()).for_each(|at| way.run(at));
        // What is allocated once and then used again is no part of a decision.
        pass();
        let allocated = allocation_counter::measure(pass).count_total;
        let each = u128::try_from(applicants.len()).unwrap();
        let allocated = written(hundredths(allocated.into(), each));
        let instructions = count
            .then(|| instructions(position, 2)?.checked_sub(instructions(position, 1)?))
            .flatten()
            .map_or_else(|| "–".to_owned(), |all| (all / each).to_string());
        println!("{name:<50}{allocated:>13}{instructions:>14}");
        lines.push(vec![(*name).to_owned(), allocated, instructions]);
    }
    report::tell("counts", &["", "allocations", "instructions"], lines);
}

/// What valgrind counts for a process that makes so many passes; nothing where it cannot run.
fn instructions(way: usize, passes: usize) -> Option<u128> {
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(env::current_exe().ok()?)
        .args(["--run", &way.to_string(), &passes.to_string()])
        .output()
        .ok()?;
    let text = String::from_utf8_lossy(&output.stderr);
    let (_, collected) = text.split_once("Collected :")?;
    collected.split_whitespace().next()?.parse().ok()
}
