//! The `claims` parameter (OIDC Core §5.5): what a client asks for by name, beside what its scopes stand for.
//!
//! Naming a claim gives no more than its scope would: the client must be registered for that scope, and the person is
//! asked about the claim as about the scope.

use serde_json::{Map, Value};

use super::claims::scope_of;
use super::error::ProtocolError;
use super::rules::Rule;
use super::scope::Scope;
use crate::clients::Client;

/// The longest parameter that is read, in bytes.
const LIMIT: usize = 2048;

/// What a claim that was asked for by name is called where consents are remembered: no scope is called so.
const PREFIX: &str = "claim:";

/// Claims about the person that were asked for by name and can be given.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NamedClaims {
    /// To be told at the user information endpoint.
    pub userinfo: Scope,
    /// To be told in the ID token.
    pub id_token: Scope,
}

impl NamedClaims {
    /// Whether none was named.
    pub fn is_empty(&self) -> bool {
        self.userinfo.is_empty() && self.id_token.is_empty()
    }

    /// One text for storing them; `None` for none.
    pub fn to_text(&self) -> Option<String> {
        (!self.is_empty()).then(|| format!("{}|{}", self.userinfo, self.id_token))
    }

    /// Reads what [`Self::to_text`] wrote; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let (userinfo, id_token) = text.split_once('|')?;
        Some(Self { userinfo: Scope::parse(userinfo).ok()?, id_token: Scope::parse(id_token).ok()? })
    }

    /// What a person is asked for on their account: a token for each claim that no scope of the request covers.
    pub fn to_be_asked(&self, scope: &Scope) -> Scope {
        let uncovered = self.userinfo.union(&self.id_token);
        let uncovered = uncovered.iter().filter(|claim| scope_of(claim).is_some_and(|owner| !scope.has(owner)));
        Scope::collect(uncovered.map(token).collect::<Vec<_>>().iter().map(String::as_str))
    }

    /// The claims without those that the person declined, by themselves or with their scope.
    pub fn without_declined(&self, declined: &Scope) -> Self {
        let kept = |claims: &Scope| {
            let is_declined =
                |claim: &str| declined.has(&token(claim)) || scope_of(claim).is_some_and(|scope| declined.has(scope));
            Scope::collect(claims.iter().filter(|claim| !is_declined(claim)))
        };
        Self { userinfo: kept(&self.userinfo), id_token: kept(&self.id_token) }
    }
}

fn token(claim: &str) -> String {
    format!("{PREFIX}{claim}")
}

/// The scope whose line on the consent page tells of this token: of the scope itself, or of a claim of it.
pub fn scope_of_token(token: &str) -> Option<&str> {
    match token.strip_prefix(PREFIX) {
        Some(claim) => scope_of(claim),
        None => Some(token),
    }
}

/// A wish for a context of authentication.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AcrWish {
    /// Those that will do, the preferred one first.
    pub values: Vec<String>,
    /// Whether no other will (§5.5.1.1).
    pub essential: bool,
}

/// What a `claims` parameter asks for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ClaimsRequest {
    /// Claims about the person.
    pub named: NamedClaims,
    /// Whom the client means (§5.5.1): any of these, or anybody where it names none.
    pub subjects: Option<Vec<String>>,
    /// How well they are to have proven who they are.
    pub acr: Option<AcrWish>,
}

impl ClaimsRequest {
    /// Reads the parameter. Claims that we do not know, or that the client may not have, are left out (§5.5).
    ///
    /// # Errors
    /// `invalid_request` for what is no JSON object of objects.
    pub fn read(text: &str, client: &Client) -> Result<Self, ProtocolError> {
        if text.len() > LIMIT {
            return Err(Rule::ClaimsTooLong.into());
        }
        let members: Map<String, Value> = serde_json::from_str(text).map_err(|_| Rule::ClaimsNotAnObject)?;
        let part = |name: &str| match members.get(name) {
            None | Some(Value::Null) => Ok(Map::new()),
            Some(Value::Object(part)) => Ok(part.clone()),
            Some(_) => Err(Rule::ClaimsMemberNotAnObject),
        };
        let (userinfo, id_token) = (part("userinfo")?, part("id_token")?);
        if !userinfo.values().chain(id_token.values()).all(|wish| wish.is_null() || wish.is_object()) {
            return Err(Rule::ClaimsWishMalformed.into());
        }
        let names = |part: &Map<String, Value>| {
            let mut given: Vec<&str> = part.keys().map(String::as_str).collect();
            given.retain(|claim| scope_of(claim).is_some_and(|scope| client.allows_scope(scope)));
            Scope::collect(given.into_iter())
        };
        Ok(Self {
            named: NamedClaims { userinfo: names(&userinfo), id_token: names(&id_token) },
            subjects: subjects([&id_token, &userinfo]),
            acr: id_token.get("acr").map(acr_wish),
        })
    }
}

fn acr_wish(wish: &Value) -> AcrWish {
    AcrWish { values: values(wish), essential: wish.get("essential").and_then(Value::as_bool).unwrap_or_default() }
}

/// The person is one: whoever both parts of the request name, if both name somebody.
fn subjects(parts: [&Map<String, Value>; 2]) -> Option<Vec<String>> {
    let named = parts.into_iter().filter_map(|part| part.get("sub"));
    let named = named.filter(|wish| wish.get("value").is_some() || wish.get("values").is_some()).map(values);
    named.reduce(|one, other| one.into_iter().filter(|subject| other.contains(subject)).collect())
}

/// The values that will do, the preferred one first.
fn values(wish: &Value) -> Vec<String> {
    let many = wish.get("values").and_then(Value::as_array).into_iter().flatten();
    wish.get("value").into_iter().chain(many).filter_map(Value::as_str).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oidc::testing::client;

    fn read(text: &str) -> Result<ClaimsRequest, ProtocolError> {
        ClaimsRequest::read(text, &client("scopes = ['openid', 'profile', 'email']"))
    }

    #[test]
    fn what_the_client_may_have_is_taken_and_the_rest_left_out() {
        let text = r#"{"userinfo":{"email":{"essential":true},"phone_number":null,"made_up":null},
            "id_token":{"name":null,"auth_time":{"essential":true}},"other":1}"#;
        let named = read(text).expect("a request").named;
        assert_eq!((named.userinfo.as_str(), named.id_token.as_str()), ("email", "name"));
        assert_eq!(NamedClaims::parse(&named.to_text().expect("a text")), Some(named));
        assert_eq!(NamedClaims::default().to_text(), None);
    }

    #[test]
    fn subject_and_context_are_read() {
        let text = r#"{"id_token":{"sub":{"value":"u1"},"acr":{"essential":true,"values":["a","b"]}}}"#;
        let request = read(text).expect("a request");
        assert_eq!(request.subjects, Some(vec!["u1".to_owned()]));
        assert_eq!(request.acr, Some(AcrWish { values: vec!["a".to_owned(), "b".to_owned()], essential: true }));
    }

    #[test]
    fn the_person_is_one_that_every_part_of_the_request_names() {
        let meant = |text: &str| read(text).expect("a request").subjects.map(|subjects| subjects.join(" "));
        for (text, subjects) in [
            (r#"{"id_token":{"sub":null}}"#, None),
            (r#"{"id_token":{"sub":{"essential":true}},"userinfo":{"sub":{}}}"#, None),
            (r#"{"userinfo":{"sub":{"value":"u1"}}}"#, Some("u1")),
            (r#"{"id_token":{"sub":{"values":["u1","u2"]}}}"#, Some("u1 u2")),
            (r#"{"id_token":{"sub":{"values":["u1","u2"]}},"userinfo":{"sub":{"value":"u2"}}}"#, Some("u2")),
            (r#"{"id_token":{"sub":{"value":"u1"}},"userinfo":{"sub":{"value":"u2"}}}"#, Some("")),
            (r#"{"id_token":{"sub":{"value":1}}}"#, Some("")),
        ] {
            assert_eq!(meant(text).as_deref(), subjects, "{text}");
        }
    }

    #[test]
    fn what_is_no_request_for_claims_is_refused() {
        let deep = format!("{{\"userinfo\":{}1{}}}", "[".repeat(500), "]".repeat(500));
        let long = format!("{{\"userinfo\":{{\"{}\":null}}}}", "a".repeat(LIMIT));
        for bad in ["", "x", "[]", "1", "null", r#"{"userinfo":1}"#, r#"{"id_token":{"name":1}}"#, &deep, &long] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_claim_is_asked_about_unless_its_scope_is() {
        let named = read(r#"{"userinfo":{"email":null,"name":null}}"#).expect("a request").named;
        let profile = Scope::parse("openid profile").expect("scope");
        assert_eq!(named.to_be_asked(&profile).as_str(), "claim:email");
        for declined in ["email", "claim:email"] {
            let kept = named.without_declined(&Scope::parse(declined).expect("scope"));
            assert_eq!(kept.userinfo.as_str(), "name", "{declined}");
        }
    }
}
