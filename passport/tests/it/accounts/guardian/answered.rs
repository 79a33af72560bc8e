//! The guardian's answer, by link and by code, and taking it back.

use super::*;

#[tokio::test]
async fn a_guardian_consents_by_the_link_in_any_browser_and_both_are_told() {
    on_both_with(PLAIN, |passport| async move {
        passport.register(&[OURS]).await;
        let mut browser = child(&passport).await;
        ask(&mut browser, GUARDIAN).await;
        let letter = last(&passport, GUARDIAN).await;
        assert!(!letter.contains("李") && !letter.contains(EMAIL), "a stranger learns no name: {letter}");
        let link = link_in(&letter);
        let mut anybody = passport.browser();
        let seen = anybody.open(&link).await;
        for words in ["李**", "li***06@example.com", "王*", "母亲", "我是监护人，同意", "满14周岁后由孩子自己决定"]
        {
            assert!(seen.text.contains(words), "{words}: {}", seen.text);
        }
        assert!(!enters(&mut browser).await, "looking consents to nothing");
        let english = anybody.open(&format!("{link}&lang=en")).await;
        assert!(english.text.contains("I am the guardian, and consent"), "{}", english.text);
        let given = anybody.submit(form_of(&english, "/guardian/consent")).await;
        assert!(given.has(".status-mark.ok") && !given.has("form[action='/sign-out']"), "{}", given.text);
        assert!(enters(&mut browser).await, "the session that waited goes on");
        let twice = anybody.open(&link).await;
        assert!(twice.status == StatusCode::OK && twice.text.contains("have consented before"), "{}", twice.text);
        let late = anybody.submit(form_of(&seen, "/guardian/consent")).await;
        assert!(late.text.contains("consented before"), "sent twice: {}", late.text);
        let told = last(&passport, EMAIL).await;
        assert!(told.contains("您的监护人同意"), "{told}");
        assert!(last(&passport, GUARDIAN).await.contains("/guardian/withdraw?t="), "how it is taken back");
        let shown = browser.open(&page("/account/guardian")).await;
        assert!(shown.text.contains("2027-09-02") || shown.text.contains("您自己决定的日子"), "{}", shown.text);
        let sealed = "SELECT COUNT(*) AS n FROM guardians WHERE person_sealed IS NOT NULL AND code_mac IS NULL";
        assert_eq!(count(&passport, sealed).await, 1);
    })
    .await;
}

#[tokio::test]
async fn a_guardian_on_a_phone_consents_beside_the_child_by_the_code_and_only_with_the_box_ticked() {
    on_both_with(PLAIN, |passport| async move {
        passport.register(&[OURS]).await;
        let mut browser = child(&passport).await;
        let waiting = ask(&mut browser, "139 1111 2222").await;
        let code = code_in(&last(&passport, GUARDIANS_NUMBER).await);
        let unticked = browser.submit(coded(&waiting, &code).without("agree")).await;
        assert_eq!(summary(&unticked), ["监护人同意：请监护人读过说明，同意的话在这里打勾"]);
        assert!(!enters(&mut browser).await);
        let done = browser.submit(coded(&unticked, &code)).await;
        assert!(done.text.contains("监护人已同意，现在可以进入考试网站"), "{}", done.text);
        assert!(enters(&mut browser).await);
        let again = browser.submit(coded(&waiting, &code)).await;
        assert!(again.status == StatusCode::OK && again.url.path() == "/account/guardian", "{}", again.text);
        let undo = last(&passport, GUARDIANS_NUMBER).await;
        assert!(undo.contains("/guardian/withdraw?t="), "{undo}");
    })
    .await;
}

#[tokio::test]
async fn who_is_no_guardian_says_no_is_forgotten_and_the_child_asks_another() {
    on_both_with(PLAIN, |passport| async move {
        passport.register(&[OURS]).await;
        let mut browser = child(&passport).await;
        ask(&mut browser, GUARDIAN).await;
        let link = link_in(&last(&passport, GUARDIAN).await);
        let mut stranger = passport.browser();
        let seen = stranger.open(&link).await;
        let foreign = form_of(&seen, "/guardian/consent").set("csrf", "x").with("action", "refuse");
        let foreign = stranger.submit(foreign).await;
        let no = stranger.submit(form_of(&foreign, "/guardian/consent").with("action", "refuse")).await;
        assert!(no.text.contains("已记录：不同意"), "{}", no.text);
        let known = "SELECT COUNT(*) AS n FROM guardians WHERE person_sealed IS NOT NULL OR contact_hash IS NOT NULL \
                     OR link_hash IS NOT NULL OR code_mac IS NOT NULL";
        assert_eq!(count(&passport, known).await, 0);
        assert_eq!(stranger.open(&link).await.status, StatusCode::NOT_FOUND);
        assert!(last(&passport, EMAIL).await.contains("/account/guardian"), "the child is told");
        let shown = browser.open(&page("/account/guardian")).await;
        assert!(shown.text.contains("上一次请求没有得到同意"), "{}", shown.text);
        browser.submit(named(&shown, "dad@example.com")).await;
        assert!(consents(&passport, "dad@example.com").await.has(".status-mark.ok"));
        assert!(enters(&mut browser).await);
    })
    .await;
}

#[tokio::test]
async fn consent_that_is_taken_back_signs_the_child_out_and_can_be_given_again() {
    on_both_with(PLAIN, |passport| async move {
        passport.register(&[OURS]).await;
        let mut browser = child(&passport).await;
        ask(&mut browser, GUARDIAN).await;
        consents(&passport, GUARDIAN).await;
        let tokens = passport.tokens(&mut browser, "openid offline_access").await;
        let first = link_in(&last(&passport, GUARDIAN).await);
        let shown = browser.open(&page("/account/guardian")).await;
        passport.clock.advance(Duration::from_millis(1));
        let sent = shown.form("main form:has([name=csrf]):not([action='/sign-out'])").with("action", "link");
        assert!(browser.submit(sent).await.text.contains("撤回同意的链接已发给监护人"));
        let undo = link_in(&last(&passport, GUARDIAN).await);
        let mut parent = passport.browser();
        assert_eq!(parent.open(&first).await.status, StatusCode::GONE, "a newer one took its place");
        let seen = parent.open(&undo).await;
        assert!(seen.has("main button.danger") && seen.text.contains("李**"), "{}", seen.text);
        assert!(enters(&mut browser).await, "looking takes nothing back");
        let done = parent.submit(form_of(&seen, "/guardian/withdraw")).await;
        assert!(done.text.contains("已撤回同意"), "{}", done.text);
        let twice = parent.submit(form_of(&seen, "/guardian/withdraw")).await;
        assert!(twice.status == StatusCode::GONE && twice.text.contains("没有什么要撤回的"), "{}", twice.text);
        assert_eq!(browser.open(&page("/account/profile")).await.url.path(), "/sign-in", "signed out");
        let refresh = tokens["refresh_token"].as_str().expect("a token");
        let refreshed = crate::support::site::token(&mut browser, &crate::support::site::refreshing(refresh)).await;
        assert_ne!(refreshed.status, StatusCode::OK, "sites get nothing more: {}", refreshed.text);
        assert!(last(&passport, EMAIL).await.contains("监护人撤回了同意"));
        let mut browser = again(&passport).await;
        assert!(!enters(&mut browser).await);
        let shown = browser.open(&page("/account/guardian")).await;
        assert!(shown.text.contains("监护人撤回了同意") && !shown.text.contains("王芳"), "{}", shown.text);
        passport.clock.advance(Duration::from_secs(61));
        browser.submit(named(&shown, GUARDIAN)).await;
        consents(&passport, GUARDIAN).await;
        assert!(enters(&mut browser).await);
    })
    .await;
}

#[tokio::test]
async fn the_copy_of_ones_data_has_the_guardian_in_it() {
    on_both_with(PLAIN, |passport| async move {
        let mut browser = child(&passport).await;
        ask(&mut browser, GUARDIAN).await;
        let shown = browser.open(&page("/account/export")).await;
        let copy = browser.submit(form_of(&shown, "/account/export")).await.json();
        let guardian = &copy["guardian"];
        assert_eq!((&guardian["name"], &guardian["contact"]), (&"王芳".into(), &GUARDIAN.into()), "{copy}");
        assert_eq!((&guardian["state"], &guardian["relation"]), (&"asked".into(), &"mother".into()), "{copy}");
    })
    .await;
}
