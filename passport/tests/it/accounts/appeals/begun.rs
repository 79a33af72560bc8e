//! Beginning an appeal, following it, and taking it back.

use futures_util::future::join;
use http::StatusCode;
use passport::accounts::appeals::state::NoWay;

use super::*;
use crate::support::on_both;

#[tokio::test]
async fn who_appeals_is_answered_alike_whether_anybody_has_the_document_or_not() {
    on_both_with(PLAIN, |passport| async move {
        holder(&passport).await;
        let mut seen = Vec::new();
        for (contact, number) in [(OWNER, NUMBER), ("other@example.com", "440524188001010014")] {
            let mut browser = passport.browser();
            let rows = count(&passport, "SELECT COUNT(*) AS n FROM outbox").await;
            let case = begun_by(&passport, &mut browser, contact, number).await;
            let case = sent(&mut browser, upload(&case, &photo())).await;
            let rows = count(&passport, "SELECT COUNT(*) AS n FROM outbox").await - rows;
            let told = number_of(&case).to_string();
            let texts: Vec<_> = case.texts("main").iter().map(|text| text.replace(&told, "…")).collect();
            seen.push((case.status, texts, rows));
        }
        assert_eq!(seen[0], seen[1]);
        assert!(
            !messages(&passport).await.iter().any(|m| m.contains(EMAIL) && m.contains("申诉")),
            "no holder is told"
        );
    })
    .await;
}

#[tokio::test]
async fn nobody_appeals_who_cannot_be_written_to_and_no_account_is_needed() {
    on_both_with(PLAIN, |passport| async move {
        let mut browser = passport.browser();
        let wrong = asked(&mut browser, "nonsense").await;
        assert_eq!(summary(&wrong), ["您的电子邮箱或手机号：填写一个您能收到消息的邮箱或手机号"]);
        for path in ["/appeal/details", "/appeal/details?proven=x", "/appeal/code", "/appeal/code?request=x"] {
            assert_eq!(browser.open(&page(path)).await.url.path(), "/appeal", "{path}");
        }
        let details = proven(&passport, &mut browser, "+8613900139000").await;
        assert!(details.text.contains("+8613900139000"), "an SMS does as well");
        let mut elsewhere = passport.browser();
        let moved = elsewhere.open(details.url.as_str()).await;
        assert_eq!(moved.url.path(), "/appeal");
        assert!(moved.text.contains("请重新验证"), "another browser proves for itself: {}", moved.text);
        let (details, late) = (details.clone(), filled(&details, NUMBER));
        passport.clock.advance(2 * 60 * Duration::from_secs(60));
        assert_eq!(browser.submit(late).await.url.path(), "/appeal", "{}", details.url);
        assert_eq!(count(&passport, "SELECT COUNT(*) AS n FROM appeals").await, 0);
    })
    .await;
}

#[tokio::test]
async fn a_captcha_stands_before_the_first_message() {
    on_both(|passport| async move {
        let mut browser = passport.browser();
        let refused = asked(&mut browser, OWNER).await;
        assert_eq!(refused.attributes(".summary a", "href"), ["#captcha"]);
        assert_eq!(form(&refused, "/appeal").value("contact"), Some(OWNER));
        assert_eq!(messages(&passport).await.len(), 0);
    })
    .await;
}

#[tokio::test]
async fn what_is_missing_is_named_and_what_was_typed_stays_down_to_the_rarest_character() {
    on_both_with(PLAIN, |passport| async move {
        let mut browser = passport.browser();
        let details = proven(&passport, &mut browser, OWNER).await;
        let empty = browser.submit(form(&details, "/appeal/details")).await;
        assert_eq!(
            empty.attributes(".summary a", "href"),
            ["#province", "#id_type", "#name", "#words"],
            "{:?}",
            summary(&empty)
        );
        let rare = format!("{}·𰻝", "𠮷".repeat(48));
        for (name, words, wrong) in [
            ("李1", "话", vec!["#name"]),
            (&*"李".repeat(51), "话", vec!["#name"]),
            (&*rare, &*"𰻝".repeat(501), vec!["#words"]),
            (&*rare, "a\u{202E}b", vec!["#words"]),
        ] {
            let refused = browser.submit(filled(&details, NUMBER).set("name", name).set("words", words)).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
            assert_eq!(refused.attributes(".summary a", "href"), wrong, "{name}");
            assert_eq!(form(&refused, "/appeal/details").value("name"), Some(name));
        }
        let case = browser.submit(filled(&details, NUMBER).set("name", &rare).set("words", &"𰻝".repeat(500))).await;
        assert_eq!(case.url.path(), "/appeal/case", "{:?}", summary(&case));
        let seen = passport.app.accounts.see_appeal(number_of(&case), staff("wang")).await.expect("an answer");
        let file = seen.expect("an appeal").appeal.file.expect("words");
        assert_eq!((file.name.as_str(), file.words.as_str()), (rare.as_str(), "𰻝".repeat(500).as_str()));
    })
    .await;
}

#[tokio::test]
async fn a_form_sent_twice_is_one_appeal_and_so_are_two_about_the_same() {
    on_both_with(PLAIN, |passport| async move {
        let mut browser = passport.browser();
        let details = proven(&passport, &mut browser, OWNER).await;
        let mut tab = browser.clone();
        let (one, other) =
            join(browser.submit(filled(&details, NUMBER)), tab.submit(filled(&details, NUMBER).set("words", "另一个")))
                .await;
        assert_eq!(number_of(&one), number_of(&other));
        let mut later = passport.browser();
        let again = begun_by(&passport, &mut later, "Owner@example.com", NUMBER).await;
        assert_eq!(number_of(&again), number_of(&one));
        assert!(again.text.contains("您已经为这个证件提出过申诉"), "{}", again.text);
        assert_eq!(count(&passport, "SELECT COUNT(*) AS n FROM appeals").await, 1);
        assert_eq!(messages(&passport).await.iter().filter(|m| m.contains("申诉编号")).count(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_document_and_a_contact_are_appealed_for_three_times_a_day() {
    on_both_with(PLAIN, |passport| async move {
        for n in 0..4 {
            let mut browser = passport.browser();
            let details = proven(&passport, &mut browser, &format!("owner{n}@example.com")).await;
            let case = browser.submit(filled(&details, NUMBER)).await;
            assert_eq!(case.status == StatusCode::TOO_MANY_REQUESTS, n == 3, "{n}: {}", case.status);
            assert_eq!(case.header("retry-after").is_some(), n == 3);
        }
        for n in 0..4 {
            let mut browser = passport.browser();
            let details = proven(&passport, &mut browser, OWNER).await;
            let form = filled(&details, NUMBER).set("id_type", "passport").set("id_number", &format!("E1234567{n}"));
            let case = browser.submit(form).await;
            assert_eq!(case.status == StatusCode::TOO_MANY_REQUESTS, n == 3, "{n}: {}", case.status);
        }
    })
    .await;
}

#[tokio::test]
async fn the_link_shows_how_it_stands_in_any_browser_and_is_sent_again_by_the_number() {
    on_both_with(PLAIN, |passport| async move {
        let mut browser = passport.browser();
        let case = begun_by(&passport, &mut browser, OWNER, NUMBER).await;
        let first = last_to(&passport, OWNER).await;
        assert!(first.contains(&number_of(&case).to_string()));
        let mut phone = passport.browser().language("en");
        let seen = phone.open(&link_in(&first)).await;
        assert!(seen.text.contains("The photo of the document is missing"), "{}", seen.text);
        let seen = sent(&mut phone, upload(&seen, &photo())).await;
        assert!(seen.text.contains("Everything is here"), "{}", seen.text);
        assert!(stands(&mut browser, &case).await.contains("等工作人员核对"));

        let ask = async |number: &str| {
            let mut browser = passport.browser();
            let answer = browser.open(&page("/appeal")).await;
            browser.submit(form(&answer, "/appeal").set("number", number).with("action", "again")).await
        };
        passport.clock.advance(Duration::from_millis(1));
        let before = messages(&passport).await.len();
        let told = ask(&number_of(&case).to_string().replace('-', " ")).await;
        let unknown = ask("000-000-000").await;
        assert_eq!(told.texts("main"), unknown.texts("main"), "a number that nobody has is answered alike");
        assert_eq!(messages(&passport).await.len(), before + 1);
        assert_eq!(link_in(&last_to(&passport, OWNER).await), link_in(&first));
        assert_eq!(summary(&ask("000000001").await), ["申诉编号：申诉编号是9位数字，请对照消息再核对"]);
        for n in 0..3 {
            let often = ask(&number_of(&case).to_string()).await.status == StatusCode::TOO_MANY_REQUESTS;
            assert_eq!(often, n == 2, "nobody’s mailbox is filled");
        }
    })
    .await;
}

#[tokio::test]
async fn who_heard_the_number_of_an_appeal_keeps_its_owner_from_no_link() {
    on_both_with(PLAIN, |passport| async move {
        let case = begun_by(&passport, &mut passport.browser(), OWNER, NUMBER).await;
        let ask = async |host: u8| {
            let mut browser = passport.browser().from_address([203, 0, 113, host].into());
            let answer = browser.open(&page("/appeal")).await;
            let number = number_of(&case).to_string();
            browser.submit(form(&answer, "/appeal").set("number", &number).with("action", "again")).await
        };
        let sent_by = async |host: u8| ask(host).await.status != StatusCode::TOO_MANY_REQUESTS;
        for n in 0..20 {
            assert_eq!(sent_by(66).await, n < 3, "{n}");
        }
        assert!(sent_by(9).await, "the owner, from elsewhere");
        // Whoever has many networks fills no mailbox with it.
        let mut sent = 4;
        for host in 100..120 {
            sent += u32::from(sent_by(host).await);
        }
        assert_eq!(sent, 12);
        let refused = ask(9).await;
        assert!(summary(&refused)[0].contains("重新验证"), "{:?}", summary(&refused));
        let again = begun_by(&passport, &mut passport.browser(), OWNER, NUMBER).await;
        assert_eq!(number_of(&again), number_of(&case), "the way that the page tells");
        assert!(again.has("form[action^='/appeal/photo']"), "{}", again.text);
    })
    .await;
}

#[tokio::test]
async fn a_link_that_is_not_whole_leads_to_a_page_with_one_button() {
    on_both_with(PLAIN, |passport| async move {
        let mut browser = passport.browser();
        let case = begun_by(&passport, &mut browser, OWNER, NUMBER).await;
        let token = case.parameter("t").expect("a token");
        for path in ["/appeal/case", "/appeal/objection", "/appeal/document"] {
            for wrong in ["", "x", &token[..token.len() - 1], &format!("{token}A"), &token.to_uppercase()] {
                let answer = browser.open(&page(&format!("{path}?t={wrong}"))).await;
                assert!(answer.status.is_client_error(), "{path} {wrong}: {}", answer.status);
                assert_eq!(answer.texts("main .button.primary").len(), 1, "{path}: {}", answer.text);
            }
        }
        for path in ["/appeal/objection", "/appeal/document"] {
            let answer = browser.open(&page(&format!("{path}?t={token}"))).await;
            assert!(answer.status.is_client_error(), "the link of one page opens no other: {path}");
        }
    })
    .await;
}

#[tokio::test]
async fn who_appealed_takes_it_back_until_it_is_decided_and_may_appeal_again() {
    on_both_with(PLAIN, |passport| async move {
        holder(&passport).await;
        let mut browser = passport.browser();
        let case = submitted(&passport, &mut browser).await;
        assert!(decide(&passport, &case, "wang", Verdict::Credible).await.is_ok());
        let asks = browser.click(&case, &case.attributes(".way-out a", "href")[0]).await;
        assert!(asks.texts("h1").concat().contains("撤回这次申诉？"));
        let take_back = form(&asks, "/appeal/case");
        passport.clock.advance(Duration::from_millis(1));
        let done = browser.submit(take_back.clone()).await;
        assert!(done.text.contains("申诉已撤回") && state(&passport, &case).await == "withdrawn", "{}", done.text);
        assert!(last_to(&passport, EMAIL).await.contains("证件保留在您的账号上"), "the holder hears that it is over");
        let twice = browser.submit(take_back).await;
        assert!(twice.text.contains("不能再撤回"), "{}", twice.text);
        assert_eq!(decide(&passport, &case, "li", Verdict::Granted).await.map(drop), Err(NoWay::NotNow.into()));
        let again = begun_by(&passport, &mut passport.browser(), OWNER, NUMBER).await;
        assert_ne!(number_of(&again), number_of(&case));
    })
    .await;
}

#[tokio::test]
async fn an_appeal_whose_photo_never_comes_is_over_after_a_day() {
    on_both_with(PLAIN, |passport| async move {
        let mut browser = passport.browser();
        let case = begun_by(&passport, &mut browser, OWNER, NUMBER).await;
        after(&passport, DAY).await;
        assert!(stands(&mut browser, &case).await.contains("这次申诉已经过期"));
        let late = sent(&mut browser, upload(&case, &photo())).await;
        assert!(late.text.contains("这次申诉已经过期") && late.texts("main .button.primary").len() == 1);
        assert_eq!(count(&passport, "SELECT COUNT(*) AS n FROM appeal_photos").await, 0);
    })
    .await;
}
