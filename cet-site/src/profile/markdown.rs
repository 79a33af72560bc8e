//! Markdown to HTML. Raw HTML in a file is shown as text, so a content file can never carry a script.

use pulldown_cmark::{CowStr, Event, HeadingLevel, LinkType, Options, Parser, Tag, TagEnd, html};

/// The scheme of links that lead to the passport: `passport:/register`.
const PASSPORT: &str = "passport:";

/// A file split into its title, which is the first line (`# …`), and the rest as HTML.
///
/// # Errors
/// What is wrong with the file, for the person who wrote it.
pub(super) fn render(source: &str, passport: &str) -> Result<(String, String), String> {
    let (first, body) = source.split_once('\n').unwrap_or((source, ""));
    let title = first.strip_prefix("# ").ok_or("the first line must be the title: `# …`")?.trim();
    let mut problem = None;
    let events = Parser::new_ext(body, Options::ENABLE_TABLES).map(|event| match event {
        Event::Html(text) | Event::InlineHtml(text) => Event::Text(text),
        Event::Start(Tag::Heading { level: HeadingLevel::H1, .. }) | Event::End(TagEnd::Heading(HeadingLevel::H1)) => {
            problem.get_or_insert_with(|| "only the first line may be a heading of level 1".to_owned());
            event
        }
        Event::Start(Tag::Link { link_type, dest_url, title, id }) => {
            if !is_known_target(link_type, &dest_url) {
                problem.get_or_insert_with(|| format!("the link `{dest_url}` leads outside"));
            }
            Event::Start(Tag::Link { link_type, dest_url: target(dest_url, passport), title, id })
        }
        other => other,
    });
    let mut out = String::new();
    html::push_html(&mut out, events);
    problem.map_or_else(|| Ok((title.to_owned(), out)), Err)
}

/// Pages link within the site or to the passport; everything else would need a decision first.
fn is_known_target(kind: LinkType, target: &str) -> bool {
    let local = |path: &str| path.starts_with('/') && !path.starts_with("//");
    kind == LinkType::Inline && (local(target) || target.strip_prefix(PASSPORT).is_some_and(local))
}

fn target<'a>(target: CowStr<'a>, passport: &str) -> CowStr<'a> {
    match target.strip_prefix(PASSPORT) {
        Some(path) => format!("{passport}{path}").into(),
        None => target,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn html(source: &str) -> Result<String, String> {
        render(source, "https://passport.example").map(|(_, html)| html)
    }

    #[test]
    fn html_in_a_file_is_shown_as_text() {
        let out = html("# T\n\n<script>alert(1)</script> and <b>x</b>").expect("a page");
        assert!(!out.contains("<script") && !out.contains("<b>") && out.contains("&lt;script&gt;"), "{out}");
    }

    #[test]
    fn a_link_to_the_passport_gets_its_address() {
        let out = html("# T\n\n[go](passport:/register) [here](/faq)").expect("a page");
        assert!(out.contains("href=\"https://passport.example/register\"") && out.contains("href=\"/faq\""));
    }

    #[test]
    fn links_that_leave_are_refused() {
        for target in ["https://evil.example", "//evil.example", "javascript:alert(1)", "passport://evil"] {
            assert!(html(&format!("# T\n\n[x]({target})")).is_err(), "{target}");
        }
        assert!(html("# T\n\n<https://evil.example>").is_err());
    }

    #[test]
    fn a_file_begins_with_its_title_and_has_no_second_one() {
        assert!(html("text").is_err());
        assert!(html("# T\n\n# U").is_err());
    }
}
