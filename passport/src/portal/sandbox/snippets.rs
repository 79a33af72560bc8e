//! What is copied into a program so that it signs people in at the sandbox: the lines of the guides in `docs/integrate/`,
//! with the site's own addresses. The secret stands in none of them: it belongs into the environment.

use askama::Template;
use serde_json::{Map, Value};

use super::model::Site;

/// Lines to copy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snippet {
    /// The library or program.
    pub name: &'static str,
    /// The file that they belong into.
    pub file: &'static str,
    /// The lines.
    pub text: String,
}

/// What the lines are made of.
#[derive(Debug, Clone)]
struct Values {
    issuer: String,
    client_id: String,
    method: String,
    redirect_uri: String,
    scope: String,
}

macro_rules! lines {
    ($($name:ident = $path:literal;)*) => {$(
        #[derive(Template)]
        #[template(path = $path, escape = "none")]
        struct $name<'v> {
            site: &'v Values,
        }
    )*};
}

lines! {
    Spring = "portal/snippets/spring-security.yml";
    Authlib = "portal/snippets/authlib.py";
    Node = "portal/snippets/openid-client.mjs";
    Environment = "portal/snippets/environment.env";
    Apache = "portal/snippets/apache.conf";
    Proxy = "portal/snippets/oauth2-proxy.cfg";
}

/// Whether an address means no more than itself in each of the languages: what a colleague copies runs as code.
fn is_plain(uri: &str) -> bool {
    !uri.contains(['\'', '$', '`', '#', ';', '|', '(', ')'])
}

/// The lines for a site that is registered so. Those that need a secret are for sites that have one.
pub(super) fn of(issuer: &str, site: &Site, registered: &Map<String, Value>) -> Vec<Snippet> {
    let text = |name: &str| registered.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let first = registered.get("redirect_uris").and_then(|uris| uris.get(0)?.as_str());
    let values = Values {
        issuer: issuer.to_owned(),
        client_id: site.client_id.clone(),
        method: text("token_endpoint_auth_method"),
        redirect_uri: first.filter(|uri| is_plain(uri)).unwrap_or("REDIRECT_URI").to_owned(),
        scope: text("scope"),
    };
    let site = &values;
    let mut all = vec![("openid-client (Node.js)", "site.mjs", Node { site }.render())];
    if values.method.starts_with("client_secret") {
        all.splice(
            0..0,
            [
                ("Spring Security (Java)", "application.yml", Spring { site }.render()),
                ("Authlib (Python)", "site.py", Authlib { site }.render()),
            ],
        );
        all.extend([
            ("mod_auth_openidc (Apache)", "site.conf", Apache { site }.render()),
            ("oauth2-proxy", "oauth2-proxy.cfg", Proxy { site }.render()),
        ]);
    }
    all.push(("OpenID Connect", ".env", Environment { site }.render()));
    // Rendering into memory cannot fail.
    all.into_iter().filter_map(|(name, file, text)| Some(Snippet { name, file, text: text.ok()? })).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use shared::clock::Timestamp;

    use super::*;
    use crate::portal::OrganisationId;
    use crate::portal::sandbox::SiteId;

    /// The lines for a site of the guides, with that address to come back to and those scopes.
    fn lines(method: &str, redirect_uri: &str, scope: &str) -> Vec<Snippet> {
        let registered =
            json!({ "token_endpoint_auth_method": method, "redirect_uris": [redirect_uri], "scope": scope });
        let entropy = shared::entropy::SeededEntropy::new(1);
        let at = Timestamp::from_millis(0);
        let site = Site {
            id: SiteId::new(at, &entropy),
            organisation: OrganisationId::new(at, &entropy),
            client_id: "site".to_owned(),
            name: "示例网站".to_owned(),
            registered_at: at,
            token_sealed: Vec::new(),
        };
        of("https://passport.example", &site, registered.as_object().expect("an object"))
    }

    #[test]
    fn what_is_copied_is_what_the_guides_show() {
        for (name, guide, redirect_uri, scope) in [
            (
                "Spring",
                include_str!("../../../../docs/integrate/spring-security.md"),
                "{baseUrl}/login/oauth2/code/passport",
                "openid profile email",
            ),
            (
                "mod_auth",
                include_str!("../../../../docs/integrate/apache.md"),
                "https://site.example/callback",
                "openid profile email offline_access",
            ),
            (
                "oauth2-proxy",
                include_str!("../../../../docs/integrate/oauth2-proxy.md"),
                "https://site.example/oauth2/callback",
                "openid",
            ),
        ] {
            let guide: Vec<_> = guide.lines().map(str::trim).collect();
            let all = lines("client_secret_basic", redirect_uri, scope);
            let shown = all.iter().find(|one| one.name.starts_with(name)).expect("its lines");
            for line in shown.text.lines().map(str::trim).filter(|line| !line.is_empty()) {
                assert!(line == "spring:" || guide.contains(&line), "{name}: {line}");
            }
        }
    }

    #[test]
    fn an_address_that_would_be_code_where_it_is_copied_is_left_out() {
        for redirect_uri in ["https://site.example/';process.exit();'", "https://site.example/$(id)"] {
            let all = lines("client_secret_basic", redirect_uri, "openid");
            assert!(all.iter().all(|one| !one.text.contains(redirect_uri)), "{redirect_uri}: {all:?}");
        }
    }

    #[test]
    fn a_site_without_a_secret_gets_no_lines_that_need_one() {
        for method in ["none", "private_key_jwt"] {
            let all = lines(method, "https://site.example/cb", "openid");
            assert!(all.iter().all(|one| !one.text.contains("SECRET")), "{method}: {all:?}");
            assert!(!all.is_empty());
        }
    }
}
