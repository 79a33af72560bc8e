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

use super::model::{Account, AccountId, Name, Province};
use super::register::name_key;
use super::view::{Notice, provinces, push_error};
use super::{Accounts, Trouble, Visit, store};
use crate::audit::{Actor, Event};
use crate::web::seal::{open_text, seal_text};
use crate::web::{Posted, page, paths};

const DRAFT_PURPOSE: &str = "profile-draft";

/// What the address of the page may say.
#[derive(Debug, Default, Deserialize)]
pub struct ProfileQuery {
    #[serde(default)]
    draft: Option<String>,
}

/// The form as it was sent.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct ProfileForm {
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

/// GET: the form with what is stored, or with what was typed before the session was lost.
pub async fn show(
    State(accounts): State<Accounts>,
    mut visit: Visit,
    Query(query): Query<ProfileQuery>,
) -> Result<Response, Trouble> {
    show_form(&accounts, &mut visit, query).await
}

async fn show_form(accounts: &Accounts, visit: &mut Visit, query: ProfileQuery) -> Result<Response, Trouble> {
    let Some(session) = visit.session()? else {
        return Ok(accounts.ask_to_sign_in(paths::PROFILE, "sign-in-first"));
    };
    accounts.greet(&mut visit.page, session.account).await?;
    let draft = query
        .draft
        .and_then(|text| serde_json::from_slice(&open_text(&*accounts.parts().sealer, DRAFT_PURPOSE, &text)?).ok());
    let form = match draft {
        Some(form) => form,
        None => ProfileForm::of(accounts.account(session.account).await?.as_ref(), visit.page.lang),
    };
    Ok(draw(visit, form, FormErrors::default(), None).into_response())
}

/// POST: stores the profile.
pub async fn submit(
    State(accounts): State<Accounts>,
    mut visit: Visit,
    posted: Posted<ProfileForm>,
) -> Result<Response, Trouble> {
    try_form(&accounts, &mut visit, posted).await
}

async fn try_form(accounts: &Accounts, visit: &mut Visit, posted: Posted<ProfileForm>) -> Result<Response, Trouble> {
    let Posted { form, fresh, .. } = posted;
    let Some(session) = visit.session()? else {
        let draft = serde_json::to_vec(&form).unwrap_or_default();
        let draft = seal_text(&*accounts.parts().sealer, DRAFT_PURPOSE, &draft);
        return Ok(accounts.ask_to_sign_in(&format!("{}?draft={draft}", paths::PROFILE), "away"));
    };
    accounts.greet(&mut visit.page, session.account).await?;
    let mut errors = FormErrors::default();
    let profile = form.read(&visit.page, &mut errors);
    if let (Some(profile), true) = (profile, fresh) {
        let locale = profile.locale;
        accounts.write((session.account, profile), |accounts, args, tx| change(accounts, args, tx).boxed()).await?;
        page::remember(&visit.cookies, locale);
        return Ok(Redirect::to(&format!("{}?notice=profile-saved", paths::HOME)).into_response());
    }
    let notice = (!fresh).then(|| Notice::again(&visit.page));
    Ok((StatusCode::UNPROCESSABLE_ENTITY, draw(visit, form, errors, notice)).into_response())
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
    fn of(account: Option<&Account>, lang: Lang) -> Self {
        let name = account.and_then(|account| account.name.as_ref()).map(Name::as_str).unwrap_or_default();
        let locale = account.and_then(|account| account.locale).unwrap_or(lang);
        let province = account.and_then(|account| account.province).map(Province::code).unwrap_or_default();
        Self { name: name.to_owned(), locale: locale.tag().to_owned(), province: province.to_owned() }
    }

    fn read(&self, page: &Page, errors: &mut FormErrors) -> Option<Profile> {
        let name = match self.name.trim() {
            "" => Ok(None),
            typed => Name::parse(typed)
                .map(Some)
                .map_err(|error| push_error(errors, page, "name", "accounts-name", name_key(error))),
        };
        let locale = Lang::parse(&self.locale);
        if locale.is_none() {
            push_error(errors, page, "locale", "accounts-profile-language", "accounts-language-missing");
        }
        Some(Profile { name: name.ok()?, locale: locale?, province: Province::parse(&self.province) })
    }
}

fn draw(visit: &Visit, form: ProfileForm, errors: FormErrors, notice: Option<Notice>) -> ProfilePage {
    let page = visit.page.clone().with_errors(&errors);
    let languages = Lang::ALL.into_iter().map(|lang| Choice::new(lang.tag(), lang.native_name())).collect();
    ProfilePage { languages, provinces: provinces(page.lang), page, errors, notice, form }
}
