//! The command as an editor starts it, on its standard input and output.
#![expect(clippy::indexing_slicing, reason = "test")]

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    process::{Child, ChildStdout, Command, Stdio},
};

use serde_json::{Value, json};

use super::editor::{SCRIPT, script};
use crate::support::Place;

/// The command as an editor starts it.
struct Process {
    child: Child,
    out: BufReader<ChildStdout>,
}

impl Process {
    fn new() -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_dictamen"))
            .args(["lsp", "--stdio"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let out = BufReader::new(child.stdout.take().unwrap());
        Self { child, out }
    }

    fn write(&mut self, body: &str) {
        let message = format!("Content-Length: {}\r\n\r\n{body}", body.len());
        let mut input = self.child.stdin.as_ref().unwrap();
        input.write_all(message.as_bytes()).unwrap();
    }

    fn send(&mut self, mut message: Value) {
        message["jsonrpc"] = json!("2.0");
        self.write(&message.to_string());
    }

    fn read(&mut self) -> Value {
        let mut length = 0;
        loop {
            let mut line = String::new();
            self.out.read_line(&mut line).unwrap();
            match line.trim() {
                "" => break,
                line => {
                    let given = line.strip_prefix("Content-Length: ");
                    length = given.map_or(length, |n| n.parse().unwrap());
                }
            }
        }
        let mut body = vec![0; length];
        self.out.read_exact(&mut body).unwrap();
        serde_json::from_slice(&body).unwrap()
    }

    fn ask(&mut self, id: i32, method: &str, params: &Value) -> Value {
        self.send(json!({ "id": id, "method": method, "params": params }));
        loop {
            let answer = self.read();
            if answer["id"] == id {
                return answer["result"].clone();
            }
        }
    }

    fn end(mut self) -> (Option<i32>, String) {
        drop(self.child.stdin.take());
        let ended = self.child.wait_with_output().unwrap();
        (
            ended.status.code(),
            String::from_utf8(ended.stderr).unwrap(),
        )
    }
}

#[test]
fn the_command_speaks_the_protocol_from_beginning_to_end() {
    let place = Place::new();
    let uri = format!("file://{}", place.0.path().join(SCRIPT).display());
    let text = script().replace("stage(\"KNOCK", "/* ñ😀 */ stage (\"KNOCK");
    let mut editor = Process::new();
    editor.ask(1, "initialize", &json!({ "capabilities": {} }));
    editor.send(json!({ "method": "initialized", "params": {} }));
    let document = json!({ "uri": uri, "languageId": "rhai", "version": 1, "text": text });
    editor
        .send(json!({ "method": "textDocument/didOpen", "params": { "textDocument": document } }));
    let told = editor.read();
    assert_eq!(told["params"]["uri"], uri.as_str());
    assert_eq!(told["params"]["diagnostics"], json!([]));

    let line = text
        .lines()
        .position(|line| line.contains("min_weeks),"))
        .unwrap();
    let column = text.lines().nth(line).unwrap().find("weeks_total").unwrap();
    let mut at = json!({ "textDocument": { "uri": uri }, "position": { "line": line, "character": column } });
    let hover = editor.ask(2, "textDocument/hover", &at);
    assert!(
        hover["contents"]["value"]
            .as_str()
            .unwrap()
            .starts_with("**weeks_total**")
    );
    assert!(
        editor
            .ask(3, "textDocument/completion", &at)
            .as_array()
            .unwrap()
            .len()
            > 40
    );
    at["position"]["character"] = json!(column + "weeks_total < ".len());
    assert_eq!(
        editor.ask(4, "textDocument/definition", &at)["range"]["start"]["line"],
        2
    );
    at["newName"] = json!("fewest");
    let renamed = editor.ask(5, "textDocument/rename", &at);
    assert_eq!(renamed["changes"][&uri].as_array().unwrap().len(), 2);
    let params = json!({ "textDocument": { "uri": uri }, "options": { "tabSize": 4, "insertSpaces": true } });
    let formatted = editor.ask(6, "textDocument/formatting", &params);
    assert!(
        formatted[0]["newText"]
            .as_str()
            .unwrap()
            .contains("/* ñ😀 */ stage(\"KNOCK")
    );
    editor.ask(7, "shutdown", &Value::Null);
    editor.send(json!({ "method": "exit" }));
    assert_eq!(editor.end(), (Some(0), String::new()));
}

#[test]
fn what_is_no_message_ends_the_command_with_a_word() {
    for garbage in ["{", "[1]", "\"\u{fffd}\""] {
        let mut editor = Process::new();
        editor.ask(1, "initialize", &json!({ "capabilities": {} }));
        editor.send(json!({ "method": "initialized", "params": {} }));
        editor.write(garbage);
        let (code, said) = editor.end();
        assert_eq!(code, Some(1), "{garbage}: {said}");
        assert!(said.contains("no message"), "{garbage}: {said}");
        assert!(!said.contains("panicked"), "{said}");
    }
    let (code, said) = Process::new().end();
    assert_eq!(code, Some(1));
    assert!(said.contains("without a shutdown"), "{said}");
}
