//! How well a person proved who they are, in the words of the standards: `acr` (OIDC Core §2) and `amr` (RFC 8176).

/// An authentication context class. A greater one is proof enough wherever a lesser one is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Acr {
    /// One factor: the password, whatever else the browser was trusted for. And the password with a code by SMS, which
    /// proves who has a number at the moment and is no second factor that a site can count on (NIST SP 800-63B §3.1.3).
    One,
    /// Two factors: the password and a code that is used once.
    Two,
    /// A passkey that verified its user: two factors, of which neither can be given to another site.
    PhishingResistant,
}

impl Acr {
    /// All of them, the least first.
    pub const ALL: [Self; 3] = [Self::One, Self::Two, Self::PhishingResistant];

    /// As it is stored and told to sites.
    pub const fn uri(self) -> &'static str {
        match self {
            Self::One => "urn:e-test:acr:1",
            Self::Two => "urn:e-test:acr:2",
            Self::PhishingResistant => "urn:e-test:acr:2-phishing-resistant",
        }
    }

    /// The class of that name; `None` for one that is not ours.
    pub fn parse(uri: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|class| class.uri() == uri)
    }
}

/// What was shown, as `amr` tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// The password; the account has nothing else.
    Password,
    /// The password, in a browser in which its owner had the second step left out.
    PasswordRemembered,
    /// The password and a code of an app.
    PasswordAndAppCode,
    /// The password and a recovery code.
    PasswordAndRecoveryCode,
    /// The password and a code by SMS, where the operator's policy allows it.
    PasswordAndSmsCode,
    /// The password and a recovery code of an account that has nothing else but codes by SMS: what stands in for them ranks
    /// no higher, or whoever has the number for an hour would make themselves a better proof.
    PasswordAndSmsRecoveryCode,
    /// A passkey.
    Passkey,
    /// The password and a passkey.
    PasswordAndPasskey,
    /// The password, and in the same session the making of a passkey: it was there and verified its user, and nothing is
    /// signed by it yet.
    PasswordAndNewPasskey,
}

impl Shown {
    /// All of it.
    pub const ALL: [Self; 9] = [
        Self::Password,
        Self::PasswordRemembered,
        Self::PasswordAndAppCode,
        Self::PasswordAndRecoveryCode,
        Self::PasswordAndSmsCode,
        Self::PasswordAndSmsRecoveryCode,
        Self::Passkey,
        Self::PasswordAndPasskey,
        Self::PasswordAndNewPasskey,
    ];

    /// As it is stored.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::PasswordRemembered => "password_remembered",
            Self::PasswordAndAppCode => "password_app_code",
            Self::PasswordAndRecoveryCode => "password_recovery_code",
            Self::PasswordAndSmsCode => "password_sms_code",
            Self::PasswordAndSmsRecoveryCode => "password_sms_recovery_code",
            Self::Passkey => "passkey",
            Self::PasswordAndPasskey => "password_passkey",
            Self::PasswordAndNewPasskey => "password_new_passkey",
        }
    }

    /// What was stored; `None` for what another version stored.
    pub fn of_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|shown| shown.code() == code)
    }

    /// The context class that it amounts to.
    pub const fn acr(self) -> Acr {
        match self {
            Self::Password | Self::PasswordRemembered | Self::PasswordAndSmsCode | Self::PasswordAndSmsRecoveryCode => {
                Acr::One
            }
            Self::PasswordAndAppCode | Self::PasswordAndRecoveryCode | Self::PasswordAndNewPasskey => Acr::Two,
            Self::Passkey | Self::PasswordAndPasskey => Acr::PhishingResistant,
        }
    }

    /// The methods (RFC 8176 §2; `pop` from the registry that it founded: whether a passkey's key is in hardware is not
    /// known).
    pub const fn amr(self) -> &'static [&'static str] {
        match self {
            Self::Password | Self::PasswordRemembered => &["pwd"],
            Self::PasswordAndAppCode | Self::PasswordAndRecoveryCode | Self::PasswordAndSmsRecoveryCode => {
                &["pwd", "otp", "mfa"]
            }
            Self::PasswordAndSmsCode => &["pwd", "sms", "mfa"],
            Self::Passkey => &["pop", "user", "mfa"],
            Self::PasswordAndPasskey => &["pwd", "pop", "user", "mfa"],
            Self::PasswordAndNewPasskey => &["pwd", "pop", "mfa"],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_class_is_known_by_its_name_and_ranks_by_what_it_proves() {
        for class in Acr::ALL {
            assert_eq!(Acr::parse(class.uri()), Some(class));
        }
        assert_eq!(Acr::parse("urn:e-test:acr:3"), None);
        assert!(Acr::One < Acr::Two && Acr::Two < Acr::PhishingResistant);
    }

    #[test]
    fn two_factors_are_told_of_where_there_were_two_and_only_there() {
        for shown in Shown::ALL {
            let by_number = matches!(shown, Shown::PasswordAndSmsCode | Shown::PasswordAndSmsRecoveryCode);
            assert_eq!(shown.amr().contains(&"mfa"), shown.acr() >= Acr::Two || by_number, "{shown:?}");
        }
    }

    #[test]
    fn no_message_makes_a_proof_that_ranks_above_the_password() {
        for shown in Shown::ALL {
            // RFC 8176 §2: by SMS, by telephone, by a second channel.
            let methods = shown.amr();
            assert!(methods.iter().all(|method| !["tel", "mca"].contains(method)), "{shown:?}");
            assert_eq!(methods.contains(&"sms"), shown == Shown::PasswordAndSmsCode, "{shown:?}");
            assert!(shown.acr() == Acr::One || !methods.contains(&"sms"), "{shown:?}");
        }
    }

    #[test]
    fn what_was_shown_is_read_back_and_nothing_else_is() {
        for shown in Shown::ALL {
            assert_eq!(Shown::of_code(shown.code()), Some(shown));
        }
        assert_eq!((Shown::of_code(""), Shown::of_code("pwd")), (None, None));
    }
}
