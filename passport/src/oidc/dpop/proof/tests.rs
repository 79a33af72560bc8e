//! Each rule of RFC 9449 §4.3, broken one at a time.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use serde_json::{Value, json};

use super::*;
use crate::oidc::error::Code;
use crate::web::seal::testing::PlainSealer;

const NOW: Timestamp = Timestamp::from_millis(1_200_000_900);
const URI: &str = "https://passport.example/token";

struct Signer(EcdsaKeyPair);

impl Signer {
    fn new() -> Self {
        Self(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).expect("a key"))
    }

    fn proof(&self, claims: &Value) -> String {
        let encode = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        let (x, y) = self.0.public_key().as_ref()[1..].split_at(32);
        let jwk = json!({ "kty": "EC", "crv": "P-256", "x": encode(x), "y": encode(y) });
        let header = json!({ "typ": "dpop+jwt", "alg": "ES256", "jwk": jwk });
        let message = format!("{}.{}", encode(header.to_string().as_bytes()), encode(claims.to_string().as_bytes()));
        let signature = self.0.sign(&SystemRandom::new(), message.as_bytes()).expect("signed");
        format!("{message}.{}", encode(signature.as_ref()))
    }
}

fn claims(name: &str, value: Value) -> Value {
    let mut claims = json!({ "jti": "1", "htm": "POST", "htu": URI, "iat": NOW.seconds() });
    match value {
        Value::Null => {
            claims.as_object_mut().expect("an object").remove(name);
        }
        value => claims[name] = value,
    }
    claims
}

fn expected() -> Expected<'static> {
    static ADDRESSES: std::sync::LazyLock<[String; 1]> = std::sync::LazyLock::new(|| [URI.to_owned()]);
    Expected {
        method: "POST",
        addresses: &*ADDRESSES,
        access_token: None,
        algorithms: &Alg::ALL,
        nonce_required: false,
    }
}

fn check_with(expected: &Expected<'_>, claims: &Value) -> Result<Proof, Code> {
    check(&Signer::new().proof(claims), expected, &PlainSealer, NOW).map_err(|error| error.code)
}

fn refused(name: &str, value: Value) -> Option<Code> {
    check_with(&expected(), &claims(name, value)).err()
}

#[test]
fn a_proof_shows_the_key_that_signed_it() {
    let signer = Signer::new();
    let key =
        |jti: &str| check(&signer.proof(&claims("jti", json!(jti))), &expected(), &PlainSealer, NOW).expect("good");
    assert_eq!(key("1").key, key("2").key);
    assert_ne!(key("1").once.id, key("2").once.id);
    assert_eq!(key("1").once.id, key("1").once.id, "the same token is known again, whatever its signature");
    assert_ne!(check_with(&expected(), &claims("jti", json!("1"))).expect("good").key, key("1").key);
}

#[test]
fn every_claim_must_be_there() {
    for name in ["jti", "htm", "htu", "iat"] {
        for value in [json!(null), json!([]), json!("")] {
            assert_eq!(refused(name, value), Some(Code::InvalidDpopProof), "{name}");
        }
    }
}

#[test]
fn it_is_for_one_method_and_one_address() {
    for method in ["GET", "post", "POST "] {
        assert_eq!(refused("htm", json!(method)), Some(Code::InvalidDpopProof), "{method}");
    }
    for same in [
        "https://passport.example:443/token",
        "HTTPS://PASSPORT.example/token",
        "https://passport.example/token?a=1#b",
        "https://passport.example/x/../token",
    ] {
        assert_eq!(refused("htu", json!(same)), None, "{same}");
    }
    for other in [
        "http://passport.example/token",
        "https://passport.example:8443/token",
        "https://passport.example/token/",
        "https://passport.example/Token",
        "https://passport.example/userinfo",
        "https://a@passport.example/token",
        "/token",
    ] {
        assert_eq!(refused("htu", json!(other)), Some(Code::InvalidDpopProof), "{other}");
    }
}

#[test]
fn it_was_made_within_ten_seconds() {
    for (offset, good) in [(-12, false), (-10, true), (0, true), (10, true), (11, false)] {
        let found = refused("iat", json!(NOW.seconds() + offset));
        assert_eq!(found.is_none(), good, "{offset}");
    }
}

#[test]
fn a_second_that_turns_on_the_way_makes_no_proof_too_old() {
    let made = Timestamp::from_millis(1_200_000_990);
    let arrives = made + Duration::from_millis(20);
    let proof = Signer::new().proof(&claims("iat", json!(made.seconds() - 10)));
    let at = |now| check(&proof, &expected(), &PlainSealer, now).map_err(|error| error.code);
    let known = at(made).expect("ten seconds old");
    assert_eq!(at(arrives), Ok(known.clone()), "and the second has turned");
    let end = Timestamp::from_seconds(made.seconds() + 2);
    assert_eq!(at(end), Err(Code::InvalidDpopProof));
    assert_eq!(
        known.once,
        Once::new(Use::DpopProof, known.key.as_str(), "1", end),
        "it is known for as long as it counts"
    );
}

#[test]
fn a_nonce_is_ours_and_must_be_there_where_it_is_required() {
    let strict = Expected { nonce_required: true, ..expected() };
    let ours = nonce::current(&PlainSealer, NOW);
    assert_eq!(check_with(&strict, &claims("nonce", json!(ours))).err(), None);
    assert_eq!(check_with(&expected(), &claims("nonce", json!(ours))).err(), None);
    assert_eq!(check_with(&strict, &claims("nonce", json!(null))).err(), Some(Code::UseDpopNonce));
    for rules in [&strict, &expected()] {
        assert_eq!(check_with(rules, &claims("nonce", json!("x"))).err(), Some(Code::UseDpopNonce));
    }
    // Who has no key yet is not helped by a nonce.
    let late = claims("iat", json!(1));
    assert_eq!(check_with(&strict, &late).err(), Some(Code::UseDpopNonce), "a nonce first, then the clock");
}

#[test]
fn at_a_resource_it_names_its_access_token() {
    let at_resource = Expected { access_token: Some("token"), ..expected() };
    let ath = URL_SAFE_NO_PAD.encode(sha256(b"token"));
    assert_eq!(check_with(&at_resource, &claims("ath", json!(ath))).err(), None);
    for other in [json!(null), json!("token"), json!(URL_SAFE_NO_PAD.encode(sha256(b"other")))] {
        assert_eq!(check_with(&at_resource, &claims("ath", other)).err(), Some(Code::InvalidDpopProof));
    }
}

#[test]
fn an_algorithm_that_the_client_may_not_use_is_refused() {
    let narrow = Expected { algorithms: &[Alg::PS256], ..expected() };
    assert_eq!(check_with(&narrow, &claims("jti", json!("1"))).err(), Some(Code::InvalidDpopProof));
}
