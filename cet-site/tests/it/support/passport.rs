//! A small OpenID provider that can be told to go wrong. It signs with real keys (ES256) and checks what a
//! provider checks: client secret, redirect URI, PKCE, one use of a code.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Form, Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};
use shared::clock::{Clock as _, FakeClock};
use shared::secret::sha256;
use url::Url;

/// The secret that the site has in tests.
pub const CLIENT_SECRET: &str = "a-secret-of-the-tests";

/// The session at the provider that sign-ins come of at first.
const SID: &str = "passport-session-1";

/// How the provider goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Twist {
    /// Not at all.
    #[default]
    None,
    /// The person presses cancel.
    Cancel,
    /// The authorization endpoint answers with that error.
    Error(&'static str),
    /// The authorization response names another issuer, or none.
    IssParameter(Option<&'static str>),
    /// The code is refused, or another error of the token endpoint.
    TokenError(&'static str),
    /// The code is refused the next time, and not after that.
    TokenErrorOnce,
    /// The token endpoint answers 500.
    Broken,
    /// A claim of the ID token has another value.
    Claim(&'static str, Lie),
    /// The signature is that of another token.
    Signature,
    /// `alg` is `none` and there is no signature.
    AlgNone,
    /// The token names a key that nobody publishes.
    ForgedKid,
    /// There is no ID token.
    NoIdToken,
    /// The user info belongs to somebody else.
    OtherSubject,
    /// The discovery document is that of another issuer.
    Discovery(&'static str),
}

/// A wrong value of a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lie {
    /// A text.
    Text(&'static str),
    /// Several texts.
    Texts(&'static [&'static str]),
    /// Seconds from now.
    Seconds(i64),
}

/// The provider, and a server on which the site reaches it.
#[derive(Clone)]
pub struct StubPassport {
    pub issuer: String,
    inner: Arc<Inner>,
}

struct Inner {
    issuer: String,
    clock: Arc<FakeClock>,
    state: Mutex<Memory>,
}

struct Memory {
    key: EcdsaKeyPair,
    kid: String,
    twist: Twist,
    codes: HashMap<String, HashMap<String, String>>,
    issued: u32,
    hits: HashMap<&'static str, u32>,
    last_authorization: HashMap<String, String>,
    away: bool,
    status: String,
    subject: String,
    sid: String,
    province: Option<String>,
}

impl StubPassport {
    /// Starts it on a free port.
    pub async fn start(clock: Arc<FakeClock>) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let issuer = format!("http://{}", listener.local_addr().expect("an address"));
        let state = Mutex::new(Memory {
            key: key(),
            kid: "k1".to_owned(),
            twist: Twist::None,
            codes: HashMap::new(),
            issued: 0,
            hits: HashMap::new(),
            last_authorization: HashMap::new(),
            away: false,
            status: String::new(),
            subject: "subject-1".to_owned(),
            sid: SID.to_owned(),
            province: Some("11".to_owned()),
        });
        let passport = Self { inner: Arc::new(Inner { issuer: issuer.clone(), clock, state }), issuer };
        let router = passport.router();
        tokio::spawn(async move { axum::serve(listener, router).await });
        passport
    }

    /// Its routes.
    pub fn router(&self) -> Router {
        Router::new()
            .route("/.well-known/openid-configuration", get(discovery))
            .route("/jwks", get(jwks))
            .route("/authorize", get(authorize))
            .route("/token", post(token))
            .route("/userinfo", get(userinfo))
            .route("/logout", get(logout))
            .route("/status.json", get(status))
            .route("/{page}", get(|| async { "a page of the passport" }))
            .route("/", get(|| async { "the passport's home" }))
            .with_state(Arc::clone(&self.inner))
    }

    /// Goes wrong from now on.
    pub fn twist(&self, twist: Twist) {
        self.inner.lock().twist = twist;
    }

    /// Answers every call of the site with 503, or no longer.
    pub fn away(&self, away: bool) {
        self.inner.lock().away = away;
    }

    /// Says that when it is asked how it stands.
    pub fn says_of_itself(&self, document: impl Into<String>) {
        self.inner.lock().status = document.into();
    }

    /// Another person signs in from now on.
    pub fn person(&self, subject: &str, province: Option<&str>) {
        let mut memory = self.inner.lock();
        subject.clone_into(&mut memory.subject);
        memory.province = province.map(str::to_owned);
    }

    /// The person signs in at the provider anew: what comes of it has another session.
    pub fn new_session(&self) {
        let mut memory = self.inner.lock();
        memory.issued += 1;
        memory.sid = format!("passport-session-{}", memory.issued);
    }

    /// Signs with a new key from now on, and publishes it alone.
    pub fn rotate(&self) {
        let mut memory = self.inner.lock();
        memory.key = key();
        memory.kid = format!("{}+", memory.kid);
    }

    /// A logout token of the session that ID tokens name, as `change` leaves its header and claims. Each has an id of
    /// its own.
    pub fn logout_token(&self, change: impl FnOnce(&mut Value, &mut Value)) -> String {
        let mut memory = self.inner.lock();
        memory.issued += 1;
        let now = self.inner.clock.now().seconds();
        let mut header = json!({ "alg": "ES256", "typ": "logout+jwt", "kid": memory.kid });
        let mut claims = json!({
            "iss": self.issuer, "aud": "cet", "iat": now, "exp": now + 120, "jti": format!("token-{}", memory.issued),
            "sub": memory.subject, "sid": memory.sid,
            "events": { "http://schemas.openid.net/event/backchannel-logout": {} },
        });
        change(&mut header, &mut claims);
        sign(&memory, &header, &claims)
    }

    /// A security event about the person, of that type, as `change` leaves its header and claims. Each has an id of its
    /// own.
    pub fn signal(&self, event: &str, change: impl FnOnce(&mut Value, &mut Value)) -> String {
        let mut memory = self.inner.lock();
        memory.issued += 1;
        let now = self.inner.clock.now().seconds();
        let mut header = json!({ "alg": "ES256", "typ": "secevent+jwt", "kid": memory.kid });
        let mut claims = json!({
            "iss": self.issuer, "aud": "cet", "iat": now, "toe": now, "jti": format!("event-{}", memory.issued),
            "sub_id": { "format": "iss_sub", "iss": self.issuer, "sub": memory.subject },
            "events": { (format!("https://schemas.openid.net/secevent/{event}")): {} },
        });
        change(&mut header, &mut claims);
        sign(&memory, &header, &claims)
    }

    /// The id of the session that ID tokens name.
    pub fn sid(&self) -> String {
        self.inner.lock().sid.clone()
    }

    /// How often an endpoint was called.
    pub fn hits(&self, endpoint: &str) -> u32 {
        self.inner.lock().hits.get(endpoint).copied().unwrap_or(0)
    }

    /// A parameter of the last authorization request.
    pub fn asked(&self, parameter: &str) -> Option<String> {
        self.inner.lock().last_authorization.get(parameter).cloned()
    }
}

impl Inner {
    fn lock(&self) -> MutexGuard<'_, Memory> {
        self.state.lock().expect("no test panicked while holding it")
    }

    /// Counts a call; `Err` while the passport is away.
    fn enter(&self, endpoint: &'static str) -> Result<MutexGuard<'_, Memory>, StatusCode> {
        let mut memory = self.lock();
        *memory.hits.entry(endpoint).or_default() += 1;
        if memory.away { Err(StatusCode::SERVICE_UNAVAILABLE) } else { Ok(memory) }
    }
}

fn key() -> EcdsaKeyPair {
    EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).expect("a key")
}

async fn discovery(State(inner): State<Arc<Inner>>) -> Result<Json<Value>, StatusCode> {
    let issuer = match inner.enter("discovery")?.twist {
        Twist::Discovery(other) => other,
        _ => inner.issuer.as_str(),
    };
    let at = |path: &str| format!("{}{path}", inner.issuer);
    Ok(Json(json!({
        "issuer": issuer,
        "authorization_endpoint": at("/authorize"),
        "token_endpoint": at("/token"),
        "userinfo_endpoint": at("/userinfo"),
        "jwks_uri": at("/jwks"),
        "end_session_endpoint": at("/logout"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["ES256", "RS256"],
        "authorization_response_iss_parameter_supported": true,
    })))
}

async fn jwks(State(inner): State<Arc<Inner>>) -> Result<Json<Value>, StatusCode> {
    let memory = inner.enter("jwks")?;
    let point = memory.key.public_key().as_ref();
    let part = |range| URL_SAFE_NO_PAD.encode(&point[range]);
    Ok(Json(json!({ "keys": [{
        "kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": memory.kid,
        "x": part(1..33), "y": part(33..65),
    }] })))
}

async fn authorize(State(inner): State<Arc<Inner>>, Query(asked): Query<HashMap<String, String>>) -> Response {
    let mut memory = inner.lock();
    memory.last_authorization.clone_from(&asked);
    let (redirect_uri, state) = (&asked["redirect_uri"], &asked["state"]);
    let mut url = Url::parse(redirect_uri).expect("a URL");
    assert_eq!(url.path(), "/sign-in/callback", "the one registered");
    url.query_pairs_mut().append_pair("state", state);
    match memory.twist {
        Twist::IssParameter(Some(other)) => url.query_pairs_mut().append_pair("iss", other),
        Twist::IssParameter(None) => &mut url.query_pairs_mut(),
        _ => url.query_pairs_mut().append_pair("iss", &inner.issuer),
    };
    let error = match memory.twist {
        Twist::Cancel => Some("access_denied"),
        Twist::Error(error) => Some(error),
        _ => None,
    };
    if let Some(error) = error {
        url.query_pairs_mut().append_pair("error", error);
    } else {
        memory.issued += 1;
        let code = format!("code-{}", memory.issued);
        url.query_pairs_mut().append_pair("code", &code);
        memory.codes.insert(code, asked);
    }
    Redirect::to(url.as_str()).into_response()
}

async fn token(
    State(inner): State<Arc<Inner>>,
    headers: HeaderMap,
    Form(sent): Form<HashMap<String, String>>,
) -> Response {
    let mut memory = match inner.enter("token") {
        Ok(memory) => memory,
        Err(away) => return away.into_response(),
    };
    let refuse = |error: &str| (StatusCode::BAD_REQUEST, Json(json!({ "error": error }))).into_response();
    match memory.twist {
        Twist::TokenError(error) => return refuse(error),
        Twist::TokenErrorOnce => {
            memory.twist = Twist::None;
            return refuse("invalid_grant");
        }
        Twist::Broken => return StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        _ => {}
    }
    let basic = headers["authorization"].to_str().expect("text").trim_start_matches("Basic ").to_owned();
    let basic = String::from_utf8(STANDARD.decode(basic).expect("base64")).expect("text");
    assert!(basic.ends_with(&format!(":{CLIENT_SECRET}")), "{basic}");
    let Some(asked) = memory.codes.remove(&sent["code"]) else { return refuse("invalid_grant") };
    assert_eq!(asked["code_challenge_method"], "S256");
    let challenge = URL_SAFE_NO_PAD.encode(sha256(sent["code_verifier"].as_bytes()));
    if asked["code_challenge"] != challenge || asked["redirect_uri"] != sent["redirect_uri"] {
        return refuse("invalid_grant");
    }
    let mut answer = json!({ "access_token": "access-1", "token_type": "Bearer", "expires_in": 600 });
    if memory.twist != Twist::NoIdToken {
        answer["id_token"] = Value::String(id_token(&inner, &memory, &asked));
    }
    Json(answer).into_response()
}

fn id_token(inner: &Inner, memory: &Memory, asked: &HashMap<String, String>) -> String {
    let now = inner.clock.now().seconds();
    let mut claims = json!({
        "iss": inner.issuer, "sub": memory.subject, "aud": asked["client_id"], "nonce": asked["nonce"],
        "iat": now, "exp": now + 300, "sid": memory.sid,
        "at_hash": URL_SAFE_NO_PAD.encode(&sha256(b"access-1")[..16]),
    });
    if let Twist::Claim(name, lie) = memory.twist {
        claims[name] = match lie {
            Lie::Text(text) => json!(text),
            Lie::Texts(texts) => json!(texts),
            Lie::Seconds(seconds) => json!(now + seconds),
        };
    }
    let (alg, kid) = match memory.twist {
        Twist::AlgNone => ("none", memory.kid.as_str()),
        Twist::ForgedKid => ("ES256", "forged"),
        _ => ("ES256", memory.kid.as_str()),
    };
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let signed = format!("{}.{}", part(&json!({ "alg": alg, "typ": "JWT", "kid": kid })), part(&claims));
    let of = if memory.twist == Twist::Signature { "another token" } else { signed.as_str() };
    let signature = memory.key.sign(&SystemRandom::new(), of.as_bytes()).expect("a signature");
    let signature = if alg == "none" { String::new() } else { URL_SAFE_NO_PAD.encode(signature.as_ref()) };
    format!("{signed}.{signature}")
}

/// A JWS by the key of the moment.
fn sign(memory: &Memory, header: &Value, claims: &Value) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let signed = format!("{}.{}", part(header), part(claims));
    let signature = memory.key.sign(&SystemRandom::new(), signed.as_bytes()).expect("a signature");
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature.as_ref()))
}

async fn userinfo(State(inner): State<Arc<Inner>>, headers: HeaderMap) -> Result<Json<Value>, StatusCode> {
    let memory = inner.enter("userinfo")?;
    assert_eq!(headers["authorization"], "Bearer access-1");
    let subject = if memory.twist == Twist::OtherSubject { "somebody-else" } else { &memory.subject };
    let mut claims = json!({
        "sub": subject, "name": "李雷", "email": "lilei@example.com", "email_verified": true,
        "phone_number": "+8613800138000", "phone_number_verified": true, "id_verified": false,
    });
    if let Some(province) = &memory.province {
        claims["exam_province"] = json!(province);
    }
    Ok(Json(claims))
}

async fn status(State(inner): State<Arc<Inner>>) -> Result<String, StatusCode> {
    Ok(inner.enter("status")?.status.clone())
}

async fn logout(State(inner): State<Arc<Inner>>, Query(asked): Query<HashMap<String, String>>) -> Response {
    *inner.lock().hits.entry("logout").or_default() += 1;
    assert!(asked["id_token_hint"].split('.').count() == 3, "a hint of who signs out");
    let mut url = Url::parse(&asked["post_logout_redirect_uri"]).expect("a URL");
    url.query_pairs_mut().append_pair("state", &asked["state"]);
    Redirect::to(url.as_str()).into_response()
}
