//! What a test of the provider needs: clients, a signed-in candidate, and requests as a site sends them.

use axum::body::Body;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use form_urlencoded::Serializer;
use futures_util::FutureExt as _;
use http::{Request, header};
use passport::accounts::AccountId;
use passport::accounts::assurance::{Acr, Shown};
use passport::accounts::model::{Email, Name, Province};
use passport::accounts::sessions::{self, EndReason, Opening, Session, SessionId, SessionPolicy, Stay};
use passport::accounts::store::{self, NewAccount};
use passport::audit::Actor;
use passport::delivery::store as delivery;
use shared::clock::Clock as _;
use shared::db::{DbError, sql};
use shared::entropy::SystemEntropy;
use shared::secret::{SecretString, sha256};
use shared::testkit::{Answer, Browser, StoredCookie};

use super::{ISSUER, Passport};

/// The verifier and challenge of RFC 7636, appendix B.
pub(crate) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
pub(crate) const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
/// The secret of every confidential client.
pub(crate) const SECRET: &str = "a-secret-of-at-least-32-characters-for-tests";

/// One of our own sites.
pub(crate) const OURS: &str = "client_id = 'cet'\nclient_name = { zh = '四六级', en = 'CET' }\nfirst_party = true\n\
    redirect_uris = ['https://cet.test/cb']\npost_logout_redirect_uris = ['https://cet.test/out']\n\
    grant_types = ['authorization_code', 'refresh_token', 'client_credentials']\n\
    scopes = ['openid', 'profile', 'email', 'exam', 'offline_access', 'reports']\n\
    id_token_signed_response_alg = 'ES256'\n";

/// A third party's site.
pub(crate) const THEIRS: &str = "client_id = 'bei'\nclient_name = { zh = '北辰', en = 'Beichen' }\n\
    redirect_uris = ['https://bei.test/cb']\nscopes = ['openid', 'profile', 'email']\n\
    token_endpoint_auth_method = 'client_secret_post'\n";

/// A public client.
pub(crate) const PUBLIC: &str = "client_id = 'app'\nclient_name = { zh = '应用', en = 'App' }\nfirst_party = true\n\
    token_endpoint_auth_method = 'none'\napplication_type = 'native'\n\
    redirect_uris = ['http://127.0.0.1/cb']\ngrant_types = ['authorization_code', 'refresh_token']\n\
    scopes = ['openid']\n";

/// Parameters by name, to begin from and to change.
pub(crate) type Pairs<'p> = Vec<(&'p str, &'p str)>;

/// An authorization request of `cet`.
pub(crate) fn request() -> Pairs<'static> {
    vec![
        ("client_id", "cet"),
        ("redirect_uri", "https://cet.test/cb"),
        ("response_type", "code"),
        ("scope", "openid"),
        ("state", "s1"),
        ("nonce", "n1"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ]
}

/// `pairs` with one value changed, or added.
pub(crate) fn with<'p>(mut pairs: Pairs<'p>, name: &'p str, value: &'p str) -> Pairs<'p> {
    pairs.retain(|(n, _)| *n != name);
    pairs.push((name, value));
    pairs
}

/// `pairs` without one.
pub(crate) fn without<'p>(mut pairs: Pairs<'p>, name: &str) -> Pairs<'p> {
    pairs.retain(|(n, _)| *n != name);
    pairs
}

/// Pairs as they travel.
pub(crate) fn encoded(pairs: &[(&str, &str)]) -> String {
    Serializer::new(String::new()).extend_pairs(pairs).finish()
}

/// The claims of a JWT, unverified.
pub(crate) fn claims(jwt: &str) -> serde_json::Value {
    let payload = jwt.split('.').nth(1).expect("a JWT");
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).expect("base64url")).expect("claims")
}

impl Passport {
    /// Registers clients, confidential ones with [`SECRET`].
    pub(crate) async fn register(&self, clients: &[&str]) {
        for metadata in clients {
            let metadata: passport::clients::Metadata = toml::from_str(metadata).expect("metadata");
            let id = metadata.client_id.clone();
            self.app.clients.apply(Actor::Operator, metadata).await.expect("registered");
            let client = self.app.clients.find(&id).await.expect("an answer").expect("a client");
            if client.uses_secret() {
                let secret = SecretString::new(SECRET);
                self.app.clients.import_secret(Actor::Operator, &id, &secret).await.expect("a secret");
            }
        }
    }

    /// A candidate who has just signed in with this browser.
    pub(crate) async fn signed_in(&self, province: Option<&str>) -> (Browser, Session) {
        let mut browser = self.browser();
        let session = self.sign_in(&mut browser, None, province).await;
        (browser, session)
    }

    /// Signs a candidate in, a new one unless an account is given.
    pub(crate) async fn sign_in(
        &self,
        browser: &mut Browser,
        account: Option<AccountId>,
        province: Option<&str>,
    ) -> Session {
        let (now, entropy) = (self.clock.now(), SystemEntropy::new());
        let id = account.unwrap_or_else(|| AccountId::new(now, &entropy));
        let new = account.is_none().then(|| NewAccount {
            id,
            name: Name::parse("李华").ok(),
            email: Email::parse(&format!("u{}@example.com", &id.to_string()[24..])).ok(),
            mobile: None,
            plain_name: None,
            locale: None,
            password_hash: "none".to_owned(),
            form_hash: None,
        });
        let token = shared::entropy::token(&entropy);
        let session = Session {
            id: SessionId::new(now, &entropy),
            account: id,
            auth_time: now,
            acr: Acr::One,
            amr: vec!["pwd".to_owned()],
            province: province.and_then(Province::parse),
            last_seen_at: now,
            term: SessionPolicy::default().term(Stay::Browser, now),
        };
        let stored = session.clone();
        let opening = Opening { token_hash: sha256(token.as_bytes()), from: None, shown: Shown::Password };
        self.db
            .write::<_, DbError, _>(move |tx| {
                let (new, stored) = (new.clone(), stored.clone());
                async move {
                    if let Some(new) = &new {
                        store::insert(tx, new, now).await?;
                    }
                    sessions::store::insert(tx, &stored, &opening).await
                }
                .boxed()
            })
            .await
            .expect("a session");
        browser.cookies.put(StoredCookie {
            host: "passport.test".to_owned(),
            name: sessions::cookie::NAME.to_owned(),
            value: token,
            path: "/".to_owned(),
            http_only: true,
            same_site: None,
        });
        session
    }

    /// Ends a session, as signing out does.
    pub(crate) async fn end(&self, id: SessionId) {
        let accounts = self.app.accounts.clone();
        self.db
            .write::<_, DbError, _>(move |tx| {
                let accounts = accounts.clone();
                async move { accounts.end_session(tx, id, EndReason::SignedOut).await }.boxed()
            })
            .await
            .expect("ended");
    }

    /// How many rows there are of everything that a request could bring about or spend.
    pub(crate) async fn rows(&self) -> Vec<i64> {
        let mut counts = Vec::new();
        for text in [
            "SELECT COUNT(*) AS n FROM grants",
            "SELECT COUNT(*) AS n FROM grants WHERE revoked_at IS NOT NULL OR refreshed_at IS NOT NULL",
            "SELECT COUNT(*) AS n FROM sessions",
            "SELECT COUNT(*) AS n FROM sessions WHERE ended_at IS NOT NULL",
            "SELECT COUNT(*) AS n FROM clients",
            "SELECT COUNT(*) AS n FROM consents",
            "SELECT COUNT(*) AS n FROM revoked_tokens",
            "SELECT COUNT(*) AS n FROM used_tokens",
            "SELECT COUNT(*) AS n FROM pushed_requests",
            "SELECT COUNT(*) AS n FROM client_invitations",
            "SELECT COUNT(*) AS n FROM audit_events",
            "SELECT COUNT(*) AS n FROM outbox",
        ] {
            let count = self.db.read::<_, DbError, _>(move |tx| {
                Box::pin(async move { sql(text).fetch_one(tx).await?.get::<i64>("n") })
            });
            counts.push(count.await.expect("a count"));
        }
        counts
    }

    /// The channels of the logout tokens that wait, in order: `logout:` and the client of each.
    pub(crate) async fn waiting(&self) -> Vec<String> {
        let found = self.db.read(|tx| async move { delivery::undelivered(tx, 100).await }.boxed()).await;
        let channels = found.expect("messages").into_iter().map(|message| message.channel);
        let mut channels: Vec<_> = channels.filter(|channel| channel.starts_with("logout:")).collect();
        channels.sort();
        channels
    }

    /// A code for [`request`], changed by `change`.
    pub(crate) async fn code(&self, browser: &mut Browser, pairs: &[(&str, &str)]) -> String {
        let answer = authorize(browser, pairs).await;
        answer.parameter("code").unwrap_or_else(|| panic!("no code: {} {:?}", answer.status, answer.location()))
    }

    /// The tokens of `cet` for that scope, which the person agrees to where they are asked.
    pub(crate) async fn tokens(&self, browser: &mut Browser, scope: &str) -> serde_json::Value {
        let pairs = with(request(), "scope", scope);
        let code = match authorize(browser, &pairs).await.parameter("code") {
            Some(code) => code,
            None => agreed_code(browser, &pairs).await,
        };
        let answer = token(browser, &redemption(&code)).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.json()
    }
}

/// A code for that request, agreed to on the consent page.
pub(crate) async fn agreed_code(browser: &mut Browser, pairs: &[(&str, &str)]) -> String {
    let page = browser.open(&format!("{ISSUER}/authorize?{}", encoded(pairs))).await;
    let form = page.form("form[action='/consent']").with("decision", "allow");
    let agreed = post(browser, "/consent", form.encoded(), &[("origin", ISSUER)]).await;
    let resume = agreed.location().unwrap_or_else(|| panic!("not agreed: {}", agreed.text));
    let back = get(browser, &format!("{}?{}", resume.path(), resume.query().unwrap_or_default()), &[]).await;
    back.parameter("code").unwrap_or_else(|| panic!("no code: {} {:?}", back.status, back.location()))
}

/// A redemption by `cet`.
pub(crate) fn redemption(code: &str) -> Pairs<'_> {
    vec![
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", "https://cet.test/cb"),
        ("code_verifier", VERIFIER),
    ]
}

/// A refresh.
pub(crate) fn refreshing(token: &str) -> Pairs<'_> {
    vec![("grant_type", "refresh_token"), ("refresh_token", token)]
}

/// `GET /authorize`, its redirect not followed.
pub(crate) async fn authorize(browser: &mut Browser, pairs: &[(&str, &str)]) -> Answer {
    get(browser, &format!("/authorize?{}", encoded(pairs)), &[]).await
}

/// `GET` of a path, its redirect not followed.
pub(crate) async fn get(browser: &mut Browser, path: &str, headers: &[(&str, &str)]) -> Answer {
    let mut request = Request::get(format!("{ISSUER}{path}")).header(header::ACCEPT, "text/html");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    browser.send(request.body(Body::empty()).expect("a request")).await
}

/// `POST` of a form.
pub(crate) async fn post(browser: &mut Browser, path: &str, body: impl Into<Body>, headers: &[(&str, &str)]) -> Answer {
    let mut request =
        Request::post(format!("{ISSUER}{path}")).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    browser.send(request.body(body.into()).expect("a request")).await
}

/// `Authorization` of a client.
pub(crate) fn basic(id: &str, secret: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{id}:{secret}")))
}

/// `POST /token` as `cet`.
pub(crate) async fn token(browser: &mut Browser, pairs: &[(&str, &str)]) -> Answer {
    post(browser, "/token", encoded(pairs), &[("authorization", &basic("cet", SECRET))]).await
}

/// `GET /userinfo` with that token.
pub(crate) async fn userinfo(browser: &mut Browser, access_token: &str) -> Answer {
    get(browser, "/userinfo", &[("authorization", &format!("Bearer {access_token}"))]).await
}

/// What the client [`THEIRS`] is given for a sign-in.
pub(crate) async fn their_tokens(browser: &mut Browser) -> serde_json::Value {
    tokens_of(browser, "bei").await
}

/// What that client is given for a sign-in, which is at https://CLIENT.test and sends its secret in the form.
pub(crate) async fn tokens_of(browser: &mut Browser, client: &str) -> serde_json::Value {
    let back = format!("https://{client}.test/cb");
    let pairs = with(with(request(), "client_id", client), "redirect_uri", &back);
    let code = match authorize(browser, &pairs).await.parameter("code") {
        Some(code) => code,
        None => agreed_code(browser, &pairs).await,
    };
    let form = [
        ("grant_type", "authorization_code"),
        ("code", &*code),
        ("redirect_uri", &back),
        ("code_verifier", VERIFIER),
        ("client_id", client),
        ("client_secret", SECRET),
    ];
    let answer = post(browser, "/token", encoded(&form), &[]).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()
}
