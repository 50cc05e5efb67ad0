//! Requests on lines.

use std::{
    fs::File,
    io::{self, BufRead, BufReader, Read as _, Seek as _, SeekFrom},
    path::{Path, PathBuf},
};

use super::source::{Piece, Position, Rows, unreadable};
use crate::exit::Failure;

/// Bytes of a piece, after which it ends with the line.
const PIECE: usize = 256 * 1024;
/// A line is cut off here; a record with everything Belvo knows, PDF included, is well below.
const LONGEST: u64 = 32 * 1024 * 1024;
/// What is said of a longer one.
pub(super) const TOO_LONG: &str = "the line is longer than 32 MiB";

/// A file of lines, or standard input.
pub(super) struct Lines {
    path: PathBuf,
    read: Box<dyn BufRead + Send>,
    at: Position,
    size: Option<u64>,
}

impl Lines {
    pub(super) fn open(path: &Path, from: &Position) -> Result<Self, Failure> {
        let open = || {
            let mut file = File::open(path)?;
            let size = file.metadata()?.len();
            file.seek(SeekFrom::Start(from.bytes))?;
            Ok((file, size))
        };
        let (file, size) = open().map_err(|error: io::Error| unreadable(path, &error))?;
        Ok(Self {
            path: path.to_owned(),
            read: Box::new(BufReader::with_capacity(PIECE, file)),
            at: from.clone(),
            size: Some(size),
        })
    }

    pub(super) fn stdin() -> Self {
        Self {
            path: "-".into(),
            read: Box::new(BufReader::with_capacity(PIECE, io::stdin())),
            at: Position::default(),
            size: None,
        }
    }

    pub(super) fn size(&self) -> Option<u64> {
        self.size
    }

    pub(super) fn pull(&mut self) -> Result<Option<Piece>, Failure> {
        let first = self.at.rows.saturating_add(1);
        let (mut bytes, mut too_long) = (Vec::with_capacity(PIECE), Vec::new());
        while bytes.len() < PIECE {
            let begun = bytes.len();
            let read = self
                .line(&mut bytes)
                .map_err(|error| unreadable(&self.path, &error))?;
            if read == 0 {
                break;
            }
            self.at.bytes = self.at.bytes.saturating_add(read);
            self.at.rows = self.at.rows.saturating_add(1);
            if read > LONGEST {
                bytes.truncate(begun);
                bytes.push(b'\n');
                too_long.push(self.at.rows);
            }
        }
        if bytes.is_empty() {
            return Ok(None);
        }
        Ok(Some(Piece {
            rows: Rows::Lines(bytes, too_long),
            first,
            after: self.at.clone(),
        }))
    }

    /// Appends a line with its line feed, up to where it is too long, and says how long it is.
    fn line(&mut self, bytes: &mut Vec<u8>) -> io::Result<u64> {
        let mut limited = (&mut self.read).take(LONGEST.saturating_add(1));
        let read = u64::try_from(limited.read_until(b'\n', bytes)?).unwrap_or(u64::MAX);
        if read <= LONGEST || bytes.last() == Some(&b'\n') {
            return Ok(read);
        }
        let mut all = read;
        loop {
            let ahead = self.read.fill_buf()?;
            let end = ahead.iter().position(|byte| *byte == b'\n');
            let (taken, ended) = match end {
                Some(end) => (end.saturating_add(1), true),
                None => (ahead.len(), ahead.is_empty()),
            };
            self.read.consume(taken);
            all = all.saturating_add(u64::try_from(taken).unwrap_or(0));
            if ended {
                return Ok(all);
            }
        }
    }
}
