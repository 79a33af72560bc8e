//! What the metadata advertise works, each value of it; what others advertise and we do not is refused.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use passport::accounts::assurance::Acr;
use serde_json::{Map, Value, json};
use shared::testkit::{Answer, Browser};

use crate::support::signer::{Signer, asserted};
use crate::support::site::{
    OURS, Pairs, SECRET, authorize, basic, encoded, get, post, redemption, refreshing, request, token, userinfo, with,
    without,
};
use crate::support::{ISSUER, Passport, on_both};

/// What is driven here: every member of the metadata that says what is supported.
const DRIVEN: [&str; 31] = [
    "acr_values_supported",
    "authorization_response_iss_parameter_supported",
    "authorization_signing_alg_values_supported",
    "backchannel_logout_session_supported",
    "backchannel_logout_supported",
    "claim_types_supported",
    "claims_parameter_supported",
    "claims_supported",
    "code_challenge_methods_supported",
    "display_values_supported",
    "dpop_signing_alg_values_supported",
    "frontchannel_logout_session_supported",
    "frontchannel_logout_supported",
    "grant_types_supported",
    "id_token_signing_alg_values_supported",
    "introspection_endpoint_auth_methods_supported",
    "introspection_endpoint_auth_signing_alg_values_supported",
    "prompt_values_supported",
    "request_object_signing_alg_values_supported",
    "request_parameter_supported",
    "request_uri_parameter_supported",
    "response_modes_supported",
    "response_types_supported",
    "revocation_endpoint_auth_methods_supported",
    "revocation_endpoint_auth_signing_alg_values_supported",
    "scopes_supported",
    "subject_types_supported",
    "token_endpoint_auth_methods_supported",
    "token_endpoint_auth_signing_alg_values_supported",
    "ui_locales_supported",
    "userinfo_signing_alg_values_supported",
];

#[tokio::test]
async fn nothing_is_advertised_that_no_test_here_drives() {
    on_both(|passport| async move {
        let metadata = get(&mut passport.browser(), "/.well-known/openid-configuration", &[]).await.json();
        let members = metadata.as_object().expect("an object").keys().filter(|name| name.ends_with("_supported"));
        assert_eq!(members.collect::<BTreeSet<_>>(), DRIVEN.map(str::to_owned).iter().collect::<BTreeSet<_>>());
        // Nobody could rely on what says nothing.
        assert!(DRIVEN.iter().all(|name| metadata[name].as_array().is_none_or(|list| !list.is_empty())), "{metadata}");
    })
    .await;
}

/// A list of the metadata.
async fn advertised(passport: &Passport, member: &str) -> BTreeSet<String> {
    let metadata = get(&mut passport.browser(), "/.well-known/openid-configuration", &[]).await.json();
    let list = metadata[member].as_array().unwrap_or_else(|| panic!("no {member}"));
    list.iter().map(|value| value.as_str().expect("a text").to_owned()).collect()
}

/// Holds a list of the metadata against what a test drives.
async fn is_exactly(passport: &Passport, member: &str, driven: &[&str]) {
    assert!(DRIVEN.contains(&member), "{member} is driven and not listed");
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
        is_exactly(&passport, "introspection_endpoint_auth_methods_supported", &methods[..3]).await;
        let signer = Signer::new();
        for method in methods {
            let own = if method == "none" { OURS.replace(", 'client_credentials'", "") } else { OURS.to_owned() };
            let keys = if method == "private_key_jwt" { signer.jwks() } else { String::new() };
            passport.register(&[&format!("{own}token_endpoint_auth_method = '{method}'\n{keys}")]).await;
            let (mut browser, _) = passport.signed_in(None).await;
            let code = passport.code(&mut browser, &request()).await;
            let mut ask = async |path: &str, mut pairs: Pairs<'_>| {
                let (assertion, by) = (signer.assertion(&passport, "cet", |_| ()), basic("cet", SECRET));
                let mut headers = Vec::new();
                match method {
                    "client_secret_basic" => headers.push(("authorization", by.as_str())),
                    "client_secret_post" => pairs.extend([("client_id", "cet"), ("client_secret", SECRET)]),
                    "private_key_jwt" => {
                        let form = encoded(&asserted(pairs, &assertion));
                        return post(&mut browser, path, form, &[]).await;
                    }
                    _ => pairs.push(("client_id", "cet")),
                }
                post(&mut browser, path, encoded(&pairs), &headers).await
            };
            let answer = ask("/token", redemption(&code)).await;
            assert_eq!(answer.status, 200, "{method}: {}", answer.text);
            let tokens = answer.json();
            let own = || vec![("token", tokens["access_token"].as_str().expect("a token"))];
            let told = ask("/introspect", own()).await;
            if method == "none" {
                assert_eq!(told.status, 401, "who asks about a token has proven who it is");
            } else {
                assert_eq!((told.status.as_u16(), &told.json()["active"]), (200, &true.into()), "{method}");
            }
            assert_eq!(ask("/revoke", own()).await.status, 200, "{method}");
            let over = userinfo(&mut passport.browser(), own()[0].1).await;
            assert_eq!(over.status, 401, "{method} revokes");
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
            "introspection_endpoint_auth_signing_alg_values_supported",
            "revocation_endpoint_auth_signing_alg_values_supported",
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
async fn what_a_client_signs_with_any_algorithm_that_is_advertised_counts() {
    on_both(|passport| async move {
        for alg in ["ES256", "EdDSA", "PS256", "RS256"] {
            let (key, holder) = (Signer::of(alg), Signer::of(alg));
            let signing = format!("token_endpoint_auth_method = 'private_key_jwt'\n{}", key.jwks());
            let mut browser = site(&passport, &signing).await;
            let mut asked = json!({ "iss": "cet", "aud": ISSUER });
            for (name, value) in request() {
                asked[name] = value.into();
            }
            let object = key.sign(&json!({ "alg": alg, "kid": "k", "typ": "oauth-authz-req+jwt" }), &asked);
            let code = passport.code(&mut browser, &[("client_id", "cet"), ("request", &object)]).await;
            let mut ask = async |path: &str, pairs: Pairs<'_>, proof: Option<String>| {
                let assertion = key.assertion(&passport, "cet", |_| ());
                let headers: Vec<_> = proof.iter().map(|proof| ("dpop", proof.as_str())).collect();
                post(&mut browser, path, encoded(&asserted(pairs, &assertion)), &headers).await
            };
            let answer = ask("/token", redemption(&code), Some(holder.token_proof(&passport))).await;
            assert_eq!((answer.status.as_u16(), &answer.json()["token_type"]), (200, &"DPoP".into()), "{alg}");
            let tokens = answer.json();
            let own = || vec![("token", tokens["access_token"].as_str().expect("a token"))];
            let told = ask("/introspect", own(), None).await.json();
            assert_eq!(told["cnf"]["jkt"], holder.thumbprint(), "{alg}: {told}");
            assert_eq!(ask("/revoke", own(), None).await.status, 200, "{alg}");
        }
    })
    .await;
}

#[tokio::test]
async fn every_context_claim_language_and_window_that_is_advertised_is_understood() {
    on_both(|passport| async move {
        let mut browser = site(&passport, "").await;
        let contexts = Acr::ALL.map(Acr::uri);
        is_exactly(&passport, "acr_values_supported", &contexts).await;
        for acr in contexts {
            let essential = json!({ "id_token": { "acr": { "essential": true, "value": acr } } }).to_string();
            let answer = authorize(&mut browser, &with(with(request(), "claims", &essential), "prompt", "none")).await;
            // A session of a password alone reaches one, and its owner has nothing for the others.
            let expected = if acr == Acr::One.uri() { None } else { Some("unmet_authentication_requirements") };
            assert_eq!(answer.parameter("error").as_deref(), expected, "{acr}");
        }

        is_exactly(&passport, "claim_types_supported", &["normal"]).await;
        let all = advertised(&passport, "claims_supported").await;
        let named = json!({ "userinfo": all.iter().map(|name| (name.clone(), Value::Null)).collect::<Map<_, _>>() });
        let code = passport.code(&mut browser, &with(request(), "claims", &named.to_string())).await;
        let tokens = token(&mut browser, &redemption(&code)).await.json();
        let told = userinfo(&mut browser, tokens["access_token"].as_str().expect("a token")).await.json();
        let told: BTreeSet<String> = told.as_object().expect("claims").keys().cloned().collect();
        assert!(
            told.len() > 3 && told.is_subset(&all),
            "no claim that is aggregated, distributed or not said: {told:?}"
        );

        is_exactly(&passport, "ui_locales_supported", &["zh-CN", "en"]).await;
        for (language, heading) in [("zh-CN", "考生登录 LOGIN"), ("en", "Candidate sign-in")] {
            let asked = encoded(&with(request(), "ui_locales", language));
            let page = passport.browser().open(&format!("{ISSUER}/authorize?{asked}")).await;
            assert_eq!(page.texts("h1").concat(), heading, "{language}");
        }
        is_exactly(&passport, "display_values_supported", &["page", "touch"]).await;
        for display in ["page", "touch"] {
            let answer = authorize(&mut browser, &with(request(), "display", display)).await;
            assert!(answer.parameter("code").is_some(), "{display}");
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
