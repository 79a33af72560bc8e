//! The registration desk: greets the candidate and says which step comes next.

mod open_registrations;

use askama::Template;
use askama_web::WebTemplate;
use axum::response::{IntoResponse, Response};
use shared::clock::Timestamp;
use shared::page::Page;

use crate::pages::{self, DateCell, StripStep};
use crate::profile::{Civil, Province, Sitting, Stage};
use crate::sign_in::{ReturnPath, Visitor};
use crate::web::{Frame, paths};

pub use self::open_registrations::answer as open_registrations;

/// The step after registering with the passport and signing in, counted from 0.
const AFTER_SIGN_IN: usize = 2;

/// The desk.
#[derive(Template, WebTemplate)]
#[template(path = "desk.html")]
struct DeskPage {
    page: Page,
    steps: Vec<StripStep>,
    greeting: String,
    exam: String,
    sitting: String,
    stage: StageLine,
    next_number: String,
    next_label: String,
    next_text: String,
    account: String,
    province: String,
    passport: String,
    dates: Vec<DateCell>,
}

/// Where the sitting stands for the candidate.
struct StageLine {
    open: bool,
    text: String,
}

/// Shows it to who is signed in, and leads everybody else to sign in and back.
pub async fn show(frame: Frame, visitor: Visitor) -> Response {
    let session = match visitor.require(&frame, &ReturnPath::desk()) {
        Ok(session) => session,
        Err(answer) => return answer,
    };
    let page = visitor.page(&frame);
    let (web, lang) = (frame.web(), frame.lang);
    let profile = web.profile();
    let next = &profile.steps[AFTER_SIGN_IN];
    DeskPage {
        steps: pages::steps(profile, lang, Some(AFTER_SIGN_IN)),
        greeting: page.tw("site-desk-greeting", [("name", session.called())]),
        exam: pages::exam_name(profile, lang),
        sitting: profile.sitting.name.get(lang).to_owned(),
        stage: stage(&page, &profile.sitting, session.province, web.now()),
        next_number: (AFTER_SIGN_IN + 1).to_string(),
        next_label: next.label.get(lang).to_owned(),
        next_text: next.next.get(lang).to_owned(),
        account: session.account.clone(),
        province: session.province.map_or_else(|| page.t("site-desk-province-unknown"), |p| p.name(lang).to_owned()),
        passport: web.passport().join(paths::passport::HOME),
        dates: pages::dates(profile, lang),
        page,
    }
    .into_response()
}

fn stage(page: &Page, sitting: &Sitting, province: Option<Province>, now: Timestamp) -> StageLine {
    let when = |moment: Timestamp| Civil::at(moment).text(page.lang);
    let Some(province) = province else {
        return match sitting.stage(now) {
            Stage::Ahead(at) => {
                StageLine { open: false, text: page.tw("site-desk-first-opens", &[("when", when(at))]) }
            }
            Stage::Open(_) => {
                StageLine { open: true, text: page.tw("site-desk-any-open", &[("when", when(sitting.closes))]) }
            }
            Stage::Closed => StageLine { open: false, text: page.t("site-desk-closed") },
        };
    };
    let name = province.name(page.lang).to_owned();
    match sitting.stage_in(province, now) {
        None => StageLine { open: false, text: page.tw("site-desk-no-centre", &[("province", name)]) },
        Some(Stage::Ahead(at)) => {
            StageLine { open: false, text: page.tw("site-desk-ahead", &[("province", name), ("when", when(at))]) }
        }
        Some(Stage::Open(_)) => StageLine {
            open: true,
            text: page.tw("site-desk-open", &[("province", name), ("when", when(sitting.closes))]),
        },
        Some(Stage::Closed) => StageLine { open: false, text: page.t("site-desk-closed") },
    }
}
