//! `dictamen log backup`: the whole log in one file, while it is being written.

use std::io::Write;

use crate::{
    args::BackupArgs,
    exit::{Exit, Failure},
    store,
};

pub(crate) async fn run(args: &BackupArgs, out: &mut dyn Write) -> Result<Exit, Failure> {
    if args.store.database_url.is_some() {
        return Err(Failure::new(
            Exit::Usage,
            "a log in PostgreSQL is backed up by PostgreSQL's own tools",
        )
        .help("pg_dump --format=custom --file=dictamen.dump \"$DATABASE_URL\""));
    }
    let reading = store::reading(&args.store)?;
    let bytes = reading.backup(&args.to).await.map_err(store::failure)?;
    writeln!(out, "{} ({bytes} bytes)", args.to.display())?;
    Ok(Exit::Done)
}
