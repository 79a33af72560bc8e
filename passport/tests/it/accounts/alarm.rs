//! “This wasn't me”: in a notice, without signing in, and beside a line of one's history.

use std::time::Duration;

use futures_util::future::join_all;
use http::StatusCode;
use passport::accounts::alarm::CaseNumber;
use passport::audit;

use super::contact::{messages, registered};
use super::factors::{Protected, halfway, protected};
use super::recovery::{NEW, PHONE, choose, lands, last_to, proven};
use super::register::{count, register_form};
use super::*;
use crate::support::on_both_with;

const HOUR: Duration = Duration::from_secs(60 * 60);
const THIEVES: &str = "Seil7!hafen";
const NEWER: &str = "dieb2007@example.com";

/// The link of an alarm in a message, if there is one.
fn alarm_in(message: &str) -> Option<String> {
    let at = message.find(&format!("{ISSUER}/alarm?t="))?;
    message[at..].split(['\\', '"', ' ']).next().map(str::to_owned)
}

/// The link of the notice that was sent last to that contact.
pub(super) async fn alarm_to(passport: &Passport, to: &str) -> String {
    let message = last_to(passport, to).await;
    alarm_in(&message).unwrap_or_else(|| panic!("no link in {message}"))
}

/// Changes the password in that browser.
pub(super) async fn change_password(browser: &mut Browser, old: &str, new: &str) {
    let asked = browser.open(&page("/account/password")).await;
    let filled = form(&asked, "/account/password").set("old_password", old).set("password", new);
    let done = browser.submit(filled.set("password_confirm", new)).await;
    assert!(done.text.contains("密码已修改") || done.url.path() == "/", "{:?}", summary(&done));
}

/// A thief who knows the password, is signed in and has changed it; the link of the notice that the owner got.
pub(super) async fn robbed(passport: &Passport) -> (Browser, String) {
    candidate(passport).await;
    let mut thief = passport.browser().from_address([203, 0, 113, 66].into());
    sign_in(&mut thief).await;
    passport.clock.advance(HOUR);
    change_password(&mut thief, PASSWORD, THIEVES).await;
    let link = alarm_to(passport, EMAIL).await;
    (thief, link)
}

/// The thief puts an address of theirs in the place of the owner's.
async fn give_new_address(passport: &Passport, thief: &mut Browser) {
    passport.clock.advance(Duration::from_millis(1));
    let wish = thief.open(&page("/account/contact/change?contact=email")).await;
    let wish = form(&wish, "/account/contact/change").set("email", NEWER).set("old_password", THIEVES);
    let waits = thief.submit(wish).await;
    let code = super::contact::code_in(&last_to(passport, NEWER).await);
    thief.submit(form(&waits, "/account/contact/proof").set("code", &code)).await;
}

/// Presses the button of the link's page.
pub(super) async fn press(passport: &Passport, link: &str) -> Answer {
    let mut anybody = passport.browser();
    let seen = anybody.open(link).await;
    anybody.submit(form(&seen, "/alarm")).await
}

/// The number on the page of a case.
pub(super) fn number(case: &Answer) -> CaseNumber {
    let shown = case.texts("main .facts .reference").concat();
    CaseNumber::parse(&shown).unwrap_or_else(|| panic!("no number: {}", case.text))
}

/// Whether a browser is signed in.
async fn is_in(browser: &mut Browser) -> bool {
    browser.open(&page("/account/profile")).await.url.path() == "/account/profile"
}

/// Chooses a new password by the mail alone; where that leads.
pub(super) async fn reset(passport: &Passport) -> String {
    let mut owner = passport.browser();
    let chosen = proven(passport, &mut owner, EMAIL, EMAIL).await;
    passport.clock.advance(Duration::from_millis(1));
    choose(&mut owner, &chosen).await.url.path().to_owned()
}

#[tokio::test]
async fn who_reads_in_a_notice_what_they_did_not_do_ends_it_without_signing_in_and_gets_a_number() {
    on_both_with(PLAIN, |passport| async move {
        let (mut thief, link) = robbed(&passport).await;
        let mut owner = passport.browser();
        for _ in 0..2 {
            let seen = owner.open(&link).await;
            for told in ["密码已修改", "2027-03-18 10:00:00", "203.0.113.66"] {
                assert!(seen.text.contains(told), "{told}: {}", seen.text);
            }
            assert_eq!(seen.texts("main form button").len(), 1);
        }
        assert!(is_in(&mut thief).await, "looking, which scanners do, ends nothing");
        let seen = owner.open(&link).await;
        let case = owner.submit(form(&seen, "/alarm")).await;
        assert!(case.text.contains("账号已保护"), "{}", case.text);
        assert_eq!(case.attributes("main a.button.primary", "href"), ["/recover"]);
        let shown = number(&case).to_string();
        assert!(!is_in(&mut thief).await && !is_in(&mut owner).await, "nobody is in, and the link signs nobody in");
        assert_eq!(lands(&passport, EMAIL, THIEVES).await, "/sign-in", "the password is worth nothing");
        for to in [EMAIL, PHONE] {
            let told = messages(&passport).await.into_iter().any(|told| told.contains(to) && told.contains(&shown));
            assert!(told, "{to} is told the number");
        }
        assert_eq!(count(&passport, "SELECT COUNT(*) AS n FROM known_devices").await, 0);
        assert_eq!(count(&passport, "SELECT COUNT(*) AS n FROM sessions WHERE end_reason <> 'locked'").await, 0);

        assert_eq!(reset(&passport).await, "/sign-in");
        assert_eq!(lands(&passport, EMAIL, NEW).await, "/");
        let later = passport.browser().open(&link).await;
        assert!(later.text.contains("账号已经恢复") && later.text.contains(&shown), "{}", later.text);
        assert_eq!(later.attributes("main a.button.primary", "href"), ["/sign-in"]);
    })
    .await;
}

#[tokio::test]
async fn a_link_says_from_where_its_own_notice_came_whatever_else_was_done_at_that_moment() {
    on_both_with(PLAIN, |passport| async move {
        let (_, link) = robbed(&passport).await;
        // In the record it stands beside the change, and after it.
        passport.clock.advance(Duration::from_millis(1));
        let mut owner = passport.browser().from_address([198, 51, 100, 9].into());
        for _ in 0..5 {
            let form = sign_in_form(&mut owner, EMAIL, PASSWORD).await;
            owner.submit(form).await;
        }
        let seen = passport.browser().open(&link).await;
        assert!(seen.text.contains("203.0.113.66") && !seen.text.contains("198.51.100.9"), "{}", seen.text);
        let locked = alarm_to(&passport, EMAIL).await;
        assert_ne!(locked, link);
        let seen = passport.browser().open(&locked).await;
        assert!(seen.text.contains("198.51.100.9") && !seen.text.contains("203.0.113.66"), "{}", seen.text);
    })
    .await;
}

#[tokio::test]
async fn a_link_pressed_again_anywhere_shows_its_case_and_does_nothing_more() {
    on_both_with(PLAIN, |passport| async move {
        let (_, link) = robbed(&passport).await;
        let (mut early, mut late) = (passport.browser(), passport.browser());
        let (first, second) = (early.open(&link).await, late.open(&link).await);
        let case = number(&early.submit(form(&first, "/alarm")).await);
        assert_eq!(number(&late.submit(form(&second, "/alarm")).await), case, "the other tab");
        assert_eq!(reset(&passport).await, "/sign-in");
        let mut owner = passport.browser();
        let form_ = sign_in_form(&mut owner, EMAIL, NEW).await;
        owner.submit(form_).await;
        let again = late.submit(form(&second, "/alarm")).await;
        assert_eq!((number(&again), again.status), (case, StatusCode::OK));
        assert!(is_in(&mut owner).await, "a link that was used ends nothing");
    })
    .await;
}

#[tokio::test]
async fn of_many_who_press_at_once_one_opens_the_case() {
    on_both_with(PLAIN, |passport| async move {
        let (_, link) = robbed(&passport).await;
        let mut opened = Vec::new();
        for mut browser in (0..8).map(|_| passport.browser()) {
            let seen = browser.open(&link).await;
            opened.push((browser, form(&seen, "/alarm")));
        }
        let pressed = opened.into_iter().map(|(mut browser, form)| async move { browser.submit(form).await });
        let cases = join_all(pressed).await;
        let numbers: Vec<_> = cases.iter().map(number).collect();
        assert!(numbers.iter().all(|number| *number == numbers[0]), "{numbers:?}");
        assert_eq!(count(&passport, "SELECT COUNT(*) AS n FROM cases").await, 1);
    })
    .await;
}

#[tokio::test]
async fn a_second_notice_joins_the_case_and_leaves_alone_what_its_owner_has_begun() {
    on_both_with(PLAIN, |passport| async move {
        let (mut thief, first) = robbed(&passport).await;
        passport.clock.advance(Duration::from_millis(1));
        change_password(&mut thief, THIEVES, "Wolke9!nebel").await;
        let second = alarm_to(&passport, EMAIL).await;
        assert_ne!(first, second);
        let case = number(&press(&passport, &first).await);
        let mut owner = passport.browser();
        let chosen = proven(&passport, &mut owner, EMAIL, EMAIL).await;
        assert_eq!(number(&press(&passport, &second).await), case);
        assert_eq!(choose(&mut owner, &chosen).await.url.path(), "/sign-in", "the reset goes on");
        assert_eq!(count(&passport, "SELECT COUNT(*) AS n FROM cases").await, 1);
    })
    .await;
}

#[tokio::test]
async fn half_a_sign_in_a_reset_and_a_proof_that_are_under_way_end_and_factors_stay() {
    on_both_with(PLAIN, |passport| async move {
        let Protected { browser: mut owner, app, .. } = protected(&passport).await;
        let link = alarm_to(&passport, PHONE).await;
        passport.clock.advance(Duration::from_secs(60));
        let (mut thief, mut other) = (passport.browser(), passport.browser());
        let second = halfway(&mut thief).await;
        let chosen = proven(&passport, &mut other, EMAIL, EMAIL).await;
        let wish = owner.open(&page("/account/contact/change?contact=email")).await;
        let wish = form(&wish, "/account/contact/change").set("email", NEWER).set("old_password", PASSWORD);
        assert_eq!(owner.submit(wish).await.url.path(), "/account/contact/proof");
        let proof = super::contact::link_in(&last_to(&passport, NEWER).await);
        press(&passport, &link).await;
        assert_eq!(count(&passport, "SELECT COUNT(*) AS n FROM half_sign_ins").await, 0);
        let over = passport.browser().open(&proof).await;
        assert!(!over.has("main form[action='/contact/confirm']"), "no address is changed by it: {}", over.text);
        let code = form(&second, "/sign-in/second-step").set("code", &app.code(&passport));
        assert_eq!(thief.submit(code).await.url.path(), "/sign-in");
        let shown = chosen.form("form:has([name=code])").with("action", "factor").set("code", &app.code(&passport));
        let over = other.submit(shown).await;
        assert!(!over.has("[name=password_confirm]"), "{}", over.text);

        passport.clock.advance(Duration::from_secs(60));
        let mut owner = passport.browser();
        let chosen = proven(&passport, &mut owner, EMAIL, EMAIL).await;
        assert!(!chosen.has("[name=password_confirm]"), "no way that passes by the factor");
        let shown = chosen.form("form:has([name=code])").with("action", "factor").set("code", &app.code(&passport));
        let chosen = owner.submit(shown).await;
        assert_eq!(choose(&mut owner, &chosen).await.url.path(), "/sign-in");
        let form = sign_in_form(&mut owner, EMAIL, NEW).await;
        assert_eq!(owner.submit(form).await.url.path(), "/sign-in/second-step", "the factor is asked for as before");
    })
    .await;
}

#[tokio::test]
async fn a_notice_can_be_answered_for_thirty_days_and_then_leads_to_a_new_password_all_the_same() {
    on_both_with(PLAIN, |passport| async move {
        let (mut thief, link) = robbed(&passport).await;
        passport.clock.advance(Duration::from_secs(30 * 24 * 60 * 60) - HOUR);
        let seen = thief.open(&link).await;
        assert!(seen.has("main form button.danger"), "{}", seen.text);
        passport.clock.advance(HOUR);
        for late in [link.as_str(), &page("/alarm?t=unknown"), &page("/alarm")] {
            let over = passport.browser().open(late).await;
            assert_eq!(over.status, StatusCode::GONE, "{late}");
            assert_eq!(over.attributes("main a.button.primary", "href"), ["/recover"]);
        }
        for _ in 0..4 {
            let late = thief.submit(form(&seen, "/alarm")).await;
            assert_eq!(late.status, StatusCode::GONE, "its page was open for too long");
        }
        assert_eq!(count(&passport, "SELECT COUNT(*) AS n FROM cases").await, 0);
        assert_eq!(reset(&passport).await, "/sign-in");
        let fresh = press(&passport, &alarm_to(&passport, EMAIL).await).await;
        assert!(fresh.text.contains("账号已保护"), "old links spend nothing of what is allowed: {}", fresh.text);
    })
    .await;
}

#[tokio::test]
async fn who_reads_somebodys_mails_shuts_the_account_three_times_a_week_and_no_more() {
    on_both_with(PLAIN, |passport| async move {
        candidate(&passport).await;
        for round in 0..4 {
            assert_eq!(reset(&passport).await, "/sign-in", "round {round}: the owner is always let in again");
            let answer = press(&passport, &alarm_to(&passport, EMAIL).await).await;
            match round {
                0..3 => assert!(answer.text.contains("账号已保护"), "{round}: {}", answer.text),
                _ => {
                    assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
                    assert_eq!(answer.attributes("main a.button.primary", "href"), ["/recover"]);
                }
            }
        }
        assert_eq!(lands(&passport, EMAIL, NEW).await, "/", "the fourth did not shut it");
        let by_phone = press(&passport, &alarm_to(&passport, PHONE).await).await;
        assert!(by_phone.text.contains("账号已保护"), "the other contact has its own: {}", by_phone.text);
        passport.clock.advance(Duration::from_secs(7 * 24 * 60 * 60));
        assert_eq!(reset(&passport).await, "/sign-in");
        assert!(press(&passport, &alarm_to(&passport, EMAIL).await).await.text.contains("账号已保护"));
    })
    .await;
}

#[tokio::test]
async fn a_thief_who_changed_the_address_gains_nothing_by_an_alarm() {
    on_both_with(PLAIN, |passport| async move {
        let (mut thief, link) = robbed(&passport).await;
        give_new_address(&passport, &mut thief).await;
        let undo = super::contact::link_in(&last_to(&passport, EMAIL).await);
        assert!(undo.contains("/contact/undo"), "{undo}");
        passport.clock.advance(71 * HOUR);
        let case = press(&passport, &link).await;
        assert!(case.text.contains("联系方式最近更换过") && case.text.contains("3月24日"), "{}", case.text);

        // The new address alone is not enough, nor is saying that one waits before the former one had its time.
        let mut again = passport.browser();
        let need = proven(&passport, &mut again, NEWER, NEWER).await;
        assert!(!need.has("[name=password_confirm]"), "{}", need.text);
        assert!(need.has("button[value=mobile]") && need.has("button[value=wait]"), "{}", need.text);

        // The undo outlives its three days, ends what was begun, and gives the address back.
        passport.clock.advance(70 * HOUR);
        let mut owner = passport.browser();
        let seen = owner.open(&undo).await;
        let undone = owner.submit(form(&seen, "/contact/undo")).await;
        assert!(undone.text.contains("账号已暂停") && undone.text.contains("个案编号"), "{}", undone.text);
        assert_eq!(reset(&passport).await, "/sign-in");
        assert_eq!(lands(&passport, EMAIL, NEW).await, "/");
        assert_eq!(lands(&passport, NEWER, NEW).await, "/sign-in");
    })
    .await;
}

#[tokio::test]
async fn with_both_contacts_the_owner_of_a_new_one_is_let_in_after_an_alarm() {
    on_both_with(PLAIN, |passport| async move {
        let (mut thief, link) = robbed(&passport).await;
        give_new_address(&passport, &mut thief).await;
        press(&passport, &link).await;
        let mut owner = passport.browser();
        proven(&passport, &mut owner, NEWER, NEWER).await;
        let both = proven(&passport, &mut owner, MOBILE, PHONE).await;
        assert_eq!(choose(&mut owner, &both).await.url.path(), "/sign-in");
        assert_eq!(lands(&passport, NEWER, NEW).await, "/");
    })
    .await;
}

#[tokio::test]
async fn an_account_that_a_thief_wants_cancelled_is_kept() {
    on_both_with(PLAIN, |passport| async move {
        let (mut thief, _) = robbed(&passport).await;
        let asked = thief.open(&page("/account/close")).await;
        let wish = asked.form("main form:has([name=old_password])").set("old_password", THIEVES);
        let wish = if wish.has("agree") { wish.set("agree", "on") } else { wish };
        thief.submit(wish).await;
        assert_eq!(count(&passport, "SELECT COUNT(*) AS n FROM closures").await, 1);
        press(&passport, &alarm_to(&passport, EMAIL).await).await;
        assert_eq!(count(&passport, "SELECT COUNT(*) AS n FROM closures").await, 0);
    })
    .await;
}

#[tokio::test]
async fn a_contact_that_was_never_proven_gets_no_link() {
    on_both_with(PLAIN, |passport| async move {
        let mut browser = registered(&passport).await;
        let before = messages(&passport).await.len();
        change_password(&mut browser, PASSWORD, THIEVES).await;
        assert_eq!(messages(&passport).await.len(), before, "nothing is proven: whoever reads it may be a stranger");
        let asked = browser.open(&page("/account/close")).await;
        browser.submit(form(&asked, "/account/close").set("old_password", THIEVES)).await;
        let told = messages(&passport).await.split_off(before);
        assert_eq!(told.len(), 2, "of the end all are told where nothing is proven: {told:?}");
        assert!(told.iter().all(|told| alarm_in(told).is_none()), "{told:?}");
    })
    .await;
}

/// The lines of the history that can be reported: what they say, and where their links lead.
pub(super) async fn reportable(browser: &mut Browser) -> Vec<(String, String)> {
    let history = browser.open(&page("/account/activity")).await;
    let said = history.texts(".event:has(a[href*='/report']) p:first-child");
    said.into_iter().zip(history.attributes(".event a[href*='/report']", "href")).collect()
}

#[tokio::test]
async fn a_line_of_the_history_is_reported_by_who_has_just_signed_in() {
    on_both_with(PLAIN, |passport| async move {
        candidate(&passport).await;
        sign_in(&mut passport.browser().from_address([203, 0, 113, 66].into())).await;
        let mut owner = passport.browser();
        passport.clock.advance(Duration::from_secs(60));
        sign_in(&mut owner).await;
        let lines = reportable(&mut owner).await;
        assert_eq!(
            lines.iter().map(|(said, _)| said.as_str()).collect::<Vec<_>>(),
            ["登录", "登录"],
            "not that there is an account"
        );
        let (_, report) = &lines[1];
        passport.clock.advance(Duration::from_secs(10 * 60));
        let first = owner.open(&page(report)).await;
        assert_eq!(first.url.path(), "/sign-in", "a session alone is not enough: {}", first.text);
        let again = form(&first, "/sign-in").set("username", EMAIL).set("password", PASSWORD);
        let asked = owner.submit(again).await;
        assert_eq!(asked.url.path(), "/account/activity/report");
        assert!(asked.text.contains("203.0.113.66") && asked.text.contains("2027-03-18 09:00:00"), "{}", asked.text);
        let case = owner.submit(form(&asked, "/account/activity/report")).await;
        assert_eq!(case.url.path(), "/alarm");
        let shown = number(&case).to_string();
        assert!(!is_in(&mut owner).await);
        assert!(last_to(&passport, PHONE).await.contains(&shown));
        assert_eq!(lands(&passport, EMAIL, PASSWORD).await, "/sign-in");
    })
    .await;
}

#[tokio::test]
async fn nobody_reports_a_line_of_another_account_nor_what_is_no_line() {
    on_both_with(PLAIN, |passport| async move {
        candidate(&passport).await;
        let mut owner = passport.browser();
        sign_in(&mut owner).await;
        let (_, report) = reportable(&mut owner).await.pop().expect("a line");
        let mut other = passport.browser();
        let theirs = register_form(&mut other).await.set("email", "another@example.com").set("mobile", "13900139000");
        let answer = other.submit(theirs).await;
        other.submit(form(&answer, "/sign-in").set("password", PASSWORD)).await;
        for path in [report.as_str(), "/account/activity/report", "/account/activity/report?t=%3Cx%3E"] {
            assert_eq!(other.open(&page(path)).await.url.path(), "/account/activity", "{path}");
        }
        assert!(is_in(&mut owner).await);
    })
    .await;
}

#[tokio::test]
async fn staff_see_cases_and_close_them_on_record() {
    on_both_with(PLAIN, |passport| async move {
        let (_, link) = robbed(&passport).await;
        let shown = number(&press(&passport, &link).await);
        let accounts = &passport.app.accounts;
        let cases = accounts.cases(false, 10).await.expect("cases");
        assert_eq!(cases.iter().map(|case| &case.number).collect::<Vec<_>>(), [&shown]);
        let case = accounts.case(&shown).await.expect("an answer").expect("a case");
        assert_eq!((case.about.as_str(), case.via.as_str(), case.shut), ("password-changed", "email", true));
        reset(&passport).await;
        assert!(!accounts.case(&shown).await.expect("an answer").expect("a case").shut, "the password is another");
        assert!(accounts.close_case(&shown).await.expect("an answer"));
        assert!(!accounts.close_case(&shown).await.expect("an answer"), "once");
        assert!(accounts.cases(false, 10).await.expect("cases").is_empty());
        assert_eq!(accounts.cases(true, 10).await.expect("cases").len(), 1);
        let entries = passport.db.read(|tx| Box::pin(async move { audit::store::latest(tx, 100).await }));
        let entries = entries.await.expect("the record");
        let closed = entries.iter().find(|entry| entry.kind == "case_closed").expect("it is on record");
        assert_eq!(closed.actor, "operator");
        assert!(passport.browser().open(&link).await.text.contains("工作人员处理完毕"));
    })
    .await;
}

#[tokio::test]
async fn links_and_cases_are_kept_for_their_time() {
    on_both_with(PLAIN, |passport| async move {
        let (_, link) = robbed(&passport).await;
        press(&passport, &link).await;
        let purge = async |days: u64| {
            let limit = crate::support::BEGIN + Duration::from_secs(days * 24 * 60 * 60);
            let cases = passport.sweep("cases", limit).await;
            (cases, passport.sweep("alarms", limit).await)
        };
        assert_eq!(purge(29).await, (0, 0), "a case stays for as long as a link shows it");
        assert_eq!(purge(31).await, (0, 2), "that of the mail and that of the SMS");
        assert_eq!(purge(31).await, (1, 0));
    })
    .await;
}
