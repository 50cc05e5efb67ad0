//! Bearer tokens of an OpenID provider: JWTs that it signed for this service.
//!
//! What a token may be signed with is written here and not in the token: each of the provider's
//! keys is good for one algorithm, and no key for a shared secret or for none. Knows nothing of
//! how the provider's keys are fetched.

use jsonwebtoken::{
    Algorithm, DecodingKey, Validation, decode, decode_header,
    jwk::{AlgorithmParameters, EllipticCurve, Jwk, PublicKeyUse},
};
use serde_json::{Map, Value};

use super::{Caller, Roles};

/// Seconds by which clocks may differ.
const LEEWAY: u64 = 60;
/// Longest token, in bytes.
const LONGEST: usize = 16 * 1024;
/// Longest subject, in bytes.
const SUBJECT: usize = 255;
/// Most keys of a provider.
const KEYS: usize = 100;

/// The keys a provider signs with.
#[derive(Debug, Default)]
pub(crate) struct Issued(Vec<IssuedKey>);

#[derive(Debug)]
struct IssuedKey {
    id: Option<String>,
    algorithm: Algorithm,
    key: DecodingKey,
}

impl Issued {
    /// Reads a JWK set. Keys that are for something else are passed over; `None` when it is no
    /// JWK set or holds no key to verify with.
    pub(crate) fn read(text: &[u8]) -> Option<Self> {
        let set: Value = serde_json::from_slice(text).ok()?;
        let keys: Vec<IssuedKey> = set
            .get("keys")?
            .as_array()?
            .iter()
            .take(KEYS)
            .filter_map(|key| usable(serde_json::from_value(key.clone()).ok()?))
            .collect();
        (!keys.is_empty()).then_some(Self(keys))
    }

    /// The key a token names, or the only one when it names none.
    fn find(&self, id: Option<&str>) -> Option<&IssuedKey> {
        match (id, self.0.as_slice()) {
            (None, [only]) => Some(only),
            (None, _) => None,
            (Some(id), keys) => keys.iter().find(|key| key.id.as_deref() == Some(id)),
        }
    }
}

fn usable(jwk: Jwk) -> Option<IssuedKey> {
    if !matches!(
        jwk.common.public_key_use,
        None | Some(PublicKeyUse::Signature)
    ) {
        return None;
    }
    let algorithm = match &jwk.algorithm {
        AlgorithmParameters::RSA(_) => Algorithm::RS256,
        AlgorithmParameters::EllipticCurve(curve) if curve.curve == EllipticCurve::P256 => {
            Algorithm::ES256
        }
        AlgorithmParameters::OctetKeyPair(pair) if pair.curve == EllipticCurve::Ed25519 => {
            Algorithm::EdDSA
        }
        _ => return None,
    };
    let named = jwk.common.key_algorithm.map(|named| named.to_string());
    if named.is_some_and(|named| named != format!("{algorithm:?}")) {
        return None;
    }
    Some(IssuedKey {
        key: DecodingKey::from_jwk(&jwk).ok()?,
        id: jwk.common.key_id,
        algorithm,
    })
}

/// What a token has to say.
#[derive(Debug, Clone)]
pub(crate) struct Expected {
    pub(crate) issuer: String,
    pub(crate) audience: String,
    /// The claim that holds the roles.
    pub(crate) roles_claim: String,
}

/// What became of a token.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Holds(Caller),
    /// It names a key that is not among those known; it may be a new one.
    UnknownKey,
    Refused,
}

impl Expected {
    /// Holds a token against the provider's keys and what it has to say.
    pub(crate) fn verify(&self, token: &str, keys: &Issued) -> Verdict {
        if token.len() > LONGEST {
            return Verdict::Refused;
        }
        let Ok(header) = decode_header(token) else {
            return Verdict::Refused;
        };
        // What a token calls critical has to be understood, and none of it is.
        if header.crit.is_some() {
            return Verdict::Refused;
        }
        let Some(key) = keys.find(header.kid.as_deref()) else {
            return Verdict::UnknownKey;
        };
        let mut rules = Validation::new(key.algorithm);
        rules.leeway = LEEWAY;
        rules.validate_nbf = true;
        rules.set_issuer(&[&self.issuer]);
        rules.set_audience(&[&self.audience]);
        rules.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        let Ok(token) = decode::<Map<String, Value>>(token, &key.key, &rules) else {
            return Verdict::Refused;
        };
        let subject = token.claims.get("sub").and_then(Value::as_str);
        let Some(subject) = subject.filter(|subject| (1..=SUBJECT).contains(&subject.len())) else {
            return Verdict::Refused;
        };
        Verdict::Holds(Caller::with_token(subject, self.roles(&token.claims)))
    }

    fn roles(&self, claims: &Map<String, Value>) -> Roles {
        let nested = || {
            let mut parts = self.roles_claim.split('.');
            let first = claims.get(parts.next()?)?;
            parts.try_fold(first, |value, part| value.get(part))
        };
        // Some providers name claims by addresses, which have dots in them.
        match claims.get(&self.roles_claim).or_else(nested) {
            Some(Value::Array(names)) => Roles::named(names.iter().filter_map(Value::as_str)),
            Some(Value::String(names)) => Roles::named(names.split_whitespace()),
            _ => Roles::default(),
        }
    }
}
