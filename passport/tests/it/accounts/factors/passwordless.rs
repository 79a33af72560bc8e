//! An account whose owner put the password away, and signs in with passkeys alone.

use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use http::StatusCode;
use shared::db::{Db, DbError, Engine, sql};
use tokio::sync::Notify;

use super::super::recovery::{NEW, PHONE, choose, last_to, proven};
use super::passkeys::{USE, candidate_with, make, use_at};
use super::*;
use crate::support::authenticator::Authenticator;
use crate::support::on_both_with;

const REMOVE: &str = "/account/password/remove";

/// The page that puts the password away, behind a sign-in with the passkey.
async fn removal(browser: &mut Browser, device: &mut Authenticator) -> Answer {
    let answer = browser.open(&page(REMOVE)).await;
    if answer.url.path() == REMOVE {
        return answer;
    }
    assert_eq!(answer.url.path(), "/sign-in", "{}", answer.text);
    let options = options(browser, &answer, USE).await.json();
    browser.submit(answered(answer.form(USE), &options, &device.get(&options))).await
}

/// The candidate with a passkey on that device, recovery codes, and no password; the browser, and the codes.
pub(super) async fn without_password(passport: &Passport, device: &mut Authenticator) -> (Browser, Vec<String>) {
    candidate(passport).await;
    let mut owner = passport.browser();
    sign_in(&mut owner).await;
    let answer = make(&mut owner, device).await;
    let codes = keep_codes(&mut owner, &answer).await;
    let answer = removal(&mut owner, device).await;
    assert_eq!(answer.url.path(), REMOVE, "{}", answer.text);
    let answer = owner.submit(form(&answer, REMOVE)).await;
    assert_eq!(answer.url.path(), "/account/security", "{}", answer.text);
    assert!(answer.text.contains("密码已删除"), "{}", answer.text);
    (owner, codes)
}

/// Where the candidate's name and password lead.
async fn leads_to(passport: &Passport, password: &str) -> Answer {
    let mut browser = passport.browser();
    let form = sign_in_form(&mut browser, EMAIL, password).await;
    browser.submit(form).await
}

#[tokio::test]
async fn the_password_signs_nobody_in_any_more_and_the_passkey_does() {
    on_both_with(PLAIN, |passport| async move {
        let mut device = Authenticator::new();
        let mut elsewhere = passport.browser();
        candidate_with(&passport, &mut device).await;
        use_at(&mut elsewhere, &mut device).await;
        let mut owner = passport.browser();
        use_at(&mut owner, &mut device).await;
        let half = halfway(&mut passport.browser()).await;
        let answer = removal(&mut owner, &mut device).await;
        passport.clock.advance(Duration::from_millis(1));
        let answer = owner.submit(form(&answer, REMOVE)).await;
        assert!(answer.text.contains("只有通行密钥能登录"), "{}", answer.text);
        assert!(is_in(&owner).await && !is_in(&elsewhere).await, "every other session has ended");
        assert_eq!(half.status, StatusCode::OK);
        for to in [EMAIL, PHONE] {
            assert!(last_to(&passport, to).await.contains("删除了"), "{to} is told");
        }
        assert!(owner.open(&page("/account/activity")).await.text.contains("删除了密码"));
        let told = summary(&leads_to(&passport, PASSWORD).await).concat();
        let other = summary(&leads_to(&passport, "wrong-47-Kran").await).concat();
        assert_eq!(told.replace('4', "3"), other, "it reads like any wrong password, one try later");
        assert_eq!(use_at(&mut passport.browser(), &mut device).await.url.path(), "/");
    })
    .await;
}

#[tokio::test]
async fn who_could_be_shut_out_keeps_the_password_and_is_told_what_is_missing() {
    on_both_with(PLAIN, |passport| async move {
        candidate(&passport).await;
        let mut owner = passport.browser();
        sign_in(&mut owner).await;
        let answer = owner.open(&page(REMOVE)).await;
        assert!(answer.text.contains("添加一个通行密钥") && answer.text.contains("恢复码"), "{}", answer.text);
        assert!(!answer.has(&format!("form[action='{REMOVE}']")));
        // With a passkey and nothing beside it, a lost device would be the end.
        let mut device = Authenticator::new();
        make(&mut owner, &mut device).await;
        let answer = owner.open(&page(REMOVE)).await;
        assert!(answer.text.contains("再添加一个通行密钥"), "{}", answer.text);
        let mut second = Authenticator::new();
        make(&mut owner, &mut second).await;
        let answer = removal(&mut owner, &mut second).await;
        let ready = form(&answer, REMOVE);
        // In another tab one of the two goes, and the form of before is no way around it.
        let link = owner.open(&page("/account/security")).await.attributes("a.factor-change", "href").remove(0);
        let answer = owner.open(&page(&link)).await;
        owner.submit(answer.form("form.danger-frame").with("action", "remove")).await;
        let answer = owner.submit(ready).await;
        assert!(answer.text.contains("再添加一个通行密钥"), "{}", answer.text);
        assert_eq!(leads_to(&passport, PASSWORD).await.url.path(), "/sign-in/second-step", "it is still there");
    })
    .await;
}

#[tokio::test]
async fn a_code_of_an_app_is_not_enough_to_put_the_password_away() {
    on_both_with(PLAIN, |passport| async move {
        let Protected { browser: mut owner, .. } = protected(&passport).await;
        let mut device = Authenticator::new();
        make(&mut owner, &mut device).await;
        let answer = owner.open(&page(REMOVE)).await;
        assert_eq!(answer.url.path(), "/sign-in", "the passkey is to be shown: it will be all that there is");
        assert_eq!(removal(&mut owner, &mut device).await.url.path(), REMOVE);
    })
    .await;
}

#[tokio::test]
async fn for_three_days_after_a_reset_neither_the_password_nor_a_passkey_goes() {
    on_both_with(PLAIN, |passport| async move {
        let mut device = Authenticator::new();
        candidate_with(&passport, &mut device).await;
        let mut browser = passport.browser();
        proven(&passport, &mut browser, EMAIL, EMAIL).await;
        let answer = proven(&passport, &mut browser, MOBILE, PHONE).await;
        choose(&mut browser, &answer).await;
        let mut owner = passport.browser();
        let answer = removal(&mut owner, &mut device).await;
        let answer = owner.submit(form(&answer, REMOVE)).await;
        assert!(summary(&answer)[0].contains("刚重置过密码"), "{:?}", summary(&answer));
        assert_eq!(leads_to(&passport, NEW).await.url.path(), "/sign-in/second-step", "it is there still");
        let link = owner.open(&page("/account/security")).await.attributes("a.factor-change", "href").remove(0);
        let answer = owner.open(&page(&link)).await;
        let answer = owner.submit(answer.form("form.danger-frame").with("action", "remove")).await;
        assert!(summary(&answer)[0].contains("刚重置过密码"), "{:?}", summary(&answer));
        assert!(enrolled(&passport).await.passkey);
    })
    .await;
}

#[tokio::test]
async fn a_fresh_sign_in_stands_in_for_the_password_that_is_not_there() {
    on_both_with(PLAIN, |passport| async move {
        let mut device = Authenticator::new();
        let (mut owner, _) = without_password(&passport, &mut device).await;
        for path in ["/account/contact/change?contact=email", "/account/close", "/account/password"] {
            let answer = owner.open(&page(path)).await;
            assert!(!answer.has("[name=old_password]"), "{path}");
        }
        passport.clock.advance(Duration::from_millis(1));
        let answer = owner.open(&page("/account/contact/change?contact=email")).await;
        let wish = form(&answer, "/account/contact/change").set("email", "lihua2007@example.com");
        assert_eq!(owner.clone().submit(wish.clone()).await.url.path(), "/account/contact/proof");
        passport.clock.advance(Duration::from_secs(5 * 60));
        assert_eq!(owner.submit(wish).await.url.path(), "/sign-in", "a session alone changes nothing");
    })
    .await;
}

#[tokio::test]
async fn a_password_is_set_again_without_the_old_one() {
    on_both_with(PLAIN, |passport| async move {
        let mut device = Authenticator::new();
        let (mut owner, _) = without_password(&passport, &mut device).await;
        let answer = owner.open(&page("/account/password")).await;
        assert!(answer.text.contains("设置密码"));
        let chosen = "Regen7!wolke";
        let set = form(&answer, "/account/password").set("password", chosen).set("password_confirm", chosen);
        assert_eq!(owner.submit(set).await.url.path(), "/");
        assert_eq!(leads_to(&passport, chosen).await.url.path(), "/sign-in/second-step");
        assert!(owner.open(&page("/account/password")).await.has("[name=old_password]"));
    })
    .await;
}

#[tokio::test]
async fn the_only_way_in_is_not_removed_even_by_two_at_once() {
    on_both_with(PLAIN, |passport| async move {
        let (mut first, mut second) = (Authenticator::new(), Authenticator::new());
        let (mut owner, _) = without_password(&passport, &mut first).await;
        make(&mut owner, &mut second).await;
        let links = owner.open(&page("/account/security")).await.attributes("a.factor-change", "href");
        assert_eq!(links.len(), 2);
        let mut forms = Vec::new();
        for link in &links {
            let answer = owner.open(&page(link)).await;
            forms.push(answer.form("form.danger-frame").with("action", "remove"));
        }
        let (mut one, mut two) = (owner.clone(), owner.clone());
        let (a, b) = tokio::join!(one.submit(forms.remove(0)), two.submit(forms.remove(0)));
        let refused = [&a, &b].into_iter().filter(|answer| answer.url.path() != "/account/security");
        let told: Vec<_> = refused.flat_map(summary).collect();
        assert!(told.len() == 1 && told[0].contains("唯一的登录方式"), "{told:?}");
        assert!(enrolled(&passport).await.passkey);
    })
    .await;
}

/// How many statements wait for a lock in that database.
async fn waiting(db: &Db) -> i64 {
    let count = db.read::<_, DbError, _>(|tx| {
        let waiting = "SELECT COUNT(*) AS n FROM pg_stat_activity \
             WHERE datname = current_database() AND wait_event_type = 'Lock'";
        async move { sql(waiting).fetch_one(tx).await?.get::<i64>("n") }.boxed()
    });
    count.await.expect("PostgreSQL tells who waits")
}

#[tokio::test]
async fn of_two_who_have_both_counted_two_passkeys_one_waits_for_the_other_before_it_counts() {
    on_both_with(PLAIN, |passport| async move {
        // One writer at a time has nothing to wait for.
        if passport.db.engine() == Engine::Sqlite {
            return;
        }
        let (mut first, mut second) = (Authenticator::new(), Authenticator::new());
        let (mut owner, _) = without_password(&passport, &mut first).await;
        make(&mut owner, &mut second).await;
        let mut forms = Vec::new();
        for link in owner.open(&page("/account/security")).await.attributes("a.factor-change", "href") {
            let answer = owner.open(&page(&link)).await;
            forms.push(answer.form("form.danger-frame").with("action", "remove"));
        }
        // Nobody takes a passkey away while its row is held: both stand there, as far as they come without each other.
        let (held, release) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let (holds, released) = (Arc::clone(&held), Arc::clone(&release));
        let rows = passport.db.write::<_, DbError, _>(move |tx| {
            let (holds, released) = (Arc::clone(&holds), Arc::clone(&released));
            async move {
                sql("UPDATE passkeys SET name = name").execute(tx).await?;
                holds.notify_one();
                released.notified().await;
                Ok(())
            }
            .boxed()
        });
        let (mut one, mut two) = (owner.clone(), owner.clone());
        let removals = async {
            held.notified().await;
            let both_wait = async {
                while waiting(&passport.db).await < 2 {
                    tokio::task::yield_now().await;
                }
                release.notify_one();
            };
            tokio::join!(one.submit(forms.remove(0)), two.submit(forms.remove(0)), both_wait)
        };
        let (rows, (a, b, ())) = tokio::join!(rows, removals);
        rows.expect("they were held");
        let refused = [&a, &b].into_iter().filter(|answer| answer.url.path() != "/account/security").count();
        assert_eq!(refused, 1);
        assert!(enrolled(&passport).await.passkey, "somebody was left without a way in");
    })
    .await;
}
