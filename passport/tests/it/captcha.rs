//! The picture of a captcha.

use http::StatusCode;
use passport::accounts::captcha::{Form, Level};
use shared::clock::Clock as _;

use crate::support::{ISSUER, on_both};

#[tokio::test]
async fn a_picture_is_drawn_for_its_challenge_and_kept_by_no_cache() {
    on_both(|passport| async move {
        let captcha = passport.app.captchas.fresh(Form::SignIn, Level::USUAL, passport.clock.now());
        let address = format!("{ISSUER}{}", captcha.picture().expect("a picture"));
        let answer = passport.browser().open(&address).await;
        assert_eq!(answer.status, StatusCode::OK);
        assert_eq!(answer.header("content-type"), Some("image/png"));
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
    })
    .await;
}

#[tokio::test]
async fn what_is_no_challenge_has_no_picture() {
    on_both(|passport| async move {
        let mut browser = passport.browser();
        for query in ["?c=", "?c=AAAA", "?c=%00", "?c=%ff"] {
            let answer = browser.open(&format!("{ISSUER}/captcha/image{query}")).await;
            assert!(answer.status.is_client_error(), "{query}: {}", answer.status);
        }
    })
    .await;
}
