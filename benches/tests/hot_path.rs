//! Evaluating takes nothing from the heap once its memory has grown to the policy's size.

use dictamen_benches::{applicant::applicants, dictamen::Evaluated, ways::Way};

#[test]
fn evaluating_with_a_trace_takes_nothing_from_the_heap() {
    let applicants = applicants();
    for mut way in [
        Evaluated::policy(&applicants),
        Evaluated::knock_outs(&applicants),
    ] {
        let mut pass = || (0..applicants.len()).for_each(|at| way.run(at));
        pass();
        assert_eq!(allocation_counter::measure(pass).count_total, 0);
    }
}
