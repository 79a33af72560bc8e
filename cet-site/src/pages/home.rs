//! The exam's home page.

use askama::Template;
use askama_web::WebTemplate;
use shared::i18n::Lang;
use shared::page::Page;

use crate::profile::{Button, Civil, Stage};
use crate::sign_in::Visitor;
use crate::web::{Frame, paths};

use super::parts::{self, DateCell, NoticeLine, StripStep};

/// How many notices the home page shows.
const SHOWN: usize = 5;

/// The home page.
#[derive(Template, WebTemplate)]
#[template(path = "home.html")]
pub struct HomePage {
    page: Page,
    title: String,
    other_title: String,
    abbreviation: String,
    /// Stands between the two in English.
    gap: &'static str,
    sitting: String,
    stage: String,
    steps: Vec<StripStep>,
    buttons: Vec<BigButton>,
    register: String,
    news_title: String,
    notices_title: String,
    dates: Vec<DateCell>,
    notices: Vec<NoticeLine>,
}

/// One of the big buttons, in one language.
struct BigButton {
    href: String,
    icon: String,
    label: String,
    second: String,
}

/// Shows it.
pub async fn show(frame: Frame, visitor: Visitor) -> HomePage {
    let page = visitor.page(&frame);
    let web = frame.web();
    let (profile, lang) = (web.profile(), frame.lang);
    let register = web.passport().join(paths::passport::REGISTER);
    let mut notices = parts::notices(&frame, &page);
    notices.truncate(SHOWN);
    HomePage {
        title: profile.title.get(lang).to_owned(),
        other_title: profile.title.get(lang.other()).to_owned(),
        abbreviation: profile.abbreviation.clone(),
        gap: parts::gap(lang),
        sitting: format!("{}{}", profile.sitting.name.get(lang), page.t("site-colon")),
        stage: stage(&page, profile.sitting.stage(web.now())),
        steps: parts::steps(profile, lang, None),
        buttons: profile.buttons.iter().map(|b| big_button(&frame, b, visitor.is_signed_in())).collect(),
        register,
        news_title: profile.news_title.get(lang).to_owned(),
        notices_title: profile.notices_title.get(lang).to_owned(),
        dates: parts::dates(profile, lang),
        notices,
        page,
    }
}

fn stage(page: &Page, stage: Stage) -> String {
    match stage {
        Stage::Ahead(opens) => page.tw("site-stage-ahead", &[("when", Civil::at(opens).day.text(page.lang))]),
        Stage::Open(count) => page.tw("site-stage-open", [("count", count)]),
        Stage::Closed => page.t("site-stage-closed"),
    }
}

/// 注册/修改用户 leads to registration, or to the account of who is signed in.
fn big_button(frame: &Frame, button: &Button, signed_in: bool) -> BigButton {
    let passport = frame.web().passport();
    let href = match button.to.as_str() {
        "desk" => paths::DESK.to_owned(),
        "account" if signed_in => passport.join(paths::passport::HOME),
        "account" => passport.join(paths::passport::REGISTER),
        slug => format!("/{slug}"),
    };
    let second = match frame.lang {
        Lang::Zh => button.second.clone(),
        Lang::En => String::new(),
    };
    BigButton { href, icon: button.icon.clone(), label: button.label.get(frame.lang).to_owned(), second }
}
