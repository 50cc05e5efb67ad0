//! The personal part of a decision, and how it is laid out before it is encrypted.

use zeroize::Zeroizing;

use crate::{
    StoreError,
    backend::rows::KeyRow,
    seal::{MasterKeys, Secret},
};

/// First byte of the layout.
const LAYOUT: u8 = 1;

/// What is personal in a decision, or needed to make it again.
#[derive(Clone, PartialEq, Eq)]
pub struct Sealed {
    /// The lender's id of the application.
    pub application_id: String,
    /// The decision as it is answered when no trace is asked for.
    pub answer: Vec<u8>,
    /// The request's body.
    pub request: Vec<u8>,
}

impl std::fmt::Debug for Sealed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sealed(..)")
    }
}

/// Lays out parts, each preceded by its length, and packs them: records are JSON, which shrinks to
/// a fraction, and what is smaller is encrypted, hashed and written in less time.
pub(crate) fn lay_out(application_id: &str, answer: &[u8], request: &[u8]) -> Zeroizing<Vec<u8>> {
    let parts = [application_id.as_bytes(), answer, request];
    let length = parts.iter().fold(0_usize, |n, part| {
        n.saturating_add(4).saturating_add(part.len())
    });
    let mut plain = Zeroizing::new(Vec::with_capacity(length));
    for part in parts {
        // A body is limited to far less; a longer one fails to open and is not cut in silence.
        let length = u32::try_from(part.len()).unwrap_or(u32::MAX);
        plain.extend_from_slice(&length.to_be_bytes());
        plain.extend_from_slice(part);
    }
    let mut packed = lz4_flex::compress_prepend_size(&plain);
    packed.insert(0, LAYOUT);
    Zeroizing::new(packed)
}

fn take<'a>(bytes: &mut &'a [u8]) -> Option<&'a [u8]> {
    let (length, rest) = bytes.split_first_chunk::<4>()?;
    let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
    let (part, rest) = rest.split_at_checked(length)?;
    *bytes = rest;
    Some(part)
}

fn pick_up(bytes: &[u8]) -> Option<Sealed> {
    let (layout, packed) = bytes.split_first()?;
    if *layout != LAYOUT {
        return None;
    }
    // Only what was sealed here comes here, so the size it claims is its own.
    let plain = Zeroizing::new(lz4_flex::decompress_size_prepended(packed).ok()?);
    let mut rest = plain.as_slice();
    let sealed = Sealed {
        application_id: String::from_utf8(take(&mut rest)?.to_vec()).ok()?,
        answer: take(&mut rest)?.to_vec(),
        request: take(&mut rest)?.to_vec(),
    };
    rest.is_empty().then_some(sealed)
}

/// What the key of a decision is bound to: neither it nor its owner can be exchanged.
pub(crate) fn key_place(decision_id: &str, application: &str, applicant: Option<&str>) -> String {
    format!(
        "key {decision_id} {application} {}",
        applicant.unwrap_or("-")
    )
}

/// What the content of a decision is bound to.
pub(crate) fn content_place(decision_id: &str) -> String {
    format!("content {decision_id}")
}

/// What an answer under an idempotency key is bound to.
pub(crate) fn answer_place(reference: &str) -> String {
    format!("answer {reference}")
}

/// The key of a decision's sealed part.
pub(crate) fn data_key(
    master: &MasterKeys,
    decision_id: &str,
    row: &KeyRow,
) -> Result<Secret, StoreError> {
    let place = key_place(decision_id, &row.application, row.applicant.as_deref());
    master.unwrap(&place, &row.wrapped)
}

/// Opens the sealed part of a decision.
pub(crate) fn open(key: &Secret, decision_id: &str, content: &[u8]) -> Result<Sealed, StoreError> {
    let plain = key
        .open(&content_place(decision_id), content)
        .map(Zeroizing::new);
    plain.and_then(|plain| pick_up(&plain)).ok_or_else(|| {
        StoreError::Damaged(format!("the sealed part of {decision_id} does not open"))
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_laid_out_is_picked_up(id in ".{0,20}", answer: Vec<u8>, request: Vec<u8>, at: usize) {
            let bytes = lay_out(&id, &answer, &request);
            let sealed = Sealed { application_id: id, answer, request };
            prop_assert_eq!(pick_up(&bytes), Some(sealed));
            // Any part of it is nothing.
            prop_assert_eq!(pick_up(&bytes[..at.checked_rem(bytes.len()).unwrap_or_default()]), None);
        }
    }
}
