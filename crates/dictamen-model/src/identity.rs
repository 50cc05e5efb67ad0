//! What identifies a person or an employer, parsed so that it can be judged but not printed.
//!
//! None of these types keeps what it was made from, so none can leak it: they remember whether
//! the identifier was well formed and, for a CURP, the birth date; an [`Applicant`] is told from
//! another by a hash. Sex and birthplace are dropped
//! when a CURP is parsed. An invalid identifier is data, never an error: Belvo's own examples are
//! invalid.

mod applicant;
mod curp;
mod document;
mod masked;
mod nss;
mod private;
mod rfc;

pub use applicant::Applicant;
pub use curp::Curp;
pub use document::Document;
pub use masked::Masked;
pub use nss::Nss;
pub use private::Private;
pub use rfc::Rfc;
