//! The declaring functions: what a script calls to say what the policy is.
//!
//! They only collect. A mistake in one call is reported and the script goes on, so that an
//! analyst sees all mistakes of a run at once.

mod invariant;
mod register;
mod table_value;

use std::{collections::BTreeMap, sync::Arc};

use dictamen_model::{characteristic::Value, suggest};
use rhai::{Dynamic, FnPtr, ImmutableString, NativeCallContext, Scope};
use rust_decimal::Decimal;

pub(crate) use invariant::Declared;
pub(super) use invariant::{
    constants as invariant_constants, names as invariant_names, register as register_invariants,
    usage as invariant_usage,
};
pub(super) use register::register;

use super::{argument, failure, files::Scripts, lower};
use crate::{
    Diagnostic, Edit, Outcome, PolicySource,
    declaration::{self, Declaration, Identity, Param, Term},
    table::Table,
    text::Texts,
    tree::{Place, Type},
};

/// The outcomes a script can name.
pub(super) const CONSTANTS: [(&str, Outcome); 4] = [
    ("APPROVE", Outcome::Approve),
    ("COUNTER", Outcome::Counter),
    ("REFER", Outcome::Refer),
    ("DECLINE", Outcome::Decline),
];

/// Functions that only make sense inside the offer.
pub(super) const OFFER_ONLY: [&str; 7] = [
    "grant",
    "decline",
    "refer",
    "when",
    "is_missing",
    "lookup",
    "lookup_range",
];

/// The declaring functions with the call as the documentation writes it.
const USAGES: [(&str, &str); 12] = [
    ("policy", "policy(\"id\", \"1.0.0\")"),
    ("param", "param(\"name\", value, \"unit\", \"source\")"),
    ("stage", "stage(\"NAME\", DECLINE, [ rule(…), … ])"),
    ("rule", "rule(\"CODE\", |a| condition)"),
    ("scorecard", "scorecard(base, [ characteristic(…), … ])"),
    (
        "characteristic",
        "characteristic(\"CODE\", |a| a.name, [[lower, points], …], missing(points))",
    ),
    ("missing", "missing(points)"),
    ("bands", "bands([ band(…), … ])"),
    (
        "band",
        "band(\"A\", cut_off, #{ … })` or `band(\"E\", cut_off, DECLINE, \"CODE\", score_reasons)",
    ),
    ("offer", "offer(|a, band| { … })"),
    (
        "otherwise",
        "otherwise(APPROVE)` or `otherwise(REFER, \"CODE\")",
    ),
    ("table", "table(\"file.csv\")"),
];

/// How a declaring function is called.
pub(super) fn usage(name: &str) -> Option<&'static str> {
    USAGES
        .iter()
        .find(|(n, _)| *n == name)
        .map(|(_, usage)| *usage)
}

/// Names of the declaring functions.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    USAGES.iter().map(|(name, _)| *name)
}

/// An outcome as a script value.
#[derive(Debug, Clone, Copy)]
pub(super) struct OutcomeValue(Outcome);

/// The outcome that a script value is, if it is one.
pub(super) fn outcome_of(value: &Dynamic) -> Option<Outcome> {
    value
        .clone()
        .try_cast::<OutcomeValue>()
        .map(|value| value.0)
}

/// Puts the outcomes into a scope.
pub(super) fn constants(scope: &mut Scope<'_>) {
    for (name, outcome) in CONSTANTS {
        scope.push_constant(name, OutcomeValue(outcome));
    }
}

/// A closure as declared, with the file of the call that took it.
///
/// Rhai hands captured variables over as shared cells: in a loop, all closures of all turns hold
/// the same cell. Their values are taken when the closure is declared, so that each keeps the
/// value of its own turn.
#[derive(Debug, Clone)]
pub(super) struct RawClosure {
    pub(super) name: String,
    pub(super) captured: Vec<Dynamic>,
    pub(super) file: String,
}

impl RawClosure {
    fn new(pointer: &FnPtr, file: String) -> Self {
        let captured = pointer.curry().iter().map(Dynamic::flatten_clone).collect();
        Self {
            name: pointer.fn_name().to_owned(),
            captured,
            file,
        }
    }
}

#[derive(Debug)]
struct RawRule {
    code: Arc<str>,
    condition: RawClosure,
    place: Place,
    staged: bool,
}

#[derive(Debug)]
struct RawScored {
    code: Arc<str>,
    input: RawClosure,
    bins: Vec<(Decimal, i64)>,
    sound: bool,
    missing: Option<i64>,
    place: Place,
}

#[derive(Debug)]
struct RawStage {
    name: Arc<str>,
    outcome: Outcome,
    rules: Vec<usize>,
    place: Place,
}

/// Everything the declaring functions collected so far.
#[derive(Debug, Default)]
pub(super) struct Collector {
    texts: Texts,
    files: BTreeMap<String, Arc<[u8]>>,
    diagnostics: Vec<Diagnostic>,
    identity: Option<Identity>,
    params: Vec<Param>,
    param_texts: ParamTexts,
    tables: Vec<Arc<Table>>,
    rules: Vec<RawRule>,
    stages: Vec<RawStage>,
    scored: Vec<RawScored>,
    scorecard: Option<(i64, Vec<usize>, Place)>,
    bands: Vec<declaration::Band>,
    banded: Option<(Vec<usize>, Place)>,
    terms: Vec<Term>,
    offer: Option<(RawClosure, Place)>,
    otherwise: Option<declaration::Otherwise>,
    promised: invariant::Promised,
    /// The script that is run.
    main: &'static str,
}

impl Collector {
    pub(super) fn new(source: &PolicySource, main: &'static str) -> Self {
        let files = source
            .iter()
            .filter(|(path, _)| {
                std::path::Path::new(path)
                    .extension()
                    .is_some_and(|e| e == "csv")
            })
            .map(|(path, content)| (path.to_owned(), content.into()))
            .collect();
        Self {
            texts: Texts::new(source),
            files,
            main,
            ..Self::default()
        }
    }

    /// Where a declaring function was called, and the file.
    fn here(&self, context: &NativeCallContext<'_>) -> (Place, String) {
        let file = context
            .call_source()
            .filter(|s| !s.is_empty())
            .unwrap_or(self.main)
            .to_owned();
        (
            failure::place(&self.texts, &file, context.call_position()),
            file,
        )
    }

    fn report(&mut self, code: &'static str, place: Place, message: impl Into<String>) {
        let span = self.texts.span(place);
        self.diagnostics
            .push(Diagnostic::error(code, message).at(span));
    }

    /// Reports an argument that does not fit. A number where a text is wanted only lacks its
    /// quotation marks, and a number in them has them too much.
    fn misfit(&mut self, place: Place, misfit: argument::Misfit) {
        let written = self.texts.written(place);
        let number = |text: &str| {
            text.starts_with(|c: char| c.is_ascii_digit()) && text.parse::<Decimal>().is_ok()
        };
        let inside = written.trim_matches('"');
        let meant = if misfit.contains("must be a text") && number(&written) {
            format!("\"{written}\"")
        } else if misfit.contains("number, not a text") && number(inside) {
            inside.to_owned()
        } else {
            self.report("script::arguments", place, misfit);
            return;
        };
        let edit = self.texts.edit(place, &meant, true);
        let help = format!("write `{meant}`");
        self.advise("script::arguments", place, misfit, help, edit);
    }

    /// A report with advice.
    fn advise(
        &mut self,
        code: &'static str,
        place: Place,
        message: impl Into<String>,
        help: impl Into<String>,
        edits: impl IntoIterator<Item = Edit>,
    ) {
        let span = self.texts.span(place);
        let found = Diagnostic::error(code, message).at(span).help(help);
        self.diagnostics.push(found.edits(edits));
    }

    /// Says that what the call at `place` declares has been declared before.
    fn twice(&mut self, place: Place, function: &str) {
        let name = self.texts.first(place);
        let message = format!("`{function}` is declared twice");
        self.advise(
            "policy::declared-twice",
            name,
            message,
            "keep one of the two",
            None,
        );
    }

    /// The argument of the call at `place` with this index, or a report and `None`.
    fn fit<T>(
        &mut self,
        place: Place,
        index: usize,
        argument: Result<T, argument::Misfit>,
    ) -> Option<T> {
        argument
            .map_err(|misfit| self.misfit(self.texts.argument(place, index), misfit))
            .ok()
    }

    /// Lowers every closure and hands over what was declared.
    pub(super) fn finish(
        mut self,
        scripts: &Scripts,
        texts: &Texts,
        finished: bool,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Declaration {
        if finished {
            for rule in self.rules.iter().filter(|rule| !rule.staged) {
                let message = format!("rule `{}` is in no stage, so it decides nothing", rule.code);
                diagnostics.push(
                    Diagnostic::error("policy::rule-in-no-stage", message)
                        .at(texts.span(rule.place))
                        .help("put it into the list of a `stage`"),
                );
            }
        }
        diagnostics.append(&mut self.diagnostics);
        let mut lowering = lower::Lowering::new(
            scripts,
            texts,
            std::mem::take(&mut self.params),
            std::mem::take(&mut self.param_texts),
            std::mem::take(&mut self.tables),
            std::mem::take(&mut self.terms),
        );
        let mut declaration = Declaration {
            identity: self.identity,
            ..Declaration::default()
        };
        let mut conditions: Vec<Option<declaration::Rule>> = self
            .rules
            .into_iter()
            .map(|raw| {
                let condition = lowering.condition(&raw.condition, raw.place)?;
                Some(declaration::Rule {
                    code: raw.code,
                    condition,
                    place: raw.place,
                })
            })
            .collect();
        for stage in self.stages {
            let rules = stage
                .rules
                .iter()
                .filter_map(|i| conditions.get_mut(*i)?.take())
                .collect();
            declaration.stages.push(declaration::Stage {
                name: stage.name,
                outcome: stage.outcome,
                rules,
                place: stage.place,
            });
        }
        if let Some((base, members, place)) = self.scorecard {
            let mut scored: Vec<Option<RawScored>> = self.scored.into_iter().map(Some).collect();
            let characteristics = members
                .into_iter()
                .filter_map(|i| scored.get_mut(i)?.take())
                .filter_map(|raw| {
                    let input = lowering.input(&raw.input, raw.place)?;
                    let RawScored {
                        code,
                        bins,
                        sound,
                        missing,
                        place,
                        ..
                    } = raw;
                    Some(declaration::Scored {
                        code,
                        input,
                        bins,
                        sound,
                        missing,
                        place,
                    })
                })
                .collect();
            declaration.scorecard = Some(declaration::Scorecard {
                base,
                characteristics,
                place,
            });
        }
        if let Some((members, place)) = self.banded {
            let mut bands: Vec<Option<declaration::Band>> =
                self.bands.into_iter().map(Some).collect();
            let bands = members
                .into_iter()
                .filter_map(|i| bands.get_mut(i)?.take())
                .collect();
            declaration.bands = Some(declaration::Bands { bands, place });
        }
        if let Some((raw, place)) = self.offer {
            let closure = lowering.offer(&raw, place);
            declaration.offer = closure.map(|closure| declaration::Offer { closure, place });
        }
        declaration.otherwise = self.otherwise;
        lowering.finish(&mut declaration, diagnostics);
        declaration
    }

    /// Takes a table of the folder, reading it once.
    fn table(&mut self, place: Place, file: &str) -> Option<usize> {
        if let Some(known) = self.tables.iter().position(|table| &*table.file == file) {
            return Some(known);
        }
        let Some(content) = self.files.get(file).cloned() else {
            let at = self.texts.argument(place, 0);
            let quoted: Vec<String> = self
                .files
                .keys()
                .map(|file| format!("\"{file}\""))
                .collect();
            let names = quoted.iter().map(String::as_str);
            let written = format!("\"{file}\"");
            let (_, edit) = self.texts.meant(at, &written, names);
            let help = suggest::help(file, self.files.keys().map(String::as_str));
            let help =
                help.or_else(|| Some("put the CSV file into the policy's folder".to_owned()));
            let span = self.texts.span(at);
            self.diagnostics.push(
                Diagnostic::error(
                    "table::not-found",
                    format!("the folder has no table `{file}`"),
                )
                .at(span)
                .help_opt(help)
                .edits(edit.filter(|_| self.texts.written(at) == written)),
            );
            return None;
        };
        match Table::parse(file, &content) {
            Ok(table) => {
                for doubt in &table.doubts {
                    let line = doubt.line.and_then(|line| usize::try_from(line).ok());
                    let cell = doubt.cell.as_deref().unwrap_or_default();
                    let span = line.and_then(|line| self.texts.found_span(file, line, cell));
                    let message = format!("table `{file}`: {}", doubt.message);
                    self.diagnostics.push(
                        Diagnostic::warning("table::text-number", message)
                            .at(span)
                            .help("write numbers as 26, 1000 or 0.28, without sign of money, per cent or thousands"),
                    );
                }
                self.tables.push(Arc::new(table));
                self.tables.len().checked_sub(1)
            }
            Err(problems) => {
                for problem in problems {
                    let line = problem.line.and_then(|line| usize::try_from(line).ok());
                    let cell = problem.cell.as_deref().unwrap_or_default();
                    let span = line.and_then(|line| self.texts.found_span(file, line, cell));
                    let message = format!("table `{file}`: {}", problem.message);
                    let span = span.or_else(|| self.texts.span(self.texts.argument(place, 0)));
                    let found = Diagnostic::error("table::malformed", message).at(span);
                    self.diagnostics
                        .push(found.help_opt(problem.help.map(str::to_owned)));
                }
                None
            }
        }
    }

    /// Settles the terms of one band against those of the bands before it. They are written at
    /// `place`.
    fn band_terms(&mut self, place: Place, terms: &rhai::Map) -> Vec<(usize, Value)> {
        let first = self
            .bands
            .iter()
            .all(|b| !matches!(b.effect, declaration::BandEffect::Terms(_)));
        let mut settled = Vec::new();
        for (name, value) in terms {
            let place = self.texts.property(place, name.as_str());
            let Some(value) = argument::scalar(value) else {
                let message =
                    format!("band term `{name}` must be a number, a text, or true or false");
                self.report("script::arguments", place, message);
                continue;
            };
            let Some(kind) = value.kind() else { continue };
            if let Some(index) = self.terms.iter().position(|t| &*t.name == name.as_str()) {
                if let Some(known) = self.terms.get_mut(index) {
                    if known.kind.is_number() && kind.is_number() {
                        if known.kind != kind {
                            known.kind = dictamen_model::characteristic::Kind::Decimal;
                        }
                    } else if known.kind != kind {
                        let message = format!(
                            "band term `{name}` is {} here and {} in the bands before",
                            Type::plain(kind).name(),
                            Type::plain(known.kind).name()
                        );
                        let help = "give it the same kind of value in every band; numbers stand without quotation marks";
                        let found = Diagnostic::error("script::type", message)
                            .at(self.texts.span(place))
                            .help(help);
                        self.diagnostics.push(found);
                        // It is there all the same, and nothing else is said of it.
                        settled.push((index, value));
                        continue;
                    }
                }
                settled.push((index, value));
            } else {
                settled.push((self.terms.len(), value));
                self.terms.push(Term {
                    name: name.as_str().into(),
                    kind,
                    complete: first,
                });
            }
        }
        for (index, term) in self.terms.iter_mut().enumerate() {
            if !settled.iter().any(|(i, _)| *i == index) {
                term.complete = false;
            }
        }
        settled
    }
}

/// The tag that marks a script value as a named threshold: its position, from 1.
pub(super) fn param_tag(index: usize) -> i32 {
    index
        .checked_add(1)
        .and_then(|tag| i32::try_from(tag).ok())
        .unwrap_or(0)
}

/// Texts that are named thresholds, with their positions. Rhai drops the tag of a text when it is
/// bound to a name, but hands on the very text, and each of these is a text of its own.
pub(super) type ParamTexts = Vec<(ImmutableString, usize)>;

/// The named threshold a script value is, if it is one.
pub(super) fn param_of(value: &Dynamic, texts: &ParamTexts) -> Option<usize> {
    let tagged = usize::try_from(value.tag()).ok();
    tagged.and_then(|tag| tag.checked_sub(1)).or_else(|| {
        let text = value.read_lock::<ImmutableString>()?;
        let known = texts.iter().find(|(known, _)| known.ptr_eq(&text));
        known.map(|(_, index)| *index)
    })
}

/// The table a script value is, if it is one; `usize::MAX` for one that could not be read.
pub(super) fn table_of(value: &Dynamic) -> Option<usize> {
    value
        .clone()
        .try_cast::<table_value::TableValue>()
        .map(|table| table.index)
}
