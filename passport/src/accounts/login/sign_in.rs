//! The operation of signing in with a password.
//!
//! Tries are counted for the name as typed, whether anyone has it or not, before the password is looked at (where the
//! account is known in the browser, for the two of them, and the name is left alone); an
//! unknown name costs the same hash as a known one: as its neighbour in the index of names, so that this stays true
//! while hashes of an older cost are still about. So neither answers nor times tell the two apart, and guesses sent
//! side by side are counted one by one.
//!
//! That takes two transactions. One after the hash could keep the count honest, by telling whoever is over the limit
//! nothing but that; but the limits also guard the threads that hash. Counted only afterwards, a single block of
//! addresses could fill their queue with guesses that are refused in the end, and turn everybody else away.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use futures_util::FutureExt as _;
use shared::clock::Timestamp;
use shared::db::{DbError, Tx};
use shared::secret::SecretString;

use super::arrival::{Arrival, Browser, SignedIn, advance, open_session};
use super::machine::{self, State};
use super::second::{self, HalfToken};
use super::whose::whose;
use crate::accounts::agreements::at_sign_in;
use crate::accounts::devices;
use crate::accounts::hashing::{HashError, Verdict as Checked};
use crate::accounts::model::{AccountId, LoginName, Province};
use crate::accounts::sessions::cookie::SessionToken;
use crate::accounts::store::{self, Credentials, Found};
use crate::accounts::{Accounts, Trouble, alarm};
use crate::audit::{Actor, Event};
use crate::limits::{AddressBlock, Limit, Policy, Subject, Verdict};

/// What was typed, by whom.
#[derive(Debug, Clone)]
pub struct Attempt {
    /// The account field.
    pub name: LoginName,
    /// The password field.
    pub password: SecretString,
    /// The province of the test centre, if one was chosen.
    pub province: Option<Province>,
    /// The browser.
    pub browser: Browser,
}

impl Attempt {
    /// Whose tries are counted together with this one.
    fn block(&self) -> Subject<'static> {
        Subject::Address(AddressBlock::of(self.browser.caller.network.address()))
    }
}

/// The answer to an [`Attempt`].
pub enum SignIn {
    /// The person is signed in.
    Done(SignedIn),
    /// The password is right, and the second step is still to come.
    Half {
        /// The browser gets this token.
        token: HalfToken,
    },
    /// It did not.
    Refused(Refusal),
}

/// Why no session began.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// Name and password do not belong together.
    Wrong {
        /// How often it may be tried again.
        left: u32,
    },
    /// Too many wrong passwords for this name.
    Locked {
        /// From when on it may be tried again.
        until: Timestamp,
    },
    /// Too many tries from this address block.
    TooMany {
        /// From when on it may be tried again.
        until: Timestamp,
    },
    /// The password is right, but staff keep the account from signing in.
    Blocked,
    /// The password is right, but a change of contacts was undone: one is to be proven anew first.
    Frozen,
    /// The password is right, but the agreements have changed since they were accepted.
    Agreements,
}

/// What a try is counted by: the name as typed; or the account and the browser, where it is known in it, so that whoever
/// guesses elsewhere keeps no owner out.
#[derive(Debug, Clone)]
enum Counted {
    Name,
    Known(AccountId),
}

impl Counted {
    /// The limit, and whose uses of it are counted together.
    fn of<'a>(&self, limits: &'a Policy, attempt: &Attempt) -> (&'a Limit, String) {
        match self {
            Self::Name => (&limits.sign_in_name, attempt.name.as_str().to_owned()),
            Self::Known(account) => {
                (&limits.sign_in_known, format!("{account}\0{}", URL_SAFE_NO_PAD.encode(attempt.browser.device)))
            }
        }
    }
}

/// A try that may look at the password.
#[derive(Clone)]
struct Admitted {
    counted: Counted,
    found: Found,
    left: u32,
    /// Until when the name is locked if this was the last try.
    locks_until: Timestamp,
}

impl Accounts {
    /// Signs in, or says why not.
    ///
    /// # Errors
    /// The database, or too many passwords waiting to be hashed. A try without an answer is not counted, unless it is
    /// the database that keeps it from being taken back.
    pub async fn sign_in(&self, attempt: Attempt) -> Result<SignIn, Trouble> {
        let admitted =
            match self.write(attempt.clone(), |accounts, attempt, tx| admit(accounts, attempt, tx).boxed()).await? {
                Ok(admitted) => admitted,
                Err(refusal) => return Ok(SignIn::Refused(refusal)),
            };
        let counted = admitted.counted.clone();
        let answer = self.answer(&attempt, admitted).await;
        if answer.is_err()
            && let Err(error) =
                self.write((attempt, counted), |accounts, args, tx| take_back(accounts, args, tx).boxed()).await
        {
            tracing::warn!(%error, "a try that got no answer stays counted");
        }
        answer
    }

    /// Looks at the password, and answers a try that was counted.
    async fn answer(&self, attempt: &Attempt, admitted: Admitted) -> Result<SignIn, Trouble> {
        let checked = self.check(&attempt.password, &admitted.found).await?;
        let found = match admitted.found {
            Found::Account(account) => Some(account),
            Found::Nobody { .. } => None,
        };
        let Some(account) = found.clone().filter(|_| checked != Checked::NoMatch) else {
            let account = found.map(|account| account.id);
            let locked = (admitted.left == 0).then_some(admitted.locks_until);
            let failure = (attempt.clone(), account, locked);
            self.write(failure, |accounts, args, tx| refuse(accounts, args, tx).boxed()).await?;
            let refusal = locked.map_or(Refusal::Wrong { left: admitted.left }, |until| Refusal::Locked { until });
            return Ok(SignIn::Refused(refusal));
        };
        // A full queue is no reason to refuse a right password: the hash is renewed another time.
        let renewed = match checked {
            Checked::MatchNeedsRehash => self.parts().hasher.hash(&attempt.password).await.ok(),
            _ => None,
        };
        let token = SessionToken::new(&*self.parts().entropy);
        let begin = (attempt.clone(), admitted.counted, account, (renewed, token));
        let begun = self.write(begin, |accounts, args, tx| take_up(accounts, args, tx).boxed()).await?;
        Ok(match begun {
            Ok(Begun::Session(signed_in)) => SignIn::Done(signed_in),
            Ok(Begun::Half(token)) => SignIn::Half { token },
            Err(Changed::Blocked) => SignIn::Refused(Refusal::Blocked),
            Err(Changed::Frozen) => SignIn::Refused(Refusal::Frozen),
            Err(Changed::Agreements) => SignIn::Refused(Refusal::Agreements),
            Err(Changed::Password) => SignIn::Refused(Refusal::Wrong { left: admitted.left }),
        })
    }

    /// Compares the password, with the same work for a name that nobody has.
    async fn check(&self, password: &SecretString, found: &Found) -> Result<Checked, HashError> {
        let hasher = &self.parts().hasher;
        match found {
            Found::Account(account) => hasher.verify(password, &account.password_hash).await,
            Found::Nobody { neighbour } => {
                hasher.verify_nobody(password, neighbour.as_deref()).await.map(|()| Checked::NoMatch)
            }
        }
    }
}

/// Counts the try and reads the account.
async fn admit(accounts: Accounts, attempt: Attempt, tx: &mut Tx) -> Result<Result<Admitted, Refusal>, DbError> {
    let parts = accounts.parts();
    let (limits, policy, now) = (&parts.limits, parts.limits.policy(), parts.clock.now());
    let block = attempt.block();
    let found = whose(&accounts, tx, &attempt.name).await?;
    let counted = match &found {
        Found::Account(account)
            if devices::store::standing(tx, account.id, attempt.browser.device, now).await?.known =>
        {
            Counted::Known(account.id)
        }
        _ => Counted::Name,
    };
    // Strangers in the same network, however many, turn nobody away who is known.
    let tries = match counted {
        Counted::Known(_) => &policy.sign_in_address_known,
        Counted::Name => &policy.sign_in_address,
    };
    if let Verdict::Refused { until } = limits.hit(tx, tries, block, now).await? {
        return Ok(Err(Refusal::TooMany { until }));
    }
    if matches!(counted, Counted::Name)
        && let Verdict::Refused { until } = limits.peek(tx, &policy.sign_in_address_failures, block, now).await?
    {
        return Ok(Err(Refusal::TooMany { until }));
    }
    let (lock, subject) = counted.of(policy, &attempt);
    let used = match limits.hit(tx, lock, Subject::Text(&subject), now).await? {
        Verdict::Refused { until } => return Ok(Err(Refusal::Locked { until })),
        Verdict::Allowed { used } => used,
    };
    let left = lock.allowed.saturating_sub(used);
    Ok(Ok(Admitted { counted, found, left, locks_until: now + lock.lock.unwrap_or(lock.window) }))
}

/// Nobody was told anything: the try did not happen.
async fn take_back(accounts: Accounts, (attempt, counted): (Attempt, Counted), tx: &mut Tx) -> Result<(), DbError> {
    let parts = accounts.parts();
    let (lock, subject) = counted.of(parts.limits.policy(), &attempt);
    parts.limits.give_back(tx, lock, Subject::Text(&subject), parts.clock.now()).await
}

/// Counts a failure of the address block, and records one of an account, whose owner hears of a lock.
async fn refuse(
    accounts: Accounts,
    (attempt, account, locked): (Attempt, Option<AccountId>, Option<Timestamp>),
    tx: &mut Tx,
) -> Result<(), DbError> {
    let parts = accounts.parts();
    let (limits, now) = (&parts.limits, parts.clock.now());
    limits.hit(tx, &limits.policy().sign_in_address_failures, attempt.block(), now).await?;
    let Some(account) = account else { return Ok(()) };
    let event = Event::SignInRefused { account: account.to_string(), reason: "password".into() };
    parts.audit.record_from(tx, attempt.browser.caller, &Actor::Visitor, &event).await?;
    if let Some(until) = locked {
        let event = Event::AccountLocked { account: account.to_string(), until: Some(until.millis()) };
        parts.audit.record(tx, &Actor::System, &event).await?;
        alarm::tell_of_lock(&accounts, tx, account, (until, attempt.browser.caller)).await?;
    }
    Ok(())
}

/// What keeps a right password from beginning a session.
enum Changed {
    /// Staff keep the account from signing in.
    Blocked,
    /// A change of contacts was undone.
    Frozen,
    /// Another password was set while this one was hashed: sessions of the old one were ended then.
    Password,
    /// The agreements: their owner has to accept them anew.
    Agreements,
}

/// What a right password brought about.
enum Begun {
    /// A session, and perhaps the end of another person's.
    Session(SignedIn),
    /// Half a sign-in.
    Half(HalfToken),
}

/// Everything that a right password brings about, in one transaction.
async fn take_up(
    accounts: Accounts,
    (attempt, counted, account, (renewed, token)): (Attempt, Counted, Credentials, (Option<String>, SessionToken)),
    tx: &mut Tx,
) -> Result<Result<Begun, Changed>, DbError> {
    let parts = accounts.parts();
    match store::credentials_by_id(tx, account.id).await? {
        Some(present) if present.blocked => return Ok(Err(Changed::Blocked)),
        Some(present) if present.frozen => return Ok(Err(Changed::Frozen)),
        Some(present) if present.password_set_at == account.password_set_at => {}
        _ => return Ok(Err(Changed::Password)),
    }
    if let Some(hash) = renewed {
        store::renew_hash(tx, account.id, &account.password_hash, &hash).await?;
    }
    let (lock, subject) = counted.of(parts.limits.policy(), &attempt);
    parts.limits.clear(tx, lock, Subject::Text(&subject)).await?;
    if at_sign_in::are_missing(&accounts, tx, account.id, &attempt.browser).await? {
        return Ok(Err(Changed::Agreements));
    }
    let step = (State::Nobody, machine::Event::Password);
    match advance(&accounts, tx, step, (account.id, attempt.browser)).await? {
        Some(State::SignedIn(shown)) => {
            let arrival = Arrival { account: account.id, shown, province: attempt.province, told: false };
            Ok(Ok(Begun::Session(open_session(&accounts, tx, arrival, (attempt.browser, token)).await?)))
        }
        _ => {
            let chosen = (attempt.province, attempt.browser.stay);
            Ok(Ok(Begun::Half(second::begin(&accounts, tx, &account, chosen).await?)))
        }
    }
}
