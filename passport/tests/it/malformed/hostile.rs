//! What a signed token can be turned into by whoever has it, or by a sender that means no good.

use std::fmt::Display;

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::support::signer::Signer;

fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// A token to make hostile ones of.
pub(super) struct Honest<'h> {
    pub(super) signer: &'h Signer,
    pub(super) header: Value,
    pub(super) claims: Value,
    /// The key that its reader verifies it with, as a JWK: everybody knows it.
    pub(super) public: Value,
    /// Whether it brings its own key, as a proof of possession does.
    pub(super) brings_its_key: bool,
}

impl Honest<'_> {
    /// As its sender makes it.
    pub(super) fn text(&self) -> String {
        self.signer.sign(&self.header, &self.claims)
    }

    fn header(&self, name: &str, value: Value) -> String {
        let mut header = self.header.clone();
        header[name] = value;
        self.signer.sign(&header, &self.claims)
    }

    fn claim(&self, name: &str, value: Value) -> String {
        let mut claims = self.claims.clone();
        claims[name] = value;
        self.signer.sign(&self.header, &claims)
    }

    /// Everything that it could be turned into, with what that is.
    pub(super) fn hostile(&self, now: i64) -> Vec<(String, String)> {
        [self.of_algorithms(), self.of_headers(), self.of_keys(), self.of_times(now), self.of_shapes(), self.of_sizes()]
            .concat()
    }

    /// Signed by nobody, or by a secret that everybody knows.
    fn of_algorithms(&self) -> Vec<(String, String)> {
        let unsigned = ["none", "None", "nOnE", ""].map(|alg| {
            let signed = self.header("alg", alg.into());
            let message = signed.rsplit_once('.').expect("a signature").0.to_owned();
            [named("unsigned", alg, format!("{message}.")), named("signed by", alg, signed)]
        });
        let coordinate =
            |name: &str| URL_SAFE_NO_PAD.decode(self.public[name].as_str().unwrap_or_default()).expect("base64url");
        let point = [vec![4], coordinate("x"), coordinate("y")].concat();
        let secrets = [point, self.public.to_string().into_bytes(), Vec::new()];
        let shared = secrets.iter().map(|secret| {
            let mut header = self.header.clone();
            header["alg"] = "HS256".into();
            let message = format!("{}.{}", encode(header.to_string()), encode(self.claims.to_string()));
            let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), message.as_bytes());
            named("HS256 over", secret.len(), format!("{message}.{}", encode(tag)))
        });
        let others = ["RS256", "PS256", "EdDSA", "ES384", "ES256K", "HS256", "es256"];
        let others = others.map(|alg| named("alg", alg, self.header("alg", alg.into())));
        unsigned.into_iter().flatten().chain(shared).chain(others).collect()
    }

    /// What a header must not say, or not so.
    fn of_headers(&self) -> Vec<(String, String)> {
        let rows = [
            ("crit", json!(["exp"])),
            ("crit", json!(["http://made.up/"])),
            ("crit", json!([])),
            ("crit", json!("exp")),
            ("b64", json!(false)),
            ("alg", json!(["ES256"])),
            ("alg", json!(null)),
            ("typ", json!("at+jwt")),
            ("typ", json!("logout+jwt")),
            ("typ", json!(if self.brings_its_key { "JWT" } else { "dpop+jwt" })),
            ("typ", json!(1)),
            ("jku", json!("https://evil.test/jwks")),
            ("x5u", json!("https://evil.test/cert.pem")),
        ];
        rows.map(|(name, value)| named(name, &value, self.header(name, value.clone()))).into()
    }

    /// Keys that the reader must not take.
    fn of_keys(&self) -> Vec<(String, String)> {
        let stranger = Signer::new();
        let forged = stranger.sign(&self.header, &self.claims);
        let mut keys =
            vec![json!(null), json!("k"), json!({}), json!({ "kty": "oct", "k": "c2VjcmV0" }), stranger.jwk()];
        if self.brings_its_key {
            let mut private = self.signer.jwk();
            private["d"] = json!("AAAA");
            let mut off_the_curve = self.signer.jwk();
            off_the_curve["y"] = off_the_curve["x"].clone();
            let mut short = self.signer.jwk();
            short["y"] = json!("AAAA");
            keys.extend([private, off_the_curve, short]);
        } else {
            let mut header = self.header.clone();
            header["jwk"] = stranger.jwk();
            keys.push(self.signer.jwk());
            let kids = ["other", "", "../../../dev/null", "k' OR '1'='1", "a\0b"];
            let foreign = kids.map(|kid| named("kid", kid, self.header("kid", kid.into())));
            let own = named("signed by its own", "jwk", stranger.sign(&header, &self.claims));
            let keys = keys.into_iter().map(|key| named("jwk", &key, self.header("jwk", key.clone())));
            let numbered = named("kid", 1, self.header("kid", 1.into()));
            return foreign
                .into_iter()
                .chain(keys)
                .chain([own, numbered, named("signed by", "a stranger", forged)])
                .collect();
        }
        let keys = keys.into_iter().map(|key| named("jwk", &key, self.header("jwk", key.clone())));
        keys.chain([named("signed by", "a stranger", forged)]).collect()
    }

    /// From too early or too late, or from no time at all.
    fn of_times(&self, now: i64) -> Vec<(String, String)> {
        let mut rows = vec![("iat", json!(now + 61)), ("iat", json!("now")), ("iat", json!(1e300))];
        if self.brings_its_key {
            rows.extend([("iat", json!(now - 61)), ("iat", json!(null))]);
        } else {
            rows.extend([
                ("nbf", json!(now + 61)),
                ("nbf", json!([now])),
                ("exp", json!(now)),
                ("exp", json!("never")),
            ]);
            rows.push(("exp", json!(1e300)));
        }
        rows.into_iter().map(|(name, value)| named(name, &value, self.claim(name, value.clone()))).collect()
    }

    /// What is no compact token of two objects and a signature.
    fn of_shapes(&self) -> Vec<(String, String)> {
        let good = self.text();
        let (message, signature) = good.rsplit_once('.').expect("a signature");
        let (header, payload) = message.split_once('.').expect("a header");
        let flattened = json!({ "protected": header, "payload": payload, "signature": signature }).to_string();
        let with_payload = |text: &[u8]| self.signer.sign_text(header, &encode(text));
        let twice = format!("{},\"alg\":\"none\"}}", self.header.to_string().trim_end_matches('}'));
        [
            "x".to_owned(),
            ".".to_owned(),
            "..".to_owned(),
            "....".to_owned(),
            message.to_owned(),
            format!("{message}."),
            format!("{message}.AAAA"),
            format!("{good}."),
            format!("{good}.AAAA.AAAA"),
            format!(" {good}"),
            format!("{header}=.{payload}.{signature}"),
            flattened,
            self.signer.sign_text(&encode(twice), payload),
            self.signer.sign_text("", payload),
            self.signer.sign_text(&encode("[]"), payload),
            self.signer.sign_text(&encode(b"\xff\xfe"), payload),
            with_payload(b""),
            with_payload(b"[]"),
            with_payload(b"null"),
            with_payload(b"\"x\""),
            with_payload(b"{"),
            with_payload(b"{\"iss\":\"\xff\"}"),
        ]
        .map(|text| named("shape", text.clone(), text))
        .into()
    }

    /// Huge, and deep.
    fn of_sizes(&self) -> Vec<(String, String)> {
        let deep = |depth: usize| format!("{{\"a\":{}1{}}}", "[".repeat(depth), "]".repeat(depth));
        let (header, payload) = (encode(self.header.to_string()), encode(self.claims.to_string()));
        let large = "x".repeat(20_000);
        vec![
            named("a deep", "header", self.signer.sign_text(&encode(deep(5_000)), &payload)),
            named("deep", "claims", self.signer.sign_text(&header, &encode(deep(5_000)))),
            named("a huge", "claim", self.claim("a", large.clone().into())),
            named("a huge", "header", self.header("a", large.into())),
        ]
    }
}

fn named(kind: &str, what: impl Display, text: String) -> (String, String) {
    (format!("{kind} {what:.60}"), text)
}
