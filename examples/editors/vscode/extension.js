// Starts `dictamen lsp` and hands it the scripts and reasons of policies.
const { workspace } = require("vscode");
const { LanguageClient } = require("vscode-languageclient/node");

let client;

function activate(context) {
  const command = workspace.getConfiguration("dictamen").get("command", "dictamen");
  const watcher = workspace.createFileSystemWatcher("**/*.{rhai,toml,csv}");
  context.subscriptions.push(watcher);
  client = new LanguageClient(
    "dictamen",
    "Dictamen",
    { command, args: ["lsp"] },
    {
      documentSelector: [
        { scheme: "file", language: "rhai" },
        { scheme: "file", pattern: "**/reasons.toml" },
      ],
      synchronize: { fileEvents: watcher },
    },
  );
  return client.start();
}

function deactivate() {
  return client?.stop();
}

module.exports = { activate, deactivate };
