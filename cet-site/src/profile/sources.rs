//! The embedded files. A page of a profile is one line here, two files and one entry in `profile.toml`.

use super::model::ProfileId;

/// A page or a notice: one file per language.
pub(super) struct Source {
    pub(super) slug: &'static str,
    pub(super) zh: &'static str,
    pub(super) en: &'static str,
}

/// The files of one profile.
pub(super) struct Prose {
    pub(super) toml: &'static str,
    pub(super) pages: &'static [Source],
    pub(super) notices: &'static [Source],
}

macro_rules! profile {
    ($dir:literal, pages: [$($page:literal),* $(,)?], notices: [$($notice:literal),* $(,)?]) => {
        Prose {
            toml: include_str!(concat!("../../profiles/", $dir, "/profile.toml")),
            pages: &[$(Source {
                slug: $page,
                zh: include_str!(concat!("../../profiles/", $dir, "/zh-CN/", $page, ".md")),
                en: include_str!(concat!("../../profiles/", $dir, "/en/", $page, ".md")),
            }),*],
            notices: &[$(Source {
                slug: $notice,
                zh: include_str!(concat!("../../profiles/", $dir, "/zh-CN/notices/", $notice, ".md")),
                en: include_str!(concat!("../../profiles/", $dir, "/en/notices/", $notice, ".md")),
            }),*],
        }
    };
}

static CET: Prose = profile!(
    "cet",
    pages: ["about", "rules", "dates", "process", "faq", "transcript", "contact", "find-account", "certificate"],
    notices: [
        "north-opens", "set-centres", "sitting-2027-1", "photo-rules", "one-passport", "keep-your-account",
        "score-reports-2026-1",
    ]
);

static PETS: Prose = profile!(
    "pets",
    pages: [
        "about", "levels", "rules", "dates", "process", "faq", "results", "contact", "find-account", "certificate",
    ],
    notices: ["registration-opens", "sitting-2027-1", "one-passport", "photo-tips", "results-2026-2"]
);

static NCRE: Prose = profile!(
    "ncre",
    pages: [
        "about", "subjects", "rules", "dates", "process", "faq", "results", "contact", "find-account", "certificate",
    ],
    notices: ["registration-opens", "sitting-2027-3", "one-passport", "photo-size", "results-2026-9"]
);

pub(super) fn of(id: ProfileId) -> &'static Prose {
    match id {
        ProfileId::Cet => &CET,
        ProfileId::Pets => &PETS,
        ProfileId::Ncre => &NCRE,
    }
}
