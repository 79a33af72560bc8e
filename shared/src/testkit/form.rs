//! Forms as a person finds them on a page.

use scraper::{ElementRef, Selector};
use url::{Url, form_urlencoded};

/// A form, filled as the page fills it. [Set](Self::set) fields, then submit it by the
/// [`Browser`](super::Browser).
#[derive(Debug, Clone)]
pub struct Form {
    pub(super) action: Url,
    pub(super) post: bool,
    /// The page it stands on.
    pub(super) page: Url,
    /// Where the page lets its forms lead, from its `form-action`.
    pub(super) form_action: Option<String>,
    fields: Vec<(String, String)>,
    /// Every name that has a control, ticked or not.
    names: Vec<String>,
    /// Name and value of its first button that submits.
    default_button: Option<(String, String)>,
}

impl Form {
    /// Fills a field, chooses an option or ticks a box with that value.
    ///
    /// # Panics
    /// When the form has no such field.
    #[must_use]
    pub fn set(mut self, name: &str, value: &str) -> Self {
        assert!(self.names.iter().any(|known| known == name), "the form has no field `{name}`, only {:?}", self.names);
        self.fields.retain(|(known, _)| known != name);
        self.fields.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Leaves a field out, as an unticked box, or as a forger would.
    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.fields.retain(|(known, _)| known != name);
        self
    }

    /// Adds a field that the page does not have, as a forger would, or the button that is pressed.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.fields.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The form as Enter in one of its fields sends it: with its default button, which is the first one that submits
    /// (HTML Standard, "implicit submission").
    #[must_use]
    pub fn by_enter(mut self) -> Self {
        self.fields.extend(self.default_button.take().filter(|(name, _)| !name.is_empty()));
        self
    }

    /// What a field holds.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Whether the form has a control of that name.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.names.iter().any(|known| known == name)
    }

    /// Where it leads.
    #[must_use]
    pub fn action(&self) -> &Url {
        &self.action
    }

    /// The body, or the query of a GET form.
    #[must_use]
    pub fn encoded(&self) -> String {
        form_urlencoded::Serializer::new(String::new()).extend_pairs(&self.fields).finish()
    }

    /// Reads a form from its page.
    pub(super) fn read(form: ElementRef<'_>, page: &Url, form_action: Option<String>) -> Self {
        let action = form.attr("action").filter(|action| !action.is_empty());
        let action = action.map_or_else(|| page.clone(), |action| page.join(action).expect("a form's action is a URL"));
        let post = form.attr("method").is_some_and(|method| method.eq_ignore_ascii_case("post"));
        let button = form.select(&selector("button:not([type=button], [type=reset]), input[type=submit]")).next();
        let part = |name| button.and_then(|button| button.attr(name)).unwrap_or_default().to_owned();
        let default_button = button.map(|_| (part("name"), part("value")));
        let page = page.clone();
        let mut read = Self { action, post, page, form_action, fields: Vec::new(), names: Vec::new(), default_button };
        for control in form.select(&selector("input[name], select[name], textarea[name]")) {
            read.add(control);
        }
        read
    }

    fn add(&mut self, control: ElementRef<'_>) {
        let name = control.attr("name").unwrap_or_default().to_owned();
        if control.attr("disabled").is_some() {
            return;
        }
        let kind = control.attr("type").unwrap_or("text");
        let value = match (control.value().name(), kind) {
            ("select", _) => chosen(control),
            ("textarea", _) => Some(control.text().collect()),
            (_, "submit" | "button" | "image" | "reset" | "file") => return,
            (_, "checkbox" | "radio") => {
                control.attr("checked").map(|_| control.attr("value").unwrap_or("on").to_owned())
            }
            _ => Some(control.attr("value").unwrap_or_default().to_owned()),
        };
        self.fields.extend(value.map(|value| (name.clone(), value)));
        self.names.push(name);
    }
}

/// The option that a select shows: the one marked, else the first.
fn chosen(select: ElementRef<'_>) -> Option<String> {
    let marked = select.select(&selector("option[selected]")).next();
    let option = marked.or_else(|| select.select(&selector("option")).next())?;
    Some(option.attr("value").map_or_else(|| option.text().collect(), str::to_owned))
}

/// A CSS selector that stands in a test.
pub(super) fn selector(css: &str) -> Selector {
    Selector::parse(css).unwrap_or_else(|error| panic!("`{css}` is no CSS selector: {error}"))
}
