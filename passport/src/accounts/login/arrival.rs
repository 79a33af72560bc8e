//! The moment at which somebody is signed in, by whichever way.

use shared::db::{DbError, Tx};
use shared::http::Caller;
use shared::i18n::Lang;

use super::machine::{Circumstances, Event, State, next};
use crate::accounts::Accounts;
use crate::accounts::alarm;
use crate::accounts::assurance::{Acr, Shown};
use crate::accounts::devices;
use crate::accounts::factors::{sms, store as factors};
use crate::accounts::model::{AccountId, Province};
use crate::accounts::sessions::cookie::SessionToken;
use crate::accounts::sessions::{self, EndReason, Ended, Opening, Session, SessionId, Stay, Term};
use crate::audit::{self, Actor};

/// The browser in which somebody signs in, and what is asked for.
#[derive(Debug, Clone, Copy)]
pub struct Browser {
    /// Where it is, and which.
    pub caller: Caller,
    /// The session that it has already: it goes on if it is the same person's, and ends if not.
    pub present: Option<SessionId>,
    /// The hash of the token by which accounts are known in it.
    pub device: [u8; 32],
    /// The least context class that is asked for.
    pub wanted: Acr,
    /// What it keeps of the sign-in.
    pub stay: Stay,
    /// In which language the agreements of today are accepted along with it, if they are.
    pub agrees: Option<Lang>,
}

/// Who arrives.
#[derive(Debug, Clone, Copy)]
pub(super) struct Arrival {
    /// The account.
    pub(super) account: AccountId,
    /// What was shown.
    pub(super) shown: Shown,
    /// The province of the test centre, if one was chosen.
    pub(super) province: Option<Province>,
    /// Whether its owner has been told already, by what it took to sign in.
    pub(super) told: bool,
}

/// Somebody who has just signed in.
pub struct SignedIn {
    /// The browser gets this token.
    pub token: SessionToken,
    /// Until when the session holds.
    pub term: Term,
    /// The session of another person that ended for it.
    pub ended: Option<Ended>,
}

/// Where a sign-in to that account stands after that event.
pub(super) async fn advance(
    accounts: &Accounts,
    tx: &mut Tx,
    (state, event): (State, Event),
    (account, browser): (AccountId, Browser),
) -> Result<Option<State>, DbError> {
    let enrolled = factors::enrolled(tx, account).await?;
    let trusted = enrolled.any()
        && event == Event::Password
        && browser.stay != Stay::Public
        && devices::store::standing(tx, account, browser.device, accounts.parts().clock.now()).await?.trusted;
    let number = event == Event::SmsCode && sms::number(tx, account, accounts.parts().clock.now()).await?.is_some();
    Ok(next(state, event, Circumstances { enrolled, trusted, number, wanted: browser.wanted }))
}

/// The session of who has just signed in: the one that this browser has already if it is theirs, so that every site that
/// knows it by its id hears of its end one day; else a new one, for which another person's ends.
pub(super) async fn open_session(
    accounts: &Accounts,
    tx: &mut Tx,
    arrival: Arrival,
    (browser, token): (Browser, SessionToken),
) -> Result<SignedIn, DbError> {
    let parts = accounts.parts();
    let (now, Arrival { account, shown, province, told }) = (parts.clock.now(), arrival);
    let term = parts.sessions.of(browser.stay).term(browser.stay, now);
    let signed_in = |id| Session {
        id,
        account,
        auth_time: now,
        acr: shown.acr(),
        amr: shown.amr().iter().map(|method| (*method).to_owned()).collect(),
        province,
        last_seen_at: now,
        term,
    };
    let opening = Opening { token_hash: token.hash(), from: Some(browser.caller), shown };
    let renewed = match browser.present {
        Some(present) => sessions::store::renew(tx, &signed_in(present), &opening).await?.then_some(present),
        None => None,
    };
    let mut ended = None;
    let id = match (renewed, browser.present) {
        (Some(renewed), _) => renewed,
        (None, present) => {
            if let Some(present) = present {
                let replaced = EndReason::Replaced(account).asked_by(browser.caller);
                ended = accounts.end_session(tx, present, replaced).await?;
            }
            let session = signed_in(SessionId::new(now, &*parts.entropy));
            sessions::store::insert(tx, &session, &opening).await?;
            session.id
        }
    };
    let new = match browser.stay {
        // Whoever says so takes back what was kept of them here before.
        Stay::Public => {
            let known = devices::store::standing(tx, account, browser.device, now).await?.known;
            devices::store::forget(tx, account, browser.device).await?;
            !known
        }
        Stay::Browser | Stay::Remembered => {
            devices::store::note(tx, account, browser.device, (shown.acr() >= Acr::Two, now)).await?
        }
    };
    if new && !told {
        alarm::tell_of_browser(accounts, tx, account, browser.caller).await?;
    }
    let event = audit::Event::SignedIn { account: account.to_string(), session: id.to_string() };
    parts.audit.record_from(tx, browser.caller, &Actor::Account(account.to_string()), &event).await?;
    Ok(SignedIn { token, term, ended })
}
