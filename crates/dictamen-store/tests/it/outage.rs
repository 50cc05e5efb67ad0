//! The database goes away under load and comes back.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};

use dictamen_store::{Filter, Place};

use crate::{
    cluster::Cluster,
    support::{Ground, append, claim, id},
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_acknowledged_is_lost_and_it_recovers_by_itself() {
    let Some(mut cluster) = Cluster::start() else {
        return;
    };
    let mut ground = Ground::at(
        Place::Postgres(cluster.database()),
        tempfile::tempdir().unwrap(),
    );
    ground.settings.patience = Duration::from_secs(2);
    let store = ground.open().await;
    let (stop, next) = (
        Arc::new(AtomicBool::new(false)),
        Arc::new(AtomicU32::new(0)),
    );
    let load = (0..8).map(|_| {
        let (store, stop, next) = (store.clone(), stop.clone(), next.clone());
        tokio::spawn(async move {
            let (mut acknowledged, mut refused) = (Vec::new(), 0);
            while !stop.load(Ordering::Relaxed) {
                let n = next.fetch_add(1, Ordering::Relaxed);
                let asked = Instant::now();
                match append(&store, n).await {
                    Ok(_) => acknowledged.push(n),
                    Err(error) => {
                        assert_eq!(error.code(), "store::unavailable");
                        refused += 1;
                        tokio::time::sleep(Duration::from_millis(5)).await;
                    }
                }
                assert!(asked.elapsed() < Duration::from_secs(10));
            }
            (acknowledged, refused)
        })
    });
    let load: Vec<_> = load.collect();
    for _ in 0..2 {
        tokio::time::sleep(Duration::from_millis(300)).await;
        assert!(store.is_available().await);
        cluster = tokio::task::spawn_blocking(move || {
            cluster.down();
            cluster
        })
        .await
        .unwrap();
        tokio::time::sleep(Duration::from_millis(2500)).await;
        assert!(!store.is_available().await);
        cluster = tokio::task::spawn_blocking(move || {
            cluster.up();
            cluster
        })
        .await
        .unwrap();
        let back = Instant::now();
        while !store.is_available().await {
            assert!(back.elapsed() < Duration::from_secs(10));
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
    tokio::time::sleep(Duration::from_millis(300)).await;
    stop.store(true, Ordering::Relaxed);
    let (mut acknowledged, mut refused) = (Vec::new(), 0);
    for task in load {
        let (some, no) = task.await.unwrap();
        acknowledged.extend(some);
        refused += no;
    }
    assert!(
        refused > 0 && acknowledged.len() > 100,
        "{refused} {}",
        acknowledged.len()
    );
    for n in &acknowledged {
        assert!(store.open_sealed(&id(*n)).await.unwrap().is_some(), "{n}");
    }
    // A key can be claimed as before.
    drop(claim(&store, "k", "body").await);
    store.close().await;
    ground.holds().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_refuses_and_loses_nothing() {
    let Some(full) = small_disk() else {
        println!("SKIPPED: a small file system needs root");
        return;
    };
    let mut small = Ground::at(full.place(), tempfile::tempdir().unwrap());
    small.settings.patience = Duration::from_secs(1);
    let store = small.open().await;
    let mut logged = Vec::new();
    let mut refused = 0;
    for n in 100..3000 {
        match append(&store, n).await {
            Ok(_) => logged.push(n),
            Err(error) => {
                assert_eq!(error.code(), "store::unavailable");
                refused += 1;
                if refused == 2 {
                    break;
                }
            }
        }
    }
    assert_eq!(refused, 2);
    assert!(!store.is_available().await);
    full.free();
    let start = Instant::now();
    while !store.is_available().await {
        assert!(start.elapsed() < Duration::from_secs(10));
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    append(&store, 5000).await.unwrap();
    let page = store.list(&Filter::default(), None, 1000).await.unwrap();
    assert!(page.entries.len() > logged.len());
    for n in logged {
        assert!(store.open_sealed(&id(n)).await.unwrap().is_some(), "{n}");
    }
    store.close().await;
    small.holds().await;
}

/// A file system of a few megabytes with a stone on it that can be taken away.
struct SmallDisk(tempfile::TempDir);

fn small_disk() -> Option<SmallDisk> {
    let dir = tempfile::tempdir().unwrap();
    let mounted = std::process::Command::new("mount")
        .args(["-t", "tmpfs", "-o", "size=6m", "tmpfs"])
        .arg(dir.path())
        .output()
        .ok()?;
    if !mounted.status.success() {
        return None;
    }
    std::fs::write(dir.path().join("stone"), vec![1; 4 << 20]).unwrap();
    Some(SmallDisk(dir))
}

impl SmallDisk {
    fn place(&self) -> Place {
        Place::Sqlite(dictamen_store::Folder::new(self.0.path().join("data")))
    }

    fn free(&self) {
        std::fs::remove_file(self.0.path().join("stone")).unwrap();
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = std::process::Command::new("umount")
            .arg("-l")
            .arg(self.0.path())
            .status();
    }
}
