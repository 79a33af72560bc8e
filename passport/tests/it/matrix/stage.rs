//! A passport with a value of each kind.

use std::time::Duration;

use passport::accounts::sessions::cookie;
use passport::audit::Actor;
use shared::clock::Clock as _;
use shared::testkit::{Answer, Browser};

use super::offers::register;
use crate::support::Passport;
use crate::support::signer::{Signer, asserted};
use crate::support::site::{
    OURS, Pairs, SECRET, authorize, basic, encoded, get, post, redemption, request, token, userinfo, with,
};

/// A resource whose server wants tokens that say nothing.
const ROOM: &str = "https://room.test/";

const SERVER: &str = "client_id = 'room'\nclient_name = { zh = '考场', en = 'Room' }\ngrant_types = []\n\
    serves_resources = ['https://room.test/']\nopaque_access_tokens = true\n";

/// A passport with clients, a person, and what they hold.
pub(super) struct Stage {
    pub(super) passport: Passport,
    pub(super) person: Browser,
    /// The key of the client that signs.
    pub(super) signer: Signer,
    /// Where a client manages its registration.
    pub(super) registration: String,
    pub(super) values: Vec<String>,
}

impl Stage {
    /// Prepares them.
    pub(super) async fn set(passport: Passport) -> Self {
        let signer = Signer::new();
        let signing = OURS.replace("'cet'", "'signing'").replace("https://cet.test", "https://signing.test");
        let signing = format!(
            "{signing}userinfo_signed_response_alg = 'ES256'\ntoken_endpoint_auth_method = 'private_key_jwt'\n{}",
            signer.jwks()
        );
        let ours = OURS.replace("grant_types", &format!("resources = ['{ROOM}']\ngrant_types"));
        let leaving = OURS.replace("'cet'", "'leaving'").replace("https://cet.test", "https://leaving.test");
        let leaving = format!("{leaving}frontchannel_logout_uri = 'https://leaving.test/bye'\n");
        passport.register(&[&ours, &signing, &leaving, SERVER]).await;
        let (mut person, _) = passport.signed_in(None).await;
        let tokens = passport.tokens(&mut person, "openid").await;
        let text = |name: &str| tokens[name].as_str().expect("a token").to_owned();
        let code = passport.code(&mut person, &request()).await;
        let by = basic("cet", SECRET);
        let pushed = post(&mut person, "/par", encoded(&request()), &[("authorization", &by)]).await.json();
        let end = passport.clock.now() + Duration::from_secs(600);
        let invite = async || passport.app.clients.invite(Actor::Operator, 1, end).await.expect("a token").token;
        let registered = register(&mut person, invite().await.expose()).await.json();
        let mut stranger = passport.browser();
        let resume = post(&mut stranger, "/authorize", encoded(&request()), &[]).await;
        let away = authorize(&mut stranger, &request()).await;
        let own = |answer: &Answer, name: &str| answer.parameter(name).expect("a sealed text");
        let held = |name: &str| person.cookies.get("passport.test", name).expect("a cookie").value.clone();
        let values = vec![
            code,
            text("refresh_token"),
            text("access_token"),
            text("id_token"),
            pushed["request_uri"].as_str().expect("a handle").to_owned(),
            registered["registration_access_token"].as_str().expect("a token").to_owned(),
            invite().await.expose().to_owned(),
            held(cookie::NAME),
            own(&resume, "request"),
            own(&away, "continue"),
            signer.assertion(&passport, "signing", |_| ()),
            Signer::new().token_proof(&passport),
            SECRET.to_owned(),
            opaque_token(&passport, &mut person).await,
            signed_answer(&mut person).await,
            signed_user_information(&passport, &signer, &mut person).await,
            question(&mut person).await,
            farewell(&passport).await,
        ];
        let registration = registered["registration_client_uri"].as_str().expect("an address").to_owned();
        Self { passport, person, signer, registration, values }
    }
}

/// The request of another client, to an address of its own.
pub(super) fn request_of(id: &'static str, callback: &'static str) -> Pairs<'static> {
    with(with(request(), "client_id", id), "redirect_uri", callback)
}

async fn opaque_token(passport: &Passport, person: &mut Browser) -> String {
    let code = passport.code(person, &with(request(), "resource", ROOM)).await;
    let tokens = token(person, &redemption(&code)).await.json();
    tokens["access_token"].as_str().expect("a token").to_owned()
}

async fn signed_answer(person: &mut Browser) -> String {
    let answer = authorize(person, &with(request(), "response_mode", "jwt")).await;
    answer.parameter("response").expect("a response")
}

async fn signed_user_information(passport: &Passport, signer: &Signer, person: &mut Browser) -> String {
    let code = passport.code(person, &request_of("signing", "https://signing.test/cb")).await;
    let assertion = signer.assertion(passport, "signing", |_| ());
    let pairs = asserted(with(redemption(&code), "redirect_uri", "https://signing.test/cb"), &assertion);
    let tokens = post(person, "/token", encoded(&pairs), &[]).await.json();
    userinfo(person, tokens["access_token"].as_str().expect("a token")).await.text
}

async fn question(person: &mut Browser) -> String {
    let page = get(person, "/logout?client_id=cet", &[]).await;
    page.form("form[action='/logout/confirm']").value("logout").expect("a sealed text").to_owned()
}

/// Somebody else leaves, whose sites are told by a page.
async fn farewell(passport: &Passport) -> String {
    let (mut other, _) = passport.signed_in(None).await;
    let callback = "https://leaving.test/cb";
    let code = passport.code(&mut other, &request_of("leaving", callback)).await;
    let pairs = with(redemption(&code), "redirect_uri", callback);
    let by = basic("leaving", SECRET);
    let tokens = post(&mut other, "/token", encoded(&pairs), &[("authorization", &by)]).await.json();
    let hint = tokens["id_token"].as_str().expect("an ID token");
    let left = get(&mut other, &format!("/logout?{}", encoded(&[("id_token_hint", hint)])), &[]).await;
    left.parameter("told").expect("a sealed text")
}
