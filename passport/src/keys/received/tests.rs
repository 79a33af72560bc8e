//! What a token may look like, tried with keys of each kind.

use aws_lc_rs::hmac;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256, RSA_PSS_SHA256,
    RsaKeyPair,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::*;

fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// A key of P-256, which most tests sign with.
struct Signer(EcdsaKeyPair);

impl Signer {
    fn new() -> Self {
        Self(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).expect("a key"))
    }

    fn jwk(&self) -> Value {
        let (x, y) = self.0.public_key().as_ref()[1..].split_at(32);
        json!({ "kty": "EC", "crv": "P-256", "kid": "k", "x": encode(x), "y": encode(y) })
    }

    fn set(&self) -> KeySet {
        KeySet::read(&json!({ "keys": [self.jwk()] })).expect("a set")
    }

    fn sign(&self, header: &Value, claims: &Value) -> String {
        self.sign_text(&encode(header.to_string()), &encode(claims.to_string()))
    }

    fn sign_text(&self, header: &str, payload: &str) -> String {
        let message = format!("{header}.{payload}");
        let signature = self.0.sign(&SystemRandom::new(), message.as_bytes()).expect("signed");
        format!("{message}.{}", encode(signature))
    }
}

fn verify(text: &str, purpose: Purpose, keys: &KeySet) -> Result<Value, Refusal> {
    let claims = Received::parse(text, purpose)?.verify(keys, &Alg::ALL)?;
    Ok(Value::Object(claims.into_map()))
}

fn assertion(text: &str, keys: &KeySet) -> Result<Value, Refusal> {
    verify(text, Purpose::ClientAssertion, keys)
}

fn header(more: Value) -> Value {
    let mut header = json!({ "alg": "ES256", "kid": "k" });
    for (name, value) in more.as_object().expect("members") {
        header[name] = value.clone();
    }
    header
}

#[test]
fn every_algorithm_is_verified_with_a_key_of_its_kind_and_with_no_other() {
    let ec = Signer::new();
    let ed = Ed25519KeyPair::generate().expect("a key");
    let rsa = RsaKeyPair::generate(aws_lc_rs::rsa::KeySize::Rsa2048).expect("a key");
    let ed_jwk = json!({ "kty": "OKP", "crv": "Ed25519", "kid": "k", "x": encode(ed.public_key()) });
    let public = rsa.public_key();
    let number = |bytes: &[u8]| encode(bytes);
    let rsa_jwk = json!({
        "kty": "RSA", "kid": "k",
        "n": number(public.modulus().big_endian_without_leading_zero()),
        "e": number(public.exponent().big_endian_without_leading_zero()),
    });
    let set = KeySet::read(&json!({ "keys": [ec.jwk(), ed_jwk, rsa_jwk] })).expect("a set");
    let claims = json!({ "iss": "a" });
    for alg in Alg::ALL {
        let header = json!({ "alg": alg.as_str(), "kid": "k" });
        let message = format!("{}.{}", encode(header.to_string()), encode(claims.to_string()));
        let rsa_sign = |encoding| {
            let mut signature = vec![0; rsa.public_modulus_len()];
            rsa.sign(encoding, &SystemRandom::new(), message.as_bytes(), &mut signature).expect("signed");
            signature
        };
        let signatures = [
            (Alg::ES256, ec.0.sign(&SystemRandom::new(), message.as_bytes()).expect("signed").as_ref().to_vec()),
            (Alg::EdDsa, ed.sign(message.as_bytes()).as_ref().to_vec()),
            (Alg::PS256, rsa_sign(&RSA_PSS_SHA256)),
            (Alg::RS256, rsa_sign(&RSA_PKCS1_SHA256)),
        ];
        for (made_by, signature) in signatures {
            let token = format!("{message}.{}", encode(signature));
            let expected = if made_by == alg { Ok(claims.clone()) } else { Err(Refusal::Signature) };
            assert_eq!(assertion(&token, &set), expected, "{alg} in the header, signed by {made_by}");
        }
    }
}

#[test]
fn a_public_key_is_no_shared_secret() {
    let signer = Signer::new();
    let public = signer.0.public_key().as_ref();
    for alg in ["HS256", "hs256", "ES256", "none", "None", "", "ES256K", "ES384"] {
        let message = format!("{}.{}", encode(header(json!({ "alg": alg })).to_string()), encode("{}"));
        let forged = encode(hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, public), message.as_bytes()));
        for signature in [forged.as_str(), ""] {
            let refused = assertion(&format!("{message}.{signature}"), &signer.set());
            let expected = if alg == "ES256" { Refusal::Signature } else { Refusal::Algorithm };
            assert_eq!(refused, Err(expected), "{alg}");
        }
    }
}

#[test]
fn only_allowed_algorithms_count() {
    let signer = Signer::new();
    let token = signer.sign(&header(json!({})), &json!({}));
    let received = Received::parse(&token, Purpose::ClientAssertion).expect("well-formed");
    assert_eq!(received.verify(&signer.set(), &[Alg::PS256, Alg::EdDsa]), Err(Refusal::Algorithm));
}

#[test]
fn each_purpose_has_its_type() {
    let signer = Signer::new();
    let check = |typ: Option<&str>, purpose| {
        let header = typ.map_or_else(|| header(json!({})), |typ| header(json!({ "typ": typ })));
        verify(&signer.sign(&header, &json!({})), purpose, &signer.set()).map(drop)
    };
    for typ in [None, Some("JWT"), Some("jwt"), Some("application/jwt")] {
        assert_eq!(check(typ, Purpose::ClientAssertion), Ok(()));
        assert_eq!(check(typ, Purpose::RequestObject), Ok(()));
        assert_eq!(check(typ, Purpose::DpopProof), Err(Refusal::Type));
    }
    assert_eq!(check(Some("client-authentication+jwt"), Purpose::ClientAssertion), Ok(()));
    assert_eq!(check(Some("oauth-authz-req+jwt"), Purpose::RequestObject), Ok(()));
    for typ in ["dpop+jwt", "at+jwt", "logout+jwt", "oauth-authz-req+jwt", ""] {
        assert_eq!(check(Some(typ), Purpose::ClientAssertion), Err(Refusal::Type), "{typ}");
    }
    assert_eq!(check(Some("client-authentication+jwt"), Purpose::RequestObject), Err(Refusal::Type));
}

#[test]
fn the_header_neither_brings_a_key_nor_says_where_to_fetch_one() {
    let signer = Signer::new();
    let stranger = Signer::new();
    for (more, refusal) in [
        (json!({ "crit": ["exp"], "exp": 1 }), Refusal::Critical),
        (json!({ "crit": [] }), Refusal::Critical),
        (json!({ "b64": false }), Refusal::Critical),
        (json!({ "jku": "https://evil.example/jwks" }), Refusal::KeyInHeader),
        (json!({ "x5u": "https://evil.example/cert" }), Refusal::KeyInHeader),
        (json!({ "jwk": stranger.jwk() }), Refusal::KeyInHeader),
        (json!({ "typ": 1 }), Refusal::Malformed),
        (json!({ "kid": 1 }), Refusal::Malformed),
        (json!({ "alg": ["ES256"] }), Refusal::Malformed),
        (json!({ "kid": "other" }), Refusal::UnknownKey),
    ] {
        let token = signer.sign(&header(more.clone()), &json!({}));
        assert_eq!(assertion(&token, &signer.set()), Err(refusal), "{more}");
    }
    // A certificate chain is passed over: the key is the registered one all the same.
    let with_chain = header(json!({ "x5c": ["MIIB"] }));
    assert!(assertion(&signer.sign(&with_chain, &json!({})), &signer.set()).is_ok());
    assert_eq!(assertion(&stranger.sign(&with_chain, &json!({})), &signer.set()), Err(Refusal::Signature));
}

#[test]
fn possession_is_proven_with_the_public_key_in_the_header() {
    let signer = Signer::new();
    let prove = |jwk: Value| {
        let header = json!({ "typ": "dpop+jwt", "alg": "ES256", "jwk": jwk });
        let text = signer.sign(&header, &json!({ "jti": "1" }));
        let received = Received::parse(&text, Purpose::DpopProof)?;
        received.verify_possession(&Alg::ALL).map(|(_, key)| key.thumbprint())
    };
    let thumbprint = ForeignKey::read(&signer.jwk()).expect("read").expect("a key").thumbprint();
    assert_eq!(prove(signer.jwk()), Ok(thumbprint));
    assert_eq!(prove(Signer::new().jwk()), Err(Refusal::Signature));
    let with = |name: &str, value: &str| {
        let mut jwk = signer.jwk();
        jwk[name] = json!(value);
        jwk
    };
    assert_eq!(prove(with("d", "x")), Err(Refusal::UnusableKey), "a private key");
    assert_eq!(prove(with("use", "enc")), Err(Refusal::UnusableKey));
    assert_eq!(prove(with("alg", "PS256")), Err(Refusal::Algorithm));
    let x = signer.jwk()["x"].as_str().expect("x").to_owned();
    assert_eq!(prove(with("y", &x)), Err(Refusal::UnusableKey), "a point that is not on the curve");
    assert_eq!(prove(with("y", &x[1..])), Err(Refusal::UnusableKey), "a coordinate that is too short");
    assert_eq!(prove(json!({ "kty": "oct", "k": "c2VjcmV0" })), Err(Refusal::UnusableKey));
    assert_eq!(prove(json!("key")), Err(Refusal::UnusableKey));
    let bare = signer.sign(&json!({ "typ": "dpop+jwt", "alg": "ES256" }), &json!({}));
    let received = Received::parse(&bare, Purpose::DpopProof).expect("well-formed");
    assert_eq!(received.verify_possession(&Alg::ALL).map(drop), Err(Refusal::UnusableKey));
}

#[test]
fn what_is_no_compact_token_of_modest_size_is_refused() {
    let signer = Signer::new();
    let set = signer.set();
    let good = signer.sign(&header(json!({})), &json!({}));
    let (message, signature) = good.rsplit_once('.').expect("a token");
    for text in ["", ".", "..", "...", "a.b.c", "é.é.é", message, &format!("{good}.x"), &format!(" {good}")] {
        assert!(matches!(assertion(text, &set), Err(Refusal::Malformed)), "{text}");
    }
    for signature in ["", "AAAA", &format!("{signature}="), &signature[1..], "!"] {
        assert_eq!(assertion(&format!("{message}.{signature}"), &set), Err(Refusal::Signature), "{signature}");
    }
    let deep = format!("{{\"a\":{}1{}}}", "[".repeat(5_000), "]".repeat(5_000));
    let deep = signer.sign_text(&encode(header(json!({})).to_string()), &encode(deep));
    assert_eq!(assertion(&deep, &set), Err(Refusal::Malformed));
    let large = signer.sign(&header(json!({})), &json!({ "a": "x".repeat(20_000) }));
    assert_eq!(assertion(&large, &set), Err(Refusal::TooLarge));
}
