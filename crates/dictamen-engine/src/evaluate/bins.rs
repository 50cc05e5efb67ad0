//! The bins of a scorecard characteristic, ready to be searched.

use dictamen_model::characteristic::Value;
use rust_decimal::Decimal;

use super::{compute::order_decimals, fixed};
use crate::program::Cell;

/// Lower bounds, ascending, with points.
#[derive(Debug, Clone)]
pub(crate) struct Bins {
    lowers: Box<[(Decimal, i64)]>,
    /// The lower bounds, when all are whole: whole numbers are compared as such.
    whole: Option<Box<[i64]>>,
    /// The lower bounds with the places all decimals have room for, when none is too large.
    fixed: Option<Box<[i128]>>,
    points: Box<[i64]>,
    best: i64,
}

impl Bins {
    /// Takes lower bounds with points; the bounds ascend.
    pub(crate) fn new(bins: Vec<(Decimal, i64)>) -> Self {
        let whole = bins.iter().map(|(lower, _)| {
            lower
                .is_integer()
                .then(|| i64::try_from(*lower).ok())
                .flatten()
        });
        Self {
            whole: whole.collect(),
            fixed: bins.iter().map(|(lower, _)| fixed::of(*lower)).collect(),
            points: bins.iter().map(|(_, points)| *points).collect(),
            best: bins.iter().map(|(_, points)| *points).max().unwrap_or(0),
            lowers: bins.into(),
        }
    }

    /// Lower bounds with points, ascending.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &(Decimal, i64)> + Clone {
        self.lowers.iter()
    }

    /// The points of the best bin, against which points are lost.
    pub(crate) fn best(&self) -> i64 {
        self.best
    }

    /// The points of the bin a number falls in; `None` below the first bin.
    pub(crate) fn points_of(&self, value: &Cell) -> Option<i64> {
        match value {
            Cell::Int(n) => self.points_of_int(*n),
            value => self.points(value.number()?),
        }
    }

    /// As [`points_of`](Self::points_of), of a characteristic as it stands.
    #[inline]
    pub(crate) fn points_of_fact(&self, value: &Value) -> Option<i64> {
        match value {
            Value::Int(n) => self.points_of_int(*n),
            Value::Decimal(number) => self.points(*number),
            _ => None,
        }
    }

    /// The points of the bin a whole number falls in; `None` below the first bin.
    pub(crate) fn points_of_int(&self, value: i64) -> Option<i64> {
        let Some(whole) = &self.whole else {
            return self.points(value.into());
        };
        self.before(whole.partition_point(|lower| *lower <= value))
    }

    /// The points of the bin a value falls in; `None` below the first bin.
    pub(crate) fn points(&self, value: Decimal) -> Option<i64> {
        if let (Some(lowers), Some(value)) = (&self.fixed, fixed::of(value)) {
            return self.before(lowers.partition_point(|lower| *lower <= value));
        }
        let reached = |(lower, _): &(Decimal, i64)| order_decimals(*lower, value).is_le();
        self.before(self.lowers.partition_point(reached))
    }

    fn before(&self, above: usize) -> Option<i64> {
        self.points.get(above.checked_sub(1)?).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bins(bounds: &[&str]) -> Bins {
        let bins = bounds.iter().zip(1..);
        Bins::new(bins.map(|(b, p)| (b.parse().unwrap(), p)).collect())
    }

    #[test]
    fn a_bin_begins_with_its_lower_bound() {
        for bins in [bins(&["0", "26", "52"]), bins(&["0", "26.0", "51.5"])] {
            let at = |n: i64| (bins.points_of_int(n), bins.points(n.into()));
            assert_eq!(at(-1), (None, None));
            assert_eq!(at(0), (Some(1), Some(1)));
            assert_eq!(at(25), (Some(1), Some(1)));
            assert_eq!(at(26), (Some(2), Some(2)));
            assert_eq!(at(52), (Some(3), Some(3)));
            assert_eq!(at(i64::MAX), (Some(3), Some(3)));
            assert_eq!(bins.best(), 3);
        }
    }
}
