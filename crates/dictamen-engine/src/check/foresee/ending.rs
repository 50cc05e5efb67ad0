//! The ways through the offer, or through `otherwise`.

use std::sync::Arc;

use dictamen_model::characteristic::Value;
use rust_decimal::Decimal;

use super::{
    Ending, given,
    stages::{Walk, named},
};
use crate::{
    Outcome,
    check::{
        case::Case,
        interval::{End, Interval},
        reason::{Leaf, Mind, Wanted},
        values::Values,
    },
    policy::{END, OFFER},
    reasons::{FAILED, UNDECIDED},
    tree::{Comparator, Function, GrantTerms, Node, NodeKind, Reduction},
};

/// No offer has a rate above it.
const HIGHEST_RATE: i64 = 10;

type Scores = Option<(i64, i64)>;

/// Who gets an offer, the codes that may be told with it, and whether it is reduced.
type Granted = (Case, Vec<(Arc<str>, Values)>, bool);

impl Walk<'_, '_> {
    pub(super) fn ending(
        &mut self,
        band: Option<usize>,
        scores: Scores,
        case: &Case,
    ) -> Option<()> {
        let prover = self.prover;
        if let Some(otherwise) = &prover.declaration.otherwise {
            let mut decision = self.decision(otherwise.outcome, band, scores, END);
            if let Some(code) = &otherwise.code {
                let sure = Values::exactly(&Value::Bool(true));
                given(&mut decision, prover.promised.codes(), code, sure);
            }
            let ending = Ending::Otherwise(band);
            return self.ends(case, ending, otherwise.outcome, decision);
        }
        let Some(offer) = &prover.declaration.offer else {
            return Some(());
        };
        let world = band.and_then(|at| prover.banded.get(at));
        let mind = world.unwrap_or(&prover.world).mind(&offer.closure);
        for (case, leaf) in mind.ways(&offer.closure.body, case) {
            match leaf {
                Leaf::Of(node) => match &node.kind {
                    NodeKind::Settle { outcome, code } => {
                        let mut decision = self.decision(*outcome, band, scores, OFFER);
                        let sure = Values::exactly(&Value::Bool(true));
                        given(&mut decision, prover.promised.codes(), code, sure);
                        self.ends(&case, Ending::Offer(band), *outcome, decision)?;
                    }
                    NodeKind::Grant { terms, reductions } => {
                        let granting = Granting {
                            mind: &mind,
                            node,
                            terms,
                            reductions,
                            requested: prover.requested,
                        };
                        self.grant(&granting, (band, scores), &case)?;
                    }
                    _ => self.unknown(band, scores, &case)?,
                },
                Leaf::Missing => self.unsettled(band, scores, &case, UNDECIDED)?,
                Leaf::Failed => self.unsettled(band, scores, &case, FAILED)?,
                Leaf::False | Leaf::Unknown => self.unknown(band, scores, &case)?,
            }
        }
        Some(())
    }

    fn decision(
        &self,
        outcome: Outcome,
        band: Option<usize>,
        scores: Scores,
        stage: &str,
    ) -> Vec<Values> {
        let mut decision = self.prover.known(outcome);
        self.scored(&mut decision, band, scores);
        named(&mut decision, 3, &stage.into());
        decision
    }

    /// An offer that cannot be known or computed.
    fn unsettled(
        &mut self,
        band: Option<usize>,
        scores: Scores,
        case: &Case,
        code: &str,
    ) -> Option<()> {
        let mut decision = self.decision(Outcome::Refer, band, scores, OFFER);
        let codes = self.prover.promised.codes();
        given(
            &mut decision,
            codes,
            code,
            Values::exactly(&Value::Bool(true)),
        );
        let ending = Ending::Offer(band);
        self.push(
            case.clone(),
            ending,
            Outcome::Refer,
            decision,
            code == FAILED,
        )
    }

    /// An offer of which nothing is known: it may end in any way.
    fn unknown(&mut self, band: Option<usize>, scores: Scores, case: &Case) -> Option<()> {
        let outcomes = [
            Outcome::Approve,
            Outcome::Counter,
            Outcome::Refer,
            Outcome::Decline,
        ];
        for outcome in outcomes {
            let mut decision = self.decision(outcome, band, scores, OFFER);
            for part in decision.iter_mut().skip(4) {
                *part = Values::anything();
            }
            self.push(case.clone(), Ending::Offer(band), outcome, decision, true)?;
        }
        Some(())
    }

    fn grant(
        &mut self,
        granting: &Granting<'_, '_>,
        (band, scores): (Option<usize>, Scores),
        case: &Case,
    ) -> Option<()> {
        for case in granting.missing(case) {
            self.unsettled(band, scores, &case, UNDECIDED)?;
        }
        if granting.fails(case) {
            self.unsettled(band, scores, case, FAILED)?;
        }
        for (case, given_codes, reduced) in granting.granted(case) {
            if granting.is_senseless(&case, reduced) {
                self.unsettled(band, scores, &case, FAILED)?;
            }
            let outcome = if reduced {
                Outcome::Counter
            } else {
                Outcome::Approve
            };
            let mut decision = self.decision(outcome, band, scores, OFFER);
            for (part, values) in decision.iter_mut().skip(4).zip(granting.terms(&case)) {
                *part = values;
            }
            for (code, may) in given_codes {
                given(&mut decision, self.prover.promised.codes(), &code, may);
            }
            self.push(case, Ending::Offer(band), outcome, decision, false)?;
        }
        Some(())
    }
}

/// A grant and the mind that reasons about it.
struct Granting<'m, 'w> {
    mind: &'m Mind<'w>,
    node: &'w Node,
    terms: &'w GrantTerms,
    reductions: &'w [Reduction],
    requested: (Option<usize>, Option<usize>),
}

impl<'w> Granting<'_, 'w> {
    fn missing(&self, case: &Case) -> Vec<Case> {
        self.mind.assume(self.node, Wanted::MISSING, case)
    }

    fn parts(&self) -> Vec<&'w Node> {
        let mut all = Vec::new();
        crate::tree::parts(self.node, &mut |part| all.push(part));
        all
    }

    fn fails(&self, case: &Case) -> bool {
        let mut parts = self.parts().into_iter();
        parts.any(|part| self.mind.values(part, case).fails)
    }

    /// The cases in which all terms are known, with the codes that are given and whether there is
    /// one.
    fn granted(&self, case: &Case) -> Vec<Granted> {
        let known = self.mind.assume(self.node, Wanted::KNOWN, case);
        let mut found = Vec::new();
        for case in known {
            let mut rest = vec![case];
            for (at, reduction) in self.reductions.iter().enumerate() {
                for case in self.mind.among(&rest, &reduction.condition, Wanted::TRUE) {
                    let behind = self.reductions.iter().skip(at.saturating_add(1));
                    let behind = behind.map(|other| {
                        (
                            Arc::clone(&other.code),
                            self.mind.values(&other.condition, &case),
                        )
                    });
                    let sure = Values::exactly(&Value::Bool(true));
                    let first = (Arc::clone(&reduction.code), sure);
                    let codes = [first].into_iter().chain(behind).collect();
                    found.push((case, codes, true));
                }
                rest = self.mind.among(&rest, &reduction.condition, Wanted::FALSE);
            }
            found.extend(rest.into_iter().map(|case| (case, Vec::new(), false)));
        }
        found
    }

    /// The terms, in the order in which they can be asked for.
    fn terms(&self, case: &Case) -> Vec<Values> {
        let value = |node: &'w Node| Values {
            missing: false,
            fails: false,
            ..self.mind.values(node, case)
        };
        let optional = |node: &'w Option<Node>| {
            let missing = || Values::exactly(&Value::Missing);
            node.as_ref().map_or_else(missing, value)
        };
        vec![
            value(&self.terms.amount),
            value(&self.terms.term_months),
            value(&self.terms.annual_rate),
            value(&self.terms.monthly_payment),
            optional(&self.terms.max_amount),
            optional(&self.terms.max_payment),
        ]
    }

    /// Whether the engine might refuse the terms as making no sense.
    fn is_senseless(&self, case: &Case, reduced: bool) -> bool {
        let number = |node: &'w Node| {
            let known = self.mind.values(node, case).known;
            known.number().unwrap_or(Interval::all(false))
        };
        let above = |node, bound: i64| {
            let low = number(node).low;
            let bound = Decimal::from(bound);
            matches!(low, End::Closed(low) if low > bound)
                || matches!(low, End::Open(low) if low >= bound)
        };
        let (amount, term) = (&self.terms.amount, &self.terms.term_months);
        let rate = number(&self.terms.annual_rate);
        let rate_is_fine = matches!(rate.low, End::Closed(low) if low >= Decimal::ZERO)
            && matches!(rate.high, End::Closed(high) if high <= Decimal::from(HIGHEST_RATE));
        if !above(amount, 0)
            || !above(term, 0)
            || !above(&self.terms.monthly_payment, 0)
            || !rate_is_fine
        {
            return true;
        }
        let asked = [(amount, self.requested.0), (term, self.requested.1)];
        asked.into_iter().any(|(node, requested)| {
            let Some(requested) = requested else {
                return true;
            };
            let more = !self.at_most(node, requested, 0) && !self.separate(node, requested, case);
            // Who is offered less is told why: nothing to be told where it cannot be less.
            let told = reduced
                || self.is_exactly(node, requested)
                || self
                    .reductions
                    .iter()
                    .any(|reduction| self.is_shortfall(&reduction.condition, node, requested));
            more || !told
        })
    }

    /// Whether a node cannot be above a characteristic because of the stretches of both.
    fn separate(&self, node: &'w Node, requested: usize, case: &Case) -> bool {
        let one = self.mind.values(node, case).known.number();
        let other = self.mind.world.values_of(requested, case).known.number();
        let ends = one.zip(other).map(|(one, other)| (one.high, other.low));
        matches!(ends, Some((End::Closed(high), End::Closed(low))) if high <= low)
    }

    fn bound(&self, node: &'w Node) -> &'w Node {
        match &node.kind {
            NodeKind::Local(slot) => self.mind.bound(*slot).map_or(node, |node| self.bound(node)),
            _ => node,
        }
    }

    fn is_exactly(&self, node: &'w Node, requested: usize) -> bool {
        matches!(self.bound(node).kind, NodeKind::Characteristic(at) if at == requested)
    }

    /// Whether a node is the smaller of a characteristic and something else, or less than it.
    fn at_most(&self, node: &'w Node, requested: usize, depth: usize) -> bool {
        if depth > 16 || self.is_exactly(node, requested) {
            return depth <= 16;
        }
        let NodeKind::Call {
            function,
            arguments,
        } = &self.bound(node).kind
        else {
            return false;
        };
        let below = |node: &'w Node| self.at_most(node, requested, depth.saturating_add(1));
        match function {
            Function::Min => arguments.iter().any(below),
            Function::FloorTo => arguments.first().is_some_and(below),
            _ => false,
        }
    }

    /// Whether a condition says that a node is less than a characteristic.
    fn is_shortfall(&self, condition: &'w Node, node: &'w Node, requested: usize) -> bool {
        let NodeKind::Compare {
            op, left, right, ..
        } = &condition.kind
        else {
            return false;
        };
        let (less, than) = match op {
            Comparator::Less => (left, right),
            Comparator::Greater => (right, left),
            _ => return false,
        };
        **less == *node && self.is_exactly(than, requested)
    }
}
