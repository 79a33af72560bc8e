//! Where sign-ins come from, on a passport whose operator has a database of places: `tests/places/build.py` says what is
//! in it.

use std::net::IpAddr;
use std::time::Duration;

use serde_json::json;
use shared::db::DbConfig;
use shared::testkit;

use super::contact::{link_in, messages};
use super::*;
use crate::support::on_both_with;
use crate::support::process::Installation;

/// Where names are of use to a page only when it escapes them.
const HTML: [u8; 4] = [198, 51, 100, 130];

fn database(name: &str) -> String {
    format!("[places]\ndatabase = '{}/tests/places/{name}'\n", env!("CARGO_MANIFEST_DIR"))
}

async fn with_places<F, Fut>(test: F)
where
    F: Fn(Passport) -> Fut,
    Fut: Future<Output = ()>,
{
    on_both_with(&format!("{PLAIN}{}", database("cities.mmdb")), test).await;
}

/// The networks that the list of sessions tells of.
async fn networks(browser: &mut Browser, path: &str) -> Vec<String> {
    let facts = browser.open(&page(path)).await.texts(".device .pieces.num span");
    facts.into_iter().filter(|fact| fact.starts_with("网络地址") || fact.starts_with("From ")).collect()
}

#[tokio::test]
async fn the_list_of_sessions_says_about_where_each_is_in_the_language_of_the_page() {
    with_places(|passport| async move {
        candidate(&passport).await;
        let from = ["203.0.113.7", "2001:db8:1:2:3::4", "::ffff:198.51.100.1", "192.0.2.1", "10.0.0.7"];
        let mut browsers = Vec::new();
        for address in from {
            let mut browser = passport.browser().from_address(address.parse::<IpAddr>().expect("an address"));
            sign_in(&mut browser).await;
            passport.clock.advance(Duration::from_secs(60));
            browsers.push(browser);
        }
        let browser = &mut browsers[0];
        let mut chinese = networks(browser, "/account/sessions").await;
        assert_eq!(chinese.remove(0), "网络地址：203.0.113.7（大约在中国·江苏·南京）", "this one is the first");
        chinese.sort();
        assert_eq!(
            chinese,
            [
                "网络地址：10.0.0.7",
                "网络地址：192.0.2.1",
                "网络地址：198.51.100.1（大约在Germany·Saxony·Dresden）",
                "网络地址：2001:db8:1:2::/64（大约在中国·江苏·南京）",
            ]
        );
        let shown = browser.open(&page("/account/sessions")).await;
        assert!(shown.has("main a[href='https://db-ip.com']"), "{}", shown.text);
        let english = networks(browser, "/account/sessions?lang=en").await;
        assert_eq!(english[0], "From 203.0.113.7 (around Nanjing, Jiangsu, China)");
    })
    .await;
}

#[tokio::test]
async fn a_sign_in_from_another_region_is_called_new_and_one_from_another_network_of_the_same_is_not() {
    with_places(|passport| async move {
        candidate(&passport).await;
        let there = async |address: &str| {
            let mut browser = passport.browser().from_address(address.parse().expect("an address"));
            sign_in(&mut browser).await;
            passport.clock.advance(Duration::from_secs(60));
            browser
        };
        let mut home = there("203.0.113.7").await;
        let same = there("2001:db8:1:2:3::4").await;
        there("198.51.100.1").await;
        let headings = async |browser: &mut Browser, path: &str| browser.open(&page(path)).await.texts(".device h2");
        let shown = headings(&mut home, "/account/sessions").await;
        assert_eq!(shown.iter().filter(|heading| heading.contains("新地区")).count(), 1, "{shown:?}");
        assert!(shown.iter().all(|heading| !heading.contains("新网络")), "{shown:?}");
        let english = headings(&mut home, "/account/sessions?lang=en").await;
        assert_eq!(english.iter().filter(|heading| heading.contains("New region")).count(), 1, "{english:?}");
        // Used from abroad, it was still signed in to at home; and the place of that use is told.
        let mut moved = same.from_address(IpAddr::from([198, 51, 100, 1]));
        let told = networks(&mut moved, "/account/sessions").await;
        assert_eq!(
            told[..2],
            [
                "网络地址：2001:db8:1:2::/64（大约在中国·江苏·南京）",
                "网络地址：198.51.100.1（大约在Germany·Saxony·Dresden）",
            ]
        );
        let ended = moved.open(&page("/sign-out")).await;
        moved.submit(form(&ended, "/sign-out")).await;
        let past = home.open(&page("/account/sessions")).await.texts("main tbody td .pieces");
        assert!(past[0].contains("(around Nanjing, Jiangsu, China)"), "{past:?}");
    })
    .await;
}

#[tokio::test]
async fn the_history_and_its_reports_say_about_where_it_was() {
    with_places(|passport| async move {
        candidate(&passport).await;
        passport.clock.advance(Duration::from_secs(60));
        let mut browser = passport.browser().from_address(IpAddr::from([203, 0, 113, 7]));
        sign_in(&mut browser).await;
        let history = browser.open(&page("/account/activity")).await;
        let place = "203.0.113.7（大约在中国·江苏·南京）";
        assert_eq!(history.texts(".event .hint")[0], format!("今天 09:01 没有认出的设备 {place}"));
        assert!(history.has("main a[href='https://db-ip.com']"), "{}", history.text);
        let report = history.attributes(".event a[href*='/report']", "href").remove(0);
        let asked = browser.open(&page(&report)).await;
        assert!(asked.texts("dd").contains(&place.to_owned()), "{}", asked.text);
    })
    .await;
}

#[tokio::test]
async fn the_mail_of_a_new_browser_and_the_page_of_its_link_say_about_where_it_is() {
    with_places(|passport| async move {
        candidate(&passport).await;
        let hour = Duration::from_secs(60 * 60);
        sign_in(&mut passport.browser()).await;
        passport.clock.advance(3 * hour);
        sign_in(&mut passport.browser().from_address(IpAddr::from([203, 0, 113, 66]))).await;
        let mail = messages(&passport).await.remove(0);
        let place = "203.0.113.66（大约在中国·江苏·南京）";
        assert!(mail.contains(&format!("网络地址：{place}")), "{mail}");
        let seen = passport.browser().open(&link_in(&mail)).await;
        assert!(seen.texts("dd").contains(&place.to_owned()), "{}", seen.text);
    })
    .await;
}

#[tokio::test]
async fn what_stands_in_the_database_is_text_on_every_page() {
    with_places(|passport| async move {
        candidate(&passport).await;
        let mut browser = passport.browser().from_address(IpAddr::from(HTML));
        sign_in(&mut browser).await;
        for path in ["/account/sessions", "/account/activity", "/account/sessions?lang=en"] {
            let shown = browser.open(&page(path)).await;
            assert!(shown.text.contains("alert(") && shown.text.contains("&#60;script&#62;"), "{}", shown.text);
            assert!(!shown.text.contains("<script>alert") && !shown.has("main b"), "{path}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_passport_whose_database_of_places_is_of_no_use_does_not_start_and_says_why() {
    testkit::each_engine(&passport::MIGRATIONS, async |config: DbConfig| {
        let folder = tempfile::tempdir().expect("a folder");
        let installation = Installation::new(folder.path(), &config);
        let settings = folder.path().join("passport.toml");
        let before = std::fs::read_to_string(&settings).expect("settings");
        let with = |name: &str| {
            std::fs::write(&settings, format!("{before}{}", database(name))).expect("settings");
            [installation.command(&["config", "check"]), installation.command(&["serve"])]
        };
        for (name, why) in [("nowhere.mmdb", "cannot be read"), ("build.py", "no MaxMind"), ("asn.mmdb", "names no")] {
            for (done, said) in with(name) {
                let said = said.to_string();
                assert!(!done && said.contains("places.database: ") && said.contains(why), "{name}: {said}");
            }
        }
        std::fs::write(&settings, format!("{before}{}", database("cities.mmdb"))).expect("settings");
        assert_eq!(installation.command(&["config", "check"]), (true, json!({ "ok": true })));
        installation.start().kill();
    })
    .await;
}
