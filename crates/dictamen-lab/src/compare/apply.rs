//! The first policy with some of the edits made.

use std::sync::Arc;

use dictamen_engine::{
    Policy,
    declaration::{Band, BandEffect, Declaration, Rule, Scored},
    tree::Closure,
};

use super::{
    Diff,
    edit::{Edit, Site},
    literal, order,
};

impl Diff {
    /// The first policy with those edits made that `chosen` says, by their position. `before` is the
    /// policy that was compared first. `None` when nothing can be made of it, which does not happen
    /// to policies that load.
    pub fn policy(&self, before: &Policy, chosen: &dyn Fn(usize) -> bool) -> Option<Policy> {
        before.amended(self.declaration(chosen))
    }

    fn declaration(&self, chosen: &dyn Fn(usize) -> bool) -> Declaration {
        let mut made = self.base.clone();
        let mut orders = self.orders.clone();
        let edits = self.edits.iter().enumerate();
        for (_, edit) in edits.filter(|(at, _)| chosen(*at)) {
            make(&mut made, edit, &mut orders);
        }
        for stage in &mut made.stages {
            if let Some((_, order)) = orders.iter().find(|(name, _)| *name == stage.name) {
                order::sort(&mut stage.rules, order, |rule| &rule.code);
            }
        }
        if let Some(card) = &mut made.scorecard {
            order::sort(&mut card.characteristics, &self.lines, |line| &line.code);
        }
        made
    }
}

fn make(made: &mut Declaration, edit: &Edit, orders: &mut [(Arc<str>, Vec<Arc<str>>)]) {
    match edit {
        Edit::Param { at, to, .. } => {
            if let Some(param) = made.params.get_mut(*at) {
                param.value = to.clone();
            }
        }
        Edit::Table { at, to } => {
            if let Some(table) = made.tables.get_mut(*at) {
                *table = to.clone();
            }
        }
        Edit::Literal { site, at, to, .. } => {
            if let Some(closure) = closure(made, site) {
                literal::replace(closure, *at, to);
            }
        }
        Edit::Closure { site, to } => {
            if let Some(closure) = closure(made, site) {
                closure.clone_from(to);
            }
        }
        Edit::RuleAdded { stage, rule } => {
            if let Some(stage) = made.stages.iter_mut().find(|known| known.name == *stage) {
                stage.rules.push(rule.clone());
            }
        }
        Edit::RuleRemoved { code } => {
            for stage in &mut made.stages {
                stage.rules.retain(|rule| rule.code != *code);
            }
        }
        Edit::RuleMoved { code, to } => {
            let mut moved: Vec<Rule> = Vec::new();
            for stage in &mut made.stages {
                moved.extend(stage.rules.extract_if(.., |rule| rule.code == *code));
            }
            if let Some(stage) = made.stages.iter_mut().find(|stage| stage.name == *to) {
                stage.rules.extend(moved);
            }
        }
        Edit::RuleOrder { stage, order } => {
            if let Some((_, known)) = orders.iter_mut().find(|(name, _)| name == stage) {
                known.clone_from(order);
            }
        }
        Edit::StageOutcome { stage, to } => {
            if let Some(stage) = made.stages.iter_mut().find(|known| known.name == *stage) {
                stage.outcome = *to;
            }
        }
        Edit::StageOrder { order } => order::sort(&mut made.stages, order, |stage| &stage.name),
        Edit::Base { to } => {
            if let Some(card) = &mut made.scorecard {
                card.base = *to;
            }
        }
        Edit::LineAdded { line } => {
            if let Some(card) = &mut made.scorecard {
                card.characteristics.push(line.clone());
            }
        }
        Edit::LineRemoved { code } => {
            if let Some(card) = &mut made.scorecard {
                card.characteristics.retain(|line| line.code != *code);
            }
        }
        Edit::Bin { code, at, to } => {
            if let Some(bin) = line(made, code).and_then(|line| line.bins.get_mut(*at)) {
                *bin = *to;
            }
        }
        Edit::Bins { code, to } => {
            if let Some(line) = line(made, code) {
                line.bins.clone_from(to);
            }
        }
        Edit::MissingPoints { code, to } => {
            if let Some(line) = line(made, code) {
                line.missing = *to;
            }
        }
        Edit::CutOff { band, to } => {
            if let Some(band) = banded(made, band) {
                band.cut_off = *to;
            }
        }
        Edit::Term { band, at, to, .. } => {
            if let Some(BandEffect::Terms(terms)) = banded(made, band).map(|b| &mut b.effect)
                && let Some((_, value)) = terms.iter_mut().find(|(term, _)| term == at)
            {
                *value = to.clone();
            }
        }
        Edit::BandEffect { band, to } => {
            if let Some(band) = banded(made, band) {
                band.effect = to.clone();
            }
        }
        Edit::Bands { to } => made.bands.clone_from(to),
        Edit::Scoring { scorecard, bands } => {
            made.scorecard.clone_from(scorecard);
            made.bands.clone_from(bands);
        }
        Edit::Ending { offer, otherwise } => {
            made.offer.clone_from(offer);
            made.otherwise.clone_from(otherwise);
        }
    }
}

fn closure<'d>(made: &'d mut Declaration, site: &Site) -> Option<&'d mut Closure> {
    match site {
        Site::Rule(code) => {
            let mut rules = made.stages.iter_mut().flat_map(|stage| &mut stage.rules);
            let rule = rules.find(|rule| rule.code == *code)?;
            Some(&mut rule.condition)
        }
        Site::Line(code) => line(made, code).map(|line| &mut line.input),
        Site::Offer => made.offer.as_mut().map(|offer| &mut offer.closure),
    }
}

fn line<'d>(made: &'d mut Declaration, code: &Arc<str>) -> Option<&'d mut Scored> {
    let card = made.scorecard.as_mut()?;
    card.characteristics
        .iter_mut()
        .find(|line| line.code == *code)
}

fn banded<'d>(made: &'d mut Declaration, id: &Arc<str>) -> Option<&'d mut Band> {
    let bands = made.bands.as_mut()?;
    bands.bands.iter_mut().find(|band| band.id == *id)
}
