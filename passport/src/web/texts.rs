//! The texts of the passport, embedded: one file for each slice and language.

use shared::i18n::{Catalogue, Lang};

/// The sources of one language. A new file of texts gets its line here.
macro_rules! sources {
    ($lang:literal) => {
        &[
            include_str!(concat!("../../../shared/locales/", $lang, "/common.ftl")),
            include_str!(concat!("../../locales/", $lang, "/captcha.ftl")),
            include_str!(concat!("../../locales/", $lang, "/web.ftl")),
            include_str!(concat!("../../locales/", $lang, "/accounts.ftl")),
            include_str!(concat!("../../locales/", $lang, "/contact.ftl")),
            include_str!(concat!("../../locales/", $lang, "/alarm.ftl")),
            include_str!(concat!("../../locales/", $lang, "/closure.ftl")),
            include_str!(concat!("../../locales/", $lang, "/guardian.ftl")),
            include_str!(concat!("../../locales/", $lang, "/number.ftl")),
            include_str!(concat!("../../locales/", $lang, "/recover.ftl")),
            include_str!(concat!("../../locales/", $lang, "/find-account.ftl")),
            include_str!(concat!("../../locales/", $lang, "/export.ftl")),
            include_str!(concat!("../../locales/", $lang, "/appeals.ftl")),
            include_str!(concat!("../../locales/", $lang, "/factors.ftl")),
            include_str!(concat!("../../locales/", $lang, "/sessions.ftl")),
            include_str!(concat!("../../locales/", $lang, "/home.ftl")),
            include_str!(concat!("../../locales/", $lang, "/portal.ftl")),
            include_str!(concat!("../../locales/", $lang, "/sandbox.ftl")),
            include_str!(concat!("../../locales/", $lang, "/production.ftl")),
            include_str!(concat!("../../locales/", $lang, "/console_applications.ftl")),
            include_str!(concat!("../../locales/", $lang, "/lint.ftl")),
            include_str!(concat!("../../locales/", $lang, "/try.ftl")),
            include_str!(concat!("../../locales/", $lang, "/rotation.ftl")),
            include_str!(concat!("../../locales/", $lang, "/simulator.ftl")),
            include_str!(concat!("../../locales/", $lang, "/console.ftl")),
            include_str!(concat!("../../locales/", $lang, "/console_deliveries.ftl")),
            include_str!(concat!("../../locales/", $lang, "/console_clients.ftl")),
            include_str!(concat!("../../locales/", $lang, "/status.ftl")),
            include_str!(concat!("../../locales/", $lang, "/oidc.ftl")),
            include_str!(concat!("../../locales/", $lang, "/errors.ftl")),
        ]
    };
}

/// The Chinese sources.
pub const ZH: &[&str] = sources!("zh-CN");
/// The English sources.
pub const EN: &[&str] = sources!("en");

/// All texts of the program.
///
/// # Panics
/// When a source is broken; the first test that draws a page meets it.
pub fn catalogue() -> Catalogue {
    Catalogue::new(&[(Lang::Zh, ZH), (Lang::En, EN)])
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use shared::i18n::check::{self, Names};

    use super::*;

    /// What is called so in both languages: our labels, makers of machines and programs, formats.
    const NAMES: Names<'_> = Names(
        "E-TEST LOGIN CET PETS NCRE Cookie JavaScript ICP TOTP client_id error_uri Windows Mac Linux Chromebook \
         iPhone iPad Edge Opera Firefox Chrome Safari IE UC QQ OPPO vivo JPEG PNG HEIC 10MB \
         name@example.com https:// /recover /register /help 002X Web WCAG AA GB/T Tab Enter IPv6 X \
         OIDC RFC http https http://localhost http://127.0.0.1 https://example.com/callback \
         com.example.app:/callback client_secret client_secret_basic client_secret_post private_key_jwt jwks_uri \
         issuer scope acr urn:e-test:acr:2 email_verified openid ID offline_access grant_types default_max_age \
         max_age IP Universal Links App Links client_uri backchannel_logout_uri logout token sub redirect_uris \
         sector_identifier_uri contacts policy_uri localhost code token_endpoint_auth_signing_alg ES256 \
         post_logout_redirect_uris JWKS UTC Authorization iss aud nonce code_verifier SHA-256 refresh verifier \
         kid alg azp none HS256 at_hash sid jti events state UUID JSON prompt=none access_denied \
         login_required consent_required interaction_required unmet_authentication_requirements \
         temporarily_unavailable server_error invalid_request invalid_scope unauthorized_client \
         unsupported_response_type invalid_grant invalid_client",
    );

    fn folders<const N: usize>(paths: [&str; N]) -> [&Path; N] {
        paths.map(Path::new)
    }

    fn with_messages<'s>(lang: &[&'s str], messages: &'s str) -> Vec<&'s str> {
        lang.iter().copied().chain([messages]).collect()
    }

    fn zh() -> Vec<&'static str> {
        with_messages(ZH, include_str!("../../locales/zh-CN/delivery.ftl"))
    }

    fn en() -> Vec<&'static str> {
        with_messages(EN, include_str!("../../locales/en/delivery.ftl"))
    }

    #[test]
    fn both_languages_are_complete() {
        assert_eq!(check::differences(&zh(), &en()), Vec::<String>::new());
    }

    #[test]
    fn every_text_and_message_speaks_its_own_language() {
        assert_eq!(check::foreign(&zh(), &en(), NAMES), Vec::<String>::new());
    }

    #[test]
    fn no_text_and_no_message_exclaims() {
        assert_eq!(check::exclamations(&zh()), Vec::<String>::new());
        assert_eq!(check::exclamations(&en()), Vec::<String>::new());
    }

    #[test]
    fn documents_are_the_same_in_both_languages_and_speak_their_own() {
        let [zh, en] = folders(["content/zh-CN", "content/en"]);
        assert_eq!(check::foreign_documents(zh, en, NAMES).expect("readable"), Vec::<String>::new());
    }

    #[test]
    fn no_template_says_words_of_its_own() {
        let found = check::typed_words(
            &folders(["templates"]),
            Names("client_id check session error error_description alg kid"),
        )
        .expect("readable");
        assert_eq!(found, Vec::<String>::new());
    }

    #[test]
    fn no_space_is_typed_between_han_and_latin() {
        let folders = folders(["locales/zh-CN", "content/zh-CN", "../shared/locales/zh-CN"]);
        assert_eq!(check::typed_spaces(&folders, &["E-TEST 通行证"]).expect("readable"), Vec::<String>::new());
    }

    #[test]
    fn every_text_that_is_asked_for_exists() {
        let folders = folders(["src", "templates", "../shared/templates"]);
        assert_eq!(check::unknown_keys(&folders, ZH).expect("readable"), Vec::<String>::new());
    }

    #[test]
    fn every_text_is_asked_for() {
        let (_, own) = ZH.split_first().expect("those of every site come first");
        let own = with_messages(own, include_str!("../../locales/zh-CN/delivery.ftl"));
        let folders = folders(["src", "templates", "../shared/src", "../shared/templates"]);
        assert_eq!(check::unused_keys(&folders, &own).expect("readable"), Vec::<String>::new());
    }
}
