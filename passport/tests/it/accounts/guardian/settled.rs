//! What happens by itself: nobody answers, nobody consents, a birthday.

use super::*;

/// What the passport does by itself, every so often.
async fn time_passes(passport: &Passport, by: Duration) -> u64 {
    passport.clock.advance(by);
    let mut settled = 0;
    loop {
        match passport.app.accounts.settle_guardians().await.expect("settled") {
            0 => return settled,
            more => settled += more,
        }
    }
}

#[tokio::test]
async fn a_guardian_who_does_not_answer_within_a_week_is_forgotten_and_can_be_asked_again() {
    on_both_with(PLAIN, |passport| async move {
        passport.register(&[OURS]).await;
        let mut browser = child(&passport).await;
        ask(&mut browser, GUARDIAN).await;
        let link = link_in(&last(&passport, GUARDIAN).await);
        assert_eq!(time_passes(&passport, 7 * DAY - Duration::from_secs(1)).await, 0, "not before");
        let mut parent = passport.browser();
        let open = parent.open(&link).await;
        assert!(open.has("main form [name=t]"), "the whole week counts: {}", open.text);
        passport.clock.advance(Duration::from_secs(1));
        let late = parent.submit(form_of(&open, "/guardian/consent")).await;
        assert_eq!(late.status, StatusCode::GONE, "whether it was noticed or not");
        assert_eq!(time_passes(&passport, Duration::ZERO).await, 1);
        assert_eq!(count(&passport, "SELECT COUNT(*) AS n FROM guardians WHERE person_sealed IS NOT NULL").await, 0);
        assert!(last(&passport, EMAIL).await.contains("还没有监护人同意"));
        let mut browser = again(&passport).await;
        let shown = browser.open(&page("/account/guardian")).await;
        assert!(shown.text.contains("上一次请求7天内没有得到回答"), "{}", shown.text);
        browser.submit(named(&shown, GUARDIAN)).await;
        consents(&passport, GUARDIAN).await;
        assert!(enters(&mut browser).await);
    })
    .await;
}

#[tokio::test]
async fn an_account_that_nobody_consents_for_is_closed_after_thirty_days_and_nothing_of_it_stays() {
    on_both_with(PLAIN, |passport| async move {
        let browser = child(&passport).await;
        drop(browser);
        let id = id(&passport).await;
        assert_eq!(time_passes(&passport, 30 * DAY - Duration::from_secs(1)).await, 0);
        assert_eq!(time_passes(&passport, Duration::from_secs(1)).await, 1);
        assert!(passport.app.accounts.locate(EMAIL).await.expect("an answer").is_none());
        assert!(passport.app.accounts.guardianship(id).await.expect("an answer").is_none());
        assert!(last(&passport, EMAIL).await.contains("已注销"));
        let closed = "SELECT COUNT(*) AS n FROM audit_events WHERE kind = 'account_closed'";
        assert_eq!(count(&passport, closed).await, 1);
    })
    .await;
}

#[tokio::test]
async fn who_turns_fourteen_answers_for_themselves_and_the_guardian_is_forgotten() {
    on_both_with(PLAIN, |passport| async move {
        passport.register(&[OURS]).await;
        let mut browser = child(&passport).await;
        ask(&mut browser, GUARDIAN).await;
        consents(&passport, GUARDIAN).await;
        let undo = link_in(&last(&passport, GUARDIAN).await);
        // Born on 1 September 2013: 14 from 2 September 2027 on, 00:00 in Beijing.
        let birthday = shared::clock::Timestamp::from_seconds(1_819_814_400);
        passport.clock.set(birthday - Duration::from_secs(1));
        let mut browser = again(&passport).await;
        assert!(enters(&mut browser).await, "by the guardian's consent");
        passport.clock.set(birthday);
        assert!(!enters(&mut browser).await, "whether it was noticed or not");
        let mut parent = passport.browser();
        assert_eq!(parent.open(&undo).await.status, StatusCode::GONE, "there is nothing to take back any more");
        assert_eq!(time_passes(&passport, Duration::ZERO).await, 1);
        assert_eq!(count(&passport, "SELECT COUNT(*) AS n FROM guardians WHERE person_sealed IS NOT NULL").await, 0);
        let asked = browser.open(&page("/account/profile")).await;
        assert!(asked.url.path() == "/account/agreements" && asked.text.contains("您已满14周岁"), "{}", asked.text);
        let agreed = browser.submit(form_of(&asked, "/account/agreements").set("agree", "on")).await;
        assert_eq!(agreed.url.path(), "/account/profile");
        assert!(enters(&mut browser).await);
        assert_eq!(count(&passport, "SELECT COUNT(*) AS n FROM guardians").await, 0);
        assert_eq!(time_passes(&passport, 40 * DAY).await, 0, "nothing is left to be done");
    })
    .await;
}

#[tokio::test]
async fn a_birthday_before_anybody_consented_opens_the_way_too() {
    on_both_with(PLAIN, |passport| async move {
        passport.register(&[OURS]).await;
        let mut browser = child(&passport).await;
        let form = naming(&mut browser, GUARDIAN).await.set("birthdate", "2013-03-20");
        browser.submit(form).await;
        assert_eq!(time_passes(&passport, 3 * DAY).await, 1);
        let mut browser = again(&passport).await;
        let asked = browser.open(&page("/account/guardian")).await;
        assert_eq!(asked.url.path(), "/account/agreements");
        browser.submit(form_of(&asked, "/account/agreements").set("agree", "on")).await;
        assert!(enters(&mut browser).await);
        assert_eq!(time_passes(&passport, 40 * DAY).await, 0, "the account is not closed for what is over");
    })
    .await;
}
