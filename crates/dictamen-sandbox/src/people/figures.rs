//! Public figures of past years, for making up salaries that could have been.
//!
//! A decision never reads them: what it needs is in the rules folder, dated and complete. Here a
//! year that is not covered takes the figures of the nearest one that is.

use chrono::{Datelike as _, NaiveDate};

use crate::random::share;

/// Centavos per day.
pub(crate) type Centavos = i64;

/// General minimum wage from 1 January, in centavos per day.
const MINIMUM_WAGE: [(i32, Centavos); 37] = [
    (1990, 1008),
    (1991, 1190),
    (1992, 1333),
    (1993, 1427),
    (1994, 1527),
    (1995, 1830),
    (1996, 2260),
    (1997, 2645),
    (1998, 3020),
    (1999, 3445),
    (2000, 3790),
    (2001, 4035),
    (2002, 4215),
    (2003, 4365),
    (2004, 4524),
    (2005, 4680),
    (2006, 4867),
    (2007, 5057),
    (2008, 5259),
    (2009, 5480),
    (2010, 5746),
    (2011, 5982),
    (2012, 6233),
    (2013, 6476),
    (2014, 6729),
    (2015, 7010),
    (2016, 7304),
    (2017, 8004),
    (2018, 8836),
    (2019, 10_268),
    (2020, 12_322),
    (2021, 14_170),
    (2022, 17_287),
    (2023, 20_744),
    (2024, 24_893),
    (2025, 27_880),
    (2026, 31_504),
];

/// Minimum wage of the free zone along the northern border; the general one before it existed.
const BORDER_WAGE: [(i32, Centavos); 8] = [
    (2019, 17_672),
    (2020, 18_556),
    (2021, 21_339),
    (2022, 26_034),
    (2023, 31_241),
    (2024, 37_489),
    (2025, 41_988),
    (2026, 44_087),
];

/// The UMA from 1 February, in centavos per day; before there was one, the minimum wage.
const UMA: [(i32, Centavos); 11] = [
    (2016, 7304),
    (2017, 7549),
    (2018, 8060),
    (2019, 8449),
    (2020, 8688),
    (2021, 8962),
    (2022, 9622),
    (2023, 10_374),
    (2024, 10_857),
    (2025, 11_314),
    (2026, 11_731),
];

fn of_year(table: &[(i32, Centavos)], year: i32) -> Option<Centavos> {
    table
        .iter()
        .take_while(|(from, _)| *from <= year)
        .last()
        .map(|(_, value)| *value)
}

/// The minimum wage on a day; that of the border zone where the whole state lies in it.
pub(crate) fn minimum_wage(day: NaiveDate, state: &str) -> Centavos {
    let border = (state == "BAJA CALIFORNIA")
        .then(|| of_year(&BORDER_WAGE, day.year()))
        .flatten();
    border
        .or_else(|| of_year(&MINIMUM_WAGE, day.year()))
        .unwrap_or(MINIMUM_WAGE[0].1)
}

/// The UMA on a day.
pub(crate) fn uma(day: NaiveDate) -> Centavos {
    let year = if day.month() == 1 {
        day.year().saturating_sub(1)
    } else {
        day.year()
    };
    of_year(&UMA, year)
        .or_else(|| of_year(&MINIMUM_WAGE, year))
        .unwrap_or(MINIMUM_WAGE[0].1)
}

/// The lowest salary the IMSS registers for a full week: the minimum wage with the benefits of law.
pub(crate) fn floor(day: NaiveDate, state: &str) -> Centavos {
    let permyriad = if day.year() < 2023 { 10_452 } else { 10_493 };
    share(minimum_wage(day, state), permyriad, 10_000)
}

/// The highest salary the IMSS registers.
pub(crate) fn cap(day: NaiveDate) -> Centavos {
    uma(day).saturating_mul(25)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_hold_from_their_day_on() {
        let on = |text: &str| text.parse::<NaiveDate>().unwrap();
        assert_eq!(minimum_wage(on("2025-12-31"), "PUEBLA"), 27_880);
        assert_eq!(minimum_wage(on("2026-01-01"), "PUEBLA"), 31_504);
        assert_eq!(minimum_wage(on("2026-01-01"), "BAJA CALIFORNIA"), 44_087);
        assert_eq!(floor(on("2026-06-01"), "PUEBLA"), 33_057);
        assert_eq!(cap(on("2026-01-31")), 282_850);
        assert_eq!(cap(on("2026-02-01")), 293_275);
        assert_eq!(uma(on("1980-01-01")), 1008);
        assert_eq!(uma(on("2050-01-01")), 11_731);
    }
}
