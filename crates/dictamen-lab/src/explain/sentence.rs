//! Suggestions as sentences for the applicant, in Mexican Spanish and in English.

use dictamen_engine::{Decision, Outcome, words::Language};
use dictamen_model::characteristic::{Characteristics, Value};
use rust_decimal::Decimal;

use super::{
    Change, Moved, Suggestion,
    levers::{GROWING, Lever},
    search::{Found, Move},
};

pub(super) fn suggestion(found: &Found, language: Language) -> Suggestion {
    let parts: Vec<String> = found
        .moves
        .iter()
        .map(|moved| condition(moved, found, language))
        .collect();
    let joined = parts.join(language.pick(" y ", " and "));
    let answer = answer(found.outcome, found.amount, language);
    let sentence = capital(&format!("{joined}, {answer}."));
    Suggestion {
        changes: found
            .moves
            .iter()
            .map(|moved| change(moved, found))
            .collect(),
        outcome: found.outcome,
        amount: found.amount.map(|amount| amount.normalize().to_string()),
        sentence,
    }
}

/// What is said when nothing an applicant can do would help.
pub(super) fn without(decision: &Decision, language: Language) -> String {
    let text = match decision.outcome {
        Outcome::Approve => language.pick(
            "La solicitud se aprobó tal como se pidió.",
            "The application was approved as requested.",
        ),
        Outcome::Refer => language.pick(
            "Una persona revisará la solicitud. Ningún cambio de monto, plazo, deudas o tiempo la resuelve por sí solo.",
            "A person will look at the application. No change of amount, term, debts or time settles it by itself.",
        ),
        Outcome::Counter | Outcome::Decline => language.pick(
            "Ningún cambio de monto, plazo, deudas o tiempo en el empleo lleva hoy a una mejor respuesta.",
            "No change of amount, term, debts or time in the job leads to a better answer today.",
        ),
    };
    text.to_owned()
}

fn change(moved: &Move, found: &Found) -> Change {
    let characteristics = match moved.reach.lever {
        Lever::Time => grown(&found.before, &found.after),
        _ => Vec::new(),
    };
    Change {
        lever: moved.reach.name,
        from: moved.from.normalize().to_string(),
        to: moved.to.normalize().to_string(),
        characteristics,
    }
}

fn grown(before: &Characteristics, after: &Characteristics) -> Vec<Moved> {
    GROWING
        .iter()
        .filter_map(|(name, _)| {
            let number = |facts: &Characteristics| match facts.by_name(name) {
                Some(Value::Int(number)) => Some(number.to_string()),
                _ => None,
            };
            let (from, to) = (number(before)?, number(after)?);
            (from != to).then_some(Moved { name, from, to })
        })
        .collect()
}

fn condition(moved: &Move, found: &Found, language: Language) -> String {
    let (from, to) = (&moved.from, &moved.to);
    match moved.reach.lever {
        Lever::Amount => {
            let (from, to) = (pesos(*from), pesos(*to));
            language.pick(
                format!("si solicita {to} en lugar de {from}"),
                format!("by requesting {to} instead of {from}"),
            )
        }
        Lever::Term => {
            let (from, to) = (from.normalize(), to.normalize());
            language.pick(
                format!(
                    "con un plazo de {} en lugar de {from}",
                    months(to, language)
                ),
                format!("with a term of {} instead of {from}", months(to, language)),
            )
        }
        Lever::Debt => {
            let (from, to) = (pesos(*from), pesos(*to));
            language.pick(
                format!("si el pago mensual de sus otras deudas baja de {from} a {to}"),
                format!("if the monthly payments of other debts go down from {from} to {to}"),
            )
        }
        Lever::Time => {
            let more = |name: &str| {
                let number = |facts: &Characteristics| match facts.by_name(name) {
                    Some(Value::Int(number)) => Some(*number),
                    _ => None,
                };
                number(&found.after)?.checked_sub(number(&found.before)?)
            };
            let days = to.normalize();
            let weeks = more("weeks_total").filter(|weeks| *weeks > 0);
            let when = language.pick(
                format!(
                    "en {days} {}, si conserva su empleo",
                    plural(days, "día", "días")
                ),
                format!(
                    "in {days} {}, if the job lasts",
                    plural(days, "day", "days")
                ),
            );
            match weeks {
                Some(weeks) => {
                    let count = Decimal::from(weeks);
                    language.pick(
                        format!(
                            "con {weeks} {} más ({when})",
                            plural(count, "semana cotizada", "semanas cotizadas")
                        ),
                        format!(
                            "with {weeks} more {} of contributions ({when})",
                            plural(count, "week", "weeks")
                        ),
                    )
                }
                None => when,
            }
        }
    }
}

fn answer(outcome: Outcome, amount: Option<Decimal>, language: Language) -> String {
    match (outcome, amount) {
        (Outcome::Approve, Some(amount)) => {
            let amount = pesos(amount);
            language.pick(
                format!("la solicitud se aprobaría por {amount}"),
                format!("the application would be approved for {amount}"),
            )
        }
        (Outcome::Approve, None) => language
            .pick(
                "la solicitud se aprobaría",
                "the application would be approved",
            )
            .to_owned(),
        (Outcome::Counter, amount) => {
            let amount = pesos(amount.unwrap_or_default());
            language.pick(
                format!("podríamos ofrecerle {amount}"),
                format!("{amount} could be offered"),
            )
        }
        (Outcome::Refer | Outcome::Decline, _) => language
            .pick(
                "una persona revisaría la solicitud",
                "a person would look at the application",
            )
            .to_owned(),
    }
}

fn months(number: Decimal, language: Language) -> String {
    let (one, many) = language.pick(("mes", "meses"), ("month", "months"));
    format!("{number} {}", plural(number, one, many))
}

fn plural<'a>(number: Decimal, one: &'a str, many: &'a str) -> &'a str {
    if number == Decimal::ONE { one } else { many }
}

/// An amount of money as it is written in Mexico: `$12,500`, with cents where there are any.
pub(crate) fn pesos(amount: Decimal) -> String {
    let amount = amount.normalize();
    let text = if amount.scale() == 0 {
        amount.to_string()
    } else {
        format!("{amount:.2}")
    };
    let (whole, cents) = text
        .split_once('.')
        .map_or((&*text, None), |(w, c)| (w, Some(c)));
    let mut grouped = String::new();
    let digits = whole.chars().count();
    for (at, digit) in whole.chars().enumerate() {
        let behind = digits.saturating_sub(at);
        if at > 0 && behind.is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    match cents {
        Some(cents) => format!("${grouped}.{cents}"),
        None => format!("${grouped}"),
    }
}

/// The same with its first letter in capitals.
fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::{capital, pesos};

    #[test]
    fn amounts_are_written_as_in_mexico() {
        for (amount, written) in [
            ("0", "$0"),
            ("999", "$999"),
            ("1000", "$1,000"),
            ("116500.00", "$116,500"),
            ("1234567.5", "$1,234,567.50"),
        ] {
            assert_eq!(pesos(amount.parse().unwrap()), written);
        }
        assert_eq!(capital("él"), "Él");
    }
}
