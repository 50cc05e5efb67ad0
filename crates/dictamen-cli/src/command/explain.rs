//! `dictamen explain`.

use std::{fs, io::Write, path::Path};

use dictamen_engine::words::Language;
use dictamen_lab::{
    explain::{Explanation, explain},
    letter::{self, Letter, TemplateError},
};
use dictamen_server::{answer, rules::LoadedPolicy};

use super::input;
use crate::{
    args::{ExplainArgs, Format, LangArg},
    exit::{Exit, Failure},
    report, rules,
};

pub(crate) fn run(
    args: &ExplainArgs,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> Result<Exit, Failure> {
    let dir = &args.rules.rules;
    let (book, loaded) = rules::policy(dir, &args.policy, err)?;
    let parameters = rules::parameters(&book, dir, err)?;
    let (request, as_of) = input::read(&args.input, err)?;
    let language = match args.lang {
        LangArg::Spanish => Language::Spanish,
        LangArg::English => Language::English,
    };
    let found = explain(
        &loaded.policy,
        &request,
        as_of,
        &parameters.parameters,
        language,
    )
    .map_err(|error| Failure::new(Exit::Invalid, error.to_string()).help(error.help()))?;
    if let Some(path) = &args.letter {
        write_letter(path, args, &loaded, &found, language)?;
    }
    match args.format {
        Format::Json => {
            let bytes = answer::line(&found)
                .map_err(|error| Failure::new(Exit::Failed, error.to_string()))?;
            out.write_all(&bytes)?;
        }
        Format::Human => report::explain::write(out, &found, language)?,
    }
    Ok(Exit::Done)
}

fn write_letter(
    path: &Path,
    args: &ExplainArgs,
    loaded: &LoadedPolicy,
    explanation: &Explanation,
    language: Language,
) -> Result<(), Failure> {
    let (name, template) = template(args, loaded, language)?;
    let written = Letter::new(&template, explanation, language, args.paper.into())
        .map_err(|errors| refused(&name, &errors))?;
    let ending = path.extension().and_then(|ending| ending.to_str());
    let bytes = match ending.map(str::to_ascii_lowercase).as_deref() {
        Some("md") => written.markdown().as_bytes().to_vec(),
        Some("html") => written.html().into_bytes(),
        Some("pdf") => written.pdf(),
        _ => {
            let message = format!("`{}` is no letter", path.display());
            return Err(
                Failure::new(Exit::Usage, message).help("end its name in .md, .html or .pdf")
            );
        }
    };
    fs::write(path, bytes).map_err(|error| {
        Failure::new(
            Exit::Failed,
            format!("cannot write `{}`: {error}", path.display()),
        )
    })
}

/// The template with its name: the one that was given, the policy's own, or the standard one.
fn template(
    args: &ExplainArgs,
    loaded: &LoadedPolicy,
    language: Language,
) -> Result<(String, String), Failure> {
    if let Some(path) = &args.template {
        let name = path.display().to_string();
        let text = fs::read_to_string(path).map_err(|error| {
            Failure::new(Exit::Failed, format!("cannot read `{name}`: {error}"))
        })?;
        return Ok((name, text));
    }
    let file = language.pick(letter::FILE, letter::FILE_EN);
    match loaded.source.get(file) {
        Some(bytes) => {
            let text = String::from_utf8(bytes.to_vec()).map_err(|_| {
                Failure::new(Exit::Invalid, format!("`{file}` is not valid UTF-8 text"))
                    .help("save the file with encoding UTF-8")
            })?;
            Ok((file.to_owned(), text))
        }
        None => Ok((
            "the standard letter".to_owned(),
            letter::standard(language).to_owned(),
        )),
    }
}

fn refused(name: &str, errors: &[TemplateError]) -> Failure {
    let lines: Vec<String> = errors
        .iter()
        .map(|error| match &error.help {
            Some(help) => format!("{name}:{}: {}; {help}", error.line, error.message),
            None => format!("{name}:{}: {}", error.line, error.message),
        })
        .collect();
    Failure::new(Exit::Invalid, lines.join("\n"))
}
