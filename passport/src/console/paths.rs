//! The addresses of the console, on its own host.

/// What waits, and the figures.
pub const HOME: &str = "/";
/// Signing in, by a passkey alone.
pub const SIGN_IN: &str = "/sign-in";
/// What a script asks for before it calls the authenticator.
pub const SIGN_IN_OPTIONS: &str = "/sign-in/options";
/// Signing out.
pub const SIGN_OUT: &str = "/sign-out";
/// Where a one-time link leads.
pub const INVITATION: &str = "/invitation";
/// What a script asks for there.
pub const INVITATION_OPTIONS: &str = "/invitation/options";
/// Finding an account.
pub const ACCOUNTS: &str = "/accounts";
/// An account, by a reading of it: the address tells no account.
pub const ACCOUNT: &str = "/accounts/{read}";
/// Keeping it from signing in.
pub const ACCOUNT_SUSPEND: &str = "/accounts/{read}/suspend";
/// Letting it again.
pub const ACCOUNT_REINSTATE: &str = "/accounts/{read}/reinstate";
/// Forgetting wrong passwords.
pub const ACCOUNT_UNLOCK: &str = "/accounts/{read}/unlock";
/// Ending its sessions.
pub const ACCOUNT_SESSIONS: &str = "/accounts/{read}/sessions";
/// Taking its second factors away.
pub const ACCOUNT_FACTORS: &str = "/accounts/{read}/factors";
/// What was proposed.
pub const PROPOSALS: &str = "/proposals";
/// One proposal.
pub const PROPOSAL: &str = "/proposals/{proposal}";
/// Looking at the account that it is about.
pub const PROPOSAL_ACCOUNT: &str = "/proposals/{proposal}/account";
/// Taking one's own back.
pub const PROPOSAL_TAKE_BACK: &str = "/proposals/{proposal}/take-back";
/// What is on record.
pub const AUDIT: &str = "/audit";
/// The staff.
pub const STAFF: &str = "/staff";
/// Asking somebody in.
pub const STAFF_INVITE: &str = "/staff/invite";
/// One of the staff.
pub const PERSON: &str = "/staff/{person}";
/// Giving them other roles.
pub const PERSON_ROLES: &str = "/staff/{person}/roles";
/// Keeping them out.
pub const PERSON_SUSPEND: &str = "/staff/{person}/suspend";
/// Letting them in again.
pub const PERSON_REINSTATE: &str = "/staff/{person}/reinstate";
/// Making a link for somebody who was asked in.
pub const PERSON_LINK: &str = "/staff/{person}/link";
/// What organisations apply for.
pub const APPLICATIONS: &str = "/applications";
/// One application.
pub const APPLICATION: &str = "/applications/{application}";
/// Approving it, in the version that was seen.
pub const APPLICATION_APPROVE: &str = "/applications/{application}/{version}/approve";
/// Asking something first.
pub const APPLICATION_ASK: &str = "/applications/{application}/{version}/ask";
/// Refusing it.
pub const APPLICATION_REFUSE: &str = "/applications/{application}/{version}/refuse";
/// What waits to be delivered, and what was given up, by kind.
pub const DELIVERIES: &str = "/deliveries";
/// The messages of a kind.
pub const DELIVERIES_OF: &str = "/deliveries/{kind}";
/// Having all of them tried again that were given up.
pub const DELIVERIES_RETRY: &str = "/deliveries/{kind}/retry";
/// Having one tried again.
pub const DELIVERY_RETRY: &str = "/deliveries/{kind}/{message}/retry";
/// The clients.
pub const CLIENTS: &str = "/clients";
/// One of them.
pub const CLIENT: &str = "/clients/{client}";
/// Having nothing issued to it any more.
pub const CLIENT_SUSPEND: &str = "/clients/{client}/suspend";
/// Letting it again.
pub const CLIENT_REINSTATE: &str = "/clients/{client}/reinstate";
