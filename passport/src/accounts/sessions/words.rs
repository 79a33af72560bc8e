//! What is said of a sign-in: how it was made, and how it ended.

use shared::page::Page;

use super::{End, Listed};
use crate::accounts::assurance::Shown;
use crate::accounts::view::span;

/// How it was made, where that is known.
pub fn made(page: &Page, listed: &Listed) -> Option<String> {
    made_by(listed.shown, &listed.amr).map(|key| page.t(key))
}

/// What was shown; of what another version wrote, what its methods tell.
fn made_by(shown: Option<Shown>, amr: &str) -> Option<&'static str> {
    Some(match (shown, amr) {
        (Some(Shown::Password), _) | (None, "pwd") => "sessions-by-password",
        (Some(Shown::PasswordRemembered), _) => "sessions-by-password-remembered",
        (Some(Shown::PasswordAndAppCode), _) => "sessions-by-password-app",
        (Some(Shown::PasswordAndSmsCode), _) | (None, "pwd sms mfa") => "sessions-by-password-sms",
        (Some(Shown::PasswordAndSmsRecoveryCode), _) => "sessions-by-password-sms-recovery",
        (Some(Shown::PasswordAndRecoveryCode), _) => "sessions-by-password-recovery",
        // Whose code it was is not known.
        (None, "pwd otp mfa") => "sessions-by-password-code",
        (Some(Shown::Passkey), _) | (None, "pop user mfa") => "sessions-by-passkey",
        (Some(Shown::PasswordAndPasskey), _) | (None, "pwd pop user mfa") => "sessions-by-password-passkey",
        (Some(Shown::PasswordAndNewPasskey), _) | (None, "pwd pop mfa") => "sessions-by-password-new-passkey",
        (None, _) => return None,
    })
}

/// How it ended.
pub fn ended(page: &Page, end: &End) -> String {
    match end {
        End::Ended(reason) => page.t(ended_by(reason.as_deref())),
        End::Idle(idle) => page.tw("sessions-over-idle", [("span", span(page, *idle).as_str())]),
        End::Whole(whole) => page.tw("sessions-over-whole", [("span", span(page, *whole).as_str())]),
    }
}

/// Why somebody ended it; the codes are those of [`EndReason`]. Whose time was over ([`EndReason::TimedOut`]) had ended
/// before that was noticed.
///
/// [`EndReason`]: super::EndReason
/// [`EndReason::TimedOut`]: super::EndReason::TimedOut
fn ended_by(reason: Option<&str>) -> &'static str {
    match reason {
        Some("signed_out") => "sessions-over-signed-out",
        Some("replaced") => "sessions-over-replaced",
        Some("password_changed") => "sessions-over-password-changed",
        Some("password_reset") => "sessions-over-password-reset",
        Some("closed") => "sessions-over-closed",
        Some("frozen") => "sessions-over-frozen",
        Some("reported") => "sessions-over-reported",
        Some("locked") => "sessions-over-locked",
        Some("key_compromised") => "sessions-over-key",
        Some("restored") => "sessions-over-restored",
        Some("guardian") => "sessions-over-guardian",
        Some("staff") => "sessions-over-staff",
        Some("ended_from_list") => "sessions-over-from-list",
        Some("others_ended") => "sessions-over-others",
        _ => "sessions-over-other",
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use http::Uri;
    use shared::i18n::Lang;

    use super::*;
    use crate::accounts::{AccountId, EndReason};
    use crate::web::{Pages, texts};

    fn pages() -> [Page; 2] {
        let pages = Pages::new(Arc::new(texts::catalogue()), None);
        [Lang::Zh, Lang::En].map(|lang| pages.page(lang, &Uri::from_static("/")))
    }

    /// Each of those keys has a text of its own in both languages.
    fn told_apart(keys: &[&'static str]) {
        for page in pages() {
            let mut texts: Vec<String> = keys.iter().map(|key| page.t(key)).collect();
            assert!(texts.iter().all(|text| !text.contains("sessions-")), "{texts:?}");
            texts.sort();
            texts.dedup();
            assert_eq!(texts.len(), keys.len(), "two are told alike: {texts:?}");
        }
    }

    #[test]
    fn every_way_to_sign_in_is_told_in_words_of_its_own() {
        let mut keys: Vec<_> = Shown::ALL.into_iter().filter_map(|shown| made_by(Some(shown), "")).collect();
        assert_eq!(keys.len(), Shown::ALL.len());
        keys.extend(made_by(None, "pwd otp mfa"));
        told_apart(&keys);
    }

    #[test]
    fn of_what_a_former_version_wrote_no_more_is_told_than_its_methods() {
        for shown in Shown::ALL {
            let told = made_by(None, &shown.amr().join(" ")).expect("something");
            let coarser = match shown {
                Shown::PasswordRemembered => "sessions-by-password",
                Shown::PasswordAndAppCode | Shown::PasswordAndRecoveryCode | Shown::PasswordAndSmsRecoveryCode => {
                    "sessions-by-password-code"
                }
                _ => made_by(Some(shown), "").expect("something"),
            };
            assert_eq!(told, coarser, "{shown:?}");
        }
        for unknown in ["", "otp", "pwd sms", "<script>"] {
            assert_eq!(made_by(None, unknown), None, "{unknown}");
        }
    }

    #[test]
    fn every_end_is_told_in_words_of_its_own() {
        let by = "01890000-0000-7000-8000-000000000000".parse::<AccountId>().expect("an id");
        let reasons = EndReason::all(by).into_iter().filter(|reason| *reason != EndReason::TimedOut);
        let mut keys: Vec<_> = reasons.map(|reason| ended_by(Some(reason.code()))).collect();
        keys.push(ended_by(None));
        told_apart(&keys);
        assert_eq!(ended_by(Some("of another version")), ended_by(None));
        let [zh, en] = pages();
        let hour = Duration::from_secs(60 * 60);
        assert_eq!(ended(&zh, &End::Whole(12 * hour)), "登录满12小时");
        assert_eq!(ended(&en, &End::Idle(2 * hour)), "Not used for 2 hours");
    }
}
