//! A form as it stands on a page, and what is typed into it.

use anyhow::Context as _;
use scraper::{ElementRef, Html, Selector};
use url::Url;

/// What a browser would send if nothing were typed, and where to.
#[derive(Clone, Debug)]
pub struct Form {
    /// The absolute address that takes it.
    pub action: Url,
    /// Names and values in the order of the page.
    pub values: Vec<(String, String)>,
    names: Vec<String>,
}

impl Form {
    /// The form of a page that has a control of this name. Sign-out, for one, is a form on every page too.
    ///
    /// Fails when there is none.
    pub fn with_control(page: &Url, html: &str, name: &str) -> anyhow::Result<Self> {
        let document = Html::parse_document(html);
        let forms = selector("form")?;
        document
            .select(&forms)
            .map(|form| Self::read(page, form))
            .find(|form| form.as_ref().is_ok_and(|form| form.names.iter().any(|known| known == name)))
            .with_context(|| format!("{page} has no form with a control named {name:?}"))?
    }

    fn read(page: &Url, form: ElementRef<'_>) -> anyhow::Result<Self> {
        let action = page.join(form.attr("action").unwrap_or_default())?;
        let mut values = Vec::new();
        let mut names = Vec::new();
        for control in form.select(&selector("input, select, textarea, button")?) {
            let Some(name) = control.attr("name") else { continue };
            names.push(name.to_owned());
            let value = match (control.value().name(), control.attr("type").unwrap_or("text")) {
                ("button", _) | ("input", "submit" | "button" | "image") => continue,
                ("input", "checkbox" | "radio") if control.attr("checked").is_none() => continue,
                ("select", _) => chosen(control)?,
                ("textarea", _) => control.text().collect(),
                _ => control.attr("value").unwrap_or_default().to_owned(),
            };
            values.push((name.to_owned(), value));
        }
        Ok(Self { action, values, names })
    }

    /// Types a value, ticks a box or chooses an option.
    ///
    /// Fails when the form has no such control: then a person could not have done it either.
    pub fn set(&mut self, name: &str, value: &str) -> anyhow::Result<&mut Self> {
        anyhow::ensure!(self.names.iter().any(|known| known == name), "the form has no control named {name:?}");
        self.press(name, value);
        Ok(self)
    }

    /// Adds what a pressed button sends.
    pub fn press(&mut self, name: &str, value: &str) {
        match self.values.iter_mut().find(|(known, _)| known == name) {
            Some((_, old)) => value.clone_into(old),
            None => self.values.push((name.to_owned(), value.to_owned())),
        }
    }

    /// The value that stands in a control.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.values.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Whether the form has a control of this name.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.names.iter().any(|known| known == name)
    }
}

fn chosen(select: ElementRef<'_>) -> anyhow::Result<String> {
    let options = selector("option")?;
    let chosen = select.select(&options).find(|option| option.attr("selected").is_some());
    let chosen = chosen.or_else(|| select.select(&options).next());
    Ok(chosen.and_then(|option| option.attr("value")).unwrap_or_default().to_owned())
}

/// A CSS selector.
pub fn selector(text: &str) -> anyhow::Result<Selector> {
    Selector::parse(text).map_err(|error| anyhow::anyhow!("{text}: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_sends_what_a_browser_would() -> anyhow::Result<()> {
        let page = Url::parse("https://a.localhost/x?y=1")?;
        let html = "<form><button name=other></button></form>
            <form method=post action='/in'><input type=hidden name=csrf value=t><input name=user value='a&amp;b'>
            <select name=p><option value=>-<option value=11 selected>B</select>
            <input type=checkbox name=agree><button name=go value=1>Go</button></form>";
        let mut form = Form::with_control(&page, html, "user")?;
        assert_eq!(form.action.as_str(), "https://a.localhost/in");
        let pairs: Vec<_> = form.values.iter().map(|(name, value)| format!("{name}={value}")).collect();
        assert_eq!(pairs, ["csrf=t", "user=a&b", "p=11"]);
        form.set("agree", "on")?;
        assert_eq!(form.get("agree"), Some("on"));
        assert!(form.set("missing", "x").is_err());
        Ok(())
    }
}
