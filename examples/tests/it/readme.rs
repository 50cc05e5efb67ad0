//! What `README.md` shows is what comes out: each `console` block is a command and its answer.
//!
//! Commands run here without a shell and without a service; the command and the service write the
//! same bytes, which tests of theirs hold.

use std::fs;

use dictamen_cli::Exit;
use dictamen_examples::repository;
use serde_json::Value;

fn dictamen(arguments: &[&str]) -> String {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let rules = repository("rules");
    let arguments = ["dictamen"]
        .into_iter()
        .chain(arguments.iter().copied())
        .chain(["--rules", rules.to_str().unwrap()])
        .map(Into::into);
    let exit = dictamen_cli::run(arguments, &mut out, &mut err);
    assert_eq!(exit, Exit::Done, "{}", String::from_utf8_lossy(&err));
    // As on a standard output that is no terminal.
    anstream::adapter::strip_str(&String::from_utf8(out).unwrap()).to_string()
}

/// Paths in the README count from the top of the repository.
fn input(path: &str) -> String {
    repository(path).to_str().unwrap().to_owned()
}

/// Whether everything in `shown` is in `whole`; objects may be shortened, lists may not.
fn within(shown: &Value, whole: &Value) -> bool {
    match (shown, whole) {
        (Value::Object(shown), Value::Object(whole)) => shown
            .iter()
            .all(|(key, value)| whole.get(key).is_some_and(|other| within(value, other))),
        (Value::Array(shown), Value::Array(whole)) => {
            shown.len() == whole.len() && shown.iter().zip(whole).all(|(s, w)| within(s, w))
        }
        _ => shown == whole,
    }
}

#[test]
fn the_readme_shows_what_comes_out() {
    let readme = fs::read_to_string(repository("examples/README.md")).unwrap();
    let blocks: Vec<&str> = readme
        .split("```console\n$ ")
        .skip(1)
        .map(|rest| rest.split("\n```").next().unwrap())
        .collect();
    assert_eq!(blocks.len(), 5);
    for block in blocks {
        let (command, shown) = block.split_once('\n').unwrap();
        let words: Vec<&str> = command.split_whitespace().collect();
        if let ["dictamen", "decide", "--policy", policy, "--input", path] = *words {
            let answer = dictamen(&["decide", "--policy", policy, "--input", &input(path)]);
            assert_eq!(answer.trim_end(), shown, "{command}");
        } else if let ["curl", "-s", url, .., "-d", body] = *words {
            let policy = url
                .strip_prefix("http://127.0.0.1:8080/v1/policies/")
                .and_then(|rest| rest.strip_suffix("/decisions"))
                .unwrap();
            let path = input(body.strip_prefix('@').unwrap());
            let answer = dictamen(&[
                "decide", "--policy", policy, "--input", &path, "--format", "json",
            ]);
            let answer: Value = serde_json::from_str(&answer).unwrap();
            let shown: Value = serde_json::from_str(shown).unwrap();
            assert!(within(&shown, &answer), "{command}: {answer}");
        } else {
            panic!("what is `{command}`?");
        }
    }
}
