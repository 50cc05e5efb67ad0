//! Scripts that mean harm: each is refused or bounded when it is loaded, and never takes the
//! process with it.

use std::fmt::Write;

use dictamen_engine::{Policy, PolicySource};

use crate::support::{errors, folder, render};

/// Loading fails with this code.
fn refused(script: &str, code: &str) {
    let errors = errors(&folder(script));
    assert!(errors.iter().any(|e| e.code == code), "{}", render(&errors));
}

#[test]
fn an_endless_loop_is_stopped() {
    refused("loop { }", "script::limit");
    refused("let x = 0; while true { x += 1; }", "script::limit");
}

#[test]
fn deep_recursion_is_stopped() {
    refused("fn f(x) { f(x + 1) } f(1);", "script::limit");
}

#[test]
fn texts_and_lists_that_grow_exponentially_are_stopped() {
    refused("let s = \"a\"; loop { s += s; }", "script::limit");
    refused("let a = [1]; loop { a += a; }", "script::limit");
    refused(
        "let m = #{}; let i = 0; loop { m[\"k\" + i] = #{a: m}; i += 1; }",
        "script::limit",
    );
}

#[test]
fn deeply_nested_values_are_stopped() {
    refused(
        "let a = #{}; for i in 0..9000 { a = #{a: a}; }",
        "script::limit",
    );
    refused("let a = []; for i in 0..9000 { a = [a]; }", "script::limit");
}

#[test]
fn printing_a_deep_list_is_bounded() {
    refused(
        "let a = []; for i in 0..1990 { a = [a]; } let s = a.to_string(); throw s.len();",
        "script::run",
    );
    refused(
        "let a = []; for i in 0..1990 { a = [a]; } let s = `${a}`;  throw s.len();",
        "script::run",
    );
}

#[test]
fn a_chain_of_closures_is_bounded() {
    let script = "policy(\"t\", \"1\");\nlet f = |x| x;\nfor i in 0..9000 { let g = f; f = |x| g.call(x); }\nstage(\"K\", DECLINE, [rule(\"K01\", f)]);\notherwise(APPROVE);";
    assert!(Policy::load(&folder(script)).is_err());
}

#[test]
fn functions_whose_cost_the_limits_do_not_see_are_not_there() {
    for call in [
        "a.sort()",
        "a.sort(|x, y| x - y)",
        "a.reduce(|s, x| s + x)",
        "a.dedup()",
        "a.index_of(3)",
        "a.map(|x| x)",
        "sleep(1)",
        "timestamp()",
        "exit()",
    ] {
        let script = format!("let a = [3, 1, 2]; {call};");
        assert!(Policy::load(&folder(&script)).is_err(), "{call}");
    }
    for text in [
        "sleep(1)",
        "timestamp()",
        "eval(\"1\")",
        "print(1)",
        "debug(1)",
        "Fn(\"sleep\").call(1)",
    ] {
        assert!(Policy::load(&folder(text)).is_err(), "{text}");
    }
}

#[test]
fn imports_stay_in_the_folder() {
    for target in [
        "../secret",
        "/etc/passwd",
        "a/../../b",
        "c:\\x",
        "http://x/y",
        "..",
        "",
    ] {
        let script = format!("import {target:?} as x;");
        let errors = errors(&folder(&script));
        assert!(
            errors.iter().any(|e| e.code == "script::import"),
            "{target}: {}",
            render(&errors)
        );
    }
}

#[test]
fn imports_in_a_circle_are_refused() {
    let mut source = folder("import \"a\" as a;");
    source.insert("a.rhai", &b"import \"b\" as b;"[..]);
    source.insert("b.rhai", &b"import \"a\" as a;"[..]);
    assert!(errors(&source).iter().any(|e| e.code == "script::import"));
    refused("import \"policy\" as p;", "script::import");
}

#[test]
fn deep_expressions_are_refused() {
    for (open, close) in [
        ("(", ")"),
        ("[", "]"),
        ("#{a:", "}"),
        ("{", "}"),
        ("-", ""),
        ("if true {", "}"),
    ] {
        let script = format!("let x = {}1{};", open.repeat(20_000), close.repeat(20_000));
        assert!(Policy::load(&folder(&script)).is_err(), "{open}");
    }
    let long_logic = format!(
        "policy(\"t\", \"1\"); stage(\"K\", DECLINE, [rule(\"K01\", |a| {} true)]); otherwise(APPROVE);",
        "a.employed_now && ".repeat(5_000)
    );
    let _ = Policy::load(&folder(&long_logic));
}

#[test]
fn functions_that_grow_when_written_out_are_refused() {
    let mut script = String::from("policy(\"t\", \"1\");\nfn f0(x) { x + x }\n");
    for i in 1..15 {
        let before = i - 1;
        writeln!(
            script,
            "fn f{i}(x) {{ f{before}(x) + f{before}(x) + f{before}(x) }}"
        )
        .unwrap();
    }
    script +=
        "stage(\"K\", DECLINE, [rule(\"K01\", |a| f14(a.weeks_total) > 1)]);\notherwise(APPROVE);";
    refused(&script, "script::limit");
}

#[test]
fn a_script_that_is_no_text_or_too_large_is_refused() {
    let bytes: PolicySource = [("policy.rhai", &[0xff, 0xfe, 0x00][..])]
        .into_iter()
        .collect();
    assert!(errors(&bytes).iter().any(|e| e.code == "script::not-utf8"));
    let large = " ".repeat(300 * 1024);
    refused(&large, "script::too-large");
}

#[test]
fn a_script_cannot_declare_without_bound() {
    refused("loop { param(\"x\", 1, \"u\", \"s\"); }", "script::limit");
    refused("loop { stage(\"x\", DECLINE, []); }", "script::limit");
}

#[test]
fn the_deepest_policy_that_loads_decides_on_an_ordinary_thread() {
    // Functions that negate many times, calling each other: deep without being long.
    let script = |levels: usize, each: usize| {
        let mut script = format!(
            "policy(\"t\", \"1\");\nfn f0(x) {{ {}x }}\n",
            "!".repeat(each)
        );
        for i in 1..levels {
            let before = i - 1;
            writeln!(script, "fn f{i}(x) {{ {}f{before}(x) }}", "!".repeat(each)).unwrap();
        }
        let last = levels - 1;
        writeln!(
            script,
            "stage(\"K\", DECLINE, [rule(\"K01\", |a| f{last}(a.employed_now))]);"
        )
        .unwrap();
        script + "otherwise(APPROVE);"
    };
    refused(&script(12, 40), "script::limit");
    let deepest = (1..60)
        .rev()
        .find_map(|each| Policy::load(&folder(&script(3, each))).ok())
        .unwrap();
    let facts = crate::support::facts(&[]);
    let run = std::thread::Builder::new()
        .stack_size(1024 * 1024)
        .spawn(move || crate::support::line(&crate::support::decide(&deepest.policy, &facts)));
    assert!(run.unwrap().join().unwrap().starts_with("REFER"));
}
