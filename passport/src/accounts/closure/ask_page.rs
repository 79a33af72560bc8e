//! The page on which an account is cancelled: what happens, what stays, and the password.

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use shared::i18n::Lang;
use shared::page::{FormErrors, Page};
use shared::secret::SecretString;

use super::COOLING_OFF;
use super::operation::Wished;
use super::registrations::SiteName;
use crate::accounts::password::require;
use crate::accounts::sessions::cookie;
use crate::accounts::view::{Notice, Way};
use crate::accounts::visit::{FormQuery, Frame};
use crate::accounts::{Accounts, Session, Stop, Trouble, Visit};
use crate::web::signed_out::SignedOut;
use crate::web::{Draft, Flaws, Posted, moment, paths};

/// The form as it was sent.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct AskForm {
    #[serde(skip_serializing)]
    old_password: SecretString,
}

#[derive(Template, WebTemplate)]
#[template(path = "accounts/closure.html")]
struct AskPage {
    page: Page,
    errors: FormErrors,
    notice: Option<Notice>,
    /// When the account would be closed.
    day: String,
    /// From when on it may be asked for, if not now.
    guarded: Option<String>,
    /// Organisations in which nobody could decide any more, if there are any.
    ownerless: Option<String>,
    has_password: bool,
}

/// GET: the page.
pub async fn show(
    State(accounts): State<Accounts>,
    mut visit: Visit,
    Query(query): Query<FormQuery>,
) -> Result<Response, Stop> {
    let session = accounts.signed_in(&mut visit, paths::CLOSURE)?;
    accounts.step_up_where_enrolled(&session, paths::CLOSURE).await?;
    let draft = accounts.draft(&visit, paths::CLOSURE, &query).unwrap_or_else(|| Draft::of(AskForm::default()));
    Ok(draw(&accounts, visit, &session, draft).await?)
}

/// POST: asks for it, and leaves with every session ended.
pub async fn submit(
    State(accounts): State<Accounts>,
    mut visit: Visit,
    Posted { form, fresh, language, .. }: Posted<AskForm>,
) -> Result<Response, Stop> {
    let Some(session) = visit.take_session()? else {
        return Ok(accounts.ask_to_sign_in(paths::CLOSURE, "away"));
    };
    if let Some(lang) = language {
        let draft = Draft { password_dropped: !form.old_password.is_empty(), ..Draft::of(form) };
        return Ok(accounts.in_language(lang, &visit, &Way::home(), paths::CLOSURE, &draft));
    }
    accounts.step_up_where_enrolled(&session, paths::CLOSURE).await?;
    let draft = if fresh {
        match try_form(&accounts, &visit, &session, form).await? {
            Ok(onwards) => return Ok(onwards),
            Err(draft) => draft,
        }
    } else {
        Draft::of(form).stale()
    };
    match accounts.send_back(&visit, &Way::home(), paths::CLOSURE, &draft) {
        Some(back) => Ok(back),
        None => Ok(draw(&accounts, visit, &session, draft).await?),
    }
}

async fn try_form(
    accounts: &Accounts,
    visit: &Visit,
    session: &Session,
    form: AskForm,
) -> Result<Result<Response, Draft<AskForm>>, Trouble> {
    let mut flaws = Flaws::default();
    require(accounts.has_password(session.account).await?, &form.old_password, &mut flaws);
    if !flaws.is_empty() {
        return Ok(Err(Draft::of(form).refused(StatusCode::UNPROCESSABLE_ENTITY, flaws)));
    }
    let wished = accounts.wish_closure(session, visit.caller, &form.old_password).await?;
    if let Wished::Accepted { by_page } = wished {
        accounts.parts().web.drop_draft(&visit.cookies, paths::CLOSURE);
        cookie::clear(&visit.cookies);
        return Ok(Ok(Redirect::to(&leave(accounts, session, by_page)).into_response()));
    }
    explain(&mut flaws, wished);
    Ok(Err(Draft::of(form).refused(StatusCode::UNPROCESSABLE_ENTITY, flaws)))
}

/// Home, past the page in which sites sign the person out, if any does.
fn leave(accounts: &Accounts, session: &Session, clients: Vec<String>) -> String {
    let home = format!("{}?notice=closure-asked", paths::HOME);
    if clients.is_empty() {
        return home;
    }
    let web = &accounts.parts().web;
    let back = Some(format!("{}{home}", web.origin));
    SignedOut { session: session.id.to_string(), clients, back, replaced: false }.path(&*accounts.parts().sealer)
}

const LABEL: &str = "accounts-password-old";

/// The sentence for a wish that was not granted.
fn explain(flaws: &mut Flaws, wished: Wished) {
    let field = "old_password";
    match wished {
        Wished::Unconfirmed(unconfirmed) => unconfirmed.tell(flaws),
        Wished::Guarded { until } => flaws.push_until(field, LABEL, "closure-guarded", until),
        Wished::TooOften { until } => flaws.push_until(field, LABEL, "closure-often", until),
        Wished::Frozen => flaws.push(field, LABEL, "contact-frozen"),
        Wished::Open(sites) => flaws.push_names(field, LABEL, "closure-open", ("sites", listed(&sites))),
        Wished::Silent(sites) => flaws.push_names(field, LABEL, "closure-silent", ("sites", listed(&sites))),
        Wished::Accepted { .. } => {}
    }
}

/// The sites in both languages.
fn listed(sites: &[SiteName]) -> [String; 2] {
    let joined = |name: fn(&SiteName) -> &str, mark| sites.iter().map(name).collect::<Vec<_>>().join(mark);
    [joined(|site| &site.zh, "、"), joined(|site| &site.en, ", ")]
}

async fn draw(
    accounts: &Accounts,
    visit: Visit,
    session: &Session,
    draft: Draft<AskForm>,
) -> Result<Response, Trouble> {
    // Asked for already: there is nothing to do but to take it back.
    if accounts.closure(session.account).await?.is_some() {
        return Ok(Redirect::to(paths::CLOSURE_TAKE_BACK).into_response());
    }
    let Frame { status, headers, page, errors, notice, now } = accounts.frame(visit, session, &draft).await?;
    let guarded = accounts.closing_guarded_until(session.account).await?;
    let ownerless = accounts.parts().organisations.left_without_owner(session.account).await?;
    let mark = match page.lang {
        Lang::Zh => "、",
        Lang::En => ", ",
    };
    let shown = AskPage {
        day: moment::exact(now + COOLING_OFF),
        has_password: accounts.has_password(session.account).await?,
        ownerless: (!ownerless.is_empty()).then(|| ownerless.join(mark)),
        guarded: guarded.map(|until| moment::not_before(page.lang, until, now)),
        notice,
        page,
        errors,
    };
    Ok((status, headers, shown).into_response())
}
