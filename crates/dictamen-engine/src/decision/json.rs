//! A decision as JSON, written straight into bytes.
//!
//! The derived serialisation says what the bytes are and a test holds this to it. Most of a
//! decision is characteristics, whose names need no escaping and whose values are short: they are
//! copied, not serialised. It knows nothing of how much of a trace an answer carries.

use std::sync::{Arc, LazyLock};

use dictamen_model::characteristic::{Value, definitions};

use super::{Decision, MissingInput, Offer, Printed, Reason};
use crate::{Trace, canonical};

/// Bytes of a long decision; growing to them would copy it several times.
const USUAL: usize = 6 * 1_024;

impl Decision {
    /// The decision as JSON, with a trace as its last field when one is given.
    ///
    /// # Errors
    ///
    /// Never for a decision of the engine; the type says so because JSON writing can fail in
    /// general.
    pub fn json(&self, trace: Option<&Trace>) -> Result<Vec<u8>, serde_json::Error> {
        let mut json = Json(Vec::with_capacity(USUAL));
        json.raw("{\"decision_id\":");
        json.text(&self.decision_id)?;
        json.raw(",\"application_id\":");
        json.text(&self.application_id)?;
        json.raw(",\"outcome\":\"");
        json.raw(self.outcome.name());
        json.raw("\",\"score\":");
        json.some(self.score.as_ref(), |json, score| json.int(*score))?;
        json.raw(",\"band\":");
        json.some(self.band.as_ref(), Json::shared)?;
        json.raw(",\"offer\":");
        json.some(self.offer.as_ref(), Json::offer)?;
        json.raw(",\"reasons\":");
        json.list(&self.reasons, Json::reason)?;
        json.raw(",\"missing\":");
        json.list(&self.missing, Json::missing)?;
        json.raw(",\"stage\":");
        json.text(&self.stage)?;
        json.raw(",\"points\":");
        json.some(self.points.as_ref(), |json, points| {
            json.raw("{");
            json.joined(points, |json, (code, points)| {
                json.text(code)?;
                json.raw(":");
                json.int(*points)
            })?;
            json.raw("}");
            Ok(())
        })?;
        json.raw(",\"characteristics\":");
        json.characteristics(&self.characteristics)?;
        json.raw(",\"policy\":{\"id\":");
        json.text(&self.policy.id)?;
        json.raw(",\"version\":");
        json.text(&self.policy.version)?;
        json.raw(",\"hash\":");
        json.text(&self.policy.hash)?;
        json.raw("},\"parameters\":{\"hash\":");
        json.text(&self.parameters.hash)?;
        json.raw("},\"engine\":");
        json.text(self.engine)?;
        json.raw(",\"input_hash\":");
        json.text(&self.input_hash)?;
        json.raw(",\"as_of\":\"");
        json.raw(canonical::day(self.as_of).as_str());
        json.raw("\"");
        if let Some(trace) = trace {
            json.raw(",\"trace\":");
            serde_json::to_writer(&mut json.0, trace)?;
        }
        json.raw("}");
        Ok(json.0)
    }
}

/// What came of writing.
type Written = Result<(), serde_json::Error>;

struct Json(Vec<u8>);

impl Json {
    #[inline]
    fn raw(&mut self, text: &str) {
        self.0.extend_from_slice(text.as_bytes());
    }

    /// A text in quotes; one with something to escape is left to the library.
    #[inline]
    fn text(&mut self, text: &str) -> Written {
        let escapes = |byte| matches!(byte, b'"' | b'\\' | 0..0x20);
        if text.bytes().fold(false, |found, b| found | escapes(b)) {
            return serde_json::to_writer(&mut self.0, text);
        }
        self.raw("\"");
        self.raw(text);
        self.raw("\"");
        Ok(())
    }

    #[expect(clippy::unnecessary_wraps, reason = "one shape with what can fail")]
    fn int(&mut self, number: i64) -> Written {
        self.raw(itoa::Buffer::new().format(number));
        Ok(())
    }

    fn some<T>(
        &mut self,
        value: Option<&T>,
        write: impl FnOnce(&mut Self, &T) -> Written,
    ) -> Written {
        if let Some(value) = value {
            return write(self, value);
        }
        self.raw("null");
        Ok(())
    }

    fn joined<T>(
        &mut self,
        items: impl IntoIterator<Item = T>,
        write: impl Fn(&mut Self, T) -> Written,
    ) -> Written {
        for (position, item) in items.into_iter().enumerate() {
            if position > 0 {
                self.raw(",");
            }
            write(self, item)?;
        }
        Ok(())
    }

    fn list<T>(&mut self, items: &[T], write: impl Fn(&mut Self, &T) -> Written) -> Written {
        self.raw("[");
        self.joined(items, write)?;
        self.raw("]");
        Ok(())
    }

    /// A further field, left out when there is nothing.
    fn field<T>(
        &mut self,
        key: &str,
        value: Option<&T>,
        write: impl FnOnce(&mut Self, &T) -> Written,
    ) -> Written {
        let Some(value) = value else {
            return Ok(());
        };
        self.raw(key);
        write(self, value)
    }

    fn offer(&mut self, offer: &Offer) -> Written {
        let text = |json: &mut Self, text: &String| json.text(text);
        self.raw("{\"amount\":");
        self.text(&offer.amount)?;
        self.raw(",\"term_months\":");
        self.int(offer.term_months)?;
        self.raw(",\"annual_rate\":");
        self.text(&offer.annual_rate)?;
        self.raw(",\"monthly_payment\":");
        self.text(&offer.monthly_payment)?;
        self.raw(",\"currency\":");
        self.text(offer.currency)?;
        self.field(",\"max_amount\":", offer.max_amount.as_ref(), text)?;
        self.field(",\"max_payment\":", offer.max_payment.as_ref(), text)?;
        let factor = offer.limiting_factor.as_ref();
        self.field(",\"limiting_factor\":", factor, Self::shared)?;
        self.raw("}");
        Ok(())
    }

    fn reason(&mut self, reason: &Reason) -> Written {
        self.raw("{\"code\":");
        self.text(&reason.code)?;
        self.raw(",\"rank\":");
        self.raw(itoa::Buffer::new().format(reason.rank));
        self.raw(",\"text\":{\"es-MX\":");
        self.text(&reason.text.es_mx)?;
        self.raw(",\"en\":");
        self.text(&reason.text.en)?;
        self.raw("}");
        let lost = reason.points_lost.as_ref();
        self.field(",\"points_lost\":", lost, |json, lost| json.int(*lost))?;
        self.field(",\"evidence\":", reason.evidence.as_ref(), Self::shared)?;
        self.raw("}");
        Ok(())
    }

    fn missing(&mut self, missing: &MissingInput) -> Written {
        self.raw("{\"characteristic\":");
        self.text(&missing.characteristic)?;
        self.raw(",\"needed_by\":");
        self.text(&missing.needed_by)?;
        self.raw("}");
        Ok(())
    }

    fn shared(&mut self, text: &Arc<str>) -> Written {
        self.text(text)
    }

    fn characteristics(&mut self, printed: &Printed) -> Written {
        /// What stands before each value, and how many places it is printed with.
        static KEYS: LazyLock<Vec<(String, u32)>> = LazyLock::new(|| {
            let before = |position| if position == 0 { '{' } else { ',' };
            let keys = definitions().iter().enumerate();
            keys.map(|(at, d)| (format!("{}\"{}\":", before(at), d.name), d.unit.decimals()))
                .collect()
        });
        for ((key, places), (_, value)) in KEYS.iter().zip(printed.0.iter()) {
            self.raw(key);
            match value {
                Value::Missing => self.raw("null"),
                Value::Int(n) => self.int(*n)?,
                Value::Decimal(d) => {
                    self.0
                        .extend_from_slice(canonical::digits(*d, *places).quoted());
                }
                Value::Bool(true) => self.raw("true"),
                Value::Bool(false) => self.raw("false"),
                Value::Date(d) => {
                    self.raw("\"");
                    self.raw(canonical::day(*d).as_str());
                    self.raw("\"");
                }
                Value::Text(text) => self.text(text)?,
            }
        }
        self.raw("}");
        Ok(())
    }
}

#[cfg(test)]
mod tests;
