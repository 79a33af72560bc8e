//! What is said of a finding, in both languages.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};
use shared::i18n::{Catalogue, Lang};
use utoipa::ToSchema;

use super::{Advice, Finding};
use crate::web::texts;

/// Read once: most programs never ask.
static TEXTS: LazyLock<Catalogue> = LazyLock::new(texts::catalogue);

/// What is so.
pub fn what(advice: Advice, lang: Lang) -> String {
    TEXTS.text(lang, &advice.key())
}

/// What to do.
pub fn mend(advice: Advice, lang: Lang) -> String {
    TEXTS.text(lang, &advice.mend_key())
}

/// A text in both languages; none where it is not known.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Both {
    /// In Chinese.
    #[serde(rename = "zh-CN")]
    pub zh: Option<String>,
    /// In English.
    pub en: Option<String>,
}

impl Both {
    /// The text that is made for each language.
    pub fn of(text: impl Fn(Lang) -> Option<String>) -> Self {
        Self { zh: text(Lang::Zh), en: text(Lang::En) }
    }

    /// The one of a language.
    pub fn text(self, lang: Lang) -> Option<String> {
        match lang {
            Lang::Zh => self.zh,
            Lang::En => self.en,
        }
    }
}

/// A finding as programs read it.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = Finding)]
pub struct Told {
    /// What it is called, always so.
    pub name: String,
    /// How much it matters: `fails`, `risky` or `hint`.
    pub weight: String,
    /// The member of the metadata that it is about.
    pub field: String,
    /// The value of that which it is about, if it is about one.
    pub value: Option<String>,
    /// The standard, and where in it.
    pub section: String,
    /// What is so.
    pub what: Both,
    /// What to do.
    pub mend: Both,
}

/// A finding as programs read it.
pub fn told(Finding { advice, value }: &Finding) -> Told {
    Told {
        name: advice.name().to_owned(),
        weight: advice.weight().name().to_owned(),
        field: advice.field().to_owned(),
        value: value.clone(),
        section: advice.section().to_owned(),
        what: Both::of(|lang| Some(what(*advice, lang))),
        mend: Both::of(|lang| Some(mend(*advice, lang))),
    }
}
