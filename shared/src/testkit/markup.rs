//! What every page has to be, whichever test opens it: HTML without an error, and names in it that lead somewhere.

use std::collections::BTreeSet;

use html5ever::tendril::TendrilSink;
use html5ever::tokenizer::TokenizerOpts;
use html5ever::tree_builder::TreeBuilderOpts;
use html5ever::{ParseOpts, parse_document};
use scraper::{ElementRef, Html, HtmlTreeSink};

/// Attributes that name other elements of the page, one or several.
const NAMING: [&str; 9] = [
    "for",
    "form",
    "headers",
    "list",
    "aria-activedescendant",
    "aria-controls",
    "aria-describedby",
    "aria-labelledby",
    "aria-owns",
];

/// Elements that hold words and no blocks (HTML Standard, "phrasing content").
const OF_WORDS: [&str; 17] = [
    "p", "h1", "h2", "h3", "h4", "h5", "h6", "span", "strong", "em", "b", "small", "label", "button", "time", "code",
    "legend",
];

/// Blocks.
const BLOCKS: [&str; 24] = [
    "address",
    "article",
    "aside",
    "blockquote",
    "details",
    "div",
    "dl",
    "fieldset",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "main",
    "nav",
    "ol",
    "p",
    "section",
    "table",
    "ul",
];

/// What may hold nothing else that is pressed.
const PRESSED: [&str; 2] = ["a", "button"];

/// What is pressed, chosen or typed into.
const INTERACTIVE: [&str; 7] = ["a", "button", "details", "iframe", "input", "select", "textarea"];

/// Everything that is wrong with a page, one sentence each, as a browser reads it with scripts and without.
#[must_use]
pub fn markup_faults(page: &str) -> Vec<String> {
    let mut found: Vec<_> = [true, false].into_iter().flat_map(|scripts| Reading::of(page, scripts).faults()).collect();
    found.sort();
    found.dedup();
    found
}

struct Reading {
    html: Html,
    ids: Vec<String>,
}

impl Reading {
    fn of(page: &str, scripting_enabled: bool) -> Self {
        let tokenizer = TokenizerOpts { exact_errors: true, ..TokenizerOpts::default() };
        let tree_builder = TreeBuilderOpts { exact_errors: true, scripting_enabled, ..TreeBuilderOpts::default() };
        let sink = HtmlTreeSink::new(Html::new_document());
        let html = parse_document(sink, ParseOpts { tokenizer, tree_builder }).one(page);
        let ids = elements(&html).filter_map(|element| element.attr("id").map(str::to_owned)).collect();
        Self { html, ids }
    }

    fn faults(&self) -> Vec<String> {
        let mut found: Vec<_> = self.html.errors.iter().map(|error| format!("does not parse: {error}")).collect();
        let mut seen = BTreeSet::new();
        for id in &self.ids {
            if id.is_empty() || id.contains(char::is_whitespace) {
                found.push(format!("an id is “{id}”"));
            }
            if !seen.insert(id) {
                found.push(format!("the id “{id}” stands twice"));
            }
        }
        for element in elements(&self.html) {
            self.names(element, &mut found);
            place(element, &mut found);
        }
        found
    }

    /// What it names has to be there.
    fn names(&self, element: ElementRef<'_>, found: &mut Vec<String>) {
        let named = NAMING.iter().filter_map(|name| Some((*name, element.attr(name)?)));
        let within = element.attr("href").and_then(|href| href.strip_prefix('#')).map(|to| ("href", to));
        for (name, value) in named.chain(within) {
            let mut ids = value.split_ascii_whitespace().peekable();
            if ids.peek().is_none() {
                found.push(format!("{} has an empty {name}", shown(element)));
            }
            for id in ids.filter(|id| !self.ids.iter().any(|known| known == id)) {
                found.push(format!("{} has {name} “{id}”, which is nowhere", shown(element)));
            }
        }
    }
}

/// It has to stand where such an element may, with what it needs.
fn place(element: ElementRef<'_>, found: &mut Vec<String>) {
    let name = element.value().name();
    let around: Vec<_> = element.ancestors().filter_map(ElementRef::wrap).collect();
    let mut outer: Vec<&ElementRef<'_>> = Vec::new();
    if BLOCKS.contains(&name) {
        // A link is as wide as what it stands in.
        outer.extend(
            around.iter().find(|outer| outer.value().name() != "a").filter(|outer| is_one_of(outer, &OF_WORDS)),
        );
    }
    if INTERACTIVE.contains(&name) && element.attr("type") != Some("hidden") {
        outer.extend(around.iter().find(|outer| is_one_of(outer, &PRESSED)));
    }
    if !matches!(name, "li" | "script" | "template") {
        outer.extend(around.first().filter(|parent| is_one_of(parent, &["ul", "ol"])));
    }
    found.extend(outer.into_iter().map(|outer| format!("{} stands in {}", shown(element), shown(*outer))));
    let needed = match name {
        "img" => &["alt", "src"][..],
        "html" => &["lang"],
        "iframe" => &["title"],
        _ => &[],
    };
    found.extend(
        needed
            .iter()
            .filter(|name| element.attr(name).is_none())
            .map(|name| format!("{} has no {name}", shown(element))),
    );
    let of_page = || around.first().is_some_and(|parent| is_one_of(parent, &["head"]));
    if name == "title" && of_page() && element.text().collect::<String>().trim().is_empty() {
        found.push("the title says nothing".to_owned());
    }
}

fn is_one_of(element: &ElementRef<'_>, names: &[&str]) -> bool {
    names.contains(&element.value().name())
}

fn elements(html: &Html) -> impl Iterator<Item = ElementRef<'_>> {
    html.tree.root().descendants().filter_map(ElementRef::wrap)
}

/// The element's own tag.
fn shown(element: ElementRef<'_>) -> String {
    let attributes = element.value().attrs().map(|(name, value)| format!(" {name}={value:?}")).collect::<String>();
    format!("<{}{attributes}>", element.value().name())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(main: &str) -> Vec<String> {
        markup_faults(&format!(
            "<!doctype html><html lang=\"en\"><head><title>A</title></head><body>{main}</body></html>"
        ))
    }

    #[test]
    fn a_good_page_has_no_fault() {
        let page = "<a href=\"#main\">On</a><main id=\"main\"><label for=\"a\">A</label><input id=\"a\" aria-describedby=\"main a\">\
            <a href=\"/\"><div>block</div></a><ul><li><p>x</p></li></ul><img src=\"a\" alt=\"\">\
            <svg><use href=\"/sprite.svg#x\"></use></svg></main>";
        assert_eq!(faults(page), Vec::<String>::new());
    }

    #[test]
    fn what_does_not_parse_is_found() {
        for page in ["<div><span></div>", "<p><div></div></p>", "<b a=\"1\" a=\"2\"></b>", "<li/></ul>", "&nosuch;"] {
            assert!(faults(page).iter().any(|fault| fault.starts_with("does not parse")), "{page}: {:?}", faults(page));
        }
        assert!(!markup_faults("<p>A page").is_empty());
    }

    #[test]
    fn an_id_stands_once_also_where_scripts_are_off() {
        assert_eq!(faults("<i id=\"a\"></i><b id=\"a\"></b>"), ["the id “a” stands twice"]);
        assert_eq!(faults("<i id=\"a\"></i><noscript><b id=\"a\"></b></noscript>"), ["the id “a” stands twice"]);
        assert_eq!(faults("<i id=\"\"></i>"), ["an id is “”"]);
    }

    #[test]
    fn what_is_named_has_to_be_there() {
        let found = faults("<label for=\"a\">A</label><input aria-describedby=\"b c\" id=\"b\"><a href=\"#d\">D</a>");
        assert_eq!(
            found,
            [
                "<a href=\"#d\"> has href “d”, which is nowhere",
                "<input aria-describedby=\"b c\" id=\"b\"> has aria-describedby “c”, which is nowhere",
                "<label for=\"a\"> has for “a”, which is nowhere",
            ]
        );
        // Whoever has scripts does not see it.
        assert_eq!(faults("<a href=\"#d\">D</a><noscript><i id=\"d\"></i></noscript>").len(), 1);
        assert_eq!(faults("<a href=\"#\">D</a>"), ["<a href=\"#\"> has an empty href"]);
    }

    #[test]
    fn what_stands_in_the_wrong_place_is_found() {
        assert_eq!(faults("<span><a href=\"/\"><div></div></a></span>"), ["<div> stands in <span>"]);
        assert_eq!(faults("<button><div></div></button>"), ["<div> stands in <button>"]);
        assert_eq!(faults("<a href=\"/\"><button></button></a>"), ["<button> stands in <a href=\"/\">"]);
        assert_eq!(faults("<ul><div></div></ul>"), ["<div> stands in <ul>"]);
        assert_eq!(faults("<img src=\"a\">"), ["<img src=\"a\"> has no alt"]);
        let nameless = "<!doctype html><html><head><title></title></head><body></body></html>";
        assert_eq!(markup_faults(nameless), ["<html> has no lang", "the title says nothing"]);
    }
}
