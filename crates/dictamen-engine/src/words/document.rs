//! Puts the words of all parts of a policy together.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use dictamen_model::characteristic::{Definition, Kind, Unit, Value, definitions};
use rust_decimal::Decimal;

use super::{
    CharacteristicWords, Document, EndingWords, Language, ParamWords, Phrase, RuleWords,
    StageWords, TableWords,
    remark::Remarks,
    speaker::{Speaker, grouped},
};
use crate::{
    ENGINE_VERSION, PolicySource,
    policy::{Ending, OFFER, Policy, Rule},
    tree::{Closure, NodeKind, Place, visit},
};

/// A limit of a characteristic's range that says no more than "large".
const BOUNDLESS: Decimal = Decimal::from_parts(1_000_000_000, 0, 0, false, 0);

impl Policy {
    /// Everything the policy says, in words. `source` are the files it was loaded from; they
    /// have what analysts wrote above its parts.
    pub fn document(&self, source: &PolicySource, language: Language) -> Document {
        let remarks = Remarks::new(source);
        let speaker = Speaker {
            policy: self,
            remarks: &remarks,
            language,
        };
        let uses = Uses::of(self);
        let places = self.declaration.stages.iter().map(|stage| stage.place);
        let stages = self.stages.iter().zip(places);
        let stages = stages.map(|(stage, place)| StageWords {
            name: Arc::clone(&stage.name),
            outcome: stage.outcome,
            remark: remarks.heading(Some(place)),
            rules: stage
                .rules
                .iter()
                .map(|rule| speaker.rule(rule, place))
                .collect(),
        });
        let params = self.declaration.params.iter().enumerate();
        let params = params.map(|(index, param)| ParamWords {
            name: Arc::clone(&param.name),
            value: speaker.param_value(param),
            source: Arc::clone(&param.source),
            used_in: uses.params.get(&index).cloned().unwrap_or_default(),
            remark: remarks.above(param.place),
        });
        let characteristics = uses.characteristics.iter().filter_map(|(index, used_in)| {
            let definition = definitions().get(*index)?;
            Some(speaker.characteristic(definition, used_in.clone()))
        });
        let tables = self.declaration.tables.iter().map(|table| TableWords {
            file: Arc::clone(&table.file),
            columns: table.columns.iter().map(|c| Arc::clone(&c.name)).collect(),
            rows: table
                .rows
                .iter()
                .map(|row| row.iter().map(|cell| speaker.cell(cell)).collect())
                .collect(),
        });
        Document {
            language,
            policy: self.stamp.clone(),
            engine: ENGINE_VERSION,
            purpose: remarks.purpose(),
            params: params.collect(),
            stages: stages.collect(),
            scorecard: self.scorecard.as_ref().map(|card| speaker.scorecard(card)),
            bands: speaker.bands(),
            ending: speaker.ending(),
            tables: tables.collect(),
            characteristics: characteristics.collect(),
            reasons: self.reasons.clone(),
        }
    }
}

impl Speaker<'_> {
    fn rule(&self, rule: &Rule, stage: Place) -> RuleWords {
        // What is written above a line belongs to what begins it.
        let remark = if rule.line == stage.line {
            Vec::new()
        } else {
            self.remarks.above_line(&rule.file, rule.line)
        };
        RuleWords {
            code: Arc::clone(&rule.code),
            condition: self.condition(&rule.condition),
            missing: self.missing(&rule.condition, true),
            remark,
            reason: self.policy.reason(rule.reason).cloned(),
        }
    }

    fn ending(&self) -> EndingWords {
        let declaration = &self.policy.declaration;
        let offer = declaration.offer.as_ref().map(|offer| offer.place);
        let otherwise = declaration.otherwise.as_ref().map(|end| end.place);
        let remark = self.remarks.heading(offer.or(otherwise));
        match &self.policy.ending {
            Ending::Offer { closure, .. } => {
                let mut saying = self.saying();
                let steps = saying.steps(&closure.body);
                EndingWords {
                    remark,
                    is_offer: true,
                    steps,
                    names: saying.where_,
                    missing: self.missing(closure, false),
                }
            }
            Ending::Otherwise { outcome, reason } => {
                let how = self.outcome(*outcome);
                let text = match reason {
                    Some(reason) => {
                        let code = self.reason(*reason);
                        self.language
                            .pick(format!("{how} con {code}"), format!("{how} with {code}"))
                    }
                    None => how.to_owned(),
                };
                EndingWords {
                    remark,
                    is_offer: false,
                    steps: vec![Phrase::plain(text)],
                    names: Vec::new(),
                    missing: Vec::new(),
                }
            }
        }
    }

    fn characteristic(
        &self,
        definition: &'static Definition,
        used_in: Vec<Arc<str>>,
    ) -> CharacteristicWords {
        let pick = |spanish, english| self.language.pick(spanish, english);
        CharacteristicWords {
            name: definition.name,
            label: pick(definition.label_es, definition.label),
            meaning: pick(definition.meaning_es, definition.meaning),
            unit: match (definition.kind, definition.unit) {
                (Kind::Bool, _) => pick("sí o no", "yes or no"),
                (Kind::Date, _) => pick("fecha", "date"),
                (Kind::Text, _) => pick("clave", "code"),
                (_, Unit::Count) => pick("número", "count"),
                (_, Unit::Ratio) => pick("proporción", "ratio"),
                (_, Unit::Statistic) => pick("logaritmo anual", "logarithm per year"),
                (_, unit) => self.unit(unit, false),
            },
            range: self.range(definition),
            missing: self
                .language
                .pick(definition.missing_es, definition.missing),
            source: definition.source,
            used_in,
        }
    }

    fn range(&self, definition: &Definition) -> Option<String> {
        if !definition.values.is_empty() {
            let values: Vec<String> = definition.values.iter().map(|v| format!("`{v}`")).collect();
            return Some(values.join(", "));
        }
        let range = definition.range?;
        let (low, high) = (grouped(range.low), grouped(range.high));
        match (range.low > -BOUNDLESS, range.high < BOUNDLESS) {
            (true, true) => Some(self.language.pick(
                format!("de {low} a {high}"),
                format!("from {low} to {high}"),
            )),
            (true, false) => Some(
                self.language
                    .pick(format!("{low} o más"), format!("{low} or more")),
            ),
            (false, true) => Some(
                self.language
                    .pick(format!("{high} o menos"), format!("{high} or less")),
            ),
            (false, false) => None,
        }
    }

    fn cell(&self, value: &Value) -> String {
        match value {
            Value::Missing => String::new(),
            Value::Text(text) => text.to_string(),
            other => self.value(other, None),
        }
    }
}

/// Which codes read which thresholds and characteristics.
#[derive(Default)]
struct Uses {
    params: BTreeMap<usize, Vec<Arc<str>>>,
    characteristics: BTreeMap<usize, Vec<Arc<str>>>,
}

impl Uses {
    fn of(policy: &Policy) -> Self {
        let mut uses = Self::default();
        let rules = policy.stages.iter().flat_map(|stage| &stage.rules);
        let rules = rules.map(|rule| (&rule.code, &rule.condition));
        let scored = policy
            .scorecard
            .iter()
            .flat_map(|card| &card.characteristics);
        let scored = scored.map(|scored| (&scored.code, &scored.input));
        for (code, closure) in rules.chain(scored) {
            uses.add(code, closure);
        }
        if let Ending::Offer { closure, .. } = &policy.ending {
            uses.add(&OFFER.into(), closure);
        }
        uses
    }

    fn add(&mut self, code: &Arc<str>, closure: &Closure) {
        let mut params = BTreeSet::new();
        let mut characteristics = BTreeSet::new();
        visit(&closure.body, &mut |node| match node.kind {
            NodeKind::Param(index) => {
                params.insert(index);
            }
            NodeKind::Characteristic(index) => {
                characteristics.insert(index);
            }
            _ => {}
        });
        for index in params {
            self.params.entry(index).or_default().push(Arc::clone(code));
        }
        for index in characteristics {
            let codes = self.characteristics.entry(index).or_default();
            codes.push(Arc::clone(code));
        }
    }
}
