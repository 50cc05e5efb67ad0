//! API keys: made from the system's randomness, shown once, kept as a hash.
//!
//! A key reads `dk_<id>_<secret>`: 16 hexadecimal digits that name it, and 64 that prove it. The
//! secret has 256 random bits, so a plain hash of it cannot be turned back, and the only thing
//! that can be done with a kept hash is to hold a secret against it, in constant time. What a
//! role means is for whoever asks; here it is a word.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;
use tokio::sync::oneshot;
use zeroize::Zeroizing;

use crate::{Reading, Store, StoreError, hex, seal, writer::Job};

const PREFIX: &str = "dk_";
/// Digits of an id and of a secret.
const ID: usize = 16;
const SECRET: usize = 64;
/// Longest name.
const NAME: usize = 64;

/// SHA-256 of a secret. Cannot be read, printed or compared but by [`Self::proves`].
///
/// ```compile_fail
/// fn leak(one: &dictamen_store::KeyDigest, other: &dictamen_store::KeyDigest) -> bool {
///     one == other
/// }
/// ```
#[derive(Clone)]
pub struct KeyDigest([u8; 32]);

impl KeyDigest {
    pub(crate) fn of(secret: &[u8]) -> Self {
        Self(Sha256::digest(secret).into())
    }

    pub(crate) fn from_slice(bytes: &[u8]) -> Option<Self> {
        Some(Self(bytes.try_into().ok()?))
    }

    pub(crate) fn stored(&self) -> &[u8] {
        &self.0
    }

    /// Whether `presented` carries the secret this is the hash of. Takes the same time wherever
    /// they differ.
    pub fn proves(&self, presented: &PresentedKey<'_>) -> bool {
        self.0.ct_eq(&presented.digest.0).into()
    }
}

impl fmt::Debug for KeyDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyDigest(..)")
    }
}

/// A text that has the form of a key; whether it is one has to be found out. Its secret is hashed
/// at once, so that a key nobody knows costs the time of one that is known.
#[derive(Clone)]
pub struct PresentedKey<'a> {
    id: &'a str,
    digest: KeyDigest,
}

impl<'a> PresentedKey<'a> {
    /// Reads a key; `None` when it cannot be one.
    pub fn parse(text: &'a str) -> Option<Self> {
        let (id, secret) = text.strip_prefix(PREFIX)?.split_once('_')?;
        let digits = |part: &str, count| {
            part.len() == count && part.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
        };
        (digits(id, ID) && digits(secret, SECRET)).then(|| Self {
            id,
            digest: KeyDigest::of(secret.as_bytes()),
        })
    }

    /// What names it.
    pub fn id(&self) -> &'a str {
        self.id
    }
}

impl fmt::Debug for PresentedKey<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PresentedKey(..)")
    }
}

/// The text of a new key. It exists once; nobody can make it again.
pub struct KeyText(Zeroizing<String>);

impl KeyText {
    /// The text, to be shown to whoever asked for the key.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for KeyText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyText(..)")
    }
}

/// A key, as it is kept.
#[derive(Debug, Clone)]
pub struct ApiKey {
    /// What names it: 16 hexadecimal digits.
    pub id: String,
    /// Whose it is. A key that replaces another has the same.
    pub name: String,
    /// What it is good for, in the order given.
    pub roles: Vec<String>,
    /// When it was made.
    pub created: DateTime<Utc>,
    /// From when on it does not hold any more.
    pub expires: DateTime<Utc>,
    /// Since when it does not hold, when it was revoked.
    pub revoked: Option<DateTime<Utc>>,
    /// What its secret is held against.
    pub digest: KeyDigest,
}

impl ApiKey {
    /// Whether it holds at an instant.
    pub fn holds(&self, at: DateTime<Utc>) -> bool {
        self.revoked.is_none() && at < self.expires
    }
}

/// A key that was just made.
#[derive(Debug)]
pub struct NewKey {
    /// The key.
    pub key: ApiKey,
    /// Its text.
    pub text: KeyText,
}

/// What is to become of keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyChange {
    /// A key for a name that has none that holds.
    Create {
        /// Whose it is: 1 to 64 letters, digits, `-`, `_` or `.`.
        name: String,
        /// What it is good for.
        roles: Vec<String>,
        /// From when on it does not hold any more.
        expires: DateTime<Utc>,
    },
    /// A second key with the name and roles of one that holds, which ends soon.
    Rotate {
        /// The key to be replaced.
        id: String,
        /// From when on the new one does not hold any more.
        expires: DateTime<Utc>,
        /// From when on the old one does not, unless it would have ended before.
        old_until: DateTime<Utc>,
    },
    /// The end of a key.
    Revoke {
        /// The key.
        id: String,
    },
}

/// What became of keys.
#[derive(Debug)]
pub enum KeyChanged {
    /// There is a new one.
    Made(Box<NewKey>),
    /// This one holds no more.
    Revoked(Box<ApiKey>),
}

/// Why a change of keys was not made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyRefusal {
    /// The name is not usable.
    #[error("a name is 1 to 64 letters, digits, `-`, `_` or `.`")]
    Name,
    /// No role is named.
    #[error("a key needs a role")]
    NoRole,
    /// The key would never hold.
    #[error("the key would have ended already")]
    Ended,
    /// The name has a key that holds.
    #[error("there is a key of this name; it can be rotated")]
    Taken,
    /// The name has two keys that hold.
    #[error("two keys of this name hold already; one of them can be revoked")]
    TwoHold,
    /// There is no such key.
    #[error("there is no such key")]
    Unknown,
    /// The key holds no more.
    #[error("this key was revoked or has expired")]
    NotHeld,
}

impl KeyRefusal {
    /// Stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Name => "key::name",
            Self::NoRole => "key::no-role",
            Self::Ended => "key::ended",
            Self::Taken => "key::taken",
            Self::TwoHold => "key::two-hold",
            Self::Unknown => "key::unknown",
            Self::NotHeld => "key::not-held",
        }
    }
}

/// What the log says of a change of keys.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyFacts {
    /// Who asked for it.
    pub by: String,
    /// `key-created`, `key-rotated` or `key-revoked`.
    pub change: String,
    /// From when on the key does not hold any more.
    pub expires: DateTime<Utc>,
    /// The key's id.
    pub key: String,
    /// The key's name.
    pub name: String,
    /// Id of the key it replaces.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaces: Option<String>,
    /// What the key is good for.
    pub roles: Vec<String>,
}

/// What a change does to the table.
pub(crate) enum Effect {
    Insert(Box<NewKey>, Option<(String, DateTime<Utc>)>),
    Revoke(Box<ApiKey>),
}

/// Holds a change against the keys there are.
pub(crate) fn plan(
    change: &KeyChange,
    keys: &[ApiKey],
    now: DateTime<Utc>,
) -> Result<Result<Effect, KeyRefusal>, StoreError> {
    let held = |name: &str| {
        keys.iter()
            .filter(|key| key.name == name && key.holds(now))
            .count()
    };
    let find = |id: &str| keys.iter().find(|key| key.id == *id);
    Ok(match change {
        KeyChange::Create {
            name,
            roles,
            expires,
        } => {
            if !is_name(name) {
                Err(KeyRefusal::Name)
            } else if roles.is_empty() {
                Err(KeyRefusal::NoRole)
            } else if *expires <= now {
                Err(KeyRefusal::Ended)
            } else if held(name) > 0 {
                Err(KeyRefusal::Taken)
            } else {
                let key = mint(name, roles, now, *expires)?;
                Ok(Effect::Insert(Box::new(key), None))
            }
        }
        KeyChange::Rotate {
            id,
            expires,
            old_until,
        } => match find(id) {
            None => Err(KeyRefusal::Unknown),
            Some(old) if !old.holds(now) => Err(KeyRefusal::NotHeld),
            Some(old) if held(&old.name) > 1 => Err(KeyRefusal::TwoHold),
            Some(_) if *expires <= now => Err(KeyRefusal::Ended),
            Some(old) => {
                let key = mint(&old.name, &old.roles, now, *expires)?;
                let ends = old.expires.min(*old_until);
                Ok(Effect::Insert(Box::new(key), Some((old.id.clone(), ends))))
            }
        },
        KeyChange::Revoke { id } => match find(id) {
            None => Err(KeyRefusal::Unknown),
            Some(key) if !key.holds(now) => Err(KeyRefusal::NotHeld),
            Some(key) => {
                let mut key = key.clone();
                key.revoked = Some(now);
                Ok(Effect::Revoke(Box::new(key)))
            }
        },
    })
}

impl Effect {
    /// What the log says of it.
    pub(crate) fn facts(&self, by: &str) -> KeyFacts {
        let (key, change, replaces) = match self {
            Self::Insert(new, None) => (&new.key, "key-created", None),
            Self::Insert(new, Some((old, _))) => (&new.key, "key-rotated", Some(old.clone())),
            Self::Revoke(key) => (&**key, "key-revoked", None),
        };
        KeyFacts {
            by: by.to_owned(),
            change: change.to_owned(),
            expires: key.expires,
            key: key.id.clone(),
            name: key.name.clone(),
            replaces,
            roles: key.roles.clone(),
        }
    }
}

fn is_name(name: &str) -> bool {
    (1..=NAME).contains(&name.len())
        && name
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
}

fn mint(
    name: &str,
    roles: &[String],
    created: DateTime<Utc>,
    expires: DateTime<Utc>,
) -> Result<NewKey, StoreError> {
    let id = hex::encode(&seal::random::<8>()?);
    let secret = Zeroizing::new(hex::encode(&*Zeroizing::new(seal::random::<32>()?)));
    let text = Zeroizing::new([PREFIX, &id, "_", &secret].concat());
    Ok(NewKey {
        key: ApiKey {
            id,
            name: name.to_owned(),
            roles: roles.to_vec(),
            created,
            expires,
            revoked: None,
            digest: KeyDigest::of(secret.as_bytes()),
        },
        text: KeyText(text),
    })
}

impl Store {
    /// Every key there ever was, by the time it was made.
    ///
    /// # Errors
    ///
    /// When the database is away or what is stored is damaged.
    pub async fn keys(&self) -> Result<Vec<ApiKey>, StoreError> {
        self.in_time(async |conn| conn.api_keys().await).await
    }

    /// Changes keys, and says so in the log, in one transaction. `by` is who asks for it.
    ///
    /// # Errors
    ///
    /// When the database is away; whether the change was made, [`Self::keys`] tells then.
    pub async fn change_keys(
        &self,
        change: KeyChange,
        by: &str,
    ) -> Result<Result<KeyChanged, KeyRefusal>, StoreError> {
        let (reply, done) = oneshot::channel();
        let job = Job::Keys(Box::new((change, by.to_owned())), reply);
        self.hand_over(job, done).await
    }
}

impl Reading {
    /// As [`Store::keys`].
    ///
    /// # Errors
    ///
    /// When the database is away or what is stored is damaged.
    pub async fn keys(&self) -> Result<Vec<ApiKey>, StoreError> {
        self.connect().await?.api_keys().await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_proves_itself_and_nothing_else_does() {
        let now = Utc::now();
        let make = || mint("los", &["decide".to_owned()], now, now).unwrap();
        let (one, other) = (make(), make());
        assert_ne!(one.text.expose(), other.text.expose());
        let read = PresentedKey::parse(one.text.expose()).unwrap();
        assert_eq!(read.id(), one.key.id);
        assert!(one.key.digest.proves(&read));
        assert!(!other.key.digest.proves(&read));
        assert_eq!(one.text.expose().len(), 3 + ID + 1 + SECRET);
    }

    #[test]
    fn what_has_not_the_form_of_a_key_is_none() {
        let now = Utc::now();
        let good = mint("los", &[], now, now).unwrap().text.expose().to_owned();
        for length in 0..good.len() {
            let cut: String = good.chars().take(length).collect();
            assert!(PresentedKey::parse(&cut).is_none(), "cut at {length}");
        }
        for bad in [
            format!("{good}0"),
            format!(" {good}"),
            good.to_uppercase(),
            good.replacen("dk_", "sk_", 1),
            good.replacen('_', "-", 2),
            "dk__".to_owned(),
            "dk_é".to_owned(),
        ] {
            assert!(PresentedKey::parse(&bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn nothing_of_a_key_shows() {
        let now = Utc::now();
        let new = mint("los", &[], now, now).unwrap();
        let secret = new.text.expose().rsplit('_').next().unwrap().to_owned();
        let read = PresentedKey::parse(new.text.expose()).unwrap();
        let shown = format!("{new:?} {read:?}");
        assert!(!shown.contains(&secret) && !shown.contains(&hex::encode(new.key.digest.stored())));
    }
}
