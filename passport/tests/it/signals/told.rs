//! Who is told, and of what.

use std::collections::BTreeSet;

use passport::accounts::contact::UNPROVEN_LIFETIME;
use passport::audit::Actor;
use passport::clients::signals::HELD_FOR;
use serde_json::json;

use super::*;
use crate::support::site::{agreed_code, claims, request, tokens_of, with};

/// One event on record for each type that can be chosen, and what becomes of it.
fn causes(account: AccountId) -> Vec<(Event, &'static [&'static str])> {
    let account = || account.to_string();
    vec![
        (Event::AccountLocked { account: account(), until: None }, &["risc/event-type/account-disabled"]),
        (Event::AccountUnlocked { account: account() }, &["risc/event-type/account-enabled"]),
        (
            Event::CaseOpened { account: account(), case: "x".to_owned() },
            &["risc/event-type/account-credential-change-required", "risc/event-type/account-disabled"],
        ),
        (
            Event::ContactChanged { account: account(), contact: "email".into() },
            &["risc/event-type/identifier-changed", "risc/event-type/recovery-information-changed"],
        ),
        (
            Event::ContactDetached { account: account(), contact: "mobile".into() },
            &["risc/event-type/identifier-recycled", "risc/event-type/recovery-information-changed"],
        ),
        (Event::PasswordRemoved { account: account(), sessions_ended: 0 }, &["caep/event-type/credential-change"]),
        (Event::AccountClosed { account: account(), reason: "x".into() }, &["risc/event-type/account-purged"]),
    ]
}

#[tokio::test]
async fn every_event_arrives_once_at_a_site_that_chose_it_and_knows_the_person() {
    on_both(|passport| async move {
        let site = receiver().await;
        let (_, account) = entered(&passport, &site.url).await;
        let mut seen = BTreeSet::new();
        for (event, told) in causes(account) {
            record(&passport, event.clone()).await;
            assert_eq!(send(&passport, &site.egress).await, told.len(), "{event:?}");
            assert_eq!(site.events(&passport), told, "{event:?}");
            assert_eq!(send(&passport, &site.egress).await, 0);
            seen.extend(told.iter().copied());
        }
        assert!(site.heard().is_empty());
        // The end of a session is told below.
        assert_eq!(seen.len(), EventType::CHOSEN.len() - 1);
        assert!(undelivered(&passport).await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn the_end_of_a_session_is_told_to_the_sites_entered_in_it_and_names_it_as_their_id_tokens_do() {
    on_both(|passport| async move {
        let site = receiver().await;
        passport.register(&[OURS]).await;
        stream(&passport, &site.url, &[]).await;
        let (mut browser, session) = passport.signed_in(None).await;
        let tokens = passport.tokens(&mut browser, "openid").await;
        let mut other = passport.browser();
        let elsewhere = passport.sign_in(&mut other, Some(session.account), None).await;
        passport.end(elsewhere.id).await;
        assert_eq!(send(&passport, &site.egress).await, 0, "nobody entered the site in that one");
        passport.end(session.id).await;
        assert_eq!(send(&passport, &site.egress).await, 1);
        let told = site.heard()[0].claims(&passport);
        let known = claims(tokens["id_token"].as_str().expect("an ID token"));
        let user = json!({ "format": "iss_sub", "iss": ISSUER, "sub": known["sub"] });
        let one = json!({ "format": "opaque", "id": known["sid"] });
        assert_eq!(told["sub_id"], json!({ "format": "complex", "user": user, "session": one }));
        let said = &told["events"]["https://schemas.openid.net/secevent/caep/event-type/session-revoked"];
        assert_eq!(said["initiating_entity"], "user");
    })
    .await;
}

#[tokio::test]
async fn a_site_that_never_saw_the_person_hears_nothing() {
    on_both(|passport| async move {
        let site = receiver().await;
        entered(&passport, &site.url).await;
        let (mut browser, stranger) = passport.signed_in(None).await;
        // A code that was never redeemed lets nobody in.
        passport.code(&mut browser, &request()).await;
        for (event, _) in causes(stranger.account) {
            record(&passport, event).await;
        }
        passport.end(stranger.id).await;
        passport.app.oidc.sweep(None).await.expect("swept");
        record(&passport, Event::AccountUnlocked { account: stranger.account.to_string() }).await;
        assert!(waiting(&passport).await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn only_what_a_site_chose_is_told() {
    on_both(|passport| async move {
        let site = receiver().await;
        let (_, account) = entered(&passport, &site.url).await;
        stream(&passport, &site.url, &[EventType::AccountPurged, EventType::IdentifierRecycled]).await;
        for (event, _) in causes(account) {
            record(&passport, event).await;
        }
        send(&passport, &site.egress).await;
        assert_eq!(site.events(&passport), ["risc/event-type/account-purged", "risc/event-type/identifier-recycled"]);
    })
    .await;
}

#[tokio::test]
async fn a_pairwise_client_hears_of_people_by_its_own_names_for_them() {
    on_both(|passport| async move {
        let site = receiver().await;
        let pairwise = format!("{THEIRS}subject_type = 'pairwise'\n");
        passport.register(&[&pairwise]).await;
        let wanted = Wanted::parse(Some(&site.url), None, None).expect("a wish");
        passport
            .app
            .clients
            .set_signals(Actor::Operator, &*passport.app.sealer, "bei", wanted)
            .await
            .expect("a stream");
        let (mut browser, session) = passport.signed_in(None).await;
        let tokens = tokens_of(&mut browser, "bei").await;
        let known = claims(tokens["id_token"].as_str().expect("an ID token"))["sub"].clone();
        assert_ne!(known, session.account.to_string());
        passport.app.accounts.lock(session.account).await.expect("locked");
        let channel = Channel::Signals("bei".to_owned());
        worker(&passport, &site.egress).send_due(&channel).await.expect("sent");
        let heard = site.heard();
        assert_eq!(heard.len(), 2);
        for call in heard {
            let claims = call.claims(&passport);
            let user =
                if claims["sub_id"]["format"] == "complex" { &claims["sub_id"]["user"] } else { &claims["sub_id"] };
            assert_eq!(user["sub"], known, "{claims}");
            assert!(!claims.to_string().contains(&session.account.to_string()), "{claims}");
        }
    })
    .await;
}

#[tokio::test]
async fn two_sites_are_told_nothing_by_which_they_could_find_out_that_they_know_the_same_person() {
    on_both(|passport| async move {
        let site = receiver().await;
        let (mut browser, account) = entered(&passport, &site.url).await;
        passport.register(&[THEIRS]).await;
        let wanted = Wanted::parse(Some(&site.url), None, None).expect("a wish");
        passport
            .app
            .clients
            .set_signals(Actor::Operator, &*passport.app.sealer, "bei", wanted)
            .await
            .expect("a stream");
        tokens_of(&mut browser, "bei").await;
        record(&passport, Event::AccountUnlocked { account: account.to_string() }).await;
        send(&passport, &site.egress).await;
        worker(&passport, &site.egress).send_due(&Channel::Signals("bei".to_owned())).await.expect("sent");
        let heard: Vec<_> = site.heard().iter().map(|call| call.claims(&passport)).collect();
        assert_eq!(heard.len(), 2);
        assert_ne!(heard[0]["jti"], heard[1]["jti"]);
        assert!(heard.iter().all(|claims| claims.get("txn").is_none()));
    })
    .await;
}

#[tokio::test]
async fn what_is_rolled_back_is_told_to_nobody() {
    on_both(|passport| async move {
        let site = receiver().await;
        let (_, account) = entered(&passport, &site.url).await;
        let audit = passport.app.audit.clone();
        let undone = passport.db.write::<(), DbError, _>(move |tx| {
            let audit = audit.clone();
            async move {
                let event = Event::AccountUnlocked { account: account.to_string() };
                audit.record(tx, &Actor::Operator, &event).await?;
                Err(DbError::Address)
            }
            .boxed()
        });
        assert!(undone.await.is_err());
        assert!(waiting(&passport).await.is_empty());
        assert_eq!(count(&passport, "SELECT COUNT(*) AS n FROM audit_events WHERE kind = 'account_unlocked'").await, 0);
        record(&passport, Event::AccountUnlocked { account: account.to_string() }).await;
        assert_eq!(waiting(&passport).await, ["signals:cet"]);
    })
    .await;
}

#[tokio::test]
async fn a_site_is_told_that_an_account_is_gone_and_then_forgotten_with_it() {
    on_both(|passport| async move {
        let site = receiver().await;
        passport.register(&[&OURS.replace("'refresh_token', ", "")]).await;
        stream(&passport, &site.url, &[]).await;
        let (mut browser, session) = passport.signed_in(None).await;
        passport.tokens(&mut browser, "openid").await;
        let account = session.account;
        // As who registers by the form, and proves nothing.
        let registered = sql("UPDATE accounts SET form_hash = $1").bind([1_u8; 32]);
        passport.db.execute(registered).await.expect("changed");
        passport.clock.advance(UNPROVEN_LIFETIME + Duration::from_secs(1));
        passport.app.oidc.sweep(None).await.expect("swept");
        assert_eq!(count(&passport, "SELECT COUNT(*) AS n FROM grants").await, 0);
        assert_eq!(count(&passport, "SELECT COUNT(*) AS n FROM signal_subjects").await, 1);
        assert_eq!(passport.app.accounts.close_unproven().await.expect("closed"), 1);
        assert_eq!(count(&passport, "SELECT COUNT(*) AS n FROM signal_subjects").await, 0);
        send(&passport, &site.egress).await;
        let heard = site.heard();
        let gone = heard.iter().find(|call| call.event(&passport) == "risc/event-type/account-purged").expect("told");
        assert_eq!(gone.claims(&passport)["sub_id"]["sub"], account.to_string());
        passport.app.oidc.sweep(None).await.expect("swept");
        assert_eq!(count(&passport, "SELECT COUNT(*) AS n FROM signal_subjects").await, 0, "it does not come back");
    })
    .await;
}

#[tokio::test]
async fn a_stream_that_is_set_later_is_told_of_people_who_entered_before() {
    on_both(|passport| async move {
        let site = receiver().await;
        passport.register(&[OURS]).await;
        let (mut browser, session) = passport.signed_in(None).await;
        passport.tokens(&mut browser, "openid").await;
        stream(&passport, &site.url, &[]).await;
        passport.app.oidc.sweep(None).await.expect("swept");
        record(&passport, Event::AccountUnlocked { account: session.account.to_string() }).await;
        assert_eq!(waiting(&passport).await, ["signals:cet"]);
    })
    .await;
}

#[tokio::test]
async fn a_paused_stream_holds_events_back_for_a_week_and_a_disabled_one_lets_go_of_them() {
    on_both(|passport| async move {
        let site = receiver().await;
        let (_, account) = entered(&passport, &site.url).await;
        let happens = async || record(&passport, Event::AccountUnlocked { account: account.to_string() }).await;
        let bring =
            async |to| passport.app.clients.set_signals_state(Actor::Operator, "cet", to).await.expect("brought");
        happens().await;
        assert!(bring(StreamState::Paused).await);
        happens().await;
        passport.clock.advance(HELD_FOR - Duration::from_secs(1));
        happens().await;
        assert_eq!(send(&passport, &site.egress).await, 0, "also what had been written before");
        assert_eq!(waiting(&passport).await.len(), 3);
        passport.clock.advance(Duration::from_secs(1));
        happens().await;
        assert_eq!(waiting(&passport).await.len(), 3, "nothing is held back any more");
        assert!(bring(StreamState::Enabled).await);
        assert!(!bring(StreamState::Enabled).await, "it is already");
        assert_eq!(send(&passport, &site.egress).await, 3);
        assert_eq!(site.events(&passport).len(), 3);

        happens().await;
        assert!(bring(StreamState::Disabled).await);
        happens().await;
        assert!(bring(StreamState::Enabled).await);
        assert_eq!(send(&passport, &site.egress).await, 0);
        assert!(waiting(&passport).await.is_empty() && site.heard().is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_client_that_is_removed_leaves_neither_stream_nor_people() {
    on_both(|passport| async move {
        let site = receiver().await;
        let (_, account) = entered(&passport, &site.url).await;
        passport.app.oidc.sweep(None).await.expect("swept");
        record(&passport, Event::AccountUnlocked { account: account.to_string() }).await;
        let client = passport.app.clients.find("cet").await.expect("an answer").expect("a client");
        passport.app.clients.remove(Actor::Operator, &client.id).await.expect("removed");
        for text in ["SELECT COUNT(*) AS n FROM client_signals", "SELECT COUNT(*) AS n FROM signal_subjects"] {
            assert_eq!(count(&passport, text).await, 0, "{text}");
        }
        send(&passport, &site.egress).await;
        assert!(site.heard().is_empty() && undelivered(&passport).await.is_empty(), "it wants to know nothing");
    })
    .await;
}

#[tokio::test]
async fn consent_alone_lets_nobody_in() {
    on_both(|passport| async move {
        passport.register(&[THEIRS]).await;
        let wanted = Wanted::parse(Some("https://site.test/signals"), None, None).expect("a wish");
        passport
            .app
            .clients
            .set_signals(Actor::Operator, &*passport.app.sealer, "bei", wanted)
            .await
            .expect("a stream");
        let (mut browser, session) = passport.signed_in(None).await;
        let asked = with(with(request(), "client_id", "bei"), "redirect_uri", "https://bei.test/cb");
        agreed_code(&mut browser, &asked).await;
        record(&passport, Event::AccountUnlocked { account: session.account.to_string() }).await;
        assert!(waiting(&passport).await.is_empty());
    })
    .await;
}
