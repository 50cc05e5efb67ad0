//! Where rows come from, in pieces that are cut in the same way whoever asks for them.

use std::{
    fmt::Write as _,
    path::{Path, PathBuf},
};

use chrono::NaiveDate;
use dictamen_lab::simulate::{
    Part, RowProblem, Study, Worker,
    columns::{Cell, ColumnProblem, Columns, Told},
};
use dictamen_model::{Parameters, characteristic::Value};
use serde::{Deserialize, Serialize};

use super::{
    csv::CsvRows,
    lines::{Lines, TOO_LONG},
    log::LogRows,
    parquet::ParquetRows,
    rejects::Rejects,
};
use crate::{
    args::{InputFormat, PortfolioArgs},
    exit::{Exit, Failure},
};

/// Where a run goes on.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Position {
    /// Bytes that were read of a file of lines.
    pub(super) bytes: u64,
    /// Lines or rows that were read.
    pub(super) rows: u64,
    /// Where a log goes on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) cursor: Option<String>,
}

/// A few rows that follow each other.
pub(super) struct Piece {
    pub(super) rows: Rows,
    /// Number of the first.
    pub(super) first: u64,
    /// Where the next piece begins.
    pub(super) after: Position,
}

pub(super) enum Rows {
    /// Lines, each ended by a line feed but perhaps the last; numbers of those that were too long.
    Lines(Vec<u8>, Vec<u64>),
    /// Records of a CSV file with the lines they begin on, or what is wrong with them.
    Records(Vec<(u64, Result<::csv::StringRecord, String>)>),
    /// Columns of a table; none where a column is not looked at.
    Columns(Vec<Option<std::vec::IntoIter<Value>>>, u64),
    /// Requests of a log with the day they were decided as of and what was decided.
    Logged(Vec<LoggedRow>),
}

/// A decision of a log.
pub(super) struct LoggedRow {
    pub(super) as_of: NaiveDate,
    pub(super) outcome: String,
    pub(super) version: String,
    /// The request; none when it was destroyed.
    pub(super) request: Option<Vec<u8>>,
}

/// Where rows come from.
pub(super) enum Source {
    Lines(Lines),
    Csv(CsvRows),
    Parquet(ParquetRows),
    Log(LogRows),
}

/// What stands for standard input.
const STDIN: &str = "-";

impl Source {
    /// Opens what the arguments name, from the beginning or where a run goes on.
    pub(super) fn open(
        args: &PortfolioArgs,
        study: &Study<'_>,
        from: &Position,
    ) -> Result<Self, Failure> {
        let Some(path) = &args.input else {
            return LogRows::open(args, study.policy().id(), from).map(Self::Log);
        };
        let told = Told {
            ignored: &args.ignore,
            absent: &args.absent,
        };
        match format(args, path)? {
            InputFormat::Ndjson if path == Path::new(STDIN) => Ok(Self::Lines(Lines::stdin())),
            InputFormat::Ndjson => Lines::open(path, from).map(Self::Lines),
            InputFormat::Csv => CsvRows::open(path, study, told, from).map(Self::Csv),
            InputFormat::Parquet => ParquetRows::open(path, study, told, from).map(Self::Parquet),
        }
    }

    /// The next piece; `None` behind the last.
    pub(super) fn pull(&mut self) -> Result<Option<Piece>, Failure> {
        match self {
            Self::Lines(lines) => lines.pull(),
            Self::Csv(rows) => rows.pull(),
            Self::Parquet(rows) => rows.pull(),
            Self::Log(rows) => rows.pull(),
        }
    }

    /// How much there is, in what progress is measured in; where that is known.
    pub(super) fn size(&self) -> Option<u64> {
        match self {
            Self::Lines(lines) => lines.size(),
            Self::Csv(rows) => rows.size(),
            Self::Parquet(rows) => Some(rows.size()),
            Self::Log(_) => None,
        }
    }

    /// The columns, where there are some.
    pub(super) fn columns(&self) -> Option<Columns> {
        match self {
            Self::Csv(rows) => Some(rows.columns().clone()),
            Self::Parquet(rows) => Some(rows.columns().clone()),
            Self::Lines(_) | Self::Log(_) => None,
        }
    }
}

/// Whether rows come from standard input, which cannot be read twice.
pub(super) fn is_stdin(args: &PortfolioArgs) -> bool {
    args.input.as_deref() == Some(Path::new(STDIN))
}

fn format(args: &PortfolioArgs, path: &Path) -> Result<InputFormat, Failure> {
    if path == Path::new(STDIN) {
        return match args.input_format {
            None | Some(InputFormat::Ndjson) => Ok(InputFormat::Ndjson),
            Some(_) => Err(Failure::new(
                Exit::Usage,
                "standard input is read as requests on lines",
            )
            .help("tables need a file: --input FILE")),
        };
    }
    if let Some(format) = args.input_format {
        return Ok(format);
    }
    let ending = path.extension().and_then(|ending| ending.to_str());
    match ending.map(str::to_lowercase).as_deref() {
        Some("ndjson" | "jsonl" | "json") => Ok(InputFormat::Ndjson),
        Some("csv") => Ok(InputFormat::Csv),
        Some("parquet" | "pq") => Ok(InputFormat::Parquet),
        _ => Err(Failure::new(
            Exit::Usage,
            format!(
                "what `{}` holds cannot be told from its name",
                path.display()
            ),
        )
        .help("give --input-format ndjson, csv or parquet")),
    }
}

/// What is wrong with columns, all of it.
pub(super) fn wrong_columns(path: &Path, problems: &[ColumnProblem]) -> Failure {
    let mut message = format!("the columns of `{}` do not fit", path.display());
    for problem in problems {
        // Writing to a String cannot fail.
        let _ = write!(message, "\n  error[{}]: {}", problem.code, problem.message);
        if let Some(help) = &problem.help {
            let _ = write!(message, "\n    help: {help}");
        }
    }
    Failure::new(Exit::Invalid, message)
}

pub(super) fn unreadable(path: &Path, error: &dyn std::fmt::Display) -> Failure {
    Failure::new(
        Exit::Failed,
        format!("cannot read `{}`: {error}", path.display()),
    )
}

/// Where rejected rows go unless it is said.
pub(super) fn rejected_path(args: &PortfolioArgs) -> PathBuf {
    if let Some(path) = &args.rejected {
        return path.clone();
    }
    match &args.input {
        Some(path) if path != Path::new(STDIN) => {
            let mut name = path.clone().into_os_string();
            name.push(".rejected.ndjson");
            name.into()
        }
        _ => PathBuf::from("rejected.ndjson"),
    }
}

/// Takes a piece through.
pub(super) fn work(
    piece: Piece,
    worker: &mut Worker<'_>,
    columns: Option<&Columns>,
    as_of: NaiveDate,
    parameters: &Parameters,
    rejects: &mut Rejects,
) -> Part {
    let mut part = Part::default();
    match piece.rows {
        Rows::Lines(bytes, too_long) => {
            let mut rest = bytes.as_slice();
            let mut number = piece.first;
            while !rest.is_empty() {
                let end = rest.iter().position(|byte| *byte == b'\n');
                let (line, behind) = match end {
                    Some(end) => (rest.get(..end), rest.get(end.saturating_add(1)..)),
                    None => (Some(rest), None),
                };
                let line = line.unwrap_or_default();
                if too_long.contains(&number) {
                    let problem = problem(number, "row::too-long", TOO_LONG);
                    worker.take(number, Err(vec![problem]), &mut part);
                } else {
                    worker.line(number, line, as_of, parameters, &mut part);
                }
                rejects.line(&mut part, line);
                rest = behind.unwrap_or_default();
                number = number.saturating_add(1);
            }
        }
        Rows::Records(records) => {
            for (line, record) in records {
                let row = match (&record, columns) {
                    (Ok(record), Some(columns)) => columns.row(line, record.iter().map(Cell::Text)),
                    (Err(message), _) => Err(vec![problem(line, "row::unreadable", message)]),
                    (_, None) => continue,
                };
                worker.take(line, row, &mut part);
                rejects.record(&mut part, record.ok().as_ref());
            }
        }
        Rows::Columns(mut cells, rows) => {
            for at in 0..rows {
                let number = piece.first.saturating_add(at);
                // Every column is gone on with, whatever becomes of the row.
                let cells = cells.iter_mut().map(|column| {
                    let value = column.as_mut().and_then(Iterator::next);
                    Cell::Value(value.unwrap_or(Value::Missing))
                });
                let cells: Vec<Cell<'_>> = cells.collect();
                if let Some(columns) = columns {
                    worker.take(number, columns.row(number, cells), &mut part);
                    rejects.row(&mut part);
                }
            }
        }
        Rows::Logged(rows) => {
            for (row, number) in rows.into_iter().zip(piece.first..) {
                let read = match &row.request {
                    Some(request) => {
                        dictamen_lab::simulate::Row::read(number, request, row.as_of, parameters)
                    }
                    None => Err(vec![problem(
                        number,
                        "log::erased",
                        "the request was destroyed",
                    )]),
                };
                let read = read.map(|mut read| {
                    read.segments
                        .insert("logged_outcome".to_owned(), row.outcome);
                    read.segments
                        .insert("logged_version".to_owned(), row.version);
                    read
                });
                worker.take(number, read, &mut part);
                rejects.row(&mut part);
            }
        }
    }
    part
}

fn problem(row: u64, code: &str, message: &str) -> RowProblem {
    RowProblem {
        row,
        code: code.to_owned(),
        at: String::new(),
        message: message.to_owned(),
        help: None,
    }
}
