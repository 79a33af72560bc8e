//! How the staff gets in: links, passkeys, sessions.

use std::time::Duration;

use passport::console::admin::{Invitation, InviteError};
use passport::console::model::{Role, Roles};

use super::*;
use crate::support::ISSUER;

fn asked(name: &str, roles: &[Role], why: Option<&str>) -> Invitation {
    let roles = Roles::of(roles.iter().copied());
    Invitation { name: name.to_owned(), roles, break_glass: why.map(str::to_owned) }
}

#[tokio::test]
async fn the_command_line_asks_the_first_operator_in_and_afterwards_only_where_the_glass_is_broken() {
    with_console(|passport| async move {
        let console = console(&passport);
        let refused = async |invitation| console.invite(invitation).await.expect("an answer").err();
        assert_eq!(refused(asked("王芳", &[Role::Auditor], None)).await, Some(InviteError::First));
        assert_eq!(refused(asked("王芳", &[], None)).await, Some(InviteError::NoRole));
        assert_eq!(refused(asked("<b>", &[Role::Operator], None)).await, Some(InviteError::Name));
        let mut first = Colleague::new(&passport, "王芳", &[Role::Operator]).await;
        assert_eq!(refused(asked("李强", &[Role::Operator], None)).await, Some(InviteError::Operator));
        Colleague::new(&passport, "李强", &[Role::Operator]).await;
        // Who is there already loses their passkeys and sessions.
        let link = link(&passport, "王芳", &[Role::Auditor]).await;
        assert_eq!(first.open("/").await.url.path(), "/sign-in", "the session is over");
        assert!(first.sign_in().await.has(".notice.warn"), "the passkeys are gone");
        first.keys = [device(), device()];
        first.set_up(&link).await;
        assert!(first.sign_in().await.text.contains("auditor"));
    })
    .await;
}

#[tokio::test]
async fn a_link_counts_for_an_hour_in_one_browser_and_until_two_passkeys_are_made() {
    with_console(|passport| async move {
        let link = link(&passport, "王芳", &[Role::Operator]).await;
        let mut one = Colleague { browser: browser(&passport), keys: [device(), device()] };
        let half = make(&mut one.browser, &link, &mut one.keys[0]).await;
        assert!(half.has("form[data-passkey=create]") && half.has(".notice.ok"), "{}", half.text);
        assert!(one.sign_in().await.has(".notice.warn"), "one passkey lets nobody in");
        let elsewhere = browser(&passport).open(&link).await;
        assert_eq!(elsewhere.status.as_u16(), 410, "another browser began to use it");
        let page = one.browser.open(&link).await;
        let again = make(&mut one.browser, &link, &mut one.keys[1]).await;
        assert_eq!(again.url.path(), "/sign-in", "{}", again.text);
        assert_eq!(one.browser.open(&link).await.status.as_u16(), 410, "it is used");
        let late = one.browser.submit(page.form("form[data-passkey=create]")).await;
        assert_eq!(late.status.as_u16(), 410, "a page that was open adds a third passkey");
        assert_eq!(one.sign_in().await.url.path(), "/");

        let old = super::link(&passport, "李强", &[Role::Support]).await;
        passport.clock.advance(Duration::from_secs(60 * 60));
        assert_eq!(browser(&passport).open(&old).await.status.as_u16(), 410);
    })
    .await;
}

#[tokio::test]
async fn a_passkey_signs_in_at_its_own_host_alone_and_only_if_it_verifies_its_owner() {
    with_console(|passport| async move {
        let mut one = Colleague::new(&passport, "王芳", &[Role::Operator]).await;
        let Colleague { keys: [key, _], .. } = &mut one;
        ISSUER.clone_into(&mut key.origin);
        assert!(sign_in(&mut browser(&passport), key).await.has(".notice.warn"), "of another site");
        CONSOLE.clone_into(&mut key.origin);
        key.verifies_user = false;
        assert!(sign_in(&mut browser(&passport), key).await.has(".notice.warn"), "nobody was asked for");
        key.verifies_user = true;
        assert_eq!(sign_in(&mut browser(&passport), key).await.url.path(), "/");
    })
    .await;
}

#[tokio::test]
async fn a_session_ends_unused_after_a_quarter_of_an_hour_and_in_any_case_after_eight() {
    with_console(|passport| async move {
        let mut one = Colleague::new(&passport, "王芳", &[Role::Operator]).await;
        let minutes = |minutes: u64| Duration::from_secs(minutes * 60);
        passport.clock.advance(minutes(15));
        assert_eq!(one.open("/").await.url.path(), "/sign-in", "unused");
        one.sign_in().await;
        for _ in 0..47 {
            passport.clock.advance(minutes(10));
            assert_eq!(one.open("/").await.url.path(), "/");
        }
        passport.clock.advance(minutes(10));
        assert_eq!(one.open("/").await.url.path(), "/sign-in", "eight hours");
        one.sign_in().await;
        let home = one.open("/").await;
        let out = one.browser.submit(home.form("form[action='/sign-out']")).await;
        assert_eq!(out.url.path(), "/sign-in");
        assert_eq!(one.open("/").await.url.path(), "/sign-in", "signed out");
    })
    .await;
}

#[tokio::test]
async fn its_cookie_is_of_its_host_and_no_other_site_sends_it_or_its_forms() {
    with_console(|passport| async move {
        let mut one = Colleague::new(&passport, "王芳", &[Role::Operator]).await;
        let page = browser(&passport).open(&format!("{CONSOLE}/sign-in")).await;
        let policy = page.header("content-security-policy").expect("a policy").to_owned();
        assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
        assert_eq!(page.header("cache-control"), Some("no-store"));
        let foreign = Request::post(format!("{CONSOLE}/accounts"))
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(header::ORIGIN, ISSUER)
            .body("name=a&reason=owner".into())
            .expect("a request");
        assert_eq!(one.browser.send(foreign).await.status.as_u16(), 403);
        let page = one.browser.open(&format!("{CONSOLE}/sign-in")).await;
        let asked = options(&mut one.browser, &page).await.json();
        let form = page.form("form[data-passkey=get]").set("ceremony", asked["ceremony"].as_str().expect("a text"));
        let body = form.set("answer", &one.keys[0].get(&asked)).encoded();
        let request = Request::post(format!("{CONSOLE}/sign-in"))
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(header::ORIGIN, CONSOLE)
            .body(body.into())
            .expect("a request");
        let answer = one.browser.send(request).await;
        let cookies: Vec<_> = answer.headers.get_all("set-cookie").iter().filter_map(|one| one.to_str().ok()).collect();
        let cookie = cookies.iter().find(|one| one.starts_with("__Host-pp_staff=")).expect("a session");
        for part in ["SameSite=Strict", "HttpOnly", "Secure", "Path=/"] {
            assert!(cookie.contains(part), "{cookie}");
        }
        assert!(!cookie.contains("Domain"), "{cookie}");
    })
    .await;
}

#[tokio::test]
async fn a_colleague_is_asked_in_by_two_operators_and_sets_up_by_a_link_shown_once() {
    with_console(|passport| async move {
        let mut first = Colleague::new(&passport, "王芳", &[Role::Operator]).await;
        let mut second = Colleague::new(&passport, "李强", &[Role::Operator]).await;
        let typed = [("name", "赵敏"), ("support", "on"), ("reason", "joins the help desk")];
        let sent = first.send("/staff/invite", "/staff/invite", &typed).await;
        assert!(sent.has(".notice.ok"), "{}", sent.text);
        assert!(!first.open("/staff").await.text.contains("赵敏"), "nobody agreed yet");
        let proposal = second.newest().await;
        assert!(second.decide(&proposal, "agree").await.has(".notice.ok"));
        let listed = first.open("/staff").await;
        let mut people = listed.texts("h2.site-name a").into_iter().zip(listed.attributes("h2.site-name a", "href"));
        let (_, person) = people.find(|(name, _)| name == "赵敏").expect("she is in the list");
        let shown = first.send(&person, &format!("{person}/link"), &[]).await;
        let link = shown.texts("code.secret").concat();
        assert!(!first.open(&person).await.text.contains(&link), "shown once");
        let mut third = Colleague { browser: browser(&passport), keys: [device(), device()] };
        third.set_up(&link).await;
        assert_eq!(third.sign_in().await.url.path(), "/");
        assert_eq!(third.open("/staff").await.status.as_u16(), 403, "support does not see the staff");

        let typed = [("reason", "left the help desk"), ("typed", "赵敏")];
        let at = format!("{person}/suspend");
        assert!(first.send(&at, &at, &typed).await.has(".notice.ok"));
        assert_eq!(third.open("/").await.url.path(), "/sign-in", "out at once");
        assert!(third.sign_in().await.has(".notice.warn"));
    })
    .await;
}
