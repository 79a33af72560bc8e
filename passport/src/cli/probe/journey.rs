//! The way of one sign-in, as `docs/ARCHITECTURE.md` draws it, from the side of the browser and of the site.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::{RequestBuilder, StatusCode};
use serde_json::Value;
use shared::clock::SharedClock;
use shared::entropy::{SharedEntropy, token};
use shared::http::client;
use shared::secret::sha256;
use url::Url;

use super::browser::{Browser, End, unanswered};
use super::report::{Report, Step};
use super::{Errand, page};
use crate::keys::Alg;
use crate::keys::received::key_set::KeySet;
use crate::keys::received::{Audience, Purpose, Received, Times};
use crate::web::paths;

/// No document of ours is larger.
const MOST: usize = 256 << 10;

/// No ID token counts for longer.
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

/// Why a step failed, in a sentence of ours.
type Failed = String;

/// A sign-in under way.
pub(super) struct Journey {
    errand: Errand,
    browser: Browser,
    clock: SharedClock,
    /// What the site made up for this sign-in.
    state: String,
    nonce: String,
    verifier: String,
    /// What was learnt on the way.
    metadata: Value,
    key_set: Value,
    sign_in: Vec<(String, String)>,
    way_on: Option<String>,
    tokens: Value,
    subject: String,
}

impl Journey {
    pub(super) fn new(errand: Errand, browser: Browser, (clock, entropy): (SharedClock, SharedEntropy)) -> Self {
        let made_up = || token(&*entropy);
        Self {
            errand,
            browser,
            clock,
            state: made_up(),
            nonce: made_up(),
            verifier: made_up(),
            metadata: Value::Null,
            key_set: Value::Null,
            sign_in: Vec::new(),
            way_on: None,
            tokens: Value::Null,
            subject: String::new(),
        }
    }

    /// The browser that it was made with.
    pub(super) fn browser(&self) -> &Browser {
        &self.browser
    }

    /// Takes one step after the other until one fails. What fails after the sign-in leaves a session, whose time runs out.
    pub(super) async fn go(&mut self) -> Report {
        let mut steps = Vec::new();
        macro_rules! take {
            ($($name:literal: $step:ident),+ $(,)?) => {
                'way: {$(
                    let (ms, done) = timed(self.$step()).await;
                    let failed = done.err();
                    let goes_on = failed.is_none();
                    steps.push(Step { step: $name, ms, failed });
                    if !goes_on {
                        break 'way;
                    }
                )+}
            };
        }
        take! {
            "discovery": discovery,
            "keys": keys,
            "authorize": authorize,
            "sign-in": sign_in,
            "token": redeem,
            "id-token": verify,
            "userinfo": userinfo,
            "sign-out": sign_out,
        }
        Report::new(steps)
    }

    async fn discovery(&mut self) -> Result<(), Failed> {
        let address = self.errand.issuer.join("/.well-known/openid-configuration");
        self.metadata = json(self.browser.http().get(address)).await?;
        let own = self.metadata["issuer"] == self.errand.issuer.as_str();
        if own { Ok(()) } else { Err("the document is that of another issuer".to_owned()) }
    }

    async fn keys(&mut self) -> Result<(), Failed> {
        self.key_set = json(self.browser.http().get(self.endpoint("jwks_uri")?)).await?;
        let usable = KeySet::usable(&self.key_set).is_ok_and(|_| self.key_set["keys"] != Value::Array(Vec::new()));
        if usable { Ok(()) } else { Err("no usable key is published".to_owned()) }
    }

    /// As a browser that a site sends to the passport: it is to end at the form.
    async fn authorize(&mut self) -> Result<(), Failed> {
        let challenge = URL_SAFE_NO_PAD.encode(sha256(self.verifier.as_bytes()));
        let parameters = [
            ("response_type", "code"),
            ("client_id", &self.errand.client),
            ("redirect_uri", &self.errand.redirect_uri),
            ("scope", "openid"),
            ("state", &self.state),
            ("nonce", &self.nonce),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
            ("prompt", "login"),
        ];
        let mut address = Url::parse(&self.endpoint("authorization_endpoint")?).map_err(|_| "no address")?;
        address.query_pairs_mut().extend_pairs(parameters);
        match self.browser.open(address.as_str()).await? {
            End::Page { path, status: StatusCode::OK, html } if path == paths::SIGN_IN => {
                self.sign_in = page::hidden_fields(&html).ok_or("the sign-in page has no form")?;
                if let Some(work) = page::work(&html) {
                    self.sign_in.retain(|(name, _)| name != "pow_solution");
                    self.sign_in.push(("pow_solution".to_owned(), solve(&work)?));
                }
                Ok(())
            }
            end => Err(astray(&end)),
        }
    }

    /// As a person who types; it is to end where the site waits, with a code.
    async fn sign_in(&mut self) -> Result<(), Failed> {
        let mut fields = std::mem::take(&mut self.sign_in);
        for (name, value) in [("username", self.errand.account.as_str()), ("password", self.errand.password.expose())] {
            fields.push((name.to_owned(), value.to_owned()));
        }
        match self.browser.send(paths::SIGN_IN, &fields).await? {
            End::Elsewhere(address) if address.starts_with(&self.errand.redirect_uri) => {
                self.way_on = Some(address);
                Ok(())
            }
            end => Err(astray(&end)),
        }
    }

    /// As the site, which redeems the code.
    async fn redeem(&mut self) -> Result<(), Failed> {
        let answered = self.way_on.take().and_then(|address| Url::parse(&address).ok());
        let answered: BTreeMap<String, String> =
            answered.map(|url| url.query_pairs().into_owned().collect()).unwrap_or_default();
        if answered.get("state") != Some(&self.state) {
            return Err("the answer to the site carries another state".to_owned());
        }
        if answered.get("iss").map(String::as_str) != Some(self.errand.issuer.as_str()) {
            return Err("the answer to the site names another issuer".to_owned());
        }
        let code = answered.get("code").ok_or("the answer to the site carries no code")?;
        let form = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", &self.errand.redirect_uri),
            ("code_verifier", &self.verifier),
        ];
        let encoded = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
        let (client, secret) = (encoded(&self.errand.client), encoded(self.errand.client_secret.expose()));
        let request = self.browser.http().post(self.endpoint("token_endpoint")?);
        self.tokens = json(request.basic_auth(client, Some(secret)).form(&form)).await?;
        Ok(())
    }

    /// OpenID Connect Core §3.1.3.7
    async fn verify(&mut self) -> Result<(), Failed> {
        let token = self.tokens["id_token"].as_str().ok_or("there is no ID token")?;
        let keys = KeySet::usable(&self.key_set).map_err(|problem| problem.to_string())?;
        let received = Received::parse(token, Purpose::IdToken).map_err(|refusal| refusal.to_string())?;
        let claims = received.verify(&keys, &Alg::ALL).map_err(|refusal| refusal.to_string())?;
        let times = Times { exp: true, nbf: false, longest: LONGEST };
        claims.check_times(times, self.clock.now()).map_err(|refusal| refusal.to_string())?;
        claims.check_audience(Audience::OneOf(&[&self.errand.client])).map_err(|refusal| refusal.to_string())?;
        let text = |name| claims.text(name).ok().flatten();
        if text("iss") != Some(self.errand.issuer.as_str()) || text("nonce") != Some(self.nonce.as_str()) {
            return Err("the ID token is that of another sign-in".to_owned());
        }
        text("sub").ok_or("the ID token names nobody")?.clone_into(&mut self.subject);
        Ok(())
    }

    async fn userinfo(&mut self) -> Result<(), Failed> {
        let token = self.tokens["access_token"].as_str().ok_or("there is no access token")?;
        let request = self.browser.http().get(self.endpoint("userinfo_endpoint")?).bearer_auth(token);
        let same = json(request).await?["sub"] == self.subject.as_str();
        if same { Ok(()) } else { Err("the user information is that of somebody else".to_owned()) }
    }

    /// OpenID Connect RP-Initiated Logout §2: nothing of the probe is left over.
    async fn sign_out(&mut self) -> Result<(), Failed> {
        let hint = self.tokens["id_token"].as_str().unwrap_or_default();
        let mut address = Url::parse(&self.endpoint("end_session_endpoint")?).map_err(|_| "no address")?;
        address.query_pairs_mut().append_pair("id_token_hint", hint);
        match self.browser.open(address.as_str()).await? {
            End::Page { path, status: StatusCode::OK, .. } if path == paths::SIGNED_OUT => Ok(()),
            end => Err(astray(&end)),
        }
    }

    fn endpoint(&self, name: &str) -> Result<String, Failed> {
        self.metadata[name].as_str().map(str::to_owned).ok_or_else(|| format!("discovery names no {name}"))
    }
}

/// What a request for a document brings.
async fn json(request: RequestBuilder) -> Result<Value, Failed> {
    let answer = request.send().await.map_err(|error| unanswered(&error))?;
    if answer.status() != StatusCode::OK {
        return Err(format!("it answered {}", answer.status()));
    }
    let body = client::body(answer, MOST).await.map_err(|_| "its answer broke off")?;
    serde_json::from_slice(&body).map_err(|_| "its answer is no JSON".to_owned())
}

/// Where a way ended that should have ended elsewhere, and what that mostly means. Never an address with its query.
fn astray(end: &End) -> Failed {
    let (path, status) = match end {
        End::Page { path, status, .. } => (path.as_str(), *status),
        End::Elsewhere(_) => return "it was sent to another host".to_owned(),
    };
    let meaning = match path {
        _ if status == StatusCode::SERVICE_UNAVAILABLE => "the passport cannot serve just now",
        paths::SIGN_IN => "the account and the password were refused, or a picture is to be read",
        paths::SECOND_STEP => "the account asks for a second step: take one that does not",
        paths::FACTOR_NEEDED => "more is asked for than a password",
        paths::PROVINCE => "the client asks for a province: leave the scope exam away",
        "/consent" => "the client asks for consent: register it as one of ours",
        _ => "no such page was expected",
    };
    format!("it ended at {path} ({status}): {meaning}")
}

/// Does the work that is asked of a browser.
fn solve(work: &str) -> Result<String, Failed> {
    let cannot = "the work of the captcha cannot be done";
    let challenge: altcha::Challenge = serde_json::from_str(work).map_err(|_| cannot)?;
    let solved = altcha::solve_challenge(altcha::SolveChallengeOptions::new(&challenge)).map_err(|_| cannot)?;
    serde_json::to_string(&solved.ok_or(cannot)?).map_err(|_| cannot.to_owned())
}

#[expect(clippy::disallowed_methods, reason = "how long a step takes is what is measured")]
async fn timed<T>(step: impl Future<Output = T>) -> (u128, T) {
    let began = Instant::now();
    let done = step.await;
    (began.elapsed().as_millis(), done)
}
