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
    items: u32,
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
    /// What the command line asks for. Without `--bench` cargo is testing that benches run.
    pub fn asked_for() -> Self {
        let arguments: Vec<String> = std::env::args().collect();
        let given = |name: &str| arguments.iter().any(|a| a == name);
        if given("--quick") || !given("--bench") {
            Self::QUICK
        } else {
            Self::FULL
        }
    }

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
    /// Items one run works on.
    pub items: u32,
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
    pub fn row<T>(&mut self, name: &'a str, baseline: usize, run: impl FnMut() -> T + 'a) {
        self.row_over(name, baseline, 1, run);
    }

    /// The same for something that works on several items in a run, as its baseline does.
    pub fn row_over<T>(
        &mut self,
        name: &'a str,
        baseline: usize,
        items: u32,
        mut run: impl FnMut() -> T + 'a,
    ) {
        self.rows.push(Row {
            name,
            baseline,
            items,
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
                items: row.items,
                hundredths: hundredths(median.as_nanos(), base),
            }
        })
        .collect()
    }
}

impl fmt::Display for Measured {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ratio = written(self.hundredths);
        write!(f, "{:<50}{}{ratio:>10}", self.name, self.time())
    }
}

impl Measured {
    /// Time per item, in microseconds.
    pub fn time(&self) -> String {
        let nanos = self.median.as_nanos();
        let nanos = nanos.checked_div(self.items.into()).unwrap_or(nanos);
        format!("{:>7}.{:03} µs", nanos / 1_000, nanos % 1_000)
    }
}

/// Hundredths of a baseline.
pub fn hundredths(of: u128, baseline: u128) -> u128 {
    of.saturating_mul(100).checked_div(baseline).unwrap_or(0)
}

/// Hundredths as a number with two places.
pub fn written(hundredths: u128) -> String {
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
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
            median: Duration::from_nanos(24_690),
            items: 2,
            hundredths: 207,
        };
        assert_eq!(
            measured.to_string(),
            format!("{:<50}{:>7}.345 µs{:>7}.07", "parse", 12, 2)
        );
    }
}
