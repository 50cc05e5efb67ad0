//! `dictamen log export`: the log for other programs. Nothing personal leaves it this way.

use std::{
    fs::File,
    io::{BufWriter, Write},
};

use dictamen_store::{Entry, ParquetError, StoreError, Table};

use crate::{
    args::{ExportArgs, ExportFormat},
    exit::{Exit, Failure},
    store,
};

pub(super) async fn run(args: &ExportArgs, out: &mut dyn Write) -> Result<Exit, Failure> {
    let log = store::reading(&args.store)?;
    match (args.format, &args.output) {
        (ExportFormat::Ndjson, None) => {
            log.entries(|entry| line(out, &entry)).await?;
        }
        (ExportFormat::Ndjson, Some(path)) => {
            let mut file = BufWriter::new(create(path)?);
            log.entries(|entry| line(&mut file, &entry)).await?;
            file.flush()?;
        }
        (ExportFormat::Parquet, Some(path)) => {
            let mut table = Table::new(create(path)?)?;
            log.entries(|entry| table.push(entry)).await?;
            table.finish()?;
        }
        (ExportFormat::Parquet, None) => {
            return Err(Failure::new(Exit::Usage, "a Parquet table needs a file")
                .help("give --output decisions.parquet"));
        }
    }
    Ok(Exit::Done)
}

fn line(out: &mut dyn Write, entry: &Entry) -> Result<(), Failure> {
    writeln!(out, "{}", entry.json()?)?;
    Ok(())
}

fn create(path: &std::path::Path) -> Result<File, Failure> {
    File::create(path).map_err(|error| {
        Failure::new(
            Exit::Failed,
            format!("cannot write `{}`: {error}", path.display()),
        )
    })
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        store::failure(error)
    }
}

impl From<ParquetError> for Failure {
    fn from(error: ParquetError) -> Self {
        Self::new(Exit::Failed, error.to_string())
    }
}
