//! What is told of a person: by scope, and by name (OIDC Core §5.4, §5.5).

use passport::accounts::model::Details;
use serde_json::json;
use shared::clock::Clock as _;

use crate::support::on_both;
use crate::support::site::{
    OURS, Pairs, THEIRS, agreed_code, authorize, claims, encoded, get, post, redemption, refreshing, request, token,
    userinfo, with, without,
};
use crate::support::{ISSUER, Passport};

const ACR: &str = "urn:e-test:acr:1";

fn asking(claims: &str) -> Pairs<'_> {
    with(request(), "claims", claims)
}

#[tokio::test]
async fn claims_asked_for_by_name_come_where_they_were_asked_for() {
    on_both(|passport| async move {
        passport.register(&[OURS]).await;
        let (mut browser, _) = passport.signed_in(None).await;
        let named = json!({ "userinfo": { "email": { "essential": true } }, "id_token": { "name": null } }).to_string();
        let code = passport.code(&mut browser, &asking(&named)).await;
        let tokens = token(&mut browser, &redemption(&code)).await.json();
        let id_token = claims(tokens["id_token"].as_str().expect("an ID token"));
        assert_eq!(id_token["name"], "李华");
        assert_eq!(id_token.get("email"), None);
        let told = userinfo(&mut browser, tokens["access_token"].as_str().expect("a token")).await.json();
        assert!(told["email"].is_string());
        assert_eq!((told.get("name"), told.get("email_verified")), (None, None));
    })
    .await;
}

#[tokio::test]
async fn a_claim_beyond_the_registered_scopes_is_not_given() {
    on_both(|passport| async move {
        passport.register(&[OURS]).await;
        let (mut browser, _) = passport.signed_in(None).await;
        let named = json!({ "userinfo": { "phone_number": { "essential": true } } }).to_string();
        let code = passport.code(&mut browser, &asking(&named)).await;
        let tokens = token(&mut browser, &redemption(&code)).await.json();
        let told = userinfo(&mut browser, tokens["access_token"].as_str().expect("a token")).await.json();
        assert_eq!(told.as_object().map(serde_json::Map::len), Some(1), "{told}");
    })
    .await;
}

fn theirs() -> Pairs<'static> {
    let pairs = with(request(), "client_id", "bei");
    with(pairs, "redirect_uri", "https://bei.test/cb")
}

/// What `bei` is told with that code.
async fn told(passport: &Passport, code: &str) -> serde_json::Value {
    let mut browser = passport.browser();
    let mut pairs = with(redemption(code), "redirect_uri", "https://bei.test/cb");
    pairs.extend([("client_id", "bei"), ("client_secret", crate::support::site::SECRET)]);
    let tokens = post(&mut browser, "/token", encoded(&pairs), &[]).await.json();
    userinfo(&mut browser, tokens["access_token"].as_str().expect("a token")).await.json()
}

#[tokio::test]
async fn the_person_is_asked_about_a_claim_as_about_its_scope() {
    on_both(|passport| async move {
        passport.register(&[THEIRS]).await;
        let (mut browser, _) = passport.signed_in(None).await;
        let named = json!({ "userinfo": { "email": null } }).to_string();
        let plain = agreed_code(&mut browser, &theirs()).await;
        assert_eq!(told(&passport, &plain).await.get("email"), None);
        let page = browser.open(&format!("{ISSUER}/authorize?{}", encoded(&with(theirs(), "claims", &named)))).await;
        let form = page.form("form[action='/consent']");
        assert!(form.has("email"), "the claim may be declined");
        let declining = form.without("email").with("decision", "allow");
        let agreed = post(&mut browser, "/consent", declining.encoded(), &[("origin", ISSUER)]).await;
        let resume = agreed.location().expect("agreed");
        let back = get(&mut browser, &format!("{}?{}", resume.path(), resume.query().unwrap_or_default()), &[]).await;
        let code = back.parameter("code").expect("a code");
        assert_eq!(told(&passport, &code).await.get("email"), None, "declined");
        // Nobody is asked twice.
        assert!(authorize(&mut browser, &with(theirs(), "claims", &named)).await.parameter("code").is_some());
    })
    .await;
}

#[tokio::test]
async fn an_essential_context_is_met_or_refused() {
    on_both(|passport| async move {
        passport.register(&[OURS]).await;
        let (mut browser, _) = passport.signed_in(None).await;
        let wish = |value: &str| json!({ "id_token": { "acr": { "essential": true, "values": [value] } } }).to_string();
        let met = wish(ACR);
        let code = passport.code(&mut browser, &asking(&met)).await;
        let tokens = token(&mut browser, &redemption(&code)).await.json();
        assert_eq!(claims(tokens["id_token"].as_str().expect("an ID token"))["acr"], ACR);
        let unmet = authorize(&mut browser, &asking(&wish("urn:made-up"))).await;
        assert_eq!(unmet.parameter("error").as_deref(), Some("unmet_authentication_requirements"));
        // As a wish it stops nobody (OIDC Core §3.1.2.1).
        let wished = authorize(&mut browser, &with(request(), "acr_values", "urn:made-up")).await;
        assert!(wished.parameter("code").is_some());
    })
    .await;
}

#[tokio::test]
async fn a_named_subject_is_the_only_one_who_will_do() {
    on_both(|passport| async move {
        passport.register(&[OURS]).await;
        let (mut browser, session) = passport.signed_in(None).await;
        let named = |sub: &str| json!({ "id_token": { "sub": { "value": sub } } }).to_string();
        let silent = |claims| with(with(request(), "claims", claims), "prompt", "none");
        let own = named(&session.account.to_string());
        assert!(authorize(&mut browser, &silent(&own)).await.parameter("code").is_some());
        let account = session.account.to_string();
        let one_of = |subjects: [&str; 2]| json!({ "userinfo": { "sub": { "values": subjects } } }).to_string();
        let among = one_of(["somebody-else", &account]);
        assert!(authorize(&mut browser, &silent(&among)).await.parameter("code").is_some());
        let both = json!({ "id_token": { "sub": { "value": account } }, "userinfo": { "sub": { "value": "other" } } });
        for nobody in [named("somebody-else"), one_of(["somebody-else", "other"]), both.to_string()] {
            let other = authorize(&mut browser, &with(asking(&nobody), "prompt", "none")).await;
            assert_eq!(other.parameter("error").as_deref(), Some("login_required"), "{nobody}");
        }
    })
    .await;
}

#[tokio::test]
async fn what_is_no_request_for_claims_is_refused() {
    on_both(|passport| async move {
        passport.register(&[OURS]).await;
        let mut browser = passport.browser();
        for broken in ["x", "[]", r#"{"userinfo":1}"#, r#"{"id_token":{"name":"x"}}"#] {
            let answer = authorize(&mut browser, &asking(broken)).await;
            assert_eq!(answer.parameter("error").as_deref(), Some("invalid_request"), "{broken}");
        }
        assert!(authorize(&mut browser, &without(request(), "claims")).await.location().is_some());
    })
    .await;
}

#[tokio::test]
async fn signed_user_information_names_issuer_and_client() {
    on_both(|passport| async move {
        passport.register(&[&format!("{OURS}userinfo_signed_response_alg = 'EdDSA'\n")]).await;
        let (mut browser, session) = passport.signed_in(None).await;
        let tokens = passport.tokens(&mut browser, "openid email").await;
        let answer = userinfo(&mut browser, tokens["access_token"].as_str().expect("a token")).await;
        assert_eq!(answer.header("content-type"), Some("application/jwt"));
        let told = claims(&answer.text);
        assert_eq!((&told["iss"], &told["aud"]), (&ISSUER.into(), &"cet".into()));
        assert_eq!(told["sub"], session.account.to_string());
        assert!(told["email"].is_string());
        let header = answer.text.split('.').next().expect("a header");
        assert_eq!(crate::support::site::claims(&format!(".{header}."))["alg"], "EdDSA");
    })
    .await;
}

#[tokio::test]
async fn sites_of_different_sectors_know_a_person_by_different_names() {
    on_both(|passport| async move {
        let pairwise = format!("{OURS}subject_type = 'pairwise'\n");
        let sibling = pairwise.replace("'cet'", "'sibling'").replace("/cb'", "/cb2'");
        let stranger = pairwise.replace("'cet'", "'stranger'").replace("cet.test", "stranger.test");
        passport.register(&[&pairwise, &sibling, &stranger]).await;
        let (mut browser, session) = passport.signed_in(None).await;
        let mut names = Vec::new();
        for (id, uri) in [
            ("cet", "https://cet.test/cb"),
            ("sibling", "https://cet.test/cb2"),
            ("stranger", "https://stranger.test/cb"),
        ] {
            let pairs = with(with(request(), "client_id", id), "redirect_uri", uri);
            let code = passport.code(&mut browser, &pairs).await;
            let by = crate::support::site::basic(id, crate::support::site::SECRET);
            let redemption = with(redemption(&code), "redirect_uri", uri);
            let tokens = post(&mut browser, "/token", encoded(&redemption), &[("authorization", &by)]).await.json();
            let id_token = tokens["id_token"].as_str().expect("an ID token").to_owned();
            let sub = claims(&id_token)["sub"].as_str().expect("a subject").to_owned();
            let access_token = tokens["access_token"].as_str().expect("a token");
            assert_eq!(claims(access_token)["sub"], sub, "{id}");
            assert_eq!(userinfo(&mut browser, access_token).await.json()["sub"], sub, "{id}");
            let silent = with(with(pairs, "id_token_hint", &id_token), "prompt", "none");
            assert!(authorize(&mut browser, &silent).await.parameter("code").is_some(), "{id} means the same person");
            // By its public name the client must not be able to find the person out.
            let probe = json!({ "id_token": { "sub": { "value": session.account.to_string() } } }).to_string();
            let probed = authorize(&mut browser, &with(with(silent, "claims", &probe), "state", "s2")).await;
            assert_eq!(probed.parameter("error").as_deref(), Some("login_required"), "{id}");
            names.push((sub, id_token));
        }
        assert_eq!(names[0].0, names[1].0, "one sector");
        assert_ne!(names[0].0, names[2].0);
        assert!(names.iter().all(|(sub, _)| *sub != session.account.to_string()));
        // The client means the person by its own name for them, and no question is asked.
        let query = encoded(&[("id_token_hint", &names[0].1), ("post_logout_redirect_uri", "https://cet.test/out")]);
        let out = get(&mut browser, &format!("/logout?{query}"), &[]).await;
        assert_eq!(out.location().expect("a way").as_str(), "https://cet.test/out");
    })
    .await;
}

#[tokio::test]
async fn who_is_known_by_another_name_is_so_whatever_is_told_of_them() {
    on_both(|passport| async move {
        passport.register(&[&format!("{OURS}subject_type = 'pairwise'\n")]).await;
        let (mut browser, session) = passport.signed_in(None).await;
        let named = json!({ "userinfo": { "name": null }, "id_token": { "email": null, "zoneinfo": null } });
        let code = passport.code(&mut browser, &asking(&named.to_string())).await;
        let first = token(&mut browser, &redemption(&code)).await.json();
        let refresh = first["refresh_token"].as_str().expect("a refresh token").to_owned();
        let second = token(&mut browser, &refreshing(&refresh)).await.json();
        let mut names = Vec::new();
        for tokens in [&first, &second] {
            let told = claims(tokens["id_token"].as_str().expect("an ID token"));
            assert!(told["email"].is_string(), "{told}");
            let access_token = tokens["access_token"].as_str().expect("a token");
            let user = userinfo(&mut browser, access_token).await.json();
            assert_eq!(user["name"], "李华");
            names.extend([told["sub"].clone(), user["sub"].clone(), claims(access_token)["sub"].clone()]);
        }
        assert!(names.iter().all(|name| name.is_string() && *name == names[0]), "{names:?}");
        assert_ne!(names[0], session.account.to_string());
    })
    .await;
}

/// Every claim of a person that OIDC Core §5.1 names, as an operator may bring them along.
fn details() -> Details {
    let mut details: Details = serde_json::from_value(json!({
        "family_name": "李", "given_name": "华", "middle_name": "Ann", "nickname": "小华", "preferred_username": "lihua",
        "profile": "https://people.test/lihua", "picture": "https://people.test/lihua.png",
        "website": "https://lihua.test/", "gender": "female", "birthdate": "2006-02-28", "zoneinfo": "Asia/Shanghai",
        "address": {
            "formatted": "一路1号\n上海 200000", "street_address": "一路1号", "locality": "上海", "region": "上海",
            "postal_code": "200000", "country": "中国",
        },
    }))
    .expect("details");
    assert_eq!(details.tidy(), []);
    details
}

#[tokio::test]
async fn every_claim_that_a_person_holds_is_told_for_its_scope_and_none_is_made_up() {
    on_both(|passport| async move {
        let client = OURS.replace("'profile'", "'profile', 'address'");
        assert_ne!(client, OURS);
        passport.register(&[&client]).await;
        let (mut browser, session) = passport.signed_in(None).await;
        let before = passport.tokens(&mut browser, "openid profile address").await;
        let told = userinfo(&mut browser, before["access_token"].as_str().expect("a token")).await.json();
        let held = serde_json::to_value(details()).expect("JSON");
        for claim in held.as_object().expect("claims").keys() {
            assert_eq!(told.get(claim), None, "{claim} is made up");
        }
        assert!(passport.app.accounts.set_details(session.account, details()).await.expect("an answer"));
        for (scope, claims) in
            [("openid profile", 11), ("openid address", 1), ("openid profile address", 12), ("openid", 0)]
        {
            let tokens = passport.tokens(&mut browser, scope).await;
            let told = userinfo(&mut browser, tokens["access_token"].as_str().expect("a token")).await.json();
            let shared =
                held.as_object().expect("claims").iter().filter(|(name, value)| told.get(name.as_str()) == Some(value));
            assert_eq!(shared.count(), claims, "{scope}: {told}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_detail_asked_for_by_name_comes_alone_at_userinfo_and_in_the_id_token() {
    on_both(|passport| async move {
        passport.register(&[OURS]).await;
        let (mut browser, session) = passport.signed_in(None).await;
        assert!(passport.app.accounts.set_details(session.account, details()).await.expect("an answer"));
        let named = json!({ "userinfo": { "birthdate": null }, "id_token": { "zoneinfo": null } }).to_string();
        let code = passport.code(&mut browser, &asking(&named)).await;
        let tokens = token(&mut browser, &redemption(&code)).await.json();
        assert_eq!(claims(tokens["id_token"].as_str().expect("an ID token"))["zoneinfo"], "Asia/Shanghai");
        let told = userinfo(&mut browser, tokens["access_token"].as_str().expect("a token")).await.json();
        assert_eq!((&told["birthdate"], told.as_object().map(serde_json::Map::len)), (&json!("2006-02-28"), Some(2)));
    })
    .await;
}

#[tokio::test]
async fn updated_at_moves_when_details_do() {
    on_both(|passport| async move {
        passport.register(&[OURS]).await;
        let (mut browser, session) = passport.signed_in(None).await;
        passport.clock.advance(std::time::Duration::from_secs(60));
        assert!(passport.app.accounts.set_details(session.account, details()).await.expect("an answer"));
        let tokens = passport.tokens(&mut browser, "openid profile").await;
        let told = userinfo(&mut browser, tokens["access_token"].as_str().expect("a token")).await.json();
        assert_eq!(told["updated_at"], passport.clock.now().seconds());
    })
    .await;
}
