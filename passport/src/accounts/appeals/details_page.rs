//! What is occupied, and whose it is.

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use shared::page::{Choice, FormErrors, Page};

use super::begin::{Beginning, Begun};
use super::case_page::case_link;
use super::model::{File, Words, WordsError};
use super::ticket::Proven;
use crate::accounts::fields::read_name;
use crate::accounts::model::Province;
use crate::accounts::register::read_document;
use crate::accounts::view::{Notice, Way, id_types, provinces};
use crate::accounts::visit::FormQuery;
use crate::accounts::{Accounts, Trouble, Visit};
use crate::web::{Draft, Flaws, Posted, paths};

/// The form as it was sent.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct DetailsForm {
    /// The contact that was proven, sealed.
    proven: String,
    province: String,
    id_type: String,
    id_number: String,
    name: String,
    words: String,
}

/// What the address of the page says.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct DetailsQuery {
    proven: String,
    #[serde(flatten)]
    form: FormQuery,
}

#[derive(Template, WebTemplate)]
#[template(path = "accounts/appeal_details.html")]
struct DetailsPage {
    page: Page,
    errors: FormErrors,
    notice: Option<Notice>,
    form: DetailsForm,
    contact: String,
    provinces: Vec<Choice>,
    id_types: Vec<Choice>,
}

/// GET: the form, for who has proven a contact in this browser.
pub async fn show(State(accounts): State<Accounts>, visit: Visit, Query(query): Query<DetailsQuery>) -> Response {
    let draft = accounts
        .draft(&visit, paths::APPEAL_DETAILS, &query.form)
        .unwrap_or_else(|| Draft::of(DetailsForm { proven: query.proven, ..DetailsForm::default() }));
    draw(&accounts, &visit, draft)
}

/// POST: begins the appeal, and goes on to its page, where the photo is sent.
pub async fn submit(
    State(accounts): State<Accounts>,
    visit: Visit,
    Posted { form, fresh, language, .. }: Posted<DetailsForm>,
) -> Result<Response, Trouble> {
    if let Some(lang) = language {
        return Ok(accounts.in_language(lang, &visit, &Way::home(), paths::APPEAL_DETAILS, &Draft::of(form)));
    }
    let Some(proven) = Proven::open(&accounts.parts().web, &visit, &form.proven) else { return Ok(begin_anew()) };
    let draft = if fresh {
        match try_form(&accounts, &visit, proven, form).await? {
            Ok(onwards) => return Ok(onwards),
            Err(draft) => draft,
        }
    } else {
        Draft::of(form).stale()
    };
    let back = accounts.send_back(&visit, &Way::home(), paths::APPEAL_DETAILS, &draft);
    Ok(back.unwrap_or_else(|| draw(&accounts, &visit, draft)))
}

/// The proof is too old, or was made in another browser.
fn begin_anew() -> Response {
    Redirect::to(&format!("{}?notice=appeal-anew", paths::APPEAL)).into_response()
}

async fn try_form(
    accounts: &Accounts,
    visit: &Visit,
    proven: Proven,
    form: DetailsForm,
) -> Result<Result<Response, Draft<DetailsForm>>, Trouble> {
    let mut flaws = Flaws::default();
    let proof = proven.proof;
    let Some(file) = read(&form, visit, proven, &mut flaws) else {
        return Ok(Err(Draft::of(form).refused(StatusCode::UNPROCESSABLE_ENTITY, flaws)));
    };
    match accounts.begin_appeal(Beginning { proof, file, from: visit.caller }).await? {
        Begun::There { id, before } => {
            accounts.parts().web.drop_draft(&visit.cookies, paths::APPEAL_DETAILS);
            let notice = before.then_some("appeal-same");
            Ok(Ok(Redirect::to(&case_link(accounts, id, notice)).into_response()))
        }
        Begun::TooMany { until } => {
            flaws.push_until("id_number", "accounts-id-number", "appeals-too-many", until);
            Ok(Err(Draft::of(form).refused(StatusCode::TOO_MANY_REQUESTS, flaws)))
        }
    }
}

/// What was typed, or what is to be mended in it.
fn read(form: &DetailsForm, visit: &Visit, proven: Proven, flaws: &mut Flaws) -> Option<File> {
    let province = Province::parse(&form.province);
    if province.is_none() {
        flaws.push("province", "accounts-province", "find-account-province-missing");
    }
    let document = read_document(flaws, &form.id_type, &form.id_number);
    if document == Ok(None) {
        flaws.push("id_type", "accounts-id-type", "find-account-document-missing");
    }
    let name = read_name(flaws, &form.name);
    if name == Ok(None) {
        flaws.push("name", "accounts-name", "find-account-name-missing");
    }
    let words = read_words(flaws, "appeals-words", &form.words);
    Some(File {
        contact: proven.contact,
        lang: visit.page.lang,
        province: province?,
        document: document.ok()??,
        name: name.ok()??,
        words: words?,
        objection: None,
        reason: None,
    })
}

/// Reads the field `words`, which the page calls by that key.
pub(super) fn read_words(flaws: &mut Flaws, label: &'static str, typed: &str) -> Option<Words> {
    let key = match Words::parse(typed) {
        Ok(words) => return Some(words),
        Err(WordsError::Empty) => "appeals-words-empty",
        Err(WordsError::TooLong) => "appeals-words-too-long",
        Err(WordsError::Character) => "appeals-words-character",
    };
    flaws.push("words", label, key);
    None
}

fn draw(accounts: &Accounts, visit: &Visit, draft: Draft<DetailsForm>) -> Response {
    let Some(proven) = Proven::open(&accounts.parts().web, visit, &draft.form.proven) else { return begin_anew() };
    let now = accounts.parts().clock.now();
    let (status, headers) = draft.head(now);
    let errors = draft.flaws.shown(&visit.page, now);
    let page = visit.page.clone().with_errors(&errors);
    let shown = DetailsPage {
        provinces: provinces(page.lang),
        id_types: id_types(&page),
        contact: proven.contact.as_str().to_owned(),
        notice: Notice::of_draft(&page, &draft),
        page: page.with_form(),
        errors,
        form: draft.form,
    };
    (status, headers, shown).into_response()
}
