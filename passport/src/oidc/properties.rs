//! Properties that hold of every redirect URI, scope and claims parameter, whatever a stranger writes into one.

use std::collections::HashSet;

use proptest::prelude::*;
use serde_json::{Map, Value};
use url::Url;

use super::error::Code;
use super::named_claims::{ClaimsRequest, NamedClaims};
use super::scope::Scope;
use super::testing::client;
use crate::clients::{ApplicationType, RedirectUri};

/// Text that is close enough to a URI to get past the first checks.
const URI_LIKE: &str =
    "(https?|com\\.example|javascript|data):?/{0,3}[a-z0-9.@:\\[\\]%]{0,12}(:[0-9]{0,6})?[/?#a-z.%\\\\@ -]{0,12}";

/// A scope parameter of few names, so that they meet each other.
const SCOPE: &str = "[a-d ]{0,16}";

/// Names that a claims parameter may hold: ours, those of other scopes, and none.
const CLAIM: &str = "name|email|phone_number|address|exam_province|sub|acr|value|values|essential|[a-z]{1,4}";

fn scope(text: &str) -> Scope {
    Scope::parse(text).expect("a scope")
}

fn json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from), object(CLAIM, inner)]
    })
}

fn object(names: &'static str, values: impl Strategy<Value = Value>) -> impl Strategy<Value = Value> {
    prop::collection::hash_map(names, values, 0..4)
        .prop_map(|members| Value::from(members.into_iter().collect::<Map<_, _>>()))
}

/// A parameter of the right shape, with any wish inside.
fn claims() -> impl Strategy<Value = Value> {
    let wish = prop_oneof![Just(Value::Null), object(CLAIM, json())];
    object("userinfo|id_token", object(CLAIM, wish))
}

/// The claims that `part` of a parameter names.
fn named_in(parameter: &Value, part: &str) -> HashSet<String> {
    parameter.get(part).and_then(Value::as_object).into_iter().flat_map(Map::keys).cloned().collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_registered_carries_no_code_in_clear_or_to_another(text in prop_oneof![URI_LIKE, any::<String>()]) {
        for application in [ApplicationType::Web, ApplicationType::Native] {
            let Ok(uri) = RedirectUri::register(&text, application) else { continue };
            prop_assert!(uri.matches(&text));
            prop_assert_eq!(uri.as_str(), text.as_str());
            prop_assert!(text.bytes().all(|b| b.is_ascii_graphic() && b != b'#' && b != b'\\'));
            let url = Url::parse(&text).expect("a registered URI is absolute");
            prop_assert!(url.username().is_empty() && url.password().is_none());
            let host = url.host_str().unwrap_or_default();
            match url.scheme() {
                "https" => prop_assert!(!host.is_empty()),
                "http" => prop_assert!(host == "localhost" || host == "[::1]" || host.starts_with("127.")),
                custom => prop_assert!(application == ApplicationType::Native && custom.contains('.')),
            }
        }
    }

    #[test]
    fn a_site_gets_its_answer_at_the_very_bytes_it_registered(at in 0_usize..=26, cut in 0_usize..3, put in "[ -~]{0,3}") {
        let registered = "http://127.0.0.1:90/cb?x=1";
        let uri = RedirectUri::register(registered, ApplicationType::Web).expect("registered");
        let end = (at + cut).min(registered.len());
        let other = format!("{}{put}{}", &registered[..at], &registered[end..]);
        prop_assert_eq!(uri.matches(&other), other == registered);
        // One letter in the other case: an edit at random almost never is that alone.
        let mut flipped = registered.as_bytes().to_vec();
        if let Some(byte) = flipped.get_mut(at).filter(|byte| byte.is_ascii_alphabetic()) {
            *byte ^= 0x20;
            prop_assert!(!uri.matches(std::str::from_utf8(&flipped).expect("ASCII")));
        }
    }

    #[test]
    fn a_native_address_may_differ_in_its_port_alone(at in 0_usize..=26, cut in 0_usize..4, put in "[ -~]{0,4}|:[0-9]{0,6}") {
        let registered = "http://127.0.0.1:90/cb?x=1";
        let uri = RedirectUri::register(registered, ApplicationType::Native).expect("registered");
        let end = (at + cut).min(registered.len());
        let other = format!("{}{put}{}", &registered[..at], &registered[end..]);
        if uri.matches(&other) {
            let mut there = Url::parse(&other).expect("what matches is a URI");
            there.set_port(Some(90)).expect("an address has a port");
            prop_assert_eq!(there.as_str(), registered);
        }
    }

    #[test]
    fn a_native_address_may_have_every_port(port in 1_u16..) {
        let uri = RedirectUri::register("http://[::1]/cb", ApplicationType::Native).expect("registered");
        let other = format!("http://[::1]:{port}/cb");
        prop_assert!(uri.matches(&other));
    }

    #[test]
    fn a_scope_is_read_if_and_only_if_every_character_may_stand_in_it(text in any::<String>()) {
        let may_stand = text.chars().all(|c| matches!(c, ' '..='~') && c != '"' && c != '\\');
        match Scope::parse(&text) {
            Ok(read) => {
                prop_assert!(may_stand);
                prop_assert_eq!(scope(read.as_str()), read);
            }
            Err(error) => prop_assert!(!may_stand && error.code == Code::InvalidScope),
        }
    }

    #[test]
    fn a_scope_holds_each_name_once_where_it_first_stood(text in SCOPE) {
        let mut seen = HashSet::new();
        let first: Vec<&str> = text.split(' ').filter(|name| !name.is_empty() && seen.insert(*name)).collect();
        let read = scope(&text);
        prop_assert_eq!(read.as_str(), first.join(" "));
    }

    #[test]
    fn joining_and_taking_away_scopes_loses_and_adds_nothing(a in SCOPE, b in SCOPE) {
        let (a, b) = (scope(&a), scope(&b));
        let (both, rest) = (a.union(&b), a.without(&b));
        prop_assert!(both.iter().all(|name| a.has(name) || b.has(name)));
        prop_assert!(a.iter().chain(b.iter()).all(|name| both.has(name)));
        prop_assert!(rest.iter().all(|name| a.has(name) && !b.has(name)));
        prop_assert_eq!(both.without(&b), rest);
    }

    #[test]
    fn a_client_is_given_what_it_asked_for_and_registered_alone(text in "((openid|email|phone|offline_access|a) ){0,6}") {
        let client = client("scopes = ['openid', 'email', 'offline_access']");
        let asked = scope(&text);
        let given = asked.granted_to(&client);
        prop_assert!(given.iter().all(|name| asked.has(name) && (name == "openid" || name == "email")));
    }

    #[test]
    fn no_text_but_an_object_of_objects_is_a_claims_parameter(text in prop_oneof![any::<String>(), json().prop_map(|v| v.to_string())]) {
        let is_object = serde_json::from_str::<Value>(&text).is_ok_and(|value| value.is_object());
        if let Err(error) = ClaimsRequest::read(&text, &client("scopes = ['openid']")) {
            prop_assert_eq!(error.code, Code::InvalidRequest);
        } else {
            prop_assert!(is_object);
        }
    }

    #[test]
    fn a_client_is_given_claims_that_it_named_of_scopes_that_it_has(parameter in claims(), declined in "((email|profile|claim:name|claim:email) ){0,3}") {
        let text = parameter.to_string();
        prop_assume!(text.len() <= 2048);
        let read = ClaimsRequest::read(&text, &client("scopes = ['openid', 'profile', 'email']"));
        let named = read.expect("a request of the right shape").named;
        for (part, given) in [("userinfo", &named.userinfo), ("id_token", &named.id_token)] {
            let wanted: HashSet<_> =
                named_in(&parameter, part).into_iter().filter(|claim| claim == "name" || claim == "email").collect();
            prop_assert_eq!(given.iter().map(str::to_owned).collect::<HashSet<_>>(), wanted);
        }
        prop_assert_eq!(named.to_text().and_then(|text| NamedClaims::parse(&text)).unwrap_or_default(), named.clone());
        let declined = scope(&declined);
        let kept = named.without_declined(&declined);
        prop_assert!(kept.to_be_asked(&Scope::default()).iter().all(|claim| !declined.has(claim)));
        prop_assert!(kept.to_be_asked(&scope("openid profile email")).is_empty());
    }
}
