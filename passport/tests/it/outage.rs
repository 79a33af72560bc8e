//! The database goes away, or its disk is full, and comes back: who asks meanwhile is told when to try again, the
//! passport goes on by itself, and nothing that it acknowledged is lost.

use std::cell::{Cell, RefCell};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use futures_util::future::{join, join_all};
use http::Request;
use passport::MIGRATIONS;
use passport::accounts::admin::Seed;
use passport::accounts::model::Email;
use shared::db::{Db, DbConfig};
use shared::secret::SecretString;
use shared::telemetry::{self, Readiness};
use shared::testkit::{self, Answer, Browser, Form, Outage};
use tokio::task::yield_now;
use tower::ServiceExt as _;

use crate::support::process::{Installation, SignIn};
use crate::support::site::{
    OURS, SECRET, authorize, basic, encoded, get, post, redemption, refreshing, request, token, userinfo,
};
use crate::support::{ISSUER, Passport};

/// No captcha, a cheap hash, and as many tries as it takes.
const SETTINGS: &str = "[accounts]\ncaptcha = 'off'\n[accounts.hash]\nmemory_kib = 64\niterations = 1\n\
    [limits]\nenabled = false\n";
const EMAIL: &str = "lihua2006@example.com";
const PASSWORD: &str = "abc12345!";

/// A passport with a site and a candidate. A database that is gone refuses at once; one that is back may take its time,
/// since authentication is slow in a debug build.
async fn passport(config: &DbConfig) -> Passport {
    let config = DbConfig { acquire_timeout: Duration::from_secs(30), ..config.clone() };
    let passport = Passport::start(Db::connect(&config).await.expect("a database"), SETTINGS).await;
    passport.register(&[OURS]).await;
    let seed = Seed { email: Email::parse(EMAIL).ok(), ..Seed::default() };
    passport.app.accounts.seed(vec![seed], &SecretString::new(PASSWORD), false).await.expect("an account");
    passport
}

/// `/livez` and `/readyz` as the program serves them.
fn health(db: &Db) -> Router {
    let db = db.clone();
    telemetry::health(Readiness::new(move || {
        let db = db.clone();
        async move { db.ping().await.is_ok() }
    }))
}

async fn status(health: &Router, path: &str) -> u16 {
    let request = Request::get(path).body(Body::empty()).expect("a request");
    health.clone().oneshot(request).await.expect("an answer").status().as_u16()
}

async fn sign_in_form(browser: &mut Browser) -> Option<Form> {
    let answer = browser.open(&format!("{ISSUER}/sign-in")).await;
    (answer.status == 200)
        .then(|| answer.form("main form[action^='/sign-in']").set("username", EMAIL).set("password", PASSWORD))
}

/// Whoever asked is to come back, and nothing was given out.
fn turned_away(what: &str, answer: &Answer) {
    assert_eq!(answer.status, 503, "{what}: {}", answer.text);
    assert!(answer.header("retry-after").is_some(), "{what} does not say when to come back");
    assert!(answer.location().is_none(), "{what}");
}

#[tokio::test]
async fn without_its_database_the_passport_asks_everybody_to_come_back_and_then_goes_on() {
    testkit::each_engine(&MIGRATIONS, async |config: DbConfig| {
        let passport = passport(&config).await;
        let health = health(&passport.db);
        let (mut browser, _) = passport.signed_in(Some("31")).await;
        let tokens = passport.tokens(&mut browser, "openid offline_access").await;
        let [access, refresh] =
            ["access_token", "refresh_token"].map(|t| tokens[t].as_str().expect("a token").to_owned());
        let code = passport.code(&mut browser, &request()).await;
        let mut visitor = passport.browser();
        let form = sign_in_form(&mut visitor).await.expect("a form");

        let outage = Outage::begin(&config).await;
        assert_eq!((status(&health, "/livez").await, status(&health, "/readyz").await), (200, 503));
        for path in ["/", "/account/profile", "/account/password"] {
            let page = get(&mut browser, path, &[]).await;
            turned_away(path, &page);
            assert_eq!(page.attributes("main a.button", "href")[0], path, "the button tries again");
        }
        turned_away("signing in", &visitor.submit(form.clone()).await);
        turned_away("authorization", &authorize(&mut browser, &request()).await);
        let authorization = basic("cet", SECRET);
        for (what, answer) in [
            ("redemption", token(&mut browser, &redemption(&code)).await),
            ("refresh", token(&mut browser, &refreshing(&refresh)).await),
            ("introspection", introspect(&mut browser, &access, &authorization).await),
            ("userinfo", userinfo(&mut browser, &access).await),
        ] {
            turned_away(what, &answer);
            assert_eq!(answer.json()["error"], "temporarily_unavailable", "{what}");
        }
        for path in ["/jwks", "/.well-known/openid-configuration"] {
            assert_eq!(get(&mut browser, path, &[]).await.status, 200, "{path} needs no database");
        }
        outage.end().await;

        assert_eq!(status(&health, "/readyz").await, 200);
        assert_eq!(get(&mut browser, "/account/profile", &[]).await.status, 200, "the session is there");
        assert_eq!(userinfo(&mut browser, &access).await.status, 200);
        assert_eq!(token(&mut browser, &redemption(&code)).await.status, 200, "the code was not spent");
        assert_eq!(token(&mut browser, &refreshing(&refresh)).await.status, 200, "nor the refresh token");
        assert_eq!(visitor.submit(form).await.url.path(), "/", "the form is as good as it was");
        passport.db.close().await;
    })
    .await;
}

async fn introspect(browser: &mut Browser, token: &str, authorization: &str) -> Answer {
    post(browser, "/introspect", encoded(&[("token", token)]), &[("authorization", authorization)]).await
}

/// What was acknowledged, and how often somebody was turned away.
#[derive(Default)]
struct Acknowledged {
    sessions: RefCell<Vec<Browser>>,
    codes: RefCell<Vec<String>>,
    refreshes: Cell<usize>,
    turned_away: Cell<usize>,
    over: Cell<bool>,
}

impl Acknowledged {
    fn count(&self) -> usize {
        self.sessions.borrow().len() + self.codes.borrow().len() + self.refreshes.get()
    }

    fn turned_away(&self, answer: &Answer) {
        turned_away("under load", answer);
        self.turned_away.set(self.turned_away.get() + 1);
    }

    /// Signs in and asks for a code, with a new browser.
    async fn visit(&self, passport: &Passport) {
        let mut browser = passport.browser();
        let Some(form) = sign_in_form(&mut browser).await else { return };
        let answer = browser.submit(form).await;
        if browser.cookies.get("passport.test", "__Host-pp_session").is_none() {
            return self.turned_away(&answer);
        }
        self.sessions.borrow_mut().push(browser.clone());
        let answer = authorize(&mut browser, &request()).await;
        match answer.parameter("code") {
            Some(code) => self.codes.borrow_mut().push(code),
            None => self.turned_away(&answer),
        }
    }

    /// Exchanges a refresh token: it is exchanged, or good for another try.
    async fn refresh(&self, browser: &mut Browser, chain: &mut String) {
        let answer = token(browser, &refreshing(chain)).await;
        if answer.status == 200 {
            *chain = answer.json()["refresh_token"].as_str().expect("a successor").to_owned();
            self.refreshes.set(self.refreshes.get() + 1);
        } else {
            self.turned_away(&answer);
        }
    }

    /// A candidate and their site, with its refresh token, until it is over; the one that the site has at the end.
    async fn work(&self, passport: &Passport, (mut site, mut chain): (Browser, String)) -> String {
        while !self.over.get() {
            self.visit(passport).await;
            self.refresh(&mut site, &mut chain).await;
            yield_now().await;
        }
        chain
    }

    async fn until(&self, enough: impl Fn(&Self) -> bool) {
        while !enough(self) {
            yield_now().await;
        }
    }

    /// Three times in the middle of the work the database goes away until that was noticed.
    async fn disturb(&self, config: &DbConfig) {
        for _ in 0..3 {
            self.goes_well().await;
            let outage = Outage::begin(config).await;
            let (done, noticed) = (self.count(), self.turned_away.get());
            self.until(|now| {
                assert!(now.count() < done + 50, "something is acknowledged without a database");
                now.turned_away.get() >= noticed + 4
            })
            .await;
            outage.end().await;
        }
        self.goes_well().await;
        self.over.set(true);
    }

    async fn goes_well(&self) {
        let (done, before) = (self.count(), self.turned_away.get());
        self.until(|now| {
            assert!(now.turned_away.get() < before + 500, "the database is back, and nothing goes on");
            now.count() >= done + 20
        })
        .await;
    }
}

/// A candidate who is signed in, and a refresh token of theirs.
async fn begun(passport: &Passport) -> (Browser, String) {
    let (mut site, _) = passport.signed_in(None).await;
    let tokens = passport.tokens(&mut site, "openid offline_access").await;
    (site, tokens["refresh_token"].as_str().expect("a token").to_owned())
}

#[tokio::test]
async fn nothing_acknowledged_is_lost_when_every_connection_breaks_under_load() {
    testkit::each_engine(&MIGRATIONS, async |config: DbConfig| {
        let passport = passport(&config).await;
        let all = Acknowledged::default();
        // Before anything breaks: none of this may be turned away.
        let begun = join_all((0..4).map(|_| begun(&passport))).await;
        let work = join_all(begun.into_iter().map(|one| all.work(&passport, one)));
        let (chains, ()) = join(work, all.disturb(&config)).await;

        let mut site = passport.browser();
        for mut browser in all.sessions.take() {
            assert_eq!(get(&mut browser, "/account/profile", &[]).await.status, 200, "a session is gone");
        }
        for code in all.codes.take() {
            assert_eq!(token(&mut site, &redemption(&code)).await.status, 200, "a code is gone");
        }
        for chain in chains {
            assert_eq!(token(&mut site, &refreshing(&chain)).await.status, 200, "a refresh token is gone");
        }
        passport.db.close().await;
    })
    .await;
}

#[tokio::test]
async fn after_a_restart_of_the_database_nobody_is_turned_away() {
    testkit::each_engine(&MIGRATIONS, async |config: DbConfig| {
        let passport = passport(&config).await;
        let (browser, _) = passport.signed_in(None).await;
        // As many connections as there can be.
        let visits = || {
            join_all((0..40).map(|_| {
                let mut browser = browser.clone();
                async move { authorize(&mut browser, &request()).await.parameter("code") }
            }))
        };
        visits().await;
        Outage::begin(&config).await.end().await;
        assert!(visits().await.iter().all(Option::is_some), "each found a connection that lives");
        passport.db.close().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_a_full_disk_the_passport_turns_away_what_it_cannot_keep_and_goes_on_once_there_is_room() {
    testkit::each_engine(&MIGRATIONS, async |db: DbConfig| {
        // The disk of a server is the server's concern.
        if !db.url.starts_with("sqlite:") {
            return;
        }
        let folder = tempfile::tempdir().expect("a folder");
        let installation = Installation::new(folder.path(), &db);
        let process = installation.start_limited(4 * 1024);
        let visitor = process.visitor();
        let mut acknowledged = Vec::new();
        while let SignIn::Acknowledged(session) = visitor.sign_in().await {
            acknowledged.push(session);
        }
        assert!(!acknowledged.is_empty(), "at first there was room");
        assert_eq!(visitor.sign_in().await, SignIn::TurnedAway);
        assert_eq!((process.status("/livez", "").await, process.status("/readyz", "").await), (200, 503));
        assert_eq!(process.status("/jwks", "").await, 200);

        process.lift_limit();
        assert_eq!(process.status("/readyz", "").await, 200, "it found out by itself");
        let SignIn::Acknowledged(session) = visitor.sign_in().await else { panic!("there is room") };
        acknowledged.push(session);
        for session in &acknowledged {
            assert!(process.is_signed_in(session).await, "a session is gone");
        }
        process.kill();
        let process = installation.start();
        for session in &acknowledged {
            assert!(process.is_signed_in(session).await, "a session is gone after the restart");
        }
        process.kill();
    })
    .await;
}
