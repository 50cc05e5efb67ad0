//! Where plain Rhai would silently answer something a credit policy must not rely on.

use dictamen_engine::{Outcome, Verdict};
use dictamen_model::characteristic::Value;

use crate::support::{decide, errors, facts, folder, line, one_rule, policy, render};

#[test]
fn a_missing_operand_makes_a_rule_undecided_and_refers() {
    let policy = one_rule("|a| a.weeks_total < 26");
    let decided = decide(&policy, &facts(&[]));
    assert_eq!(line(&decided), r#"REFER KNOCKOUT ["UNDECIDED"]"#);
    assert_eq!(&*decided.decision.missing[0].characteristic, "weeks_total");
    assert_eq!(&*decided.decision.missing[0].needed_by, "K01");
    assert_eq!(decided.trace.rules[0].verdict, Verdict::Undecided);
}

#[test]
fn one_false_side_settles_a_conjunction_whatever_is_missing() {
    let policy = one_rule("|a| a.weeks_total < 26 && a.current_jobs > 2");
    let decided = decide(&policy, &facts(&[("current_jobs", Value::Int(1))]));
    assert_eq!(decided.decision.outcome, Outcome::Approve);
    let decided = decide(&policy, &facts(&[("current_jobs", Value::Int(3))]));
    assert_eq!(line(&decided), r#"REFER KNOCKOUT ["UNDECIDED"]"#);
}

#[test]
fn one_true_side_settles_a_disjunction_whatever_is_missing() {
    let policy = one_rule("|a| a.weeks_total < 26 || a.current_jobs > 2");
    let decided = decide(&policy, &facts(&[("current_jobs", Value::Int(3))]));
    assert_eq!(decided.decision.outcome, Outcome::Decline);
}

#[test]
fn a_missing_value_can_be_handled() {
    for condition in [
        "|a| (a.weeks_total ?? 0) < 26",
        "|a| is_missing(a.weeks_total)",
        "|a| a.weeks_total.is_missing()",
    ] {
        let decided = decide(&one_rule(condition), &facts(&[]));
        assert_eq!(decided.decision.outcome, Outcome::Decline, "{condition}");
    }
}

#[test]
fn unlike_types_are_an_error_when_loading() {
    let script = "policy(\"t\", \"1\");\nstage(\"K\", DECLINE, [rule(\"K01\", |a| \"a\" < 5), rule(\"K02\", |a| a.employed_now < 5)]);\notherwise(APPROVE);";
    insta::assert_snapshot!(render(&errors(&folder(script))));
}

#[test]
fn comparing_with_nothing_is_an_error_when_loading() {
    let script = "policy(\"t\", \"1\");\nstage(\"K\", DECLINE, [rule(\"K01\", |a| a.weeks_total == ())]);\notherwise(APPROVE);";
    insta::assert_snapshot!(render(&errors(&folder(script))));
}

#[test]
fn comparisons_of_unlike_values_stop_the_declaring_script_too() {
    for (left, right) in [("()", "5"), ("\"a\"", "5"), ("[1]", "2"), ("#{}", "1.5")] {
        let script =
            format!("policy(\"t\", \"1\");\nif {left} < {right} {{ }}\notherwise(APPROVE);");
        let errors = errors(&folder(&script));
        assert_eq!(errors[0].code, "script::type", "{}", render(&errors));
    }
}

#[test]
fn division_of_whole_numbers_is_exact() {
    let policy = one_rule("|a| 1 / 3 > 0.33 && 1 / 3 < 0.34 && 7 / 2 == 3.5");
    assert_eq!(
        decide(&policy, &facts(&[])).decision.outcome,
        Outcome::Decline
    );
    // And so it is while declaring.
    let policy = policy_with_param("1 / 4");
    assert_eq!(policy.params()[0].value, serde_json::json!("0.25"));
}

fn policy_with_param(value: &str) -> dictamen_engine::Policy {
    policy(&format!(
        "policy(\"t\", \"1\");\nlet x = param(\"x\", {value}, \"u\", \"s\");\nstage(\"K\", DECLINE, [rule(\"K01\", |a| a.density_12m < x)]);\notherwise(APPROVE);"
    ))
}

#[test]
fn what_cannot_be_computed_refers_and_the_trace_says_why() {
    for (condition, why) in [
        (
            "|a| a.weeks_total * 9223372036854775807 > 0",
            "a number is too large",
        ),
        ("|a| 1 / (a.weeks_total - 2) > 0", "division by zero"),
        (
            "|a| annuity_factor(0.01, a.weeks_total - 2) > 0",
            "`annuity_factor` needs between 1 and 1200 months",
        ),
    ] {
        let decided = decide(
            &one_rule(condition),
            &facts(&[("weeks_total", Value::Int(2))]),
        );
        assert_eq!(
            line(&decided),
            r#"REFER KNOCKOUT ["FAILED"]"#,
            "{condition}"
        );
        assert_eq!(
            decided.trace.rules[0].failure.as_deref(),
            Some(why),
            "{condition}"
        );
        assert_eq!(decided.trace.rules[0].verdict, Verdict::Failed);
    }
}

#[test]
fn captured_variables_keep_the_value_of_their_turn_of_the_loop() {
    let policy = policy(
        r#"policy("t", "1");
let limits = [["K01", 10], ["K02", 20]];
let rules = [];
for limit in limits {
    let code = limit[0];
    let least = limit[1];
    rules.push(rule(code, |a| a.weeks_total < least));
}
stage("K", DECLINE, rules);
otherwise(APPROVE);"#,
    );
    let codes = |weeks| {
        line(&decide(
            &policy,
            &facts(&[("weeks_total", Value::Int(weeks))]),
        ))
    };
    assert_eq!(codes(9), r#"DECLINE K ["K01", "K02"]"#);
    assert_eq!(codes(10), r#"DECLINE K ["K02"]"#);
    assert_eq!(codes(20), "APPROVE END []");
}

#[test]
fn a_param_stays_a_param_through_variables_functions_and_closures() {
    let policy = policy(
        r#"policy("t", "1");
let least = param("least_weeks", 26, "weeks", "manual");
let copy = least;
fn below(code, limit) { rule(code, |a| a.weeks_total < limit) }
stage("K", DECLINE, [below("K01", copy)]);
otherwise(APPROVE);"#,
    );
    let decided = decide(&policy, &facts(&[("weeks_total", Value::Int(25))]));
    assert_eq!(
        &*decided.trace.rules[0].comparisons[0].text,
        "a.weeks_total < least_weeks"
    );
    assert_eq!(
        decided.trace.rules[0].comparisons[0].distance.as_deref(),
        Some("-1")
    );
}
