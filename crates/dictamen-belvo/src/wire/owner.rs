//! The owner of a link.

use dictamen_model::Timestamp;
use dictamen_model::identity::{Masked, Private};
use serde::Deserialize;

use super::lenient;

/// Who a link is of.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Owner {
    /// Belvo's id.
    #[serde(deserialize_with = "lenient::any")]
    pub id: Option<String>,
    /// Belvo's id of the link.
    #[serde(deserialize_with = "lenient::any")]
    pub link: Option<String>,
    /// The institution's id of the person; of employment institutions the CURP.
    #[serde(deserialize_with = "lenient::masked")]
    pub internal_identification: Option<Masked>,
    /// When Belvo retrieved it.
    #[serde(deserialize_with = "lenient::moment")]
    pub collected_at: Option<Timestamp>,
    /// When Belvo stored it.
    #[serde(deserialize_with = "lenient::moment")]
    pub created_at: Option<Timestamp>,
    /// Whether there was a name.
    #[serde(deserialize_with = "lenient::private")]
    pub display_name: Option<Private>,
    /// Whether there was an e-mail address.
    #[serde(deserialize_with = "lenient::private")]
    pub email: Option<Private>,
    /// Whether there was a telephone number.
    #[serde(deserialize_with = "lenient::private")]
    pub phone_number: Option<Private>,
    /// Whether there was an address.
    #[serde(deserialize_with = "lenient::private")]
    pub address: Option<Private>,
}
