//! CURP, NSS and RFC with their check digits, for people who do not exist.

use chrono::{Datelike as _, NaiveDate};

use super::names::Name;
use crate::random::Dice;

const ENTITIES: [&str; 32] = [
    "AS", "BC", "BS", "CC", "CH", "CL", "CM", "CS", "DF", "DG", "GR", "GT", "HG", "JC", "MC", "MN",
    "MS", "NL", "NT", "OC", "PL", "QR", "QT", "SL", "SP", "SR", "TC", "TL", "TS", "VZ", "YN", "ZS",
];

const VOWELS: &str = "AEIOU";

fn letter(text: &str, fits: impl Fn(char) -> bool, from: usize) -> char {
    text.chars().skip(from).find(|c| fits(*c)).unwrap_or('X')
}

fn is_vowel(c: char) -> bool {
    VOWELS.contains(c)
}

fn initials(name: &Name) -> String {
    [
        letter(name.first_surname, |_| true, 0),
        letter(name.first_surname, is_vowel, 1),
        letter(name.second_surname, |_| true, 0),
        letter(name.given, |_| true, 0),
    ]
    .iter()
    .collect()
}

fn date_part(birth: NaiveDate) -> String {
    birth.format("%y%m%d").to_string()
}

/// The CURP of a person.
pub(crate) fn curp(name: &Name, birth: NaiveDate, dice: &mut Dice) -> String {
    let consonant = |c: char| c.is_ascii_uppercase() && !is_vowel(c);
    let sex = if name.woman { 'M' } else { 'H' };
    let homonym = if birth.year() < 2000 {
        dice.pick(&['0', '0', '0', '0', '1', '2'], '0')
    } else {
        dice.pick(&['A', 'A', 'A', 'A', 'B', 'C'], 'A')
    };
    let start = format!(
        "{}{}{sex}{}{}{}{}{homonym}",
        initials(name),
        date_part(birth),
        dice.pick(&ENTITIES, "DF"),
        letter(name.first_surname, consonant, 1),
        letter(name.second_surname, consonant, 1),
        letter(name.given, consonant, 1),
    );
    let digit = curp_digit(&start);
    format!("{start}{digit}")
}

/// The check digit of the first 17 characters of a CURP.
pub(crate) fn curp_digit(start: &str) -> u32 {
    const PLACES: &str = "0123456789ABCDEFGHIJKLMNÑOPQRSTUVWXYZ";
    let sum = start
        .chars()
        .zip((2_usize..=18).rev())
        .map(|(c, weight)| {
            let value = PLACES.chars().position(|place| place == c).unwrap_or(0);
            value.saturating_mul(weight)
        })
        .fold(0_usize, usize::saturating_add);
    let rest = u32::try_from(sum % 10).unwrap_or(0);
    10_u32.saturating_sub(rest) % 10
}

/// The birth date a CURP tells, whether or not the rest of it is right.
pub(crate) fn birth_date(curp: &str) -> Option<NaiveDate> {
    let number = |from: usize| curp.get(from..from.saturating_add(2))?.parse::<u32>().ok();
    let born_before_2000 = curp.chars().nth(16).is_none_or(|c| c.is_ascii_digit());
    let century = if born_before_2000 { 1900 } else { 2000 };
    let year = i32::try_from(number(4)?).ok()?.saturating_add(century);
    NaiveDate::from_ymd_opt(year, number(6)?, number(8)?)
}

/// Whether a text has the letters, digits and date a CURP needs. Entity and check digit are left to
/// the institute.
pub(crate) fn looks_like_a_curp(text: &str) -> bool {
    text.len() == 18
        && text
            .bytes()
            .enumerate()
            .all(|(position, byte)| match position {
                0..=3 | 10..=12 => byte.is_ascii_uppercase(),
                4..=9 | 17 => byte.is_ascii_digit(),
                _ => byte.is_ascii_uppercase() || byte.is_ascii_digit(),
            })
}

/// Whether a text has the digits of a CPF, by which people are known in Brazil.
pub(crate) fn looks_like_a_cpf(text: &str) -> bool {
    text.len() == 11 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// A social security number.
pub(crate) fn nss(birth: NaiveDate, dice: &mut Dice) -> String {
    let joined = birth
        .year()
        .saturating_add(i32::try_from(dice.between(15, 30)).unwrap_or(20));
    let start = format!(
        "{:02}{:02}{}{}",
        dice.between(1, 97),
        joined.rem_euclid(100),
        birth.format("%y"),
        dice.digits(4)
    );
    let sum = start
        .chars()
        .rev()
        .filter_map(|c| c.to_digit(10))
        .enumerate()
        .map(|(place, digit)| match place % 2 {
            0 if digit > 4 => digit.saturating_mul(2).saturating_sub(9),
            0 => digit.saturating_mul(2),
            _ => digit,
        })
        .fold(0_u32, u32::saturating_add);
    let check = 10_u32.saturating_sub(sum % 10) % 10;
    format!("{start}{check}")
}

/// A tax code of a person.
pub(crate) fn rfc(name: &Name, birth: NaiveDate, dice: &mut Dice) -> String {
    format!("{}{}{}", initials(name), date_part(birth), homoclave(dice))
}

/// A tax code of a company.
pub(crate) fn company_rfc(dice: &mut Dice) -> String {
    let letters: String = (0..3).map(|_| any_letter(dice)).collect();
    format!(
        "{letters}{:02}{:02}{:02}{}",
        dice.between(60, 99),
        dice.between(1, 12),
        dice.between(1, 28),
        homoclave(dice)
    )
}

/// A registration of an employer with the IMSS: a letter, four to six places of the register, the
/// kind of insurance, a check digit.
pub(crate) fn registration(kind: u8, dice: &mut Dice) -> String {
    format!(
        "{}{}{kind:02}{}",
        any_letter(dice),
        dice.digits(7),
        dice.digits(1)
    )
}

fn any_letter(dice: &mut Dice) -> char {
    let letters: Vec<char> = ('A'..='Z').collect();
    dice.pick(&letters, 'A')
}

fn homoclave(dice: &mut Dice) -> String {
    format!("{}{}{}", any_letter(dice), dice.digits(1), dice.digits(1))
}

#[cfg(test)]
mod tests {
    use dictamen_model::identity::{Curp, Nss, Rfc};

    use super::*;
    use crate::people::names;

    #[test]
    fn what_is_made_is_valid() {
        for number in 0..2_000_u64 {
            let mut dice = Dice::new(number, "identifiers");
            let name = names::any(&mut dice);
            let days = dice.between(0, 22_000);
            let birth = crate::random::after("1948-01-01".parse().unwrap(), days);
            let curp = curp(&name, birth, &mut dice);
            assert!(looks_like_a_curp(&curp), "{curp}");
            assert_eq!(Curp::parse(&curp).birth_date(), Some(birth), "{curp}");
            assert_eq!(birth_date(&curp), Some(birth));
            assert!(Nss::parse(&nss(birth, &mut dice)).is_valid());
            assert!(Rfc::parse(&rfc(&name, birth, &mut dice)).is_valid());
            assert!(Rfc::parse(&company_rfc(&mut dice)).is_valid());
        }
    }

    #[test]
    fn the_worked_example_holds() {
        assert_eq!(curp_digit("SABC560626MDFLRN0"), 1);
        assert_eq!(birth_date("BLPM951331IONVGR54"), None);
    }
}
