//! What every page needs, served.

use crate::support::{ISSUER, on_both};

#[tokio::test]
async fn a_page_that_does_not_exist_is_answered_with_a_page() {
    on_both(|passport| async move {
        let answer = passport.browser().open(&format!("{ISSUER}/no-such-page")).await;
        assert_eq!(answer.status.as_u16(), 404);
        assert!(answer.header("x-request-id").is_some());
    })
    .await;
}

#[tokio::test]
async fn no_address_makes_a_page_link_to_another_host() {
    on_both(|passport| async move {
        let answer = passport.browser().open(&format!("{ISSUER}//evil.example/x")).await;
        assert_eq!(answer.status.as_u16(), 404);
        let links = answer.attributes("a.lang", "href");
        assert!(!links.is_empty());
        assert!(links.iter().all(|link| link == "/evil.example/x?lang=en"), "{links:?}");
    })
    .await;
}
