//! What keeps pages of the provider out of frames and scripts of other sites (RFC 9700 §4.16, §2.6).

use shared::testkit::Answer;

use crate::support::site::{OURS, THEIRS, authorize, encoded, get, request, with};
use crate::support::{ISSUER, on_both};

/// No site may frame the page, and no script of one may read it.
fn is_ours_alone(page: &Answer, what: &str) {
    assert_eq!(page.status, 200, "{what}");
    let policy = page.header("content-security-policy").unwrap_or_else(|| panic!("{what} has no policy"));
    assert!(policy.contains("frame-ancestors 'none'"), "{what}: {policy}");
    assert_eq!(page.header("access-control-allow-origin"), None, "{what}");
}

#[tokio::test]
async fn no_site_frames_a_page_on_which_a_person_decides() {
    on_both(|passport| async move {
        passport.register(&[OURS, THEIRS]).await;
        let theirs = with(with(request(), "client_id", "bei"), "redirect_uri", "https://bei.test/cb");
        let asked = format!("{ISSUER}/authorize?{}", encoded(&theirs));
        let sign_in = passport.browser().open(&asked).await;
        assert_eq!(sign_in.url.path(), "/sign-in");
        is_ours_alone(&sign_in, "the sign-in page");

        let (mut person, _) = passport.signed_in(None).await;
        let consent = person.open(&asked).await;
        assert_eq!(consent.url.path(), "/consent");
        is_ours_alone(&consent, "the consent page");
        is_ours_alone(&get(&mut person, "/logout?client_id=cet", &[]).await, "the question about leaving");
        is_ours_alone(&get(&mut person, "/signed-out", &[]).await, "the page after signing out");
        let form = authorize(&mut person, &with(request(), "response_mode", "form_post")).await;
        assert!(form.has("form#form-post"));
        is_ours_alone(&form, "the page that posts the answer");
    })
    .await;
}
