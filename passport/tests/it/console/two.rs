//! What takes two people: never one, never anything but what both saw, never what has changed since.

use std::time::Duration;

use passport::console::model::Role;

use super::*;
use crate::accounts::{EMAIL, candidate};

/// A supporter who proposed to reset the candidate's second step, a reviewer, and the proposal's address.
async fn proposed(passport: &Passport) -> (Colleague, Colleague, String) {
    candidate(passport).await;
    Colleague::new(passport, "王芳", &[Role::Operator]).await;
    let mut support = Colleague::new(passport, "赵敏", &[Role::Support, Role::Reviewer]).await;
    let reviewer = Colleague::new(passport, "李强", &[Role::Reviewer]).await;
    let account = support.look_at(EMAIL).await;
    let tail = support.tail(&account).await;
    let (at, typed) = (format!("{account}/factors"), [("reason", "lost the phone"), ("typed", tail.as_str())]);
    let sent = support.send(&at, &at, &typed).await;
    assert!(sent.has(".notice.ok"), "{}", sent.text);
    let proposal = support.newest().await;
    (support, reviewer, proposal)
}

/// How often the candidate's factors were taken away.
async fn resets(passport: &Passport) -> i64 {
    count(passport, "SELECT COUNT(*) AS n FROM audit_events WHERE kind = 'factor_removed'").await
}

/// What the page of a proposal says at the top.
fn told(answer: &Answer) -> String {
    answer.texts(".notice").concat()
}

/// What stands for what somebody sees on the page of a proposal.
async fn seen(one: &mut Colleague, path: &str) -> String {
    one.open(path).await.form("#decision").value("seen").expect("a hash").to_owned()
}

/// Agrees as somebody does who has no such button; the page after that.
async fn agree(one: &mut Colleague, path: &str, seen: &str) -> Answer {
    sent(one, path, &[("seen", seen), ("decision", "agree")]).await
}

/// Sends a form that somebody was not shown; the page after that.
async fn sent(one: &mut Colleague, path: &str, fields: &[(&str, &str)]) -> Answer {
    let own = one.open("/proposals").await;
    let csrf = own.attributes("[name=csrf]", "value").into_iter().next().expect("a token");
    let mut body = form_urlencoded::Serializer::new(String::new());
    let body = body.append_pair("csrf", &csrf).extend_pairs(fields).finish();
    let request = Request::post(format!("{CONSOLE}{path}"))
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header(header::ORIGIN, CONSOLE)
        .body(body.into())
        .expect("a request");
    let sent = one.browser.send(request).await;
    let location = sent.location().map_or_else(|| path.to_owned(), |to| to.to_string());
    let page = location.strip_prefix(CONSOLE).unwrap_or(&location).to_owned();
    one.open(&page).await
}

#[tokio::test]
async fn nobody_agrees_with_themselves_and_a_second_person_does() {
    with_console(|passport| async move {
        let (mut support, mut reviewer, proposal) = proposed(&passport).await;
        let page = support.open(&proposal).await;
        assert!(!page.text.contains("value=\"agree\""), "there is no such button: {}", page.text);
        let hash = seen(&mut reviewer, &proposal).await;
        let answer = agree(&mut support, &proposal, &hash).await;
        assert_eq!(resets(&passport).await, 0, "{}", answer.text);
        assert!(told(&answer).contains("A colleague decides"), "{}", answer.text);
        assert!(reviewer.decide(&proposal, "agree").await.has(".notice.ok"));
        assert_eq!(resets(&passport).await, 1);
        let left = count(&passport, "SELECT COUNT(*) AS n FROM staff_proposals WHERE state = 'done'").await;
        assert_eq!(left, 1);
    })
    .await;
}

#[tokio::test]
async fn what_is_done_is_what_both_saw() {
    with_console(|passport| async move {
        let (_, mut reviewer, proposal) = proposed(&passport).await;
        let other = agree(&mut reviewer, &proposal, &"A".repeat(43)).await;
        assert!(told(&other).contains("not what was proposed"), "{}", other.text);
        // Somebody who has the database puts another account in its place.
        let forged = sql("UPDATE staff_proposals SET payload = REPLACE(payload, '\"account\":\"', '\"account\":\"0')");
        passport.db.execute(forged).await.expect("changed");
        let hash = seen(&mut reviewer, &proposal).await;
        let answer = agree(&mut reviewer, &proposal, &hash).await;
        assert!(told(&answer).contains("not what was proposed"), "{}", answer.text);
        assert_eq!(resets(&passport).await, 0);
    })
    .await;
}

#[tokio::test]
async fn what_changed_since_is_not_done() {
    with_console(|passport| async move {
        let (_, mut reviewer, proposal) = proposed(&passport).await;
        let id = passport.app.accounts.locate(EMAIL).await.expect("an answer").expect("an account");
        assert!(passport.app.accounts.lock(id).await.expect("an answer"));
        let answer = reviewer.decide(&proposal, "agree").await;
        assert!(told(&answer).contains("changed"), "{}", answer.text);
        assert_eq!(resets(&passport).await, 0);
        let lapsed = count(&passport, "SELECT COUNT(*) AS n FROM staff_proposals WHERE state = 'lapsed'").await;
        assert_eq!(lapsed, 1);
    })
    .await;
}

#[tokio::test]
async fn another_name_to_sign_in_with_is_a_change_too() {
    with_console(|passport| async move {
        let (_, mut reviewer, proposal) = proposed(&passport).await;
        let moved = sql("UPDATE login_names SET name = 'moved@example.test' WHERE name LIKE '%@%'");
        passport.db.execute(moved).await.expect("changed");
        let answer = reviewer.decide(&proposal, "agree").await;
        assert!(told(&answer).contains("changed"), "{}", answer.text);
        assert_eq!(resets(&passport).await, 0);
    })
    .await;
}

#[tokio::test]
async fn an_account_is_looked_into_by_who_proposed_and_by_who_decides() {
    with_console(|passport| async move {
        let (mut proposer, mut reviewer, proposal) = proposed(&passport).await;
        let mut other = Colleague::new(&passport, "孙丽", &[Role::Support]).await;
        let looks =
            async || count(&passport, "SELECT COUNT(*) AS n FROM audit_events WHERE kind = 'account_viewed'").await;
        let (before, at) = (looks().await, format!("{proposal}/account"));
        assert!(!other.open(&proposal).await.text.contains(&at));
        let refused = sent(&mut other, &at, &[]).await;
        assert_eq!(looks().await, before, "{}", refused.text);
        for one in [&mut proposer, &mut reviewer] {
            sent(one, &at, &[]).await;
        }
        assert_eq!(looks().await, before + 2);
    })
    .await;
}

#[tokio::test]
async fn of_two_who_agree_at_once_one_does_it() {
    with_console(|passport| async move {
        let (_, mut reviewer, proposal) = proposed(&passport).await;
        let mut other = Colleague::new(&passport, "周杰", &[Role::Reviewer]).await;
        let (first, second) = (reviewer.open(&proposal).await, other.open(&proposal).await);
        let (first, second) = (first.form("#decision"), second.form("#decision"));
        let (first, second) = (first.with("decision", "agree"), second.with("decision", "agree"));
        let (one, two) = tokio::join!(reviewer.browser.submit(first), other.browser.submit(second));
        assert_eq!(resets(&passport).await, 1);
        let done = [&one, &two].into_iter().filter(|answer| answer.has(".notice.ok")).count();
        assert_eq!(done, 1, "{}\n{}", one.text, two.text);
    })
    .await;
}

#[tokio::test]
async fn a_proposal_waits_for_a_day_can_be_refused_and_taken_back() {
    with_console(|passport| async move {
        let (mut support, mut reviewer, proposal) = proposed(&passport).await;
        assert!(reviewer.decide(&proposal, "refuse").await.has(".notice.ok"));
        let late = agree_late(&mut reviewer, &proposal).await;
        assert_eq!((late, resets(&passport).await), (true, 0));
        passport.clock.advance(Duration::from_secs(1));
        let account = support.look_at(EMAIL).await;
        let (tail, at) = (support.tail(&account).await, format!("{account}/factors"));
        let typed = [("reason", "lost the phone"), ("typed", tail.as_str())];
        support.send(&at, &at, &typed).await;
        let again = support.send(&at, &at, &typed).await;
        assert!(told(&again).contains("waits"), "{}", again.text);
        let own = support.newest().await;
        let page = support.open(&own).await;
        assert!(support.browser.submit(page.form("#take-back")).await.has(".notice.ok"));
        support.send(&at, &at, &typed).await;
        passport.clock.advance(Duration::from_secs(24 * 60 * 60));
        support.sign_in().await;
        reviewer.sign_in().await;
        let page = reviewer.open("/proposals").await;
        assert!(page.text.contains("over 24 hours"), "{}", page.text);
        let path = reviewer.newest().await;
        assert!(!reviewer.open(&path).await.has("#decision"));
    })
    .await;
}

/// Whether a proposal that is decided shows no form any more.
async fn agree_late(one: &mut Colleague, proposal: &str) -> bool {
    !one.open(proposal).await.has("#decision")
}

#[tokio::test]
async fn roles_are_changed_by_two_operators_and_by_none_whose_they_are() {
    with_console(|passport| async move {
        let mut first = Colleague::new(&passport, "王芳", &[Role::Operator]).await;
        let mut second = Colleague::new(&passport, "李强", &[Role::Operator]).await;
        let mut third = Colleague::new(&passport, "周杰", &[Role::Operator]).await;
        let listed = first.open("/staff").await;
        let mut people = listed.texts("h2.site-name a").into_iter().zip(listed.attributes("h2.site-name a", "href"));
        let (_, person) = people.find(|(name, _)| name == "李强").expect("he is in the list");
        let at = format!("{person}/roles");
        let page = first.open(&at).await;
        let form = page.form(&format!("main form[action='{at}']"));
        let form = form.set("auditor", "on").set("reason", "moves to audit").set("typed", "李强");
        let form = form.without("operator");
        assert!(first.browser.submit(form).await.has(".notice.ok"));
        let proposal = first.newest().await;
        let own = second.decide(&proposal, "agree").await;
        assert!(told(&own).contains("concerns you"), "{}", own.text);
        assert!(third.decide(&proposal, "agree").await.has(".notice.ok"));
        assert_eq!(second.open("/staff/invite").await.status.as_u16(), 403, "at once");
        assert_eq!(second.open("/staff").await.status.as_u16(), 200);
    })
    .await;
}

#[tokio::test]
async fn what_somebody_proposed_who_is_out_by_now_is_not_done() {
    with_console(|passport| async move {
        let (_, mut reviewer, proposal) = proposed(&passport).await;
        assert!(console(&passport).suspend("赵敏".to_owned()).await.expect("an answer"));
        let answer = reviewer.decide(&proposal, "agree").await;
        assert!(told(&answer).contains("changed"), "{}", answer.text);
        assert_eq!(resets(&passport).await, 0);
    })
    .await;
}
