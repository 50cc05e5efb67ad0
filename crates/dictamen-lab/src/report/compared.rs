//! The report of two policies over a portfolio.

use std::collections::{BTreeMap, BTreeSet};

use dictamen_engine::{Outcome, words::Language};
use rust_decimal::Decimal;

use super::{
    Bar, Bars, Block, Figure, Report, Ruling, Section, Table, Tone,
    fair::fairness,
    metric::{average, bad_rate, gini, ks, psi},
    numbers::{
        NONE, count, grouped, index, less, percent, pesos, points, rounded, share, signed_pesos,
    },
    parts::{self, outcome},
};
use crate::{
    compare::{EditWords, ReasonChange, Search, Shares, Witness},
    simulate::{Counts, Group, OUTCOMES, Study, Tally},
    statistics,
};

/// Reasons whose share differs most that are told.
const MOST_REASONS: usize = 15;

/// What is told beside the counts.
#[derive(Debug, Clone, Copy)]
pub struct Compared<'a> {
    /// The edits in words.
    pub edits: &'a [EditWords],
    /// Texts that applicants are told otherwise.
    pub texts: &'a [ReasonChange],
    /// What the search for a witness came to, where there was one.
    pub search: Option<&'a Search>,
    /// What gates say.
    pub rulings: &'a [Ruling],
    /// Texts of both policies' codes.
    pub reasons: &'a BTreeMap<String, String>,
}

/// The report; nothing when the study has one policy only.
pub fn compared(
    study: &Study<'_>,
    tally: &Tally,
    told: &Compared<'_>,
    language: Language,
) -> Option<Report> {
    let (second, shares) = study.second()?;
    let first = study.policy();
    let whole = &tally.whole;
    let people = count(whole.rows);
    let name = |policy: &dictamen_engine::Policy| format!("`{}` {}", policy.id(), policy.version());
    let (one, other) = (name(first), name(second));
    let speaker = Speaker { whole, language };
    let mut sections: Vec<Section> = parts::gates(told.rulings, language).into_iter().collect();
    sections.push(speaker.edits(told, tally, shares));
    sections.extend(told.search.map(|search| speaker.witness(search)));
    sections.push(speaker.swaps());
    sections.push(speaker.rates(told.reasons));
    if whole.labels.known() > 0 {
        sections.push(speaker.labels());
    }
    let (before, after) = (
        fairness(study.groupings(), tally, false),
        fairness(study.groupings(), tally, true),
    );
    sections.extend(parts::fair(&after, Some(&before), language));
    sections.extend(speaker.segments(study, tally));
    sections.extend(speaker.texts(told.texts));
    sections.push(parts::quality(tally, true, language));
    Some(Report {
        title: language.pick("Quién cambia", "Who changes").to_owned(),
        subtitle: language.pick(
            format!("De {one} a {other}, sobre {people} solicitudes"),
            format!("From {one} to {other}, on {people} applications"),
        ),
        language,
        figures: speaker.figures(),
        sections,
    })
}

struct Speaker<'t> {
    whole: &'t Group,
    language: Language,
}

impl Speaker<'_> {
    fn pick<T>(&self, spanish: T, english: T) -> T {
        self.language.pick(spanish, english)
    }

    fn rate(&self, counts: &Counts, of: impl Fn(&Counts) -> u64) -> Option<Decimal> {
        statistics::share(of(counts), self.whole.rows)
    }

    fn figures(&self) -> Vec<Figure> {
        let (before, after) = (&self.whole.before, &self.whole.after);
        let change = |label: &str, of: &dyn Fn(&Counts) -> u64| {
            let (one, other) = (self.rate(before, of), self.rate(after, of));
            Figure {
                label: label.to_owned(),
                value: points(less(other, one)),
                note: format!("{} → {}", percent(one), percent(other)),
                tone: Tone::Plain,
            }
        };
        let volume = less(Some(after.offered()), Some(before.offered()));
        let swaps = &self.whole.swaps;
        vec![
            Figure {
                label: self
                    .pick("cambian de resultado", "change their outcome")
                    .to_owned(),
                value: count(self.whole.flips()),
                note: self.pick(
                    format!(
                        "{} entran, {} salen",
                        count(swaps.into.all()),
                        count(swaps.out.all())
                    ),
                    format!(
                        "{} swapped in, {} out",
                        count(swaps.into.all()),
                        count(swaps.out.all())
                    ),
                ),
                tone: if self.whole.flips() == 0 {
                    Tone::Good
                } else {
                    Tone::Look
                },
            },
            change(self.pick("aprobación", "approval"), &Counts::approved),
            change(self.pick("a una persona", "referral"), &|c| {
                c.of(Outcome::Refer)
            }),
            Figure {
                label: self.pick("monto ofrecido", "offer volume").to_owned(),
                value: volume.map_or_else(|| NONE.to_owned(), signed_pesos),
                note: format!("{} → {}", pesos(before.offered()), pesos(after.offered())),
                tone: Tone::Plain,
            },
        ]
    }

    fn edits(&self, told: &Compared<'_>, tally: &Tally, shares: &Shares) -> Section {
        let title = self.pick(
            "Qué se editó, y a quién cambia",
            "What was edited, and whom it changes",
        );
        let section = Section::new("edits", title);
        if told.edits.is_empty() {
            let text = self.pick(
                "Las dos políticas declaran lo mismo: nadie puede recibir otra decisión. Pueden diferir en nombre, versión, textos y comentarios.",
                "Both policies declare the same: nobody can be decided differently. They may differ in name, version, texts and remarks.",
            );
            return section.with(Block::Note(Tone::Good, text.to_owned()));
        }
        let shared = shares.edits() > 0;
        let mut table = Table::new([
            self.pick("qué", "what"),
            self.pick("antes", "before"),
            self.pick("ahora", "now"),
            self.pick("#entran", "#swapped in"),
            self.pick("#salen", "#swapped out"),
            self.pick("#otros cambios", "#other changes"),
        ]);
        let whole = Decimal::from(shares.whole());
        let share = |sum: Option<&i64>| -> String {
            let exact = sum.and_then(|sum| Decimal::from(*sum).checked_div(whole));
            let number = rounded(exact.unwrap_or_default(), 1);
            let number = if number.is_integer() {
                rounded(number, 0)
            } else {
                number
            };
            if shared {
                grouped(number)
            } else {
                NONE.to_owned()
            }
        };
        for (at, edit) in told.edits.iter().enumerate() {
            let sums = tally.shares.get(at);
            let sum = |kind: usize| share(sums.and_then(|sums| sums.get(kind)));
            table.row([
                format!("`{}` {}", edit.subject.replace('`', ""), edit.what),
                edit.before.clone(),
                edit.after.clone(),
                sum(0),
                sum(1),
                sum(2),
            ]);
        }
        let how = if !shared {
            self.pick(
                "Son demasiadas ediciones para repartir los cambios entre ellas.",
                "There are too many edits to share the changes among them.",
            )
        } else if told.edits.len() == 1 {
            self.pick(
                "Todos los cambios son de esta edición.",
                "All changes come from this edit.",
            )
        } else if shares.is_exact() {
            self.pick(
                "Cada persona que cambia se reparte entre las ediciones que la cambian (valor de Shapley, exacto): las partes suman una persona.",
                "Each person who changes is shared among the edits that change them (Shapley's value, exact): the parts add up to one person.",
            )
        } else {
            self.pick(
                "Cada persona que cambia se reparte entre las ediciones que la cambian (valor de Shapley, estimado con 16 órdenes fijos): las partes suman una persona.",
                "Each person who changes is shared among the edits that change them (Shapley's value, estimated on 16 fixed orders): the parts add up to one person.",
            )
        };
        section
            .with(Block::Table(table))
            .with(Block::Text(how.to_owned()))
    }

    fn witness(&self, search: &Search) -> Section {
        let title = self.pick(
            "Nadie cambia en este portafolio",
            "Nobody changes in this portfolio",
        );
        let section = Section::new("witness", title);
        match search {
            Search::Found(witness) => self.found(section, witness),
            Search::NotFound { tried } => {
                let tried = count(*tried);
                let text = self.pick(
                    format!("Tampoco se encontró a nadie que cambie entre {tried} solicitantes inventados en los límites de ambas políticas. No prueba que no lo haya."),
                    format!("Nor was anybody found who changes among {tried} applicants made up at the limits of both policies. That does not prove that there is nobody."),
                );
                section.with(Block::Note(Tone::Look, text))
            }
            Search::None => {
                let text = self.pick(
                    "Nadie puede cambiar: ambas declaran lo mismo.",
                    "Nobody can change: both declare the same.",
                );
                section.with(Block::Note(Tone::Good, text.to_owned()))
            }
        }
    }

    fn found(&self, section: Section, witness: &Witness) -> Section {
        let begun = match witness.row {
            Some(row) => self.pick(format!("el renglón {row}"), format!("row {row}")),
            None => self
                .pick(
                    "un solicitante de quien no se sabe nada",
                    "an applicant of whom nothing is known",
                )
                .to_owned(),
        };
        let text = self.pick(
            format!("Pero alguien cambiaría. Es {begun}, con esto en otro valor:"),
            format!("But somebody would change. It is {begun}, with these values changed:"),
        );
        let mut table = Table::new([
            self.pick("dato", "value"),
            self.pick("#en el renglón", "#in the row"),
            self.pick("#en el testigo", "#in the witness"),
        ]);
        for change in &witness.changes {
            table.row([
                format!("`{}`", change.characteristic),
                change.from.clone(),
                change.to.clone(),
            ]);
        }
        let mut given = Table::new([
            "",
            self.pick("resultado", "outcome"),
            self.pick("#puntaje", "#score"),
            self.pick("banda", "band"),
            self.pick("#monto", "#amount"),
            self.pick("motivos", "reasons"),
        ]);
        let policies = [
            (self.pick("antes", "before"), &witness.before),
            (self.pick("ahora", "now"), &witness.after),
        ];
        for (name, decided) in policies {
            let none = || NONE.to_owned();
            given.row([
                name.to_owned(),
                outcome(decided.outcome, self.language).to_owned(),
                decided.score.map_or_else(none, |score| score.to_string()),
                decided.band.clone().unwrap_or_else(none),
                decided.amount.map_or_else(none, pesos),
                decided.reasons.join(", "),
            ]);
        }
        section
            .with(Block::Note(Tone::Look, text))
            .with(Block::Table(table))
            .with(Block::Table(given))
    }

    fn swaps(&self) -> Section {
        let title = self.pick("Quién entra y quién sale", "Swap set");
        let swaps = &self.whole.swaps;
        let mut table = Table::new([
            self.pick("se le otorga", "is granted"),
            self.pick("#personas", "#people"),
            self.pick("#de todas", "#of all"),
            self.pick("#malos", "#bad rate"),
        ]);
        let lines = [
            (self.pick("por ambas", "by both"), &swaps.both),
            (
                self.pick("solo por la nueva: entran", "only by the new one: in"),
                &swaps.into,
            ),
            (
                self.pick("solo por la anterior: salen", "only by the old one: out"),
                &swaps.out,
            ),
            (self.pick("por ninguna", "by neither"), &swaps.neither),
        ];
        for (name, labels) in lines {
            table.row([
                name.to_owned(),
                count(labels.all()),
                share(labels.all(), self.whole.rows),
                percent(bad_rate(labels)),
            ]);
        }
        if self.whole.labels.known() == 0 {
            table.columns.pop();
            for row in &mut table.rows {
                row.pop();
            }
        }
        let (was, is) = (self.pick("antes", "before"), self.pick("ahora", "now"));
        let told = |of: Outcome| outcome(of.name(), self.language);
        let names = OUTCOMES.map(|of| format!("#{is}: {}", told(of)));
        let [a, b, c, d] = &names;
        let mut moves = Table::new(["", a, b, c, d]);
        for (of, line) in OUTCOMES.into_iter().zip(&self.whole.moves) {
            let mut cells = vec![format!("{was}: {}", told(of))];
            cells.extend(line.iter().map(|n| count(*n)));
            moves.rows.push(cells);
        }
        let differ = count(self.whole.differ);
        let text = self.pick(
            format!("En {differ} solicitudes difiere algo: resultado, puntaje, banda, oferta o motivos."),
            format!("For {differ} applications anything differs: outcome, score, band, offer or reasons."),
        );
        Section::new("swap-set", title)
            .with(Block::Table(table))
            .with(Block::Table(moves))
            .with(Block::Text(text))
    }

    fn rates(&self, reasons: &BTreeMap<String, String>) -> Section {
        let (before, after, rows) = (&self.whole.before, &self.whole.after, self.whole.rows);
        let bar = |label: String, one: u64, other: u64| {
            let value = |n: u64| {
                let part = statistics::share(n, rows);
                (
                    part.unwrap_or_default(),
                    format!("{} · {}", percent(part), count(n)),
                )
            };
            Bar {
                label,
                values: vec![value(one), value(other)],
            }
        };
        let bars = |title: &str, bars: Vec<Bar>| {
            Block::Bars(Bars {
                title: title.to_owned(),
                names: vec![
                    self.pick("antes", "before").to_owned(),
                    self.pick("ahora", "now").to_owned(),
                ],
                bars,
            })
        };
        let outcomes = OUTCOMES.map(|of| {
            bar(
                outcome(of.name(), self.language).to_owned(),
                before.of(of),
                after.of(of),
            )
        });
        let title = self.pick("Antes y ahora", "Before and now");
        let mut section = Section::new("rates", title)
            .with(bars(self.pick("Resultados", "Outcomes"), outcomes.into()));
        let of =
            |counts: &BTreeMap<String, u64>, name: &String| counts.get(name).copied().unwrap_or(0);
        let bands: BTreeSet<&String> = before.bands.keys().chain(after.bands.keys()).collect();
        if !bands.is_empty() {
            let told = bands.into_iter().map(|band| {
                bar(
                    band.clone(),
                    of(&before.bands, band),
                    of(&after.bands, band),
                )
            });
            section = section.with(bars(
                self.pick("Bandas del puntaje", "Bands of the score"),
                told.collect(),
            ));
        }
        let codes: BTreeSet<&String> = before.reasons.keys().chain(after.reasons.keys()).collect();
        let mut codes: Vec<_> = codes
            .into_iter()
            .map(|code| (code, of(&before.reasons, code), of(&after.reasons, code)))
            .collect();
        codes.sort_by_key(|(code, one, other)| (std::cmp::Reverse(one.abs_diff(*other)), *code));
        let unchanged = codes.iter().filter(|(_, one, other)| one == other).count();
        let changed = codes
            .into_iter()
            .filter(|(_, one, other)| one != other)
            .take(MOST_REASONS);
        let changed: Vec<Bar> = changed
            .map(|(code, one, other)| {
                let text = reasons.get(code).map_or("", String::as_str);
                bar(format!("`{code}` {text}"), one, other)
            })
            .collect();
        let same = self.pick(
            format!("{unchanged} motivos se dicen a tantas personas como antes."),
            format!("{unchanged} reasons are told to as many people as before."),
        );
        if !changed.is_empty() {
            let heading = self.pick(
                "Motivos que se dicen más o menos",
                "Reasons that are told more or less often",
            );
            section = section.with(bars(heading, changed));
        }
        let mut offers = Table::new([
            self.pick("ofertas", "offers"),
            self.pick("#antes", "#before"),
            self.pick("#ahora", "#now"),
        ]);
        let mean = |counts: &Counts| average(counts).map_or_else(|| NONE.to_owned(), pesos);
        offers.row([
            self.pick("cuántas", "how many").to_owned(),
            count(before.offers),
            count(after.offers),
        ]);
        offers.row([
            self.pick("monto", "volume").to_owned(),
            pesos(before.offered()),
            pesos(after.offered()),
        ]);
        offers.row([
            self.pick("en promedio", "average").to_owned(),
            mean(before),
            mean(after),
        ]);
        section.with(Block::Text(same)).with(Block::Table(offers))
    }

    fn labels(&self) -> Section {
        let (before, after) = (&self.whole.before, &self.whole.after);
        let title = self.pick("Qué fue de los créditos", "What became of the loans");
        let mut table = Table::new([
            self.pick("medida", "measure"),
            self.pick("#antes", "#before"),
            self.pick("#ahora", "#now"),
        ]);
        let known = |counts: &Counts| count(counts.granted.known());
        table.row([
            self.pick("otorgados con etiqueta", "granted, with a label")
                .to_owned(),
            known(before),
            known(after),
        ]);
        let bad = |counts: &Counts| percent(bad_rate(&counts.granted));
        table.row([
            self.pick("tasa de malos", "bad rate").to_owned(),
            bad(before),
            bad(after),
        ]);
        table.row(["KS".to_owned(), index(ks(before)), index(ks(after))]);
        table.row(["Gini".to_owned(), index(gini(before)), index(gini(after))]);
        table.row([
            self.pick("PSI del puntaje", "PSI of the score").to_owned(),
            String::new(),
            index(psi(before, after)),
        ]);
        let text = self.pick(
            "KS y Gini son de todos los que tienen puntaje y etiqueta; de un crédito que nadie otorgó no hay etiqueta.",
            "KS and Gini are of everybody with a score and a label; there is no label of a loan that nobody granted.",
        );
        Section::new("labels", title)
            .with(Block::Table(table))
            .with(Block::Text(text.to_owned()))
    }

    fn segments(&self, study: &Study<'_>, tally: &Tally) -> Option<Section> {
        if study.groupings().is_empty() {
            return None;
        }
        let mut section = Section::new("segments", self.pick("Por segmento", "By segment"));
        for by in study.groupings() {
            let mut table = Table::new([
                by.name(),
                self.pick("#personas", "#people"),
                self.pick("#aprobación", "#approval"),
                self.pick("#cambio", "#change"),
                self.pick("#entran", "#in"),
                self.pick("#salen", "#out"),
                self.pick("#a una persona", "#referral"),
                self.pick("#monto ofrecido", "#offer volume"),
            ]);
            for (value, group) in tally.by.get(by.name()).into_iter().flatten() {
                let rate = |counts: &Counts| statistics::share(counts.approved(), group.rows);
                table.row([
                    value.clone(),
                    count(group.rows),
                    percent(rate(&group.after)),
                    points(less(rate(&group.after), rate(&group.before))),
                    count(group.swaps.into.all()),
                    count(group.swaps.out.all()),
                    share(group.after.of(Outcome::Refer), group.rows),
                    pesos(group.after.offered()),
                ]);
            }
            section = section.with(Block::Table(table));
        }
        Some(section)
    }

    fn texts(&self, texts: &[ReasonChange]) -> Option<Section> {
        if texts.is_empty() {
            return None;
        }
        let title = self.pick(
            "Lo que se dice a los solicitantes",
            "What applicants are told",
        );
        let mut table = Table::new([
            self.pick("código", "code"),
            self.pick("texto", "text"),
            self.pick("antes", "before"),
            self.pick("ahora", "now"),
        ]);
        for change in texts {
            let text =
                |text: &Option<std::sync::Arc<str>>| text.as_ref().map_or(NONE, |t| t).to_owned();
            table.row([
                format!("`{}`", change.code),
                change.text.to_owned(),
                text(&change.before),
                text(&change.after),
            ]);
        }
        Some(Section::new("texts", title).with(Block::Table(table)))
    }
}
