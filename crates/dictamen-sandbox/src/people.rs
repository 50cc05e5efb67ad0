//! People who do not exist, with careers that could have been.
//!
//! A person is a function of the sandbox's seed and a CURP, and a career is told to its end: what
//! an institute knows on a day is what of it lies before. So a record that is fetched again later
//! has changed as records do, and one CURP is the same person through every link.

mod career;
mod change;
pub(crate) mod figures;
pub(crate) mod identifiers;
pub(crate) mod names;
mod public;

pub(crate) use career::{Employment, Event, Timeline};
pub use change::LifeEvent;

use chrono::NaiveDate;

use crate::random::{Dice, after};
use names::Name;

/// A person, as one institute knows them.
#[derive(Debug, Clone)]
pub(crate) struct Person {
    pub(crate) curp: String,
    pub(crate) name: Name,
    pub(crate) birth: NaiveDate,
    pub(crate) nss: String,
    pub(crate) rfc: String,
    pub(crate) timeline: Timeline,
}

/// Which institute tells the career.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Institute {
    /// Private employment.
    Imss,
    /// Public employment.
    Issste,
}

impl Person {
    /// The person with a CURP, whether or not such a CURP can be.
    pub(crate) fn of(seed: u64, curp: &str, institute: Institute) -> Self {
        let mut dice = Dice::new(seed, curp);
        let name = names::fitting(curp, &mut dice);
        let birth = identifiers::birth_date(curp).unwrap_or_else(|| any_birth(&mut dice));
        Self::new(curp.to_owned(), name, birth, institute, dice)
    }

    /// The person with a number in a population as of a day: of an age at which people apply for
    /// credit.
    pub(crate) fn numbered(seed: u64, number: u64, as_of: NaiveDate, institute: Institute) -> Self {
        let mut dice = Dice::new(seed, &format!("person {number}"));
        let name = names::any(&mut dice);
        let age = dice.draw(&[
            (0, 18),
            (100, 22),
            (350, 29),
            (650, 38),
            (850, 49),
            (970, 62),
            (1000, 74),
        ]);
        let birth = after(
            as_of,
            age.saturating_mul(-365)
                .saturating_sub(dice.between(6, 370)),
        );
        let curp = identifiers::curp(&name, birth, &mut dice);
        Self::new(curp, name, birth, institute, dice)
    }

    fn new(
        curp: String,
        name: Name,
        birth: NaiveDate,
        institute: Institute,
        mut dice: Dice,
    ) -> Self {
        Self {
            nss: identifiers::nss(birth, &mut dice),
            rfc: identifiers::rfc(&name, birth, &mut dice),
            timeline: match institute {
                Institute::Imss => career::live(birth, &mut dice),
                Institute::Issste => public::live(birth, &mut dice),
            },
            curp,
            name,
            birth,
        }
    }

    /// Both surnames.
    pub(crate) fn surnames(&self) -> String {
        format!("{} {}", self.name.first_surname, self.name.second_surname)
    }

    /// Given name and surnames.
    pub(crate) fn full_name(&self) -> String {
        format!("{} {}", self.name.given, self.surnames())
    }
}

fn any_birth(dice: &mut Dice) -> NaiveDate {
    let first = NaiveDate::from_ymd_opt(1960, 1, 1).unwrap_or_default();
    after(first, dice.between(0, 16_000))
}
