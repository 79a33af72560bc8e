//! What a client finds and does below the address of its registration, by the token of it: its secrets are exchanged without
//! an outage, and it sees what was refused to it and what there is to point out.

use std::time::Duration;

use axum::body::Body;
use http::{Method, Request};
use serde_json::{Value, json};
use shared::testkit::{Answer, Browser};

use crate::support::site::{basic, encoded, post};
use crate::support::{ISSUER, Passport, on_both_with};

const OPEN: &str = "[registration]\npolicy = 'open'\n";
const MINUTE: Duration = Duration::from_secs(60);

/// A client that registered itself.
struct Registered {
    id: String,
    secret: String,
    token: String,
}

async fn send(browser: &mut Browser, method: Method, path: &str, token: Option<&str>, body: &Value) -> Answer {
    let mut request = Request::builder().method(method).uri(format!("{ISSUER}{path}"));
    if let Some(token) = token {
        request = request.header("authorization", format!("Bearer {token}"));
    }
    let request = request.header("content-type", "application/json").body(Body::from(body.to_string()));
    browser.send(request.expect("a request")).await
}

async fn register(passport: &Passport, more: &Value) -> Registered {
    let mut metadata = json!({ "redirect_uris": ["https://new.test/cb"], "grant_types": ["authorization_code"] });
    let more = more.as_object().expect("an object").clone();
    metadata.as_object_mut().expect("an object").extend(more);
    let made = send(&mut passport.browser(), Method::POST, "/clients", None, &metadata).await.json();
    let text = |name: &str| made[name].as_str().unwrap_or_default().to_owned();
    Registered { id: text("client_id"), secret: text("client_secret"), token: text("registration_access_token") }
}

impl Registered {
    async fn ask(&self, passport: &Passport, method: Method, page: &str, body: &Value) -> Answer {
        let path = format!("/clients/{}/{page}", self.id);
        send(&mut passport.browser(), method, &path, Some(&self.token), body).await
    }

    async fn secrets(&self, passport: &Passport) -> Vec<Value> {
        let answer = self.ask(passport, Method::GET, "secrets", &json!({})).await;
        assert_eq!((answer.status.as_u16(), answer.header("cache-control")), (200, Some("no-store")));
        assert!(!answer.text.contains("pp_secret_"), "a secret is told when it is made, and never again");
        answer.json()["secrets"].as_array().expect("secrets").clone()
    }

    /// Whether a secret is one of it.
    async fn counts(&self, passport: &Passport, secret: &str) -> bool {
        let by = basic(&self.id, secret);
        let body = encoded(&[("token", "nothing")]);
        post(&mut passport.browser(), "/revoke", body, &[("authorization", &by)]).await.status == 200
    }

    async fn make(&self, passport: &Passport, overlap: u64) -> String {
        let made = self.ask(passport, Method::POST, "secrets", &json!({ "overlap": overlap })).await;
        assert_eq!(made.status, 201, "{}", made.text);
        made.json()["client_secret"].as_str().expect("a secret").to_owned()
    }
}

fn rule(answer: &Answer) -> String {
    let page = answer.json()["error_uri"].as_str().unwrap_or_default().to_owned();
    page.rsplit('/').next().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn a_secret_is_exchanged_while_both_count_and_the_old_one_is_ended_when_nobody_uses_it() {
    on_both_with(OPEN, |passport| async move {
        let client = register(&passport, &json!({})).await;
        let first = client.secrets(&passport).await;
        assert_eq!((first.len(), &first[0]["last_used_at"], &first[0]["expires_at"]), (1, &Value::Null, &json!(0)));
        assert!(client.counts(&passport, &client.secret).await);
        assert!(client.secrets(&passport).await[0]["last_used_at"].is_i64(), "its use is seen at once");

        passport.clock.advance(MINUTE);
        let second = client.make(&passport, 3_600).await;
        assert!(client.counts(&passport, &client.secret).await && client.counts(&passport, &second).await);
        let both = client.secrets(&passport).await;
        let (old, new) = (&both[0], &both[1]);
        assert_eq!(old["id"], first[0]["id"]);
        assert_eq!(old["expires_at"].as_i64(), new["created_at"].as_i64().map(|at| at + 3_600));
        let third = client.ask(&passport, Method::POST, "secrets", &json!({})).await;
        assert_eq!((third.status.as_u16(), &*rule(&third)), (400, "registration-two-secrets"));

        let end = format!("secrets/{}", old["id"].as_str().expect("an id"));
        assert_eq!(client.ask(&passport, Method::DELETE, &end, &json!({})).await.status, 204);
        assert!(!client.counts(&passport, &client.secret).await && client.counts(&passport, &second).await);
        let again = client.ask(&passport, Method::DELETE, &end, &json!({})).await;
        assert_eq!((again.status.as_u16(), &*rule(&again)), (400, "registration-secret-unknown"));
        let last = format!("secrets/{}", new["id"].as_str().expect("an id"));
        let kept = client.ask(&passport, Method::DELETE, &last, &json!({})).await;
        assert_eq!((kept.status.as_u16(), &*rule(&kept)), (400, "registration-last-secret"));
        assert!(client.counts(&passport, &second).await, "nobody locks their own site out");
    })
    .await;
}

#[tokio::test]
async fn a_secret_that_leaked_is_ended_in_the_same_step_in_which_the_next_is_made() {
    on_both_with(OPEN, |passport| async move {
        let client = register(&passport, &json!({})).await;
        let second = client.make(&passport, 600).await;
        let third = client.make(&passport, 0).await;
        for (secret, counts) in [(&client.secret, false), (&second, false), (&third, true)] {
            assert_eq!(client.counts(&passport, secret).await, counts);
        }
        assert_eq!(client.secrets(&passport).await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn only_who_manages_a_registration_sees_and_does_anything_below_it() {
    on_both_with(OPEN, |passport| async move {
        let (client, other) = (register(&passport, &json!({})).await, register(&passport, &json!({})).await);
        let handle = client.secrets(&passport).await[0]["id"].as_str().expect("an id").to_owned();
        client.make(&passport, 600).await;
        let before = passport.rows().await;
        for (method, page) in [
            (Method::GET, "secrets".to_owned()),
            (Method::POST, "secrets".to_owned()),
            (Method::DELETE, format!("secrets/{handle}")),
            (Method::GET, "refusals".to_owned()),
            (Method::GET, "findings".to_owned()),
            (Method::GET, "rehearsal".to_owned()),
            (Method::POST, "rehearsal".to_owned()),
            (Method::GET, "signals".to_owned()),
            (Method::PUT, "signals".to_owned()),
            (Method::POST, "signals/verification".to_owned()),
        ] {
            for token in [None, Some("x"), Some(&*other.token), Some(&*client.secret)] {
                let path = format!("/clients/{}/{page}", client.id);
                let answer = send(&mut passport.browser(), method.clone(), &path, token, &json!({})).await;
                assert_eq!(answer.status, 401, "{method} {page} by {token:?}");
                assert!(answer.header("www-authenticate").is_some_and(|how| how.starts_with("Bearer")));
            }
        }
        assert_eq!(passport.rows().await, before);
    })
    .await;
}

#[tokio::test]
async fn what_cannot_be_is_refused_and_changes_nothing() {
    on_both_with(OPEN, |passport| async move {
        let client = register(&passport, &json!({})).await;
        let public = register(&passport, &json!({ "token_endpoint_auth_method": "none" })).await;
        for overlap in [json!(-1), json!("7d"), json!(2_592_001), json!(1.5), json!(null)] {
            let refused = client.ask(&passport, Method::POST, "secrets", &json!({ "overlap": overlap })).await;
            assert_eq!(refused.status, 400, "{overlap}: {}", refused.text);
        }
        let none = public.ask(&passport, Method::POST, "secrets", &json!({})).await;
        assert_eq!((none.status.as_u16(), &*rule(&none)), (400, "registration-secret-unchangeable"));
        for days in ["0", "31", "x", "-1"] {
            let refused = client.ask(&passport, Method::GET, &format!("refusals?days={days}"), &json!({})).await;
            assert_eq!(refused.status, 400, "{days}");
        }
        assert_eq!(client.secrets(&passport).await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn what_was_refused_to_a_client_is_there_when_it_is_looked_for() {
    on_both_with(OPEN, |passport| async move {
        let (client, other) = (register(&passport, &json!({})).await, register(&passport, &json!({})).await);
        let by = basic(&client.id, &client.secret);
        let wrong =
            encoded(&[("grant_type", "authorization_code"), ("code", "x"), ("redirect_uri", "https://x.test/cb")]);
        post(&mut passport.browser(), "/token", wrong, &[("authorization", &by)]).await;
        let told = client.ask(&passport, Method::GET, "refusals?days=1", &json!({})).await.json();
        let first = &told["refusals"][0];
        assert_eq!((&first["proven"], &first["times"]), (&json!(true), &json!(1)), "{told}");
        assert!(first["cause"]["zh-CN"].is_string() && first["mend"]["en"].is_string());
        let none = other.ask(&passport, Method::GET, "refusals", &json!({})).await.json();
        assert_eq!(none["refusals"], json!([]));
    })
    .await;
}

#[tokio::test]
async fn a_client_is_told_what_there_is_to_point_out_and_no_more_once_it_is_mended() {
    on_both_with(OPEN, |passport| async move {
        let sound = json!({
            "contacts": ["it@new.test"],
            "policy_uri": "https://new.test/policy",
            "post_logout_redirect_uris": ["https://new.test/"],
            "backchannel_logout_uri": "https://new.test/logout",
            "token_endpoint_auth_method": "private_key_jwt",
            "token_endpoint_auth_signing_alg": "ES256",
            "jwks_uri": "https://new.test/jwks",
            "scope": "openid",
        });
        let names = |told: &Value| {
            let findings = told["findings"].as_array().expect("findings").clone();
            findings.iter().map(|one| one["name"].as_str().expect("a name").to_owned()).collect::<Vec<_>>()
        };
        let client = register(&passport, &sound).await;
        let told = client.ask(&passport, Method::GET, "findings", &json!({})).await.json();
        assert_eq!(names(&told), Vec::<String>::new());
        let client = register(&passport, &json!({ "scope": "profile" })).await;
        let told = client.ask(&passport, Method::GET, "findings", &json!({})).await.json();
        assert_eq!(names(&told)[0], "no-openid");
        let first = &told["findings"][0];
        assert_eq!((&first["weight"], &first["field"]), (&json!("fails"), &json!("scopes")));
        assert!(first["what"]["zh-CN"].is_string() && first["mend"]["en"].is_string());
    })
    .await;
}

#[tokio::test]
async fn a_client_chooses_what_it_is_told_of_accounts_and_sees_how_it_goes() {
    on_both_with(OPEN, |passport| async move {
        let client = register(&passport, &json!({})).await;
        let ask = async |method: Method, page: &str, body: Value| client.ask(&passport, method, page, &body).await;
        let none = ask(Method::GET, "signals", json!({})).await.json();
        assert_eq!(none, json!({ "client_id": client.id, "stream": null }));
        let early = ask(Method::POST, "signals/verification", json!({})).await;
        assert_eq!((early.status.as_u16(), &*rule(&early)), (400, "registration-no-stream"));

        let wanted = json!({
            "endpoint": "https://new.test/signals",
            "events": ["session-revoked", "account-purged"],
            "authorization": "Bearer of-the-site",
        });
        let set = ask(Method::PUT, "signals", wanted).await;
        assert!(set.status == 200 && !set.text.contains("of-the-site"), "{}", set.text);
        let stream = &set.json()["stream"];
        assert_eq!((&stream["state"], &stream["authorization"]), (&json!("enabled"), &json!(true)));
        assert_eq!(stream["events"], json!(["account-purged", "session-revoked"]));

        assert_eq!(ask(Method::POST, "signals/verification", json!({ "state": "hello" })).await.status, 202);
        let waits = ask(Method::GET, "signals", json!({})).await.json();
        assert_eq!((&waits["stream"]["waiting"], &waits["stream"]["last_delivery"]), (&json!(1), &Value::Null));

        let fewer =
            ask(Method::PUT, "signals", json!({ "events": ["session-revoked"], "state": "paused" })).await.json();
        assert_eq!(fewer["stream"]["endpoint"], "https://new.test/signals", "what is left out stays");
        assert_eq!(
            (&fewer["stream"]["state"], &fewer["stream"]["events"]),
            (&json!("paused"), &json!(["session-revoked"]))
        );
        let paused = ask(Method::POST, "signals/verification", json!({})).await;
        assert_eq!((paused.status.as_u16(), &*rule(&paused)), (400, "registration-no-stream"));

        let before = passport.rows().await;
        for wrong in [
            json!({ "endpoint": "http://new.test/signals" }),
            json!({ "endpoint": "https://u:p@new.test/" }),
            json!({ "events": ["verification"] }),
            json!({ "events": "session-revoked" }),
            json!({ "authorization": "a\nb" }),
            json!({ "state": "asleep" }),
            json!({ "something": 1 }),
        ] {
            let refused = ask(Method::PUT, "signals", wrong.clone()).await;
            assert_eq!((refused.status.as_u16(), &*rule(&refused)), (400, "registration-signals"), "{wrong}");
        }
        let long = ask(Method::POST, "signals/verification", json!({ "state": "x".repeat(257) })).await;
        assert_eq!(long.status, 400);
        assert_eq!(passport.rows().await, before);
    })
    .await;
}

#[tokio::test]
async fn a_change_of_the_key_is_rehearsed_in_a_sandbox_and_nowhere_else() {
    let folder = tempfile::tempdir().expect("a folder");
    let token = folder.path().join("token");
    std::fs::write(&token, crate::support::sandbox::TOKEN).expect("a file");
    let sandbox = format!("{OPEN}portal_token_file = '{}'\n", token.display());
    for (settings, is_sandbox) in [(OPEN, false), (&*sandbox, true)] {
        on_both_with(settings, |passport| async move {
            let (client, other) = (register(&passport, &json!({})).await, register(&passport, &json!({})).await);
            let none = client.ask(&passport, Method::GET, "rehearsal", &json!({})).await.json();
            assert_eq!(none["rehearsal"], Value::Null);
            let early = client.ask(&passport, Method::POST, "rehearsal", &json!({})).await;
            assert_eq!((early.status.as_u16(), &*rule(&early)), (400, "registration-rehearsal"), "the key is too new");
            passport.clock.advance(MINUTE * 60);
            let begun = client.ask(&passport, Method::POST, "rehearsal", &json!({})).await;
            assert_eq!(begun.status, if is_sandbox { 202 } else { 400 }, "{}", begun.text);
            if is_sandbox {
                let rehearsal = &begun.json()["rehearsal"];
                assert_eq!((&rehearsal["outcome"], &rehearsal["given"]), (&json!("unknown"), &json!(0)));
                let lasts = rehearsal["until"].as_i64().zip(rehearsal["since"].as_i64()).map(|(to, from)| to - from);
                assert_eq!(lasts, Some(300));
                let busy = other.ask(&passport, Method::POST, "rehearsal", &json!({})).await;
                assert_eq!((busy.status.as_u16(), &*rule(&busy)), (400, "registration-rehearsal"));
                let theirs = other.ask(&passport, Method::GET, "rehearsal", &json!({})).await.json();
                assert_eq!(theirs["rehearsal"], Value::Null, "it is nobody else's concern");
            }
        })
        .await;
    }
}
