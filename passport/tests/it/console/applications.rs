//! Applications of organisations, as reviewers see and decide about them.

use super::*;
use crate::portal::production::Applicant;
use crate::portal::subjects;
use crate::support::sandbox::on_both_with_sandbox_and;

fn settings() -> String {
    format!("[console]\norigin = '{CONSOLE}'\n")
}

/// A reviewer. The first one of the staff is an operator.
async fn reviewer(passport: &Passport) -> Colleague {
    Colleague::new(passport, "王芳", &[Role::Operator]).await;
    Colleague::new(passport, "李强", &[Role::Reviewer]).await
}

/// The address of the first application that waits.
async fn first(reviewer: &mut Colleague) -> String {
    reviewer.open("/applications").await.attributes("h2.site-name a", "href").remove(0)
}

/// Decides; the page after that.
async fn decide(reviewer: &mut Colleague, page: &str, which: &str, typed: &[(&str, &str)]) -> Answer {
    let links = reviewer.open(page).await.attributes("#decision a", "href");
    let at = links.into_iter().find(|link| link.ends_with(which)).expect("a decision");
    reviewer.send(&at, &at, typed).await
}

#[tokio::test]
async fn a_reviewer_sees_who_applies_for_what_and_afterwards_the_difference_alone() {
    on_both_with_sandbox_and(&settings(), |passport, sandbox| async move {
        let _running = sandbox;
        let mut ours = Applicant::new(&passport).await;
        let page = ours.apply().await;
        let mut reviewer = reviewer(&passport).await;
        let at = first(&mut reviewer).await;
        let shown = reviewer.open(&at).await;
        let facts = shown.texts("dl.facts dd");
        assert_eq!((facts[0].as_str(), facts[1].as_str()), ("北辰商务外语测评", "2"), "{}", shown.text);
        let asked = shown.texts("#wished ins");
        assert!(asked.len() > 4 && !shown.has("#wished del") && shown.has("#evidence") && shown.has("#findings"));

        let wrong = decide(&mut reviewer, &at, "approve", &[("reason", "as agreed"), ("typed", "other")]).await;
        assert!(wrong.has(".summary"), "{}", wrong.text);
        let done = decide(&mut reviewer, &at, "approve", &[("reason", "as agreed"), ("typed", "北辰报名网")]).await;
        assert!(done.has(".notice.ok") && done.has(".empty"), "{}", done.text);
        let email = ours.owner.email(&passport).await;
        assert!(subjects(&passport, &email).await.iter().any(|subject| subject.contains("北辰报名网")));

        let logout = "https://bei.example/logout";
        ours.change(&page, &[("backchannel_logout_uri", logout)]).await;
        let shown = reviewer.open(&at).await;
        assert_eq!(shown.texts("#wished ins"), [logout, "true"], "{}", shown.text);
        assert!(!shown.has("#wished del"));
        let asks = decide(&mut reviewer, &at, "ask", &[("reason", "which server is that?")]).await;
        assert!(asks.has(".notice.ok"), "{}", asks.text);
        assert!(ours.owner.open(&page).await.text.contains("which server is that?"));
        assert!(!reviewer.open(&at).await.has("#decision"), "it is the organisation's turn");
    })
    .await;
}

#[tokio::test]
async fn a_decision_on_what_was_changed_since_is_not_taken() {
    on_both_with_sandbox_and(&settings(), |passport, sandbox| async move {
        let _running = sandbox;
        let mut ours = Applicant::new(&passport).await;
        let page = ours.apply().await;
        let mut reviewer = reviewer(&passport).await;
        let at = first(&mut reviewer).await;
        let link = reviewer.open(&at).await.attributes("#decision a", "href").remove(0);
        let form = reviewer.open(&link).await.form(&format!("main form[action='{link}']"));
        ours.change(&page, &[("redirect_uris", "https://elsewhere.example/cb")]).await;
        let sent = reviewer.browser.submit(form.set("reason", "as agreed").set("typed", "北辰报名网")).await;
        assert!(sent.has(".notice.warn") && sent.url.path() == at, "{}", sent.text);
        assert!(!ours.owner.open(&page).await.has("#in-force"));
        assert_eq!(reviewer.open(&link).await.url.path(), at, "its page leads to what there is now");
    })
    .await;
}

#[tokio::test]
async fn a_name_that_looks_like_that_of_another_client_is_warned_of() {
    on_both_with_sandbox_and(&settings(), |passport, sandbox| async move {
        let _running = sandbox;
        passport.register(&[crate::support::site::OURS]).await;
        let mut ours = Applicant::new(&passport).await;
        let page = ours.apply().await;
        let mut reviewer = reviewer(&passport).await;
        let at = first(&mut reviewer).await;
        assert!(!reviewer.open(&at).await.has(".notice.warn"));
        // With a Cyrillic letter in place of the C.
        ours.change(&page, &[("name", "四六级报名"), ("name_en", "\u{421}ET")]).await;
        let warned = reviewer.open(&at).await.texts(".notice.warn").concat();
        assert!(warned.contains("(cet)") && warned.contains("different scripts"), "{warned}");
    })
    .await;
}
