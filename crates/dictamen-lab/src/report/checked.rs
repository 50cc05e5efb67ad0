//! What is known of two policies beside who changes: their promises, cases and mutants, as sections of
//! a report. It lays out what others found and finds nothing itself.

use std::collections::BTreeMap;

use dictamen_engine::words::Language;
use serde::Serialize;

use super::model::{Block, Section, Table, Tone};
use crate::{
    coverage::{Coverage, Kind, State},
    invariants::{Verdict, Verification},
    mutate::Mutation,
};

/// Most gaps and survivors that are named one by one.
const NAMED: usize = 20;

/// One of the figures of mutants.
type Count = fn(&Mutation) -> usize;

/// What is known of one policy.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Checks {
    /// What became of its promises; none where `invariants.rhai` has a mistake.
    pub promises: Option<Verification>,
    /// Cases that pass, and all of them.
    pub cases: (usize, usize),
    /// What its cases cover.
    pub coverage: Option<Coverage>,
    /// What became of its mutants; none where a case does not pass, since then they prove nothing.
    pub mutants: Option<Mutation>,
}

/// The sections, each with the policy before and the one after beside each other.
pub fn checked(before: &Checks, after: &Checks, language: Language) -> Vec<Section> {
    vec![
        promises(before, after, language),
        cases(before, after, language),
        mutants(before, after, language),
    ]
}

fn word(verdict: Option<&Verdict>, language: Language) -> &'static str {
    match verdict {
        None => "–",
        Some(Verdict::Proved { .. }) => language.pick("demostrada", "proved"),
        Some(Verdict::Refuted { .. }) => language.pick("refutada", "refuted"),
        Some(Verdict::NotDecided { .. }) => language.pick("sin decidir", "not decided"),
    }
}

fn promises(before: &Checks, after: &Checks, language: Language) -> Section {
    let title = language.pick("Lo que promete", "What it promises");
    let section = Section::new("promises", title);
    let Some(now) = &after.promises else {
        return section.with(Block::Note(
            Tone::Bad,
            language
                .pick(
                    "`invariants.rhai` tiene un error: `dictamen check` dice cuál.",
                    "`invariants.rhai` has a mistake: `dictamen check` says which.",
                )
                .to_owned(),
        ));
    };
    let was: BTreeMap<&str, &Verdict> = before
        .promises
        .iter()
        .flat_map(|found| &found.promises)
        .map(|promise| (promise.name.as_str(), &promise.verdict))
        .collect();
    let mut table = Table::new([
        language.pick("promesa", "promise"),
        language.pick("antes", "before"),
        language.pick("después", "after"),
    ]);
    let (mut notes, mut held) = (Vec::new(), Vec::new());
    for promise in &now.promises {
        let verdict = was.get(promise.name.as_str()).copied();
        let proved = |verdict: &Verdict| matches!(verdict, Verdict::Proved { .. });
        if verdict.is_some_and(proved) && proved(&promise.verdict) {
            held.push(promise.name.clone());
            continue;
        }
        table.row([
            promise.name.clone(),
            word(verdict, language).to_owned(),
            word(Some(&promise.verdict), language).to_owned(),
        ]);
        if let Verdict::Refuted { because, .. } = &promise.verdict {
            notes.push(Block::Note(
                Tone::Bad,
                format!("{}: {because}", promise.name),
            ));
        }
    }
    let kept = now.promises.iter().map(|promise| promise.name.as_str());
    let kept: Vec<&str> = kept.collect();
    for name in was.keys().filter(|name| !kept.contains(name)) {
        let gone = language.pick("ya no se promete", "is no longer promised");
        notes.push(Block::Note(Tone::Look, format!("{name}: {gone}")));
    }
    if notes.is_empty() && table.rows.is_empty() {
        let text = language.pick(
            "Todo lo que promete está demostrado, antes y después.",
            "Everything it promises is proved, before and after.",
        );
        notes.push(Block::Note(Tone::Good, text.to_owned()));
    }
    let mut section = notes.into_iter().fold(section, Section::with);
    if !table.rows.is_empty() {
        section = section.with(Block::Table(table));
    }
    let title = language.pick("Demostrado antes y después", "Proved before and after");
    listed(section, &held, title, held.len(), language)
}

fn cases(before: &Checks, after: &Checks, language: Language) -> Section {
    let title = language.pick("Casos y lo que cubren", "Cases and what they cover");
    let mut section = Section::new("cases", title);
    let (passed, all) = after.cases;
    let (tone, text) = if passed == all && all > 0 {
        (
            Tone::Good,
            language.pick(
                format!("Los {all} casos dan lo que esperan."),
                format!("All {all} cases give what they expect."),
            ),
        )
    } else {
        (
            Tone::Bad,
            language.pick(
                format!("{passed} de {all} casos dan lo que esperan."),
                format!("{passed} of {all} cases give what they expect."),
            ),
        )
    };
    section = section.with(Block::Note(tone, text));
    let Some(now) = &after.coverage else {
        return section;
    };
    let mut table = Table::new([
        language.pick("se cubre", "covered"),
        language.pick("#antes", "#before"),
        language.pick("#después", "#after"),
    ]);
    let figures = |coverage: Option<&Coverage>, kind: Kind| {
        let figures = coverage.and_then(|found| found.summary.get(&kind));
        figures.map_or_else(
            || "–".to_owned(),
            |figures| format!("{}/{}", figures.covered, figures.total),
        )
    };
    for kind in Kind::ALL {
        table.row([
            covered(kind, language).to_owned(),
            figures(before.coverage.as_ref(), kind),
            figures(Some(now), kind),
        ]);
    }
    section = section.with(Block::Table(table));
    let gaps = now
        .items
        .iter()
        .filter(|item| item.state == State::Uncovered);
    let gaps: Vec<String> = gaps
        .map(|item| {
            let needs = item.needs.as_deref().unwrap_or_default();
            format!("{} {}. {needs}", item.subject, item.what)
        })
        .collect();
    listed(
        section,
        &gaps,
        language.pick("Lo que ningún caso ha probado", "What no case has tried"),
        NAMED,
        language,
    )
}

fn covered(kind: Kind, language: Language) -> &'static str {
    let spanish = match kind {
        Kind::Rules => "reglas que aplican, no aplican, quedan sin decidir",
        Kind::Conditions => "condiciones que se cumplen y que no",
        Kind::Effects => "condiciones que deciden por sí solas",
        Kind::Bins => "intervalos",
        Kind::Bands => "bandas",
        Kind::Missing => "datos faltantes previstos",
        Kind::Branches => "caminos",
        Kind::Reasons => "motivos",
    };
    language.pick(spanish, kind.title())
}

fn mutants(before: &Checks, after: &Checks, language: Language) -> Section {
    let title = language.pick(
        "Errores pequeños que los casos notarían",
        "Small mistakes that cases would notice",
    );
    let section = Section::new("mutants", title);
    let Some(now) = &after.mutants else {
        let text = language.pick(
            "Hay casos que no dan lo que esperan; mientras tanto no prueban nada.",
            "Some cases do not give what they expect; until then they prove nothing.",
        );
        return section.with(Block::Note(Tone::Bad, text.to_owned()));
    };
    let mut table = Table::new([
        "",
        language.pick("#antes", "#before"),
        language.pick("#después", "#after"),
    ]);
    let count = |of: Count| {
        let was = before.mutants.as_ref().map(of);
        let was = was.map_or_else(|| "–".to_owned(), |count| count.to_string());
        (was, of(now).to_string())
    };
    let rows: [(&str, Count); 4] = [
        (language.pick("errores hechos", "mistakes made"), |m| {
            m.total
        }),
        (language.pick("notados", "noticed"), |m| m.killed),
        (
            language.pick("sin efecto, demostrado", "without effect, proved"),
            |m| m.equivalent,
        ),
        (language.pick("no notados", "not noticed"), |m| {
            m.survivors.len()
        }),
    ];
    for (name, of) in rows {
        let (was, is) = count(of);
        table.row([name.to_owned(), was, is]);
    }
    let section = section.with(Block::Table(table));
    let survivors: Vec<String> = now
        .survivors
        .iter()
        .map(|s| format!("{}.", s.sentence()))
        .collect();
    listed(
        section,
        &survivors,
        language.pick(
            "Errores que ningún caso notaría",
            "Mistakes that no case would notice",
        ),
        NAMED,
        language,
    )
}

/// Some of them, under a heading to open.
fn listed(
    section: Section,
    all: &[String],
    title: &str,
    named: usize,
    language: Language,
) -> Section {
    if all.is_empty() {
        return section;
    }
    let mut blocks: Vec<Block> = all.iter().take(named).cloned().map(Block::Text).collect();
    let left = all.len().saturating_sub(named);
    if left > 0 {
        blocks.push(Block::Text(
            language.pick(format!("y {left} más"), format!("and {left} more")),
        ));
    }
    section.with(Block::Folded(format!("{title} ({})", all.len()), blocks))
}
