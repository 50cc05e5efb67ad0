//! A ground to open stores on, for each engine, and decisions to log.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};
use dictamen_engine::{
    Decision, Offer, Outcome, ParametersStamp, PolicyStamp, Printed, Reason, ReasonText,
};
use dictamen_model::{Characteristics, identity::Applicant};
use dictamen_store::{
    Appended, Begun, Claim, Clock, Folder, Keys, MasterKeys, NewDecision, Place, Reading, Report,
    Settings, SigningKey, Store, StoreError, verify,
};
use tempfile::TempDir;

use crate::cluster;

/// Runs each test on both engines.
macro_rules! on_both {
    ($($name:ident)+) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::$name(crate::support::Ground::sqlite()).await;
            })+
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                if let Some(ground) = crate::support::Ground::postgres() {
                    super::$name(ground).await;
                }
            })+
        }
    };
}
pub(crate) use on_both;

/// A clock that tests turn.
#[derive(Debug)]
pub(crate) struct Hands(Mutex<DateTime<Utc>>);

impl Clock for Hands {
    fn now(&self) -> DateTime<Utc> {
        let mut now = self.0.lock().unwrap();
        *now += TimeDelta::microseconds(1);
        *now
    }
}

impl Hands {
    pub(crate) fn turn(&self, by: TimeDelta) {
        *self.0.lock().unwrap() += by;
    }
}

pub(crate) struct Ground {
    pub(crate) place: Place,
    pub(crate) keys: Keys,
    pub(crate) hands: Arc<Hands>,
    pub(crate) settings: Settings,
    pub(crate) dir: TempDir,
}

impl Ground {
    pub(crate) fn sqlite() -> Self {
        let dir = tempfile::tempdir().unwrap();
        Self::at(Place::Sqlite(Folder::new(dir.path().join("data"))), dir)
    }

    pub(crate) fn postgres() -> Option<Self> {
        let url = cluster::shared()?.database();
        Some(Self::at(Place::Postgres(url), tempfile::tempdir().unwrap()))
    }

    pub(crate) fn at(place: Place, dir: TempDir) -> Self {
        Self {
            place,
            keys: Keys {
                master: MasterKeys::random().unwrap(),
                signing: SigningKey::random().unwrap(),
            },
            hands: Arc::new(Hands(Mutex::new("2026-09-15T12:00:00Z".parse().unwrap()))),
            settings: Settings {
                patience: Duration::from_secs(10),
                ..Settings::default()
            },
            dir,
        }
    }

    pub(crate) fn is_sqlite(&self) -> bool {
        matches!(self.place, Place::Sqlite(_))
    }

    pub(crate) async fn try_to_open(&self) -> Result<Store, StoreError> {
        Store::open(
            &self.place,
            self.keys.clone(),
            self.hands.clone(),
            self.settings,
        )
        .await
    }

    pub(crate) async fn open(&self) -> Store {
        self.try_to_open().await.unwrap()
    }

    pub(crate) fn reading(&self) -> Reading {
        Reading::open(&self.place).unwrap()
    }

    pub(crate) async fn verify(&self) -> Report {
        verify(&self.reading(), &[self.keys.signing.public()], &[])
            .await
            .unwrap()
    }

    /// Fails with what was found unless the log holds.
    pub(crate) async fn holds(&self) -> Report {
        let report = self.verify().await;
        assert!(report.holds(), "{:#?}", report.findings);
        report
    }

    /// Everything in the files of the store's database.
    pub(crate) fn files(&self) -> Vec<u8> {
        if self.is_sqlite() {
            contents(&self.dir.path().join("data"))
        } else {
            contents(&cluster::shared().unwrap().dir)
        }
    }

    /// What the log says of changes of configuration, in order.
    pub(crate) async fn configuration(&self) -> Vec<String> {
        self.facts("configuration").await
    }

    /// What the entries of a kind say, in order.
    pub(crate) async fn facts(&self, kind: &str) -> Vec<String> {
        let sql = "SELECT facts FROM entry WHERE kind = $1 ORDER BY at, seq";
        let rows: Vec<(String,)> = match &self.place {
            Place::Sqlite(folder) => {
                let options = sqlx::sqlite::SqliteConnectOptions::new()
                    .filename(folder.path().join("dictamen.db"));
                let mut conn = sqlx::ConnectOptions::connect(&options).await.unwrap();
                let query = sqlx::query_as(sql).bind(kind);
                query.fetch_all(&mut conn).await.unwrap()
            }
            Place::Postgres(url) => {
                let options: sqlx::postgres::PgConnectOptions = url.parse().unwrap();
                let mut conn = sqlx::ConnectOptions::connect(&options).await.unwrap();
                let query = sqlx::query_as(sql).bind(kind);
                query.fetch_all(&mut conn).await.unwrap()
            }
        };
        rows.into_iter().map(|(facts,)| facts).collect()
    }

    /// Does what only somebody with rights on the database can: no trigger stops it.
    pub(crate) async fn tamper(&self, sql: &str) -> u64 {
        match &self.place {
            Place::Sqlite(folder) => {
                let options = sqlx::sqlite::SqliteConnectOptions::new()
                    .filename(folder.path().join("dictamen.db"))
                    .foreign_keys(false);
                let mut conn = sqlx::ConnectOptions::connect(&options).await.unwrap();
                for trigger in [
                    "entry_stays",
                    "entry_remains",
                    "sealed_stays",
                    "checkpoint_stays",
                    "checkpoint_remains",
                ] {
                    let drop = format!("DROP TRIGGER IF EXISTS {trigger}");
                    sqlx::raw_sql(sqlx::AssertSqlSafe(drop))
                        .execute(&mut conn)
                        .await
                        .unwrap();
                }
                let done = sqlx::raw_sql(sqlx::AssertSqlSafe(sql.to_owned()))
                    .execute(&mut conn)
                    .await
                    .unwrap();
                sqlx::Connection::close(conn).await.unwrap();
                done.rows_affected()
            }
            Place::Postgres(url) => {
                let options: sqlx::postgres::PgConnectOptions = url.parse().unwrap();
                let mut conn = sqlx::ConnectOptions::connect(&options).await.unwrap();
                for table in ["entry", "sealed", "checkpoint"] {
                    let off = format!("ALTER TABLE {table} DISABLE TRIGGER ALL");
                    sqlx::raw_sql(sqlx::AssertSqlSafe(off))
                        .execute(&mut conn)
                        .await
                        .unwrap();
                }
                let done = sqlx::raw_sql(sqlx::AssertSqlSafe(sql.to_owned()))
                    .execute(&mut conn)
                    .await
                    .unwrap();
                sqlx::Connection::close(conn).await.unwrap();
                done.rows_affected()
            }
        }
    }
}

/// Everything in the files below a folder.
fn contents(folder: &std::path::Path) -> Vec<u8> {
    let mut seen = Vec::new();
    // Another test's database may disappear meanwhile.
    let entries = std::fs::read_dir(folder).into_iter().flatten();
    for path in entries.flatten().map(|entry| entry.path()) {
        if path.is_dir() {
            seen.extend(contents(&path));
        } else {
            seen.extend(std::fs::read(path).unwrap_or_default());
        }
    }
    seen
}

/// The CURP of an invented person.
pub(crate) const CURP: &str = "SABC560626MDFLRN01";

pub(crate) fn applicant() -> Applicant {
    Applicant::of_curp(CURP)
}

/// The `n`th decision.
pub(crate) fn decision(n: u32) -> Decision {
    let outcome = [Outcome::Approve, Outcome::Decline, Outcome::Counter][n as usize % 3];
    let granted = outcome != Outcome::Decline;
    Decision {
        decision_id: format!("{n:08x}-0000-8000-8000-000000000000"),
        application_id: format!("APPLICATION-{n}"),
        outcome,
        score: Some(700),
        band: Some("B".into()),
        offer: granted.then(|| Offer {
            amount: "72500.00".into(),
            term_months: 36,
            annual_rate: "0.36".into(),
            monthly_payment: "3562.84".into(),
            currency: "MXN",
            max_amount: None,
            max_payment: Some("4004.86".into()),
            limiting_factor: Some("payment_to_income".into()),
        }),
        reasons: vec![Reason {
            code: "S01".into(),
            rank: 1,
            text: ReasonText {
                es_mx: "Puntaje".into(),
                en: "Score".into(),
            },
            points_lost: None,
            evidence: None,
        }],
        missing: Vec::new(),
        stage: "OFFER".into(),
        points: Some(BTreeMap::from([("S10".into(), 80)])),
        characteristics: Printed::new(Characteristics::neutral()),
        policy: PolicyStamp {
            id: if n.is_multiple_of(2) { "even" } else { "odd" }.into(),
            version: "1.0.0".into(),
            hash: "sha256:00".into(),
        },
        parameters: ParametersStamp {
            hash: "sha256:01".into(),
        },
        engine: "0.1.0",
        input_hash: "sha256:02".into(),
        as_of: "2026-09-15".parse().unwrap(),
    }
}

pub(crate) fn answer(n: u32) -> Vec<u8> {
    format!("the answer to APPLICATION-{n}").into_bytes()
}

pub(crate) fn request(n: u32) -> Vec<u8> {
    format!(
        "request {n} of {CURP}, {}",
        "with a long history ".repeat(50)
    )
    .into_bytes()
}

/// Logs the `n`th decision.
pub(crate) async fn append(store: &Store, n: u32) -> Result<Appended, StoreError> {
    append_with(store, n, None, None).await
}

pub(crate) async fn append_with(
    store: &Store,
    n: u32,
    own: Option<&[u8]>,
    claim: Option<Claim>,
) -> Result<Appended, StoreError> {
    let (decision, plain, request) = (decision(n), answer(n), request(n));
    let new = NewDecision {
        decision: &decision,
        arm: None,
        applicant: Some(&applicant()),
        plain: &plain,
        answer: own,
        request: &request,
    };
    store.log(store.prepare(new)?, claim).await
}

pub(crate) fn id(n: u32) -> String {
    decision(n).decision_id
}

pub(crate) async fn begin(store: &Store, key: &str, request: &str) -> Begun {
    store
        .begin("lender", key, &[request.as_bytes()])
        .await
        .unwrap()
}

/// Claims a key that nobody holds. A shared claim that was dropped takes a moment to be free.
pub(crate) async fn claim(store: &Store, key: &str, request: &str) -> Claim {
    for _ in 0..100 {
        match begin(store, key, request).await {
            Begun::Claimed(claim) => return claim,
            Begun::Running | Begun::OtherBody => {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            Begun::Answered(_) => break,
        }
    }
    panic!("`{key}` cannot be claimed");
}
