//! What the metadata advertise works, each value of it; what others advertise and we do not is refused.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;
use shared::testkit::{Answer, Browser};

use crate::support::signer::{Signer, asserted};
use crate::support::site::{
    OURS, SECRET, authorize, basic, encoded, get, post, redemption, refreshing, request, token, userinfo, with, without,
};
use crate::support::{ISSUER, Passport, on_both};

/// A list of the metadata.
async fn advertised(passport: &Passport, member: &str) -> BTreeSet<String> {
    let metadata = get(&mut passport.browser(), "/.well-known/openid-configuration", &[]).await.json();
    let list = metadata[member].as_array().unwrap_or_else(|| panic!("no {member}"));
    list.iter().map(|value| value.as_str().expect("a text").to_owned()).collect()
}

/// Holds a list of the metadata against what a test drives.
async fn is_exactly(passport: &Passport, member: &str, driven: &[&str]) {
    let driven: BTreeSet<String> = driven.iter().map(|value| (*value).to_owned()).collect();
    assert_eq!(advertised(passport, member).await, driven, "{member}: another value needs its test here");
}

fn header(jwt: &str) -> Value {
    let header = URL_SAFE_NO_PAD.decode(jwt.split('.').next().expect("a header")).expect("base64url");
    serde_json::from_slice(&header).expect("JSON")
}

fn error(answer: &Answer) -> String {
    answer.parameter("error").unwrap_or_else(|| panic!("no error: {} {:?}", answer.status, answer.location()))
}

/// `cet` with more in its metadata, and a person who is signed in.
async fn site(passport: &Passport, more: &str) -> Browser {
    passport.register(&[&OURS.replace("id_token_signed_response_alg = 'ES256'\n", more)]).await;
    passport.signed_in(None).await.0
}

#[tokio::test]
async fn every_response_type_and_mode_that_is_advertised_is_answered_and_no_other() {
    on_both(|passport| async move {
        let mut browser = site(&passport, "").await;
        is_exactly(&passport, "response_types_supported", &["code"]).await;
        for other in ["token", "id_token", "code id_token", "code token", "id_token token", "none", "CODE", "code code"]
        {
            let answer = authorize(&mut browser, &with(request(), "response_type", other)).await;
            assert_eq!(error(&answer), "unsupported_response_type", "{other}");
        }
        let modes = ["query", "fragment", "form_post", "jwt", "query.jwt", "fragment.jwt", "form_post.jwt"];
        is_exactly(&passport, "response_modes_supported", &modes).await;
        for mode in modes {
            let answer = authorize(&mut browser, &with(request(), "response_mode", mode)).await;
            let name = if mode.ends_with("jwt") { "response" } else { "code" };
            let query = answer.parameter(name).is_some();
            let fragment = answer.location().and_then(|to| to.fragment().map(|text| text.contains(name))) == Some(true);
            let form = answer.status == 200 && answer.text.contains(&format!("name=\"{name}\""));
            let expected =
                (mode.starts_with("query") || mode == "jwt", mode.starts_with("fragment"), mode.starts_with("form"));
            assert_eq!((query, fragment, form), expected, "{mode}");
        }
        for other in ["web_message", "web_message.jwt", "FRAGMENT", "none"] {
            let answer = authorize(&mut browser, &with(request(), "response_mode", other)).await;
            assert_eq!(error(&answer), "invalid_request", "{other}");
        }
    })
    .await;
}

#[tokio::test]
async fn every_grant_that_is_advertised_gives_tokens_and_no_other() {
    on_both(|passport| async move {
        let mut browser = site(&passport, "").await;
        let grants = ["authorization_code", "refresh_token", "client_credentials"];
        is_exactly(&passport, "grant_types_supported", &grants).await;
        let code = passport.code(&mut browser, &request()).await;
        let tokens = token(&mut browser, &redemption(&code)).await.json();
        let refresh = tokens["refresh_token"].as_str().expect("a refresh token");
        assert_eq!(token(&mut browser, &refreshing(refresh)).await.status, 200);
        assert_eq!(token(&mut browser, &[("grant_type", "client_credentials")]).await.status, 200);
        for other in [
            "password",
            "implicit",
            "urn:ietf:params:oauth:grant-type:device_code",
            "urn:ietf:params:oauth:grant-type:jwt-bearer",
            "urn:ietf:params:oauth:grant-type:token-exchange",
            "urn:openid:params:grant-type:ciba",
        ] {
            let answer = token(&mut browser, &[("grant_type", other)]).await;
            assert_eq!(
                (answer.status.as_u16(), &answer.json()["error"]),
                (400, &"unsupported_grant_type".into()),
                "{other}"
            );
        }
    })
    .await;
}

#[tokio::test]
async fn every_way_to_authenticate_that_is_advertised_authenticates() {
    on_both(|passport| async move {
        let methods = ["client_secret_basic", "client_secret_post", "private_key_jwt", "none"];
        for member in ["token_endpoint", "revocation_endpoint"] {
            is_exactly(&passport, &format!("{member}_auth_methods_supported"), &methods).await;
        }
        let signer = Signer::new();
        for method in methods {
            let own = if method == "none" { OURS.replace(", 'client_credentials'", "") } else { OURS.to_owned() };
            let keys = if method == "private_key_jwt" { signer.jwks() } else { String::new() };
            passport.register(&[&format!("{own}token_endpoint_auth_method = '{method}'\n{keys}")]).await;
            let (mut browser, _) = passport.signed_in(None).await;
            let code = passport.code(&mut browser, &request()).await;
            let (assertion, by) = (signer.assertion(&passport, "cet", |_| ()), basic("cet", SECRET));
            let mut pairs = redemption(&code);
            let mut headers = Vec::new();
            match method {
                "client_secret_basic" => headers.push(("authorization", by.as_str())),
                "client_secret_post" => pairs.extend([("client_id", "cet"), ("client_secret", SECRET)]),
                "private_key_jwt" => pairs = asserted(pairs, &assertion),
                _ => pairs.push(("client_id", "cet")),
            }
            let answer = post(&mut browser, "/token", encoded(&pairs), &headers).await;
            assert_eq!(answer.status, 200, "{method}: {}", answer.text);
        }
    })
    .await;
}

#[tokio::test]
async fn every_algorithm_that_is_advertised_signs() {
    on_both(|passport| async move {
        let algorithms = ["ES256", "EdDSA", "PS256", "RS256"];
        for member in [
            "id_token_signing_alg_values_supported",
            "userinfo_signing_alg_values_supported",
            "authorization_signing_alg_values_supported",
            "request_object_signing_alg_values_supported",
            "token_endpoint_auth_signing_alg_values_supported",
            "dpop_signing_alg_values_supported",
        ] {
            is_exactly(&passport, member, &algorithms).await;
        }
        for alg in algorithms {
            let more = format!(
                "id_token_signed_response_alg = '{alg}'\nuserinfo_signed_response_alg = '{alg}'\n\
                 authorization_signed_response_alg = '{alg}'\n"
            );
            let mut browser = site(&passport, &more).await;
            let signed = authorize(&mut browser, &with(request(), "response_mode", "query.jwt")).await;
            assert_eq!(header(&signed.parameter("response").expect("a response"))["alg"], alg);
            let tokens = passport.tokens(&mut browser, "openid").await;
            assert_eq!(header(tokens["id_token"].as_str().expect("an ID token"))["alg"], alg);
            let told = userinfo(&mut browser, tokens["access_token"].as_str().expect("a token")).await;
            assert_eq!(header(&told.text)["alg"], alg);
        }
    })
    .await;
}

#[tokio::test]
async fn every_prompt_challenge_and_scope_that_is_advertised_is_obeyed() {
    on_both(|passport| async move {
        let mut browser = site(&passport, "").await;
        is_exactly(&passport, "prompt_values_supported", &["none", "login", "consent", "select_account", "create"])
            .await;
        for (prompt, path) in [("login", "/sign-in"), ("consent", "/consent"), ("select_account", "/sign-in")] {
            let answer = authorize(&mut browser, &with(request(), "prompt", prompt)).await;
            assert_eq!(answer.location().expect("a way").path(), path, "{prompt}");
        }
        assert!(authorize(&mut browser, &with(request(), "prompt", "none")).await.parameter("code").is_some());
        let new = authorize(&mut passport.browser(), &with(request(), "prompt", "create")).await;
        assert_eq!(new.location().expect("a way").path(), "/register");
        assert_eq!(error(&authorize(&mut browser, &with(request(), "prompt", "maybe")).await), "invalid_request");

        is_exactly(&passport, "code_challenge_methods_supported", &["S256"]).await;
        assert_eq!(
            error(&authorize(&mut browser, &with(request(), "code_challenge_method", "plain")).await),
            "invalid_request"
        );
        assert_eq!(error(&authorize(&mut browser, &without(request(), "code_challenge")).await), "invalid_request");

        let scopes = ["openid", "profile", "email", "phone", "address", "offline_access", "exam"];
        is_exactly(&passport, "scopes_supported", &scopes).await;
        is_exactly(&passport, "subject_types_supported", &["public", "pairwise"]).await;
    })
    .await;
}

#[tokio::test]
async fn every_flag_of_the_metadata_says_what_is_so() {
    on_both(|passport| async move {
        let metadata = get(&mut passport.browser(), "/.well-known/openid-configuration", &[]).await.json();
        for (flag, value) in [
            ("claims_parameter_supported", true),
            ("request_parameter_supported", true),
            ("request_uri_parameter_supported", true),
            ("require_request_uri_registration", true),
            ("authorization_response_iss_parameter_supported", true),
            ("require_pushed_authorization_requests", false),
            ("frontchannel_logout_supported", true),
            ("frontchannel_logout_session_supported", true),
            ("backchannel_logout_supported", true),
            ("backchannel_logout_session_supported", true),
        ] {
            assert_eq!(metadata[flag], value, "{flag}");
        }
        let known = [
            "issuer",
            "authorization_endpoint",
            "token_endpoint",
            "userinfo_endpoint",
            "jwks_uri",
            "revocation_endpoint",
            "introspection_endpoint",
            "end_session_endpoint",
            "check_session_iframe",
            "pushed_authorization_request_endpoint",
        ];
        for name in known {
            assert!(metadata[name].as_str().is_some_and(|address| address.starts_with(ISSUER)), "{name}");
        }
    })
    .await;
}
