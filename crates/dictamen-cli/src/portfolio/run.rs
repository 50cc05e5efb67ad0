//! A run: rows in, what becomes of them out, in order and as far as it goes.

use std::{
    fmt::Write as _,
    fs::File,
    io::{Read as _, Seek as _, SeekFrom, Write as _},
    num::NonZeroUsize,
    path::{Path, PathBuf},
    thread,
};

use chrono::NaiveDate;
use dictamen_lab::simulate::{By, Part, Study, Tally, out::Decided, stream};
use dictamen_model::Parameters;
use dictamen_server::clock::Clock;
use sha2::{Digest as _, Sha256};

use super::{
    output::{self, Output, unwritable},
    progress::Progress,
    rejects::Rejects,
    source::{self, Position, Source},
    state::{Saved, State},
};
use crate::{
    args::PortfolioArgs,
    exit::{Exit, Failure},
};

/// Bytes at the beginning of the rows that a run must find again to go on.
const HEAD: u64 = 64 * 1024;

/// What a run came to.
pub(crate) struct Done {
    pub(crate) tally: Tally,
    /// Where rejected rows are; none when there are none.
    pub(crate) rejected: Option<PathBuf>,
}

/// What a piece came to.
struct Worked {
    part: Part,
    rows: Vec<Decided>,
    text: Vec<u8>,
    rejects: Vec<u8>,
    after: Position,
}

/// Adds what the arguments ask for to a study.
pub(crate) fn settle<'p>(args: &PortfolioArgs, study: Study<'p>) -> Result<Study<'p>, Failure> {
    let declaration = study.policy().declaration();
    let by: Result<Vec<By>, _> = args
        .by
        .iter()
        .map(|name| By::parse(name, declaration))
        .collect();
    let by = by.map_err(|error| {
        Failure::new(Exit::Usage, error.to_string())
            .help("group by a code, by yes or no, or by a column of your own")
    })?;
    Ok(study.by(by).with_rows(args.output.is_some()))
}

/// Takes everything through.
pub(crate) fn run(
    args: &PortfolioArgs,
    study: &Study<'_>,
    parameters: &Parameters,
    err: &mut dyn std::io::Write,
) -> Result<Done, Failure> {
    let form = args.output.as_deref().map(output::form).transpose()?;
    let (mut state, saved) = match &args.state {
        Some(path) => {
            resumable(args, form)?;
            let (state, saved) = State::open(path, &of(args, study, parameters)?)?;
            (Some(state), saved)
        }
        None => (None, None),
    };
    let resumed = saved.is_some();
    let mut saved = saved.unwrap_or_else(|| Saved {
        as_of: args.as_of.unwrap_or_else(|| Clock::System.today()),
        ..Saved::default()
    });
    // A run that goes on after midnight goes on as of the day it began.
    let as_of = saved.as_of;
    if resumed {
        writeln!(err, "going on behind row {}", saved.position.rows)?;
    }
    let mut source = Source::open(args, study, &saved.position)?;
    let columns = source.columns();
    let compared = study.second().is_some();
    let from = |bytes: u64| resumed.then_some(bytes);
    let output = args.output.as_deref();
    let mut output = output
        .map(|path| Output::open(path, compared, from(saved.written.0)))
        .transpose()?;
    let mut rejects = RejectFile::open(source::rejected_path(args), from(saved.written.1))?;
    let measure = |position: &Position| {
        if position.bytes > 0 {
            position.bytes
        } else {
            position.rows
        }
    };
    let size = source.size();
    let mut progress = Progress::new(measure(&saved.position), size, saved.tally.whole.rows);
    if state.is_some() {
        saved.of = of(args, study, parameters)?;
    }
    let jobs = args.jobs.or_else(|| thread::available_parallelism().ok());
    stream::run(
        jobs.map_or(1, NonZeroUsize::get),
        || source.pull(),
        || {
            let mut worker = study.worker();
            let columns = columns.as_ref();
            move |piece: source::Piece| {
                let after = piece.after.clone();
                let mut rejects = Rejects::default();
                let mut part =
                    source::work(piece, &mut worker, columns, as_of, parameters, &mut rejects);
                let rows = std::mem::take(&mut part.rows);
                let text = form
                    .map(|form| output::text(&rows, form))
                    .unwrap_or_default();
                Worked {
                    part,
                    rows,
                    text,
                    rejects: rejects.text,
                    after,
                }
            }
        },
        |worked: Worked| {
            saved.tally.add(worked.part.tally);
            saved.position = worked.after;
            if let Some(output) = &mut output {
                output.write(&worked.text, worked.rows)?;
            }
            rejects.write(&worked.rejects)?;
            progress.tell(saved.tally.whole.rows, measure(&saved.position));
            if let Some(state) = state.as_mut().filter(|state| state.is_due()) {
                let rows = output.as_mut().map_or(Ok(0), Output::flush)?;
                saved.written = (rows, rejects.bytes);
                state.save(&saved)?;
            }
            Ok::<(), Failure>(())
        },
    )?;
    progress.clear();
    if let Some(output) = output {
        output.finish()?;
    }
    if let Some(state) = state {
        state.finish()?;
    }
    unknown_groups(study, &saved.tally, err)?;
    Ok(Done {
        tally: saved.tally,
        rejected: (rejects.bytes > 0).then_some(rejects.path),
    })
}

/// Says which columns no row had.
fn unknown_groups(
    study: &Study<'_>,
    tally: &Tally,
    err: &mut dyn std::io::Write,
) -> Result<(), Failure> {
    for by in study.groupings().iter().filter(|by| by.is_segment()) {
        if tally.whole.rows > 0 && !tally.names.contains(by.name()) {
            let names = tally.names.iter().map(String::as_str);
            let help = dictamen_model::suggest::help(by.name(), names);
            let help = help.map_or_else(String::new, |help| format!("; {help}"));
            writeln!(err, "warning: no row has a segment `{}`{help}", by.name())?;
        }
    }
    Ok(())
}

fn resumable(args: &PortfolioArgs, form: Option<output::Form>) -> Result<(), Failure> {
    if source::is_stdin(args) {
        return Err(
            Failure::new(Exit::Usage, "standard input cannot be gone on with")
                .help("write it to a file first, or leave --state out"),
        );
    }
    if form == Some(output::Form::Parquet) {
        return Err(
            Failure::new(Exit::Usage, "a Parquet file cannot be gone on with")
                .help("with --state, write rows to .ndjson or .csv"),
        );
    }
    Ok(())
}

/// What a run asks, of what: a text that is another one when either differs.
fn of(args: &PortfolioArgs, study: &Study<'_>, parameters: &Parameters) -> Result<String, Failure> {
    let mut hasher = Sha256::new();
    let mut part = |text: &str| {
        hasher.update(text.len().to_le_bytes());
        hasher.update(text.as_bytes());
    };
    part(dictamen_engine::ENGINE_VERSION);
    part(&study.policy().stamp().hash);
    part(
        study
            .second()
            .map_or("", |(policy, _)| &policy.stamp().hash),
    );
    part(parameters.hash());
    for by in study.groupings() {
        part(&format!("{by:?}"));
    }
    for vary in study.thresholds() {
        part(&format!("{vary:?}"));
    }
    for list in [&args.ignore, &args.absent] {
        part(&list.join(","));
    }
    let as_of = args
        .as_of
        .as_ref()
        .map_or_else(String::new, NaiveDate::to_string);
    part(&format!(
        "{as_of} {:?} {:?} {:?}",
        args.input_format, args.output, args.rejected
    ));
    part(&format!("{:?} {:?}", args.input, args.data));
    if let Some(path) = &args.input {
        let mut head = Vec::new();
        let read = File::open(path).and_then(|file| file.take(HEAD).read_to_end(&mut head));
        read.map_err(|error| source::unreadable(path, &error))?;
        hasher.update(&head);
    }
    let mut text = String::new();
    for byte in hasher.finalize() {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    Ok(text)
}

/// The side file of rejected rows, made when there is one.
struct RejectFile {
    path: PathBuf,
    file: Option<File>,
    bytes: u64,
}

impl RejectFile {
    fn open(path: PathBuf, from: Option<u64>) -> Result<Self, Failure> {
        let mut file = None;
        let bytes = from.unwrap_or(0);
        if bytes > 0 {
            file = Some(again(&path, bytes).map_err(|error| unwritable(&path, &error))?);
        }
        Ok(Self { path, file, bytes })
    }

    fn write(&mut self, text: &[u8]) -> Result<(), Failure> {
        if text.is_empty() {
            return Ok(());
        }
        let path = &self.path;
        let mut file = match self.file.take() {
            Some(file) => file,
            None => File::create(path).map_err(|error| unwritable(path, &error))?,
        };
        file.write_all(text)
            .map_err(|error| unwritable(path, &error))?;
        self.bytes = self
            .bytes
            .saturating_add(u64::try_from(text.len()).unwrap_or(0));
        self.file = Some(file);
        Ok(())
    }
}

/// A file to be gone on with behind so many bytes.
fn again(path: &Path, bytes: u64) -> std::io::Result<File> {
    let mut file = File::options().write(true).open(path)?;
    file.set_len(bytes)?;
    file.seek(SeekFrom::End(0))?;
    Ok(file)
}
