//! What every page needs, as plain data: language, texts, brand, navigation, the form token.
//!
//! A program builds a [`Page`] from the parts of a request and hands it to its askama templates, which
//! extend `layout.html` and use the macros of `parts.html`. Nothing here reads a request or a database.

pub mod address;
mod announcement;
mod captcha;
mod errors;
mod site;

use std::sync::Arc;

use crate::assets;
use crate::i18n::{Catalogue, Lang, Value};

pub use announcement::Announcement;
pub use captcha::{Captcha, CaptchaView};
pub use errors::{FormError, FormErrors};
pub use site::{Accent, Choice, Destination, Holds, Link, NavItem, Rule, SignedIn, Site};

/// The frame of one page, as one person sees it.
#[derive(Debug, Clone)]
pub struct Page {
    /// The language the page speaks.
    pub lang: Lang,
    /// The same page in the other language, as a local address.
    pub other_lang_url: String,
    /// Whose site this is: accent, name, home.
    pub site: Site,
    /// The navigation in the header, in order.
    pub nav: Vec<NavItem>,
    /// Who is signed in; shows the name and the way out.
    pub signed_in: Option<SignedIn>,
    /// Until when that holds; shown to who is signed in.
    pub holds: Option<Holds>,
    /// What everybody should know, at the top.
    pub announcements: Vec<Announcement>,
    /// Where somebody at a public computer signs out: a button at the top of every page.
    pub way_out: Option<String>,
    /// The links in the footer, in order.
    pub footer: Vec<Link>,
    /// The ICP filing number, if the operator has one.
    pub icp: Option<String>,
    /// The value of the hidden field `csrf`; empty on a page without a form.
    pub csrf: String,
    /// The id of this request, for a person to quote.
    pub request_id: String,
    /// Whether a form came back refused: the title of the page then says so first.
    pub failed: bool,
    /// Whether the page has a form, with the id `task`, that comes back as it is when its field `lang` is sent: so the
    /// language changes without script, and nothing typed is lost.
    pub form: bool,
    texts: Arc<Catalogue>,
}

impl Page {
    /// A page with a brand and nothing else: no navigation, nobody signed in, no form.
    #[must_use]
    pub fn new(texts: Arc<Catalogue>, lang: Lang, site: Site) -> Self {
        Self {
            lang,
            other_lang_url: format!("?lang={}", lang.other().tag()),
            site,
            nav: Vec::new(),
            signed_in: None,
            holds: None,
            announcements: Vec::new(),
            way_out: None,
            footer: Vec::new(),
            icp: None,
            csrf: String::new(),
            request_id: String::new(),
            failed: false,
            form: false,
            texts,
        }
    }

    /// The text of a key in the language of the page.
    #[must_use]
    pub fn t(&self, key: &str) -> String {
        self.texts.text(self.lang, key)
    }

    /// The text of a key with its placeholders filled: `page.tw("key", &[("name", name.as_str())])`. Takes any
    /// kind of reference to a list, because templates borrow their arguments once more.
    #[must_use]
    pub fn tw<'v, V>(&self, key: &str, values: impl AsRef<[(&'v str, V)]>) -> String
    where
        V: Into<Value<'v>> + Clone,
    {
        self.texts.text_with(self.lang, key, values.as_ref())
    }

    /// The address of an embedded file, such as `site.css`, with the hash that lets it be cached for ever.
    #[must_use]
    pub fn asset(&self, name: &str) -> &'static str {
        assets::url(name)
    }

    /// Marks the page as one with a form that takes a language: see [`Page::form`].
    #[must_use]
    pub fn with_form(mut self) -> Self {
        self.form = true;
        self
    }

    /// Marks the page as a form that came back with errors, when there are any.
    #[must_use]
    pub fn with_errors(mut self, errors: &FormErrors) -> Self {
        self.failed = !errors.is_empty();
        self
    }
}

#[cfg(test)]
mod tests;
