//! What every policy promises, whatever its author wrote.

use dictamen_engine::{
    FAILED,
    declaration::{BandEffect, Declaration},
    prove::{Region, Way},
    tree::{NodeKind, visit},
};
use dictamen_model::characteristic::{Characteristics, definitions};

use super::{
    Checked, Verdict, name_of,
    search::{Search, Spent},
};

/// Words in names of characteristics that would stand for what nobody may be treated by.
const PROTECTED: [&str; 12] = [
    "sex",
    "gender",
    "birthplace",
    "nationality",
    "ethnic",
    "religion",
    "marital",
    "disab",
    "pregnan",
    "surname",
    "first_name",
    "indigenous",
];

/// Applicants tried for each rule and band.
const TRIES: usize = 120;

/// All of them, in the order in which they are told.
pub(super) fn all(search: &mut Search<'_>) -> Vec<Checked> {
    let declaration = search.policy.declaration();
    let ways: Option<Vec<Way>> = search
        .first
        .iter()
        .cloned()
        .collect::<Option<Vec<_>>>()
        .map(|ways| ways.concat());
    let mut found = vec![
        never_fails(search),
        has_reasons(search, declaration),
        protected(search),
    ];
    for (stage, declared) in declaration.stages.iter().enumerate() {
        for (at, rule) in declared.rules.iter().enumerate() {
            let code = rule.code.to_string();
            let parts = ways.as_ref().map(|ways| {
                let those = ways.iter().filter(|way| way.rule() == Some((stage, at)));
                those.map(Way::region).collect()
            });
            let name = format!("rule {code} is reached");
            let verdict = reached(search, parts, &mut |search, facts| {
                let decided = search.policy.evaluate(facts, &mut search.scratch);
                decided.codes().any(|given| given == code)
            });
            found.push(built_in(name, verdict));
        }
    }
    for (at, band) in declaration.bands.iter().flat_map(|b| &b.bands).enumerate() {
        let id = band.id.to_string();
        let parts = ways.as_ref().map(|ways| {
            let those = ways.iter().filter(|way| way.band() == Some(at));
            those.map(Way::region).collect()
        });
        let name = format!("band {id} is reached");
        let verdict = band_reached(search, parts, declaration, at);
        found.push(built_in(name, verdict));
    }
    found
}

fn built_in(name: impl Into<String>, verdict: Verdict) -> Checked {
    Checked {
        name: name.into(),
        line: None,
        verdict,
    }
}

/// Nothing is referred because it could not be computed.
fn never_fails(search: &mut Search<'_>) -> Checked {
    let verdict = search.everywhere(
        &mut |_, ways| {
            let failing = ways.iter().filter(|way| way.fails());
            failing.map(Way::region).collect()
        },
        &mut |search, facts| {
            let decided = search.policy.evaluate(facts, &mut search.scratch);
            decided.codes().any(|code| code == FAILED)
        },
        "the answer to this applicant cannot be computed",
    );
    built_in("nothing fails while deciding", verdict)
}

/// Every answer that is no approval has a reason with a text in both languages.
fn has_reasons(search: &Search<'_>, declaration: &Declaration) -> Checked {
    let mut codes: Vec<&str> = Vec::new();
    let rules = declaration.stages.iter().flat_map(|stage| &stage.rules);
    codes.extend(rules.map(|rule| &*rule.code));
    let scored = declaration
        .scorecard
        .iter()
        .flat_map(|s| &s.characteristics);
    codes.extend(scored.map(|scored| &*scored.code));
    for band in declaration.bands.iter().flat_map(|bands| &bands.bands) {
        if let BandEffect::End { code, .. } = &band.effect {
            codes.push(code);
        }
    }
    codes.extend(declaration.offer_codes.iter().map(|(code, _)| &**code));
    let otherwise = declaration.otherwise.as_ref();
    codes.extend(otherwise.and_then(|otherwise| otherwise.code.as_deref()));
    let told = |code: &str| {
        search.policy.catalogue().iter().any(|reason| {
            &*reason.code == code && !reason.es_mx.trim().is_empty() && !reason.en.trim().is_empty()
        })
    };
    let silent: Vec<&str> = codes.iter().copied().filter(|code| !told(code)).collect();
    let bare = otherwise.is_some_and(|otherwise| {
        otherwise.code.is_none() && otherwise.outcome != dictamen_engine::Outcome::Approve
    });
    let verdict = if silent.is_empty() && !bare {
        Verdict::Proved {
            because: format!("each of {} codes has a text in both languages", codes.len()),
            witness: None,
        }
    } else {
        Verdict::Refuted {
            because: format!("without a text: {}", silent.join(", ")),
            example: None,
        }
    };
    built_in(
        "every decline, referral and counter-offer has a reason",
        verdict,
    )
}

/// Nothing that decides reads what nobody may be treated by.
fn protected(search: &Search<'_>) -> Checked {
    let declaration = search.policy.declaration();
    let decides = |at: &usize| search.prover.decides_by(*at);
    let read: Vec<usize> = (0..definitions().len()).filter(decides).collect();
    let is_protected = |name: &str| PROTECTED.iter().any(|word| name.contains(word));
    let bad: Vec<&str> = read
        .iter()
        .map(|at| name_of(*at))
        .filter(|n| is_protected(n))
        .collect();
    if !bad.is_empty() {
        let because = format!("it reads {}", bad.join(", "));
        let refuted = Verdict::Refuted {
            because,
            example: None,
        };
        return built_in("sex, place of birth and names are out of reach", refuted);
    }
    let ages: Vec<String> = read
        .iter()
        .filter(|at| name_of(**at).starts_with("age_") || name_of(**at) == "metric_age")
        .map(|at| {
            let mut readers: Vec<&str> = Vec::new();
            for rule in declaration.stages.iter().flat_map(|stage| &stage.rules) {
                let mut reads = false;
                visit(&rule.condition.body, &mut |node| {
                    reads |= matches!(node.kind, NodeKind::Characteristic(i) if i == *at);
                });
                if reads {
                    readers.push(&rule.code);
                }
            }
            let readers = if readers.is_empty() {
                "score or offer".to_owned()
            } else {
                readers.join(", ")
            };
            format!("{} ({readers})", name_of(*at))
        })
        .collect();
    let age = if ages.is_empty() {
        "age is not read either".to_owned()
    } else {
        format!("age is: {}", ages.join(", "))
    };
    let because = format!(
        "{} characteristics are read, none of them such; {age}",
        read.len()
    );
    let verdict = Verdict::Proved {
        because,
        witness: None,
    };
    built_in("sex, place of birth and names are out of reach", verdict)
}

type Shows<'f, 'a> = &'f mut dyn FnMut(&mut Search<'a>, &Characteristics) -> bool;

/// Somebody gets to a rule.
fn reached<'a>(
    search: &mut Search<'a>,
    parts: Option<Vec<Region>>,
    shows: Shows<'_, 'a>,
) -> Verdict {
    let mut spent = Spent::default();
    let Some(parts) = parts else {
        return spent.verdict();
    };
    if parts.is_empty() {
        return unreachable();
    }
    for part in parts.iter().take(200) {
        spent.regions = spent.regions.saturating_add(1);
        if let Some(facts) = search.find(part, TRIES, &mut spent, shows) {
            return witnessed(search, facts, shows);
        }
    }
    spent.open = parts.len();
    spent.verdict()
}

fn unreachable() -> Verdict {
    Verdict::Refuted {
        because: "no applicant within the declared ranges gets there".to_owned(),
        example: None,
    }
}

fn witnessed<'a>(search: &mut Search<'a>, facts: Characteristics, shows: Shows<'_, 'a>) -> Verdict {
    Verdict::Proved {
        because: "an applicant gets there".to_owned(),
        witness: Some(search.example(facts, shows)),
    }
}

/// Somebody's score falls in a band: values are changed one by one as long as the score comes nearer.
fn band_reached(
    search: &mut Search<'_>,
    parts: Option<Vec<Region>>,
    declaration: &Declaration,
    at: usize,
) -> Verdict {
    let bands = declaration.bands.iter().flat_map(|bands| &bands.bands);
    let bands: Vec<_> = bands.collect();
    let Some(band) = bands.get(at) else {
        return unreachable();
    };
    let above = at.checked_sub(1).and_then(|before| bands.get(before));
    let above = above.map_or(i64::MAX, |above| above.cut_off);
    let id = band.id.to_string();
    let cut_off = band.cut_off;
    let mut shows = |search: &mut Search<'_>, facts: &Characteristics| {
        let decided = search.policy.evaluate(facts, &mut search.scratch);
        decided.band() == Some(id.as_str())
    };
    let mut spent = Spent::default();
    let Some(parts) = parts else {
        return spent.verdict();
    };
    if parts.is_empty() {
        return unreachable();
    }
    for part in parts.iter().take(50) {
        spent.regions = spent.regions.saturating_add(1);
        let choices = search.choices(part);
        for attempt in 0..4 {
            let mut facts = search.pick(&choices, attempt);
            let mut distance = distance(search, &facts, cut_off, above, &mut spent);
            for index in search.prover.read().to_vec() {
                for value in search.prover.candidates(part, index) {
                    let mut changed = facts.clone();
                    if distance == Some(0) || changed.set(name_of(index), value).is_err() {
                        continue;
                    }
                    let nearer = self::distance(search, &changed, cut_off, above, &mut spent);
                    if nearer.is_some_and(|n| distance.is_none_or(|known| n < known)) {
                        (facts, distance) = (changed, nearer);
                    }
                }
            }
            if distance == Some(0) && search.assumed(&facts) {
                return witnessed(search, facts, &mut shows);
            }
        }
    }
    spent.open = parts.len();
    spent.verdict()
}

/// How far a score is from a band; nothing without a score.
fn distance(
    search: &mut Search<'_>,
    facts: &Characteristics,
    cut_off: i64,
    above: i64,
    spent: &mut Spent,
) -> Option<u64> {
    spent.trials = spent.trials.saturating_add(1);
    let score = search.policy.evaluate(facts, &mut search.scratch).score()?;
    let (below, over) = (
        cut_off.saturating_sub(score),
        score.saturating_sub(above.saturating_sub(1)),
    );
    Some(below.max(over).max(0).unsigned_abs())
}
