//! Whom an event concerns: what the record is searched by.

use super::event::Event;

impl Event {
    /// The account it concerns, if any.
    pub fn account(&self) -> Option<&str> {
        match self {
            Self::AccountRegistered { account }
            | Self::AgreementAccepted { account, .. }
            | Self::SignedIn { account, .. }
            | Self::SignInRefused { account, .. }
            | Self::AccountLocked { account, .. }
            | Self::AccountUnlocked { account }
            | Self::PasswordChanged { account, .. }
            | Self::PasswordRemoved { account, .. }
            | Self::DataCopied { account }
            | Self::DataRead { account, .. }
            | Self::AccountViewed { account, .. }
            | Self::PasswordReset { account, .. }
            | Self::RecoveryProven { account, .. }
            | Self::RecoveryWaits { account, .. }
            | Self::AccountNamed { account }
            | Self::RecoveryCancelled { account }
            | Self::ContactProven { account, .. }
            | Self::ContactRefused { account, .. }
            | Self::NumberClaimed { account, .. }
            | Self::NumberKept { account, .. }
            | Self::ContactDetached { account, .. }
            | Self::ContactCorrected { account, .. }
            | Self::ContactChanged { account, .. }
            | Self::AccountFrozen { account }
            | Self::CaseOpened { account, .. }
            | Self::CaseClosed { account, .. }
            | Self::ClosureAsked { account, .. }
            | Self::ClosureTakenBack { account }
            | Self::GuardianNeeded { account, .. }
            | Self::GuardianAsked { account, .. }
            | Self::GuardianConsented { account, .. }
            | Self::GuardianRefused { account }
            | Self::GuardianSilent { account }
            | Self::GuardianWithdrew { account }
            | Self::AgeRestated { account, .. }
            | Self::CameOfAge { account }
            | Self::DocumentClaimed { account, .. }
            | Self::DocumentDefended { account, .. }
            | Self::DocumentKept { account, .. }
            | Self::DocumentDetached { account, .. }
            | Self::DocumentBound { account, .. }
            | Self::FactorAdded { account, .. }
            | Self::FactorRemoved { account, .. }
            | Self::AccountClosed { account, .. }
            | Self::ProfileChanged { account, .. }
            | Self::SessionEnded { account, .. }
            | Self::ConsentGiven { account, .. }
            | Self::ConsentRefused { account, .. }
            | Self::ConsentWithdrawn { account, .. }
            | Self::CodeReused { account, .. }
            | Self::RefreshTokenReused { account, .. }
            | Self::OrganisationCreated { account, .. }
            | Self::MemberJoined { account, .. }
            | Self::MemberRoleChanged { account, .. }
            | Self::MemberLeft { account, .. } => Some(account),
            // What else is decided about an account is told by what comes of it.
            Self::ActDecided { act, how, account: Some(account), .. }
                if act.as_ref() == "end_sessions" && how.as_ref() == "done" =>
            {
                Some(account)
            }
            _ => None,
        }
    }

    /// The client it concerns, if any.
    pub fn client(&self) -> Option<&str> {
        match self {
            Self::ConsentGiven { client, .. }
            | Self::ConsentRefused { client, .. }
            | Self::ConsentWithdrawn { client, .. }
            | Self::CodeReused { client, .. }
            | Self::RefreshTokenReused { client, .. }
            | Self::ClientRegistered { client }
            | Self::ClientChanged { client }
            | Self::ClientRemoved { client }
            | Self::ClientSuspended { client }
            | Self::ClientReinstated { client }
            | Self::ClientSecretAdded { client }
            | Self::ClientSecretsRetired { client, .. }
            | Self::ClientSignalsSet { client, .. } => Some(client),
            _ => None,
        }
    }

    /// The organisation it concerns, if any.
    pub fn organisation(&self) -> Option<&str> {
        match self {
            Self::OrganisationCreated { organisation, .. }
            | Self::OrganisationRenamed { organisation }
            | Self::MemberInvited { organisation, .. }
            | Self::InvitationWithdrawn { organisation, .. }
            | Self::MemberJoined { organisation, .. }
            | Self::MemberRoleChanged { organisation, .. }
            | Self::MemberLeft { organisation, .. }
            | Self::SandboxSiteRegistered { organisation, .. }
            | Self::SandboxSiteChanged { organisation, .. }
            | Self::SandboxSiteRemoved { organisation, .. }
            | Self::SandboxSecretMade { organisation, .. }
            | Self::SandboxSecretEnded { organisation, .. }
            | Self::SandboxSignalsSet { organisation, .. }
            | Self::SandboxRotationRehearsed { organisation, .. }
            | Self::ApplicationSent { organisation, .. }
            | Self::ApplicationDecided { organisation, .. }
            | Self::ProductionSecretMade { organisation, .. }
            | Self::ProductionSecretEnded { organisation, .. }
            | Self::SandboxCandidatesMade { organisation } => Some(organisation),
            _ => None,
        }
    }
}
