//! Quotients of whole numbers held against a whole number.
//!
//! Division is exact: 95 days by 30 are 3.1666…, not 3. Where a quotient is only held to be more or
//! less than something, that is what an analyst expects; where it must be equal to something, it
//! nearly never is.

use super::{
    case::Case,
    closures,
    reason::{Mind, World},
};
use crate::{
    Diagnostic,
    declaration::Declaration,
    text::Texts,
    tree::{Comparator, Node, NodeKind, Operator, visit},
};

/// Warns of quotients that are compared for being equal.
pub(super) fn check(
    world: &World<'_>,
    declaration: &Declaration,
    texts: &Texts,
    diagnostics: &mut Vec<Diagnostic>,
) {
    for closure in closures(declaration) {
        let mind = world.mind(closure);
        visit(&closure.body, &mut |node| {
            let NodeKind::Compare {
                op: Comparator::Equal | Comparator::NotEqual,
                left,
                right,
                ..
            } = &node.kind
            else {
                return;
            };
            let held = (is_quotient(&mind, left) && is_whole(&mind, right))
                || (is_quotient(&mind, right) && is_whole(&mind, left));
            let diagnostic = Diagnostic::warning(
                "script::integer-division",
                "a quotient of whole numbers is seldom a whole number",
            )
            .at(texts.span(node.place))
            .help(
                "division is exact, 95 / 30 is 3.1666…; write `floor_to(… / …, 1)` for whole ones",
            );
            if held && !diagnostics.contains(&diagnostic) {
                diagnostics.push(diagnostic);
            }
        });
    }
}

fn is_whole<'w>(mind: &Mind<'w>, node: &'w Node) -> bool {
    let values = mind.values(node, &Case::default());
    values.known.number().is_some_and(|number| number.whole)
}

fn is_quotient<'w>(mind: &Mind<'w>, node: &'w Node) -> bool {
    match &node.kind {
        NodeKind::Arithmetic {
            op: Operator::Divide,
            left,
            right,
        } => is_whole(mind, left) && is_whole(mind, right),
        _ => false,
    }
}
