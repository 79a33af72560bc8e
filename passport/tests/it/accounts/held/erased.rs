//! Nothing is left of who went that the list does not allow, and of that nothing after its time.

use std::time::Duration;

use passport::tables::{Goes, Stays};

use super::*;
use crate::support::on_both_with;

/// Cancels the account, whose day has come, and lets everything happen that the passport does by itself.
async fn erase(passport: &Passport, id: AccountId) {
    let wish = sql("INSERT INTO closures (account_id, asked_at, due_at, undo_hash) VALUES ($1, $2, $2, $3)");
    let wish = wish.bind(id).bind(passport.clock.now()).bind([8_u8; 32]);
    passport.db.execute(wish).await.expect("a wish");
    passes(passport).await;
}

async fn passes(passport: &Passport) {
    passport.app.chain.seal_all().await.expect("sealed");
    let removed = passport.retention().run().await;
    assert_eq!(removed.left, Vec::<String>::new());
    passport.app.chain.seal_all().await.expect("sealed");
}

/// What the worker does with messages, which needs somebody to take them.
async fn sent(passport: &Passport) {
    let sent = sql("UPDATE outbox SET state = 'sent', payload = NULL, finished_at = $1 WHERE state = 'waiting'");
    passport.db.execute(sent.bind(passport.clock.now())).await.expect("sent");
}

#[tokio::test]
async fn what_is_found_of_who_went_is_what_the_list_lets_stay() {
    on_both_with(PLAIN, |passport| async move {
        let id = somebody(&passport).await;
        erase(&passport, id).await;
        for (name, column) in found(&passport.db, &MARKS).await {
            let table = tables::table(name).expect("a table");
            let (_, kind, stays) = table.each_column().find(|(listed, ..)| *listed == column).expect("a column");
            let goes = table.goes.iter().any(|goes| matches!(goes, Goes::Closed)) || stays == Stays::Open;
            assert!(kind.is_personal() && !goes, "{name}.{column} was to go with the account");
        }
        let tables = of_persons().filter(|table| table.goes.iter().any(|goes| matches!(goes, Goes::Closed)));
        for table in tables {
            assert_eq!(rows(&passport.db, table).await.len(), 0, "{}: all its rows were of the account", table.name);
        }
        let left = found(&passport.db, &MARKS).await;
        assert_eq!(left, [("outbox", "payload"), ("outbox", "last_error")], "messages on their way");
    })
    .await;
}

#[tokio::test]
async fn after_the_longest_time_nothing_tells_of_who_went_and_the_id_stands_for_nobody() {
    on_both_with(PLAIN, |passport| async move {
        let id = somebody(&passport).await;
        erase(&passport, id).await;
        sent(&passport).await;
        for _ in 0..3 {
            passport.clock.advance(Duration::from_secs(200 * 24 * 60 * 60));
            passes(&passport).await;
        }
        assert_eq!(found(&passport.db, &MARKS).await, []);
        let left = found(&passport.db, &[&id.to_string()]).await;
        let known = [("accounts", "id"), ("agreements", "account_id"), ("audit_salts", "account_id")];
        assert_eq!(left, known, "its id stays, so that nobody else gets it");
    })
    .await;
}

#[tokio::test]
async fn of_an_account_that_was_never_proven_nothing_is_left_either() {
    on_both_with(PLAIN, |passport| async move {
        passport.register(&[OURS]).await;
        let mut browser = passport.browser();
        let filled = register_form(&mut browser).await.set("name", "李华");
        browser.submit(filled).await;
        sent(&passport).await;
        passport.clock.advance(Duration::from_secs(8 * 24 * 60 * 60));
        passes(&passport).await;
        assert_eq!(found(&passport.db, &MARKS).await, []);
    })
    .await;
}
