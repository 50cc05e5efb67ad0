//! The scorecard of a policy as a table could say it.

use dictamen_engine::{
    Diagnostic, Policy,
    declaration::Scored,
    tree::{Node, NodeKind, Pattern},
};
use dictamen_model::characteristic::{Kind, Value, definitions};
use rust_decimal::Decimal;

use super::{Card, Classes, Line};

/// Takes the scorecard out of a policy.
///
/// # Errors
///
/// When there is none, or a line bins something computed, which no table can say: each of them.
pub fn of_policy(policy: &Policy) -> Result<Card, Vec<Diagnostic>> {
    let Some(scorecard) = &policy.declaration().scorecard else {
        let message = format!("`{}` has no scorecard", policy.id());
        return Err(vec![Diagnostic::error("scorecard::none", message)]);
    };
    let (mut lines, mut found) = (Vec::new(), Vec::new());
    for scored in &scorecard.characteristics {
        if let Some(line) = line(scored) {
            lines.push(line);
            continue;
        }
        let place = scored.place;
        let path = policy.path_of(place).unwrap_or_default();
        let message = format!(
            "`{}` ({path}, line {}) bins something that is computed",
            scored.code, place.line
        );
        let help = "a table can only name a characteristic; leave the line in the policy, or bin a characteristic";
        found.push(Diagnostic::error("scorecard::computed", message).help(help));
    }
    if found.is_empty() {
        Ok(Card {
            base: scorecard.base,
            lines,
        })
    } else {
        Err(found)
    }
}

fn line(scored: &Scored) -> Option<Line> {
    let (characteristic, classes) = classes(bare(&scored.input.body), &scored.bins)?;
    Some(Line {
        code: Some(scored.code.to_string()),
        characteristic,
        classes,
        missing: scored.missing,
    })
}

/// Without blocks that hold one expression.
fn bare(node: &Node) -> &Node {
    match &node.kind {
        NodeKind::Block {
            steps,
            result: Some(result),
        } if steps.is_empty() => bare(result),
        NodeKind::Return(inner) => bare(inner),
        _ => node,
    }
}

fn classes(node: &Node, bins: &[(Decimal, i64)]) -> Option<(usize, Classes)> {
    let constant = |node: &Node| match &bare(node).kind {
        NodeKind::Constant(Value::Int(number)) => Some(Decimal::from(*number)),
        NodeKind::Constant(Value::Decimal(number)) => Some(*number),
        _ => None,
    };
    let points = |value: Decimal| {
        let bin = bins.iter().rev().find(|(low, _)| *low <= value);
        bin.map(|(_, points)| *points)
    };
    match &node.kind {
        NodeKind::Characteristic(at) => {
            let is_number = definitions().get(*at)?.kind.is_number();
            is_number.then_some((*at, Classes::Ranges(bins.to_vec())))
        }
        NodeKind::If {
            condition,
            then,
            otherwise: Some(otherwise),
        } => {
            let NodeKind::Characteristic(at) = bare(condition).kind else {
                return None;
            };
            let values = vec![
                ("true".to_owned(), points(constant(then)?)?),
                ("false".to_owned(), points(constant(otherwise)?)?),
            ];
            Some((at, Classes::Values(values)))
        }
        NodeKind::Switch {
            value,
            arms,
            otherwise,
        } => {
            let NodeKind::Characteristic(at) = bare(value).kind else {
                return None;
            };
            let mut values = Vec::new();
            for arm in arms {
                let (Pattern::Exactly(Value::Text(text)), None) = (&arm.pattern, &arm.guard) else {
                    return None;
                };
                values.push((text.to_string(), points(constant(&arm.body)?)?));
            }
            let definition = definitions().get(at)?;
            let is_listed = |value: &&&str| values.iter().any(|(listed, _)| listed == **value);
            let listed = !definition.values.is_empty()
                && definition.values.iter().filter(is_listed).count() == definition.values.len();
            let least = values.iter().map(|(_, points)| *points).min();
            let rest = otherwise.as_deref().map(constant);
            // Reading it back gives whoever is not listed the fewest points.
            let carried = listed || rest.is_some_and(|rest| rest.and_then(points) == least);
            (definition.kind == Kind::Text && carried).then_some((at, Classes::Values(values)))
        }
        _ => None,
    }
}
