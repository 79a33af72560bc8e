//! 账户动态: what stands in it, that it is one's own, and that its pages neither repeat nor miss anything.

use std::net::IpAddr;
use std::time::Duration;

use futures_util::FutureExt as _;
use passport::audit::{Actor, Event, RETENTION};
use shared::db::sql;

use super::*;
use crate::support::{on_both, on_both_with};

const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0";

async fn activity(browser: &mut Browser) -> Answer {
    let answer = browser.open(&page("/account/activity")).await;
    assert_eq!((answer.status.as_u16(), answer.url.path()), (200, "/account/activity"), "{}", answer.text);
    answer
}

/// The sentences of the page.
fn said(answer: &Answer) -> Vec<String> {
    answer.texts(".event p:first-child")
}

/// When and from where, of each.
fn whence(answer: &Answer) -> Vec<String> {
    answer.texts(".event .hint")
}

/// Writes so many events of an account into the record, a minute apart.
async fn record(passport: &Passport, account: &str, count: u32) {
    for n in 0..count {
        let (audit, account) = (passport.app.audit.clone(), account.to_owned());
        let event = Event::ConsentGiven { account: account.clone(), client: format!("c{n}"), scope: String::new() };
        let work = (audit, Actor::Account(account), event);
        let written = passport.db.write::<_, shared::db::DbError, _>(move |tx| {
            let (audit, actor, event) = work.clone();
            async move { audit.record(tx, &actor, &event).await }.boxed()
        });
        written.await.expect("recorded");
        passport.clock.advance(Duration::from_secs(60));
    }
}

#[tokio::test]
async fn sign_ins_failures_and_changes_are_told_with_when_and_from_where() {
    on_both_with(PLAIN, |passport| async move {
        candidate(&passport).await;
        let stranger = IpAddr::from([198, 51, 100, 66]);
        let mut elsewhere = passport.browser().from_address(stranger);
        for _ in 0..2 {
            passport.clock.advance(Duration::from_secs(60));
            let form = sign_in_form(&mut elsewhere, EMAIL, "wrong").await;
            elsewhere.submit(form).await;
        }
        passport.clock.advance(Duration::from_secs(60));
        let mut browser = passport.browser().user_agent(FIREFOX).from_address(IpAddr::from([203, 0, 113, 7]));
        sign_in(&mut browser).await;
        passport.clock.advance(Duration::from_secs(60));
        let asked = browser.open(&page("/account/password")).await;
        let filled = form(&asked, "/account/password").set("old_password", PASSWORD).set("password", "Regen7!wolke");
        browser.submit(filled.set("password_confirm", "Regen7!wolke")).await;

        let shown = activity(&mut browser).await;
        let wrong = "有人登录，密码不对";
        assert_eq!(said(&shown), ["修改了密码", "登录", wrong, wrong, "账号建立"]);
        let here = "Linux电脑，Firefox 203.0.113.7";
        assert_eq!(
            whence(&shown),
            [
                format!("今天 09:04 {here}"),
                format!("今天 09:03 {here}"),
                "今天 09:02 没有认出的设备 198.51.100.66".to_owned(),
                "今天 09:01 没有认出的设备 198.51.100.66".to_owned(),
                "今天 09:00 工作人员操作".to_owned(),
            ]
        );
        let english = browser.open(&page("/account/activity?lang=en")).await;
        assert_eq!(said(&english)[..2], ["Changed the password", "Signed in"]);
    })
    .await;
}

#[tokio::test]
async fn nobody_reads_of_another_person_s_account() {
    on_both(|passport| async move {
        let (mut browser, _) = passport.signed_in(None).await;
        let (_, other) = passport.signed_in(None).await;
        record(&passport, &other.account.to_string(), 3).await;
        let shown = activity(&mut browser).await;
        assert!(said(&shown).is_empty() && shown.has(".empty"), "{}", shown.text);
        // Not even with a mark out of the other's record.
        let mark = format!("{}.{}", i64::MAX, other.id);
        let shown = browser.open(&page(&format!("/account/activity?before={mark}"))).await;
        assert!(said(&shown).is_empty() && shown.has(".empty"));
    })
    .await;
}

#[tokio::test]
async fn pages_repeat_nothing_and_miss_nothing_while_more_happens() {
    on_both(|passport| async move {
        let (mut browser, session) = passport.signed_in(None).await;
        let account = session.account.to_string();
        record(&passport, &account, 45).await;
        // Some at the very same moment: only their ids tell them apart.
        let same = sql("UPDATE audit_events SET at = 1805331600000 WHERE account_id = $1 AND at < 1805333000000");
        passport.rewrite_record(same.bind(&account)).await;
        let mut seen = Vec::new();
        let mut shown = activity(&mut browser).await;
        loop {
            seen.extend(whence(&shown));
            assert!(said(&shown).len() <= 20);
            let Some(older) = shown.attributes(".stack a[href*='before=']", "href").pop() else { break };
            seen.push("—".to_owned());
            record(&passport, &account, 1).await;
            shown = browser.click(&shown, &older).await;
        }
        let pages: Vec<usize> = seen.split(|line| line == "—").map(<[_]>::len).collect();
        assert_eq!(pages, [20, 20, 5]);
        let distinct = sql("SELECT COUNT(*) AS n FROM audit_events WHERE account_id = $1").bind(&account);
        let stored: i64 = passport.db.find(distinct).await.expect("an answer").expect("a row").get("n").expect("n");
        assert_eq!(stored, 47, "those that happened meanwhile stand on newer pages");
        assert!(shown.has("a[href='/account/activity'].button"), "the way back");
    })
    .await;
}

#[tokio::test]
async fn every_line_of_the_pages_is_another_event() {
    on_both(|passport| async move {
        passport.register(&[crate::support::site::OURS]).await;
        let (mut browser, session) = passport.signed_in(None).await;
        record(&passport, &session.account.to_string(), 23).await;
        let first = activity(&mut browser).await;
        let older = first.attributes(".stack a[href*='before=']", "href").remove(0);
        let second = browser.click(&first, &older).await;
        let mut times = [whence(&first), whence(&second)].concat();
        assert_eq!((times.len(), times.first().map(String::as_str)), (23, Some("今天 09:22")));
        times.dedup();
        assert_eq!((times.len(), times.last().map(String::as_str)), (23, Some("今天 09:00")));
    })
    .await;
}

#[tokio::test]
async fn a_mark_that_is_none_shows_the_newest_page() {
    on_both(|passport| async move {
        let (mut browser, session) = passport.signed_in(None).await;
        record(&passport, &session.account.to_string(), 1).await;
        for strange in ["", "x", "1.x", "x.1", "%00", "99999999999999999999.x", "-1."] {
            let shown = browser.open(&page(&format!("/account/activity?before={strange}"))).await;
            assert_eq!((shown.status.as_u16(), said(&shown).len()), (200, 1), "{strange}");
        }
        let early = format!("-9223372036854775808.{}", session.id);
        let shown = browser.open(&page(&format!("/account/activity?before={early}"))).await;
        assert_eq!((shown.status.as_u16(), shown.has(".empty")), (200, true));
        assert!(shown.has(".empty a[href='/account/activity']"));
    })
    .await;
}

#[tokio::test]
async fn what_a_newer_version_wrote_and_sites_that_are_gone_are_still_lines() {
    on_both(|passport| async move {
        let (mut browser, session) = passport.signed_in(None).await;
        let account = session.account.to_string();
        record(&passport, &account, 2).await;
        let newer = sql("UPDATE audit_events SET kind = 'moved_house' WHERE client_id = 'c1' AND account_id = $1");
        passport.rewrite_record(newer.bind(&account)).await;
        assert_eq!(said(&activity(&mut browser).await), ["账号有一项变动", "允许一个已注销的网站使用您的资料"]);
    })
    .await;
}

#[tokio::test]
async fn a_year_is_told_and_no_more() {
    on_both(|passport| async move {
        let (_, session) = passport.signed_in(None).await;
        record(&passport, &session.account.to_string(), 1).await;
        passport.clock.advance(RETENTION - Duration::from_secs(120));
        let mut browser = passport.browser();
        passport.sign_in(&mut browser, Some(session.account), None).await;
        assert_eq!(said(&activity(&mut browser).await).len(), 1);
        passport.clock.advance(Duration::from_secs(120));
        assert!(said(&activity(&mut browser).await).is_empty(), "though nobody has cleaned up");
    })
    .await;
}
