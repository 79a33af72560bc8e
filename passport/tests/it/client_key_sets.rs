//! The key set at an address of each client's own, and what it tells us of the client.

use std::time::Duration;

use passport::keys::Sign;
use shared::clock::Clock as _;
use shared::testkit::Answer;

use crate::support::site::{OURS, SECRET, THEIRS, basic, encoded, get, post, userinfo};
use crate::support::{ISSUER, Passport, on_both, on_both_with};

const OWN: &str = "/clients/cet/jwks.json";

/// What is known of `cet` and the ES256 key in that state.
async fn known(passport: &Passport, state: &str) -> Vec<Sign> {
    let keys = &passport.app.keys;
    keys.write_down().await.expect("written");
    let stock = keys.stock().await.expect("keys").keys;
    let key = stock.iter().find(|key| key.alg.as_str() == "ES256" && key.state.as_str() == state).expect("a key");
    let seen = keys.evidence(&key.kid).await.expect("evidence");
    assert!(seen.iter().all(|seen| seen.client == "cet"), "{seen:?}");
    let mut signs: Vec<_> = seen.iter().map(|seen| seen.sign).collect();
    signs.sort();
    signs
}

#[tokio::test]
async fn a_clients_own_key_set_is_the_one_of_all_and_is_cached_like_it() {
    on_both(|passport| async move {
        passport.register(&[OURS]).await;
        let mut browser = passport.browser();
        let of_all = get(&mut browser, "/jwks", &[]).await;
        let own = get(&mut browser, OWN, &[]).await;
        assert_eq!((own.status.as_u16(), &own.text), (200, &of_all.text));
        for header in ["cache-control", "etag", "content-type", "access-control-allow-origin"] {
            assert_eq!(own.headers.get(header), of_all.headers.get(header), "{header}");
        }
        for nobody in ["/clients/bei/jwks.json", "/clients/%00/jwks.json", "/clients/%ff/jwks.json"] {
            let answer: Answer = get(&mut browser, nobody, &[]).await;
            assert_eq!((answer.status.as_u16(), answer.header("cache-control")), (404, Some("no-store")), "{nobody}");
        }
    })
    .await;
}

#[tokio::test]
async fn what_is_fetched_at_a_clients_own_address_is_remembered_of_it() {
    on_both(|passport| async move {
        passport.register(&[OURS, THEIRS]).await;
        let mut browser = passport.browser();
        let head = http::Request::head(format!("{ISSUER}{OWN}")).body(axum::body::Body::empty());
        assert_eq!(browser.send(head.expect("a request")).await.status, 200);
        let tag = get(&mut browser, "/jwks", &[]).await.header("etag").expect("a tag").to_owned();
        assert_eq!(known(&passport, "active").await, [], "neither brought keys to anybody we know");
        // Who has the set already knows its keys too.
        assert_eq!(get(&mut browser, OWN, &[("if-none-match", &tag)]).await.status, 304);
        assert_eq!(known(&passport, "active").await, [Sign::Fetched]);
        assert_eq!(known(&passport, "staged").await, [Sign::Fetched]);
    })
    .await;
}

#[tokio::test]
async fn a_client_that_goes_on_with_what_a_key_signed_is_known_to_have_it() {
    on_both(|passport| async move {
        passport.register(&[OURS, THEIRS]).await;
        // Younger than a minute, a key may not have been the one that signed.
        passport.clock.set(passport.clock.now() + Duration::from_secs(3_600));
        let (mut browser, _) = passport.signed_in(None).await;
        let tokens = passport.tokens(&mut browser, "openid").await;
        let (access, id) = (tokens["access_token"].as_str().expect("a token"), tokens["id_token"].as_str());
        assert_eq!(known(&passport, "active").await, [], "to be given a token is no proof");
        assert_eq!(userinfo(&mut browser, "x").await.status, 401);
        assert_eq!(known(&passport, "active").await, []);

        assert_eq!(userinfo(&mut browser, access).await.status, 200);
        assert_eq!(known(&passport, "active").await, [Sign::UserInfo]);
        let other = encoded(&[("token", access), ("client_id", "bei"), ("client_secret", SECRET)]);
        assert_eq!(post(&mut browser, "/introspect", other, &[]).await.json()["active"], false);
        let by = basic("cet", SECRET);
        let asked = post(&mut browser, "/introspect", encoded(&[("token", access)]), &[("authorization", &by)]).await;
        assert_eq!(asked.json()["active"], true);
        assert_eq!(known(&passport, "active").await, [Sign::UserInfo, Sign::Introspection]);
        let hint = encoded(&[("id_token_hint", id.expect("a token"))]);
        assert_eq!(get(&mut browser, &format!("/logout?{hint}"), &[]).await.status, 303);
        assert_eq!(known(&passport, "active").await, [Sign::Hint, Sign::UserInfo, Sign::Introspection]);
        assert_eq!(known(&passport, "staged").await, []);
    })
    .await;
}

#[tokio::test]
async fn a_client_that_registers_itself_is_told_its_address() {
    on_both_with("[registration]\npolicy = 'open'\n", |passport| async move {
        let mut browser = passport.browser();
        let sent = r#"{ "redirect_uris": ["https://new.test/cb"] }"#;
        let request = http::Request::post(format!("{ISSUER}/clients")).header("content-type", "application/json");
        let answer = browser.send(request.body(axum::body::Body::from(sent)).expect("a request")).await;
        let own = answer.json()["issuer_jwks_uri"].as_str().expect("an address").to_owned();
        assert_eq!(get(&mut browser, own.strip_prefix(ISSUER).expect("ours"), &[]).await.status, 200);
    })
    .await;
}
