//! The form of a site's settings, and what is to be mended in it.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::document;
use super::model::Kind;
use super::problem;
use crate::clients::{Client, Metadata};
use crate::web::Flaws;

/// Addresses of one kind that a site may have.
const ADDRESSES: usize = 10;

/// The form as it was sent.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default)]
pub struct SiteForm {
    /// In Chinese.
    pub name: String,
    /// In English; the Chinese one when empty.
    pub name_en: String,
    /// See [`Kind`].
    pub kind: String,
    /// One in a line.
    pub redirect_uris: String,
    /// One in a line.
    pub post_logout_redirect_uris: String,
    /// Where logout tokens go.
    pub backchannel_logout_uri: String,
    /// Where its keys stand.
    pub jwks_uri: String,
    /// Whether it asks for names and the like.
    pub profile: Option<String>,
    /// Whether it asks for mail addresses.
    pub email: Option<String>,
    /// Whether it asks for mobile numbers.
    pub phone: Option<String>,
    /// Whether it goes on without the person (OIDC Core §11).
    pub offline_access: Option<String>,
}

impl SiteForm {
    /// A form to begin with.
    pub fn fresh() -> Self {
        let on = || Some("on".to_owned());
        Self { kind: Kind::Secret.as_str().to_owned(), profile: on(), email: on(), ..Self::default() }
    }

    /// What the site registers itself with (RFC 7591 §2), or what is to be mended first. The rules are those of the
    /// registry itself, which the sandbox holds it against once more.
    pub fn read(&self, flaws: &mut Flaws) -> Option<Map<String, Value>> {
        let Some(kind) = Kind::parse(&self.kind) else {
            flaws.push("kind", "sandbox-kind", "sandbox-kind-missing");
            return None;
        };
        for (field, label, text) in [
            ("redirect_uris", "sandbox-redirect-uris", &self.redirect_uris),
            ("post_logout_redirect_uris", "sandbox-post-logout", &self.post_logout_redirect_uris),
        ] {
            if lines(text).count() > ADDRESSES {
                flaws.push_count(field, label, "sandbox-problem-many", ("most", ADDRESSES));
            }
        }
        let fields = self.fields(kind);
        match serde_json::from_value::<Metadata>(fields.clone()) {
            Ok(metadata) => {
                for one in Client::new(metadata, Vec::new()).err().unwrap_or_default() {
                    problem::tell(&one, flaws);
                }
            }
            // Every value comes out of the form's own lists.
            Err(_) => flaws.push("kind", "sandbox-kind", "sandbox-problem-other"),
        }
        flaws.is_empty().then(|| document::of(&fields))
    }

    /// The same as the registry names it.
    fn fields(&self, kind: Kind) -> Value {
        let name = self.name.trim();
        let english = Some(self.name_en.trim()).filter(|text| !text.is_empty()).unwrap_or(name);
        let offline = self.offline_access.is_some();
        let scopes = [
            ("openid", true),
            ("profile", self.profile.is_some()),
            ("email", self.email.is_some()),
            ("phone", self.phone.is_some()),
            ("offline_access", offline),
        ];
        let grants: &[&str] = if offline { &["authorization_code", "refresh_token"] } else { &["authorization_code"] };
        let mut fields = json!({
            "client_id": "sandbox",
            "client_name": { "zh": name, "en": english },
            "application_type": kind.application(),
            "token_endpoint_auth_method": kind.method(),
            "redirect_uris": lines(&self.redirect_uris).collect::<Vec<_>>(),
            "post_logout_redirect_uris": lines(&self.post_logout_redirect_uris).collect::<Vec<_>>(),
            "grant_types": grants,
            "scopes": scopes.iter().filter(|(_, asked)| *asked).map(|(scope, _)| *scope).collect::<Vec<_>>(),
        });
        let logout = self.backchannel_logout_uri.trim();
        if !logout.is_empty() {
            fields["backchannel_logout_uri"] = logout.into();
            fields["backchannel_logout_session_required"] = true.into();
        }
        let keys = self.jwks_uri.trim();
        if kind == Kind::Key && !keys.is_empty() {
            fields["jwks_uri"] = keys.into();
        }
        fields
    }

    /// The form of a site that is registered so.
    pub fn of(registered: &Map<String, Value>) -> Self {
        let text = |name: &str| registered.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let texts = |name: &str| {
            let list = registered.get(name).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
            list.iter().filter_map(Value::as_str).collect::<Vec<_>>().join("\n")
        };
        let scope = text("scope");
        let asks = |name: &str| scope.split(' ').any(|one| one == name).then(|| "on".to_owned());
        let kind = Kind::of(&text("token_endpoint_auth_method"), &text("application_type"));
        let (english, chinese) = (text("client_name"), text("client_name#zh-CN"));
        Self {
            // Where both are the same, one is registered.
            name: if chinese.is_empty() { english.clone() } else { chinese.clone() },
            name_en: if chinese.is_empty() { String::new() } else { english },
            kind: kind.map(Kind::as_str).unwrap_or_default().to_owned(),
            redirect_uris: texts("redirect_uris"),
            post_logout_redirect_uris: texts("post_logout_redirect_uris"),
            backchannel_logout_uri: text("backchannel_logout_uri"),
            jwks_uri: text("jwks_uri"),
            profile: asks("profile"),
            email: asks("email"),
            phone: asks("phone"),
            offline_access: asks("offline_access"),
        }
    }
}

/// What was typed in lines.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines().map(str::trim).filter(|line| !line.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form() -> SiteForm {
        SiteForm {
            name: "北辰报名网".to_owned(),
            name_en: "Beichen".to_owned(),
            redirect_uris: " http://localhost:8080/cb \r\n\r\nhttps://bei.example/cb".to_owned(),
            post_logout_redirect_uris: "https://bei.example/".to_owned(),
            backchannel_logout_uri: "https://bei.example/logout".to_owned(),
            offline_access: Some("on".to_owned()),
            ..SiteForm::fresh()
        }
    }

    #[test]
    fn what_was_registered_fills_the_same_form() {
        for kind in Kind::ALL {
            let mut typed = SiteForm { kind: kind.as_str().to_owned(), ..form() };
            if kind == Kind::Key {
                typed.jwks_uri = "https://bei.example/keys".to_owned();
            }
            let mut flaws = Flaws::default();
            let document = typed.read(&mut flaws).expect("good metadata");
            let again = SiteForm::of(&document);
            typed.redirect_uris = "http://localhost:8080/cb\nhttps://bei.example/cb".to_owned();
            assert_eq!(again, typed, "{kind:?}");
        }
    }

    #[test]
    fn each_mistake_is_told_beside_its_field() {
        let mistakes: [(&str, SiteForm, &str); 9] = [
            ("no name", SiteForm { name: " ".to_owned(), ..form() }, "sandbox-problem-name"),
            ("no kind", SiteForm { kind: "other".to_owned(), ..form() }, "sandbox-kind-missing"),
            ("no address", SiteForm { redirect_uris: String::new(), ..form() }, "sandbox-problem-no-redirect"),
            (
                "http",
                SiteForm { redirect_uris: "http://bei.example/cb".to_owned(), ..form() },
                "sandbox-problem-insecure",
            ),
            (
                "a fragment",
                SiteForm { redirect_uris: "https://b.example/#a".to_owned(), ..form() },
                "sandbox-problem-fragment",
            ),
            (
                "no URI",
                SiteForm { redirect_uris: "bei.example/cb".to_owned(), ..form() },
                "sandbox-problem-not-absolute",
            ),
            (
                "logout by http",
                SiteForm { backchannel_logout_uri: "http://127.0.0.1/l".to_owned(), ..form() },
                "sandbox-problem-https",
            ),
            ("no keys", SiteForm { kind: "key".to_owned(), ..form() }, "sandbox-problem-no-keys"),
            ("eleven", SiteForm { redirect_uris: "https://b.example/\n".repeat(11), ..form() }, "sandbox-problem-many"),
        ];
        for (what, form, key) in mistakes {
            let mut flaws = Flaws::default();
            assert!(form.read(&mut flaws).is_none(), "{what}");
            assert!(flaws.say(key), "{what}: {flaws:?}");
        }
    }
}
