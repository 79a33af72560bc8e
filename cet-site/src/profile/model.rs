//! What a profile says, in types. Nothing here knows requests or databases.

use std::fmt;
use std::str::FromStr;

use serde::Deserialize;
use shared::clock::Timestamp;
use shared::i18n::Lang;

use super::civil::{self, Day};
use super::province::Province;

/// Which exam.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProfileId {
    /// College English Test.
    Cet,
    /// Public English Test System.
    Pets,
    /// National Computer Rank Examination.
    Ncre,
}

impl ProfileId {
    /// Every profile.
    pub const ALL: [Self; 3] = [Self::Cet, Self::Pets, Self::Ncre];

    /// The name in the configuration, in cookie names, and the class of the accent.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Cet => "cet",
            Self::Pets => "pets",
            Self::Ncre => "ncre",
        }
    }
}

impl fmt::Display for ProfileId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// No profile has that name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the profiles are cet, pets and ncre")]
pub struct UnknownProfile;

impl FromStr for ProfileId {
    type Err = UnknownProfile;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|id| id.name() == name).ok_or(UnknownProfile)
    }
}

impl<'de> Deserialize<'de> for ProfileId {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from)?.parse().map_err(serde::de::Error::custom)
    }
}

/// A text in both languages; one without the other does not parse.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Text {
    zh: String,
    en: String,
}

impl Text {
    /// The text in that language.
    #[must_use]
    pub fn get(&self, lang: Lang) -> &str {
        match lang {
            Lang::Zh => &self.zh,
            Lang::En => &self.en,
        }
    }
}

/// Everything about a site that is not prose.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// The short name beside the mark.
    pub name: Text,
    /// The line under it.
    pub tagline: Text,
    /// The full name of the exam, without its abbreviation.
    pub title: Text,
    /// The abbreviation, shown in brackets behind the name.
    pub abbreviation: String,
    /// The heading of the news column.
    pub news_title: Text,
    /// The heading over the notices.
    pub notices_title: Text,
    /// Whether the passport is to ask for the province of the test centre (scope `exam`).
    pub asks_province: bool,
    /// The pages in the navigation, after the home page.
    pub pages: Vec<PageEntry>,
    /// Pages that the navigation does not name.
    pub extra_pages: Vec<PageEntry>,
    /// The big buttons of the home page; the first is the main one.
    pub buttons: Vec<Button>,
    /// The way from nothing to being registered, six steps.
    pub steps: Vec<Step>,
    /// The sitting that is announced or open.
    pub sitting: Sitting,
    /// News, the newest first.
    pub notices: Vec<Notice>,
}

/// A page written in Markdown.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PageEntry {
    /// The path without its slash, and the name of the file.
    pub slug: String,
    /// The words in the navigation.
    pub label: Text,
    /// What the page shows under its first paragraphs, drawn from this profile.
    #[serde(default)]
    pub shows: Option<Shows>,
}

/// What a page shows from the profile's data, so that no date stands in two places.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Shows {
    /// The dates of the sitting and the days on which provinces open.
    Schedule,
    /// The strip of six steps.
    Steps,
}

/// One of the big buttons.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Button {
    /// `desk`, `account`, or the slug of a page.
    pub to: String,
    /// A symbol of the sprite.
    pub icon: String,
    /// The words.
    pub label: Text,
    /// The English words under the Chinese ones, as candidates know them.
    pub second: String,
}

/// One of the six steps.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// A symbol of the sprite.
    pub icon: String,
    /// Its name.
    pub label: Text,
    /// What to do or to have ready when it comes next.
    pub next: Text,
}

/// A sitting: one round of the exam.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sitting {
    /// As in 「2027年上半年」.
    pub name: Text,
    /// When registration ends everywhere.
    #[serde(deserialize_with = "civil::moment")]
    pub closes: Timestamp,
    /// The days to know.
    pub dates: Vec<KeyDate>,
    /// When which provinces open, in order of time.
    pub openings: Vec<Opening>,
}

/// One of the days to know.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyDate {
    /// What happens.
    pub label: Text,
    /// On which day it begins.
    pub from: Day,
    /// On which day it ends, if that is another one.
    #[serde(default)]
    pub to: Option<Day>,
    /// More about it.
    pub note: Text,
}

/// Provinces that open at the same moment.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Opening {
    /// When.
    #[serde(deserialize_with = "civil::moment")]
    pub at: Timestamp,
    /// Which.
    pub provinces: Vec<Province>,
}

/// Where a sitting stands at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// No province is open yet; the first opens then.
    Ahead(Timestamp),
    /// So many provinces are open.
    Open(usize),
    /// Registration is over.
    Closed,
}

impl Sitting {
    /// Where the sitting stands as a whole.
    #[must_use]
    pub fn stage(&self, now: Timestamp) -> Stage {
        if now >= self.closes {
            return Stage::Closed;
        }
        let open = self.openings.iter().filter(|o| o.at <= now).map(|o| o.provinces.len()).sum();
        match self.openings.iter().map(|o| o.at).min() {
            Some(first) if open == 0 => Stage::Ahead(first),
            _ => Stage::Open(open),
        }
    }

    /// Where the sitting stands for a province; `None` when it holds no centre there.
    #[must_use]
    pub fn stage_in(&self, province: Province, now: Timestamp) -> Option<Stage> {
        let opens = self.openings.iter().find(|o| o.provinces.contains(&province))?.at;
        Some(match now {
            _ if now >= self.closes => Stage::Closed,
            _ if now < opens => Stage::Ahead(opens),
            _ => Stage::Open(1),
        })
    }
}

/// A piece of news.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Notice {
    /// The last part of its path, and the name of the file.
    pub slug: String,
    /// On which day it appears; before that it does not exist for a visitor.
    pub day: Day,
    /// What it is about.
    pub kind: NoticeKind,
}

impl Notice {
    /// Whether it has appeared.
    #[must_use]
    pub fn is_out(&self, now: Timestamp) -> bool {
        self.day.start() <= now
    }
}

/// What a notice is about; the tag at the end of its line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum NoticeKind {
    /// 报名提示
    Registration,
    /// 考试安排
    Arrangement,
    /// 常见问题
    Question,
    /// 成绩
    Results,
}

impl NoticeKind {
    /// The key of its words.
    #[must_use]
    pub const fn text_key(self) -> &'static str {
        match self {
            Self::Registration => "site-notice-registration",
            Self::Arrangement => "site-notice-arrangement",
            Self::Question => "site-notice-question",
            Self::Results => "site-notice-results",
        }
    }
}
