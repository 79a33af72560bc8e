//! The master key changed under nodes that serve.

use std::sync::atomic::{AtomicBool, Ordering};

use super::super::store::StoredMaster;
use super::*;
use crate::keys::pin::model::PinWanted;

fn master(byte: u8) -> MasterKey {
    MasterKey::new(&SecretBytes::new([byte; 32]))
}

/// The id of the master key of that byte.
fn id(byte: u8) -> String {
    master(byte).id().to_owned()
}

impl House {
    async fn start_with(&self, masters: impl Into<Masters>) -> Result<Keys, KeysError> {
        Keys::start(Parts { master: masters.into(), ..self.parts() }).await
    }

    /// The master keys that rows say they are sealed under.
    async fn masters_of_rows(&self) -> Vec<String> {
        self.db.read(|tx| store::tests::masters_of_rows(tx).boxed()).await.expect("rows")
    }
}

#[tokio::test]
async fn every_key_opens_with_the_new_master_key_and_with_no_other() {
    on_both(|house| async move {
        let old = house.node().await;
        let (sealed, mac, kid) = (old.seal("a", b"text", b""), old.mac("a", b"x"), active(&old));
        let done = old.rewrap(master(2)).await.expect("changed").expect("it was another");
        assert_eq!((done.from, done.to, done.keys), (id(1), id(2), 10));
        assert_eq!(house.masters_of_rows().await, [id(2)]);
        assert_eq!(house.written(), [(By::Operator, Change::Master { from: id(1), to: id(2) })]);

        let new = house.start_with(master(2)).await.expect("started");
        assert_eq!(new.open("a", &sealed, b"").as_deref(), Some(&b"text"[..]));
        assert_eq!((new.mac("a", b"x"), active(&new)), (mac, kid));
        assert_eq!(new.rewrap(master(2)).await.expect("asked"), None, "it is done already");
        assert_eq!(house.written(), []);

        let refused = house.start_with(master(1)).await.map(drop).expect_err("refused").to_string();
        assert!(refused.contains(&id(2)) && refused.contains(&id(1)), "{refused}");
        assert!(refused.contains(&format!("changed from on {}", house.now())), "{refused}");
        let refused = house.start_with(master(3)).await.map(drop).expect_err("refused").to_string();
        assert!(refused.contains(&id(3)) && refused.contains("of another installation"), "{refused}");
    })
    .await;
}

#[tokio::test]
async fn a_node_without_the_new_master_key_goes_on_with_the_keys_it_holds_and_makes_none() {
    on_both(|house| async move {
        let node = house.node().await;
        node.join("a", SECOND * 30).await.expect("joined");
        let (sealed, kid) = (node.seal("a", b"text", b""), active(&node));
        house.node().await.rewrap(master(2)).await.expect("changed");

        house.clock.advance(SECOND * 20);
        node.watch().await.expect("followed");
        assert!(node.may_sign(), "it has followed, and its lease is renewed");
        assert_eq!(active(&node), kid);
        assert_eq!(node.open("a", &sealed, b"").as_deref(), Some(&b"text"[..]));
        assert_eq!(node.open("a", &node.seal("a", b"more", b""), b"").as_deref(), Some(&b"more"[..]));

        // A change is due: those that have the master key make it.
        house.clock.advance(POLICY.active_for + HOUR);
        assert_eq!(node.watch().await.expect("followed"), []);
        assert!(matches!(node.add_data_key().await, Err(KeysError::OtherMasterKey { .. })));
        assert_eq!(house.masters_of_rows().await, [id(2)]);
        assert_eq!(active(&node), kid);
    })
    .await;
}

#[tokio::test]
async fn a_node_takes_the_new_master_key_up_as_soon_as_it_is_in_its_place() {
    on_both(|house| async move {
        let placed = Arc::new(AtomicBool::new(false));
        let look = Arc::clone(&placed);
        let masters = Masters::from(master(1))
            .from_source(move || if look.load(Ordering::SeqCst) { vec![master(2)] } else { vec![master(1)] });
        let node = house.start_with(masters).await.expect("started");
        let before = node.seal("a", b"text", b"");
        house.node().await.rewrap(master(2)).await.expect("changed");
        node.refresh().await.expect("followed");

        let other = house.start_with(master(2)).await.expect("started");
        other.add_data_key().await.expect("a key that was never in the node's memory");
        assert!(matches!(node.refresh().await, Err(KeysError::OtherMasterKey { .. })));
        placed.store(true, Ordering::SeqCst);
        node.refresh().await.expect("followed");
        let after = other.seal("a", b"text", b"");
        for sealed in [before, after] {
            assert_eq!(node.open("a", &sealed, b"").as_deref(), Some(&b"text"[..]));
        }
        node.change(rotate(Some(house.now() + HOUR))).await.expect("keys can be moved again");
    })
    .await;
}

#[tokio::test]
async fn with_both_master_keys_a_node_does_not_notice() {
    on_both(|house| async move {
        let node = house.start_with(Masters::from(master(1)).and(Some(master(2)))).await.expect("started");
        house.node().await.rewrap(master(2)).await.expect("changed");
        node.refresh().await.expect("followed");
        let changes = node.add_data_key().await.expect("made");
        assert_eq!(changes.len(), 1);
        assert_eq!(house.masters_of_rows().await, [id(2)], "what is made is sealed under the one in use");
    })
    .await;
}

#[tokio::test]
async fn of_two_operators_who_change_it_at_once_one_does() {
    on_both(|house| async move {
        let operators = [house.node().await, house.node().await];
        let [a, b] = &operators;
        let (a, b) = tokio::join!(a.rewrap(master(2)), b.rewrap(master(3)));
        let refused = match (&a, &b) {
            (Ok(Some(_)), Err(error)) | (Err(error), Ok(Some(_))) => error,
            both => panic!("{both:?}"),
        };
        assert!(matches!(refused, KeysError::Changed), "{refused}");
        let winner = if a.is_ok() { 2 } else { 3 };
        assert_eq!(house.masters_of_rows().await, [id(winner)]);
        house.start_with(master(winner)).await.expect("every key opens");
    })
    .await;
}

#[tokio::test]
async fn a_key_that_is_made_meanwhile_is_sealed_under_the_new_one() {
    on_both(|house| async move {
        for round in 1..6 {
            let both = || Masters::from(master(round)).and(Some(master(round + 1)));
            let (operator, node) = (house.start_with(both()).await, house.start_with(both()).await);
            let (operator, node) = (operator.expect("started"), node.expect("started"));
            let (changed, made) = tokio::join!(operator.rewrap(master(round + 1)), node.add_data_key());
            changed.expect("changed");
            // Who comes in between is told to try again, and has stored nothing.
            assert!(matches!(made, Ok(_) | Err(KeysError::Changed)), "{made:?}");
            assert_eq!(house.masters_of_rows().await, [id(round + 1)]);
        }
        let read = house.db.read::<_, DbError, _>(|tx| async move { store::former_masters(tx).await }.boxed());
        let former: Vec<StoredMaster> = read.await.expect("masters");
        assert_eq!(former.len(), 5);
    })
    .await;
}

#[tokio::test]
async fn a_row_that_was_changed_keeps_the_master_key_from_being_changed() {
    on_both(|house| async move {
        let node = house.node().await;
        let damage = house.db.write::<_, DbError, _>(|tx| {
            async move { store::rewrap_data_key(tx, 1, (vec![0; 60], &id(1))).await }.boxed()
        });
        damage.await.expect("damaged");
        assert!(matches!(node.rewrap(master(2)).await, Err(KeysError::Tampered(_))));
        assert_eq!(house.masters_of_rows().await, [id(1)], "all or nothing");
        assert_eq!(house.written(), []);
    })
    .await;
}

#[tokio::test]
async fn a_trial_goes_on_where_the_new_master_key_is_not_here_yet() {
    on_both(|house| async move {
        let node = house.node().await;
        house.clock.advance(POLICY.publish_for);
        let staged = house.staged().await;
        node.begin_trial(vec![Alg::ES256], HOUR, Vec::new()).await.expect("begun");
        house.node().await.rewrap(master(2)).await.expect("changed");
        node.refresh().await.expect("followed");
        assert_eq!(active(&node), staged, "it is held in memory");
    })
    .await;
}

#[tokio::test]
async fn a_key_that_is_kept_for_a_client_goes_with_the_others() {
    on_both(|house| async move {
        let node = house.node().await;
        house.clock.advance(POLICY.publish_for);
        let old = active(&node);
        let wanted = PinWanted { client: "slow".to_owned(), alg: Alg::ES256, kid: None, until: house.now() + HOUR };
        node.pin(wanted).await.expect("pinned");
        node.change(rotate(None)).await.expect("rotated");
        let signs_for =
            |keys: &Keys| kid(&at_once(keys.sign_for("slow", Alg::ES256, "JWT", &json!({}))).expect("signed"));
        assert_eq!(signs_for(&node), old);

        let done = house.node().await.rewrap(master(2)).await.expect("changed").expect("it was another");
        assert_eq!(done.keys, 11, "it and a new staged one beside the ten");
        assert_eq!(house.masters_of_rows().await, [id(2)]);
        assert_eq!(signs_for(&house.start_with(master(2)).await.expect("started")), old);
        node.refresh().await.expect("followed");
        assert_eq!(signs_for(&node), old, "without the new master key it holds what it has in memory");
    })
    .await;
}
