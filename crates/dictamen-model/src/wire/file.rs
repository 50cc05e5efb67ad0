//! Files that accompany a record.

use serde::{Deserialize as _, Deserializer};
use serde_json::value::RawValue;

use crate::json::{Context, Wire, wire};

/// Whether a file has content. A document of several megabytes is never copied or kept: no
/// decision reads it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Content;

impl<'de> Wire<'de> for Content {
    fn read<D: Deserializer<'de>>(
        deserializer: D,
        _: &mut Context,
    ) -> Result<Option<Self>, D::Error> {
        let raw = <&'de RawValue>::deserialize(deserializer)?;
        Ok((raw.get() != "null").then_some(Self))
    }
}

wire! {
    /// A document that Belvo attached.
    pub struct File {
        /// Its title.
        kind = "type": String,
        /// Its content, of which only the presence is kept.
        value: Content,
    }
}
