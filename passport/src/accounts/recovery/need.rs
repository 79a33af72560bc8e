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
    /// The wait is over, and nobody cancelled.
    pub waited: bool,
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
    },
}

/// The rules, for the contacts of an account as they stood before the recovery.
pub fn need(standing: &Standing, proven: Proven, now: Timestamp) -> Need {
    let held = |kind| standing.of(kind).and_then(|held| held.proven_at);
    let (email, mobile) = (held(ContactKind::Email), held(ContactKind::Mobile));
    match (email, mobile) {
        // Whose account that is nobody ever showed.
        (None, None) => Need::Anew { or_second: None },
        (Some(_), _) if proven.email => Need::Nothing,
        (None, Some(_)) if proven.email && proven.mobile => Need::Nothing,
        (None, Some(_)) if proven.email => Need::Anew { or_second: Some(ContactKind::Mobile) },
        (Some(_), None) if proven.mobile => Need::Anew { or_second: Some(ContactKind::Email) },
        (None, Some(at)) if proven.mobile && now.since(at) < FRESH_MOBILE => Need::Nothing,
        _ if proven.waited => Need::Nothing,
        (Some(_), Some(_)) => Need::Second { other: Some(ContactKind::Email) },
        _ => Need::Second { other: None },
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::accounts::contact::Held;
    use crate::accounts::model::{Contact, Email, Mobile};

    const NOW: Timestamp = Timestamp::from_seconds(1_805_331_600);
    const EMAIL: Proven = Proven { email: true, mobile: false, waited: false };
    const MOBILE: Proven = Proven { email: false, mobile: true, waited: false };

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
        assert_eq!(need(&standing(Some(400), Some(1)), EMAIL, NOW), Need::Nothing);
        assert_eq!(need(&standing(Some(400), None), EMAIL, NOW), Need::Nothing);
        let email = Some(ContactKind::Email);
        assert_eq!(need(&standing(Some(400), Some(1)), MOBILE, NOW), Need::Second { other: email });
        assert_eq!(need(&standing(None, Some(89)), MOBILE, NOW), Need::Nothing);
        assert_eq!(need(&standing(None, Some(90)), MOBILE, NOW), Need::Second { other: None });
    }

    #[test]
    fn both_channels_are_enough_and_so_is_the_wait() {
        for (email, mobile) in [(Some(400), Some(400)), (None, Some(90))] {
            let waited = Proven { waited: true, ..MOBILE };
            assert_eq!(need(&standing(email, mobile), waited, NOW), Need::Nothing);
            let both = Proven { email: true, ..MOBILE };
            assert_eq!(need(&standing(email, mobile), both, NOW), Need::Nothing);
        }
    }

    #[test]
    fn what_was_never_proven_recovers_no_account_not_even_after_the_wait() {
        let waited = |proven| Proven { waited: true, ..proven };
        for proven in [EMAIL, MOBILE, Proven { email: true, ..MOBILE }] {
            assert_eq!(need(&standing(None, None), waited(proven), NOW), Need::Anew { or_second: None });
        }
        let mobile = Some(ContactKind::Mobile);
        assert_eq!(need(&standing(None, Some(1)), waited(EMAIL), NOW), Need::Anew { or_second: mobile });
        let email = Some(ContactKind::Email);
        assert_eq!(need(&standing(Some(1), None), waited(MOBILE), NOW), Need::Anew { or_second: email });
    }
}
