//! The prose of a profile, rendered and at hand.

use std::collections::HashMap;
use std::sync::Arc;

use shared::i18n::Lang;

use super::markdown;
use super::sources::{Prose, Source};

/// A page or a notice in one language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Article {
    /// Its title.
    pub title: String,
    /// Its body. Safe to show as it is: made by us from embedded Markdown without HTML.
    pub html: String,
}

/// Every article of a site.
#[derive(Debug, Clone, Default)]
pub struct Content {
    pages: HashMap<&'static str, [Arc<Article>; 2]>,
    notices: HashMap<&'static str, [Arc<Article>; 2]>,
}

impl Content {
    /// Renders every file; links to the passport lead to `passport`, an address without a final slash.
    pub(super) fn render(prose: &Prose, passport: &str) -> Result<Self, (String, String)> {
        Ok(Self { pages: articles(prose.pages, passport)?, notices: articles(prose.notices, passport)? })
    }

    /// The page of that name.
    #[must_use]
    pub fn page(&self, slug: &str, lang: Lang) -> Option<&Article> {
        self.pages.get(slug).map(|of| &*of[lang as usize])
    }

    /// The notice of that name.
    #[must_use]
    pub fn notice(&self, slug: &str, lang: Lang) -> Option<&Article> {
        self.notices.get(slug).map(|of| &*of[lang as usize])
    }

    pub(super) fn page_slugs(&self) -> impl Iterator<Item = &'static str> {
        self.pages.keys().copied()
    }

    pub(super) fn notice_slugs(&self) -> impl Iterator<Item = &'static str> {
        self.notices.keys().copied()
    }
}

type Articles = HashMap<&'static str, [Arc<Article>; 2]>;

fn articles(sources: &'static [Source], passport: &str) -> Result<Articles, (String, String)> {
    let article = |source: &Source, lang: Lang| -> Result<Arc<Article>, (String, String)> {
        let text = match lang {
            Lang::Zh => source.zh,
            Lang::En => source.en,
        };
        let (title, html) =
            markdown::render(text, passport).map_err(|what| (format!("{lang}/{}.md", source.slug), what))?;
        Ok(Arc::new(Article { title, html }))
    };
    sources.iter().map(|s| Ok((s.slug, [article(s, Lang::ALL[0])?, article(s, Lang::ALL[1])?]))).collect()
}
