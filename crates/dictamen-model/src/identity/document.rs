//! One entry of `document_ids`.

use super::curp::normalised;
use super::{Curp, Masked, Nss, Rfc};
use crate::json::{Context, Malformed, Reader, Wire, wire};

/// An identity document of the person, judged as what it says it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Document {
    /// A social security number.
    Nss(Nss),
    /// A population registry code.
    Curp(Curp),
    /// A tax registry code.
    Rfc(Rfc),
    /// A document of another or of no type, or without a number.
    Other,
}

wire! {
    /// The entry as it is sent.
    pub(crate) struct DocumentId {
        /// `NSS`, `CURP` or `RFC`.
        document_type: Masked,
        /// The number.
        document_number: Masked,
    }
}

impl<'de> Wire<'de> for Document {
    fn read(reader: &mut Reader<'de>, context: &mut Context) -> Result<Option<Self>, Malformed> {
        let Some(entry) = DocumentId::read(reader, context)? else {
            return Ok(None);
        };
        let kind = entry.document_type.as_ref().map(Masked::expose);
        let number = entry.document_number.as_ref().map(Masked::expose);
        Ok(Some(match (kind, number) {
            (Some("NSS"), Some(number)) => Self::Nss(Nss::parse(number)),
            (Some("CURP"), Some(number)) => {
                let number = normalised(number);
                if !number.is_empty() {
                    context.note_document_curp(&number);
                }
                Self::Curp(Curp::parse(&number))
            }
            (Some("RFC"), Some(number)) => Self::Rfc(Rfc::parse(number)),
            _ => Self::Other,
        }))
    }
}
