//! Who applies, told apart without being told.

use std::fmt;

use sha2::{Digest as _, Sha256};

use super::curp::normalised;

/// A hash of an applicant's CURP: equal for equal persons. A CURP can be guessed from it by trying
/// them all, so it does not show, and is not stored but under a key.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Applicant([u8; 32]);

impl Applicant {
    /// The applicant with this CURP, after trimming and upper-casing. A code that is no valid CURP
    /// is taken as it is: Belvo sends it, and it tells one person from another all the same.
    pub fn of_curp(text: &str) -> Self {
        let mut hash = Sha256::new();
        hash.update(b"dictamen applicant 1");
        hash.update(normalised(text).as_bytes());
        Self(hash.finalize().into())
    }

    /// The hash.
    pub fn digest(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for Applicant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Applicant(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::Applicant;

    #[test]
    fn a_person_is_the_same_however_the_code_is_written() {
        let one = Applicant::of_curp("SABC560626MDFLRN01");
        assert_eq!(one, Applicant::of_curp(" sabc560626mdflrn01 "));
        assert_ne!(one, Applicant::of_curp("SABC560626MDFLRN02"));
        assert_eq!(format!("{one:?}"), "Applicant(..)");
    }
}
