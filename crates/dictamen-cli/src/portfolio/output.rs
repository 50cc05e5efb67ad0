//! What every row got, written as it is decided: NDJSON, CSV or Parquet.

use std::{
    fmt::Write as _,
    fs::File,
    io::{BufWriter, Seek as _, SeekFrom, Write as _},
    path::{Path, PathBuf},
    sync::Arc,
};

use dictamen_lab::simulate::out::Decided;
use parquet::{
    basic::Compression,
    column::writer::ColumnWriter,
    data_type::ByteArray,
    errors::ParquetError,
    file::{properties::WriterProperties, writer::SerializedFileWriter},
    schema::parser::parse_message_type,
};

use crate::exit::{Exit, Failure};

/// How rows are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Ndjson,
    Csv,
    Parquet,
}

/// Rows of a row group.
const GROUP: usize = 50_000;

/// By the file's name.
pub(super) fn form(path: &Path) -> Result<Form, Failure> {
    let ending = path.extension().and_then(|ending| ending.to_str());
    match ending.map(str::to_lowercase).as_deref() {
        Some("ndjson" | "jsonl") => Ok(Form::Ndjson),
        Some("csv") => Ok(Form::Csv),
        Some("parquet" | "pq") => Ok(Form::Parquet),
        _ => Err(Failure::new(
            Exit::Usage,
            format!(
                "how `{}` is to be written cannot be told from its name",
                path.display()
            ),
        )
        .help("name it .ndjson, .csv or .parquet")),
    }
}

/// Rows as text, which threads do beside each other; nothing for Parquet.
pub(super) fn text(rows: &[Decided], form: Form) -> Vec<u8> {
    match form {
        Form::Ndjson => {
            let mut out = Vec::new();
            for row in rows {
                // Writing to memory cannot fail, and every key is a text.
                let _ = serde_json::to_writer(&mut out, row);
                out.push(b'\n');
            }
            out
        }
        Form::Csv => {
            let mut writer = csv::Writer::from_writer(Vec::new());
            for row in rows {
                let _ = writer.write_record(row.cells());
            }
            writer.into_inner().unwrap_or_default()
        }
        Form::Parquet => Vec::new(),
    }
}

/// Where rows go.
pub(super) enum Output {
    Text(PathBuf, BufWriter<File>, u64),
    Parquet(PathBuf, Box<SerializedFileWriter<File>>, Vec<Decided>, bool),
}

impl Output {
    /// Begins a file, or goes on behind so many bytes of one.
    pub(super) fn open(path: &Path, compared: bool, from: Option<u64>) -> Result<Self, Failure> {
        let form = form(path)?;
        let file = match from {
            Some(bytes) => File::options().write(true).open(path).and_then(|mut file| {
                file.set_len(bytes)?;
                file.seek(SeekFrom::End(0))?;
                Ok(file)
            }),
            None => File::create(path),
        };
        let file = file.map_err(|error| unwritable(path, &error))?;
        if form == Form::Parquet {
            let writer = begin(file, compared).map_err(|error| unwritable(path, &error))?;
            return Ok(Self::Parquet(
                path.to_owned(),
                Box::new(writer),
                Vec::new(),
                compared,
            ));
        }
        let mut output = Self::Text(path.to_owned(), BufWriter::new(file), from.unwrap_or(0));
        if form == Form::Csv && from.is_none() {
            let mut writer = csv::Writer::from_writer(Vec::new());
            let _ = writer.write_record(Decided::columns(compared));
            output.write(&writer.into_inner().unwrap_or_default(), Vec::new())?;
        }
        Ok(output)
    }

    pub(super) fn write(&mut self, text: &[u8], rows: Vec<Decided>) -> Result<(), Failure> {
        match self {
            Self::Text(path, file, bytes) => {
                file.write_all(text)
                    .map_err(|error| unwritable(path, &error))?;
                *bytes = bytes.saturating_add(u64::try_from(text.len()).unwrap_or(0));
            }
            Self::Parquet(path, writer, waiting, compared) => {
                waiting.extend(rows);
                if waiting.len() >= GROUP {
                    let group = std::mem::take(waiting);
                    write_group(writer, &group, *compared)
                        .map_err(|error| unwritable(path, &error))?;
                }
            }
        }
        Ok(())
    }

    /// Hands everything to the system, and says how many bytes there are.
    pub(super) fn flush(&mut self) -> Result<u64, Failure> {
        match self {
            Self::Text(path, file, bytes) => {
                file.flush().map_err(|error| unwritable(path, &error))?;
                Ok(*bytes)
            }
            Self::Parquet(..) => Ok(0),
        }
    }

    pub(super) fn finish(mut self) -> Result<(), Failure> {
        self.flush()?;
        if let Self::Parquet(path, mut writer, waiting, compared) = self {
            let ended = write_group(&mut writer, &waiting, compared);
            let ended = ended.and_then(|()| writer.close().map(|_| ()));
            ended.map_err(|error| unwritable(&path, &error))?;
        }
        Ok(())
    }
}

pub(super) fn unwritable(path: &Path, error: &dyn std::fmt::Display) -> Failure {
    Failure::new(
        Exit::Failed,
        format!("cannot write `{}`: {error}", path.display()),
    )
}

/// Every column is a text or a number that may be unknown; amounts are decimal texts, as everywhere.
fn begin(file: File, compared: bool) -> Result<SerializedFileWriter<File>, ParquetError> {
    let mut schema = String::from("message decided { REQUIRED INT64 row; ");
    for name in Decided::columns(compared).iter().skip(1) {
        // Writing to a String cannot fail.
        let _ = write!(schema, "OPTIONAL BYTE_ARRAY {name} (STRING); ");
    }
    schema.push('}');
    let schema = Arc::new(parse_message_type(&schema)?);
    let properties = WriterProperties::builder()
        .set_compression(Compression::SNAPPY)
        .build();
    SerializedFileWriter::new(file, schema, Arc::new(properties))
}

fn write_group(
    writer: &mut SerializedFileWriter<File>,
    rows: &[Decided],
    compared: bool,
) -> Result<(), ParquetError> {
    if rows.is_empty() {
        return Ok(());
    }
    let mut cells: Vec<Vec<String>> = Decided::columns(compared)
        .iter()
        .map(|_| Vec::new())
        .collect();
    for row in rows {
        for (column, cell) in cells.iter_mut().zip(row.cells()) {
            column.push(cell);
        }
    }
    let mut group = writer.next_row_group()?;
    let mut cells = cells.into_iter();
    while let Some(mut writer) = group.next_column()? {
        let column = cells.next().unwrap_or_default();
        match writer.untyped() {
            ColumnWriter::Int64ColumnWriter(writer) => {
                let numbers = rows
                    .iter()
                    .map(|row| i64::try_from(row.row).unwrap_or(i64::MAX));
                writer.write_batch(&numbers.collect::<Vec<_>>(), None, None)?;
            }
            ColumnWriter::ByteArrayColumnWriter(writer) => {
                let levels: Vec<i16> = column
                    .iter()
                    .map(|cell| i16::from(!cell.is_empty()))
                    .collect();
                let known = column.into_iter().filter(|cell| !cell.is_empty());
                let texts: Vec<ByteArray> = known
                    .map(|cell| ByteArray::from(cell.into_bytes()))
                    .collect();
                writer.write_batch(&texts, Some(&levels), None)?;
            }
            _ => {}
        }
        writer.close()?;
    }
    group.close()?;
    Ok(())
}
