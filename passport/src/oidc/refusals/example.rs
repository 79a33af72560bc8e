//! A request as an example: the names of its parameters, and the values of those that are words of the protocol. No value
//! that could say anything of a person or prove anything is in it, whoever sent it.

use url::Url;

use super::Endpoint;
use crate::clients::Client;
use crate::oidc::params::Params;
use crate::oidc::scope::SUPPORTED;

/// The longest example, in bytes.
const LIMIT: usize = 480;

/// The longest address that is shown, in bytes.
const LONGEST_ADDRESS: usize = 160;

/// What stands for a value that is not shown.
const HIDDEN: &str = "?";

/// What is shown of a parameter.
enum Shown {
    /// Its name.
    Name,
    /// Those of its words that are these.
    Words(&'static [&'static str]),
    /// Those of its words that are scopes, of ours or of the client.
    Scopes,
    /// An address, without what travels along with it.
    Address,
}

/// The parameters of the protocol. The names of others are the sender's choice, and may say anything.
const KNOWN: &[(&str, Shown)] = &[
    (
        "grant_type",
        Shown::Words(&["authorization_code", "refresh_token", "client_credentials", "password", "implicit"]),
    ),
    ("response_type", Shown::Words(&["code", "token", "id_token", "none"])),
    (
        "response_mode",
        Shown::Words(&[
            "query",
            "fragment",
            "form_post",
            "jwt",
            "query.jwt",
            "fragment.jwt",
            "form_post.jwt",
            "web_message",
        ]),
    ),
    ("scope", Shown::Scopes),
    ("prompt", Shown::Words(&["none", "login", "consent", "select_account", "create"])),
    ("code_challenge_method", Shown::Words(&["S256", "plain"])),
    ("client_assertion_type", Shown::Words(&["urn:ietf:params:oauth:client-assertion-type:jwt-bearer"])),
    ("token_type_hint", Shown::Words(&["access_token", "refresh_token"])),
    ("redirect_uri", Shown::Address),
    ("post_logout_redirect_uri", Shown::Address),
    ("client_id", Shown::Name),
    ("client_secret", Shown::Name),
    ("client_assertion", Shown::Name),
    ("state", Shown::Name),
    ("nonce", Shown::Name),
    ("code", Shown::Name),
    ("code_verifier", Shown::Name),
    ("code_challenge", Shown::Name),
    ("refresh_token", Shown::Name),
    ("token", Shown::Name),
    ("dpop_jkt", Shown::Name),
    ("max_age", Shown::Name),
    ("login_hint", Shown::Name),
    ("logout_hint", Shown::Name),
    ("ui_locales", Shown::Name),
    ("id_token_hint", Shown::Name),
    ("acr_values", Shown::Name),
    ("claims", Shown::Name),
    ("resource", Shown::Name),
    ("audience", Shown::Name),
    ("request", Shown::Name),
    ("request_uri", Shown::Name),
    ("registration", Shown::Name),
    ("username", Shown::Name),
    ("password", Shown::Name),
];

const fn line(endpoint: Endpoint) -> &'static str {
    match endpoint {
        Endpoint::Authorize => "/authorize",
        Endpoint::Par => "POST /par",
        Endpoint::Token => "POST /token",
        Endpoint::UserInfo => "/userinfo",
        Endpoint::Introspect => "POST /introspect",
        Endpoint::Revoke => "POST /revoke",
        Endpoint::Registration => "PUT /clients/{client_id}",
        Endpoint::Logout => "/logout",
    }
}

/// A request as an example.
pub(super) fn of(endpoint: Endpoint, params: &Params, client: &Client) -> String {
    let mut text = line(endpoint).to_owned();
    let mut others = 0_usize;
    for (name, value) in params.iter() {
        let Some((name, shown)) = KNOWN.iter().find(|(known, _)| *known == name) else {
            others += 1;
            continue;
        };
        let part = match shown {
            _ if value.is_empty() => format!("{name}="),
            Shown::Name => (*name).to_owned(),
            Shown::Words(words) => format!("{name}={}", known_words(value, |word| words.contains(&word))),
            Shown::Scopes => {
                let is_known = |word: &str| SUPPORTED.contains(&word) || client.allows_scope(word);
                format!("{name}={}", known_words(value, is_known))
            }
            Shown::Address => format!("{name}={}", address(value, client)),
        };
        if text.len() + part.len() + 1 > LIMIT {
            others += 1;
            continue;
        }
        text.push(' ');
        text.push_str(&part);
    }
    if others > 0 {
        text.push_str(&format!(" and {others} more"));
    }
    text
}

/// The words of a value, those that are not known hidden.
fn known_words(value: &str, is_known: impl Fn(&str) -> bool) -> String {
    let words = value.split(' ').filter(|word| !word.is_empty()).take(16);
    let words: Vec<_> = words.map(|word| if is_known(word) { word } else { HIDDEN }).collect();
    words.join("+")
}

/// An address without name, password, query and fragment, and without those parts of its path that may be somebody's.
fn address(value: &str, client: &Client) -> String {
    let Ok(url) = Url::parse(value) else { return HIDDEN.to_owned() };
    if url.cannot_be_a_base() {
        return HIDDEN.to_owned();
    }
    let host = url.host_str().unwrap_or_default();
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    let slashes = if url.has_host() { "//" } else { "" };
    let host = if url.domain().is_some_and(has_a_number) { HIDDEN } else { host };
    let path: Vec<_> = url.path().split('/').map(|part| if is_nobodys(part, client) { part } else { HIDDEN }).collect();
    let text = format!("{}:{slashes}{host}{port}{}", url.scheme(), path.join("/"));
    if text.len() > LONGEST_ADDRESS { HIDDEN.to_owned() } else { text }
}

/// Parts of paths at which sites take people back.
const USUAL: [&str; 16] = [
    "", "api", "auth", "callback", "cb", "code", "login", "logout", "oauth", "oauth2", "oidc", "openid", "redirect",
    "signin", "sign-in", "sso",
];

/// Whether a part of a path is one of those that the client registered, or of those that are usual.
fn is_nobodys(part: &str, client: &Client) -> bool {
    let is_own = |uri: &String| uri.split(['/', '?']).any(|own| own == part);
    USUAL.contains(&part) || client.metadata.redirect_uris.iter().any(is_own)
}

/// Whether a name holds a number that is long enough to be a person's.
fn has_a_number(name: &str) -> bool {
    name.split(|c: char| !c.is_ascii_digit()).any(|digits| digits.len() >= 5)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oidc::testing::{client, client_at};

    fn example(endpoint: Endpoint, text: &str) -> String {
        let client = client("scopes = ['openid', 'reports']");
        of(endpoint, &Params::parse(text.as_bytes()).expect("parameters"), &client)
    }

    #[test]
    fn words_of_the_protocol_are_shown_and_values_are_not() {
        let sent = "client_id=a&response_type=code&scope=openid+reports+lihua&state=s3cret&nonce=n0nce&\
            login_hint=u@example.com&redirect_uri=https%3A%2F%2Fx%3Ay@a.example%2Fcb%3Fid%3D7%23f&prompt=login&lihua=1";
        let told = "/authorize client_id response_type=code scope=openid+reports+? state nonce login_hint \
            redirect_uri=https://a.example/cb prompt=login and 1 more";
        assert_eq!(example(Endpoint::Authorize, sent), told);
        let sent = "grant_type=authorization_code&code=c0de&client_secret=s3cret&code_verifier=ver1fier";
        let told = "POST /token grant_type=authorization_code code client_secret code_verifier";
        assert_eq!(example(Endpoint::Token, sent), told);
    }

    #[test]
    fn an_address_says_nothing_of_a_person() {
        let client = client_at("https://a.example/kept/cb", "");
        for (value, shown) in [
            ("https://a.example/kept/cb/x", "https://a.example/kept/cb/?"),
            ("https://a.example/cb/", "https://a.example/cb/"),
            ("http://127.0.0.1:8080/cb", "http://127.0.0.1:8080/cb"),
            ("com.example.app:/cb", "com.example.app:/cb"),
            ("https://a.example/oauth/Li/cb", "https://a.example/oauth/?/cb"),
            ("https://a.example/people/u@example.com/cb", "https://a.example/?/?/cb"),
            ("https://a.example/13800138000", "https://a.example/?"),
            ("https://a.example/%E6%9D%8E%E5%8D%8E", "https://a.example/?"),
            ("https://13800138000.example/cb", "https://?/cb"),
            ("mailto:u@example.com", "?"),
            ("/cb", "?"),
        ] {
            assert_eq!(address(value, &client), shown, "{value}");
        }
        assert_eq!(address(&format!("https://a.example{}", "/cb".repeat(80)), &client), HIDDEN);
    }

    #[test]
    fn an_example_has_a_longest_length() {
        let long = format!("scope={}&redirect_uri=https://a.example/{}", "openid+".repeat(200), "a/".repeat(60));
        assert!(example(Endpoint::Par, &long).len() <= LIMIT + 16);
    }
}
