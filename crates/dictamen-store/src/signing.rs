//! Checkpoints: the end of a chain, signed, so that what came before it can be proven later and
//! elsewhere.

use chrono::{DateTime, Utc};
use ed25519_dalek::{Signature, Signer as _, VerifyingKey};
use serde::{Deserialize, Serialize};

use crate::{Head, StoreError, hex, seal};

/// The key that signs checkpoints.
#[derive(Clone)]
pub struct SigningKey(ed25519_dalek::SigningKey);

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SigningKey(..)")
    }
}

impl SigningKey {
    /// Reads 64 hexadecimal digits; `origin` names where they come from.
    ///
    /// # Errors
    ///
    /// When they are anything else.
    pub fn parse(text: &str, origin: &str) -> Result<Self, StoreError> {
        let bytes = hex::decode(text.trim()).map(zeroize::Zeroizing::new);
        let bytes: Option<[u8; 32]> = bytes.and_then(|bytes| bytes.as_slice().try_into().ok());
        bytes
            .map(|bytes| Self(ed25519_dalek::SigningKey::from_bytes(&bytes)))
            .ok_or_else(|| StoreError::BadKey(origin.to_owned()))
    }

    /// A new key.
    ///
    /// # Errors
    ///
    /// When the system gives no random bytes.
    pub fn random() -> Result<Self, StoreError> {
        Ok(Self(
            ed25519_dalek::SigningKey::from_bytes(&seal::random()?),
        ))
    }

    pub(crate) fn text(&self) -> zeroize::Zeroizing<String> {
        zeroize::Zeroizing::new(hex::encode(self.0.as_bytes()) + "\n")
    }

    /// The key others check its signatures with.
    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.verifying_key())
    }

    pub(crate) fn sign(&self, head: Head, at: DateTime<Utc>) -> Checkpoint {
        let mut checkpoint = Checkpoint {
            at,
            head,
            signature: String::new(),
        };
        let signature = self.0.sign(checkpoint.statement().as_bytes());
        checkpoint.signature = hex::encode(&signature.to_bytes());
        checkpoint
    }
}

/// The key that checkpoints are checked with: 64 hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PublicKey(VerifyingKey);

impl PublicKey {
    /// Reads 64 hexadecimal digits.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes: [u8; 32] = hex::decode(text.trim())?.try_into().ok()?;
        VerifyingKey::from_bytes(&bytes).ok().map(Self)
    }
}

impl std::fmt::Display for PublicKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&hex::encode(self.0.as_bytes()))
    }
}

/// A signed end of a chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checkpoint {
    /// When it was signed.
    pub at: DateTime<Utc>,
    /// What was signed.
    #[serde(flatten)]
    pub head: Head,
    /// Ed25519, 128 hexadecimal digits.
    pub signature: String,
}

impl Checkpoint {
    /// Exactly what is signed.
    fn statement(&self) -> String {
        format!(
            "dictamen checkpoint 1\n{}\n{}\n{}\n",
            self.head.position,
            self.head.hash,
            self.at.timestamp_micros()
        )
    }

    /// Whether `key` signed it.
    pub fn is_signed_by(&self, key: &PublicKey) -> bool {
        let bytes: Option<[u8; 64]> = hex::decode(&self.signature).and_then(|b| b.try_into().ok());
        bytes.is_some_and(|bytes| {
            let signature = Signature::from_bytes(&bytes);
            key.0
                .verify_strict(self.statement().as_bytes(), &signature)
                .is_ok()
        })
    }
}
