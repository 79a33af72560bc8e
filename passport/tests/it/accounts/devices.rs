//! 登录与设备: what the list says of each sign-in, and that ending one ends that one and no other.

use std::net::IpAddr;
use std::time::Duration;

use axum::Router;
use passport::accounts::Session;
use shared::db::sql;

use super::*;
use crate::support::site::{OURS, get, post, request};
use crate::support::{on_both, on_both_with};

const WINDOWS_EDGE: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) \
    Chrome/126.0.0.0 Safari/537.36 Edg/126.0.0.0";
const IPHONE_WECHAT: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like \
    Gecko) Mobile/15E148 MicroMessenger/8.0.49(0x18003137) NetType/WIFI Language/zh_CN";

/// One of our own sites that wants to be told of the end of sessions.
fn told() -> String {
    format!("{OURS}backchannel_logout_uri = 'https://cet.test/backchannel-logout'\n")
}

pub(super) async fn list(browser: &mut Browser) -> Answer {
    let answer = browser.open(&page("/account/sessions")).await;
    assert_eq!((answer.status.as_u16(), answer.url.path()), (200, "/account/sessions"), "{}", answer.text);
    answer
}

/// Whether the browser's next request is that of somebody signed in.
pub(super) async fn is_signed_in(browser: &mut Browser) -> bool {
    get(browser, "/account/profile", &[]).await.status == 200
}

/// The form of the button that ends a session, pressed for that one.
pub(super) fn end_form(list: &Answer, session: &str) -> Form {
    list.form("main form[action='/account/sessions']").with("session", session)
}

/// The sessions that have a button, in the order of the page.
pub(super) fn endable(list: &Answer) -> Vec<String> {
    list.attributes(".device button[name='session']", "value")
}

/// What is said of each session.
pub(super) fn facts(list: &Answer) -> Vec<String> {
    list.texts(".device .pieces.num span")
}

/// Two browsers of one person: the first in this list, the second in another place.
async fn two(passport: &Passport) -> (Browser, Browser) {
    candidate(passport).await;
    let mut phone = passport.browser().user_agent(IPHONE_WECHAT).from_address(IpAddr::from([203, 0, 113, 7]));
    sign_in(&mut phone).await;
    passport.clock.advance(Duration::from_secs(60 * 60));
    let mut desk = passport.browser().user_agent(WINDOWS_EDGE).from_address("2001:db8:1:2:3::4".parse().expect("one"));
    sign_in(&mut desk).await;
    (desk, phone)
}

#[tokio::test]
async fn the_list_says_by_what_from_where_and_when_and_which_is_this_one() {
    on_both_with(PLAIN, |passport| async move {
        let (mut desk, _) = two(&passport).await;
        passport.clock.advance(Duration::from_secs(5 * 60));
        let shown = list(&mut desk).await;
        assert_eq!(shown.texts(".device h2"), ["Windows电脑，Edge 本机 新网络", "iPhone，微信"]);
        assert_eq!(
            facts(&shown),
            [
                ["今天 10:00登录", "网络地址：2001:db8:1:2::/64", "用密码", "最近使用：今天 10:05"],
                ["今天 09:00登录", "网络地址：203.0.113.7", "用密码", "最近使用：今天 09:00"]
            ]
            .concat()
        );
        assert_eq!(endable(&shown).len(), 1, "this one is ended by signing out");
        let english = desk.open(&page("/account/sessions?lang=en")).await;
        assert_eq!(english.texts(".device h2"), ["Windows computer, Edge This device New network", "iPhone, WeChat"]);
    })
    .await;
}

#[tokio::test]
async fn who_signs_in_again_keeps_the_beginning_and_shows_where_they_are_now() {
    on_both_with(PLAIN, |passport| async move {
        candidate(&passport).await;
        passport.register(&[OURS]).await;
        let site = Router::new().fallback(async || "the site");
        let mut browser = passport.browser().program("https://cet.test", site).user_agent(IPHONE_WECHAT);
        sign_in(&mut browser).await;
        passport.clock.advance(Duration::from_secs(60 * 60));
        let mut browser = browser.from_address(IpAddr::from([198, 51, 100, 9]));
        let again = crate::support::site::encoded(&crate::support::site::with(request(), "prompt", "login"));
        let asked = browser.open(&page(&format!("/authorize?{again}"))).await;
        let filled = form(&asked, "/sign-in").set("username", EMAIL).set("password", PASSWORD);
        browser.submit(filled).await;
        let told = facts(&list(&mut browser).await);
        let (first, last) = ("网络地址：127.0.0.1", "网络地址：198.51.100.9");
        assert_eq!(told, ["今天 09:00登录", first, "今天 10:00再次登录", last, "用密码", "最近使用：今天 10:00"]);
    })
    .await;
}

#[tokio::test]
async fn a_session_that_is_ended_is_signed_out_and_its_sites_are_told() {
    on_both_with(PLAIN, |passport| async move {
        let (mut desk, mut phone) = two(&passport).await;
        passport.register(&[&told()]).await;
        passport.tokens(&mut phone, "openid").await;
        let shown = list(&mut desk).await;
        assert_eq!(shown.texts(".device .tag.quiet"), ["四六级"], "the site that the phone entered");
        let answer = desk.submit(end_form(&shown, &endable(&shown)[0])).await;
        assert_eq!((answer.url.path(), answer.has(".notice.ok")), ("/account/sessions", true));
        assert_eq!(answer.texts(".device h2"), ["Windows电脑，Edge 本机 新网络"]);
        assert!(endable(&answer).is_empty() && !answer.text.contains("结束其他全部登录"));
        assert!(!is_signed_in(&mut phone).await && is_signed_in(&mut desk).await);
        assert_eq!(passport.waiting().await, ["logout:cet"]);
        assert_eq!(reasons(&passport).await, ["ended_from_list"]);

        // The same button once more, from a page that was left open.
        let late = desk.submit(end_form(&shown, &endable(&shown)[0])).await;
        assert!(late.has(".notice.info"), "{}", late.text);
        assert_eq!(passport.waiting().await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn ending_all_others_leaves_this_one() {
    on_both_with(PLAIN, |passport| async move {
        let (mut desk, mut phone) = two(&passport).await;
        let mut third = passport.browser();
        sign_in(&mut third).await;
        let shown = list(&mut desk).await;
        assert!(shown.text.contains("2个登录会退出通行证"), "{}", shown.text);
        assert_eq!(endable(&shown).len(), 2);
        let answer = desk.submit(end_form(&shown, "others")).await;
        assert_eq!(shown.attributes("main section button[name='session']", "value"), ["others"]);
        assert!(answer.has(".notice.ok") && endable(&answer).is_empty(), "{}", answer.text);
        assert!(is_signed_in(&mut desk).await);
        assert!(!is_signed_in(&mut phone).await && !is_signed_in(&mut third).await);
        assert_eq!(reasons(&passport).await, ["others_ended", "others_ended"]);
    })
    .await;
}

#[tokio::test]
async fn who_ends_other_sessions_has_just_signed_in_or_does_so_first() {
    on_both_with(PLAIN, |passport| async move {
        let (mut desk, mut phone) = two(&passport).await;
        passport.clock.advance(Duration::from_secs(5 * 60));
        let shown = list(&mut desk).await;
        for chosen in ["others".to_owned(), endable(&shown)[0].clone()] {
            let asked = desk.submit(end_form(&shown, &chosen)).await;
            assert_eq!(asked.url.path(), "/sign-in");
            assert!(asked.has(".notice") && is_signed_in(&mut phone).await, "nothing ended: {}", asked.text);
        }
        let asked = desk.submit(end_form(&shown, "others")).await;
        let back = desk.submit(form(&asked, "/sign-in").set("password", PASSWORD)).await;
        assert_eq!(back.url.path(), "/account/sessions", "{}", back.text);
        let ended = desk.submit(end_form(&back, "others")).await;
        assert!(ended.has(".notice.ok") && !is_signed_in(&mut phone).await);
    })
    .await;
}

/// Why sessions ended, as it is stored.
async fn reasons(passport: &Passport) -> Vec<String> {
    let read = passport.db.read::<_, shared::db::DbError, _>(|tx| {
        Box::pin(async move {
            let rows = sql("SELECT end_reason FROM sessions WHERE ended_at IS NOT NULL").fetch_all(tx).await?;
            rows.iter().map(|row| row.get("end_reason")).collect()
        })
    });
    read.await.expect("an answer")
}

#[tokio::test]
async fn nothing_ends_but_what_the_owner_means() {
    on_both(|passport| async move {
        let (mut browser, session) = passport.signed_in(None).await;
        let mut other = passport.browser();
        let Session { id: second, .. } = passport.sign_in(&mut other, Some(session.account), None).await;
        let (mut stranger, foreign) = passport.signed_in(None).await;
        let shown = list(&mut browser).await;
        let send = async |browser: &mut Browser, body: String, origin: &'static str| {
            let answer = post(browser, "/account/sessions", body, &[("origin", origin)]).await;
            answer.location().map(|to| format!("{}?{}", to.path(), to.query().unwrap_or_default()))
        };
        let for_second = end_form(&shown, &second.to_string()).encoded();

        // Somebody else's, one that never was, and what is no id at all.
        for id in [
            foreign.id.to_string(),
            second.to_string().replace(|c: char| c.is_ascii_digit(), "0"),
            "x".into(),
            String::new(),
        ] {
            let answer = send(&mut browser, end_form(&shown, &id).encoded(), ISSUER).await;
            assert_eq!(answer.as_deref(), Some("/account/sessions?notice=session-gone"), "{id}");
        }
        // A stale form, another site's, another person's page, and nobody.
        let stale = for_second.replace("csrf=", "csrf=x");
        assert_eq!(send(&mut browser, stale, ISSUER).await.as_deref(), Some("/account/sessions?notice=again"));
        assert_eq!(send(&mut browser, for_second.clone(), "https://evil.test").await, None);
        let theirs = for_second.replace("account=", "account=0");
        let answer = send(&mut browser, theirs, ISSUER).await;
        assert_eq!(answer.as_deref(), Some("/account/sessions?notice=sessions-other-account"));
        let answer = send(&mut passport.browser(), for_second.clone(), ISSUER).await;
        assert!(answer.is_some_and(|to| to.starts_with("/sign-in?")));
        // This one is ended by signing out, which asks.
        let answer = send(&mut browser, end_form(&shown, &session.id.to_string()).encoded(), ISSUER).await;
        assert_eq!(answer.as_deref(), Some("/sign-out?"));
        for browser in [&mut browser, &mut other, &mut stranger] {
            assert!(is_signed_in(browser).await);
        }
        assert!(reasons(&passport).await.is_empty());
        // And the form as it is does end it.
        send(&mut browser, for_second, ISSUER).await;
        assert!(!is_signed_in(&mut other).await);
    })
    .await;
}

#[tokio::test]
async fn a_user_agent_of_any_length_and_content_signs_in_and_is_shown_as_unknown() {
    on_both_with(PLAIN, |passport| async move {
        candidate(&passport).await;
        for strange in ["x".repeat(6000), "<script>alert(1)</script>".to_owned(), "\u{e9}\u{4e2d}".to_owned()] {
            let mut browser = passport.browser().user_agent(&strange);
            sign_in(&mut browser).await;
            let shown = list(&mut browser).await;
            assert_eq!(shown.texts(".device h2")[0], "没有认出的设备 本机");
            assert!(!shown.text.contains("<script>alert"));
        }
    })
    .await;
}

#[tokio::test]
async fn the_pages_of_the_account_lead_to_sessions_and_activity() {
    on_both(|passport| async move {
        let (mut browser, _) = passport.signed_in(None).await;
        for from in ["/", "/account/sites"] {
            let shown = browser.open(&page(from)).await;
            for to in ["/account/sessions", "/account/activity"] {
                assert!(shown.has(&format!(".stack a[href='{to}']")), "{from} → {to}");
                assert!(shown.has(&format!(".side a[href='{to}']")), "{from} → {to}");
            }
        }
        let mut nobody = passport.browser();
        for to in ["/account/sessions", "/account/activity"] {
            assert_eq!(nobody.open(&page(to)).await.url.path(), "/sign-in");
        }
    })
    .await;
}
