//! How a site for candidates is doing, for the members of its organisation: what was refused to it and what it did not take.

use futures_util::FutureExt as _;
use passport::audit::Actor;
use passport::clients::ClientId;
use passport::portal::Role;
use passport::portal::production::Verdict;
use shared::clock::Clock as _;
use shared::db::{DbError, sql};

use super::production::{Applicant, client, judge};
use super::{Person, member};
use crate::support::Passport;
use crate::support::sandbox::on_both_with_sandbox;
use crate::support::site::{encoded, get};

/// A logout token for that client, of which that became.
async fn told(passport: &Passport, client: &str, (id, state): (&'static str, &'static str)) {
    let (channel, now) = (format!("logout:{client}"), passport.clock.now());
    let written = passport.db.write::<_, DbError, _>(move |tx| {
        let channel = channel.clone();
        async move {
            sql("INSERT INTO outbox (id, channel, state, attempts, next_attempt_at, created_at, finished_at, last_error) \
                 VALUES ($1, $2, $3, 3, $4, $4, $4, 'the site answered 503')")
            .bind(id)
            .bind(channel)
            .bind(state)
            .bind(now)
            .execute(tx)
            .await
        }
        .boxed()
    });
    assert_eq!(written.await.expect("written"), 1);
}

/// Somebody is sent to the passport by that site, with an address that is not its own.
async fn sent_wrongly(passport: &Passport, client: &str) {
    let asked = encoded(&[
        ("client_id", client),
        ("redirect_uri", "https://bei.example/elsewhere"),
        ("response_type", "code"),
        ("scope", "openid"),
    ]);
    let refused = get(&mut passport.browser(), &format!("/authorize?{asked}"), &[]).await;
    assert_eq!(refused.status, 400, "{}", refused.text);
    passport.app.oidc.write_refusals().await.expect("written");
}

/// The facts of a page, term by term.
async fn facts(person: &mut Person, page: &str) -> String {
    person.open(page).await.texts("main .facts").concat()
}

#[tokio::test]
async fn members_read_what_was_refused_to_their_site_and_what_did_not_reach_it() {
    on_both_with_sandbox(|passport, sandbox| async move {
        let _running = sandbox;
        let mut ours = Applicant::new(&passport).await;
        let page = ours.apply().await;
        let health = format!("{page}/health");
        assert!(ours.owner.open(&health).await.has(".empty"), "there is nothing yet");
        assert!(!ours.owner.open(&page).await.has(&format!("a[href='{health}']")));
        judge(&passport, &page, 1, Verdict::Approve).await;
        assert!(ours.owner.open(&page).await.has(&format!("a[href='{health}']")));
        let id = client(&mut ours.owner, &page).await;
        assert!(ours.owner.open(&health).await.has(".empty"), "nothing was refused");

        sent_wrongly(&passport, &id).await;
        let mut viewer = member(&passport, &mut ours.owner, &ours.ours, Role::Viewer).await;
        let seen = viewer.open(&health).await;
        assert_eq!(seen.texts("main section.card h2"), ["redirect-uri-not-registered"], "it hears of no sign-out");
        assert!(seen.has("main section.card .tag.warn"), "anybody may have sent it");

        let known = passport.app.clients.find(&id).await.expect("an answer").expect("a client");
        let mut metadata = known.metadata.clone();
        metadata.backchannel_logout_uri = Some("https://bei.example/logout".to_owned());
        passport.app.clients.apply(Actor::Operator, metadata).await.expect("applied");
        told(&passport, &id, ("01980000-0000-7000-8000-000000000001", "failed")).await;
        told(&passport, "somebody-else", ("01980000-0000-7000-8000-000000000002", "waiting")).await;
        let seen = facts(&mut viewer, &health).await;
        assert!(seen.contains("the site answered 503"), "{seen}");
        let counts = viewer.open(&health).await.texts("main section.card:first-of-type dd.num");
        assert_eq!(counts, ["0", "1"], "none waits, and one was given up");
    })
    .await;
}

#[tokio::test]
async fn members_of_a_suspended_site_are_told_so() {
    on_both_with_sandbox(|passport, sandbox| async move {
        let _running = sandbox;
        let mut ours = Applicant::new(&passport).await;
        let page = ours.apply().await;
        judge(&passport, &page, 1, Verdict::Approve).await;
        let id = ClientId::parse(&client(&mut ours.owner, &page).await).expect("an id");
        for suspended in [true, false] {
            passport.app.clients.suspend(Actor::Operator, &id, suspended).await.expect("an answer");
            for path in [page.clone(), format!("{page}/health")] {
                assert_eq!(ours.owner.open(&path).await.has("main .notice.warn"), suspended, "{path}");
            }
        }
    })
    .await;
}
