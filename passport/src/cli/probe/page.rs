//! What the probe reads of a page of ours: the fields of the form, and the work that a captcha asks for. Our templates write
//! attributes in double quotes and escape what stands in them, so that this is enough.

use std::collections::BTreeMap;

/// The attributes of each start tag of that name.
fn tags<'h>(html: &'h str, name: &'h str) -> impl Iterator<Item = BTreeMap<String, String>> + 'h {
    let starts = html.match_indices('<').map(|(at, _)| &html[at + 1..]);
    starts.filter_map(move |rest| {
        let after = rest.strip_prefix(name).filter(|after| after.starts_with([' ', '\n', '>']))?;
        Some(attributes(after.split('>').next().unwrap_or_default()))
    })
}

fn attributes(tag: &str) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut rest = tag;
    while let Some((before, after)) = rest.split_once("=\"") {
        let Some((value, next)) = after.split_once('"') else { break };
        let name = before.rsplit(char::is_whitespace).next().unwrap_or_default();
        found.insert(name.to_owned(), unescaped(value));
        rest = next;
    }
    found
}

fn unescaped(text: &str) -> String {
    // The ampersand last: what it begins was escaped itself.
    [("&#34;", "\""), ("&#39;", "'"), ("&#60;", "<"), ("&#62;", ">"), ("&#38;", "&"), ("&amp;", "&")]
        .iter()
        .fold(text.to_owned(), |text, (escaped, plain)| text.replace(escaped, plain))
}

/// What a browser would send of the form with the id `task`, if nothing were typed: its hidden fields.
pub(super) fn hidden_fields(html: &str) -> Option<Vec<(String, String)>> {
    let form = html.split("<form id=\"task\"").nth(1)?.split("</form>").next()?;
    let hidden = tags(form, "input").filter(|input| input.get("type").is_some_and(|kind| kind == "hidden"));
    Some(hidden.filter_map(|mut input| Some((input.remove("name")?, input.remove("value")?))).collect())
}

/// The work that the browser is asked to do before the form counts.
pub(super) fn work(html: &str) -> Option<String> {
    tags(html, "div").find_map(|mut tag| tag.remove("data-work"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_sends_its_hidden_fields_and_not_those_of_others() {
        let html = "<form method=\"post\" action=\"/sign-out\"><input type=\"hidden\" name=\"csrf\" value=\"other\"></form>\
            <form id=\"task\" class=\"card\" method=\"post\" action=\"/sign-in?a=1\">\n\
            <input type=\"hidden\" name=\"csrf\" value=\"t&#38;1\"><input id=\"u\" name=\"username\" value=\"x\">\
            <input type=\"hidden\" name=\"continue\" value=\"a&#34;b\"></form><input type=\"hidden\" name=\"z\" value=\"1\">";
        let fields = hidden_fields(html).expect("a form");
        let pairs: Vec<_> = fields.iter().map(|(name, value)| format!("{name}={value}")).collect();
        assert_eq!(pairs, ["csrf=t&1", "continue=a\"b"]);
        assert_eq!(hidden_fields("<form></form>"), None);
    }

    #[test]
    fn work_is_found_where_it_is_asked_for() {
        let html = "<div class=\"captcha worked\" data-work=\"{&#34;a&#34;:1}\" data-worker=\"/x\">";
        assert_eq!(work(html).as_deref(), Some("{\"a\":1}"));
        assert_eq!(work("<div class=\"captcha\"></div>"), None);
    }
}
