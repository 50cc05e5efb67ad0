//! `dictamen serve`, as a process.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    process::{Command, Stdio},
};

use crate::support::{Place, REQUEST};

#[test]
fn it_says_where_it_is_answers_and_stops_when_told() {
    let place = Place::new();
    let mut child = Command::new(env!("CARGO_BIN_EXE_dictamen"))
        .args(["serve", "--listen", "127.0.0.1:0", "--log", "json"])
        .args(["--stop-grace", "0"])
        .current_dir(place.0.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let listening = lines.find_map(|line| {
        let event: serde_json::Value = serde_json::from_str(&line.unwrap()).unwrap();
        let address = event["address"].as_str()?.to_owned();
        Some((address, event["hint"].as_str().unwrap().to_owned()))
    });
    let (address, hint) = listening.unwrap();
    assert!(hint.starts_with("curl -s http://127.0.0.1:"), "{hint}");
    let address = address.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(address).unwrap();
    let head = format!(
        "POST /v1/policies/demo/decisions HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n{REQUEST}",
        REQUEST.len()
    );
    stream.write_all(head.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let body = answer.split_once("\r\n\r\n").unwrap().1;
    let decided = place.run("decide --policy demo --input request.json --format json");
    assert_eq!(body, decided.out);

    let stop = Command::new("kill")
        .args(["-TERM", &child.id().to_string()])
        .status();
    assert!(stop.unwrap().success());
    let rest: Vec<String> = lines.map(Result::unwrap).collect();
    assert_eq!(child.wait().unwrap().code(), Some(0));
    assert!(rest.last().unwrap().contains("stopped"), "{rest:?}");
    assert!(rest.iter().all(|line| !line.contains("PERL9103")));
}

#[test]
fn what_keeps_it_from_starting() {
    let place = Place::new();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    let ran = place.run(&format!("serve --listen {address}"));
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains("cannot listen"), "{}", ran.err);
    let ran = place.run("serve --rules none");
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains("cannot read `none`"), "{}", ran.err);
}
