//! Populations: as many people as asked for, each with an application, as bodies of decision
//! requests.
//!
//! The same seed, count and day give the same bytes.

use std::io::{self, Write};

use chrono::{NaiveDate, NaiveTime, TimeDelta};
use serde::Serialize;
use serde_json::value::RawValue;

use crate::institution::Institution;
use crate::people::{Institute, Person};
use crate::random::Dice;
use crate::records::{Quirks, Subject, current_employment, employment_record};

/// Which people, and as of when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Population {
    /// Which people there are.
    pub seed: u64,
    /// How many.
    pub count: u64,
    /// The day they apply.
    pub as_of: NaiveDate,
}

#[derive(Serialize)]
struct Body<'a> {
    application: Application,
    employment_records: &'a RawValue,
    current_employments: Option<&'a RawValue>,
    as_of: NaiveDate,
}

#[derive(Serialize)]
#[expect(
    clippy::struct_field_names,
    reason = "the fields are those of a request"
)]
struct Application {
    application_id: String,
    requested_amount: i64,
    requested_term_months: i64,
    existing_monthly_debt: i64,
}

impl Population {
    /// Writes one request body per line.
    ///
    /// # Errors
    /// When writing fails.
    pub fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        for number in 1..=self.count {
            out.write_all(self.body(number).as_bytes())?;
            out.write_all(b"\n")?;
        }
        Ok(())
    }

    /// The request body of one person; people are numbered from 1.
    pub fn body(&self, number: u64) -> String {
        let mut dice = Dice::new(self.seed, &format!("application {number}"));
        let public = dice.chance(90);
        let institution = if public {
            Institution::Issste
        } else {
            Institution::Imss
        };
        let institute = if public {
            Institute::Issste
        } else {
            Institute::Imss
        };
        let person = Person::numbered(self.seed, number, self.as_of, institute);
        let age = dice.pick(&[0, 0, 0, 0, -1, -2, -5, -20], 0);
        let report = crate::random::after(self.as_of, age);
        let moment = report.and_time(NaiveTime::MIN).and_utc();
        let moment = moment
            .checked_add_signed(TimeDelta::seconds(dice.between(50_000, 80_000)))
            .unwrap_or(moment);
        let uuid = |dice: &mut Dice| {
            format!(
                "{}-{}-4{}-8{}-{}",
                dice.digits(8),
                dice.digits(4),
                dice.digits(3),
                dice.digits(3),
                dice.digits(12)
            )
        };
        let link = uuid(&mut dice);
        let subject = Subject {
            person: &person,
            institution,
            link: &link,
            email: None,
            id: uuid(&mut dice),
            now: moment,
            report,
            attach_pdf: false,
            quirks: Quirks {
                no_status: dice.chance(3),
                ..Quirks::default()
            },
        };
        let record = employment_record(&subject);
        let with_current = !public && dice.chance(500);
        let current = with_current.then(|| {
            let id = uuid(&mut dice);
            current_employment(&Subject {
                id,
                ..subject.clone()
            })
        });
        let raw = |json: &String| RawValue::from_string(json.clone()).ok();
        let (record, current) = (raw(&record), current.as_ref().and_then(raw));
        let body = record.as_deref().map(|record| Body {
            application: application(number, &mut dice),
            employment_records: record,
            current_employments: current.as_deref(),
            as_of: self.as_of,
        });
        body.and_then(|body| serde_json::to_string(&body).ok())
            .unwrap_or_default()
    }
}

fn application(number: u64, dice: &mut Dice) -> Application {
    let thousands = dice.draw(&[
        (0, 5),
        (250, 20),
        (500, 45),
        (750, 90),
        (950, 200),
        (1000, 400),
    ]);
    Application {
        application_id: format!("APP-{number:07}"),
        requested_amount: thousands.saturating_mul(1000),
        requested_term_months: dice.pick(&[6, 12, 12, 18, 24, 24, 36, 48, 60], 12),
        existing_monthly_debt: dice.draw(&[
            (0, 0),
            (500, 0),
            (800, 1500),
            (950, 5000),
            (1000, 14_000),
        ]),
    }
}
