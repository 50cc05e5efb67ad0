//! Keeping personal data unreadable without its key, and findable without being readable.
//!
//! Each decision has a data key of its own, wrapped by the master key. Destroying the wrapped key
//! destroys the data, in the database and in what was copied from it after. Each ciphertext is
//! bound to what it belongs to, so that it opens nowhere else. An application or applicant is
//! found by a keyed hash, which tells nothing without the key.

use chacha20poly1305::{
    Key, XChaCha20Poly1305, XNonce,
    aead::{Aead as _, KeyInit as _, Payload},
};
use hmac::{Hmac, Mac as _};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use crate::{StoreError, hex};

const NONCE: usize = 24;

/// 32 random bytes that never show.
#[derive(Clone)]
pub(crate) struct Secret(Zeroizing<[u8; 32]>);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(..)")
    }
}

impl Secret {
    pub(crate) fn new(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    pub(crate) fn random() -> Result<Self, StoreError> {
        Ok(Self::new(random()?))
    }

    pub(crate) fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    fn from_slice(bytes: &[u8]) -> Option<Self> {
        Some(Self::new(bytes.try_into().ok()?))
    }

    /// Encrypts; `place` is what the ciphertext belongs to.
    pub(crate) fn seal(&self, place: &str, plain: &[u8]) -> Result<Vec<u8>, StoreError> {
        let nonce: [u8; NONCE] = random()?;
        let cipher = XChaCha20Poly1305::new(&Key::from(*self.0));
        let payload = Payload {
            msg: plain,
            aad: place.as_bytes(),
        };
        let sealed = cipher
            .encrypt(&XNonce::from(nonce), payload)
            .map_err(|_| StoreError::Damaged("a text is too long to be encrypted".into()))?;
        let mut blob = Vec::with_capacity(NONCE.saturating_add(sealed.len()));
        blob.extend_from_slice(&nonce);
        blob.extend_from_slice(&sealed);
        Ok(blob)
    }

    /// Decrypts what [`Self::seal`] made for the same place; `None` when it is anything else.
    pub(crate) fn open(&self, place: &str, blob: &[u8]) -> Option<Vec<u8>> {
        let (nonce, sealed) = blob.split_first_chunk::<NONCE>()?;
        let cipher = XChaCha20Poly1305::new(&Key::from(*self.0));
        let payload = Payload {
            msg: sealed,
            aad: place.as_bytes(),
        };
        cipher.decrypt(&XNonce::from(*nonce), payload).ok()
    }

    /// A keyed hash of parts.
    pub(crate) fn blind(&self, parts: &[&[u8]]) -> String {
        // A key of any length is taken, so there is no error to meet.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&*self.0) else {
            return String::new();
        };
        for part in parts {
            mac.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            mac.update(part);
        }
        hex::encode(&mac.finalize().into_bytes())
    }
}

pub(crate) fn random<const N: usize>() -> Result<[u8; N], StoreError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes)
        .map_err(|_| StoreError::Unavailable("the system gives no random bytes".into()))?;
    Ok(bytes)
}

/// A key wrapped by a master key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wrapped {
    /// Id of the master key.
    pub(crate) master: String,
    pub(crate) blob: Vec<u8>,
}

/// The master keys: the first wraps, all unwrap. More than one while one is being replaced.
#[derive(Debug, Clone)]
pub struct MasterKeys(Vec<(String, Secret)>);

impl MasterKeys {
    /// Reads keys of 64 hexadecimal digits each, apart by white space or commas, the current one
    /// first.
    ///
    /// # Errors
    ///
    /// When there is none, or one is anything else. The message names `origin` and no part of it.
    pub fn parse(text: &str, origin: &str) -> Result<Self, StoreError> {
        let bad = || StoreError::BadKey(origin.to_owned());
        let keys = text
            .split(|c: char| c.is_whitespace() || c == ',')
            .filter(|part| !part.is_empty())
            .map(|part| {
                let bytes = Zeroizing::new(hex::decode(part).ok_or_else(bad)?);
                Ok(Self::named(Secret::from_slice(&bytes).ok_or_else(bad)?))
            })
            .collect::<Result<Vec<_>, StoreError>>()?;
        if keys.is_empty() {
            return Err(bad());
        }
        Ok(Self(keys))
    }

    /// One new key.
    ///
    /// # Errors
    ///
    /// When the system gives no random bytes.
    pub fn random() -> Result<Self, StoreError> {
        Ok(Self(vec![Self::named(Secret::random()?)]))
    }

    /// The same keys with a new current one before them.
    ///
    /// # Errors
    ///
    /// When the system gives no random bytes.
    pub fn with_new(&self) -> Result<Self, StoreError> {
        let mut keys = Self::random()?;
        keys.0.extend(self.0.iter().cloned());
        Ok(keys)
    }

    /// The current key alone.
    #[must_use]
    pub fn current_only(&self) -> Self {
        Self(self.0.iter().take(1).cloned().collect())
    }

    /// As [`Self::parse`] reads them, one a line.
    pub(crate) fn text(&self) -> Zeroizing<String> {
        let lines = self.0.iter().map(|(_, key)| hex::encode(key.bytes()));
        Zeroizing::new(lines.collect::<Vec<_>>().join("\n") + "\n")
    }

    /// Id of the current key. It tells nothing of the key.
    pub fn current_id(&self) -> &str {
        self.0.first().map_or("", |(id, _)| id)
    }

    fn named(key: Secret) -> (String, Secret) {
        let mut hash = Sha256::new();
        hash.update(b"dictamen master key 1");
        hash.update(key.bytes());
        let digest: [u8; 32] = hash.finalize().into();
        (hex::encode(digest.get(..8).unwrap_or_default()), key)
    }

    pub(crate) fn wrap(&self, place: &str, key: &Secret) -> Result<Wrapped, StoreError> {
        let (id, master) = self.0.first().ok_or(StoreError::WrongMasterKey)?;
        Ok(Wrapped {
            master: id.clone(),
            blob: master.seal(place, key.bytes())?,
        })
    }

    pub(crate) fn unwrap(&self, place: &str, wrapped: &Wrapped) -> Result<Secret, StoreError> {
        let known = self.0.iter().find(|(id, _)| *id == wrapped.master);
        let (_, master) = known.ok_or(StoreError::WrongMasterKey)?;
        let bytes = master.open(place, &wrapped.blob).map(Zeroizing::new);
        bytes
            .and_then(|bytes| Secret::from_slice(&bytes))
            .ok_or_else(|| StoreError::Damaged("a wrapped key does not open".into()))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_sealed_opens_at_its_place_only(plain: Vec<u8>, at in 0_usize..2000, bit in 0_u8..8) {
            let key = Secret::random().unwrap();
            let blob = key.seal("here", &plain).unwrap();
            prop_assert_eq!(key.open("here", &blob), Some(plain));
            prop_assert_eq!(key.open("there", &blob), None);
            prop_assert_eq!(Secret::random().unwrap().open("here", &blob), None);
            let mut changed = blob.clone();
            let at = at.checked_rem(changed.len()).unwrap_or_default();
            changed[at] ^= 1 << bit;
            prop_assert_eq!(key.open("here", &changed), None);
            prop_assert_eq!(key.open("here", &blob[..at]), None);
        }

        #[test]
        fn keys_are_read_as_they_are_written_and_nothing_else_is_a_key(text in "[0-9a-g ,\n]{0,140}") {
            if let Ok(keys) = MasterKeys::parse(&text, "x") {
                let again = MasterKeys::parse(&keys.text(), "x").unwrap();
                prop_assert_eq!(keys.current_id(), again.current_id());
                prop_assert_eq!(again.text().len() % 65, 0);
            }
        }
    }

    #[test]
    fn an_earlier_master_key_still_unwraps_and_a_strange_one_does_not() {
        let old = MasterKeys::random().unwrap();
        let key = Secret::random().unwrap();
        let wrapped = old.wrap("place", &key).unwrap();
        let both = old.with_new().unwrap();
        assert_eq!(both.unwrap("place", &wrapped).unwrap().bytes(), key.bytes());
        assert_ne!(both.current_id(), old.current_id());
        let new = both.current_only();
        assert!(matches!(
            new.unwrap("place", &wrapped),
            Err(StoreError::WrongMasterKey)
        ));
        assert!(matches!(
            both.unwrap("other", &wrapped),
            Err(StoreError::Damaged(_))
        ));
    }

    #[test]
    fn keys_do_not_show() {
        let keys = MasterKeys::random().unwrap();
        let text = keys.text().trim().to_owned();
        assert!(!format!("{keys:?}").contains(&text));
        let error = MasterKeys::parse(text.get(1..).unwrap(), "`master.key`").unwrap_err();
        assert_eq!(
            error.to_string(),
            "`master.key` is not usable: a key is 64 hexadecimal digits"
        );
    }

    #[test]
    fn parts_of_a_blind_reference_do_not_run_into_each_other() {
        let key = Secret::random().unwrap();
        assert_ne!(key.blind(&[b"ab", b"c"]), key.blind(&[b"a", b"bc"]));
        assert_eq!(key.blind(&[b"ab"]), key.blind(&[b"ab"]));
        assert_ne!(
            key.blind(&[b"ab"]),
            Secret::random().unwrap().blind(&[b"ab"])
        );
    }
}
