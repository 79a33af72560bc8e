//! What the page of the new password says of what is still needed, and offers towards it.

use shared::clock::Timestamp;
use shared::i18n::Lang;

use super::need::Need;
use super::number;
use super::operation::Seen;
use crate::accounts::Accounts;
use crate::accounts::model::ContactKind;
use crate::accounts::view::Way;
use crate::web::{moment, paths};

/// What is needed, as the page shows it.
pub(super) struct NeedView {
    /// Whether the account is given a password anew, to who proves its contact first.
    pub(super) anew: bool,
    /// Whether the password may be chosen now.
    pub(super) may_choose: bool,
    /// The other contact of the account, if it would do.
    pub(super) second: Option<SecondView>,
    /// Whether a factor would do.
    pub(super) factor: bool,
    /// Where a passkey's answer is sent, if one would do.
    pub(super) passkey: Option<String>,
    /// Whether a code of the app, or a recovery code, would do.
    pub(super) code: bool,
    /// Whether the person can say that every factor is lost.
    pub(super) may_be_lost: bool,
    /// Until when is waited, if a wait has begun.
    pub(super) waits_until: Option<String>,
    /// Whether it is a number that may have another owner by now.
    pub(super) may_be_mine: bool,
    /// How many hours its holder has to keep it.
    pub(super) wait_hours: u32,
}

/// The other contact of the account.
pub(super) struct SecondView {
    pub(super) kind: ContactKind,
    pub(super) masked: String,
}

impl NeedView {
    /// What holds at that moment.
    pub(super) fn of(accounts: &Accounts, seen: &Seen, way: &Way, (lang, now): (Lang, Timestamp)) -> Self {
        let parts = accounts.parts();
        let (other, factor) = match seen.need {
            Need::Nothing => (None, false),
            Need::Anew { or_second } => (or_second, false),
            Need::Second { other, factor } => (other, factor),
        };
        let (anew, waits) = (matches!(seen.need, Need::Anew { .. }), matches!(seen.need, Need::Second { .. }));
        let (enrolled, until) = (seen.enrolled, seen.recovery.wait_until);
        let passkey = factor && enrolled.passkey && parts.passkeys.possible();
        let masked = |kind| Some(SecondView { kind, masked: seen.standing.of(kind)?.contact.masked() });
        Self {
            anew,
            may_choose: !waits,
            second: other.and_then(masked),
            factor,
            passkey: passkey.then(|| way.link(paths::RECOVER_PASSKEY)),
            code: factor && (enrolled.authenticator || enrolled.recovery_code),
            may_be_lost: enrolled.any() && !anew && until.is_none(),
            waits_until: until.filter(|_| waits).map(|until| moment::not_before(lang, until, now)),
            may_be_mine: number::may_be_asked_for(seen),
            wait_hours: u32::try_from(parts.number_wait.as_secs().div_ceil(3_600)).unwrap_or(u32::MAX),
        }
    }
}
