//! The bins of a scorecard characteristic, ready to be searched.

use dictamen_model::characteristic::Value;
use rust_decimal::Decimal;

use super::{compute::order_decimals, fixed, small};
use crate::program::{Cell, Small};

/// Lower bounds, ascending, with points.
#[derive(Debug, Clone)]
pub(crate) struct Bins {
    lowers: Box<[(Decimal, i64)]>,
    short: Option<Short>,
    /// The lower bounds with the places all decimals have room for, when none is too large.
    fixed: Option<Box<[(i128, i64)]>>,
    best: i64,
}

/// Bins whose lower bounds are few digits of one size, as nearly all are. There are so few of them
/// that looking at one after another finds a bin soonest.
#[derive(Debug, Clone)]
struct Short {
    /// Decimal places of the lower bounds.
    scale: u32,
    /// How many units of the last place make one.
    one: i64,
    /// In units of the last place.
    bins: Box<[(i64, i64)]>,
}

impl Short {
    fn of(bins: &[(Decimal, i64)]) -> Option<Self> {
        let scale = bins
            .iter()
            .map(|(lower, _)| lower.normalize().scale())
            .max()?;
        let short = bins.iter().map(|(lower, points)| {
            let lower = Small::of(lower.normalize())?;
            let missing = small::power(scale.checked_sub(lower.scale)?)?;
            Some((lower.digits.checked_mul(missing)?, *points))
        });
        Some(Self {
            scale,
            one: small::power(scale)?,
            bins: short.collect::<Option<_>>()?,
        })
    }

    /// A whole number in units of the last place.
    #[inline]
    fn whole(&self, number: i64) -> Option<i64> {
        number.checked_mul(self.one)
    }

    /// A number in units of the last place; what lies between two units is none of a bin's.
    #[inline]
    fn units(&self, number: Small) -> Option<i64> {
        match number.scale.checked_sub(self.scale) {
            Some(0) => Some(number.digits),
            Some(more) => number.digits.checked_div_euclid(small::power(more)?),
            None => {
                let less = self.scale.wrapping_sub(number.scale);
                number.digits.checked_mul(small::power(less)?)
            }
        }
    }
}

impl Bins {
    /// Takes lower bounds with points; the bounds ascend.
    pub(crate) fn new(bins: Vec<(Decimal, i64)>) -> Self {
        let fixed = bins
            .iter()
            .map(|(lower, points)| Some((fixed::of(*lower)?, *points)));
        Self {
            short: Short::of(&bins),
            fixed: fixed.collect(),
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
    #[inline]
    pub(crate) fn points_of_int(&self, value: i64) -> Option<i64> {
        match &self.short {
            Some(short) => match short.whole(value) {
                Some(units) => last(&short.bins, |lower| *lower <= units),
                None => self.points_at_length(value.into()),
            },
            None => self.points_at_length(value.into()),
        }
    }

    /// The points of the bin a value falls in; `None` below the first bin.
    #[inline]
    pub(crate) fn points(&self, value: Decimal) -> Option<i64> {
        match (&self.short, Small::of(value)) {
            (Some(short), Some(number)) => match short.units(number) {
                Some(units) => last(&short.bins, |lower| *lower <= units),
                None => self.points_at_length(value),
            },
            _ => self.points_at_length(value),
        }
    }

    #[inline(never)]
    fn points_at_length(&self, value: Decimal) -> Option<i64> {
        match (&self.fixed, fixed::of(value)) {
            (Some(bins), Some(value)) => last(bins, |lower| *lower <= value),
            _ => last(&self.lowers, |lower| order_decimals(*lower, value).is_le()),
        }
    }
}

/// The points of the last bin that is reached.
#[inline]
fn last<T>(bins: &[(T, i64)], reached: impl Fn(&T) -> bool) -> Option<i64> {
    let above = bins.iter().position(|(lower, _)| !reached(lower));
    let last = above.unwrap_or(bins.len()).checked_sub(1)?;
    bins.get(last).map(|(_, points)| *points)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Of ordinary size and of every other, near each other often enough.
    fn numbers() -> impl Strategy<Value = Decimal> {
        let digits = prop_oneof![
            -1_000_i128..1_000,
            any::<i64>().prop_map(i128::from),
            -79_228_162_514_264_337_593_543_950_335_i128..=79_228_162_514_264_337_593_543_950_335,
        ];
        (digits, prop_oneof![0_u32..4, 0_u32..=28])
            .prop_map(|(digits, scale)| Decimal::from_i128_with_scale(digits, scale))
    }

    proptest! {
        /// Whichever way a bin is searched, it is the last whose lower bound is reached.
        #[test]
        fn the_bin_is_the_last_one_reached(
            mut lowers in proptest::collection::vec(numbers(), 1..7),
            values in proptest::collection::vec(numbers(), 1..7),
            whole in any::<i64>(),
        ) {
            lowers.sort();
            let bins = Bins::new(lowers.iter().copied().zip(1..).collect());
            let reached = |value: Decimal| {
                lowers.iter().zip(1_i64..).filter(|(lower, _)| **lower <= value).map(|(_, p)| p).last()
            };
            for value in values.into_iter().chain(lowers.iter().copied()) {
                prop_assert_eq!(bins.points(value), reached(value), "{} in {:?}", value, lowers);
            }
            for whole in [whole, whole % 1_000] {
                prop_assert_eq!(bins.points_of_int(whole), reached(whole.into()), "{} in {:?}", whole, lowers);
            }
        }
    }

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
