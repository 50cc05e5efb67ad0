//! A report for programs: every number, exactly.

use serde_json::{Map, Value, json as object};

use super::{Fair, Ruling, fair::fairness, metrics};
use crate::{
    compare::{EditWords, ReasonChange, Search},
    simulate::{Group, Study, Tally},
};

/// Version of the form; another one when members change their meaning or go.
const FORM: u64 = 1;

/// What there is of a comparison beside the counts: edits, texts, and the search for a witness.
pub type Told<'a> = (&'a [EditWords], &'a [ReasonChange], Option<&'a Search>);

/// The report. Ratios and amounts are decimal texts; counts are numbers.
pub fn json(study: &Study<'_>, tally: &Tally, told: Option<Told<'_>>, rulings: &[Ruling]) -> Value {
    let stamp = |policy: &dictamen_engine::Policy| object!(policy.stamp());
    let numbers: Map<String, Value> = metrics(study, tally)
        .into_iter()
        .map(|(name, number)| {
            let text = number.map(|number| number.normalize().to_string());
            (name.to_owned(), text.into())
        })
        .collect();
    let by: Map<String, Value> = tally
        .by
        .iter()
        .map(|(name, groups)| {
            let groups = groups
                .iter()
                .map(|(value, of)| (value.clone(), group(of, study.second().is_some())));
            (name.clone(), Value::Object(groups.collect()))
        })
        .collect();
    let mut whole = object!({
        "form": FORM,
        "engine": dictamen_engine::ENGINE_VERSION,
        "policy": stamp(study.policy()),
        "rows": tally.whole.rows,
        "rejected": tally.rejected,
        "problems": tally.problems,
        "metrics": numbers,
        "all": group(&tally.whole, study.second().is_some()),
        "by": by,
        "missing": tally.missing,
        "gates": rulings,
        "fairness": fair(&fairness(study.groupings(), tally, study.second().is_some())),
    });
    let mut points = tally.points.iter();
    let sweep: Vec<Value> = study
        .thresholds()
        .map(|vary| {
            let values = vary
                .values
                .iter()
                .zip(points.by_ref().take(vary.values.len()));
            let values =
                values.map(|(value, point)| object!({"value": value.to_string(), "counts": point}));
            object!({"param": vary.name, "values": values.collect::<Vec<_>>()})
        })
        .collect();
    let Some(members) = whole.as_object_mut() else {
        return whole;
    };
    if !sweep.is_empty() {
        members.insert("vary".to_owned(), sweep.into());
    }
    if let (Some((second, shares)), Some((edits, texts, search))) = (study.second(), told) {
        let edits = edits.iter().enumerate().map(|(at, edit)| {
            let sums = tally.shares.get(at).copied().unwrap_or_default();
            let [into, out, other] = sums.map(|sum| part(sum, shares.whole()));
            let shared = (shares.edits() > 0)
                .then(|| object!({"swap_in": into, "swap_out": out, "other": other}));
            object!({"edit": edit, "shares": shared})
        });
        members.insert("after".to_owned(), stamp(second));
        members.insert("edits".to_owned(), edits.collect::<Vec<_>>().into());
        members.insert("shares_exact".to_owned(), shares.is_exact().into());
        members.insert("texts".to_owned(), object!(texts));
        members.insert("witness".to_owned(), object!(search));
    }
    whole
}

/// What was counted of a group; of one policy there is no second half.
fn group(group: &Group, compares: bool) -> Value {
    let mut told = object!(group);
    if let (false, Some(members)) = (compares, told.as_object_mut()) {
        for name in ["after", "moves", "differ", "swaps"] {
            members.remove(name);
        }
    }
    told
}

/// A part of whole people, with six decimals.
fn part(sum: i64, whole: i64) -> String {
    let exact = crate::statistics::quotient(sum.into(), whole.into());
    exact.map_or_else(String::new, |part| part.round_dp(6).normalize().to_string())
}

fn fair(columns: &[Fair]) -> Value {
    let columns = columns.iter().map(|column| {
        let groups = column.groups.iter().map(|group| {
            object!({
                "value": group.value,
                "people": group.people,
                "approved": group.approved,
                "ratio": group.ratio.map(|ratio| ratio.normalize().to_string()),
                "z": group.test.map(|test| test.z.to_string()),
                "p": group.test.map(|test| test.p.to_string()),
                "standing": group.standing.name(),
            })
        });
        let least = column.least_ratio().map(|ratio| ratio.normalize().to_string());
        object!({"column": column.column, "least_ratio": least, "groups": groups.collect::<Vec<_>>()})
    });
    columns.collect::<Vec<_>>().into()
}
