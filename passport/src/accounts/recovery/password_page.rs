//! The page on which the password is chosen anew, or that says what is still needed.

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use shared::page::{FormErrors, Link, Page, Rule};
use shared::secret::SecretString;

use super::code_page::RecoveryCode;
use super::cookie;
use super::need::Need;
use super::need_view::NeedView;
use super::number;
use super::operation::Seen;
use super::reset::Reset;
use super::store::By;
use crate::accounts::devices::cookie::DeviceToken;
use crate::accounts::factors::{At, Place, Tried};
use crate::accounts::fields::{PasswordContext, read_new_password};
use crate::accounts::guessable::Owner;
use crate::accounts::model::{Contact, ContactKind};
use crate::accounts::proof::Issued;
use crate::accounts::proof::code_page::to_code;
use crate::accounts::proof::ticket::Ticket;
use crate::accounts::view::{Notice, Way, WayView, judge, password_rules};
use crate::accounts::visit::FormQuery;
use crate::accounts::{Accounts, Trouble, Visit};
use crate::web::error_page::{Explanation, Tone, explain};
use crate::web::{Draft, Flaws, Posted, ReturnTo, paths, return_to};

/// The form, whichever of its buttons was pressed.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct PasswordForm {
    #[serde(rename = "continue", skip_serializing)]
    way: Option<String>,
    #[serde(skip_serializing)]
    password: SecretString,
    #[serde(skip_serializing)]
    password_confirm: SecretString,
    agree: String,
    /// Of the app, or a recovery code.
    #[serde(skip_serializing)]
    code: String,
    /// Whether every factor is lost.
    lost: Option<String>,
    /// `email` or `mobile`: send a code there; `factor`: take the code; `wait`; `number`: it is
    /// another's account; or nothing: the password.
    #[serde(skip_serializing)]
    action: String,
}

#[derive(Template, WebTemplate)]
#[template(path = "accounts/recover_password.html")]
struct PasswordPage {
    page: Page,
    errors: FormErrors,
    notice: Option<Notice>,
    way: WayView,
    action: String,
    username: String,
    masked: String,
    rules: Vec<Rule>,
    need: NeedView,
}

/// GET: the form, or what is still needed.
pub async fn show(
    State(accounts): State<Accounts>,
    visit: Visit,
    Query(query): Query<FormQuery>,
) -> Result<Response, Trouble> {
    let way = accounts.way(query.way.as_deref());
    let Some(seen) = seen(&accounts, &visit).await? else { return Ok(over(visit.page, &way)) };
    let draft =
        accounts.draft(&visit, paths::RECOVER_PASSWORD, &query).unwrap_or_else(|| Draft::of(PasswordForm::default()));
    let told = Notice::of_code(&visit.page, query.notice.as_deref());
    Ok(draw(&accounts, &visit, (&way, &seen), draft, told))
}

/// POST: sets the password, sends a code to the other contact, or begins the wait.
pub async fn submit(
    State(accounts): State<Accounts>,
    visit: Visit,
    Posted { form, fresh, language, .. }: Posted<PasswordForm>,
) -> Result<Response, Trouble> {
    let way = accounts.way(form.way.as_deref());
    if let Some(lang) = language {
        let draft = Draft { password_dropped: !form.password.is_empty(), ..Draft::of(form) };
        return Ok(accounts.in_language(lang, &visit, &way, paths::RECOVER_PASSWORD, &draft));
    }
    let Some(seen) = seen(&accounts, &visit).await? else { return Ok(over(visit.page, &way)) };
    let here = Here { accounts: &accounts, visit: &visit, way: &way, seen: &seen };
    let draft = if fresh {
        match act(here, form).await? {
            Ok(onwards) => return Ok(onwards),
            Err(draft) => draft,
        }
    } else {
        Draft::of(form).stale()
    };
    let back = accounts.send_back(&visit, &way, paths::RECOVER_PASSWORD, &draft);
    Ok(back.unwrap_or_else(|| draw(&accounts, &visit, (&way, &seen), draft, None)))
}

/// Where the form is sent.
#[derive(Clone, Copy)]
struct Here<'a> {
    accounts: &'a Accounts,
    visit: &'a Visit,
    way: &'a Way,
    seen: &'a Seen,
}

/// Where a form leads on to, or the form to be shown again.
type Done = Result<Response, Draft<PasswordForm>>;

/// Does what the button says that was pressed.
async fn act(here: Here<'_>, form: PasswordForm) -> Result<Done, Trouble> {
    let Here { accounts, visit, way, .. } = here;
    let from = (visit.page.lang, visit.caller);
    match form.action.as_str() {
        "factor" => factor(here, form).await,
        "number" => {
            let hash = cookie::token_hash(&visit.cookies).unwrap_or_default();
            Ok(Ok(match accounts.claim_number(hash, from).await? {
                Some(claimed) => {
                    cookie::remove(&visit.cookies);
                    number::told(accounts, visit.page.clone(), claimed)
                }
                None => over(visit.page.clone(), way),
            }))
        }
        "wait" => wait(here, form).await,
        other => match ContactKind::parse(other) {
            Some(kind) => second(here, kind, form).await,
            None => choose(here, form).await,
        },
    }
}

pub(super) async fn seen(accounts: &Accounts, visit: &Visit) -> Result<Option<Seen>, Trouble> {
    match cookie::token_hash(&visit.cookies) {
        Some(hash) => accounts.recovery(By::Token, hash).await,
        None => Ok(None),
    }
}

/// Sends a code to the other contact.
async fn second(here: Here<'_>, kind: ContactKind, form: PasswordForm) -> Result<Done, Trouble> {
    let Here { accounts, visit, way, seen } = here;
    Ok(match accounts.ask_second(seen, kind, (visit.page.lang, visit.caller)).await? {
        Some((Issued::Sent(proof), contact)) => {
            let ticket = Ticket { second: true, ..Ticket::new(proof, contact, accounts.parts().clock.now()) };
            Ok(Redirect::to(&to_code::<RecoveryCode>(accounts, way, &ticket)).into_response())
        }
        Some((Issued::TooMany(stopped), _)) => {
            let mut flaws = Flaws::default();
            stopped.tell(&mut flaws, kind.code(), "");
            Err(Draft::of(form).refused(StatusCode::TOO_MANY_REQUESTS, flaws))
        }
        None => Ok(Redirect::to(&way.link(paths::RECOVER_PASSWORD)).into_response()),
    })
}

/// Begins the wait.
async fn wait(here: Here<'_>, form: PasswordForm) -> Result<Done, Trouble> {
    let Here { accounts, visit, way, seen } = here;
    let lost = form.lost.is_some() && seen.enrolled.any();
    let from = (visit.page.lang, visit.caller);
    let Some(until) = accounts.wait_for_recovery(seen.clone(), lost, from).await? else {
        return Ok(Ok(Redirect::to(&way.link(paths::RECOVER_PASSWORD)).into_response()));
    };
    // The button stands in a fold of its own where the password may be chosen already.
    let button = if matches!(seen.need, Need::Second { .. }) { "wait" } else { "lost" };
    let mut flaws = Flaws::default();
    flaws.push_until(button, "recover-wait", "recover-wait-often", until);
    Ok(Err(Draft::of(form).refused(StatusCode::TOO_MANY_REQUESTS, flaws)))
}

/// Takes a code of the app, or a recovery code.
async fn factor(here: Here<'_>, form: PasswordForm) -> Result<Done, Trouble> {
    let Here { accounts, visit, way, seen } = here;
    // Whoever proved a contact that the account only claims would stop its owner by their tries.
    if !seen.need.takes_factor() {
        return Ok(Ok(Redirect::to(&way.link(paths::RECOVER_PASSWORD)).into_response()));
    }
    let (mut flaws, label) = (Flaws::default(), "recover-factor");
    if form.code.trim().is_empty() {
        flaws.push("code", label, "factors-code-missing");
    } else {
        match accounts.show_code(seen.recovery.clone(), form.code.clone(), at(accounts, visit)).await? {
            Tried::Right => return Ok(Ok(Redirect::to(&way.link(paths::RECOVER_PASSWORD)).into_response())),
            Tried::Wrong { left } => flaws.push_count("code", label, "factors-code-wrong", ("left", left)),
            Tried::Locked { until } => flaws.push_until("code", label, "recover-factor-locked", until),
            Tried::Shut { until } => flaws.push_until("code", label, "recover-factor-shut", until),
        }
    }
    Ok(Err(Draft::of(form).refused(StatusCode::UNPROCESSABLE_ENTITY, flaws)))
}

/// The browser in which a code is shown. Whoever recovers is signed in by no session.
fn at(accounts: &Accounts, visit: &Visit) -> At {
    let device = DeviceToken::of(&visit.cookies, &*accounts.parts().entropy).hash();
    At { place: Place::Recovery, caller: visit.caller, device, session: None }
}

/// Sets the password.
async fn choose(here: Here<'_>, form: PasswordForm) -> Result<Done, Trouble> {
    let Here { accounts, visit, way, seen } = here;
    if matches!(seen.need, Need::Second { .. }) {
        return Ok(Ok(over(visit.page.clone(), way)));
    }
    let mut flaws = Flaws::default();
    let profile = accounts.parts().password_profile;
    let owner = owner(accounts, seen).await?;
    let context = PasswordContext { profile, owner: &owner, label: "accounts-password-new" };
    let password = read_new_password(&mut flaws, &context, &form.password, &form.password_confirm);
    if matches!(seen.need, Need::Anew { .. }) && form.agree.is_empty() {
        flaws.push("agree", "accounts-agree", "accounts-agree-missing");
    }
    let (Some(password), true) = (password, flaws.is_empty()) else {
        let rules = judge(profile, &form.password);
        return Ok(Err(Draft { rules, ..Draft::of(form).refused(StatusCode::UNPROCESSABLE_ENTITY, flaws) }));
    };
    let hash = cookie::token_hash(&visit.cookies).unwrap_or_default();
    let from = (visit.page.lang, visit.caller);
    Ok(match accounts.reset_password(hash, password.secret(), from).await? {
        Reset::Done(contact) => {
            cookie::remove(&visit.cookies);
            Ok(to_sign_in(accounts, way, &contact))
        }
        Reset::Over => Ok(over(visit.page.clone(), way)),
    })
}

/// What others know of the person whose password it is to be. Of an account that somebody else may have made, only what
/// was proven: by what is refused, one could find out the rest.
async fn owner(accounts: &Accounts, seen: &Seen) -> Result<Owner, Trouble> {
    Ok(match (seen.need, seen.first().map(|held| &held.contact)) {
        (Need::Anew { .. }, Some(Contact::Email(email))) => Owner::default().email(Some(email)),
        (Need::Anew { .. }, Some(Contact::Mobile(mobile))) => Owner::default().mobile(Some(mobile)),
        (Need::Anew { .. }, None) => Owner::default(),
        _ => accounts.account(seen.recovery.account).await?.as_ref().map(Owner::of).unwrap_or_default(),
    })
}

/// On to the sign-in page, where the account stands filled in.
fn to_sign_in(accounts: &Accounts, way: &Way, contact: &Contact) -> Response {
    let parts = accounts.parts();
    let mut on = way.return_to.clone().unwrap_or_else(|| ReturnTo::local(paths::HOME, parts.clock.now()));
    on.login_hint = Some(contact.as_str().to_owned());
    on.create = false;
    let sealed = parts.web.return_to().seal(&on);
    let link = return_to::link(paths::SIGN_IN, Some(&sealed));
    Redirect::to(&format!("{link}&notice=password-reset")).into_response()
}

/// There is no recovery in this browser, or it is over: one page, one button.
pub(super) fn over(page: Page, way: &Way) -> Response {
    let told = Explanation {
        tone: Tone::Information,
        title: page.t("recover-over-title"),
        lead: page.t("recover-over-lead"),
        steps: Vec::new(),
        way: Link::new(way.link(paths::RECOVER), page.t("recover-told-again")),
        other: Some(Link::new(way.link(paths::SIGN_IN), page.t("recover-to-sign-in"))),
    };
    explain(page, StatusCode::GONE, told)
}

fn draw(
    accounts: &Accounts,
    visit: &Visit,
    (way, seen): (&Way, &Seen),
    draft: Draft<PasswordForm>,
    told: Option<Notice>,
) -> Response {
    let now = accounts.parts().clock.now();
    let (status, headers) = draft.head(now);
    let errors = draft.flaws.shown(&visit.page, now);
    let page = visit.page.clone().with_errors(&errors);
    let first = seen.first().map(|held| held.contact.clone());
    let need = NeedView::of(accounts, seen, way, (page.lang, now));
    let shown = PasswordPage {
        rules: password_rules(&page, accounts.parts().password_profile, &draft.rules),
        way: way.view(page.lang),
        action: way.link(paths::RECOVER_PASSWORD),
        username: first.as_ref().map(|contact| contact.as_str().to_owned()).unwrap_or_default(),
        masked: first.as_ref().map(Contact::masked).unwrap_or_default(),
        notice: told.or_else(|| Notice::of_draft(&page, &draft)),
        // Before a password may be chosen there is no form that the other language would have to take along.
        page: if need.may_choose { page.with_form() } else { page },
        need,
        errors,
    };
    (status, headers, shown).into_response()
}
