//! Two of the staff decide, and what comes of it.

use futures_util::future::join_all;
use passport::accounts::appeals::state::NoWay;

use super::super::alarm::{alarm_to, press};
use super::super::recovery::{change, lands};
use super::*;

const HELD: &str = "SELECT COUNT(*) AS n FROM identities";

#[tokio::test]
async fn a_grant_takes_the_document_and_nothing_else_from_the_account_that_had_it() {
    on_both_with(PLAIN, |passport| async move {
        let account = holder(&passport).await;
        let mut browser = passport.browser();
        let case = granted(&passport, &mut browser).await;
        assert_eq!(count(&passport, HELD).await, 0);
        assert_eq!(lands(&passport, EMAIL, PASSWORD).await, "/", "its owner signs in as ever");
        let found = passport.app.accounts.locate(EMAIL).await.expect("an answer");
        assert_eq!(found, Some(account), "and is who they were to every site");
        assert!(last_to(&passport, EMAIL).await.contains("已经解绑"), "they are told");
        let mut theirs = passport.browser();
        sign_in(&mut theirs).await;
        let record = theirs.open(&page("/account/activity")).await;
        assert!(record.text.contains("已从账号上解绑"), "{}", record.text);
        let letter = last_to(&passport, OWNER).await;
        assert!(letter.contains("/appeal/document?t=") && letter.contains("2027-04-24"), "{letter}");
        assert!(stands(&mut browser, &case).await.contains("为您保留到"));
        assert_eq!(browser.open(&page("/account/profile")).await.url.path(), "/sign-in", "nobody is signed in by it");
    })
    .await;
}

#[tokio::test]
async fn whoever_loses_a_document_and_fears_for_the_account_shuts_it_by_the_notice() {
    on_both_with(PLAIN, |passport| async move {
        holder(&passport).await;
        let mut browser = passport.browser();
        let seen = browser.open(&link_in(&messages(&passport).await[0])).await;
        browser.submit(form(&seen, "/contact/confirm").without("action")).await;
        passport.clock.advance(Duration::from_millis(1));
        granted(&passport, &mut browser).await;
        let case = press(&passport, &alarm_to(&passport, EMAIL).await).await;
        assert!(case.has("main .facts .reference"), "{}", case.text);
        assert_ne!(lands(&passport, EMAIL, PASSWORD).await, "/", "nobody signs in before another password is chosen");
    })
    .await;
}

#[tokio::test]
async fn the_second_is_somebody_else_than_the_first_and_each_word_stands_for_its_step() {
    on_both_with(PLAIN, |passport| async move {
        holder(&passport).await;
        let mut browser = passport.browser();
        let case = submitted(&passport, &mut browser).await;
        let refused = async |who, verdict| decide(&passport, &case, who, verdict).await.map(drop);
        assert_eq!(refused("wang", Verdict::Granted).await, Err(NoWay::NotNow.into()));
        assert_eq!(refused("wang", Verdict::Credible).await, Ok(()));
        assert_eq!(refused("li", Verdict::Credible).await, Err(NoWay::NotNow.into()), "the holder is heard first");
        after(&passport, 7 * DAY).await;
        assert_eq!(refused("li", Verdict::Credible).await, Err(NoWay::NotNow.into()));
        assert_eq!(refused("wang", Verdict::Granted).await, Err(NoWay::SameStaff.into()));
        assert_eq!(count(&passport, HELD).await, 1);
        assert_eq!(refused("li", Verdict::Granted).await, Ok(()));
        for who in ["wang", "li"] {
            let text = format!(
                "SELECT COUNT(*) AS n FROM audit_events WHERE kind = 'appeal_moved' AND details LIKE '%\"{who}\"%'"
            );
            assert_eq!(count(&passport, text.leak()).await, 1, "{who} is on record");
        }
    })
    .await;
}

#[tokio::test]
async fn a_refusal_says_why_in_plain_words_and_the_next_appeal_is_free() {
    on_both_with(PLAIN, |passport| async move {
        holder(&passport).await;
        let mut browser = passport.browser();
        let case = submitted(&passport, &mut browser).await;
        let reason = "照片看不清号码。\n请在亮一些的地方重拍，<script>alert(1)</script>再申诉。";
        assert!(decide(&passport, &case, "wang", refusal(reason)).await.is_ok());
        let letter = last_to(&passport, OWNER).await;
        assert!(letter.contains("没有通过") && !letter.contains("照片看不清"), "{letter}");
        let told = browser.open(&link_in(&letter)).await;
        assert!(told.text.contains("照片看不清号码") && told.text.contains("&#60;script"), "{}", told.text);
        assert!(!told.has("main script"));
        assert_eq!(told.texts("main .button.primary").len(), 1);
        let unheard = messages(&passport).await.iter().any(|m| m.contains(EMAIL) && m.contains("申诉"));
        assert!(!unheard, "a holder who was never asked hears nothing");
        let again = begun_by(&passport, &mut passport.browser(), OWNER, NUMBER).await;
        assert_ne!(number_of(&again), number_of(&case));
    })
    .await;
}

#[tokio::test]
async fn of_many_who_decide_at_once_one_does() {
    on_both_with(PLAIN, |passport| async move {
        holder(&passport).await;
        let mut browser = passport.browser();
        let case = waiting_for_the_second(&passport, &mut browser).await;
        let names = ["li", "zhao", "qian", "sun"];
        let all = join_all(names.map(|who| {
            let verdict = if who == "sun" { refusal("不是本人") } else { Verdict::Granted };
            decide(&passport, &case, who, verdict)
        }))
        .await;
        assert_eq!(all.iter().filter(|decided| decided.is_ok()).count(), 1);
        let (now, held) = (state(&passport, &case).await, count(&passport, HELD).await);
        assert!(matches!((now, held), ("granted", 0) | ("refused", 1)), "{now} {held}");
    })
    .await;
}

#[tokio::test]
async fn a_document_that_nobody_holds_is_not_taken_from_anybody() {
    on_both_with(PLAIN, |passport| async move {
        let mut browser = passport.browser();
        let case = submitted(&passport, &mut browser).await;
        let answer = decide(&passport, &case, "wang", Verdict::Credible).await.map(drop);
        assert_eq!(answer, Err(NoWay::NothingHeld.into()));
        let seen = passport.app.accounts.see_appeal(number_of(&case), staff("wang")).await.expect("an answer");
        assert!(!seen.expect("an appeal").held);
        assert!(decide(&passport, &case, "wang", refusal("这个证件没有绑定别的通行证，可以直接注册")).await.is_ok());
    })
    .await;
}

#[tokio::test]
async fn staff_see_when_the_document_is_bound_to_an_account_of_who_appeals() {
    on_both_with(PLAIN, |passport| async move {
        holder(&passport).await;
        let case = begun_by(&passport, &mut passport.browser(), EMAIL, NUMBER).await;
        let seen = passport.app.accounts.see_appeal(number_of(&case), staff("wang")).await.expect("an answer");
        let seen = seen.expect("an appeal");
        assert!(seen.held && seen.own && seen.same_name == Some(false));
        let looked = "SELECT COUNT(*) AS n FROM audit_events WHERE kind = 'appeal_moved' AND actor = 'operator' \
                      AND details LIKE '%shown%' AND details LIKE '%wang%'";
        assert_eq!(count(&passport, looked).await, 1, "whoever looks is on record");
    })
    .await;
}

#[tokio::test]
async fn an_account_that_is_closed_locked_or_has_given_the_document_up_meanwhile_stops_nothing() {
    for text in [
        "DELETE FROM identities",
        "UPDATE accounts SET blocked_at = 1",
        "UPDATE accounts SET frozen_at = 1",
        "INSERT INTO closures (account_id, asked_at, due_at, undo_hash) \
         SELECT account_id, 1, 9000000000000, number_mac FROM identities",
    ] {
        on_both_with(PLAIN, |passport| async move {
            holder(&passport).await;
            let mut browser = passport.browser();
            let case = waiting_for_the_second(&passport, &mut browser).await;
            change(&passport, text).await;
            assert!(decide(&passport, &case, "li", Verdict::Granted).await.is_ok(), "{text}");
            assert_eq!(count(&passport, HELD).await, 0);
            assert_eq!(count(&passport, "SELECT COUNT(*) AS n FROM accounts").await, 1);
        })
        .await;
    }
}

#[tokio::test]
async fn words_and_photo_are_erased_a_month_after_the_end_and_not_before() {
    on_both_with(PLAIN, |passport| async move {
        holder(&passport).await;
        let mut browser = passport.browser();
        let case = submitted(&passport, &mut browser).await;
        after(&passport, 60 * DAY).await;
        assert_eq!(count(&passport, "SELECT COUNT(*) AS n FROM appeal_photos").await, 1, "it waits for the staff");
        assert!(decide(&passport, &case, "wang", refusal("不是证件照片")).await.is_ok());
        after(&passport, 30 * DAY).await;
        assert_eq!(count(&passport, "SELECT COUNT(*) AS n FROM appeal_photos").await, 1);
        after(&passport, Duration::from_secs(1)).await;
        let kept = "SELECT COUNT(*) AS n FROM appeals WHERE file_sealed IS NOT NULL";
        assert_eq!(count(&passport, "SELECT COUNT(*) AS n FROM appeal_photos").await, 0);
        assert_eq!(count(&passport, kept).await, 0);
        let told = stands(&mut browser, &case).await;
        assert!(told.contains("申诉没有通过"), "its page still tells how it ended: {told}");
        assert!(passport.app.accounts.see_photo(number_of(&case), staff("wang")).await.expect("an answer").is_none());
    })
    .await;
}
