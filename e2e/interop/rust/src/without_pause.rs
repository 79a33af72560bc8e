//! A site that signs one person in again and again while keys change. It reads `mark NAME` lines and tells in the end, for
//! each phase, how many ID tokens it verified, how many it refused, and how often it was interrupted before or after that.
//! Meanwhile it says `hundred` whenever so many more are verified.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use openidconnect::core::{
    CoreAuthenticationFlow, CoreIdToken, CoreIdTokenVerifier, CoreJsonWebKeySet, CoreJwsSigningAlgorithm,
    CoreTokenResponse, CoreUserInfoClaims,
};
use openidconnect::reqwest::Client;
use openidconnect::reqwest::header::CACHE_CONTROL;
use openidconnect::{
    AuthorizationCode, ClaimsVerificationError, ClientId, ClientSecret, CsrfToken, IssuerUrl, Nonce,
    OAuth2TokenResponse, PkceCodeChallenge, SignatureVerificationError, TokenResponse,
};

use crate::browser::Browser;
use crate::site::{Failure, REDIRECT_URI, Site};
use crate::{here, told};

/// How many reasons are told of one phase.
const REASONS: usize = 3;

/// What happened while one thing went on.
#[derive(Default)]
struct Phase {
    name: String,
    verified: u64,
    refused: u64,
    interrupted: u64,
    why: Vec<String>,
}

/// How one sign-in ended.
enum Ended {
    /// The ID token was verified, and user information was given.
    Well,
    /// The ID token was verified, and then the passport could not be reached.
    Late(Failure),
    /// The ID token was not believed.
    Refused(ClaimsVerificationError),
    /// The passport could not be reached before there was one.
    Early(Failure),
}

impl Phase {
    fn note(&mut self, ended: Ended) {
        if matches!(ended, Ended::Well | Ended::Late(_)) {
            self.verified += 1;
            if self.verified.is_multiple_of(100) {
                println!("hundred");
            }
        }
        let why = match ended {
            Ended::Well => return,
            Ended::Refused(error) => {
                self.refused += 1;
                error.to_string()
            }
            Ended::Late(error) | Ended::Early(error) => {
                self.interrupted += 1;
                error.to_string()
            }
        };
        if self.why.len() < REASONS {
            self.why.push(why.replace('\n', " "));
        }
    }
}

/// What a site does with the key set.
struct Keys {
    set: CoreJsonWebKeySet,
    /// Until when the passport said that it may be kept.
    until: Instant,
    /// Kept for as long as it may be, whatever tokens say: or else fetched anew when a token names another key.
    strict: bool,
}

impl Keys {
    async fn fetch(http: &Client, url: &str, strict: bool) -> Result<Self, Failure> {
        let answer = http.get(url).send().await?.error_for_status()?;
        let said = answer.headers().get(CACHE_CONTROL).ok_or("nothing is said of how long keys may be kept")?;
        let max_age = said.to_str()?.split(',').find_map(|part| part.trim().strip_prefix("max-age="));
        let max_age = Duration::from_secs(max_age.ok_or("keys may not be kept")?.parse()?);
        let set = serde_json::from_slice(&answer.bytes().await?)?;
        Ok(Self { set, until: now() + max_age, strict })
    }
}

/// A site and what it knows of the passport.
struct Party {
    site: Site,
    id: ClientId,
    secret: ClientSecret,
    issuer: IssuerUrl,
    algorithm: CoreJwsSigningAlgorithm,
    keys_url: String,
    keys: Keys,
}

/// The present moment.
#[expect(clippy::disallowed_methods, reason = "a site on its own keeps its own time")]
fn now() -> Instant {
    Instant::now()
}

/// Signs in until standard input ends.
pub async fn run(issuer: &str, keeping: &str) -> Result<(), Failure> {
    let mut party = Party::new(issuer, keeping == "strict").await?;
    let mut browser = Browser::new(here(issuer)?, told("PERSON_NAME")?, told("PERSON_PASSWORD")?)?;
    let phases = Arc::new(Mutex::new(vec![Phase { name: "start".to_owned(), ..Phase::default() }]));
    let over = listen(&phases);
    while !over.load(Ordering::Acquire) {
        let at = lock(&phases).len() - 1;
        let ended = party.once(&mut browser).await;
        lock(&phases)[at].note(ended);
    }
    for Phase { name, verified, refused, interrupted, why } in lock(&phases).iter() {
        println!("phase {verified} {refused} {interrupted} {name}");
        why.iter().for_each(|line| println!("failure {name}: {line}"));
    }
    Ok(())
}

/// Hears on a thread of its own when something begins, and when all is over.
fn listen(phases: &Arc<Mutex<Vec<Phase>>>) -> Arc<AtomicBool> {
    let over = Arc::new(AtomicBool::new(false));
    let (phases, ended) = (Arc::clone(phases), Arc::clone(&over));
    std::thread::spawn(move || {
        for line in std::io::stdin().lines().map_while(Result::ok) {
            let name = line.strip_prefix("mark ").unwrap_or(&line).to_owned();
            lock(&phases).push(Phase { name, ..Phase::default() });
        }
        ended.store(true, Ordering::Release);
    });
    over
}

fn lock(phases: &Mutex<Vec<Phase>>) -> std::sync::MutexGuard<'_, Vec<Phase>> {
    phases.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Party {
    async fn new(issuer: &str, strict: bool) -> Result<Self, Failure> {
        let (id, secret) = (told("CLIENT_ID")?, told("CLIENT_SECRET")?);
        let site = Site::new(issuer, id.clone(), secret.clone(), here(issuer)?).await?;
        // The strict one asks at the address of its own.
        let keys_url = if strict { format!("{issuer}/clients/{id}/jwks.json") } else { format!("{issuer}/jwks") };
        Ok(Self {
            keys: Keys::fetch(&site.http, &keys_url, strict).await?,
            site,
            id: ClientId::new(id),
            secret: ClientSecret::new(secret),
            issuer: IssuerUrl::new(issuer.to_owned())?,
            algorithm: serde_json::from_value(told("ALG")?.into())?,
            keys_url,
        })
    }

    /// Signs in once.
    async fn once(&mut self, browser: &mut Browser) -> Ended {
        let (tokens, nonce) = match self.sign_in(browser).await {
            Ok(signed_in) => signed_in,
            Err(error) => return Ended::Early(error),
        };
        let Some(id_token) = tokens.id_token() else { return Ended::Early("there is no ID token".into()) };
        if self.keys.strict && now() >= self.keys.until {
            match self.fetch_keys().await {
                Ok(()) => {}
                Err(error) => return Ended::Early(error),
            }
        }
        let mut checked = self.check(id_token, &nonce);
        if let Err(ClaimsVerificationError::SignatureVerification(SignatureVerificationError::NoMatchingKey)) = checked
            && !self.keys.strict
        {
            match self.fetch_keys().await {
                Ok(()) => checked = self.check(id_token, &nonce),
                Err(error) => return Ended::Early(error),
            }
        }
        match checked {
            Err(error) => Ended::Refused(error),
            Ok(()) => self.go_on(&tokens).await.map_or_else(Ended::Late, |()| Ended::Well),
        }
    }

    /// The tokens of one sign-in, and the nonce that the ID token has to have.
    async fn sign_in(&self, browser: &mut Browser) -> Result<(CoreTokenResponse, Nonce), Failure> {
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let flow = CoreAuthenticationFlow::AuthorizationCode;
        let request = self.site.client.authorize_url(flow, CsrfToken::new_random, Nonce::new_random);
        let (url, state, nonce) = request.set_pkce_challenge(challenge).url();
        let mut answer = browser.open(url, REDIRECT_URI).await?;
        if answer.remove("state").map(CsrfToken::new) != Some(state) {
            return Err("this answer is for another sign-in".into());
        }
        let code = answer.remove("code").ok_or_else(|| format!("there is no code: {answer:?}"))?;
        let request = self.site.client.exchange_code(AuthorizationCode::new(code))?.set_pkce_verifier(verifier);
        Ok((request.request_async(&self.site.http).await?, nonce))
    }

    async fn fetch_keys(&mut self) -> Result<(), Failure> {
        self.keys = Keys::fetch(&self.site.http, &self.keys_url, self.keys.strict).await?;
        Ok(())
    }

    fn check(&self, token: &CoreIdToken, nonce: &Nonce) -> Result<(), ClaimsVerificationError> {
        let (id, secret, issuer) = (self.id.clone(), self.secret.clone(), self.issuer.clone());
        let verifier = CoreIdTokenVerifier::new_confidential_client(id, secret, issuer, self.keys.set.clone())
            .set_allowed_algs([self.algorithm.clone()]);
        token.claims(&verifier, nonce).map(drop)
    }

    async fn go_on(&self, tokens: &CoreTokenResponse) -> Result<(), Failure> {
        let request = self.site.client.user_info(tokens.access_token().clone(), None)?;
        let _: CoreUserInfoClaims = request.request_async(&self.site.http).await?;
        Ok(())
    }
}
