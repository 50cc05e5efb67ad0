//! `dictamen lsp`: what an editor asks and what it is told, over a connection in memory and over
//! the real command's standard input and output.
#![expect(clippy::string_slice, reason = "test")]

mod editor;
mod process;

use std::path::Path;

use dictamen_cli::lsp::Served;
use dictamen_engine::guide;
use serde_json::{Value, json};

use editor::{Editor, SCRIPT, edited, script};

#[test]
fn findings_follow_what_is_written() {
    let editor = Editor::new();
    let good = script();
    assert_eq!(editor.open(SCRIPT, &good), json!([]));

    // Behind two characters that are one column here and two units there.
    let bad = good.replace("|a| !a.curp_valid", "|a| /* 😀 é */ !a.curp_vald");
    let found = editor.change(SCRIPT, 2, &bad);
    insta::assert_json_snapshot!(found);

    let broken = editor.change(SCRIPT, 3, "policy(\"demo\", ");
    assert_eq!(broken[0]["severity"], 1);
    assert_eq!(editor.change(SCRIPT, 4, &good), json!([]));

    // What is not open is shown too, and taken back.
    let missing = good.replace("\"K02\"", "\"K03\"");
    assert_eq!(
        editor.change(SCRIPT, 5, &missing)[0]["code"],
        "policy::missing-reason"
    );
    editor.tell(
        "textDocument/didOpen",
        json!({ "textDocument": { "uri": editor.uri("rules/demo/reasons.toml"), "languageId": "toml", "version": 1, "text": "[K03" } }),
    );
    let found = editor.found("rules/demo/reasons.toml");
    assert_eq!(found[0]["code"], "reasons::malformed");
    editor.tell(
        "textDocument/didClose",
        json!({ "textDocument": { "uri": editor.uri("rules/demo/reasons.toml") } }),
    );
    assert_eq!(editor.found("rules/demo/reasons.toml"), json!([]));
    editor.leave();
}

#[test]
fn a_script_of_no_policy_is_read_all_the_same() {
    let editor = Editor::new();
    let found = editor.open("draft.rhai", "let x = \"é");
    assert_eq!(found[0]["message"], "the text is not closed");
    assert_eq!(
        found[0]["range"]["start"],
        json!({ "line": 0, "character": 8 })
    );
    editor.leave();
}

#[test]
fn hostile_drafts_do_not_end_the_server() {
    let mut editor = Editor::new();
    let deep = "let a = #{}; for i in 0..9000 { a = #{ a: a }; }".to_owned();
    let nested = format!("let a = {}1{};", "(".repeat(50_000), ")".repeat(50_000));
    for draft in [
        deep,
        nested,
        "loop {}".to_owned(),
        "fn f() { f() } f();".to_owned(),
        "\u{0}\u{feff}`${`${".to_owned(),
    ] {
        let found = editor.open(SCRIPT, &draft);
        assert_eq!(found[0]["severity"], 1, "{}", &draft[..20.min(draft.len())]);
        let at = json!({ "textDocument": { "uri": editor.uri(SCRIPT) }, "position": { "line": 0, "character": 3 } });
        editor.ask("textDocument/hover", at.clone());
        editor.ask("textDocument/completion", at);
    }
    assert_eq!(editor.open(SCRIPT, &script()), json!([]));
    editor.leave();
}

#[test]
fn every_place_of_every_beginning_of_a_script_has_an_answer() {
    let mut editor = Editor::new();
    let script = script().replace("stage(", "/* 😀 */ stage(") + "let s = `ñ${min_weeks + 1}`;";
    for (end, _) in script.char_indices().step_by(7) {
        let mut text = script.get(..end).unwrap().to_owned();
        text.push('¦');
        let at = editor.at(&text);
        for method in ["hover", "completion", "definition", "prepareRename"] {
            let response = editor.asked(&format!("textDocument/{method}"), at.clone());
            let refused = response.response_result.err().map(|error| error.code);
            assert!(
                matches!(refused, None | Some(-32803)),
                "{method} at {end}: {refused:?}"
            );
        }
    }
    editor.leave();
}

#[test]
fn long_hostile_drafts_are_answered() {
    let mut editor = Editor::new();
    for piece in [
        "fn f(",
        "//\n",
        "let x = param(",
        "band(#{",
        "|a|",
        "a.",
        "\"",
        "`${",
        "((",
        "/* */",
    ] {
        let text = format!("{}¦", piece.repeat(20_000 / piece.len()));
        let at = editor.at(&text);
        for method in ["hover", "completion", "definition", "prepareRename"] {
            editor.asked(&format!("textDocument/{method}"), at.clone());
        }
        let params = json!({ "textDocument": at["textDocument"], "options": { "tabSize": 4, "insertSpaces": true } });
        editor.asked("textDocument/formatting", params);
    }
    editor.leave();
}

#[test]
fn words_are_explained() {
    let mut editor = Editor::new();
    let script = script();
    let marked = |from: &str, to: &str| {
        assert!(script.contains(from), "{from}");
        script.replacen(from, to, 1)
    };
    for (name, text) in [
        (
            "characteristic",
            marked("a.weeks_total", "/* 😀 */ a.weeks¦_total"),
        ),
        ("param", marked("< min_weeks", "< min_w¦eeks")),
        ("reason", marked("\"K02\"", "\"K¦02\"")),
        ("declaring function", marked("scorecard(", "score¦card(")),
        (
            "deciding function",
            marked("round_half_up(", "round_half_up¦("),
        ),
        ("term", marked("band.term", "band.te¦rm")),
        (
            "own function",
            format!(
                "fn half(x) {{ x / 2 }}\n{}",
                marked("amount / 20", "hal¦f(amount)")
            ),
        ),
    ] {
        insta::assert_snapshot!(name, editor.hover(&text));
    }
    for nothing in ["// a.weeks¦_total", "let x = ¦1;", "", "let é = ¦"] {
        assert_eq!(editor.hover(&format!("{nothing}¦")), "");
    }
    editor.leave();
}

#[test]
fn words_are_completed() {
    let mut editor = Editor::new();
    let script = script();
    let names = editor.completed(&script.replace("a.weeks_total", "a.weeks_¦"));
    assert!(names.contains(&"weeks_total".to_owned()) && names.len() > 40);
    assert!(!names.contains(&"min_weeks".to_owned()));
    assert!(
        editor
            .completed("rule(\"ñ😀\", |a| a.¦")
            .contains(&"weeks_total".to_owned())
    );
    assert_eq!(
        editor.completed(&script.replace("band.term", "band.¦")),
        ["rate", "term"]
    );
    for text in [
        "rule(\"¦",
        "rule(\"K¦\", |a| a.employed_now)",
        "otherwise(REFER, \"¦\")",
        "band(\"B\", 0, REFER, \"¦\")",
    ] {
        assert_eq!(
            editor.completed(text),
            ["B01", "I01", "K01", "K02", "L01", "S01"],
            "{text}"
        );
    }
    assert_eq!(
        editor.completed("rule(\"K01\", |a| a.institution == \"¦\")")[0],
        "imss"
    );
    assert!(editor.completed("policy(\"¦\")").is_empty());
    let words = editor.completed(&format!("{script}\n¦"));
    for word in ["min_weeks", "round_half_up", "stage", "DECLINE"] {
        assert!(words.contains(&word.to_owned()), "{word}");
    }
    editor
        .place
        .write("rules/demo/more.rhai", "fn twice(x) { x * 2 }");
    editor
        .place
        .write("rules/demo/rates.csv", "months,rate\n1,0.3\n");
    assert_eq!(editor.completed("import \"¦\""), ["more"]);
    assert_eq!(editor.completed("table(\"¦\")"), ["rates.csv"]);
    assert_eq!(
        editor.completed("import \"more\" as m;\nlet x = m::¦"),
        ["twice"]
    );

    // What is written replaces what there is of the word, counted in UTF-16.
    let at = editor.at("/* 😀 */ let x = a.wee¦");
    let answer = editor.ask("textDocument/completion", at);
    let range = &answer[0]["textEdit"]["range"];
    assert_eq!(
        (&range["start"]["character"], &range["end"]["character"]),
        (&json!(19), &json!(22))
    );
    editor.leave();
}

#[test]
fn definitions_are_found() {
    let mut editor = Editor::new();
    editor
        .place
        .write("rules/demo/more.rhai", "// ñ\nfn twice(x) { x * 2 }");
    let script = script();
    let head = "import \"more\" as m;\nfn own(x) { m::twice(x) }\n";
    for (from, to, file, line) in [
        ("< min_weeks", "< min¦_weeks", SCRIPT, 4),
        ("\"K02\"", "\"K02¦\"", "rules/demo/reasons.toml", 9),
        ("m::twice", "m::tw¦ice", "rules/demo/more.rhai", 1),
        ("m::twice", "¦m::twice", "rules/demo/more.rhai", 0),
        ("\"more\"", "\"mo¦re\"", "rules/demo/more.rhai", 0),
        ("amount / 20", "ow¦n(amount)", SCRIPT, 1),
    ] {
        let text = format!("{head}{script}");
        assert!(text.contains(from), "{from}");
        let at = editor.at(&text.replacen(from, to, 1));
        let found = editor.ask("textDocument/definition", at);
        assert_eq!(found["uri"], editor.uri(file).as_str(), "{to}");
        assert_eq!(found["range"]["start"]["line"], line, "{to}");
    }
    for nothing in [
        "a.weeks¦_total",
        "import \"../../../etc/pass¦wd\" as x;",
        "\"nothing¦\"",
        "// ¦",
    ] {
        let at = editor.at(nothing);
        assert_eq!(
            editor.ask("textDocument/definition", at),
            Value::Null,
            "{nothing}"
        );
    }
    editor.leave();
}

#[test]
fn variables_are_renamed_where_that_is_safe() {
    let mut editor = Editor::new();
    let head = "fn f(min_weeks) { min_weeks }\n";
    let text = format!("{head}{}", script()).replace(
        "< min_weeks",
        "/* 😀 */ < min_weeks + a.min_weeks + `${min_weeks}`",
    );
    let mut at = editor.at(&text.replace("let min_weeks", "let ¦min_weeks"));
    let range = editor.ask("textDocument/prepareRename", at.clone());
    assert_eq!(range["start"]["character"], 4);
    at["newName"] = json!("fewest");
    let answer = editor.ask("textDocument/rename", at.clone());
    let edits = answer["changes"][editor.uri(SCRIPT)].as_array().unwrap();
    let wanted = text
        .replace("let min_weeks", "let fewest")
        .replace("< min_weeks", "< fewest")
        .replace("${min_weeks}", "${fewest}");
    assert_eq!(edited(&text, edits), wanted);

    for bad in [
        "amount", "rule", "DECLINE", "let", "a b", "", "é", "1x", "this", "var",
    ] {
        at["newName"] = json!(bad);
        assert_eq!(
            editor.refused("textDocument/rename", at.clone()).0,
            -32803,
            "{bad}"
        );
    }
    for text in [
        "rule(\"x\", |a| a.wee¦ks_total)",
        "fn f(x) { x¦ }",
        "let x = 1; let y = |x| x¦;",
        "ru¦le()",
        "1¦",
    ] {
        let at = editor.at(text);
        assert_eq!(
            editor.refused("textDocument/prepareRename", at).0,
            -32803,
            "{text}"
        );
    }
    editor.leave();
}

#[test]
fn scripts_are_formatted() {
    let mut editor = Editor::new();
    let untidy = script().replace("rule(", "rule  (").replace("    ", "\t") + "// ñ😀";
    editor.open(SCRIPT, &untidy);
    let params = json!({ "textDocument": { "uri": editor.uri(SCRIPT) }, "options": { "tabSize": 4, "insertSpaces": true } });
    let answer = editor.ask("textDocument/formatting", params.clone());
    assert_eq!(
        edited(&untidy, answer.as_array().unwrap()),
        script() + "// ñ😀\n"
    );
    editor.change(SCRIPT, 2, &script());
    assert_eq!(
        editor.ask("textDocument/formatting", params.clone()),
        json!([])
    );
    editor.change(SCRIPT, 3, "rule(");
    let (code, message) = editor.refused("textDocument/formatting", params);
    assert_eq!(
        (code, message.as_str()),
        (-32803, ":1:5: `(` is not closed (script::syntax)")
    );
    editor.leave();
}

#[test]
fn what_is_no_question_is_answered_and_survived() {
    let mut editor = Editor::new();
    for (method, params, code) in [
        ("textDocument/hover", json!({ "textDocument": 5 }), -32602),
        ("textDocument/hover", json!(null), -32602),
        (
            "textDocument/completion",
            json!({ "textDocument": { "uri": "no uri" }, "position": { "line": 0, "character": 0 } }),
            -32602,
        ),
        (
            "textDocument/hover",
            json!({ "textDocument": { "uri": "file:///x" }, "position": { "line": -1, "character": 0 } }),
            -32602,
        ),
        ("textDocument/nothing", json!({}), -32601),
        (
            "textDocument/formatting",
            json!({ "textDocument": { "uri": "untitled:x" }, "options": { "tabSize": 4, "insertSpaces": true } }),
            -32803,
        ),
    ] {
        assert_eq!(editor.refused(method, params).0, code, "{method}");
    }
    editor.tell("textDocument/didOpen", json!({ "textDocument": [] }));
    editor.tell("textDocument/didChange", json!("?"));
    editor.tell(
        "textDocument/didClose",
        json!({ "textDocument": { "uri": "untitled:x" } }),
    );
    editor.tell("no/such", Value::Null);
    assert_eq!(editor.open(SCRIPT, &script()), json!([]));
    let far = json!({ "textDocument": { "uri": editor.uri(SCRIPT) }, "position": { "line": 4_000_000_000_u32, "character": 4_000_000_000_u32 } });
    assert_eq!(editor.ask("textDocument/hover", far), Value::Null);
    editor.leave();
}

#[test]
fn an_editor_that_goes_away() {
    let editor = Editor::new();
    editor.tell("exit", Value::Null);
    assert_eq!(editor.server.join().unwrap(), Served::Misused);
    let editor = Editor::new();
    drop(editor.connection);
    assert_eq!(editor.server.join().unwrap(), Served::Gone);
}

#[test]
fn the_extension_colours_every_declaring_function_and_outcome() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/editors/vscode");
    let read = |file: &str| -> Value {
        let text = std::fs::read_to_string(folder.join(file)).unwrap();
        serde_json::from_str(&text).unwrap()
    };
    let package = read("package.json");
    for file in [
        &package["contributes"]["languages"][0]["configuration"],
        &package["contributes"]["grammars"][0]["path"],
    ] {
        read(file.as_str().unwrap());
    }
    let grammar = read("syntaxes/rhai.tmLanguage.json");
    let words = grammar["repository"]["words"]["patterns"].to_string();
    let listed = |name: &str| {
        words.contains(&format!("({name}|"))
            || words.contains(&format!("|{name}|"))
            || words.contains(&format!("|{name})"))
    };
    for function in guide::functions().iter().filter(|f| f.declares) {
        assert!(listed(function.name), "{}", function.name);
    }
    for outcome in guide::OUTCOMES {
        assert!(listed(&outcome.to_string()), "{outcome}");
    }
}

#[test]
fn findings_come_with_quick_fixes() {
    let mut editor = Editor::new();
    let bad = script().replace("|a| !a.curp_valid", "|a| /* 😀 é */ !a.curp_vald");
    let found = editor.open(SCRIPT, &bad);
    let uri = editor.uri(SCRIPT);
    let mut asked = |range: &Value| {
        let uri = uri.clone();
        editor.ask(
            "textDocument/codeAction",
            json!({
                "textDocument": { "uri": uri },
                "range": range,
                "context": { "diagnostics": [] },
            }),
        )
    };
    let actions = asked(&found[0]["range"]);
    let action = &actions[0];
    assert_eq!(action["title"], "Replace `curp_vald` by `curp_valid`");
    assert_eq!(action["kind"], "quickfix");
    assert_eq!(action["isPreferred"], true);
    assert_eq!(action["diagnostics"][0], found[0]);
    let edits = &action["edit"]["changes"][uri.as_str()];
    assert_eq!(edits[0]["range"], found[0]["range"]);
    assert_eq!(
        edited(&bad, edits.as_array().unwrap()),
        bad.replace("curp_vald", "curp_valid")
    );
    // Elsewhere there is nothing to fix.
    let top =
        json!({ "start": { "line": 0, "character": 0 }, "end": { "line": 0, "character": 0 } });
    assert_eq!(asked(&top), json!([]));
    editor.leave();
}
