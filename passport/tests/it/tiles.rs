//! The tiles of a candidate's home: where a sign-in at a site begins from outside it (OIDC Core §4).

use passport::audit::Actor;
use passport::clients::ClientId;

use crate::support::site::{OURS, get};
use crate::support::{ISSUER, on_both};

#[tokio::test]
async fn a_tile_begins_a_sign_in_at_the_site_that_an_operator_gave_one_and_names_us() {
    on_both(|passport| async move {
        let begun = |id: &str| {
            let client = OURS.replace("'cet'", &format!("'{id}'")).replace("cet.test", &format!("{id}.test"));
            format!("{client}initiate_login_uri = 'https://{id}.test/begin?from=us'\n")
        };
        let tile = "[tile]\norder = 1\ntitle = { zh = '四六级报名', en = 'Register for CET' }\n";
        passport.register(&[&format!("{}{tile}", begun("cet")), &begun("quiet")]).await;
        let (mut person, _) = passport.signed_in(None).await;
        let home = get(&mut person, "/", &[]).await;
        let links = home.attributes("a", "href");
        let iss = form_urlencoded::byte_serialize(ISSUER.as_bytes()).collect::<String>();
        assert!(links.contains(&format!("https://cet.test/begin?from=us&iss={iss}")), "{links:?}");
        assert!(!links.iter().any(|link| link.contains("quiet.test")), "{links:?}");
        let client = ClientId::parse("cet").expect("an id");
        for suspended in [true, false] {
            passport.app.clients.suspend(Actor::Operator, &client, suspended).await.expect("an answer");
            let home = get(&mut person, "/", &[]).await;
            assert_eq!(home.text.contains("cet.test/begin"), !suspended, "nobody is led where nobody gets in");
        }
        let public = get(&mut passport.browser(), "/", &[]).await;
        assert!(!public.text.contains("/begin"), "nobody is sent off who is not signed in");
    })
    .await;
}
