//! The home at a glance: what protects the account, what to do about it, and what happened last.

use std::net::IpAddr;
use std::time::Duration;

use super::factors::{protected, second, with_app};
use super::*;
use crate::support::on_both_with;

const MINUTE: Duration = Duration::from_secs(60);

async fn home(browser: &mut Browser) -> Answer {
    browser.open(&page("/")).await
}

/// Of each thing that protects the account: what it is, how it stands, and where the step leads that would help.
fn safety(home: &Answer) -> Vec<(String, Option<String>)> {
    let words = home.texts(".side-by-side > section:first-child .event > div");
    let rows = 1..=words.len();
    let step = |row| {
        let link = format!(".side-by-side > section:first-child .event:nth-child({row}) > a");
        home.attributes(&link, "href").pop()
    };
    words.into_iter().zip(rows.map(step)).collect()
}

/// Of each of those whether nothing is to be done.
fn good(home: &Answer) -> Vec<bool> {
    let classes = home.attributes(".side-by-side > section:first-child .event", "class");
    classes.iter().map(|class| class.contains("good")).collect()
}

fn row(words: &str, step: Option<&str>) -> (String, Option<String>) {
    (words.to_owned(), step.map(str::to_owned))
}

#[tokio::test]
async fn the_home_says_what_protects_the_account_and_what_would_help() {
    on_both_with(PLAIN, |passport| async move {
        candidate(&passport).await;
        let mut browser = passport.browser();
        sign_in(&mut browser).await;
        let alone = home(&mut browser).await;
        assert_eq!(good(&alone), [false, true]);
        let devices = row("登录与设备 1处登录中", Some("/account/sessions"));
        let password = row("只有密码 再加一步验证，别人知道密码也登录不了", Some("/account/security/passkeys"));
        assert_eq!(safety(&alone), [password, devices.clone()]);

        with_app(&passport, &mut browser).await;
        let both = home(&mut browser).await;
        assert_eq!(good(&both), [true, true, true]);
        assert_eq!(safety(&both), [row("身份验证器 最近用于今天", None), row("恢复码 还剩10个", None), devices]);
    })
    .await;
}

#[tokio::test]
async fn codes_that_run_out_are_to_be_made_anew() {
    on_both_with(PLAIN, |passport| async move {
        let mut protected = protected(&passport).await;
        for code in protected.codes.drain(..).take(8) {
            let mut browser = passport.browser();
            let form = sign_in_form(&mut browser, EMAIL, PASSWORD).await;
            let halfway = browser.submit(form).await;
            let answer = browser.submit(second(&halfway).set("code", &code).set("with", "recovery")).await;
            assert_eq!(answer.url.path(), "/", "{}", answer.text);
        }
        let home = home(&mut protected.browser).await;
        assert_eq!(safety(&home)[1], row("恢复码 还剩2个", Some("/account/security/recovery-codes")));
        assert_eq!(good(&home), [true, false, true]);
    })
    .await;
}

#[tokio::test]
async fn a_sign_in_from_elsewhere_is_to_be_looked_at_and_the_last_three_things_are_told() {
    on_both_with(PLAIN, |passport| async move {
        candidate(&passport).await;
        let mut owner = passport.browser().from_address(IpAddr::from([203, 0, 113, 7]));
        passport.clock.advance(MINUTE);
        sign_in(&mut owner).await;
        let first = home(&mut owner).await;
        assert_eq!(first.texts(".side-by-side > section:last-child .event p:first-child"), ["登录", "账号建立"]);
        passport.clock.advance(MINUTE);
        let mut stranger = passport.browser().from_address(IpAddr::from([198, 51, 100, 66]));
        for _ in 0..2 {
            let form = sign_in_form(&mut stranger, EMAIL, "wrong").await;
            stranger.submit(form).await;
        }
        passport.clock.advance(MINUTE);
        sign_in(&mut stranger).await;
        let home = home(&mut owner).await;
        assert_eq!(good(&home)[1..], [false]);
        let devices = row("登录与设备 2处登录中，其中1处来自新地区或新网络", Some("/account/sessions"));
        assert_eq!(safety(&home)[1], devices);
        let told = home.texts(".side-by-side > section:last-child .event p:first-child");
        assert_eq!(told.len(), 3, "{told:?}");
        assert_eq!(told[0], "登录");
        assert!(told[1].contains("密码"), "{told:?}");
        let reports = home.attributes(".side-by-side > section:last-child .event > a", "href");
        assert!(reports.iter().all(|report| report.starts_with("/account/activity/report?t=")), "{reports:?}");
        assert!(!reports.is_empty());
    })
    .await;
}
