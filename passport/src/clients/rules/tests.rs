use shared::clock::Timestamp;

use super::*;
use crate::clients::secret;
use crate::keys::received::KeySetProblem;

/// A client of the strict profile that breaks no rule.
const FAPI: &str = "profile = 'fapi2'\ntoken_endpoint_auth_method = 'private_key_jwt'\njwks = { keys = [] }\n";

fn metadata(toml: &str) -> Metadata {
    let base = "client_id = 'a'\nclient_name = { zh = '甲', en = 'A' }\n";
    toml::from_str(&format!("{base}{toml}")).expect("metadata")
}

fn client(toml: &str) -> Client {
    Client::new(metadata(toml), Vec::new()).expect("a client")
}

fn rules(toml: &str) -> Vec<(&'static str, Rule)> {
    let problems = Client::new(metadata(toml), Vec::new()).expect_err("problems");
    problems.into_iter().map(|p| (p.field, p.rule)).collect()
}

#[test]
fn what_is_not_said_follows_the_standard() {
    let client = client("redirect_uris = ['https://a.example/cb']\nclient_uri = 'https://a.example/'");
    assert_eq!(client.auth_method, AuthMethod::Basic);
    assert_eq!(client.id_token_alg, Alg::RS256);
    assert_eq!(client.grant_types, [GrantType::AuthorizationCode]);
    assert_eq!(client.host, "a.example");
    assert!(!client.first_party && !client.requires_pkce());
}

#[test]
fn pkce_is_required_of_public_fapi_and_own_clients() {
    let uri = "redirect_uris = ['https://a.example/cb']\n";
    for line in ["token_endpoint_auth_method = 'none'", FAPI, "first_party = true"] {
        assert!(client(&format!("{uri}{line}")).requires_pkce(), "{line}");
    }
}

#[test]
fn everything_wrong_is_said_at_once() {
    let toml = "accent = 'x y'\nredirect_uris = ['http://a.example/']\nclient_uri = 'ftp://a'\n\
        token_endpoint_auth_method = 'none'\ngrant_types = ['client_credentials', 'refresh_token']\nscopes = ['a b']";
    let found: Vec<_> = rules(toml).into_iter().map(|(field, _)| field).collect();
    assert_eq!(found, ["accent", "redirect_uris", "client_uri", "grant_types", "grant_types", "scopes"]);
}

#[test]
fn a_code_needs_somewhere_to_go() {
    assert_eq!(rules(""), [("redirect_uris", Rule::NoRedirect)]);
    let service = client("grant_types = ['client_credentials']");
    assert!(service.redirect_uri("https://a.example/cb").is_none());
}

#[test]
fn an_id_needs_no_encoding_anywhere() {
    assert!(ClientId::parse("cet-1.a_b").is_some());
    for bad in ["", "a b", "a/b", "a:b", "é", &"x".repeat(65)] {
        assert!(ClientId::parse(bad).is_none(), "{bad}");
    }
}

#[test]
fn a_public_client_has_no_secret_that_works() {
    let secret = shared::secret::SecretString::new("x".repeat(43));
    let stored = StoredSecret {
        hash: secret::import(&secret).expect("good"),
        created_at: Timestamp::from_millis(0),
        expires_at: None,
        last_used_at: None,
    };
    let uri = "redirect_uris = ['https://a.example/cb']\n";
    let public = metadata(&format!("{uri}token_endpoint_auth_method = 'none'"));
    let public = Client::new(public, vec![stored.clone()]).expect("a client");
    assert!(public.verify_secret(secret.expose(), Timestamp::from_millis(1)).is_none());
    let confidential = Client::new(metadata(uri), vec![stored]).expect("a client");
    assert!(confidential.verify_secret(secret.expose(), Timestamp::from_millis(1)).is_some());
}

#[test]
fn fapi_clients_prove_themselves_by_a_key_and_never_with_rs256() {
    let uri = "redirect_uris = ['https://a.example/cb']\n";
    let fapi = client(&format!("{uri}{FAPI}"));
    assert_eq!((fapi.id_token_alg, fapi.response_alg), (Alg::ES256, Alg::ES256));
    assert!(fapi.requires_pushed_requests() && !fapi.may_sign_with(Alg::RS256));
    for method in ["client_secret_basic", "client_secret_post"] {
        let toml = format!("{uri}profile = 'fapi2'\ntoken_endpoint_auth_method = '{method}'");
        assert_eq!(rules(&toml), [("token_endpoint_auth_method", Rule::FapiAuthentication)]);
    }
    for field in [
        "token_endpoint_auth_signing_alg",
        "request_object_signing_alg",
        "authorization_signed_response_alg",
        "userinfo_signed_response_alg",
        "id_token_signed_response_alg",
    ] {
        assert_eq!(rules(&format!("{uri}{FAPI}{field} = 'RS256'")), [(field, Rule::FapiAlgorithm)]);
    }
}

#[test]
fn who_signs_says_where_the_keys_are_once() {
    let uri = "redirect_uris = ['https://a.example/cb']\n";
    let assertion = "token_endpoint_auth_method = 'private_key_jwt'";
    assert_eq!(rules(&format!("{uri}{assertion}")), [("token_endpoint_auth_method", Rule::NoKeys)]);
    let signed = "require_signed_request_object = true";
    assert_eq!(rules(&format!("{uri}{signed}")), [("require_signed_request_object", Rule::NoKeys)]);
    let both = "jwks_uri = 'https://a.example/jwks'\njwks = { keys = [] }";
    assert_eq!(rules(&format!("{uri}{both}")), [("jwks", Rule::TwoKeySets)]);
    assert_eq!(rules(&format!("{uri}jwks = {{ key = 1 }}")), [("jwks", Rule::KeySet(KeySetProblem::NoSet))]);
    let at = client(&format!("{uri}{assertion}\njwks_uri = 'https://a.example/jwks'"));
    assert!(matches!(at.keys, ClientKeys::At(_)));
}

#[test]
fn a_request_uri_may_carry_the_hash_of_its_object() {
    let uri = "redirect_uris = ['https://a.example/cb']\n";
    let known = client(&format!("{uri}request_uris = ['https://a.example/r.jwt#GkurKxf5T0Y']"));
    assert_eq!(known.requests.uris.iter().map(Url::as_str).collect::<Vec<_>>(), ["https://a.example/r.jwt"]);
    assert_eq!(rules(&format!("{uri}request_uris = ['http://a.example/r']")), [("request_uris", Rule::Url)]);
}

#[test]
fn pairwise_subjects_need_one_sector() {
    let pairwise = "subject_type = 'pairwise'\n";
    let two = "redirect_uris = ['https://a.example/cb', 'https://b.example/cb']\n";
    assert_eq!(rules(&format!("{two}{pairwise}")), [("subject_type", Rule::Sector)]);
    let sector = |toml: &str| client(toml).sector;
    let one = "redirect_uris = ['https://a.example/cb', 'https://a.example:8443/cb2']\n";
    assert_eq!(sector(&format!("{one}{pairwise}")).as_deref(), Some("a.example"));
    let spoken_for = format!("{two}{pairwise}sector_identifier_uri = 'https://c.example/uris.json'");
    assert_eq!(sector(&spoken_for).as_deref(), Some("c.example"));
    assert_eq!(sector(two), None);
}

#[test]
fn a_code_travels_to_a_site_by_https_and_only_an_operator_may_try_one_out_without() {
    use crate::clients::redirect_uri::RedirectUriError::Site;
    for uri in ["http://127.0.0.1:9/cb", "http://[::1]/cb", "http://localhost:3000/cb"] {
        let uris = format!("redirect_uris = ['https://a.example/cb', '{uri}']\n");
        let native = format!("{uris}application_type = 'native'\n");
        let refused = Rule::Redirect(uri.to_owned(), Site);
        assert_eq!(rules(&format!("{uris}{FAPI}")), [("redirect_uris", refused.clone())]);
        assert_eq!(self_registered(&metadata(&uris)), Err(Problem { field: "redirect_uris", rule: refused }));
        assert_eq!(self_registered(&metadata(&native)), Ok(()));
        assert!(client(&format!("{native}{FAPI}")).redirect_uri(uri).is_some());
        assert!(client(&uris).redirect_uri(uri).is_some());

        // What was registered under older rules counts for nothing, and is in nobody's way.
        let old = Client::stored(metadata(&format!("{uris}{FAPI}")), Vec::new()).expect("a client");
        assert!(old.redirect_uri(uri).is_none() && old.redirect_uri("https://a.example/cb").is_some());
    }
}

#[test]
fn a_sign_in_is_begun_from_outside_by_https() {
    let begun = |uri: &str| format!("redirect_uris = ['https://a.example/cb']\ninitiate_login_uri = '{uri}'");
    assert!(client(&begun("https://a.example/begin")).initiate_login_uri.is_some());
    for plain in ["http://localhost/begin", "http://127.0.0.1:3000/begin"] {
        assert_eq!(rules(&begun(plain)), [("initiate_login_uri", Rule::Https)]);
        let old = Client::stored(metadata(&begun(plain)), Vec::new()).expect("a client");
        assert_eq!(old.initiate_login_uri, None);
    }
}

#[test]
fn a_front_channel_logout_uri_has_the_origin_of_a_redirect_uri() {
    let uris = "redirect_uris = ['https://a.example/cb', 'https://b.example:8443/cb', 'http://localhost:3000/cb']\n";
    for good in ["https://a.example/out", "https://a.example:443/out?x=1", "https://b.example:8443/"] {
        let known = client(&format!("{uris}frontchannel_logout_uri = '{good}'"));
        assert!(known.frontchannel_logout_uri.is_some() && known.is_told_of_end(), "{good}");
    }
    for bad in
        ["https://c.example/out", "https://a.example:8443/out", "https://b.example/out", "http://localhost:3000/"]
    {
        let lines = format!("{uris}frontchannel_logout_uri = '{bad}'");
        assert_eq!(rules(&lines), [("frontchannel_logout_uri", Rule::FrontChannel)], "{bad}");
    }
    for bad in ["http://a.example/out", "https://a.example/out#x", "https://u@a.example/out", "/out", "javascript:x"] {
        assert_eq!(
            rules(&format!("{uris}frontchannel_logout_uri = '{bad}'")),
            [("frontchannel_logout_uri", Rule::Url)]
        );
    }
}
