//! Entrances for programs that throw bytes at everything that reads what strangers write (`fuzz/`).
//!
//! Each takes any bytes, and fails where something that has to hold does not. The bytes of `fuzz/corpus/` go through
//! them in every run of the tests; compiled with instrumentation, libFuzzer finds more.

use std::sync::{Arc, LazyLock};

use http::{HeaderMap, HeaderValue, header};
use serde_json::{Map, Value};

use crate::clients::{ApplicationType, Client, RedirectUri};
use crate::keys::Alg;
use crate::keys::received::{KeySet, Purpose, Received};
use crate::oidc::authorize::request::{Given, RawRequest};
use crate::oidc::authorize::respond::TrustedRedirect;
use crate::oidc::authorize::{checks, object};
use crate::oidc::params::Params;
use crate::oidc::{client_auth, dpop, register, token};

/// What takes bytes.
type Target = fn(&[u8]);

/// The targets by name.
pub const TARGETS: [(&str, Target); 8] = [
    ("authorization_request", authorization_request),
    ("client_metadata", client_metadata),
    ("dpop_proof", dpop_proof),
    ("peer_headers", shared::http::fuzzing::peer_headers),
    ("received_jwt", received_jwt),
    ("redirect_uri", redirect_uri),
    ("request_object", request_object),
    ("token_request", token_request),
];

/// Signed by the client whose key stands in [`KEYS`].
const SIGNED: &str = include_str!("../../fuzz/corpus/received_jwt/genuine");

/// The public half of the key that signed [`SIGNED`]; the private half is nowhere.
const KEYS: &str = include_str!("../../fuzz/keys.json");

/// A proof, signed by the key that it holds; the private half is nowhere.
const PROOF: &str = include_str!("../../fuzz/corpus/dpop_proof/genuine");

static CLIENT: LazyLock<Option<Arc<Client>>> = LazyLock::new(|| {
    let text = "client_id = 'a'\nclient_name = { zh = '甲', en = 'A' }\nscopes = ['openid', 'email', 'profile']\n\
        resources = ['https://api.example/']\nredirect_uris = ['https://a.example/cb']\n";
    Client::new(toml::from_str(text).ok()?, Vec::new()).ok().map(Arc::new)
});

/// The query of an authorization request: what is accepted goes to the client, and asks for no more than it may have.
fn authorization_request(data: &[u8]) {
    let (Ok(params), Some(client)) = (Params::parse(data), CLIENT.as_ref()) else { return };
    let again = Params::parse(params.encode().as_bytes()).map(|again| again.encode());
    assert_eq!(again.ok(), Some(params.encode()), "what is written again is read the same");
    let raw = RawRequest::read(&params, Given::default());
    let Ok(redirect) = TrustedRedirect::prove(client, &raw, &"https://p.example".into()) else { return };
    assert_eq!(redirect.uri(), "https://a.example/cb");
    let Ok(request) = checks::accept(&raw, Arc::clone(client), redirect) else { return };
    assert!(request.scope.iter().all(|scope| client.scopes.iter().any(|own| own == scope)), "{}", request.scope);
    assert!(!request.scope.is_empty());
    assert!(raw.code_challenge.is_none() || request.code_challenge == raw.code_challenge, "a challenge is lost");
    assert!(request.nonce.is_none_or(|nonce| nonce.len() <= 512));
    assert!(raw.request.is_none() || raw.given.signed, "an object that nobody verified counts for nothing");
}

/// An `Authorization` header, a line break, and the form of a token request: credentials come in one way.
fn token_request(data: &[u8]) {
    let at = data.iter().position(|byte| *byte == b'\n').unwrap_or(data.len());
    let (first, body) = (&data[..at], data.get(at + 1..).unwrap_or_default());
    let mut headers = HeaderMap::new();
    if let Some(value) = HeaderValue::from_bytes(first).ok().filter(|value| !value.is_empty()) {
        headers.insert(header::AUTHORIZATION, value);
    }
    let Ok(params) = Params::parse(body) else { return };
    let Some(named) = client_auth::named(&headers, &params) else { return };
    let ways = [headers.contains_key(header::AUTHORIZATION), params.get("client_secret").is_some()];
    assert!(ways.iter().filter(|way| **way).count() <= 1, "two ways at once");
    assert!(params.get("client_id").is_none_or(|id| id == named), "two clients at once");
    token::fuzzing::read(&named, &params);
}

/// The claims of a request object whose signature is right: parameters that travel like any others, none of them hidden
/// in a second object.
fn request_object(data: &[u8]) {
    let Ok(claims) = serde_json::from_slice::<Map<String, Value>>(data) else { return };
    let Some(params) = object::fuzzing_parameters(claims) else { return };
    for name in ["request", "request_uri", "iss", "aud", "exp", "nbf", "iat", "jti", "sub"] {
        assert_eq!(params.all(name).count(), 0, "{name} is a parameter");
    }
    let encoded = params.encode();
    let again = Params::parse(encoded.as_bytes()).map(|again| again.encode());
    assert_eq!(again.ok(), Some(encoded.clone()), "what is signed is read otherwise than what is sent");
    authorization_request(encoded.as_bytes());
}

/// A JWT of a client: nothing verifies but what was signed.
fn received_jwt(data: &[u8]) {
    let (Ok(text), Ok(keys)) = (std::str::from_utf8(data), serde_json::from_str(KEYS)) else { return };
    let Ok(keys) = KeySet::read(&keys) else { return };
    for purpose in [Purpose::ClientAssertion, Purpose::RequestObject, Purpose::DpopProof] {
        let Ok(received) = Received::parse(text, purpose) else { continue };
        let possession = received.clone().verify_possession(&Alg::ALL).is_ok();
        assert!(!possession || message(text) == message(PROOF), "a signature by a key that nobody has: {text}");
        let verified = received.verify(&keys, &Alg::ALL).is_ok();
        assert!(!verified || message(text) == message(SIGNED), "a signature that nobody made: {text}");
    }
}

/// The value of a `DPoP` header: nothing proves possession but what its key signed.
fn dpop_proof(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if dpop::fuzzing_accepts(text) {
        assert_eq!(message(text), message(PROOF), "a proof that nobody made");
    }
}

/// What a signature covers.
fn message(text: &str) -> Option<&str> {
    text.trim_end().rsplit_once('.').map(|(message, _)| message)
}

/// The JSON of a registration: what is accepted is shown as it was understood, and accepted again.
fn client_metadata(data: &[u8]) {
    let Ok(sent) = serde_json::from_slice::<Map<String, Value>>(data) else { return };
    let Some(shown) = register::fuzzing_understood(&sent) else { return };
    let again = register::fuzzing_understood(&shown);
    assert_eq!(again.as_ref(), Some(&shown), "what is shown is not what is understood");
}

/// A redirect URI that is registered, a line break, and one that is asked for.
fn redirect_uri(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let (registered, asked) = text.split_once('\n').unwrap_or((text, text));
    for application in [ApplicationType::Web, ApplicationType::Native] {
        let Ok(uri) = RedirectUri::register(registered, application) else { continue };
        assert!(uri.matches(registered), "{registered} is not itself");
        assert!(
            registered.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'#' && byte != b'\\'),
            "{registered}"
        );
        let url = url::Url::parse(registered).ok();
        assert!(url.is_some_and(|url| url.username().is_empty() && url.password().is_none()), "{registered}");
        if registered != asked && uri.matches(asked) {
            assert_eq!(application, ApplicationType::Native, "{asked} is not {registered}");
            assert_eq!(without_port(registered), without_port(asked), "another place");
        }
    }
}

/// A loopback address without its port (RFC 8252 §7.3); `None` for any other.
fn without_port(text: &str) -> Option<String> {
    let mut url = url::Url::parse(text).ok()?;
    let loopback = match url.host()? {
        url::Host::Ipv4(ip) => ip.is_loopback(),
        url::Host::Ipv6(ip) => ip.is_loopback(),
        url::Host::Domain(_) => false,
    };
    url.set_port(None).ok()?;
    (loopback && url.scheme() == "http").then(|| url.into())
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::*;

    #[test]
    fn what_was_found_so_far_holds() {
        let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/corpus");
        for (name, target) in TARGETS {
            let files: Vec<_> = fs::read_dir(corpus.join(name)).expect(name).collect();
            assert!(files.len() >= 3, "{name} begins with nothing");
            for file in files {
                target(&fs::read(file.expect("a file").path()).expect("its bytes"));
            }
        }
    }

    #[test]
    fn the_genuine_ones_are_taken_or_the_targets_prove_nothing() {
        let keys = KeySet::read(&serde_json::from_str(KEYS).expect("JSON")).expect("keys");
        let received = Received::parse(SIGNED.trim_end(), Purpose::ClientAssertion).expect("a token");
        received.verify(&keys, &Alg::ALL).expect("a signature");
        assert!(dpop::fuzzing_accepts(PROOF.trim_end()));
    }
}
