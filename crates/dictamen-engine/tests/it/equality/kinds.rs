//! Every kind of statement and expression Rhai knows, and what becomes of it in deciding code.
//!
//! Rhai's syntax tree may grow with any version of it. What the front end does not know it
//! refuses, but it can only refuse what it sees: so each kind is named here with a snippet that
//! contains it, and a version of Rhai that was not read for new kinds fails a test.

use std::{collections::BTreeSet, fmt::Write};

use dictamen_engine::Policy;
use rhai::{AST, ASTNode, Engine, Expr, Stmt};

use crate::support::{folder, render};

/// The version whose kinds are listed here.
const READ: &str = "name = \"rhai\"\nversion = \"1.27.0\"\n";

/// A kind, a closure's body that contains it, and the code it is refused with, if it is.
const KINDS: [(&str, &str, Option<&str>); 72] = [
    // Statements.
    ("If", "if a.employed_now { return true; } false", None),
    ("If", "if a.employed_now { true } else { false }", None),
    ("If", "if a.employed_now { true }", Some("script::no-value")),
    (
        "Switch",
        "switch a.current_jobs { 1 => true, _ => false }",
        None,
    ),
    (
        "Switch",
        "switch a.current_jobs { 1 => { return true; } _ => {} } false",
        None,
    ),
    (
        "Switch",
        "switch a.current_jobs { 1 | 2 => true, 5..=9 if a.employed_now => true, _ => false }",
        None,
    ),
    (
        "Switch",
        "switch a.current_jobs { 1 => true }",
        Some("script::no-value"),
    ),
    (
        "Switch",
        "switch a.current_jobs { \"1\" => true, _ => false }",
        Some("script::type"),
    ),
    ("While", "while true { } true", Some("script::loop")),
    ("While", "loop { break; } true", Some("script::loop")),
    ("Do", "do { } while false; true", Some("script::loop")),
    ("Do", "do { } until true; true", Some("script::loop")),
    ("For", "for x in [1, 2] { } true", Some("script::loop")),
    ("Var", "let x = 1; x < 2", None),
    ("Var", "const x = 1; x < 2", None),
    ("Var", "let x = 1;", Some("script::no-value")),
    ("Var", "let x; true", Some("script::no-value")),
    (
        "Assignment",
        "let x = 1; x = 2; true",
        Some("script::assignment"),
    ),
    (
        "Assignment",
        "let x = 1; x += 2; true",
        Some("script::assignment"),
    ),
    (
        "Assignment",
        "a.weeks_total = 2; true",
        Some("script::assignment"),
    ),
    ("FnCall", "is_missing(a.weeks_total)", None),
    (
        "FnCall",
        "is_missing(a.weeks_total); true",
        Some("script::no-effect"),
    ),
    ("FnCall", "+a.current_jobs == -1", None),
    ("FnCall", "+a.employed_now", Some("script::type")),
    ("FnCall", "-a.employed_now", Some("script::type")),
    ("FnCall", "2 ** 3 == 8", Some("script::not-available")),
    ("FnCall", "1 in [1, 2] && 1 !in 2..5", None),
    ("FnCall", "\"im\" in \"imss\"", Some("script::type")),
    ("FnCall", "sin(1) == 0", Some("script::unknown-name")),
    ("Block", "{ let x = true; { x } }", None),
    (
        "TryCatch",
        "try { true } catch { false }",
        Some("script::not-available"),
    ),
    ("Expr", "a.employed_now", None),
    ("Expr", "a.employed_now; true", Some("script::no-effect")),
    ("BreakLoop", "loop { continue; }", Some("script::loop")),
    ("Return", "return true;", None),
    ("Return", "return;", Some("script::no-value")),
    (
        "Return",
        "let x = if true { return false } else { true }; x",
        Some("script::return"),
    ),
    ("Return", "throw 1", Some("script::not-available")),
    (
        "Import",
        "import \"other\" as other; true",
        Some("script::not-available"),
    ),
    (
        "Share",
        "let x = 1; let f = |b| b < x; true",
        Some("script::unknown-name"),
    ),
    // Expressions.
    ("DynamicConstant", "0.5 < 1", None),
    ("BoolConstant", "true", None),
    ("IntegerConstant", "1 < 2", None),
    ("CharConstant", "'x' == \"x\"", None),
    ("StringConstant", "a.institution == \"imss\"", None),
    (
        "InterpolatedString",
        "a.channel == `x${1}`",
        Some("script::not-available"),
    ),
    ("Array", "a.current_jobs in [1, a.employers_12m]", None),
    ("Array", "[1, a.employers_12m] == 1", Some("script::type")),
    ("Map", "(#{ x: 1 }.x) == 1", None),
    (
        "Map",
        "#{ x: a.employers_12m }.x == 1",
        Some("script::type"),
    ),
    ("Unit", "a.current_jobs == ()", Some("script::type")),
    ("Unit", "()", Some("script::type")),
    ("Variable", "let x = true; x", None),
    ("Variable", "x", Some("script::unknown-name")),
    ("Variable", "a", Some("script::type")),
    ("Variable", "global::x == 1", Some("script::not-available")),
    ("ThisPtr", "this == 1", Some("script::not-available")),
    ("Property", "a.employed_now", None),
    ("Property", "a.x", Some("script::unknown-characteristic")),
    ("MethodCall", "a.current_jobs.max(1) == 1", None),
    (
        "MethodCall",
        "a.channel.len() == 1",
        Some("script::unknown-name"),
    ),
    ("Stmt", "({ let x = 1; x }) == 1", None),
    ("Dot", "a?.employed_now", Some("script::not-available")),
    ("Index", "[1, 2][0] == 1", None),
    ("Index", "a[\"employed_now\"]", None),
    ("Index", "[[1, 2]][0][1].max(3) == 3", None),
    ("Index", "[1, 2]?[0] == 1", None),
    ("Index", "[1, 2][7] == 1", Some("script::unknown-name")),
    (
        "Index",
        "[1, 2][a.current_jobs] == 1",
        Some("script::not-available"),
    ),
    ("And", "a.employed_now && a.current_jobs > 1", None),
    ("Or", "a.employed_now || a.current_jobs > 1", None),
    ("Coalesce", "a.employed_now ?? false", None),
];

fn statement(statement: &Stmt) -> &'static str {
    match statement {
        Stmt::Noop(..) => "Noop",
        Stmt::If(..) => "If",
        Stmt::Switch(..) => "Switch",
        Stmt::While(..) => "While",
        Stmt::Do(..) => "Do",
        Stmt::For(..) => "For",
        Stmt::Var(..) => "Var",
        Stmt::Assignment(..) => "Assignment",
        Stmt::FnCall(..) => "FnCall",
        Stmt::Block(..) => "Block",
        Stmt::TryCatch(..) => "TryCatch",
        Stmt::Expr(..) => "Expr",
        Stmt::BreakLoop(..) => "BreakLoop",
        Stmt::Return(..) => "Return",
        Stmt::Import(..) => "Import",
        Stmt::Export(..) => "Export",
        Stmt::Share(..) => "Share",
        _ => "a new kind of statement",
    }
}

fn expression(expression: &Expr) -> &'static str {
    match expression {
        Expr::DynamicConstant(..) => "DynamicConstant",
        Expr::BoolConstant(..) => "BoolConstant",
        Expr::IntegerConstant(..) => "IntegerConstant",
        Expr::CharConstant(..) => "CharConstant",
        Expr::StringConstant(..) => "StringConstant",
        Expr::InterpolatedString(..) => "InterpolatedString",
        Expr::Array(..) => "Array",
        Expr::Map(..) => "Map",
        Expr::Unit(..) => "Unit",
        Expr::Variable(..) => "Variable",
        Expr::ThisPtr(..) => "ThisPtr",
        Expr::Property(..) => "Property",
        Expr::MethodCall(..) => "MethodCall",
        Expr::Stmt(..) => "Stmt",
        Expr::FnCall(..) => "FnCall",
        Expr::Dot(..) => "Dot",
        Expr::Index(..) => "Index",
        Expr::And(..) => "And",
        Expr::Or(..) => "Or",
        Expr::Coalesce(..) => "Coalesce",
        _ => "a new kind of expression",
    }
}

/// All kinds in a script.
fn contained(ast: &AST) -> BTreeSet<&'static str> {
    let mut kinds = BTreeSet::new();
    ast.walk(&mut |path: &[ASTNode<'_>]| {
        kinds.extend(path.last().map(|node| match node {
            ASTNode::Stmt(node) => statement(node),
            ASTNode::Expr(node) => expression(node),
            _ => "a new kind of node",
        }));
        true
    });
    kinds
}

#[test]
fn every_kind_of_rhai_is_lowered_or_refused_by_name() {
    let mut engine = Engine::new();
    engine.set_optimization_level(rhai::OptimizationLevel::None);
    let mut wrong = String::new();
    for (kind, body, refused) in KINDS {
        let ast = engine
            .compile(format!("let f = |a| {{ {body} }};"))
            .unwrap();
        let kinds = contained(&ast);
        if !kinds.contains(kind) || kinds.iter().any(|k| k.contains("new")) {
            writeln!(wrong, "`{body}` contains {kinds:?}").unwrap();
        }
        let script = format!(
            "policy(\"t\", \"1\");\nstage(\"K\", DECLINE, [rule(\"K01\", |a| {{ {body} }})]);\notherwise(APPROVE);"
        );
        let found = Policy::load(&folder(&script)).err().unwrap_or_default();
        let errors = found.iter().filter(|d| d.is_error());
        let codes: BTreeSet<&str> = errors.map(|d| d.code).collect();
        if codes != refused.into_iter().collect() {
            writeln!(
                wrong,
                "`{body}` is refused with {codes:?}: {}",
                render(&found)
            )
            .unwrap();
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn an_export_cannot_be_written_in_a_closure() {
    let body = "let f = |a| { export f; true };";
    assert!(Engine::new().compile(body).is_err());
}

#[test]
fn the_kinds_are_those_of_the_version_in_use() {
    let lock = include_str!("../../../../../Cargo.lock");
    assert!(
        lock.contains(READ),
        "read the variants of `rhai::Stmt` and `rhai::Expr` in the new version, add new ones here \
         with a snippet each, look at `script::lower` for flags and fields that changed, and then \
         raise `READ`"
    );
    let listed: BTreeSet<&str> = KINDS.iter().map(|(kind, ..)| *kind).collect();
    // 15 statements and 20 expressions, `FnCall` being both. `Export` is refused by Rhai's
    // parser, and of an empty statement it leaves nothing.
    assert_eq!(listed.len(), 34);
}
