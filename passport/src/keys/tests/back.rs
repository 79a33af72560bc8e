//! The key that signs again.

use super::super::rotate::back::BackRefusal;
use super::super::token::stand_in::StandIn;
use super::*;

/// For how long the key before may sign again: for longer than what it signed has to be verified.
const WITHIN: Duration = Duration::from_secs(3 * 3_600);

fn with_a_way_back(house: House) -> House {
    House { policy: Policy { return_within: WITHIN, ..POLICY }, ..house }
}

/// A node whose key was changed; the key before and the one that signs.
async fn changed(house: &House) -> (Keys, String, String) {
    let node = house.node().await;
    house.clock.advance(POLICY.publish_for);
    let old = active(&node);
    node.change(rotate(None)).await.expect("changed");
    let new = active(&node);
    (node, old, new)
}

async fn refused(node: &Keys) -> BackRefusal {
    match node.go_back(vec![Alg::ES256]).await.expect_err("refused") {
        KeysError::Back(refusal) => refusal,
        other => panic!("{other}"),
    }
}

async fn kept(house: &House) -> Vec<String> {
    let halves = house.db.read(|tx| store::pins::halves(tx).boxed()).await.expect("halves");
    let mut kids: Vec<_> = halves.into_keys().collect();
    kids.sort();
    kids
}

#[tokio::test]
async fn the_key_before_signs_again_on_every_node_and_the_one_that_failed_verifies_what_it_signed() {
    on_both(|house| async move {
        let house = with_a_way_back(house);
        let (node, old, new) = changed(&house).await;
        let (other, staged) = (house.node().await, house.staged().await);
        for node in [&node, &other] {
            node.join("n", SECOND * 30).await.expect("joined");
        }
        let meanwhile = sign(&node);
        assert_eq!(kept(&house).await, std::slice::from_ref(&old));
        house.written();
        let changes = node.go_back(vec![Alg::ES256]).await.expect("back");
        let told = Change::Signing { kid: old.clone(), alg: Alg::ES256, from: Some("retiring"), to: "active" };
        assert!(changes.contains(&told) && house.written().contains(&(By::Operator, told)));
        other.watch().await.expect("followed");
        for node in [&node, &other, &house.node().await] {
            assert_eq!(active(node), old);
            assert!(node.verify::<Value>(&meanwhile, "JWT").is_ok() && published(node).contains(&new));
        }
        assert_eq!((house.staged().await, kept(&house).await), (staged, vec![new.clone()]), "what is to follow stays");

        node.go_back(vec![Alg::ES256]).await.expect("and back once more");
        assert_eq!((active(&node), kept(&house).await), (new, vec![old]));
    })
    .await;
}

#[tokio::test]
async fn there_is_no_way_back_where_none_was_asked_for_nor_when_its_time_is_over() {
    on_both(|house| async move {
        let (node, ..) = changed(&house).await;
        assert_eq!((refused(&node).await, kept(&house).await), (BackRefusal::Gone(Alg::ES256), vec![]));
    })
    .await;
    on_both(|house| async move {
        let house = with_a_way_back(house);
        let (node, old, new) = changed(&house).await;
        house.clock.advance(WITHIN - SECOND);
        node.watch().await.expect("watched");
        assert_eq!(kept(&house).await, std::slice::from_ref(&old));
        assert!(published(&node).contains(&old), "sites know it for as long as it may sign again");
        house.clock.advance(SECOND);
        assert_eq!(refused(&node).await, BackRefusal::Gone(Alg::ES256), "to the second");
        node.watch().await.expect("watched");
        assert_eq!((kept(&house).await, active(&node)), (vec![], new), "and nothing is left to sign with");
    })
    .await;
}

#[tokio::test]
async fn a_key_that_somebody_else_has_never_signs_again_and_a_trial_is_ended_first() {
    on_both(|house| async move {
        let house = with_a_way_back(house);
        let (node, old, new) = changed(&house).await;
        house.clock.advance(POLICY.publish_for);
        node.begin_trial(vec![Alg::ES256], HOUR / 4, vec![]).await.expect("a trial");
        assert!(matches!(refused(&node).await, BackRefusal::OnTrial { .. }));
        node.stop_trial(vec![Alg::ES256]).await.expect("stopped");
        node.compromise(&old).await.expect("compromised");
        assert_eq!(refused(&node).await, BackRefusal::Gone(Alg::ES256));
        assert_eq!((kept(&house).await, active(&node)), (vec![], new));
    })
    .await;
}

#[tokio::test]
async fn a_key_in_a_token_stays_there_for_as_long_as_it_may_sign_again() {
    on_both(|house| async move {
        let (house, token) = (with_a_way_back(house), Arc::new(StandIn::default()));
        let node = house.node_within(&token).await;
        let old = active(&node);
        house.rotate(&node).await;
        house.tidy(&node).await;
        assert!(token.kids().contains(&old));
        node.go_back(vec![Alg::ES256]).await.expect("back");
        assert_eq!(active(&node), old);
    })
    .await;
}
