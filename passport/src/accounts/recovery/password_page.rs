//! The page on which the password is chosen anew, or that says what is still needed.

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use shared::page::{FormErrors, Link, Page, Rule};
use shared::secret::SecretString;

use super::ask_page::to_code;
use super::cookie;
use super::need::Need;
use super::number;
use super::operation::Seen;
use super::reset::Reset;
use super::store::By;
use crate::accounts::factors::Tried;
use crate::accounts::fields::{PasswordContext, read_new_password};
use crate::accounts::guessable::Owner;
use crate::accounts::model::{Contact, ContactKind};
use crate::accounts::proof::Issued;
use crate::accounts::view::{Notice, Way, WayView, judge, password_rules};
use crate::accounts::visit::FormQuery;
use crate::accounts::{Accounts, Trouble, Visit};
use crate::web::error_page::{Explanation, Tone, explain};
use crate::web::{Draft, Flaws, Posted, ReturnTo, moment, paths, return_to};

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
    anew: bool,
    second: Option<SecondView>,
    /// Whether a factor would do.
    factor: bool,
    /// Where a passkey's answer is sent, if one would do.
    passkey: Option<String>,
    /// Whether a code of the app, or a recovery code, would do.
    code: bool,
    /// Whether the person can say that every factor is lost.
    may_be_lost: bool,
    /// Until when is waited, if a wait has begun.
    waits_until: Option<String>,
    may_choose: bool,
    /// Whether it is a number that may have another owner by now.
    may_be_mine: bool,
    /// How many hours its holder has to keep it.
    wait_hours: u32,
}

/// The other contact of the account.
struct SecondView {
    kind: ContactKind,
    masked: String,
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
    let draft = if !fresh {
        Draft::of(form).stale()
    } else if let Some(kind) = ContactKind::parse(&form.action) {
        match second(&accounts, &visit, &way, &seen, (kind, form)).await? {
            Ok(onwards) => return Ok(onwards),
            Err(draft) => draft,
        }
    } else if form.action == "number" {
        let hash = cookie::token_hash(&visit.cookies).unwrap_or_default();
        let from = (visit.page.lang, visit.caller);
        return Ok(match accounts.claim_number(hash, from).await? {
            Some(claimed) => {
                cookie::remove(&visit.cookies);
                number::told(&accounts, visit.page, claimed)
            }
            None => over(visit.page, &way),
        });
    } else if form.action == "factor" {
        match factor(&accounts, &visit, &way, &seen, form).await? {
            Ok(onwards) => return Ok(onwards),
            Err(draft) => draft,
        }
    } else if form.action == "wait" {
        let lost = form.lost.is_some() && seen.enrolled.any();
        accounts.wait_for_recovery(seen, lost, (visit.page.lang, visit.caller)).await?;
        return Ok(Redirect::to(&way.link(paths::RECOVER_PASSWORD)).into_response());
    } else {
        match choose(&accounts, &visit, &way, &seen, form).await? {
            Ok(onwards) => return Ok(onwards),
            Err(draft) => draft,
        }
    };
    let back = accounts.send_back(&visit, &way, paths::RECOVER_PASSWORD, &draft);
    Ok(back.unwrap_or_else(|| draw(&accounts, &visit, (&way, &seen), draft, None)))
}

pub(super) async fn seen(accounts: &Accounts, visit: &Visit) -> Result<Option<Seen>, Trouble> {
    match cookie::token_hash(&visit.cookies) {
        Some(hash) => accounts.recovery(By::Token, hash).await,
        None => Ok(None),
    }
}

/// Sends a code to the other contact.
async fn second(
    accounts: &Accounts,
    visit: &Visit,
    way: &Way,
    seen: &Seen,
    (kind, form): (ContactKind, PasswordForm),
) -> Result<Result<Response, Draft<PasswordForm>>, Trouble> {
    Ok(match accounts.ask_second(seen, kind, (visit.page.lang, visit.caller)).await? {
        Some((Issued::Sent(proof), contact)) => Ok(to_code(accounts, way, proof, contact, true)),
        Some((Issued::TooMany { until }, _)) => {
            let mut flaws = Flaws::default();
            flaws.push_until(kind.code(), "", "contact-too-many", until);
            Err(Draft::of(form).refused(StatusCode::TOO_MANY_REQUESTS, flaws))
        }
        None => Ok(Redirect::to(&way.link(paths::RECOVER_PASSWORD)).into_response()),
    })
}

/// Takes a code of the app, or a recovery code.
async fn factor(
    accounts: &Accounts,
    visit: &Visit,
    way: &Way,
    seen: &Seen,
    form: PasswordForm,
) -> Result<Result<Response, Draft<PasswordForm>>, Trouble> {
    // Its tries are those of signing in: whoever proved a contact that the account only claims would stop its owner by them.
    if !seen.need.takes_factor() {
        return Ok(Ok(Redirect::to(&way.link(paths::RECOVER_PASSWORD)).into_response()));
    }
    let (mut flaws, label) = (Flaws::default(), "recover-factor");
    if form.code.trim().is_empty() {
        flaws.push("code", label, "factors-code-missing");
    } else {
        match accounts.show_code(seen.recovery.clone(), form.code.clone(), visit.caller).await? {
            Tried::Right => return Ok(Ok(Redirect::to(&way.link(paths::RECOVER_PASSWORD)).into_response())),
            Tried::Wrong { left } => flaws.push_count("code", label, "factors-code-wrong", ("left", left)),
            Tried::Locked { until } => flaws.push_until("code", label, "factors-code-locked", until),
        }
    }
    Ok(Err(Draft::of(form).refused(StatusCode::UNPROCESSABLE_ENTITY, flaws)))
}

/// Sets the password.
async fn choose(
    accounts: &Accounts,
    visit: &Visit,
    way: &Way,
    seen: &Seen,
    form: PasswordForm,
) -> Result<Result<Response, Draft<PasswordForm>>, Trouble> {
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
    let (other, factor) = match seen.need {
        Need::Nothing => (None, false),
        Need::Anew { or_second } => (or_second, false),
        Need::Second { other, factor } => (other, factor),
    };
    let second = other.and_then(|kind| Some(SecondView { kind, masked: seen.standing.of(kind)?.contact.masked() }));
    let first = seen.first().map(|held| held.contact.clone());
    let waits = seen.recovery.wait_until.filter(|_| matches!(seen.need, Need::Second { .. }));
    let shown = PasswordPage {
        rules: password_rules(&page, accounts.parts().password_profile, &draft.rules),
        way: way.view(page.lang),
        action: way.link(paths::RECOVER_PASSWORD),
        username: first.as_ref().map(|contact| contact.as_str().to_owned()).unwrap_or_default(),
        masked: first.as_ref().map(Contact::masked).unwrap_or_default(),
        notice: told.or_else(|| Notice::of_draft(&page, &draft)),
        anew: matches!(seen.need, Need::Anew { .. }),
        may_choose: !matches!(seen.need, Need::Second { .. }),
        may_be_mine: number::may_be_asked_for(seen),
        wait_hours: u32::try_from(accounts.parts().number_wait.as_secs().div_ceil(3_600)).unwrap_or(u32::MAX),
        waits_until: waits.map(|until| moment::not_before(page.lang, until, now)),
        second,
        passkey: (factor && seen.enrolled.passkey && accounts.parts().passkeys.possible())
            .then(|| way.link(paths::RECOVER_PASSKEY)),
        code: factor && (seen.enrolled.authenticator || seen.enrolled.recovery_code),
        factor,
        may_be_lost: seen.enrolled.any()
            && !matches!(seen.need, Need::Anew { .. })
            && seen.recovery.wait_until.is_none(),
        page: page.with_form(),
        errors,
    };
    (status, headers, shown).into_response()
}
