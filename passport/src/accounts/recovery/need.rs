//! What is still needed before a password may be chosen anew. One list of rules, and nothing else.

use shared::clock::Timestamp;

use super::FRESH_MOBILE;
use crate::accounts::contact::Standing;
use crate::accounts::model::ContactKind;

/// What a recovery has proven.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Proven {
    /// Whoever recovers reads the mails.
    pub email: bool,
    /// Whoever recovers reads the SMS.
    pub mobile: bool,
    /// Whoever recovers has one of the account's factors.
    pub factor: bool,
    /// The wait is over, and nobody cancelled.
    pub waited: bool,
}

/// What stands beside the password of the account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Factors {
    /// Nothing.
    None,
    /// A factor, which stays.
    Kept,
    /// The account's own number, by SMS, which stays.
    Number,
    /// A factor that its owner has lost, with everything that stands in for it: the reset removes it all.
    Lost,
}

/// What is still needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// Nothing: the password may be chosen.
    Nothing,
    /// What was proven was never proven before: it becomes the contact of a new account.
    Anew {
        /// The contact by which the present account could be recovered after all, if it has one.
        or_second: Option<ContactKind>,
    },
    /// A second channel, or the wait.
    Second {
        /// The other contact, if it can be written to.
        other: Option<ContactKind>,
        /// Whether a factor of the account would do.
        factor: bool,
    },
}

impl Need {
    /// Whether a factor of the account would do: only then is one looked at.
    pub const fn takes_factor(self) -> bool {
        matches!(self, Self::Second { factor: true, .. })
    }

    /// Whether that contact of the account would do, beside what is proven.
    pub fn takes(self, kind: ContactKind) -> bool {
        match self {
            Self::Nothing => false,
            Self::Anew { or_second: other } | Self::Second { other, .. } => other == Some(kind),
        }
    }

    /// What is needed of a shut account some of whose contacts may be a thief's: those show nothing by themselves. The
    /// wait does, which every channel hears of, the former ones by the link that undoes the change.
    pub fn unless_by(self, doubted: &[ContactKind], standing: &Standing, proven: Proven) -> Self {
        let firm = |kind: ContactKind| {
            standing.of(kind).is_some_and(|held| held.proven_at.is_some()) && !doubted.contains(&kind)
        };
        let shown = (proven.email && firm(ContactKind::Email)) || (proven.mobile && firm(ContactKind::Mobile));
        if self != Self::Nothing || doubted.is_empty() || proven.waited || shown {
            return self;
        }
        Self::Second { other: unproven(standing, proven).filter(|kind| firm(*kind)), factor: false }
    }
}

/// The rules, for an account as it stood before the recovery. No reset passes by a factor: it is shown, or both channels
/// are, or every channel had the time to cancel; where the number is the factor, it is not a channel as well; and what is
/// lost is removed after that time and never before.
pub fn need(standing: &Standing, factors: Factors, proven: Proven, now: Timestamp) -> Need {
    let by_contacts = by_contacts(standing, proven, now);
    if matches!(by_contacts, Need::Anew { .. }) || proven.waited {
        return by_contacts;
    }
    let both = proven.email && proven.mobile;
    match factors {
        Factors::None => by_contacts,
        Factors::Kept if proven.factor || (both && by_contacts == Need::Nothing) => Need::Nothing,
        Factors::Kept => Need::Second { other: unproven(standing, proven), factor: true },
        // The number is the factor already: beside the mail it shows nothing more, and beside itself nothing at all.
        Factors::Number if proven.factor => Need::Nothing,
        Factors::Number => Need::Second { other: None, factor: true },
        Factors::Lost => Need::Second { other: None, factor: false },
    }
}

/// The contact that was proven before, and is not in this recovery.
fn unproven(standing: &Standing, proven: Proven) -> Option<ContactKind> {
    let shown = |kind| match kind {
        ContactKind::Email => proven.email,
        ContactKind::Mobile => proven.mobile,
    };
    let held = |kind: &ContactKind| standing.of(*kind).is_some_and(|held| held.proven_at.is_some());
    ContactKind::ALL.into_iter().find(|kind| held(kind) && !shown(*kind))
}

/// What the contacts alone would ask for. An SMS alone is enough of an account that has nothing else, and an address that was
/// never proven is something: beside the number it shows whose account it is. Who mistyped it waits.
fn by_contacts(standing: &Standing, proven: Proven, now: Timestamp) -> Need {
    let held = |kind| standing.of(kind).and_then(|held| held.proven_at);
    let (email, mobile) = (held(ContactKind::Email), held(ContactKind::Mobile));
    let address = standing.email.as_ref().map(|held| held.contact.kind());
    match (email, mobile) {
        // Whose account that is nobody ever showed.
        (None, None) => Need::Anew { or_second: None },
        (Some(_), _) if proven.email => Need::Nothing,
        (None, Some(_)) if proven.email && proven.mobile => Need::Nothing,
        (None, Some(_)) if proven.email => Need::Anew { or_second: Some(ContactKind::Mobile) },
        (Some(_), None) if proven.mobile => Need::Anew { or_second: Some(ContactKind::Email) },
        (None, Some(at)) if proven.mobile && address.is_none() && now.since(at) < FRESH_MOBILE => Need::Nothing,
        _ if proven.waited => Need::Nothing,
        _ => Need::Second { other: address, factor: false },
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::accounts::contact::Held;
    use crate::accounts::model::{Contact, Email, Mobile};

    const NOW: Timestamp = Timestamp::from_seconds(1_805_331_600);
    const EMAIL: Proven = Proven { email: true, mobile: false, factor: false, waited: false };
    const MOBILE: Proven = Proven { email: false, mobile: true, factor: false, waited: false };

    #[test]
    fn a_contact_that_may_be_a_thiefs_shows_nothing_by_itself() {
        let (both, doubted) = (standing(Some(200), Some(200)), [ContactKind::Email]);
        let second = |other| Need::Second { other, factor: false };
        let after = |proven| need(&both, Factors::None, proven, NOW).unless_by(&doubted, &both, proven);
        assert_eq!(after(EMAIL), second(Some(ContactKind::Mobile)));
        assert_eq!(after(Proven { factor: true, ..EMAIL }), second(Some(ContactKind::Mobile)), "nor with a factor");
        assert_eq!(after(Proven { mobile: true, ..EMAIL }), Need::Nothing, "the other one does beside it");
        assert_eq!(after(Proven { waited: true, ..EMAIL }), Need::Nothing, "and the wait");
        let alone = standing(Some(1), None);
        let need = need(&alone, Factors::None, EMAIL, NOW);
        assert_eq!(need.unless_by(&doubted, &alone, EMAIL), second(None));
        assert_eq!(need.unless_by(&[], &alone, EMAIL), Need::Nothing, "of an account that is open nothing is doubted");
    }

    fn standing(email: Option<u64>, mobile: Option<u64>) -> Standing {
        let ago = |days: Option<u64>| days.map(|days| NOW - Duration::from_secs(days * 24 * 60 * 60));
        Standing {
            email: Some(Held {
                contact: Contact::Email(Email::parse("li@example.com").expect("an address")),
                proven_at: ago(email),
            }),
            mobile: Some(Held {
                contact: Contact::Mobile(Mobile::parse("13800138000").expect("a number")),
                proven_at: ago(mobile),
            }),
        }
    }

    #[test]
    fn a_mail_is_enough_and_an_sms_only_where_nothing_else_is_proven_and_the_number_is_fresh() {
        assert_eq!(need(&standing(Some(400), Some(1)), Factors::None, EMAIL, NOW), Need::Nothing);
        assert_eq!(need(&standing(Some(400), None), Factors::None, EMAIL, NOW), Need::Nothing);
        let email = Some(ContactKind::Email);
        assert_eq!(
            need(&standing(Some(400), Some(1)), Factors::None, MOBILE, NOW),
            Need::Second { other: email, factor: false }
        );
        let alone = |days| Standing { email: None, ..standing(None, Some(days)) };
        assert_eq!(need(&alone(89), Factors::None, MOBILE, NOW), Need::Nothing);
        assert_eq!(need(&alone(90), Factors::None, MOBILE, NOW), Need::Second { other: None, factor: false });
    }

    #[test]
    fn an_address_that_was_never_proven_is_another_contact_all_the_same() {
        let beside = standing(None, Some(1));
        let email = Some(ContactKind::Email);
        assert_eq!(need(&beside, Factors::None, MOBILE, NOW), Need::Second { other: email, factor: false });
        let both = Proven { email: true, ..MOBILE };
        assert_eq!(need(&beside, Factors::None, both, NOW), Need::Nothing, "who reads it shows that");
        let waited = Proven { waited: true, ..MOBILE };
        assert_eq!(need(&beside, Factors::None, waited, NOW), Need::Nothing, "who mistyped it waits");
    }

    #[test]
    fn both_channels_are_enough_and_so_is_the_wait() {
        for (email, mobile) in [(Some(400), Some(400)), (None, Some(90))] {
            let waited = Proven { waited: true, ..MOBILE };
            assert_eq!(need(&standing(email, mobile), Factors::None, waited, NOW), Need::Nothing);
            let both = Proven { email: true, ..MOBILE };
            assert_eq!(need(&standing(email, mobile), Factors::None, both, NOW), Need::Nothing);
        }
    }

    #[test]
    fn what_was_never_proven_recovers_no_account_not_even_after_the_wait() {
        let waited = |proven| Proven { waited: true, ..proven };
        for proven in [EMAIL, MOBILE, Proven { email: true, ..MOBILE }] {
            assert_eq!(need(&standing(None, None), Factors::None, waited(proven), NOW), Need::Anew { or_second: None });
        }
        let mobile = Some(ContactKind::Mobile);
        assert_eq!(need(&standing(None, Some(1)), Factors::None, waited(EMAIL), NOW), Need::Anew { or_second: mobile });
        let email = Some(ContactKind::Email);
        assert_eq!(need(&standing(Some(1), None), Factors::None, waited(MOBILE), NOW), Need::Anew { or_second: email });
    }

    #[test]
    fn no_reset_passes_by_a_factor() {
        let both = standing(Some(400), Some(1));
        let kept = |proven| need(&both, Factors::Kept, proven, NOW);
        let mobile = Some(ContactKind::Mobile);
        assert_eq!(kept(EMAIL), Need::Second { other: mobile, factor: true }, "one channel, enough without a factor");
        assert_eq!(kept(Proven { factor: true, ..EMAIL }), Need::Nothing, "one channel and a factor");
        assert_eq!(kept(Proven { factor: true, ..MOBILE }), Need::Nothing);
        assert_eq!(kept(Proven { mobile: true, ..EMAIL }), Need::Nothing, "two channels");
        assert_eq!(kept(Proven { waited: true, ..MOBILE }), Need::Nothing, "the wait");
        let one = need(&standing(Some(400), None), Factors::Kept, EMAIL, NOW);
        assert_eq!(one, Need::Second { other: None, factor: true }, "there is no other channel");
    }

    #[test]
    fn a_number_that_is_the_factor_is_not_a_channel_beside_it() {
        let both = standing(Some(400), Some(1));
        let after = |proven| need(&both, Factors::Number, proven, NOW);
        let more = Need::Second { other: None, factor: true };
        for proven in [EMAIL, MOBILE, Proven { mobile: true, ..EMAIL }] {
            assert_eq!(after(proven), more, "{proven:?}");
            assert_eq!(after(Proven { factor: true, ..proven }), Need::Nothing, "with a recovery code: {proven:?}");
            assert_eq!(after(Proven { waited: true, ..proven }), Need::Nothing, "after the wait: {proven:?}");
        }
        let alone = Standing { email: None, ..standing(None, Some(1)) };
        assert_eq!(need(&alone, Factors::Number, MOBILE, NOW), more, "nor where it is all that there is");
    }

    #[test]
    fn what_is_lost_is_waited_for_whatever_else_is_shown() {
        let both = standing(Some(400), Some(1));
        let lost = |proven| need(&both, Factors::Lost, proven, NOW);
        for proven in [EMAIL, MOBILE, Proven { mobile: true, ..EMAIL }, Proven { factor: true, ..EMAIL }] {
            assert_eq!(lost(proven), Need::Second { other: None, factor: false }, "{proven:?}");
            assert_eq!(lost(Proven { waited: true, ..proven }), Need::Nothing, "{proven:?}");
        }
    }

    #[test]
    fn a_factor_makes_no_contact_somebodys_that_was_never_proven() {
        let proven = Proven { factor: true, ..EMAIL };
        assert_eq!(need(&standing(None, None), Factors::Kept, proven, NOW), Need::Anew { or_second: None });
    }
}
