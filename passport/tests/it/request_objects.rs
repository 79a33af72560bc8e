//! Authorization requests that a client signed (RFC 9101, OIDC Core §6), from outside.

use serde_json::{Value, json};
use shared::clock::Clock as _;
use shared::testkit::{Answer, Browser};

use crate::support::signer::Signer;
use crate::support::site::{CHALLENGE, OURS, SECRET, authorize, basic, encoded, post, request, with};
use crate::support::{ISSUER, Passport, on_both};

/// `cet` with a key.
async fn registered(passport: &Passport, more: &str) -> (Signer, Browser) {
    let signer = Signer::new();
    passport.register(&[&format!("{OURS}{more}{}", signer.jwks())]).await;
    let (browser, _) = passport.signed_in(None).await;
    (signer, browser)
}

/// [`request`] as claims, with the times that the strict profile wants.
fn claims(passport: &Passport) -> Value {
    let now = passport.clock.now().seconds();
    let mut claims = json!({ "iss": "cet", "aud": ISSUER, "iat": now, "nbf": now, "exp": now + 60 });
    for (name, value) in request() {
        claims[name] = value.into();
    }
    claims
}

fn object(signer: &Signer, claims: &Value) -> String {
    signer.sign(&json!({ "alg": "ES256", "kid": "k", "typ": "oauth-authz-req+jwt" }), claims)
}

async fn ask(browser: &mut Browser, object: &str) -> Answer {
    authorize(browser, &[("client_id", "cet"), ("response_type", "code"), ("scope", "openid"), ("request", object)])
        .await
}

/// Beside it stands a plain request that would pass.
async fn refused(browser: &mut Browser, object: &str) {
    let answer = authorize(browser, &with(request(), "request", object)).await;
    assert_eq!(answer.parameter("error").as_deref(), Some("invalid_request_object"), "{:?}", answer.location());
}

#[tokio::test]
async fn what_is_signed_wins_over_what_stands_beside_it() {
    on_both(|passport| async move {
        let (signer, mut browser) = registered(&passport, "").await;
        let object = object(&signer, &claims(&passport));
        let beside = with(with(request(), "state", "mine"), "redirect_uri", "https://evil.test/");
        let answer = authorize(&mut browser, &with(beside, "request", &object)).await;
        assert!(answer.location().expect("a location").as_str().starts_with("https://cet.test/cb?code="));
        assert_eq!(answer.parameter("state").as_deref(), Some("s1"));
    })
    .await;
}

#[tokio::test]
async fn what_the_object_leaves_out_may_stand_beside_it() {
    on_both(|passport| async move {
        let (signer, mut browser) = registered(&passport, "").await;
        let small = object(&signer, &json!({ "redirect_uri": "https://cet.test/cb", "max_age": 3600 }));
        let pairs = with(with(request(), "request", &small), "redirect_uri", "https://evil.test/");
        let answer = authorize(&mut browser, &pairs).await;
        assert!(answer.parameter("code").is_some(), "{:?}", answer.location());
    })
    .await;
}

#[tokio::test]
async fn a_response_type_beside_the_object_says_the_same() {
    on_both(|passport| async move {
        let (signer, mut browser) = registered(&passport, "").await;
        let object = object(&signer, &claims(&passport));
        let pairs = with(with(request(), "request", &object), "response_type", "token");
        let answer = authorize(&mut browser, &pairs).await;
        assert_eq!(answer.parameter("error").as_deref(), Some("invalid_request_object"), "{:?}", answer.location());
    })
    .await;
}

#[tokio::test]
async fn parameters_that_are_json_are_claims_that_are_json() {
    on_both(|passport| async move {
        let (signer, mut browser) = registered(&passport, "").await;
        let mut claims = claims(&passport);
        claims["claims"] = json!({ "id_token": { "sub": { "value": "somebody-else" } } });
        claims["prompt"] = "none".into();
        let answer = ask(&mut browser, &object(&signer, &claims)).await;
        assert_eq!(answer.parameter("error").as_deref(), Some("login_required"));
    })
    .await;
}

#[tokio::test]
async fn an_object_that_proves_nothing_is_refused() {
    on_both(|passport| async move {
        let (signer, mut browser) = registered(&passport, "").await;
        let good = claims(&passport);
        let changed = |name: &str, value: Value| {
            let mut claims = good.clone();
            claims[name] = value;
            object(&signer, &claims)
        };
        let now = passport.clock.now().seconds();
        let unsigned = {
            let signed = signer.sign(&json!({ "alg": "none" }), &good);
            format!("{}.", signed.rsplit_once('.').expect("three parts").0)
        };
        for bad in [
            unsigned,
            object(&Signer::new(), &good),
            signer.sign(&json!({ "alg": "HS256", "kid": "k" }), &good),
            signer.sign(&json!({ "alg": "ES256", "kid": "k", "typ": "dpop+jwt" }), &good),
            signer.sign(&json!({ "alg": "ES256", "kid": "k", "crit": ["x"], "x": 1 }), &good),
            changed("client_id", "bei".into()),
            changed("iss", "bei".into()),
            changed("aud", "https://other.test".into()),
            changed("exp", now.into()),
            changed("nbf", (now + 61).into()),
            changed("request", "x".into()),
            changed("request_uri", "x".into()),
            "x".to_owned(),
        ] {
            refused(&mut browser, &bad).await;
        }
    })
    .await;
}

#[tokio::test]
async fn a_bad_object_without_a_proven_address_is_answered_to_the_person() {
    on_both(|passport| async move {
        let (_, mut browser) = registered(&passport, "").await;
        let answer = ask(&mut browser, "x").await;
        assert_eq!((answer.status.as_u16(), answer.location()), (400, None));
    })
    .await;
}

#[tokio::test]
async fn a_client_that_signs_its_requests_is_refused_without() {
    on_both(|passport| async move {
        let (signer, mut browser) = registered(&passport, "require_signed_request_object = true\n").await;
        let answer = authorize(&mut browser, &request()).await;
        assert_eq!(answer.parameter("error").as_deref(), Some("invalid_request"));
        assert!(ask(&mut browser, &object(&signer, &claims(&passport))).await.parameter("code").is_some());
    })
    .await;
}

#[tokio::test]
async fn what_proves_who_the_client_is_asks_for_nothing() {
    on_both(|passport| async move {
        for signs in ["", "require_signed_request_object = true\n"] {
            let (signer, mut browser) = registered(&passport, signs).await;
            // Untyped, as most libraries make it, for the issuer, and signed by the right key.
            refused(&mut browser, &signer.assertion(&passport, "cet", |_| ())).await;
            let mut claims = claims(&passport);
            claims["sub"] = "cet".into();
            refused(&mut browser, &object(&signer, &claims)).await;
            claims["sub"] = "somebody".into();
            let answer = ask(&mut browser, &object(&signer, &claims)).await;
            assert!(answer.parameter("code").is_some(), "another subject is no parameter, and in nobody's way");
        }
    })
    .await;
}

#[tokio::test]
async fn where_requests_are_signed_nothing_beside_the_object_counts() {
    on_both(|passport| async move {
        let (signer, mut browser) = registered(&passport, "require_signed_request_object = true\n").await;
        let mut whole = claims(&passport);
        let beside = with(with(request(), "max_age", "x"), "prompt", "none login");
        let answer = authorize(&mut browser, &with(beside, "request", &object(&signer, &whole))).await;
        assert!(answer.parameter("code").is_some(), "{:?}", answer.location());
        whole.as_object_mut().expect("an object").remove("response_type");
        let answer = authorize(&mut browser, &with(request(), "request", &object(&signer, &whole))).await;
        assert_eq!(answer.parameter("error").as_deref(), Some("invalid_request"));
        whole.as_object_mut().expect("an object").remove("redirect_uri");
        let answer = authorize(&mut browser, &with(request(), "request", &object(&signer, &whole))).await;
        assert!(answer.parameter("code").is_none(), "{:?}", answer.location());
    })
    .await;
}

#[tokio::test]
async fn a_signed_request_can_be_pushed_and_only_what_is_signed_counts() {
    on_both(|passport| async move {
        let (signer, mut browser) = registered(&passport, "require_signed_request_object = true\n").await;
        let object = object(&signer, &claims(&passport));
        let by = [("authorization", basic("cet", SECRET))];
        let by: Vec<_> = by.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let pairs = [("request", object.as_str()), ("state", "mine"), ("code_challenge", CHALLENGE)];
        let pushed = post(&mut browser, "/par", encoded(&pairs), &by).await;
        assert_eq!(pushed.status, 201, "{}", pushed.text);
        let handle = pushed.json()["request_uri"].as_str().expect("a handle").to_owned();
        let answer = authorize(&mut browser, &[("client_id", "cet"), ("request_uri", &handle)]).await;
        assert_eq!(answer.parameter("state").as_deref(), Some("s1"));
        assert!(answer.parameter("code").is_some());
        let bad = post(&mut browser, "/par", encoded(&[("request", "x")]), &by).await;
        assert_eq!((bad.status.as_u16(), &bad.json()["error"]), (400, &"invalid_request_object".into()));
    })
    .await;
}
