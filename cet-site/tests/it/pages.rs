//! What anyone may read.

use http::StatusCode;
use shared::testkit::{Answer, Browser};

use crate::support::{SITE, World, with_cet};

#[tokio::test]
async fn home_is_as_candidates_know_it() {
    with_cet(|world: World| async move {
        let home = world.browser().open(SITE).await;
        assert_eq!(home.status, StatusCode::OK);
        assert_eq!(home.texts("h1"), ["全国大学英语四、六级考试 (CET)"]);
        assert_eq!(
            home.texts(".nav-wide a:not(.lang)"),
            ["首页", "考试简介", "考生须知", "考试时间", "报名流程", "常见问题", "成绩报告单", "联系我们"]
        );
        assert_eq!(home.texts(".nav-wide [aria-current=page]"), ["首页"]);
        assert_eq!(home.texts(".strip-word"), ["注册", "登录", "资格验证", "笔试报名缴费", "口语报名缴费", "报名成功"]);
        assert_eq!(home.texts(".big-label"), ["进入报名", "注册/修改用户", "找回已报名账号", "补办成绩证明"]);
        assert_eq!(home.texts("h2"), ["CET考试最新动态"]);
        assert_eq!(home.texts(".banner-today"), ["2027年上半年： 8个省份正在报名"]);
        assert_eq!(home.texts(".dates-when"), ["3月18日–4月2日", "5月22日–23日", "6月12日"]);
        assert_eq!(home.texts(".news time").first().map(String::as_str), Some("03-18"));
        assert!(home.text.contains("京ICP备00000000号-1"));
        assert!(!home.has("[aria-current=step]"), "the strip tells, nobody stands on it");
    })
    .await;
}

#[tokio::test]
async fn every_link_of_every_page_leads_to_a_page_in_both_languages() {
    shared::testkit::on_both(&cet_site::app::MIGRATIONS, async |db| {
        for profile in ["cet", "pets", "ncre"] {
            let world = World::of(profile, db.clone()).await;
            for language in ["zh-CN", "en"] {
                let mut browser = world.browser().language(language);
                walk(&mut browser, language).await;
            }
        }
    })
    .await;
}

#[tokio::test]
async fn no_address_makes_a_page_link_to_another_host() {
    with_cet(|world: World| async move {
        let page = world.browser().open(&format!("{SITE}//evil.example/x")).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND);
        let links = page.attributes("a.lang", "href");
        assert!(!links.is_empty());
        assert!(links.iter().all(|link| link == "/evil.example/x?lang=en"), "{links:?}");
    })
    .await;
}

/// Follows every local link from the home page on.
async fn walk(browser: &mut Browser, language: &str) {
    let mut known = vec!["/".to_owned()];
    let mut next = 0;
    while let Some(path) = known.get(next).cloned() {
        next += 1;
        let page = browser.open(&format!("{SITE}{path}")).await;
        assert_eq!(page.status, StatusCode::OK, "{path}");
        assert_eq!(page.attributes("html", "lang"), [language], "{path}");
        assert_eq!(page.texts("h1").len(), 1, "{path} has one h1");
        for link in local_links(&page) {
            if !known.contains(&link) {
                known.push(link);
            }
        }
    }
    assert!(known.len() > 14, "{known:?}");
}

/// Links within the site, without those that sign in or change the language.
fn local_links(page: &Answer) -> Vec<String> {
    let links = page.attributes("a[href^='/']:not(.lang)", "href");
    links.into_iter().filter(|link| !link.starts_with("/sign-in") && !link.starts_with("/registration")).collect()
}

#[tokio::test]
async fn a_notice_does_not_exist_before_its_day() {
    with_cet(|world: World| async move {
        let mut browser = world.browser();
        let notice = format!("{SITE}/news/north-opens");
        assert_eq!(browser.open(&notice).await.status, StatusCode::OK);
        world.clock.set(shared::clock::Timestamp::from_seconds(1_805_299_199));
        assert_eq!(browser.open(&notice).await.status, StatusCode::NOT_FOUND);
        let home = browser.open(SITE).await;
        assert_eq!(home.texts(".banner-today"), ["2027年上半年： 3月18日起开通报名"]);
        world.clock.set(shared::clock::Timestamp::from_seconds(0));
        assert!(browser.open(SITE).await.text.contains("还没有动态"));
    })
    .await;
}

#[tokio::test]
async fn the_language_is_remembered_and_switched_on_the_same_page() {
    with_cet(|world: World| async move {
        let mut browser = world.browser();
        let page = browser.open(&format!("{SITE}/faq?from=home")).await;
        let switch = page.attributes(".nav-wide .lang", "href");
        assert_eq!(switch, ["/faq?from=home&lang=en"]);
        let english = browser.click(&page, &switch[0]).await;
        assert_eq!(english.texts("h1"), ["Questions"]);
        assert_eq!(browser.open(SITE).await.texts("h1"), ["College English Test Band 4 and Band 6 (CET)"]);
    })
    .await;
}

#[tokio::test]
async fn what_is_not_there_is_a_page_with_a_way_back() {
    with_cet(|world: World| async move {
        let page = world.browser().open(&format!("{SITE}/nothing")).await;
        assert_eq!((page.status, page.texts("h1")), (StatusCode::NOT_FOUND, vec!["没有找到这个页面".to_owned()]));
        assert_eq!(page.attributes("a.button.primary", "href"), ["/"]);
        assert!(page.has(".reference"));
    })
    .await;
}

#[tokio::test]
async fn pages_load_nothing_from_elsewhere() {
    with_cet(|world: World| async move {
        let page = world.browser().open(SITE).await;
        let policy = page.header("content-security-policy").expect("a policy").to_owned();
        assert!(policy.starts_with("default-src 'none'"), "{policy}");
        assert!(policy.contains(&format!("form-action 'self' {}", world.passport.issuer)), "{policy}");
        assert!(!page.has("[style]") && !page.has("script:not([src])"));
    })
    .await;
}
