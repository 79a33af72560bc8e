//! Clients that stay with an older key.

use super::*;
use crate::keys::pin::model::{PinEnd, PinRefusal, PinWanted};
use crate::keys::pin::{PinnedTo, client_removed};

const DAY: Duration = Duration::from_secs(86_400);

fn signs_for(keys: &Keys, client: &str) -> String {
    kid(&sign_to(keys, client))
}

fn sign_to(keys: &Keys, client: &str) -> String {
    at_once(keys.sign_for(client, Alg::ES256, "JWT", &json!({ "sub": "a", "exp": 20_000_000 }))).expect("signed")
}

/// `client` with the key that signs for it now.
fn stays(client: &str, until: Timestamp) -> PinWanted {
    PinWanted { client: client.to_owned(), alg: Alg::ES256, kid: None, until }
}

fn with(kid: &str, wanted: PinWanted) -> PinWanted {
    PinWanted { kid: Some(kid.to_owned()), ..wanted }
}

fn ended(kid: &str, client: &str, how: PinEnd) -> Change {
    Change::PinEnded { kid: kid.to_owned(), alg: Alg::ES256, client: client.to_owned(), how }
}

/// A node that rotated with `slow` pinned for ten days, the old key and the new one.
async fn moved_on(house: &House) -> (Keys, String, String) {
    let node = house.node().await;
    house.clock.advance(POLICY.publish_for);
    let (old, new) = (active(&node), house.staged().await);
    node.pin(stays("slow", house.now() + DAY * 10)).await.expect("pinned");
    node.change(rotate(None)).await.expect("rotated");
    (node, old, new)
}

/// The ids of the keys whose private halves are kept beside the others.
async fn kept(house: &House) -> Vec<String> {
    let halves = house.db.read(|tx| store::pins::halves(tx).boxed()).await.expect("halves");
    halves.into_keys().collect()
}

/// Until when a key is published that retires.
async fn published_until(house: &House, kid: &str) -> Timestamp {
    match house.states().await.into_iter().find(|(own, _)| own == kid) {
        Some((_, KeyState::Retiring { until, .. })) => until,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_pinned_client_stays_with_its_key_on_every_node_until_its_day() {
    on_both(|house| async move {
        let (a, old, new) = moved_on(&house).await;
        let until = house.now() + DAY * 10;
        let restarted = house.node().await;
        for node in [&a, &restarted] {
            assert_eq!([signs_for(node, "slow"), signs_for(node, "other")], [old.clone(), new.clone()]);
            assert!(published(node).contains(&old));
            assert_eq!(node.pins_of("slow"), [PinnedTo { alg: Alg::ES256, kid: old.clone(), until }]);
            assert_eq!(node.pins_of("other"), []);
            let rsa = node.sign_for("slow", Alg::RS256, "JWT", &json!({})).await.expect("signed");
            assert_ne!(kid(&rsa), old, "a pin is of one algorithm");
        }
        assert_eq!(kept(&house).await, std::slice::from_ref(&old));

        house.clock.advance(DAY * 10 - SECOND);
        a.watch().await.expect("watched");
        let last = sign_to(&a, "slow");
        assert_eq!(kid(&last), old);
        house.clock.advance(SECOND);
        assert_eq!(signs_for(&restarted, "slow"), new, "by itself, whatever the database does");
        assert_eq!(restarted.pins_of("slow"), [], "and it is told nothing else");
        house.written();
        a.watch().await.expect("watched");
        assert!(house.written().contains(&(By::Schedule, ended(&old, "slow", PinEnd::Over))));
        assert_eq!(kept(&house).await, [""; 0], "the private half goes with the last pin");
        house.clock.advance(POLICY.verify_for - SECOND);
        a.watch().await.expect("watched");
        assert!(a.verify::<Value>(&last, "JWT").is_ok() && published(&a).contains(&old), "what it signed is good");
        house.clock.advance(SECOND);
        a.watch().await.expect("watched");
        assert_eq!(a.verify::<Value>(&last, "JWT"), Err(TokenError::UnknownKey));
    })
    .await;
}

#[tokio::test]
async fn whatever_is_signed_for_a_pinned_client_is_by_its_key() {
    on_both(|house| async move {
        let (node, old, _) = moved_on(&house).await;
        let claims = json!({ "sub": "a", "exp": 20_000_000 });
        let through = node.sign_through("slow", Alg::ES256, "at+jwt", &claims).await.expect("signed");
        let ours = node.sign_for_ourselves("slow", Alg::ES256, "at+jwt", &claims).await.expect("signed");
        assert_eq!([kid(&through), kid(&ours)], [old.clone(), old]);
        assert!(node.verify::<Value>(&ours, "at+jwt").is_ok());
    })
    .await;
}

#[tokio::test]
async fn a_node_without_its_lease_signs_for_no_pinned_client_either() {
    on_both(|house| async move {
        let (node, old, _) = moved_on(&house).await;
        node.join("a", SECOND * 30).await.expect("joined");
        assert_eq!(signs_for(&node, "slow"), old);
        house.clock.advance(SECOND * 30);
        let refused = node.sign_for("slow", Alg::ES256, "JWT", &json!({})).await;
        assert!(matches!(refused, Err(KeysError::NoLease)), "{refused:?}");
    })
    .await;
}

#[tokio::test]
async fn without_a_pin_the_private_half_goes_at_once() {
    on_both(|house| async move {
        let node = house.node().await;
        house.clock.advance(POLICY.publish_for);
        node.pin(stays("slow", house.now() + DAY)).await.expect("pinned");
        assert_eq!(node.unpin("slow", vec![Alg::ES256]).await.expect("lifted").len(), 1);
        assert!(node.unpin("slow", vec![Alg::ES256]).await.expect("asked").is_empty());
        node.change(rotate(None)).await.expect("rotated");
        assert_eq!(kept(&house).await, [""; 0]);
        assert_eq!(signs_for(&node, "slow"), active(&node));
    })
    .await;
}

#[tokio::test]
async fn a_pin_is_moved_and_lifted_and_the_key_published_for_as_long_as_it_takes() {
    on_both(|house| async move {
        let (node, old, new) = moved_on(&house).await;
        let later = house.now() + DAY * 30;
        node.pin(stays("slow", later)).await.expect("moved");
        assert_eq!(published_until(&house, &old).await, later + POLICY.verify_for);
        house.clock.advance(DAY * 20);
        node.watch().await.expect("watched");
        assert_eq!(signs_for(&node, "slow"), old, "the key stays as long as the pin");
        node.pin(stays("late", house.now() + DAY)).await.expect("pinned");
        assert_eq!(signs_for(&node, "late"), new, "it knows that one");
        node.pin(with(&old, stays("lost", house.now() + DAY))).await.expect("pinned");
        assert_eq!(signs_for(&node, "lost"), old, "it is kept for another");

        house.written();
        node.unpin("slow", Alg::ALL.to_vec()).await.expect("lifted");
        assert_eq!(house.written(), [(By::Operator, ended(&old, "slow", PinEnd::Lifted))]);
        assert_eq!([signs_for(&node, "slow"), signs_for(&node, "lost")], [new.clone(), old.clone()]);
        node.unpin("lost", Alg::ALL.to_vec()).await.expect("lifted");
        assert_eq!(signs_for(&node, "lost"), new);
        assert_eq!(kept(&house).await, [""; 0]);
        assert_eq!(published_until(&house, &old).await, house.now() + POLICY.verify_for, "nobody needs it for longer");
    })
    .await;
}

#[tokio::test]
async fn a_pin_ends_on_every_node_with_a_compromise_of_its_key() {
    on_both(|house| async move {
        let (node, old, new) = moved_on(&house).await;
        let other = house.node().await;
        let token = sign_to(&node, "slow");
        house.written();
        node.compromise(&old).await.expect("destroyed");
        assert!(house.written().contains(&(By::Operator, ended(&old, "slow", PinEnd::Compromised))));
        other.refresh().await.expect("refreshed");
        for node in [&node, &other, &house.node().await] {
            assert_eq!(signs_for(node, "slow"), new);
            assert_eq!(node.verify::<Value>(&token, "JWT"), Err(TokenError::UnknownKey));
            assert!(node.pins_of("slow").is_empty());
        }
        assert_eq!(kept(&house).await, [""; 0]);
        let again = node.pin(with(&old, stays("slow", house.now() + DAY))).await.expect_err("refused");
        let KeysError::Pin(why) = &again else { panic!("{again}") };
        assert!(matches!(**why, PinRefusal::Silent { state: "compromised", .. }), "{why}");

        // The same of the key that signs for everybody.
        let next = house.staged().await;
        node.pin(stays("slow", house.now() + DAY)).await.expect("pinned");
        node.compromise(&new).await.expect("destroyed");
        assert_eq!([signs_for(&node, "slow"), signs_for(&node, "other")], [next.clone(), next]);
        assert!(node.pins_of("slow").is_empty());
    })
    .await;
}

#[tokio::test]
async fn operators_who_pin_at_once_leave_one_pin() {
    on_both(|house| async move {
        let nodes = futures_util::future::join_all((0..3).map(|_| house.node())).await;
        let day = |n: u32| house.now() + DAY * (n + 1);
        let pins = nodes.iter().zip(0..).map(|(node, n)| node.pin(stays("slow", day(n))));
        for done in futures_util::future::join_all(pins).await {
            done.expect("each is asked for something possible");
        }
        for node in &nodes {
            node.refresh().await.expect("refreshed");
            assert_eq!(node.pins_of("slow").len(), 1);
            assert_eq!(node.pins_of("slow"), nodes[0].pins_of("slow"));
        }
        // One pins while the other says that somebody else has the key.
        let key = active(&nodes[0]);
        house.clock.advance(POLICY.publish_for);
        let (pinned, lost) = tokio::join!(nodes[0].pin(with(&key, stays("late", day(0)))), nodes[1].compromise(&key));
        lost.expect("destroyed");
        assert!(matches!(pinned, Ok(_) | Err(KeysError::Pin(_) | KeysError::Changed)), "{pinned:?}");
        let fresh = house.node().await;
        assert_eq!((fresh.pins_of("late"), fresh.pins_of("slow")), (vec![], vec![]));
        assert_ne!(signs_for(&fresh, "late"), key);
    })
    .await;
}

#[tokio::test]
async fn a_wrong_day_and_a_key_that_signs_for_nobody_are_refused() {
    on_both(|house| async move {
        let (node, ..) = moved_on(&house).await;
        for wrong in [house.now(), house.now() + DAY * 91] {
            let refused = node.pin(stays("late", wrong)).await.expect_err("refused");
            assert!(matches!(&refused, KeysError::Pin(why) if matches!(**why, PinRefusal::Day { .. })), "{refused}");
        }
        let tomorrow = house.now() + DAY;
        let refused = node.pin(with("nobody", stays("late", tomorrow))).await.expect_err("refused");
        assert!(matches!(refused, KeysError::UnknownKey(_)), "{refused}");
        let refused = node.pin(with(&house.staged().await, stays("late", tomorrow))).await.expect_err("refused");
        assert!(matches!(&refused, KeysError::Pin(why) if matches!(**why, PinRefusal::Silent { .. })), "{refused}");
        assert_eq!(node.pins_of("late"), []);
    })
    .await;
}

#[tokio::test]
async fn no_client_stays_with_a_key_that_cannot_be_opened() {
    on_both(|house| async move {
        let (node, old, new) = moved_on(&house).await;
        let damage = house.db.write::<_, DbError, _>(|tx| {
            async move {
                store::touch(tx).await?;
                let mut halves = store::pins::halves(tx).await?;
                for (kid, half) in &mut halves {
                    half.private_key[20] ^= 1;
                    store::pins::rewrap_half(tx, kid, half).await?;
                }
                Ok(())
            }
            .boxed()
        });
        damage.await.expect("damaged");
        let refused = node.pin(with(&old, stays("late", house.now() + DAY))).await.expect_err("refused");
        assert!(matches!(refused, KeysError::Tampered(_)), "{refused}");
        node.refresh().await.expect("the others go on");
        assert_eq!(signs_for(&node, "slow"), new);
        node.came_back("slow", Sign::UserInfo, Returned { alg: Alg::ES256, issued: house.now() });
        node.write_down().await.expect("written");
        assert_eq!(node.evidence(&old).await.expect("evidence"), [], "it was not signed by that");
    })
    .await;
}

#[tokio::test]
async fn a_client_that_is_removed_stays_with_no_key() {
    on_both(|house| async move {
        let (node, old, new) = moved_on(&house).await;
        let now = house.now();
        let removed = house.db.write::<_, DbError, _>(move |tx| client_removed(tx, "slow", now).boxed());
        assert_eq!(removed.await.expect("removed"), [(old, Alg::ES256)]);
        node.watch().await.expect("watched");
        assert_eq!(signs_for(&node, "slow"), new);
        assert_eq!(kept(&house).await, [""; 0], "nobody has to ask for it");
        let again = house.db.write::<_, DbError, _>(move |tx| client_removed(tx, "slow", now).boxed());
        assert_eq!(again.await.expect("asked"), []);
    })
    .await;
}

#[tokio::test]
async fn a_key_retired_by_an_older_program_keeps_nobody() {
    on_both(|house| async move {
        let node = house.node().await;
        house.clock.advance(POLICY.publish_for);
        let (old, new) = (active(&node), house.staged().await);
        node.pin(stays("slow", house.now() + DAY)).await.expect("pinned");
        let (now, retired, next) = (house.now(), old.clone(), new.clone());
        let move_on = house.db.write::<_, DbError, _>(move |tx| {
            let (retired, next) = (retired.clone(), next.clone());
            async move {
                store::touch(tx).await?;
                store::retire(tx, &retired, now, now + HOUR).await?;
                store::activate(tx, &next, now).await
            }
            .boxed()
        });
        move_on.await.expect("moved");
        house.written();
        node.watch().await.expect("watched");
        assert_eq!(signs_for(&node, "slow"), new, "there is nothing else to sign with");
        assert!(house.written().contains(&(By::Schedule, ended(&old, "slow", PinEnd::HalfGone))));
    })
    .await;
}

#[tokio::test]
async fn a_trial_of_everybody_leaves_who_cannot_follow_alone() {
    on_both(|house| async move {
        let (node, old, _) = moved_on(&house).await;
        house.clock.advance(POLICY.publish_for);
        let staged = house.staged().await;
        node.begin_trial(vec![Alg::ES256], HOUR, vec![]).await.expect("begun");
        assert_eq!([signs_for(&node, "slow"), signs_for(&node, "other")], [old.clone(), staged.clone()]);
        house.clock.advance(SECOND * 60);
        let with = Returned { alg: Alg::ES256, issued: house.now() };
        for client in ["slow", "other"] {
            node.signed_in(client, Alg::ES256, "session");
            node.came_back(client, Sign::UserInfo, with);
            node.refused(client, with);
        }
        node.write_down().await.expect("written");
        let met: Vec<_> = node.evidence(&staged).await.expect("evidence").into_iter().map(|seen| seen.client).collect();
        assert!(!met.contains(&"slow".to_owned()) && met.contains(&"other".to_owned()), "{met:?}");
        node.stop_trial(vec![Alg::ES256]).await.expect("stopped");
        node.begin_trial(vec![Alg::ES256], HOUR, vec!["slow".to_owned()]).await.expect("begun");
        assert_eq!(signs_for(&node, "slow"), staged, "unless it is meant");
        assert_ne!(signs_for(&node, "other"), old);
    })
    .await;
}

#[tokio::test]
async fn what_a_client_does_is_put_down_to_the_key_that_it_stays_with() {
    on_both(|house| async move {
        let (node, old, new) = moved_on(&house).await;
        let before = Returned { alg: Alg::ES256, issued: house.now() - SECOND };
        house.clock.advance(HOUR);
        let with = Returned { issued: house.now(), ..before };
        node.came_back("late", Sign::UserInfo, with);
        node.came_back("slow", Sign::Hint, before);
        // Moving the day does not begin anew.
        node.pin(stays("slow", house.now() + DAY)).await.expect("moved");
        node.came_back("slow", Sign::UserInfo, Returned { issued: with.issued - SECOND, ..with });
        node.unpin("slow", vec![Alg::ES256]).await.expect("lifted");
        node.came_back("slow", Sign::Introspection, Returned { issued: house.now() + SECOND, ..with });
        // With another key than before: what is older may be by that one.
        node.pin(stays("slow", house.now() + DAY)).await.expect("pinned");
        node.came_back("slow", Sign::Hint, Returned { issued: with.issued - SECOND, ..with });
        node.write_down().await.expect("written");
        let seen = |seen: Vec<Evidence>| seen.into_iter().map(|seen| (seen.client, seen.sign)).collect::<Vec<_>>();
        let of_old = seen(node.evidence(&old).await.expect("evidence"));
        assert_eq!(of_old, [("slow".to_owned(), Sign::UserInfo)], "nothing that is in doubt");
        let of_new = seen(node.evidence(&new).await.expect("evidence"));
        assert_eq!(of_new, [("late".to_owned(), Sign::UserInfo)]);
    })
    .await;
}
