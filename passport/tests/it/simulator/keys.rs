//! Both halves of the exchange of keys, as a client sees them.

use http::Request;
use serde_json::{Value, json};
use shared::testkit::{Answer, Browser};

use super::Stage;
use super::client::{Expected, problems};
use crate::support::ISSUER;
use crate::support::site::get;

pub(super) async fn control(browser: &mut Browser, path: &str, body: &Value) -> Answer {
    let request = Request::post(format!("{ISSUER}{path}")).header("content-type", "application/json");
    browser.send(request.body(body.to_string().into()).expect("a request")).await
}

/// The ids of the keys of ES256 that are published.
fn published(jwks: &Value) -> Vec<String> {
    let keys = jwks["keys"].as_array().expect("keys").iter().filter(|key| key["alg"] == "ES256");
    keys.map(|key| key["kid"].as_str().expect("an id").to_owned()).collect()
}

async fn sign_in(stage: &Stage, browser: &mut Browser) -> (String, String) {
    let tokens = stage.tokens(browser).await.json();
    let text = |name: &str| tokens[name].as_str().expect("a token").to_owned();
    (text("id_token"), text("access_token"))
}

fn is_good(stage: &Stage, (id_token, access_token): &(String, String), jwks: &Value) -> bool {
    let expected = Expected {
        client_id: "cet",
        nonce: Some("n1"),
        access_token,
        acr: &["urn:e-test:acr:1"],
        max_age: 3_600,
        now: stage.now(),
    };
    problems(id_token, jwks, &expected).is_empty()
}

#[tokio::test]
async fn a_client_that_reads_the_keys_anew_follows_and_one_that_never_does_is_found_out() {
    let stage = Stage::new();
    let mut browser = stage.browser();
    let step = |step: &str| json!({ "step": step });
    let first = get(&mut browser, "/jwks", &[]).await.json();
    let old = sign_in(&stage, &mut browser).await;
    assert!(is_good(&stage, &old, &first));
    assert_eq!(control(&mut browser, "/simulator/keys", &step("sign")).await.status, 409, "nothing is published yet");
    // The first half: the next key is there before it signs.
    let state = control(&mut browser, "/simulator/keys", &step("publish")).await;
    assert_eq!((state.status.as_u16(), &state.json()["steps"]), (200, &json!(["sign"])));
    let second = get(&mut browser, "/jwks", &[]).await.json();
    assert_eq!((published(&first).len(), published(&second).len()), (1, 2));
    assert!(is_good(&stage, &sign_in(&stage, &mut browser).await, &first), "it does not sign yet");
    assert_eq!(control(&mut browser, "/simulator/keys", &step("sign")).await.status, 200);
    let new = sign_in(&stage, &mut browser).await;
    assert!(is_good(&stage, &new, &second) && !is_good(&stage, &new, &first));
    // The second half: the old one is there for what it signed, and then it is gone.
    assert!(is_good(&stage, &old, &get(&mut browser, "/jwks", &[]).await.json()));
    assert_eq!(control(&mut browser, "/simulator/keys", &step("withdraw")).await.status, 200);
    let third = get(&mut browser, "/jwks", &[]).await.json();
    assert!(is_good(&stage, &new, &third) && !is_good(&stage, &old, &third));
    assert_eq!(published(&third).len(), 1);
}
