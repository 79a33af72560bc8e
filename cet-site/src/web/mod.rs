//! What every page of the site shares: the frame around it, the language, cookies, the pages of failures.

pub mod cookie;
mod failure;
mod frame;
pub mod language;
pub mod paths;
pub mod policy;

use std::sync::Arc;

use shared::clock::{SharedClock, Timestamp};
use shared::config::BaseUrl;
use shared::i18n::{Catalogue, Lang};
use shared::page::{Announcement, Page};
use shared::status::Board;

use crate::profile::{Content, Profile, ProfileId};

pub use failure::{Failures, unavailable};
pub use frame::Frame;

/// The site as its pages know it. Cheap to clone.
#[derive(Clone)]
pub struct Web(Arc<Site>);

/// What a [`Web`] is made of.
pub struct Site {
    /// Which exam.
    pub id: ProfileId,
    /// Names, dates, steps.
    pub profile: Profile,
    /// The prose.
    pub content: Content,
    /// The public address of the site.
    pub base_url: BaseUrl,
    /// The public address of the passport.
    pub passport: BaseUrl,
    /// The ICP filing number.
    pub icp: Option<String>,
    /// What the passport says of itself.
    pub status: Arc<Board>,
    /// What tells which notices are out and which provinces are open.
    pub clock: SharedClock,
}

impl Web {
    /// Takes the site over.
    #[must_use]
    pub fn new(site: Site) -> Self {
        Self(Arc::new(site))
    }

    /// Which exam.
    #[must_use]
    pub fn id(&self) -> ProfileId {
        self.0.id
    }

    /// Names, dates, steps.
    #[must_use]
    pub fn profile(&self) -> &Profile {
        &self.0.profile
    }

    /// The prose.
    #[must_use]
    pub fn content(&self) -> &Content {
        &self.0.content
    }

    /// The public address of the site.
    #[must_use]
    pub fn base_url(&self) -> &BaseUrl {
        &self.0.base_url
    }

    /// The public address of the passport.
    #[must_use]
    pub fn passport(&self) -> &BaseUrl {
        &self.0.passport
    }

    /// The present moment.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.0.clock.now()
    }

    /// What stands at the top of that page: what people should know of the passport.
    fn announcements(&self, page: &Page) -> Vec<Announcement> {
        let now = self.now();
        self.0.status.report(now).announcements(page, now, &self.0.passport.join(paths::passport::STATUS))
    }

    fn icp(&self) -> Option<String> {
        self.0.icp.clone()
    }
}

/// The texts of the site and of the shared parts of pages.
#[must_use]
pub fn texts() -> Arc<Catalogue> {
    static TEXTS: std::sync::LazyLock<Arc<Catalogue>> = std::sync::LazyLock::new(|| Arc::new(Catalogue::new(SOURCES)));
    Arc::clone(&TEXTS)
}

/// Every Fluent source, by language.
pub const SOURCES: &[(Lang, &[&str])] = &[
    (
        Lang::Zh,
        &[
            include_str!("../../../shared/locales/zh-CN/common.ftl"),
            include_str!("../../locales/zh-CN/site.ftl"),
            include_str!("../../locales/zh-CN/sign-in.ftl"),
        ],
    ),
    (
        Lang::En,
        &[
            include_str!("../../../shared/locales/en/common.ftl"),
            include_str!("../../locales/en/site.ftl"),
            include_str!("../../locales/en/sign-in.ftl"),
        ],
    ),
];
