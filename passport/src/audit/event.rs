//! The kinds of events, as types: whoever adds one names its fields here and nowhere else.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

/// A word of ours: which reason, which field, which state.
pub type Code = Cow<'static, str>;

/// What happened. Fields are ids and codes of ours, never what a person typed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Event {
    /// An account was made.
    AccountRegistered {
        /// Its id.
        account: String,
    },
    /// Both agreements were accepted.
    AgreementAccepted {
        /// By which account.
        account: String,
        /// Version of the texts.
        version: String,
    },
    /// A session began.
    SignedIn {
        /// Whose.
        account: String,
        /// Which session.
        session: String,
    },
    /// A sign-in to an existing account was refused.
    SignInRefused {
        /// To which account.
        account: String,
        /// A code: `password`, `locked`, …
        reason: Code,
    },
    /// An account was locked.
    AccountLocked {
        /// Which.
        account: String,
        /// Until when, in milliseconds since the epoch; none: until it is unlocked.
        until: Option<i64>,
    },
    /// An account was unlocked.
    AccountUnlocked {
        /// Which.
        account: String,
    },
    /// A password was changed by its owner.
    PasswordChanged {
        /// Whose.
        account: String,
        /// How many other sessions ended by it.
        sessions_ended: u64,
    },
    /// A password was put away by its owner, to sign in with passkeys alone.
    PasswordRemoved {
        /// Whose.
        account: String,
        /// How many other sessions ended by it.
        sessions_ended: u64,
    },
    /// Somebody took a copy of everything that is stored of the person.
    DataCopied {
        /// Of which account.
        account: String,
    },
    /// Somebody of the staff made a copy of everything that is held of the person.
    DataRead {
        /// Of which account.
        account: String,
        /// A code: `request`, `authority`, `incident`.
        reason: Code,
        /// Who did it.
        staff: String,
    },
    /// Somebody of the staff looked at an account in the console.
    AccountViewed {
        /// Which.
        account: String,
        /// A code: `owner`, `incident`, `appeal`, `authority`, `approval`.
        reason: Code,
        /// Who did it: their id in the console.
        staff: String,
    },
    /// Somebody was asked into the staff's console.
    StaffInvited {
        /// Who: their id in the console.
        staff: String,
        /// As what: roles, separated by spaces.
        role: String,
        /// A code: `first`, `break_glass`, `proposal`.
        how: Code,
    },
    /// A link was made by which somebody makes their passkeys for the console.
    StaffLinkMade {
        /// For whom: their id in the console.
        staff: String,
    },
    /// They made their passkeys, and can sign in.
    StaffActivated {
        /// Who: their id in the console.
        staff: String,
    },
    /// They signed in at the console.
    StaffSignedIn {
        /// Who: their id in the console.
        staff: String,
    },
    /// They were given other roles.
    StaffRolesChanged {
        /// Who: their id in the console.
        staff: String,
        /// What they were.
        from: String,
        /// What they are.
        to: String,
    },
    /// They cannot sign in any more.
    StaffSuspended {
        /// Who: their id in the console.
        staff: String,
    },
    /// They can again.
    StaffReinstated {
        /// Who: their id in the console.
        staff: String,
    },
    /// Somebody of the staff proposed an act that takes two.
    ActProposed {
        /// Which proposal.
        proposal: String,
        /// Which act.
        act: Code,
        /// The account that it is about, if it is about one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        account: Option<String>,
    },
    /// It was decided, or an act that takes one person was done.
    ActDecided {
        /// Which proposal.
        proposal: String,
        /// Which act.
        act: Code,
        /// A code: `done`, `refused`, `lapsed`.
        how: Code,
        /// The account that it is about, if it is about one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        account: Option<String>,
    },
    /// Nothing is issued to a client any more: the staff suspended it.
    ClientSuspended {
        /// Which.
        client: String,
    },
    /// It is let again.
    ClientReinstated {
        /// Which.
        client: String,
    },
    /// Messages that had been given up, or one that waited, are tried again at once.
    MessagesTakenUp {
        /// A code: `mail`, `sms`, `logout`, `signals`; `all`: whatever had been given up.
        channel: Code,
        /// Which one, if it is one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        message: Option<String>,
        /// How many.
        messages: u64,
    },
    /// A password was chosen anew by who had forgotten it.
    PasswordReset {
        /// Whose.
        account: String,
        /// How many sessions ended by it.
        sessions_ended: u64,
        /// Whether the account was shut until then.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        reopened: bool,
    },
    /// Somebody who wants to choose the password anew proved to read what is sent to the account.
    RecoveryProven {
        /// Which account.
        account: String,
        /// `email` or `mobile`.
        contact: Code,
    },
    /// They wait, since that is not enough.
    RecoveryWaits {
        /// Which account.
        account: String,
        /// Until when, in milliseconds since the epoch.
        until: i64,
    },
    /// The owner said that it was not them, and every recovery under way ended.
    RecoveryCancelled {
        /// Which account.
        account: String,
    },
    /// The names of an account were sent to its contacts, for who knows the identity document.
    AccountNamed {
        /// Which account.
        account: String,
    },
    /// A contact was proven to be its owner's.
    ContactProven {
        /// Whose.
        account: String,
        /// `email` or `mobile`.
        contact: Code,
    },
    /// Somebody else proved to have the account's mobile number now, and asks to have it detached.
    NumberClaimed {
        /// Which account.
        account: String,
        /// Until when its holder can keep it, in milliseconds since the epoch.
        until: i64,
    },
    /// The holder kept the number.
    NumberKept {
        /// Which account.
        account: String,
    },
    /// A contact left the account, since it has another owner.
    ContactDetached {
        /// Which account.
        account: String,
        /// `email` or `mobile`.
        contact: Code,
    },
    /// The owner of a contact said that they had not given it.
    ContactRefused {
        /// The account that had claimed it.
        account: String,
        /// `email` or `mobile`.
        contact: Code,
    },
    /// A contact that was not proven was corrected.
    ContactCorrected {
        /// Whose.
        account: String,
        /// `email` or `mobile`.
        contact: Code,
    },
    /// Another contact took the place of one.
    ContactChanged {
        /// Whose.
        account: String,
        /// `email` or `mobile`.
        contact: Code,
    },
    /// A change of contacts was undone, and nobody signs in until a contact is proven anew.
    AccountFrozen {
        /// Which account.
        account: String,
    },
    /// Somebody said of something in an account that it was not them: the account was shut.
    CaseOpened {
        /// Which.
        account: String,
        /// The number of the case.
        case: String,
    },
    /// Staff closed a case about an account.
    CaseClosed {
        /// Which.
        account: String,
        /// The number of the case.
        case: String,
    },
    /// The owner asked for the end of the account.
    ClosureAsked {
        /// Which.
        account: String,
        /// When it will be closed, in milliseconds since the epoch.
        due: i64,
    },
    /// That was taken back, by the owner or by who reads what is sent to them.
    ClosureTakenBack {
        /// Which account.
        account: String,
    },
    /// It became known that the owner of an account is under 14.
    GuardianNeeded {
        /// Which.
        account: String,
        /// How: `declared`, `profile`, `document`.
        why: Code,
    },
    /// Somebody was asked to consent as their guardian.
    GuardianAsked {
        /// For which account.
        account: String,
        /// Until when they can answer, in milliseconds since the epoch.
        until: i64,
    },
    /// They consented.
    GuardianConsented {
        /// For which account.
        account: String,
        /// Version of the texts.
        version: String,
    },
    /// They did not.
    GuardianRefused {
        /// For which account.
        account: String,
    },
    /// They did not answer in time.
    GuardianSilent {
        /// For which account.
        account: String,
    },
    /// They took their consent back.
    GuardianWithdrew {
        /// For which account.
        account: String,
    },
    /// The owner of an account is older than was known before.
    AgeRestated {
        /// Which.
        account: String,
        /// How that is known: `declared`, `profile`, `document`.
        why: Code,
    },
    /// The owner of an account is 14 now.
    CameOfAge {
        /// Which.
        account: String,
    },
    /// Something was done with an appeal about an identity document.
    AppealMoved {
        /// Which appeal.
        appeal: String,
        /// A code: the state that it came to, or `shown`, `photo_seen`.
        step: Code,
        /// Who of the staff did it, if one did.
        staff: Option<String>,
    },
    /// Somebody else says that the account's document is theirs, and the holder is asked.
    DocumentClaimed {
        /// Which account.
        account: String,
        /// Which appeal.
        appeal: String,
        /// Until when the holder can object, in milliseconds since the epoch.
        until: i64,
    },
    /// The holder objected.
    DocumentDefended {
        /// Which account.
        account: String,
        /// Which appeal.
        appeal: String,
    },
    /// The document stays with its holder, who had been asked.
    DocumentKept {
        /// Which account.
        account: String,
        /// Which appeal.
        appeal: String,
    },
    /// The document left the account.
    DocumentDetached {
        /// Which account.
        account: String,
        /// Which appeal.
        appeal: String,
    },
    /// A document that was won in an appeal was bound to an account.
    DocumentBound {
        /// Which account.
        account: String,
        /// Which appeal.
        appeal: String,
    },
    /// A second factor was added, or replaced.
    FactorAdded {
        /// Whose.
        account: String,
        /// `passkey`, `authenticator`, `sms` or `recovery_codes`.
        factor: Code,
    },
    /// A second factor was removed.
    FactorRemoved {
        /// Whose.
        account: String,
        /// `passkey`, `authenticator`, or `all`.
        factor: Code,
    },
    /// An account was closed.
    AccountClosed {
        /// Which.
        account: String,
        /// A code: `unproven`, `cancelled`, …
        reason: Code,
    },
    /// A profile was changed.
    ProfileChanged {
        /// Whose.
        account: String,
        /// Names of the fields, not their content.
        fields: Vec<Code>,
    },
    /// A session ended.
    SessionEnded {
        /// Whose.
        account: String,
        /// Which session.
        session: String,
        /// A code: `signed_out`, `password_changed`, …
        reason: Code,
    },
    /// A person let a client have these scopes.
    ConsentGiven {
        /// The person.
        account: String,
        /// The client.
        client: String,
        /// Scopes, separated by spaces.
        scope: String,
    },
    /// A person refused a client.
    ConsentRefused {
        /// The person.
        account: String,
        /// The client.
        client: String,
    },
    /// A person took back what they had let a client have.
    ConsentWithdrawn {
        /// The person.
        account: String,
        /// The client.
        client: String,
    },
    /// An authorization code came a second time; what it had given was revoked (RFC 6749 §4.1.2).
    CodeReused {
        /// The client it was issued to.
        client: String,
        /// The account it was issued for.
        account: String,
    },
    /// A used refresh token came again; its family was ended (RFC 9700 §4.14.2).
    RefreshTokenReused {
        /// The client it was issued to.
        client: String,
        /// The account it was issued for.
        account: String,
    },
    /// An organisation was made in the portal, and its maker is its first owner.
    OrganisationCreated {
        /// Which.
        organisation: String,
        /// Who made it.
        account: String,
    },
    /// An organisation got another name.
    OrganisationRenamed {
        /// Which.
        organisation: String,
    },
    /// Somebody was invited into an organisation.
    MemberInvited {
        /// Which.
        organisation: String,
        /// The invitation.
        invitation: String,
        /// As what: `owner`, `developer`, `viewer`.
        role: Code,
    },
    /// An invitation was taken back.
    InvitationWithdrawn {
        /// Of which organisation.
        organisation: String,
        /// The invitation.
        invitation: String,
    },
    /// Somebody accepted an invitation.
    MemberJoined {
        /// Into which organisation.
        organisation: String,
        /// Who.
        account: String,
        /// As what.
        role: Code,
        /// The invitation.
        invitation: String,
    },
    /// A member of an organisation was given another role.
    MemberRoleChanged {
        /// Of which organisation.
        organisation: String,
        /// Who.
        account: String,
        /// What they were.
        from: Code,
        /// What they are.
        to: Code,
    },
    /// A member does not belong to an organisation any more.
    MemberLeft {
        /// To which.
        organisation: String,
        /// Who.
        account: String,
        /// A code: `left`, `removed`.
        how: Code,
    },
    /// An organisation registered a site in the sandbox.
    SandboxSiteRegistered {
        /// Which organisation.
        organisation: String,
        /// Which site: an id of the portal.
        site: String,
    },
    /// An organisation changed what a site in the sandbox is registered with.
    SandboxSiteChanged {
        /// Which organisation.
        organisation: String,
        /// Which site.
        site: String,
    },
    /// An organisation took a site out of the sandbox.
    SandboxSiteRemoved {
        /// Which organisation.
        organisation: String,
        /// Which site.
        site: String,
    },
    /// An organisation had a new secret made for a site in the sandbox.
    SandboxSecretMade {
        /// Which organisation.
        organisation: String,
        /// Which site.
        site: String,
    },
    /// An organisation had a secret of a site in the sandbox refused from then on.
    SandboxSecretEnded {
        /// Which organisation.
        organisation: String,
        /// Which site.
        site: String,
    },
    /// An organisation chose what a site in the sandbox is told of accounts.
    SandboxSignalsSet {
        /// Which organisation.
        organisation: String,
        /// Which site.
        site: String,
    },
    /// An organisation had a change of the signing key rehearsed for a site in the sandbox.
    SandboxRotationRehearsed {
        /// Which organisation.
        organisation: String,
        /// Which site.
        site: String,
    },
    /// An organisation applied for a site in production, or for a change of one.
    ApplicationSent {
        /// Which organisation.
        organisation: String,
        /// Which site: an id of the portal.
        site: String,
    },
    /// An application for a site in production was decided about, or its organisation was asked something.
    ApplicationDecided {
        /// Which organisation.
        organisation: String,
        /// Which site.
        site: String,
        /// How: `approved`, `refused`, `asked` or, by the organisation itself, `withdrawn`.
        how: Code,
    },
    /// An organisation had a secret made for a site in production.
    ProductionSecretMade {
        /// Which organisation.
        organisation: String,
        /// Which site.
        site: String,
    },
    /// An organisation had a secret of a site in production refused from then on.
    ProductionSecretEnded {
        /// Which organisation.
        organisation: String,
        /// Which site.
        site: String,
    },
    /// An organisation had its stand-ins in the sandbox made anew.
    SandboxCandidatesMade {
        /// Which organisation.
        organisation: String,
    },
    /// A client entered the registry.
    ClientRegistered {
        /// Its id.
        client: String,
    },
    /// A client gave up its registration.
    ClientRemoved {
        /// Its id.
        client: String,
    },
    /// Somebody was given the right to register clients.
    ClientInvited {
        /// How many.
        uses: u32,
    },
    /// A client's metadata changed.
    ClientChanged {
        /// Its id.
        client: String,
    },
    /// A client got a secret.
    ClientSecretAdded {
        /// Its id.
        client: String,
    },
    /// A client's older secrets got their end.
    ClientSecretsRetired {
        /// Its id.
        client: String,
        /// When they end, in milliseconds since the epoch.
        at: i64,
    },
    /// A client's stream of security events was set, or brought to another state.
    ClientSignalsSet {
        /// Its id.
        client: String,
        /// The state it is in: `enabled`, `paused`, `disabled`.
        to: Code,
    },
    /// A signing key went from one state to another.
    SigningKeyMoved {
        /// The key.
        kid: String,
        /// Its algorithm.
        alg: Code,
        /// The state it left; none: it was made.
        from: Option<Code>,
        /// The state it is in; none: it was removed, as versions did that knew no archive.
        to: Option<Code>,
    },
    /// An operator gave a staged key a time from which it is to sign.
    SigningKeyPlanned {
        /// The key.
        kid: String,
        /// Its algorithm.
        alg: Code,
        /// When, in milliseconds since the epoch.
        at: i64,
    },
    /// An operator has a staged key sign for a while.
    SigningKeyTrialBegan {
        /// The key.
        kid: String,
        /// Its algorithm.
        alg: Code,
        /// Until when, in milliseconds since the epoch.
        until: i64,
        /// For which clients; none: for all.
        clients: Vec<String>,
    },
    /// That is over.
    SigningKeyTrialEnded {
        /// The key.
        kid: String,
        /// Its algorithm.
        alg: Code,
        /// How: `clean`, `not_clean`, `stopped`, `compromised`, `overtaken`.
        how: Code,
        /// The clients that failed, as far as could be guessed.
        failed: Vec<String>,
        /// How many were seen to succeed.
        succeeded: u64,
        /// How many were met and seen to do neither.
        unknown: u64,
    },
    /// An operator lets a staged key sign without a clean trial.
    SigningKeyTrialWaived {
        /// The key.
        kid: String,
        /// Its algorithm.
        alg: Code,
    },
    /// An operator has a client stay with a key.
    SigningKeyPinned {
        /// The key.
        kid: String,
        /// Its algorithm.
        alg: Code,
        /// The client.
        client: String,
        /// Until when, in milliseconds since the epoch.
        until: i64,
    },
    /// That is over.
    SigningKeyPinEnded {
        /// The key.
        kid: String,
        /// Its algorithm.
        alg: Code,
        /// The client.
        client: String,
        /// How: `over`, `lifted`, `compromised`, `client_removed`, `half_gone`.
        how: Code,
    },
    /// An operator said that somebody else has a key.
    SigningKeyCompromised {
        /// The key.
        kid: String,
        /// Its algorithm.
        alg: Code,
    },
    /// An operator sealed every key under another master key.
    MasterKeyChanged {
        /// The id of the one before.
        from: String,
        /// The id of the present one.
        to: String,
    },
    /// A key for sealing data was made.
    DataKeyMade {
        /// The key.
        key: String,
    },
    /// A change of the key by which identity documents are found went on.
    LookupKeyMoved {
        /// The key.
        key: String,
        /// The state it is in.
        to: Code,
    },
    /// An operator announced planned work or a trouble.
    NoticeAnnounced {
        /// The notice.
        notice: String,
        /// When it ends by itself, in milliseconds since the epoch.
        until: i64,
    },
    /// An operator ended it before its time.
    NoticeEnded {
        /// The notice.
        notice: String,
    },
    /// A key for sealing or hashing data was destroyed, after everything that it had sealed or hashed was by another one.
    DataKeyDestroyed {
        /// The key.
        key: String,
    },
    /// A backup of the database was made.
    BackupMade {
        /// Its id.
        backup: String,
    },
    /// A backup was put in the place of the database: all sessions and tokens ended, every signing key was destroyed.
    DatabaseRestored {
        /// The backup's id.
        backup: String,
        /// When it was made, in milliseconds since the epoch. What happened after that is lost.
        made: i64,
        /// How many times the database has been restored so far.
        epoch: i64,
    },
}
