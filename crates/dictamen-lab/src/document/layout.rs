//! What a document tells, in which order and under which headings.

use dictamen_engine::words::{
    BandsWords, CharacteristicWords, Document, EndingWords, Language, MissingWords, ParamWords,
    Phrase, RuleWords, ScorecardWords, ScoredWords, StageWords, TableWords,
};
use dictamen_engine::{CatalogueReason, Outcome};
use dictamen_model::Parameters;

use super::block::{Block, Column, Fact};

/// Most rows of a table that are shown.
const MAX_ROWS: usize = 50;

/// The document as blocks.
pub(super) fn blocks(document: &Document, parameters: &Parameters) -> Vec<Block> {
    let mut layout = Layout {
        language: document.language,
        blocks: Vec::new(),
    };
    layout.head(document, parameters);
    layout.stages(&document.stages);
    if let Some(scorecard) = &document.scorecard {
        layout.scorecard(scorecard);
    }
    if let Some(bands) = &document.bands {
        layout.bands(bands);
    }
    layout.ending(&document.ending);
    layout.params(&document.params);
    layout.tables(&document.tables);
    layout.reasons(&document.reasons);
    layout.characteristics(&document.characteristics);
    layout.parameters(parameters);
    layout.colophon(document, parameters);
    layout.blocks
}

struct Layout {
    language: Language,
    blocks: Vec<Block>,
}

impl Layout {
    fn say(&self, spanish: &str, english: &str) -> String {
        self.language.pick(spanish, english).to_owned()
    }

    fn heading(&mut self, level: usize, spanish: &str, english: &str) {
        let text = self.say(spanish, english);
        self.blocks.push(Block::Heading(level, text));
    }

    fn paragraph(&mut self, spanish: &str, english: &str) {
        let text = self.say(spanish, english);
        self.blocks.push(Block::Paragraph(text));
    }

    fn remark(&mut self, remark: &[Phrase]) {
        if !remark.is_empty() {
            self.blocks.push(Block::Remark(remark.to_vec()));
        }
    }

    fn text(&self, spanish: &str, english: &str) -> Column {
        Column {
            name: self.say(spanish, english),
            number: false,
        }
    }

    fn number(&self, spanish: &str, english: &str) -> Column {
        Column {
            name: self.say(spanish, english),
            number: true,
        }
    }

    fn outcome(&self, outcome: Outcome) -> &'static str {
        let (spanish, english) = match outcome {
            Outcome::Approve => ("aprobación", "approval"),
            Outcome::Counter => ("contraoferta", "counter-offer"),
            Outcome::Refer => ("revisión por una persona", "review by a person"),
            Outcome::Decline => ("declinación", "decline"),
        };
        self.language.pick(spanish, english)
    }

    fn head(&mut self, document: &Document, parameters: &Parameters) {
        let id = &document.policy.id;
        let title = self.language.pick(
            format!("Política de crédito {id}"),
            format!("Credit policy {id}"),
        );
        self.blocks.push(Block::Heading(1, title));
        let facts = vec![
            (
                self.say("Versión", "Version"),
                document.policy.version.to_string(),
            ),
            (
                self.say("Huella de la política", "Hash of the policy"),
                format!("`{}`", document.policy.hash),
            ),
            (
                self.say("Huella de los parámetros", "Hash of the parameters"),
                format!("`{}`", parameters.hash()),
            ),
        ];
        self.facts(facts);
        if !document.purpose.is_empty() {
            self.heading(2, "Propósito", "Purpose");
            self.remark(&document.purpose);
        }
        self.heading(2, "Cómo se decide", "How it decides");
        self.paragraph(
            "Las etapas se recorren en orden. La primera en la que se cumple una regla termina la evaluación con el resultado de la etapa, y todas las reglas que se cumplieron en ella son los motivos. Una regla que necesita un dato desconocido queda sin decidir: si ninguna otra de su etapa se cumple, la solicitud se refiere a una persona con el motivo UNDECIDED. Un dato desconocido nunca aprueba ni declina.",
            "Stages run in order. The first in which a rule fires ends the run with the outcome of the stage, and all rules that fired in it are the reasons. A rule that needs an unknown value stays undecided: if no other rule of its stage fires, the application is referred to a person with the reason UNDECIDED. An unknown value never approves and never declines.",
        );
        let mut steps: Vec<Phrase> = document
            .stages
            .iter()
            .map(|stage| Phrase::plain(format!("{}: {}", stage.name, self.outcome(stage.outcome))))
            .collect();
        if document.scorecard.is_some() {
            steps.push(Phrase::plain(
                self.say("SCORE: calificación y banda", "SCORE: score and band"),
            ));
        }
        steps.push(Phrase::plain(if document.ending.is_offer {
            self.say("OFFER: oferta", "OFFER: offer")
        } else {
            let ends = document.ending.steps.iter().map(Phrase::flat);
            format!("END: {}", ends.collect::<Vec<_>>().join("; "))
        }));
        self.blocks.push(Block::List(true, steps));
    }

    fn facts(&mut self, facts: Vec<(String, String)>) {
        let facts = facts
            .into_iter()
            .map(|(name, text)| (name, Fact::Text(text)));
        self.blocks.push(Block::Facts(facts.collect()));
    }

    fn params(&mut self, params: &[ParamWords]) {
        if params.is_empty() {
            return;
        }
        self.heading(2, "Parámetros de la política", "Parameters of the policy");
        let columns = vec![
            self.text("Parámetro", "Parameter"),
            self.text("Valor", "Value"),
            self.text("Origen", "Source"),
            self.text("Se usa en", "Used in"),
            self.text("Nota", "Note"),
        ];
        let rows = params.iter().map(|param| {
            let remark: Vec<String> = param.remark.iter().map(Phrase::flat).collect();
            vec![
                format!("`{}`", param.name),
                param.value.clone(),
                param.source.to_string(),
                param.used_in.join(", "),
                remark.join(" "),
            ]
        });
        let rows = rows.collect();
        self.table(columns, rows);
    }

    /// A table without the columns that say nothing.
    fn table(&mut self, columns: Vec<Column>, rows: Vec<Vec<String>>) {
        let used: Vec<bool> = (0..columns.len())
            .map(|at| {
                rows.iter()
                    .any(|row| row.get(at).is_some_and(|cell| !cell.is_empty()))
            })
            .collect();
        let keep = |cells: Vec<String>| {
            let cells = cells.into_iter().zip(&used);
            cells
                .filter(|(_, used)| **used)
                .map(|(cell, _)| cell)
                .collect()
        };
        let rows: Vec<Vec<String>> = rows.into_iter().map(keep).collect();
        let columns = columns.into_iter().zip(&used);
        let columns = columns.filter(|(_, used)| **used).map(|(column, _)| column);
        self.blocks.push(Block::Table(columns.collect(), rows));
    }

    fn stages(&mut self, stages: &[StageWords]) {
        if stages.is_empty() {
            return;
        }
        self.heading(2, "Etapas y reglas", "Stages and rules");
        for (position, stage) in stages.iter().enumerate() {
            let number = position.saturating_add(1);
            let outcome = self.outcome(stage.outcome);
            let text = format!("{number}. {} → {outcome} ({})", stage.name, stage.outcome);
            self.blocks.push(Block::Heading(3, text));
            self.remark(&stage.remark);
            for rule in &stage.rules {
                self.rule(rule);
            }
        }
    }

    fn rule(&mut self, rule: &RuleWords) {
        self.blocks.push(Block::Heading(
            4,
            self.named(&rule.code, rule.reason.as_ref()),
        ));
        self.remark(&rule.remark);
        let mut facts = vec![(
            self.say("Se cumple si", "Fires if"),
            Fact::Phrase(rule.condition.clone()),
        )];
        for missing in &rule.missing {
            let name = self.say("Si se desconoce", "If unknown");
            facts.push((name, Fact::Text(becomes(missing))));
        }
        facts.extend(self.told(rule.reason.as_ref()));
        self.blocks.push(Block::Facts(facts));
    }

    /// A code with the reason's text in the language of the document.
    fn named(&self, code: &str, reason: Option<&CatalogueReason>) -> String {
        match reason {
            Some(reason) => {
                format!("{code} · {}", self.language.pick(&reason.es_mx, &reason.en))
            }
            None => code.to_owned(),
        }
    }

    /// What the other language says of a reason, and what settles it.
    fn told(&self, reason: Option<&CatalogueReason>) -> Vec<(String, Fact)> {
        let Some(reason) = reason else {
            return Vec::new();
        };
        let other = self.language.pick(&reason.en, &reason.es_mx);
        let mut facts = vec![(
            self.say("En inglés", "In Spanish"),
            Fact::Text(other.to_string()),
        )];
        if let Some(evidence) = &reason.evidence {
            facts.push((
                self.say("Para resolverla", "What settles it"),
                Fact::Text(evidence.to_string()),
            ));
        }
        facts
    }

    fn scorecard(&mut self, scorecard: &ScorecardWords) {
        self.heading(2, "Calificación", "Scorecard");
        self.remark(&scorecard.remark);
        let base = scorecard.base;
        let reach = scorecard.reach.map(|(low, high)| {
            self.language.pick(
                format!(" Puede ir de {low} a {high}."),
                format!(" It can go from {low} to {high}."),
            )
        });
        let reach = reach.unwrap_or_default();
        let text = self.language.pick(
            format!("La calificación es {base} más los puntos de cada característica.{reach} Los puntos que faltan para el máximo de cada una ordenan los motivos."),
            format!("The score is {base} plus the points of every characteristic.{reach} The points lost against the best of each put the reasons in order."),
        );
        self.blocks.push(Block::Paragraph(text));
        for scored in &scorecard.characteristics {
            self.scored(scored);
        }
    }

    fn scored(&mut self, scored: &ScoredWords) {
        let title = format!("{} · {}", scored.code, scored.input.text);
        let title = title.trim_end_matches(" · ").to_owned();
        self.blocks.push(Block::Heading(3, title));
        self.remark(&scored.remark);
        if !scored.input.parts.is_empty() {
            self.blocks
                .push(Block::List(false, scored.input.parts.clone()));
        }
        let columns = vec![self.text("Valor", "Value"), self.number("Puntos", "Points")];
        let mut rows: Vec<Vec<String>> = scored
            .bins
            .iter()
            .map(|(range, points)| vec![range.clone(), points.to_string()])
            .collect();
        rows.push(vec![
            self.say("se desconoce", "unknown"),
            match scored.missing {
                Some(points) => points.to_string(),
                None => self.say("se refiere", "referred"),
            },
        ]);
        self.blocks.push(Block::Table(columns, rows));
        if let Some(reason) = &scored.reason {
            let (own, other) = self
                .language
                .pick((&reason.es_mx, &reason.en), (&reason.en, &reason.es_mx));
            let mut facts = vec![
                (self.say("Motivo", "Reason"), own.to_string()),
                (self.say("En inglés", "In Spanish"), other.to_string()),
            ];
            if let Some(evidence) = &reason.evidence {
                facts.push((
                    self.say("Para resolverla", "What settles it"),
                    evidence.to_string(),
                ));
            }
            self.facts(facts);
        }
    }

    fn bands(&mut self, bands: &BandsWords) {
        self.heading(2, "Bandas", "Bands");
        self.remark(&bands.remark);
        let mut columns = vec![
            self.text("Banda", "Band"),
            self.text("Calificación", "Score"),
            self.text("Resultado", "Outcome"),
        ];
        columns.extend(bands.terms.iter().map(|term| Column {
            name: format!("`{term}`"),
            number: true,
        }));
        let width = columns.len();
        let rows = bands.bands.iter().map(|band| {
            let mut row = vec![
                band.id.to_string(),
                band.scores.clone(),
                band.effect.clone(),
            ];
            row.extend(band.terms.iter().cloned());
            row.resize(width, String::new());
            row
        });
        let rows = rows.collect();
        self.table(columns, rows);
    }

    fn ending(&mut self, ending: &EndingWords) {
        if ending.is_offer {
            self.heading(2, "Oferta", "Offer");
        } else {
            self.heading(2, "Si ninguna regla se cumple", "If no rule fires");
        }
        self.remark(&ending.remark);
        self.blocks
            .push(Block::List(ending.is_offer, ending.steps.clone()));
        if !ending.names.is_empty() {
            self.paragraph("Donde:", "Where:");
            self.blocks.push(Block::List(false, ending.names.clone()));
        }
        if !ending.missing.is_empty() {
            let name = self.say("Si se desconoce", "If unknown");
            let facts = ending.missing.iter();
            self.facts(
                facts
                    .map(|missing| (name.clone(), becomes(missing)))
                    .collect(),
            );
        }
    }

    fn tables(&mut self, tables: &[TableWords]) {
        if tables.is_empty() {
            return;
        }
        self.heading(2, "Tablas", "Tables");
        for table in tables {
            self.blocks
                .push(Block::Heading(3, format!("`{}`", table.file)));
            let columns = table.columns.iter().map(|name| Column {
                name: name.to_string(),
                number: false,
            });
            let columns = columns.collect();
            let rows = table.rows.iter().take(MAX_ROWS).cloned().collect();
            self.blocks.push(Block::Table(columns, rows));
            let all = table.rows.len();
            if all > MAX_ROWS {
                let text = self.language.pick(
                    format!("Se muestran {MAX_ROWS} de {all} renglones."),
                    format!("{MAX_ROWS} of {all} rows are shown."),
                );
                self.blocks.push(Block::Paragraph(text));
            }
        }
    }

    fn reasons(&mut self, reasons: &[CatalogueReason]) {
        self.heading(2, "Catálogo de motivos", "Catalogue of reasons");
        let columns = vec![
            self.text("Código", "Code"),
            self.text("Español", "Spanish"),
            self.text("Inglés", "English"),
            self.text("Adverso", "Adverse"),
            self.text("Para resolverla", "What settles it"),
        ];
        let rows = reasons.iter().map(|reason| {
            vec![
                reason.code.to_string(),
                reason.es_mx.to_string(),
                reason.en.to_string(),
                if reason.adverse {
                    self.say("sí", "yes")
                } else {
                    "no".to_owned()
                },
                reason.evidence.as_deref().unwrap_or_default().to_owned(),
            ]
        });
        let rows = rows.collect();
        self.table(columns, rows);
    }

    fn characteristics(&mut self, characteristics: &[CharacteristicWords]) {
        if characteristics.is_empty() {
            return;
        }
        self.heading(2, "Características utilizadas", "Characteristics used");
        for each in characteristics {
            let title = format!("{} (`{}`)", capital(each.label), each.name);
            self.blocks.push(Block::Heading(4, title));
            let never = self.say("nunca", "never");
            let range = each.range.as_ref().map(|range| format!(" ({range})"));
            let source: Vec<String> = each.source.iter().map(|s| format!("`{s}`")).collect();
            let facts = vec![
                (self.say("Significado", "Meaning"), each.meaning.to_owned()),
                (
                    self.say("Medida", "Measure"),
                    format!("{}{}", each.unit, range.unwrap_or_default()),
                ),
                (
                    self.say("Se desconoce si", "Unknown when"),
                    each.missing.map_or(never, str::to_owned),
                ),
                (
                    self.say("Campos de origen", "Source fields"),
                    source.join(", "),
                ),
                (self.say("Se usa en", "Used in"), each.used_in.join(", ")),
            ];
            self.facts(facts);
        }
    }

    fn parameters(&mut self, parameters: &Parameters) {
        self.heading(
            2,
            "Parámetros públicos con fecha",
            "Dated public parameters",
        );
        self.paragraph(
            "Las características se calculan con estas cifras, según la fecha. Se muestra la última de cada tabla; una fecha fuera de la tabla se rechaza.",
            "Characteristics are computed with these figures, by date. The last one of each table is shown; a day outside the table is refused.",
        );
        let columns = vec![
            self.text("Tabla", "Table"),
            self.number("Valor", "Value"),
            self.text("Unidad", "Unit"),
            self.text("Desde", "From"),
            self.text("Hasta", "Until"),
            self.text("Origen", "Source"),
        ];
        let tables = parameters.tables();
        let rows = tables.iter().filter_map(|table| {
            let row = table.rows().last()?;
            Some(vec![
                format!("`{}`", table.name()),
                row.value.to_string(),
                table.unit().to_owned(),
                row.valid_from.to_string(),
                table.valid_until().to_string(),
                row.source.clone(),
            ])
        });
        let rows = rows.collect();
        self.table(columns, rows);
        self.heading(3, "Ingreso neto estimado", "Estimated net income");
        let columns = vec![
            self.number("Ingreso bruto mensual desde", "Gross income per month from"),
            self.number("Parte que queda", "Share left"),
        ];
        let slices = parameters.net_income().slices().iter();
        let rows = slices.map(|slice| vec![slice.from.to_string(), slice.keep.to_string()]);
        let rows = rows.collect();
        self.table(columns, rows);
        self.heading(3, "Convenciones", "Conventions");
        let columns = vec![
            self.text("Convención", "Convention"),
            self.number("Valor", "Value"),
            self.text("Unidad", "Unit"),
            self.text("Qué fija", "What it settles"),
        ];
        let all = parameters.conventions().all().iter();
        let rows = all.map(|convention| {
            vec![
                format!("`{}`", convention.name),
                convention.value.to_string(),
                convention.unit.clone(),
                convention.meaning.clone(),
            ]
        });
        let rows = rows.collect();
        self.table(columns, rows);
    }

    fn colophon(&mut self, document: &Document, parameters: &Parameters) {
        self.heading(2, "Constancia", "Attestation");
        let policy = &document.policy;
        let (hash, engine, public) = (&policy.hash, document.engine, parameters.hash());
        let text = self.language.pick(
            format!("Este documento se generó de los archivos de la política cuya huella es `{hash}`, con los parámetros `{public}` y el motor {engine}. Toda decisión tomada con ella lleva esas huellas. Las notas en cursiva son de quien escribió la política, en sus palabras."),
            format!("This document was made from the files of the policy whose hash is `{hash}`, with the parameters `{public}` and engine {engine}. Every decision made by it carries these hashes. Notes in italics are those of the policy's authors, in their words."),
        );
        self.blocks.push(Block::Paragraph(text));
        self.blocks.push(Block::Signatures(vec![
            self.say("Elaboró", "Prepared by"),
            self.say("Autorizó", "Approved by"),
            self.say("Fecha", "Date"),
        ]));
    }
}

/// Values and what becomes of a condition when one of them is unknown.
fn becomes(missing: &MissingWords) -> String {
    format!("{} → {}", missing.values.join("; "), missing.becomes)
}

/// A sentence with a capital at its beginning.
fn capital(text: &str) -> String {
    let mut rest = text.chars();
    rest.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(rest).collect()
    })
}
