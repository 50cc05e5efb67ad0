//! A stretch of numbers: what is known of a number before any applicant is seen.
//!
//! Every operation gives at least the numbers that are possible; where the exact stretch is not
//! known it gives a wider one. It knows nothing of trees. Days of the calendar are counted, and
//! are whole numbers here.

use rust_decimal::{Decimal, prelude::ToPrimitive as _};

use crate::tree::{Comparator, Operator};

/// One end of a stretch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// There is none.
    Unbounded,
    /// Up to this number, without it.
    Open(Decimal),
    /// Up to this number, with it.
    Closed(Decimal),
}

impl End {
    fn number(self) -> Option<Decimal> {
        match self {
            Self::Unbounded => None,
            Self::Open(number) | Self::Closed(number) => Some(number),
        }
    }

    /// The same end with its number in the stretch.
    fn closed(self) -> Self {
        self.number().map_or(Self::Unbounded, Self::Closed)
    }
}

/// All numbers between two ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Interval {
    pub(super) low: End,
    pub(super) high: End,
    /// Whether only whole numbers of it are meant.
    pub(super) whole: bool,
}

impl Interval {
    /// Every number, or every whole number.
    pub(super) fn all(whole: bool) -> Self {
        Self {
            low: End::Unbounded,
            high: End::Unbounded,
            whole,
        }
    }

    pub(super) fn single(number: Decimal, whole: bool) -> Self {
        Self::between(number, number, whole)
    }

    /// Both numbers included.
    pub(super) fn between(low: Decimal, high: Decimal, whole: bool) -> Self {
        Self {
            low: End::Closed(low),
            high: End::Closed(high),
            whole,
        }
    }

    /// From a number to just below another; no number is no end.
    pub(super) fn bin(low: Decimal, next: Option<Decimal>) -> Self {
        Self {
            low: End::Closed(low),
            high: next.map_or(End::Unbounded, End::Open),
            whole: false,
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        match (self.low, self.high) {
            (End::Unbounded, _) | (_, End::Unbounded) => false,
            (End::Closed(low), End::Closed(high)) => low > high,
            (End::Open(low) | End::Closed(low), End::Open(high) | End::Closed(high)) => low >= high,
        }
    }

    /// The only number of it.
    pub(super) fn only(&self) -> Option<Decimal> {
        match (self.low, self.high) {
            (End::Closed(low), End::Closed(high)) if low == high => Some(low),
            _ => None,
        }
    }

    /// Whether no number of it is below zero.
    fn not_negative(&self) -> bool {
        self.low.number().is_some_and(|low| low >= Decimal::ZERO)
    }

    /// Whether every number of it can be a whole number of the language.
    fn fits_whole(&self) -> bool {
        let fits = |end: End| end.number().is_some_and(|n| n.to_i64().is_some());
        fits(self.low) && fits(self.high)
    }

    pub(super) fn bounds(&self) -> Option<(Decimal, Decimal)> {
        Some((self.low.number()?, self.high.number()?))
    }

    /// The numbers that are in both.
    pub(super) fn meet(&self, other: &Self) -> Self {
        let low = higher_start(self.low, other.low);
        let high = lower_finish(self.high, other.high);
        Self {
            low,
            high,
            whole: self.whole,
        }
        .tidy()
    }

    /// The shortest stretch that has the numbers of both.
    pub(super) fn join(&self, other: &Self) -> Self {
        if self.is_empty() {
            return *other;
        }
        if other.is_empty() {
            return *self;
        }
        Self {
            low: lower_start(self.low, other.low),
            high: higher_finish(self.high, other.high),
            whole: self.whole && other.whole,
        }
    }

    /// Exactly the numbers of both, where nothing lies between them.
    pub(super) fn exactly_with(&self, other: &Self) -> Option<Self> {
        let (first, second) = if lower_start(self.low, other.low) == self.low {
            (self, other)
        } else {
            (other, self)
        };
        let touches = match (first.high, second.low) {
            (End::Unbounded, _) | (_, End::Unbounded) => true,
            (End::Closed(high), End::Closed(low)) if self.whole && other.whole => high
                .checked_add(Decimal::ONE)
                .is_some_and(|next| next >= low),
            (End::Open(high), End::Open(low)) => high > low,
            (End::Open(high) | End::Closed(high), End::Open(low) | End::Closed(low)) => high >= low,
        };
        (touches && self.whole == other.whole).then(|| self.join(other))
    }

    /// Among whole numbers every end is one of them.
    fn tidy(self) -> Self {
        if !self.whole {
            return self;
        }
        let one = Decimal::ONE;
        let low = match self.low {
            End::Open(low) => low.floor().checked_add(one).map_or(self.low, End::Closed),
            End::Closed(low) => End::Closed(low.ceil()),
            End::Unbounded => End::Unbounded,
        };
        let high = match self.high {
            End::Open(high) => high.ceil().checked_sub(one).map_or(self.high, End::Closed),
            End::Closed(high) => End::Closed(high.floor()),
            End::Unbounded => End::Unbounded,
        };
        Self { low, high, ..self }
    }

    /// The numbers of it that stand so to some number of another stretch: none, one stretch or
    /// two.
    pub(super) fn related(&self, op: Comparator, other: &Self) -> Vec<Self> {
        let below = |high: End| Self {
            low: End::Unbounded,
            high,
            whole: self.whole,
        };
        let above = |low: End| Self {
            low,
            high: End::Unbounded,
            whole: self.whole,
        };
        let open = |end: End| end.number().map_or(End::Unbounded, End::Open);
        let limits = match op {
            Comparator::Less => vec![below(open(other.high))],
            Comparator::AtMost => vec![below(other.high)],
            Comparator::Greater => vec![above(open(other.low))],
            Comparator::AtLeast => vec![above(other.low)],
            Comparator::Equal => vec![*other],
            Comparator::NotEqual => match other.only() {
                Some(number) => vec![below(End::Open(number)), above(End::Open(number))],
                None => vec![Self::all(self.whole)],
            },
        };
        let met = limits.iter().map(|limit| self.meet(limit));
        met.filter(|met| !met.is_empty()).collect()
    }

    pub(super) fn negated(&self) -> Self {
        let turned = |end: End| match end {
            End::Unbounded => End::Unbounded,
            End::Open(number) => End::Open(opposite(number)),
            End::Closed(number) => End::Closed(opposite(number)),
        };
        Self {
            low: turned(self.high),
            high: turned(self.low),
            whole: self.whole,
        }
    }

    /// What the operation gives, and whether it can fail: by a number too large, or by zero.
    pub(super) fn combined(&self, op: Operator, other: &Self) -> (Self, bool) {
        let whole = self.whole && other.whole && op != Operator::Divide;
        let found = match op {
            Operator::Add => self.sum(other),
            Operator::Subtract => self.sum(&other.negated()),
            Operator::Multiply => self.product(other),
            Operator::Divide => self.quotient(other),
            Operator::Remainder => self.remainder(other),
        };
        let found = Self { whole, ..found };
        let zero = matches!(op, Operator::Divide | Operator::Remainder)
            && !other.related(Comparator::Equal, &ZERO).is_empty();
        // `i64::MIN % -1` is rare enough to be taken for a failure here. A quotient by what is
        // above zero fits where those at the ends do.
        let certain = match op {
            Operator::Divide | Operator::Remainder => {
                other.low.number().is_some_and(|low| low > Decimal::ZERO)
            }
            _ => true,
        };
        let fits = found.bounds().is_some() && (!whole || found.fits_whole());
        (found, zero || !certain || !fits)
    }

    fn sum(&self, other: &Self) -> Self {
        let end = |one: End, other: End, up: bool| {
            let sum = one.number().zip(other.number()).and_then(|(a, b)| {
                let sum = a.checked_add(b)?;
                widened(sum, sum.scale() >= a.scale().max(b.scale()), up)
            });
            sum.map_or(End::Unbounded, End::Closed)
        };
        Self {
            low: end(self.low, other.low, false),
            high: end(self.high, other.high, true),
            whole: false,
        }
    }

    fn product(&self, other: &Self) -> Self {
        let (Some(one), Some(two)) = (self.bounds(), other.bounds()) else {
            return self.unbounded_with(other);
        };
        let times = |a: Decimal, b: Decimal| {
            let product = a.checked_mul(b)?;
            let exact = a.is_zero() || b.is_zero() || {
                let scale = a.scale().checked_add(b.scale())?;
                product.scale() >= scale
            };
            Some((product, exact))
        };
        spread(one, two, times).unwrap_or_else(|| self.unbounded_with(other))
    }

    fn quotient(&self, other: &Self) -> Self {
        let (Some(one), Some(two)) = (self.bounds(), other.bounds()) else {
            return self.unbounded_with(other);
        };
        if two.0 <= Decimal::ZERO {
            return self.unbounded_with(other);
        }
        let by = |a: Decimal, b: Decimal| {
            let quotient = a.checked_div(b)?;
            Some((quotient, quotient.checked_mul(b) == Some(a)))
        };
        spread(one, two, by).unwrap_or_else(|| self.unbounded_with(other))
    }

    fn remainder(&self, other: &Self) -> Self {
        let Some((low, high)) = other.bounds() else {
            return self.unbounded_with(other);
        };
        let most = low.abs().max(high.abs());
        let low = if self.not_negative() {
            Decimal::ZERO
        } else {
            opposite(most)
        };
        Self::between(low, most, false)
    }

    /// What is left to say of a product or quotient whose ends are not known.
    fn unbounded_with(&self, other: &Self) -> Self {
        let low = if self.not_negative() && other.not_negative() {
            End::Closed(Decimal::ZERO)
        } else {
            End::Unbounded
        };
        Self {
            low,
            high: End::Unbounded,
            whole: false,
        }
    }

    /// What a function that grows with its argument gives; no end where it cannot be computed.
    pub(super) fn mapped(&self, grows: impl Fn(Decimal) -> Option<Decimal>) -> Self {
        let end = |end: End| {
            let number = end.number().and_then(&grows);
            number.map_or(End::Unbounded, End::Closed)
        };
        Self {
            low: end(self.low),
            high: end(self.high),
            whole: self.whole,
        }
    }

    /// The smaller of a number of each.
    pub(super) fn smaller(&self, other: &Self) -> Self {
        Self {
            low: lower_start(self.low, other.low),
            high: lower_finish(self.high, other.high),
            whole: self.whole && other.whole,
        }
    }

    /// The larger of a number of each.
    pub(super) fn larger(&self, other: &Self) -> Self {
        Self {
            low: higher_start(self.low, other.low),
            high: higher_finish(self.high, other.high),
            whole: self.whole && other.whole,
        }
    }

    pub(super) fn absolute(&self) -> Self {
        if self.not_negative() {
            return *self;
        }
        let turned = self.negated();
        if turned.not_negative() {
            return turned;
        }
        Self {
            low: End::Closed(Decimal::ZERO),
            high: higher_finish(self.high, turned.high),
            whole: self.whole,
        }
    }

    /// Whether it holds every number of another.
    pub(super) fn covers(&self, other: &Self) -> bool {
        (!self.whole || other.whole)
            && lower_start(self.low, other.low) == self.low
            && higher_finish(self.high, other.high) == self.high
    }

    /// The same numbers with both ends in it.
    pub(super) fn closed(&self) -> Self {
        Self {
            low: self.low.closed(),
            high: self.high.closed(),
            whole: self.whole,
        }
    }
}

const ZERO: Interval = Interval {
    low: End::Closed(Decimal::ZERO),
    high: End::Closed(Decimal::ZERO),
    whole: false,
};

fn opposite(mut number: Decimal) -> Decimal {
    number.set_sign_negative(number.is_sign_positive());
    number
}

/// A result that was rounded to fit may be exceeded by that of a smaller number, which was not;
/// the end is moved by more than that.
fn widened(number: Decimal, exact: bool, up: bool) -> Option<Decimal> {
    if exact {
        return Some(number);
    }
    let slack = number.abs().checked_mul(Decimal::new(1, 20))?;
    let slack = slack.checked_add(Decimal::new(1, 20))?;
    if up {
        number.checked_add(slack)
    } else {
        number.checked_sub(slack)
    }
}

/// The results at the four corners, with the smallest and the largest of them as ends.
fn spread(
    one: (Decimal, Decimal),
    two: (Decimal, Decimal),
    compute: impl Fn(Decimal, Decimal) -> Option<(Decimal, bool)>,
) -> Option<Interval> {
    let corners = [
        compute(one.0, two.0)?,
        compute(one.0, two.1)?,
        compute(one.1, two.0)?,
        compute(one.1, two.1)?,
    ];
    let lowest = corners.iter().min()?;
    let highest = corners.iter().max_by_key(|(n, exact)| (*n, !exact))?;
    Some(Interval::between(
        widened(lowest.0, lowest.1, false)?,
        widened(highest.0, highest.1, true)?,
        false,
    ))
}

fn lower_start(one: End, other: End) -> End {
    match (one, other) {
        (End::Unbounded, _) | (_, End::Unbounded) => End::Unbounded,
        (End::Open(a), End::Closed(b)) if a == b => other,
        (End::Open(a) | End::Closed(a), End::Open(b) | End::Closed(b)) => {
            if a <= b {
                one
            } else {
                other
            }
        }
    }
}

fn higher_start(one: End, other: End) -> End {
    if one == other || lower_start(one, other) == other {
        one
    } else {
        other
    }
}

fn higher_finish(one: End, other: End) -> End {
    match (one, other) {
        (End::Unbounded, _) | (_, End::Unbounded) => End::Unbounded,
        (End::Open(a), End::Closed(b)) if a == b => other,
        (End::Open(a) | End::Closed(a), End::Open(b) | End::Closed(b)) => {
            if a >= b {
                one
            } else {
                other
            }
        }
    }
}

fn lower_finish(one: End, other: End) -> End {
    if one == other || higher_finish(one, other) == other {
        one
    } else {
        other
    }
}
