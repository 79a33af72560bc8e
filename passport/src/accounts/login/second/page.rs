//! The page of the second step.

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use shared::page::{FormErrors, Page};

use super::cookie;
use super::operation::{Answer, Try};
use super::sms::SmsView;
use super::store::Half;
use crate::accounts::assurance::Acr;
use crate::accounts::factors::sms::code::Sending;
use crate::accounts::factors::{Enrolled, Typed};
use crate::accounts::login::counts;
use crate::accounts::login::page::{browser, suffices, welcome};
use crate::accounts::sessions::{Session, Stay};
use crate::accounts::view::{Notice, Way, WayView};
use crate::accounts::visit::FormQuery;
use crate::accounts::{Accounts, Trouble, Visit};
use crate::web::{Draft, Flaws, Posted, paths};

/// The form as it was sent.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct SecondForm {
    #[serde(rename = "continue", skip_serializing)]
    way: Option<String>,
    /// `recovery`, `sms`, or nothing: a code of the app.
    with: String,
    #[serde(skip_serializing)]
    code: String,
    /// `resend`: send a code by SMS; or nothing: take the code.
    #[serde(skip_serializing)]
    action: String,
    trust: Option<String>,
}

/// What the address of the page says.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct SecondQuery {
    with: String,
    #[serde(flatten)]
    form: FormQuery,
}

#[derive(Template, WebTemplate)]
#[template(path = "accounts/second_step.html")]
struct SecondPage {
    page: Page,
    errors: FormErrors,
    notice: Option<Notice>,
    way: WayView,
    action: String,
    passkey: String,
    other: String,
    recover: String,
    sign_in: String,
    form: SecondForm,
    offer: Offer,
    sms: Option<SmsView>,
}

/// What the page offers.
struct Offer {
    /// A field for a code of the app.
    app: bool,
    /// A field for a recovery code.
    recovery: bool,
    /// A code by SMS.
    sms: bool,
    /// Whether the other field is that of an SMS.
    by_sms: bool,
    /// The button for a passkey.
    passkey: bool,
    /// The link to the other of the two fields.
    switch: bool,
    /// The box that leaves the step out from now on. Not where two factors are asked for: it would not count there; and not
    /// at a public computer.
    trust: bool,
}

impl Offer {
    fn of((half, enrolled): (&Half, Enrolled), form: &SecondForm, wanted: Acr) -> Self {
        // Nothing less than a passkey leads on where no less will do.
        let only_passkey = wanted > Acr::Two && enrolled.passkey;
        let recovery = (form.with == RECOVERY || !(enrolled.authenticator || enrolled.sms)) && !only_passkey;
        Self {
            app: enrolled.authenticator && !recovery && !only_passkey,
            recovery,
            sms: enrolled.sms && !recovery,
            by_sms: enrolled.sms,
            passkey: enrolled.passkey,
            switch: (enrolled.authenticator || enrolled.sms) && !only_passkey,
            trust: wanted <= Acr::One && half.stay != Stay::Public && !enrolled.sms,
        }
    }
}

const RECOVERY: &str = "recovery";
const SMS: &str = "sms";

/// GET: the form.
pub async fn show(
    State(accounts): State<Accounts>,
    mut visit: Visit,
    Query(query): Query<SecondQuery>,
) -> Result<Response, Trouble> {
    let way = accounts.way(query.form.way.as_deref());
    let session = visit.take_session()?;
    let draft = accounts
        .draft(&visit, paths::SECOND_STEP, &query.form)
        .unwrap_or_else(|| Draft::of(SecondForm { with: query.with, ..SecondForm::default() }));
    let failed = (query.form.notice.as_deref() == Some("passkey-failed"))
        .then(|| Notice { kind: "warn", text: visit.page.t("factors-passkey-failed") });
    draw(&accounts, &visit, (&way, session.as_ref()), draft, failed).await
}

/// POST: takes the code.
pub async fn submit(
    State(accounts): State<Accounts>,
    mut visit: Visit,
    Posted { form, fresh, language, .. }: Posted<SecondForm>,
) -> Result<Response, Trouble> {
    let way = accounts.way(form.way.as_deref());
    let session = visit.take_session()?;
    if let Some(lang) = language {
        return Ok(accounts.in_language(lang, &visit, &way, paths::SECOND_STEP, &Draft::of(form)));
    }
    let Some(half) = cookie::token_hash(&visit.cookies) else {
        return Ok(begin_anew(&way, session.as_ref()));
    };
    let draft = if fresh {
        match try_form(&accounts, &visit, (&way, session.as_ref()), (half, form)).await? {
            Ok(onwards) => return Ok(onwards),
            Err(draft) => draft,
        }
    } else {
        Draft::of(form).stale()
    };
    match accounts.send_back(&visit, &way, paths::SECOND_STEP, &draft) {
        Some(back) => Ok(back),
        None => draw(&accounts, &visit, (&way, session.as_ref()), draft, None).await,
    }
}

async fn try_form(
    accounts: &Accounts,
    visit: &Visit,
    (way, session): (&Way, Option<&Session>),
    (half, form): ([u8; 32], SecondForm),
) -> Result<Result<Response, Draft<SecondForm>>, Trouble> {
    if form.with == SMS && form.action == "resend" {
        return send(accounts, visit, (way, session), (half, form)).await;
    }
    let mut flaws = Flaws::default();
    let with_recovery = form.with == RECOVERY;
    let label = if with_recovery { "factors-recovery-code" } else { "factors-code" };
    if form.code.trim().is_empty() {
        flaws.push("code", label, "factors-code-missing");
        return Ok(Err(Draft::of(form).refused(StatusCode::UNPROCESSABLE_ENTITY, flaws)));
    }
    let parts = accounts.parts();
    // What the browser keeps was said with the password.
    let (browser, device) = browser(accounts, visit, way, (session, Stay::default()));
    let code = form.code.clone();
    let typed = match form.with.as_str() {
        RECOVERY => Typed::RecoveryCode(code),
        SMS => Typed::SmsCode { attempt: half, code },
        _ => Typed::AppCode(code),
    };
    let attempt = Try { half, typed, browser, trust: form.trust.is_some() };
    let answer = accounts.second_step(attempt).await;
    counts::second_step(accounts, &answer);
    match answer? {
        Answer::Done(signed_in) => {
            cookie::remove(&visit.cookies);
            parts.web.drop_draft(&visit.cookies, paths::SECOND_STEP);
            return Ok(Ok(welcome(accounts, visit, way, (signed_in, device))));
        }
        Answer::Over => return Ok(Ok(begin_anew(way, session))),
        Answer::Unsent => flaws.push("code", label, "factors-sms-over"),
        Answer::Wrong { left } => {
            let key = match form.with.as_str() {
                RECOVERY => "factors-recovery-code-wrong",
                SMS => "factors-sms-wrong",
                _ => "factors-code-wrong",
            };
            flaws.push_count("code", label, key, ("left", left));
        }
        Answer::Locked { until } => {
            let key = if with_recovery { "factors-code-locked" } else { "factors-second-locked" };
            flaws.push_until("code", label, key, until);
        }
        Answer::Shut { until } => flaws.push_until("code", label, "factors-second-shut", until),
    }
    Ok(Err(Draft::of(form).refused(StatusCode::UNPROCESSABLE_ENTITY, flaws)))
}

/// Sends a code by SMS; its page then takes it.
async fn send(
    accounts: &Accounts,
    visit: &Visit,
    (way, session): (&Way, Option<&Session>),
    (half, form): ([u8; 32], SecondForm),
) -> Result<Result<Response, Draft<SecondForm>>, Trouble> {
    let (mut flaws, mut status) = (Flaws::default(), StatusCode::UNPROCESSABLE_ENTITY);
    match accounts.send_second_sms(half, (visit.page.lang, visit.caller)).await? {
        None => return Ok(Ok(begin_anew(way, session))),
        Some(Sending::Sent) => return Ok(Ok(Redirect::to(&way.link(paths::SECOND_STEP)).into_response())),
        Some(Sending::Nowhere) => flaws.push("code", "factors-code", "factors-sms-nowhere"),
        Some(Sending::TooMany(stopped)) => {
            status = StatusCode::TOO_MANY_REQUESTS;
            stopped.tell(&mut flaws, "code", "factors-code");
        }
    }
    Ok(Err(Draft::of(form).refused(status, flaws)))
}

/// Where the browser goes whose half sign-in is over: on, if it is signed in meanwhile; else to the beginning.
fn begin_anew(way: &Way, session: Option<&Session>) -> Response {
    let there = match session {
        Some(session) if suffices(session, way) => way.path().to_owned(),
        _ => way.link_with(paths::SIGN_IN, "notice", "half-over"),
    };
    Redirect::to(&there).into_response()
}

async fn draw(
    accounts: &Accounts,
    visit: &Visit,
    (way, session): (&Way, Option<&Session>),
    draft: Draft<SecondForm>,
    notice: Option<Notice>,
) -> Result<Response, Trouble> {
    let token = cookie::token_hash(&visit.cookies);
    let half = match token {
        Some(token) => accounts.half(token).await?,
        None => None,
    };
    let Some((half, enrolled)) = half else { return Ok(begin_anew(way, session)) };
    let now = accounts.parts().clock.now();
    let (status, headers) = draft.head(now);
    let errors = draft.flaws.shown(&visit.page, now);
    let page = visit.page.clone().with_errors(&errors);
    let offer = Offer::of((&half, enrolled), &draft.form, way.wanted());
    let with = if offer.recovery { "" } else { RECOVERY };
    let sms = match token.filter(|_| offer.sms) {
        Some(token) => Some(accounts.sms_view(&page, &accounts.second_sms(token, &half).await?)),
        None => None,
    };
    // Where only a passkey will do, nothing is typed that another language could lose.
    let page = if offer.app || offer.recovery || offer.sms { page.with_form() } else { page };
    let shown = SecondPage {
        notice: notice.or_else(|| Notice::of_draft(&page, &draft)),
        way: way.view(page.lang),
        action: way.link(paths::SECOND_STEP),
        passkey: way.link(paths::SIGN_IN_PASSKEY),
        other: way.link_with(paths::SECOND_STEP, "with", with),
        recover: way.link(paths::RECOVER),
        sign_in: way.link(paths::SIGN_IN),
        page,
        errors,
        form: draft.form,
        offer,
        sms,
    };
    Ok((status, headers, shown).into_response())
}
