//! A person's browser, as far as signing in and out needs one: it keeps cookies, follows redirects and fills in forms.

use std::collections::HashMap;

use openidconnect::reqwest::header::{COOKIE, LOCATION, ORIGIN, SET_COOKIE};
use openidconnect::reqwest::redirect::Policy;
use openidconnect::reqwest::{Client, ClientBuilder, RequestBuilder, Response};
use openidconnect::url::Url;

use crate::site::Failure;

/// Names and values: of cookies, of a form's fields, of an address's parameters.
pub type Pairs = HashMap<String, String>;

pub struct Browser {
    http: Client,
    cookies: Pairs,
    /// What the person puts into fields, by their names.
    person: Pairs,
}

impl Browser {
    pub fn new(http: ClientBuilder, name: String, password: String) -> Result<Self, Failure> {
        let person =
            [("username", name), ("password", password), ("province", "31".into()), ("decision", "allow".into())];
        let http = http.redirect(Policy::none()).build()?;
        Ok(Self { http, cookies: Pairs::new(), person: person.map(|(name, value)| (name.to_owned(), value)).into() })
    }

    /// From that address to one that begins with `end`: the parameters that arrive there.
    pub async fn open(&mut self, start: Url, end: &str) -> Result<Pairs, Failure> {
        let mut url = start;
        let mut response = self.send(self.http.get(url.clone())).await?;
        for _ in 0..20 {
            if let Some(location) = response.headers().get(LOCATION) {
                url = url.join(location.to_str()?)?;
                if url.as_str().starts_with(end) {
                    return Ok(url.query_pairs().into_owned().collect());
                }
                response = self.send(self.http.get(url.clone())).await?;
                continue;
            }
            let page = response.text().await?;
            let (action, fields) = self.fill_in(&page).ok_or_else(|| format!("there is no form at {url}: {page}"))?;
            url = url.join(&action)?;
            if url.as_str().starts_with(end) {
                return Ok(fields);
            }
            let origin = url.origin().ascii_serialization();
            response = self.send(self.http.post(url.clone()).header(ORIGIN, origin).form(&fields)).await?;
        }
        Err(format!("twenty steps did not lead to {end}").into())
    }

    async fn send(&mut self, request: RequestBuilder) -> Result<Response, Failure> {
        let cookies: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let response = request.header(COOKIE, cookies.join("; ")).send().await?;
        for line in response.headers().get_all(SET_COOKIE) {
            let line = line.to_str()?;
            let (pair, attributes) = line.split_once(';').unwrap_or((line, ""));
            let (name, value) = pair.split_once('=').ok_or("a cookie without a name")?;
            if attributes.to_ascii_lowercase().contains("max-age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        Ok(response)
    }

    /// The form that the page is about: its address, and its fields as they stand there with what the person adds.
    fn fill_in(&self, page: &str) -> Option<(String, Pairs)> {
        let main = page.split_once("<main")?.1;
        let form = main.split_once("<form")?.1.split_once("</form>")?.0;
        let (form, controls) = form.split_once('>')?;
        let mut fields = Pairs::new();
        for tag in controls.split('<').filter_map(|tag| tag.split_once('>')).map(|(tag, _)| tag) {
            let kind = tag.split_whitespace().next().unwrap_or_default();
            let Some(name) = attribute(tag, "name") else { continue };
            let typed = self.person.get(&name).cloned();
            let unticked = attribute(tag, "type").as_deref() == Some("checkbox") && !tag.contains(" checked");
            let counts = kind == "input" || (matches!(kind, "button" | "select") && typed.is_some());
            if counts && !unticked {
                fields.insert(name, typed.or_else(|| attribute(tag, "value")).unwrap_or_default());
            }
        }
        Some((attribute(form, "action").unwrap_or_default(), fields))
    }
}

/// What an attribute of a tag says.
fn attribute(tag: &str, name: &str) -> Option<String> {
    let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
    let mut value = rest.split_once('"')?.0.to_owned();
    // The ampersand comes last: what it makes is not read again.
    for (entity, character) in [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#60;", "<"),
        ("&#62;", ">"),
        ("&#34;", "\""),
        ("&#39;", "'"),
    ] {
        value = value.replace(entity, character);
    }
    Some(value.replace("&#38;", "&").replace("&amp;", "&"))
}
