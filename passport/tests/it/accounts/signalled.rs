//! What people do with their accounts is told as the events that it means to sites.

use std::time::Duration;

use passport::audit::Actor;
use passport::clients::signals::Wanted;
use serde_json::{Value, json};
use shared::clock::Clock as _;
use shared::db::{DbError, sql};

use super::alarm::{change_password, press, reset, robbed};
use super::contact_change::change;
use super::*;
use crate::support::on_both_with;
use crate::support::site::OURS;

/// The site `cet` is told everything; it knows whoever has an account.
async fn heard_by_all(passport: &Passport) {
    passport.register(&[OURS]).await;
    let wanted = Wanted::parse(Some("https://site.test/signals"), None, None).expect("a wish");
    passport.app.clients.set_signals(Actor::Operator, &*passport.app.sealer, "cet", wanted).await.expect("a stream");
    let known =
        sql("INSERT INTO signal_subjects (account_id, client_id, entered_at) SELECT id, 'cet', $1 FROM accounts \
                     WHERE closed_at IS NULL ON CONFLICT (account_id, client_id) DO NOTHING");
    passport.db.execute(known.bind(passport.clock.now())).await.expect("rows");
}

/// What waits to be told, by type, each with what is said about it; it is taken away.
async fn told(passport: &Passport) -> Vec<(String, Value)> {
    let read = passport.db.write::<_, DbError, _>(|tx| {
        Box::pin(async move {
            let text = "DELETE FROM outbox WHERE channel = 'signals:cet' RETURNING payload";
            sql(text).fetch_all(tx).await?.iter().map(|row| row.get::<String>("payload")).collect::<Result<Vec<_>, _>>()
        })
    });
    let notices = read.await.expect("rows");
    let notice = |text: &String| serde_json::from_str::<Value>(text).expect("JSON");
    let named = |notice: Value| {
        let event = notice["event"].as_str().expect("a type").to_owned();
        (event, notice.get("members").cloned().unwrap_or_else(|| json!({})))
    };
    let mut told: Vec<_> = notices.iter().map(notice).map(named).collect();
    told.sort_by(|one, other| one.0.cmp(&other.0));
    told
}

fn types(told: &[(String, Value)]) -> Vec<&str> {
    told.iter().map(|(event, _)| event.as_str()).collect()
}

#[tokio::test]
async fn a_changed_password_is_a_credential_that_changed() {
    on_both_with(PLAIN, |passport| async move {
        candidate(&passport).await;
        heard_by_all(&passport).await;
        let mut browser = passport.browser();
        sign_in(&mut browser).await;
        assert_eq!(told(&passport).await, [], "a sign-in is no concern of sites");
        change_password(&mut browser, PASSWORD, "another-47-Kran").await;
        let members = json!({ "change_type": "update", "credential_type": "password", "initiating_entity": "user" });
        assert_eq!(told(&passport).await, [("credential-change".to_owned(), members)]);
    })
    .await;
}

#[tokio::test]
async fn who_says_that_it_was_not_them_shuts_the_account_for_sites_until_a_password_is_chosen() {
    on_both_with(PLAIN, |passport| async move {
        let (_thief, link) = robbed(&passport).await;
        heard_by_all(&passport).await;
        press(&passport, &link).await;
        let shut = told(&passport).await;
        assert_eq!(types(&shut), ["account-credential-change-required", "account-disabled"]);
        assert_eq!(shut[1].1, json!({ "reason": "hijacking" }));
        reset(&passport).await;
        assert_eq!(types(&told(&passport).await), ["account-enabled", "credential-change"]);
    })
    .await;
}

#[tokio::test]
async fn another_address_is_an_identifier_that_changed_and_neither_address_is_told() {
    on_both_with(PLAIN, |passport| async move {
        candidate(&passport).await;
        heard_by_all(&passport).await;
        let mut browser = passport.browser();
        sign_in(&mut browser).await;
        change(&passport, &mut browser, ("email", EMAIL, "newer@example.com")).await;
        let changed = told(&passport).await;
        assert_eq!(types(&changed), ["identifier-changed", "recovery-information-changed"]);
        assert!(changed.iter().all(|(_, members)| *members == json!({})), "{changed:?}");
    })
    .await;
}

#[tokio::test]
async fn a_second_factor_is_a_credential_that_came() {
    on_both_with(PLAIN, |passport| async move {
        candidate(&passport).await;
        heard_by_all(&passport).await;
        let mut browser = passport.browser();
        sign_in(&mut browser).await;
        super::factors::with_app(&passport, &mut browser).await;
        let came = told(&passport).await;
        let mut kinds: Vec<_> = came.iter().map(|(_, members)| members["credential_type"].clone()).collect();
        kinds.sort_by_key(ToString::to_string);
        assert_eq!(kinds, [json!("app"), json!("recovery-codes")]);
    })
    .await;
}

#[tokio::test]
async fn too_many_wrong_passwords_are_told_to_no_site() {
    on_both_with(PLAIN, |passport| async move {
        candidate(&passport).await;
        heard_by_all(&passport).await;
        for _ in 0..6 {
            let mut browser = passport.browser();
            let form = sign_in_form(&mut browser, EMAIL, "wrong-47-Kran").await;
            browser.submit(form).await;
            passport.clock.advance(Duration::from_secs(1));
        }
        assert_eq!(told(&passport).await, []);
    })
    .await;
}
