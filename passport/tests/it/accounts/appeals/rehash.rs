//! An appeal goes on while the key is changed by which its document is found.

use passport::accounts::rehash::left;
use passport::keys::rehash::Step;
use passport::keys::store::LookupState;

use super::*;

/// Changes the key from beginning to end.
async fn change(passport: &Passport) {
    let (keys, accounts) = (&passport.app.keys, &passport.app.accounts);
    assert_eq!(keys.begin_rehash().await.expect("begun"), LookupState::Filling);
    accounts.rehash_documents(LookupState::Filling, "").await.expect("done");
    assert_eq!(keys.advance_rehash(left).await.expect("an answer"), Step::At(LookupState::Complete));
    accounts.rehash_documents(LookupState::Complete, "").await.expect("done");
    assert!(matches!(keys.advance_rehash(left).await, Ok(Step::Left(_))), "appeals have the old hash");
    accounts.rehash_appeals("").await.expect("done");
    assert_eq!(keys.advance_rehash(left).await.expect("an answer"), Step::At(LookupState::Settled));
    assert_eq!(accounts.rehash_appeals("").await.expect("done").done, 0, "each is hashed once");
}

/// Whether somebody else may register with the document.
async fn is_free(passport: &Passport) -> bool {
    let mut browser = passport.browser();
    let form = register_form(&mut browser).await.set("email", "quick@example.com").set("mobile", "13700137000");
    let answer = browser.submit(form.set("id_type", "resident").set("id_number", NUMBER)).await;
    answer.url.path() == "/sign-in"
}

#[tokio::test]
async fn a_document_is_won_kept_and_bound_although_its_hash_changes_on_the_way() {
    on_both_with(PLAIN, |passport| async move {
        holder(&passport).await;
        let mut browser = passport.browser();
        let case = waiting_for_the_second(&passport, &mut browser).await;
        change(&passport).await;
        assert!(decide(&passport, &case, "li", Verdict::Granted).await.is_ok());
        assert_eq!(count(&passport, "SELECT COUNT(*) AS n FROM identities").await, 0, "it was found and taken");
        assert!(!is_free(&passport).await, "it is kept");
        change(&passport).await;
        assert!(!is_free(&passport).await, "it is kept");
        after(&passport, 30 * DAY).await;
        assert_eq!(state(&passport, &case).await, "expired");
        assert!(is_free(&passport).await);
    })
    .await;
}

#[tokio::test]
async fn of_an_appeal_whose_words_are_erased_no_hash_is_left_either() {
    on_both_with(PLAIN, |passport| async move {
        holder(&passport).await;
        let case = submitted(&passport, &mut passport.browser()).await;
        assert!(decide(&passport, &case, "wang", refusal("照片看不清号码")).await.is_ok());
        after(&passport, 31 * DAY).await;
        assert_eq!(count(&passport, "SELECT COUNT(*) AS n FROM appeals WHERE file_sealed IS NULL").await, 1);
        change(&passport).await;
        let read = passport.db.read::<_, shared::db::DbError, _>(|tx| {
            Box::pin(async move {
                let row = shared::db::sql("SELECT document_mac FROM appeals").fetch_one(tx).await?;
                row.get::<Vec<u8>>("document_mac")
            })
        });
        assert_eq!(read.await.expect("a hash"), [0; 32]);
    })
    .await;
}
