//! `dictamen sandbox`, as a process.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    process::{Command, Stdio},
    time::Duration,
};

use crate::support::Place;

fn ask(address: &str, request: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    let _ = stream.read_to_string(&mut answer);
    answer
}

#[test]
fn it_says_where_it_is_answers_and_stops_even_while_it_hangs() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_dictamen"))
        .args([
            "sandbox",
            "--listen",
            "127.0.0.1:0",
            "--secret-id",
            "ID",
            "--secret-password",
            "PW",
        ])
        .args(["--fault", "not-found:1x"])
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap())
        .lines()
        .map(Result::unwrap);
    let first = lines.next().unwrap();
    let address = first
        .strip_prefix("a local Belvo listens on http://")
        .unwrap()
        .to_owned();
    let said: Vec<String> = lines.by_ref().take(4).collect();
    assert!(
        said[0].ends_with("ID") && said[1].ends_with("PW"),
        "{said:?}"
    );
    assert!(
        said[3].contains(&format!("curl -s -u ID:PW http://{address}/api/links/")),
        "{said:?}"
    );

    let get =
        "GET /api/ HTTP/1.1\r\nhost: x\r\nconnection: close\r\nauthorization: Basic SUQ6UFc=\r\n";
    assert!(ask(&address, &format!("{get}\r\n")).starts_with("HTTP/1.1 404"));
    assert!(ask(&address, &format!("{get}\r\n")).starts_with("HTTP/1.1 200"));
    let mut hanging = TcpStream::connect(&address).unwrap();
    write!(hanging, "{get}x-sandbox-fault: hang\r\n\r\n").unwrap();
    hanging
        .set_read_timeout(Some(Duration::from_millis(200)))
        .unwrap();
    assert!(hanging.read(&mut [0_u8; 1]).is_err());

    let stop = Command::new("kill")
        .args(["-TERM", &child.id().to_string()])
        .status();
    assert!(stop.unwrap().success());
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn it_stays_on_this_machine() {
    let place = Place::new();
    let ran = place.run("sandbox --listen 0.0.0.0:0");
    assert_eq!(ran.code, 1);
    assert!(
        ran.err.contains("other machines would reach it"),
        "{}",
        ran.err
    );
    let ran = place.run("sandbox --listen 127.0.0.1:0 --webhook https://example.com/hooks");
    assert_eq!(ran.code, 2);
    assert!(
        ran.err.contains("not an address of this machine"),
        "{}",
        ran.err
    );
    for wrong in [
        "--fault no-such",
        "--refresh-rate 5d",
        "--webhook-delay -1",
        "--page-size 0",
        "--seed x",
    ] {
        let ran = place.run(&format!("sandbox --listen 127.0.0.1:0 {wrong}"));
        assert_eq!((ran.code, ran.err.is_empty()), (2, false), "{wrong}");
    }
}

#[test]
fn a_population_is_decided() {
    let place = Place::new();
    let people = place.run("sandbox population --seed 7 --count 5 --as-of 2026-09-15");
    assert_eq!((people.code, people.out.lines().count()), (0, 5));
    assert_eq!(people.out, place.run("sandbox population --count 5").out);
    for person in people.out.lines() {
        let ran = place.run_with("decide --policy demo --input - --format json", person);
        assert_eq!(ran.code, 0, "{}", ran.err);
    }
}

#[test]
fn everything_that_can_go_wrong_is_listed() {
    let listed = Place::new().run("sandbox faults");
    assert_eq!(listed.code, 0);
    insta::assert_snapshot!(listed.out);
}
