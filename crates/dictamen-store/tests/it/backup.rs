//! A copy made while decisions are written is a whole log, and goes on as one.

use std::{
    fs,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use dictamen_store::{Folder, Place};
use tempfile::TempDir;

use crate::support::{Ground, append, id};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_copy_made_under_load_holds_all_that_was_acknowledged_before_and_goes_on() {
    let ground = Ground::sqlite();
    let store = ground.open().await;
    for n in 0..50 {
        append(&store, n).await.unwrap();
    }
    let stop = Arc::new(AtomicBool::new(false));
    let writing = tokio::spawn({
        let (store, stop) = (store.clone(), Arc::clone(&stop));
        async move {
            let mut n = 50;
            while !stop.load(Ordering::Relaxed) {
                append(&store, n).await.unwrap();
                n += 1;
            }
            n
        }
    });
    let copy = ground.dir.path().join("copy.db");
    let size = ground.reading().backup(&copy).await.unwrap();
    stop.store(true, Ordering::Relaxed);
    let written = writing.await.unwrap();
    store.close().await;
    ground.holds().await;
    assert_eq!(fs::metadata(&copy).unwrap().len(), size);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = fs::metadata(&copy).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    // Only its owner could read it while it was made as well, and nothing else is left.
    assert!(!ground.dir.path().join("copy.db.part").exists());
    let again = ground.reading().backup(&copy).await.unwrap_err();
    assert_eq!(again.code(), "store::folder");

    // Restored into a folder of its own, with the keys.
    let dir = TempDir::new().unwrap();
    let folder = Folder::new(dir.path());
    fs::copy(&copy, dir.path().join("dictamen.db")).unwrap();
    let mut restored = Ground::at(Place::Sqlite(folder), dir);
    restored.keys = ground.keys.clone();
    let entries = restored.holds().await.chains[0].entries;
    assert!(
        (51..=i64::from(written) + 1).contains(&entries),
        "{entries}"
    );
    let store = restored.open().await;
    for n in 0..50 {
        assert!(store.open_sealed(&id(n)).await.unwrap().is_some(), "{n}");
    }
    append(&store, 1_000_000).await.unwrap();
    store.close().await;
    let report = restored.holds().await;
    assert_eq!(report.chains[0].entries, entries + 1);
}

#[tokio::test]
async fn what_cannot_be_copied_says_so_and_leaves_nothing() {
    let ground = Ground::sqlite();
    let store = ground.open().await;
    append(&store, 1).await.unwrap();
    let nowhere = ground.dir.path().join("no/such/folder/copy.db");
    let error = ground.reading().backup(&nowhere).await.unwrap_err();
    assert_eq!(error.code(), "store::folder");
    assert!(error.to_string().contains("no/such/folder"), "{error}");
    let taken = ground.dir.path().join("taken");
    fs::write(&taken, "something else").unwrap();
    ground.reading().backup(&taken).await.unwrap_err();
    assert_eq!(fs::read_to_string(&taken).unwrap(), "something else");
    store.close().await;
    if let Some(ground) = Ground::postgres() {
        let store = ground.open().await;
        let copy = ground.dir.path().join("copy.db");
        let error = ground.reading().backup(&copy).await.unwrap_err();
        assert!(error.to_string().contains("pg_dump"), "{error}");
        assert!(!copy.exists() && !ground.dir.path().join("copy.db.part").exists());
        store.close().await;
    }
}
