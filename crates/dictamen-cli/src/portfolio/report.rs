//! Reports as files and on standard output.

use std::{
    collections::BTreeMap,
    fs,
    io::Write,
    path::{Path, PathBuf},
};

use dictamen_engine::{ENGINE_VERSION, Policy, words::Language};
use dictamen_lab::report::{self, Gate, Report, Ruling, metrics};
use dictamen_lab::simulate::{Study, Tally};
use serde_json::Value;

use super::output::unwritable;
use crate::{
    args::{LangArg, ReportFormat},
    exit::{Exit, Failure},
};

/// A report in every form, to be written where it is wanted.
pub(crate) struct Written {
    pub(crate) report: Report,
    pub(crate) json: Value,
}

/// Reads the gates of the command line; with `compares` there are two policies.
pub(crate) fn gates(texts: &[String], compares: bool) -> Result<Vec<Gate>, Failure> {
    let gates = texts.iter().map(|text| Gate::parse(text, compares));
    let gates: Result<Vec<Gate>, _> = gates.collect();
    gates.map_err(|error| {
        Failure::new(Exit::Usage, format!("--fail-if: {error}")).help_opt(error.help)
    })
}

pub(crate) fn rulings(gates: &[Gate], study: &Study<'_>, tally: &Tally) -> Vec<Ruling> {
    let metrics = metrics(study, tally);
    gates.iter().map(|gate| gate.rule(&metrics)).collect()
}

pub(crate) fn language(lang: LangArg) -> Language {
    match lang {
        LangArg::Spanish => Language::Spanish,
        LangArg::English => Language::English,
    }
}

/// What applicants are told by each code.
pub(crate) fn texts(policies: &[&Policy], language: Language) -> BTreeMap<String, String> {
    let reasons = policies.iter().flat_map(|policy| policy.reasons());
    reasons
        .map(|reason| {
            let text = language.pick(&reason.es_mx, &reason.en);
            (reason.code.to_string(), text.to_string())
        })
        .collect()
}

impl Written {
    fn text(&self, format: ReportFormat) -> Result<String, Failure> {
        Ok(match format {
            ReportFormat::Human => report::text(&self.report),
            ReportFormat::Markdown => report::markdown(&self.report),
            ReportFormat::Html => report::html(&self.report, &format!("Dictamen {ENGINE_VERSION}")),
            ReportFormat::Json => {
                let text = serde_json::to_string(&self.json);
                let mut text = text.map_err(|e| Failure::new(Exit::Failed, e.to_string()))?;
                text.push('\n');
                text
            }
        })
    }

    /// Writes it to every file and to standard output, and says how the command ends.
    pub(crate) fn write(
        &self,
        files: &[PathBuf],
        format: ReportFormat,
        rulings: &[Ruling],
        out: &mut dyn Write,
        err: &mut dyn Write,
    ) -> Result<Exit, Failure> {
        for path in files {
            let text = self.text(form(path)?)?;
            fs::write(path, text).map_err(|error| unwritable(path, &error))?;
        }
        out.write_all(self.text(format)?.as_bytes())?;
        let mut exit = Exit::Done;
        for ruling in rulings.iter().filter(|ruling| ruling.fails) {
            let told = if ruling.known {
                format!("it is {}", ruling.value)
            } else {
                "it cannot be told".to_owned()
            };
            writeln!(err, "fails: {}: {told}", ruling.gate)?;
            exit = Exit::CasesFailed;
        }
        Ok(exit)
    }
}

/// By the file's name, before anything is computed.
pub(crate) fn form(path: &Path) -> Result<ReportFormat, Failure> {
    let ending = path.extension().and_then(|ending| ending.to_str());
    match ending.map(str::to_lowercase).as_deref() {
        Some("html" | "htm") => Ok(ReportFormat::Html),
        Some("md" | "markdown") => Ok(ReportFormat::Markdown),
        Some("json") => Ok(ReportFormat::Json),
        Some("txt") => Ok(ReportFormat::Human),
        _ => Err(Failure::new(
            Exit::Usage,
            format!(
                "how `{}` is to be written cannot be told from its name",
                path.display()
            ),
        )
        .help("name it .html, .md, .json or .txt")),
    }
}
