//! A person who is signed in already, and comes to a site.

use std::sync::Arc;

use anyhow::Context as _;
use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use e2e::form::Form;
use reqwest::StatusCode;
use reqwest::header::ORIGIN;
use serde_json::Value;
use url::Url;

use crate::browser::{Browser, answer, location};
use crate::person::PASSWORD;
use crate::signer::{Signer, random};

const PLAIN: &str = "load";
const PLAIN_CALLBACK: &str = "http://127.0.0.1:9/cb";
const STRICT: &str = "strict";
const STRICT_CALLBACK: &str = "https://strict.example/callback";
/// RFC 7523 §2.2
const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// How a site signs people in.
#[derive(Clone, Copy)]
pub enum Way {
    /// With a secret, at the authorization endpoint.
    Plain,
    /// By the profile `fapi2`: a pushed request, signed assertions, tokens bound by DPoP.
    Strict,
}

/// The site, by either way.
pub struct Site {
    pub issuer: String,
    pub secret: String,
    pub key: Signer,
}

/// One person with one browser, and the site's connection for them.
pub struct Candidate {
    site: Arc<Site>,
    browser: Browser,
    /// The nonce that the next proof is to hold.
    nonce: Option<String>,
}

type Pairs<'a> = Vec<(&'a str, &'a str)>;

impl Candidate {
    /// Signs the person of that number in by password, and lets the site see them both ways once.
    pub async fn sign_in(site: Arc<Site>, number: usize) -> anyhow::Result<Self> {
        let mut person = Self { site, browser: Browser::new()?, nonce: None };
        let mut url = person.plain_request("challenge-of-nobody-who-comes-back-for-it-0")?;
        let mut form: Option<Form> = None;
        for _ in 0..8 {
            let request = match form.take() {
                Some(form) => {
                    let origin = url.origin().ascii_serialization();
                    person.browser.client.post(form.action).header(ORIGIN, origin).form(&form.values)
                }
                None => person.browser.client.get(url.clone()),
            };
            let (status, headers, text) = person.browser.browse(request).await?;
            if let Some(target) = location(&url, &headers)? {
                if target.as_str().starts_with(PLAIN_CALLBACK) {
                    person.visit(Way::Plain).await?;
                    person.visit(Way::Strict).await?;
                    return Ok(person);
                }
                url = target;
                continue;
            }
            let mut page = Form::with_control(&url, &text, "password").with_context(|| format!("{status} at {url}"))?;
            page.set("username", &format!("u{number}"))?.set("password", PASSWORD)?;
            form = Some(page);
        }
        anyhow::bail!("u{number} cannot sign in")
    }

    /// Comes to the site, which gets its tokens.
    pub async fn visit(&mut self, way: Way) -> anyhow::Result<()> {
        let verifier = random()?;
        let challenge = URL_SAFE_NO_PAD.encode(digest(&SHA256, verifier.as_bytes()));
        match way {
            Way::Plain => {
                let code = self.code(self.plain_request(&challenge)?).await?;
                let request = self.browser.client.post(self.at("/token")).basic_auth(PLAIN, Some(&self.site.secret));
                let form: Pairs<'_> = vec![
                    ("grant_type", "authorization_code"),
                    ("code", &code),
                    ("redirect_uri", PLAIN_CALLBACK),
                    ("code_verifier", &verifier),
                ];
                let (status, _, text) = answer(request.form(&form)).await?;
                holds_tokens(status, &text)
            }
            Way::Strict => {
                let request = self.push(&challenge).await?;
                let code = self.code(request).await?;
                self.redeem_bound(&code, &verifier).await
            }
        }
    }

    fn plain_request(&self, challenge: &str) -> anyhow::Result<Url> {
        let parameters = [
            ("client_id", PLAIN),
            ("response_type", "code"),
            ("redirect_uri", PLAIN_CALLBACK),
            ("scope", "openid"),
            ("state", "s"),
            ("nonce", "n"),
            ("code_challenge", challenge),
            ("code_challenge_method", "S256"),
        ];
        Ok(Url::parse_with_params(&self.at("/authorize"), parameters)?)
    }

    /// Pushes the request (RFC 9126 §2.1); where the browser goes with what came back.
    async fn push(&self, challenge: &str) -> anyhow::Result<Url> {
        let (assertion, thumbprint) =
            (self.site.key.assertion(STRICT, &self.site.issuer)?, self.site.key.thumbprint()?);
        let form: Pairs<'_> = vec![
            ("client_id", STRICT),
            ("client_assertion_type", ASSERTION_TYPE),
            ("client_assertion", &assertion),
            ("response_type", "code"),
            ("redirect_uri", STRICT_CALLBACK),
            ("scope", "openid"),
            ("state", "s"),
            ("nonce", "n"),
            ("code_challenge", challenge),
            ("code_challenge_method", "S256"),
            ("dpop_jkt", &thumbprint),
        ];
        let (status, _, text) = answer(self.browser.client.post(self.at("/par")).form(&form)).await?;
        let pushed: Value = serde_json::from_str(&text).with_context(|| format!("{status}: {text}"))?;
        let reference = pushed["request_uri"].as_str().with_context(|| format!("{status}: {text}"))?;
        let parameters = [("client_id", STRICT), ("request_uri", reference)];
        Ok(Url::parse_with_params(&self.at("/authorize"), parameters)?)
    }

    /// The code that the browser brings back to the site.
    async fn code(&mut self, request: Url) -> anyhow::Result<String> {
        let (status, headers, _) = self.browser.browse(self.browser.client.get(request.clone())).await?;
        let target = location(&request, &headers)?.with_context(|| format!("{status} in place of a redirect"))?;
        let code = target.query_pairs().find(|(name, _)| name == "code").map(|(_, code)| code.into_owned());
        code.with_context(|| format!("no code at {target}"))
    }

    /// Gets tokens that are bound to the site's key; once more if the provider wants a newer nonce (RFC 9449 §8).
    async fn redeem_bound(&mut self, code: &str, verifier: &str) -> anyhow::Result<()> {
        for _ in 0..2 {
            let assertion = self.site.key.assertion(STRICT, &self.site.issuer)?;
            let address = self.at("/token");
            let form: Pairs<'_> = vec![
                ("client_id", STRICT),
                ("client_assertion_type", ASSERTION_TYPE),
                ("client_assertion", &assertion),
                ("grant_type", "authorization_code"),
                ("code", code),
                ("redirect_uri", STRICT_CALLBACK),
                ("code_verifier", verifier),
            ];
            let proof = self.site.key.proof(&address, self.nonce.as_deref())?;
            let (status, headers, text) =
                answer(self.browser.client.post(&address).header("dpop", proof).form(&form)).await?;
            if let Some(nonce) = headers.get("dpop-nonce") {
                self.nonce = Some(nonce.to_str()?.to_owned());
            }
            if !text.contains("use_dpop_nonce") {
                return holds_tokens(status, &text);
            }
        }
        anyhow::bail!("no nonce is new enough")
    }

    fn at(&self, path: &str) -> String {
        format!("{}{path}", self.site.issuer)
    }
}

fn holds_tokens(status: StatusCode, text: &str) -> anyhow::Result<()> {
    anyhow::ensure!(status.is_success() && text.contains("\"access_token\""), "{status}: {text}");
    Ok(())
}
