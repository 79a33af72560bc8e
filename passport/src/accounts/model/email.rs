//! Mail addresses.

use super::half_width;

/// A mail address that mail can be sent to (RFC 5321 §4.1.2, without quoted local parts).
///
/// Written as its owner writes it; two addresses are the same login name if they differ in case only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Email(String);

/// The most characters of an address (RFC 5321 §4.5.3.1.3, less the brackets of a path).
const LONGEST: usize = 254;

/// Why a text is no mail address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EmailError {
    /// Nothing was typed.
    #[error("nothing was typed")]
    Empty,
    /// There is no `@`, or nothing on one of its sides.
    #[error("the @ or a part beside it is missing")]
    Incomplete,
    /// The part after the `@` is no domain name with a dot in it.
    #[error("the part after the @ is no domain name")]
    Domain,
    /// A character that cannot stand in an address, or two `@`.
    #[error("a character cannot stand there")]
    Character,
    /// Longer than 254 characters, or 64 before the `@`.
    #[error("too long")]
    TooLong,
}

impl Email {
    /// Reads what was typed. Full-width characters and surrounding spaces are taken for what they mean.
    ///
    /// # Errors
    /// See [`EmailError`].
    pub fn parse(text: &str) -> Result<Self, EmailError> {
        let text = half_width(text).replace('。', ".");
        if text.is_empty() {
            return Err(EmailError::Empty);
        }
        // What is longer is not made shorter by anything below, and some of that takes its time.
        if text.chars().count() > LONGEST {
            return Err(EmailError::TooLong);
        }
        let (local, domain) = text.rsplit_once('@').ok_or(EmailError::Incomplete)?;
        if local.is_empty() || domain.is_empty() {
            return Err(EmailError::Incomplete);
        }
        let atom = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c);
        if !local.chars().all(atom) || local.starts_with('.') || local.ends_with('.') || local.contains("..") {
            return Err(EmailError::Character);
        }
        let Ok(url::Host::Domain(domain)) = url::Host::parse(domain) else {
            return Err(EmailError::Domain);
        };
        let label = |label: &str| {
            (1..=63).contains(&label.len())
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
        };
        if !domain.contains('.') || !domain.split('.').all(label) {
            return Err(EmailError::Domain);
        }
        let address = format!("{local}@{domain}");
        if local.len() > 64 || address.len() > LONGEST {
            return Err(EmailError::TooLong);
        }
        Ok(Self(address))
    }

    /// The address as mail is sent to it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The form that is compared: mail providers that tell case apart are gone.
    pub fn folded(&self) -> String {
        self.0.to_ascii_lowercase()
    }

    /// `li***06@example.com`: enough to be recognised by its owner.
    pub fn masked(&self) -> String {
        let (local, domain) = self.0.rsplit_once('@').unwrap_or((&self.0, ""));
        let (start, end) = if local.len() >= 6 { (2, local.len() - 2) } else { (1, local.len()) };
        format!("{}***{}@{domain}", &local[..start], &local[end..])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_type_is_read_as_they_mean_it() {
        let read = |text: &str| Email::parse(text).map(|email| email.0);
        assert_eq!(read("  li.hua@Example.com "), Ok("li.hua@example.com".to_owned()));
        assert_eq!(read("ｌｉ＠ｅｘａｍｐｌｅ．ｃｏｍ"), Ok("li@example.com".to_owned()));
        assert_eq!(read("li@例子.中国"), Ok("li@xn--fsqu00a.xn--fiqs8s".to_owned()));
    }

    #[test]
    fn what_is_no_address_is_told_apart() {
        for (text, error) in [
            ("", EmailError::Empty),
            ("lihua.example.com", EmailError::Incomplete),
            ("lihua@", EmailError::Incomplete),
            ("@example.com", EmailError::Incomplete),
            ("lihua@example", EmailError::Domain),
            ("lihua@127.0.0.1", EmailError::Domain),
            ("lihua@exa mple.com", EmailError::Domain),
            ("li@hua@example.com", EmailError::Character),
            ("li\r\nhua@example.com", EmailError::Character),
            ("李华@example.com", EmailError::Character),
            ("li..hua@example.com", EmailError::Character),
        ] {
            assert_eq!(Email::parse(text), Err(error), "{text}");
        }
        assert_eq!(Email::parse(&format!("{}@example.com", "a".repeat(65))), Err(EmailError::TooLong));
        assert_eq!(Email::parse(&"啊".repeat(255)), Err(EmailError::TooLong));
    }

    #[test]
    fn a_masked_address_hides_the_middle() {
        let masked = |text: &str| Email::parse(text).expect("an address").masked();
        assert_eq!(masked("lihua2006@example.com"), "li***06@example.com");
        assert_eq!(masked("a@example.com"), "a***@example.com");
    }
}
