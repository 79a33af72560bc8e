//! Sites of an organisation in the sandbox.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures_util::FutureExt as _;
use http::header;
use passport::portal::Role;
use shared::db::{DbError, sql};
use shared::testkit::Answer;

use super::{Person, history, member, summary};
use crate::support::sandbox::{Sandbox, on_both_with_sandbox};
use crate::support::site::{CHALLENGE, encoded};
use crate::support::{ISSUER, Passport, on_both, on_both_with};

pub(super) const NAME: &str = "北辰商务外语测评";
pub(super) const CALLBACK: &str = "http://localhost:8080/callback";
const SECOND: Duration = Duration::from_secs(1);

/// A site's page, as its maker sees it.
#[derive(Clone)]
pub(super) struct Made {
    pub(super) path: String,
    pub(super) client_id: String,
    pub(super) secret: String,
}

/// Registers a site with a secret.
pub(super) async fn register(person: &mut Person, organisation: &str) -> Made {
    let path = format!("{organisation}/sandbox/new");
    let made = person.send(&path, &path, &[("name", "北辰报名网"), ("redirect_uris", CALLBACK)]).await;
    assert!(made.has(".notice.ok"), "{}", made.text);
    let client_id = made.texts("dd.code-line").remove(0);
    Made { path: made.url.path().to_owned(), client_id, secret: made.texts(".secret code").concat() }
}

/// A pushed authorization request of a site with its secret; the status of the answer.
async fn pushed(browser: &mut shared::testkit::Browser, base: &str, site: &Made, redirect_uri: &str) -> u16 {
    let body = encoded(&[
        ("response_type", "code"),
        ("redirect_uri", redirect_uri),
        ("scope", "openid profile"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ]);
    let basic = format!("Basic {}", STANDARD.encode(format!("{}:{}", site.client_id, site.secret)));
    let request = http::Request::post(format!("{base}/par"))
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header(header::AUTHORIZATION, basic)
        .body(axum::body::Body::from(body))
        .expect("a request");
    browser.send(request).await.status.as_u16()
}

pub(super) async fn in_sandbox(sandbox: &Sandbox, site: &Made, redirect_uri: &str) -> u16 {
    pushed(&mut sandbox.browser(), &sandbox.issuer, site, redirect_uri).await
}

/// How many clients the sandbox has.
pub(super) async fn registered(sandbox: &Sandbox) -> i64 {
    let read = sandbox.passport.db.read::<_, DbError, _>(|tx| {
        async move { sql("SELECT COUNT(*) AS n FROM clients").fetch_one(tx).await?.get("n") }.boxed()
    });
    read.await.expect("a count")
}

#[tokio::test]
async fn a_site_registered_in_the_sandbox_counts_there_and_nowhere_else() {
    on_both_with_sandbox(|passport, sandbox| async move {
        let mut owner = Person::new(&passport).await;
        let ours = owner.found(NAME).await;
        let empty = owner.open(&format!("{ours}/sandbox")).await;
        assert!(empty.has(".empty") && empty.text.contains(&sandbox.issuer), "{}", empty.text);
        passport.clock.advance(SECOND);
        let site = register(&mut owner, &ours).await;
        assert_eq!(in_sandbox(&sandbox, &site, CALLBACK).await, 201);
        assert_eq!(pushed(&mut passport.browser(), ISSUER, &site, CALLBACK).await, 401, "it is unknown in production");
        let list = owner.open(&format!("{ours}/sandbox")).await;
        assert_eq!(list.texts("li h2"), ["北辰报名网"]);
        assert!(list.text.contains(&site.client_id));
        assert_eq!(history(&mut owner, &ours).await[0], "Registered a site in the sandbox");
    })
    .await;
}

#[tokio::test]
async fn a_secret_is_shown_to_its_maker_once() {
    on_both_with_sandbox(|passport, sandbox| async move {
        // Its certificate lies in a folder that goes with it.
        let _running = sandbox;
        let mut owner = Person::new(&passport).await;
        let ours = owner.found(NAME).await;
        let site = register(&mut owner, &ours).await;
        assert!(site.secret.len() >= 32, "{}", site.secret);
        let again = owner.open(&site.path).await;
        assert!(!again.text.contains(&site.secret) && !again.has(".secret"), "it cannot be read again");
        assert!(again.text.contains("PASSPORT_CLIENT_SECRET"), "lines to copy name where it belongs");
        let mut developer = member(&passport, &mut owner, &ours, Role::Developer).await;
        assert!(!developer.open(&site.path).await.text.contains(&site.secret));
        let (token, id) = (site.secret.clone(), site.client_id.clone());
        let read = passport.db.read::<_, DbError, _>(|tx| {
            async move { sql("SELECT client_id, token_sealed FROM sandbox_sites").fetch_one(tx).await }.boxed()
        });
        let row = read.await.expect("the site");
        assert_eq!(row.get::<String>("client_id").expect("an id"), id);
        let sealed: Vec<u8> = row.get("token_sealed").expect("bytes");
        assert!(!sealed.windows(8).any(|part| token.as_bytes().windows(8).any(|of| of == part)));
    })
    .await;
}

#[tokio::test]
async fn what_is_changed_here_is_changed_there() {
    on_both_with_sandbox(|passport, sandbox| async move {
        let mut owner = Person::new(&passport).await;
        let ours = owner.found(NAME).await;
        let site = register(&mut owner, &ours).await;
        let settings = format!("{}/settings", site.path);
        let page = owner.open(&settings).await;
        let form = page.form(&format!("form[action='{settings}']"));
        assert_eq!((form.value("name"), form.value("redirect_uris")), (Some("北辰报名网"), Some(CALLBACK)));
        let other = "https://bei.example/callback";
        passport.clock.advance(SECOND);
        let changed = owner.send(&settings, &settings, &[("name", "北辰"), ("redirect_uris", other)]).await;
        assert!(changed.has(".notice.ok") && changed.text.contains(other), "{}", changed.text);
        assert_eq!(changed.texts("h1"), ["北辰"]);
        // The registry of the other passport is a second old at most.
        sandbox.passport.clock.advance(SECOND);
        assert_eq!(in_sandbox(&sandbox, &site, other).await, 201, "its secret stays");
        assert_eq!(in_sandbox(&sandbox, &site, CALLBACK).await, 400);
        assert_eq!(history(&mut owner, &ours).await[0], "Changed the registration of a site in the sandbox");
    })
    .await;
}

#[tokio::test]
async fn a_site_that_is_removed_is_gone_in_both() {
    on_both_with_sandbox(|passport, sandbox| async move {
        let mut owner = Person::new(&passport).await;
        let ours = owner.found(NAME).await;
        let site = register(&mut owner, &ours).await;
        let remove = format!("{}/remove", site.path);
        passport.clock.advance(SECOND);
        let removed = owner.send(&remove, &remove, &[]).await;
        assert!(removed.has(".notice.ok") && removed.has(".empty"), "{}", removed.text);
        sandbox.passport.clock.advance(SECOND);
        assert_eq!((in_sandbox(&sandbox, &site, CALLBACK).await, registered(&sandbox).await), (401, 0));
        // From a page that was left open there is nothing more to remove.
        let again = owner.open(&remove).await;
        assert!(again.url.path() == format!("{ours}/sandbox") && again.has(".notice"), "{}", again.text);
        assert_eq!(history(&mut owner, &ours).await[0], "Removed a site from the sandbox");
    })
    .await;
}

#[tokio::test]
async fn a_site_that_the_sandbox_lost_says_so_and_can_be_removed() {
    on_both_with_sandbox(|passport, sandbox| async move {
        let mut owner = Person::new(&passport).await;
        let ours = owner.found(NAME).await;
        let site = register(&mut owner, &ours).await;
        let id = passport::clients::ClientId::parse(&site.client_id).expect("an id");
        let clients = &sandbox.passport.app.clients;
        clients.remove(passport::audit::Actor::Operator, &id).await.expect("removed");
        let page = owner.open(&site.path).await;
        assert!(page.has(".notice.warn") && page.text.contains("may have been reset"), "{}", page.text);
        assert!(!page.text.contains(&format!("{}/settings", site.path)), "there is nothing to change");
        let remove = format!("{}/remove", site.path);
        assert!(owner.send(&remove, &remove, &[]).await.has(".empty"));
    })
    .await;
}

#[tokio::test]
async fn a_mistake_comes_back_with_its_reason_and_registers_nothing() {
    on_both_with_sandbox(|passport, sandbox| async move {
        let mut owner = Person::new(&passport).await;
        let ours = owner.found(NAME).await;
        let path = format!("{ours}/sandbox/new");
        let long = format!("http://bei.example/{}", "a".repeat(4_000));
        for (uri, said) in [
            ("http://bei.example/cb", "http://bei.example/cb is not encrypted"),
            ("https://bei.example/cb#x", "RFC 6749 §3.1.2"),
            ("", "at least one"),
            ("javascript:alert(1)", "javascript:alert(1) begins with what"),
            // More than a browser keeps for us.
            (&long, "is not encrypted"),
        ] {
            let refused = owner.send(&path, &path, &[("name", "北辰"), ("redirect_uris", uri)]).await;
            assert_eq!(refused.status, 422, "{uri}");
            assert!(summary(&refused).contains(said), "{said}: {}", summary(&refused));
            let form = refused.form(&format!("form[action='{path}']"));
            assert_eq!((form.value("name"), form.value("redirect_uris")), (Some("北辰"), Some(uri)), "nothing is lost");
        }
        assert_eq!(registered(&sandbox).await, 0);
    })
    .await;
}

#[tokio::test]
async fn an_organisation_has_twenty_sites_and_the_sandbox_keeps_none_that_is_not_known_here() {
    on_both_with_sandbox(|passport, sandbox| async move {
        let mut owner = Person::new(&passport).await;
        let ours = owner.found(NAME).await;
        fill(&passport, &ours, 20).await;
        let path = format!("{ours}/sandbox/new");
        let refused = owner.send(&path, &path, &[("name", "北辰"), ("redirect_uris", CALLBACK)]).await;
        assert!(summary(&refused).contains("20 sites at most"), "{}", refused.text);
        assert_eq!(registered(&sandbox).await, 0);
    })
    .await;
}

/// Remembers so many sites of an organisation.
async fn fill(passport: &Passport, organisation: &str, many: usize) -> Vec<String> {
    let organisation = organisation.rsplit('/').next().expect("an id").to_owned();
    let ids: Vec<String> = (0..many).map(|n| format!("01890000-0000-7000-8000-0000000001{n:02}")).collect();
    let (keys, rows) = (passport.app.keys.clone(), ids.clone());
    let written = passport.db.write::<_, DbError, _>(move |tx| {
        let (keys, rows, organisation) = (keys.clone(), rows.clone(), organisation.clone());
        async move {
            for id in rows {
                let sealed = keys.seal("sandbox-site", b"token", id.as_bytes());
                sql("INSERT INTO sandbox_sites (id, organisation_id, client_id, name, registered_at, token_sealed) \
                     VALUES ($1, $2, $1, '站', 1, $3)")
                .bind(id)
                .bind(organisation.as_str())
                .bind(sealed)
                .execute(tx)
                .await?;
            }
            Ok(())
        }
        .boxed()
    });
    written.await.expect("rows");
    ids
}

/// A sandbox that nobody answers for: a port that nothing listens at.
pub(super) fn away(folder: &tempfile::TempDir) -> String {
    let token = folder.path().join("token");
    std::fs::write(&token, crate::support::sandbox::TOKEN).expect("a file");
    format!("[sandbox]\nissuer = 'https://sandbox.localhost:1'\ntoken_file = '{}'\n", token.display())
}

/// One site that is remembered; its id.
pub(super) async fn one(passport: &Passport, organisation: &str) -> String {
    fill(passport, organisation, 1).await.remove(0)
}

#[tokio::test]
async fn while_the_sandbox_is_away_its_pages_say_so_and_nothing_is_lost() {
    let folder = tempfile::tempdir().expect("a folder");
    on_both_with(&away(&folder), |passport| async move {
        let mut owner = Person::new(&passport).await;
        let ours = owner.found(NAME).await;
        let path = format!("{ours}/sandbox/new");
        let refused = owner.send(&path, &path, &[("name", "北辰"), ("redirect_uris", CALLBACK)]).await;
        assert!(summary(&refused).contains("cannot be reached"), "{}", refused.text);
        assert_eq!(refused.form(&format!("form[action='{path}']")).value("redirect_uris"), Some(CALLBACK));
        let site = format!("{ours}/sandbox/{}", one(&passport, &ours).await);
        let page = owner.open(&site).await;
        assert!(page.has(".notice.warn") && page.text.contains("cannot be reached"), "{}", page.text);
        let remove = format!("{site}/remove");
        let refused = owner.send(&remove, &remove, &[]).await;
        assert!(refused.has(".notice.warn"), "{}", refused.text);
        assert!(!owner.open(&format!("{ours}/sandbox")).await.has(".empty"), "it is still known");
    })
    .await;
}

#[tokio::test]
async fn pages_of_a_sandbox_say_that_they_are_of_one() {
    on_both_with_sandbox(|passport, sandbox| async move {
        let page = sandbox.browser().open(&format!("{}/sign-in?lang=en", sandbox.issuer)).await;
        assert_eq!(page.texts(".brand-line"), ["Sandbox, for trying out"]);
        let page = passport.browser().open(&format!("{ISSUER}/sign-in?lang=en")).await;
        assert!(!page.has(".brand-line"));
    })
    .await;
}

#[tokio::test]
async fn without_a_sandbox_its_pages_are_not_there() {
    on_both(|passport| async move {
        let mut owner = Person::new(&passport).await;
        let ours = owner.found(NAME).await;
        assert!(!owner.open(&ours).await.text.contains("Sandbox"));
        for path in ["sandbox", "sandbox/new"] {
            assert_eq!(owner.open(&format!("{ours}/{path}")).await.status, 404, "{path}");
        }
    })
    .await;
}

/// A registration as a program sends it, with that token.
async fn sent(passport: &Passport, token: Option<&str>) -> Answer {
    let body = serde_json::json!({ "redirect_uris": [CALLBACK], "client_name": "a" }).to_string();
    let mut request = http::Request::post(format!("{ISSUER}/clients")).header(header::CONTENT_TYPE, "application/json");
    if let Some(token) = token {
        request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
    }
    passport.browser().send(request.body(axum::body::Body::from(body)).expect("a request")).await
}

#[tokio::test]
async fn only_the_portal_registers_sites_in_a_closed_sandbox_and_only_there_on_loopback() {
    let folder = tempfile::tempdir().expect("a folder");
    let token = folder.path().join("token");
    std::fs::write(&token, crate::support::sandbox::TOKEN).expect("a file");
    let ours = crate::support::sandbox::TOKEN;
    let settings = format!("[registration]\nportal_token_file = '{}'\n", token.display());
    on_both_with(&settings, |passport| async move {
        assert_eq!(sent(&passport, Some(ours)).await.status, 201);
        for other in [Some("a-token-of-the-portal-of-at-least-32-characterz"), Some("x"), None] {
            assert_eq!(sent(&passport, other).await.status, 403, "{other:?}");
        }
        let metadata = passport.browser().open(&format!("{ISSUER}/.well-known/openid-configuration")).await.json();
        assert!(metadata.get("registration_endpoint").is_none(), "nobody else is told that there is one");
    })
    .await;
    on_both_with("[registration]\npolicy = 'open'\n", |passport| async move {
        let refused = sent(&passport, None).await;
        assert_eq!((refused.status.as_u16(), refused.json()["error"].as_str()), (400, Some("invalid_redirect_uri")));
    })
    .await;
}

/// The password of an organisation's stand-ins, and their login names in the order of the page.
pub(super) async fn stand_ins(person: &mut Person, organisation: &str) -> (String, Vec<String>) {
    let path = format!("{organisation}/sandbox/candidates");
    let made = person.send(&path, &path, &[]).await;
    assert!(made.has(".notice.ok"), "{}", made.text);
    (made.texts(".secret code").concat(), made.texts("li.device > div > p.code-line"))
}

/// Where somebody ends who goes to a site in the sandbox and signs in there as that stand-in.
async fn comes_to(sandbox: &Sandbox, site: &Made, login: &str, password: &str) -> String {
    let asked = encoded(&[
        ("response_type", "code"),
        ("client_id", &*site.client_id),
        ("redirect_uri", CALLBACK),
        ("scope", "openid"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
        ("ui_locales", "en"),
    ]);
    let mut browser = sandbox.browser();
    let page = browser.open(&format!("{}/authorize?{asked}", sandbox.issuer)).await;
    let form = page.form("main form[action^='/sign-in']").set("username", login).set("password", password);
    browser.submit(form).await.url.path().to_owned()
}

#[tokio::test]
async fn each_stand_in_is_in_its_state_and_as_at_first_when_it_is_made_anew() {
    on_both_with_sandbox(|passport, sandbox| async move {
        let mut owner = Person::new(&passport).await;
        let ours = owner.found(NAME).await;
        let site = register(&mut owner, &ours).await;
        let (password, logins) = stand_ins(&mut owner, &ours).await;
        let mut came = Vec::new();
        for login in &logins {
            let state = login.split_once('-').expect("a state").1.to_owned();
            came.push((state, comes_to(&sandbox, &site, login, &password).await));
        }
        let expected = [
            ("verified", "/consent"),
            ("unverified", "/consent"),
            ("locked", "/sign-in"),
            ("totp", "/sign-in/second-step"),
            ("minor", "/account/guardian"),
            ("cancelled", "/account/close/take-back"),
        ];
        assert_eq!(came, expected.map(|(state, path)| (state.to_owned(), path.to_owned())));

        passport.clock.advance(SECOND);
        let (anew, same) = stand_ins(&mut owner, &ours).await;
        assert!(same == logins && anew != password, "{same:?}");
        assert_eq!(comes_to(&sandbox, &site, &logins[0], &password).await, "/sign-in", "the former password");
        assert_eq!(comes_to(&sandbox, &site, &logins[0], &anew).await, "/consent");
        assert_eq!(comes_to(&sandbox, &site, &logins[5], &anew).await, "/account/close/take-back");
        assert_eq!(history(&mut owner, &ours).await[0], "Made candidates to try with in the sandbox");

        // Another organisation has others, and nobody signs in as one of them here.
        let mut other = Person::new(&passport).await;
        let theirs = other.found("另一个机构").await;
        assert!(stand_ins(&mut other, &theirs).await.1.iter().all(|login| !logins.contains(login)));
        assert_eq!(passport.app.accounts.locate(&logins[0]).await.expect("an answer"), None);
    })
    .await;
}

#[tokio::test]
async fn nobody_but_the_portal_has_stand_ins_made() {
    let asked = |issuer: String, token: Option<&'static str>, body: &'static str| {
        let mut request = http::Request::post(format!("{issuer}/sandbox/candidates"))
            .header(header::CONTENT_TYPE, "application/json");
        if let Some(token) = token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        request.body(axum::body::Body::from(body)).expect("a request")
    };
    on_both_with_sandbox(|passport, sandbox| async move {
        let ours = crate::support::sandbox::TOKEN;
        let set = r#"{"set":"abcd1234"}"#;
        for (token, body, status) in [
            (None, set, 401),
            (Some("x"), set, 401),
            (Some(ours), r#"{"set":"../admin"}"#, 400),
            (Some(ours), r#"{"set":""}"#, 400),
            (Some(ours), "{", 400),
            (Some(ours), set, 200),
        ] {
            let answer = sandbox.browser().send(asked(sandbox.issuer.clone(), token, body)).await;
            assert_eq!(answer.status.as_u16(), status, "{token:?} {body}: {}", answer.text);
        }
        // In production there is no such address.
        let answer = passport.browser().send(asked(ISSUER.to_owned(), Some(ours), set)).await;
        assert_eq!(answer.status, 404);
    })
    .await;
}
