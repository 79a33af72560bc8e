//! What is pointed out about a client that may be registered: what will not work as its developers expect, what is risky,
//! and what could be better.
//!
//! What a client must not be registered with are [`rules`](super::rules), and [`Client::new`] finds all that is wrong at
//! once. A [`Client`] has passed them, so that this list holds advice alone: it never keeps anybody from anything. The
//! portal, the registration endpoint and the command line give the same.

use std::collections::BTreeSet;

use url::{Host, Url};

use super::model::{ApplicationType, AuthMethod, Client, ClientKeys, GrantType};
use super::redirect_uri::RedirectUri;

/// How much something matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weight {
    /// Something will not work as its developers expect.
    Fails,
    /// It works, until somebody makes use of it or something changes.
    Risky,
    /// It could be better.
    Hint,
}

impl Weight {
    /// Its name, which stays.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Fails => "fails",
            Self::Risky => "risky",
            Self::Hint => "hint",
        }
    }
}

/// Makes the advice out of the list: name of the variant, name, weight, the field of the metadata, where the rule stands.
macro_rules! advices {
    ($($advice:ident $name:literal $weight:ident $field:literal $section:literal;)+) => {
        /// One thing to point out.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[expect(missing_docs, reason = "each is told in words of its own, in two languages")]
        pub enum Advice {
            $($advice,)+
        }

        impl Advice {
            /// All of them, the weightiest first.
            pub const ALL: &'static [Self] = &[$(Self::$advice,)+];
        }

        const ENTRIES: &[super::Entry] = &[$(
            super::Entry { name: $name, weight: $weight, field: $field, section: $section },
        )+];

        impl Advice {
            pub(super) const fn entry(self) -> &'static super::Entry {
                &ENTRIES[self as usize]
            }
        }
    };
}

mod list;
pub mod words;

pub use self::list::Advice;

/// What is known of a piece of advice.
struct Entry {
    name: &'static str,
    weight: Weight,
    field: &'static str,
    section: &'static str,
}

impl Advice {
    /// Its name, which stays.
    pub const fn name(self) -> &'static str {
        self.entry().name
    }

    /// How much it matters.
    pub const fn weight(self) -> Weight {
        self.entry().weight
    }

    /// The field of the metadata that it is about (RFC 7591 §2).
    pub const fn field(self) -> &'static str {
        self.entry().field
    }

    /// Where the rule behind it stands.
    pub const fn section(self) -> &'static str {
        self.entry().section
    }

    /// The key of the text of what is so.
    pub fn key(self) -> String {
        format!("lint-{}", self.name())
    }

    /// The key of the text of what to do.
    pub fn mend_key(self) -> String {
        format!("lint-{}-mend", self.name())
    }
}

/// Something to point out about a client.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// What.
    pub advice: Advice,
    /// The value that it is about, as it is registered.
    pub value: Option<String>,
}

/// What is to be pointed out about a client, the weightiest first.
pub fn lint(client: &Client) -> Vec<Finding> {
    let mut lint = Lint { client, found: Vec::new() };
    lint.grants();
    lint.addresses();
    lint.hosts();
    lint.authentication();
    lint.signing_out();
    lint.people();
    lint.found.sort();
    lint.found
}

struct Lint<'c> {
    client: &'c Client,
    found: Vec<Finding>,
}

impl Lint<'_> {
    fn point(&mut self, applies: bool, advice: Advice) {
        if applies {
            self.found.push(Finding { advice, value: None });
        }
    }

    fn point_at(&mut self, applies: bool, advice: Advice, value: &str) {
        if applies {
            self.found.push(Finding { advice, value: Some(value.to_owned()) });
        }
    }

    fn signs_people_in(&self) -> bool {
        self.client.allows(GrantType::AuthorizationCode)
    }

    fn grants(&mut self) {
        let client = self.client;
        let refreshes = client.allows(GrantType::RefreshToken);
        let offline = client.allows_scope("offline_access");
        self.point(self.signs_people_in() && !client.allows_scope("openid"), Advice::NoOpenid);
        self.point(offline && !refreshes, Advice::OfflineAlone);
        self.point(refreshes && !offline, Advice::RefreshWithoutOffline);
        self.point(self.signs_people_in() && client.allows(GrantType::ClientCredentials), Advice::MixedGrants);
        self.point(client.default_max_age.is_some_and(|age| age.is_zero()), Advice::AlwaysAsked);
    }

    fn addresses(&mut self) {
        for uri in &self.client.redirect_uris {
            let Ok(url) = Url::parse(uri.as_str()) else { continue };
            let (is_site, clear) = (self.client.application_type == ApplicationType::Web, url.scheme() == "http");
            let by_name = url.domain() == Some("localhost");
            self.point_at(uri.needs_tls(self.client.application_type), Advice::Loopback, uri.as_str());
            self.point_at(!is_site && clear && by_name, Advice::LocalhostByName, uri.as_str());
            self.point_at(!matches!(url.scheme(), "http" | "https"), Advice::CustomScheme, uri.as_str());
            let numbered = matches!(url.host(), Some(Host::Ipv4(_) | Host::Ipv6(_)));
            self.point_at(numbered && !clear, Advice::ByNumber, uri.as_str());
            let front = matches!(url.path(), "" | "/") && url.query().is_none();
            self.point_at(front && is_site, Advice::FrontPage, uri.as_str());
        }
    }

    /// Which hosts codes go to.
    fn hosts(&mut self) {
        let of = |uri: &RedirectUri| Url::parse(uri.as_str()).ok()?.host_str().map(str::to_owned);
        let safe = |uri: &&RedirectUri| uri.as_str().starts_with("https:");
        let hosts: BTreeSet<String> = self.client.redirect_uris.iter().filter(safe).filter_map(of).collect();
        let names = hosts.iter().map(String::as_str).collect::<Vec<_>>().join(" ");
        self.point_at(hosts.len() > 1, Advice::ManyHosts, &names);
        let home = self.client.home_uri.as_ref().and_then(Url::host_str);
        let elsewhere = home.filter(|home| !hosts.is_empty() && !hosts.iter().any(|host| are_related(home, host)));
        self.point_at(elsewhere.is_some(), Advice::HomeElsewhere, elsewhere.unwrap_or_default());
        let by_host = self.client.sector.is_some() && self.client.metadata.sector_identifier_uri.is_none();
        self.point(by_host, Advice::PairwiseByHost);
    }

    fn authentication(&mut self) {
        let client = self.client;
        let is_site = client.application_type == ApplicationType::Web;
        self.point(client.is_public() && is_site, Advice::PublicSite);
        self.point(client.auth_method == AuthMethod::Post, Advice::SecretInBody);
        self.point(client.auth_method == AuthMethod::Basic, Advice::SharedSecret);
        let signs = client.auth_method == AuthMethod::PrivateKeyJwt;
        self.point(signs && client.assertion_alg.is_none(), Advice::AnyAlgorithm);
        let registered = client.metadata.jwks.as_ref().and_then(|set| set.get("keys")?.as_array());
        let one = matches!(client.keys, ClientKeys::Registered(_)) && registered.is_some_and(|keys| keys.len() == 1);
        self.point(one, Advice::OneKey);
    }

    fn signing_out(&mut self) {
        let client = self.client;
        if !self.signs_people_in() || client.application_type == ApplicationType::Native {
            return;
        }
        self.point(!client.is_told_of_end() && !client.is_public(), Advice::NoLogout);
        let front_alone = client.frontchannel_logout_uri.is_some() && client.backchannel_logout_uri.is_none();
        self.point(front_alone && !client.hears_signals, Advice::FrontChannelAlone);
        self.point(client.post_logout_redirect_uris.is_empty(), Advice::NoWayBack);
    }

    /// What people are told, and who is told.
    fn people(&mut self) {
        let client = self.client;
        self.point(client.metadata.contacts.is_empty(), Advice::NoContact);
        let learns = client.scopes.iter().any(|scope| !matches!(scope.as_str(), "openid" | "offline_access"));
        let told = client.first_party || client.policy_uri.is_some();
        self.point(self.signs_people_in() && learns && !told, Advice::NoPolicy);
    }
}

/// Whether one of two hosts is the other or below it.
fn are_related(one: &str, other: &str) -> bool {
    let below = |host: &str, domain: &str| host.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.'));
    one == other || below(one, other) || below(other, one) || {
        // Neighbours below one domain, as www.site.example and login.site.example.
        let parent =
            |host: &str| host.split_once('.').map(|(_, rest)| rest.to_owned()).filter(|rest| rest.contains('.'));
        parent(one).is_some() && parent(one) == parent(other)
    }
}

#[cfg(test)]
mod tests;
