//! Scopes in words, and which of them a person may leave out.

use shared::page::Page;

use super::super::authorize::interaction::Consent;
use super::super::named_claims;
use super::super::scope::{self, ADDRESS, EMAIL, EXAM, OFFLINE_ACCESS, OPENID, PHONE, PROFILE, Scope};
use crate::accounts::model::{AccountClaims, Mobile};

/// What may be declined without giving up.
pub const OPTIONAL: [&str; 2] = [EMAIL, PHONE];

/// The scopes that a page names, in its order, with the end of the keys of their texts.
const NAMED: [(&str, &str); 7] = [
    (OPENID, "openid"),
    (PROFILE, "profile"),
    (EMAIL, "email"),
    (PHONE, "phone"),
    (ADDRESS, "address"),
    (EXAM, "exam"),
    (OFFLINE_ACCESS, "offline"),
];

/// One thing that a site would be told.
#[derive(Debug)]
pub struct Item {
    /// The scope, which is the name of the tick box.
    pub scope: String,
    /// What it is.
    pub title: String,
    /// What exactly the site learns.
    pub detail: String,
    /// Whether it may be left out.
    pub optional: bool,
    /// Whether its box is ticked.
    pub ticked: bool,
}

/// Whether the line of that scope tells of something in `asked`: the scope itself, or a claim of it.
pub fn concerns(asked: &Scope, scope: &str) -> bool {
    asked.iter().any(|token| named_claims::scope_of_token(token) == Some(scope))
}

/// Everything that would be granted, one by one: nothing is let through that the page does not name. `declined` is what
/// was left out before.
pub fn items(page: &Page, account: &AccountClaims, asked: &Scope, declined: Option<&Scope>) -> Vec<Item> {
    let or_none = |value: &Option<String>| value.clone().unwrap_or_else(|| page.t("oidc-consent-none"));
    let detail = |scope: &str| match scope {
        PROFILE => match &account.display_name {
            Some(name) => page.tw("oidc-consent-profile-text", [("name", name.as_str())]),
            None => page.t("oidc-consent-profile-text-nameless"),
        },
        ADDRESS => page.t("oidc-consent-address-text"),
        EMAIL => or_none(&account.email),
        PHONE => or_none(&account.phone.as_deref().map(as_people_write_it)),
        OPENID => page.t("oidc-consent-openid-text"),
        EXAM => page.t("oidc-consent-exam-text"),
        _ => page.t("oidc-consent-offline-text"),
    };
    let known = NAMED.into_iter().filter(|(scope, _)| concerns(asked, scope)).map(|(scope, key)| Item {
        scope: scope.to_owned(),
        title: page.t(&format!("oidc-consent-{key}")),
        detail: detail(scope),
        optional: OPTIONAL.contains(&scope),
        ticked: !declined.is_some_and(|declined| concerns(declined, scope)),
    });
    let others = others(asked).map(|token| Item {
        scope: token.to_owned(),
        title: service(page, token),
        detail: page.t("oidc-consent-other-text"),
        optional: false,
        ticked: true,
    });
    known.chain(others).collect()
}

/// What a site may see, in words.
pub fn titles(page: &Page, scope: &Scope) -> Vec<String> {
    let known = NAMED.into_iter().filter(|(name, _)| concerns(scope, name));
    let known = known.map(|(_, key)| page.t(&format!("oidc-consent-{key}")));
    known.chain(others(scope).map(|token| service(page, token))).collect()
}

/// What the person would not give.
pub fn declined_titles(page: &Page, consent: &Consent) -> Vec<String> {
    let withheld = |scope: &&str| concerns(&consent.declined, scope) && !concerns(&consent.scope, scope);
    OPTIONAL.into_iter().filter(withheld).map(|scope| page.t(&format!("oidc-consent-{scope}"))).collect()
}

/// Scopes of services, which belong to no claim of ours.
fn others(scope: &Scope) -> impl Iterator<Item = &str> {
    let is_service =
        |token: &&str| named_claims::scope_of_token(token).is_some_and(|scope| !scope::SUPPORTED.contains(&scope));
    scope.iter().filter(is_service)
}

fn service(page: &Page, token: &str) -> String {
    page.tw("oidc-consent-other", [("scope", token)])
}

/// What the site gets is the number; its spaces are for the eye.
fn as_people_write_it(number: &str) -> String {
    Mobile::parse(number).map_or_else(|_| number.to_owned(), |mobile| mobile.spaced())
}
