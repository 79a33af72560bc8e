//! Signed tokens that no honest sender makes, at everything that reads one: refused in the words of the standard, never
//! with a fault, nothing written, and the honest one still counts afterwards.

use passport::keys::Alg;
use serde_json::{Value, json};
use shared::clock::Clock as _;
use shared::testkit::{Answer, Browser};

use super::hostile::Honest;
use super::mutation::Outcome::{self, Error, Page, Sent};
use super::outcome;
use crate::support::signer::{Signer, asserted, ath};
use crate::support::site::{
    OURS, SECRET, authorize, basic, claims, encoded, get, post, redemption, request, userinfo, with,
};
use crate::support::{ISSUER, Passport, on_both};

/// A passport whose client `cet` signs requests, and whose client `signing` authenticates with what it signs.
struct Stage {
    passport: Passport,
    person: Browser,
    signer: Signer,
}

impl Stage {
    async fn set(passport: Passport) -> Self {
        let signer = Signer::new();
        let ours = format!("{OURS}{}", signer.jwks());
        let signing = OURS.replace("'cet'", "'signing'").replace("https://cet.test", "https://signing.test");
        let signing = format!("{signing}token_endpoint_auth_method = 'private_key_jwt'\n{}", signer.jwks());
        passport.register(&[&ours, &signing]).await;
        let (person, _) = passport.signed_in(None).await;
        Self { passport, person, signer }
    }

    fn now(&self) -> i64 {
        self.passport.clock.now().seconds()
    }

    /// A token that `client` signs.
    fn of_client(&self, client: &str, more: &Value) -> Honest<'_> {
        let now = self.now();
        let mut claims =
            json!({ "iss": client, "sub": client, "aud": ISSUER, "jti": "1", "iat": now, "nbf": now, "exp": now + 60 });
        for (name, value) in more.as_object().expect("claims") {
            claims[name] = value.clone();
        }
        let header = json!({ "alg": "ES256", "kid": "k" });
        Honest { signer: &self.signer, header, claims, public: self.signer.jwk(), brings_its_key: false }
    }

    /// A request object of `cet`, which asks for what [`request`] does.
    fn of_request(&self) -> Honest<'_> {
        let mut asked = json!({ "sub": null });
        for (name, value) in request() {
            asked[name] = value.into();
        }
        let mut object = self.of_client("cet", &asked);
        object.claims.as_object_mut().expect("claims").remove("sub");
        object
    }

    /// A proof of possession for a request to that path.
    fn of_possession(&self, method: &str, path: &str) -> Honest<'_> {
        let header = json!({ "typ": "dpop+jwt", "alg": "ES256", "jwk": self.signer.jwk() });
        let claims = json!({ "jti": "1", "htm": method, "htu": format!("{ISSUER}{path}"), "iat": self.now() });
        Honest { signer: &self.signer, header, claims, public: self.signer.jwk(), brings_its_key: true }
    }

    /// Every hostile token is refused at that consumer, nothing is written, and `good` is served all the same.
    async fn refuses<O, F>(&self, consumer: &str, honest: &Honest<'_>, expected: Outcome, offer: O)
    where
        O: Fn(Browser, String) -> F,
        F: Future<Output = Answer>,
    {
        let before = self.passport.rows().await;
        for (what, text) in honest.hostile(self.now()) {
            // A query of this size is no request at all.
            let expected = if matches!(expected, Sent(_)) && text.len() > 3_000 { Page(400) } else { expected };
            let answer = offer(self.person.clone(), text).await;
            let told = format!("{what}, {consumer}: {} {:?} {}", answer.status, answer.location(), answer.text);
            assert_eq!(outcome(&answer), expected, "{told:.600}");
        }
        assert_eq!(self.passport.rows().await, before, "{consumer}: something was written");
    }
}

/// `POST /token` for the client itself, with a header beside.
async fn for_itself(mut browser: Browser, pairs: &[(&str, &str)], headers: &[(&str, &str)]) -> Answer {
    let pairs = [&[("grant_type", "client_credentials")], pairs].concat();
    post(&mut browser, "/token", encoded(&pairs), headers).await
}

#[tokio::test]
async fn no_hostile_token_authenticates_a_client() {
    on_both(|passport| async move {
        let stage = Stage::set(passport).await;
        let honest = stage.of_client("signing", &json!({}));
        let offer = async |browser: Browser, text: String| {
            let pairs = asserted(vec![("client_id", "signing")], &text);
            for_itself(browser, &pairs, &[]).await
        };
        stage.refuses("as an assertion", &honest, Error(401, "invalid_client"), offer).await;
        assert_eq!(offer(stage.person.clone(), honest.text()).await.status, 200);
    })
    .await;
}

#[tokio::test]
async fn no_hostile_token_asks_for_anything() {
    on_both(|passport| async move {
        let stage = Stage::set(passport).await;
        let honest = stage.of_request();
        let ask = async |mut browser: Browser, text: String| {
            authorize(&mut browser, &with(request(), "request", &text)).await
        };
        stage.refuses("as a request", &honest, Sent("invalid_request_object"), ask).await;
        assert!(ask(stage.person.clone(), honest.text()).await.parameter("code").is_some());
        let push = async |mut browser: Browser, text: String| {
            let by = basic("cet", SECRET);
            post(&mut browser, "/par", encoded(&[("request", &text)]), &[("authorization", &by)]).await
        };
        stage.refuses("pushed", &honest, Error(400, "invalid_request_object"), push).await;
        assert_eq!(push(stage.person.clone(), honest.text()).await.status, 201);
    })
    .await;
}

#[tokio::test]
async fn no_hostile_token_proves_possession() {
    on_both(|passport| async move {
        let stage = Stage::set(passport).await;
        let by = basic("cet", SECRET);
        let honest = stage.of_possession("POST", "/token");
        let offer = async |browser: Browser, text: String| {
            for_itself(browser, &[], &[("authorization", &by), ("dpop", &text)]).await
        };
        stage.refuses("as a proof", &honest, Error(400, "invalid_dpop_proof"), offer).await;
        let code = stage.passport.code(&mut stage.person.clone(), &request()).await;
        let redemption = encoded(&redemption(&code));
        let headers = [("authorization", by.as_str()), ("dpop", &honest.text())];
        let tokens = post(&mut stage.person.clone(), "/token", redemption, &headers).await.json();
        let access = tokens["access_token"].as_str().expect("a token").to_owned();

        let mut honest = stage.of_possession("GET", "/userinfo");
        honest.claims["ath"] = ath(&access).into();
        honest.claims["jti"] = "2".into();
        let authorization = format!("DPoP {access}");
        let ask = async |mut browser: Browser, text: String| {
            get(&mut browser, "/userinfo", &[("authorization", &authorization), ("dpop", &text)]).await
        };
        stage.refuses("at a resource", &honest, Error(401, "invalid_dpop_proof"), ask).await;
        assert_eq!(ask(stage.person.clone(), honest.text()).await.status, 200);
    })
    .await;
}

#[tokio::test]
async fn no_hostile_token_passes_for_one_of_ours() {
    on_both(|passport| async move {
        let stage = Stage::set(passport).await;
        let tokens = stage.passport.tokens(&mut stage.person.clone(), "openid").await;
        let text = |name: &str| tokens[name].as_str().expect("a token");
        let key = published(&stage.passport).await;
        // Our own key is ours: a forger knows its public half, its id and a token of each kind.
        let forged = |name: &str, typ: &str| Honest {
            signer: &stage.signer,
            header: json!({ "alg": "ES256", "kid": key["kid"], "typ": typ }),
            claims: claims(text(name)),
            public: key.clone(),
            brings_its_key: false,
        };
        let access = forged("access_token", "at+jwt");
        let ask = async |mut browser: Browser, text: String| userinfo(&mut browser, &text).await;
        stage.refuses("as an access token", &access, Error(401, "invalid_token"), ask).await;

        let hint = forged("id_token", "JWT");
        let meant = async |mut browser: Browser, text: String| {
            authorize(&mut browser, &with(with(request(), "prompt", "none"), "id_token_hint", &text)).await
        };
        stage.refuses("as a hint", &hint, Sent("login_required"), meant).await;

        for (what, hostile) in [access.hostile(stage.now()), hint.hostile(stage.now())].concat() {
            let (mut browser, by) = (stage.person.clone(), basic("cet", SECRET));
            let page = get(&mut browser, &format!("/logout?{}", encoded(&[("id_token_hint", &hostile)])), &[]).await;
            assert!(page.status == 200 && page.has("form[action='/logout/confirm']"), "{what}: {}", page.status);
            let form = encoded(&[("token", &hostile)]);
            let answer = post(&mut browser, "/introspect", form, &[("authorization", &by)]).await;
            assert_eq!(answer.json(), json!({ "active": false }), "{what}");
        }
        let mut person = stage.person.clone();
        assert_eq!(userinfo(&mut person, text("access_token")).await.status, 200);
        assert!(meant(person, text("id_token").to_owned()).await.parameter("code").is_some());
    })
    .await;
}

/// Our key that signs by ES256, as everybody sees it.
async fn published(passport: &Passport) -> Value {
    let known = passport.app.keys.stock().await.expect("keys").keys;
    let signs = known.iter().find(|key| key.alg == Alg::ES256 && key.state.as_str() == "active").expect("a key");
    let jwks = get(&mut passport.browser(), "/jwks", &[]).await.json();
    let keys = jwks["keys"].as_array().expect("keys");
    keys.iter().find(|key| key["kid"] == *signs.kid).expect("a key for ES256").clone()
}
