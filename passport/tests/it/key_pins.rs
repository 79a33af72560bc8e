//! A client that stays with an older key, as it and others meet that.

use std::time::Duration;

use axum::body::Body;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::Request;
use passport::audit::Actor;
use passport::delivery::{Channel, Letter, store};
use passport::keys::pin::model::PinWanted;
use passport::keys::{Alg, Request as Change};
use serde_json::{Value, json};
use shared::clock::{Clock as _, Timestamp};
use shared::testkit::Browser;

use crate::support::site::{OURS, SECRET, basic, encoded, get, post, refreshing, token, tokens_of, userinfo};
use crate::support::{ISSUER, Passport, on_both, on_both_with};

const DAY: Duration = Duration::from_secs(86_400);

/// Another site of ours, which follows every change.
const OTHER: &str = "client_id = 'pets'\nclient_name = { zh = '英语等级', en = 'PETS' }\nfirst_party = true\n\
    redirect_uris = ['https://pets.test/cb']\nscopes = ['openid']\nid_token_signed_response_alg = 'ES256'\n\
    token_endpoint_auth_method = 'client_secret_post'\n";

/// The id of the key that signed a JWT.
fn kid(jwt: &Value) -> String {
    let header = jwt.as_str().and_then(|jwt| jwt.split('.').next()).expect("a JWT");
    let header: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(header).expect("base64url")).expect("JSON");
    header["kid"].as_str().expect("an id").to_owned()
}

/// Has `cet` stay with the key that signs for it, and the key changed for the others; the first key.
async fn moved_on(passport: &Passport, until: Timestamp) -> String {
    let wanted = PinWanted { client: "cet".to_owned(), alg: Alg::ES256, kid: None, until };
    let keys = &passport.app.keys;
    keys.pin(wanted).await.expect("pinned");
    let pinned = keys.pins_of("cet").remove(0).kid;
    keys.change(Change::Rotate { alg: Alg::ES256, at: None, without_trial: false }).await.expect("rotated");
    pinned
}

/// The mails that wait and were not seen before.
async fn mails(passport: &Passport) -> Vec<Letter> {
    let now = passport.clock.now();
    let claimed = passport.db.write(move |tx| Box::pin(store::claim(tx, &Channel::Mail, 100, now, now + DAY)));
    claimed.await.expect("mails").iter().map(|mail| mail.payload.read().expect("a letter")).collect()
}

/// After `cet` stayed with its key and the others moved on.
struct Apart {
    /// The key that `cet` stays with.
    old: String,
    browser: Browser,
    /// What `cet` is given for a sign-in.
    ours: Value,
    /// What `pets` is.
    others: Value,
}

impl Apart {
    /// For a day.
    async fn come(passport: &Passport) -> Self {
        passport.register(&[OURS, OTHER]).await;
        passport.clock.advance(DAY);
        let old = moved_on(passport, passport.clock.now() + DAY).await;
        let (mut browser, _) = passport.signed_in(None).await;
        let (ours, others) = (passport.tokens(&mut browser, "openid").await, tokens_of(&mut browser, "pets").await);
        Self { old, browser, ours, others }
    }
}

#[tokio::test]
async fn a_pinned_site_is_given_tokens_by_its_key_until_its_day_and_another_by_the_new_one() {
    on_both(|passport| async move {
        let Apart { old, mut browser, ours, others } = Apart::come(&passport).await;
        assert_eq!([kid(&ours["id_token"]), kid(&ours["access_token"])], [old.clone(), old.clone()]);
        let new = kid(&others["id_token"]);
        assert!(new != old && kid(&others["access_token"]) == new);
        let set = get(&mut browser, "/clients/cet/jwks.json", &[]).await.json();
        let kids: Vec<_> = set["keys"].as_array().expect("keys").iter().map(|key| key["kid"].clone()).collect();
        assert!(kids.contains(&json!(old)) && kids.contains(&json!(new)), "{kids:?}");
        assert_eq!(userinfo(&mut browser, ours["access_token"].as_str().expect("a token")).await.status, 200);
        let hint = encoded(&[("id_token_hint", ours["id_token"].as_str().expect("a token"))]);
        assert_eq!(get(&mut browser, &format!("/logout?{hint}"), &[]).await.status, 303);

        passport.clock.advance(DAY - Duration::from_secs(1));
        let (mut browser, _) = passport.signed_in(None).await;
        let last = passport.tokens(&mut browser, "openid").await;
        assert_eq!(kid(&last["id_token"]), old);
        passport.clock.advance(Duration::from_secs(1));
        assert_eq!(kid(&passport.tokens(&mut browser, "openid").await["id_token"]), new, "nobody had to do anything");
        assert_eq!(userinfo(&mut browser, last["access_token"].as_str().expect("a token")).await.status, 200);
    })
    .await;
}

#[tokio::test]
async fn nothing_counts_that_a_lost_key_signed_for_a_pinned_site_and_the_present_one_signs_at_once() {
    on_both(|passport| async move {
        let Apart { old, mut browser, ours, others } = Apart::come(&passport).await;
        passport.app.keys.compromise(&old).await.expect("destroyed");
        let access = ours["access_token"].as_str().expect("a token");
        assert_eq!(userinfo(&mut browser, access).await.status, 401);
        let by = basic("cet", SECRET);
        let asked = post(&mut browser, "/introspect", encoded(&[("token", access)]), &[("authorization", &by)]).await;
        assert_eq!(asked.json()["active"], false);
        let set = get(&mut browser, "/clients/cet/jwks.json", &[]).await;
        assert!(!set.text.contains(&old));
        let after = passport.tokens(&mut browser, "openid").await;
        assert_eq!(kid(&after["id_token"]), kid(&others["id_token"]));
        assert_eq!(userinfo(&mut browser, others["access_token"].as_str().expect("a token")).await.status, 200);
        let refreshed = token(&mut browser, &refreshing(ours["refresh_token"].as_str().expect("a token"))).await;
        assert_ne!(kid(&refreshed.json()["id_token"]), old);
    })
    .await;
}

#[tokio::test]
async fn the_contacts_of_a_pinned_site_are_told_of_its_day_of_another_day_and_of_the_end() {
    on_both(|passport| async move {
        passport.register(&[&format!("{OURS}contacts = ['ops@cet.test']\n"), OTHER]).await;
        passport.clock.advance(DAY);
        let now = passport.clock.now();
        let old = moved_on(&passport, now + DAY * 10).await;
        let told = mails(&passport).await;
        assert_eq!((told.len(), &*told[0].to), (1, "ops@cet.test"));
        for both in [&*old, "/clients/cet/jwks.json", "2027-03-29 09:00 (UTC+8)"] {
            assert_eq!(told[0].text.matches(both).count(), 2, "{both} in either language: {}", told[0].text);
        }
        moved_on(&passport, now + DAY * 20).await;
        let told = mails(&passport).await;
        assert_eq!((told.len(), told[0].text.matches("2027-04-08 09:00 (UTC+8)").count()), (1, 2), "{}", told[0].text);
        passport.app.keys.unpin("cet", vec![Alg::ES256]).await.expect("lifted");
        let told = mails(&passport).await;
        assert!(told.len() == 1 && told[0].subject.contains("present key again"), "{}", told[0].subject);
        assert_eq!(told[0].text.matches(&*old).count(), 2, "in either language: {}", told[0].text);
    })
    .await;
}

#[tokio::test]
async fn a_client_that_manages_itself_reads_until_when_it_stays_and_takes_no_key_along_when_it_goes() {
    on_both_with("[registration]\npolicy = 'open'\n", |passport| async move {
        let mut browser = passport.browser();
        let sent = r#"{ "redirect_uris": ["https://new.test/cb"] }"#;
        let asked = Request::post(format!("{ISSUER}/clients")).header("content-type", "application/json");
        let registered = browser.send(asked.body(Body::from(sent)).expect("a request")).await.json();
        assert!(registered.get("issuer_key_pins").is_none());
        let (id, token) = (registered["client_id"].as_str(), registered["registration_access_token"].as_str());
        let (id, by) = (id.expect("an id").to_owned(), format!("Bearer {}", token.expect("a token")));
        let (keys, until) = (&passport.app.keys, passport.clock.now() + DAY);
        keys.pin(PinWanted { client: id.clone(), alg: Alg::RS256, kid: None, until }).await.expect("pinned");
        let own = get(&mut browser, &format!("/clients/{id}"), &[("authorization", &by)]).await.json();
        let pinned = keys.pins_of(&id).remove(0).kid;
        assert_eq!(own["issuer_key_pins"], json!([{ "alg": "RS256", "kid": pinned, "until": until.seconds() }]));

        let client = passport.app.clients.find(&id).await.expect("an answer").expect("a client");
        passport.app.clients.remove(Actor::Operator, &client.id).await.expect("removed");
        keys.refresh().await.expect("followed");
        assert_eq!(keys.pins_of(&id), []);
    })
    .await;
}
