//! 接入平台, from outside: organisations, their members, invitations, and who may do what.

mod desk;
mod health;
mod invitations;
mod members;
pub(crate) mod production;
mod roles;
mod sandbox;
mod try_out;

use std::time::Duration;

use futures_util::FutureExt as _;
use passport::accounts::assurance::Acr;
use passport::accounts::{AccountId, Session};
use passport::portal::Role;
use serde_json::Value;
use shared::clock::Clock as _;
use shared::db::{DbError, sql};
use shared::testkit::{Answer, Browser};

use crate::support::{ISSUER, Passport};

/// Somebody signed in with a second factor, whose mail address is proven.
pub(crate) struct Person {
    pub(crate) browser: Browser,
    session: Session,
}

impl Person {
    async fn new(passport: &Passport) -> Self {
        let (browser, session) = passport.signed_in(None).await;
        let (id, account, now) = (session.id, session.account, passport.clock.now());
        passport
            .db
            .write::<_, DbError, _>(move |tx| {
                async move {
                    sql("UPDATE sessions SET acr = $2 WHERE id = $1").bind(id).bind(Acr::Two.uri()).execute(tx).await?;
                    let proven = sql("UPDATE accounts SET email_verified_at = $2 WHERE id = $1");
                    proven.bind(account).bind(now).execute(tx).await
                }
                .boxed()
            })
            .await
            .expect("a second factor and a proven address");
        Self { browser, session }
    }

    fn account(&self) -> AccountId {
        self.session.account
    }

    /// Their mail address.
    pub(crate) async fn email(&self, passport: &Passport) -> String {
        let account = self.account();
        let read = passport.db.read::<_, DbError, _>(move |tx| {
            async move { sql("SELECT email FROM accounts WHERE id = $1").bind(account).fetch_one(tx).await }.boxed()
        });
        read.await.expect("the account").get("email").expect("an address")
    }

    /// Opens a page of the portal, in English.
    pub(crate) async fn open(&mut self, path: &str) -> Answer {
        let joint = if path.contains('?') { '&' } else { '?' };
        self.browser.open(&format!("{ISSUER}{path}{joint}lang=en")).await
    }

    /// Sends the form of the page at `path` whose address is `action`, with that typed in.
    pub(crate) async fn send(&mut self, path: &str, action: &str, typed: &[(&str, &str)]) -> Answer {
        let page = self.open(path).await;
        let form = page.form(&format!("form[action='{action}']"));
        let filled = typed.iter().fold(form, |form, (name, value)| form.set(name, value));
        self.browser.submit(filled).await
    }

    /// Sends the form of a page that the selector names, with that typed in.
    async fn fill(&mut self, path: &str, form: &str, typed: &[(&str, &str)]) -> Answer {
        let form = self.open(path).await.form(form);
        let filled = typed.iter().fold(form, |form, (name, value)| form.set(name, value));
        self.browser.submit(filled).await
    }

    /// Presses a button of a page.
    async fn press(&mut self, path: &str, (name, value): (&str, &str)) -> Answer {
        let page = self.open(path).await;
        let form = page.form(&format!("form:has(button[name='{name}'][value='{value}'])"));
        self.browser.submit(form.with(name, value)).await
    }

    /// Makes an organisation; its address.
    async fn found(&mut self, name: &str) -> String {
        let made = self.send("/portal/organisations/new", "/portal/organisations/new", &[("name", name)]).await;
        assert!(made.has(".notice.ok"), "{}", made.text);
        made.url.path().to_owned()
    }

    /// Invites somebody; the link that they get.
    async fn invite(&mut self, passport: &Passport, organisation: &str, email: &str, role: Role) -> String {
        let (members, before) = (format!("{organisation}/members"), links(passport, email).await);
        let sent = self.send(&members, &members, &[("email", email), ("role", role.as_str())]).await;
        assert!(sent.has(".notice.ok"), "{}", sent.text);
        links(passport, email).await.into_iter().find(|link| !before.contains(link)).expect("a mail")
    }

    /// Opens an invitation's link and joins.
    async fn join(&mut self, link: &str) -> Answer {
        self.send(link, "/portal/invitation", &[]).await
    }
}

/// A new member of an organisation.
async fn member(passport: &Passport, owner: &mut Person, organisation: &str, role: Role) -> Person {
    // So that who comes later stands later in lists.
    passport.clock.advance(Duration::from_secs(1));
    let mut person = Person::new(passport).await;
    let email = format!("{}@office.example", role.as_str());
    let link = owner.invite(passport, organisation, &email, role).await;
    let joined = person.join(&link).await;
    assert_eq!(joined.url.path(), organisation, "{}", joined.text);
    person
}

/// The links of invitations to an address, without the host.
async fn links(passport: &Passport, email: &str) -> Vec<String> {
    let letters = letters(passport, email).await;
    letters
        .iter()
        .filter_map(|letter| {
            let text = letter["text"].as_str().expect("a text");
            let link = &text[text.find("/portal/invitation?t=")?..];
            Some(link.split_whitespace().next().unwrap_or_default().to_owned())
        })
        .collect()
}

/// What the mails to an address are about.
pub(crate) async fn subjects(passport: &Passport, email: &str) -> Vec<String> {
    let letters = letters(passport, email).await;
    letters.iter().map(|letter| letter["subject"].as_str().expect("a subject").to_owned()).collect()
}

/// The mails that wait for an address.
async fn letters(passport: &Passport, email: &str) -> Vec<Value> {
    let read = passport.db.read::<_, DbError, _>(|tx| {
        async move { sql("SELECT payload FROM outbox WHERE state = 'waiting'").fetch_all(tx).await }.boxed()
    });
    let payloads = read.await.expect("the outbox").into_iter().map(|row| row.get::<String>("payload").expect("a mail"));
    let letters = payloads.map(|payload| serde_json::from_str::<Value>(&payload).expect("JSON"));
    letters.filter(|letter| letter["to"] == email).collect()
}

/// What happened, the newest first, in English.
async fn history(person: &mut Person, organisation: &str) -> Vec<String> {
    person.open(&format!("{organisation}/history")).await.texts("li.event p:first-child")
}

/// What is to be mended, at the top of a page.
fn summary(answer: &Answer) -> String {
    answer.texts(".summary").concat()
}

/// What the lists of members and of invitations say, line by line.
async fn listed(person: &mut Person, organisation: &str) -> Vec<String> {
    let page = person.open(&format!("{organisation}/members")).await;
    page.texts("li.device p").iter().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect()
}
