//! Pieces of pages drawn from the profile, in one language.

use shared::i18n::Lang;
use shared::page::Page;

use crate::profile::{Notice, Profile};
use crate::web::Frame;

/// A step of the strip.
pub struct StripStep {
    /// A symbol of the sprite.
    pub icon: String,
    /// Its name.
    pub label: String,
    progress: Progress,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Progress {
    Done,
    Next,
    Ahead,
}

impl StripStep {
    /// Whether it lies behind the candidate.
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.progress == Progress::Done
    }

    /// Whether it comes next.
    #[must_use]
    pub fn is_next(&self) -> bool {
        self.progress == Progress::Next
    }

    /// The class of its look.
    #[must_use]
    pub fn class(&self) -> &'static str {
        match self.progress {
            Progress::Done => "done",
            Progress::Next => "now",
            Progress::Ahead => "",
        }
    }
}

/// The strip; `next` counts from 0. Without it the strip tells the way and nobody stands on it.
#[must_use]
pub fn steps(profile: &Profile, lang: Lang, next: Option<usize>) -> Vec<StripStep> {
    let progress = |index: usize| match next {
        Some(next) if index < next => Progress::Done,
        Some(next) if index == next => Progress::Next,
        _ => Progress::Ahead,
    };
    let step = |(index, step): (usize, &crate::profile::Step)| StripStep {
        icon: step.icon.clone(),
        label: step.label.get(lang).to_owned(),
        progress: progress(index),
    };
    profile.steps.iter().enumerate().map(step).collect()
}

/// A day to know.
pub struct DateCell {
    /// What happens.
    pub label: String,
    /// The day or days.
    pub when: String,
    /// More about it.
    pub note: String,
}

/// The days of the sitting.
#[must_use]
pub fn dates(profile: &Profile, lang: Lang) -> Vec<DateCell> {
    let cell = |date: &crate::profile::KeyDate| DateCell {
        label: date.label.get(lang).to_owned(),
        when: crate::profile::Day::range_text(date.from, date.to, lang),
        note: date.note.get(lang).to_owned(),
    };
    profile.sitting.dates.iter().map(cell).collect()
}

/// The full name of the exam with its abbreviation.
#[must_use]
pub fn exam_name(profile: &Profile, lang: Lang) -> String {
    format!("{}{}({})", profile.title.get(lang), gap(lang), profile.abbreviation)
}

/// What stands before a bracket: Chinese leaves it to the browser.
pub(super) const fn gap(lang: Lang) -> &'static str {
    match lang {
        Lang::Zh => "",
        Lang::En => " ",
    }
}

/// A line of the news.
pub struct NoticeLine {
    /// `2027-03-18`
    pub iso: String,
    /// `03-18`
    pub day: String,
    /// Where it is read.
    pub href: String,
    /// Its title.
    pub title: String,
    /// What it is about.
    pub kind: String,
    /// The newest one stands out.
    pub urgent: bool,
}

/// The notices that are out, the newest first.
pub(super) fn notices(frame: &Frame, page: &Page) -> Vec<NoticeLine> {
    let web = frame.web();
    let now = web.now();
    let out = web.profile().notices.iter().filter(|notice| notice.is_out(now));
    let titled = out.filter_map(|n| Some((n, web.content().notice(&n.slug, frame.lang)?.title.clone())));
    titled.enumerate().map(|(index, (notice, title))| line(page, notice, title, index == 0)).collect()
}

fn line(page: &Page, notice: &Notice, title: String, newest: bool) -> NoticeLine {
    NoticeLine {
        iso: notice.day.iso(),
        day: notice.day.short(),
        href: format!("/news/{}", notice.slug),
        title,
        kind: page.t(notice.kind.text_key()),
        urgent: newest,
    }
}
