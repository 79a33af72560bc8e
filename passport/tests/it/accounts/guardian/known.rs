//! How the age becomes known, and what is held back from then on.

use passport::accounts::model::Details;

use super::*;

/// A resident's number of somebody born that day.
fn number(born: &str) -> String {
    let body = format!("110105{born}123");
    let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let sum: u32 = body.chars().zip(weights).map(|(digit, weight)| digit.to_digit(10).expect("a digit") * weight).sum();
    format!("{body}{}", char::from(b"10X98765432"[(sum % 11) as usize]))
}

#[tokio::test]
async fn registration_asks_and_lets_nobody_pass_by_the_question() {
    on_both_with(PLAIN, |passport| async move {
        let mut browser = passport.browser();
        let form = register_form(&mut browser).await.set("age", "");
        let refused = browser.submit(form).await;
        assert_eq!(summary(&refused), ["年龄：选择您是否已满14周岁"]);
        let forged = form_of(&refused, "/register").set("age", "13").set("password", PASSWORD);
        let refused = browser.submit(forged.set("password_confirm", PASSWORD)).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(count(&passport, "SELECT COUNT(*) AS n FROM accounts").await, 0);
    })
    .await;
}

#[tokio::test]
async fn a_child_signs_in_and_enters_no_site_until_the_guardian_has_consented_and_then_arrives_there() {
    on_both_with(PLAIN, |passport| async move {
        passport.register(&[OURS]).await;
        let mut browser = child(&passport).await;
        let home = browser.open(&page("/")).await;
        assert!(
            home.text.contains("还需要监护人同意") && home.has("main a[href='/account/guardian']"),
            "{}",
            home.text
        );
        assert!(home.text.contains("李小华"), "what was typed is there");
        assert!(!enters(&mut browser).await);
        let silent =
            get(&mut browser, &format!("/authorize?{}", encoded(&with(request(), "prompt", "none"))), &[]).await;
        assert_eq!(silent.parameter("error").as_deref(), Some("interaction_required"));
        let asked = get(&mut browser, &format!("/authorize?{}", encoded(&request())), &[]).await;
        let shown = browser.open(asked.location().expect("a way").as_str()).await;
        assert_eq!(shown.url.path(), "/account/guardian");
        assert!(shown.text.contains("您在注册时选择了未满14周岁") && shown.text.contains("四六级"), "{}", shown.text);
        let waiting = browser.submit(named(&shown, GUARDIAN)).await;
        assert!(
            waiting.text.contains("已发给监护人") && waiting.text.contains("wa***ng@example.com"),
            "{}",
            waiting.text
        );
        assert!(!enters(&mut browser).await, "asking alone opens nothing");
        let code = code_in(&last(&passport, GUARDIAN).await);
        let taken = post(&mut browser, "/account/guardian", coded(&waiting, &code).encoded(), &[]).await;
        let resumed = taken.location().expect("a way on");
        assert_eq!(resumed.path(), "/authorize/resume");
        let arrived = get(&mut browser, &resumed[Position::BeforePath..], &[]).await;
        assert!(arrived.parameter("code").is_some(), "the site is reached: {:?}", arrived.location());
        let home = browser.open(&page("/")).await;
        assert!(!home.text.contains("还需要监护人同意") && home.text.contains("已同意"), "{}", home.text);
    })
    .await;
}

#[tokio::test]
async fn a_document_tells_the_age_whatever_is_said() {
    on_both_with(PLAIN, |passport| async move {
        passport.register(&[OURS]).await;
        // Who was born on 17 March 2013 is 14 from today on, by the clock of China.
        for (said, born, waits) in
            [("over", "20130318", true), ("over", "20140101", true), ("under", "20130317", false)]
        {
            let mut browser = passport.browser();
            let form = register_form(&mut browser).await.set("age", said);
            let mail = format!("{said}{born}@example.com");
            let form = form.set("email", &mail).set("mobile", &format!("139{born}"));
            let answer = browser.submit(form.set("id_type", "resident").set("id_number", &number(born))).await;
            assert_eq!(answer.url.path(), "/sign-in", "{:?}", summary(&answer));
            browser.submit(form_of(&answer, "/sign-in").set("password", PASSWORD)).await;
            assert_eq!(enters(&mut browser).await, !waits, "{said} {born}");
            if waits {
                let shown = browser.open(&page("/account/guardian")).await;
                assert!(shown.text.contains("按您的证件，您未满14周岁"), "{}", shown.text);
                assert!(!shown.has("[name=birthdate]"), "the document tells it");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn an_account_in_use_that_turns_out_to_be_a_childs_is_signed_out_everywhere_told_and_keeps_what_was_typed() {
    on_both_with(PLAIN, |passport| async move {
        passport.register(&[OURS]).await;
        candidate(&passport).await;
        let mut browser = passport.browser();
        sign_in(&mut browser).await;
        let mut elsewhere = passport.browser();
        sign_in(&mut elsewhere).await;
        assert!(enters(&mut elsewhere).await);
        let profile = browser.open(&page("/account/profile")).await;
        let saved = form_of(&profile, "/account/profile").set("birthdate", "2014-05-06").set("nickname", "小华");
        let saved = browser.submit(saved).await;
        assert_eq!(saved.url.path(), "/sign-in", "{}", saved.text);
        assert!(!enters(&mut elsewhere).await, "no session of before enters a site");
        let told = last(&passport, EMAIL).await;
        assert!(told.contains("未满14周岁") && told.contains("/account/guardian"), "{told}");
        let back = browser.submit(form_of(&saved, "/sign-in").set("username", EMAIL).set("password", PASSWORD)).await;
        assert_eq!(back.url.path(), "/account/guardian", "signing in leads to where it stopped");
        assert!(back.text.contains("按您资料里的出生日期"), "{}", back.text);
        let profile = browser.open(&page("/account/profile")).await;
        assert_eq!(form_of(&profile, "/account/profile").value("nickname"), Some("小华"));
        // A mistake is mended where it was made, as long as nobody was asked.
        let mended = form_of(&profile, "/account/profile").set("birthdate", "2004-05-06");
        assert_eq!(browser.submit(mended).await.url.path(), "/");
        assert!(enters(&mut browser).await);
        let events = "SELECT COUNT(*) AS n FROM audit_events WHERE kind IN ('guardian_needed', 'age_restated')";
        assert_eq!(count(&passport, events).await, 2);
    })
    .await;
}

#[tokio::test]
async fn who_ticked_the_wrong_answer_says_when_they_were_born_and_goes_on_and_not_once_a_guardian_was_asked() {
    on_both_with(PLAIN, |passport| async move {
        passport.register(&[OURS]).await;
        let mut browser = child(&passport).await;
        let form = naming(&mut browser, GUARDIAN).await.set("birthdate", "2005-01-01");
        let done = browser.submit(form).await;
        assert_eq!(done.url.path(), "/", "{}", done.text);
        assert!(enters(&mut browser).await);
        assert!(sent_to(&passport, GUARDIAN).await.is_empty(), "nobody is written to for nothing");
    })
    .await;
    on_both_with(PLAIN, |passport| async move {
        passport.register(&[OURS]).await;
        let mut browser = child(&passport).await;
        ask(&mut browser, GUARDIAN).await;
        let profile = browser.open(&page("/account/profile")).await;
        let older = form_of(&profile, "/account/profile").set("birthdate", "1990-01-01");
        browser.submit(older).await;
        assert!(!enters(&mut browser).await, "a date in the profile is no answer of a guardian");
        // Staff who saw a document say so.
        let id = id(&passport).await;
        assert!(passport.app.accounts.showed_age(id).await.expect("an answer"));
        assert!(!passport.app.accounts.showed_age(id).await.expect("an answer"), "once");
        assert!(enters(&mut browser).await);
    })
    .await;
}

#[tokio::test]
async fn agreements_that_are_accepted_anew_look_at_documents_of_before() {
    on_both_with(PLAIN, |passport| async move {
        passport.register(&[OURS]).await;
        let mut browser = passport.browser();
        let form = register_form(&mut browser).await.set("id_type", "resident").set("id_number", &number("20140506"));
        let answer = browser.submit(form).await;
        // As the version before left it, which asked nobody.
        passport.db.execute(shared::db::sql("DELETE FROM guardians")).await.expect("removed");
        let id = id(&passport).await;
        passport.app.accounts.age_agreements(id).await.expect("aged");
        let asked = browser.submit(form_of(&answer, "/sign-in").set("password", PASSWORD)).await;
        let agreed = form_of(&asked, "/sign-in").set("password", PASSWORD).set("agree", "on");
        browser.submit(agreed).await;
        assert!(!enters(&mut browser).await);
        let shown = browser.open(&page("/account/guardian")).await;
        assert!(shown.text.contains("按您的证件"), "{}", shown.text);
    })
    .await;
}

#[tokio::test]
async fn a_date_of_birth_that_an_operator_brings_counts_as_one_that_was_typed() {
    on_both_with(PLAIN, |passport| async move {
        passport.register(&[OURS]).await;
        candidate(&passport).await;
        let mut browser = passport.browser();
        sign_in(&mut browser).await;
        let id = id(&passport).await;
        let bring = async |born: &str| {
            let details = Details { birthdate: Some(born.to_owned()), ..Details::default() };
            assert!(passport.app.accounts.set_details(id, details).await.expect("an answer"));
        };
        bring("2006-02-28").await;
        assert!(enters(&mut browser).await, "who is older goes on");
        bring("2014-05-06").await;
        assert!(!enters(&mut browser).await, "a child is signed out");
        let told = last(&passport, EMAIL).await;
        assert!(told.contains("未满14周岁") && told.contains("/account/guardian"), "{told}");
        let mut back = again(&passport).await;
        assert!(!enters(&mut back).await, "and enters no site");
        let shown = back.open(&page("/account/guardian")).await;
        assert!(shown.text.contains("按您资料里的出生日期"), "{}", shown.text);
        // A slip of theirs is mended where it was made.
        bring("2004-05-06").await;
        assert!(enters(&mut back).await);
        let theirs = "SELECT COUNT(*) AS n FROM audit_events WHERE kind IN ('guardian_needed', 'age_restated') \
            AND actor = 'operator'";
        assert_eq!(count(&passport, theirs).await, 2);
    })
    .await;
}

#[tokio::test]
async fn once_a_guardian_was_asked_no_other_date_in_the_profile_takes_it_back() {
    on_both_with(PLAIN, |passport| async move {
        passport.register(&[OURS]).await;
        candidate(&passport).await;
        let mut browser = passport.browser();
        sign_in(&mut browser).await;
        let profile = browser.open(&page("/account/profile")).await;
        browser.submit(form_of(&profile, "/account/profile").set("birthdate", "2014-05-06")).await;
        let mut browser = again(&passport).await;
        let waits = ask(&mut browser, GUARDIAN).await;
        assert!(waits.text.contains("已发给监护人"), "{}", waits.text);
        let profile = browser.open(&page("/account/profile")).await;
        browser.submit(form_of(&profile, "/account/profile").set("birthdate", "1990-01-01")).await;
        assert!(!enters(&mut browser).await, "it is for the guardian, a document or the birthday to say");
        let link = link_in(&last(&passport, GUARDIAN).await);
        let mut guardian = passport.browser();
        let seen = guardian.open(&link).await;
        guardian.submit(form_of(&seen, "/guardian/consent")).await;
        assert!(enters(&mut browser).await, "who is asked still answers");
    })
    .await;
}

#[tokio::test]
async fn agreements_that_a_session_accepts_look_at_them_too_and_the_session_ends() {
    on_both_with(PLAIN, |passport| async move {
        passport.register(&[OURS]).await;
        let mut browser = passport.browser();
        let form = register_form(&mut browser).await.set("id_type", "resident").set("id_number", &number("20140506"));
        let answer = browser.submit(form).await;
        // As the version before left it, which asked nobody.
        passport.db.execute(shared::db::sql("DELETE FROM guardians")).await.expect("removed");
        browser.submit(form_of(&answer, "/sign-in").set("password", PASSWORD)).await;
        assert!(enters(&mut browser).await);
        passport.app.accounts.age_agreements(id(&passport).await).await.expect("aged");
        let asked = browser.open(&page("/")).await;
        browser.submit(form_of(&asked, "/account/agreements").set("agree", "on")).await;
        assert!(!enters(&mut browser).await, "it is over");
        let mut back = again(&passport).await;
        assert!(!enters(&mut back).await, "and no site is entered");
        let shown = back.open(&page("/account/guardian")).await;
        assert!(shown.text.contains("按您的证件"), "{}", shown.text);
    })
    .await;
}
