//! The cases. Each is a conversation of a client with one of the two, and what it sees.

use serde_json::{Value, json};
use shared::testkit::{Answer, Browser};

use super::seen::{Seen, answer};
use super::sides::Side;
use crate::support::ISSUER;
use crate::support::site::{
    CHALLENGE, Pairs, SECRET, VERIFIER, authorize, basic, encoded, get, post, redemption, refreshing, request, token,
    userinfo, with, without,
};

/// Everything that is seen of that side.
pub(super) async fn run(side: &Side) -> Seen {
    let mut seen = Seen::new();
    metadata(side, &mut seen).await;
    keys(side, &mut seen).await;
    good_requests(side, &mut seen).await;
    refused_requests(side, &mut seen).await;
    unproven_requests(side, &mut seen).await;
    silent_requests(side, &mut seen).await;
    redemptions(side, &mut seen).await;
    refused_redemptions(side, &mut seen).await;
    clients(side, &mut seen).await;
    public_client(side, &mut seen).await;
    refreshes(side, &mut seen).await;
    user_information(side, &mut seen).await;
    claims_by_name(side, &mut seen).await;
    inspection(side, &mut seen).await;
    signing_out(side, &mut seen).await;
    other_methods(side, &mut seen).await;
    seen
}

fn note(seen: &mut Seen, at: &str, got: &Answer) {
    let before = seen.insert(at.to_owned(), answer(got));
    assert!(before.is_none(), "{at} stands there twice");
}

async fn code(browser: &mut Browser, pairs: &[(&str, &str)]) -> String {
    let got = authorize(browser, pairs).await;
    got.parameter("code").unwrap_or_else(|| panic!("no code: {} {:?}", got.status, got.location()))
}

async fn tokens(browser: &mut Browser, scope: &str) -> Value {
    let code = code(browser, &with(request(), "scope", scope)).await;
    let got = token(browser, &redemption(&code)).await;
    assert_eq!(got.status, 200, "{}", got.text);
    got.json()
}

fn text<'t>(tokens: &'t Value, name: &str) -> &'t str {
    tokens[name].as_str().unwrap_or_else(|| panic!("no {name}"))
}

async fn metadata(side: &Side, seen: &mut Seen) {
    let mut browser = side.browser();
    let got = get(&mut browser, "/.well-known/openid-configuration", &[]).await;
    note(seen, "metadata/openid", &got);
    let tag = got.header("etag").expect("a tag").to_owned();
    let again = get(&mut browser, "/.well-known/openid-configuration", &[("if-none-match", &tag)]).await;
    note(seen, "metadata/unchanged", &again);
    note(seen, "metadata/oauth", &get(&mut browser, "/.well-known/oauth-authorization-server", &[]).await);
}

/// How many keys there are, and which, is nobody's business: of which kinds they are, and what is said of each, is.
async fn keys(side: &Side, seen: &mut Seen) {
    let got = get(&mut side.browser(), "/jwks", &[]).await;
    let body = got.json();
    let keys = body["keys"].as_array().expect("keys");
    let mut kinds: Vec<String> = keys
        .iter()
        .map(|key| {
            let members: Vec<&String> = key.as_object().expect("a key").keys().collect();
            json!({ "kty": key["kty"], "alg": key["alg"], "use": key["use"], "crv": key["crv"], "members": members })
                .to_string()
        })
        .collect();
    kinds.sort();
    kinds.dedup();
    let mut shown = answer(&got);
    shown["body"] = json!(kinds);
    seen.insert("keys/set".to_owned(), shown);
}

async fn good_requests(side: &Side, seen: &mut Seen) {
    let mut browser = side.signed_in().await;
    let cases: [(&str, Pairs<'_>); 10] = [
        ("plain", request()),
        ("by the query, said so", with(request(), "response_mode", "query")),
        ("in the fragment", with(request(), "response_mode", "fragment")),
        ("by a form", with(request(), "response_mode", "form_post")),
        ("signed", with(request(), "response_mode", "jwt")),
        ("without state", without(request(), "state")),
        ("without nonce", without(request(), "nonce")),
        ("more scopes than there are", with(request(), "scope", "openid email nothing")),
        ("a parameter that means nothing", with(request(), "colour", "blue")),
        ("a wish for a context", with(request(), "acr_values", "urn:e-test:acr:1")),
    ];
    for (name, pairs) in cases {
        let got = authorize(&mut browser, &pairs).await;
        note(seen, &format!("a request is answered/{name}"), &got);
        if got.status == 200 {
            let mut names: Vec<String> = got.attributes("main form input", "name");
            names.retain(|name| name != "session_state");
            let form = json!({ "to": got.attributes("main form", "action"), "names": names });
            seen.insert(format!("a request is answered/{name}, its form"), form);
        }
    }
    let posted = post(&mut browser, "/authorize", encoded(&request()), &[("origin", "https://cet.test")]).await;
    note(seen, "a request is answered/posted", &posted);
}

async fn refused_requests(side: &Side, seen: &mut Seen) {
    let mut browser = side.signed_in().await;
    let long = "x".repeat(600);
    let cases: [(&str, Pairs<'_>); 24] = [
        ("no response_type", without(request(), "response_type")),
        ("implicit", with(request(), "response_type", "id_token")),
        ("hybrid", with(request(), "response_type", "code id_token")),
        ("unknown response_mode", with(request(), "response_mode", "web_message")),
        ("no scope", without(request(), "scope")),
        ("a scope of nothing", with(request(), "scope", "nothing")),
        ("a scope that is none", with(request(), "scope", "a\\b")),
        ("no challenge", without(without(request(), "code_challenge"), "code_challenge_method")),
        ("a method without a challenge", without(request(), "code_challenge")),
        ("a plain challenge", with(request(), "code_challenge_method", "plain")),
        ("a challenge without a method", without(request(), "code_challenge_method")),
        ("a short challenge", with(request(), "code_challenge", "short")),
        ("a long nonce", with(request(), "nonce", &long)),
        ("a long hint", with(request(), "login_hint", &long)),
        ("an unknown prompt", with(request(), "prompt", "dance")),
        ("none beside another prompt", with(request(), "prompt", "none login")),
        ("a max_age that is none", with(request(), "max_age", "soon")),
        ("claims that are none", with(request(), "claims", "[]")),
        (
            "a context that is unknown",
            with(request(), "claims", r#"{"id_token":{"acr":{"essential":true,"value":"x"}}}"#),
        ),
        ("a registration", with(request(), "registration", "{}")),
        ("a request_uri", with(request(), "request_uri", "https://cet.test/request")),
        ("a request and a request_uri", with(with(request(), "request", "a.b.c"), "request_uri", "https://cet.test/r")),
        ("a resource that is refused", with(request(), "resource", "https://api.test/")),
        ("a key that is none", with(request(), "dpop_jkt", "short")),
    ];
    for (name, pairs) in cases {
        note(seen, &format!("a request is refused/{name}"), &authorize(&mut browser, &pairs).await);
    }
    let by_form = with(with(request(), "response_type", "token"), "response_mode", "form_post");
    let got = authorize(&mut browser, &by_form).await;
    note(seen, "a request is refused/by a form", &got);
    let form =
        json!({ "to": got.attributes("main form", "action"), "names": got.attributes("main form input", "name") });
    let form_names: Vec<String> = got.attributes("main form input", "name");
    assert!(form_names.iter().any(|name| name == "error"), "{form}");
}

async fn unproven_requests(side: &Side, seen: &mut Seen) {
    let mut browser = side.signed_in().await;
    let cases: [(&str, Pairs<'_>); 6] = [
        ("no client", without(request(), "client_id")),
        ("an unknown client", with(request(), "client_id", "nobody")),
        ("no redirect_uri", without(request(), "redirect_uri")),
        ("another redirect_uri", with(request(), "redirect_uri", "https://evil.test/cb")),
        ("a slash more", with(request(), "redirect_uri", "https://cet.test/cb/")),
        ("that of another client", with(request(), "redirect_uri", "https://bei.test/cb")),
    ];
    for (name, pairs) in cases {
        note(seen, &format!("nobody is redirected/{name}"), &authorize(&mut browser, &pairs).await);
    }
    let twice = format!("/authorize?{}&client_id=cet", encoded(&request()));
    note(seen, "nobody is redirected/a parameter twice", &get(&mut browser, &twice, &[]).await);
    let endless = format!("/authorize?{}&x={}", encoded(&request()), "x".repeat(4096));
    note(seen, "nobody is redirected/a long request", &get(&mut browser, &endless, &[]).await);
}

async fn silent_requests(side: &Side, seen: &mut Seen) {
    let silent = |pairs: Pairs<'static>| with(pairs, "prompt", "none");
    let nobody = authorize(&mut side.browser(), &silent(request())).await;
    note(seen, "no page may be shown/nobody is there", &nobody);
    let mut browser = side.signed_in().await;
    note(seen, "no page may be shown/somebody is", &authorize(&mut browser, &silent(request())).await);
    let theirs = with(with(request(), "client_id", "bei"), "redirect_uri", "https://bei.test/cb");
    note(seen, "no page may be shown/nobody agreed", &authorize(&mut browser, &silent(theirs)).await);
    let another = with(silent(request()), "claims", r#"{"id_token":{"sub":{"value":"somebody else"}}}"#);
    note(seen, "no page may be shown/somebody else is meant", &authorize(&mut browser, &another).await);
    let unread = with(silent(request()), "id_token_hint", "a.b.c");
    note(seen, "no page may be shown/a hint that cannot be read", &authorize(&mut browser, &unread).await);
    let stronger = r#"{"id_token":{"acr":{"essential":true,"value":"urn:e-test:acr:2"}}}"#;
    let stronger = with(silent(request()), "claims", stronger);
    note(seen, "no page may be shown/a stronger sign-in is meant", &authorize(&mut browser, &stronger).await);
    side.advance(61);
    let old = with(silent(request()), "max_age", "60");
    note(seen, "no page may be shown/the sign-in is too old", &authorize(&mut browser, &old).await);
    // Where a page is shown, it is another one: that one is shown is the same.
    for (name, pairs) in [("login", with(request(), "prompt", "login")), ("old", with(request(), "max_age", "60"))] {
        let got = authorize(&mut browser, &pairs).await;
        let is_asked = got.parameter("code").is_none() && got.parameter("error").is_none();
        seen.insert(format!("a page is shown/{name}"), is_asked.into());
    }
    let got = authorize(&mut side.browser(), &request()).await;
    seen.insert("a page is shown where somebody has to sign in/page".to_owned(), got.status.as_u16().into());
}

async fn redemptions(side: &Side, seen: &mut Seen) {
    let mut browser = side.signed_in().await;
    for (name, scope) in [("openid", "openid"), ("more", "openid profile email exam"), ("no openid", "email")] {
        let code = code(&mut browser, &with(request(), "scope", scope)).await;
        note(seen, &format!("a code is redeemed/{name}"), &token(&mut browser, &redemption(&code)).await);
    }
    let code = code(&mut browser, &request()).await;
    let bare = without(redemption(&code), "redirect_uri");
    note(seen, "a code is redeemed/without redirect_uri", &token(&mut browser, &bare).await);
}

async fn refused_redemptions(side: &Side, seen: &mut Seen) {
    let mut browser = side.signed_in().await;
    let code_text = code(&mut browser, &request()).await;
    let wrong = "x".repeat(43);
    let cases: [(&str, Pairs<'_>); 12] = [
        ("a wrong verifier", with(redemption(&code_text), "code_verifier", &wrong)),
        ("a short verifier", with(redemption(&code_text), "code_verifier", "short")),
        ("no verifier", without(redemption(&code_text), "code_verifier")),
        ("another redirect_uri", with(redemption(&code_text), "redirect_uri", "https://cet.test/other")),
        ("no code", without(redemption(&code_text), "code")),
        ("a code that is none", with(redemption(&code_text), "code", "nothing")),
        (
            "neither redirect_uri nor verifier",
            without(without(redemption(&code_text), "redirect_uri"), "code_verifier"),
        ),
        ("no grant_type", without(redemption(&code_text), "grant_type")),
        ("an unknown grant_type", with(redemption(&code_text), "grant_type", "password")),
        ("another client beside the header", with(redemption(&code_text), "client_id", "bei")),
        ("a secret twice", with(redemption(&code_text), "client_secret", SECRET)),
        ("a resource that is refused", with(redemption(&code_text), "resource", "https://api.test/")),
    ];
    for (name, pairs) in cases {
        note(seen, &format!("a code is refused/{name}"), &token(&mut browser, &pairs).await);
    }
    let theirs = with(with(redemption(&code_text), "client_id", "bei"), "client_secret", SECRET);
    note(seen, "a code is refused/of another client", &post(&mut browser, "/token", encoded(&theirs), &[]).await);
    let right = token(&mut browser, &redemption(&code_text)).await;
    note(seen, "a code is refused/and none of that spent it", &right);
    let access = text(&right.json(), "access_token").to_owned();
    note(seen, "a code is refused/the second time", &token(&mut browser, &redemption(&code_text)).await);
    note(seen, "a code is refused/and its tokens end", &userinfo(&mut browser, &access).await);
    let refresh = text(&right.json(), "refresh_token").to_owned();
    note(seen, "a code is refused/and so do refreshes", &token(&mut browser, &refreshing(&refresh)).await);
    let late = code(&mut browser, &request()).await;
    side.advance(60);
    note(seen, "a code is refused/after a minute", &token(&mut browser, &redemption(&late)).await);
}

async fn clients(side: &Side, seen: &mut Seen) {
    let mut browser = side.signed_in().await;
    let code = code(&mut browser, &request()).await;
    let form = encoded(&redemption(&code));
    let wrong = basic("cet", "a-secret-of-at-least-32-characters-that-is-wrong");
    let (nobody, theirs) = (basic("nobody", SECRET), basic("bei", SECRET));
    for (name, header) in [
        ("a wrong secret", wrong.as_str()),
        ("an unknown client", nobody.as_str()),
        ("the method of another client", theirs.as_str()),
        ("another scheme", "Bearer abc"),
        ("no base64", "Basic %%%"),
    ] {
        let got = post(&mut browser, "/token", form.clone(), &[("authorization", header)]).await;
        note(seen, &format!("a client is refused/{name}"), &got);
    }
    note(seen, "a client is refused/nothing", &post(&mut browser, "/token", form.clone(), &[]).await);
    let posted = with(with(redemption(&code), "client_id", "cet"), "client_secret", SECRET);
    note(seen, "a client is refused/a secret in the form", &post(&mut browser, "/token", encoded(&posted), &[]).await);
    let named = with(redemption(&code), "client_id", "cet");
    note(seen, "a client is refused/a name alone", &post(&mut browser, "/token", encoded(&named), &[]).await);
    let own = [("grant_type", "client_credentials"), ("scope", "reports")];
    note(seen, "a client for itself/a scope", &token(&mut browser, &own).await);
    let own = [("grant_type", "client_credentials")];
    note(seen, "a client for itself/no scope", &token(&mut browser, &own).await);
    let own = [("grant_type", "client_credentials"), ("scope", "email")];
    note(seen, "a client for itself/a person's scope", &token(&mut browser, &own).await);
    let theirs = [("grant_type", "client_credentials"), ("client_id", "bei"), ("client_secret", SECRET)];
    note(seen, "a client for itself/one that may not", &post(&mut browser, "/token", encoded(&theirs), &[]).await);
    let json = http::Request::post(format!("{ISSUER}/token")).header("content-type", "application/json");
    let got = browser.send(json.body("{}".into()).expect("a request")).await;
    note(seen, "a client is refused/JSON", &got);
    let twice = format!("{form}&code={code}");
    let by = basic("cet", SECRET);
    note(
        seen,
        "a client is refused/a parameter twice",
        &post(&mut browser, "/token", twice, &[("authorization", &by)]).await,
    );
}

/// A program on a device is asked about each time, so it gets no code here: what is compared is that it is known by its
/// name, and by nothing else.
async fn public_client(side: &Side, seen: &mut Seen) {
    let mut browser = side.signed_in().await;
    let form =
        [("grant_type", "authorization_code"), ("code", "nothing"), ("code_verifier", VERIFIER), ("client_id", "app")];
    note(seen, "a public client/a code that is none", &post(&mut browser, "/token", encoded(&form), &[]).await);
    let by = basic("app", SECRET);
    let got = post(&mut browser, "/token", encoded(&form[..3]), &[("authorization", &by)]).await;
    note(seen, "a public client/with a secret", &got);
    let pairs: Pairs<'_> = vec![
        ("client_id", "app"),
        ("redirect_uri", "http://127.0.0.1:49152/cb"),
        ("response_type", "code"),
        ("scope", "openid"),
        ("prompt", "none"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ];
    note(seen, "a public client/on any port", &authorize(&mut browser, &pairs).await);
    note(
        seen,
        "a public client/without a challenge",
        &authorize(&mut browser, &without(pairs, "code_challenge")).await,
    );
}

async fn refreshes(side: &Side, seen: &mut Seen) {
    let mut browser = side.signed_in().await;
    let first = tokens(&mut browser, "openid email").await;
    let spent = text(&first, "refresh_token").to_owned();
    let narrower = with(refreshing(&spent), "scope", "openid");
    let wider = with(refreshing(&spent), "scope", "openid profile");
    note(seen, "a refresh/more than was granted", &token(&mut browser, &wider).await);
    note(seen, "a refresh/less than was granted", &token(&mut browser, &narrower).await);
    note(seen, "a refresh/a lost answer", &token(&mut browser, &refreshing(&spent)).await);
    note(seen, "a refresh/nothing", &token(&mut browser, &[("grant_type", "refresh_token")]).await);
    note(seen, "a refresh/a token that is none", &token(&mut browser, &refreshing("nothing")).await);
    let theirs = with(with(refreshing(&spent), "client_id", "bei"), "client_secret", SECRET);
    note(seen, "a refresh/of another client", &post(&mut browser, "/token", encoded(&theirs), &[]).await);
    let next = token(&mut browser, &refreshing(&spent)).await.json();
    let next = text(&next, "refresh_token").to_owned();
    side.advance(11);
    note(seen, "a refresh/a spent one ends all", &token(&mut browser, &refreshing(&spent)).await);
    note(seen, "a refresh/the next one has ended with it", &token(&mut browser, &refreshing(&next)).await);
    let idle = tokens(&mut browser, "openid").await;
    side.advance(14 * 24 * 60 * 60);
    let idle = text(&idle, "refresh_token").to_owned();
    note(seen, "a refresh/after a fortnight", &token(&mut browser, &refreshing(&idle)).await);
}

async fn user_information(side: &Side, seen: &mut Seen) {
    let mut browser = side.signed_in().await;
    for scope in ["openid", "openid profile email", "openid exam", "email"] {
        let access = text(&tokens(&mut browser, scope).await, "access_token").to_owned();
        note(seen, &format!("user information/{scope}"), &userinfo(&mut browser, &access).await);
    }
    let granted = tokens(&mut browser, "openid email").await;
    let access = text(&granted, "access_token").to_owned();
    let form = encoded(&[("access_token", &*access)]);
    note(seen, "user information/by a form", &post(&mut browser, "/userinfo", form.clone(), &[]).await);
    let bearer = format!("Bearer {access}");
    let both = post(&mut browser, "/userinfo", form, &[("authorization", &bearer)]).await;
    note(seen, "user information/a token twice", &both);
    note(seen, "user information/no token", &get(&mut browser, "/userinfo", &[]).await);
    note(seen, "user information/a token that is none", &userinfo(&mut browser, "nothing").await);
    let bound = format!("DPoP {access}");
    note(seen, "user information/another scheme", &get(&mut browser, "/userinfo", &[("authorization", &bound)]).await);
    let id_token = text(&granted, "id_token").to_owned();
    note(seen, "user information/an ID token", &userinfo(&mut browser, &id_token).await);
    side.advance(600);
    note(seen, "user information/after ten minutes", &userinfo(&mut browser, &access).await);
}

async fn claims_by_name(side: &Side, seen: &mut Seen) {
    let mut browser = side.signed_in().await;
    let claims = r#"{"id_token":{"name":null,"email":null},"userinfo":{"email_verified":null}}"#;
    let code = code(&mut browser, &with(request(), "claims", claims)).await;
    let got = token(&mut browser, &redemption(&code)).await;
    note(seen, "claims by name/in the ID token", &got);
    let access = text(&got.json(), "access_token").to_owned();
    note(seen, "claims by name/in the user information", &userinfo(&mut browser, &access).await);
}

async fn inspection(side: &Side, seen: &mut Seen) {
    let mut browser = side.signed_in().await;
    let granted = tokens(&mut browser, "openid email").await;
    let by = basic("cet", SECRET);
    let own = [("authorization", by.as_str())];
    for (name, which) in [("an access token", "access_token"), ("a refresh token", "refresh_token")] {
        let form = encoded(&[("token", text(&granted, which))]);
        note(seen, &format!("introspection/{name}"), &post(&mut browser, "/introspect", form, &own).await);
        let theirs = [("token", text(&granted, which)), ("client_id", "bei"), ("client_secret", SECRET)];
        let got = post(&mut browser, "/introspect", encoded(&theirs), &[]).await;
        note(seen, &format!("introspection/{name} of another client"), &got);
        let got = post(&mut browser, "/revoke", encoded(&theirs), &[]).await;
        note(seen, &format!("revocation/{name} of another client"), &got);
    }
    note(seen, "introspection/nothing", &post(&mut browser, "/introspect", "", &own).await);
    let public = encoded(&[("token", "x"), ("client_id", "app")]);
    note(seen, "introspection/by a public client", &post(&mut browser, "/introspect", public, &[]).await);
    note(seen, "revocation/nothing", &post(&mut browser, "/revoke", "", &own).await);
    note(seen, "revocation/a token that is none", &post(&mut browser, "/revoke", "token=nothing", &own).await);
    let access = encoded(&[("token", text(&granted, "access_token"))]);
    note(seen, "revocation/an access token", &post(&mut browser, "/revoke", access.clone(), &own).await);
    note(seen, "revocation/then it says nothing", &post(&mut browser, "/introspect", access, &own).await);
    let used = userinfo(&mut browser, text(&granted, "access_token")).await;
    note(seen, "revocation/then it opens nothing", &used);
    let refresh = encoded(&[("token", text(&granted, "refresh_token"))]);
    note(seen, "revocation/a refresh token", &post(&mut browser, "/revoke", refresh, &own).await);
    let ended = token(&mut browser, &refreshing(text(&granted, "refresh_token"))).await;
    note(seen, "revocation/then it refreshes nothing", &ended);
}

async fn signing_out(side: &Side, seen: &mut Seen) {
    let mut browser = side.signed_in().await;
    let granted = tokens(&mut browser, "openid").await;
    let hint = text(&granted, "id_token").to_owned();
    let back = ("post_logout_redirect_uri", "https://cet.test/out");
    let logout = |pairs: &[(&str, &str)]| format!("/logout?{}", encoded(pairs));
    let wrong = logout(&[("id_token_hint", &hint), ("post_logout_redirect_uri", "https://evil.test/out")]);
    note(seen, "signing out/to an address that is not registered", &get(&mut browser, &wrong, &[]).await);
    let other = logout(&[("id_token_hint", &hint), ("client_id", "bei"), back]);
    note(seen, "signing out/another client than the hint", &get(&mut browser, &other, &[]).await);
    let asked = get(&mut browser, &logout(&[("client_id", "cet"), back]), &[]).await;
    seen.insert("signing out/without a hint a page asks".to_owned(), asked.status.as_u16().into());
    let right = logout(&[("id_token_hint", &hint), back, ("state", "bye")]);
    note(seen, "signing out/with a hint", &get(&mut browser, &right, &[]).await);
    note(seen, "signing out/twice", &get(&mut browser, &right, &[]).await);
    let silent = authorize(&mut browser, &with(request(), "prompt", "none")).await;
    note(seen, "signing out/nobody is there", &silent);
    let access = text(&granted, "access_token").to_owned();
    note(seen, "signing out/user information ends", &userinfo(&mut browser, &access).await);
    let refresh = text(&granted, "refresh_token").to_owned();
    note(seen, "signing out/refreshes end", &token(&mut browser, &refreshing(&refresh)).await);
    note(seen, "signing out/nowhere to go", &get(&mut browser, "/logout", &[]).await);
    let posted = post(&mut browser, "/logout", encoded(&[back, ("client_id", "cet")]), &[]).await;
    note(seen, "signing out/posted", &posted);
}

async fn other_methods(side: &Side, seen: &mut Seen) {
    let mut browser = side.browser();
    for path in ["/token", "/introspect", "/revoke"] {
        note(seen, &format!("other methods/GET {path}"), &get(&mut browser, path, &[]).await);
    }
    for path in ["/token", "/userinfo", "/revoke"] {
        let preflight = http::Request::options(format!("{ISSUER}{path}")).body(axum::body::Body::empty());
        let got = browser.send(preflight.expect("a request")).await;
        note(seen, &format!("other methods/OPTIONS {path}"), &got);
    }
    let error = get(&mut browser, "/errors/code-missing", &[]).await;
    note(seen, "other methods/the page of an error", &error);
}
