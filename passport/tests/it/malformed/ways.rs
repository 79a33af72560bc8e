//! Ways that people are sent on, with one thing wrong: a logout, a request that was posted from another site, and the
//! addresses by which an interrupted request goes on.

use axum::body::Body;
use http::Request;
use shared::testkit::{Answer, Browser};

use super::mutation::Outcome::{self, Asked, Good, Own, Page, Sent};
use super::mutation::{Malformed, Parameter, every, needed, optional, whole};
use super::outcome;
use super::requests::{may_come_twice, only_allowed_parameters, parameters};
use crate::support::site::{OURS, encoded, get, post, request};
use crate::support::{ISSUER, Passport, on_both};

const HOME: Outcome = Own("/");

/// `GET` of a path with a form in its body, where none belongs.
async fn get_with_body(browser: &mut Browser, path: &str, body: &str) -> Answer {
    let request = Request::get(format!("{ISSUER}{path}")).header("content-type", "application/x-www-form-urlencoded");
    browser.send(request.body(Body::from(body.to_owned())).expect("a request")).await
}

/// What became of somebody who wants to leave.
fn farewell(answer: &Answer) -> Outcome {
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert_eq!(answer.header("access-control-allow-origin"), None);
    match answer.location() {
        Some(way)
            if way.as_str() == "https://cet.test/out" || way.as_str().starts_with("https://cet.test/out?state=") =>
        {
            Good
        }
        Some(way) if way.as_str().starts_with(&format!("{ISSUER}/signed-out")) => Own("/signed-out"),
        Some(way) => panic!("sent to {way}"),
        None if answer.status == 200 && answer.has("form[action='/logout/confirm']") => Asked,
        None => outcome(answer),
    }
}

/// Somebody who is signed in, and a request by which `cet` signs them out at once.
async fn leaving(passport: &Passport) -> (Browser, Vec<Parameter>) {
    let (mut person, _) = passport.signed_in(None).await;
    let tokens = passport.tokens(&mut person, "openid").await;
    let hint = tokens["id_token"].as_str().expect("an ID token");
    let parameters = vec![
        needed("id_token_hint", hint, Asked, &[("x", Asked), ("a.b.c", Asked)], Asked),
        optional("client_id", "cet", &[("bei", Page(400)), ("CET", Page(400)), ("nobody", Page(400))], Page(400)),
        needed(
            "post_logout_redirect_uri",
            "https://cet.test/out",
            Own("/signed-out"),
            &[("https://evil.test/", Page(400)), ("https://cet.test/out/", Page(400)), ("/out", Page(400))],
            Page(400),
        ),
        optional("state", "s1", &[("<script>", Good)], Good),
        optional("ui_locales", "en", &[("-", Good)], Good),
        optional("logout_hint", "somebody", &[("{}", Good)], Good),
        optional("made_up", "1", &[("[]", Good)], Good),
    ];
    (person, parameters)
}

/// By a POST it is taken up by a GET, and may be shown in another language by one more.
async fn leave(browser: &mut Browser, by_post: bool, malformed: &Malformed) -> Answer {
    let (sent, elsewhere) = (&malformed.sent, &malformed.elsewhere);
    let mut answer = if by_post {
        let path = format!("/logout?{elsewhere}");
        post(browser, &path, sent.clone(), &[("origin", "https://cet.test")]).await
    } else {
        get_with_body(browser, &format!("/logout?{sent}"), elsewhere).await
    };
    while let Some(way) = answer.location().filter(|way| way.as_str().starts_with(&format!("{ISSUER}/logout?"))) {
        answer = get(browser, &format!("/logout?{}", way.query().unwrap_or_default()), &[]).await;
    }
    answer
}

#[tokio::test]
async fn a_malformed_logout_asks_the_person_or_says_what_is_wrong_and_ends_nothing() {
    on_both(|passport| async move {
        passport.register(&[OURS]).await;
        for by_post in [false, true] {
            let ends = |malformed: &Malformed| matches!(malformed.expected, Good | Own(_));
            let (mut person, parameters) = leaving(&passport).await;
            let before = passport.rows().await;
            let rows = every(&parameters, Page(400));
            for malformed in rows.iter().filter(|malformed| !ends(malformed)) {
                let answer = leave(&mut person, by_post, malformed).await;
                assert_eq!(farewell(&answer), malformed.expected, "{}, by POST: {by_post}", malformed.what);
            }
            assert_eq!(passport.rows().await, before, "nothing ended");
            for at in (0..rows.len()).filter(|at| ends(&rows[*at])) {
                let (mut other, parameters) = leaving(&passport).await;
                let malformed = every(&parameters, Page(400)).remove(at);
                let answer = leave(&mut other, by_post, &malformed).await;
                assert_eq!(farewell(&answer), malformed.expected, "{}, by POST: {by_post}", malformed.what);
                assert_ne!(get(&mut other, "/account/profile", &[]).await.status, 200, "{}", malformed.what);
            }
            assert_eq!(get(&mut person, "/account/profile", &[]).await.status, 200, "still signed in");
            let good = get(&mut person, &format!("/logout?{}", whole(&parameters)), &[]).await;
            assert_eq!(farewell(&good), Good);
        }
    })
    .await;
}

#[tokio::test]
async fn a_malformed_request_that_another_site_posts_is_refused_when_it_is_taken_up() {
    on_both(|passport| async move {
        passport.register(&[OURS]).await;
        let (person, _) = passport.signed_in(None).await;
        let before = passport.rows().await;
        for malformed in every(&parameters(), Page(400)).iter().filter(|m| !may_come_twice(&m.what)) {
            // Cookies that are Lax do not come along.
            let path = format!("/authorize?{}", malformed.elsewhere);
            let mut answer = post(&mut passport.browser(), &path, malformed.sent.clone(), &[]).await;
            if let Some(way) = answer.location().filter(|way| way.path() == "/authorize/resume") {
                let path = format!("{}?{}", way.path(), way.query().unwrap_or_default());
                answer = get(&mut person.clone(), &path, &[]).await;
            }
            let expected = if malformed.what.ends_with("too long") { Page(400) } else { malformed.expected };
            let what = format!("{}: {} {:?}", malformed.what, answer.status, answer.location());
            assert_eq!(outcome(&answer), expected, "{what}");
            only_allowed_parameters(&answer, &what);
        }
        assert_eq!(passport.rows().await, before, "something was written");
    })
    .await;
}

#[tokio::test]
async fn an_interrupted_request_goes_on_by_the_address_that_was_given_out_and_by_no_other() {
    on_both(|passport| async move {
        passport.register(&[OURS]).await;
        let (person, _) = passport.signed_in(None).await;
        let stored = post(&mut passport.browser(), "/authorize", encoded(&request()), &[]).await;
        let sealed = stored.parameter("request").expect("a request");
        let parameters = [needed("request", sealed, HOME, &[("x", HOME), ("AAAA", HOME)], HOME)];
        let before = passport.rows().await;
        for (path, good) in [("/authorize/resume", Good), ("/authorize/cancel", Sent("access_denied"))] {
            for malformed in every(&parameters, HOME) {
                let address = format!("{path}?{}", malformed.sent);
                let answer = get_with_body(&mut person.clone(), &address, &malformed.elsewhere).await;
                let expected = if malformed.expected == Good { good } else { malformed.expected };
                let at_home = answer.location().is_some_and(|way| way.as_str() == format!("{ISSUER}/"));
                let found = if at_home { HOME } else { outcome(&answer) };
                assert_eq!(found, expected, "{path}, {}: {:?}", malformed.what, answer.location());
            }
            let answer = get(&mut person.clone(), &format!("{path}?{}", whole(&parameters)), &[]).await;
            assert_eq!(outcome(&answer), good, "{path}");
        }
        assert_eq!(passport.rows().await, before, "something was written");
    })
    .await;
}
