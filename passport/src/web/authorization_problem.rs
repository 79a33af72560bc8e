//! The page for an authorization request that cannot be answered to its site: the person is told that the account
//! is fine and where to go on, the site's developer which rule was broken. Nothing registered is listed, and no link
//! leads to an address from the request (RFC 9700 §4.11).

use askama::Template;
use askama_web::WebTemplate;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use shared::page::{Link, Page};

use super::error_page::{Explanation, Tone, explain};
use super::paths;

/// What went wrong with the request of a site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthorizationProblem {
    /// The site, when the request names one that is registered.
    pub site: Option<ProblemSite>,
    /// What kind of mistake it is.
    pub kind: ProblemKind,
    /// The code of the standard.
    pub code: &'static str,
    /// What is wrong, in the standard's words.
    pub description: String,
    /// Where the rule stands, such as "RFC 9700 2.1".
    pub rule: &'static str,
    /// Where a page of ours tells about it.
    pub page: String,
    /// The value that broke the rule, as it was sent.
    pub received: Option<String>,
    /// The client id, as it was sent.
    pub client_id: Option<String>,
    /// When, as people write it.
    pub at: String,
}

/// The site a request came from, from its registration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProblemSite {
    /// Its name in the language of the page.
    pub name: String,
    /// Its registered home.
    pub home: Option<String>,
}

/// Which advice fits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProblemKind {
    /// No client has that id.
    UnknownClient,
    /// The redirect URI is missing or not registered.
    RedirectUri,
    /// The request breaks another rule before it could be answered.
    Request,
    /// The staff suspended the client.
    Suspended,
}

impl ProblemKind {
    /// What the texts for a mistake of the site begin with; none where there is no mistake to mend.
    const fn key(self) -> Option<&'static str> {
        match self {
            Self::UnknownClient => Some("web-authorize-unknown-client"),
            Self::RedirectUri => Some("web-authorize-redirect-uri"),
            Self::Request => Some("web-authorize-request"),
            Self::Suspended => None,
        }
    }
}

#[derive(Template, WebTemplate)]
#[template(path = "web/authorization_problem.html")]
struct ProblemPage {
    page: Page,
    problem: AuthorizationProblem,
    lead: String,
    fix: String,
    rule_href: Option<String>,
    /// Back to the site, to its registered home.
    way: Option<Link>,
}

/// The page, with status 400.
pub fn page(page: Page, problem: AuthorizationProblem) -> Response {
    let Some(key) = problem.kind.key() else { return suspended(page, &problem) };
    let lead = match &problem.site {
        Some(site) => page.tw(&format!("{key}-lead"), [("site", site.name.as_str())]),
        None => page.t("web-authorize-unknown-client-lead"),
    };
    let fix = page.t(&format!("{key}-fix"));
    let rule_href = reference(problem.rule);
    let way = problem.site.as_ref().and_then(|site| {
        let label = page.tw("web-authorize-go-back", [("site", site.name.as_str())]);
        Some(Link::new(site.home.as_deref()?, label))
    });
    (StatusCode::BAD_REQUEST, ProblemPage { page, problem, lead, fix, rule_href, way }).into_response()
}

/// The page for a site that the staff suspended. It leads nowhere but home: not back to that site.
fn suspended(page: Page, problem: &AuthorizationProblem) -> Response {
    let site = problem.site.as_ref().map(|site| site.name.as_str()).unwrap_or_default();
    let told = Explanation {
        tone: Tone::Trouble,
        title: page.tw("web-suspended-title", [("site", site)]),
        lead: page.t("web-suspended-lead"),
        steps: vec![page.t("web-suspended-step-wait"), page.t("web-suspended-step-organiser")],
        way: Link::new(paths::HOME, page.t("web-go-home")),
        other: None,
    };
    explain(page, StatusCode::BAD_REQUEST, told)
}

/// Where the documents of the OpenID Foundation stand.
const OPENID: [(&str, &str); 5] = [
    ("OpenID Connect RP-Initiated Logout 1.0", "rpinitiated"),
    ("OpenID Connect Back-Channel Logout 1.0", "backchannel"),
    ("OpenID Connect Front-Channel Logout 1.0", "frontchannel"),
    ("OpenID Connect Registration 1.0", "registration"),
    ("OpenID Connect Core 1.0", "core"),
];

/// The public address of a rule.
pub fn reference(rule: &str) -> Option<String> {
    if let Some((_, page)) = OPENID.iter().find(|(name, _)| rule.starts_with(name)) {
        return Some(format!("https://openid.net/specs/openid-connect-{page}-1_0.html"));
    }
    let (number, section) = rule.strip_prefix("RFC ")?.split_once(' ')?;
    let plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    (plain(number) && plain(section)).then(|| format!("https://www.rfc-editor.org/rfc/rfc{number}#section-{section}"))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use http::Uri;
    use shared::i18n::Lang;

    use super::*;
    use crate::web::{Pages, texts};

    #[test]
    fn a_rule_leads_to_its_section() {
        assert_eq!(reference("RFC 9700 2.1").as_deref(), Some("https://www.rfc-editor.org/rfc/rfc9700#section-2.1"));
        assert!(reference("OpenID Connect Core 1.0 3.1.2.1").is_some());
        assert_eq!(reference("our own"), None);
    }

    #[test]
    fn what_was_sent_is_shown_but_never_linked() {
        let frame = Pages::new(Arc::new(texts::catalogue()), None).page(Lang::Zh, &Uri::from_static("/authorize"));
        let problem = AuthorizationProblem {
            site: None,
            kind: ProblemKind::RedirectUri,
            code: "invalid_request",
            description: "redirect_uri is not registered".to_owned(),
            rule: "RFC 9700 2.1",
            page: "/errors/redirect-uri-not-registered".to_owned(),
            received: Some("https://evil.example/\"><script>".to_owned()),
            client_id: Some("pets".to_owned()),
            at: String::new(),
        };
        let drawn =
            ProblemPage { lead: String::new(), fix: String::new(), rule_href: None, way: None, page: frame, problem }
                .render()
                .expect("the page is drawn");
        assert!(drawn.contains("https://evil.example/&#34;&#62;&#60;script&#62;"));
        assert!(!drawn.contains("href=\"https://evil"));
    }
}
