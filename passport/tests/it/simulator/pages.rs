//! The pages and control calls, as people and test drivers use them.

use http::Request;
use serde_json::json;
use shared::testkit::Browser;

use super::Stage;
use super::keys::control;
use crate::support::ISSUER;
use crate::support::site::{
    Pairs, authorize, basic, claims, encoded, get, post, redemption, request, token, userinfo, with,
};

const ANYONE: &str = "http://localhost:3000/cb";

/// A request of a site that nobody registered.
fn of_anyone() -> Pairs<'static> {
    with(with(request(), "client_id", "my-site"), "redirect_uri", ANYONE)
}

async fn page(browser: &mut Browser, pairs: &[(&str, &str)]) -> shared::testkit::Answer {
    browser.open(&format!("{ISSUER}/authorize?{}", encoded(pairs))).await
}

#[tokio::test]
async fn every_page_says_that_it_is_a_simulator_in_both_languages() {
    let stage = Stage::new();
    for (language, said) in [("zh-CN", "这是模拟器"), ("en", "This is a simulator")] {
        let mut browser = stage.browser().language(language);
        let sign_in = format!("/authorize?{}", encoded(&request()));
        for path in [&sign_in, "/simulator", "/signed-out", "/errors", "/authorize", "/nothing", "/errors/code-missing"]
        {
            let answer = browser.open(&format!("{ISSUER}{path}")).await;
            assert!(answer.texts(".announcements").iter().any(|text| text.contains(said)), "{path}: {}", answer.text);
        }
    }
}

#[tokio::test]
async fn the_sign_in_page_has_the_ids_that_are_documented() {
    let stage = Stage::new();
    let answer = page(&mut stage.browser(), &request()).await;
    for id in ["verified", "unverified", "locked", "totp", "minor", "cancelled", "lihua", "new"] {
        assert!(answer.has(&format!("input[type=radio]#candidate-{id}")), "{id}");
    }
    for id in ["sign-in", "decline", "fault-nonce", "fault-token-500", "fault-userinfo-sub", "fault-access-denied"] {
        assert!(answer.has(&format!("#{id}")), "{id}");
    }
    assert!(!answer.has("#fault-keys-empty"), "keys are everybody's");
    let desk = stage.browser().open(&format!("{ISSUER}/")).await;
    for id in
        ["issuer", "on", "switch", "reset-faults", "fault-keys-empty", "step-publish", "step-sign", "step-withdraw"]
    {
        assert!(desk.has(&format!("#{id}")), "{id}");
    }
}

#[tokio::test]
async fn each_candidate_is_to_a_site_what_they_are_at_a_passport() {
    for (id, verified, acr) in [
        ("verified", true, "urn:e-test:acr:1"),
        ("unverified", false, "urn:e-test:acr:1"),
        ("totp", true, "urn:e-test:acr:2"),
    ] {
        let stage = Stage::new();
        let mut browser = stage.browser();
        let wanted = with(with(request(), "login_hint", id), "scope", "openid email");
        let code = authorize(&mut browser, &wanted).await.parameter("code").expect("a code");
        let tokens = token(&mut browser, &redemption(&code)).await.json();
        assert_eq!(claims(tokens["id_token"].as_str().expect("an ID token"))["acr"], acr, "{id}");
        let info = userinfo(&mut browser, tokens["access_token"].as_str().expect("a token")).await.json();
        assert_eq!(info["email_verified"], verified, "{id}");
    }
    // What keeps the others from a site: a page with a way on, or none.
    for (id, goes_on) in [("minor", true), ("cancelled", true), ("locked", false)] {
        let stage = Stage::new();
        let mut browser = stage.browser();
        let answer = page(&mut browser, &request()).await;
        let form = answer.form("main form").set("candidate", id).with("decision", "sign-in");
        let blocked = browser.submit(form).await;
        assert!(blocked.has("#blocked"), "{id}: {}", blocked.text);
        assert_eq!(blocked.has("#go-on"), goes_on, "{id}");
        let form = blocked.form("main form");
        let declined = form.clone().with("decision", "decline").encoded();
        let declined = post(&mut browser, "/simulator/sign-in", declined, &[("origin", ISSUER)]).await;
        assert_eq!(declined.parameter("error").as_deref(), Some("access_denied"), "{id}");
        if goes_on {
            let settled = form.with("decision", "settle").encoded();
            let settled = post(&mut browser, "/simulator/sign-in", settled, &[("origin", ISSUER)]).await;
            assert!(settled.parameter("code").is_some(), "{id}: {}", settled.text);
        }
    }
}

#[tokio::test]
async fn anybody_may_be_typed_and_what_is_wrong_with_them_is_said() {
    let stage = Stage::new();
    let mut browser = stage.browser();
    let answer = page(&mut browser, &with(request(), "scope", "openid email profile")).await;
    let form = answer.form("main form").set("candidate", "typed").set("name", "王芳").set("email", "w@example.com");
    let form = form.set("acr", "urn:e-test:acr:2-phishing-resistant").with("decision", "sign-in");
    let wrong = browser.submit(form.clone().set("sub", "nobody")).await;
    assert_eq!(wrong.status, 422);
    assert_eq!(wrong.form("main form").value("name"), Some("王芳"), "nothing typed is lost");
    let right = post(&mut browser, "/simulator/sign-in", form.encoded(), &[("origin", ISSUER)]).await;
    let code = right.parameter("code").unwrap_or_else(|| panic!("no code: {} {}", right.status, right.text));
    let tokens = token(&mut browser, &redemption(&code)).await.json();
    let id = claims(tokens["id_token"].as_str().expect("an ID token"));
    assert_eq!(id["acr"], "urn:e-test:acr:2-phishing-resistant");
    let info = userinfo(&mut browser, tokens["access_token"].as_str().expect("a token")).await.json();
    assert_eq!(
        (&info["name"], &info["email"], &info["email_verified"]),
        (&"王芳".into(), &"w@example.com".into(), &false.into())
    );
}

#[tokio::test]
async fn a_site_that_nobody_registered_signs_in_with_any_secret_and_on_this_machine_alone() {
    let stage = Stage::for_anyone();
    let mut browser = stage.browser();
    let hinted = with(of_anyone(), "login_hint", "verified");
    let code = authorize(&mut browser, &hinted).await.parameter("code").expect("a code");
    let form = encoded(&with(redemption(&code), "redirect_uri", ANYONE));
    let by = basic("my-site", "whatever");
    let tokens = post(&mut browser, "/token", form, &[("authorization", &by)]).await;
    assert_eq!(tokens.status, 200, "{}", tokens.text);
    assert_eq!(claims(tokens.json()["id_token"].as_str().expect("an ID token"))["aud"], "my-site");
    let elsewhere = with(hinted.clone(), "redirect_uri", "https://evil.test/cb");
    let refused = authorize(&mut browser, &elsewhere).await;
    assert_eq!((refused.status.as_u16(), refused.location()), (400, None));
    // Without a secret it is a public client, which has a challenge or nothing.
    let bare: Pairs<'_> = hinted.into_iter().filter(|(name, _)| !name.starts_with("code_challenge")).collect();
    let code = authorize(&mut browser, &bare).await.parameter("code").expect("a code");
    let form: Pairs<'_> =
        vec![("grant_type", "authorization_code"), ("code", &code), ("redirect_uri", ANYONE), ("client_id", "my-site")];
    assert_eq!(post(&mut browser, "/token", encoded(&form), &[]).await.status, 401);
}

#[tokio::test]
async fn a_hint_keeps_to_the_rules_of_prompt() {
    let stage = Stage::new();
    let mut browser = stage.browser();
    let hinted = |prompt: &'static str| with(with(request(), "login_hint", "lihua"), "prompt", prompt);
    let silent = authorize(&mut browser, &hinted("none")).await;
    assert_eq!(silent.parameter("error").as_deref(), Some("login_required"));
    let chosen = authorize(&mut browser, &hinted("select_account")).await;
    assert_eq!(chosen.status, 200, "somebody is to choose");
    for prompt in ["login", "consent", "login consent"] {
        let answer = authorize(&mut browser, &hinted(prompt)).await;
        assert!(answer.parameter("code").is_some(), "{prompt}: {:?}", answer.location());
    }
    let silent = authorize(&mut browser, &hinted("none")).await;
    assert!(silent.parameter("code").is_some(), "{:?}", silent.location());
    let locked = authorize(&mut stage.browser(), &with(request(), "login_hint", "locked")).await;
    assert_eq!(locked.status, 200, "nobody signs in as them");
}

#[tokio::test]
async fn faults_are_switched_by_a_call_and_by_a_button_and_shown_where_one_signs_in() {
    let stage = Stage::new();
    let mut browser = stage.browser();
    let on =
        control(&mut browser, "/simulator/faults", &json!({ "faults": ["nonce", "token-slow"], "slow_ms": 250 })).await;
    assert_eq!(
        (on.status.as_u16(), &on.json()["on"], &on.json()["slow_ms"]),
        (200, &json!(["nonce", "token-slow"]), &250.into())
    );
    let shown = page(&mut browser, &request()).await;
    assert_eq!(shown.texts("#standing code"), ["nonce", "token-slow"]);
    for bad in [json!({ "faults": ["noncense"] }), json!({ "fault": [] }), json!([])] {
        assert_eq!(control(&mut browser, "/simulator/faults", &bad).await.status, 400, "{bad}");
    }
    let desk = browser.open(&format!("{ISSUER}/simulator")).await;
    assert_eq!(desk.texts("#on code"), ["nonce", "token-slow"]);
    let form = desk.form("form").set("fault-iss", "on").with("do", "faults");
    let switched = browser.submit(form).await;
    assert_eq!(switched.texts("#on code"), ["iss", "nonce", "token-slow"]);
    let off = Request::delete(format!("{ISSUER}/simulator/faults")).body(axum::body::Body::empty());
    assert_eq!(browser.send(off.expect("a request")).await.json()["on"], json!([]));
}

#[tokio::test]
async fn a_page_of_another_site_switches_nothing() {
    let stage = Stage::new();
    let mut browser = stage.browser();
    let sent = |kind: &str, origin: &str| {
        Request::post(format!("{ISSUER}/simulator/faults"))
            .header("content-type", kind)
            .header("origin", origin)
            .body(json!({ "faults": ["nonce"] }).to_string().into())
            .expect("a request")
    };
    assert_eq!(browser.send(sent("text/plain", ISSUER)).await.status, 415);
    assert_eq!(browser.send(sent("application/json", "https://evil.test")).await.status, 403);
    let form = post(&mut browser, "/simulator/desk", "do=reset", &[("origin", "https://evil.test")]).await;
    assert_eq!(form.status, 403);
    assert!(stage.simulator.switches().on.is_empty());
}

#[tokio::test]
async fn a_candidate_is_added_by_a_call_and_everything_is_forgotten_by_another() {
    let stage = Stage::new();
    let mut browser = stage.browser();
    let added =
        control(&mut browser, "/simulator/candidates", &json!({ "id": "zhao", "name": "赵敏", "faults": ["iss"] }))
            .await;
    assert_eq!(added.status, 201, "{}", added.text);
    assert_eq!(control(&mut browser, "/simulator/candidates", &json!({ "name": "nobody" })).await.status, 400);
    let answer = authorize(&mut browser, &with(request(), "login_hint", "zhao")).await;
    assert!(answer.parameter("code").is_some());
    assert!(authorize(&mut browser, &request()).await.parameter("code").is_some(), "the session is kept");
    let reset = Request::post(format!("{ISSUER}/simulator/reset")).body(axum::body::Body::empty());
    assert_eq!(browser.send(reset.expect("a request")).await.status, 204);
    assert_eq!(authorize(&mut browser, &request()).await.parameter("code"), None, "nobody is signed in");
    let listed = get(&mut browser, "/simulator/candidates", &[]).await.json();
    assert!(listed["candidates"].as_array().expect("a list").iter().any(|one| one["id"] == "zhao"));
}
