//! Sites sign people out in the browser (OIDC Front-Channel Logout 1.0).

use shared::testkit::Answer;
use url::Url;

use crate::accounts::{PLAIN, candidate, sign_in};
use crate::support::site::{OURS, SECRET, basic, encoded, get, post, redemption, request, with};
use crate::support::{ISSUER, Passport, on_both, on_both_with};

/// The client `id`, whose page signs people out.
fn by_page(id: &str, query: &str) -> String {
    let client = OURS.replace("'cet'", &format!("'{id}'")).replace("cet.test", &format!("{id}.test"));
    format!("{client}frontchannel_logout_uri = 'https://{id}.test/bye{query}'\n")
}

/// Signs in at the client `id`; its ID token.
async fn tokens_of(passport: &Passport, browser: &mut shared::testkit::Browser, id: &str) -> String {
    let callback = format!("https://{id}.test/cb");
    let code = passport.code(browser, &with(with(request(), "client_id", id), "redirect_uri", &callback)).await;
    let pairs = with(redemption(&code), "redirect_uri", &callback);
    let answer = post(browser, "/token", encoded(&pairs), &[("authorization", &basic(id, SECRET))]).await;
    answer.json()["id_token"].as_str().expect("an ID token").to_owned()
}

fn frames(page: &Answer) -> Vec<Url> {
    page.attributes("iframe", "src").iter().map(|src| Url::parse(src).expect("an address")).collect()
}

/// What the policy of a page says of frames.
fn frame_sources(page: &Answer) -> Vec<String> {
    let policy = page.header("content-security-policy").expect("a policy");
    let sources = policy.split(';').find_map(|directive| directive.trim().strip_prefix("frame-src "));
    sources.expect("frame-src").split(' ').map(str::to_owned).collect()
}

fn parameter(url: &Url, name: &str) -> Option<String> {
    url.query_pairs().find(|(known, _)| known == name).map(|(_, value)| value.into_owned())
}

#[tokio::test]
async fn every_site_of_the_session_is_framed_with_issuer_and_session_and_no_other() {
    on_both(|passport| async move {
        let plain = OURS.replace("'cet'", "'plain'").replace("cet.test", "plain.test");
        let clients = [OURS.to_owned(), plain, by_page("one", "?x=1"), by_page("two", ""), by_page("unused", "")];
        passport.register(&clients.each_ref().map(String::as_str)).await;
        let (mut browser, session) = passport.signed_in(None).await;
        for id in ["one", "two", "plain"] {
            tokens_of(&passport, &mut browser, id).await;
        }
        let mut other = passport.browser();
        passport.sign_in(&mut other, Some(session.account), None).await;
        tokens_of(&passport, &mut other, "unused").await;
        let hint = tokens_of(&passport, &mut browser, "cet").await;

        let query = [("id_token_hint", hint.as_str()), ("post_logout_redirect_uri", "https://cet.test/out")];
        let sent = get(&mut browser, &format!("/logout?{}", encoded(&query)), &[]).await;
        let path = sent.location().expect("a way");
        assert_eq!((sent.status.as_u16(), path.path()), (303, "/signed-out"));
        let page = browser.open(path.as_str()).await;
        assert_eq!((page.status.as_u16(), page.header("cache-control")), (200, Some("no-store")));
        let frames = frames(&page);
        assert_eq!(
            frames.iter().map(|url| url.host_str().expect("a host")).collect::<Vec<_>>(),
            ["one.test", "two.test"]
        );
        for frame in &frames {
            assert_eq!(frame.path(), "/bye");
            assert_eq!(parameter(frame, "iss").as_deref(), Some(ISSUER));
            assert_eq!(parameter(frame, "sid"), Some(session.id.to_string()));
        }
        assert_eq!(parameter(&frames[0], "x").as_deref(), Some("1"), "its own query stays");
        assert_eq!(frame_sources(&page), ["https://one.test", "https://two.test"]);
    })
    .await;
}

#[tokio::test]
async fn the_person_goes_on_with_state_after_a_while_or_by_a_button() {
    on_both(|passport| async move {
        passport.register(&[&by_page("one", "")]).await;
        let (mut browser, _) = passport.signed_in(None).await;
        let hint = tokens_of(&passport, &mut browser, "one").await;
        let query = encoded(&[
            ("id_token_hint", &hint),
            ("post_logout_redirect_uri", "https://one.test/out"),
            ("state", "s&1"),
            ("ui_locales", "en"),
        ]);
        let page = browser.open(&format!("{ISSUER}/logout?{query}")).await;
        assert_eq!(page.texts("h1"), ["You are signed out"]);
        let way = page.attributes("a#signed-out-back", "href");
        assert_eq!(way, ["https://one.test/out?state=s%261"]);
        let patience = page.attributes("a#signed-out-back", "data-goes-on-within");
        assert!(patience.iter().all(|seconds| (1..=10).contains(&seconds.parse().unwrap_or(0))), "{patience:?}");
        let scripts = page.attributes("script", "src");
        assert!(scripts.iter().any(|src| src.contains("signed-out.")), "{scripts:?}");
        // A reload tells the sites once more, and the language can be changed.
        let chinese = browser.open(&page.url.as_str().replace("lang=en", "lang=zh-CN")).await;
        assert_eq!((chinese.texts("h1").concat().as_str(), frames(&chinese).len()), ("您已退出", 1));
    })
    .await;
}

#[tokio::test]
async fn the_sign_out_form_of_the_passport_tells_sites_in_both_ways() {
    on_both_with(PLAIN, |passport| async move {
        candidate(&passport).await;
        let both = format!("{}backchannel_logout_uri = 'https://one.test/back'\n", by_page("one", ""));
        let back = by_page("two", "").replace("frontchannel_logout_uri", "backchannel_logout_uri");
        passport.register(&[&both, &back, &by_page("three", "")]).await;
        let mut browser = passport.browser();
        sign_in(&mut browser).await;
        for id in ["one", "two", "three"] {
            tokens_of(&passport, &mut browser, id).await;
        }
        let page = browser.open(&format!("{ISSUER}/sign-out")).await;
        let page = browser.submit(page.form("main form[action='/sign-out']")).await;
        assert_eq!(page.url.path(), "/signed-out");
        let hosts: Vec<_> = frames(&page).iter().map(|url| url.host_str().expect("a host").to_owned()).collect();
        assert_eq!(hosts, ["one.test", "three.test"]);
        assert!(!page.has("#signed-out-back"), "nobody asked to be gone back to");
        assert_eq!(passport.waiting().await, ["logout:one", "logout:two"], "a page is no message");
    })
    .await;
}

#[tokio::test]
async fn confirming_leads_to_the_page_too() {
    on_both(|passport| async move {
        passport.register(&[&by_page("one", "")]).await;
        let (mut browser, _) = passport.signed_in(None).await;
        tokens_of(&passport, &mut browser, "one").await;
        let query = encoded(&[("client_id", "one"), ("post_logout_redirect_uri", "https://one.test/out")]);
        let page = browser.open(&format!("{ISSUER}/logout?{query}")).await;
        let page = browser.submit(page.form("form[action='/logout/confirm']").with("decision", "leave")).await;
        assert_eq!((page.url.path(), frames(&page).len()), ("/signed-out", 1));
        assert_eq!(page.attributes("#signed-out-back", "href"), ["https://one.test/out"]);
    })
    .await;
}

#[tokio::test]
async fn nobody_makes_a_page_that_signs_people_out_at_sites() {
    on_both(|passport| async move {
        passport.register(&[&by_page("one", "")]).await;
        let (mut browser, _) = passport.signed_in(None).await;
        for query in ["", "?told=x", "?told=eyJzIjoicyJ9"] {
            let page = browser.open(&format!("{ISSUER}/signed-out{query}")).await;
            assert_eq!((page.status.as_u16(), frames(&page).len()), (200, 0), "{query}");
            let policy = page.header("content-security-policy").expect("a policy");
            assert!(!policy.contains("frame-src"), "{policy}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_site_that_gave_up_its_page_keeps_nobody() {
    on_both(|passport| async move {
        passport.register(&[&by_page("one", "")]).await;
        let (mut browser, _) = passport.signed_in(None).await;
        let hint = tokens_of(&passport, &mut browser, "one").await;
        let query = encoded(&[("id_token_hint", &hint), ("post_logout_redirect_uri", "https://one.test/out")]);
        let sent = get(&mut browser, &format!("/logout?{query}"), &[]).await;
        let without =
            by_page("one", "").lines().filter(|line| !line.starts_with("front")).collect::<Vec<_>>().join("\n");
        passport.register(&[&without]).await;
        let path = sent.location().expect("a way");
        let onward = get(&mut browser, &format!("{}?{}", path.path(), path.query().expect("a query")), &[]).await;
        assert_eq!(onward.location().expect("a way").as_str(), "https://one.test/out");
    })
    .await;
}
