//! What is limited, for whom, and the rules of counting.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};
use std::time::Duration;

use shared::clock::Timestamp;

use crate::config::{AccountsSettings, LimitsSettings};

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(60 * 60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);
const MONTH: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// So many uses within a stretch of time that begins with the first of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    /// What is counted, in the database.
    pub name: &'static str,
    /// Uses that are allowed within `window`.
    pub allowed: u32,
    /// How long uses are added up, from the first on.
    pub window: Duration,
    /// How long the last allowed use locks; `None`: until the window ends.
    pub lock: Option<Duration>,
    /// How many times the uses of one /64 are allowed to the /48 around it.
    pub of_site: u32,
}

impl Limit {
    /// At most `allowed` uses within `window`.
    pub const fn rate(name: &'static str, allowed: u32, window: Duration) -> Self {
        Self { name, allowed, window, lock: None, of_site: SITE_FACTOR }
    }

    /// `allowed` uses within `lock`, and from the last of them on none for another `lock`.
    pub const fn lock(name: &'static str, allowed: u32, lock: Duration) -> Self {
        Self { name, allowed, window: lock, lock: Some(lock), of_site: SITE_FACTOR }
    }

    /// The same, with only so many times as much for the site around a network.
    const fn per_site(self, of_site: u32) -> Self {
        Self { of_site, ..self }
    }

    /// The same limit for a whole site: as many uses as 16 of its networks may have, or fewer where it says so.
    pub(super) const fn of_site(self) -> Self {
        Self { allowed: self.allowed.saturating_mul(self.of_site), ..self }
    }

    /// What holds after the use that `standing` already counts.
    pub fn judge(&self, standing: Standing) -> Verdict {
        if standing.used <= self.allowed {
            Verdict::Allowed { used: standing.used }
        } else {
            Verdict::Refused { until: standing.ends_at }
        }
    }

    /// What one more use would be told.
    pub fn foresee(&self, standing: Standing) -> Verdict {
        if standing.used < self.allowed {
            Verdict::Allowed { used: standing.used }
        } else {
            Verdict::Refused { until: standing.ends_at }
        }
    }
}

/// Uses of one limit by one subject, in a stretch that has not ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// Uses so far.
    pub used: u32,
    /// When they are forgotten.
    pub ends_at: Timestamp,
}

/// Whether a use is allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is; so many uses were counted, this one included where it was counted.
    Allowed {
        /// Uses in the stretch that runs.
        used: u32,
    },
    /// It is not.
    Refused {
        /// From when on it will be.
        until: Timestamp,
    },
}

impl Verdict {
    /// The verdict of two limits on one use: both must allow it. The uses told are those of the first.
    pub(super) fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Refused { until }, Self::Refused { until: other }) => Self::Refused { until: until.max(other) },
            (Self::Allowed { .. }, refused @ Self::Refused { .. }) => refused,
            (first, _) => first,
        }
    }

    /// Whether it is allowed.
    pub fn is_allowed(self) -> bool {
        matches!(self, Self::Allowed { .. })
    }
}

/// Whose uses are added up.
#[derive(Debug, Clone, Copy)]
pub enum Subject<'a> {
    /// A login name in the form in which names are compared, an account, a client.
    Text(&'a str),
    /// Everyone behind a network address; of IPv6, everyone in the /48 around it as well, who may do 16 times as much.
    Address(AddressBlock),
}

impl fmt::Display for Subject<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => write!(f, "text\0{text}"),
            Self::Address(block) => write!(f, "address\0{block}"),
        }
    }
}

/// What one subscriber usually holds: a single IPv4 address (whole schools sit behind one already), or the /64 of an
/// IPv6 address (RFC 6177 gives a site no less, and a host picks freely within it).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct AddressBlock(IpAddr);

/// How many times the uses of one /64 are usually allowed to the /48 around it.
pub(super) const SITE_FACTOR: u32 = 16;

impl AddressBlock {
    /// The block that holds `address`.
    pub fn of(address: IpAddr) -> Self {
        Self(match address.to_canonical() {
            v4 @ IpAddr::V4(_) => v4,
            IpAddr::V6(v6) => IpAddr::V6(first_of(v6, 64)),
        })
    }

    /// What it is a part of in one hand: an IPv4 address as it is, of IPv6 the /48 around it.
    pub fn whole(self) -> Self {
        Self(self.site().map_or(self.0, |SiteBlock(site)| IpAddr::V6(site)))
    }

    /// The /48 around an IPv6 block: what RFC 6177 §2 lets any subscriber have who asks, and some tunnels give away.
    /// Counted by the /64 alone, it would be 65,536 strangers.
    pub(super) fn site(self) -> Option<SiteBlock> {
        match self.0 {
            IpAddr::V4(_) => None,
            IpAddr::V6(v6) => Some(SiteBlock(first_of(v6, 48))),
        }
    }
}

/// The first address of the network of so many bits, 1 to 128, that holds `address`.
fn first_of(address: Ipv6Addr, bits: u32) -> Ipv6Addr {
    Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << (128 - bits)))
}

/// See [`AddressBlock::site`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct SiteBlock(Ipv6Addr);

impl fmt::Display for SiteBlock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "site\0{}", self.0)
    }
}

impl fmt::Display for AddressBlock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Every limit of the passport.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// Failed sign-ins with one login name, whether anyone has it or not.
    pub sign_in_name: Limit,
    /// The same in a browser in which the account is known, by account and browser.
    pub sign_in_known: Limit,
    /// Sign-ins tried from one address block. Far more than a school does: it guards the threads that hash.
    pub sign_in_address: Limit,
    /// The same in browsers in which the account is known: strangers next to them use up nothing of it.
    pub sign_in_address_known: Limit,
    /// Failed sign-ins from one address block: what a captcha is asked for by and how hard it is. Only a flood of them is
    /// refused, and not in browsers in which the account is known.
    pub sign_in_address_failures: Limit,
    /// The present password given wrongly where it is asked for again, by account.
    pub password_confirmation: Limit,
    /// Wrong codes in the second step, by account, place and kind of code, in browsers in which nobody has passed it.
    pub second_step: Limit,
    /// The same in a browser in which it was passed, by account and browser.
    pub second_step_known: Limit,
    /// Wrong codes of an app, counted as both of these are, over a month (NIST SP 800-63B §3.2.2: no more than a hundred).
    pub second_step_month: Limit,
    /// Lines in one account's record about wrong codes.
    pub second_step_record: Limit,
    /// Messages to one account that somebody who knows its password tries codes.
    pub second_step_told: Limit,
    /// SMS to one account with a code for its second step, or to turn that on.
    pub second_step_sms: Limit,
    /// Passkeys, apps and sets of recovery codes that are added to one account: each is told of by mail.
    pub factor_added: Limit,
    /// SMS to one account about what protects it beside the password. What is beyond them its mails tell.
    pub factor_sms: Limit,
    /// How often the end of one account is asked for: each time its contacts are told, and when it is taken back.
    pub closure_asked: Limit,
    /// Waits for another password of one account that are begun: its contacts are told of each.
    pub recovery_wait: Limit,
    /// Challenges for passkeys that are asked for from one address block.
    pub ceremony_address: Limit,
    /// Registrations tried from one address block: what the captcha before them is hard by. Refused is a flood alone, of
    /// more than a large school has pupils.
    pub registration_address: Limit,
    /// How often one address block is told that a mail address or a mobile number is in use already: what the captcha is
    /// hard by as well.
    pub registration_conflict_address: Limit,
    /// Clients that registered themselves from one address block.
    pub client_registration_address: Limit,
    /// Messages to one account that somebody tried to register with its contacts.
    pub registration_conflict_mail: Limit,
    /// Codes in place of a captcha that are sent to one mail address or mobile number.
    pub captcha_code_contact: Limit,
    /// The same of a day.
    pub captcha_code_contact_day: Limit,
    /// Such codes that are asked for from one address block.
    pub captcha_code_address: Limit,
    /// Proofs of a contact that are asked for from one address block: what a captcha before them is hard by. Refused is a
    /// flood alone, of more than two for each registration that the block may make.
    pub proof_address: Limit,
    /// Proofs of a contact that one account asks for, signed in.
    pub proof_account: Limit,
    /// Proofs of one contact that one address block asks for.
    pub proof_contact_address: Limit,
    /// Proofs of one contact, whoever asks.
    pub proof_contact: Limit,
    /// Accounts asked for by one identity document, whether anybody has it or not.
    pub find_account_document: Limit,
    /// Accounts asked for by identity documents from one address block: what the captcha before it is hard by.
    pub find_account_address: Limit,
    /// Numbers of appeals that are tried from one address block: what the captcha before it is hard by, among others.
    pub appeal_address: Limit,
    /// Appeals that one contact begins.
    pub appeal_contact: Limit,
    /// Appeals about one identity document, whether anybody has it or not.
    pub appeal_document: Limit,
    /// Photos that are sent for one appeal.
    pub appeal_photo: Limit,
    /// How often the link of one appeal is sent once more to who asks from one address block.
    pub appeal_link_address: Limit,
    /// The same, whoever asks: its number is no secret.
    pub appeal_link: Limit,
    /// Mails to one account that one of its login names was locked.
    pub sign_in_lock_mail: Limit,
    /// SMS to one account that a login name was locked, where no mail address is proven.
    pub sign_in_lock_sms: Limit,
    /// Mails to one account that somebody signed in with a browser that is not known.
    pub sign_in_mail: Limit,
    /// SMS to one account that somebody did, where no mail address is proven.
    pub sign_in_sms: Limit,
    /// How often an account is shut because somebody says of a notice that it was not them, by account and contact.
    pub alarm: Limit,
    /// Copies of what is stored that one account takes: each is told of by mail and by SMS.
    pub copy: Limit,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            sign_in_name: Limit::lock("sign_in_name", 5, 15 * MINUTE),
            sign_in_known: Limit::lock("sign_in_known", 5, 15 * MINUTE),
            sign_in_address: Limit::rate("sign_in_address", 1_200, MINUTE).per_site(4),
            sign_in_address_known: Limit::rate("sign_in_address_known", 1_200, MINUTE).per_site(4),
            sign_in_address_failures: Limit::rate("sign_in_address_failures", 3_000, 15 * MINUTE).per_site(2),
            password_confirmation: Limit::lock("password_confirmation", 5, 15 * MINUTE),
            second_step: Limit::lock("second_step", 5, 15 * MINUTE),
            second_step_known: Limit::lock("second_step_known", 5, 15 * MINUTE),
            second_step_month: Limit::rate("second_step_month", 100, MONTH),
            second_step_record: Limit::rate("second_step_record", 100, DAY),
            second_step_told: Limit::rate("second_step_told", 3, DAY),
            second_step_sms: Limit::rate("second_step_sms", 10, DAY),
            factor_added: Limit::rate("factor_added", 30, DAY),
            factor_sms: Limit::rate("factor_sms", 10, DAY),
            closure_asked: Limit::rate("closure_asked", 3, DAY),
            recovery_wait: Limit::rate("recovery_wait", 5, DAY),
            ceremony_address: Limit::rate("ceremony_address", 600, MINUTE),
            registration_address: Limit::rate("registration_address", 3_000, HOUR),
            registration_conflict_address: Limit::rate("registration_conflict_address", 200, HOUR),
            client_registration_address: Limit::rate("client_registration_address", 60, HOUR),
            registration_conflict_mail: Limit::rate("registration_conflict_mail", 1, DAY),
            captcha_code_contact: Limit::rate("captcha_code_contact", 5, HOUR),
            captcha_code_contact_day: Limit::rate("captcha_code_contact_day", 15, DAY),
            captcha_code_address: Limit::rate("captcha_code_address", 60, HOUR),
            proof_address: Limit::rate("proof_address", 6_000, HOUR),
            proof_account: Limit::rate("proof_account", 30, DAY),
            proof_contact_address: Limit::rate("proof_contact_address", 6, HOUR),
            proof_contact: Limit::rate("proof_contact", 20, DAY),
            find_account_document: Limit::rate("find_account_document", 3, DAY),
            find_account_address: Limit::rate("find_account_address", 1_000, HOUR),
            appeal_address: Limit::rate("appeal_address", 300, HOUR),
            appeal_contact: Limit::rate("appeal_contact", 3, DAY),
            appeal_document: Limit::rate("appeal_document", 3, DAY),
            appeal_photo: Limit::rate("appeal_photo", 20, HOUR),
            appeal_link_address: Limit::rate("appeal_link_address", 3, DAY),
            appeal_link: Limit::rate("appeal_link", 12, DAY),
            sign_in_lock_mail: Limit::rate("sign_in_lock_mail", 3, DAY),
            sign_in_lock_sms: Limit::rate("sign_in_lock_sms", 1, DAY),
            sign_in_mail: Limit::rate("sign_in_mail", 10, DAY),
            sign_in_sms: Limit::rate("sign_in_sms", 1, DAY),
            alarm: Limit::rate("alarm", 3, 7 * DAY),
            copy: Limit::rate("copy", 5, DAY),
        }
    }
}

impl Policy {
    /// The limits with the numbers that the settings give.
    pub fn of(limits: &LimitsSettings, accounts: &AccountsSettings) -> Self {
        let default = Self::default();
        let allow = |allowed, limit| Limit { allowed, ..limit };
        let lock = |limit: Limit| Limit::lock(limit.name, accounts.lock_after, accounts.lock_for);
        Self {
            sign_in_name: lock(default.sign_in_name),
            sign_in_known: lock(default.sign_in_known),
            sign_in_address: allow(limits.sign_in_per_minute, default.sign_in_address),
            sign_in_address_known: allow(limits.sign_in_per_minute, default.sign_in_address_known),
            password_confirmation: lock(default.password_confirmation),
            second_step: lock(default.second_step),
            second_step_known: lock(default.second_step_known),
            registration_address: allow(limits.register_per_hour, default.registration_address),
            registration_conflict_address: allow(limits.taken_per_hour, default.registration_conflict_address),
            client_registration_address: allow(limits.clients_per_hour, default.client_registration_address),
            ..default
        }
    }
}
