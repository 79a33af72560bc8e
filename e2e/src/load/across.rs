//! `load across`: what began at one passport of a cluster goes on at another, which may be of another version: a session, a
//! code, tokens, and the word that a session ended.
//!
//! The proxy leads each request to the passport that is named. For each step a line is printed, `ok WHAT`; the first that
//! fails is the last, `failed WHAT: WHY`.

use std::future::Future;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use e2e::demo::Demo;
use lexopt::{Arg, Parser, ValueExt as _};
use serde::Deserialize;
use url::Url;

use crate::browser::{answer, location};
use crate::guest::Guest;
use crate::signer::random;

/// The client of the drill that gets refresh tokens.
const CLIENT: &str = "across";
const CALLBACK: &str = "https://across.example/callback";
/// How long a site may wait for the word that a session ended, and how often it is looked at.
const HEARD_WITHIN: Duration = Duration::from_secs(30);
const PAUSE: Duration = Duration::from_millis(250);

/// What to do, as the command line says.
pub struct Order {
    demo: PathBuf,
    secret: String,
    /// The passports by their numbers in the proxy.
    from: usize,
    to: usize,
    /// The number of who signs in.
    person: usize,
}

impl Order {
    pub fn read(mut words: Parser) -> anyhow::Result<Self> {
        let mut order = Self { demo: PathBuf::new(), secret: String::new(), from: 1, to: 2, person: 0 };
        while let Some(word) = words.next()? {
            match word {
                Arg::Long("demo") => order.demo = words.value()?.into(),
                Arg::Long("secret") => order.secret = words.value()?.string()?,
                Arg::Long("from") => order.from = words.value()?.parse()?,
                Arg::Long("to") => order.to = words.value()?.parse()?,
                Arg::Long("person") => order.person = words.value()?.parse()?,
                other => return Err(other.unexpected().into()),
            }
        }
        Ok(order)
    }
}

/// Goes from one to the other and back.
pub async fn drive(order: Order) -> anyhow::Result<()> {
    let demo = Demo::read(&order.demo)?;
    let guest = Guest::new(&demo, order.person)?;
    let mut journey = Journey { passport: Url::parse(&demo.passport)?, secret: order.secret, guest };
    if let Err(error) = journey.go(order.from, order.to).await {
        println!("failed {}", format!("{error:#}").replace('\n', " "));
    }
    Ok(())
}

/// A person on the way, and the client that has tokens for them.
struct Journey {
    passport: Url,
    secret: String,
    guest: Guest,
}

/// What the client was given at the authorization endpoint.
struct Code {
    code: String,
    verifier: String,
}

#[derive(Deserialize)]
struct Tokens {
    access_token: String,
    refresh_token: String,
}

/// One step of the way.
async fn step<T>(what: &'static str, taken: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    let came = taken.await.context(what)?;
    println!("ok {what}");
    Ok(came)
}

impl Journey {
    async fn go(&mut self, from: usize, to: usize) -> anyhow::Result<()> {
        self.guest.go_by(from);
        let session = step("who has a password signs in", self.guest.sign_in()).await?;
        self.guest.go_by(to);
        step("the session is known at the other", self.is_known(&session)).await?;
        let code = step("it signs on to another client there", self.code()).await?;
        self.guest.go_by(from);
        let first = step("a code of the other is redeemed", self.redeem(&code)).await?;
        self.guest.go_by(to);
        step("an access token is taken by the other", self.is_taken(&first)).await?;
        let second = step("a refresh token is taken by the other", self.refresh(&first)).await?;
        self.guest.go_by(from);
        step("and the one that the other gave", self.refresh(&second)).await?;
        self.guest.go_by(to);
        step("signing out at the other is heard by the site", self.sign_out()).await
    }

    async fn is_known(&self, session: &str) -> anyhow::Result<()> {
        anyhow::ensure!(self.guest.lives(session).await?, "it is not");
        Ok(())
    }

    /// Has the client sent a code, without anything being typed.
    async fn code(&mut self) -> anyhow::Result<Code> {
        let verifier = random()?;
        let challenge = URL_SAFE_NO_PAD.encode(digest(&SHA256, verifier.as_bytes()));
        let parameters = [
            ("client_id", CLIENT),
            ("response_type", "code"),
            ("redirect_uri", CALLBACK),
            ("scope", "openid"),
            ("state", "s"),
            ("nonce", "n"),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
        ];
        let url = Url::parse_with_params(self.passport.join("/authorize")?.as_str(), parameters)?;
        let browser = &mut self.guest.browser;
        let (status, headers, _) = browser.browse(browser.client.get(url.clone())).await?;
        let target = location(&url, &headers)?.with_context(|| format!("{status} in place of a redirect"))?;
        let code = target.query_pairs().find(|(name, _)| name == "code").map(|(_, code)| code.into_owned());
        Ok(Code { code: code.with_context(|| format!("no code at {}", target.path()))?, verifier })
    }

    async fn redeem(&self, Code { code, verifier }: &Code) -> anyhow::Result<Tokens> {
        self.tokens(&[
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", CALLBACK),
            ("code_verifier", verifier),
        ])
        .await
    }

    async fn refresh(&self, tokens: &Tokens) -> anyhow::Result<Tokens> {
        self.tokens(&[("grant_type", "refresh_token"), ("refresh_token", &tokens.refresh_token)]).await
    }

    async fn tokens(&self, form: &[(&str, &str)]) -> anyhow::Result<Tokens> {
        let browser = &self.guest.browser;
        let request = browser.client.post(self.passport.join("/token")?).basic_auth(CLIENT, Some(&self.secret));
        let (status, _, text) = answer(browser.led(request.form(form))).await?;
        serde_json::from_str(&text).with_context(|| format!("{status}: {text}"))
    }

    async fn is_taken(&self, tokens: &Tokens) -> anyhow::Result<()> {
        let browser = &self.guest.browser;
        let request = browser.client.get(self.passport.join("/userinfo")?).bearer_auth(&tokens.access_token);
        let (status, _, text) = answer(browser.led(request)).await?;
        anyhow::ensure!(status.is_success(), "{status}: {text}");
        Ok(())
    }

    /// Signs out at the passport, and waits until the site knows.
    async fn sign_out(&mut self) -> anyhow::Result<()> {
        anyhow::ensure!(self.guest.is_at_site().await?, "nobody was signed in at the site");
        self.guest.sign_out().await?;
        let began = Instant::now();
        while self.guest.is_at_site().await? {
            anyhow::ensure!(began.elapsed() < HEARD_WITHIN, "not within {} s", HEARD_WITHIN.as_secs());
            tokio::time::sleep(PAUSE).await;
        }
        Ok(())
    }
}
