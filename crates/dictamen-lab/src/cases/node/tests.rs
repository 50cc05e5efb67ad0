//! Case files as they are read: places, numbers, and what is refused.

use super::{Data, File, Node};

fn read(path: &str, text: &str) -> Node {
    File { path, text }.read().unwrap()
}

fn json(node: &Node) -> String {
    let mut out = String::new();
    node.write_json(&mut out);
    out
}

#[test]
fn numbers_stay_as_written() {
    let node = read(
        "cases/a.toml",
        "x = 0.24990\ny = 1_000\nz = -0x_1F\n"
            .replace("-0x_1F", "0x1F")
            .as_str(),
    );
    assert_eq!(json(&node), r#"{"x":0.24990,"y":1000,"z":31}"#);
    let node = read(
        "cases/a.json",
        r#"{"x": 23193.9250000000000000001, "e": 1E5}"#,
    );
    assert_eq!(json(&node), r#"{"x":23193.9250000000000000001,"e":1E5}"#);
}

#[test]
fn places_count_characters_not_bytes() {
    let text = "título = \"á\"\n".replace("título", "\"título\"");
    let file = File {
        path: "cases/a.toml",
        text: &text,
    };
    let node = file.read().unwrap();
    let Data::Table(entries) = &node.data else {
        panic!("{node:?}")
    };
    let span = file.span(&entries[0].node.at);
    assert_eq!((span.line, span.column, span.end_column), (1, 12, 15));
}

#[test]
fn json_values_know_their_place() {
    let text = "{\n  \"ñ\": [1,\n   {\"b\": tru}]}";
    let file = File {
        path: "cases/a.json",
        text,
    };
    let problems = file.read().unwrap_err();
    let span = problems[0].span.clone().unwrap();
    assert_eq!((span.line, &*span.file), (3, "cases/a.json"));

    let file = File {
        path: "cases/a.json",
        text: "{\n  \"ñ\": [1,\n   {\"b\": true}]}",
    };
    let node = file.read().unwrap();
    let Data::Table(entries) = &node.data else {
        panic!("{node:?}")
    };
    let Data::List(items) = &entries[0].node.data else {
        panic!("{node:?}")
    };
    let span = file.span(&items[1].at);
    assert_eq!((span.line, span.column, span.end_column), (3, 4, 15));
}

#[test]
fn bad_files_are_errors_with_a_place() {
    for (path, text) in [
        ("cases/a.toml", "title = "),
        ("cases/a.toml", "a = 1\na = 2"),
        ("cases/a.toml", "a = nan"),
        ("cases/a.toml", "a = 99999999999999999999"),
        ("cases/a.json", ""),
        ("cases/a.json", "{\"a\": 1, \"a\": 2}"),
        ("cases/a.json", "{\"a\": 1} x"),
        ("cases/a.json", "{\"a\": \"\\ud800\"}"),
    ] {
        let problems = File { path, text }.read().unwrap_err();
        assert!(
            problems.iter().all(|p| p.span.is_some()),
            "{text}: {problems:?}"
        );
    }
}

#[test]
fn deep_nesting_ends_in_an_error_not_in_an_overflow() {
    for (path, open, close) in [("cases/a.json", "[", "]"), ("cases/a.json", "{\"a\":", "}")] {
        let text = format!("{}1{}", open.repeat(50_000), close.repeat(50_000));
        let problems = File { path, text: &text }.read().unwrap_err();
        assert!(
            ["case::too-deep", "case::syntax"].contains(&problems[0].code),
            "{problems:?}"
        );
    }
    let text = format!("a = {}1{}", "[".repeat(5_000), "]".repeat(5_000));
    assert!(
        File {
            path: "cases/a.toml",
            text: &text
        }
        .read()
        .is_err()
    );
}
