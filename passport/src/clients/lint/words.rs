//! What is said of a finding, in both languages.

use std::sync::LazyLock;

use serde_json::{Value, json};
use shared::i18n::{Catalogue, Lang};

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

/// A finding as programs read it.
pub fn value(Finding { advice, value }: &Finding) -> Value {
    let both =
        |text: fn(Advice, Lang) -> String| json!({ "zh-CN": text(*advice, Lang::Zh), "en": text(*advice, Lang::En) });
    json!({
        "name": advice.name(),
        "weight": advice.weight().name(),
        "field": advice.field(),
        "value": value,
        "section": advice.section(),
        "what": both(what),
        "mend": both(mend),
    })
}
