//! 管理台, from outside: how the staff gets in, who may do what, what takes two, and what candidates see of it.

mod accounts;
mod applications;
mod clients;
mod deliveries;
mod listener;
mod roles;
mod staff;
mod two;

use std::future::Future;

use futures_util::FutureExt as _;
use http::{Request, header};
use passport::console::admin::Invitation;
use passport::console::model::{Role, Roles};
use passport::console::{Console, router};
use shared::db::{DbError, sql};
use shared::http::ServerSettings;
use shared::testkit::{Answer, Browser};

use crate::accounts::PLAIN;
use crate::support::authenticator::Authenticator;
use crate::support::{Passport, on_both_with};

/// Where the console under test is reached.
const CONSOLE: &str = "https://console.test";

/// Runs a test on a passport with a console, on each database.
async fn with_console<F, Fut>(test: F)
where
    F: Fn(Passport) -> Fut,
    Fut: Future<Output = ()>,
{
    on_both_with(&format!("{PLAIN}[console]\norigin = '{CONSOLE}'\n"), test).await;
}

fn console(passport: &Passport) -> Console {
    passport.app.console.clone().expect("a console")
}

/// A browser that reaches the console, and the passport too.
fn browser(passport: &Passport) -> Browser {
    let console = console(passport);
    let kit = router::kit(&console, &ServerSettings::loopback(), "console.test");
    passport.browser().program(CONSOLE, kit.apply(router::router(console)))
}

/// What a statement counts as `n`.
async fn count(passport: &Passport, statement: &'static str) -> i64 {
    let read = passport.db.read::<_, DbError, _>(move |tx| async move { sql(statement).fetch_one(tx).await }.boxed());
    read.await.expect("a count").get("n").expect("a number")
}

/// Somebody of the staff with a browser and two devices.
struct Colleague {
    browser: Browser,
    keys: [Authenticator; 2],
}

/// A device for the console.
fn device() -> Authenticator {
    let mut device = Authenticator::new();
    CONSOLE.clone_into(&mut device.origin);
    "console.test".clone_into(&mut device.host);
    device
}

impl Colleague {
    /// One with those roles, asked in at the command line, signed in.
    async fn new(passport: &Passport, name: &str, roles: &[Role]) -> Self {
        let link = link(passport, name, roles).await;
        let mut one = Self { browser: browser(passport), keys: [device(), device()] };
        let made = one.set_up(&link).await;
        assert_eq!(made.url.path(), "/sign-in", "{}", made.text);
        assert!(made.has(".notice.ok"), "{}", made.text);
        let home = one.sign_in().await;
        assert_eq!((home.status.as_u16(), home.url.path()), (200, "/"), "{}", home.text);
        one
    }

    /// Makes both passkeys at a link; the page after that.
    async fn set_up(&mut self, link: &str) -> Answer {
        let [first, second] = &mut self.keys;
        let answer = make(&mut self.browser, link, first).await;
        assert!(answer.has("form[data-passkey=create]"), "{}", answer.text);
        make(&mut self.browser, link, second).await
    }

    /// Signs in by the first passkey; the page after that.
    async fn sign_in(&mut self) -> Answer {
        sign_in(&mut self.browser, &mut self.keys[0]).await
    }

    /// Opens a page, in English.
    async fn open(&mut self, path: &str) -> Answer {
        let joint = if path.contains('?') { '&' } else { '?' };
        self.browser.open(&format!("{CONSOLE}{path}{joint}lang=en")).await
    }

    /// Sends the form of the page at `path` whose address is `action`, with that typed in.
    async fn send(&mut self, path: &str, action: &str, typed: &[(&str, &str)]) -> Answer {
        let page = self.open(path).await;
        let form = page.form(&format!("main form[action='{action}']"));
        let filled = typed.iter().fold(form, |form, (name, value)| form.set(name, value));
        self.browser.submit(filled).await
    }

    /// Decides about a proposal, on its page.
    async fn decide(&mut self, path: &str, decision: &str) -> Answer {
        let page = self.open(path).await;
        self.browser.submit(page.form("#decision").with("decision", decision)).await
    }

    /// Finds an account and looks at it: its address.
    async fn look_at(&mut self, name: &str) -> String {
        let found = self.send("/accounts", "/accounts", &[("name", name), ("reason", "owner")]).await;
        assert!(found.url.path().starts_with("/accounts/"), "{}", found.text);
        found.url.path().to_owned()
    }

    /// What is typed once more for an account.
    async fn tail(&mut self, account: &str) -> String {
        let title = self.open(account).await.texts("h1").concat();
        title.rsplit(' ').next().expect("a tail").to_owned()
    }

    /// The newest proposal's address.
    async fn newest(&mut self) -> String {
        let listed = self.open("/proposals").await;
        listed.attributes("h2.site-name a", "href").into_iter().next().expect("a proposal")
    }
}

/// A link for somebody, made at the command line.
async fn link(passport: &Passport, name: &str, roles: &[Role]) -> String {
    let people = console(passport).people().await.expect("the staff");
    let invitation = Invitation {
        name: name.to_owned(),
        roles: Roles::of(roles.iter().copied()),
        break_glass: (!people.is_empty()).then(|| "a test".to_owned()),
    };
    let link = console(passport).invite(invitation).await.expect("an answer").expect("a link");
    link.expose().to_owned()
}

/// What a page's script is told before it calls the authenticator.
async fn options(browser: &mut Browser, page: &Answer) -> Answer {
    let form = "form[data-passkey]";
    let (csrf, path) =
        (page.attributes(&format!("{form} [name=csrf]"), "value"), page.attributes(form, "data-options"));
    let request = Request::post(format!("{CONSOLE}{}", path.concat()))
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header(header::ORIGIN, CONSOLE)
        .body(format!("csrf={}", csrf.concat()).into())
        .expect("a request");
    browser.send(request).await
}

/// Makes a passkey at a link; the page after that.
async fn make(browser: &mut Browser, link: &str, device: &mut Authenticator) -> Answer {
    let page = browser.open(link).await;
    let asked = options(browser, &page).await.json();
    let form = page.form("form[data-passkey=create]");
    let form = form.set("ceremony", asked["ceremony"].as_str().expect("a challenge"));
    browser.submit(form.set("answer", &device.create(&asked))).await
}

/// Signs in; the page after that.
async fn sign_in(browser: &mut Browser, device: &mut Authenticator) -> Answer {
    let page = browser.open(&format!("{CONSOLE}/sign-in")).await;
    let asked = options(browser, &page).await.json();
    let form = page.form("form[data-passkey=get]");
    let form = form.set("ceremony", asked["ceremony"].as_str().expect("a challenge"));
    browser.submit(form.set("answer", &device.get(&asked))).await
}
