//! Clients in the console: found by a part of their id or name, told of with what was refused to them, and suspended: then
//! nothing is issued to them and nothing that was issued counts, until they are let again.

use std::time::Duration;

use futures_util::FutureExt as _;
use passport::clients::Client;
use passport::console::model::Role::{Auditor, Operator, Support};
use shared::db::{DbError, sql};

use super::*;
use crate::support::ISSUER;
use crate::support::site::{
    OURS, PUBLIC, SECRET, THEIRS, authorize, basic, encoded, get, post, refreshing, request, token, userinfo, with,
};

/// What is on record of a client of that kind.
async fn events(passport: &Passport, kind: &'static str) -> i64 {
    let read = passport.db.read::<_, DbError, _>(move |tx| {
        let text = "SELECT COUNT(*) AS n FROM audit_events WHERE kind = $1 AND client_id = 'cet'";
        async move { sql(text).bind(kind).fetch_one(tx).await }.boxed()
    });
    read.await.expect("a count").get("n").expect("a number")
}

/// Suspends `cet`, or lets it again: the page after that.
async fn act(operator: &mut Colleague, end: &str, typed: &str) -> Answer {
    let at = format!("/clients/cet/{end}");
    operator.send(&at, &at, &[("reason", "a leak is looked into"), ("typed", typed)]).await
}

async fn cet(passport: &Passport) -> std::sync::Arc<Client> {
    passport.app.clients.find("cet").await.expect("an answer").expect("a client")
}

#[tokio::test]
async fn nothing_is_issued_to_a_suspended_client_and_nothing_that_it_has_counts_until_it_is_let_again() {
    with_console(|passport| async move {
        passport.register(&[OURS, THEIRS]).await;
        let mut operator = Colleague::new(&passport, "王芳", &[Operator]).await;
        let (mut browser, _) = passport.signed_in(None).await;
        let tokens = passport.tokens(&mut browser, "openid offline_access").await;
        let (access, refresh) = (tokens["access_token"].as_str().expect("a token"), &tokens["refresh_token"]);
        let refresh = refresh.as_str().expect("a token").to_owned();
        assert_eq!(userinfo(&mut browser, access).await.status, 200);

        let wrong = act(&mut operator, "suspend", "CET").await;
        assert!(wrong.has(".summary") && !cet(&passport).await.is_suspended(), "{}", wrong.text);
        let done = act(&mut operator, "suspend", "cet").await;
        assert!(done.has(".notice.ok") && cet(&passport).await.is_suspended(), "{}", done.text);
        assert_eq!(events(&passport, "client_suspended").await, 1);

        let refused = authorize(&mut browser, &with(request(), "ui_locales", "en")).await;
        assert!(refused.status == 400 && refused.location().is_none(), "nobody is led back: {}", refused.text);
        let page = get(&mut browser, &format!("/authorize?{}&lang=en", encoded(&request())), &[]).await;
        assert!(page.text.contains("Signing in at “CET” is suspended"), "{}", page.text);
        assert!(!page.has("a[href^='https://cet.test']"), "no way to the site: {}", page.text);
        let other = with(with(request(), "client_id", "bei"), "redirect_uri", "https://bei.test/cb");
        assert_ne!(authorize(&mut browser, &other).await.status, 400, "another client");
        let answer = token(&mut browser, &refreshing(&refresh)).await;
        assert_eq!((answer.status.as_u16(), answer.json()["error"].as_str()), (400, Some("unauthorized_client")));
        let by = basic("cet", "a-secret-that-is-long-enough-and-wrong");
        let guess = post(&mut browser, "/token", encoded(&refreshing(&refresh)), &[("authorization", &by)]).await;
        assert_eq!(guess.json()["error"], "invalid_client", "who has no secret learns nothing");
        let by = basic("cet", SECRET);
        let grant = [("grant_type", "client_credentials"), ("scope", "reports")];
        let own = post(&mut browser, "/token", encoded(&grant), &[("authorization", &by)]).await;
        assert_eq!(own.json()["error"], "unauthorized_client");
        assert_eq!(userinfo(&mut browser, access).await.status, 401);

        let done = act(&mut operator, "reinstate", "cet").await;
        assert!(done.has(".notice.ok"), "{}", done.text);
        assert_eq!(events(&passport, "client_reinstated").await, 1);
        assert_eq!(userinfo(&mut browser, access).await.status, 200);
        assert_eq!(token(&mut browser, &refreshing(&refresh)).await.status, 200, "the refresh token was not spent");
        assert!(authorize(&mut browser, &request()).await.parameter("code").is_some());
        let again = act(&mut operator, "reinstate", "cet").await;
        assert!(again.has(".notice.info"), "it is so already: {}", again.text);
        assert_eq!(events(&passport, "client_reinstated").await, 1);
    })
    .await;
}

#[tokio::test]
async fn a_suspended_client_stays_so_when_it_is_registered_anew() {
    with_console(|passport| async move {
        passport.register(&[OURS]).await;
        let mut operator = Colleague::new(&passport, "王芳", &[Operator]).await;
        act(&mut operator, "suspend", "cet").await;
        passport.register(&[&OURS.replace("'CET'", "'CET 2'")]).await;
        assert!(cet(&passport).await.is_suspended());
        assert_eq!(cet(&passport).await.name.en, "CET 2");
    })
    .await;
}

#[tokio::test]
async fn a_client_is_found_by_a_part_of_its_id_or_name_and_its_page_tells_what_was_refused() {
    with_console(|passport| async move {
        passport.register(&[OURS, THEIRS, PUBLIC]).await;
        let mut support = Colleague::new(&passport, "王芳", &[Support, Operator]).await;
        let mut browser = passport.browser();
        authorize(&mut browser, &with(request(), "redirect_uri", "https://cet.test/elsewhere")).await;
        passport.app.oidc.write_refusals().await.expect("written");
        for (sought, found) in
            [("ce", true), ("CET", true), ("%E5%9B%9B%E5%85%AD", true), ("bei", false), ("%25", false)]
        {
            let listed = support.open(&format!("/clients?sought={sought}")).await;
            assert_eq!(listed.has("a[href='/clients/cet']"), found, "{sought}: {}", listed.text);
        }
        let page = support.open("/clients/cet").await;
        for said in ["https://cet.test/cb", "client_secret_basic", "redirect-uri-not-registered", "1 times"] {
            assert!(page.text.contains(said), "{said}: {}", page.text);
        }
        assert!(page.has(&format!("a[href='{ISSUER}/errors/redirect-uri-not-registered']")), "{}", page.text);
        assert!(!page.text.contains(SECRET));
        assert_eq!(support.open("/clients/nobody").await.status.as_u16(), 404);
    })
    .await;
}

#[tokio::test]
async fn more_clients_than_a_page_holds_are_found_on_the_next() {
    with_console(|passport| async move {
        let mut operator = Colleague::new(&passport, "王芳", &[Operator]).await;
        let many: Vec<_> = (0..51).map(|n| THEIRS.replace("'bei'", &format!("'many-{n:02}'"))).collect();
        passport.register(&many.iter().map(String::as_str).collect::<Vec<_>>()).await;
        let first = operator.open("/clients?sought=many").await;
        assert!(first.has("a[href='/clients/many-49']") && !first.has("a[href='/clients/many-50']"));
        let more = first.attributes("main a[href*='after=']", "href").remove(0);
        let second = operator.open(&more).await;
        assert!(second.has("a[href='/clients/many-50']") && !second.has("a[href='/clients/many-49']"));
        assert!(!second.has("main a[href*='after=']"), "there is no more");
    })
    .await;
}

#[tokio::test]
async fn support_sees_clients_and_suspends_none() {
    with_console(|passport| async move {
        passport.register(&[OURS]).await;
        Colleague::new(&passport, "王芳", &[Operator]).await;
        let mut support = Colleague::new(&passport, "赵敏", &[Support]).await;
        let mut auditor = Colleague::new(&passport, "周杰", &[Auditor]).await;
        let page = support.open("/clients/cet").await;
        assert!(page.status == 200 && !page.has("a[href$='/suspend']"), "{}", page.text);
        assert_eq!(support.open("/clients/cet/suspend").await.status.as_u16(), 403);
        assert_eq!(auditor.open("/clients").await.status.as_u16(), 403);
    })
    .await;
}

#[tokio::test]
async fn older_lines_of_the_record_are_on_further_pages_and_none_is_told_twice() {
    with_console(|passport| async move {
        passport.register(&[OURS]).await;
        let mut operator = Colleague::new(&passport, "王芳", &[Operator]).await;
        // Many at one moment, so that time alone tells none from the other.
        for n in 0..103 {
            let id = cet(&passport).await.id.clone();
            let changed = passport.app.clients.suspend(passport::audit::Actor::Operator, &id, n % 2 == 0).await;
            assert!(changed.expect("an answer"));
        }
        passport.clock.advance(Duration::from_secs(60));
        let first = operator.open("/audit?kind=client_suspended").await;
        assert_eq!(first.texts("li.event").len(), 52, "{}", first.text);
        let first = operator.open("/audit").await;
        assert_eq!(first.texts("li.event").len(), 100);
        let older = first.attributes("main a[href*='before=']", "href").remove(0);
        let second = operator.open(&older).await;
        let rest = second.texts("li.event").len();
        assert!(rest > 3 && !second.has("main a[href*='before=']"), "{rest}: {}", second.text);
        let read = passport.db.read::<_, DbError, _>(|tx| {
            async move { sql("SELECT COUNT(*) AS n FROM audit_events").fetch_one(tx).await }.boxed()
        });
        let all: i64 = read.await.expect("a count").get("n").expect("a number");
        assert_eq!(i64::try_from(rest).expect("a number") + 100, all);
        for wrong in ["before=x", "before=9223372036854775807.x", "before=-1.01990000-0000-7000-8000-000000000000"] {
            assert_eq!(operator.open(&format!("/audit?{wrong}")).await.texts("li.event").len(), 100, "{wrong}");
        }
    })
    .await;
}
