//! Fields that are absent when they are not what they should be.

use dictamen_model::Timestamp;
use dictamen_model::identity::{Masked, Private};
use rust_decimal::Decimal;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

/// The JSON of a field, or nothing where it is null.
fn raw<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Box<RawValue>>, D::Error> {
    Option::<Box<RawValue>>::deserialize(deserializer)
}

/// A field of a type that says itself what it takes.
pub(super) fn any<'de, D: Deserializer<'de>, T: DeserializeOwned>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    Ok(raw(deserializer)?.and_then(|json| serde_json::from_str(json.get()).ok()))
}

/// Text that is shown to nobody.
pub(super) fn masked<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Masked>, D::Error> {
    let text: Option<String> = any(deserializer)?;
    Ok(text
        .filter(|text| text.len() <= 1_000)
        .map(|text| Masked::new(&text)))
}

/// Text that is not even kept.
pub(super) fn private<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Private>, D::Error> {
    let text: Option<String> = any(deserializer)?;
    Ok(text.map(|_| Private))
}

/// A moment.
pub(super) fn moment<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Timestamp>, D::Error> {
    any(deserializer)
}

/// A number with exactly the digits it was written with.
pub(super) fn exact<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Decimal>, D::Error> {
    Ok(raw(deserializer)?.and_then(|json| {
        let text = json.get();
        text.parse()
            .or_else(|_| Decimal::from_scientific(text))
            .ok()
    }))
}
