//! What a document says of unknown values is what is decided with them.

use dictamen_engine::words::Language;
use dictamen_model::characteristic::definitions;

use super::*;

proptest! {
    #![proptest_config(cases(60))]

    #[test]
    fn what_is_said_of_one_unknown_value_holds(
        program in choices(1_500),
        applicants in applicants(),
    ) {
        let shape = Shape { compound: true, switches: true };
        let script = generate::script(&program.0, shape, CODES.len());
        let source = folder(&policy_text(&script));
        let policy = Policy::load(&source).unwrap().policy;
        let document = policy.document(&source, Language::English);
        let rules = &document.stages[0].rules;
        for choices in applicants {
            for (gone, _) in BARE.into_iter().chain(HANDLED) {
                let mut applicant = Applicant::new(&choices, |_| false);
                for (name, value) in &mut applicant.0 {
                    if *name == gone {
                        *value = Value::Missing;
                    }
                }
                let label = definitions().iter().find(|d| d.name == gone).unwrap().label;
                let decided = decide(&policy, &applicant.characteristics());
                for (rule, trace) in rules.iter().zip(&decided.trace.rules) {
                    let said = rule.missing.iter().find(|m| m.values.iter().any(|v| v == label));
                    let becomes = said.map(|said| said.becomes);
                    let fits = match trace.verdict {
                        Verdict::Fired => becomes != Some("does not fire"),
                        Verdict::Passed => becomes != Some("fires"),
                        Verdict::Undecided => becomes == Some("may stay undecided"),
                        Verdict::Failed | Verdict::NotReached => true,
                    };
                    prop_assert!(
                        fits,
                        "{:?} of {} without {gone}, said: {becomes:?}\n{}",
                        trace.verdict, rule.code, policy_text(&script)
                    );
                }
            }
        }
    }
}
