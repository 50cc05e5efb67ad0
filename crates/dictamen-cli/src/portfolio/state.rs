//! Where an interrupted run goes on: how far it was, and everything it had counted.
//!
//! Written beside and moved into its place, so that whatever interrupts the run leaves the last whole
//! one.

use std::{
    fs,
    io::ErrorKind,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use chrono::NaiveDate;
use dictamen_lab::simulate::Tally;
use serde::{Deserialize, Serialize};

use super::{output::unwritable, source::Position};
use crate::exit::{Exit, Failure};

/// How often it is written.
const EVERY: Duration = Duration::from_millis(500);

/// How far a run is.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Saved {
    /// What is asked, of what: a run goes on only with the same.
    pub(super) of: String,
    /// The day requests were decided as of that name none.
    pub(super) as_of: NaiveDate,
    pub(super) position: Position,
    /// Bytes of the file of rows, and of that of rejected rows.
    pub(super) written: (u64, u64),
    pub(super) tally: Tally,
}

pub(super) struct State {
    path: PathBuf,
    written: Option<Instant>,
}

impl State {
    /// What was saved, when it is of the same run.
    pub(super) fn open(path: &Path, of: &str) -> Result<(Self, Option<Saved>), Failure> {
        let state = Self {
            path: path.to_owned(),
            written: Some(Instant::now()),
        };
        let bytes = match fs::read(path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok((state, None)),
            Err(error) => return Err(super::source::unreadable(path, &error)),
        };
        let refused = |message: &str| {
            Failure::new(Exit::Usage, format!("`{}` {message}", path.display()))
                .help("give another --state, or remove the file to begin anew")
        };
        let saved: Saved = serde_json::from_slice(&bytes)
            .map_err(|_| refused("is no state of a run of this version"))?;
        if saved.of != of {
            return Err(refused(
                "is of another run: policy, rows or what is asked of them differ",
            ));
        }
        Ok((state, Some(saved)))
    }

    /// Whether it is time to write it again.
    pub(super) fn is_due(&self) -> bool {
        self.written
            .is_none_or(|written| written.elapsed() >= EVERY)
    }

    pub(super) fn save(&mut self, saved: &Saved) -> Result<(), Failure> {
        let mut beside = self.path.clone().into_os_string();
        beside.push(".new");
        let beside = PathBuf::from(beside);
        let bytes = serde_json::to_vec(saved).map_err(|error| unwritable(&self.path, &error))?;
        fs::write(&beside, bytes)
            .and_then(|()| fs::rename(&beside, &self.path))
            .map_err(|error| unwritable(&self.path, &error))?;
        self.written = Some(Instant::now());
        Ok(())
    }

    /// The run is done.
    pub(super) fn finish(self) -> Result<(), Failure> {
        match fs::remove_file(&self.path) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                Err(unwritable(&self.path, &error))
            }
            _ => Ok(()),
        }
    }
}
