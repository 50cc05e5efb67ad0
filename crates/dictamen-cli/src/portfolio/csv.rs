//! Characteristics as a CSV file.

use std::{
    fs::File,
    path::{Path, PathBuf},
};

use csv::{Reader, ReaderBuilder, StringRecord};
use dictamen_lab::simulate::{
    Study,
    columns::{Cells, Columns, Told},
};

use super::source::{Piece, Position, Rows, unreadable, wrong_columns};
use crate::exit::{Exit, Failure};

/// Records of a piece.
const PIECE: usize = 1024;

pub(super) struct CsvRows {
    path: PathBuf,
    reader: Reader<File>,
    columns: Columns,
    size: Option<u64>,
}

impl CsvRows {
    pub(super) fn open(
        path: &Path,
        study: &Study<'_>,
        told: Told<'_>,
        from: &Position,
    ) -> Result<Self, Failure> {
        let file = File::open(path).map_err(|error| unreadable(path, &error))?;
        let size = file.metadata().ok().map(|metadata| metadata.len());
        let mut reader = ReaderBuilder::new().flexible(true).from_reader(file);
        let headers = reader.headers().map_err(|error| wrong(path, &error))?;
        let names = headers.iter().map(|name| {
            // Spreadsheets begin a file with a mark that says how it is written.
            (name.trim_start_matches('\u{feff}').to_owned(), Cells::Texts)
        });
        let names = names.collect::<Vec<_>>();
        let columns = Columns::new(&names, study.needed(), study.groupings(), told)
            .map_err(|problems| wrong_columns(path, &problems))?;
        if from.bytes > 0 {
            let mut position = csv::Position::new();
            position.set_byte(from.bytes).set_line(from.rows);
            reader.seek(position).map_err(|error| wrong(path, &error))?;
        }
        Ok(Self {
            path: path.to_owned(),
            reader,
            columns,
            size,
        })
    }

    pub(super) fn columns(&self) -> &Columns {
        &self.columns
    }

    pub(super) fn size(&self) -> Option<u64> {
        self.size
    }

    pub(super) fn pull(&mut self) -> Result<Option<Piece>, Failure> {
        let mut records = Vec::with_capacity(PIECE);
        while records.len() < PIECE {
            let mut record = StringRecord::new();
            let line = self.reader.position().line();
            match self.reader.read_record(&mut record) {
                Ok(false) => break,
                Ok(true) => {
                    let line = record.position().map_or(line, csv::Position::line);
                    records.push((line, Ok(record)));
                }
                Err(error) if error.is_io_error() => return Err(wrong(&self.path, &error)),
                Err(error) => {
                    let line = error.position().map_or(line, csv::Position::line);
                    // What the library says may repeat what is in the row.
                    let message = match error.kind() {
                        csv::ErrorKind::Utf8 { .. } => "the row is not UTF-8",
                        _ => "the row cannot be read",
                    };
                    records.push((line, Err(message.to_owned())));
                }
            }
        }
        let Some(first) = records.first().map(|(line, _)| *line) else {
            return Ok(None);
        };
        let position = self.reader.position();
        Ok(Some(Piece {
            rows: Rows::Records(records),
            first,
            after: Position {
                bytes: position.byte(),
                rows: position.line(),
                cursor: None,
            },
        }))
    }
}

fn wrong(path: &Path, error: &csv::Error) -> Failure {
    if error.is_io_error() {
        return unreadable(path, error);
    }
    Failure::new(
        Exit::Invalid,
        format!("`{}` is no CSV file with a header", path.display()),
    )
}
