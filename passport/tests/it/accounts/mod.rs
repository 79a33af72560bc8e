//! Candidates: registering, signing in, their home and their data.

mod activity;
mod aging;
mod agreements;
mod alarm;
mod alarm_staff;
mod appeals;
mod autofill;
mod by_document;
mod caps;
mod claimed;
mod closure;
mod code;
mod contact;
mod contact_change;
mod correction;
mod crowds;
mod data;
mod denied;
mod devices;
mod export;
pub(crate) mod factors;
mod find_account;
mod floods;
mod glance;
mod guardian;
mod held;
mod known_devices;
mod networks;
mod number;
mod passwords;
mod places;
mod progress;
mod recovery;
mod register;
mod rehash;
mod reports;
mod resumed;
mod settings;
mod sign_in;
mod sign_in_notices;
mod sign_ins;
mod signalled;
mod stays;
mod told;
mod unusual;

use passport::accounts::admin::Seed;
use passport::accounts::model::{Email, Mobile, Name};
use shared::entropy::bytes;
use shared::secret::SecretString;
use shared::testkit::{Answer, Browser, Form};

use crate::support::{ISSUER, Passport};

/// No captcha, and a hash that costs little: what these tests prove does not hang on its cost.
pub(crate) const PLAIN: &str = "[accounts]\ncaptcha = 'off'\n[accounts.hash]\nmemory_kib = 64\niterations = 1\n";

pub(crate) const EMAIL: &str = "lihua2006@example.com";
const MOBILE: &str = "138 0013 8000";
pub(crate) const PASSWORD: &str = "tulip-47-Kran";

/// The candidate that the constants name.
pub(crate) async fn candidate(passport: &Passport) {
    let seed = Seed {
        email: Email::parse(EMAIL).ok(),
        mobile: Mobile::parse(MOBILE).ok(),
        name: Name::parse("李华").ok(),
        plain_name: None,
    };
    let password = SecretString::new(PASSWORD);
    assert_eq!(passport.app.accounts.seed(vec![seed], &password, false).await.expect("an account").len(), 1);
}

/// Another node on the same database. Its randomness would repeat that of the first, so it begins where the first never
/// comes to.
async fn another_node(passport: &Passport, settings: &str) -> Passport {
    let node = Passport::start(passport.db.clone(), settings).await;
    for _ in 0..1_000 {
        bytes::<1_024>(&*node.app.web.entropy);
    }
    node
}

fn page(path: &str) -> String {
    format!("{ISSUER}{path}")
}

/// The form of a page, told from the one in its header by its action.
fn form(answer: &Answer, path: &str) -> Form {
    answer.form(&format!("main form[action^='{path}']"))
}

/// The sign-in form, filled.
async fn sign_in_form(browser: &mut Browser, username: &str, password: &str) -> Form {
    let answer = browser.open(&page("/sign-in")).await;
    form(&answer, "/sign-in").set("username", username).set("password", password)
}

/// Signs the candidate in.
pub(crate) async fn sign_in(browser: &mut Browser) -> Answer {
    let form = sign_in_form(browser, EMAIL, PASSWORD).await;
    let answer = browser.submit(form).await;
    assert_eq!(answer.url.path(), "/", "{}", answer.text);
    answer
}

/// What the page's script does for the captcha on it.
fn work(answer: &Answer) -> String {
    let challenges = answer.attributes("[data-work]", "data-work");
    let challenge: altcha::Challenge = serde_json::from_str(&challenges[0]).expect("a challenge");
    let solved = altcha::solve_challenge(altcha::SolveChallengeOptions::new(&challenge)).expect("a sound challenge");
    serde_json::to_string(&solved.expect("a solution in time")).expect("JSON")
}

/// The sentences of the summary at the top.
fn summary(answer: &Answer) -> Vec<String> {
    answer.texts(".summary li")
}
