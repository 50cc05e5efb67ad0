//! Whatever is done to what is stored, `verify` finds it and names the place.

use std::{collections::BTreeSet, fmt::Write as _};

use chrono::TimeDelta;
use dictamen_store::{Report, Subject, verify};
use proptest::{prelude::*, test_runner::TestRunner};

use crate::support::{Ground, append, on_both};

on_both! {
    each_way_of_tampering_is_named
    what_is_cut_off_is_missed_by_whoever_kept_a_checkpoint
    the_log_refuses_to_be_changed_by_mistake
}

/// A log of some decisions, with an erasure and a retention, closed.
async fn log(ground: &Ground) {
    let store = ground.open().await;
    for n in 0..6 {
        append(&store, n).await.unwrap();
        ground.hands.turn(TimeDelta::days(1));
    }
    store
        .erase(Subject::Application("APPLICATION-3"))
        .await
        .unwrap();
    let day = store
        .decision(&crate::support::id(1))
        .await
        .unwrap()
        .unwrap()
        .at;
    assert_eq!(store.retain(day).await.unwrap(), 1);
    store.close().await;
    ground.holds().await;
}

fn found(report: &Report) -> Vec<(&'static str, Option<i64>)> {
    report
        .findings
        .iter()
        .map(|finding| (finding.code, finding.seq))
        .collect()
}

/// What is done, what undoes it, and what is to be found.
type Case = (String, String, Vec<(&'static str, i64)>);

async fn each_way_of_tampering_is_named(ground: Ground) {
    // Entries: 1 genesis, 2 to 7 decisions 0 to 5, 8 erasure of 5 (decision 3), 9 retention of 2.
    log(&ground).await;
    let blob = if ground.is_sqlite() {
        "x'00'"
    } else {
        "'\\x00'::bytea"
    };
    let cases: Vec<Case> = [
        (
            "UPDATE entry SET facts = REPLACE(facts, 'COUNTER', 'APPROVE') WHERE seq = 4",
            "UPDATE entry SET facts = REPLACE(facts, 'APPROVE', 'COUNTER') WHERE seq = 4",
            vec![("verify::changed", 4), ("verify::columns", 4)],
        ),
        (
            "UPDATE entry SET outcome = 'APPROVE' WHERE seq = 4",
            "UPDATE entry SET outcome = 'COUNTER' WHERE seq = 4",
            vec![("verify::columns", 4)],
        ),
        (
            "UPDATE entry SET at = at + 1 WHERE seq = 6",
            "UPDATE entry SET at = at - 1 WHERE seq = 6",
            vec![("verify::changed", 6)],
        ),
        (
            "UPDATE entry SET kind = 'rotation' WHERE seq = 9",
            "UPDATE entry SET kind = 'retention' WHERE seq = 9",
            // What the entry said no longer counts.
            vec![("verify::changed", 9), ("verify::sealed-missing", 2)],
        ),
        (
            "UPDATE entry SET seq = 100 WHERE seq = 9",
            "UPDATE entry SET seq = 9 WHERE seq = 100",
            vec![
                ("verify::changed", 100),
                ("verify::checkpoint", 9),
                ("verify::removed", 9),
            ],
        ),
        (
            "UPDATE entry SET kind = 'strange' WHERE seq = 8",
            "UPDATE entry SET kind = 'erasure' WHERE seq = 8",
            vec![
                ("verify::sealed-missing", 5),
                ("verify::unreadable", 8),
                ("verify::broken-link", 9),
            ],
        ),
        (
            "UPDATE sealed SET content = BLOB WHERE seq = 4",
            "",
            vec![("verify::sealed-changed", 4)],
        ),
        (
            "DELETE FROM data_key WHERE seq = 4",
            "",
            vec![("verify::sealed-missing", 4)],
        ),
        (
            "DELETE FROM sealed WHERE seq = 4",
            "",
            vec![("verify::sealed-missing", 4)],
        ),
        (
            "DELETE FROM sealed WHERE seq = 6",
            "",
            vec![("verify::sealed-missing", 4), ("verify::sealed-missing", 6)],
        ),
        (
            "INSERT INTO sealed (chain, seq, content) VALUES (1, 70, BLOB)",
            "DELETE FROM sealed WHERE seq = 70",
            vec![
                ("verify::sealed-missing", 4),
                ("verify::sealed-missing", 6),
                ("verify::sealed-stray", 70),
            ],
        ),
        (
            "UPDATE checkpoint SET at = at + 1",
            "UPDATE checkpoint SET at = at - 1",
            vec![
                ("verify::sealed-missing", 4),
                ("verify::sealed-missing", 6),
                ("verify::signature", 9),
            ],
        ),
        (
            "UPDATE checkpoint SET seq = 8",
            "UPDATE checkpoint SET seq = 9",
            vec![
                ("verify::sealed-missing", 4),
                ("verify::sealed-missing", 6),
                ("verify::signature", 8),
            ],
        ),
    ]
    .into_iter()
    .map(|(sql, undo, codes)| (sql.replace("BLOB", blob), undo.to_owned(), codes))
    .collect();
    for (sql, undo, codes) in cases {
        assert!(ground.tamper(&sql).await > 0, "{sql}");
        let report = ground.verify().await;
        let expected: BTreeSet<_> = codes
            .into_iter()
            .map(|(code, seq)| (code, Some(seq)))
            .collect();
        let found: BTreeSet<_> = found(&report).into_iter().collect();
        assert_eq!(found, expected, "{sql}");
        if !undo.is_empty() {
            assert!(ground.tamper(&undo).await > 0, "{undo}");
        }
    }
}

async fn what_is_cut_off_is_missed_by_whoever_kept_a_checkpoint(ground: Ground) {
    let store = ground.open().await;
    for n in 0..3 {
        append(&store, n).await.unwrap();
    }
    store.close().await;
    let kept = ground.holds().await.chains[0].proven.clone().unwrap();
    for table in ["sealed", "data_key", "checkpoint", "entry"] {
        let sql = format!("DELETE FROM {table} WHERE seq >= 4");
        assert!(ground.tamper(&sql).await > 0);
    }
    // From inside nothing is wrong, but the proof reaches nowhere.
    let report = ground.holds().await;
    assert_eq!(
        (report.chains[0].entries, report.chains[0].unproven),
        (3, 3)
    );
    assert_eq!(report.chains[0].proven, None);
    let keys = [ground.keys.signing.public()];
    let report = verify(&ground.reading(), &keys, &[kept]).await.unwrap();
    assert_eq!(
        found(&report),
        [
            ("verify::checkpoint", Some(4)),
            ("verify::head-missing", Some(4))
        ]
    );
}

async fn the_log_refuses_to_be_changed_by_mistake(ground: Ground) {
    log(&ground).await;
    for sql in [
        "UPDATE entry SET outcome = 'APPROVE'",
        "DELETE FROM entry",
        "UPDATE checkpoint SET at = 0",
        "DELETE FROM checkpoint",
        "UPDATE sealed SET seq = 1",
    ] {
        let refused = match &ground.place {
            dictamen_store::Place::Sqlite(folder) => {
                let options = sqlx::sqlite::SqliteConnectOptions::new()
                    .filename(folder.path().join("dictamen.db"));
                let mut conn = sqlx::ConnectOptions::connect(&options).await.unwrap();
                sqlx::raw_sql(sql).execute(&mut conn).await.is_err()
            }
            dictamen_store::Place::Postgres(url) => {
                let options: sqlx::postgres::PgConnectOptions = url.parse().unwrap();
                let mut conn = sqlx::ConnectOptions::connect(&options).await.unwrap();
                sqlx::raw_sql(sql).execute(&mut conn).await.is_err()
            }
        };
        assert!(refused, "{sql}");
    }
    ground.holds().await;
}

/// One thing done to one entry.
#[derive(Debug, Clone)]
enum Tampering {
    /// A byte of a column is changed.
    Byte {
        column: &'static str,
        seq: i64,
        at: usize,
        with: u8,
    },
    Remove(i64),
    /// Two entries change places.
    Swap(i64, i64),
    /// What stands at one place is put at another, the numbers kept.
    Copy {
        from: i64,
        to: i64,
    },
    /// An entry is written again under the next number, as it was.
    Replay(i64),
}

fn tamperings() -> impl Strategy<Value = Tampering> {
    let seq = 1_i64..=9;
    let column = prop::sample::select(vec!["facts", "hash", "previous", "sealed", "kind"]);
    prop_oneof![
        4 => (column, seq.clone(), any::<usize>(), any::<u8>())
            .prop_map(|(column, seq, at, with)| Tampering::Byte { column, seq, at, with }),
        1 => seq.clone().prop_map(Tampering::Remove),
        1 => (seq.clone(), seq.clone()).prop_map(|(a, b)| Tampering::Swap(a, b)),
        1 => (seq.clone(), seq.clone()).prop_map(|(from, to)| Tampering::Copy { from, to }),
        1 => seq.prop_map(Tampering::Replay),
    ]
}

/// A file, copied for each case, so that each begins with the same log.
#[test]
fn any_tampering_with_one_entry_is_found() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let ground = Ground::sqlite();
    runtime.block_on(log(&ground));
    let dictamen_store::Place::Sqlite(folder) = &ground.place else {
        panic!("a file is copied");
    };
    let file = folder.path().join("dictamen.db");
    let whole = std::fs::read(&file).unwrap();
    let config = ProptestConfig {
        cases: 120,
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    let ran = TestRunner::new(config).run(&tamperings(), |tampering| {
        let mut copy = Ground::sqlite();
        copy.keys = ground.keys.clone();
        let data = copy.dir.path().join("data");
        std::fs::create_dir(&data).unwrap();
        std::fs::write(data.join("dictamen.db"), &whole).unwrap();
        let changed = runtime.block_on(apply(&copy, &tampering));
        let report = runtime.block_on(copy.verify());
        prop_assert_eq!(report.holds(), !changed, "{:?}", report.findings);
        Ok(())
    });
    ran.unwrap();
}

const COLUMNS: &str =
    "at, kind, decision_id, policy, version, outcome, facts, sealed, previous, hash";

/// Does it, and says whether anything is other than before.
async fn apply(ground: &Ground, tampering: &Tampering) -> bool {
    match tampering {
        Tampering::Byte {
            column,
            seq,
            at,
            with,
        } => {
            let (old, is_text) = bytes(ground, column, *seq).await;
            if old.is_empty() {
                return false;
            }
            let mut new = old.clone();
            let at = at % new.len();
            new[at] = *with;
            let mut blob = String::new();
            for byte in &new {
                write!(blob, "{byte:02x}").unwrap();
            }
            let value = if is_text {
                format!("CAST(x'{blob}' AS TEXT)")
            } else {
                format!("x'{blob}'")
            };
            ground
                .tamper(&format!(
                    "UPDATE entry SET {column} = {value} WHERE seq = {seq}"
                ))
                .await;
            new != old
        }
        Tampering::Remove(seq) => {
            ground
                .tamper(&format!("DELETE FROM entry WHERE seq = {seq}"))
                .await;
            true
        }
        Tampering::Swap(a, b) => {
            let sql = format!(
                "UPDATE entry SET seq = -1 WHERE seq = {a}; UPDATE entry SET seq = {a} WHERE seq = {b};
                 UPDATE entry SET seq = {b} WHERE seq = -1"
            );
            if a != b {
                ground.tamper(&sql).await;
            }
            a != b
        }
        Tampering::Copy { from, to } => {
            let sql = format!(
                "CREATE TABLE t AS SELECT * FROM entry WHERE seq = {from};
                 DELETE FROM entry WHERE seq IN ({from}, {to});
                 INSERT INTO entry SELECT chain, {to}, {COLUMNS} FROM t; DROP TABLE t"
            );
            if from != to {
                ground.tamper(&sql).await;
            }
            from != to
        }
        Tampering::Replay(seq) => {
            let sql = format!(
                "CREATE TABLE t AS SELECT * FROM entry WHERE seq = {seq}; UPDATE t SET decision_id = NULL;
                 INSERT INTO entry SELECT chain, 10, {COLUMNS} FROM t; DROP TABLE t"
            );
            ground.tamper(&sql).await;
            true
        }
    }
}

/// What a column of an entry holds, and whether as text.
async fn bytes(ground: &Ground, column: &str, seq: i64) -> (Vec<u8>, bool) {
    let dictamen_store::Place::Sqlite(folder) = &ground.place else {
        panic!("a file is read");
    };
    let options =
        sqlx::sqlite::SqliteConnectOptions::new().filename(folder.path().join("dictamen.db"));
    let mut conn = sqlx::ConnectOptions::connect(&options).await.unwrap();
    let sql =
        format!("SELECT CAST({column} AS BLOB), typeof({column}) FROM entry WHERE seq = {seq}");
    let (bytes, kind): (Option<Vec<u8>>, String) = sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .fetch_one(&mut conn)
        .await
        .unwrap();
    sqlx::Connection::close(conn).await.unwrap();
    (bytes.unwrap_or_default(), kind == "text")
}
