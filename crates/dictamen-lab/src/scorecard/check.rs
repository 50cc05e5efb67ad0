//! Whether the points of a scorecard go one way, and other things that are seldom meant.

use dictamen_engine::Diagnostic;
use dictamen_model::characteristic::definitions;

use super::{Card, Classes, read::name};

/// What somebody should look at in a card that can be used.
pub fn check(card: &Card) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for line in &card.lines {
        let name = name(line.characteristic);
        let points = line.classes.points();
        if let Classes::Ranges(ranges) = &line.classes {
            let turns = |rising: bool| {
                ranges.windows(2).find_map(|pair| match pair {
                    [(_, one), (at, other)] if rising == (other < one) && one != other => Some(*at),
                    _ => None,
                })
            };
            if let (Some(down), Some(up)) = (turns(true), turns(false)) {
                let message =
                    format!("points of `{name}` go both ways: down from {down}, up from {up}");
                found.push(
                    Diagnostic::warning("scorecard::not-monotone", message)
                        .help("bins of a scorecard usually rise or fall; join bins, or say in a comment why not"),
                );
            }
            for pair in ranges.windows(2) {
                if let [(_, one), (at, other)] = pair
                    && one == other
                {
                    let message =
                        format!("the bin of `{name}` from {at} gives what the one before gives");
                    found.push(Diagnostic::note("scorecard::same-points", message));
                }
            }
        }
        let (least, most) = (points.iter().min(), points.iter().max());
        if least == most && line.missing.is_none_or(|missing| Some(&missing) == most) {
            let message = format!("`{name}` gives everybody the same points");
            found.push(
                Diagnostic::warning("scorecard::idle", message)
                    .help("leave the line out, and add its points to the base"),
            );
        }
        let may_be_missing = definitions()
            .get(line.characteristic)
            .is_none_or(|d| d.missing.is_some());
        if line.missing.is_none() && may_be_missing {
            let message =
                format!("`{name}` has no points for a missing value: who has none is referred");
            found.push(Diagnostic::note("scorecard::no-missing", message));
        }
    }
    found
}
