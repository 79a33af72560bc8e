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
            include_str!(concat!("../../locales/", $lang, "/number.ftl")),
            include_str!(concat!("../../locales/", $lang, "/recover.ftl")),
            include_str!(concat!("../../locales/", $lang, "/find-account.ftl")),
            include_str!(concat!("../../locales/", $lang, "/export.ftl")),
            include_str!(concat!("../../locales/", $lang, "/appeals.ftl")),
            include_str!(concat!("../../locales/", $lang, "/factors.ftl")),
            include_str!(concat!("../../locales/", $lang, "/sessions.ftl")),
            include_str!(concat!("../../locales/", $lang, "/home.ftl")),
            include_str!(concat!("../../locales/", $lang, "/oidc.ftl")),
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
    use super::*;

    #[test]
    fn both_languages_are_complete() {
        assert_eq!(shared::i18n::check::differences(ZH, EN), Vec::<String>::new());
    }

    #[test]
    fn no_space_is_typed_between_han_and_latin() {
        let folders = ["locales/zh-CN", "content/zh-CN", "../shared/locales/zh-CN"].map(std::path::Path::new);
        let found = shared::i18n::check::typed_spaces(&folders, &["E-TEST 通行证"]).expect("readable");
        assert_eq!(found, Vec::<String>::new());
    }

    #[test]
    fn every_text_that_is_asked_for_exists() {
        let folders = ["src", "templates", "../shared/templates"].map(std::path::Path::new);
        assert_eq!(shared::i18n::check::unknown_keys(&folders, ZH).expect("readable"), Vec::<String>::new());
    }
}
