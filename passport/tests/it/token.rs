//! The token endpoint, from outside.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use futures_util::future::join_all;
use shared::clock::Clock as _;
use shared::testkit::Answer;

use crate::support::site::{
    OURS, PUBLIC, SECRET, THEIRS, VERIFIER, agreed_code, basic, claims, encoded, get, post, redemption, refreshing,
    request, token, userinfo, with, without,
};
use crate::support::{ISSUER, on_both};

fn error(answer: &Answer, status: u16) -> String {
    assert_eq!(answer.status, status, "{}", answer.text);
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    answer.json()["error"].as_str().expect("an error").to_owned()
}

#[tokio::test]
async fn a_code_becomes_tokens_that_say_what_was_authorized() {
    on_both(|passport| async move {
        passport.register(&[OURS]).await;
        let (mut browser, session) = passport.signed_in(None).await;
        let tokens = passport.tokens(&mut browser, "openid email").await;
        assert_eq!((&tokens["token_type"], &tokens["expires_in"]), (&"Bearer".into(), &600.into()));
        assert_eq!(tokens["scope"], "openid email");
        let id = claims(tokens["id_token"].as_str().expect("an ID token"));
        assert_eq!((id["iss"].as_str(), id["aud"].as_str()), (Some(ISSUER), Some("cet")));
        assert_eq!(id["sub"], session.account.to_string());
        assert_eq!(id["nonce"], "n1");
        assert_eq!(id["auth_time"], session.auth_time.seconds());
        assert_eq!(id["sid"], session.id.to_string());
        assert_eq!(id["amr"], serde_json::json!(["pwd"]));
        assert!(id["acr"].is_string() && id["at_hash"].is_string());
        let now = passport.clock.now().seconds();
        assert_eq!((&id["iat"], &id["exp"]), (&now.into(), &(now + 600).into()));
        assert!(id.get("email").is_none(), "claims of scopes go to the user information");
        let access = claims(tokens["access_token"].as_str().expect("an access token"));
        assert_eq!((access["client_id"].as_str(), access["scope"].as_str()), (Some("cet"), Some("openid email")));
        assert!(access["jti"].is_string());
        assert_eq!((&access["iss"], &access["aud"], &access["sub"]), (&ISSUER.into(), &ISSUER.into(), &id["sub"]));
        assert_eq!((&access["iat"], &access["exp"]), (&now.into(), &(now + 600).into()));
        let header = tokens["access_token"].as_str().and_then(|token| token.split('.').next()).expect("a header");
        let header = URL_SAFE_NO_PAD.decode(header).expect("base64url");
        let header: serde_json::Value = serde_json::from_slice(&header).expect("JSON");
        assert_eq!((&header["typ"], &header["alg"]), (&"at+jwt".into(), &"ES256".into()));
    })
    .await;
}

#[tokio::test]
async fn a_code_is_for_its_client_its_verifier_and_its_address() {
    on_both(|passport| async move {
        passport.register(&[OURS, THEIRS]).await;
        let (mut browser, _) = passport.signed_in(None).await;
        let code = passport.code(&mut browser, &request()).await;
        let wrong = "x".repeat(43);
        let refused = [
            with(redemption(&code), "code_verifier", &wrong),
            without(redemption(&code), "code_verifier"),
            with(redemption(&code), "redirect_uri", "https://cet.test/cb/"),
            with(redemption(&code), "code", "x"),
        ];
        for pairs in refused {
            assert_eq!(error(&token(&mut browser, &pairs).await, 400), "invalid_grant", "{pairs:?}");
        }
        let theirs = with(with(redemption(&code), "client_id", "bei"), "client_secret", SECRET);
        assert_eq!(error(&post(&mut browser, "/token", encoded(&theirs), &[]).await, 400), "invalid_grant");
        // None of these took the code from its client.
        assert_eq!(token(&mut browser, &redemption(&code)).await.status, 200);
    })
    .await;
}

#[tokio::test]
async fn a_verifier_without_a_challenge_is_refused() {
    on_both(|passport| async move {
        let confidential = OURS.replace("first_party = true\n", "");
        passport.register(&[&confidential]).await;
        let (mut browser, _) = passport.signed_in(None).await;
        let bare = without(without(request(), "code_challenge"), "code_challenge_method");
        let page = browser.open(&format!("{ISSUER}/authorize?{}", encoded(&bare))).await;
        let agreed = page.form("form[action='/consent']").with("decision", "allow").encoded();
        post(&mut browser, "/consent", agreed, &[("origin", ISSUER)]).await;
        let code = passport.code(&mut browser, &bare).await;
        assert_eq!(error(&token(&mut browser, &redemption(&code)).await, 400), "invalid_grant");
        let plain = without(redemption(&code), "code_verifier");
        assert_eq!(token(&mut browser, &plain).await.status, 200);
    })
    .await;
}

#[tokio::test]
async fn a_code_ends_after_a_minute() {
    on_both(|passport| async move {
        passport.register(&[OURS]).await;
        let (mut browser, _) = passport.signed_in(None).await;
        let code = passport.code(&mut browser, &request()).await;
        passport.clock.advance(Duration::from_secs(60));
        assert_eq!(error(&token(&mut browser, &redemption(&code)).await, 400), "invalid_grant");
    })
    .await;
}

#[tokio::test]
async fn a_used_code_revokes_its_tokens() {
    on_both(|passport| async move {
        passport.register(&[OURS]).await;
        let (mut browser, _) = passport.signed_in(None).await;
        let code = passport.code(&mut browser, &request()).await;
        let tokens = token(&mut browser, &redemption(&code)).await.json();
        let access = tokens["access_token"].as_str().expect("a token").to_owned();
        assert_eq!(userinfo(&mut browser, &access).await.status, 200);
        assert_eq!(error(&token(&mut browser, &redemption(&code)).await, 400), "invalid_grant");
        assert_eq!(userinfo(&mut browser, &access).await.status, 401);
        let refresh = tokens["refresh_token"].as_str().expect("a token");
        assert_eq!(error(&token(&mut browser, &refreshing(refresh)).await, 400), "invalid_grant");
    })
    .await;
}

#[tokio::test]
async fn a_spent_code_that_another_client_found_ends_nothing() {
    on_both(|passport| async move {
        passport.register(&[OURS, THEIRS]).await;
        let (mut browser, _) = passport.signed_in(None).await;
        let code = passport.code(&mut browser, &request()).await;
        let tokens = token(&mut browser, &redemption(&code)).await.json();
        let found = with(with(redemption(&code), "client_id", "bei"), "client_secret", SECRET);
        assert_eq!(error(&post(&mut browser, "/token", encoded(&found), &[]).await, 400), "invalid_grant");
        let access = tokens["access_token"].as_str().expect("a token");
        assert_eq!(userinfo(&mut browser, access).await.status, 200);
    })
    .await;
}

#[tokio::test]
async fn of_fifty_redemptions_one_succeeds() {
    on_both(|passport| async move {
        passport.register(&[OURS]).await;
        let (mut browser, _) = passport.signed_in(None).await;
        let code = passport.code(&mut browser, &request()).await;
        let tries = (0..50).map(|_| {
            let (mut browser, code) = (browser.clone(), code.clone());
            async move { token(&mut browser, &redemption(&code)).await.status.as_u16() }
        });
        let answers = join_all(tries).await;
        assert_eq!(answers.iter().filter(|status| **status == 200).count(), 1, "{answers:?}");
        assert!(answers.iter().all(|status| [200, 400].contains(status)), "{answers:?}");
    })
    .await;
}

#[tokio::test]
async fn a_refresh_replaces_its_token_and_the_spent_one_ends_the_family() {
    on_both(|passport| async move {
        passport.register(&[OURS]).await;
        let (mut browser, _) = passport.signed_in(None).await;
        let first = passport.tokens(&mut browser, "openid email").await;
        let spent = first["refresh_token"].as_str().expect("a token").to_owned();
        let second = token(&mut browser, &refreshing(&spent)).await;
        assert_eq!(second.status, 200, "{}", second.text);
        let second = second.json();
        let next = second["refresh_token"].as_str().expect("a token").to_owned();
        assert_ne!(next, spent);
        let id = claims(second["id_token"].as_str().expect("an ID token"));
        let before = claims(first["id_token"].as_str().expect("an ID token"));
        for same in ["iss", "sub", "aud", "auth_time", "sid", "acr", "amr"] {
            assert_eq!(id[same], before[same], "{same}");
        }
        assert!(id.get("nonce").is_none());
        passport.clock.advance(Duration::from_secs(11));
        assert_eq!(error(&token(&mut browser, &refreshing(&spent)).await, 400), "invalid_grant");
        assert_eq!(error(&token(&mut browser, &refreshing(&next)).await, 400), "invalid_grant", "the family has ended");
        let access = second["access_token"].as_str().expect("a token");
        assert_eq!(userinfo(&mut browser, access).await.status, 401);
    })
    .await;
}

#[tokio::test]
async fn a_lost_answer_is_given_again_for_ten_seconds() {
    on_both(|passport| async move {
        passport.register(&[OURS]).await;
        let (mut browser, _) = passport.signed_in(None).await;
        let tokens = passport.tokens(&mut browser, "openid").await;
        let spent = tokens["refresh_token"].as_str().expect("a token").to_owned();
        let first = token(&mut browser, &refreshing(&spent)).await.json();
        passport.clock.advance(Duration::from_secs(10));
        assert_eq!(token(&mut browser, &refreshing(&spent)).await.json(), first);
        let next = first["refresh_token"].as_str().expect("a token");
        assert_eq!(token(&mut browser, &refreshing(next)).await.status, 200, "the family lives");
    })
    .await;
}

#[tokio::test]
async fn fifty_refreshes_at_once_have_one_successor() {
    on_both(|passport| async move {
        passport.register(&[OURS]).await;
        let (mut browser, _) = passport.signed_in(None).await;
        let tokens = passport.tokens(&mut browser, "openid").await;
        let spent = tokens["refresh_token"].as_str().expect("a token").to_owned();
        let tries = (0..50).map(|_| {
            let (mut browser, spent) = (browser.clone(), spent.clone());
            async move { token(&mut browser, &refreshing(&spent)).await }
        });
        let answers = join_all(tries).await;
        let first = answers[0].json();
        assert!(answers.iter().all(|answer| answer.status == 200 && answer.json() == first));
    })
    .await;
}

#[tokio::test]
async fn a_refresh_may_ask_for_less_but_not_for_more() {
    on_both(|passport| async move {
        passport.register(&[OURS]).await;
        let (mut browser, _) = passport.signed_in(None).await;
        let tokens = passport.tokens(&mut browser, "openid email").await;
        let refresh = tokens["refresh_token"].as_str().expect("a token");
        let more = with(refreshing(refresh), "scope", "openid profile");
        assert_eq!(error(&token(&mut browser, &more).await, 400), "invalid_scope");
        let less = token(&mut browser, &with(refreshing(refresh), "scope", "openid")).await.json();
        assert_eq!(less["scope"], "openid");
    })
    .await;
}

#[tokio::test]
async fn a_public_client_refreshes_only_its_own_tokens() {
    on_both(|passport| async move {
        let other = PUBLIC.replace("'app'", "'other'");
        passport.register(&[PUBLIC, &other]).await;
        let (mut browser, _) = passport.signed_in(None).await;
        let asked = with(with(request(), "client_id", "app"), "redirect_uri", "http://127.0.0.1:5000/cb");
        let code = agreed_code(&mut browser, &asked).await;
        let redeem =
            [("grant_type", "authorization_code"), ("client_id", "app"), ("code", &code), ("code_verifier", VERIFIER)];
        let tokens = post(&mut browser, "/token", encoded(&redeem), &[]).await;
        assert_eq!(tokens.status, 200, "{}", tokens.text);
        let refresh = tokens.json()["refresh_token"].as_str().expect("a token").to_owned();
        let stolen = with(refreshing(&refresh), "client_id", "other");
        assert_eq!(error(&post(&mut browser, "/token", encoded(&stolen), &[]).await, 400), "invalid_grant");
        let own = with(refreshing(&refresh), "client_id", "app");
        assert_eq!(post(&mut browser, "/token", encoded(&own), &[]).await.status, 200);
    })
    .await;
}

#[tokio::test]
async fn a_client_acts_for_itself() {
    on_both(|passport| async move {
        passport.register(&[OURS, THEIRS]).await;
        let mut browser = passport.browser();
        let answer = token(&mut browser, &[("grant_type", "client_credentials"), ("scope", "reports")]).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        let tokens = answer.json();
        let access = claims(tokens["access_token"].as_str().expect("a token"));
        assert_eq!((access["sub"].as_str(), access["scope"].as_str()), (Some("cet"), Some("reports")));
        assert!(tokens.get("refresh_token").is_none() && tokens.get("id_token").is_none());
        let person = [("grant_type", "client_credentials"), ("scope", "email")];
        assert_eq!(error(&token(&mut browser, &person).await, 400), "invalid_scope");
        let theirs = [("grant_type", "client_credentials"), ("client_id", "bei"), ("client_secret", SECRET)];
        let refused = post(&mut browser, "/token", encoded(&theirs), &[]).await;
        assert_eq!(error(&refused, 400), "unauthorized_client");
    })
    .await;
}

#[tokio::test]
async fn a_client_authenticates_by_its_registered_method_alone() {
    on_both(|passport| async move {
        passport.register(&[OURS, THEIRS, PUBLIC]).await;
        let mut browser = passport.browser();
        let grant = [("grant_type", "client_credentials")];
        for header in [basic("cet", "wrong"), basic("nobody", SECRET), basic("bei", SECRET), "Bearer x".to_owned()] {
            let answer = post(&mut browser, "/token", encoded(&grant), &[("authorization", &header)]).await;
            assert_eq!(error(&answer, 401), "invalid_client", "{header}");
            assert!(answer.header("www-authenticate").expect("a challenge").starts_with("Basic"));
        }
        let in_body = [grant[0], ("client_id", "cet"), ("client_secret", SECRET)];
        assert_eq!(error(&post(&mut browser, "/token", encoded(&in_body), &[]).await, 401), "invalid_client");
        let named = [grant[0], ("client_id", "cet")];
        assert_eq!(error(&post(&mut browser, "/token", encoded(&named), &[]).await, 401), "invalid_client");
        let both = post(&mut browser, "/token", encoded(&in_body), &[("authorization", &basic("cet", SECRET))]).await;
        assert_eq!(error(&both, 400), "invalid_request");
        let in_query = format!("/token?{}", encoded(&in_body));
        assert_eq!(error(&post(&mut browser, &in_query, encoded(&grant), &[]).await, 401), "invalid_client");
    })
    .await;
}

#[tokio::test]
async fn a_malformed_request_gets_the_error_of_the_standard() {
    on_both(|passport| async move {
        passport.register(&[OURS]).await;
        let mut browser = passport.browser();
        let authorization = basic("cet", SECRET);
        let headers = [("authorization", authorization.as_str())];
        for body in ["grant_type=client_credentials&grant_type=x", "grant_type=%ff", "grant_type=a%00", "scope=x", ""] {
            let answer = post(&mut browser, "/token", body.to_owned(), &headers).await;
            assert_eq!(error(&answer, 400), "invalid_request", "{body}");
        }
        let unknown = post(&mut browser, "/token", "grant_type=password", &headers).await;
        assert_eq!(error(&unknown, 400), "unsupported_grant_type");
        let json = http::Request::post(format!("{ISSUER}/token"))
            .header("content-type", "application/json")
            .header("authorization", &authorization)
            .body(axum::body::Body::from("{}"))
            .expect("a request");
        assert_eq!(error(&browser.send(json).await, 400), "invalid_request");
        let large = format!("grant_type=client_credentials&x={}", "a".repeat(70_000));
        let told = [headers[0], ("content-length", &large.len().to_string())];
        assert_eq!(error(&post(&mut browser, "/token", large.clone(), &told).await, 413), "invalid_request");
        let chunks = futures_util::stream::iter(vec![Ok::<_, std::convert::Infallible>(large)]);
        let untold = axum::body::Body::from_stream(chunks);
        assert_eq!(error(&post(&mut browser, "/token", untold, &headers).await, 413), "invalid_request");
        assert_eq!(error(&get(&mut browser, "/token", &[]).await, 405), "invalid_request");
        let flood: String = (0..5_000).map(|n| format!("p{n}=&")).collect();
        assert_eq!(error(&post(&mut browser, "/token", flood, &headers).await, 400), "invalid_request");
    })
    .await;
}

#[tokio::test]
async fn one_kind_of_single_use_value_is_never_taken_for_another() {
    on_both(|passport| async move {
        passport.register(&[OURS]).await;
        let (mut browser, _) = passport.signed_in(None).await;
        let code = passport.code(&mut browser, &request()).await;
        assert_eq!(error(&token(&mut browser, &refreshing(&code)).await, 400), "invalid_grant");
        let tokens = token(&mut browser, &redemption(&code)).await.json();
        let refresh = tokens["refresh_token"].as_str().expect("a token");
        assert_eq!(error(&token(&mut browser, &redemption(refresh)).await, 400), "invalid_grant");
        let id_token = tokens["id_token"].as_str().expect("a token");
        assert_eq!(userinfo(&mut browser, id_token).await.status, 401);
        assert_eq!(userinfo(&mut browser, refresh).await.status, 401);
    })
    .await;
}

#[tokio::test]
async fn a_client_revokes_its_own_tokens() {
    on_both(|passport| async move {
        passport.register(&[OURS, THEIRS]).await;
        let (mut browser, _) = passport.signed_in(None).await;
        let tokens = passport.tokens(&mut browser, "openid").await;
        let access = tokens["access_token"].as_str().expect("a token").to_owned();
        let refresh = tokens["refresh_token"].as_str().expect("a token").to_owned();
        let authorization = basic("cet", SECRET);
        let cet = [("authorization", authorization.as_str())];
        let foreign = [("token", access.as_str()), ("client_id", "bei"), ("client_secret", SECRET)];
        let refused = post(&mut browser, "/revoke", encoded(&foreign), &[]).await;
        assert_eq!(error(&refused, 400), "unauthorized_client");
        let nonsense = post(&mut browser, "/revoke", "token=nonsense", &cet).await;
        assert_eq!(
            (nonsense.status.as_u16(), nonsense.header("content-type")),
            (200, None),
            "an empty text is no JSON"
        );
        assert_eq!(post(&mut browser, "/revoke", encoded(&[("token", &access)]), &cet).await.status, 200);
        assert_eq!(userinfo(&mut browser, &access).await.status, 401);
        let renewed = token(&mut browser, &refreshing(&refresh)).await.json();
        let renewed_access = renewed["access_token"].as_str().expect("the family lives").to_owned();
        assert_eq!(post(&mut browser, "/revoke", encoded(&[("token", &refresh)]), &cet).await.status, 200);
        assert_eq!(userinfo(&mut browser, &renewed_access).await.status, 401, "a refresh token takes all along");
    })
    .await;
}

#[tokio::test]
async fn a_client_introspects_its_own_tokens_only() {
    on_both(|passport| async move {
        passport.register(&[OURS, THEIRS, PUBLIC]).await;
        let (mut browser, session) = passport.signed_in(None).await;
        let tokens = passport.tokens(&mut browser, "openid").await;
        let authorization = basic("cet", SECRET);
        for name in ["access_token", "refresh_token"] {
            let asked = encoded(&[("token", tokens[name].as_str().expect("a token"))]);
            let own =
                post(&mut browser, "/introspect", asked.clone(), &[("authorization", &authorization)]).await.json();
            assert_eq!((own["active"].as_bool(), own["client_id"].as_str()), (Some(true), Some("cet")), "{name}");
            assert_eq!(own["sub"], session.account.to_string());
            let theirs = format!("{asked}&client_id=bei&client_secret={SECRET}");
            let other = post(&mut browser, "/introspect", theirs, &[]).await.json();
            assert_eq!(other, serde_json::json!({ "active": false }), "{name}");
            let public = post(&mut browser, "/introspect", format!("{asked}&client_id=app"), &[]).await;
            assert_eq!(error(&public, 401), "invalid_client");
        }
    })
    .await;
}

/// RFC 9470: a resource sees how well and how long ago the person proved who they are, asks for more by
/// `insufficient_user_authentication`, and the client by `acr_values` and `max_age`.
#[tokio::test]
async fn a_resource_that_wants_a_newer_sign_in_sees_when_it_has_one() {
    on_both(|passport| async move {
        passport.register(&[OURS]).await;
        let (mut browser, session) = passport.signed_in(None).await;
        let tokens = passport.tokens(&mut browser, "openid").await;
        let authorization = basic("cet", SECRET);
        let ask = async |browser: &mut shared::testkit::Browser, token: &str| {
            let form = encoded(&[("token", token)]);
            post(browser, "/introspect", form, &[("authorization", &authorization)]).await.json()
        };
        for kind in ["access_token", "refresh_token"] {
            let told = ask(&mut browser, tokens[kind].as_str().expect("a token")).await;
            assert_eq!(
                (&told["acr"], &told["auth_time"]),
                (&session.acr.uri().into(), &session.auth_time.seconds().into()),
                "{kind}"
            );
        }
        let own = token(&mut browser, &[("grant_type", "client_credentials")]).await.json();
        let told = ask(&mut browser, own["access_token"].as_str().expect("a token")).await;
        assert_eq!((told.get("acr"), told.get("auth_time")), (None, None), "nobody signed in for it");

        // The resource finds that too old; the client sends the person back with the age that it named.
        passport.clock.advance(Duration::from_secs(300));
        let step_up = with(with(request(), "max_age", "60"), "acr_values", session.acr.uri());
        let way = crate::support::site::authorize(&mut browser, &step_up).await;
        assert_eq!(way.location().expect("a way").path(), "/sign-in");
        let newer = passport.sign_in(&mut browser, Some(session.account), None).await;
        let code = passport.code(&mut browser, &step_up).await;
        let tokens = token(&mut browser, &redemption(&code)).await.json();
        let told = ask(&mut browser, tokens["access_token"].as_str().expect("a token")).await;
        assert_eq!(told["auth_time"], newer.auth_time.seconds());
    })
    .await;
}
