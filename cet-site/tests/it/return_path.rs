//! No link to sign in can lead a person out of the site.

use crate::support::{SITE, World, with_cet};

#[tokio::test]
async fn a_return_path_never_leaves_the_site() {
    with_cet(|world: World| async move {
        let mut signed_in = world.browser();
        signed_in.open(&format!("{SITE}/registration")).await;
        for path in [
            "https://evil.example/",
            "//evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "javascript:alert(1)",
            "/..//evil.example",
            "https:evil.example",
            "/%09/evil.example",
        ] {
            let query = form_urlencoded::Serializer::new(String::new()).append_pair("return_to", path).finish();
            for browser in [&mut world.browser(), &mut signed_in] {
                // The browser knows two programs: being led elsewhere would be a panic.
                let page = browser.open(&format!("{SITE}/sign-in?{query}")).await;
                assert!(page.url.as_str().starts_with(&format!("{SITE}/")), "{path} led to {}", page.url);
            }
        }
    })
    .await;
}
