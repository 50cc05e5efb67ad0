//! `dictamen doc`.

use std::{fs, io::Write};

use dictamen_engine::words::Language;
use dictamen_lab::document;

use crate::{
    args::{DocArgs, DocFormat, LangArg},
    exit::{Exit, Failure},
    rules,
};

pub(crate) fn run(
    args: &DocArgs,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> Result<Exit, Failure> {
    let dir = &args.rules.rules;
    let (book, loaded) = rules::policy(dir, &args.policy, err)?;
    let set = rules::parameters(&book, dir, err)?;
    let language = match args.lang {
        LangArg::Spanish => Language::Spanish,
        LangArg::English => Language::English,
    };
    let words = loaded.policy.document(&loaded.source, language);
    let text = match args.format {
        DocFormat::Markdown => document::markdown(&words, &set.parameters),
        DocFormat::Html => document::html(&words, &set.parameters),
    };
    match &args.output {
        Some(path) => fs::write(path, text).map_err(|error| {
            let message = format!("cannot write `{}`: {error}", path.display());
            Failure::new(Exit::Failed, message)
        })?,
        None => out.write_all(text.as_bytes())?,
    }
    Ok(Exit::Done)
}
