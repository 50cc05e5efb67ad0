//! What is written to SQLite's log gets into its file while the store is open, whoever writes.

use std::{
    fs,
    time::{Duration, Instant},
};

use dictamen_store::Place;

use crate::support::{Ground, append, id};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_log_is_copied_back_beside_whoever_writes() {
    let ground = Ground::sqlite();
    let store = ground.open().await;
    let Place::Sqlite(folder) = &ground.place else {
        panic!("a file")
    };
    let file = folder.path().join("dictamen.db");
    let before = fs::metadata(&file).unwrap().len();
    let began = Instant::now();
    let mut written = 0;
    // While decisions go on.
    while fs::metadata(&file).unwrap().len() <= before + 200_000 {
        append(&store, written).await.unwrap();
        written += 1;
        assert!(began.elapsed() < Duration::from_mins(1), "{written}");
    }
    for n in [0, written - 1] {
        assert!(store.open_sealed(&id(n)).await.unwrap().is_some());
    }
    store.close().await;
    // Nothing is left beside the file.
    let log = folder.path().join("dictamen.db-wal");
    assert_eq!(fs::metadata(log).map_or(0, |log| log.len()), 0);
    ground.holds().await;
}
