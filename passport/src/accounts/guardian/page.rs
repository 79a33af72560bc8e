//! The page of who is under 14: why a guardian has to consent, who, and how that stands.

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Query, State as Shared};
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use shared::clock::Timestamp;
use shared::page::{Choice, FormErrors, Page};

use super::ask::{Answered, Asking};
use super::consent::Consented;
use super::form::{GuardianForm, asks_birthdate};
use super::links::masked;
use super::model::{Asked, Guardianship, Relation, State};
use crate::accounts::model::Contact;
use crate::accounts::progress;
use crate::accounts::proof::words::{Again, tell, too_often};
use crate::accounts::view::{Notice, Way, WayView};
use crate::accounts::visit::{FormQuery, Frame};
use crate::accounts::{Accounts, Session, Trouble, Visit};
use crate::delivery::Progress;
use crate::web::{Draft, Flaws, Posted, moment, paths, return_to};

#[derive(Template, WebTemplate)]
#[template(path = "accounts/guardian.html")]
struct GuardianPage {
    page: Page,
    errors: FormErrors,
    notice: Option<Notice>,
    way: WayView,
    action: String,
    form: GuardianForm,
    relations: Vec<Choice>,
    /// Why it is asked.
    why: String,
    /// What became of the request or the consent before.
    ended: Option<String>,
    /// When the account is closed otherwise.
    erased: Option<String>,
    asks_birthdate: bool,
    /// Where the date of birth that led here can be mended.
    mend: bool,
    /// Whether one was asked who has not answered yet.
    waits: bool,
    asked: Option<AskedView>,
    consented: Option<ConsentedView>,
    points: Vec<String>,
}

/// A request that waits for its answer.
struct AskedView {
    lead: String,
    until: String,
    again: Again,
    takes_code: bool,
    /// How far the message has come.
    progress: Option<String>,
}

/// A consent.
struct ConsentedView {
    given: String,
    guardian: String,
    to: String,
    ends: Option<String>,
}

/// GET: the page, or onwards where nobody has to be asked.
pub async fn show(
    Shared(accounts): Shared<Accounts>,
    mut visit: Visit,
    Query(query): Query<FormQuery>,
) -> Result<Response, Trouble> {
    let way = accounts.way(query.way.as_deref());
    let Some(session) = visit.take_session()? else { return Ok(sign_in(&accounts, &way)) };
    let Some(found) = accounts.guardianship(session.account).await? else {
        return Ok(Redirect::to(way.path()).into_response());
    };
    // Whom a site sent here goes on to it as soon as that is possible; who comes to look stays.
    let now = accounts.parts().clock.now();
    if found.is_grown(now) || (way.sealed.is_some() && !found.holds(now)) {
        return Ok(Redirect::to(way.path()).into_response());
    }
    let notice = Notice::of_code(&visit.page, query.notice.as_deref());
    let draft = accounts.draft(&visit, paths::GUARDIAN, &query).unwrap_or_else(|| Draft::of(GuardianForm::of(&found)));
    draw(&accounts, visit, &session, (&way, &found), (draft, notice)).await
}

/// POST: asks a guardian, or once more; takes up the code; sends the link to withdraw.
pub async fn submit(
    Shared(accounts): Shared<Accounts>,
    mut visit: Visit,
    Posted { form, fresh, language, .. }: Posted<GuardianForm>,
) -> Result<Response, Trouble> {
    let way = accounts.way(form.way.as_deref());
    let Some(session) = visit.take_session()? else {
        // What was typed waits on the page.
        let here = accounts.waiting_at(&visit, (paths::GUARDIAN, &way.link(paths::GUARDIAN)), &Draft::of(form));
        return Ok(accounts.ask_to_sign_in(&here, "away"));
    };
    if let Some(lang) = language {
        return Ok(accounts.in_language(lang, &visit, &way, paths::GUARDIAN, &Draft::of(form)));
    }
    let Some(found) = accounts.guardianship(session.account).await? else {
        return Ok(Redirect::to(way.path()).into_response());
    };
    let draft = if fresh {
        match try_form(&accounts, &visit, (&way, &found), form).await? {
            Ok(onwards) => {
                accounts.parts().web.drop_draft(&visit.cookies, paths::GUARDIAN);
                return Ok(Redirect::to(&onwards).into_response());
            }
            Err(draft) => draft,
        }
    } else {
        Draft::of(form).stale()
    };
    match accounts.send_back(&visit, &way, paths::GUARDIAN, &draft) {
        Some(back) => Ok(back),
        None => draw(&accounts, visit, &session, (&way, &found), (draft, None)).await,
    }
}

/// To the sign-in page: with the same way, or else back to this page.
fn sign_in(accounts: &Accounts, way: &Way) -> Response {
    let notice = "sign-in-first";
    match way.sealed {
        Some(_) => Redirect::to(&way.link_with(paths::SIGN_IN, "notice", notice)).into_response(),
        None => accounts.ask_to_sign_in(paths::GUARDIAN, notice),
    }
}

type Tried = Result<String, Draft<GuardianForm>>;

async fn try_form(
    accounts: &Accounts,
    visit: &Visit,
    (way, found): (&Way, &Guardianship),
    form: GuardianForm,
) -> Result<Tried, Trouble> {
    let (lang, caller) = (visit.page.lang, visit.caller);
    match form.action.as_str() {
        "agree" => agree(accounts, visit, (way, found), form).await,
        "resend" => {
            let answered = accounts.ask_guardian_again(found.account, (lang, caller)).await?;
            Ok(judge(way, answered).map_err(|(status, flaws)| Draft::of(form).refused(status, flaws)))
        }
        "link" => match accounts.send_withdrawal_link(found.account, (lang, caller)).await? {
            Some(Err(stopped)) => Ok(Err(Draft::of(form).refused(StatusCode::TOO_MANY_REQUESTS, too_often(stopped)))),
            Some(Ok(())) => Ok(Ok(format!("{}?notice=guardian-link", paths::GUARDIAN))),
            None => Ok(Ok(way.link(paths::GUARDIAN))),
        },
        _ => {
            let mut flaws = Flaws::default();
            let Some((guardian, of_age_at)) = form.read(&mut flaws, found) else {
                return Ok(Err(Draft::of(form).refused(StatusCode::UNPROCESSABLE_ENTITY, flaws)));
            };
            let asking = Asking { account: found.account, guardian, of_age_at, lang, caller };
            let answered = accounts.ask_guardian(asking).await?;
            Ok(judge(way, answered).map_err(|(status, flaws)| Draft::of(form).refused(status, flaws)))
        }
    }
}

/// Where an answer leads, or what is to be mended.
fn judge(way: &Way, answered: Answered) -> Result<String, (StatusCode, Flaws)> {
    let mut flaws = Flaws::default();
    match answered {
        Answered::Sent => return Ok(way.link_with(paths::GUARDIAN, "notice", "guardian-asked")),
        Answered::Grown => return Ok(way.path().to_owned()),
        Answered::Nothing => return Ok(way.link(paths::GUARDIAN)),
        Answered::TooOften(stopped) => {
            stopped.tell(&mut flaws, "contact", "guardian-contact");
            return Err((StatusCode::TOO_MANY_REQUESTS, flaws));
        }
        Answered::GrownTooLate => flaws.push("birthdate", "accounts-profile-birthdate", "guardian-birthdate-document"),
        Answered::Own => flaws.push("contact", "guardian-contact", "guardian-contact-own"),
        Answered::TooManyChildren => flaws.push("contact", "guardian-contact", "guardian-contact-children"),
    }
    Err((StatusCode::UNPROCESSABLE_ENTITY, flaws))
}

/// The guardian sits beside the child: the box, and the code.
async fn agree(
    accounts: &Accounts,
    visit: &Visit,
    (way, found): (&Way, &Guardianship),
    form: GuardianForm,
) -> Result<Tried, Trouble> {
    let mut flaws = Flaws::default();
    if form.agree.is_none() {
        flaws.push("agree", "guardian-agree", "guardian-agree-missing");
        return Ok(Err(Draft::of(form).refused(StatusCode::UNPROCESSABLE_ENTITY, flaws)));
    }
    match accounts.consent_by_code(found.account, form.code.clone(), visit.caller).await? {
        Consented::Done => return Ok(Ok(onwards(way))),
        Consented::Over => return Ok(Ok(way.link(paths::GUARDIAN))),
        Consented::Not(checked) => flaws = tell(&checked),
        Consented::TooManyChildren => flaws.push("contact", "guardian-contact", "guardian-contact-children"),
    }
    Ok(Err(Draft::of(form).refused(StatusCode::UNPROCESSABLE_ENTITY, flaws)))
}

/// To the site that was asked for; else the page tells what has happened.
fn onwards(way: &Way) -> String {
    match &way.sealed {
        Some(_) => way.path().to_owned(),
        None => return_to::link(paths::GUARDIAN, None) + "?notice=guardian-agreed",
    }
}

async fn draw(
    accounts: &Accounts,
    visit: Visit,
    session: &Session,
    (way, found): (&Way, &Guardianship),
    (draft, told): (Draft<GuardianForm>, Option<Notice>),
) -> Result<Response, Trouble> {
    let Frame { status, headers, page, errors, notice, now } = accounts.frame(visit, session, &draft).await?;
    let relation =
        |relation: Relation| Choice::new(relation.code(), page.t(&format!("guardian-relation-{}", relation.code())));
    let asked = match found.state {
        State::Asked(asked) => {
            let come = accounts.progress(asked.message).await?;
            Some(asked_view(&page, found, (&asked, come), now))
        }
        _ => None,
    };
    let ended = match found.state {
        State::Needed { ended: Some(ended) } => Some(page.t(&format!("guardian-ended-{}", ended.code()))),
        _ => None,
    };
    let shown = GuardianPage {
        relations: Relation::ALL.map(relation).to_vec(),
        why: page.t(&format!("guardian-why-{}", found.why.code())),
        ended,
        erased: found.erase_at.map(|at| moment::not_before(page.lang, at, now)),
        asks_birthdate: asks_birthdate(found),
        mend: found.may_be_restated(),
        waits: asked.is_some(),
        asked,
        consented: consented_view(&page, found),
        points: ["data", "sites", "rights", "end"].map(|point| page.t(&format!("guardian-agrees-{point}"))).to_vec(),
        way: way.view(page.lang),
        action: way.link(paths::GUARDIAN),
        notice: told.or(notice),
        page: page.with_form(),
        errors,
        form: draft.form.or(GuardianForm::of(found)),
    };
    Ok((status, headers, shown).into_response())
}

fn asked_view(page: &Page, found: &Guardianship, (asked, progress): (&Asked, Progress), now: Timestamp) -> AskedView {
    let contact = found.guardian.as_ref().map(|guardian| &guardian.contact);
    let (to, sort) = match contact {
        Some(contact @ Contact::Mobile(_)) => (contact.masked(), "mobile"),
        Some(contact) => (contact.masked(), "email"),
        None => (String::new(), "email"),
    };
    let code_until = moment::not_before(page.lang, asked.code_until, now);
    AskedView {
        lead: page.tw(&format!("guardian-asked-{sort}"), [("to", to.as_str()), ("time", code_until.as_str())]),
        until: moment::not_before(page.lang, asked.until, now),
        again: Again::of(asked.sent_at, now),
        takes_code: asked.takes_code(now),
        progress: contact.map(|contact| {
            let awaited = progress::Awaited { contact, asked_at: asked.sent_at, progress };
            progress::tell(page, awaited, now)
        }),
    }
}

fn consented_view(page: &Page, found: &Guardianship) -> Option<ConsentedView> {
    let State::Consented { at } = found.state else { return None };
    let guardian = found.guardian.as_ref()?;
    let relation = page.t(&format!("guardian-relation-{}", guardian.relation.code()));
    Some(ConsentedView {
        given: moment::exact(at),
        guardian: format!("{} ({relation})", masked(guardian.name.as_str())),
        to: guardian.contact.masked(),
        ends: found.of_age_at.map(moment::exact),
    })
}
