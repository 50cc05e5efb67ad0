//! What the command is configured by: flags over environment over file over defaults.
//!
//! Whatever `dictamen serve` takes as a flag with a variable of the environment can also stand in
//! `dictamen.toml`, under the flag's name with underscores. What the file says is handed to the
//! command line's own parser as if it were a flag, so that there is one reading of each value and
//! one message for what is wrong with it. Secrets are never in the file; a variable or key of the
//! same name that ends in `_FILE` (or `_file`) says which file they are in.

mod file;

use std::{
    collections::BTreeMap,
    ffi::{OsStr, OsString},
    path::{Path, PathBuf},
};

use clap::{ArgAction, ArgMatches, CommandFactory as _, FromArgMatches as _, parser::ValueSource};

use crate::{
    args::Args,
    exit::{Exit, Failure},
};

/// The file that is read when none is named and it is there.
const FILE: &str = "dictamen.toml";

/// Something that can be configured, from the flags of `serve`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Key {
    /// Its name in the file.
    pub(crate) name: String,
    /// The parser's name for it.
    id: String,
    /// The flag, without its dashes.
    flag: String,
    /// The variable of the environment.
    pub(crate) variable: String,
    /// Whether its value is to be shown nowhere.
    pub(crate) secret: bool,
    /// Whether the flag takes no value.
    is_switch: bool,
}

/// Where a value comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Origin {
    /// A flag.
    Flag,
    /// A variable of the environment.
    Environment(String),
    /// A line of the configuration file.
    File(PathBuf, usize),
    /// Nobody said anything.
    Default,
}

/// What is in force, and why.
#[derive(Debug)]
pub(crate) struct InForce {
    /// Every key with the values in force, as texts, and their origin. A secret has no text.
    pub(crate) keys: Vec<(Key, Vec<String>, Origin)>,
}

/// Why there is nothing to run.
#[derive(Debug)]
pub(crate) enum Refused {
    /// The command line: what is wrong, or the help asked for.
    Line(clap::Error),
    /// The file, or a file of a secret.
    File(Failure),
}

impl From<clap::Error> for Refused {
    fn from(error: clap::Error) -> Self {
        Self::Line(error)
    }
}

/// Everything that can be configured.
fn keys() -> Vec<Key> {
    let command = Args::command();
    let serve = command.find_subcommand("serve");
    let flags = serve.into_iter().flat_map(clap::Command::get_arguments);
    flags
        .filter_map(|flag| {
            let long = flag.get_long()?;
            Some(Key {
                name: long.replace('-', "_"),
                id: flag.get_id().to_string(),
                flag: long.to_owned(),
                variable: flag.get_env()?.to_str()?.to_owned(),
                secret: flag.is_hide_env_values_set(),
                is_switch: matches!(flag.get_action(), ArgAction::SetTrue),
            })
        })
        .collect()
}

/// The command line with what environment and file add to it.
pub(crate) fn parse(line: &[OsString]) -> Result<(Args, InForce), Refused> {
    let matches = Args::command().try_get_matches_from(line)?;
    let (command, asked) = deepest(&matches);
    let known: Vec<Key> = keys()
        .into_iter()
        .filter(|key| takes(&command, key))
        .collect();
    if known.is_empty() {
        let args = Args::from_arg_matches(&matches)?;
        return Ok((args, InForce { keys: Vec::new() }));
    }
    let path = named(&matches);
    let written = match &path {
        Some(path) => file::read(path, &keys()).map_err(Refused::File)?,
        None => BTreeMap::new(),
    };
    let path = path.unwrap_or_else(|| FILE.into());
    let mut more: Vec<OsString> = Vec::new();
    let mut origins: BTreeMap<&str, Origin> = BTreeMap::new();
    for key in &known {
        let origin = match asked.value_source(&key.id) {
            Some(ValueSource::CommandLine) => Origin::Flag,
            Some(ValueSource::EnvVariable) => {
                alone(key).map_err(Refused::File)?;
                Origin::Environment(key.variable.clone())
            }
            _ => match elsewhere(key, &written, &path).map_err(Refused::File)? {
                Some((values, origin)) => {
                    more.extend(values.into_iter().filter_map(|value| flag(key, &value)));
                    origin
                }
                None => Origin::Default,
            },
        };
        origins.insert(&key.name, origin);
    }
    let matches = if more.is_empty() {
        matches
    } else {
        let end = line.iter().position(|word| word == "--");
        let (front, back) = line.split_at(end.unwrap_or(line.len()));
        let whole = front.iter().chain(&more).chain(back);
        // The line alone was good: what is wrong now is what was added.
        Args::command()
            .try_get_matches_from(whole)
            .map_err(|error| Refused::File(in_file(&error, &path)))?
    };
    let (_, asked) = deepest(&matches);
    let in_force = known.iter().map(|key| {
        let values = asked.get_raw(&key.id).into_iter().flatten();
        let shown = values.map(|value| value.to_string_lossy().into_owned());
        let origin = origins.remove(key.name.as_str());
        let values = if key.secret {
            shown.map(|_| String::new()).collect()
        } else {
            shown.collect()
        };
        (key.clone(), values, origin.unwrap_or(Origin::Default))
    });
    let in_force = in_force.collect();
    let args = Args::from_arg_matches(&matches)?;
    Ok((args, InForce { keys: in_force }))
}

/// The command that is run, by its names, and what was given to it.
fn deepest(matches: &ArgMatches) -> (clap::Command, &ArgMatches) {
    let (mut command, mut matches) = (Args::command(), matches);
    while let Some((name, inner)) = matches.subcommand() {
        let Some(found) = command.find_subcommand(name) else {
            break;
        };
        command = found.clone();
        matches = inner;
    }
    (command, matches)
}

fn takes(command: &clap::Command, key: &Key) -> bool {
    command.get_arguments().any(|flag| {
        flag.get_id() == key.id.as_str() && flag.get_env() == Some(OsStr::new(&key.variable))
    })
}

/// The file to read: the one named, or the one that is there.
fn named(matches: &ArgMatches) -> Option<PathBuf> {
    let (_, asked) = deepest(matches);
    let named = asked.try_get_one::<PathBuf>("config").ok().flatten();
    named
        .cloned()
        .or_else(|| Path::new(FILE).is_file().then(|| FILE.into()))
}

/// The variable that names the file of a secret.
fn file_variable(key: &Key) -> String {
    format!("{}_FILE", key.variable)
}

fn alone(key: &Key) -> Result<(), Failure> {
    let other = file_variable(key);
    if key.secret && std::env::var_os(&other).is_some() {
        let both = format!("both `{}` and `{other}` are set", key.variable);
        return Err(Failure::new(Exit::Usage, both).help("set one of them"));
    }
    Ok(())
}

/// What neither the line nor a variable says: the file's values, or a secret from a file of its
/// own.
fn elsewhere(
    key: &Key,
    written: &BTreeMap<String, file::Written>,
    path: &Path,
) -> Result<Option<(Vec<String>, Origin)>, Failure> {
    let variable = file_variable(key);
    if key.secret
        && let Some(named) = std::env::var_os(&variable)
    {
        let secret = secret(Path::new(&named), &format!("`{variable}`"))?;
        return Ok(Some((vec![secret], Origin::Environment(variable))));
    }
    let Some(found) = written.get(&key.name) else {
        return Ok(None);
    };
    let origin = Origin::File(path.to_owned(), found.line);
    if !key.secret {
        return Ok(Some((found.values.clone(), origin)));
    }
    let mut secrets = Vec::new();
    for named in &found.values {
        let said = format!("`{}_file` of `{}`", key.name, path.display());
        secrets.push(secret(Path::new(named), &said)?);
    }
    Ok(Some((secrets, origin)))
}

/// What is in the file of a secret, without the line's end.
fn secret(path: &Path, said: &str) -> Result<String, Failure> {
    let text = std::fs::read_to_string(path).map_err(|error| {
        let why = format!("cannot read `{}`, named by {said}: {error}", path.display());
        Failure::new(Exit::Failed, why).help("it is to be readable by the user of this process")
    })?;
    let text = text.trim_end_matches(['\r', '\n']);
    if text.is_empty() {
        let why = format!("`{}`, named by {said}, is empty", path.display());
        return Err(Failure::new(Exit::Failed, why));
    }
    Ok(text.to_owned())
}

fn flag(key: &Key, value: &str) -> Option<OsString> {
    if key.is_switch {
        return (value == "true").then(|| format!("--{}", key.flag).into());
    }
    Some(format!("--{}={value}", key.flag).into())
}

/// What the parser said of a value that came from a file. Only its first lines: the rest tells
/// how to use the command line.
fn in_file(error: &clap::Error, path: &Path) -> Failure {
    let text = error.to_string();
    let said = text.split("\n\n").next().unwrap_or_default();
    let said = said.trim_start_matches("error: ").trim_end();
    Failure::new(Exit::Usage, said).help(format!("the value is in `{}`", path.display()))
}

/// Variables that look like ours and are not, with the nearest that is.
pub(crate) fn misspelt() -> Vec<(String, String)> {
    let known: Vec<String> = keys()
        .iter()
        .flat_map(|key| [key.variable.clone(), file_variable(key)])
        .chain(["DICTAMEN_CONFIG".to_owned()])
        .collect();
    let bare = |name: &str| name.strip_prefix("DICTAMEN_").map(str::to_owned);
    let names: Vec<String> = known.iter().filter_map(|name| bare(name)).collect();
    std::env::vars_os()
        .filter_map(|(name, _)| name.into_string().ok())
        .filter(|name| !known.contains(name))
        .filter_map(|name| {
            let own = bare(&name)?;
            let near = dictamen_model::suggest::nearest(&own, names.iter().map(String::as_str))?;
            Some((name, format!("DICTAMEN_{near}")))
        })
        .collect()
}
