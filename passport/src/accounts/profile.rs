//! 修改资料: name, language of the pages, usual province, and what else the person likes to tell of themselves.

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use futures_util::FutureExt as _;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use shared::db::{DbError, Tx};
use shared::http::Caller;
use shared::i18n::Lang;
use shared::page::{Choice, FormErrors, Page};

use super::fields::read_name;
use super::guardian::{self, Known};
use super::model::{Account, AccountId, Address, DetailError, Details, Name, Province};
use super::view::{Notice, Way, provinces};
use super::visit::{FormQuery, Frame};
use super::{Accounts, Session, Stop, Trouble, Visit, store};
use crate::audit::{Actor, Code, Event};
use crate::web::{Draft, Flaws, Posted, page, paths};

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
    nickname: String,
    gender: String,
    birthdate: String,
    website: String,
    region: String,
    locality: String,
    street_address: String,
    postal_code: String,
}

/// A form that keeps to every rule.
#[derive(Debug, Clone)]
struct Profile {
    name: Option<Name>,
    locale: Lang,
    province: Option<Province>,
    /// Those that the form has.
    details: Details,
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
    genders: Vec<Choice>,
}

/// GET: the form with what is stored, or with what was typed before it was refused or the session was lost.
pub async fn show(
    State(accounts): State<Accounts>,
    mut visit: Visit,
    Query(query): Query<FormQuery>,
) -> Result<Response, Stop> {
    let session = accounts.signed_in(&mut visit, paths::PROFILE)?;
    let draft = accounts.draft(&visit, paths::PROFILE, &query);
    let draft = match draft.filter(|draft: &Draft<ProfileForm>| draft.form.is_of(&session)) {
        Some(draft) => draft,
        None => {
            let account = accounts.account(session.account).await?;
            Draft::of(ProfileForm::of(session.account, account.as_ref(), visit.page.lang))
        }
    };
    let notice = Notice::of_code(&visit.page, query.notice.as_deref());
    Ok(draw(&accounts, visit, &session, draft, notice).await?)
}

/// POST: stores the profile.
pub async fn submit(
    State(accounts): State<Accounts>,
    mut visit: Visit,
    Posted { form, fresh, language, .. }: Posted<ProfileForm>,
) -> Result<Response, Trouble> {
    let web = &accounts.parts().web;
    let Some(session) = visit.take_session()? else {
        return Ok(accounts.ask_to_sign_in(&accounts.waiting(&visit, paths::PROFILE, &Draft::of(form)), "away"));
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
            let change_of = (session.account, profile, visit.caller);
            let waits = accounts.write(change_of, |accounts, args, tx| change(accounts, args, tx).boxed()).await?;
            page::remember(&visit.cookies, locale);
            web.drop_draft(&visit.cookies, paths::PROFILE);
            if waits {
                return Ok(Redirect::to(&format!("{}?notice=profile-saved", paths::GUARDIAN)).into_response());
            }
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

/// Stores it; whether its owner waits for a guardian's consent then.
async fn change(
    accounts: Accounts,
    (id, profile, from): (AccountId, Profile, Caller),
    tx: &mut Tx,
) -> Result<bool, DbError> {
    let parts = accounts.parts();
    let Profile { name, locale, province, details } = profile;
    let now = parts.clock.now();
    store::update_profile(tx, id, name.as_ref(), locale, province, now).await?;
    let mut fields: Vec<Code> = ["name", "locale", "province"].map(Into::into).into();
    let before = store::claims(tx, id).await?.map(|claims| claims.details).unwrap_or_default();
    let after = with_those_of_the_form(before.clone(), details);
    if after != before {
        store::put_details(tx, id, &after, now).await?;
        fields.push("details".into());
    }
    let event = Event::ProfileChanged { account: id.to_string(), fields };
    parts.audit.record_from(tx, from, &Actor::Account(id.to_string()), &event).await?;
    guardian::look(&accounts, tx, (id, Known::Nothing), from).await
}

/// The form has not all of them: the others stay.
fn with_those_of_the_form(stored: Details, sent: Details) -> Details {
    let address = |address: Option<Address>| address.unwrap_or_default();
    let (old, new) = (address(stored.address), address(sent.address));
    let moved = (&old.region, &old.locality, &old.street_address, &old.postal_code)
        != (&new.region, &new.locality, &new.street_address, &new.postal_code);
    let address = Address {
        // A whole address in lines would contradict its changed parts.
        formatted: old.formatted.filter(|_| !moved),
        country: old.country,
        ..new
    };
    Details {
        nickname: sent.nickname,
        gender: sent.gender,
        birthdate: sent.birthdate,
        website: sent.website,
        address: Some(address).filter(|address| *address != Address::default()),
        ..stored
    }
}

impl ProfileForm {
    /// The form for an account, in the language of the page where it prefers none.
    fn of(id: AccountId, account: Option<&Account>, lang: Lang) -> Self {
        let name = account.and_then(|account| account.name.as_ref()).map(Name::as_str).unwrap_or_default();
        let locale = account.and_then(|account| account.locale).unwrap_or(lang);
        let province = account.and_then(|account| account.province).map(Province::code).unwrap_or_default();
        let details = account.map(|account| account.details.clone()).unwrap_or_default();
        let address = details.address.unwrap_or_default();
        Self {
            account: id.to_string(),
            name: name.to_owned(),
            locale: locale.tag().to_owned(),
            province: province.to_owned(),
            nickname: details.nickname.unwrap_or_default(),
            gender: details.gender.unwrap_or_default(),
            birthdate: details.birthdate.unwrap_or_default(),
            website: details.website.unwrap_or_default(),
            region: address.region.unwrap_or_default(),
            locality: address.locality.unwrap_or_default(),
            street_address: address.street_address.unwrap_or_default(),
            postal_code: address.postal_code.unwrap_or_default(),
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
        let details = self.read_details(flaws);
        Some(Profile {
            name: name.ok()?,
            locale: locale?,
            province: Province::parse(&self.province),
            details: details?,
        })
    }

    fn read_details(&self, flaws: &mut Flaws) -> Option<Details> {
        let some = |text: &str| Some(text.to_owned());
        let mut details = Details {
            nickname: some(&self.nickname),
            gender: some(&self.gender),
            birthdate: some(&self.birthdate),
            website: some(&self.website),
            address: Some(Address {
                region: some(&self.region),
                locality: some(&self.locality),
                street_address: some(&self.street_address.replace("\r\n", "\n")),
                postal_code: some(&self.postal_code),
                ..Address::default()
            }),
            ..Details::default()
        };
        let wrong = details.tidy();
        for (field, error) in &wrong {
            flaws.push(field, label_of(field), told(*error));
        }
        wrong.is_empty().then_some(details)
    }
}

/// The key of what the page calls the field.
fn label_of(field: &str) -> &'static str {
    match field {
        "nickname" => "accounts-profile-nickname",
        "gender" => "accounts-profile-gender",
        "birthdate" => "accounts-profile-birthdate",
        "website" => "accounts-profile-website",
        "region" => "accounts-profile-region",
        "locality" => "accounts-profile-locality",
        "street_address" => "accounts-profile-street",
        _ => "accounts-profile-postal-code",
    }
}

/// The key of what the page says about it.
fn told(error: DetailError) -> &'static str {
    match error {
        DetailError::TooLong => "accounts-detail-too-long",
        DetailError::Character | DetailError::Zone => "accounts-detail-character",
        DetailError::Url => "accounts-detail-url",
        DetailError::Date => "accounts-detail-date",
    }
}

async fn draw(
    accounts: &Accounts,
    visit: Visit,
    session: &Session,
    draft: Draft<ProfileForm>,
    told: Option<Notice>,
) -> Result<Response, Trouble> {
    let Frame { status, headers, page, errors, notice, .. } = accounts.frame(visit, session, &draft).await?;
    let languages = Lang::ALL.into_iter().map(|lang| Choice::new(lang.tag(), lang.native_name())).collect();
    let notice = told.or(notice);
    let (provinces, page) = (provinces(page.lang), page.with_form());
    let mut genders =
        ["female", "male"].map(|word| Choice::new(word, page.t(&format!("accounts-gender-{word}")))).to_vec();
    // Another word, that an operator brought along: it is not lost because somebody saves the page.
    let other = draft.form.gender.as_str();
    if !other.is_empty() && genders.iter().all(|gender| gender.value != other) {
        genders.push(Choice::new(other, other));
    }
    let shown = ProfilePage { languages, provinces, genders, page, errors, notice, form: draft.form };
    Ok((status, headers, shown).into_response())
}
