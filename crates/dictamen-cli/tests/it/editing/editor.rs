//! An editor on a connection in memory, with the demo policy on disk.
#![expect(
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::arithmetic_side_effects,
    clippy::panic,
    reason = "test"
)]

use std::{path::Path, thread::JoinHandle};

use dictamen_cli::lsp::{self, Served};
use lsp_server::{Connection, Message, Notification, Request, RequestId, Response};
use serde_json::{Value, json};

use crate::support::Place;

pub(super) const SCRIPT: &str = "rules/demo/policy.rhai";

/// An editor with the demo policy on disk.
pub(super) struct Editor {
    pub(super) place: Place,
    pub(super) connection: Connection,
    pub(super) server: JoinHandle<Served>,
    asked: i32,
}

impl Editor {
    pub(super) fn new() -> Self {
        let (connection, theirs) = Connection::memory();
        let server = std::thread::spawn(move || lsp::serve(&theirs));
        let mut editor = Self {
            place: Place::new(),
            connection,
            server,
            asked: 0,
        };
        let answer = editor.ask("initialize", json!({ "capabilities": {} }));
        assert_eq!(answer["serverInfo"]["name"], "dictamen");
        assert_eq!(answer["capabilities"]["hoverProvider"], true);
        editor.tell("initialized", json!({}));
        editor
    }

    pub(super) fn uri(&self, file: &str) -> String {
        format!("file://{}", self.place.0.path().join(file).display())
    }

    pub(super) fn tell(&self, method: &str, params: Value) {
        let notification = Notification::new(method.to_owned(), params);
        self.connection.sender.send(notification.into()).unwrap();
    }

    pub(super) fn asked(&mut self, method: &str, params: Value) -> Response {
        self.asked += 1;
        let id = RequestId::from(self.asked);
        let request = Request::new(id.clone(), method.to_owned(), params);
        self.connection.sender.send(request.into()).unwrap();
        loop {
            if let Message::Response(response) = self.connection.receiver.recv().unwrap() {
                assert_eq!(response.id, id);
                return response;
            }
        }
    }

    pub(super) fn ask(&mut self, method: &str, params: Value) -> Value {
        let response = self.asked(method, params);
        response
            .response_result
            .unwrap_or_else(|error| panic!("{method}: {error:?}"))
    }

    pub(super) fn refused(&mut self, method: &str, params: Value) -> (i32, String) {
        let response = self.asked(method, params);
        let error = response.response_result.unwrap_err();
        (error.code, error.message)
    }

    /// Opens a file with a text and takes its findings.
    pub(super) fn open(&self, file: &str, text: &str) -> Value {
        let document =
            json!({ "uri": self.uri(file), "languageId": "rhai", "version": 1, "text": text });
        self.tell("textDocument/didOpen", json!({ "textDocument": document }));
        self.found(file)
    }

    pub(super) fn change(&self, file: &str, version: i32, text: &str) -> Value {
        self.tell(
            "textDocument/didChange",
            json!({ "textDocument": { "uri": self.uri(file), "version": version }, "contentChanges": [{ "text": text }] }),
        );
        self.found(file)
    }

    /// The next findings about a file.
    pub(super) fn found(&self, file: &str) -> Value {
        loop {
            if let Message::Notification(told) = self.connection.receiver.recv().unwrap() {
                assert_eq!(told.method, "textDocument/publishDiagnostics");
                if told.params["uri"] == self.uri(file).as_str() {
                    return told.params["diagnostics"].clone();
                }
            }
        }
    }

    /// A place in the script: where the mark `¦` stands in `text`, which is then opened without it.
    pub(super) fn at(&mut self, text: &str) -> Value {
        let at = text.find('¦').unwrap();
        let before = &text[..at];
        let line = before.matches('\n').count();
        let start = before.rfind('\n').map_or(0, |i| i + 1);
        let character: usize = before[start..].chars().map(char::len_utf16).sum();
        self.open(SCRIPT, &text.replace('¦', ""));
        json!({ "textDocument": { "uri": self.uri(SCRIPT) }, "position": { "line": line, "character": character } })
    }

    pub(super) fn hover(&mut self, text: &str) -> String {
        let at = self.at(text);
        let answer = self.ask("textDocument/hover", at);
        answer["contents"]["value"]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    }

    pub(super) fn completed(&mut self, text: &str) -> Vec<String> {
        let at = self.at(text);
        let answer = self.ask("textDocument/completion", at);
        let items = answer.as_array().unwrap().iter();
        items
            .map(|item| item["label"].as_str().unwrap().to_owned())
            .collect()
    }

    pub(super) fn leave(mut self) {
        self.ask("shutdown", Value::Null);
        self.tell("exit", Value::Null);
        assert_eq!(self.server.join().unwrap(), Served::Properly);
    }
}

pub(super) fn script() -> String {
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../dictamen-server/tests/demo/policy.rhai");
    std::fs::read_to_string(path).unwrap()
}

/// A text with edits applied.
pub(super) fn edited(text: &str, edits: &[Value]) -> String {
    let mut edits: Vec<_> = edits.iter().collect();
    edits.sort_by_key(|edit| {
        let start = &edit["range"]["start"];
        (start["line"].as_u64(), start["character"].as_u64())
    });
    let mut text = text.to_owned();
    for edit in edits.iter().rev() {
        let offset = |end: &str| {
            let (line, column) = (
                edit["range"][end]["line"].as_u64(),
                edit["range"][end]["character"].as_u64(),
            );
            let start: usize = text
                .split_inclusive('\n')
                .take(usize::try_from(line.unwrap()).unwrap())
                .map(str::len)
                .sum();
            let units: Vec<u16> = text[start..]
                .encode_utf16()
                .take(usize::try_from(column.unwrap()).unwrap())
                .collect();
            start + String::from_utf16(&units).unwrap().len()
        };
        let range = offset("start")..offset("end");
        text.replace_range(range, edit["newText"].as_str().unwrap());
    }
    text
}
