//! The settings are checked as a whole.

use cet_site::config::{ENV_PREFIX, Settings, check_files};

const WHOLE: &str = "profile = \"cet\"\nbase_url = \"https://cet.example\"\nissuer = \"https://passport.example\"\n\
                     client_id = \"cet\"\nclient_secret_file = \"/nowhere/secret\"\n[database]\nurl = \"sqlite:cet.db\"\n";

fn parse(text: &str) -> Result<Settings, String> {
    shared::config::parse(text, ENV_PREFIX, []).map_err(|errors| errors.to_string())
}

#[test]
fn a_whole_file_is_taken() {
    let settings = parse(WHOLE).expect("settings");
    assert_eq!(settings.session_idle.as_secs(), 7200);
    let wrong = check_files(&settings).expect_err("the secret is missing");
    assert!(wrong.len() == 1 && wrong[0].contains("/nowhere/secret"), "{wrong:?}");
}

#[test]
fn everything_wrong_is_said_at_once() {
    let errors = parse("profile = \"cat\"\nisuer = \"https://a.example\"\n").expect_err("wrong");
    for part in
        ["`cat` is none of `cet`, `pets` or `ncre`", "did you mean `issuer`", "client_id: is required", "database.url"]
    {
        assert!(errors.contains(part), "{part} in {errors}");
    }
}

#[test]
fn a_site_and_the_passport_cannot_share_an_origin() {
    let errors = parse(&WHOLE.replace("https://cet.example", "https://passport.example")).expect_err("wrong");
    assert!(errors.contains("base_url: must be another origin"), "{errors}");
}
