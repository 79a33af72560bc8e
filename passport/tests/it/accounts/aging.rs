//! Numbers that were proven long ago, and soon recover nothing by themselves.

use std::time::Duration;

use super::contact::{ask, code_in, messages};
use super::recovery::{PHONE, change, last_to};
use super::*;
use crate::support::on_both_with;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

async fn reminded(passport: &Passport) -> u64 {
    passport.app.accounts.remind_of_numbers().await.expect("reminded")
}

/// What the page of what protects the account says of the number.
async fn warned(passport: &Passport) -> Option<String> {
    let mut browser = passport.browser();
    sign_in(&mut browser).await;
    let security = browser.open(&page("/account/security")).await;
    security.texts("main .notice.warn").into_iter().find(|said| said.contains("未验证"))
}

#[tokio::test]
async fn who_has_nothing_but_a_number_is_reminded_once_ten_days_before_it_recovers_nothing() {
    on_both_with(PLAIN, |passport| async move {
        candidate(&passport).await;
        change(&passport, "UPDATE accounts SET email_verified_at = NULL").await;
        passport.clock.advance(80 * DAY - Duration::from_secs(1));
        assert_eq!((reminded(&passport).await, warned(&passport).await), (0, None));
        passport.clock.advance(Duration::from_secs(1));
        assert_eq!((reminded(&passport).await, reminded(&passport).await), (1, 0), "once");
        let told = last_to(&passport, PHONE).await;
        assert!(told.contains("2027-06-16 09:00") && told.contains("/account/contact"), "{told}");
        assert!(warned(&passport).await.is_some_and(|said| said.contains("已80天")), "the page says so");

        let mut owner = passport.browser();
        sign_in(&mut owner).await;
        passport.clock.advance(Duration::from_millis(1));
        let waits = ask(&mut owner, "mobile").await;
        let code = code_in(&last_to(&passport, PHONE).await);
        let done = owner.submit(form(&waits, "/account/contact/proof").set("code", &code)).await;
        assert_eq!(done.url.path(), "/account/contact", "{:?}", summary(&done));
        assert_eq!(warned(&passport).await, None, "it is proven anew");
        passport.clock.advance(80 * DAY);
        assert_eq!(reminded(&passport).await, 1, "and grows old again");
        change(&passport, "UPDATE accounts SET mobile_reminded_at = NULL").await;
        passport.clock.advance(11 * DAY);
        assert_eq!(reminded(&passport).await, 0, "what is over is no reminder any more");
    })
    .await;
}

#[tokio::test]
async fn who_has_a_proven_address_reads_it_on_the_page_and_gets_no_message() {
    on_both_with(PLAIN, |passport| async move {
        candidate(&passport).await;
        passport.clock.advance(85 * DAY);
        assert_eq!(reminded(&passport).await, 0);
        assert!(warned(&passport).await.is_some_and(|said| said.contains("已85天")));
        assert!(messages(&passport).await.is_empty());
    })
    .await;
}
