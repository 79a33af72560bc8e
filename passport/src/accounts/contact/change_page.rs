//! The page on which another contact is given.

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use shared::page::{FormErrors, Page};
use shared::secret::SecretString;

use super::change::Wished;
use super::list::label;
use super::operation::Asking;
use crate::accounts::model::{Contact, ContactKind, Email, Mobile};
use crate::accounts::password::require;
use crate::accounts::proof::Issued;
use crate::accounts::register::{email_key, push_mobile};
use crate::accounts::view::{Notice, Way};
use crate::accounts::visit::{FormQuery, Frame};
use crate::accounts::{Accounts, Session, Stop, Trouble, Visit};
use crate::web::{Draft, Flaws, Posted, draft, paths};

/// The form as it was sent.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct ChangeForm {
    /// The account that the form was opened for: over a sign-in, another person may come.
    account: String,
    /// Which contact.
    contact: String,
    email: String,
    mobile: String,
    #[serde(skip_serializing)]
    old_password: SecretString,
}

/// What the address of the page says.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ChangeQuery {
    contact: String,
    #[serde(flatten)]
    form: FormQuery,
}

#[derive(Template, WebTemplate)]
#[template(path = "accounts/contact_change.html")]
struct ChangePage {
    page: Page,
    errors: FormErrors,
    notice: Option<Notice>,
    form: ChangeForm,
    is_mail: bool,
    title: String,
    present: Option<String>,
    has_password: bool,
}

/// GET: the form.
pub async fn show(
    State(accounts): State<Accounts>,
    mut visit: Visit,
    Query(query): Query<ChangeQuery>,
) -> Result<Response, Stop> {
    let session = accounts.signed_in(&mut visit, paths::CONTACT)?;
    let page = format!("{}?contact={}", paths::CONTACT_CHANGE, known(&query.contact));
    let kept = accounts.draft(&visit, paths::CONTACT_CHANGE, &query.form);
    let kept = kept.filter(|draft: &Draft<ChangeForm>| draft.form.is_of(&session));
    // What was typed stays over a sign-in.
    let here = match (&kept, &query.form.draft) {
        (Some(_), Some(id)) => format!("{page}&{}={id}", draft::FIELD),
        _ => page,
    };
    accounts.step_up_where_enrolled(&session, &here).await?;
    let draft = kept.unwrap_or_else(|| Draft::of(ChangeForm { contact: query.contact, ..ChangeForm::default() }));
    Ok(draw(&accounts, visit, &session, draft).await?)
}

/// POST: asks for a proof of the new contact, and goes on to where its code is typed.
pub async fn submit(
    State(accounts): State<Accounts>,
    mut visit: Visit,
    Posted { form, fresh, language, .. }: Posted<ChangeForm>,
) -> Result<Response, Stop> {
    let session = visit.take_session()?;
    let waiting = Draft { password_dropped: !form.old_password.is_empty(), ..Draft::of(form.clone()) };
    let Some(session) = session else {
        let here = accounts.waiting(&visit, paths::CONTACT_CHANGE, &waiting);
        return Ok(accounts.ask_to_sign_in(&here, "away"));
    };
    if !form.is_of(&session) {
        return Err(Stop::First(format!("{}?notice=other-account", paths::CONTACT)));
    }
    if let Some(lang) = language {
        return Ok(accounts.in_language(lang, &visit, &Way::home(), paths::CONTACT_CHANGE, &waiting));
    }
    if accounts.enrolled(session.account).await?.any() && !accounts.is_fresh(&session).await? {
        accounts.step_up(&session, &accounts.waiting(&visit, paths::CONTACT_CHANGE, &waiting)).await?;
    }
    let draft = if fresh {
        let asking = Asking { account: session.account, lang: visit.page.lang, from: visit.caller };
        match try_form(&accounts, (&session, asking), form).await? {
            Ok(onwards) => {
                accounts.parts().web.drop_draft(&visit.cookies, paths::CONTACT_CHANGE);
                return Ok(onwards);
            }
            Err(draft) => draft,
        }
    } else {
        Draft::of(form).stale()
    };
    match accounts.send_back(&visit, &Way::home(), paths::CONTACT_CHANGE, &draft) {
        Some(back) => Ok(back),
        None => Ok(draw(&accounts, visit, &session, draft).await?),
    }
}

impl ChangeForm {
    /// Whether the form was opened for who is signed in.
    fn is_of(&self, session: &Session) -> bool {
        self.account == session.account.to_string()
    }
}

/// The page, with an address that was typed where it cannot be corrected any more.
pub(super) fn to_change(accounts: &Accounts, visit: &Visit, asking: Asking, email: String) -> String {
    let (account, contact) = (asking.account.to_string(), ContactKind::Email.code().to_owned());
    let page = format!("{}?contact={contact}", paths::CONTACT_CHANGE);
    let form = ChangeForm { account, contact, email, ..ChangeForm::default() };
    accounts.waiting_at(visit, (paths::CONTACT_CHANGE, &page), &Draft::of(form))
}

/// The word for a contact as an address carries it, and no other.
fn known(contact: &str) -> &'static str {
    ContactKind::parse(contact).map_or("", ContactKind::code)
}

async fn try_form(
    accounts: &Accounts,
    (session, asking): (&Session, Asking),
    form: ChangeForm,
) -> Result<Result<Response, Draft<ChangeForm>>, Trouble> {
    let mut flaws = Flaws::default();
    let contact = read(&form, &mut flaws);
    require(accounts.has_password(session.account).await?, &form.old_password, &mut flaws);
    let (Some(contact), true) = (contact, flaws.is_empty()) else {
        return Ok(Err(Draft::of(form).refused(StatusCode::UNPROCESSABLE_ENTITY, flaws)));
    };
    let kind = contact.kind();
    let wished = accounts.wish_contact(asking, contact, (session, &form.old_password)).await?;
    if let Wished::Asked(Issued::Sent(id)) = wished {
        return Ok(Ok(Redirect::to(&format!("{}?proof={id}", paths::CONTACT_PROOF)).into_response()));
    }
    let status = explain(&mut flaws, kind, wished);
    Ok(Err(Draft::of(form).refused(status, flaws)))
}

/// The contact that was typed.
fn read(form: &ChangeForm, flaws: &mut Flaws) -> Option<Contact> {
    if form.contact == ContactKind::Mobile.code() {
        Mobile::parse(&form.mobile).map_err(|error| push_mobile(flaws, error)).ok().map(Contact::Mobile)
    } else {
        let email = Email::parse(&form.email);
        email.map_err(|error| flaws.push("email", "accounts-email", email_key(error))).ok().map(Contact::Email)
    }
}

/// The status and the sentence for a wish that was not granted.
fn explain(flaws: &mut Flaws, kind: ContactKind, wished: Wished) -> StatusCode {
    let (field, called) = (kind.code(), label(kind));
    match wished {
        Wished::Unconfirmed(unconfirmed) => unconfirmed.tell(flaws),
        Wished::Guarded { until } => flaws.push_until(field, called, "contact-guarded", until),
        Wished::Same => flaws.push(field, called, "contact-same"),
        Wished::Taken => flaws.push(field, called, "contact-taken"),
        Wished::Asked(Issued::TooMany(stopped)) => {
            stopped.tell(flaws, field, called);
            return StatusCode::TOO_MANY_REQUESTS;
        }
        Wished::TooMany { until } => {
            flaws.push_until(field, called, "accounts-register-too-many", until);
            return StatusCode::TOO_MANY_REQUESTS;
        }
        Wished::Asked(Issued::Sent(_)) => {}
    }
    StatusCode::UNPROCESSABLE_ENTITY
}

async fn draw(
    accounts: &Accounts,
    visit: Visit,
    session: &Session,
    draft: Draft<ChangeForm>,
) -> Result<Response, Trouble> {
    let Some(kind) = ContactKind::parse(&draft.form.contact) else {
        return Ok(Redirect::to(paths::CONTACT).into_response());
    };
    let Frame { status, headers, page, errors, notice, .. } = accounts.frame(visit, session, &draft).await?;
    let standing = accounts.contacts(session.account).await?;
    let is_mail = kind == ContactKind::Email;
    let shown = ChangePage {
        title: page.t(if is_mail { "contact-change-email" } else { "contact-change-mobile" }),
        present: standing.of(kind).map(|held| held.contact.masked()),
        has_password: accounts.has_password(session.account).await?,
        notice,
        form: ChangeForm { account: session.account.to_string(), ..draft.form },
        is_mail,
        page,
        errors,
    };
    Ok((status, headers, shown).into_response())
}
