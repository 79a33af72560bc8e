//! The staged key signs for a while, and gives way again by itself.

use super::*;
use crate::keys::trial::judge::Outcome;
use crate::keys::trial::model::{Ending, JUDGED_AFTER, Refusal};

const MINUTE: Duration = Duration::from_secs(60);

/// A house whose staged key may be tried, its active and its staged key.
async fn ripe(house: &House) -> (Keys, String, String) {
    let node = house.node().await;
    house.clock.advance(POLICY.publish_for);
    let (active, staged) = (signs_for(&node, "site"), house.staged().await);
    (node, active, staged)
}

async fn begin(keys: &Keys, clients: &[&str]) -> Result<Vec<Change>, KeysError> {
    let clients = clients.iter().map(|client| (*client).to_owned()).collect();
    keys.begin_trial(vec![Alg::ES256], HOUR, clients).await
}

fn signs_for(keys: &Keys, client: &str) -> String {
    kid(&sign_to(keys, client))
}

fn sign_to(keys: &Keys, client: &str) -> String {
    at_once(keys.sign_for(client, Alg::ES256, "JWT", &json!({ "sub": "a", "exp": 20_000_000 }))).expect("signed")
}

fn with(house: &House) -> Returned {
    Returned { alg: Alg::ES256, issued: house.now() }
}

#[tokio::test]
async fn every_node_signs_with_the_key_on_trial_and_returns_by_itself() {
    on_both(|house| async move {
        let (a, active, staged) = ripe(&house).await;
        let b = house.node().await;
        let set = published(&a);
        begin(&a, &[]).await.expect("begun");
        b.refresh().await.expect("refreshed");
        let restarted = house.node().await;
        for node in [&a, &b, &restarted] {
            assert_eq!(signs_for(node, "site"), staged);
            assert_eq!(published(node), set, "sites know both");
        }
        let token = sign_to(&a, "site");
        assert!(b.verify::<Value>(&token, "JWT").is_ok());

        house.clock.advance(HOUR - Duration::from_millis(1));
        assert_eq!(signs_for(&b, "site"), staged);
        house.clock.advance(Duration::from_millis(1));
        for node in [&a, &b, &restarted, &house.node().await] {
            assert_eq!(signs_for(node, "site"), active, "nobody had to do anything");
            assert!(node.verify::<Value>(&token, "JWT").is_ok(), "what was signed stays good");
        }
    })
    .await;
}

#[tokio::test]
async fn a_trial_for_some_clients_leaves_the_others_alone() {
    on_both(|house| async move {
        let (node, active, staged) = ripe(&house).await;
        begin(&node, &["one", "two"]).await.expect("begun");
        assert_eq!([signs_for(&node, "one"), signs_for(&node, "two")], [staged.clone(), staged.clone()]);
        assert_eq!(signs_for(&node, "three"), active);
        let claims = json!({ "sub": "a", "exp": 20_000_000 });
        let through = node.sign_through("one", Alg::ES256, "at+jwt", &claims).await.expect("signed");
        let ours = node.sign_for_ourselves("one", Alg::ES256, "at+jwt", &claims).await.expect("signed");
        assert_eq!([kid(&through), kid(&ours)], [staged.clone(), staged], "whatever is signed for them");
    })
    .await;
}

#[tokio::test]
async fn each_client_is_judged_by_what_every_node_saw() {
    on_both(|house| async move {
        let (a, _, staged) = ripe(&house).await;
        let b = house.node().await;
        house.written();
        begin(&a, &[]).await.expect("begun");
        b.refresh().await.expect("refreshed");
        house.clock.advance(MINUTE);
        for client in ["good", "bad", "angry", "silent"] {
            sign_to(&a, client);
            a.signed_in(client, Alg::ES256, "session");
        }
        b.came_back("good", Sign::UserInfo, with(&house));
        b.refused("angry", with(&house));
        house.clock.advance(SECOND * 59);
        a.signed_in("bad", Alg::ES256, "session");
        a.signed_in("silent", Alg::ES256, "another session");
        house.clock.advance(SECOND);
        a.signed_in("good", Alg::ES256, "session");

        house.clock.advance(HOUR - MINUTE * 2 + JUDGED_AFTER - SECOND);
        for node in [&b, &a] {
            assert_eq!(node.watch().await.expect("watched"), []);
        }
        let reports = a.trials().await.expect("reports");
        let fates: Vec<_> = reports[0].clients.iter().map(|one| (one.client.as_str(), one.outcome)).collect();
        let (failed, unknown) = (Outcome::Failed, Outcome::Unknown);
        let expected = [("angry", failed), ("bad", failed), ("good", Outcome::Succeeded), ("silent", unknown)];
        assert_eq!((reports.len(), &fates[..]), (1, &expected[..]));

        house.clock.advance(SECOND);
        let ended = Change::TrialEnded {
            kid: staged.clone(),
            alg: Alg::ES256,
            how: Ending::NotClean,
            failed: vec!["angry".to_owned(), "bad".to_owned()],
            succeeded: 1,
            unknown: 1,
        };
        assert_eq!(a.watch().await.expect("watched"), std::slice::from_ref(&ended));
        assert_eq!(b.watch().await.expect("watched"), [], "it is judged once");
        let began = Change::TrialBegan { kid: staged, alg: Alg::ES256, until: BEGIN + HOUR * 2, clients: vec![] };
        assert_eq!(house.written(), [(By::Operator, began), (By::Schedule, ended)]);
    })
    .await;
}

#[tokio::test]
async fn what_clients_do_outside_of_a_trial_says_nothing_about_it() {
    on_both(|house| async move {
        let (node, active, staged) = ripe(&house).await;
        let trouble = |node: &Keys| {
            node.signed_in("site", Alg::ES256, "session");
            node.signed_in("site", Alg::ES256, "session");
            node.refused("site", with(&house));
        };
        trouble(&node);
        begin(&node, &["site"]).await.expect("begun");
        // In the first minute another node may have signed with the active key.
        trouble(&node);
        node.came_back("site", Sign::UserInfo, with(&house));
        house.clock.advance(MINUTE);
        node.signed_in("other", Alg::ES256, "session");
        node.signed_in("other", Alg::ES256, "session");
        let late = with(&house);
        node.stop_trial(vec![Alg::ES256]).await.expect("stopped");
        assert_eq!(signs_for(&node, "site"), active);
        trouble(&node);
        let evidence = |kid: String| {
            let node = &node;
            async move {
                node.write_down().await.expect("written");
                node.evidence(&kid).await.expect("evidence").into_iter().map(|seen| seen.sign).collect::<Vec<_>>()
            }
        };
        assert_eq!(evidence(staged.clone()).await, []);
        // What came of the trial may come back after it.
        node.came_back("site", Sign::UserInfo, Returned { issued: late.issued - SECOND, ..late });
        assert_eq!(evidence(staged).await, [], "a second too young to tell");
        assert_eq!(evidence(active).await, []);
    })
    .await;
}

#[tokio::test]
async fn what_a_trial_gave_out_is_put_down_to_it_even_when_it_is_over() {
    on_both(|house| async move {
        let (node, active, staged) = ripe(&house).await;
        begin(&node, &[]).await.expect("begun");
        house.clock.advance(MINUTE * 2);
        let given = with(&house);
        house.clock.advance(HOUR);
        node.came_back("site", Sign::UserInfo, given);
        node.came_back("later", Sign::UserInfo, with(&house));
        node.refused("late", given);
        // Just after its end another node may not have returned yet.
        let until = house.now() - MINUTE * 2;
        node.came_back("soon", Sign::UserInfo, Returned { issued: until + SECOND * 59, ..given });
        node.write_down().await.expect("written");
        let who = |seen: Vec<Evidence>| seen.into_iter().map(|seen| seen.client).collect::<Vec<_>>();
        assert_eq!(who(node.evidence(&staged).await.expect("evidence")), ["late", "site"]);
        assert_eq!(who(node.evidence(&active).await.expect("evidence")), ["later"]);
    })
    .await;
}

#[tokio::test]
async fn what_was_seen_of_an_earlier_trial_is_forgotten_but_not_who_fetched_the_key() {
    on_both(|house| async move {
        let (node, _, staged) = ripe(&house).await;
        begin(&node, &[]).await.expect("begun");
        house.clock.advance(MINUTE);
        node.fetched("site");
        node.came_back("site", Sign::UserInfo, with(&house));
        node.write_down().await.expect("written");
        node.stop_trial(vec![Alg::ES256]).await.expect("stopped");
        begin(&node, &[]).await.expect("begun once more");
        let left: Vec<_> = node.evidence(&staged).await.expect("evidence").into_iter().map(|seen| seen.sign).collect();
        assert_eq!(left, [Sign::Fetched]);
    })
    .await;
}

#[tokio::test]
async fn the_last_trial_of_a_key_is_reported_until_the_key_has_ceased_to_sign() {
    on_both(|house| async move {
        let (node, _, staged) = ripe(&house).await;
        begin(&node, &[]).await.expect("begun");
        node.stop_trial(vec![Alg::ES256]).await.expect("stopped");
        let reported = || async {
            let reports = node.trials().await.expect("reports");
            reports.into_iter().map(|report| report.key.kid).collect::<Vec<_>>()
        };
        assert_eq!(reported().await, std::slice::from_ref(&staged));
        node.change(rotate(None)).await.expect("rotated");
        assert_eq!(reported().await, std::slice::from_ref(&staged), "it signs");
        house.clock.advance(POLICY.publish_for);
        node.change(rotate(None)).await.expect("rotated");
        assert_eq!(reported().await, [""; 0]);
    })
    .await;
}

#[tokio::test]
async fn what_clients_do_is_looked_at_until_the_trial_is_judged() {
    on_both(|house| async move {
        let (node, ..) = ripe(&house).await;
        assert!(!node.is_trying());
        begin(&node, &[]).await.expect("begun");
        assert!(node.is_trying());
        house.clock.advance(HOUR + JUDGED_AFTER - SECOND);
        assert!(node.is_trying(), "what it gave out may come back");
        house.clock.advance(SECOND);
        assert!(!node.is_trying());
        node.watch().await.expect("judged");
        begin(&node, &[]).await.expect("begun once more");
        node.stop_trial(vec![Alg::ES256]).await.expect("stopped");
        assert!(!node.is_trying(), "it was ended");
    })
    .await;
}

#[tokio::test]
async fn operators_who_begin_trials_at_once_begin_one_and_the_others_are_told_of_it() {
    on_both(|house| async move {
        let (_, _, staged) = ripe(&house).await;
        let nodes = futures_util::future::join_all((0..3).map(|_| house.node())).await;
        let begun = futures_util::future::join_all(nodes.iter().map(|node| begin(node, &[]))).await;
        let (won, lost): (Vec<_>, Vec<_>) = begun.into_iter().partition(Result::is_ok);
        assert_eq!((won.len(), lost.len()), (1, 2));
        for error in lost.into_iter().filter_map(Result::err) {
            let KeysError::Trial(refusal) = error else { panic!("{error}") };
            assert!(matches!(&*refusal, Refusal::Running { kid, .. } if *kid == staged), "{refusal}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_trial_begins_with_no_key_that_is_new_or_cannot_be_opened() {
    on_both(|house| async move {
        let node = house.node().await;
        let new = begin(&node, &[]).await.expect_err("refused");
        assert!(matches!(&new, KeysError::Trial(refusal) if matches!(**refusal, Refusal::TooNew { .. })), "{new}");
        house.clock.advance(POLICY.publish_for);
        let staged = house.staged().await;
        let spoil = house.db.write::<_, DbError, _>(move |tx| {
            let staged = staged.clone();
            async move { store::tests::spoil(tx, &staged).await }.boxed()
        });
        spoil.await.expect("spoilt");
        let spoilt = begin(&node, &[]).await.expect_err("refused");
        assert!(matches!(spoilt, KeysError::Tampered(_)), "{spoilt}");
        assert!(node.trials().await.expect("reports").is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_trial_never_outlives_a_compromise() {
    on_both(|house| async move {
        let (node, active, staged) = ripe(&house).await;
        begin(&node, &[]).await.expect("begun");
        let (token, other) = (sign_to(&node, "site"), house.node().await);
        house.written();
        node.compromise(&staged).await.expect("destroyed");
        let how = |(_, change): (By, Change)| match change {
            Change::TrialEnded { how, .. } => Some(how),
            _ => None,
        };
        assert_eq!(house.written().into_iter().find_map(how), Some(Ending::Compromised));
        other.refresh().await.expect("refreshed");
        for node in [&node, &other] {
            assert_eq!(signs_for(node, "site"), active);
            assert_eq!(node.verify::<Value>(&token, "JWT"), Err(TokenError::UnknownKey));
        }

        let next = house.staged().await;
        house.clock.advance(POLICY.publish_for);
        begin(&node, &["site"]).await.expect("begun");
        house.written();
        node.compromise(&active).await.expect("destroyed");
        assert_eq!(house.written().into_iter().find_map(how), Some(Ending::Compromised));
        assert_eq!([signs_for(&node, "site"), signs_for(&node, "other")], [next.clone(), next], "for good");
        assert!(node.stop_trial(vec![Alg::ES256]).await.expect("asked").is_empty());
    })
    .await;
}

#[tokio::test]
async fn where_it_is_required_a_key_signs_for_good_after_a_clean_trial_alone() {
    on_both(|house| async move {
        let house = House { policy: Policy { trial_required: true, ..POLICY }, ..house };
        let (node, active, staged) = ripe(&house).await;
        house.clock.advance(POLICY.active_for);
        assert_eq!(node.change(rotate(None)).await.expect("asked"), []);
        assert_eq!(node.watch().await.expect("watched"), []);
        assert_eq!(signs_for(&node, "site"), active);

        begin(&node, &[]).await.expect("begun");
        house.clock.advance(MINUTE);
        sign_to(&node, "site");
        node.came_back("site", Sign::Introspection, with(&house));
        node.write_down().await.expect("written");
        house.clock.advance(HOUR + JUDGED_AFTER);
        assert_eq!(node.watch().await.expect("judged").len(), 1);
        node.watch().await.expect("changed");
        assert_eq!(signs_for(&node, "site"), staged, "it was due long ago");

        house.clock.advance(POLICY.publish_for);
        let next = house.staged().await;
        let asked = Request::Rotate { alg: Alg::ES256, at: None, without_trial: true };
        let changes = node.change(asked).await.expect("rotated");
        assert!(changes.contains(&Change::TrialWaived { kid: next.clone(), alg: Alg::ES256 }), "{changes:?}");
        assert_eq!(signs_for(&node, "site"), next);
    })
    .await;
}
