//! A log is copied while the service writes it, restored elsewhere, and goes on.

use std::fs;

use crate::{
    keeping::{decide, served},
    support::Place,
};

#[test]
fn a_copy_made_while_serving_is_restored_and_goes_on() {
    let place = Place::new();
    let (first, _) = served(&place, |address| {
        let first = decide(address, "BEFORE");
        let ran = place.run("log backup --to copy.db");
        assert_eq!((ran.code, ran.err.as_str()), (0, ""));
        assert!(ran.out.starts_with("copy.db ("), "{}", ran.out);
        decide(address, "AFTER");
        first
    });
    // Nothing is overwritten.
    let ran = place.run("log backup --to copy.db");
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains("copy.db"), "{}", ran.err);

    let restored = Place::new();
    let data = |place: &Place, file: &str| place.0.path().join("data").join(file);
    fs::create_dir(restored.0.path().join("data")).unwrap();
    fs::copy(
        place.0.path().join("copy.db"),
        data(&restored, "dictamen.db"),
    )
    .unwrap();
    for key in ["master.key", "signing.key", "signing.pub"] {
        fs::copy(data(&place, key), data(&restored, key)).unwrap();
    }
    let verified = restored.run("log verify");
    assert_eq!(verified.code, 0, "{}{}", verified.out, verified.err);
    let shown = restored.run(&format!("log show {first} --answer"));
    assert_eq!(shown.code, 0, "{}", shown.err);
    assert!(shown.out.contains(&first));
    served(&restored, |address| {
        assert_eq!(decide(address, "BEFORE"), first);
        decide(address, "ANEW");
    });
    assert_eq!(restored.run("log verify").code, 0);
}

#[test]
fn a_log_that_cannot_be_copied_is_said_to_be() {
    let place = Place::new();
    let ran = place.run("log backup --to copy.db");
    assert_eq!(ran.code, 1, "{}", ran.out);
    assert!(ran.err.contains("data"), "{}", ran.err);
    let url = "--database-url postgres://127.0.0.1/none";
    let ran = place.run(&format!("log backup {url} --to copy.db"));
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("pg_dump"), "{}", ran.err);
    assert!(!place.0.path().join("copy.db").exists());
}
