//! Logos of clients, and what else pages tell of a site: from outside, and from the server that has the picture.

use std::time::Duration;

use futures_util::future::join_all;
use shared::testkit::Answer;

use crate::support::site::{THEIRS, encoded, get, request, with};
use crate::support::stranger::{Stranger, on_both_beside};
use crate::support::{ISSUER, Passport, on_both};

/// The beginning of a PNG of 64 points, in that colour type: enough to be one, and different for each.
fn png(colour: u8) -> Vec<u8> {
    let head: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x40\0\0\0\x40";
    [head, &[8, colour, 0, 0, 0]].concat()
}

fn with_logo(stranger: &Stranger, path: &str) -> String {
    format!("{THEIRS}host = 'bei.test'\nlogo_uri = '{}{path}'\n", stranger.url)
}

/// The sign-in page on the way to the site.
async fn sign_in_page(passport: &Passport) -> Answer {
    let pairs = with(with(request(), "client_id", "bei"), "redirect_uri", "https://bei.test/cb");
    passport.browser().open(&format!("{ISSUER}/authorize?{}", encoded(&pairs))).await
}

/// The address of the logo on the sign-in page, if there is one.
async fn logo(passport: &Passport) -> Option<String> {
    sign_in_page(passport).await.attributes(".going img.logo", "src").pop()
}

#[tokio::test]
async fn a_logo_is_fetched_once_and_served_by_us() {
    on_both_beside("", |passport, stranger| async move {
        stranger.show("/logo.png", png(6));
        passport.register(&[&with_logo(&stranger, "/logo.png")]).await;
        assert_eq!(logo(&passport).await, None, "a page does not wait for it");
        assert_eq!(stranger.asked(), 0, "nor does it ask for it");
        for outcome in join_all((0..20).map(|_| passport.app.logos.tend())).await {
            outcome.expect("tended");
        }
        passport.app.logos.tend().await.expect("tended");
        assert_eq!(stranger.asked(), 1);

        let address = logo(&passport).await.expect("a logo");
        let answer = get(&mut passport.browser(), &address, &[]).await;
        assert_eq!((answer.status.as_u16(), answer.header("content-type")), (200, Some("image/png")));
        assert_eq!(answer.header("cache-control"), Some("public, max-age=31536000, immutable"));
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
        assert!(answer.header("content-security-policy").expect("a policy").contains("default-src 'none'"));
        assert_eq!(answer.header("set-cookie"), None);
        let other = address.replace(|c: char| c.is_ascii_digit(), "a");
        for nothing in [other.as_str(), "/logos/x", "/logos/%00"] {
            assert_eq!(get(&mut passport.browser(), nothing, &[]).await.status, 404, "{nothing}");
        }
    })
    .await;
}

#[tokio::test]
async fn what_is_no_small_picture_is_not_shown_and_tried_again_an_hour_later() {
    on_both_beside("", |passport, stranger| async move {
        let svg = "<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>";
        for (path, content) in [("/a", svg.into()), ("/b", b"<!doctype html>".to_vec()), ("/c", vec![0; 70_000])] {
            stranger.show(path, content);
            passport.register(&[&with_logo(&stranger, path)]).await;
            let before = stranger.asked();
            passport.app.logos.tend().await.expect("tended");
            passport.app.logos.tend().await.expect("tended");
            assert_eq!((stranger.asked() - before, logo(&passport).await), (1, None), "{path}");
        }
        // The site has mended it.
        stranger.show("/c", png(2));
        passport.clock.advance(Duration::from_secs(59 * 60));
        passport.app.logos.tend().await.expect("tended");
        assert_eq!(logo(&passport).await, None, "it is not asked all the time");
        passport.clock.advance(Duration::from_secs(60));
        passport.app.logos.tend().await.expect("tended");
        assert!(logo(&passport).await.is_some());
    })
    .await;
}

#[tokio::test]
async fn a_site_that_does_not_answer_has_no_logo_and_its_page_comes() {
    on_both_beside("", |passport, stranger| async move {
        stranger.answer_with(302);
        stranger.show("/logo.png", png(6));
        passport.register(&[&with_logo(&stranger, "/logo.png")]).await;
        passport.app.logos.tend().await.expect("tended");
        let page = sign_in_page(&passport).await;
        assert_eq!((page.status.as_u16(), page.has(".going .mark"), page.has("img")), (200, true, false));
    })
    .await;
    // Where no stranger is exempt, nobody inside is asked.
    on_both(|passport| async move {
        passport.register(&[&format!("{THEIRS}logo_uri = 'https://localhost/logo.png'\n")]).await;
        passport.app.logos.tend().await.expect("tended");
        assert_eq!(logo(&passport).await, None);
    })
    .await;
}

#[tokio::test]
async fn another_address_brings_another_logo_and_a_removed_client_leaves_none() {
    on_both_beside("", |passport, stranger| async move {
        stranger.show("/1.png", png(6));
        stranger.show("/2.png", png(2));
        passport.register(&[&with_logo(&stranger, "/1.png")]).await;
        passport.app.logos.tend().await.expect("tended");
        let first = logo(&passport).await.expect("a logo");
        passport.register(&[&with_logo(&stranger, "/2.png")]).await;
        assert_eq!(logo(&passport).await, None, "the old picture is the site's no more");
        passport.app.logos.tend().await.expect("tended");
        let second = logo(&passport).await.expect("a logo");
        assert_ne!(first, second);
        assert_eq!(get(&mut passport.browser(), &first, &[]).await.status, 404);

        let id = passport::clients::ClientId::parse("bei").expect("an id");
        passport.app.clients.remove(passport::audit::Actor::Operator, &id).await.expect("removed");
        assert_eq!(get(&mut passport.browser(), &second, &[]).await.status, 404);
    })
    .await;
}

#[tokio::test]
async fn the_pages_on_the_way_to_a_site_link_to_its_policy_and_terms() {
    on_both(|passport| async move {
        let links = "policy_uri = 'https://bei.test/privacy'\ntos_uri = 'https://bei.test/terms'\n";
        passport.register(&[&format!("{THEIRS}{links}")]).await;
        let sign_in = sign_in_page(&passport).await;
        let (mut person, _) = passport.signed_in(None).await;
        let pairs = with(with(request(), "client_id", "bei"), "redirect_uri", "https://bei.test/cb");
        let consent = person.open(&format!("{ISSUER}/authorize?{}", encoded(&pairs))).await;
        assert_eq!((sign_in.url.path(), consent.url.path()), ("/sign-in", "/consent"));
        for page in [sign_in, consent] {
            let links = page.attributes("main a[rel='noopener noreferrer']", "href");
            assert_eq!(links, ["https://bei.test/privacy", "https://bei.test/terms"], "{}", page.url.path());
        }
    })
    .await;
}
