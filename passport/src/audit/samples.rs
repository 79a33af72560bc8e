//! Examples of what is on record, for tests that have to see every kind.

use serde_json::{Value, json};

use super::Event;

/// One event of each kind, and of those kinds that are told in several ways one for each. Accounts and clients in them
/// are `an-account` and `a-client`.
pub(crate) fn all() -> Vec<Event> {
    let (account, client) = (|| "an-account".to_owned(), || "a-client".to_owned());
    let text = || "x".to_owned();
    vec![
        Event::AccountRegistered { account: account() },
        Event::AgreementAccepted { account: account(), version: text() },
        Event::SignedIn { account: account(), session: text() },
        Event::SignInRefused { account: account(), reason: "password".into() },
        Event::SignInRefused { account: account(), reason: "second_step".into() },
        Event::SignInRefused { account: account(), reason: "another".into() },
        Event::AccountLocked { account: account(), until: Some(1) },
        Event::AccountLocked { account: account(), until: None },
        Event::AccountUnlocked { account: account() },
        Event::PasswordChanged { account: account(), sessions_ended: 1 },
        Event::PasswordRemoved { account: account(), sessions_ended: 1 },
        Event::DataCopied { account: account() },
        Event::DataRead { account: account(), reason: "request".into(), staff: text() },
        Event::DataRead { account: account(), reason: "authority".into(), staff: text() },
        Event::DataRead { account: account(), reason: "incident".into(), staff: text() },
        Event::AccountViewed { account: account(), reason: "owner".into(), staff: text() },
        Event::AccountViewed { account: account(), reason: "incident".into(), staff: text() },
        Event::AccountViewed { account: account(), reason: "appeal".into(), staff: text() },
        Event::AccountViewed { account: account(), reason: "authority".into(), staff: text() },
        Event::AccountViewed { account: account(), reason: "approval".into(), staff: text() },
        Event::StaffInvited { staff: text(), role: "operator".into(), how: "first".into() },
        Event::StaffLinkMade { staff: text() },
        Event::StaffActivated { staff: text() },
        Event::StaffSignedIn { staff: text() },
        Event::StaffRolesChanged { staff: text(), from: "support".into(), to: "auditor".into() },
        Event::StaffSuspended { staff: text() },
        Event::StaffReinstated { staff: text() },
        Event::ActProposed { proposal: text(), act: "reset_factors".into(), account: Some(account()) },
        Event::ActDecided {
            proposal: text(),
            act: "reset_factors".into(),
            how: "done".into(),
            account: Some(account()),
        },
        Event::ActDecided {
            proposal: text(),
            act: "end_sessions".into(),
            how: "done".into(),
            account: Some(account()),
        },
        Event::ClientSuspended { client: client() },
        Event::ClientReinstated { client: client() },
        Event::MessagesTakenUp { channel: "logout".into(), message: Some(text()), messages: 1 },
        Event::MessagesTakenUp { channel: "all".into(), message: None, messages: 2 },
        Event::PasswordReset { account: account(), sessions_ended: 1, reopened: true },
        Event::PasswordReset { account: account(), sessions_ended: 1, reopened: false },
        Event::RecoveryProven { account: account(), contact: "email".into() },
        Event::RecoveryWaits { account: account(), until: 1 },
        Event::RecoveryCancelled { account: account() },
        Event::AccountNamed { account: account() },
        Event::ContactProven { account: account(), contact: "email".into() },
        Event::ContactRefused { account: account(), contact: "email".into() },
        Event::NumberClaimed { account: account(), until: 1 },
        Event::NumberKept { account: account() },
        Event::ContactDetached { account: account(), contact: "mobile".into() },
        Event::ContactCorrected { account: account(), contact: "email".into() },
        Event::ContactChanged { account: account(), contact: "email".into() },
        Event::AccountFrozen { account: account() },
        Event::CaseOpened { account: account(), case: text() },
        Event::CaseClosed { account: account(), case: text() },
        Event::ClosureAsked { account: account(), due: 1 },
        Event::ClosureTakenBack { account: account() },
        Event::GuardianNeeded { account: account(), why: "declared".into() },
        Event::GuardianAsked { account: account(), until: 1 },
        Event::GuardianConsented { account: account(), version: text() },
        Event::GuardianRefused { account: account() },
        Event::GuardianSilent { account: account() },
        Event::GuardianWithdrew { account: account() },
        Event::AgeRestated { account: account(), why: "document".into() },
        Event::CameOfAge { account: account() },
        Event::AppealMoved { appeal: text(), step: "granted".into(), staff: Some(text()) },
        Event::DocumentClaimed { account: account(), appeal: text(), until: 1 },
        Event::DocumentDefended { account: account(), appeal: text() },
        Event::DocumentKept { account: account(), appeal: text() },
        Event::DocumentDetached { account: account(), appeal: text() },
        Event::DocumentBound { account: account(), appeal: text() },
        Event::FactorAdded { account: account(), factor: "passkey".into() },
        Event::FactorAdded { account: account(), factor: "authenticator".into() },
        Event::FactorAdded { account: account(), factor: "sms".into() },
        Event::FactorAdded { account: account(), factor: "recovery_codes".into() },
        Event::FactorRemoved { account: account(), factor: "passkey".into() },
        Event::FactorRemoved { account: account(), factor: "authenticator".into() },
        Event::FactorRemoved { account: account(), factor: "sms".into() },
        Event::FactorRemoved { account: account(), factor: "all".into() },
        Event::AccountClosed { account: account(), reason: "unproven".into() },
        Event::ProfileChanged { account: account(), fields: vec!["name".into()] },
        Event::SessionEnded { account: account(), session: text(), reason: "another".into() },
        Event::ConsentGiven { account: account(), client: client(), scope: text() },
        Event::ConsentRefused { account: account(), client: client() },
        Event::ConsentWithdrawn { account: account(), client: client() },
        Event::CodeReused { account: account(), client: client() },
        Event::RefreshTokenReused { account: account(), client: client() },
        Event::OrganisationCreated { organisation: text(), account: account() },
        Event::OrganisationRenamed { organisation: text() },
        Event::MemberInvited { organisation: text(), invitation: text(), role: "owner".into() },
        Event::InvitationWithdrawn { organisation: text(), invitation: text() },
        Event::MemberJoined { organisation: text(), account: account(), role: "viewer".into(), invitation: text() },
        Event::MemberRoleChanged {
            organisation: text(),
            account: account(),
            from: "viewer".into(),
            to: "owner".into(),
        },
        Event::SandboxSiteRegistered { organisation: text(), site: text() },
        Event::SandboxSiteChanged { organisation: text(), site: text() },
        Event::SandboxSiteRemoved { organisation: text(), site: text() },
        Event::SandboxSecretMade { organisation: text(), site: text() },
        Event::SandboxSecretEnded { organisation: text(), site: text() },
        Event::SandboxSignalsSet { organisation: text(), site: text() },
        Event::SandboxRotationRehearsed { organisation: text(), site: text() },
        Event::SandboxCandidatesMade { organisation: text() },
        Event::ApplicationSent { organisation: text(), site: text() },
        Event::ApplicationDecided { organisation: text(), site: text(), how: "approved".into() },
        Event::ApplicationDecided { organisation: text(), site: text(), how: "refused".into() },
        Event::ApplicationDecided { organisation: text(), site: text(), how: "asked".into() },
        Event::ApplicationDecided { organisation: text(), site: text(), how: "withdrawn".into() },
        Event::ProductionSecretMade { organisation: text(), site: text() },
        Event::ProductionSecretEnded { organisation: text(), site: text() },
        Event::MemberLeft { organisation: text(), account: account(), how: "left".into() },
        Event::MemberLeft { organisation: text(), account: account(), how: "removed".into() },
        Event::ClientRegistered { client: client() },
        Event::ClientRemoved { client: client() },
        Event::ClientInvited { uses: 1 },
        Event::ClientChanged { client: client() },
        Event::ClientSecretAdded { client: client() },
        Event::ClientSecretsRetired { client: client(), at: 1 },
        Event::ClientSignalsSet { client: client(), to: "paused".into() },
        Event::SigningKeyMoved { kid: text(), alg: "ES256".into(), from: None, to: Some("active".into()) },
        Event::SigningKeyPlanned { kid: text(), alg: "ES256".into(), at: 1 },
        Event::SigningKeyTrialBegan { kid: text(), alg: "ES256".into(), until: 1, clients: vec![client()] },
        Event::SigningKeyTrialEnded {
            kid: text(),
            alg: "ES256".into(),
            how: "not_clean".into(),
            failed: vec![client()],
            succeeded: 1,
            unknown: 1,
        },
        Event::SigningKeyTrialWaived { kid: text(), alg: "ES256".into() },
        Event::SigningKeyPinned { kid: text(), alg: "ES256".into(), client: client(), until: 1 },
        Event::SigningKeyPinEnded { kid: text(), alg: "ES256".into(), client: client(), how: "over".into() },
        Event::SigningKeyCompromised { kid: text(), alg: "ES256".into() },
        Event::MasterKeyChanged { from: text(), to: text() },
        Event::DataKeyMade { key: text() },
        Event::LookupKeyMoved { key: text(), to: "filling".into() },
        Event::DataKeyDestroyed { key: text() },
        Event::NoticeAnnounced { notice: text(), until: 1 },
        Event::NoticeEnded { notice: text() },
        Event::BackupMade { backup: text() },
        Event::DatabaseRestored { backup: text(), made: 1, epoch: 1 },
    ]
}

#[test]
fn there_is_a_sample_of_every_kind() {
    let kind = |event| serde_json::to_value(event).ok().and_then(|value| Some(value["kind"].as_str()?.to_owned()));
    let sampled: Vec<String> = all().into_iter().filter_map(kind).collect();
    // The sentence about a kind that does not exist names all that do.
    let refused = serde_json::from_value::<Event>(json!({ "kind": "nothing" })).expect_err("no such kind");
    let refused = refused.to_string();
    let kinds: Vec<&str> = refused.split('`').skip(3).step_by(2).collect();
    assert!(kinds.len() > 20 && kinds.contains(&"signed_in"), "{refused}");
    for kind in kinds {
        assert!(sampled.iter().any(|known| known == kind), "no sample of {kind}");
    }
}

#[test]
fn what_is_stored_is_read_again() {
    for event in all() {
        let stored: Value = serde_json::to_value(&event).expect("JSON");
        assert_eq!(serde_json::from_value::<Event>(stored).expect("an event"), event);
    }
}
