//! A key of a client, and what it signs: client assertions and DPoP proofs.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256, RSA_PSS_SHA256,
    RsaKeyPair,
};
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

/// A key with the id `k`, and the algorithm that it signs with.
pub(crate) struct Signer {
    pair: Pair,
    alg: &'static str,
}

enum Pair {
    P256(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
    Rsa(RsaKeyPair),
}

impl Signer {
    /// A new one of P-256.
    pub(crate) fn new() -> Self {
        Self::of("ES256")
    }

    /// A new one for that algorithm.
    pub(crate) fn of(alg: &'static str) -> Self {
        let pair = match alg {
            "ES256" => Pair::P256(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).expect("a key")),
            "EdDSA" => Pair::Ed25519(Ed25519KeyPair::generate().expect("a key")),
            "PS256" | "RS256" => Pair::Rsa(RsaKeyPair::generate(KeySize::Rsa2048).expect("a key")),
            other => panic!("no key signs {other}"),
        };
        Self { pair, alg }
    }

    /// Its public half.
    pub(crate) fn jwk(&self) -> Value {
        let text = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        match &self.pair {
            Pair::P256(pair) => {
                let (x, y) = pair.public_key().as_ref()[1..].split_at(32);
                json!({ "kty": "EC", "crv": "P-256", "x": text(x), "y": text(y) })
            }
            Pair::Ed25519(pair) => {
                json!({ "kty": "OKP", "crv": "Ed25519", "x": text(pair.public_key().as_ref()) })
            }
            Pair::Rsa(pair) => {
                let (n, e) = (pair.public_key().modulus(), pair.public_key().exponent());
                json!({
                    "kty": "RSA",
                    "n": text(n.big_endian_without_leading_zero()),
                    "e": text(e.big_endian_without_leading_zero()),
                })
            }
        }
    }

    /// The members of its public half, by name.
    fn members(&self) -> Vec<(String, String)> {
        let jwk = self.jwk();
        let members = jwk.as_object().expect("an object").iter();
        let mut members: Vec<_> = members.map(|(name, value)| (name.clone(), value.to_string())).collect();
        members.sort();
        members
    }

    /// Its thumbprint (RFC 7638).
    pub(crate) fn thumbprint(&self) -> String {
        let members: Vec<_> = self.members().iter().map(|(name, value)| format!("\"{name}\":{value}")).collect();
        URL_SAFE_NO_PAD.encode(sha256(format!("{{{}}}", members.join(",")).as_bytes()))
    }

    /// A line of client metadata with its public half.
    pub(crate) fn jwks(&self) -> String {
        let members: Vec<_> = self.members().iter().map(|(name, value)| format!("{name} = {value}")).collect();
        format!("jwks = {{ keys = [{{ kid = 'k', {} }}] }}\n", members.join(", "))
    }

    /// A compact JWS.
    pub(crate) fn sign(&self, header: &Value, claims: &Value) -> String {
        let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        self.sign_text(&encode(header), &encode(claims))
    }

    /// A compact JWS of whatever stands there, encoded already.
    pub(crate) fn sign_text(&self, header: &str, payload: &str) -> String {
        let message = format!("{header}.{payload}");
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(self.signature(message.as_bytes())))
    }

    fn signature(&self, message: &[u8]) -> Vec<u8> {
        match &self.pair {
            Pair::P256(pair) => pair.sign(&SystemRandom::new(), message).expect("signed").as_ref().to_vec(),
            Pair::Ed25519(pair) => pair.sign(message).as_ref().to_vec(),
            Pair::Rsa(pair) => {
                let padding = if self.alg == "PS256" { &RSA_PSS_SHA256 } else { &RSA_PKCS1_SHA256 };
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(padding, &SystemRandom::new(), message, &mut signature).expect("signed");
                signature
            }
        }
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
        self.sign(&json!({ "alg": self.alg, "kid": "k" }), &claims)
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
        self.sign(&json!({ "typ": "dpop+jwt", "alg": self.alg, "jwk": self.jwk() }), &claims)
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
