//! What a request may wish for and nobody has to grant: a kind of window, languages of pages and of claims. A wish that
//! cannot be met is no error, what is advertised is met, and what would have to be refused is.

use serde_json::{Value, json};
use shared::clock::Clock as _;
use shared::testkit::{Answer, Browser};

use crate::support::signer::Signer;
use crate::support::site::{
    OURS, SECRET, authorize, basic, claims, encoded, get, post, redemption, request, token, userinfo, with,
};
use crate::support::{ISSUER, Passport, on_both};

/// A list of the metadata.
async fn advertised(passport: &Passport, member: &str) -> Value {
    get(&mut passport.browser(), "/.well-known/openid-configuration", &[]).await.json()[member].clone()
}

/// The page that a request leads somebody to who is not signed in.
async fn page_of(browser: &mut Browser, pairs: &[(&str, &str)]) -> Answer {
    browser.open(&format!("{ISSUER}/authorize?{}", encoded(pairs))).await
}

#[tokio::test]
async fn whatever_the_window_the_page_is_one_that_fits_it() {
    on_both(|passport| async move {
        passport.register(&[OURS]).await;
        assert_eq!(advertised(&passport, "display_values_supported").await, json!(["page", "touch"]));
        let (person, _) = passport.signed_in(None).await;
        let plain = page_of(&mut passport.browser(), &request()).await;
        for display in ["page", "touch", "popup", "wap", "hologram", "PAGE", "page touch"] {
            let asking = with(request(), "display", display);
            let page = page_of(&mut passport.browser(), &asking).await;
            assert_eq!((page.status.as_u16(), page.url.path()), (200, "/sign-in"), "{display}");
            assert_eq!(page.texts("h1"), plain.texts("h1"), "{display}");
            assert_eq!(page.attributes("input", "name"), plain.attributes("input", "name"), "{display}");
            assert_eq!(page.attributes("meta[name=viewport]", "content"), ["width=device-width, initial-scale=1"]);
            let back = authorize(&mut person.clone(), &asking).await;
            assert!(back.parameter("code").is_some(), "{display}: {:?}", back.location());
        }
    })
    .await;
}

#[tokio::test]
async fn the_page_speaks_the_first_language_of_the_list_that_we_speak() {
    on_both(|passport| async move {
        passport.register(&[OURS]).await;
        assert_eq!(advertised(&passport, "ui_locales_supported").await, json!(["zh-CN", "en"]));
        let (chinese, english) = ("zh-CN", "en");
        for (wish, spoken) in [
            ("zh-CN", chinese),
            ("en", english),
            ("fr-CA fr en", english),
            ("en-GB zh-CN", english),
            ("EN-us", english),
            ("zh-Hant-TW en", chinese),
            // As the person's browser wishes, where none of them is ours: see `Accept-Language` below.
            ("fr de ja", english),
            ("tlh-Latn-x-made-up", english),
            ("-", english),
            ("e en_", english),
            ("  ", english),
        ] {
            let mut browser = passport.browser().language("en;q=0.9, zh;q=0.8");
            let page = page_of(&mut browser, &with(request(), "ui_locales", wish)).await;
            assert_eq!((page.status.as_u16(), page.url.path()), (200, "/sign-in"), "{wish}");
            assert_eq!(page.attributes("html", "lang"), [spoken], "{wish}");
        }
        let (mut person, _) = passport.signed_in(None).await;
        let many = "fr ".repeat(300);
        let back = authorize(&mut person, &with(request(), "ui_locales", &many)).await;
        assert!(back.parameter("code").is_some(), "{:?}", back.location());
    })
    .await;
}

/// What `cet` is told by a request: in the ID token, and at user information.
async fn told(passport: &Passport, browser: &mut Browser, pairs: &[(&str, &str)]) -> (Value, Value) {
    let code = passport.code(browser, pairs).await;
    let tokens = token(browser, &redemption(&code)).await.json();
    let access = tokens["access_token"].as_str().expect("a token").to_owned();
    (claims(tokens["id_token"].as_str().expect("an ID token")), userinfo(browser, &access).await.json())
}

#[tokio::test]
async fn a_claim_is_told_as_it_is_held_whatever_languages_are_asked_for() {
    on_both(|passport| async move {
        passport.register(&[OURS]).await;
        // No claim is held in a language, so none is promised.
        assert_eq!(advertised(&passport, "claims_locales_supported").await, Value::Null);
        let (mut person, _) = passport.signed_in(None).await;
        let asking = with(request(), "scope", "openid profile email");
        let (_, plain) = told(&passport, &mut person, &asking).await;
        assert_eq!(plain["name"], "李华");
        for wish in ["zh-CN", "en ja-Kana-JP", "xx-made-up", "-"] {
            let (_, other) = told(&passport, &mut person, &with(asking.clone(), "claims_locales", wish)).await;
            assert_eq!(other, plain, "{wish}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_claim_with_the_tag_of_a_language_is_no_error_and_nothing_is_made_up_for_it() {
    on_both(|passport| async move {
        passport.register(&[OURS]).await;
        let (mut person, _) = passport.signed_in(None).await;
        let named = json!({
            "userinfo": {
                "name": null,
                "name#zh-CN": { "essential": true },
                "family_name#ja-Hani-JP": null,
                "nickname#": null,
                "#en": null,
                "email#en#zh": { "value": "x" },
            },
            "id_token": { "name#zh-CN": null, "name#en": { "essential": true } },
        });
        let named = named.to_string();
        let (id_token, info) = told(&passport, &mut person, &with(request(), "claims", &named)).await;
        let members: Vec<&str> = info.as_object().expect("claims").keys().map(String::as_str).collect();
        assert_eq!((members, &info["name"]), (vec!["name", "sub"], &"李华".into()));
        assert!(id_token.as_object().expect("claims").keys().all(|claim| !claim.starts_with("name")), "{id_token}");
    })
    .await;
}

#[tokio::test]
async fn a_client_cannot_register_itself_by_a_request() {
    on_both(|passport| async move {
        let signer = Signer::new();
        passport.register(&[&format!("{OURS}{}", signer.jwks())]).await;
        let (mut person, _) = passport.signed_in(None).await;
        let before = passport.rows().await;
        let metadata = json!({ "logo_uri": "https://evil.test/logo.png" }).to_string();
        let asking = with(request(), "registration", &metadata);
        let now = passport.clock.now().seconds();
        let mut signed = json!({ "iss": "cet", "aud": ISSUER, "iat": now, "nbf": now, "exp": now + 60 });
        for (name, value) in asking.clone() {
            signed[name] = value.into();
        }
        let object = signer.sign(&json!({ "alg": "ES256", "kid": "k" }), &signed);
        let by_post = post(&mut person, "/authorize", encoded(&asking), &[("origin", ISSUER)]).await;
        for answer in [
            authorize(&mut person, &asking).await,
            by_post,
            authorize(&mut person, &with(request(), "request", &object)).await,
        ] {
            assert_eq!(answer.parameter("error").as_deref(), Some("registration_not_supported"), "{}", answer.status);
            assert_eq!(answer.parameter("state").as_deref(), Some("s1"));
        }
        let by = basic("cet", SECRET);
        let pushed = post(&mut person, "/par", encoded(&asking), &[("authorization", &by)]).await;
        assert_eq!((pushed.status.as_u16(), &pushed.json()["error"]), (400, &"registration_not_supported".into()));
        assert_eq!(passport.rows().await, before);
    })
    .await;
}
