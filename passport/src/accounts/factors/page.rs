//! 安全: at one glance what protects the account, and the one next step.

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use futures_util::FutureExt as _;
use shared::clock::Timestamp;
use shared::db::{DbError, Tx};
use shared::page::Page;

use super::recovery_codes::COUNT;
use super::{authenticator, passkeys, recovery_codes, sms, store};
use crate::accounts::devices;
use crate::accounts::model::AccountId;
use crate::accounts::view::Notice;
use crate::accounts::visit::FormQuery;
use crate::accounts::{Accounts, Session, Stop, Trouble, Visit, sessions, store as accounts_store};
use crate::web::{Button, Posted, moment, paths};

/// Below how many recovery codes a new set is advised.
pub const FEW: i64 = 3;

/// More sessions than this are not counted.
const MOST: i64 = 100;

/// The password of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Password {
    /// It was chosen then.
    Chosen(Timestamp),
    /// Its owner put it away then.
    PutAway(Timestamp),
}

/// Everything that protects an account.
#[derive(Debug, Clone)]
pub struct Overview {
    /// Its passkeys.
    pub passkeys: Vec<passkeys::store::Stored>,
    /// Its authenticator app.
    pub authenticator: Option<authenticator::store::Stored>,
    /// SMS as its second step.
    pub sms: Option<sms::store::Stored>,
    /// Its recovery codes that are unused.
    pub codes_left: i64,
    /// The browsers in which the second step is left out.
    pub trusted: i64,
    /// Its password.
    pub password: Password,
}

impl Overview {
    /// Whether anything stands beside the password.
    pub fn any(&self) -> bool {
        !self.passkeys.is_empty() || self.authenticator.is_some() || self.sms.is_some()
    }
}

impl Accounts {
    /// Everything that protects an account.
    ///
    /// # Errors
    /// The database.
    pub async fn factors(&self, account: AccountId) -> Result<Overview, Trouble> {
        let now = self.parts().clock.now();
        Ok(self.parts().db.read(move |tx| overview(tx, account, now).boxed()).await?)
    }

    /// The sessions beside this one, if there are any.
    async fn elsewhere(&self, here: &Session, now: Timestamp) -> Result<Option<Elsewhere>, Trouble> {
        let account = here.account;
        let listed = self.parts().db.read(move |tx| sessions::store::listed(tx, account, now, MOST).boxed()).await?;
        let count = listed.iter().filter(|session| session.id != here.id).count();
        Ok((count > 0).then(|| Elsewhere { account: account.to_string(), count }))
    }
}

/// Everything that protects an account.
///
/// # Errors
/// See [`DbError`].
pub async fn overview(tx: &mut Tx, account: AccountId, now: Timestamp) -> Result<Overview, DbError> {
    let enrolled = store::enrolled(tx, account).await?;
    Ok(Overview {
        passkeys: passkeys::store::all(tx, account).await?,
        authenticator: authenticator::store::find(tx, account).await?,
        sms: sms::store::find(tx, account).await?.filter(|_| enrolled.sms),
        codes_left: recovery_codes::store::left(tx, account).await?,
        trusted: devices::store::trusted(tx, account, now).await?,
        password: match accounts_store::credentials_by_id(tx, account).await? {
            Some(found) if !found.has_password => Password::PutAway(found.password_set_at),
            found => Password::Chosen(found.map_or(now, |found| found.password_set_at)),
        },
    })
}

#[derive(Template, WebTemplate)]
#[template(path = "accounts/security.html")]
struct SecurityPage {
    page: Page,
    notice: Option<Notice>,
    glance: Glance,
    /// Whether there can be passkeys.
    possible: bool,
    passkeys: Vec<PasskeyView>,
    authenticator: Option<String>,
    sms: Option<SmsRow>,
    codes: CodesView,
    trusted: i64,
    has_password: bool,
    /// When it was chosen, or put away.
    password_day: String,
    /// For how many days the mobile number was not proven, if it is to be proven once more.
    number_aged: Option<u64>,
    /// Where else the account is signed in: whoever changes what protects it may want that to end (ASVS 5.0, 7.4.3).
    elsewhere: Option<Elsewhere>,
}

/// The other sessions of an account.
struct Elsewhere {
    account: String,
    count: usize,
}

/// The first card.
struct Glance {
    /// Whether nothing is to be done.
    good: bool,
    title: String,
    text: String,
    /// The next step.
    step: Option<(String, &'static str)>,
}

struct PasskeyView {
    name: String,
    synced: bool,
    /// When it was made and last used.
    facts: String,
    change: String,
}

/// SMS as a second step: shown to who has it, and to who may turn it on.
struct SmsRow {
    /// When it was turned on and last used, for who has it.
    on: Option<String>,
    /// Where codes go, masked; `None`: the account has no number that it proved lately.
    number: Option<String>,
    /// Whether the policy still allows it.
    offered: bool,
}

struct CodesView {
    /// Whether they stand in for anything.
    useful: bool,
    left: i64,
    count: i64,
    few: bool,
}

/// GET: the page.
pub async fn show(
    State(accounts): State<Accounts>,
    mut visit: Visit,
    Query(query): Query<FormQuery>,
) -> Result<Response, Stop> {
    let session = accounts.signed_in(&mut visit, paths::SECURITY)?;
    let overview = accounts.factors(session.account).await?;
    accounts.greet(&mut visit.page, session.account).await?;
    let (page, now) = (visit.page, accounts.parts().clock.now());
    let possible = accounts.parts().passkeys.possible();
    let any = overview.any();
    let sms = sms_row(&accounts, &page, (session.account, &overview), now).await?;
    let shown = SecurityPage {
        elsewhere: accounts.elsewhere(&session, now).await?,
        number_aged: accounts.number_aged(session.account).await?,
        notice: Notice::of_code(&page, query.notice.as_deref()),
        glance: glance(&page, &overview, (any, possible)),
        possible,
        passkeys: overview.passkeys.iter().map(|passkey| passkey_view(&page, passkey, now)).collect(),
        authenticator: overview.authenticator.map(|app| facts(&page, (app.created_at, app.used_at), now)),
        sms,
        codes: CodesView {
            useful: any,
            left: overview.codes_left,
            count: i64::try_from(COUNT).unwrap_or_default(),
            few: overview.codes_left < FEW,
        },
        trusted: overview.trusted,
        has_password: matches!(overview.password, Password::Chosen(_)),
        password_day: match overview.password {
            Password::Chosen(at) | Password::PutAway(at) => moment::day(page.lang, at, now),
        },
        page,
    };
    Ok(shown.into_response())
}

async fn sms_row(
    accounts: &Accounts,
    page: &Page,
    (account, overview): (AccountId, &Overview),
    now: Timestamp,
) -> Result<Option<SmsRow>, Trouble> {
    let offered = accounts.offers_sms_step();
    if overview.sms.is_none() && (!offered || overview.any()) {
        return Ok(None);
    }
    let number = accounts.parts().db.read(move |tx| sms::number(tx, account, now).boxed()).await?;
    let on = overview.sms.map(|step| facts(page, (step.created_at, step.used_at), now));
    Ok(Some(SmsRow { on, number: number.map(|number| number.masked()), offered }))
}

/// POST: the second step is asked for in every browser again. It makes nothing weaker, and asks for no fresh sign-in.
pub async fn forget_browsers(
    State(accounts): State<Accounts>,
    mut visit: Visit,
    Posted { fresh, .. }: Posted<Button>,
) -> Result<Response, Stop> {
    let session = accounts.signed_in(&mut visit, paths::SECURITY)?;
    let notice = if fresh {
        accounts.write(session.account, |_, account, tx| devices::store::end_trust(tx, account).boxed()).await?;
        "browsers-forgotten"
    } else {
        "again"
    };
    Ok(Redirect::to(&format!("{}?notice={notice}", paths::SECURITY)).into_response())
}

/// What is to be said first: what there is, and the one thing that would help most.
fn glance(page: &Page, overview: &Overview, (any, possible): (bool, bool)) -> Glance {
    let better = if possible {
        ("factors-passkey-add", paths::PASSKEYS)
    } else {
        ("factors-authenticator-button", paths::AUTHENTICATOR)
    };
    let (text, step) = if !any {
        ("factors-glance-alone", Some(better))
    } else if overview.codes_left == 0 {
        ("factors-glance-no-codes", Some(("factors-codes-make", paths::RECOVERY_CODES)))
    } else if overview.codes_left < FEW {
        ("factors-glance-few-codes", Some(("factors-codes-renew", paths::RECOVERY_CODES)))
    } else if overview.sms.is_some() {
        ("factors-glance-sms", Some(better))
    } else if overview.passkeys.is_empty() && possible {
        ("factors-glance-no-passkey", Some(("factors-passkey-add", paths::PASSKEYS)))
    } else {
        ("factors-glance-good", None)
    };
    Glance {
        good: any && overview.codes_left > 0 && overview.sms.is_none(),
        title: page.t(match overview.password {
            Password::PutAway(_) => "factors-glance-passkeys",
            Password::Chosen(_) if any => "factors-glance-two",
            Password::Chosen(_) => "factors-glance-one",
        }),
        text: page.tw(text, [("left", overview.codes_left)]),
        step: step.map(|(key, path)| (page.t(key), path)),
    }
}

fn passkey_view(page: &Page, passkey: &passkeys::store::Stored, now: Timestamp) -> PasskeyView {
    PasskeyView {
        name: passkey.name.clone(),
        synced: passkey.synced,
        facts: facts(page, (passkey.created_at, passkey.used_at), now),
        change: format!("{}?id={}", paths::PASSKEY_CHANGE, passkey.id),
    }
}

fn facts(page: &Page, (made, used): (Timestamp, Option<Timestamp>), now: Timestamp) -> String {
    let made = moment::day(page.lang, made, now);
    match used.map(|at| moment::past(page.lang, at, now)) {
        Some(used) => page.tw("factors-facts-used", [("made", made.as_str()), ("used", used.as_str())]),
        None => page.tw("factors-facts-unused", [("made", made.as_str())]),
    }
}
