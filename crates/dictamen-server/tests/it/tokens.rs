//! Tokens of an OpenID provider: which are let in, and what they may do.

use std::{fs, path::Path, sync::Arc, time::Duration};

use axum::{Router, body::Body, http::Request, routing};
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use dictamen_server::{
    access::{Access, TokenSettings},
    app::{App, Limits},
    clock::Clock,
};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode, get_current_timestamp, jwk::Jwk};
use rcgen::{KeyPair, PKCS_ECDSA_P256_SHA256, PKCS_ED25519, PKCS_RSA_SHA256, RsaKeySize};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{
    access::listen,
    support::{Answer, Service, send},
};

const ISSUER: &str = "https://login.lender.example";

/// A key of the provider.
struct Signer {
    id: &'static str,
    algorithm: Algorithm,
    private: EncodingKey,
    public: Value,
    public_der: Vec<u8>,
}

fn signer(id: &'static str, algorithm: Algorithm) -> Signer {
    let pair = match algorithm {
        Algorithm::RS256 => KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048),
        Algorithm::ES256 => KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256),
        _ => KeyPair::generate_for(&PKCS_ED25519),
    }
    .unwrap();
    let der = pair.serialize_der();
    let private = match algorithm {
        Algorithm::RS256 => EncodingKey::from_rsa_der(&pkcs1(&der)),
        Algorithm::ES256 => EncodingKey::from_ec_der(&der),
        _ => EncodingKey::from_ed_der(&der),
    };
    let public = if algorithm == Algorithm::EdDSA {
        let x = BASE64_URL_SAFE_NO_PAD.encode(pair.public_key_raw());
        json!({ "kty": "OKP", "crv": "Ed25519", "x": x, "kid": id, "use": "sig" })
    } else {
        let mut jwk = Jwk::from_encoding_key(&private, algorithm).unwrap();
        jwk.common.key_id = Some(id.to_owned());
        serde_json::to_value(jwk).unwrap()
    };
    Signer {
        id,
        algorithm,
        private,
        public,
        public_der: pair.public_key_raw().to_vec(),
    }
}

/// The RSA key within a PKCS #8 one: the content of its octet string.
fn pkcs1(der: &[u8]) -> Vec<u8> {
    let from = der.windows(2).position(|w| w == [0x04, 0x82]).unwrap();
    der[from + 4..].to_vec()
}

impl Signer {
    fn token(&self, claims: &Value) -> String {
        let mut header = Header::new(self.algorithm);
        header.kid = Some(self.id.to_owned());
        encode(&header, claims, &self.private).unwrap()
    }
}

/// Good claims, with some changed.
fn claims(change: Value) -> Value {
    let now = get_current_timestamp();
    let mut claims = json!({
        "iss": ISSUER, "aud": "dictamen", "sub": "ana", "exp": now + 300, "nbf": now,
        "iat": now, "roles": ["read"],
    });
    for (name, value) in change.as_object().unwrap() {
        claims[name] = value.clone();
        if value.is_null() {
            claims.as_object_mut().unwrap().remove(name);
        }
    }
    claims
}

fn set(signers: &[&Signer]) -> String {
    json!({ "keys": signers.iter().map(|signer| &signer.public).collect::<Vec<_>>() }).to_string()
}

fn settings(keys: &str) -> TokenSettings {
    TokenSettings {
        issuer: ISSUER.to_owned(),
        audience: "dictamen".to_owned(),
        keys: keys.to_owned(),
        roles_claim: "roles".to_owned(),
    }
}

struct Desk {
    service: Service,
    dir: TempDir,
}

impl Desk {
    async fn with(keys: &str, change: impl FnOnce(&mut TokenSettings)) -> Self {
        let dir = TempDir::new().unwrap();
        let file = dir.path().join("jwks.json");
        fs::write(&file, keys).unwrap();
        let mut settings = settings(file.to_str().unwrap());
        change(&mut settings);
        let mut service = Service::new();
        let access = Access::start(None, Some(settings)).await.unwrap();
        service.app =
            App::new(service.reloader.rules(), Clock::System, Limits::default()).guarded_by(access);
        Self { service, dir }
    }

    async fn ask(&self, path: &str, token: &str) -> u16 {
        ask(&self.service.app, path, token).await.status.as_u16()
    }
}

async fn ask(app: &App, path: &str, token: &str) -> Answer {
    let request = Request::get(path).header("authorization", format!("Bearer {token}"));
    send(app.router(), request.body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn tokens_are_let_in_by_what_the_provider_signs_with() {
    let signers = [
        signer("rsa", Algorithm::RS256),
        signer("ec", Algorithm::ES256),
        signer("ed", Algorithm::EdDSA),
    ];
    let desk = Desk::with(&set(&signers.each_ref()), |_| {}).await;
    for signer in &signers {
        let token = signer.token(&claims(json!({})));
        assert_eq!(desk.ask("/v1/policies", &token).await, 200, "{}", signer.id);
        // The role it has is for reading.
        assert_eq!(desk.ask("/v1/keys", &token).await, 403);
        let none = signer.token(&claims(json!({ "roles": ["root"] })));
        assert_eq!(desk.ask("/v1/policies", &none).await, 403);
    }
    // By another's key, under the name of the first.
    let forged = Signer {
        id: "rsa",
        ..signer("x", Algorithm::RS256)
    };
    assert_eq!(
        desk.ask("/v1/policies", &forged.token(&claims(json!({}))))
            .await,
        401
    );
    let other = Signer {
        id: "rsa",
        ..signer("x", Algorithm::ES256)
    };
    assert_eq!(
        desk.ask("/v1/policies", &other.token(&claims(json!({}))))
            .await,
        401
    );
    assert_eq!(desk.ask("/healthz", "none").await, 200);
}

#[tokio::test]
async fn what_a_token_has_to_say() {
    let signer = signer("ed", Algorithm::EdDSA);
    let desk = Desk::with(&set(&[&signer]), |_| {}).await;
    let now = get_current_timestamp();
    for (change, status) in [
        (json!({}), 200),
        (json!({ "aud": ["other", "dictamen"] }), 200),
        (json!({ "nbf": null }), 200),
        (json!({ "aud": "other" }), 401),
        (json!({ "aud": ["other"] }), 401),
        (json!({ "aud": null }), 401),
        (json!({ "iss": "https://login.other.example" }), 401),
        (json!({ "iss": format!("{ISSUER}/") }), 401),
        (json!({ "iss": null }), 401),
        (json!({ "sub": null }), 401),
        (json!({ "sub": "" }), 401),
        (json!({ "sub": 7 }), 401),
        (json!({ "sub": "a".repeat(256) }), 401),
        (json!({ "exp": null }), 401),
        (json!({ "exp": "soon" }), 401),
        // Clocks may differ by a minute.
        (json!({ "exp": now - 30 }), 200),
        (json!({ "exp": now - 90 }), 401),
        (json!({ "nbf": now + 30 }), 200),
        (json!({ "nbf": now + 120 }), 401),
        (json!({ "roles": "read admin" }), 200),
        (json!({ "roles": null }), 403),
        (json!({ "roles": { "read": true } }), 403),
        (json!({ "roles": [["read"]] }), 403),
    ] {
        let token = signer.token(&claims(change.clone()));
        assert_eq!(desk.ask("/v1/policies", &token).await, status, "{change}");
    }
}

#[tokio::test]
async fn what_a_token_says_of_its_own_signature_counts_for_nothing() {
    let rsa = signer("rsa", Algorithm::RS256);
    let desk = Desk::with(&set(&[&rsa]), |_| {}).await;
    let part = |value: &Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
    let body = part(&claims(json!({})));
    let good = rsa.token(&claims(json!({})));
    assert_eq!(desk.ask("/v1/policies", &good).await, 200);
    let (signed, signature) = good.rsplit_once('.').unwrap();
    let mut wrong = Vec::new();
    for algorithm in ["none", "None", "NONE", ""] {
        let head = part(&json!({ "alg": algorithm, "kid": "rsa", "typ": "JWT" }));
        wrong.extend([
            format!("{head}.{body}."),
            format!("{head}.{body}.{signature}"),
            format!("{head}.{body}"),
        ]);
    }
    // The public key, which everybody has, as if it were a shared secret.
    let modulus = rsa.public["n"].as_str().unwrap();
    for secret in [
        rsa.public_der.clone(),
        modulus.as_bytes().to_vec(),
        rsa.public.to_string().into_bytes(),
    ] {
        for algorithm in [Algorithm::HS256, Algorithm::HS512] {
            let mut header = Header::new(algorithm);
            header.kid = Some("rsa".to_owned());
            wrong.push(
                encode(
                    &header,
                    &claims(json!({})),
                    &EncodingKey::from_secret(&secret),
                )
                .unwrap(),
            );
        }
    }
    // The right key by another way of signing.
    let mut header = Header::new(Algorithm::RS512);
    header.kid = Some("rsa".to_owned());
    wrong.push(encode(&header, &claims(json!({})), &rsa.private).unwrap());
    // A header that has to be understood, and an address to fetch a key from.
    header = Header::new(Algorithm::RS256);
    header.kid = Some("rsa".to_owned());
    header.crit = Some(vec!["exp".to_owned()]);
    wrong.push(encode(&header, &claims(json!({})), &rsa.private).unwrap());
    // Cut, swapped, doubled.
    let admin = part(&claims(json!({ "roles": ["admin"] })));
    let head = good.split('.').next().unwrap();
    wrong.extend([
        signed.to_owned(),
        format!("{signed}."),
        format!("{head}.{admin}.{signature}"),
        format!("{good}.{signature}"),
        format!("{good}A"),
        good.replace('.', ".."),
        ".".repeat(10_000),
        "a".repeat(60_000),
        "..".to_owned(),
    ]);
    for token in wrong {
        let shown: String = token.chars().take(60).collect();
        assert_eq!(desk.ask("/v1/policies", &token).await, 401, "{shown}");
    }
}

#[tokio::test]
async fn roles_are_where_the_provider_puts_them() {
    let signer = signer("ed", Algorithm::EdDSA);
    for (claim, change) in [
        (
            "realm_access.roles",
            json!({ "realm_access": { "roles": ["read"] } }),
        ),
        (
            "https://lender.example/roles",
            json!({ "https://lender.example/roles": ["read"] }),
        ),
        ("scope", json!({ "scope": "openid read" })),
    ] {
        let desk = Desk::with(&set(&[&signer]), |settings| {
            settings.roles_claim = claim.to_owned()
        })
        .await;
        let token = signer.token(&claims(change));
        assert_eq!(desk.ask("/v1/policies", &token).await, 200, "{claim}");
        let plain = signer.token(&claims(json!({})));
        assert_eq!(desk.ask("/v1/policies", &plain).await, 403, "{claim}");
    }
}

#[tokio::test]
async fn keys_that_cannot_be_used_keep_the_service_from_starting() {
    let dir = TempDir::new().unwrap();
    let file = dir.path().join("jwks.json");
    let symmetric = json!({ "keys": [{ "kty": "oct", "k": "AAAA", "kid": "a", "alg": "HS256" }] });
    let encryption =
        json!({ "keys": [{ "kty": "OKP", "crv": "Ed25519", "x": "AAAA", "use": "enc" }] });
    for text in [
        "",
        "{}",
        "{\"keys\":[]}",
        "[1]",
        &symmetric.to_string(),
        &encryption.to_string(),
    ] {
        fs::write(&file, text).unwrap();
        let error = Access::start(None, Some(settings(file.to_str().unwrap())))
            .await
            .unwrap_err();
        assert!(error.to_string().contains("JWK set"), "{error}");
    }
    for keys in [
        "none.json",
        "http://login.lender.example/keys",
        "ftp://localhost/keys",
        "https://",
    ] {
        Access::start(None, Some(settings(keys))).await.unwrap_err();
    }
}

/// Waits until a token gets an answer.
async fn until(app: &App, token: &str, status: u16) {
    let asked = async {
        while ask(app, "/v1/policies", token).await.status != status {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), asked)
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_are_fetched_again_and_stay_while_the_provider_is_away() {
    let (old, new) = (
        signer("old", Algorithm::EdDSA),
        signer("new", Algorithm::ES256),
    );
    // A provider on this machine.
    let answer = Arc::new(std::sync::Mutex::new((200_u16, set(&[&old]))));
    let answered = Arc::clone(&answer);
    let provider = Router::new().route(
        "/keys",
        routing::get(move || {
            let (status, body) = answered.lock().unwrap().clone();
            async move { (axum::http::StatusCode::from_u16(status).unwrap(), body) }
        }),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/keys", listener.local_addr().unwrap());
    let provider = tokio::spawn(async move { axum::serve(listener, provider).await });
    let service = Service::new();
    let access = Access::start(None, Some(settings(&url))).await.unwrap();
    let app =
        App::new(service.reloader.rules(), Clock::System, Limits::default()).guarded_by(access);
    let (_, serving) = listen(app.clone()).await;
    let (by_old, by_new) = (old.token(&claims(json!({}))), new.token(&claims(json!({}))));
    until(&app, &by_old, 200).await;
    assert_eq!(ask(&app, "/v1/policies", &by_new).await.status, 401);
    // A token by a new key makes it be fetched.
    *answer.lock().unwrap() = (200, set(&[&old, &new]));
    until(&app, &by_new, 200).await;
    // Nonsense and errors change nothing.
    for (status, body) in [
        (500, String::new()),
        (200, "{".to_owned()),
        (200, "{\"keys\":[]}".to_owned()),
        (302, String::new()),
    ] {
        *answer.lock().unwrap() = (status, body);
        let stranger = signer("stranger", Algorithm::EdDSA).token(&claims(json!({})));
        assert_eq!(ask(&app, "/v1/policies", &stranger).await.status, 401);
        tokio::time::sleep(Duration::from_millis(2_300)).await;
        assert_eq!(ask(&app, "/v1/policies", &by_old).await.status, 200);
    }
    // What the provider takes back holds no more.
    *answer.lock().unwrap() = (200, set(&[&new]));
    let stranger = signer("stranger", Algorithm::EdDSA).token(&claims(json!({})));
    ask(&app, "/v1/policies", &stranger).await;
    until(&app, &by_old, 401).await;
    assert_eq!(ask(&app, "/v1/policies", &by_new).await.status, 200);
    provider.abort();
    serving.abort();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_of_keys_is_read_again() {
    let (old, new) = (
        signer("old", Algorithm::EdDSA),
        signer("new", Algorithm::EdDSA),
    );
    let desk = Desk::with(&set(&[&old]), |_| {}).await;
    let (_, serving) = listen(desk.service.app.clone()).await;
    let (by_old, by_new) = (old.token(&claims(json!({}))), new.token(&claims(json!({}))));
    assert_eq!(desk.ask("/v1/policies", &by_old).await, 200);
    let file: &Path = &desk.dir.path().join("jwks.json");
    fs::write(file, set(&[&new])).unwrap();
    until(&desk.service.app, &by_new, 200).await;
    assert_eq!(desk.ask("/v1/policies", &by_old).await, 401);
    fs::remove_file(file).unwrap();
    tokio::time::sleep(Duration::from_millis(2_300)).await;
    assert_eq!(desk.ask("/v1/policies", &by_new).await, 200);
    serving.abort();
}
