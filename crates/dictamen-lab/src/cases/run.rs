//! Running one case: body, overrides, decision, comparison.

use chrono::NaiveDate;
use dictamen_engine::{Diagnostic, Policy, PolicySource};
use dictamen_model::{DecisionRequest, Parameters, characteristic::Characteristics};

use super::{
    CASES, Case, Verdict,
    format::{self, Body, CaseFile},
    node::{Data, Entry, File, Node},
    prepared::Prepared,
};
use dictamen_model::suggest;

use crate::pipeline;

/// Runs the case at `path`.
pub(super) fn run(
    policy: &Policy,
    source: &PolicySource,
    parameters: &Parameters,
    path: &str,
    content: &[u8],
) -> Case {
    let Ok(text) = str::from_utf8(content) else {
        return error(path, None, vec![not_utf8(path)]);
    };
    let file = File { path, text };
    let (title, case) = format::read(file, policy);
    let named = title.as_deref().unwrap_or_default();
    let verdict = case.and_then(|case| decide(policy, source, parameters, file, named, case));
    match verdict {
        Ok(verdict) => Case {
            path: path.to_owned(),
            title,
            verdict,
        },
        Err(problems) => error(path, title, problems),
    }
}

fn error(path: &str, title: Option<String>, problems: Vec<Diagnostic>) -> Case {
    Case {
        path: path.to_owned(),
        title,
        verdict: Verdict::Error { problems },
    }
}

fn not_utf8(path: &str) -> Diagnostic {
    Diagnostic::error("case::not-utf8", format!("`{path}` is not UTF-8 text"))
        .help("save the file as UTF-8")
}

fn decide(
    policy: &Policy,
    source: &PolicySource,
    parameters: &Parameters,
    file: File<'_>,
    title: &str,
    case: CaseFile,
) -> Result<Verdict, Vec<Diagnostic>> {
    let made = make(source, parameters, file, &case)?;
    let differences = Prepared::new(file, case, title, made, parameters).differences(policy);
    Ok(if differences.is_empty() {
        Verdict::Pass
    } else {
        Verdict::Fail { differences }
    })
}

/// What a case is decided on.
pub(super) struct Made {
    pub(super) application_id: String,
    pub(super) as_of: NaiveDate,
    pub(super) characteristics: Characteristics,
}

/// Computes what a case is decided on.
pub(super) fn make(
    source: &PolicySource,
    parameters: &Parameters,
    file: File<'_>,
    case: &CaseFile,
) -> Result<Made, Vec<Diagnostic>> {
    let body = body(source, file, case)?;
    let request = DecisionRequest::parse(body.as_bytes()).map_err(|error| {
        error
            .problems
            .into_iter()
            .map(|problem| {
                Diagnostic::error(
                    problem.code,
                    format!("request body, `{}`: {}", problem.pointer, problem.message),
                )
                .help_opt(problem.help)
            })
            .collect::<Vec<_>>()
    })?;
    let Some(as_of) = case.as_of.or(request.as_of) else {
        return Err(vec![
            Diagnostic::error(
                "case::no-as-of",
                "neither the case nor its request body says as of which day to decide",
            )
            .help("add `as_of = \"2026-09-15\"`; a case must not depend on the day it is run"),
        ]);
    };
    let mut characteristics = pipeline::compute(&request, as_of, parameters).map_err(|error| {
        vec![Diagnostic::error(error.code(), error.to_string()).help(error.help())]
    })?;
    let mut problems = Vec::new();
    for (name, value, node) in &case.overrides {
        if let Err(error) = characteristics.set(name, value.clone()) {
            problems.push(file.error("case::override", &node.at, error.to_string()));
        }
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    Ok(Made {
        application_id: request.application.application_id,
        as_of,
        characteristics,
    })
}

/// The request body with the case's application fields put in.
fn body(source: &PolicySource, file: File<'_>, case: &CaseFile) -> Result<String, Vec<Diagnostic>> {
    let mut root = match &case.body {
        Body::Inline(node) => node.clone(),
        Body::Base(path, at) => base(source, file, path, at)?,
    };
    if !case.application.is_empty() {
        replace(&mut root, &case.application);
    }
    let mut json = String::new();
    root.write_json(&mut json);
    Ok(json)
}

fn base(
    source: &PolicySource,
    file: File<'_>,
    path: &str,
    at: &Node,
) -> Result<Node, Vec<Diagnostic>> {
    let full = format!("{CASES}{path}");
    let Some(content) = source.get(&full) else {
        let known: Vec<&str> = source
            .iter()
            .filter_map(|(path, _)| path.strip_prefix(CASES))
            .filter(|path| path.starts_with("base/"))
            .collect();
        return Err(vec![
            file.error("case::no-base", &at.at, format!("there is no `{full}`"))
                .help_opt(suggest::help(path, known.iter().copied())),
        ]);
    };
    let Ok(text) = str::from_utf8(content) else {
        return Err(vec![not_utf8(&full)]);
    };
    if super::extension(&full) != "json" {
        return Err(vec![file.error(
            "case::no-base",
            &at.at,
            "a request body is a `.json` file",
        )]);
    }
    File { path: &full, text }.read()
}

fn replace(root: &mut Node, fields: &[Entry]) {
    let Data::Table(members) = &mut root.data else {
        return;
    };
    let Some(application) = members.iter_mut().find(|m| m.key == "application") else {
        return;
    };
    let Data::Table(members) = &mut application.node.data else {
        return;
    };
    for field in fields {
        match members.iter_mut().find(|member| member.key == field.key) {
            Some(member) => member.node = field.node.clone(),
            None => members.push(field.clone()),
        }
    }
}
