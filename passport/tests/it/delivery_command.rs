//! `passport delivery`, as an operator runs it.

use std::sync::Arc;

use futures_util::FutureExt as _;
use passport::MIGRATIONS;
use passport::delivery::store::{self, Failing};
use passport::delivery::{LogoutNotice, MessageId, Outbox};
use serde_json::json;
use shared::clock::{Clock as _, SystemClock};
use shared::db::{Db, DbConfig, DbError};
use shared::entropy::SystemEntropy;
use shared::secret::SecretBytes;
use shared::testkit;

use crate::support::process::Installation;

/// A logout token that waits for that client.
async fn write(db: &Db, client: &str) -> MessageId {
    let outbox = Outbox::new(
        Arc::new(SystemClock),
        Arc::new(SystemEntropy::new()),
        "https://passport.test",
        SecretBytes::new(*b"key"),
    );
    let notice = LogoutNotice { client: client.to_owned(), account: "a".to_owned(), session: "s".to_owned() };
    db.write::<_, DbError, _>(move |tx| {
        let (outbox, notice) = (outbox.clone(), notice.clone());
        async move { outbox.logout(tx, &notice).await }.boxed()
    })
    .await
    .expect("written")
}

/// It is given up, for that reason.
async fn give_up(db: &Db, id: MessageId, reason: &'static str) {
    let now = SystemClock.now();
    db.write::<_, DbError, _>(move |tx| {
        async move { store::failed(tx, id, Failing { error: reason, reason: None, keep: true }, now).await }.boxed()
    })
    .await
    .expect("given up");
}

#[tokio::test]
async fn an_operator_sees_what_was_given_up_and_has_it_tried_again() {
    testkit::each_engine(&MIGRATIONS, async |config: DbConfig| {
        let folder = tempfile::tempdir().expect("a folder");
        let installation = Installation::new(folder.path(), &config);
        assert_eq!(installation.command(&["delivery", "list"]), (true, json!([])));
        let db = Db::connect(&config).await.expect("the same database");
        let (dead, waiting) = (write(&db, "cet").await, write(&db, "pets").await);
        give_up(&db, dead, "the site answered 503").await;

        let (_, listed) = installation.command(&["delivery", "list"]);
        let messages = listed.as_array().expect("a list");
        assert_eq!(messages.len(), 2, "{listed}");
        let of = |id: MessageId| messages.iter().find(|m| m["id"] == id.to_string()).expect("listed");
        assert_eq!((&of(dead)["state"], &of(dead)["channel"]), (&json!("given_up"), &json!("logout:cet")));
        assert_eq!(of(dead)["last_error"], "the site answered 503");
        assert_eq!(of(dead)["next_attempt_at"], json!(null));
        assert_eq!((&of(waiting)["state"], &of(waiting)["channel"]), (&json!("waiting"), &json!("logout:pets")));
        assert_eq!(installation.command(&["delivery", "list", "--limit", "1"]).1.as_array().map(Vec::len), Some(1));

        for wrong in ["x", "00000000000000000000000000000000"] {
            let (done, said) = installation.command(&["delivery", "retry", wrong]);
            assert!(!done && said["exit"] == 5, "{wrong}: {said}");
        }
        assert_eq!(installation.command(&["delivery", "retry", "--given-up"]), (true, json!({ "taken_up": 1 })));
        assert_eq!(installation.command(&["delivery", "retry", "--given-up"]), (true, json!({ "taken_up": 0 })));
        let (_, listed) = installation.command(&["delivery", "list"]);
        let again = listed.as_array().expect("a list").iter().find(|m| m["id"] == dead.to_string()).expect("listed");
        assert_eq!((&again["state"], &again["attempts"]), (&json!("waiting"), &json!(0)));
        let one = installation.command(&["delivery", "retry", &waiting.to_string()]);
        assert_eq!(one, (true, json!({ "taken_up": 1 })));
        db.close().await;
    })
    .await;
}
