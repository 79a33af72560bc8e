//! The HTML form of mails: one layout, filled from the text that goes beside it, so that the two cannot differ.
//!
//! Everything that comes from people is text in the template and escaped there. Only addresses that the letter itself
//! names as its own become links, so that nobody puts one in front of others by calling themselves `https://…`.

use std::sync::LazyLock;

use askama::Template;
use css_inline::CSSInliner;

use super::model::{Letter, Marks};

/// Styles go into attributes: many mail programs drop style sheets. What depends on the screen (narrow, dark) cannot, and
/// stays in one for those that keep it. Nothing is ever loaded.
static INLINER: LazyLock<CSSInliner<'static>> = LazyLock::new(|| {
    CSSInliner::options()
        .load_remote_stylesheets(false)
        .keep_at_rules(true)
        .extra_css(Some(include_str!("../../templates/delivery/mail.css").into()))
        .build()
});

#[derive(Template)]
#[template(path = "delivery/mail.html")]
struct Layout<'a> {
    marks: &'a Marks,
    subject: &'a str,
    brand: &'a str,
    blocks: Vec<Vec<Line<'a>>>,
    signature: Vec<Line<'a>>,
}

/// A line of a paragraph.
enum Line<'a> {
    /// Words, those in bold marked.
    Words(Vec<(&'a str, bool)>),
    /// The address that the mail is about: a button, and the address in words.
    Action(&'a str),
    /// Another address of ours.
    Link(&'a str),
}

/// The HTML form; `None` for a letter that has none, or that cannot be drawn: the text says it all.
pub(super) fn html(letter: &Letter) -> Option<String> {
    let marks = letter.marks.as_ref()?;
    let (body, signature) = letter.text.rsplit_once("\n-- \n").unwrap_or((&letter.text, ""));
    let layout = Layout {
        marks,
        subject: &letter.subject,
        brand: signature.lines().next().unwrap_or_default(),
        blocks: body.split("\n\n").map(|block| lines(block, marks)).filter(|block| !block.is_empty()).collect(),
        signature: lines(signature, marks),
    };
    let drawn = layout.render().map_err(|error| tracing::error!(%error, "a mail cannot be drawn")).ok()?;
    INLINER.inline(&drawn).map_err(|error| tracing::error!(%error, "a mail cannot be styled")).ok()
}

fn lines<'a>(block: &'a str, marks: &'a Marks) -> Vec<Line<'a>> {
    let line = |line: &'a str| match line {
        line if !marks.link.is_empty() && line == marks.link => Line::Action(line),
        line if is_ours(line, &marks.home) => Line::Link(line),
        line => Line::Words(words(line, &marks.code)),
    };
    block.lines().map(str::trim).filter(|line| !line.is_empty()).map(line).collect()
}

/// Whether a line is the passport's address, or one of its pages.
fn is_ours(line: &str, home: &str) -> bool {
    let below = line.strip_prefix(home).filter(|_| !home.is_empty());
    below.is_some_and(|path| path.is_empty() || path.starts_with('/') && !path.contains(char::is_whitespace))
}

/// A line in pieces, the code in bold.
fn words<'a>(line: &'a str, code: &'a str) -> Vec<(&'a str, bool)> {
    match line.split_once(code) {
        Some((before, after)) if !code.is_empty() => vec![(before, false), (code, true), (after, false)],
        _ => vec![(line, false)],
    }
}

#[cfg(test)]
mod tests {
    use shared::i18n::Lang;

    use super::*;

    #[test]
    fn a_letter_of_an_earlier_version_goes_as_text() {
        let stored = r#"{"to":"a@b.example","subject":"s","text":"t"}"#;
        let letter: Letter = serde_json::from_str(stored).expect("a letter");
        assert_eq!(html(&letter), None);
    }

    fn marks(lang: Lang) -> Marks {
        Marks {
            lang,
            home: "https://passport.example".to_owned(),
            code: "271828".to_owned(),
            link: "https://passport.example/a?t=1&u=2".to_owned(),
            action: "去".to_owned(),
        }
    }

    #[test]
    fn each_language_is_set_in_a_typeface_of_its_own() {
        for (lang, first) in [(Lang::Zh, "PingFang SC"), (Lang::En, "-apple-system")] {
            let (to, subject, text) = ("a@b.example".to_owned(), "s".to_owned(), "t\n".to_owned());
            let letter = Letter { to, subject, text, marks: Some(marks(lang)), template: None };
            let drawn = html(&letter).expect("a mail");
            let page = scraper::Html::parse_document(&drawn);
            let body = page.select(&scraper::Selector::parse("body").expect("a selector")).next().expect("a body");
            let style = body.attr("style").unwrap_or_default().replace('"', "");
            let faces: Vec<&str> = style.split("font-family:").skip(1).collect();
            let names_it_first = |face: &&str| face.trim_start().trim_start_matches('\'').starts_with(first);
            assert!(faces.last().is_some_and(names_it_first), "{lang:?}: {style}");
        }
    }

    #[test]
    fn only_the_mails_own_address_is_a_link() {
        let text = "码271828。\nhttps://evil.example\n\nhttps://passport.example/a?t=1&u=2\n\n\
                    <img src=x onerror=alert(1)>\n\n-- \nE-TEST\nhttps://passport.example\n";
        let (to, subject) = ("a@b.example".to_owned(), "<script>s</script>".to_owned());
        let drawn = html(&Letter { to, subject, text: text.to_owned(), marks: Some(marks(Lang::Zh)), template: None })
            .expect("a mail");
        let page = scraper::Html::parse_document(&drawn);
        let all = |what: &str| scraper::Selector::parse(what).map(|s| page.select(&s).count()).expect("a selector");
        assert_eq!((all("script"), all("img"), all("link"), all("[onerror]")), (0, 0, 0, 0), "{drawn}");
        assert_eq!(all("a[href='https://passport.example/a?t=1&u=2']"), 2, "a button, and the address in words");
        assert_eq!((all("a"), all("a[href='https://passport.example']")), (3, 1), "{drawn}");
        assert_eq!(all("strong"), 1);
    }
}
