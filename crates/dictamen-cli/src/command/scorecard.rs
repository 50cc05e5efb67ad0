//! `dictamen scorecard`: scorecards as data, in and out of policies.

use std::{fs, io::Write, path::Path};

use dictamen_engine::{Diagnostic, Policy, PolicySource, Severity};
use dictamen_lab::scorecard::{
    self, Card, Layout, Mapping, Scaling, Wanted, check, of_policy, policy, write,
};

use crate::{
    args::{CardFormat, CheckCardArgs, ExportCardArgs, ImportCardArgs, ScorecardCommand},
    exit::{Exit, Failure},
    report, rules,
};

pub(crate) fn run(
    command: &ScorecardCommand,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> Result<Exit, Failure> {
    match command {
        ScorecardCommand::Import(args) => import(args, out, err),
        ScorecardCommand::Export(args) => export(args, out, err),
        ScorecardCommand::Check(args) => look(args, out, err),
    }
}

fn layout(format: CardFormat) -> Layout {
    match format {
        CardFormat::Csv => Layout::Csv,
        CardFormat::Pmml => Layout::Pmml,
    }
}

/// What a file is by its name.
fn named(file: &Path) -> Option<Layout> {
    let ending = file.extension()?.to_str()?.to_ascii_lowercase();
    match ending.as_str() {
        "csv" => Some(Layout::Csv),
        "xml" | "pmml" => Some(Layout::Pmml),
        _ => None,
    }
}

fn import(
    args: &ImportCardArgs,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> Result<Exit, Failure> {
    let file = &args.file;
    let Some(layout) = args.format.map(layout).or_else(|| named(file)) else {
        let message = format!("what is `{}`?", file.display());
        return Err(Failure::new(Exit::Usage, message).help("say --format csv or --format pmml"));
    };
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if args.policy.is_empty() || !args.policy.chars().all(plain) {
        let message = "the policy's id may hold only letters, digits, `-` and `_`";
        return Err(Failure::new(Exit::Usage, message).help("it is also the name of its folder"));
    }
    let bytes = fs::read(file).map_err(|error| {
        let message = format!("cannot read `{}`: {error}", file.display());
        Failure::new(Exit::Failed, message)
    })?;
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let scaling = match (args.score, args.odds, args.pdo) {
        (Some(score), Some(odds), Some(pdo)) => Some(Scaling { score, odds, pdo }),
        _ => None,
    };
    let mapping = Mapping {
        names: args.names.iter().cloned().collect(),
        scaling,
    };
    let (card, found) = match scorecard::read(layout, &name, &bytes, &mapping) {
        Ok(read) => read,
        Err(found) => {
            tell(&found, file, err)?;
            let message = format!("`{}` cannot be made a policy", file.display());
            return Err(Failure::new(Exit::Invalid, message));
        }
    };
    let wanted = Wanted {
        id: args.policy.clone(),
        cut_off: args.cut_off,
        origin: format!("`{name}`"),
    };
    let dir = args.rules.rules.join(&args.policy);
    create(&dir, &card, &wanted)?;
    tell(&found, file, err)?;
    writeln!(
        out,
        "{}: {} with a base of {}; scores from {} on, approved from {}",
        dir.display(),
        report::count(card.lines.len(), "line", "lines"),
        card.base,
        card.lowest(),
        args.cut_off,
    )?;
    writeln!(
        out,
        "Look at the reasons in {} and say them in your own words; add cases; then `dictamen check {}`.",
        dir.join("reasons.toml").display(),
        args.policy
    )?;
    Ok(Exit::Done)
}

/// Writes the policy's folder, once it is seen to load.
fn create(dir: &Path, card: &Card, wanted: &Wanted) -> Result<(), Failure> {
    let files = policy(card, wanted);
    let source: PolicySource = files
        .iter()
        .map(|(path, text)| (path, text.as_bytes()))
        .collect();
    if let Err(found) = Policy::load(&source) {
        let said: Vec<String> = found.iter().map(ToString::to_string).collect();
        let message = format!("the policy would not load: {}", said.join("; "));
        return Err(Failure::new(Exit::Invalid, message));
    }
    let failed = |error: std::io::Error| {
        let message = format!("cannot write `{}`: {error}", dir.display());
        Failure::new(Exit::Failed, message)
    };
    if dir.exists() {
        let message = format!("`{}` is there already", dir.display());
        return Err(Failure::new(Exit::Failed, message)
            .help("give the policy another id, or move the folder away"));
    }
    fs::create_dir_all(dir).map_err(failed)?;
    for (path, text) in files {
        fs::write(dir.join(path), text).map_err(failed)?;
    }
    Ok(())
}

fn export(
    args: &ExportCardArgs,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> Result<Exit, Failure> {
    let (_, loaded) = rules::policy(&args.rules.rules, &args.policy, err)?;
    let card = card(&args.rules.rules, &loaded.policy, err)?;
    let text = write(&card, layout(args.format), loaded.policy.id());
    match &args.output {
        Some(path) => fs::write(path, text).map_err(|error| {
            let message = format!("cannot write `{}`: {error}", path.display());
            Failure::new(Exit::Failed, message)
        })?,
        None => out.write_all(text.as_bytes())?,
    }
    Ok(Exit::Done)
}

fn look(args: &CheckCardArgs, out: &mut dyn Write, err: &mut dyn Write) -> Result<Exit, Failure> {
    let (_, loaded) = rules::policy(&args.rules.rules, &args.policy, err)?;
    let dir = &args.rules.rules;
    let card = card(dir, &loaded.policy, err)?;
    let found = check(&card);
    tell(&found, &dir.join(loaded.policy.id()), out)?;
    let warnings = found.iter().filter(|f| f.severity == Severity::Warning);
    writeln!(
        out,
        "{} looked at, {}",
        report::count(card.lines.len(), "line", "lines"),
        report::count(warnings.count(), "warning", "warnings")
    )?;
    Ok(Exit::Done)
}

fn card(dir: &Path, policy: &Policy, err: &mut dyn Write) -> Result<Card, Failure> {
    of_policy(policy).map_err(|found| {
        let told = tell(&found, &dir.join(policy.id()), err);
        let message = format!("the scorecard of `{}` is no table", policy.id());
        told.err()
            .unwrap_or_else(|| Failure::new(Exit::Invalid, message))
    })
}

/// Draws findings about a file; those about no line of it stand under its name.
fn tell(found: &[Diagnostic], file: &Path, out: &mut dyn Write) -> Result<(), Failure> {
    let folder = file.parent().unwrap_or(Path::new(""));
    for finding in found {
        let place = if finding.span.is_some() { folder } else { file };
        report::diagnostic::draw(out, finding, place)?;
    }
    Ok(())
}
