//! The holder of a document is heard before anything takes effect.

use futures_util::future::join;
use http::StatusCode;
use passport::accounts::appeals::state::NoWay;

use super::super::recovery::PHONE;
use super::*;

/// The page of an appeal that somebody of the staff found credible, and the link that the holder got.
async fn claimed(passport: &Passport, browser: &mut Browser) -> (Answer, String) {
    let case = submitted(passport, browser).await;
    assert!(decide(passport, &case, "wang", Verdict::Credible).await.is_ok());
    passport.clock.advance(Duration::from_millis(1));
    let link = link_in(&last_to(passport, EMAIL).await);
    (case, link)
}

/// Objects.
async fn object(passport: &Passport, link: &str, words: &str) -> Answer {
    let mut browser = passport.browser();
    let seen = browser.open(link).await;
    browser.submit(form(&seen, "/appeal/objection").set("words", words)).await
}

#[tokio::test]
async fn every_contact_of_the_holder_is_told_and_nothing_happens_before_they_had_their_time() {
    on_both_with(PLAIN, |passport| async move {
        holder(&passport).await;
        let mut browser = passport.browser();
        let (case, link) = claimed(&passport, &mut browser).await;
        for to in [EMAIL, PHONE] {
            let letter = last_to(&passport, to).await;
            assert!(letter.contains("2027-03-25 09:00") && letter.contains("/appeal/objection?t="), "{letter}");
            assert!(!letter.contains("002X"), "a message names no document: {letter}");
        }
        let told = stands(&mut browser, &case).await;
        assert!(told.contains("3月25日 09:0") && told.contains("另一位工作人员"), "{told}");
        let seen = passport.browser().open(&link).await;
        assert!(seen.text.contains("110105********002X") && !seen.text.contains(OWNER), "{}", seen.text);
        after(&passport, 7 * DAY - Duration::from_secs(60)).await;
        assert_eq!(decide(&passport, &case, "li", Verdict::Granted).await.map(drop), Err(NoWay::NotNow.into()));
        after(&passport, Duration::from_secs(60)).await;
        assert!(decide(&passport, &case, "li", Verdict::Granted).await.is_ok());
    })
    .await;
}

#[tokio::test]
async fn an_objection_goes_to_the_staff_with_its_words_and_ends_the_hearing() {
    on_both_with(PLAIN, |passport| async move {
        let account = holder(&passport).await;
        let mut browser = passport.browser();
        let (case, link) = claimed(&passport, &mut browser).await;
        let empty = object(&passport, &link, " ").await;
        assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(empty.attributes(".summary a", "href"), ["#words"]);
        let done = object(&passport, &link, "证件是我的，\n<b>我有原件</b>").await;
        assert!(done.text.contains("异议已收到") && done.has(".status-mark.ok"), "{}", done.text);
        let again = passport.browser().open(&link).await;
        assert_eq!(again.status, StatusCode::GONE);
        assert_eq!(again.texts("main .button.primary").len(), 1, "{}", again.text);
        let seen = passport.app.accounts.see_appeal(number_of(&case), staff("li")).await.expect("an answer");
        let file = seen.expect("an appeal").appeal.file.expect("words");
        assert_eq!(file.objection.expect("words").as_str(), "证件是我的，\n<b>我有原件</b>");
        let told = browser.open(case.url.as_str()).await;
        assert!(!told.text.contains("我有原件"), "who appealed does not read what the other says");
        assert!(decide(&passport, &case, "li", refusal("对方出示了原件")).await.is_ok());
        assert!(last_to(&passport, EMAIL).await.contains("证件保留在您的账号上"));
        let record =
            format!("SELECT COUNT(*) AS n FROM audit_events WHERE account_id = '{account}' AND kind LIKE 'document%'");
        assert_eq!(count(&passport, record.leak()).await, 3, "claimed, defended, kept");
    })
    .await;
}

#[tokio::test]
async fn of_an_objection_and_the_end_of_the_time_one_counts_and_is_what_was_said() {
    on_both_with(PLAIN, |passport| async move {
        holder(&passport).await;
        let mut browser = passport.browser();
        let (case, link) = claimed(&passport, &mut browser).await;
        let mut holders = passport.browser();
        let seen = holders.open(&link).await;
        let form = form(&seen, "/appeal/objection").set("words", "是我的");
        passport.clock.advance(7 * DAY - Duration::from_millis(2));
        let (said, settled) = join(holders.submit(form.clone()), passport.app.accounts.settle_appeals()).await;
        assert!(settled.is_ok() && said.text.contains("异议已收到"), "{}", said.text);
        passport.clock.advance(Duration::from_millis(2));
        let late = holders.submit(form).await;
        assert_eq!(late.status, StatusCode::GONE);
        assert_eq!(state(&passport, &case).await, "deciding");
        let objected = "SELECT COUNT(*) AS n FROM appeals WHERE objected_at IS NOT NULL";
        assert_eq!(count(&passport, objected).await, 1);
    })
    .await;
}

#[tokio::test]
async fn a_holder_who_comes_after_the_time_comes_too_late_however_late_the_clean_up_is() {
    on_both_with(PLAIN, |passport| async move {
        holder(&passport).await;
        let mut browser = passport.browser();
        let (case, link) = claimed(&passport, &mut browser).await;
        let mut holders = passport.browser();
        let seen = holders.open(&link).await;
        passport.clock.advance(7 * DAY);
        let late = holders.submit(form(&seen, "/appeal/objection").set("words", "是我的")).await;
        assert_eq!((late.status, state(&passport, &case).await), (StatusCode::GONE, "hearing"));
    })
    .await;
}

#[tokio::test]
async fn an_account_that_took_the_document_meanwhile_is_heard_as_well_and_the_former_ones_link_is_over() {
    on_both_with(PLAIN, |passport| async move {
        holder(&passport).await;
        candidate_with_another_name(&passport).await;
        let mut browser = passport.browser();
        let (case, former) = claimed(&passport, &mut browser).await;
        after(&passport, 7 * DAY).await;
        let moved = "UPDATE identities SET account_id = (SELECT account_id FROM login_names WHERE name = 'email:next@example.com')";
        super::super::recovery::change(&passport, moved).await;
        let appeal = decide(&passport, &case, "li", Verdict::Granted).await.expect("moved");
        assert_eq!(appeal.state.code(), "hearing", "nobody has heard that one yet");
        passport.clock.advance(Duration::from_millis(1));
        let link = link_in(&last_to(&passport, "next@example.com").await);
        assert!(link.contains("/appeal/objection?t="));
        assert_eq!(passport.browser().open(&former).await.status, StatusCode::GONE);
        assert!(object(&passport, &link, "是我的").await.text.contains("异议已收到"));
        assert!(decide(&passport, &case, "li", Verdict::Granted).await.is_ok());
        assert_eq!(count(&passport, "SELECT COUNT(*) AS n FROM identities").await, 0);
    })
    .await;
}

async fn candidate_with_another_name(passport: &Passport) {
    let seed = Seed { email: Email::parse("next@example.com").ok(), ..Seed::default() };
    passport.app.accounts.seed(vec![seed], &SecretString::new(PASSWORD), false).await.expect("an account");
}
