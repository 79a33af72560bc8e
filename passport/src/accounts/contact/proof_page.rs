//! The page on which the code is typed that was sent to a contact of the account.

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use shared::page::{FormErrors, Page};

use super::change_page::to_change;
use super::operation::{Asking, Corrected};
use crate::accounts::model::{Contact, Email};
use crate::accounts::progress::{self, Awaited};
use crate::accounts::proof::words::{Again, tell, too_often};
use crate::accounts::proof::{Checked, Issued, Over, Proof, ProofId, Purpose};
use crate::accounts::register::email_key;
use crate::accounts::view::{Notice, Way};
use crate::accounts::visit::{FormQuery, Frame};
use crate::accounts::{Accounts, Session, Trouble, Visit};
use crate::web::{Draft, Flaws, Posted, moment, paths};

/// The form, whichever of its buttons was pressed.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct ProofForm {
    proof: String,
    code: String,
    email: String,
    /// `resend`, `correct`, or nothing: the code is to be looked at.
    action: String,
}

/// What the address of the page says.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ProofQuery {
    proof: String,
    #[serde(flatten)]
    form: FormQuery,
}

#[derive(Template, WebTemplate)]
#[template(path = "accounts/contact_proof.html")]
struct ProofPage {
    page: Page,
    errors: FormErrors,
    notice: Option<Notice>,
    form: ProofForm,
    /// Whether a mistyped address is corrected here.
    may_correct: bool,
    /// Else where it is changed.
    change: String,
    mistyped: String,
    lead: String,
    progress: String,
    again: Again,
}

/// GET: the form.
pub async fn show(
    State(accounts): State<Accounts>,
    mut visit: Visit,
    Query(query): Query<ProofQuery>,
) -> Result<Response, Trouble> {
    let Some(session) = visit.take_session()? else {
        let back = format!("{}?proof={}", paths::CONTACT_PROOF, query.proof);
        return Ok(accounts.ask_to_sign_in(&back, "sign-in-first"));
    };
    let draft = accounts
        .draft(&visit, paths::CONTACT_PROOF, &query.form)
        .unwrap_or_else(|| Draft::of(ProofForm { proof: query.proof, ..ProofForm::default() }));
    draw(&accounts, visit, &session, draft).await
}

/// POST: takes up the code, or sends another one.
pub async fn submit(
    State(accounts): State<Accounts>,
    mut visit: Visit,
    Posted { form, fresh, language, .. }: Posted<ProofForm>,
) -> Result<Response, Trouble> {
    let Some(session) = visit.take_session()? else {
        // What was typed waits where its page looks for it.
        let here = accounts.waiting(&visit, paths::CONTACT_PROOF, &Draft::of(form));
        return Ok(accounts.ask_to_sign_in(&here, "sign-in-first"));
    };
    if let Some(lang) = language {
        return Ok(accounts.in_language(lang, &visit, &Way::home(), paths::CONTACT_PROOF, &Draft::of(form)));
    }
    let draft = if fresh {
        match try_form(&accounts, &visit, &session, form).await? {
            Ok(onwards) => return Ok(onwards),
            Err(draft) => draft,
        }
    } else {
        Draft::of(form).stale()
    };
    match accounts.send_back(&visit, &Way::home(), paths::CONTACT_PROOF, &draft) {
        Some(back) => Ok(back),
        None => draw(&accounts, visit, &session, draft).await,
    }
}

async fn try_form(
    accounts: &Accounts,
    visit: &Visit,
    session: &Session,
    form: ProofForm,
) -> Result<Result<Response, Draft<ProofForm>>, Trouble> {
    let found = match form.proof.parse() {
        Ok(id) => accounts.contact_proof(session.account, id).await?,
        Err(_) => None,
    };
    let Some((proof, _)) = found else { return Ok(Ok(to_list(None))) };
    let asking = Asking { account: session.account, lang: visit.page.lang, from: visit.caller };
    match form.action.as_str() {
        "resend" => Ok(match accounts.ask_again(asking, proof).await? {
            Issued::Sent(id) => Ok(to_proof(id)),
            Issued::TooMany(stopped) => Err(Draft::of(form).refused(StatusCode::TOO_MANY_REQUESTS, too_often(stopped))),
        }),
        "correct" => correct(accounts, visit, asking, form).await,
        _ => by_code(accounts, asking, &proof, form).await,
    }
}

async fn by_code(
    accounts: &Accounts,
    asking: Asking,
    proof: &Proof,
    form: ProofForm,
) -> Result<Result<Response, Draft<ProofForm>>, Trouble> {
    let checked = accounts.prove_by_code(asking, proof.id, form.code.clone()).await?;
    match checked {
        // A second press, or another tab, finds it done.
        Checked::Right(_) | Checked::Over(Over::Used) => return Ok(Ok(to_list(Some(done(proof))))),
        Checked::Over(Over::Taken) => return Ok(Ok(to_list(Some("contact-gone")))),
        _ => {}
    }
    Ok(Err(Draft::of(form).refused(StatusCode::UNPROCESSABLE_ENTITY, tell(&checked))))
}

/// The notice of what a proof has brought about.
fn done(proof: &Proof) -> &'static str {
    if proof.purpose == Purpose::Change { "contact-changed" } else { "contact-proven" }
}

async fn correct(
    accounts: &Accounts,
    visit: &Visit,
    asking: Asking,
    form: ProofForm,
) -> Result<Result<Response, Draft<ProofForm>>, Trouble> {
    let mut flaws = Flaws::default();
    let mut status = StatusCode::UNPROCESSABLE_ENTITY;
    let (field, label) = ("email", "accounts-email");
    match Email::parse(&form.email) {
        Err(error) => flaws.push(field, label, email_key(error)),
        Ok(email) => match accounts.correct_email(asking, email).await? {
            Corrected::Done(Issued::Sent(id)) => return Ok(Ok(to_proof(id))),
            Corrected::Done(Issued::TooMany(stopped)) => {
                return Ok(Err(Draft::of(form).refused(StatusCode::TOO_MANY_REQUESTS, too_often(stopped))));
            }
            Corrected::Proven => {
                return Ok(Ok(Redirect::to(&to_change(accounts, visit, asking, form.email)).into_response()));
            }
            Corrected::Taken => flaws.push(field, label, "contact-email-taken"),
            Corrected::TooMany { until } => {
                flaws.push_until(field, label, "accounts-register-too-many", until);
                status = StatusCode::TOO_MANY_REQUESTS;
            }
        },
    }
    Ok(Err(Draft::of(form).refused(status, flaws)))
}

/// On to the page of a request.
fn to_proof(id: ProofId) -> Response {
    Redirect::to(&format!("{}?proof={id}", paths::CONTACT_PROOF)).into_response()
}

fn to_list(notice: Option<&str>) -> Response {
    let location = notice.map_or_else(|| paths::CONTACT.to_owned(), |code| format!("{}?notice={code}", paths::CONTACT));
    Redirect::to(&location).into_response()
}

async fn draw(
    accounts: &Accounts,
    visit: Visit,
    session: &Session,
    draft: Draft<ProofForm>,
) -> Result<Response, Trouble> {
    let found = match draft.form.proof.parse() {
        Ok(id) => accounts.contact_proof(session.account, id).await?,
        Err(_) => None,
    };
    let Some((proof, come)) = found else { return Ok(to_list(None)) };
    // Done, corrected or taken away in another tab or browser: the list tells how it stands.
    match proof.code_over(accounts.parts().clock.now()) {
        Some(Over::Used) => return Ok(to_list(Some(done(&proof)))),
        Some(Over::Refused) => return Ok(to_list(None)),
        _ => {}
    }
    let Frame { status, headers, page, errors, notice, now } = accounts.frame(visit, session, &draft).await?;
    let is_mail = matches!(proof.contact, Contact::Email(_));
    let kind = proof.contact.kind();
    let may_correct = accounts.may_correct(session.account).await?;
    let until = moment::not_before(page.lang, proof.code_until, now);
    let awaited = Awaited { contact: &proof.contact, asked_at: proof.created_at, progress: come };
    let shown = ProofPage {
        lead: page.tw(
            &format!("contact-proof-lead-{}", kind.code()),
            [("to", proof.contact.masked().as_str()), ("time", until.as_str())],
        ),
        progress: progress::tell(&page, awaited, now),
        notice,
        again: Again::of(proof.created_at, now),
        form: draft.form,
        // What takes the place of another is corrected by wishing once more, and so is all else once something was proven.
        may_correct: may_correct && is_mail && proof.purpose == Purpose::Contact,
        change: format!("{}?contact={}", paths::CONTACT_CHANGE, kind.code()),
        mistyped: page.t(&format!("contact-mistyped-{}", kind.code())),
        page,
        errors,
    };
    Ok((status, headers, shown).into_response())
}
