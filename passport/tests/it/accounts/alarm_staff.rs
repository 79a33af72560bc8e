//! What staff did to an account, reported by its owner.

use std::time::Duration;

use super::alarm::{number, reportable, reset};
use super::recovery::{NEW, last_to};
use super::*;
use crate::support::on_both_with;

#[tokio::test]
async fn what_staff_did_is_reported_too_and_has_a_case_to_follow_up() {
    on_both_with(PLAIN, |passport| async move {
        candidate(&passport).await;
        let accounts = &passport.app.accounts;
        let account = accounts.locate(EMAIL).await.expect("an answer").expect("an account");
        // Somebody talked the staff into it.
        passport.clock.advance(Duration::from_secs(60));
        assert!(accounts.lock(account).await.expect("locked"));
        passport.clock.advance(Duration::from_secs(60));
        assert!(accounts.unlock(account).await.expect("unlocked"));
        passport.clock.advance(Duration::from_secs(60));
        let mut owner = passport.browser();
        sign_in(&mut owner).await;
        let lines = reportable(&mut owner).await;
        let said: Vec<_> = lines.iter().map(|(said, _)| said.as_str()).collect();
        assert_eq!(said, ["登录", "账号解除锁定", "账号被锁定"]);
        let asked = owner.open(&page(&lines[2].1)).await;
        assert_eq!(asked.texts(".facts dd"), ["账号被锁定", "2027-03-18 09:01:00", "工作人员操作"]);
        let case = owner.submit(form(&asked, "/account/activity/report")).await;
        assert_eq!(case.url.path(), "/alarm");
        let found = accounts.case(&number(&case)).await.expect("an answer").expect("a case");
        assert_eq!((found.about.as_str(), found.via.as_str(), found.shut), ("account_locked", "session", true));
        assert!(last_to(&passport, EMAIL).await.contains(&found.number.to_string()));
        // What came of a report is not reported in its turn.
        assert!(accounts.close_case(&found.number).await.expect("closed"));
        reset(&passport).await;
        let mut again = passport.browser();
        let named = sign_in_form(&mut again, EMAIL, NEW).await;
        again.submit(named).await;
        let history = again.open(&page("/account/activity")).await;
        let shown = history.texts(".event p:first-child");
        let lines = reportable(&mut again).await;
        for ours in ["处理完了", "报告了"] {
            assert!(shown.iter().any(|line| line.contains(ours)), "{ours}: {shown:?}");
            assert!(!lines.iter().any(|(line, _)| line.contains(ours)), "{ours}: {lines:?}");
        }
    })
    .await;
}
