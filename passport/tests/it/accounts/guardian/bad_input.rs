//! What is refused, with a sentence each.

use super::*;

#[tokio::test]
async fn what_is_missing_is_said_beside_its_field_and_nothing_typed_is_lost() {
    on_both_with(PLAIN, |passport| async move {
        let mut browser = child(&passport).await;
        let form = naming(&mut browser, "12345").await.set("relation", "").set("birthdate", "2013");
        let refused = browser.submit(form.set("guardian_name", "王芳1")).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        let said = summary(&refused);
        assert_eq!(said.len(), 4, "{said:?}");
        for words in ["与您的关系", "监护人的手机号或电子邮箱", "例如2014-05-06"] {
            assert!(said.iter().any(|line| line.contains(words)), "{words}: {said:?}");
        }
        let kept = refused.form("main form:has([name=guardian_name])");
        assert_eq!((kept.value("guardian_name"), kept.value("contact")), (Some("王芳1"), Some("12345")));
    })
    .await;
}

#[tokio::test]
async fn the_childs_own_contact_is_no_guardians() {
    on_both_with(PLAIN, |passport| async move {
        let mut browser = child(&passport).await;
        for own in [EMAIL, "LIHUA2006@example.com", MOBILE, "+86 13800138000"] {
            let refused = ask(&mut browser, own).await;
            assert_eq!(
                summary(&refused),
                ["监护人的手机号或邮箱：这是您自己的联系方式。请填写监护人自己的手机号或邮箱"],
                "{own}"
            );
        }
        assert_eq!(count(&passport, "SELECT COUNT(*) AS n FROM guardians WHERE state = 'asked'").await, 0);
    })
    .await;
}

#[tokio::test]
async fn five_wrong_codes_end_the_code_and_the_link_beside_it_still_consents() {
    on_both_with(PLAIN, |passport| async move {
        passport.register(&[OURS]).await;
        let mut browser = child(&passport).await;
        let waiting = ask(&mut browser, GUARDIAN).await;
        let code = code_in(&last(&passport, GUARDIAN).await);
        let mut shown = waiting;
        for left in [4, 3, 2, 1] {
            shown = browser.submit(coded(&shown, other(&code))).await;
            assert_eq!(summary(&shown), [format!("验证码：与收到的验证码不一致，还可以试{left}次")]);
        }
        for typed in [other(&code), &code] {
            shown = browser.submit(coded(&shown, typed)).await;
            assert!(summary(&shown)[0].contains("输错的次数太多"), "{:?}", summary(&shown));
        }
        assert!(!enters(&mut browser).await, "the right one came too late");
        let shown = browser.open(&page("/account/guardian")).await;
        assert!(shown.text.contains("现在没有可用的验证码"), "{}", shown.text);
        consents(&passport, GUARDIAN).await;
        assert!(enters(&mut browser).await);
    })
    .await;
}

#[tokio::test]
async fn a_code_is_over_after_ten_minutes_belongs_to_one_account_and_is_replaced_by_the_next() {
    on_both_with(PLAIN, |passport| async move {
        let mut browser = child(&passport).await;
        let waiting = ask(&mut browser, GUARDIAN).await;
        let (first, link) = (code_in(&last(&passport, GUARDIAN).await), link_in(&last(&passport, GUARDIAN).await));
        let resend = waiting.form("main form:has([name=code])").with("action", "resend");
        let soon = browser.submit(resend.clone()).await;
        assert_eq!(soon.status, StatusCode::TOO_MANY_REQUESTS, "{}", soon.text);
        passport.clock.advance(Duration::from_secs(61));
        let sent = browser.submit(resend).await;
        assert!(sent.text.contains("已发给监护人"), "{}", sent.text);
        let second = code_in(&last(&passport, GUARDIAN).await);
        if first != second {
            let former = browser.submit(coded(&sent, &first)).await;
            assert!(summary(&former)[0].contains("还可以试4次"), "{:?}", summary(&former));
        }
        let mut anybody = passport.browser();
        assert_eq!(anybody.open(&link).await.status, StatusCode::NOT_FOUND, "the newest link counts");
        passport.clock.advance(Duration::from_secs(10 * 60));
        let shown = browser.open(&page("/account/guardian")).await;
        let over = browser.submit(coded(&shown, &second)).await;
        assert!(summary(&over)[0].contains("已过期"), "{:?}", summary(&over));
    })
    .await;
}

#[tokio::test]
async fn one_contact_consents_for_five_accounts_and_no_more_however_many_ask() {
    on_both_with(PLAIN, |passport| async move {
        let mut sixth = Vec::new();
        for n in 0..7 {
            let mut browser = passport.browser();
            let form = register_form(&mut browser).await.set("age", "under");
            let mail = format!("child{n}@example.com");
            let answer = browser.submit(form.set("email", &mail).set("mobile", &format!("1380013801{n}"))).await;
            browser.submit(form_of(&answer, "/sign-in").set("password", PASSWORD)).await;
            passport.clock.advance(Duration::from_secs(61));
            if n < 6 {
                // The sixth asks before the fifth is answered.
                if n == 4 {
                    sixth.push((browser, mail));
                    continue;
                }
                let waiting = ask(&mut browser, GUARDIAN).await;
                assert!(waiting.text.contains("已发给监护人"), "{n}: {:?}", summary(&waiting));
                let (letter, code) = (last(&passport, GUARDIAN).await, code_in(&last(&passport, GUARDIAN).await));
                assert!(letter.contains("/guardian/consent"), "{letter}");
                if n == 5 {
                    let (mut fifth, _) = sixth.pop().expect("the fifth");
                    ask(&mut fifth, GUARDIAN).await;
                    let given = consents(&passport, GUARDIAN).await;
                    assert!(given.has(".status-mark.ok"), "{}", given.text);
                    let refused = browser.submit(coded(&waiting, &code)).await;
                    assert!(summary(&refused)[0].contains("已经为5个账号同意过"), "{:?}", summary(&refused));
                    let link = link_in(&letter);
                    let seen = browser.open(&link).await;
                    let told = browser.submit(form_of(&seen, "/guardian/consent")).await;
                    assert!(told.text.contains("不能再为更多账号同意"), "{}", told.text);
                } else {
                    let done = browser.submit(coded(&waiting, &code)).await;
                    assert!(done.text.contains("监护人已同意"), "{n}: {:?}", summary(&done));
                }
            } else {
                let refused = ask(&mut browser, GUARDIAN).await;
                assert!(summary(&refused)[0].contains("已经为5个账号同意过"), "{:?}", summary(&refused));
            }
        }
        assert_eq!(count(&passport, "SELECT COUNT(*) AS n FROM guardians WHERE state = 'consented'").await, 5);
    })
    .await;
}

#[tokio::test]
async fn links_that_are_none_and_a_page_for_nobody_lead_on() {
    on_both_with(PLAIN, |passport| async move {
        let mut browser = passport.browser();
        for none in ["/guardian/consent", "/guardian/consent?t=x", "/guardian/withdraw?t=", "/guardian/withdraw?t=%00"]
        {
            let told = browser.open(&page(none)).await;
            assert!(told.status.is_client_error(), "{none}");
            assert_eq!(told.texts("main a.button.primary").len(), 1, "{none}: {}", told.text);
        }
        assert_eq!(browser.open(&page("/account/guardian")).await.url.path(), "/sign-in");
        candidate(&passport).await;
        sign_in(&mut browser).await;
        assert_eq!(browser.open(&page("/account/guardian")).await.url.path(), "/", "nobody has to answer for them");
    })
    .await;
}

#[tokio::test]
async fn a_form_sent_after_signing_out_waits_over_signing_in() {
    on_both_with(PLAIN, |passport| async move {
        let mut browser = child(&passport).await;
        let form = naming(&mut browser, GUARDIAN).await;
        browser.cookies.clear_host("passport.test");
        let sign_in = browser.submit(form).await;
        assert_eq!(sign_in.url.path(), "/sign-in");
        assert!(sent_to(&passport, GUARDIAN).await.is_empty(), "nobody was written to");
    })
    .await;
}
