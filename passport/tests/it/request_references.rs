//! Request objects that their client keeps at an address of its own (RFC 9101 §5.2, OIDC Core §6.2), from outside.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use shared::secret::sha256;
use shared::testkit::{Answer, Browser};

use crate::support::Passport;
use crate::support::signer::Signer;
use crate::support::site::{OURS, authorize, request, with};
use crate::support::stranger::{Stranger, on_both_beside};

/// `cet` with a key, and an object that says `state`.
struct Site {
    signer: Signer,
    stranger: std::sync::Arc<Stranger>,
}

impl Site {
    async fn register(passport: &Passport, stranger: std::sync::Arc<Stranger>, more: &str) -> (Self, Browser) {
        let signer = Signer::new();
        let uris = format!("request_uris = ['{}/r.jwt']\n", stranger.url);
        passport.register(&[&format!("{OURS}{uris}{more}{}", signer.jwks())]).await;
        let (browser, _) = passport.signed_in(None).await;
        (Self { signer, stranger }, browser)
    }

    fn object(&self, state: &str) -> String {
        let mut claims = json!({ "iss": "cet" });
        for (name, value) in with(request(), "state", state) {
            claims[name] = value.into();
        }
        self.signer.sign(&json!({ "alg": "ES256", "kid": "k", "typ": "oauth-authz-req+jwt" }), &claims)
    }

    fn reference(&self) -> String {
        format!("{}/r.jwt", self.stranger.url)
    }

    fn hashed(&self, object: &str) -> String {
        format!("{}#{}", self.reference(), URL_SAFE_NO_PAD.encode(sha256(object.as_bytes())))
    }

    /// Beside the reference stands a plain request that would pass.
    async fn ask(&self, browser: &mut Browser, reference: &str) -> Answer {
        authorize(browser, &with(request(), "request_uri", reference)).await
    }
}

fn state(answer: &Answer) -> String {
    assert!(answer.parameter("code").is_some(), "{:?}", answer.location());
    answer.parameter("state").expect("a state")
}

fn error(answer: &Answer) -> String {
    answer.parameter("error").unwrap_or_else(|| panic!("no error: {:?}", answer.location()))
}

#[tokio::test]
async fn what_stands_at_a_registered_address_is_the_request() {
    on_both_beside("", |passport, stranger| async move {
        let (site, mut browser) = Site::register(&passport, stranger, "").await;
        site.stranger.show("/r.jwt", site.object("signed"));
        assert_eq!(state(&site.ask(&mut browser, &site.reference()).await), "signed");
        let short = [("client_id", "cet"), ("response_type", "code"), ("scope", "openid")];
        let answer = authorize(&mut browser, &with(short.to_vec(), "request_uri", &site.reference())).await;
        assert_eq!(state(&answer), "signed", "the redirect URI stands in the object alone");
    })
    .await;
}

#[tokio::test]
async fn no_other_address_is_asked() {
    on_both_beside("", |passport, stranger| async move {
        let (site, mut browser) = Site::register(&passport, stranger, "").await;
        site.stranger.show("/r.jwt", site.object("s"));
        site.stranger.show("/other.jwt", site.object("s"));
        let url = &site.stranger.url;
        for other in [
            format!("{url}/other.jwt"),
            format!("{url}/r.jwt?x=1"),
            format!("{url}/r.jwt/"),
            url.replace("https", "http") + "/r.jwt",
            "x".to_owned(),
            "urn:example:r".to_owned(),
        ] {
            assert_eq!(error(&site.ask(&mut browser, &other).await), "invalid_request_uri", "{other}");
        }
        assert_eq!(site.stranger.asked(), 0);
    })
    .await;
}

#[tokio::test]
async fn what_is_not_the_clients_object_is_refused() {
    on_both_beside("", |passport, stranger| async move {
        let (site, mut browser) = Site::register(&passport, stranger, "").await;
        let foreign = Signer::new().sign(&json!({ "alg": "ES256", "kid": "k" }), &json!({ "iss": "cet" }));
        let unsigned = format!("{}.e30.", URL_SAFE_NO_PAD.encode(r#"{"alg":"none"}"#));
        let long = format!("{}.{}.x", "a".repeat(20_000), "b".repeat(20_000));
        for text in [foreign, unsigned, long, String::new(), "<html>".to_owned()] {
            site.stranger.show("/r.jwt", text.clone());
            passport.clock.advance(Duration::from_secs(1));
            let told = error(&site.ask(&mut browser, &site.reference()).await);
            assert_eq!(told, "invalid_request_object", "{}", text.get(..20).unwrap_or(&text));
        }
        site.stranger.answer_with(500);
        passport.clock.advance(Duration::from_secs(2 * 60 * 60));
        assert_eq!(error(&site.ask(&mut browser, &site.reference()).await), "invalid_request_uri");
    })
    .await;
}

#[tokio::test]
async fn a_hash_in_the_reference_must_be_that_of_the_object_and_spares_the_fetch() {
    on_both_beside("", |passport, stranger| async move {
        let (site, mut browser) = Site::register(&passport, stranger, "").await;
        let (one, two) = (site.object("one"), site.object("two"));
        site.stranger.show("/r.jwt", one.clone());
        for _ in 0..3 {
            passport.clock.advance(Duration::from_secs(60));
            assert_eq!(state(&site.ask(&mut browser, &site.hashed(&one)).await), "one");
        }
        assert_eq!(site.stranger.asked(), 1);
        assert_eq!(error(&site.ask(&mut browser, &site.hashed(&two)).await), "invalid_request_uri");
        site.stranger.show("/r.jwt", two.clone());
        passport.clock.advance(Duration::from_secs(1));
        assert_eq!(state(&site.ask(&mut browser, &site.hashed(&two)).await), "two");
        assert_eq!(error(&site.ask(&mut browser, &site.hashed(&one)).await), "invalid_request_uri");
    })
    .await;
}

#[tokio::test]
async fn a_copy_is_kept_as_its_server_says_and_while_its_server_is_away() {
    on_both_beside("", |passport, stranger| async move {
        let (site, mut browser) = Site::register(&passport, stranger, "").await;
        site.stranger.show_for("/r.jwt", site.object("one"), Some("max-age=60"));
        assert_eq!(state(&site.ask(&mut browser, &site.reference()).await), "one");
        site.stranger.show("/r.jwt", site.object("two"));
        passport.clock.advance(Duration::from_secs(59));
        assert_eq!(state(&site.ask(&mut browser, &site.reference()).await), "one");
        passport.clock.advance(Duration::from_secs(1));
        assert_eq!(state(&site.ask(&mut browser, &site.reference()).await), "two");
        let asked = site.stranger.asked();
        for _ in 0..20 {
            site.ask(&mut browser, &site.reference()).await;
        }
        assert_eq!(site.stranger.asked(), asked, "not more than once a second");
        site.stranger.answer_with(503);
        passport.clock.advance(Duration::from_secs(30 * 60));
        assert_eq!(state(&site.ask(&mut browser, &site.reference()).await), "two");
    })
    .await;
}

#[tokio::test]
async fn a_reference_stands_beside_no_object_and_in_none() {
    on_both_beside("", |passport, stranger| async move {
        let (site, mut browser) = Site::register(&passport, stranger, "").await;
        site.stranger.show("/r.jwt", site.object("s"));
        let reference = site.reference();
        let both = with(with(request(), "request_uri", &reference), "request", "x");
        assert_eq!(error(&authorize(&mut browser, &both).await), "invalid_request");
        let nested: Value = json!({ "iss": "cet", "request_uri": site.reference() });
        site.stranger.show("/r.jwt", site.signer.sign(&json!({ "alg": "ES256", "kid": "k" }), &nested));
        assert_eq!(error(&site.ask(&mut browser, &site.reference()).await), "invalid_request_object");
    })
    .await;
}

#[tokio::test]
async fn who_pushes_requests_does_not_have_them_fetched() {
    on_both_beside("", |passport, stranger| async move {
        let must_push = "require_pushed_authorization_requests = true\n";
        let (site, mut browser) = Site::register(&passport, stranger, must_push).await;
        site.stranger.show("/r.jwt", site.object("s"));
        assert_eq!(error(&site.ask(&mut browser, &site.reference()).await), "invalid_request");
        assert_eq!(site.stranger.asked(), 0);
    })
    .await;
}
