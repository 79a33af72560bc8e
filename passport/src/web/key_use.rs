//! What the data keys are used for: the one list of it. Whatever is sealed or hashed with a key names its use, so that
//! what depends on a key is known before it is changed.

use std::time::Duration;

/// What becomes of what is sealed for a use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sealed {
    /// It is stored, for as long as what it belongs to. `passport keys reseal` seals it anew.
    Stored,
    /// It travels through a browser, and nobody misses it a day later.
    Passing,
    /// It is an access token, which lasts for as long as the settings say.
    AccessToken,
}

/// What becomes of what is hashed with a key for a use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hashed {
    /// Stored rows are found by it; what it is made of is stored too, sealed.
    Found,
    /// It is stored or with somebody for as long as this, and nobody can make it anew.
    Kept(&'static str),
    /// It must never change.
    Forever(&'static str),
    /// It lasts for minutes, or as long as a page is open.
    Passing,
}

macro_rules! uses {
    ($($(#[$doc:meta])* $name:ident = $text:literal $(sealed $sealed:expr)? $(, hashed $hashed:expr)?;)*) => {
        /// A use of the data keys: what is sealed or hashed for one opens and compares for no other.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum KeyUse {
            $($(#[$doc])* $name,)*
        }

        impl KeyUse {
            /// Every use.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// Its name, from which its keys are derived: it never changes.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)*
                }
            }

            /// What becomes of what is sealed for it; none: nothing is.
            pub const fn sealed(self) -> Option<Sealed> {
                match self {
                    $(Self::$name => uses!(@option $($sealed)?),)*
                }
            }

            /// What becomes of what is hashed for it; none: nothing is.
            pub const fn hashed(self) -> Option<Hashed> {
                match self {
                    $(Self::$name => uses!(@option $($hashed)?),)*
                }
            }
        }
    };
    (@option) => { None };
    (@option $value:expr) => { Some($value) };
}

uses! {
    /// Numbers of identity documents, and whose they are.
    IdDocument = "id-document" sealed Sealed::Stored, hashed Hashed::Found;
    /// Secrets of authenticator apps.
    Authenticator = "authenticator" sealed Sealed::Stored;
    /// What is said in an appeal.
    AppealFile = "appeal-file" sealed Sealed::Stored;
    /// The photo of an appeal.
    AppealPhoto = "appeal-photo" sealed Sealed::Stored;
    /// Who answers for somebody under 14.
    Guardian = "guardian" sealed Sealed::Stored;
    /// What sites of organisations are changed by in the sandbox.
    SandboxSite = "sandbox-site" sealed Sealed::Stored;
    /// The stand-ins that an organisation signs in with in the sandbox.
    SandboxCandidates = "sandbox-candidates" sealed Sealed::Stored;
    /// What a site wants to be shown by who sends it security events.
    SignalAuthorization = "signal-authorization" sealed Sealed::Stored;
    /// An authenticator app that is being set up.
    AuthenticatorSetup = "authenticator-setup" sealed Sealed::Passing;
    /// Recovery codes that are shown and not stored yet.
    RecoveryCodes = "recovery-codes" sealed Sealed::Passing;
    /// A contact that was proven for an appeal.
    AppealProven = "appeal-proven" sealed Sealed::Passing;
    /// Where a code was sent.
    SentCode = "sent-code" sealed Sealed::Passing;
    /// A picture to read, and what it shows.
    Captcha = "captcha" sealed Sealed::Passing;
    /// A form that is half filled in, in a cookie.
    Draft = "draft" sealed Sealed::Passing;
    /// Where a person goes after signing in.
    ReturnTo = "return-to" sealed Sealed::Passing;
    /// The end of a session, on its way to the page that tells sites.
    SignedOut = "signed-out" sealed Sealed::Passing;
    /// What a site asked for that signs a person out.
    Logout = "logout" sealed Sealed::Passing;
    /// An authorization request on its way through our pages.
    AuthorizationRequest = "authorization-request" sealed Sealed::Passing;
    /// Authorization codes.
    AuthorizationCode = "authorization-code" sealed Sealed::Passing;
    /// Opaque access tokens.
    AccessToken = "access-token" sealed Sealed::AccessToken;
    /// Codes sent to a contact.
    ProofCode = "proof-code", hashed Hashed::Passing;
    /// Codes sent by SMS as a second step.
    SmsCode = "sms-code", hashed Hashed::Passing;
    /// The token of a form, bound to its browser (CSRF).
    Csrf = "csrf", hashed Hashed::Passing;
    /// The sum that a browser works out.
    CaptchaWork = "captcha-work", hashed Hashed::Passing;
    /// Nonces of DPoP proofs.
    DpopNonce = "dpop-nonce", hashed Hashed::Passing;
    /// What two appeals about the same have in common, while one is open.
    AppealOpen = "appeal-open", hashed Hashed::Kept("while the appeal is open");
    /// The link that shows how an appeal stands.
    AppealCase = "appeal-case", hashed Hashed::Kept("in messages, while the appeal is kept");
    /// The link of a holder who is heard.
    AppealObjection = "appeal-objection", hashed Hashed::Kept("in messages, while the holder is heard");
    /// The link to a document that was won.
    AppealDocument = "appeal-document", hashed Hashed::Kept("in messages, while the document is kept");
    /// The mark by which a refresh token is known to be ours.
    RefreshToken = "refresh-token", hashed Hashed::Kept("with sites, for tokens.refresh_absolute");
    /// What counts tries: whose they are.
    Limits = "limits", hashed Hashed::Kept("for the window of each limit, a day at most");
    /// Recipients of messages, to find what became of those.
    Delivery = "delivery", hashed Hashed::Kept("with messages and with who is not reached");
    /// The seed of the key that signs batches of the audit record.
    AuditSeal = "audit-seal", hashed Hashed::Forever("what it signed is verified by it");
    /// Network and device of events on record, sealed for their account.
    AuditOrigin = "audit-origin", hashed Hashed::Kept("while what it seals is kept, or until its account is closed");
    /// Pairwise subjects: the salt under which each sector knows a person (OIDC Core §8.1).
    PairwiseSubject = "pairwise-subject", hashed Hashed::Forever("sites know people by it");
}

/// How long what passes through a browser may be on its way: a page that is left open over night goes on.
const PASSING: Duration = Duration::from_secs(24 * 60 * 60);

impl KeyUse {
    /// For how long something may still be sealed by a key of data that seals nothing new, where access tokens last that
    /// long. What is stored is not waited for: it is sealed anew.
    pub fn longest_passing(access_token: Duration) -> Duration {
        let lasts = |sealed| match sealed {
            Sealed::Stored => Duration::ZERO,
            Sealed::Passing => PASSING,
            Sealed::AccessToken => access_token,
        };
        Self::ALL.iter().filter_map(|used| used.sealed().map(lasts)).max().unwrap_or(PASSING)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_use_has_a_name_of_its_own_and_something_that_is_sealed_or_hashed() {
        let mut names: Vec<_> = KeyUse::ALL.iter().map(|used| used.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), KeyUse::ALL.len());
        for used in KeyUse::ALL {
            assert!(used.sealed().is_some() || used.hashed().is_some(), "{used:?}");
        }
    }

    #[test]
    fn a_key_is_waited_for_as_long_as_what_it_sealed_may_be_on_its_way() {
        assert_eq!(KeyUse::longest_passing(Duration::from_secs(600)), PASSING);
        assert_eq!(KeyUse::longest_passing(PASSING * 2), PASSING * 2);
        assert!(crate::web::draft::LIFETIME <= PASSING);
    }

    #[test]
    fn operators_read_of_every_use_on_the_page_about_keys() {
        let page = include_str!("../../../docs/operate/keys.md");
        for used in KeyUse::ALL {
            assert!(page.contains(&format!("`{}`", used.as_str())), "docs/operate/keys.md says nothing of {used:?}");
        }
    }
}
