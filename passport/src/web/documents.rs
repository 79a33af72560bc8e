//! The documents of the passport: agreement, privacy policy, accessibility, help, recovery. Written in Markdown
//! under `passport/content/`, drawn once for each language.

use std::sync::LazyLock;

use askama::Template;
use askama_web::WebTemplate;
use pulldown_cmark::{Options, Parser, html};
use shared::i18n::Lang;
use shared::page::Page;
use shared::secret::sha256;

use super::PageContext;

/// A document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Document {
    /// 用户服务协议
    Agreement,
    /// 用户隐私政策
    Privacy,
    /// 无障碍说明
    Accessibility,
    /// 帮助
    Help,
    /// 找回账号和重置密码
    FindAccount,
}

macro_rules! content {
    ($name:literal) => {
        [
            include_str!(concat!("../../content/zh-CN/", $name, ".md")),
            include_str!(concat!("../../content/en/", $name, ".md")),
        ]
    };
}

/// The version of the agreement and of the privacy policy that a candidate accepts today. It changes with every
/// change of their meaning; who accepted which is kept with the account, and who accepted an earlier one is asked at the next
/// sign-in or page (`accounts::agreements`). A day, written so that a later one is the greater text.
pub const VERSION: &str = "2027-03-19";

static DRAWN: LazyLock<Vec<[String; 2]>> =
    LazyLock::new(|| Document::ALL.map(|document| document.source().map(draw)).into());

impl Document {
    const ALL: [Self; 5] = [Self::Agreement, Self::Privacy, Self::Accessibility, Self::Help, Self::FindAccount];

    const fn source(self) -> [&'static str; 2] {
        match self {
            Self::Agreement => content!("agreement"),
            Self::Privacy => content!("privacy"),
            Self::Accessibility => content!("accessibility"),
            Self::Help => content!("help"),
            Self::FindAccount => content!("find-account"),
        }
    }

    const fn title(self) -> &'static str {
        match self {
            Self::Agreement => "common-agreement",
            Self::Privacy => "common-privacy",
            Self::Accessibility => "common-accessibility",
            Self::Help => "common-help",
            Self::FindAccount => "web-find-account",
        }
    }

    /// The SHA-256 of the text that a person reading that language accepts.
    pub fn digest(self, lang: Lang) -> [u8; 32] {
        sha256(self.source()[lang as usize].as_bytes())
    }

    /// The text, drawn.
    pub fn html(self, lang: Lang) -> &'static str {
        &DRAWN[self as usize][lang as usize]
    }
}

fn draw(markdown: &str) -> String {
    let mut drawn = String::with_capacity(markdown.len() * 2);
    html::push_html(&mut drawn, Parser::new_ext(markdown, Options::ENABLE_TABLES));
    drawn
}

/// The page of a document.
#[derive(Template, WebTemplate)]
#[template(path = "web/document.html")]
pub struct DocumentPage {
    page: Page,
    title: String,
    body: &'static str,
}

fn page(document: Document, page: Page) -> DocumentPage {
    DocumentPage { title: page.t(document.title()), body: document.html(page.lang), page }
}

/// GET /agreement
pub async fn agreement(PageContext(frame): PageContext) -> DocumentPage {
    page(Document::Agreement, frame)
}

/// GET /privacy
pub async fn privacy(PageContext(frame): PageContext) -> DocumentPage {
    page(Document::Privacy, frame)
}

/// GET /accessibility
pub async fn accessibility(PageContext(frame): PageContext) -> DocumentPage {
    page(Document::Accessibility, frame)
}

/// GET /help
pub async fn help(PageContext(frame): PageContext) -> DocumentPage {
    page(Document::Help, frame)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::texts;

    #[test]
    fn what_is_accepted_carries_its_version_in_both_languages() {
        for document in [Document::Agreement, Document::Privacy] {
            for text in document.source() {
                assert!(text.contains(VERSION), "{document:?}");
            }
        }
    }

    /// Between “ and ”: the name of a button, a field or a page, or one of these words that are explained.
    const EXPLAINED: [&str; 3] = ["通行证", "您是谁", "the Passport"];
    /// Labels of the exam sites.
    const ELSEWHERE: [&str; 2] = ["进入报名", "Enter registration"];

    #[test]
    fn a_label_that_a_document_quotes_stands_on_a_page() {
        for (lang, texts) in [(Lang::Zh, texts::ZH), (Lang::En, texts::EN)] {
            let labels: Vec<&str> = texts
                .iter()
                .flat_map(|source| source.lines())
                .filter_map(|line| line.split_once(" = "))
                .map(|(_, label)| label)
                .chain(EXPLAINED)
                .chain(ELSEWHERE)
                .collect();
            for document in Document::ALL {
                let text = document.source()[lang as usize];
                for quoted in text.split('“').skip(1).filter_map(|rest| rest.split('”').next()) {
                    assert!(labels.contains(&quoted), "{document:?}, {lang}: “{quoted}” is no label");
                }
                assert!(!text.contains('"'), "{document:?}, {lang}: labels stand between “ and ”");
            }
        }
    }

    #[test]
    fn both_languages_of_a_document_have_the_same_headings() {
        for document in Document::ALL {
            let [zh, en] = document.source().map(|text| text.lines().filter(|line| line.starts_with("## ")).count());
            assert_eq!(zh, en, "{document:?}");
        }
    }
}
