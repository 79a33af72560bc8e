//! Mobile numbers.

use super::compact;

/// A mobile number in E.164 form: `+` and 8 to 15 digits. Without a country code it is one of mainland China.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mobile(String);

/// Why a text is no mobile number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MobileError {
    /// Nothing was typed.
    #[error("nothing was typed")]
    Empty,
    /// Something else than digits.
    #[error("there are other characters than digits")]
    Character,
    /// A mainland number without 11 digits.
    #[error("there are {0} digits instead of 11")]
    Length(usize),
    /// 11 digits that are no mobile number of mainland China (`1[3-9]` first).
    #[error("mainland mobile numbers begin with 13 to 19")]
    Prefix,
    /// A foreign number with fewer than 8 or more than 15 digits (E.164 §6).
    #[error("an international number has 8 to 15 digits")]
    Foreign,
}

impl Mobile {
    /// Reads what was typed: spaces, dashes, brackets and full-width digits are welcome, and so are `+86`,
    /// `0086` and `86` before a mainland number.
    ///
    /// # Errors
    /// See [`MobileError`].
    pub fn parse(text: &str) -> Result<Self, MobileError> {
        let text = compact(text);
        if text.is_empty() {
            return Err(MobileError::Empty);
        }
        let international = text.strip_prefix('+').or_else(|| text.strip_prefix("00"));
        let digits = international.unwrap_or(&text);
        if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(MobileError::Character);
        }
        match (international, digits.strip_prefix("86")) {
            (Some(_), Some(national)) => mainland(national),
            (Some(_), None) if (8..=15).contains(&digits.len()) && !digits.starts_with('0') => {
                Ok(Self(format!("+{digits}")))
            }
            (Some(_), None) => Err(MobileError::Foreign),
            (None, Some(national)) if national.len() == 11 => mainland(national),
            (None, _) => mainland(digits),
        }
    }

    /// The number in E.164 form, `+8613800138000`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// As people write it: `+86 138 0013 8000`.
    pub fn spaced(&self) -> String {
        match self.0.strip_prefix("+86") {
            Some(national) if national.len() == 11 => {
                format!("+86 {} {} {}", &national[..3], &national[3..7], &national[7..])
            }
            _ => self.0.clone(),
        }
    }

    /// `+86 138****8000`
    pub fn masked(&self) -> String {
        match self.0.strip_prefix("+86") {
            Some(national) if national.len() == 11 => {
                format!("+86 {}****{}", &national[..3], &national[7..])
            }
            _ => format!("{}****{}", &self.0[..4], &self.0[self.0.len() - 3..]),
        }
    }
}

fn mainland(digits: &str) -> Result<Mobile, MobileError> {
    if digits.len() != 11 {
        return Err(MobileError::Length(digits.len()));
    }
    if !matches!(digits.as_bytes(), [b'1', b'3'..=b'9', ..]) {
        return Err(MobileError::Prefix);
    }
    Ok(Mobile(format!("+86{digits}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_the_same_however_it_is_written() {
        for text in [
            "13800138000",
            " 138 0013 8000 ",
            "138-0013-8000",
            "+86 138 0013 8000",
            "008613800138000",
            "8613800138000",
            "１３８００１３８０００",
        ] {
            assert_eq!(Mobile::parse(text).map(|m| m.0), Ok("+8613800138000".to_owned()), "{text}");
        }
        assert_eq!(Mobile::parse("+852 9123 4567").map(|m| m.0), Ok("+85291234567".to_owned()));
    }

    #[test]
    fn what_is_no_number_is_told_apart() {
        for (text, error) in [
            ("", MobileError::Empty),
            ("1380013800", MobileError::Length(10)),
            ("138001380000", MobileError::Length(12)),
            ("+861380013800", MobileError::Length(10)),
            ("12800138000", MobileError::Prefix),
            ("1380013800x", MobileError::Character),
            ("+", MobileError::Character),
            ("+1234", MobileError::Foreign),
        ] {
            assert_eq!(Mobile::parse(text), Err(error), "{text}");
        }
    }

    #[test]
    fn a_number_is_shown_in_groups() {
        let spaced = |text: &str| Mobile::parse(text).expect("a number").spaced();
        assert_eq!(spaced("13800138000"), "+86 138 0013 8000");
        assert_eq!(spaced("+85291234567"), "+85291234567");
    }

    #[test]
    fn a_masked_number_hides_the_middle() {
        let masked = |text: &str| Mobile::parse(text).expect("a number").masked();
        assert_eq!(masked("13800138000"), "+86 138****8000");
        assert_eq!(masked("+85291234567"), "+852****567");
    }
}
