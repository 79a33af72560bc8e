//! What is to be mended in a form, in no language yet: it is found by one request and read in another, between which
//! the language may have changed.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use shared::clock::Timestamp;
use shared::i18n::Lang;
use shared::page::{FormErrors, Page};

use super::moment;

/// What a sentence has to tell beside its words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
enum Value {
    /// A number, under the name of its placeholder.
    Count(Cow<'static, str>, u32),
    /// From when on it may be tried again, in milliseconds of Unix time; its placeholder is `time`.
    NotBefore(i64),
    /// Names in Chinese and in English, under the name of their placeholder.
    Names(Cow<'static, str>, [String; 2]),
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Flaw {
    field: Cow<'static, str>,
    label: Cow<'static, str>,
    text: Cow<'static, str>,
    value: Option<Value>,
}

/// The flaws of one form, in the order in which the fields stand on the page.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flaws(Vec<Flaw>);

impl Flaws {
    /// A field to mend: the keys of its label and of the sentence. Without a label the sentence stands alone.
    pub fn push(&mut self, field: &'static str, label: &'static str, text: impl Into<Cow<'static, str>>) {
        self.add(field, label, text.into(), None);
    }

    /// The same for a sentence with a number in it.
    pub fn push_count(
        &mut self,
        field: &'static str,
        label: &'static str,
        text: &'static str,
        (name, count): (&'static str, impl TryInto<u32>),
    ) {
        let count = count.try_into().unwrap_or(u32::MAX);
        self.add(field, label, text.into(), Some(Value::Count(name.into(), count)));
    }

    /// The same for a sentence that says from when on it may be tried again.
    pub fn push_until(&mut self, field: &'static str, label: &'static str, text: &'static str, until: Timestamp) {
        self.add(field, label, text.into(), Some(Value::NotBefore(until.millis())));
    }

    /// The same for a sentence with names in it, which are others in the other language.
    pub fn push_names(
        &mut self,
        field: &'static str,
        label: &'static str,
        text: &'static str,
        (name, [zh, en]): (&'static str, [String; 2]),
    ) {
        self.add(field, label, text.into(), Some(Value::Names(name.into(), [zh, en])));
    }

    /// The flaws of what stands further down on the page.
    pub fn append(&mut self, below: Self) {
        self.0.extend(below.0);
    }

    /// Whether there is nothing to mend.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether the sentence of that key is among them.
    pub fn say(&self, text: &str) -> bool {
        self.0.iter().any(|flaw| flaw.text == text)
    }

    /// From when on the form may be sent again, if something in it has to wait.
    pub fn not_before(&self) -> Option<Timestamp> {
        let times = self.0.iter().filter_map(|flaw| match flaw.value {
            Some(Value::NotBefore(until)) => Some(Timestamp::from_millis(until)),
            _ => None,
        });
        times.max()
    }

    /// As the page shows them, at that moment.
    pub fn shown(&self, page: &Page, now: Timestamp) -> FormErrors {
        let mut errors = FormErrors::default();
        for flaw in &self.0 {
            let text = match &flaw.value {
                None => page.t(&flaw.text),
                Some(Value::Count(name, count)) => page.tw(&flaw.text, [(name.as_ref(), *count)]),
                Some(Value::Names(name, [zh, en])) => {
                    let names = if page.lang == Lang::Zh { zh } else { en };
                    page.tw(&flaw.text, [(name.as_ref(), names.as_str())])
                }
                Some(Value::NotBefore(until)) => {
                    let time = moment::not_before(page.lang, Timestamp::from_millis(*until), now);
                    page.tw(&flaw.text, [("time", time.as_str())])
                }
            };
            let label = if flaw.label.is_empty() { String::new() } else { page.t(&flaw.label) };
            errors.push(flaw.field.clone(), label, text);
        }
        errors
    }

    fn add(&mut self, field: &'static str, label: &'static str, text: Cow<'static, str>, value: Option<Value>) {
        self.0.push(Flaw { field: field.into(), label: label.into(), text, value });
    }
}
