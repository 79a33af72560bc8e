//! The strict profile (FAPI 2.0 Security Profile and Message Signing), from outside, by a client that keeps to it.

use std::sync::Arc;

use serde_json::{Value, json};
use shared::clock::Clock as _;
use shared::testkit::{Answer, Browser, Form};

use crate::accounts::{EMAIL, PASSWORD, PLAIN, candidate};
use crate::support::signer::{Signer, asserted};
use crate::support::site::{
    CHALLENGE, OURS, Pairs, THEIRS, authorize, claims, encoded, get, post, redemption, refreshing, request, with,
    without,
};
use crate::support::{ISSUER, Passport, on_both, on_both_with};

/// `cet` under the strict profile, the key that its tokens are bound to, and somebody who is signed in.
struct Strict {
    passport: Passport,
    key: Signer,
    holder: Arc<Signer>,
    person: Browser,
}

impl Strict {
    async fn set(passport: Passport) -> Self {
        let (key, holder) = (Signer::new(), Arc::new(Signer::new()));
        let rules = "profile = 'fapi2'\ntoken_endpoint_auth_method = 'private_key_jwt'\n";
        passport.register(&[&format!("{OURS}{rules}{}", key.jwks())]).await;
        let (person, _) = passport.signed_in(None).await;
        Self { passport, key, holder, person }
    }

    fn now(&self) -> i64 {
        self.passport.clock.now().seconds()
    }

    /// What the client sends, proving who it is.
    async fn send(&mut self, path: &str, pairs: &[(&str, &str)], headers: &[(&str, &str)]) -> Answer {
        let assertion = self.key.assertion(&self.passport, "cet", |_| ());
        post(&mut self.person, path, encoded(&asserted(pairs.to_vec(), &assertion)), headers).await
    }

    /// The same, with a proof that this one has its key.
    async fn send_proven(&mut self, path: &str, pairs: &[(&str, &str)], holder: &Signer) -> Answer {
        let nonce = self.passport.nonce(&mut self.person).await;
        let proof = holder.proof(&self.passport, ("POST", path), |claims| claims["nonce"] = json!(nonce));
        self.send(path, pairs, &[("dpop", &proof)]).await
    }

    async fn push(&mut self, pairs: &[(&str, &str)]) -> Answer {
        self.send("/par", pairs, &[]).await
    }

    /// Where the person is sent for what was pushed.
    async fn follow(&mut self, pushed: &Answer) -> Answer {
        assert_eq!(pushed.status, 201, "{}", pushed.text);
        let handle = pushed.json()["request_uri"].as_str().expect("a handle").to_owned();
        authorize(&mut self.person, &[("client_id", "cet"), ("request_uri", &handle)]).await
    }

    async fn code(&mut self, pairs: &[(&str, &str)]) -> String {
        let pushed = self.push(pairs).await;
        self.follow(&pushed).await.parameter("code").expect("a code")
    }

    /// Its tokens, by the key that it has.
    async fn tokens(&mut self, pairs: &[(&str, &str)]) -> Answer {
        let holder = Arc::clone(&self.holder);
        self.send_proven("/token", pairs, &holder).await
    }

    /// A request object, its claims changed.
    fn object(&self, change: impl FnOnce(&mut Value)) -> String {
        let now = self.now();
        let mut object = json!({ "iss": "cet", "aud": ISSUER, "iat": now, "nbf": now, "exp": now + 60 });
        for (name, value) in request() {
            object[name] = value.into();
        }
        change(&mut object);
        self.key.sign(&json!({ "alg": "ES256", "kid": "k", "typ": "oauth-authz-req+jwt" }), &object)
    }
}

fn error(answer: &Answer) -> (u16, String) {
    (answer.status.as_u16(), answer.json()["error"].as_str().unwrap_or_default().to_owned())
}

fn refused(answer: &Answer, code: &str, what: &str) {
    assert_eq!(error(answer), (400, code.to_owned()), "{what}: {}", answer.text);
}

#[tokio::test]
async fn a_signed_request_names_who_sends_it_to_whom_and_from_when_until_when() {
    on_both(|passport| async move {
        let mut strict = Strict::set(passport).await;
        let now = strict.now();
        for (name, value) in [
            ("iss", json!(null)),
            ("iss", json!("bei")),
            ("aud", json!(null)),
            ("aud", json!("https://other.test")),
            ("aud", json!([])),
            ("nbf", json!(null)),
            ("nbf", json!(now + 61)),
            ("nbf", json!(now - 3_600)),
            ("exp", json!(null)),
            ("exp", json!(now)),
            ("exp", json!(now + 3_601)),
            ("client_id", json!(null)),
            ("client_id", json!("bei")),
            ("sub", json!("cet")),
            ("request_uri", json!("https://cet.test/r.jwt")),
        ] {
            let object = strict.object(|object| match &value {
                Value::Null => drop(object.as_object_mut().expect("claims").remove(name)),
                value => object[name] = value.clone(),
            });
            refused(&strict.push(&[("request", &object)]).await, "invalid_request_object", &format!("{name}: {value}"));
        }
        for (nbf, exp) in [(now, now + 3_600), (now - 3_599, now + 1), (now + 10, now + 20)] {
            let object = strict.object(|object| (object["nbf"], object["exp"]) = (json!(nbf), json!(exp)));
            let pushed = strict.push(&[("request", &object)]).await;
            assert!(strict.follow(&pushed).await.parameter("code").is_some(), "{nbf} to {exp}");
        }
    })
    .await;
}

#[tokio::test]
async fn what_stands_beside_a_signed_request_counts_for_nothing() {
    on_both(|passport| async move {
        let mut strict = Strict::set(passport).await;
        let object = strict.object(|object| drop(object.as_object_mut().expect("claims").remove("state")));
        let pushed = strict.push(&with(with(request(), "state", "mine"), "request", &object)).await;
        let answer = strict.follow(&pushed).await;
        assert_eq!((answer.parameter("state"), answer.parameter("code").is_some()), (None, true));
        for name in ["redirect_uri", "response_type", "code_challenge"] {
            let object = strict.object(|object| drop(object.as_object_mut().expect("claims").remove(name)));
            refused(&strict.push(&with(request(), "request", &object)).await, "invalid_request", name);
        }
    })
    .await;
}

#[tokio::test]
async fn a_request_is_pushed_by_who_proves_to_be_the_client_with_its_address_and_a_challenge() {
    on_both(|passport| async move {
        let mut strict = Strict::set(passport).await;
        let anyone = post(&mut strict.person, "/par", encoded(&request()), &[]).await;
        assert_eq!(error(&anyone), (401, "invalid_client".to_owned()));
        let stranger = Signer::new().assertion(&strict.passport, "cet", |_| ());
        let forged = post(&mut strict.person, "/par", encoded(&asserted(request(), &stranger)), &[]).await;
        assert_eq!(error(&forged), (401, "invalid_client".to_owned()));
        for (pairs, what) in [
            (without(request(), "redirect_uri"), "no address"),
            (with(request(), "redirect_uri", "https://evil.test/"), "an address of somebody else's"),
            (without(without(request(), "code_challenge"), "code_challenge_method"), "no challenge"),
            (with(request(), "code_challenge_method", "plain"), "a plain challenge"),
        ] {
            refused(&strict.push(&pairs).await, "invalid_request", what);
        }
        let object = strict.object(|_| ());
        for pairs in [request(), with(request(), "request", &object)] {
            let bare = authorize(&mut strict.person, &pairs).await;
            assert_eq!(bare.parameter("code"), None);
            assert_eq!(bare.parameter("error").as_deref(), Some("invalid_request"));
        }
        assert!(!strict.code(&request()).await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn its_tokens_are_bound_to_a_key_at_every_grant() {
    on_both(|passport| async move {
        let mut strict = Strict::set(passport).await;
        let code = strict.code(&request()).await;
        let credentials = [("grant_type", "client_credentials")];
        for pairs in [redemption(&code), credentials.to_vec()] {
            refused(&strict.send("/token", &pairs, &[]).await, "invalid_request", "a bearer token");
        }
        let first = strict.tokens(&redemption(&code)).await.json();
        let refresh = first["refresh_token"].as_str().expect("a refresh token").to_owned();
        refused(&strict.send("/token", &refreshing(&refresh), &[]).await, "invalid_request", "a bearer token");
        let again = strict.tokens(&refreshing(&refresh)).await.json();
        let own = strict.tokens(&credentials).await.json();
        for tokens in [&first, &again, &own] {
            assert_eq!(tokens["token_type"], "DPoP", "{tokens}");
            let access = claims(tokens["access_token"].as_str().expect("a token"));
            assert_eq!(access["cnf"]["jkt"], strict.holder.thumbprint());
        }
    })
    .await;
}

#[tokio::test]
async fn a_proof_needs_a_nonce_of_ours_without_anybody_asking_for_it() {
    on_both(|passport| async move {
        let mut strict = Strict::set(passport).await;
        let code = strict.code(&request()).await;
        let proof = strict.holder.token_proof(&strict.passport);
        let told = strict.send("/token", &redemption(&code), &[("dpop", &proof)]).await;
        refused(&told, "use_dpop_nonce", "a proof without a nonce");
        assert!(told.header("dpop-nonce").is_some());
        assert_eq!(strict.tokens(&redemption(&code)).await.status, 200);
    })
    .await;
}

#[tokio::test]
async fn a_code_is_redeemed_by_the_key_that_asked_for_it() {
    on_both(|passport| async move {
        let mut strict = Strict::set(passport).await;
        let thumbprint = strict.holder.thumbprint();
        let by_name = strict.code(&with(request(), "dpop_jkt", &thumbprint)).await;
        let thief = Signer::new();
        refused(&strict.send_proven("/token", &redemption(&by_name), &thief).await, "invalid_grant", "another key");
        assert_eq!(strict.tokens(&redemption(&by_name)).await.status, 200);

        let asking = Signer::new();
        let pushed = strict.send_proven("/par", &request(), &asking).await;
        let by_proof = strict.follow(&pushed).await.parameter("code").expect("a code");
        refused(&strict.tokens(&redemption(&by_proof)).await, "invalid_grant", "another key than at the push");
        assert_eq!(strict.send_proven("/token", &redemption(&by_proof), &asking).await.status, 200);
    })
    .await;
}

#[tokio::test]
async fn a_nonce_and_a_state_of_64_characters_come_back_unchanged() {
    on_both(|passport| async move {
        let mut strict = Strict::set(passport).await;
        let long = format!("{CHALLENGE}{}", &CHALLENGE[..21]);
        assert_eq!(long.len(), 64);
        let pairs: Pairs<'_> = with(with(request(), "nonce", &long), "state", &long);
        let pushed = strict.push(&pairs).await;
        let answer = strict.follow(&pushed).await;
        assert_eq!(answer.parameter("state").as_deref(), Some(long.as_str()));
        let code = answer.parameter("code").expect("a code");
        let tokens = strict.tokens(&redemption(&code)).await.json();
        assert_eq!(claims(tokens["id_token"].as_str().expect("an ID token"))["nonce"], long);
    })
    .await;
}

#[tokio::test]
async fn nothing_leads_on_to_an_address_that_a_stranger_chose() {
    on_both(|passport| async move {
        let mut strict = Strict::set(passport).await;
        let evil = encoded(&[
            ("continue", "https://evil.test/"),
            ("return_to", "https://evil.test/"),
            ("redirect_uri", "https://evil.test/"),
            ("post_logout_redirect_uri", "https://evil.test/"),
            ("request", "https://evil.test/"),
            ("next", "//evil.test/"),
        ]);
        for path in
            ["/", "/sign-in", "/register", "/authorize", "/authorize/resume", "/consent", "/logout", "/signed-out"]
        {
            for mut browser in [strict.passport.browser(), strict.person.clone()] {
                let answer = get(&mut browser, &format!("{path}?{evil}"), &[]).await;
                let way = answer.location().map(|way| way.host_str().unwrap_or_default().to_owned());
                assert!(way.is_none_or(|host| host == "passport.test"), "{path}: {:?}", answer.location());
                assert!(!answer.text.contains("href=\"https://evil.test"), "{path}");
            }
        }
        let unregistered = with(request(), "redirect_uri", "https://evil.test/");
        let answer = authorize(&mut strict.person, &unregistered).await;
        assert_eq!((answer.status.as_u16(), answer.location()), (400, None));
    })
    .await;
}

/// What a form of ours is answered with: a way on that a browser goes by GET, without what the form held.
async fn answered(browser: &mut Browser, form: Form) -> String {
    let action = form.action();
    let path = action.query().map_or(action.path().to_owned(), |query| format!("{}?{query}", action.path()));
    let answer = post(browser, &path, form.encoded(), &[("origin", ISSUER)]).await;
    assert_eq!(answer.status, 303, "{path}: {}", answer.text);
    answer.location().expect("a way").to_string()
}

#[tokio::test]
async fn no_form_of_a_person_travels_on_by_a_redirect() {
    on_both_with(PLAIN, |passport| async move {
        passport.register(&[THEIRS]).await;
        candidate(&passport).await;
        let mut browser = passport.browser();
        let theirs = with(with(request(), "client_id", "bei"), "redirect_uri", "https://bei.test/cb");
        let address = format!("{ISSUER}/authorize?{}", encoded(&theirs));
        let page = browser.open(&address).await;
        let form = page.form("main form[action^='/sign-in']").set("username", EMAIL).set("password", PASSWORD);
        let on = answered(&mut browser, form).await;
        let page = browser.open(&on).await;
        assert_eq!(page.url.path(), "/consent");
        let consent = |decision| page.form("form[action='/consent']").with("decision", decision);
        answered(&mut browser, consent("allow")).await;
        let posted = post(&mut browser, "/authorize", encoded(&theirs), &[("origin", "https://bei.test")]).await;
        assert_eq!(posted.status, 303);

        let page = browser.open(&format!("{address}&prompt=consent")).await;
        let refusal = page.form("form[action='/consent']").with("decision", "deny");
        let on = answered(&mut browser, refusal).await;
        assert!(on.starts_with("https://bei.test/cb?error=access_denied") || on.starts_with(ISSUER), "{on}");
        let page = browser.open(&format!("{ISSUER}/logout")).await;
        answered(&mut browser, page.form("form[action='/logout/confirm']").with("decision", "leave")).await;
    })
    .await;
}
