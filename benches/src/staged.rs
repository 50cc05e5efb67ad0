//! What a program writes around rules it has from elsewhere, where those are single conditions and
//! formulas: the order of the stages, the bands, and what is made of a limit.

use dictamen_engine::Outcome;
use rust_decimal::Decimal;

use crate::{
    answer::{Answer, Codes},
    applicant::Applicant,
};

/// Letter, longest term, and instalment per peso lent, of the bands that lend.
pub(crate) const BANDS: [(char, i64, Decimal); 3] = [
    ('A', 36, Decimal::from_parts(4, 0, 0, false, 2)),
    ('B', 24, Decimal::from_parts(5, 0, 0, false, 2)),
    ('C', 18, Decimal::from_parts(8, 0, 0, false, 2)),
];

/// Decides with the knock-outs that fired, the score, and the limit of a band by its position in
/// [`BANDS`]; the latter two are asked for only where they matter.
pub(crate) fn decide(
    applicant: &Applicant,
    knocked_out: Codes,
    score: impl FnOnce() -> i64,
    limit: impl FnOnce(usize) -> Decimal,
) -> Answer {
    if !knocked_out.is_empty() {
        return Answer::ended(Outcome::Decline, knocked_out);
    }
    let score = score();
    let ended = |outcome, codes, band| Answer {
        score: Some(score),
        band: Some(band),
        ..Answer::ended(outcome, codes)
    };
    let position = match score {
        700.. => 0,
        640.. => 1,
        580.. => 2,
        540.. => return ended(Outcome::Refer, Codes::S01, 'D'),
        _ => return ended(Outcome::Decline, Codes::S00, 'E'),
    };
    let (band, max_term, payment_rate) = BANDS[position];
    let affordable = limit(position);
    if affordable < Decimal::from(5_000) {
        return ended(Outcome::Decline, Codes::A01, band);
    }
    let amount = applicant.requested_amount.min(affordable);
    let codes = Codes::default()
        .with(11, amount < applicant.requested_amount)
        .with(12, max_term < applicant.requested_term_months);
    let outcome = if codes.is_empty() {
        Outcome::Approve
    } else {
        Outcome::Counter
    };
    Answer {
        amount: Some(amount),
        payment: Some((amount * payment_rate).round_dp(2)),
        ..ended(outcome, codes, band)
    }
}
