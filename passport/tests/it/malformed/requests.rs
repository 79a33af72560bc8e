//! Authorization requests with one thing wrong: at the authorization endpoint, by GET and by POST, and pushed.

use http::Request;
use shared::testkit::{Answer, Browser};

use super::mutation::{Outcome, Parameter, every, needed, optional, whole};
use super::outcome;
use crate::support::site::{CHALLENGE, OURS, SECRET, basic, post};
use crate::support::{ISSUER, on_both};

use Outcome::{Good, Page, Sent};

/// The parameters of an authorization request, and what a mistake in each leads to at the authorization endpoint.
pub(super) fn parameters() -> Vec<Parameter> {
    vec![
        needed(
            "client_id",
            "cet",
            Page(400),
            &[("CET", Page(400)), ("nobody", Page(400)), ("cet ", Page(400)), ("https://cet.test", Page(400))],
            Page(400),
        ),
        needed(
            "redirect_uri",
            "https://cet.test/cb",
            Page(400),
            &[("https://cet.test/cb/", Page(400)), ("https://evil.test/cb", Page(400)), ("/cb", Page(400))],
            Page(400),
        ),
        needed(
            "response_type",
            "code",
            Sent("invalid_request"),
            &[
                ("token", Sent("unsupported_response_type")),
                ("code id_token", Sent("unsupported_response_type")),
                ("CODE", Sent("unsupported_response_type")),
                ("none", Sent("unsupported_response_type")),
            ],
            Sent("unsupported_response_type"),
        ),
        needed(
            "scope",
            "openid",
            Sent("invalid_scope"),
            &[("nothing", Sent("invalid_scope")), ("open\"id", Sent("invalid_scope"))],
            Sent("invalid_scope"),
        ),
        optional("state", "s1", &[("<script>", Good)], Good),
        optional("nonce", "n1", &[], Sent("invalid_request")),
        needed(
            "code_challenge",
            CHALLENGE,
            Sent("invalid_request"),
            &[
                ("short", Sent("invalid_request")),
                ("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw+cM", Sent("invalid_request")),
            ],
            Sent("invalid_request"),
        ),
        needed(
            "code_challenge_method",
            "S256",
            Sent("invalid_request"),
            &[("plain", Sent("invalid_request")), ("s256", Sent("invalid_request"))],
            Sent("invalid_request"),
        ),
        optional("response_mode", "query", &[("web_message", Sent("invalid_request"))], Sent("invalid_request")),
        optional(
            "prompt",
            "",
            &[("none login", Sent("invalid_request")), ("maybe", Sent("invalid_request"))],
            Sent("invalid_request"),
        ),
        optional(
            "max_age",
            "3600",
            &[("-1", Sent("invalid_request")), ("soon", Sent("invalid_request")), ("1.5", Sent("invalid_request"))],
            Sent("invalid_request"),
        ),
        optional("login_hint", "somebody", &[], Sent("invalid_request")),
        optional("ui_locales", "fr xx", &[("-", Good)], Good),
        optional("claims_locales", "fr xx", &[("-", Good)], Good),
        optional("display", "page", &[("hologram", Good)], Good),
        optional("acr_values", "x", &[], Good),
        optional("id_token_hint", "", &[("a.b.c", Good)], Good),
        optional(
            "claims",
            "{}",
            &[
                ("[]", Sent("invalid_request")),
                ("{", Sent("invalid_request")),
                ("{\"id_token\":1}", Sent("invalid_request")),
            ],
            Sent("invalid_request"),
        ),
        optional(
            "resource",
            "",
            &[("no-uri", Sent("invalid_target")), ("https://unknown.test/#x", Sent("invalid_target"))],
            Sent("invalid_target"),
        ),
        optional("dpop_jkt", "", &[("short", Sent("invalid_request"))], Sent("invalid_request")),
        optional("registration", "", &[("{}", Sent("registration_not_supported"))], Sent("registration_not_supported")),
        optional("request", "", &[("a.b.c", Sent("invalid_request_object"))], Sent("invalid_request_object")),
        optional("x_unknown", "", &[("anything", Good)], Good),
    ]
}

/// Both `resource` and what is unknown may come as often as they like (RFC 8707 §2); the other values here may not.
pub(super) fn may_come_twice(what: &str) -> bool {
    what == "resource: twice" || what == "resource: twice in disguise"
}

#[tokio::test]
async fn a_malformed_authorization_request_goes_nowhere_or_back_with_an_error() {
    on_both(|passport| async move {
        passport.register(&[OURS]).await;
        let (browser, _) = passport.signed_in(None).await;
        let before = passport.rows().await;
        for by_post in [false, true] {
            for malformed in every(&parameters(), Page(400)).iter().filter(|m| !may_come_twice(&m.what)) {
                let answer = ask(&mut browser.clone(), by_post, &malformed.sent, &malformed.elsewhere).await;
                let what = format!("{}, {}", malformed.what, if by_post { "POST" } else { "GET" });
                // The query has to fit into an address of ours again, sealed.
                let expected = if malformed.what.ends_with("too long") { Page(400) } else { malformed.expected };
                assert_eq!(outcome(&answer), expected, "{what}: {} {:?}", answer.status, answer.location());
                assert!(answer.header("access-control-allow-origin").is_none(), "{what}: no script may ask");
                only_allowed_parameters(&answer, &what);
            }
        }
        assert_eq!(passport.rows().await, before, "something was written");
        let good = ask(&mut browser.clone(), false, &whole(&parameters()), "").await;
        assert!(good.parameter("code").is_some(), "{:?}", good.location());
    })
    .await;
}

/// A redirect carries what RFC 6749 §4.1.2, RFC 9207 and Session Management have, and nothing of the request beside.
pub(super) fn only_allowed_parameters(answer: &Answer, what: &str) {
    const ALLOWED: [&str; 7] = ["code", "state", "iss", "session_state", "error", "error_description", "error_uri"];
    let Some(location) = answer.location().filter(|location| location.host_str() == Some("cet.test")) else { return };
    for (name, value) in location.query_pairs() {
        assert!(ALLOWED.contains(&&*name), "{what}: {name}");
        assert!(name == "state" || value.is_ascii(), "{what}: {name}={value}");
    }
    assert_eq!(answer.status, 303, "{what}");
}

/// The request, and in the body of a GET or the query of a POST what stands in the wrong place.
async fn ask(browser: &mut Browser, by_post: bool, sent: &str, elsewhere: &str) -> Answer {
    if by_post {
        return post(browser, &format!("/authorize?{elsewhere}"), sent.to_owned(), &[("origin", ISSUER)]).await;
    }
    let request = Request::get(format!("{ISSUER}/authorize?{sent}"))
        .header("content-type", "application/x-www-form-urlencoded")
        .header("accept", "text/html");
    browser.send(request.body(elsewhere.to_owned().into()).expect("a request")).await
}

/// What a mistake leads to when the client hands the request in itself: the same error, answered directly.
fn pushed(name: &str, at_the_endpoint: Outcome) -> Outcome {
    match at_the_endpoint {
        Sent(code) => Outcome::Error(400, code),
        // Whoever pushes says by its authentication who it is.
        Page(_)
            if name == "client_id: missing"
                || name == "client_id: empty"
                || name == "client_id: in the wrong place" =>
        {
            Good
        }
        Page(_) => Outcome::Error(400, "invalid_request"),
        other => other,
    }
}

#[tokio::test]
async fn a_malformed_pushed_request_is_answered_with_its_error() {
    on_both(|passport| async move {
        passport.register(&[OURS]).await;
        let by = basic("cet", SECRET);
        let before = passport.rows().await;
        for malformed in every(&parameters(), Page(400)).iter().filter(|m| !may_come_twice(&m.what)) {
            let expected = pushed(&malformed.what, malformed.expected);
            if expected == Good {
                continue;
            }
            let path = format!("/par?{}", malformed.elsewhere);
            let answer = post(&mut passport.browser(), &path, malformed.sent.clone(), &[("authorization", &by)]).await;
            assert_eq!(outcome(&answer), expected, "{}: {}", malformed.what, answer.text);
        }
        assert_eq!(passport.rows().await, before, "something was written");
        let good = post(&mut passport.browser(), "/par", whole(&parameters()), &[("authorization", &by)]).await;
        assert_eq!(good.status, 201, "{}", good.text);
    })
    .await;
}
