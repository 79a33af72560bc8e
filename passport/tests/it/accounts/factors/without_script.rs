//! Passkeys where no script runs: every page that offers one says so, and leads on.

use serde_json::json;

use super::super::recovery::proven;
use super::passkeys::candidate_with;
use super::passwordless::without_password;
use super::*;
use crate::support::authenticator::Authenticator;
use crate::support::on_both_with;
use crate::support::site::{OURS, encoded, request, with};

const OTHER: [(&str, &str); 2] = [
    ("zh-CN", "通行密钥需要浏览器运行JavaScript。没有时，请用本页的其他方式。"),
    ("en", "Passkeys need JavaScript in your browser. Without it, use another way on this page."),
];

/// What the page shows only where no script runs, as HTML.
fn without_script(answer: &Answer) -> String {
    let pieces = answer.text.split("<noscript>").skip(1);
    pieces.filter_map(|rest| rest.split("</noscript>").next()).collect()
}

/// The addresses of what is pressed there.
fn ways_on(answer: &Answer) -> Vec<String> {
    let html = scraper::Html::parse_fragment(&without_script(answer));
    let links = scraper::Selector::parse("a[href]").expect("a selector");
    html.select(&links).filter_map(|link| link.attr("href").map(str::to_owned)).collect()
}

#[tokio::test]
async fn the_sign_in_page_says_that_passkeys_need_a_script_and_what_goes_without() {
    on_both_with(PLAIN, |passport| async move {
        for (language, words) in [("zh-CN", "没有时请用密码登录"), ("en", "Without it, use your password")] {
            let answer = passport.browser().language(language).open(&page("/sign-in")).await;
            assert!(answer.has("form[data-passkey=get][hidden]"), "the button is the script's to show");
            let told = without_script(&answer);
            assert!(told.contains("JavaScript") && told.contains(words), "{language}: {told}");
        }
    })
    .await;
}

#[tokio::test]
async fn the_second_step_and_a_reset_say_so_beside_their_other_ways() {
    on_both_with(PLAIN, |passport| async move {
        let mut device = Authenticator::new();
        candidate_with(&passport, &mut device).await;
        for (language, words) in OTHER {
            let mut browser = passport.browser().language(language);
            let answer = halfway(&mut browser).await;
            assert!(answer.has("form[data-passkey=get][hidden]") && second(&answer).has("code"));
            assert!(without_script(&answer).contains(words), "{language}: {}", without_script(&answer));
        }
    })
    .await;
    on_both_with(PLAIN, |passport| async move {
        let mut device = Authenticator::new();
        without_password(&passport, &mut device).await;
        for (language, words) in OTHER {
            passport.clock.advance(Duration::from_secs(10 * 60));
            let mut browser = passport.browser().language(language);
            let answer = proven(&passport, &mut browser, EMAIL, EMAIL).await;
            assert!(answer.has("form[data-passkey=get][hidden]") && answer.has("main form [name=code]"));
            assert!(without_script(&answer).contains(words), "{language}: {}", without_script(&answer));
        }
    })
    .await;
}

#[tokio::test]
async fn where_nothing_but_a_passkey_will_do_the_page_says_how_to_get_there_and_has_a_way_back_to_the_site() {
    on_both_with(PLAIN, |passport| async move {
        passport.register(&[OURS]).await;
        let mut device = Authenticator::new();
        candidate_with(&passport, &mut device).await;
        let wanted = json!({ "essential": true, "values": ["urn:e-test:acr:2-phishing-resistant"] });
        let claims = json!({ "id_token": { "acr": wanted } }).to_string();
        let asking = format!("{ISSUER}/authorize?{}", encoded(&with(request(), "claims", &claims)));
        for (language, words) in [("zh-CN", "这一步只能用通行密钥"), ("en", "Only a passkey will do here")] {
            let mut browser = passport.browser().language(language).program("https://cet.test", axum::Router::new());
            let begun = browser.open(&asking).await;
            let named = form(&begun, "/sign-in").set("username", EMAIL).set("password", PASSWORD);
            let answer = browser.submit(named).await;
            assert_eq!(answer.url.path(), "/sign-in/second-step", "{}", answer.text);
            assert!(!answer.has("main form:not([hidden])"), "no form here works without a script");
            let told = without_script(&answer);
            assert!(told.contains("JavaScript") && told.contains(words), "{language}: {told}");
            let ways = ways_on(&answer);
            assert_eq!(ways.len(), 2, "{ways:?}");
            let again = browser.click(&answer, &ways[0]).await;
            assert_eq!((again.url.path(), again.has("form[data-passkey=get]")), ("/sign-in/second-step", true));
            let left = browser.click(&again, &ways[1]).await;
            assert_eq!(left.url.host_str(), Some("cet.test"), "{}", left.text);
            assert_eq!(left.parameter("error").as_deref(), Some("access_denied"));
        }
    })
    .await;
}
