//! What is typed into the one account field of the sign-in page.

use super::{Email, IdDocument, Mobile, half_width};

/// A login name, known or not, in the form in which it is looked up and its failures are counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoginName {
    compared: String,
    /// The documents that it may be the number of.
    documents: Vec<IdDocument>,
}

impl LoginName {
    /// Reads what was typed: an address, a mobile number, the number of a document, or else a plain name. Only nothing is no
    /// name.
    pub fn parse(text: &str) -> Option<Self> {
        let typed = half_width(text);
        if typed.is_empty() {
            return None;
        }
        Some(if let Ok(email) = Email::parse(&typed) {
            Self::email(&email)
        } else if let Ok(mobile) = Mobile::parse(&typed) {
            Self::mobile(&mobile)
        } else {
            Self::plain(&typed)
        })
    }

    /// The name that a mail address is.
    pub fn email(email: &Email) -> Self {
        Self { compared: format!("email:{}", email.folded()), documents: Vec::new() }
    }

    /// The name that a mobile number is.
    pub fn mobile(mobile: &Mobile) -> Self {
        Self { compared: format!("mobile:{}", mobile.as_str()), documents: Vec::new() }
    }

    /// A name that is neither: the number of a document, or what only accounts made for measuring have.
    pub fn plain(name: &str) -> Self {
        let documents = IdDocument::all_of(name);
        // However it is written, one number is one name: each way to write it would have tries of its own.
        let one_form = documents.first().map_or(name, IdDocument::lasting);
        // What is longer than any name is the same unknown name.
        let compared = format!("login:{}", one_form.chars().take(254).collect::<String>().to_lowercase());
        Self { compared, documents }
    }

    /// The form that is compared.
    pub fn as_str(&self) -> &str {
        &self.compared
    }

    /// The documents that it may be the number of, one of a type.
    pub fn documents(&self) -> &[IdDocument] {
        &self.documents
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_name_however_it_is_typed() {
        let same = |a: &str, b: &str| assert_eq!(LoginName::parse(a), LoginName::parse(b));
        same("Li@Example.com", " li@example.com");
        same("138 0013 8000", "+8613800138000");
        same("U0", "u0");
        assert_eq!(LoginName::parse(" \u{3000}"), None);
        assert_eq!(LoginName::parse("u0").expect("a name").as_str(), "login:u0");
    }

    #[test]
    fn one_number_of_a_document_is_one_name_however_it_is_written() {
        let name = |text| LoginName::parse(text).expect("a name");
        for other in
            ["110105 19491231 002x", "110105-19491231-002X", "１１０１０５１９４９１２３１００２Ｘ", "110105491231002"]
        {
            assert_eq!(name(other).as_str(), name("11010519491231002X").as_str(), "{other}");
        }
        // The last two digits of a permit count its reissues.
        assert_eq!(name("h12345678").as_str(), name("H12345678(01)").as_str());
        assert_ne!(name("H12345678").as_str(), name("H12345679").as_str());
    }

    #[test]
    fn a_number_is_of_every_type_whose_form_it_has_and_a_contact_of_none() {
        let types = |text: &str| {
            let name = LoginName::parse(text).expect("a name");
            name.documents().iter().map(|document| document.kind().code()).collect::<Vec<_>>()
        };
        assert_eq!(types("11010519491231002X"), ["resident", "military"]);
        assert_eq!(types("12345678"), ["tw-permit", "passport", "military", "mo-id"]);
        for none in ["li@example.com", "13800138000", "u0", "李华"] {
            assert!(types(none).is_empty(), "{none}");
        }
    }
}
