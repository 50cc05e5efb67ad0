//! The report of one policy over a portfolio.

use std::collections::BTreeMap;

use dictamen_engine::{Outcome, words::Language};

use super::{
    Bar, Bars, Block, Curve, Curves, Figure, Report, Ruling, Section, Table, Tone,
    fair::fairness,
    metric::{average, bad_rate, gini, ks},
    numbers::{count, grouped, index, percent, pesos, share},
    parts::{self, outcome},
};
use crate::{
    simulate::{Counts, OUTCOMES, Point, Study, Tally},
    statistics,
};

/// Reasons that are told without being asked for.
const MOST_REASONS: usize = 15;

/// The report. `reasons` are the texts of the policy's codes in the language.
pub fn simulated(
    study: &Study<'_>,
    tally: &Tally,
    reasons: &BTreeMap<String, String>,
    rulings: &[Ruling],
    language: Language,
) -> Report {
    let policy = study.policy();
    let whole = &tally.whole;
    let counts = &whole.before;
    let people = count(whole.rows);
    let mut report = Report {
        title: language.pick("Simulación", "Simulation").to_owned(),
        subtitle: language.pick(
            format!(
                "`{}` {} sobre {people} solicitudes",
                policy.id(),
                policy.version()
            ),
            format!(
                "`{}` {} on {people} applications",
                policy.id(),
                policy.version()
            ),
        ),
        language,
        figures: figures(counts, whole.rows, language),
        sections: Vec::new(),
    };
    report.sections.extend(parts::gates(rulings, language));
    report
        .sections
        .push(outcomes(counts, whole.rows, reasons, language));
    if counts.granted.known() > 0 {
        report.sections.push(labels(counts, language));
    }
    report.sections.extend(sweep(study, tally, language));
    report.sections.extend(segments(study, tally, language));
    let fair = fairness(study.groupings(), tally, false);
    report.sections.extend(parts::fair(&fair, None, language));
    report.sections.push(parts::quality(tally, false, language));
    report
}

fn figures(counts: &Counts, rows: u64, language: Language) -> Vec<Figure> {
    let figure = |label: &str, value: String, note: String| Figure {
        label: label.to_owned(),
        value,
        note,
        tone: Tone::Plain,
    };
    let people = |n: u64| {
        language.pick(
            format!("{} personas", count(n)),
            format!("{} people", count(n)),
        )
    };
    let (refer, decline) = (counts.of(Outcome::Refer), counts.of(Outcome::Decline));
    let average = average(counts).map(pesos).unwrap_or_default();
    let average = if average.is_empty() {
        language.pick("sin ofertas", "no offers").to_owned()
    } else {
        language.pick(
            format!("{average} en promedio"),
            format!("{average} on average"),
        )
    };
    vec![
        figure(
            language.pick("aprobación", "approval"),
            share(counts.approved(), rows),
            people(counts.approved()),
        ),
        figure(
            language.pick("a una persona", "referral"),
            share(refer, rows),
            people(refer),
        ),
        figure(
            language.pick("rechazo", "decline"),
            share(decline, rows),
            people(decline),
        ),
        figure(
            language.pick("monto ofrecido", "offer volume"),
            pesos(counts.offered()),
            average,
        ),
    ]
}

fn outcomes(
    counts: &Counts,
    rows: u64,
    reasons: &BTreeMap<String, String>,
    language: Language,
) -> Section {
    let bar = |label: String, n: u64| Bar {
        label,
        values: vec![(
            statistics::share(n, rows).unwrap_or_default(),
            format!("{} · {}", share(n, rows), count(n)),
        )],
    };
    let bars = |title: &str, bars: Vec<Bar>| {
        Block::Bars(Bars {
            title: title.to_owned(),
            names: vec![String::new()],
            bars,
        })
    };
    let outcomes = OUTCOMES.map(|of| bar(outcome(of.name(), language).to_owned(), counts.of(of)));
    let title = language.pick("Quién recibe qué", "Who gets what");
    let mut section = Section::new("outcomes", title).with(bars(
        language.pick("Resultados", "Outcomes"),
        outcomes.into(),
    ));
    if !counts.bands.is_empty() {
        let bands = counts
            .bands
            .iter()
            .map(|(band, n)| bar(band.clone(), *n))
            .collect();
        section = section.with(bars(
            language.pick("Bandas del puntaje", "Bands of the score"),
            bands,
        ));
    }
    let mut codes: Vec<_> = counts.reasons.iter().collect();
    codes.sort_by_key(|(code, n)| (std::cmp::Reverse(**n), *code));
    let codes = codes.into_iter().take(MOST_REASONS).map(|(code, n)| {
        let text = reasons.get(code).map_or("", String::as_str);
        bar(format!("`{code}` {text}"), *n)
    });
    section.with(bars(
        language.pick("Motivos que se dicen", "Reasons that are told"),
        codes.collect(),
    ))
}

/// What became of loans.
fn labels(counts: &Counts, language: Language) -> Section {
    let title = language.pick("Qué fue de los créditos", "What became of the loans");
    let mut table = Table::new([
        language.pick("medida", "measure"),
        language.pick("#valor", "#value"),
    ]);
    let known = counts.granted.known();
    table.row([
        language
            .pick("otorgados con etiqueta", "granted, with a label")
            .to_owned(),
        count(known),
    ]);
    table.row([
        language
            .pick(
                "tasa de malos entre los otorgados",
                "bad rate of those granted",
            )
            .to_owned(),
        percent(bad_rate(&counts.granted)),
    ]);
    table.row(["KS".to_owned(), index(ks(counts))]);
    table.row(["Gini".to_owned(), index(gini(counts))]);
    Section::new("labels", title).with(Block::Table(table))
}

fn sweep(study: &Study<'_>, tally: &Tally, language: Language) -> Vec<Section> {
    let mut points = tally.points.iter();
    let mut sections = Vec::new();
    for vary in study.thresholds() {
        let own: Vec<_> = vary
            .values
            .iter()
            .copied()
            .zip(points.by_ref().take(vary.values.len()))
            .collect();
        let param = study
            .policy()
            .declaration()
            .params
            .iter()
            .find(|param| *param.name == *vary.name);
        let (in_force, unit) = match param {
            Some(param) => (number(&param.value), &*param.unit),
            None => (None, ""),
        };
        let rows = tally.whole.rows;
        let curve = |name: &str, of: &dyn Fn(&Point) -> u64| Curve {
            name: name.to_owned(),
            points: own
                .iter()
                .map(|(value, point)| {
                    (
                        *value,
                        statistics::share(of(point), rows).unwrap_or_default(),
                    )
                })
                .collect(),
        };
        let at = |point: &Point, place: usize| point.outcomes.get(place).copied().unwrap_or(0);
        let mut curves = vec![
            curve(language.pick("aprobación", "approval"), &|p| {
                at(p, 0).saturating_add(at(p, 1))
            }),
            curve(language.pick("a una persona", "referral"), &|p| at(p, 2)),
            curve(language.pick("rechazo", "decline"), &|p| at(p, 3)),
        ];
        let labelled = own.iter().any(|(_, point)| point.granted.known() > 0);
        if labelled {
            curves.push(Curve {
                name: language
                    .pick("malos entre los otorgados", "bad among those granted")
                    .to_owned(),
                points: own
                    .iter()
                    .map(|(v, p)| (*v, bad_rate(&p.granted).unwrap_or_default()))
                    .collect(),
            });
        }
        let across = format!("`{}` ({unit})", vary.name);
        let mut table = Table::new([
            &format!("#{}", vary.name),
            language.pick("#aprobación", "#approval"),
            language.pick("#a una persona", "#referral"),
            language.pick("#rechazo", "#decline"),
            language.pick("#monto ofrecido", "#offer volume"),
            language.pick("#malos", "#bad rate"),
        ]);
        for (value, point) in &own {
            table.row([
                grouped(*value),
                share(at(point, 0).saturating_add(at(point, 1)), rows),
                share(at(point, 2), rows),
                share(at(point, 3), rows),
                pesos(rust_decimal::Decimal::new(point.volume, 2)),
                percent(bad_rate(&point.granted)),
            ]);
        }
        if !labelled {
            table.columns.pop();
            for row in &mut table.rows {
                row.pop();
            }
        }
        let title = language.pick(
            format!("Si se mueve `{}`", vary.name),
            format!("If `{}` moves", vary.name),
        );
        let chart = Block::Curves(Curves {
            title: language
                .pick("Tasas según el umbral", "Rates by the threshold")
                .to_owned(),
            across,
            in_force,
            curves,
        });
        let all = language.pick("Todos los valores", "All values").to_owned();
        let section = Section::new(&format!("vary-{}", vary.name.replace('_', "-")), title);
        sections.push(
            section
                .with(chart)
                .with(Block::Folded(all, vec![Block::Table(table)])),
        );
    }
    sections
}

fn number(value: &dictamen_model::characteristic::Value) -> Option<rust_decimal::Decimal> {
    match value {
        dictamen_model::characteristic::Value::Int(n) => Some((*n).into()),
        dictamen_model::characteristic::Value::Decimal(d) => Some(*d),
        _ => None,
    }
}

fn segments(study: &Study<'_>, tally: &Tally, language: Language) -> Option<Section> {
    if study.groupings().is_empty() {
        return None;
    }
    let title = language.pick("Por segmento", "By segment");
    let mut section = Section::new("segments", title);
    for by in study.groupings() {
        let mut table = Table::new([
            by.name(),
            language.pick("#personas", "#people"),
            language.pick("#aprobación", "#approval"),
            language.pick("#a una persona", "#referral"),
            language.pick("#rechazo", "#decline"),
            language.pick("#monto ofrecido", "#offer volume"),
            language.pick("#malos", "#bad rate"),
        ]);
        for (value, group) in tally.by.get(by.name()).into_iter().flatten() {
            let counts = &group.before;
            table.row([
                value.clone(),
                count(group.rows),
                share(counts.approved(), group.rows),
                share(counts.of(Outcome::Refer), group.rows),
                share(counts.of(Outcome::Decline), group.rows),
                pesos(counts.offered()),
                percent(bad_rate(&counts.granted)),
            ]);
        }
        section = section.with(Block::Table(table));
    }
    Some(section)
}
