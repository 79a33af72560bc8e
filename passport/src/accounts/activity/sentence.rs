//! The sentence for each kind of event that concerns a person.

use crate::audit::Event;

/// What a page says of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sentence<'e> {
    /// The key of its text.
    pub key: &'static str,
    /// The symbol beside it.
    pub symbol: &'static str,
    /// The client that the text names as `$site`.
    pub client: Option<&'e str>,
}

/// What is said of an event whose kind this version does not know: a newer one wrote it.
pub const OTHER: Sentence<'static> = plain("activity-other", "info");

const fn plain(key: &'static str, symbol: &'static str) -> Sentence<'static> {
    Sentence { key, symbol, client: None }
}

/// The sentence for an event; `None` if it concerns no candidate.
///
/// Every kind stands here by name: whoever adds one decides what its owner reads.
pub fn sentence(event: &Event) -> Option<Sentence<'_>> {
    let of_site = |key, symbol, client| Sentence { key, symbol, client: Some(client) };
    Some(match event {
        Event::AccountRegistered { .. } => plain("activity-registered", "person-plus"),
        Event::AgreementAccepted { .. } => plain("activity-agreement-accepted", "document"),
        Event::SignedIn { .. } => plain("activity-signed-in", "sign-in"),
        Event::SignInRefused { reason, .. } => match reason.as_ref() {
            "password" => plain("activity-refused-password", "alert"),
            "second_step" => plain("activity-refused-second-step", "alert"),
            _ => plain("activity-refused", "alert"),
        },
        Event::AccountLocked { until: Some(_), .. } => plain("activity-locked", "alert"),
        Event::AccountLocked { until: None, .. } => plain("activity-locked-by-staff", "lock"),
        Event::AccountUnlocked { .. } => plain("activity-unlocked", "ok"),
        Event::PasswordChanged { .. } => plain("activity-password-changed", "key"),
        Event::PasswordRemoved { .. } => plain("activity-password-removed", "key"),
        Event::DataCopied { .. } => plain("activity-data-copied", "pencil"),
        Event::DataRead { reason, .. } => match reason.as_ref() {
            "request" => plain("activity-data-read-request", "document"),
            "authority" => plain("activity-data-read-authority", "document"),
            _ => plain("activity-data-read-incident", "document"),
        },
        Event::ActDecided { act, how, account: Some(_), .. }
            if act.as_ref() == "end_sessions" && how.as_ref() == "done" =>
        {
            plain("activity-ended-all-staff", "sign-out")
        }
        Event::AccountViewed { reason, .. } => match reason.as_ref() {
            "owner" => plain("activity-viewed-owner", "eye"),
            "incident" => plain("activity-viewed-incident", "eye"),
            "appeal" => plain("activity-viewed-appeal", "eye"),
            "authority" => plain("activity-viewed-authority", "eye"),
            _ => plain("activity-viewed-approval", "eye"),
        },
        Event::PasswordReset { reopened: false, .. } => plain("activity-password-reset", "key"),
        Event::PasswordReset { reopened: true, .. } => plain("activity-password-reset-reopened", "key"),
        Event::RecoveryProven { .. } => plain("activity-recovery-proven", "key"),
        Event::RecoveryWaits { .. } => plain("activity-recovery-waits", "clock"),
        Event::RecoveryCancelled { .. } => plain("activity-recovery-cancelled", "ok"),
        Event::AccountNamed { .. } => plain("activity-account-named", "mail"),
        Event::ContactProven { .. } => plain("activity-contact-proven", "ok"),
        Event::ContactRefused { .. } => plain("activity-contact-refused", "alert"),
        Event::NumberClaimed { .. } => plain("activity-number-claimed", "alert"),
        Event::NumberKept { .. } => plain("activity-number-kept", "ok"),
        Event::ContactDetached { .. } => plain("activity-contact-detached", "phone"),
        Event::ContactCorrected { .. } => plain("activity-contact-corrected", "mail"),
        Event::ContactChanged { .. } => plain("activity-contact-changed", "mail"),
        Event::AccountFrozen { .. } => plain("activity-frozen", "lock"),
        Event::CaseOpened { .. } => plain("activity-case-opened", "alert"),
        Event::CaseClosed { .. } => plain("activity-case-closed", "ok"),
        Event::ClosureAsked { .. } => plain("activity-closure-asked", "alert"),
        Event::ClosureTakenBack { .. } => plain("activity-closure-taken-back", "ok"),
        Event::GuardianNeeded { .. } => plain("activity-guardian-needed", "alert"),
        Event::GuardianAsked { .. } => plain("activity-guardian-asked", "mail"),
        Event::GuardianConsented { .. } => plain("activity-guardian-consented", "ok"),
        Event::GuardianRefused { .. } => plain("activity-guardian-refused", "alert"),
        Event::GuardianSilent { .. } => plain("activity-guardian-silent", "clock"),
        Event::GuardianWithdrew { .. } => plain("activity-guardian-withdrew", "alert"),
        Event::AgeRestated { .. } => plain("activity-age-restated", "pencil"),
        Event::CameOfAge { .. } => plain("activity-came-of-age", "ok"),
        Event::DocumentClaimed { .. } => plain("activity-document-claimed", "alert"),
        Event::DocumentDefended { .. } => plain("activity-document-defended", "document"),
        Event::DocumentKept { .. } => plain("activity-document-kept", "ok"),
        Event::DocumentDetached { .. } => plain("activity-document-detached", "alert"),
        Event::DocumentBound { .. } => plain("activity-document-bound", "ok"),
        Event::FactorAdded { factor, .. } => match factor.as_ref() {
            "passkey" => plain("activity-passkey-added", "key"),
            "authenticator" => plain("activity-authenticator-added", "shield"),
            "sms" => plain("activity-sms-added", "shield"),
            _ => plain("activity-codes-replaced", "document"),
        },
        Event::FactorRemoved { factor, .. } => match factor.as_ref() {
            "passkey" => plain("activity-passkey-removed", "alert"),
            "authenticator" => plain("activity-authenticator-removed", "alert"),
            "sms" => plain("activity-sms-removed", "alert"),
            _ => plain("activity-factors-removed", "alert"),
        },
        Event::AccountClosed { .. } => plain("activity-closed", "info"),
        Event::ProfileChanged { .. } => plain("activity-profile-changed", "pencil"),
        Event::SessionEnded { reason, .. } => plain(ended(reason), "sign-out"),
        Event::ConsentGiven { client, .. } => of_site("activity-consent-given", "link", client),
        Event::ConsentRefused { client, .. } => of_site("activity-consent-refused", "link", client),
        Event::ConsentWithdrawn { client, .. } => of_site("activity-consent-withdrawn", "link", client),
        Event::CodeReused { client, .. } => of_site("activity-code-reused", "alert", client),
        Event::RefreshTokenReused { client, .. } => of_site("activity-refresh-token-reused", "alert", client),
        Event::OrganisationCreated { .. } => plain("activity-organisation-created", "person-plus"),
        Event::MemberJoined { .. } => plain("activity-organisation-joined", "person-plus"),
        Event::MemberRoleChanged { .. } => plain("activity-organisation-role", "pencil"),
        Event::MemberLeft { how, .. } => match how.as_ref() {
            "left" => plain("activity-organisation-left", "sign-out"),
            _ => plain("activity-organisation-removed", "alert"),
        },
        Event::StaffInvited { .. }
        | Event::StaffLinkMade { .. }
        | Event::StaffActivated { .. }
        | Event::StaffSignedIn { .. }
        | Event::StaffRolesChanged { .. }
        | Event::StaffSuspended { .. }
        | Event::StaffReinstated { .. }
        | Event::ActProposed { .. }
        | Event::ActDecided { .. }
        | Event::MessagesTakenUp { .. }
        | Event::ClientSuspended { .. }
        | Event::ClientReinstated { .. }
        | Event::SandboxSiteRegistered { .. }
        | Event::SandboxSiteChanged { .. }
        | Event::SandboxSiteRemoved { .. }
        | Event::SandboxSecretMade { .. }
        | Event::SandboxSecretEnded { .. }
        | Event::SandboxSignalsSet { .. }
        | Event::SandboxRotationRehearsed { .. }
        | Event::SandboxCandidatesMade { .. }
        | Event::ApplicationSent { .. }
        | Event::ApplicationDecided { .. }
        | Event::ProductionSecretMade { .. }
        | Event::ProductionSecretEnded { .. }
        | Event::OrganisationRenamed { .. }
        | Event::MemberInvited { .. }
        | Event::InvitationWithdrawn { .. }
        | Event::AppealMoved { .. }
        | Event::ClientRegistered { .. }
        | Event::ClientRemoved { .. }
        | Event::ClientInvited { .. }
        | Event::ClientChanged { .. }
        | Event::ClientSignalsSet { .. }
        | Event::ClientSecretAdded { .. }
        | Event::ClientSecretsRetired { .. }
        | Event::SigningKeyMoved { .. }
        | Event::SigningKeyPlanned { .. }
        | Event::SigningKeyTrialBegan { .. }
        | Event::SigningKeyTrialEnded { .. }
        | Event::SigningKeyTrialWaived { .. }
        | Event::SigningKeyPinned { .. }
        | Event::SigningKeyPinEnded { .. }
        | Event::SigningKeyCompromised { .. }
        | Event::MasterKeyChanged { .. }
        | Event::DataKeyMade { .. }
        | Event::LookupKeyMoved { .. }
        | Event::NoticeAnnounced { .. }
        | Event::NoticeEnded { .. }
        | Event::DataKeyDestroyed { .. }
        | Event::BackupMade { .. }
        | Event::DatabaseRestored { .. } => return None,
    })
}

/// Why a session ended; the codes are those of [`EndReason`].
///
/// [`EndReason`]: crate::accounts::EndReason
fn ended(reason: &str) -> &'static str {
    match reason {
        "signed_out" => "activity-ended-signed-out",
        "replaced" => "activity-ended-replaced",
        "password_changed" => "activity-ended-password-changed",
        "password_reset" => "activity-ended-password-reset",
        "closed" => "activity-ended-closed",
        "frozen" => "activity-ended-frozen",
        "reported" => "activity-ended-reported",
        "locked" => "activity-ended-locked",
        "ended_from_list" => "activity-ended-from-list",
        "others_ended" => "activity-ended-others",
        "timed_out" => "activity-ended-timed-out",
        "key_compromised" => "activity-ended-key",
        "restored" => "activity-ended-restored",
        "guardian" => "activity-ended-guardian",
        "staff" => "activity-ended-staff",
        _ => "activity-ended",
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use http::Uri;
    use shared::i18n::Lang;

    use super::*;
    use crate::accounts::{AccountId, EndReason};
    use crate::web::{Pages, texts};

    #[test]
    fn every_event_that_concerns_a_person_is_told_in_both_languages() {
        let pages = Pages::new(Arc::new(texts::catalogue()), None);
        let told: Vec<Event> =
            crate::audit::samples::all().into_iter().filter(|event| event.account().is_some()).collect();
        for lang in [Lang::Zh, Lang::En] {
            let page = pages.page(lang, &Uri::from_static("/"));
            let mut texts = Vec::new();
            for event in &told {
                let sentence = sentence(event).unwrap_or_else(|| panic!("nothing is said of {event:?}"));
                let text = page.tw(sentence.key, [("site", sentence.client.unwrap_or("nobody"))]);
                assert!(!text.contains(sentence.key), "{lang:?}: {event:?}");
                assert_eq!(text.contains("a-client"), sentence.client.is_some(), "{lang:?}: {text}");
                assert!(!texts.contains(&text), "two kinds are told alike: {text}");
                texts.push(text);
            }
            assert!(!page.t(OTHER.key).contains(OTHER.key));
        }
    }

    #[test]
    fn what_concerns_no_person_is_told_to_none() {
        for event in crate::audit::samples::all().iter().filter(|event| event.account().is_none()) {
            assert_eq!(sentence(event), None, "{event:?}");
        }
    }

    #[test]
    fn every_reason_for_an_end_has_a_sentence_of_its_own() {
        let by = "01890000-0000-7000-8000-000000000000".parse::<AccountId>().expect("an id");
        for reason in EndReason::all(by) {
            assert_ne!(ended(reason.code()), "activity-ended", "{reason:?}");
        }
    }
}
