//! Employments in Brazil: one object per employer, with the salaries month by month.
//!
//! The careers are those of the other institutes with Brazilian employers and amounts; nobody decides
//! on them.

use chrono::{Datelike as _, Months, NaiveDate};
use rust_decimal::Decimal;
use serde::{Serialize, Serializer, ser::Error as _};
use serde_json::value::RawValue;

use super::{Subject, write};
use crate::api::answer::uuid;
use crate::people::Employment;
use crate::random::{Dice, share};

/// Salaries that are told, counted back from the last one.
const MONTHS: u32 = 36;

const TRADES: [(&str, &str); 6] = [
    (
        "COMERCIO DE ALIMENTOS",
        "4711-3 - COMERCIO VAREJISTA DE MERCADORIAS EM GERAL",
    ),
    ("TRANSPORTES", "4930-2 - TRANSPORTE RODOVIARIO DE CARGA"),
    ("CONSTRUCOES", "4120-4 - CONSTRUCAO DE EDIFICIOS"),
    (
        "TECNOLOGIA",
        "6201-5 - DESENVOLVIMENTO DE PROGRAMAS DE COMPUTADOR",
    ),
    (
        "SERVICOS",
        "8111-7 - SERVICOS COMBINADOS PARA APOIO A EDIFICIOS",
    ),
    ("CONFECCOES", "1412-6 - CONFECCAO DE PECAS DE VESTUARIO"),
];
const PLACES: [&str; 6] = [
    "DO VALE",
    "PAULISTA",
    "DO SUL",
    "BAHIA",
    "SERRA AZUL",
    "IGUACU",
];
const POSTS: [(&str, &str); 5] = [
    ("VENDEDOR DE COMERCIO VAREJISTA", "5211-10"),
    ("AUXILIAR DE ESCRITORIO", "4110-05"),
    ("MOTORISTA DE CAMINHAO", "7825-10"),
    ("ANALISTA DE SISTEMAS", "2124-05"),
    ("COSTUREIRO", "7632-10"),
];

#[derive(Serialize)]
struct Record<'a> {
    id: String,
    link: &'a str,
    created_at: &'a str,
    collected_at: &'a str,
    start_date: NaiveDate,
    end_date: Option<NaiveDate>,
    employer_data: Employer,
    occupations: Vec<Occupation>,
    salaries: Vec<Salary>,
}

#[derive(Serialize)]
struct Employer {
    name: String,
    code: String,
    economic_activity: &'static str,
}

#[derive(Serialize)]
struct Occupation {
    start_date: NaiveDate,
    end_date: Option<NaiveDate>,
    description: &'static str,
    name: String,
    locale: &'static str,
}

#[derive(Serialize)]
struct Salary {
    base_amount: Reais,
    retained_amount: Reais,
    #[serde(rename = "type")]
    kind: &'static str,
    month: String,
    currency: &'static str,
}

/// An amount in centavos, always written with both of its places.
struct Reais(i64);

impl Serialize for Reais {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        RawValue::from_string(Decimal::new(self.0, 2).to_string())
            .map_err(S::Error::custom)?
            .serialize(serializer)
    }
}

/// The employments of a subject between two days, newest first: each with its id, as JSON.
pub(crate) fn employments(
    subject: &Subject<'_>,
    from: Option<NaiveDate>,
    to: Option<NaiveDate>,
) -> Vec<(String, String)> {
    let last = to.map_or(subject.report, |to| to.min(subject.report));
    let mut jobs: Vec<&Employment> = subject
        .person
        .timeline
        .jobs
        .iter()
        .filter(|job| !job.voluntary && job.start <= last)
        .filter(|job| from.is_none_or(|from| job.is_open(from) || job.end >= from))
        .collect();
    jobs.sort_by_key(|job| std::cmp::Reverse(job.start));
    let now = subject.moment();
    jobs.into_iter()
        .map(|job| {
            let id = uuid();
            let json = write(&render(subject, job, id.clone(), &now));
            (id, json)
        })
        .collect()
}

fn render<'a>(subject: &Subject<'a>, job: &Employment, id: String, now: &'a str) -> Record<'a> {
    // The same employer is the same company in every answer.
    let mut dice = Dice::new(0, &job.employer_id);
    let (trade, activity) = dice.pick(&TRADES, ("SERVICOS", ""));
    let (description, number) = dice.pick(&POSTS, ("", ""));
    let end = (!job.is_open(subject.report)).then_some(job.end);
    Record {
        id,
        link: subject.link,
        created_at: now,
        collected_at: now,
        start_date: job.start,
        end_date: end,
        employer_data: Employer {
            name: format!("{trade} {} LTDA", dice.pick(&PLACES, "DO VALE")),
            code: dice.digits(8),
            economic_activity: activity,
        },
        occupations: vec![Occupation {
            start_date: job.start,
            end_date: end,
            description,
            name: format!("{description} - {number}"),
            locale: dice.pick(&["Urbana", "Urbana", "Rural", "Não Identificado"], "Urbana"),
        }],
        salaries: salaries(job, end.unwrap_or(subject.report)),
    }
}

/// The salaries of a job up to a day, oldest first, with the thirteenth in December.
fn salaries(job: &Employment, last: NaiveDate) -> Vec<Salary> {
    let first_of = |day: NaiveDate| day.with_day(1).unwrap_or(day);
    let last = first_of(last);
    let earliest = last.checked_sub_months(Months::new(MONTHS)).unwrap_or(last);
    let mut month = first_of(job.start).max(earliest);
    let mut salaries = Vec::new();
    while month <= last {
        let movement = job.movements.iter().rfind(|m| first_of(m.date) <= month);
        let daily = movement.map_or(0, |movement| movement.salary);
        // Reais are worth some three and a half pesos.
        let base = share(daily, 30, 3);
        let salary = |kind| Salary {
            base_amount: Reais(base),
            retained_amount: Reais(share(base, 9, 100)),
            kind,
            month: month.format("%Y-%m").to_string(),
            currency: "BRL",
        };
        salaries.push(salary("REGULAR"));
        if month.month() == 12 {
            salaries.push(salary("THIRTEENTH"));
        }
        let Some(next) = month.checked_add_months(Months::new(1)) else {
            break;
        };
        month = next;
    }
    salaries
}
