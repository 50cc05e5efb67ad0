//! Edits in words of business, by the documents of both policies.

use std::sync::Arc;

use dictamen_engine::words::{Document, Language, Phrase, ScoredWords};
use serde::Serialize;

use super::{Diff, Edit, Site};

/// One edit, to be read. Names stand between backticks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EditWords {
    /// What it is about: a code, a band, a threshold.
    pub subject: String,
    /// What kind of thing that is, and what it says.
    pub what: String,
    /// What was there before; empty when nothing was.
    pub before: String,
    /// What is there now; empty when nothing is.
    pub after: String,
}

/// A text that applicants are told, and that is another one now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReasonChange {
    /// The reason's code.
    pub code: Arc<str>,
    /// Which text: `es-MX`, `en` or `evidence`.
    pub text: &'static str,
    /// The text before; none when the reason is new.
    pub before: Option<Arc<str>>,
    /// The text now; none when the reason is gone.
    pub after: Option<Arc<str>>,
}

/// Every edit in words, in the order of [`Diff::edits`]. Both documents are in one language.
pub fn edits_in_words(before: &Document, after: &Document, diff: &Diff) -> Vec<EditWords> {
    let speaker = Speaker { before, after };
    diff.edits.iter().map(|edit| speaker.edit(edit)).collect()
}

/// Texts that differ between the catalogues of two policies.
pub fn reason_changes(before: &Document, after: &Document) -> Vec<ReasonChange> {
    let mut codes: Vec<&Arc<str>> = before.reasons.iter().map(|reason| &reason.code).collect();
    codes.extend(after.reasons.iter().map(|reason| &reason.code));
    codes.sort_unstable();
    codes.dedup();
    let mut changes = Vec::new();
    for code in codes {
        let of = |document: &Document| {
            let reason = document.reasons.iter().find(|reason| reason.code == *code);
            let texts = |reason: &dictamen_engine::CatalogueReason| {
                let evidence = reason.evidence.clone();
                [
                    Some(Arc::clone(&reason.es_mx)),
                    Some(Arc::clone(&reason.en)),
                    evidence,
                ]
            };
            reason.map_or([None, None, None], texts)
        };
        let texts = ["es-MX", "en", "evidence"].into_iter();
        for ((text, before), after) in texts.zip(of(before)).zip(of(after)) {
            if before != after {
                changes.push(ReasonChange {
                    code: Arc::clone(code),
                    text,
                    before,
                    after,
                });
            }
        }
    }
    changes
}

struct Speaker<'d> {
    before: &'d Document,
    after: &'d Document,
}

impl Speaker<'_> {
    fn pick<T>(&self, spanish: T, english: T) -> T {
        self.after.language.pick(spanish, english)
    }

    fn edit(&self, edit: &Edit) -> EditWords {
        let words = |subject: &str, what: String, before: String, after: String| EditWords {
            subject: subject.to_owned(),
            what,
            before,
            after,
        };
        match edit {
            Edit::Param { name, .. } => {
                let value = |document: &Document| {
                    let params = &document.params;
                    let param = params.iter().find(|param| param.name == *name);
                    param.map_or_else(String::new, |param| param.value.clone())
                };
                let mut used = self.after.params.iter().filter(|param| param.name == *name);
                let used = used.next().map(|param| param.used_in.join(", "));
                let used = used.unwrap_or_default();
                let what = self.pick(format!("umbral de {used}"), format!("threshold of {used}"));
                words(name, what, value(self.before), value(self.after))
            }
            Edit::Table { to, .. } => {
                let rows = |document: &Document| {
                    let table = document.tables.iter().find(|table| table.file == to.file);
                    let rows = table.map_or(0, |table| table.rows.len());
                    self.pick(format!("{rows} filas"), format!("{rows} rows"))
                };
                let what = self.pick("tabla con otros valores", "table with other values");
                words(
                    &to.file,
                    what.to_owned(),
                    rows(self.before),
                    rows(self.after),
                )
            }
            Edit::Literal { site, from, to, .. } => {
                let (subject, what, before, after) = self.site(site);
                if *site == Site::Offer {
                    let print = dictamen_engine::tree::print_value;
                    let what = self.pick(
                        "oferta: un número en su cálculo",
                        "offer: a number in how it is computed",
                    );
                    return words(&subject, what.to_owned(), print(from), print(to));
                }
                words(&subject, what, before, after)
            }
            Edit::Closure { site, .. } => {
                let (subject, what, before, after) = self.site(site);
                words(&subject, what, before, after)
            }
            Edit::RuleAdded { stage, rule } => {
                let what = self.pick(
                    format!("regla nueva en `{stage}`"),
                    format!("new rule in `{stage}`"),
                );
                words(
                    &rule.code,
                    what,
                    String::new(),
                    rule_words(self.after, &rule.code),
                )
            }
            Edit::RuleRemoved { code } => {
                let what = self.pick("regla eliminada", "rule removed").to_owned();
                words(code, what, rule_words(self.before, code), String::new())
            }
            Edit::RuleMoved { code, .. } => {
                let stage = |document: &Document| {
                    let mut stages = document.stages.iter();
                    let of = stages.find(|stage| stage.rules.iter().any(|rule| rule.code == *code));
                    of.map_or_else(String::new, |stage| format!("`{}`", stage.name))
                };
                let what = self
                    .pick("regla en otra etapa", "rule in another stage")
                    .to_owned();
                words(code, what, stage(self.before), stage(self.after))
            }
            Edit::RuleOrder { stage, .. } => {
                let order = |document: &Document| {
                    let of = document.stages.iter().find(|known| known.name == *stage);
                    let codes = of.into_iter().flat_map(|stage| &stage.rules);
                    let codes: Vec<&str> = codes.map(|rule| &*rule.code).collect();
                    codes.join(", ")
                };
                let what = self
                    .pick("reglas en otro orden", "rules in another order")
                    .to_owned();
                words(stage, what, order(self.before), order(self.after))
            }
            Edit::StageOutcome { stage, .. } => {
                let outcome = |document: &Document| {
                    let of = document.stages.iter().find(|known| known.name == *stage);
                    of.map_or_else(String::new, |stage| stage.outcome.name().to_owned())
                };
                let what = self.pick("etapa con otro resultado", "stage with another outcome");
                words(
                    stage,
                    what.to_owned(),
                    outcome(self.before),
                    outcome(self.after),
                )
            }
            Edit::StageOrder { .. } => {
                let order = |document: &Document| {
                    let names = document.stages.iter().map(|stage| &*stage.name);
                    names.collect::<Vec<_>>().join(", ")
                };
                let what = self
                    .pick("etapas en otro orden", "stages in another order")
                    .to_owned();
                let subject = self.pick("etapas", "stages");
                words(subject, what, order(self.before), order(self.after))
            }
            Edit::Base { .. } => {
                let base = |document: &Document| {
                    let card = document.scorecard.as_ref();
                    card.map_or_else(String::new, |card| card.base.to_string())
                };
                let subject = self.pick("puntaje", "score");
                let what = self.pick("puntos con que se empieza", "points everybody begins with");
                words(
                    subject,
                    what.to_owned(),
                    base(self.before),
                    base(self.after),
                )
            }
            Edit::LineAdded { line } => {
                let what = self.pick("línea nueva del puntaje", "new line of the scorecard");
                words(
                    &line.code,
                    what.to_owned(),
                    String::new(),
                    self.bins(self.after, &line.code),
                )
            }
            Edit::LineRemoved { code } => {
                let what = self.pick(
                    "línea eliminada del puntaje",
                    "line removed from the scorecard",
                );
                words(
                    code,
                    what.to_owned(),
                    self.bins(self.before, code),
                    String::new(),
                )
            }
            Edit::Bin { code, at, .. } => {
                let bin = |document: &Document| {
                    let bin = line(document, code).and_then(|line| line.bins.get(*at));
                    bin.map_or_else(String::new, |(range, points)| self.points(range, *points))
                };
                words(code, self.input(code), bin(self.before), bin(self.after))
            }
            Edit::Bins { code, .. } => words(
                code,
                self.input(code),
                self.bins(self.before, code),
                self.bins(self.after, code),
            ),
            Edit::MissingPoints { code, .. } => {
                let points = |document: &Document| {
                    let unknown = self.pick("se desconoce", "unknown");
                    match line(document, code).and_then(|line| line.missing) {
                        Some(points) => self.points(unknown, points),
                        None => format!("{unknown}: REFER"),
                    }
                };
                words(
                    code,
                    self.input(code),
                    points(self.before),
                    points(self.after),
                )
            }
            Edit::CutOff { band, .. } => {
                let scores =
                    |document: &Document| banded(document, band, |words, _| words.scores.clone());
                let what = self
                    .pick("puntajes de la banda", "scores of the band")
                    .to_owned();
                words(
                    &self.band(band),
                    what,
                    scores(self.before),
                    scores(self.after),
                )
            }
            Edit::Term { band, name, .. } => {
                let term = |document: &Document| {
                    banded(document, band, |words, names| {
                        let at = names.iter().position(|known| known == name);
                        at.and_then(|at| words.terms.get(at))
                            .cloned()
                            .unwrap_or_default()
                    })
                };
                let what = format!("`{name}`");
                words(&self.band(band), what, term(self.before), term(self.after))
            }
            Edit::BandEffect { band, .. } => {
                let effect =
                    |document: &Document| banded(document, band, |words, _| words.effect.clone());
                let what = self
                    .pick("a qué lleva la banda", "what the band leads to")
                    .to_owned();
                words(
                    &self.band(band),
                    what,
                    effect(self.before),
                    effect(self.after),
                )
            }
            Edit::Bands { .. } | Edit::Scoring { .. } => {
                let all = |document: &Document| {
                    let bands = document.bands.iter().flat_map(|bands| &bands.bands);
                    let told = bands.map(|band| format!("{}: {}", band.id, band.scores));
                    told.collect::<Vec<_>>().join("; ")
                };
                let subject = self.pick("bandas", "bands");
                let what = self.pick("otras bandas", "other bands").to_owned();
                words(subject, what, all(self.before), all(self.after))
            }
            Edit::Ending { .. } => {
                let subject = self.pick("final", "ending");
                let what = self
                    .pick("cómo termina lo demás", "how everything else ends")
                    .to_owned();
                let (before, after) = self.ending();
                words(subject, what, before, after)
            }
        }
    }

    fn site(&self, site: &Site) -> (String, String, String, String) {
        match site {
            Site::Rule(code) => (
                code.to_string(),
                self.told(code),
                rule_words(self.before, code),
                rule_words(self.after, code),
            ),
            Site::Line(code) => {
                let input = |document: &Document| {
                    line(document, code).map_or_else(String::new, |line| line.input.flat())
                };
                let what = self.pick("lo que se califica", "what is scored").to_owned();
                (
                    code.to_string(),
                    what,
                    input(self.before),
                    input(self.after),
                )
            }
            Site::Offer => {
                let subject = self.pick("oferta", "offer").to_owned();
                let what = self
                    .pick("cómo se calcula", "how it is computed")
                    .to_owned();
                let (before, after) = self.ending();
                (subject, what, before, after)
            }
        }
    }

    /// What the applicant is told by a code.
    fn told(&self, code: &Arc<str>) -> String {
        let reason = self
            .after
            .reasons
            .iter()
            .find(|reason| reason.code == *code);
        let text = reason.map(|reason| self.pick(&reason.es_mx, &reason.en));
        text.map_or_else(String::new, |text| match self.after.language {
            Language::Spanish => format!("«{text}»"),
            Language::English => format!("“{text}”"),
        })
    }

    /// The steps of the ending that only one of the policies has: an offer is long.
    fn ending(&self) -> (String, String) {
        let steps = |document: &Document| -> Vec<String> {
            document.ending.steps.iter().map(Phrase::flat).collect()
        };
        let (before, after) = (steps(self.before), steps(self.after));
        let only = |own: &[String], other: &[String]| {
            let own = own.iter().filter(|step| !other.contains(step));
            own.cloned().collect::<Vec<_>>().join("; ")
        };
        (only(&before, &after), only(&after, &before))
    }

    fn input(&self, code: &Arc<str>) -> String {
        line(self.after, code).map_or_else(String::new, |line| line.input.flat())
    }

    fn points(&self, range: &str, points: i64) -> String {
        self.pick(
            format!("{range}: {points} puntos"),
            format!("{range}: {points} points"),
        )
    }

    fn bins(&self, document: &Document, code: &Arc<str>) -> String {
        let bins = line(document, code).into_iter().flat_map(|line| &line.bins);
        let bins = bins.map(|(range, points)| self.points(range, *points));
        bins.collect::<Vec<_>>().join("; ")
    }

    fn band(&self, id: &str) -> String {
        self.pick(format!("banda {id}"), format!("band {id}"))
    }
}

fn rule_words(document: &Document, code: &Arc<str>) -> String {
    let mut rules = document.stages.iter().flat_map(|stage| &stage.rules);
    let rule = rules.find(|rule| rule.code == *code);
    rule.map_or_else(String::new, |rule| rule.condition.flat())
}

fn line<'d>(document: &'d Document, code: &Arc<str>) -> Option<&'d ScoredWords> {
    let mut lines = document
        .scorecard
        .iter()
        .flat_map(|card| &card.characteristics);
    lines.find(|line| line.code == *code)
}

fn banded(
    document: &Document,
    id: &Arc<str>,
    of: impl Fn(&dictamen_engine::words::BandWords, &[Arc<str>]) -> String,
) -> String {
    let bands = document.bands.as_ref();
    let band = bands.and_then(|bands| {
        let band = bands.bands.iter().find(|band| band.id == *id)?;
        Some(of(band, &bands.terms))
    });
    band.unwrap_or_default()
}
