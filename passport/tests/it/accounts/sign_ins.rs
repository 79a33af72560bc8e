//! 登录与设备: where a sign-in was first and last used, what is new about it, and how those ended that are over.

use std::net::IpAddr;
use std::time::Duration;

use shared::db::sql;

use super::devices::{end_form, endable, facts, is_signed_in, list};
use super::*;
use crate::support::site::{OURS, post};
use crate::support::{on_both, on_both_with};

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(60 * 60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

const HOME: [u8; 4] = [203, 0, 113, 7];
const ABROAD: [u8; 4] = [198, 51, 100, 66];

/// A browser there that is signed in.
async fn at(passport: &Passport, address: [u8; 4]) -> Browser {
    let mut browser = passport.browser().from_address(IpAddr::from(address));
    sign_in(&mut browser).await;
    browser
}

/// The headings of the list: each device with its tags.
fn headings(list: &Answer) -> Vec<String> {
    list.texts(".device h2")
}

/// Of each sign-in that is over: the device, the sign-in, when it ended and how.
fn past(list: &Answer) -> Vec<[String; 4]> {
    let cells = list.texts("main tbody th, main tbody td");
    cells.chunks_exact(4).map(|row| [0, 1, 2, 3].map(|n| row[n].clone())).collect()
}

/// How each of them ended.
fn ends(list: &Answer) -> Vec<String> {
    past(list).into_iter().map(|[.., how]| how).collect()
}

async fn sign_out(browser: &mut Browser) {
    let asked = browser.open(&page("/sign-out")).await;
    browser.submit(form(&asked, "/sign-out")).await;
}

#[tokio::test]
async fn the_network_of_the_last_use_is_told_when_it_is_another_and_written_along_with_its_time() {
    on_both_with(PLAIN, |passport| async move {
        candidate(&passport).await;
        let browser = at(&passport, HOME).await;
        let began = ["今天 09:00登录", "网络地址：203.0.113.7", "用密码"];
        passport.clock.advance(MINUTE / 2);
        let mut browser = browser.from_address(IpAddr::from(ABROAD));
        let shown = list(&mut browser).await;
        assert_eq!(facts(&shown), [&began[..], &["最近使用：今天 09:00"]].concat(), "not written down within a minute");
        passport.clock.advance(MINUTE);
        let shown = list(&mut browser).await;
        let elsewhere = ["最近使用：今天 09:01", "网络地址：198.51.100.66"];
        assert_eq!(facts(&shown), [&began[..], &elsewhere].concat());
        passport.clock.advance(MINUTE);
        let shown = list(&mut browser.from_address(IpAddr::from(HOME))).await;
        assert_eq!(facts(&shown), [&began[..], &["最近使用：今天 09:02"]].concat(), "back at home");
    })
    .await;
}

#[tokio::test]
async fn a_use_for_a_site_tells_from_where_as_well() {
    on_both_with(PLAIN, |passport| async move {
        candidate(&passport).await;
        passport.register(&[OURS]).await;
        let phone = at(&passport, HOME).await;
        passport.clock.advance(10 * MINUTE);
        passport.tokens(&mut phone.from_address(IpAddr::from(ABROAD)), "openid").await;
        let mut desk = at(&passport, HOME).await;
        let shown = list(&mut desk).await;
        assert_eq!(
            facts(&shown)[4..],
            ["今天 09:00登录", "网络地址：203.0.113.7", "用密码", "最近使用：今天 09:10", "网络地址：198.51.100.66"]
        );
    })
    .await;
}

#[tokio::test]
async fn a_sign_in_from_another_network_is_called_new_and_can_be_reported() {
    on_both_with(PLAIN, |passport| async move {
        candidate(&passport).await;
        let mut owner = at(&passport, HOME).await;
        let shown = list(&mut owner).await;
        assert_eq!(headings(&shown), ["没有认出的设备 本机"], "the first of an account is never new");
        assert!(!shown.text.contains("新网络"), "nor is said what that would mean: {}", shown.text);

        passport.clock.advance(MINUTE);
        let mut thief = at(&passport, ABROAD).await;
        passport.clock.advance(MINUTE);
        let mut again = at(&passport, ABROAD).await;
        let new = "没有认出的设备 新网络";
        let shown = list(&mut owner).await;
        assert_eq!(headings(&shown), ["没有认出的设备 本机", new, new], "signing in twice makes it no known one");
        assert!(shown.text.contains("在那次登录的7天以前"), "{}", shown.text);
        let theirs = list(&mut again).await;
        assert_eq!(headings(&theirs), ["没有认出的设备 本机 新网络", "没有认出的设备", new]);
        assert_eq!(theirs.attributes(".device a[href*='/report']", "href").len(), 1, "but for who is here");
        let english = owner.open(&page("/account/sessions?lang=en")).await;
        assert_eq!(headings(&english)[1], "A device we don't recognise New network");

        let report = shown.attributes(".device a[href*='/report']", "href").remove(0);
        let asked = owner.open(&page(&report)).await;
        assert!(asked.texts("dd").contains(&"198.51.100.66".to_owned()), "{}", asked.text);
        let case = owner.submit(form(&asked, "/account/activity/report")).await;
        assert_eq!(case.url.path(), "/alarm", "{}", case.text);
        for browser in [&mut owner, &mut thief, &mut again] {
            assert!(!is_signed_in(browser).await);
        }
    })
    .await;
}

#[tokio::test]
async fn a_network_is_new_for_a_week_and_a_neighbouring_address_is_not() {
    on_both_with(PLAIN, |passport| async move {
        candidate(&passport).await;
        at(&passport, HOME).await;
        passport.clock.advance(MINUTE);
        at(&passport, ABROAD).await;
        passport.clock.advance(7 * DAY);
        let mut owner = at(&passport, HOME).await;
        at(&passport, ABROAD).await;
        at(&passport, [203, 0, 200, 1]).await;
        assert!(headings(&list(&mut owner).await).iter().all(|heading| !heading.contains('新')));
    })
    .await;
}

#[tokio::test]
async fn where_nothing_is_known_nothing_is_called_new() {
    on_both_with(PLAIN, |passport| async move {
        candidate(&passport).await;
        let mut owner = at(&passport, HOME).await;
        passport.clock.advance(MINUTE);
        at(&passport, ABROAD).await;
        let run = async |statement: &'static str| passport.db.execute(sql(statement)).await.expect("changed");
        // The line of the record is gone: it is new still, and there is nothing to report.
        passport
            .rewrite_record(sql("DELETE FROM audit_events WHERE kind = 'signed_in' AND network = '198.51.100.66'"))
            .await;
        let shown = list(&mut owner).await;
        assert_eq!(headings(&shown)[1], "没有认出的设备 新网络");
        assert_eq!((endable(&shown).len(), shown.has(".device a[href*='/report']")), (1, false));
        // What is no network, in the record and of a session.
        passport.rewrite_record(sql("UPDATE audit_events SET network = '<b>x</b>' WHERE network IS NOT NULL")).await;
        let shown = list(&mut owner).await;
        assert!(headings(&shown).iter().all(|heading| !heading.contains('新')), "{:?}", headings(&shown));
        run("UPDATE sessions SET network = '<b>x</b>', last_network = '/64', amr = 'x', shown = '<i>'").await;
        let shown = list(&mut owner).await;
        assert!(!shown.has("main b") && !shown.has("main i") && facts(&shown)[1] == "网络地址：<b>x</b>");
        // What an older version left behind.
        run("UPDATE sessions SET network = NULL, last_network = NULL, amr = 'pwd otp mfa', shown = NULL").await;
        passport.rewrite_record(sql("DELETE FROM audit_events")).await;
        let shown = list(&mut owner).await;
        assert_eq!(facts(&shown)[..3], ["今天 09:00登录", "用密码和验证码", "最近使用：今天 09:01"]);
    })
    .await;
}

#[tokio::test]
async fn the_page_says_of_sign_ins_that_are_over_how_each_ended() {
    on_both_with(PLAIN, |passport| async move {
        candidate(&passport).await;
        let (mut idle, mut busy) = (at(&passport, HOME).await, at(&passport, HOME).await);
        for _ in 0..12 {
            passport.clock.advance(HOUR);
            is_signed_in(&mut busy).await;
        }
        assert!(!is_signed_in(&mut idle).await && !is_signed_in(&mut busy).await);
        passport.clock.advance(MINUTE);
        sign_out(&mut at(&passport, ABROAD).await).await;
        passport.clock.advance(MINUTE);
        let mut desk = at(&passport, HOME).await;
        at(&passport, HOME).await;
        passport.clock.advance(MINUTE);
        let shown = list(&mut desk).await;
        let shown = desk.submit(end_form(&shown, &endable(&shown)[0])).await;
        let over = past(&shown);
        let [device, signed_in, over_at, how] = &over[1];
        assert_eq!(device, "没有认出的设备");
        assert_eq!(signed_in, "今天 21:01登录 网络地址：198.51.100.66 用密码");
        assert_eq!((over_at.as_str(), how.as_str()), ("今天 21:01", "您退出了"));
        assert_eq!(ends(&shown), ["在另一台设备上结束了它", "您退出了", "登录满12小时", "2小时没有使用"]);
        assert_eq!(over[2][2], "今天 21:00");
        assert_eq!(over[3][2], "今天 11:00");
        let english = desk.open(&page("/account/sessions?lang=en")).await;
        assert_eq!(
            ends(&english)[1..],
            ["You signed out", "12 hours had passed since signing in", "Not used for 2 hours"]
        );
    })
    .await;
}

#[tokio::test]
async fn how_a_sign_in_ended_outlasts_the_withdrawal_of_what_came_of_it() {
    on_both_with(PLAIN, |passport| async move {
        candidate(&passport).await;
        let mut idle = at(&passport, HOME).await;
        passport.clock.advance(3 * HOUR);
        sign_out(&mut at(&passport, HOME).await).await;
        passport.clock.advance(MINUTE);
        let mut locked = at(&passport, HOME).await;
        let id = passport.app.accounts.locate(EMAIL).await.expect("an answer").expect("an account");
        passport.app.accounts.lock(id).await.expect("locked");
        passport.app.accounts.unlock(id).await.expect("unlocked");
        assert!(!is_signed_in(&mut idle).await && !is_signed_in(&mut locked).await);
        let mut owner = at(&passport, HOME).await;
        assert_eq!(ends(&list(&mut owner).await), ["账号被锁定", "您退出了", "2小时没有使用"]);
        // What a former version left: the reason is not known any more, where it was replaced.
        let former = sql("UPDATE sessions SET ended_by = NULL");
        passport.db.execute(former).await.expect("changed");
        assert_eq!(ends(&list(&mut owner).await), ["已结束", "已结束", "2小时没有使用"]);
        let former = sql("UPDATE sessions SET end_reason = 'signed_out' WHERE ended_at IS NOT NULL");
        passport.db.execute(former).await.expect("changed");
        assert_eq!(ends(&list(&mut owner).await)[0], "您退出了");
    })
    .await;
}

#[tokio::test]
async fn twenty_are_listed_of_thirty_days_and_none_of_another_person() {
    on_both(|passport| async move {
        let (mut owner, session) = passport.signed_in(None).await;
        let (mut stranger, _) = passport.signed_in(None).await;
        assert!(list(&mut owner).await.text.contains("这段时间里没有结束的登录"));
        for _ in 0..25 {
            let mut browser = passport.browser();
            passport.sign_in(&mut browser, Some(session.account), None).await;
        }
        let shown = list(&mut owner).await;
        let ended = owner.submit(end_form(&shown, "others")).await;
        assert_eq!(ends(&ended), ["在另一台设备上结束了其他全部登录"; 20]);
        assert!(past(&list(&mut stranger).await).is_empty());
        for (days, listed) in [(30, 20), (31, 1)] {
            passport.clock.set(crate::support::BEGIN + DAY * days);
            let mut browser = passport.browser();
            passport.sign_in(&mut browser, Some(session.account), None).await;
            assert_eq!(past(&list(&mut browser).await).len(), listed, "{days}");
        }
    })
    .await;
}

#[tokio::test]
async fn nobody_reports_the_new_sign_in_of_another_account() {
    on_both_with(PLAIN, |passport| async move {
        candidate(&passport).await;
        let mut owner = at(&passport, HOME).await;
        passport.clock.advance(MINUTE);
        let mut other = at(&passport, ABROAD).await;
        let shown = list(&mut owner).await;
        let report = shown.attributes(".device a[href*='/report']", "href").remove(0);
        let (mut stranger, _) = passport.signed_in(None).await;
        assert_eq!(stranger.open(&page(&report)).await.url.path(), "/account/activity", "a stranger's line");
        let ended =
            post(&mut owner, "/account/sessions", end_form(&shown, "<x>").encoded(), &[("origin", ISSUER)]).await;
        assert_eq!(
            ended.location().and_then(|to| to.query().map(str::to_owned)).as_deref(),
            Some("notice=session-gone")
        );
        assert!(is_signed_in(&mut other).await && is_signed_in(&mut owner).await);
    })
    .await;
}
