//! Logout tokens, as a site on this machine gets them.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use passport::simulator::faults::{Fault, Place};
use serde_json::{Value, json};
use shared::http::{Server, ServerSettings};

use super::Stage;
use super::keys::control;
use crate::support::ISSUER;
use crate::support::site::{claims, get};

/// What came, and what is answered.
#[derive(Clone, Default)]
struct Site {
    came: Arc<Mutex<Vec<String>>>,
}

impl Site {
    /// A site that takes what names a session and refuses all else, as a correct one would.
    async fn listen() -> (Self, String) {
        let site = Self::default();
        let server = Server::bind(&ServerSettings::loopback()).await.expect("a free port");
        let uri = format!("http://{}/back", server.address());
        let routes = Router::new().route("/back", post(take)).with_state(site.clone());
        tokio::spawn(server.run(routes, std::future::pending()));
        (site, uri)
    }

    fn last(&self) -> String {
        self.came.lock().expect("a list").last().expect("something came").clone()
    }
}

async fn take(State(site): State<Site>, form: String) -> StatusCode {
    let token = form.strip_prefix("logout_token=").expect("a logout token").to_owned();
    let told = claims(&token);
    site.came.lock().expect("a list").push(token);
    let right = told["iss"] == ISSUER && told["aud"] == "cet" && told.get("nonce").is_none() && told["sid"].is_string();
    if right { StatusCode::OK } else { StatusCode::BAD_REQUEST }
}

#[tokio::test]
async fn a_logout_token_is_right_and_each_faulty_one_is_wrong_in_its_own_way() {
    let stage = Stage::new();
    let mut browser = stage.browser();
    let tokens = stage.tokens(&mut browser).await.json();
    let id = claims(tokens["id_token"].as_str().expect("an ID token"));
    let (site, uri) = Site::listen().await;
    let told = control(&mut browser, "/simulator/logout", &json!({ "client_id": "cet", "uri": uri })).await;
    assert_eq!(told.status, 200, "{}", told.text);
    assert_eq!((&told.json()["status"], &told.json()["correct"]), (&200.into(), &true.into()));
    let right = claims(&site.last());
    assert_eq!((&right["sub"], &right["sid"], &right["aud"]), (&id["sub"], &id["sid"], &"cet".into()));
    assert!(right["events"].get("http://schemas.openid.net/event/backchannel-logout").is_some());
    assert_eq!(right["exp"].as_i64().expect("a time") - stage.now(), 120);
    assert!(verifies(&site.last(), &get(&mut browser, "/jwks", &[]).await.json()));
    for fault in Fault::ALL.iter().filter(|fault| fault.place() == Place::Logout) {
        // Where it was told once it is told again, without saying so.
        let wanted = json!({ "client_id": "cet", "faults": [fault.name()] });
        let told = control(&mut browser, "/simulator/logout", &wanted).await;
        assert_eq!(told.status, 200, "{}", told.text);
        let wrong = claims(&site.last());
        let differ = |name: &str| wrong.get(name) != right.get(name);
        let found: Vec<&str> =
            ["iss", "aud", "events", "nonce", "sub", "sid"].into_iter().filter(|name| differ(name)).collect();
        let expected: &[&str] = match fault {
            Fault::LogoutIss => &["iss"],
            Fault::LogoutAud => &["aud"],
            Fault::LogoutEvents => &["events"],
            Fault::LogoutNonce => &["nonce"],
            Fault::LogoutNobody => &["sub", "sid"],
            _ => &[],
        };
        assert_eq!(found, expected, "{}", fault.name());
        let expired = wrong["exp"].as_i64().expect("a time") < stage.now();
        assert_eq!(expired, *fault == Fault::LogoutExpired, "{}", fault.name());
        let signed = verifies(&site.last(), &get(&mut browser, "/jwks", &[]).await.json());
        assert_eq!(signed, *fault != Fault::LogoutSignature, "{}", fault.name());
        let ids: Vec<Value> =
            site.came.lock().expect("a list").iter().map(|token| claims(token)["jti"].clone()).collect();
        let replayed = ids[..ids.len() - 1].contains(&ids[ids.len() - 1]);
        assert_eq!(replayed, *fault == Fault::LogoutJti, "{}", fault.name());
    }
    let told = get(&mut browser, "/simulator/logout", &[]).await.json();
    assert_eq!(told["told"][0]["faults"], json!(["logout-jti"]));
    assert_eq!(told["told"][0]["correct"], false, "this site takes what was used before, and that is shown");
}

/// Whether a published key signed it.
fn verifies(token: &str, jwks: &Value) -> bool {
    let header: Value =
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(token.split('.').next().expect("a header")).expect("base64url"))
            .expect("JSON");
    assert_eq!(header["typ"], "logout+jwt");
    let key = jwks["keys"].as_array().expect("keys").iter().find(|key| key["kid"] == header["kid"]).expect("a key");
    let key: jsonwebtoken::jwk::Jwk = serde_json::from_value(key.clone()).expect("a key");
    let mut validation = jsonwebtoken::Validation::new(jsonwebtoken::Algorithm::ES256);
    validation.required_spec_claims.clear();
    (validation.validate_exp, validation.validate_aud) = (false, false);
    let key = jsonwebtoken::DecodingKey::from_jwk(&key).expect("a key");
    jsonwebtoken::decode::<Value>(token, &key, &validation).is_ok()
}

#[tokio::test]
async fn nobody_is_told_on_another_machine_or_of_nobody() {
    let stage = Stage::new();
    let mut browser = stage.browser();
    let tell = |uri: &str| json!({ "client_id": "cet", "uri": uri });
    let nobody = control(&mut browser, "/simulator/logout", &tell("http://127.0.0.1:9/")).await;
    assert_eq!(nobody.status, 409, "nobody has signed in");
    stage.tokens(&mut browser).await;
    for elsewhere in ["http://192.0.2.1/back", "https://site.example/back", "ftp://localhost/back"] {
        let refused = control(&mut browser, "/simulator/logout", &tell(elsewhere)).await;
        assert_eq!(refused.status, 409, "{elsewhere}: {}", refused.text);
        assert!(refused.text.contains("not on this machine"), "{}", refused.text);
    }
    let nowhere = control(&mut browser, "/simulator/logout", &json!({ "client_id": "cet" })).await;
    assert!(nowhere.text.contains("not known where"), "{}", nowhere.text);
}
