//! What the passport says of itself stands at the top of the site's pages, and never in their way.

use std::time::Duration;

use shared::clock::Timestamp;
use shared::status::{FRESH, Kind, Notice, Part, Report, State, Words};
use shared::testkit::Answer;

use crate::support::{SITE, World, opening_day, with_cet};

const HOUR: Duration = Duration::from_secs(3_600);

/// Work from 11 to 12 o'clock, which is told of from now on.
fn planned() -> Notice {
    let now = opening_day();
    Notice {
        id: "n1".to_owned(),
        kind: Kind::Planned,
        parts: vec![Part::SignIn],
        shown_from: now,
        begins: now + HOUR,
        ends: now + HOUR * 2,
        words: Words { zh: "更换<b>机器".to_owned(), en: "New <b>machines".to_owned() },
    }
}

fn said(state: State, notices: &[Notice]) -> String {
    Report { at: opening_day(), parts: vec![(Part::SignIn, state)], notices: notices.to_vec() }.to_json()
}

/// The titles of what stands at the top.
fn announced(page: &Answer) -> Vec<String> {
    assert_eq!(page.status, 200);
    page.texts(".announcements strong")
}

#[tokio::test]
async fn what_the_passport_announces_stands_on_every_page_in_both_languages_until_it_ends() {
    with_cet(|world: World| async move {
        let mut browser = world.browser();
        assert_eq!(announced(&browser.open(SITE).await), Vec::<String>::new(), "nothing was heard yet");
        world.passport.says_of_itself(said(State::Ok, &[planned()]));
        world.status.ask().await;
        for path in ["/", "/about", "/news", "/sign-in/failed?kind=lost"] {
            let page = browser.open(&format!("{SITE}{path}")).await;
            assert_eq!(page.texts(".announcements strong"), ["计划维护：3月18日 11:00–12:00（北京时间）"], "{path}");
        }
        let page = browser.open(&format!("{SITE}/?lang=en")).await;
        assert_eq!(announced(&page), ["Planned maintenance: 18 March, 11:00–12:00 (Beijing time)"]);
        assert!(page.text.contains("New &#60;b&#62;machines"), "words from elsewhere are no markup");
        let more = page.attributes(".announcements a", "href");
        assert_eq!(more, [format!("{}/status", world.passport.issuer)]);

        world.wait(HOUR);
        let page = browser.open(SITE).await;
        assert_eq!(announced(&page), ["Maintenance is under way, expected to end at 18 March, 12:00 (Beijing time)"]);
        world.wait(HOUR);
        assert_eq!(announced(&browser.open(SITE).await), Vec::<String>::new(), "nobody had to take it down");
    })
    .await;
}

#[tokio::test]
async fn a_trouble_of_the_passport_is_told_and_forgotten_when_nothing_more_is_heard() {
    with_cet(|world: World| async move {
        let mut browser = world.browser();
        world.passport.says_of_itself(said(State::Down, &[]));
        world.status.ask().await;
        assert_eq!(announced(&browser.open(SITE).await), ["登录暂时不能用"]);
        world.wait(FRESH);
        assert_eq!(announced(&browser.open(SITE).await), Vec::<String>::new());
        world.status.ask().await;
        assert_eq!(announced(&browser.open(SITE).await).len(), 1);
        world.passport.says_of_itself(said(State::Ok, &[]));
        world.status.ask().await;
        assert_eq!(announced(&browser.open(SITE).await), Vec::<String>::new());
    })
    .await;
}

#[tokio::test]
async fn a_passport_that_does_not_answer_or_talks_nonsense_changes_no_page() {
    with_cet(|world: World| async move {
        let mut browser = world.browser();
        world.passport.says_of_itself(said(State::Ok, &[planned()]));
        world.status.ask().await;
        let still = "计划维护：3月18日 11:00–12:00（北京时间）";
        for nonsense in ["<html>", "{}", "", &"[".repeat(100_000), r#"{"parts":"x","notices":[]}"#] {
            world.passport.says_of_itself(nonsense);
            world.status.ask().await;
            assert_eq!(announced(&browser.open(SITE).await), [still], "{nonsense:.9}");
        }
        world.passport.away(true);
        world.status.ask().await;
        assert_eq!(announced(&browser.open(SITE).await), [still], "what was announced holds");
        world.clock.set(Timestamp::from_millis(planned().ends.millis()));
        assert_eq!(announced(&browser.open(SITE).await), Vec::<String>::new(), "and ends");
    })
    .await;
}

#[tokio::test]
async fn no_page_waits_for_what_the_passport_says() {
    with_cet(|world: World| async move {
        let mut browser = world.browser();
        for path in ["/", "/about", "/registration"] {
            browser.open(&format!("{SITE}{path}")).await;
        }
        assert_eq!(world.passport.hits("status"), 0);
    })
    .await;
}
