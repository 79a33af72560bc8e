//! Reads a profile and proves that it is whole: every page named has its prose, every file has its entry.

use std::collections::BTreeSet;

use super::content::Content;
use super::model::{Profile, ProfileId};
use super::sources;

/// What is wrong with the embedded data of a profile.
#[derive(Debug, thiserror::Error)]
pub enum ProfileError {
    /// The TOML does not parse.
    #[error("profile {profile}: {source}")]
    Toml {
        /// Which profile.
        profile: ProfileId,
        /// Where and why.
        source: Box<toml::de::Error>,
    },
    /// A Markdown file breaks a rule.
    #[error("profile {profile}, {file}: {what}")]
    Prose {
        /// Which profile.
        profile: ProfileId,
        /// Which file.
        file: String,
        /// Which rule.
        what: String,
    },
    /// An entry lacks its file, or a file its entry.
    #[error("profile {profile}: `{slug}` stands in only one of profile.toml and the embedded files")]
    Unmatched {
        /// Which profile.
        profile: ProfileId,
        /// Of which page or notice.
        slug: String,
    },
    /// A profile has six steps, and its buttons lead somewhere.
    #[error("profile {profile}: {what}")]
    Shape {
        /// Which profile.
        profile: ProfileId,
        /// What is missing.
        what: &'static str,
    },
}

/// Reads a profile; links to the passport lead to `passport`, its issuer address without a final slash.
///
/// # Errors
/// The embedded data is not whole. A test loads every profile, so a released program never sees this.
pub fn load(id: ProfileId, passport: &str) -> Result<(Profile, Content), ProfileError> {
    let prose = sources::of(id);
    let mut profile: Profile =
        toml::from_str(prose.toml).map_err(|source| ProfileError::Toml { profile: id, source: Box::new(source) })?;
    let content =
        Content::render(prose, passport).map_err(|(file, what)| ProfileError::Prose { profile: id, file, what })?;
    profile.notices.sort_by_key(|notice| std::cmp::Reverse(notice.day));
    check(id, &profile, &content)?;
    Ok((profile, content))
}

fn check(id: ProfileId, profile: &Profile, content: &Content) -> Result<(), ProfileError> {
    let pages: BTreeSet<&str> = profile.pages.iter().chain(&profile.extra_pages).map(|p| p.slug.as_str()).collect();
    let notices: BTreeSet<&str> = profile.notices.iter().map(|n| n.slug.as_str()).collect();
    matched(id, &pages, &content.page_slugs().collect())?;
    matched(id, &notices, &content.notice_slugs().collect())?;
    let shape = |holds: bool, what| {
        if holds { Ok(()) } else { Err(ProfileError::Shape { profile: id, what }) }
    };
    shape(profile.steps.len() == 6, "there must be six steps")?;
    shape(!profile.sitting.openings.is_empty(), "a sitting must open somewhere")?;
    let leads = |to: &str| matches!(to, "desk" | "account") || pages.contains(to);
    shape(profile.buttons.iter().all(|b| leads(&b.to)), "a button leads to no page")?;
    shape(profile.buttons.first().is_some_and(|b| b.to == "desk"), "the first button must lead to the desk")
}

fn matched(id: ProfileId, named: &BTreeSet<&str>, embedded: &BTreeSet<&str>) -> Result<(), ProfileError> {
    match named.symmetric_difference(embedded).next() {
        None => Ok(()),
        Some(slug) => Err(ProfileError::Unmatched { profile: id, slug: (*slug).to_owned() }),
    }
}

#[cfg(test)]
mod tests {
    use shared::i18n::Lang;

    use super::super::model::Stage;
    use super::super::{Civil, Province};
    use super::*;

    fn loaded(id: ProfileId) -> (Profile, Content) {
        load(id, "https://passport.example").unwrap_or_else(|e| panic!("{e}"))
    }

    #[test]
    fn every_profile_is_whole() {
        for id in ProfileId::ALL {
            let (profile, content) = loaded(id);
            for lang in Lang::ALL {
                for page in profile.pages.iter().chain(&profile.extra_pages) {
                    assert!(content.page(&page.slug, lang).is_some_and(|a| a.html.len() > 100), "{id}/{}", page.slug);
                }
                for notice in &profile.notices {
                    assert!(content.notice(&notice.slug, lang).is_some(), "{id}/{}", notice.slug);
                }
            }
        }
    }

    #[test]
    fn every_link_within_a_site_leads_to_a_page() {
        for id in ProfileId::ALL {
            let (profile, content) = loaded(id);
            let mut known: BTreeSet<String> = ["/", "/news", "/sign-in", "/registration"].map(str::to_owned).into();
            known.extend(profile.pages.iter().chain(&profile.extra_pages).map(|p| format!("/{}", p.slug)));
            for lang in Lang::ALL {
                let pages = content.page_slugs().filter_map(|slug| content.page(slug, lang));
                for article in pages.chain(content.notice_slugs().filter_map(|slug| content.notice(slug, lang))) {
                    for link in article.html.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next()) {
                        let passport = link.starts_with("https://passport.example/");
                        assert!(passport || known.contains(link), "{id}: {link} in {}", article.title);
                    }
                }
            }
        }
    }

    #[test]
    fn chinese_prose_leaves_the_gap_between_han_and_latin_to_the_browser() {
        let han = |c: char| ('\u{4e00}'..='\u{9fff}').contains(&c);
        for id in ProfileId::ALL {
            let (_, content) = loaded(id);
            let pages = content.page_slugs().filter_map(|slug| content.page(slug, Lang::Zh));
            for article in pages.chain(content.notice_slugs().filter_map(|slug| content.notice(slug, Lang::Zh))) {
                let chars: Vec<char> = article.html.chars().collect();
                let typed = chars.windows(3).find(|w| {
                    w[1] == ' '
                        && ((han(w[0]) && w[2].is_ascii_alphanumeric()) || (w[0].is_ascii_alphanumeric() && han(w[2])))
                });
                assert_eq!(typed, None, "{id}: {}", article.title);
            }
        }
    }

    #[test]
    fn a_province_opens_on_its_own_day() {
        let (profile, _) = loaded(ProfileId::Cet);
        let sitting = &profile.sitting;
        let first = sitting.openings[0].at;
        let guangdong: Province = "44".parse().expect("a province");
        assert_eq!(sitting.stage(first - std::time::Duration::from_millis(1)), Stage::Ahead(first));
        assert_eq!(sitting.stage(first), Stage::Open(8));
        assert!(
            matches!(sitting.stage_in(guangdong, first), Some(Stage::Ahead(at)) if Civil::at(at).day.short() == "03-22")
        );
        assert_eq!(sitting.stage_in(guangdong, sitting.closes), Some(Stage::Closed));
        assert_eq!(sitting.stage_in("71".parse().expect("a province"), first), None);
    }
}
