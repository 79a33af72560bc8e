//! 修改资料: name, language of the pages, usual province.

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use futures_util::FutureExt as _;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use shared::db::{DbError, Tx};
use shared::i18n::Lang;
use shared::page::{Choice, FormErrors, Page};

use super::fields::read_name;
use super::model::{Account, AccountId, Name, Province};
use super::view::{Notice, Way, provinces};
use super::visit::FormQuery;
use super::{Accounts, Session, Trouble, Visit, store};
use crate::audit::{Actor, Event};
use crate::web::{Draft, Flaws, Posted, draft, page, paths};

/// The form as it was sent.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct ProfileForm {
    /// The account that the form was opened for: where several people use one browser, another may be signed in by
    /// the time it is sent.
    account: String,
    name: String,
    locale: String,
    province: String,
}

/// A form that keeps to every rule.
#[derive(Debug, Clone)]
struct Profile {
    name: Option<Name>,
    locale: Lang,
    province: Option<Province>,
}

#[derive(Template, WebTemplate)]
#[template(path = "accounts/profile.html")]
struct ProfilePage {
    page: Page,
    errors: FormErrors,
    notice: Option<Notice>,
    form: ProfileForm,
    languages: Vec<Choice>,
    provinces: Vec<Choice>,
}

/// GET: the form with what is stored, or with what was typed before it was refused or the session was lost.
pub async fn show(
    State(accounts): State<Accounts>,
    mut visit: Visit,
    Query(query): Query<FormQuery>,
) -> Result<Response, Trouble> {
    let Some(session) = visit.take_session()? else {
        return Ok(accounts.ask_to_sign_in(paths::PROFILE, "sign-in-first"));
    };
    let draft = accounts.draft(&visit, paths::PROFILE, &query);
    let draft = match draft.filter(|draft: &Draft<ProfileForm>| draft.form.is_of(&session)) {
        Some(draft) => draft,
        None => {
            let account = accounts.account(session.account).await?;
            Draft::of(ProfileForm::of(session.account, account.as_ref(), visit.page.lang))
        }
    };
    let notice = Notice::of_code(&visit.page, query.notice.as_deref());
    draw(&accounts, visit, &session, draft, notice).await
}

/// POST: stores the profile.
pub async fn submit(
    State(accounts): State<Accounts>,
    mut visit: Visit,
    Posted { form, fresh, language, .. }: Posted<ProfileForm>,
) -> Result<Response, Trouble> {
    let web = &accounts.parts().web;
    let Some(session) = visit.take_session()? else {
        let kept = web.keep_draft(&visit.cookies, paths::PROFILE, &Draft::of(form));
        let back =
            kept.map_or_else(|| paths::PROFILE.to_owned(), |id| format!("{}?{}={id}", paths::PROFILE, draft::FIELD));
        return Ok(accounts.ask_to_sign_in(&back, "away"));
    };
    if !form.is_of(&session) {
        return Ok(Redirect::to(&format!("{}?notice=other-account", paths::PROFILE)).into_response());
    }
    if let Some(lang) = language {
        return Ok(accounts.in_language(lang, &visit, &Way::home(), paths::PROFILE, &Draft::of(form)));
    }
    let mut flaws = Flaws::default();
    let draft = match form.read(&mut flaws) {
        Some(profile) if fresh => {
            let locale = profile.locale;
            accounts.write((session.account, profile), |accounts, args, tx| change(accounts, args, tx).boxed()).await?;
            page::remember(&visit.cookies, locale);
            web.drop_draft(&visit.cookies, paths::PROFILE);
            return Ok(Redirect::to(&format!("{}?notice=profile-saved", paths::HOME)).into_response());
        }
        Some(_) => Draft::of(form).stale(),
        None => Draft::of(form).refused(StatusCode::UNPROCESSABLE_ENTITY, flaws),
    };
    match accounts.send_back(&visit, &Way::home(), paths::PROFILE, &draft) {
        Some(back) => Ok(back),
        None => draw(&accounts, visit, &session, draft, None).await,
    }
}

async fn change(accounts: Accounts, (id, profile): (AccountId, Profile), tx: &mut Tx) -> Result<(), DbError> {
    let parts = accounts.parts();
    let Profile { name, locale, province } = profile;
    store::update_profile(tx, id, name.as_ref(), locale, province, parts.clock.now()).await?;
    let event = Event::ProfileChanged { account: id.to_string(), fields: vec!["name", "locale", "province"] };
    parts.audit.record(tx, &Actor::Account(id.to_string()), &event).await
}

impl ProfileForm {
    /// The form for an account, in the language of the page where it prefers none.
    fn of(id: AccountId, account: Option<&Account>, lang: Lang) -> Self {
        let name = account.and_then(|account| account.name.as_ref()).map(Name::as_str).unwrap_or_default();
        let locale = account.and_then(|account| account.locale).unwrap_or(lang);
        let province = account.and_then(|account| account.province).map(Province::code).unwrap_or_default();
        Self {
            account: id.to_string(),
            name: name.to_owned(),
            locale: locale.tag().to_owned(),
            province: province.to_owned(),
        }
    }

    /// Whether the form was opened for who is signed in.
    fn is_of(&self, session: &Session) -> bool {
        self.account == session.account.to_string()
    }

    fn read(&self, flaws: &mut Flaws) -> Option<Profile> {
        let name = read_name(flaws, &self.name);
        let locale = Lang::parse(&self.locale);
        if locale.is_none() {
            flaws.push("locale", "accounts-profile-language", "accounts-language-missing");
        }
        Some(Profile { name: name.ok()?, locale: locale?, province: Province::parse(&self.province) })
    }
}

async fn draw(
    accounts: &Accounts,
    visit: Visit,
    session: &Session,
    draft: Draft<ProfileForm>,
    notice: Option<Notice>,
) -> Result<Response, Trouble> {
    let now = accounts.parts().clock.now();
    let (status, headers) = draft.head(now);
    let errors = draft.flaws.shown(&visit.page, now);
    let mut page = visit.page.with_errors(&errors);
    accounts.greet(&mut page, session.account).await?;
    let languages = Lang::ALL.into_iter().map(|lang| Choice::new(lang.tag(), lang.native_name())).collect();
    let notice = notice.or_else(|| Notice::of_draft(&page, &draft));
    let (provinces, page) = (provinces(page.lang), page.with_form());
    let shown = ProfilePage { languages, provinces, page, errors, notice, form: draft.form };
    Ok((status, headers, shown).into_response())
}
