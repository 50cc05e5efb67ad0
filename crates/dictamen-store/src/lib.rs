//! Keeps decisions so that none acknowledged is lost, none is made twice, each can be read and
//! run again, and nobody can change the past unseen.
//!
//! A [`Store`] appends to a log of hash-chained entries in SQLite or PostgreSQL. [`Store::begin`]
//! and [`Store::log`] make a request with an idempotency key be answered once; what is
//! personal is sealed under a key that [`Store::erase`] destroys; [`verify()`] reads a log without
//! trusting who wrote it. It decides nothing and knows no HTTP.

mod api_key;
mod backend;
mod backup;
mod clock;
mod entry;
mod erase;
mod error;
mod export;
mod facts;
mod folder;
mod hex;
mod once;
mod read;
mod registry;
mod seal;
mod sealed;
mod signing;
mod store;
mod verify;
mod work;
mod writer;

pub use api_key::{
    ApiKey, KeyChange, KeyChanged, KeyDigest, KeyFacts, KeyRefusal, KeyText, NewKey, PresentedKey,
};
pub use backend::Place;
pub use clock::{Clock, SystemClock};
pub use entry::{Entry, Hash, Head, Kind, Position};
pub use erase::{Erased, Subject};
pub use error::StoreError;
#[cfg(feature = "parquet")]
pub use export::{ParquetError, Table};
pub use facts::{
    DecisionFacts, ErasureFacts, GenesisFacts, Missing, OfferFacts, PolicyFacts, RetentionFacts,
    RotationFacts,
};
pub use folder::Folder;
pub use once::{Begun, Claim};
pub use read::{Cursor, Filter, Page, Reading};
pub use registry::{
    Activation, Candidate, Change, Changed, Content, ContentProblem, Draft, Expected, Hints, Made,
    PolicyChangeFacts, PolicyState, Refusal, Registry, ShadowFacts, Split, Version, VersionFacts,
};
pub use seal::MasterKeys;
pub use sealed::Sealed;
pub use signing::{Checkpoint, PublicKey, SigningKey};
pub use store::{Appended, Keys, NewDecision, Prepared, Settings, Store};
pub use verify::{ChainReport, Finding, Report, verify};
pub use work::{
    Added, Adding, Ended, NewTask, Once, Outcome, Performed, Rewritten, Step, Task, TaskCursor,
    TaskFilter, TaskState, Turn,
};
