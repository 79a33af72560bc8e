//! The sign-in page.

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use shared::i18n::Lang;
use shared::page::{Captcha, Choice, FormErrors, Page};
use shared::secret::SecretString;

use super::arrival::{Browser, SignedIn};
use super::sign_in::{Attempt, Refusal, SignIn};
use super::{counts, second};
use crate::accounts::captcha::{Fields, Form, Problem};
use crate::accounts::challenge::{Challenge, Taken};
use crate::accounts::devices::cookie::{self as device_cookie, DeviceToken};
use crate::accounts::model::{Contact, LoginName, Province};
use crate::accounts::sessions::{Ended, Session, Stay, cookie};
use crate::accounts::view::{Notice, Way, WayView, provinces, span};
use crate::accounts::visit::FormQuery;
use crate::accounts::{Accounts, Trouble, Visit};
use crate::web::signed_out::SignedOut;
use crate::web::{Draft, Flaws, Posted, computer, paths};

/// What is typed. The password is never shown again.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct LoginForm {
    #[serde(rename = "continue", skip_serializing)]
    way: Option<String>,
    province: String,
    username: String,
    #[serde(skip_serializing)]
    password: SecretString,
    remember: Option<String>,
    public: Option<String>,
    /// The box for agreements that changed; the page has it where they were found to have changed.
    agree: Option<String>,
    #[serde(flatten)]
    captcha: Fields,
}

impl LoginForm {
    fn stay(&self) -> Stay {
        Stay::chosen(self.remember.is_some(), self.public.is_some())
    }
}

#[derive(Template, WebTemplate)]
#[template(path = "accounts/login.html")]
struct LoginPage {
    page: Page,
    errors: FormErrors,
    notice: Option<Notice>,
    way: WayView,
    action: String,
    register: String,
    recover: String,
    find: String,
    passkey: Option<String>,
    form: LoginForm,
    provinces: Vec<Choice>,
    captcha: Option<Captcha>,
    /// Whether the agreements are to be accepted anew.
    agreements: bool,
    /// How long somebody stays signed in who asks for it, and at a public computer.
    remembered: String,
    public: String,
}

/// GET: the form, or onwards when this browser is signed in well enough for where it goes.
pub async fn show(
    State(accounts): State<Accounts>,
    mut visit: Visit,
    Query(query): Query<FormQuery>,
) -> Result<Response, Trouble> {
    let way = accounts.way(query.way.as_deref());
    let session = visit.take_session()?;
    if let Some(session) = &session {
        if suffices(session, &way) {
            return Ok(Redirect::to(way.path()).into_response());
        }
        // Signing in once more would not help who has nothing to show.
        if accounts.enrolled(session.account).await?.reach() < accounts.parts().least {
            return Ok(Redirect::to(&way.link(paths::FACTOR_NEEDED)).into_response());
        }
    }
    if way.return_to.as_ref().is_some_and(|to| to.create) {
        return Ok(Redirect::to(&way.link(paths::REGISTER)).into_response());
    }
    if let Some(told) = visit.cookies_refused(&query, way.link(paths::SIGN_IN)) {
        return Ok(told);
    }
    let mut draft = accounts.draft(&visit, paths::SIGN_IN, &query).unwrap_or_else(|| {
        let hint = way.return_to.as_ref().and_then(|to| to.login_hint.clone());
        // As was said here before: by who signs in once more, or by anybody of a computer that many use.
        let remembered = session.is_some_and(|session| session.term.stay == Stay::Remembered);
        Draft::of(LoginForm {
            username: hint.unwrap_or_default(),
            remember: ticked(remembered),
            public: ticked(computer::is_public(&visit.cookies)),
            ..LoginForm::default()
        })
    });
    let notice = Notice::of_code(&visit.page, query.notice.as_deref());
    if query.notice.as_deref() == Some(AGREEMENTS) {
        ask_to_agree(&mut draft.flaws);
    }
    draw(&accounts, &visit, &way, draft, notice).await
}

/// What the address says where a passkey was right and the agreements have changed.
pub(super) const AGREEMENTS: &str = "agreements";

fn ask_to_agree(flaws: &mut Flaws) {
    flaws.push("agree", "accounts-agree", "accounts-agree-changed");
}

/// What a box sends.
fn ticked(is_ticked: bool) -> Option<String> {
    is_ticked.then(|| "on".to_owned())
}

/// A session serves unless it is older than the request that led here, for which a fresh sign-in was asked, or proves
/// less than was asked.
pub(super) fn suffices(session: &Session, way: &Way) -> bool {
    session.acr >= way.wanted() && way.return_to.as_ref().is_none_or(|to| session.auth_time >= to.started_at)
}

/// The browser of a visit that signs in, and the token by which accounts will be known in it.
pub(super) fn browser(
    accounts: &Accounts,
    visit: &Visit,
    way: &Way,
    (session, stay): (Option<&Session>, Stay),
) -> (Browser, DeviceToken) {
    let token = DeviceToken::of(&visit.cookies, &*accounts.parts().entropy);
    let present = session.map(|session| session.id);
    let wanted = way.wanted();
    (Browser { caller: visit.caller, present, device: token.hash(), wanted, stay, agrees: None }, token)
}

/// POST: signs in, or sends the form back. A form whose token does not fit leads on all the same if the browser has
/// signed in meanwhile.
pub async fn submit(
    State(accounts): State<Accounts>,
    mut visit: Visit,
    posted: Posted<LoginForm>,
) -> Result<Response, Trouble> {
    let way = accounts.way(posted.form.way.as_deref());
    if let Some(lang) = posted.language {
        let password_dropped = !posted.form.password.is_empty();
        let draft = Draft { password_dropped, ..Draft::of(posted.form) };
        return Ok(accounts.in_language(lang, &visit, &way, paths::SIGN_IN, &draft));
    }
    let session = visit.take_session()?;
    let draft = if posted.fresh {
        match try_form(&accounts, &visit, &way, session, posted.form).await? {
            Ok(onwards) => return Ok(onwards),
            Err(draft) => draft,
        }
    } else if session.is_some_and(|session| suffices(&session, &way)) {
        return Ok(Redirect::to(way.path()).into_response());
    } else {
        Draft::of(posted.form).stale()
    };
    match accounts.send_back(&visit, &way, paths::SIGN_IN, &draft) {
        Some(back) => Ok(back),
        None => draw(&accounts, &visit, &way, draft, None).await,
    }
}

/// Signs in, or says what is to be mended.
async fn try_form(
    accounts: &Accounts,
    visit: &Visit,
    way: &Way,
    session: Option<Session>,
    mut form: LoginForm,
) -> Result<Result<Response, Draft<LoginForm>>, Trouble> {
    let name = LoginName::parse(&form.username);
    let needed = accounts.captcha_needed(name.as_ref(), visit).await?;
    let asked = Challenge { form: Form::SignIn, needed, contact: Contact::parse(&form.username) };
    let Taken::Up(problem) = accounts.take_captcha(visit, asked, &mut form.captcha).await? else {
        let password_dropped = !form.password.is_empty();
        return Ok(Err(Draft { password_dropped, ..Draft::of(form) }));
    };
    let mut flaws = flaws_of(way, &form, problem);
    let (Some(name), true) = (name, flaws.is_empty()) else {
        return Ok(Err(Draft::of(form).refused(StatusCode::UNPROCESSABLE_ENTITY, flaws)));
    };
    let (browser, device) = browser(accounts, visit, way, (session.as_ref(), form.stay()));
    let browser = Browser { agrees: form.agree.is_some().then_some(visit.page.lang), ..browser };
    let is_number = !name.documents().is_empty();
    let attempt = Attempt { name, password: form.password.clone(), province: Province::parse(&form.province), browser };
    let answer = accounts.sign_in(attempt).await;
    counts::password(accounts, &answer);
    match answer? {
        SignIn::Done(signed_in) => {
            accounts.parts().web.drop_draft(&visit.cookies, paths::SIGN_IN);
            Ok(Ok(welcome(accounts, visit, way, (signed_in, device))))
        }
        SignIn::Half { token } => {
            second::set(&visit.cookies, &token);
            computer::mark(&visit.cookies, form.stay() == Stay::Public);
            accounts.parts().web.drop_draft(&visit.cookies, paths::SIGN_IN);
            Ok(Ok(Redirect::to(&way.link(paths::SECOND_STEP)).into_response()))
        }
        SignIn::Refused(refusal) => {
            let status = explain(&mut flaws, refusal, is_number);
            Ok(Err(Draft::of(form).refused(status, flaws)))
        }
    }
}

/// Gives the browser of somebody who has just signed in what it keeps, and leads on. At a public computer it is not made
/// known.
pub(super) fn welcome(
    accounts: &Accounts,
    visit: &Visit,
    way: &Way,
    (SignedIn { token, term, ended }, device): (SignedIn, DeviceToken),
) -> Response {
    cookie::set(&visit.cookies, &token, &term, accounts.parts().clock.now());
    if term.stay != Stay::Public {
        device_cookie::set(&visit.cookies, device);
    }
    Redirect::to(&onwards(accounts, way, ended)).into_response()
}

/// Where the person was going; first to the page in which sites sign out who was here before, if any of theirs does.
fn onwards(accounts: &Accounts, way: &Way, ended: Option<Ended>) -> String {
    let by_page = ended.filter(|ended| !ended.by_page.is_empty());
    by_page.map_or_else(
        || way.path().to_owned(),
        |Ended { session, by_page, .. }| {
            let back = Some(way.path().to_owned());
            let over = SignedOut { session: session.to_string(), clients: by_page, back, replaced: true };
            over.path(&*accounts.parts().sealer)
        },
    )
}

/// What is missing in the form.
fn flaws_of(way: &Way, form: &LoginForm, problem: Option<Problem>) -> Flaws {
    let mut flaws = Flaws::default();
    if way.return_to.as_ref().is_some_and(|to| to.needs_province) && Province::parse(&form.province).is_none() {
        flaws.push("province", "accounts-province", "accounts-login-province-missing");
    }
    if LoginName::parse(&form.username).is_none() {
        flaws.push("username", "accounts-account", "accounts-login-account-missing");
    }
    if form.password.is_empty() {
        flaws.push("password", "accounts-password", "accounts-login-password-missing");
    }
    if let Some(problem) = problem {
        problem.tell(&mut flaws);
    }
    flaws
}

/// The status and the sentence for a refusal. Where a document's number was typed, whosever it is or nobody's, it names the
/// other ways: the figures may stand on documents of two people, and then sign neither of them in.
fn explain(flaws: &mut Flaws, refusal: Refusal, is_number: bool) -> StatusCode {
    let (field, label) = ("username", "accounts-account");
    match refusal {
        Refusal::Wrong { left } => {
            let wrong = if is_number { "accounts-login-wrong-number" } else { "accounts-login-wrong" };
            flaws.push_count(field, label, wrong, ("left", left));
        }
        Refusal::Locked { until } => flaws.push_until(field, label, "accounts-login-locked", until),
        Refusal::TooMany { until } => {
            flaws.push_until(field, label, "accounts-login-too-many", until);
            return StatusCode::TOO_MANY_REQUESTS;
        }
        Refusal::Frozen => flaws.push(field, label, "contact-frozen"),
        Refusal::Agreements => ask_to_agree(flaws),
        Refusal::Blocked => flaws.push(field, label, "accounts-login-blocked"),
    }
    StatusCode::UNPROCESSABLE_ENTITY
}

async fn draw(
    accounts: &Accounts,
    visit: &Visit,
    way: &Way,
    draft: Draft<LoginForm>,
    notice: Option<Notice>,
) -> Result<Response, Trouble> {
    let name = LoginName::parse(&draft.form.username);
    let needed = accounts.captcha_needed(name.as_ref(), visit).await?;
    let now = accounts.parts().clock.now();
    let (status, headers) = draft.head(now);
    let errors = draft.flaws.shown(&visit.page, now);
    let page = visit.page.clone().with_errors(&errors);
    let policies = accounts.parts().sessions;
    let shown = LoginPage {
        agreements: draft.form.agree.is_some() || errors.get("agree").is_some(),
        remembered: span(&page, policies.remembered.idle),
        public: span(&page, policies.public.idle),
        provinces: provinces(page.lang),
        way: way.view(page.lang),
        action: way.link(paths::SIGN_IN),
        register: way.link(paths::REGISTER),
        recover: way.link(paths::RECOVER),
        find: way.link(paths::FIND_ACCOUNT),
        passkey: accounts.parts().passkeys.possible().then(|| way.link(paths::SIGN_IN_PASSKEY)),
        notice: notice.or_else(|| Notice::of_draft(&page, &draft)),
        captcha: accounts.captcha_box(Form::SignIn, &draft.form.captcha, needed),
        page: page.with_form(),
        errors,
        form: draft.form,
    };
    Ok((status, headers, shown).into_response())
}
