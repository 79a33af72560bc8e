//! A key of a client, and what it signs: client assertions and DPoP proofs.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use shared::clock::{Clock as _, Timestamp};
use shared::entropy::{SystemEntropy, token};
use shared::secret::sha256;

use super::site::{Pairs, with};
use super::{ISSUER, Passport};

/// RFC 7523 §2.2
pub(crate) const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// A key of P-256 with the id `k`.
pub(crate) struct Signer(EcdsaKeyPair);

impl Signer {
    /// A new one.
    pub(crate) fn new() -> Self {
        Self(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).expect("a key"))
    }

    /// Its public half.
    pub(crate) fn jwk(&self) -> Value {
        let (x, y) = self.0.public_key().as_ref()[1..].split_at(32);
        json!({ "kty": "EC", "crv": "P-256", "x": URL_SAFE_NO_PAD.encode(x), "y": URL_SAFE_NO_PAD.encode(y) })
    }

    /// Its thumbprint (RFC 7638).
    pub(crate) fn thumbprint(&self) -> String {
        let jwk = self.jwk();
        let (x, y) = (jwk["x"].as_str().expect("x"), jwk["y"].as_str().expect("y"));
        URL_SAFE_NO_PAD.encode(sha256(format!(r#"{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}"#).as_bytes()))
    }

    /// A line of client metadata with its public half.
    pub(crate) fn jwks(&self) -> String {
        let jwk = self.jwk();
        format!(
            "jwks = {{ keys = [{{ kty = 'EC', crv = 'P-256', kid = 'k', x = {}, y = {} }}] }}\n",
            jwk["x"], jwk["y"]
        )
    }

    /// A compact JWS.
    pub(crate) fn sign(&self, header: &Value, claims: &Value) -> String {
        let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        self.sign_text(&encode(header), &encode(claims))
    }

    /// A compact JWS of whatever stands there, encoded already.
    pub(crate) fn sign_text(&self, header: &str, payload: &str) -> String {
        let message = format!("{header}.{payload}");
        let signature = self.0.sign(&SystemRandom::new(), message.as_bytes()).expect("signed");
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    /// A client assertion, its claims changed.
    pub(crate) fn assertion(&self, passport: &Passport, client: &str, change: impl FnOnce(&mut Value)) -> String {
        self.assertion_to(ISSUER, passport.clock.now(), client, change)
    }

    /// A client assertion for that issuer, made at `now`.
    pub(crate) fn assertion_to(
        &self,
        issuer: &str,
        now: Timestamp,
        client: &str,
        change: impl FnOnce(&mut Value),
    ) -> String {
        let now = now.seconds();
        let mut claims = json!({
            "iss": client, "sub": client, "aud": issuer, "jti": fresh(), "iat": now, "exp": now + 60,
        });
        change(&mut claims);
        self.sign(&json!({ "alg": "ES256", "kid": "k" }), &claims)
    }

    /// A DPoP proof for a request, its claims changed.
    pub(crate) fn proof(&self, passport: &Passport, request: (&str, &str), change: impl FnOnce(&mut Value)) -> String {
        let (method, path) = request;
        self.proof_to((method, &format!("{ISSUER}{path}")), passport.clock.now(), change)
    }

    /// A DPoP proof for a request to that address, made at `now`.
    pub(crate) fn proof_to(&self, request: (&str, &str), now: Timestamp, change: impl FnOnce(&mut Value)) -> String {
        let (method, address) = request;
        let mut claims = json!({ "jti": fresh(), "htm": method, "htu": address, "iat": now.seconds() });
        change(&mut claims);
        self.sign(&json!({ "typ": "dpop+jwt", "alg": "ES256", "jwk": self.jwk() }), &claims)
    }

    /// A DPoP proof for a token request.
    pub(crate) fn token_proof(&self, passport: &Passport) -> String {
        self.proof(passport, ("POST", "/token"), |_| ())
    }

    /// A DPoP proof for the user information beside that token.
    pub(crate) fn userinfo_proof(&self, passport: &Passport, access_token: &str) -> String {
        self.proof(passport, ("GET", "/userinfo"), |claims| claims["ath"] = json!(ath(access_token)))
    }
}

/// The hash of an access token (RFC 9449 §4.2).
pub(crate) fn ath(access_token: &str) -> String {
    URL_SAFE_NO_PAD.encode(sha256(access_token.as_bytes()))
}

/// `pairs` with a client assertion.
pub(crate) fn asserted<'p>(pairs: Pairs<'p>, assertion: &'p str) -> Pairs<'p> {
    with(with(pairs, "client_assertion_type", ASSERTION_TYPE), "client_assertion", assertion)
}

fn fresh() -> String {
    token(&SystemEntropy::new())
}
