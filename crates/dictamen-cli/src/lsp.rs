//! The language server: help with writing policies, inside any editor that speaks the protocol.
//!
//! Reads messages in order and answers each before the next, so an answer is always about the text
//! as the editor last sent it. A policy is checked when no message is waiting. Nothing is written
//! to disk; what the editor has open counts before what is on disk.

mod completion;
mod definition;
mod diagnostics;
mod fix;
mod hover;
mod outline;
mod place;
mod rename;
mod text;
mod workspace;

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
};

use lsp_server::{Connection, Message, Notification, Request, Response};
use lsp_types::{
    CodeActionKind, CodeActionOptions, CodeActionParams, CodeActionProviderCapability,
    CompletionOptions, CompletionParams, DidChangeTextDocumentParams, DidCloseTextDocumentParams,
    DidOpenTextDocumentParams, DocumentFormattingParams, GotoDefinitionParams, HoverParams,
    HoverProviderCapability, OneOf, PublishDiagnosticsParams, Range, RenameOptions, RenameParams,
    ServerCapabilities, TextDocumentPositionParams, TextDocumentSyncCapability,
    TextDocumentSyncKind, TextEdit, Uri,
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

use place::Place;
use workspace::{Open, Workspace};

// Codes of JSON-RPC and of the protocol.
const METHOD_NOT_FOUND: i32 = -32601;
const INVALID_PARAMS: i32 = -32602;
const REQUEST_FAILED: i32 = -32803;

/// How serving an editor ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Served {
    /// As the protocol wants it: shutdown, then exit.
    Properly,
    /// The editor went away, or nothing it says can be read any more.
    Gone,
    /// The editor left, or went on, in a way the protocol does not know.
    Misused,
}

/// Serves one editor until it leaves.
pub fn serve(connection: &Connection) -> Served {
    let Ok((id, _)) = connection.initialize_start() else {
        return left(connection);
    };
    let about = json!({
        "capabilities": capabilities(),
        "serverInfo": { "name": "dictamen", "version": env!("CARGO_PKG_VERSION") },
    });
    if connection.initialize_finish(id, about).is_err() {
        return left(connection);
    }
    let mut server = Server {
        connection,
        workspace: Workspace::default(),
        changed: BTreeSet::new(),
        published: BTreeMap::new(),
    };
    loop {
        if connection.receiver.is_empty() && server.publish().is_none() {
            return Served::Gone;
        }
        let Ok(message) = connection.receiver.recv() else {
            return Served::Gone;
        };
        match message {
            Message::Request(request) => match connection.handle_shutdown(&request) {
                Ok(true) => return Served::Properly,
                Ok(false) => {
                    let answer = server.answer(request);
                    if connection.sender.send(answer.into()).is_err() {
                        return Served::Gone;
                    }
                }
                Err(_) => return left(connection),
            },
            Message::Notification(notification) if notification.method == "exit" => {
                return Served::Misused;
            }
            Message::Notification(notification) => server.take(notification),
            Message::Response(_) => {}
        }
    }
}

/// How an editor left that did not leave properly.
fn left(connection: &Connection) -> Served {
    match connection.receiver.try_recv() {
        Err(error) if error.is_disconnected() => Served::Gone,
        _ => Served::Misused,
    }
}

fn capabilities() -> ServerCapabilities {
    ServerCapabilities {
        text_document_sync: Some(TextDocumentSyncCapability::Kind(TextDocumentSyncKind::FULL)),
        hover_provider: Some(HoverProviderCapability::Simple(true)),
        completion_provider: Some(CompletionOptions {
            trigger_characters: Some([".", "\"", ":"].map(str::to_owned).to_vec()),
            ..CompletionOptions::default()
        }),
        definition_provider: Some(OneOf::Left(true)),
        rename_provider: Some(OneOf::Right(RenameOptions {
            prepare_provider: Some(true),
            work_done_progress_options: lsp_types::WorkDoneProgressOptions::default(),
        })),
        code_action_provider: Some(CodeActionProviderCapability::Options(CodeActionOptions {
            code_action_kinds: Some(vec![CodeActionKind::QUICKFIX]),
            ..CodeActionOptions::default()
        })),
        document_formatting_provider: Some(OneOf::Left(true)),
        ..ServerCapabilities::default()
    }
}

struct Server<'a> {
    connection: &'a Connection,
    workspace: Workspace,
    /// Files changed since they were last checked.
    changed: BTreeSet<PathBuf>,
    /// The files about which something is shown, by the folder of their policy.
    published: BTreeMap<PathBuf, BTreeSet<PathBuf>>,
}

impl Server<'_> {
    /// Takes note of what the editor says. What cannot be understood is passed over, as the
    /// protocol has no answer to a notification.
    fn take(&mut self, notification: Notification) {
        let Notification { method, params } = notification;
        match method.as_str() {
            "textDocument/didOpen" => {
                if let Ok(opened) = serde_json::from_value::<DidOpenTextDocumentParams>(params) {
                    let document = opened.text_document;
                    self.set(document.uri, document.version, document.text);
                }
            }
            "textDocument/didChange" => {
                if let Ok(changed) = serde_json::from_value::<DidChangeTextDocumentParams>(params) {
                    let whole = changed.content_changes.into_iter().rev();
                    if let Some(change) = whole.into_iter().find(|c| c.range.is_none()) {
                        let document = changed.text_document;
                        self.set(document.uri, document.version, change.text);
                    }
                }
            }
            "textDocument/didClose" => {
                if let Ok(closed) = serde_json::from_value::<DidCloseTextDocumentParams>(params)
                    && let Some(path) = workspace::path(&closed.text_document.uri)
                {
                    self.workspace.open.remove(&path);
                    self.changed.insert(path);
                }
            }
            "textDocument/didSave" | "workspace/didChangeWatchedFiles" => {
                self.changed.extend(self.workspace.open.keys().cloned());
            }
            _ => {}
        }
    }

    fn set(&mut self, uri: Uri, version: i32, text: String) {
        if let Some(path) = workspace::path(&uri) {
            let open = Open { uri, version, text };
            self.workspace.open.insert(path.clone(), open);
            self.changed.insert(path);
        }
    }

    /// Checks what has changed and shows what is wrong with it. `None` when the editor is gone.
    fn publish(&mut self) -> Option<()> {
        let changed = std::mem::take(&mut self.changed);
        let mut folders = BTreeSet::new();
        for path in changed {
            if let Some(folder) = self.workspace.folder_of(&path) {
                folders.insert(folder);
            } else {
                let open = self.workspace.open.get(&path);
                let is_script = path.extension().is_some_and(|e| e == "rhai");
                let found = open.filter(|_| is_script);
                let found = found.map_or_else(Vec::new, |open| diagnostics::of_script(&open.text));
                self.show(&path, found)?;
            }
        }
        for folder in folders {
            let found = diagnostics::of_policy(&self.workspace.source(&folder));
            let found: BTreeMap<PathBuf, _> = found
                .into_iter()
                .map(|(name, findings)| (folder.join(name), findings))
                .collect();
            let now: BTreeSet<PathBuf> = found.keys().cloned().collect();
            let open = self.workspace.open.keys();
            let open = open.filter(|path| self.workspace.folder_of(path).as_ref() == Some(&folder));
            let mut all: BTreeSet<PathBuf> = open.cloned().collect();
            all.extend(now.iter().cloned());
            all.extend(self.published.insert(folder, now).unwrap_or_default());
            for path in all {
                self.show(&path, found.get(&path).cloned().unwrap_or_default())?;
            }
        }
        Some(())
    }

    fn show(&self, path: &std::path::Path, found: Vec<lsp_types::Diagnostic>) -> Option<()> {
        let Some(uri) = self.workspace.uri(path) else {
            return Some(());
        };
        let version = self.workspace.open.get(path).map(|open| open.version);
        let params = PublishDiagnosticsParams::new(uri, found, version);
        let method = "textDocument/publishDiagnostics".to_owned();
        let notification = Notification::new(method, params);
        self.connection.sender.send(notification.into()).ok()
    }

    fn answer(&self, request: Request) -> Response {
        let Request { id, method, params } = request;
        let answer = match method.as_str() {
            "textDocument/hover" => ask(params, |p: HoverParams| {
                let place = self.place(&p.text_document_position_params);
                Ok(place.and_then(|place| hover::hover(&place)))
            }),
            "textDocument/completion" => ask(params, |p: CompletionParams| {
                let place = self.place(&p.text_document_position);
                Ok(place.map(|place| completion::completion(&place)))
            }),
            "textDocument/definition" => ask(params, |p: GotoDefinitionParams| {
                let place = self.place(&p.text_document_position_params);
                Ok(place.and_then(|place| definition::definition(&place)))
            }),
            "textDocument/prepareRename" => ask(params, |p: TextDocumentPositionParams| {
                rename::prepare(&self.place(&p).ok_or(NOT_OPEN)?)
            }),
            "textDocument/rename" => ask(params, |p: RenameParams| {
                let place = self.place(&p.text_document_position).ok_or(NOT_OPEN)?;
                let edits = rename::rename(&place, &p.new_name)?;
                Ok(json!({ "changes": { (place.uri.as_str()): edits } }))
            }),
            "textDocument/codeAction" => {
                ask(params, |p: CodeActionParams| Ok(self.quick_fixes(&p)))
            }
            "textDocument/formatting" => ask(params, |p: DocumentFormattingParams| {
                self.format(&p.text_document.uri)
            }),
            _ => Err((METHOD_NOT_FOUND, format!("`{method}` is not supported"))),
        };
        match answer {
            Ok(value) => Response::new_ok(id, value),
            Err((code, message)) => Response::new_err(id, code, message),
        }
    }

    fn place(&self, at: &TextDocumentPositionParams) -> Option<Place<'_>> {
        Place::new(&self.workspace, at)
    }

    /// The changes that settle what is wrong at a place of a policy's file.
    fn quick_fixes(&self, asked: &CodeActionParams) -> Vec<Value> {
        let path = workspace::path(&asked.text_document.uri);
        let folder = path
            .as_ref()
            .and_then(|path| self.workspace.folder_of(path));
        let (Some(path), Some(folder)) = (path, folder) else {
            return Vec::new();
        };
        let Some(file) = workspace::name_in(&folder, &path) else {
            return Vec::new();
        };
        let findings = diagnostics::load(&self.workspace.source(&folder));
        fix::actions(&findings, &file, asked.range, |name| {
            self.workspace.uri(&folder.join(name))
        })
    }

    fn format(&self, uri: &Uri) -> Result<Vec<TextEdit>, String> {
        let path = workspace::path(uri).ok_or(NOT_OPEN)?;
        let open = self.workspace.open.get(&path).ok_or(NOT_OPEN)?;
        if path.extension().is_none_or(|e| e != "rhai") {
            return Err("only scripts are formatted".to_owned());
        }
        let formatted = dictamen_engine::format(&open.text).map_err(|found| found.to_string())?;
        if formatted == open.text {
            return Ok(Vec::new());
        }
        let end = text::position(&open.text, open.text.len());
        let whole = Range::new(lsp_types::Position::default(), end);
        Ok(vec![TextEdit::new(whole, formatted)])
    }
}

const NOT_OPEN: &str = "the file is not open";

/// Reads the parameters of a request and answers it.
fn ask<P: DeserializeOwned, R: Serialize>(
    params: Value,
    answer: impl FnOnce(P) -> Result<R, String>,
) -> Result<Value, (i32, String)> {
    let params = serde_json::from_value(params).map_err(|e| (INVALID_PARAMS, e.to_string()))?;
    let answer = answer(params).map_err(|message| (REQUEST_FAILED, message))?;
    serde_json::to_value(answer).map_err(|e| (REQUEST_FAILED, e.to_string()))
}
