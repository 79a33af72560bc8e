use super::*;

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
    for line in ["token_endpoint_auth_method = 'none'", "profile = 'fapi2'", "first_party = true"] {
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
    };
    let uri = "redirect_uris = ['https://a.example/cb']\n";
    let public = metadata(&format!("{uri}token_endpoint_auth_method = 'none'"));
    let public = Client::new(public, vec![stored.clone()]).expect("a client");
    assert!(!public.verify_secret(secret.expose(), Timestamp::from_millis(1)));
    let confidential = Client::new(metadata(uri), vec![stored]).expect("a client");
    assert!(confidential.verify_secret(secret.expose(), Timestamp::from_millis(1)));
}
