//! Times several things in turns and tells the median of each as a ratio to a baseline.
//!
//! In turns, so that a machine that gets slower while it measures slows all rows alike. Absolute
//! times are printed for orientation; only ratios compare between machines.

use std::{
    fmt,
    hint::black_box,
    time::{Duration, Instant},
};

/// Something to time.
pub struct Row<'a> {
    name: &'a str,
    baseline: usize,
    run: Box<dyn FnMut() + 'a>,
}

impl fmt::Debug for Row<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Row")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

/// How long to measure.
#[derive(Debug, Clone, Copy)]
pub struct Effort {
    /// Turns each row gets.
    pub rounds: usize,
    /// What a turn should last at least; a fast row runs many times in one.
    pub turn: Duration,
}

impl Effort {
    /// Enough for ratios to be the same to within a few per cent from run to run.
    pub const FULL: Self = Self {
        rounds: 201,
        turn: Duration::from_millis(2),
    };
    /// Enough to see that everything runs.
    pub const QUICK: Self = Self {
        rounds: 5,
        turn: Duration::from_micros(200),
    };
}

/// Rows measured together.
#[derive(Debug, Default)]
pub struct Table<'a> {
    rows: Vec<Row<'a>>,
}

/// What one row took.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Measured {
    /// Its name.
    pub name: String,
    /// Median of its turns, per run.
    pub median: Duration,
    /// Median in hundredths of the baseline's.
    pub hundredths: u128,
}

impl<'a> Table<'a> {
    /// Adds something others are compared with; gives the handle to do so.
    pub fn baseline<T: 'a>(&mut self, name: &'a str, run: impl FnMut() -> T + 'a) -> usize {
        let position = self.rows.len();
        self.row(name, position, run);
        position
    }

    /// Adds something to compare with a baseline.
    pub fn row<T>(&mut self, name: &'a str, baseline: usize, mut run: impl FnMut() -> T + 'a) {
        self.rows.push(Row {
            name,
            baseline,
            run: Box::new(move || {
                black_box(run());
            }),
        });
    }

    /// Measures all rows in turns.
    pub fn measure(mut self, effort: Effort) -> Vec<Measured> {
        let counts: Vec<u32> = self
            .rows
            .iter_mut()
            .map(|row| runs_per_turn(row, effort.turn))
            .collect();
        let mut turns: Vec<Vec<Duration>> = vec![Vec::with_capacity(effort.rounds); counts.len()];
        for _ in 0..effort.rounds {
            for ((row, count), turns) in self.rows.iter_mut().zip(&counts).zip(&mut turns) {
                turns.push(turn(row, *count).checked_div(*count).unwrap_or_default());
            }
        }
        let medians: Vec<Duration> = turns.into_iter().map(median).collect();
        let rows = self.rows.iter().zip(&medians);
        rows.map(|(row, median)| {
            let base = medians.get(row.baseline).map_or(0, Duration::as_nanos);
            Measured {
                name: row.name.to_owned(),
                median: *median,
                hundredths: median
                    .as_nanos()
                    .saturating_mul(100)
                    .checked_div(base)
                    .unwrap_or(0),
            }
        })
        .collect()
    }
}

impl fmt::Display for Measured {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let nanos = self.median.as_nanos();
        let (micros, rest) = (nanos / 1_000, nanos % 1_000);
        let (whole, part) = (self.hundredths / 100, self.hundredths % 100);
        write!(
            f,
            "{:<50}{micros:>7}.{rest:03} µs{whole:>7}.{part:02}",
            self.name
        )
    }
}

fn turn(row: &mut Row<'_>, count: u32) -> Duration {
    let start = Instant::now();
    for _ in 0..count {
        (row.run)();
    }
    start.elapsed()
}

/// Doubles until a turn lasts long enough; that warms the row up as well.
fn runs_per_turn(row: &mut Row<'_>, least: Duration) -> u32 {
    let mut count = 1_u32;
    while turn(row, count) < least && count < 1 << 20 {
        count = count.saturating_mul(2);
    }
    count
}

fn median(mut turns: Vec<Duration>) -> Duration {
    turns.sort_unstable();
    turns.get(turns.len() / 2).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_compared_with_their_baseline() {
        let mut table = Table::default();
        let base = table.baseline("one", || std::thread::sleep(Duration::from_micros(50)));
        table.row("none", base, || ());
        let rows = table.measure(Effort::QUICK);
        assert_eq!(rows[0].hundredths, 100);
        assert!(rows[1].hundredths < 100, "{rows:?}");
    }

    #[test]
    fn a_row_is_one_line() {
        let measured = Measured {
            name: "parse".to_owned(),
            median: Duration::from_nanos(12_345),
            hundredths: 207,
        };
        assert_eq!(
            measured.to_string(),
            format!("{:<50}{:>7}.345 µs{:>7}.07", "parse", 12, 2)
        );
    }
}
