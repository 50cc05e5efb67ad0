//! The command line itself: help, completions, and a reader that goes away.

use std::process::{Command, Stdio};

use crate::support::Place;

#[test]
fn help_tells_the_exit_codes_and_gives_examples() {
    let place = Place::new();
    let help = place.run("--help");
    assert_eq!(help.code, 0);
    for text in [
        "Exit codes:",
        "serve",
        "decide",
        "check",
        "test",
        "mutate",
        "fmt",
        "lsp",
        "characteristics",
    ] {
        assert!(help.out.contains(text), "{text}");
    }
    for command in [
        "serve",
        "decide",
        "check",
        "test",
        "mutate",
        "fmt",
        "lsp",
        "characteristics",
        "sandbox",
        "sandbox population",
        "demo",
        "completions",
    ] {
        let help = place.run(&format!("{command} --help"));
        assert!(help.out.contains("Example"), "{command}");
    }
}

#[test]
fn a_wrong_command_line() {
    let place = Place::new();
    for line in ["", "decid", "check --formt json", "serve --body-limit 0"] {
        let ran = place.run(line);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{line}");
        assert!(!ran.err.is_empty());
    }
}

#[test]
fn completions_for_every_shell() {
    let place = Place::new();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let ran = place.run(&format!("completions {shell}"));
        assert_eq!(ran.code, 0);
        assert!(ran.out.contains("dictamen"), "{shell}");
    }
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let place = Place::new();
    let mut child = Command::new(env!("CARGO_BIN_EXE_dictamen"))
        .args(["characteristics", "--format", "json"])
        .current_dir(place.0.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert!(output.stderr.is_empty());
}

#[test]
fn colours_only_when_asked_for() {
    let place = Place::new();
    let out = |name: &str, value: &str| {
        let mut command = place.command("check");
        let output = command.env_remove("NO_COLOR").env(name, value).output();
        String::from_utf8(output.unwrap().stdout).unwrap()
    };
    assert!(!out("NO_COLOR", "1").contains('\u{1b}'));
    assert!(out("CLICOLOR_FORCE", "1").contains('\u{1b}'));
}
