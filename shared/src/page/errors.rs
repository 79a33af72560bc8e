//! What is wrong with a form, in the order of the page.

use std::borrow::Cow;

/// One thing to mend.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormError {
    /// The name of the field, which is also the `id` of its input.
    pub field: Cow<'static, str>,
    /// The label of the field as the page shows it; the summary says "label: text".
    pub label: String,
    /// What is seen and what to do.
    pub text: String,
}

/// The errors of one form. The summary at the top of the page and the line beside each field show the same
/// sentences, so both are made from this.
///
/// ```
/// use shared::page::FormErrors;
///
/// let mut errors = FormErrors::default();
/// errors.push("email", "电子邮箱", "缺少“@”和后面的部分，例如name@example.com");
/// assert_eq!(errors.len(), 1);
/// assert!(errors.get("email").is_some_and(|text| text.starts_with("缺少")));
/// assert_eq!(errors.get("mobile"), None);
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FormErrors(Vec<FormError>);

impl FormErrors {
    /// Adds an error. Push them in the order in which the fields stand on the page.
    pub fn push(&mut self, field: impl Into<Cow<'static, str>>, label: impl Into<String>, text: impl Into<String>) {
        self.0.push(FormError { field: field.into(), label: label.into(), text: text.into() });
    }

    /// The first error of a field.
    #[must_use]
    pub fn get(&self, field: &str) -> Option<&str> {
        self.0.iter().find(|error| error.field == field).map(|error| error.text.as_str())
    }

    /// Whether the form holds.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many things there are to mend.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// The errors in order.
    pub fn iter(&self) -> std::slice::Iter<'_, FormError> {
        self.0.iter()
    }
}

impl<'e> IntoIterator for &'e FormErrors {
    type Item = &'e FormError;
    type IntoIter = std::slice::Iter<'e, FormError>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}
