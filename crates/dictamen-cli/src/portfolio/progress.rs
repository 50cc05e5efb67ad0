//! How far a run is, on a terminal.

use std::{
    fmt::Write as _,
    io::{self, IsTerminal as _, Write as _},
    time::{Duration, Instant},
};

/// How often it is told.
const EVERY: Duration = Duration::from_millis(250);

/// Tells it on standard error; nowhere when that is no terminal.
pub(super) struct Progress {
    begun: Instant,
    told: Option<Instant>,
    shown: bool,
    /// What was done before this run began, and how much there is.
    from: u64,
    size: Option<u64>,
    rows_before: u64,
}

impl Progress {
    /// `from` and `size` are in what the source is measured in.
    pub(super) fn new(from: u64, size: Option<u64>, rows_before: u64) -> Self {
        Self {
            begun: Instant::now(),
            told: None,
            shown: io::stderr().is_terminal(),
            from,
            size,
            rows_before,
        }
    }

    pub(super) fn tell(&mut self, rows: u64, at: u64) {
        if !self.shown || self.told.is_some_and(|told| told.elapsed() < EVERY) {
            return;
        }
        self.told = Some(Instant::now());
        let done = at.saturating_sub(self.from);
        let rows_done = rows.saturating_sub(self.rows_before);
        let line = line(rows, rows_done, self.begun.elapsed(), at, done, self.size);
        // A terminal that does not take it is no reason to stop.
        let _ = write!(io::stderr(), "\r\u{1b}[2K{line}");
        let _ = io::stderr().flush();
    }

    pub(super) fn clear(&self) {
        if self.shown && self.told.is_some() {
            let _ = write!(io::stderr(), "\r\u{1b}[2K");
            let _ = io::stderr().flush();
        }
    }
}

fn line(
    rows: u64,
    rows_done: u64,
    took: Duration,
    at: u64,
    done: u64,
    size: Option<u64>,
) -> String {
    let millis = u64::try_from(took.as_millis()).unwrap_or(u64::MAX).max(1);
    let rate = rows_done
        .saturating_mul(1000)
        .checked_div(millis)
        .unwrap_or(0);
    let mut line = format!("{rows} rows, {rate} rows/s");
    if let Some(size) = size.filter(|size| *size > 0) {
        let percent = at
            .saturating_mul(100)
            .checked_div(size)
            .unwrap_or(0)
            .min(100);
        let left = size.saturating_sub(at);
        let left = u128::from(left)
            .saturating_mul(millis.into())
            .checked_div(done.into());
        line = format!("{percent} %, {line}");
        if let Some(left) = left.and_then(|millis| u64::try_from(millis / 1000).ok()) {
            let (minutes, seconds) = (left / 60, left % 60);
            // Writing to a String cannot fail.
            let _ = write!(line, ", {minutes}:{seconds:02} left");
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rate_and_time_left() {
        let second = Duration::from_secs(1);
        assert_eq!(
            line(500, 500, second, 50, 50, Some(200)),
            "25 %, 500 rows, 500 rows/s, 0:03 left"
        );
        assert_eq!(
            line(500, 100, second, 150, 10, Some(200)),
            "75 %, 500 rows, 100 rows/s, 0:05 left"
        );
        assert_eq!(line(7, 7, 2 * second, 0, 0, None), "7 rows, 3 rows/s");
        assert_eq!(
            line(0, 0, Duration::ZERO, 0, 0, Some(9)),
            "0 %, 0 rows, 0 rows/s"
        );
    }
}
