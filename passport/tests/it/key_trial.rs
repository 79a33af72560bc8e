//! A key on trial, as sites meet it.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use passport::keys::trial::judge::Outcome;
use passport::keys::{Alg, KeyState};
use serde_json::Value;

use crate::support::site::{
    OURS, SECRET, THEIRS, basic, encoded, get, post, refreshing, their_tokens, token, userinfo,
};
use crate::support::{Passport, on_both};

const HOUR: Duration = Duration::from_secs(3_600);
const MINUTE: Duration = Duration::from_secs(60);

/// The header of a JWT says which key signed it.
fn kid(jwt: &Value) -> String {
    let header = jwt.as_str().and_then(|jwt| jwt.split('.').next()).expect("a JWT");
    let header: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(header).expect("base64url")).expect("JSON");
    header["kid"].as_str().expect("an id").to_owned()
}

/// The key of that algorithm that waits for its turn, and the one that signs.
async fn keys(passport: &Passport, alg: Alg) -> (String, String) {
    let all = passport.app.keys.stock().await.expect("keys").keys;
    let of = |so: fn(&KeyState) -> bool| all.iter().find(|key| key.alg == alg && so(&key.state)).expect("a key");
    let staged = of(|state| matches!(state, KeyState::Staged { .. })).kid.clone();
    (staged, of(|state| matches!(state, KeyState::Active { .. })).kid.clone())
}

/// Begins a trial of both algorithms that sites use here, when it may, and goes on to where it tells something.
async fn begin(passport: &Passport, clients: &[&str]) {
    passport.clock.advance(HOUR);
    let clients = clients.iter().map(|client| (*client).to_owned()).collect();
    passport.app.keys.begin_trial(vec![Alg::ES256, Alg::RS256], HOUR, clients).await.expect("begun");
    passport.clock.advance(MINUTE);
}

async fn fates(passport: &Passport, alg: Alg) -> Vec<(String, Outcome)> {
    passport.app.keys.write_down().await.expect("written");
    let reports = passport.app.keys.trials().await.expect("reports");
    let report = reports.into_iter().find(|report| report.key.alg == alg).expect("a trial");
    report.clients.into_iter().map(|client| (client.client, client.outcome)).collect()
}

fn fate(client: &str, outcome: Outcome) -> Vec<(String, Outcome)> {
    vec![(client.to_owned(), outcome)]
}

#[tokio::test]
async fn sites_are_given_tokens_by_the_key_on_trial_and_who_goes_on_succeeds() {
    on_both(|passport| async move {
        passport.register(&[OURS, THEIRS]).await;
        begin(&passport, &[]).await;
        let ((es256, _), (rs256, _)) = (keys(&passport, Alg::ES256).await, keys(&passport, Alg::RS256).await);
        let (mut browser, _) = passport.signed_in(None).await;
        let (ours, theirs) = (passport.tokens(&mut browser, "openid").await, their_tokens(&mut browser).await);
        assert_eq!([kid(&ours["id_token"]), kid(&ours["access_token"])], [es256.clone(), es256.clone()]);
        assert_eq!([kid(&theirs["id_token"]), kid(&theirs["access_token"])], [rs256, es256]);
        assert_eq!(fates(&passport, Alg::RS256).await, fate("bei", Outcome::Unknown), "to be given one is no proof");
        for tokens in [&ours, &theirs] {
            assert_eq!(userinfo(&mut browser, tokens["access_token"].as_str().expect("a token")).await.status, 200);
        }
        // Each by the key that signed what it verifies.
        assert_eq!(fates(&passport, Alg::ES256).await, fate("cet", Outcome::Succeeded));
        assert_eq!(fates(&passport, Alg::RS256).await, fate("bei", Outcome::Succeeded));
    })
    .await;
}

#[tokio::test]
async fn the_trial_is_over_by_itself_and_its_tokens_stay_good() {
    on_both(|passport| async move {
        passport.register(&[OURS]).await;
        begin(&passport, &["cet"]).await;
        passport.clock.advance(HOUR - MINUTE * 2);
        let (staged, active) = keys(&passport, Alg::ES256).await;
        let (mut browser, _) = passport.signed_in(None).await;
        let tried = passport.tokens(&mut browser, "openid").await;
        assert_eq!(kid(&tried["id_token"]), staged);
        passport.clock.advance(MINUTE);
        assert_eq!(kid(&passport.tokens(&mut browser, "openid").await["id_token"]), active);
        assert_eq!(userinfo(&mut browser, tried["access_token"].as_str().expect("a token")).await.status, 200);
        let hint = encoded(&[("id_token_hint", tried["id_token"].as_str().expect("a token"))]);
        assert_eq!(get(&mut browser, &format!("/logout?{hint}"), &[]).await.status, 303);
        assert_eq!(fates(&passport, Alg::ES256).await, fate("cet", Outcome::Succeeded));
    })
    .await;
}

#[tokio::test]
async fn a_site_that_sends_people_back_at_once_failed_as_far_as_can_be_guessed() {
    on_both(|passport| async move {
        passport.register(&[OURS, THEIRS]).await;
        begin(&passport, &[]).await;
        let (mut browser, _) = passport.signed_in(None).await;
        their_tokens(&mut browser).await;
        assert_eq!(fates(&passport, Alg::RS256).await, fate("bei", Outcome::Unknown));
        their_tokens(&mut browser).await;
        assert_eq!(fates(&passport, Alg::RS256).await, fate("bei", Outcome::Failed));
        // A refresh is no sign-in: it may come as often as it likes.
        let tokens = passport.tokens(&mut browser, "openid").await;
        let refresh = tokens["refresh_token"].as_str().expect("a token");
        assert_eq!(token(&mut browser, &refreshing(refresh)).await.status, 200);
        assert_eq!(fates(&passport, Alg::ES256).await, fate("cet", Outcome::Unknown));
    })
    .await;
}

#[tokio::test]
async fn a_site_whose_tokens_do_not_count_failed_as_far_as_can_be_guessed() {
    on_both(|passport| async move {
        passport.register(&[OURS]).await;
        begin(&passport, &["cet"]).await;
        let (mut browser, session) = passport.signed_in(None).await;
        let tokens = passport.tokens(&mut browser, "openid").await;
        let access = tokens["access_token"].as_str().expect("a token");
        assert_eq!(userinfo(&mut browser, "x.y.z").await.status, 401);
        assert_eq!(fates(&passport, Alg::ES256).await, fate("cet", Outcome::Unknown), "that may be anybody's");
        passport.end(session.id).await;
        assert_eq!(userinfo(&mut browser, access).await.status, 401);
        assert_eq!(fates(&passport, Alg::ES256).await, fate("cet", Outcome::Failed));
        let by = basic("cet", SECRET);
        let asked = post(&mut browser, "/introspect", encoded(&[("token", access)]), &[("authorization", &by)]).await;
        assert_eq!(asked.json()["active"], false);
        passport.app.keys.write_down().await.expect("written");
        let seen = passport.app.keys.evidence(&keys(&passport, Alg::ES256).await.0).await.expect("evidence");
        let refused = seen.iter().find(|seen| seen.sign.as_str() == "refused").expect("a line");
        assert_eq!(refused.times, 2, "either endpoint tells");
    })
    .await;
}
