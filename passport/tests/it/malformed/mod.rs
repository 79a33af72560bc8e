//! Requests with one thing wrong, at every endpoint: each parameter missing, empty, twice, too long, of the wrong kind,
//! with characters that have no place in it, or in the wrong place. The answer is the standard's error, nothing is
//! written, and the same request without the mistake is still good afterwards.

mod bytes;
mod direct;
mod forms;
mod headers;
mod hostile;
mod media;
mod metadata;
mod methods;
mod mutation;
mod requests;
mod strangers;
mod tokens;
mod ways;
mod wire;

use shared::testkit::Answer;

use self::mutation::Outcome;

/// What became of a request, seen from the answer.
fn outcome(answer: &Answer) -> Outcome {
    let status = answer.status.as_u16();
    if let Some(location) = answer.location() {
        let sent = location.host_str() == Some("cet.test");
        return match answer.parameter("error") {
            Some(error) if sent => Outcome::Sent(known(&error)),
            Some(error) => panic!("{error} went to {location}"),
            None => Outcome::Good,
        };
    }
    if status < 400 {
        return Outcome::Good;
    }
    if answer.header("content-type").is_some_and(|kind| kind.starts_with("text/html")) {
        return Outcome::Page(status);
    }
    assert_eq!(answer.header("cache-control"), Some("no-store"), "an error is kept by no cache: {}", answer.text);
    if status == 401 {
        let how = answer.header("www-authenticate").expect("401 says how");
        assert!(how.starts_with("Basic ") || how.starts_with("Bearer ") || how.starts_with("DPoP "), "{how}");
    }
    match answer.header("www-authenticate").filter(|how| answer.text.is_empty() && how.contains("error=")) {
        Some(how) => {
            let (_, after) = how.split_once("error=\"").expect("an error");
            Outcome::Error(status, known(after.split('"').next().unwrap_or_default()))
        }
        None if answer.text.is_empty() => Outcome::Error(status, ""),
        None => Outcome::Error(status, known(&told(answer))),
    }
}

/// The code in the body: an object of it, of a description in the characters that RFC 6749 §5.2 allows, and of a page of ours.
fn told(answer: &Answer) -> String {
    assert_eq!(answer.header("content-type"), Some("application/json"), "{}", answer.text);
    let json = answer.json();
    let members = json.as_object().expect("an object");
    assert!(members.keys().eq(["error", "error_description", "error_uri"]), "{json}");
    let page = json["error_uri"].as_str().expect("an address");
    assert!(page.starts_with("https://passport.test/errors/"), "{page}");
    let description = json["error_description"].as_str().expect("a description");
    let plain = |b: u8| matches!(b, b' '..=b'~') && b != b'"' && b != b'\\';
    assert!(description.bytes().all(plain), "{description}");
    json["error"].as_str().expect("a code").to_owned()
}

/// The codes that the standards have for these endpoints.
fn known(code: &str) -> &'static str {
    const CODES: [&str; 17] = [
        "invalid_request",
        "invalid_client",
        "invalid_grant",
        "invalid_scope",
        "invalid_target",
        "invalid_token",
        "invalid_request_object",
        "invalid_request_uri",
        "invalid_client_metadata",
        "invalid_redirect_uri",
        "unauthorized_client",
        "unsupported_grant_type",
        "unsupported_response_type",
        "registration_not_supported",
        "login_required",
        "invalid_dpop_proof",
        "access_denied",
    ];
    CODES.into_iter().find(|known| *known == code).unwrap_or_else(|| panic!("{code} is no code of these"))
}
