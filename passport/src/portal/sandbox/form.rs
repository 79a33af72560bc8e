//! The form of a site's settings, and what is to be mended in it.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::document;
use super::model::Kind;
use super::problem;
use crate::clients::{Client, Metadata, Rule, rules};
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
    /// A page that signs people out in the browser.
    pub frontchannel_logout_uri: String,
    /// Where its keys stand.
    pub jwks_uri: String,
    /// Its public keys themselves (RFC 7517 §5), if they stand nowhere.
    pub jwks: String,
    /// Its front page.
    pub client_uri: String,
    /// Its mark.
    pub logo_uri: String,
    /// Where it tells how it treats data.
    pub policy_uri: String,
    /// Where its terms stand.
    pub tos_uri: String,
    /// Where a sign-in may be begun from outside.
    pub initiate_login_uri: String,
    /// Whom to write to; one in a line.
    pub contacts: String,
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
        if self.keys(kind).is_none() {
            flaws.push("jwks", "sandbox-jwks", "sandbox-problem-jwks");
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

    /// Whether it signs with a key of its own.
    pub fn signs(&self) -> bool {
        Kind::parse(&self.kind) == Some(Kind::Key)
    }

    /// Whether it is told of people who sign out.
    pub fn hears(&self) -> bool {
        !self.backchannel_logout_uri.trim().is_empty()
    }

    /// What is asked for in production, or what is to be mended first: there nothing goes to a developer's own machine.
    pub fn wish(&self, flaws: &mut Flaws) -> Option<Metadata> {
        let client = self.read(flaws).and_then(|_| self.client())?;
        let metadata = client.metadata;
        if let Err(problem) = rules::self_registered(&metadata) {
            let uri = match &problem.rule {
                Rule::Redirect(uri, _) => uri.clone(),
                _ => String::new(),
            };
            let value = ("value", [uri.clone(), uri]);
            flaws.push_names("redirect_uris", "sandbox-redirect-uris", "production-problem-loopback", value);
            return None;
        }
        Some(metadata)
    }

    /// The site that the form describes, if it passes every rule.
    pub fn client(&self) -> Option<Client> {
        let metadata = serde_json::from_value(self.fields(Kind::parse(&self.kind)?)).ok()?;
        Client::new(metadata, Vec::new()).ok()
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
        for (name, text) in self.addresses() {
            let text = text.trim();
            if !text.is_empty() {
                fields[name] = text.into();
            }
        }
        for name in ["backchannel_logout", "frontchannel_logout"] {
            if fields.get(format!("{name}_uri")).is_some() {
                fields[format!("{name}_session_required")] = true.into();
            }
        }
        let contacts: Vec<&str> = lines(&self.contacts).collect();
        if !contacts.is_empty() {
            fields["contacts"] = contacts.into();
        }
        if kind == Kind::Key && !self.jwks_uri.trim().is_empty() {
            fields["jwks_uri"] = self.jwks_uri.trim().into();
        }
        if let Some(keys) = self.keys(kind).filter(|keys| !keys.is_null()) {
            fields["jwks"] = keys;
        }
        fields
    }

    /// Its keys, if it needs any and has them here; `None` if that is no JSON.
    fn keys(&self, kind: Kind) -> Option<Value> {
        let text = self.jwks.trim();
        if kind != Kind::Key || text.is_empty() { Some(Value::Null) } else { serde_json::from_str(text).ok() }
    }

    /// Addresses of which there is one each, as the registry names them.
    fn addresses(&self) -> [(&'static str, &str); 7] {
        [
            ("backchannel_logout_uri", &self.backchannel_logout_uri),
            ("frontchannel_logout_uri", &self.frontchannel_logout_uri),
            ("client_uri", &self.client_uri),
            ("logo_uri", &self.logo_uri),
            ("policy_uri", &self.policy_uri),
            ("tos_uri", &self.tos_uri),
            ("initiate_login_uri", &self.initiate_login_uri),
        ]
    }

    /// Whether one of the fields is filled in that most sites leave alone.
    pub fn has_more(&self) -> bool {
        let first = |(name, _): &(&str, &str)| *name == "backchannel_logout_uri";
        let one = self.addresses().into_iter().filter(|one| !first(one)).any(|(_, text)| !text.trim().is_empty());
        one || !self.jwks.trim().is_empty() || !self.contacts.trim().is_empty()
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
            frontchannel_logout_uri: text("frontchannel_logout_uri"),
            jwks_uri: text("jwks_uri"),
            jwks: registered
                .get("jwks")
                .filter(|keys| !keys.is_null())
                .map(|keys| format!("{keys:#}"))
                .unwrap_or_default(),
            client_uri: text("client_uri"),
            logo_uri: text("logo_uri"),
            policy_uri: text("policy_uri"),
            tos_uri: text("tos_uri"),
            initiate_login_uri: text("initiate_login_uri"),
            contacts: texts("contacts"),
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
            frontchannel_logout_uri: "https://bei.example/out".to_owned(),
            client_uri: "https://bei.example/".to_owned(),
            logo_uri: "https://bei.example/logo.png".to_owned(),
            policy_uri: "https://bei.example/policy".to_owned(),
            tos_uri: "https://bei.example/terms".to_owned(),
            initiate_login_uri: "https://bei.example/enter".to_owned(),
            contacts: "it@bei.example\nops@bei.example".to_owned(),
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

    /// A set of one key.
    const KEYS: &str =
        r#"{"keys":[{"kty":"OKP","crv":"Ed25519","kid":"a","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}"#;

    #[test]
    fn keys_that_were_typed_are_registered_and_come_back() {
        let typed = SiteForm { kind: "key".to_owned(), jwks: KEYS.to_owned(), ..form() };
        let document = typed.read(&mut Flaws::default()).expect("good metadata");
        let keys: Value = serde_json::from_str(KEYS).expect("JSON");
        assert_eq!(document["jwks"], keys);
        let again = SiteForm::of(&document);
        assert_eq!(serde_json::from_str::<Value>(&again.jwks).expect("JSON"), keys);
        assert!(again.has_more() && !SiteForm::fresh().has_more());
    }

    #[test]
    fn each_mistake_is_told_beside_its_field() {
        let mistakes: [(&str, SiteForm, &str); 13] = [
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
            (
                "keys that are none",
                SiteForm { kind: "key".to_owned(), jwks: "{".to_owned(), ..form() },
                "sandbox-problem-jwks",
            ),
            (
                "keys twice",
                SiteForm {
                    kind: "key".to_owned(),
                    jwks: KEYS.to_owned(),
                    jwks_uri: "https://b.example/keys".to_owned(),
                    ..form()
                },
                "sandbox-problem-two-key-sets",
            ),
            (
                "a page elsewhere",
                SiteForm { frontchannel_logout_uri: "https://other.example/out".to_owned(), ..form() },
                "sandbox-problem-front-channel",
            ),
            ("a long line", SiteForm { contacts: "a".repeat(255), ..form() }, "sandbox-problem-line"),
            ("eleven", SiteForm { redirect_uris: "https://b.example/\n".repeat(11), ..form() }, "sandbox-problem-many"),
        ];
        for (what, form, key) in mistakes {
            let mut flaws = Flaws::default();
            assert!(form.read(&mut flaws).is_none(), "{what}");
            assert!(flaws.say(key), "{what}: {flaws:?}");
        }
    }
}
