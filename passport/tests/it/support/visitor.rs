//! Somebody at a browser, before the program as a process.

use std::time::Duration;

pub(super) const EMAIL: &str = "lihua@example.cn";
pub(super) const PASSWORD: &str = "Correct-horse-1";
/// How long the program may take to be ready, or to answer. Not what is promised: a test that would wait for good fails,
/// and says for what.
pub(super) const PATIENCE: Duration = Duration::from_secs(60);

/// What became of a sign-in with the right password.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum SignIn {
    /// A session, acknowledged by its cookie.
    Acknowledged(String),
    /// 503, and when to come back.
    TurnedAway,
    /// The passport was dead.
    Dead,
}

/// Somebody at a browser.
pub(crate) struct Visitor {
    pub(super) base: String,
    pub(super) http: reqwest::Client,
}

impl Visitor {
    /// Signs the candidate in with a browser that was nowhere before.
    pub(crate) async fn sign_in(&self) -> SignIn {
        self.try_sign_in().await.unwrap_or(SignIn::Dead)
    }

    /// Fills in the form of a page and sends it, the values that are typed in place of those that stand there; the status.
    pub(crate) async fn fill_in(&self, path: &str, typed: &[(&str, &str)]) -> u16 {
        let address = format!("{}{path}", self.base);
        let page = self.http.get(&address).send().await.expect("an answer");
        let browser = cookies(&page).join("; ");
        let html = scraper::Html::parse_document(&page.text().await.expect("a page"));
        let hidden = scraper::Selector::parse("main form input[type=hidden]").expect("a selector");
        let mut form: Vec<(&str, &str)> =
            html.select(&hidden).filter_map(|input| Some((input.attr("name")?, input.attr("value")?))).collect();
        form.retain(|(name, _)| !typed.iter().any(|(other, _)| other == name));
        form.extend_from_slice(typed);
        let request = self.http.post(&address).header("cookie", browser).form(&form);
        request.send().await.expect("an answer").status().as_u16()
    }

    async fn try_sign_in(&self) -> Option<SignIn> {
        let address = format!("{}/sign-in", self.base);
        let page = unless_dead(self.http.get(&address).send().await)?;
        let browser = cookies(&page).join("; ");
        let html = unless_dead(page.text().await)?;
        let csrf = scraper::Html::parse_document(&html)
            .select(&scraper::Selector::parse("form input[name=csrf]").expect("a selector"))
            .find_map(|field| field.value().attr("value").map(str::to_owned))
            .expect("the form's token");
        let form = [("csrf", csrf.as_str()), ("province", "11"), ("username", EMAIL), ("password", PASSWORD)];
        let answer = unless_dead(self.http.post(&address).header("cookie", browser).form(&form).send().await)?;
        match answer.status().as_u16() {
            303 => {
                let session = cookies(&answer).into_iter().find(|c| c.starts_with("__Host-pp_session="));
                Some(SignIn::Acknowledged(session.expect("a session's cookie")))
            }
            503 => {
                assert!(answer.headers().contains_key("retry-after"), "it says when to come back");
                Some(SignIn::TurnedAway)
            }
            other => panic!("a right password gets {other}"),
        }
    }
}

/// What was answered; none by a passport that is dead. One that lives and does not answer is a fault.
fn unless_dead<T>(answer: reqwest::Result<T>) -> Option<T> {
    answer.inspect_err(|error| assert!(!error.is_timeout(), "the passport lives and does not answer: {error}")).ok()
}

/// A client that follows no redirect, and trusts that certificate alone if one is given.
pub(super) fn client(trusted: Option<&reqwest::Certificate>) -> reqwest::ClientBuilder {
    // Even where only plain HTTP is spoken, the client wants to know with what it would encrypt.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let builder = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().timeout(PATIENCE);
    match trusted {
        Some(certificate) => builder.tls_certs_only([certificate.clone()]),
        None => builder,
    }
}

/// The `name=value` of the cookies that an answer sets.
fn cookies(answer: &reqwest::Response) -> Vec<String> {
    let set = answer.headers().get_all("set-cookie").iter().filter_map(|v| v.to_str().ok());
    set.filter_map(|v| v.split(';').next()).map(str::to_owned).collect()
}
