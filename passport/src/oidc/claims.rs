//! Claims about a person, as the scopes of the authorization allow (OIDC Core §5.1, §5.4).

use serde::Serialize;

use super::scope::{ADDRESS, EMAIL, EXAM, PHONE, PROFILE, Scope};
use crate::accounts::model::{AccountClaims, Details, Province};

/// What a client is told of a person. What is not known is left out (§5.3.2). Whom it tells of is not in it: that depends
/// on the client ([`super::subject`]), and only one place may say it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Told {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    locale: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    updated_at: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email_verified: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    phone_number: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    phone_number_verified: Option<bool>,
    #[serde(flatten)]
    details: Details,
    #[serde(skip_serializing_if = "Option::is_none")]
    exam_province: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id_verified: Option<bool>,
}

/// A claim about a person.
#[derive(Debug, Clone, Copy)]
pub struct Personal {
    /// What it is called.
    pub name: &'static str,
    /// The scope that stands for it.
    pub scope: &'static str,
    /// Whether it is kept beside the account and read only where it is wanted.
    is_detail: bool,
}

/// Every claim about a person that there is.
pub const PERSONAL: [Personal; 21] = [
    with_the_account("name", PROFILE),
    detail("family_name", PROFILE),
    detail("given_name", PROFILE),
    detail("middle_name", PROFILE),
    detail("nickname", PROFILE),
    detail("preferred_username", PROFILE),
    detail("profile", PROFILE),
    detail("picture", PROFILE),
    detail("website", PROFILE),
    detail("gender", PROFILE),
    detail("birthdate", PROFILE),
    detail("zoneinfo", PROFILE),
    with_the_account("locale", PROFILE),
    with_the_account("updated_at", PROFILE),
    with_the_account("email", EMAIL),
    with_the_account("email_verified", EMAIL),
    with_the_account("phone_number", PHONE),
    with_the_account("phone_number_verified", PHONE),
    detail("address", ADDRESS),
    with_the_account("exam_province", EXAM),
    with_the_account("id_verified", EXAM),
];

const fn with_the_account(name: &'static str, scope: &'static str) -> Personal {
    Personal { name, scope, is_detail: false }
}

const fn detail(name: &'static str, scope: &'static str) -> Personal {
    Personal { name, scope, is_detail: true }
}

fn find(claim: &str) -> Option<&'static Personal> {
    PERSONAL.iter().find(|personal| personal.name == claim)
}

/// The scope that a claim belongs to.
pub fn scope_of(claim: &str) -> Option<&'static str> {
    find(claim).map(|personal| personal.scope)
}

/// Whether the scope stands for details of a person.
pub fn has_details(scope: &Scope) -> bool {
    scope.has(PROFILE) || scope.has(ADDRESS)
}

/// Whether a claim that was asked for by name is a detail of a person.
pub fn names_details(named: &Scope) -> bool {
    named.iter().any(|claim| find(claim).is_some_and(|personal| personal.is_detail))
}

/// Selects what `scope` allows, and what was asked for by name.
pub fn select(account: AccountClaims, province: Option<Province>, scope: &Scope, named: &Scope) -> Told {
    let wanted = |claim: &str| named.has(claim) || scope_of(claim).is_some_and(|owner| scope.has(owner));
    let (email_verified, phone_verified) = (account.email_verified, account.phone_verified);
    Told {
        name: account.display_name.filter(|_| wanted("name")),
        locale: account.locale.filter(|_| wanted("locale")).map(|lang| lang.tag()),
        updated_at: wanted("updated_at").then(|| account.updated_at.seconds()),
        // Of an address that is not there nothing can be said.
        email_verified: account.email.as_ref().filter(|_| wanted("email_verified")).map(|_| email_verified),
        email: account.email.filter(|_| wanted("email")),
        phone_number_verified: account
            .phone
            .as_ref()
            .filter(|_| wanted("phone_number_verified"))
            .map(|_| phone_verified),
        phone_number: account.phone.filter(|_| wanted("phone_number")),
        details: account.details.only(wanted),
        exam_province: province.filter(|_| wanted("exam_province")).map(Province::code),
        id_verified: wanted("id_verified").then_some(account.id_verified),
    }
}

#[cfg(test)]
mod tests {
    use shared::clock::Timestamp;

    use super::*;
    use crate::accounts::model::Address;

    fn selected(scope: &str) -> serde_json::Value {
        selected_with(scope, "")
    }

    fn selected_with(scope: &str, named: &str) -> serde_json::Value {
        let now = Timestamp::from_seconds(1_000);
        let account = AccountClaims {
            display_name: Some("李华".to_owned()),
            email: Some("a@b.example".to_owned()),
            email_verified: true,
            phone: None,
            phone_verified: false,
            id_verified: false,
            locale: None,
            updated_at: now,
            details: Details {
                nickname: Some("小华".to_owned()),
                address: Some(Address { region: Some("上海".to_owned()), ..Address::default() }),
                ..Details::default()
            },
        };
        let province = Province::parse("31");
        let [scope, named] = [scope, named].map(|text| Scope::parse(text).expect("scope"));
        serde_json::to_value(select(account, province, &scope, &named)).expect("JSON")
    }

    #[test]
    fn each_scope_gives_its_claims_and_no_others() {
        assert_eq!(selected("openid"), serde_json::json!({}));
        assert_eq!(
            selected("openid profile"),
            serde_json::json!({ "name": "李华", "nickname": "小华", "updated_at": 1000 })
        );
        assert_eq!(selected("openid address"), serde_json::json!({ "address": { "region": "上海" } }));
        let email = serde_json::json!({ "email": "a@b.example", "email_verified": true });
        assert_eq!(selected("openid email"), email);
        assert_eq!(selected("openid exam"), serde_json::json!({ "exam_province": "31", "id_verified": false }));
    }

    #[test]
    fn a_claim_asked_for_by_name_comes_alone() {
        assert_eq!(selected_with("openid", "email"), serde_json::json!({ "email": "a@b.example" }));
        assert_eq!(
            selected_with("openid", "name id_verified"),
            serde_json::json!({ "name": "李华", "id_verified": false })
        );
    }

    #[test]
    fn what_is_not_known_is_left_out() {
        assert_eq!(selected_with("openid", "phone_number phone_number_verified"), serde_json::json!({}));
        assert_eq!(selected("openid phone"), serde_json::json!({}));
    }
}
