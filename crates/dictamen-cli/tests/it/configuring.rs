//! Flags over environment over file over defaults, printed without secrets.

use crate::support::{Place, Ran};

const SECRET: &str = "5ec2e7005ec2e7005ec2e7005ec2e7005ec2e7005ec2e7005ec2e7005ec2e700";

fn run(place: &Place, line: &str, environment: &[(&str, &str)]) -> Ran {
    let mut command = place.command(line);
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("DICTAMEN_")) {
        command.env_remove(name);
    }
    let output = command.envs(environment.iter().copied()).output().unwrap();
    Ran {
        code: output.status.code().unwrap(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

#[test]
fn each_value_says_where_it_comes_from() {
    let place = Place::new();
    place.write("secret.key", &format!("{SECRET}\n"));
    place.write(
        "dictamen.toml",
        "# Of this machine.\n\
         listen = \"0.0.0.0:9000\"\n\
         timeout = 20\n\
         no_log = true\n\
         body_limit = \"1MiB\"\n\
         signing_key_file = \"secret.key\"\n\
         drift = [\"demo=2026-01-01..2026-01-31\", \"demo=2026-02-01..2026-02-28\"]\n",
    );
    let environment = [
        ("DICTAMEN_TIMEOUT", "30"),
        ("DICTAMEN_BODY_LIMIT", "2MiB"),
        ("DICTAMEN_MASTER_KEY_FILE", "secret.key"),
        ("DATABASE_URL", "postgres://user:s3cret@127.0.0.1/dictamen"),
        ("DICTAMEN_LISTN", "127.0.0.1:1"),
        ("DICTAMEN_PORT", "tcp://10.0.0.1:80"),
        ("DICTAMEN_BELVO_URL", "https://api.belvo.com"),
        ("DICTAMEN_BELVO_SECRET_PASSWORD", "s3cret-of-belvo"),
        ("DICTAMEN_BELVO_WEBHOOK_AUTH_FILE", "secret.key"),
        ("DICTAMEN_DELIVER_SECRETS", "whsec_s3cretOfDeliveries"),
    ];
    let ran = run(&place, "config --body-limit 3MiB", &environment);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    insta::assert_snapshot!(ran.out);
    assert!(!ran.out.contains("s3cret") && !ran.out.contains("5ec2e"));
}

#[test]
fn what_is_printed_is_a_configuration() {
    let place = Place::new();
    let first = run(&place, "config --timeout 7 --no-log", &[]);
    place.write("dictamen.toml", &first.out);
    let again = run(&place, "config", &[]);
    assert_eq!((again.code, again.err.as_str()), (0, ""));
    let values = |text: &str| -> Vec<String> {
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        let values = lines.map(|line| line.split("  # ").next().unwrap_or_default().to_owned());
        values.collect()
    };
    assert_eq!(values(&again.out), values(&first.out));
    assert!(
        again.out.contains("timeout = 7  # dictamen.toml:"),
        "{}",
        again.out
    );
}

#[test]
fn every_mistake_of_the_file_is_named_at_once() {
    let place = Place::new();
    place.write(
        "dictamen.toml",
        "listn = \"x\"\n\
         timeout = true\n\
         no_log = \"yes\"\n\
         master_key = \"abc\"\n\
         colour = 1\n\
         [server]\n\
         listen = \"y\"\n",
    );
    let ran = run(&place, "serve", &[]);
    assert_eq!((ran.code, ran.out.as_str()), (2, ""));
    insta::assert_snapshot!("mistakes", ran.err);
    place.write("dictamen.toml", "listen = \n");
    let ran = run(&place, "check", &[]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("dictamen.toml:1:"), "{}", ran.err);
    // Commands that are not configured do not look at it.
    assert_eq!(run(&place, "completions bash", &[]).code, 0);
}

#[test]
fn a_value_is_read_as_a_flag_would_be() {
    let place = Place::new();
    place.write("dictamen.toml", "body_limit = \"0MiB\"\n");
    let ran = run(&place, "serve", &[]);
    assert_eq!(ran.code, 2);
    insta::assert_snapshot!("value", ran.err);
    // A flag over it is enough.
    let ran = run(&place, "config --body-limit 1MiB", &[]);
    assert_eq!(ran.code, 0, "{}", ran.err);
}

#[test]
fn other_commands_take_what_concerns_them() {
    let place = Place::new();
    place.write("dictamen.toml", "rules = \"none\"\ntimeout = 9\n");
    let ran = run(&place, "check --as-of 2026-09-15", &[]);
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains("`none`"), "{}", ran.err);
    let ran = run(&place, "check --as-of 2026-09-15 --rules rules", &[]);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    let ran = run(
        &place,
        "check --as-of 2026-09-15",
        &[("DICTAMEN_RULES", "rules")],
    );
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
}

#[test]
fn files_that_are_named_must_be_there() {
    let place = Place::new();
    let ran = run(&place, "config --config no.toml", &[]);
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains("no.toml"), "{}", ran.err);
    let named = [("DICTAMEN_MASTER_KEY_FILE", "no.key")];
    let ran = run(&place, "config", &named);
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains("no.key"), "{}", ran.err);
    place.write("empty.key", "\n");
    let ran = run(
        &place,
        "config",
        &[("DICTAMEN_MASTER_KEY_FILE", "empty.key")],
    );
    assert!(ran.err.contains("is empty"), "{}", ran.err);
    let both = [
        ("DICTAMEN_MASTER_KEY_FILE", "empty.key"),
        ("DICTAMEN_MASTER_KEY", SECRET),
    ];
    let ran = run(&place, "config", &both);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("both"), "{}", ran.err);
    assert!(!ran.err.contains("5ec2e"), "{}", ran.err);
}

#[test]
fn the_page_on_operating_shows_a_file_that_works() {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/operations.md");
    let page = std::fs::read_to_string(page).unwrap();
    let shown = page.split("```toml config\n").nth(1).unwrap();
    let shown = shown.split("```").next().unwrap();
    let place = Place::new();
    place.write("master.key", SECRET);
    place.write(
        "dictamen.toml",
        &shown.replace("/run/secrets/master.key", "master.key"),
    );
    let ran = run(&place, "config", &[]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    let lines = shown.lines().filter(|line| line.contains(" = "));
    for line in lines.filter(|line| !line.contains("_file") && !line.contains('[')) {
        assert!(ran.out.contains(line), "{line}: {}", ran.out);
    }
}

#[cfg(not(feature = "otel"))]
#[test]
fn traces_need_a_program_built_for_them() {
    let ran = run(&Place::new(), "serve --otlp http://127.0.0.1:4318", &[]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("--features otel"), "{}", ran.err);
}
