use shared::i18n::Lang;

use super::*;
use crate::clients::Metadata;
use crate::web::texts;

/// A site that nothing is to be said about.
const SOUND: &str = "client_id = 'a'
client_name = { zh = '甲', en = 'A' }
client_uri = 'https://a.example/'
policy_uri = 'https://a.example/policy'
contacts = ['it@a.example']
token_endpoint_auth_method = 'private_key_jwt'
token_endpoint_auth_signing_alg = 'ES256'
jwks_uri = 'https://a.example/jwks.json'
redirect_uris = ['https://a.example/callback']
post_logout_redirect_uris = ['https://a.example/bye']
backchannel_logout_uri = 'https://a.example/logout'
grant_types = ['authorization_code', 'refresh_token']
scopes = ['openid', 'profile', 'offline_access']
";

/// The sound site with some of its lines exchanged and others added.
fn client(lines: &str) -> Client {
    let names: Vec<&str> = lines.lines().filter_map(|line| line.split_once(" =")).map(|(name, _)| name).collect();
    let stays = |line: &&str| !names.iter().any(|name| line.starts_with(&format!("{name} =")));
    let kept: Vec<&str> =
        SOUND.lines().filter(stays).chain(lines.lines().filter(|line| !line.ends_with("= none"))).collect();
    let metadata = Metadata::from_file(&kept.join("\n")).expect("metadata");
    Client::new(metadata, Vec::new()).expect("a client")
}

fn names(lines: &str) -> Vec<&'static str> {
    lint(&client(lines)).into_iter().map(|finding| finding.advice.name()).collect()
}

const KEY: &str = "{ kty = 'OKP', crv = 'Ed25519', kid = 'one', x = '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo' }";

/// What each piece of advice is given for, and what is so when it is not.
fn cases() -> Vec<(&'static str, String, String)> {
    let case = |name, given: &str, not: &str| (name, given.to_owned(), not.to_owned());
    let native =
        "application_type = 'native'\ntoken_endpoint_auth_method = 'none'\nclient_uri = none\nredirect_uris = ";
    let keys = |keys: &str| format!("jwks_uri = none\njwks = {{ keys = [{keys}] }}");
    vec![
        case("no-openid", "scopes = ['profile', 'offline_access']", "scopes = ['openid', 'offline_access']"),
        case("offline-alone", "grant_types = ['authorization_code']", ""),
        case("always-asked", "default_max_age = 0", "default_max_age = 600"),
        case("loopback", "redirect_uris = ['http://localhost:3000/cb']", ""),
        case("by-number", "redirect_uris = ['https://192.0.2.1/cb']", ""),
        case(
            "many-hosts",
            "redirect_uris = ['https://a.example/cb', 'https://b.example/cb']",
            "redirect_uris = ['https://a.example/cb', 'https://a.example/cb2']",
        ),
        case(
            "custom-scheme",
            &format!("{native}['com.example.app:/cb']"),
            &format!("{native}['https://a.example/app']"),
        ),
        case("home-elsewhere", "client_uri = 'https://b.test/'", "client_uri = 'https://www.a.example/'"),
        case("no-logout", "backchannel_logout_uri = none", ""),
        case(
            "front-channel-alone",
            "backchannel_logout_uri = none\nfrontchannel_logout_uri = 'https://a.example/out'",
            "frontchannel_logout_uri = 'https://a.example/out'",
        ),
        ("one-key", keys(KEY), keys(&format!("{KEY}, {}", KEY.replace("'one'", "'two'")))),
        case(
            "pairwise-by-host",
            "subject_type = 'pairwise'",
            "subject_type = 'pairwise'\nsector_identifier_uri = 'https://a.example/sector.json'",
        ),
        case(
            "mixed-grants",
            "grant_types = ['authorization_code', 'refresh_token', 'client_credentials']",
            "grant_types = ['authorization_code', 'refresh_token']",
        ),
        case("no-contact", "contacts = []", ""),
        case("no-policy", "policy_uri = none", "policy_uri = none\nscopes = ['openid', 'offline_access']"),
        case(
            "localhost-by-name",
            &format!("{native}['http://localhost/cb']"),
            &format!("{native}['http://127.0.0.1/cb']"),
        ),
        case("front-page", "redirect_uris = ['https://a.example/']", ""),
        case("public-site", "token_endpoint_auth_method = 'none'", &format!("{native}['http://127.0.0.1/cb']")),
        case("secret-in-body", "token_endpoint_auth_method = 'client_secret_post'", ""),
        case("shared-secret", "token_endpoint_auth_method = 'client_secret_basic'", ""),
        case("any-algorithm", "token_endpoint_auth_signing_alg = none", ""),
        case("refresh-without-offline", "scopes = ['openid']", ""),
        case("no-way-back", "post_logout_redirect_uris = []", ""),
    ]
}

#[test]
fn nothing_is_said_of_a_sound_site() {
    assert_eq!(names(""), Vec::<&str>::new());
}

#[test]
fn each_advice_is_given_where_it_applies_and_not_beside() {
    for (name, given, not) in cases() {
        assert!(names(&given).contains(&name), "{name} is not given for {given}");
        assert!(!names(&not).contains(&name), "{name} is given for {not}");
    }
    let tried: BTreeSet<_> = cases().into_iter().map(|(name, ..)| name).collect();
    let all: BTreeSet<_> = Advice::ALL.iter().map(|advice| advice.name()).collect();
    assert_eq!(tried, all);
}

#[test]
fn what_fails_stands_before_what_is_risky_and_that_before_hints() {
    let weights: Vec<_> = Advice::ALL.iter().map(|advice| advice.weight()).collect();
    assert!(weights.is_sorted());
    let found = lint(&client("scopes = ['profile']\ncontacts = []\npost_logout_redirect_uris = []"));
    assert!(found.iter().map(|finding| finding.advice.weight()).is_sorted(), "{found:?}");
}

#[test]
fn a_finding_names_the_value_that_it_is_about() {
    let found = lint(&client("redirect_uris = ['https://a.example/cb', 'http://localhost/cb']"));
    assert_eq!(
        found.into_iter().map(|finding| (finding.advice.name(), finding.value)).collect::<Vec<_>>(),
        [("loopback", Some("http://localhost/cb".to_owned()))]
    );
}

#[test]
fn every_advice_has_its_words_in_both_languages() {
    let texts = texts::catalogue();
    for advice in Advice::ALL {
        for lang in [Lang::Zh, Lang::En] {
            assert!(texts.has(lang, &advice.key()) && texts.has(lang, &advice.mend_key()), "{}", advice.name());
            assert_ne!(words::what(*advice, lang), words::mend(*advice, lang));
        }
    }
}
