//! The forms of our own pages of the protocol, with one thing wrong: nothing is decided by them, nobody is sent to a site,
//! and the page is shown again, or says what is wrong.

use shared::testkit::{Answer, Browser, Form};

use super::mutation::Malformed;
use super::mutation::Outcome::{self, Asked, Good, Own, Page};
use super::mutation::{Parameter, every, needed};
use crate::support::site::{OURS, THEIRS, encoded, get, post, request, with};
use crate::support::{ISSUER, Passport, on_both};

/// What became of a form: the page again, a page of ours, an error, or what was asked for.
fn outcome(answer: &Answer, again: &str) -> Outcome {
    assert_eq!(answer.header("access-control-allow-origin"), None);
    match answer.location() {
        Some(way) if way.host_str() != Some("passport.test") => Good,
        Some(way) if way.path() == again => Asked,
        Some(way) if way.path() == "/" => Own("/"),
        Some(way) if way.path() == "/signed-out" => Own("/signed-out"),
        Some(way) if way.path() == "/authorize/resume" => Good,
        Some(way) => panic!("sent to {way}"),
        None => Page(answer.status.as_u16()),
    }
}

/// The value of a field.
fn value(form: &Form, name: &str) -> String {
    form.value(name).unwrap_or_else(|| panic!("no {name}")).to_owned()
}

/// What the table says, but for texts: a form may hold any that is UTF-8, and a field that is there may be empty.
fn expected(malformed: &Malformed, of_text: impl Fn(&str) -> Outcome) -> Outcome {
    let (name, what) = malformed.what.split_once(": ").expect("a name");
    match what {
        "a line break" | "empty" => of_text(name),
        _ => malformed.expected,
    }
}

/// Sends it; a form in the query is none.
async fn send(person: &mut Browser, path: &str, malformed: &Malformed) -> Answer {
    let path = format!("{path}?{}", malformed.elsewhere);
    post(person, &path, malformed.sent.clone(), &[("origin", ISSUER)]).await
}

#[tokio::test]
async fn a_malformed_answer_to_the_question_of_consent_gives_nothing() {
    on_both(|passport| async move {
        passport.register(&[THEIRS]).await;
        let (mut person, _) = passport.signed_in(None).await;
        let theirs = with(with(request(), "client_id", "bei"), "redirect_uri", "https://bei.test/cb");
        let page = person.open(&format!("{ISSUER}/authorize?{}", encoded(&theirs))).await;
        let form = page.form("form[action='/consent']");
        let parameters = [
            needed("csrf", value(&form, "csrf"), Asked, &[("x", Asked)], Asked),
            needed("request", value(&form, "request"), Page(400), &[("x", Own("/")), ("AAAA", Own("/"))], Own("/")),
            needed("account", value(&form, "account"), Asked, &[("x", Asked)], Asked),
            needed("decision", "allow", Asked, &[("x", Asked), ("ALLOW", Asked)], Asked),
        ];
        let before = passport.rows().await;
        for malformed in every(&parameters, Page(400)).iter().filter(|malformed| malformed.expected != Good) {
            let answer = send(&mut person, "/consent", malformed).await;
            let expected = expected(malformed, |name| if name == "request" { Own("/") } else { Asked });
            assert_eq!(outcome(&answer, "/consent"), expected, "{}", malformed.what);
        }
        assert_eq!(passport.rows().await, before, "nothing was decided");
        let good = post(&mut person, "/consent", form.with("decision", "allow").encoded(), &[("origin", ISSUER)]).await;
        assert_eq!(outcome(&good, "/consent"), Good);
        assert_ne!(passport.rows().await, before);
    })
    .await;
}

/// Somebody who is asked whether to leave, and the form of that question.
async fn asked(passport: &Passport) -> (Browser, Form, Vec<Parameter>) {
    let (mut person, _) = passport.signed_in(None).await;
    let back = [("client_id", "cet"), ("post_logout_redirect_uri", "https://cet.test/out")];
    let page = person.open(&format!("{ISSUER}/logout?{}", encoded(&back))).await;
    let form = page.form("form[action='/logout/confirm']");
    let parameters = vec![
        needed("csrf", value(&form, "csrf"), Asked, &[("x", Asked)], Asked),
        needed("logout", value(&form, "logout"), Page(400), &[], Page(400)),
        needed("decision", "leave", Asked, &[("x", Asked), ("LEAVE", Asked)], Asked),
    ];
    (person, form, parameters)
}

#[tokio::test]
async fn a_malformed_answer_to_the_question_about_leaving_ends_nothing() {
    on_both(|passport| async move {
        passport.register(&[OURS]).await;
        let (mut person, form, parameters) = asked(&passport).await;
        let before = passport.rows().await;
        // A text in place of the sealed one is for the next test: who presses the button leaves.
        let is_text =
            |what: &str| what.starts_with("logout: ") && !["missing", "twice"].iter().any(|w| what.contains(w));
        for malformed in every(&parameters, Page(400)).iter().filter(|m| m.expected != Good && !is_text(&m.what)) {
            let answer = send(&mut person, "/logout/confirm", malformed).await;
            let expected = expected(malformed, |_| Asked);
            assert_eq!(outcome(&answer, "/logout/confirm"), expected, "{}", malformed.what);
        }
        assert_eq!(passport.rows().await, before, "nothing ended");
        let leave = form.with("decision", "leave").encoded();
        let left = post(&mut person, "/logout/confirm", leave, &[("origin", ISSUER)]).await;
        assert_eq!(left.location().expect("a way").as_str(), "https://cet.test/out");
    })
    .await;
}

#[tokio::test]
async fn who_leaves_by_a_form_that_was_tampered_with_leaves_to_our_own_page() {
    on_both(|passport| async move {
        passport.register(&[OURS]).await;
        for text in ["x", "", "AAAA", "https://evil.test/"] {
            let (mut person, form, _) = asked(&passport).await;
            let tampered = form.set("logout", text).with("decision", "leave").encoded();
            let left = post(&mut person, "/logout/confirm", tampered, &[("origin", ISSUER)]).await;
            assert_eq!(outcome(&left, "/logout/confirm"), Own("/signed-out"), "{text}");
            assert_ne!(get(&mut person, "/account/profile", &[]).await.status, 200, "{text}");
        }
    })
    .await;
}
