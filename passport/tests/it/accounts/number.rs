//! "This number is mine now": numbers that operators gave to somebody else.

use std::time::Duration;

use futures_util::future::{join, join_all};
use http::StatusCode;

use super::contact::{code_in, link_in, messages, registered};
use super::recovery::{change, lands, last_to, proven};
use super::register::{count, register_form};
use super::*;
use crate::support::on_both_with;

const PHONE: &str = "+8613800138000";
const HOUR: Duration = Duration::from_secs(60 * 60);
const LETTERS: &str = "SELECT COUNT(*) AS n FROM outbox WHERE state = 'waiting'";

/// The page of who has proven the candidate's number.
async fn at_the_number(passport: &Passport, browser: &mut Browser) -> Answer {
    proven(passport, browser, MOBILE, PHONE).await
}

/// Asks to have the number detached.
async fn ask(passport: &Passport) -> Answer {
    let mut browser = passport.browser();
    let answer = at_the_number(passport, &mut browser).await;
    press(&mut browser, &answer).await
}

async fn press(browser: &mut Browser, answer: &Answer) -> Answer {
    browser.submit(answer.form("main form:has([value=number])").with("action", "number")).await
}

/// Does what is due after that time.
async fn after(passport: &Passport, wait: Duration) {
    passport.clock.advance(wait);
    passport.app.accounts.settle_numbers().await.expect("settled");
}

async fn numbers(passport: &Passport) -> i64 {
    count(passport, "SELECT COUNT(*) AS n FROM accounts WHERE mobile IS NOT NULL").await
}

#[tokio::test]
async fn a_number_that_nobody_keeps_leaves_its_old_account_and_opens_nothing_of_it() {
    on_both_with(PLAIN, |passport| async move {
        candidate(&passport).await;
        let mut browser = passport.browser();
        let answer = at_the_number(&passport, &mut browser).await;
        let told = press(&mut browser, &answer).await;
        assert!(told.text.contains("已请求解绑") && told.text.contains("3月21日 09:0"), "{}", told.text);
        assert_eq!(browser.open(&page("/recover/password")).await.status, StatusCode::GONE, "the recovery is over");
        for to in [EMAIL, PHONE] {
            let letter = last_to(&passport, to).await;
            assert!(letter.contains("2027-03-21 09:00") && letter.contains("/contact/number?t="), "{letter}");
        }
        after(&passport, 71 * HOUR).await;
        assert_eq!(lands(&passport, MOBILE, PASSWORD).await, "/", "not before the wait is over");
        after(&passport, HOUR).await;
        assert_eq!(lands(&passport, MOBILE, PASSWORD).await, "/sign-in");
        assert_eq!(lands(&passport, EMAIL, PASSWORD).await, "/", "the account is as it was");
        assert!(last_to(&passport, EMAIL).await.contains("有了新的主人"));
        assert!(last_to(&passport, PHONE).await.contains("现在可以用它注册"));
        let mut theirs = passport.browser();
        let form = register_form(&mut theirs).await.set("email", "newcomer@example.com");
        let registered = theirs.submit(form).await;
        assert_eq!(registered.url.path(), "/sign-in", "{:?}", summary(&registered));
        assert_eq!(count(&passport, "SELECT COUNT(*) AS n FROM accounts").await, 2);
    })
    .await;
}

#[tokio::test]
async fn the_holder_keeps_the_number_by_the_link_of_any_notice_and_has_peace_for_a_month() {
    on_both_with(PLAIN, |passport| async move {
        candidate(&passport).await;
        ask(&passport).await;
        let link = link_in(&last_to(&passport, EMAIL).await);
        let mut holder = passport.browser();
        let seen = holder.open(&link).await;
        assert!(seen.text.contains("+86 138****8000"), "{}", seen.text);
        let kept = holder.submit(form(&seen, "/contact/number")).await;
        assert!(kept.text.contains("号码已保留"), "{}", kept.text);
        assert_eq!(holder.open(&link).await.status, StatusCode::GONE);
        after(&passport, 73 * HOUR).await;
        assert_eq!(lands(&passport, MOBILE, PASSWORD).await, "/");
        let letters = count(&passport, LETTERS).await;
        let refused = ask(&passport).await;
        assert!(refused.text.contains("号码暂时不能解绑"), "{}", refused.text);
        assert_eq!(count(&passport, LETTERS).await, letters + 1, "the code, and no notice");
        after(&passport, 30 * 24 * HOUR).await;
        assert!(ask(&passport).await.text.contains("已请求解绑"), "then it may be asked for again");
    })
    .await;
}

#[tokio::test]
async fn a_holder_who_is_signed_in_reads_of_it_at_the_contacts_and_keeps_the_number_by_a_button() {
    on_both_with(PLAIN, |passport| async move {
        candidate(&passport).await;
        ask(&passport).await;
        let mut holder = passport.browser();
        sign_in(&mut holder).await;
        let contacts = holder.open(&page("/account/contact")).await;
        assert!(contacts.text.contains("3月21日 09:0"), "{}", contacts.text);
        let form_ = contacts.form("main form:has([value=keep])").with("action", "keep");
        let again = form_.clone();
        let kept = holder.submit(form_).await;
        assert!(kept.text.contains("手机号继续属于您的账号") && !kept.has("[value=keep]"), "{}", kept.text);
        let late = holder.submit(again).await;
        assert_eq!(late.url.path(), "/account/contact", "a second press does no harm");
        after(&passport, 73 * HOUR).await;
        assert_eq!(numbers(&passport).await, 1);
        sign_in(&mut holder).await;
        let record = holder.open(&page("/account/activity")).await;
        assert_eq!(record.texts(".event p:first-child").iter().filter(|line| *line == "保留了手机号").count(), 1);
    })
    .await;
}

#[tokio::test]
async fn two_who_ask_at_once_share_one_wait_and_the_holder_is_told_once() {
    on_both_with(PLAIN, |passport| async move {
        candidate(&passport).await;
        let (mut one, mut other) = (passport.browser(), passport.browser());
        let first = at_the_number(&passport, &mut one).await;
        let second = at_the_number(&passport, &mut other).await;
        let letters = count(&passport, LETTERS).await;
        let (first, second) = join(press(&mut one, &first), press(&mut other, &second)).await;
        for told in [first, second] {
            assert!(told.text.contains("已请求解绑") && told.text.contains("3月21日 09:0"), "{}", told.text);
        }
        assert_eq!(count(&passport, "SELECT COUNT(*) AS n FROM number_claims").await, 1);
        assert_eq!(count(&passport, LETTERS).await, letters + 2, "one mail, one SMS");
        let again = ask(&passport).await;
        assert!(again.text.contains("3月21日 09:0"), "who asks later waits no longer: {}", again.text);
    })
    .await;
}

#[tokio::test]
async fn when_the_holder_keeps_it_as_the_wait_ends_one_of_the_two_happens_and_is_what_was_said() {
    on_both_with(PLAIN, |passport| async move {
        candidate(&passport).await;
        ask(&passport).await;
        let link = link_in(&last_to(&passport, EMAIL).await);
        let mut holders = Vec::new();
        for _ in 0..3 {
            let mut browser = passport.browser();
            let seen = browser.open(&link).await;
            holders.push((browser, form(&seen, "/contact/number")));
        }
        passport.clock.advance(72 * HOUR);
        let keep = join_all(holders.iter_mut().map(|(browser, form)| browser.submit(form.clone())));
        let settle = join_all((0..3).map(|_| passport.app.accounts.settle_numbers()));
        let (kept, settled) = join(keep, settle).await;
        assert!(settled.iter().all(Result::is_ok));
        let kept = kept.iter().filter(|answer| answer.text.contains("号码已保留")).count();
        assert!(kept <= 1, "one button counts");
        assert_eq!(numbers(&passport).await, i64::try_from(kept).expect("a count"));
        let detached = messages(&passport).await.iter().filter(|letter| letter.contains("解绑，现在可以")).count();
        assert_eq!(detached + kept, 1);
    })
    .await;
}

/// Somebody who registered, and proved the number and nothing else.
async fn with_a_number_alone(passport: &Passport) {
    let mut browser = registered(passport).await;
    let asked = super::contact::ask(&mut browser, "mobile").await;
    let code = code_in(&last_to(passport, PHONE).await);
    let proven = browser.submit(form(&asked, "/account/contact/proof").set("code", &code)).await;
    assert_eq!(proven.url.path(), "/account/contact", "{:?}", summary(&proven));
}

/// The same, long after somebody else had the number detached: nothing of the account is proven any more.
pub(super) async fn detached(passport: &Passport) {
    with_a_number_alone(passport).await;
    passport.clock.advance(HOUR);
    assert!(ask(passport).await.text.contains("已请求解绑"));
    after(passport, 720 * HOUR).await;
    assert_eq!(numbers(passport).await, 0);
}

#[tokio::test]
async fn an_account_with_nothing_else_has_ten_times_as_long_and_whoever_uses_it_keeps_the_number() {
    for used in [false, true] {
        on_both_with(PLAIN, |passport| async move {
            // They were signed in then: that says nothing of later.
            with_a_number_alone(&passport).await;
            passport.clock.advance(100 * 24 * HOUR);
            let letters = count(&passport, LETTERS).await;
            let told = ask(&passport).await;
            assert!(told.text.contains("已请求解绑"), "{}", told.text);
            assert_eq!(count(&passport, LETTERS).await, letters + 2, "the code, and one notice to the number");
            if used {
                passport.clock.advance(HOUR);
                assert_eq!(lands(&passport, MOBILE, PASSWORD).await, "/");
            }
            after(&passport, 719 * HOUR).await;
            assert_eq!(numbers(&passport).await, 1);
            after(&passport, HOUR).await;
            assert_eq!(numbers(&passport).await, i64::from(used));
            passport.app.accounts.close_unproven().await.expect("closed");
            assert_eq!(count(&passport, "SELECT COUNT(*) AS n FROM accounts WHERE closed_at IS NULL").await, 1);
        })
        .await;
    }
}

#[tokio::test]
async fn only_the_number_that_was_proven_is_asked_for() {
    on_both_with(PLAIN, |passport| async move {
        candidate(&passport).await;
        let mut browser = passport.browser();
        let answer = at_the_number(&passport, &mut browser).await;
        change(&passport, "UPDATE accounts SET mobile = '+8613900139000'").await;
        assert_eq!(press(&mut browser, &answer).await.status, StatusCode::GONE);
        let mut mail = passport.browser();
        let answer = proven(&passport, &mut mail, EMAIL, EMAIL).await;
        assert!(!answer.has("[value=number]"), "a mail proves no number");
        assert_eq!(count(&passport, "SELECT COUNT(*) AS n FROM number_claims").await, 0);
    })
    .await;
}

#[tokio::test]
async fn a_number_that_its_holder_gave_up_meanwhile_is_nobodys_business_any_more() {
    on_both_with(PLAIN, |passport| async move {
        candidate(&passport).await;
        ask(&passport).await;
        change(&passport, "UPDATE accounts SET mobile = '+8613900139000'").await;
        let letters = count(&passport, LETTERS).await;
        after(&passport, 73 * HOUR).await;
        assert_eq!((numbers(&passport).await, count(&passport, LETTERS).await), (1, letters));
    })
    .await;
}

#[tokio::test]
async fn who_asked_for_a_number_is_told_by_sms_that_its_holder_kept_it() {
    on_both_with(PLAIN, |passport| async move {
        candidate(&passport).await;
        ask(&passport).await;
        let mut holder = passport.browser();
        let seen = holder.open(&link_in(&last_to(&passport, EMAIL).await)).await;
        passport.clock.advance(Duration::from_millis(1));
        holder.submit(form(&seen, "/contact/number")).await;
        let told = last_to(&passport, PHONE).await;
        assert!(told.contains("没有解绑") && told.contains("30天内不能再请求") && !told.contains("?t="), "{told}");
        assert!(!last_to(&passport, EMAIL).await.contains("没有解绑"), "the holder knows");

        // Of an account that has nothing else, using it is keeping it.
        change(&passport, "UPDATE accounts SET email_verified_at = NULL").await;
        passport.clock.advance(31 * 24 * HOUR);
        ask(&passport).await;
        sign_in(&mut passport.browser()).await;
        let before = count(&passport, LETTERS).await;
        after(&passport, 31 * 24 * HOUR).await;
        assert_eq!(count(&passport, LETTERS).await, before + 1);
        assert!(last_to(&passport, PHONE).await.contains("没有解绑"));
    })
    .await;
}
