//! The authorization endpoint, from outside.

use std::time::Duration;

use shared::testkit::Answer;

use crate::support::site::{
    CHALLENGE, OURS, PUBLIC, Pairs, THEIRS, agreed_code, authorize, encoded, get, post, request, with, without,
};
use crate::support::{ISSUER, on_both};

fn theirs() -> Pairs<'static> {
    let pairs = with(request(), "client_id", "bei");
    with(pairs, "redirect_uri", "https://bei.test/cb")
}

fn error(answer: &Answer) -> String {
    assert_eq!(answer.status, 303);
    assert_eq!(answer.parameter("iss").as_deref(), Some(ISSUER), "{:?}", answer.location());
    answer.parameter("error").expect("an error")
}

#[tokio::test]
async fn a_signed_in_person_goes_straight_back_with_code_state_and_issuer() {
    on_both(|passport| async move {
        passport.register(&[OURS]).await;
        let (mut browser, _) = passport.signed_in(None).await;
        let answer = authorize(&mut browser, &request()).await;
        assert_eq!(answer.status, 303);
        let location = answer.location().expect("a location").to_string();
        assert!(location.starts_with("https://cet.test/cb?code="), "{location}");
        assert_eq!(answer.parameter("state").as_deref(), Some("s1"));
        assert_eq!(answer.parameter("iss").as_deref(), Some(ISSUER));
        assert_eq!(answer.header("cache-control"), Some("no-store"));
    })
    .await;
}

#[tokio::test]
async fn nothing_redirects_to_an_address_that_is_not_registered() {
    on_both(|passport| async move {
        passport.register(&[OURS]).await;
        let (mut browser, _) = passport.signed_in(None).await;
        let uris = [
            "https://cet.test/cb/",
            "https://cet.test/CB",
            "https://cet.test:8443/cb",
            "https://cet.test/cb#x",
            "https://cet.test/cb?x",
            "https://x@cet.test/cb",
            "https://evil.test/cb",
            "javascript:alert(1)",
        ];
        let mut bad: Vec<_> = uris.iter().map(|uri| with(request(), "redirect_uri", uri)).collect();
        bad.push(without(request(), "redirect_uri"));
        bad.push(with(request(), "client_id", "nobody"));
        bad.push(without(request(), "client_id"));
        for pairs in bad {
            let answer = authorize(&mut browser, &pairs).await;
            assert_eq!((answer.status.as_u16(), answer.location()), (400, None), "{pairs:?}");
            assert!(answer.text.contains("invalid_request"), "the developer's fold names the code");
            assert!(!answer.text.contains("href=\"https://evil"), "no link leads there");
        }
    })
    .await;
}

#[tokio::test]
async fn a_malformed_request_is_answered_400_and_writes_nothing() {
    on_both(|passport| async move {
        passport.register(&[OURS]).await;
        let (mut browser, _) = passport.signed_in(None).await;
        let good = encoded(&request());
        let long = format!("{good}&x={}", "a".repeat(5_000));
        let bad = [
            format!("{good}&state=s2"),
            format!("{good}&client_id=cet"),
            good.replace("state=s1", "state=%0d%0aSet-Cookie:x"),
            good.replace("state=s1", "state=%00"),
            good.replace("state=s1", "state=%ff"),
            good.replace("state=s1", "state=%f"),
            long,
        ];
        for query in bad {
            let answer = get(&mut browser, &format!("/authorize?{query}"), &[]).await;
            assert_eq!((answer.status.as_u16(), answer.location()), (400, None), "{query}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_posted_request_of_broken_text_is_refused_and_not_mended() {
    on_both(|passport| async move {
        passport.register(&[OURS]).await;
        let (mut browser, _) = passport.signed_in(None).await;
        let body = encoded(&with(request(), "state", "s")).into_bytes();
        for mut browser in [browser.clone(), passport.browser()] {
            let broken = [body.as_slice(), b"\xff"].concat();
            let answer = post(&mut browser, "/authorize", broken, &[]).await;
            assert_eq!((answer.status.as_u16(), answer.location()), (400, None));
        }
        assert_eq!(post(&mut browser, "/authorize", body, &[]).await.parameter("state").as_deref(), Some("s"));
    })
    .await;
}

#[tokio::test]
async fn errors_travel_to_the_client_once_it_is_proven() {
    on_both(|passport| async move {
        passport.register(&[OURS]).await;
        let mut browser = passport.browser();
        let cases = [
            (with(request(), "response_type", "token"), "unsupported_response_type"),
            (without(request(), "response_type"), "invalid_request"),
            (with(request(), "response_mode", "web_message"), "invalid_request"),
            (with(request(), "request", "x"), "invalid_request_object"),
            (with(request(), "request_uri", "https://cet.test/r"), "invalid_request_uri"),
            (with(request(), "registration", "{}"), "registration_not_supported"),
            (with(request(), "scope", "made_up"), "invalid_scope"),
            (without(request(), "scope"), "invalid_scope"),
            (without(request(), "code_challenge"), "invalid_request"),
            (with(request(), "code_challenge_method", "plain"), "invalid_request"),
            (without(request(), "code_challenge_method"), "invalid_request"),
            (with(request(), "prompt", "none login"), "invalid_request"),
            (with(request(), "prompt", "none"), "login_required"),
            (with(request(), "max_age", "-1"), "invalid_request"),
        ];
        for (pairs, expected) in cases {
            let answer = authorize(&mut browser, &pairs).await;
            assert_eq!(error(&answer), expected, "{pairs:?}");
            assert_eq!(answer.parameter("state").as_deref(), Some("s1"));
            assert!(answer.parameter("error_description").expect("a text").is_ascii());
        }
    })
    .await;
}

#[tokio::test]
async fn a_confidential_client_of_the_standard_profile_may_omit_pkce() {
    on_both(|passport| async move {
        passport.register(&[OURS, THEIRS]).await;
        let mut browser = passport.browser();
        let bare = without(without(theirs(), "code_challenge"), "code_challenge_method");
        let answer = authorize(&mut browser, &bare).await;
        assert!(answer.location().expect("a location").path().starts_with("/sign-in"));
    })
    .await;
}

#[tokio::test]
async fn a_native_client_may_listen_on_any_port_of_loopback() {
    on_both(|passport| async move {
        passport.register(&[PUBLIC]).await;
        let (mut browser, _) = passport.signed_in(None).await;
        let pairs = with(request(), "client_id", "app");
        let port = with(pairs.clone(), "redirect_uri", "http://127.0.0.1:49152/cb");
        assert!(!agreed_code(&mut browser, &port).await.is_empty());
        let other = authorize(&mut browser, &with(pairs, "redirect_uri", "http://localhost:49152/cb")).await;
        assert_eq!(other.status, 400);
    })
    .await;
}

#[tokio::test]
async fn a_program_on_a_device_gets_no_code_without_the_person() {
    on_both(|passport| async move {
        passport.register(&[PUBLIC]).await;
        let (mut browser, _) = passport.signed_in(None).await;
        let pairs = with(with(request(), "client_id", "app"), "redirect_uri", "http://127.0.0.1:49152/cb");
        agreed_code(&mut browser, &pairs).await;
        // Another program could send the same request: what was agreed to before does not count.
        passport.clock.advance(Duration::from_secs(1));
        assert_eq!(authorize(&mut browser, &pairs).await.location().expect("a page").path(), "/consent");
        let silent = with(pairs, "prompt", "none");
        assert_eq!(error(&authorize(&mut browser, &silent).await), "consent_required");
    })
    .await;
}

#[tokio::test]
async fn whoever_is_not_signed_in_signs_in_and_comes_back() {
    on_both(|passport| async move {
        passport.register(&[OURS]).await;
        let mut browser = passport.browser();
        let page = browser.open(&format!("{ISSUER}/authorize?{}", encoded(&request()))).await;
        assert_eq!((page.status.as_u16(), page.url.path()), (200, "/sign-in"));
        assert!(page.text.contains("四六级"), "the page says where one is going");
        let policy = page.header("content-security-policy").expect("a policy");
        assert!(policy.contains("form-action 'self' https://cet.test;"), "{policy}");

        // Signed in meanwhile, in another tab: the same page leads on.
        passport.clock.advance(Duration::from_secs(5));
        passport.sign_in(&mut browser, None, None).await;
        let resumed = get(&mut browser, &format!("/sign-in?{}", page.url.query().expect("a query")), &[]).await;
        let resume = resumed.location().expect("a way on");
        assert_eq!(resume.path(), "/authorize/resume");
        let back = get(&mut browser, &format!("{}?{}", resume.path(), resume.query().expect("a query")), &[]).await;
        assert!(back.parameter("code").is_some());
    })
    .await;
}

#[tokio::test]
async fn giving_up_tells_the_site() {
    on_both(|passport| async move {
        passport.register(&[OURS]).await;
        let mut browser = passport.browser();
        let page = browser.open(&format!("{ISSUER}/authorize?{}", encoded(&request()))).await;
        let hrefs = page.attributes("a", "href");
        let cancel = hrefs.iter().find(|href| href.starts_with("/authorize/cancel")).expect("a way out");
        let answer = get(&mut browser, cancel, &[]).await;
        assert_eq!(error(&answer), "access_denied");
        assert_eq!(answer.parameter("state").as_deref(), Some("s1"));
    })
    .await;
}

#[tokio::test]
async fn a_broken_or_foreign_way_back_ends_at_home() {
    on_both(|passport| async move {
        let mut browser = passport.browser();
        for path in ["/authorize/resume", "/authorize/resume?request=x", "/authorize/cancel?request=x"] {
            let answer = get(&mut browser, path, &[]).await;
            assert_eq!(answer.location().expect("a way").path(), "/", "{path}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_post_from_another_site_is_taken_up_by_a_get() {
    on_both(|passport| async move {
        passport.register(&[OURS]).await;
        let (mut browser, _) = passport.signed_in(None).await;
        let mut stranger = passport.browser();
        let answer = post(&mut stranger, "/authorize", encoded(&request()), &[]).await;
        assert_eq!(answer.status, 303);
        let resume = answer.location().expect("a way");
        assert_eq!(resume.path(), "/authorize/resume");
        // The same browser sends its Lax cookies along with the GET.
        let back = get(&mut browser, &format!("{}?{}", resume.path(), resume.query().expect("a query")), &[]).await;
        assert!(back.parameter("code").is_some());
        let direct = post(&mut browser, "/authorize", encoded(&request()), &[]).await;
        assert!(direct.parameter("code").is_some(), "from our own site it is answered at once");
    })
    .await;
}

#[tokio::test]
async fn prompt_login_needs_a_sign_in_after_the_request() {
    on_both(|passport| async move {
        passport.register(&[OURS]).await;
        let (mut browser, session) = passport.signed_in(None).await;
        passport.clock.advance(Duration::from_secs(60));
        let answer = authorize(&mut browser, &with(request(), "prompt", "login")).await;
        let page = answer.location().expect("a page");
        assert_eq!(page.path(), "/sign-in");
        let shown = browser.open(page.as_str()).await;
        assert_eq!(shown.status, 200, "the old session does not lead on");
        passport.clock.advance(Duration::from_secs(5));
        passport.sign_in(&mut browser, Some(session.account), None).await;
        let on = get(&mut browser, &format!("/sign-in?{}", page.query().expect("a query")), &[]).await;
        let resume = on.location().expect("a way on");
        let back = get(&mut browser, &format!("{}?{}", resume.path(), resume.query().expect("a query")), &[]).await;
        assert!(back.parameter("code").is_some());
    })
    .await;
}

#[tokio::test]
async fn max_age_is_counted_from_the_sign_in() {
    on_both(|passport| async move {
        passport.register(&[OURS]).await;
        let (mut browser, _) = passport.signed_in(None).await;
        passport.clock.advance(Duration::from_secs(100));
        let young = authorize(&mut browser, &with(request(), "max_age", "100")).await;
        assert!(young.parameter("code").is_some());
        let old = with(with(request(), "max_age", "99"), "prompt", "none");
        assert_eq!(error(&authorize(&mut browser, &old).await), "login_required");
    })
    .await;
}

#[tokio::test]
async fn the_province_is_asked_for_when_the_site_wants_it() {
    on_both(|passport| async move {
        passport.register(&[OURS]).await;
        let (mut browser, _) = passport.signed_in(None).await;
        let exam = with(request(), "scope", "openid exam");
        assert_eq!(authorize(&mut browser, &exam).await.location().expect("a page").path(), "/province");
        let silent = with(exam.clone(), "prompt", "none");
        assert_eq!(error(&authorize(&mut browser, &silent).await), "interaction_required");
        let (mut other, _) = passport.signed_in(Some("31")).await;
        assert!(authorize(&mut other, &exam).await.parameter("code").is_some());
    })
    .await;
}

#[tokio::test]
async fn consent_is_asked_once_and_again_on_demand() {
    on_both(|passport| async move {
        passport.register(&[THEIRS]).await;
        let (mut browser, _) = passport.signed_in(None).await;
        let pairs = with(theirs(), "scope", "openid profile email");
        let silent = with(pairs.clone(), "prompt", "none");
        assert_eq!(error(&authorize(&mut browser, &silent).await), "consent_required");
        let url = format!("{ISSUER}/authorize?{}", encoded(&pairs));
        let page = browser.open(&url).await;
        assert_eq!((page.status.as_u16(), page.url.path()), (200, "/consent"));
        assert!(page.text.contains("北辰") && page.text.contains("李华"));

        let form = page.form("form[action='/consent']").without("email").with("decision", "allow");
        let body = form.encoded();
        let agreed = post(&mut browser, "/consent", body, &[("origin", ISSUER)]).await;
        let resume = agreed.location().expect("onwards");
        assert_eq!(resume.path(), "/authorize/resume", "{}", agreed.text);
        let path = format!("{}?{}", resume.path(), resume.query().expect("a query"));
        assert!(get(&mut browser, &path, &[]).await.parameter("code").is_some());
        assert!(authorize(&mut browser, &silent).await.parameter("code").is_some(), "remembered");

        let again = with(pairs, "prompt", "consent");
        assert_eq!(authorize(&mut browser, &again).await.location().expect("a page").path(), "/consent");
    })
    .await;
}

#[tokio::test]
async fn the_consent_page_names_everything_that_is_asked_for() {
    on_both(|passport| async move {
        passport.register(&[&THEIRS.replace("'openid',", "'openid', 'reports',")]).await;
        let (mut browser, _) = passport.signed_in(None).await;
        let pairs = with(theirs(), "scope", "openid reports profile");
        let page = browser.open(&format!("{ISSUER}/authorize?{}", encoded(&pairs))).await;
        let named = page.texts("form[action='/consent'] strong");
        assert_eq!(named.len(), 3, "{named:?}");
        assert!(named.iter().any(|name| name.contains("reports")), "{named:?}");
    })
    .await;
}

#[tokio::test]
async fn only_the_person_who_was_asked_can_agree() {
    on_both(|passport| async move {
        passport.register(&[THEIRS]).await;
        let (mut browser, _) = passport.signed_in(None).await;
        let page = browser.open(&format!("{ISSUER}/authorize?{}", encoded(&theirs()))).await;
        let form = page.form("form[action='/consent']").with("decision", "allow");
        // In another tab, somebody else signs in.
        passport.sign_in(&mut browser, None, None).await;
        let shown = browser.submit(form).await;
        assert_eq!((shown.status.as_u16(), shown.has("form[action='/consent']")), (200, true));
        let silent = with(theirs(), "prompt", "none");
        assert_eq!(error(&authorize(&mut browser, &silent).await), "consent_required");
    })
    .await;
}

#[tokio::test]
async fn the_site_chooses_the_language_of_the_first_page_and_the_person_that_of_the_next() {
    on_both(|passport| async move {
        passport.register(&[THEIRS]).await;
        let query = encoded(&with(theirs(), "ui_locales", "en"));
        let mut posting = passport.browser();
        let posted = post(&mut posting, "/authorize", query.clone(), &[("origin", "https://bei.test")]).await;
        let mut browser = passport.browser();
        for first in [format!("{ISSUER}/authorize?{query}"), posted.location().expect("a page").to_string()] {
            let page = browser.open(&first).await;
            assert_eq!((page.url.path(), page.texts("h1").concat().as_str()), ("/sign-in", "Candidate sign-in"));
        }
        let page = browser.open(&format!("{ISSUER}/authorize?{query}")).await;
        let chinese = page.url.as_str().replace("&lang=en", "&lang=zh-CN");
        browser.open(&chinese).await;
        passport.sign_in(&mut browser, None, None).await;
        let page = browser.open(&page.url.as_str().replace("&lang=en", "")).await;
        assert_eq!(page.url.path(), "/consent");
        assert_eq!(page.texts("html > head > title"), ["把以下信息交给“北辰”？ - E-TEST 通行证"]);
    })
    .await;
}

#[tokio::test]
async fn declining_tells_the_site_and_a_stale_form_is_shown_again() {
    on_both(|passport| async move {
        passport.register(&[THEIRS]).await;
        let (mut browser, _) = passport.signed_in(None).await;
        let pairs = with(theirs(), "scope", "openid profile email");
        let page = browser.open(&format!("{ISSUER}/authorize?{}", encoded(&pairs))).await;
        let form = page.form("form[action='/consent']");
        assert_eq!(form.value("email"), Some("on"));
        let shown = browser.submit(form.clone().set("csrf", "x").without("email").with("decision", "allow")).await;
        assert_eq!((shown.status.as_u16(), shown.url.path()), (200, "/consent"));
        assert!(shown.has(".notice.warn"));
        assert_eq!(shown.form("form[action='/consent']").value("email"), None, "what was left out stays out");
        let denied = form.with("decision", "deny").encoded();
        let foreign = post(&mut browser, "/consent", denied.clone(), &[("origin", "https://evil.test")]).await;
        assert_eq!(foreign.status, 403);
        let answer = post(&mut browser, "/consent", denied, &[("origin", ISSUER)]).await;
        assert_eq!(error(&answer), "access_denied");
    })
    .await;
}

#[tokio::test]
async fn a_challenge_is_kept_as_it_was_sent() {
    on_both(|passport| async move {
        passport.register(&[OURS]).await;
        let (mut browser, _) = passport.signed_in(None).await;
        let short = &CHALLENGE[1..];
        let answer = authorize(&mut browser, &with(request(), "code_challenge", short)).await;
        assert_eq!(error(&answer), "invalid_request");
    })
    .await;
}

#[tokio::test]
async fn the_age_that_a_client_registered_holds_where_a_request_names_none() {
    on_both(|passport| async move {
        passport.register(&[&format!("{OURS}default_max_age = 600\n")]).await;
        let (mut browser, _) = passport.signed_in(None).await;
        passport.clock.advance(Duration::from_secs(600));
        assert!(authorize(&mut browser, &request()).await.parameter("code").is_some());
        passport.clock.advance(Duration::from_secs(1));
        let old = authorize(&mut browser, &with(request(), "state", "s2")).await;
        assert_eq!(old.location().expect("a way").path(), "/sign-in");
        let named = authorize(&mut browser, &with(request(), "max_age", "3600")).await;
        assert!(named.parameter("code").is_some(), "the request has the last word");
    })
    .await;
}

#[tokio::test]
async fn prompt_create_leads_to_the_registration() {
    on_both(|passport| async move {
        passport.register(&[OURS]).await;
        let answer = authorize(&mut passport.browser(), &with(request(), "prompt", "create")).await;
        assert_eq!(answer.location().expect("a way").path(), "/register");
    })
    .await;
}
