//! The first keys, and starting without good ones.

use super::*;

#[tokio::test]
async fn nodes_that_start_at_once_make_one_set() {
    on_both_empty(|house| async move {
        let nodes = futures_util::future::join_all((0..3).map(|_| house.node())).await;
        let keys = nodes[0].stock().await.expect("keys").keys;
        for alg in Alg::ALL {
            let states: Vec<_> = keys.iter().filter(|key| key.alg == alg).map(|key| key.state.as_str()).collect();
            assert_eq!(states.len(), 2, "{alg}: {states:?}");
            assert!(states.contains(&"active") && states.contains(&"staged"), "{alg}: {states:?}");
        }
        for node in &nodes {
            assert_eq!(node.jwks(HOUR).expect("a set").0, nodes[0].jwks(HOUR).expect("a set").0);
            assert_eq!(published(node).len(), keys.len());
            let sealed = node.seal("a", b"text", b"");
            assert!(nodes[0].open("a", &sealed, b"").is_some());
            assert_eq!(node.mac("a", b"x"), nodes[0].mac("a", b"x"));
        }
    })
    .await;
}

#[tokio::test]
async fn another_master_key_opens_nothing() {
    on_both(|house| async move {
        let parts = Parts { master: MasterKey::new(&SecretBytes::new([2; 32])).into(), ..house.parts() };
        let error = Keys::start(parts).await.map(drop).expect_err("refused");
        assert!(matches!(error, KeysError::OtherMasterKey { .. }), "{error}");
    })
    .await;
}

#[tokio::test]
async fn without_a_key_that_signs_nothing_is_published_until_there_is_one() {
    on_both(|house| async move {
        let node = house.node().await;
        let (lost, next) = (active(&node), house.staged().await);
        let kid = lost.clone();
        let lose = house.db.write::<_, DbError, _>(move |tx| {
            let kid = kid.clone();
            async move {
                store::touch(tx).await?;
                store::destroy(tx, &kid, BEGIN, false).await.map(drop)
            }
            .boxed()
        });
        lose.await.expect("gone");

        node.refresh().await.expect("read");
        assert!(
            matches!(node.jwks(HOUR), Err(KeysError::NoKey(Alg::ES256))),
            "no set is better than one without a key"
        );
        assert!(matches!(
            node.sign_for("site", Alg::ES256, "JWT", &json!({})).await,
            Err(KeysError::NoKey(Alg::ES256))
        ));
        node.watch().await.expect("moved on");
        assert_eq!(active(&node), next);
        assert!(!published(&node).contains(&lost));
        assert_ne!(house.staged().await, next, "another is ready");
    })
    .await;
}

#[tokio::test]
async fn a_staged_key_that_cannot_be_opened_does_not_take_the_place_of_a_good_one() {
    on_both(|house| async move {
        let node = house.node().await;
        let before = active(&node);
        // A row that was put together from two: what is sealed in it belongs to another name.
        let staged = house.staged().await;
        let lose = house.db.write::<_, DbError, _>(move |tx| {
            let kid = staged.clone();
            async move {
                store::touch(tx).await?;
                let mut keys = store::signing_keys(tx).await?;
                keys.retain(|key| key.record.kid == kid);
                store::destroy(tx, &kid, BEGIN, false).await?;
                for key in &mut keys {
                    key.record.kid = "other".to_owned();
                    store::insert(tx, key, BEGIN).await?;
                }
                Ok(())
            }
            .boxed()
        });
        lose.await.expect("changed");
        house.clock.advance(POLICY.publish_for);
        let error = node.change(rotate(None)).await.expect_err("refused");
        assert!(matches!(error, KeysError::Tampered(_)), "{error}");
        node.refresh().await.expect("read");
        assert_eq!(active(&node), before);
    })
    .await;
}

#[tokio::test]
async fn what_an_older_data_key_sealed_opens_after_a_new_one_was_made() {
    on_both(|house| async move {
        let node = house.node().await;
        let (sealed, mac) = (node.seal("a", b"text", b""), node.mac("a", b"x"));
        node.add_data_key().await.expect("made");
        assert_eq!(node.open("a", &sealed, b"").as_deref(), Some(&b"text"[..]));
        assert_eq!(node.mac("a", b"x"), mac);
        assert_ne!(node.seal("a", b"text", b"")[1..5], sealed[1..5]);
    })
    .await;
}
