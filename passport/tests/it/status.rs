//! How the passport stands and what its operators announce: told to programs and people, without its database too.

use std::time::Duration;

use passport::MIGRATIONS;
use passport::status::NoticeId;
use shared::db::{Db, DbConfig, DbError, sql};
use shared::status::{FRESH, Kind, Notice, Part, Report, State, Words};
use shared::testkit::{self, Answer, Browser, Outage};

use crate::support::site::{OURS, get};
use crate::support::{BEGIN, Passport, on_both, on_both_with};

const HOUR: Duration = Duration::from_secs(3_600);

/// Work from 10 to 11 o'clock, which is told of from now on.
fn planned() -> Notice {
    Notice {
        id: String::new(),
        kind: Kind::Planned,
        parts: vec![Part::SignIn, Part::Registration],
        shown_from: BEGIN,
        begins: BEGIN + HOUR,
        ends: BEGIN + HOUR * 2,
        words: Words { zh: "更换<b>机器".to_owned(), en: "New <b>machines".to_owned() },
    }
}

async fn announce(passport: &Passport, notice: Notice) -> NoticeId {
    let id = passport.app.status.announce(notice).await.expect("announced");
    passport.app.status.look().await;
    id
}

async fn document(browser: &mut Browser) -> (Answer, Report) {
    let answer = get(browser, "/status.json", &[]).await;
    assert_eq!(answer.status, 200);
    let report = Report::from_json(answer.text.as_bytes()).expect("a status");
    (answer, report)
}

fn announced(page: &Answer) -> Vec<String> {
    page.texts(".announcements strong")
}

#[tokio::test]
async fn programs_are_told_of_each_part_and_may_keep_it_for_seconds() {
    on_both(|passport| async move {
        let mut browser = passport.browser();
        passport.app.status.look().await;
        let (answer, report) = document(&mut browser).await;
        let parts = [Part::SignIn, Part::Registration, Part::Tokens, Part::Database, Part::Keys];
        assert_eq!(report.parts, parts.map(|part| (part, State::Ok)), "there is no way out for mail and SMS here");
        assert_eq!(answer.header("cache-control"), Some("public, max-age=5"));
        assert_eq!(answer.header("content-type"), Some("application/json"));
        assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
        assert!(answer.header("set-cookie").is_none());
        let tag = answer.header("etag").expect("a tag").to_owned();
        assert_eq!(get(&mut browser, "/status.json", &[("if-none-match", &tag)]).await.status, 304);
    })
    .await;
}

#[tokio::test]
async fn what_is_announced_stands_on_every_page_in_both_languages_until_it_ends() {
    on_both_with("[delivery]\nsmtp_url = 'smtp://127.0.0.1:1'\n", |passport| async move {
        let mut browser = passport.browser();
        announce(&passport, planned()).await;
        for path in ["/", "/sign-in", "/help", "/no-such-page"] {
            let page = get(&mut browser, path, &[("accept", "text/html")]).await;
            assert_eq!(announced(&page), ["计划维护：3月18日 10:00–11:00（北京时间）"], "{path}");
        }
        let page = get(&mut browser, "/sign-in?lang=en", &[]).await;
        assert_eq!(announced(&page), ["Planned maintenance: 18 March, 10:00–11:00 (Beijing time)"]);
        assert!(page.text.contains("New &#60;b&#62;machines"), "words of operators are no markup");
        assert_eq!(page.attributes(".announcements a", "href"), ["/status"]);
        let page = get(&mut browser, "/status?lang=zh-CN", &[]).await;
        assert_eq!(announced(&page), Vec::<String>::new(), "told once, in full");
        assert_eq!(page.texts("main .notice strong"), ["计划维护：3月18日 10:00–11:00（北京时间）"]);
        assert_eq!(page.texts(".status-parts .tag"), ["正常", "正常", "正常", "正常", "正常", "正常"]);

        passport.clock.advance(HOUR);
        passport.app.status.look().await;
        let page = get(&mut browser, "/status", &[]).await;
        assert_eq!(page.texts(".status-parts .tag")[..2], ["维护中", "维护中"]);
        let (_, report) = document(&mut browser).await;
        assert_eq!((report.state(Part::SignIn), report.notices.len()), (Some(State::Maintenance), 1));
        passport.clock.advance(HOUR);
        assert_eq!(announced(&get(&mut browser, "/sign-in", &[]).await), Vec::<String>::new());
        assert_eq!(document(&mut browser).await.1.notices, []);
    })
    .await;
}

#[tokio::test]
async fn a_notice_is_ended_before_its_time_and_both_are_on_record() {
    on_both(|passport| async move {
        let id = announce(&passport, Notice { kind: Kind::Trouble, begins: BEGIN, ..planned() }).await;
        let mut browser = passport.browser();
        assert_eq!(announced(&get(&mut browser, "/sign-in", &[]).await), ["服务公告"]);
        assert_eq!(document(&mut browser).await.1.state(Part::SignIn), Some(State::Degraded));
        let status = &passport.app.status;
        assert!(status.end(id).await.expect("asked"));
        assert!(!status.end(id).await.expect("asked"), "it is over");
        status.look().await;
        assert_eq!(announced(&get(&mut browser, "/sign-in", &[]).await), Vec::<String>::new());
        let kept = status.notices(true).await.expect("notices");
        assert_eq!((kept.len(), status.notices(false).await.expect("notices").len()), (1, 0));
        let recorded = passport.db.read::<_, DbError, _>(|tx| {
            let text =
                "SELECT COUNT(*) AS n FROM audit_events WHERE kind = 'notice_announced' OR kind = 'notice_ended'";
            Box::pin(async move { sql(text).fetch_one(tx).await?.get::<i64>("n") })
        });
        assert_eq!(recorded.await.expect("a count"), 2);
    })
    .await;
}

#[tokio::test]
async fn without_its_database_the_passport_says_so_and_goes_on_telling_what_was_announced() {
    testkit::each_engine(&MIGRATIONS, async |config: DbConfig| {
        let passport = Passport::start(Db::connect(&config).await.expect("a database"), "").await;
        passport.register(&[OURS]).await;
        announce(&passport, planned()).await;
        let (mut browser, _) = passport.signed_in(None).await;
        let outage = Outage::begin(&config).await;
        passport.app.status.look().await;
        let (_, report) = document(&mut browser).await;
        assert_eq!((report.state(Part::Database), report.state(Part::SignIn)), (Some(State::Down), Some(State::Down)));
        let page = get(&mut browser, "/status", &[]).await;
        assert_eq!((page.status.as_u16(), page.texts("main .notice strong").len()), (200, 1));
        assert!(page.texts(".status-parts .tag").contains(&"不能用".to_owned()));
        let away = get(&mut browser, "/account/profile", &[]).await;
        assert_eq!(away.status, 503);
        assert_eq!(announced(&away).first().map(String::as_str), Some("登录、注册、进入考试网站暂时不能用"));
        assert_eq!(away.attributes("main a.button", "href"), ["/account/profile", "/status"]);
        outage.end().await;
        passport.app.status.look().await;
        assert_eq!(document(&mut browser).await.1.state(Part::Database), Some(State::Ok));
        passport.db.close().await;
    })
    .await;
}

#[tokio::test]
async fn a_node_that_looks_no_more_says_that_it_does_not_know() {
    on_both(|passport| async move {
        passport.app.status.look().await;
        passport.clock.advance(FRESH);
        let mut browser = passport.browser();
        assert!(document(&mut browser).await.1.parts.iter().all(|(_, state)| *state == State::Unknown));
        assert_eq!(get(&mut browser, "/status", &[]).await.status, 200);
    })
    .await;
}
