//! What the simulator remembers: in memory, for as long as it runs. It is one process for one developer; nothing here
//! would do for a passport.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::hash::Hash;

use shared::clock::Timestamp;
use url::Url;

use super::candidates::Candidate;
use super::faults::{Set, Switches};
use super::logout::Told;
use crate::accounts::model::AccountId;
use crate::accounts::sessions::{Session, SessionId};
use crate::oidc::authorize::interaction::Consent;
use crate::oidc::handle::GrantId;
use crate::oidc::scope::{OFFLINE_ACCESS, Scope};
use crate::oidc::store::grants::{Family, Grant};

/// More than anybody tries by hand or in a suite. What is beyond makes all that is older forgotten.
const MOST: usize = 10_000;

/// How many logout tokens are shown.
const SHOWN: usize = 20;

/// A browser that is signed in.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// Its session.
    pub session: Session,
    /// Who is signed in.
    pub candidate: Candidate,
    /// Whether what stood in the way was settled.
    pub settled: bool,
}

/// An authorization that became tokens.
#[derive(Debug, Clone)]
pub struct Kept {
    /// Its tokens.
    pub family: Family,
    /// Whose it is.
    pub candidate: Candidate,
}

/// All of it.
#[derive(Default)]
pub struct Memory {
    /// Whom one can sign in as.
    pub candidates: Vec<Candidate>,
    /// What is wrong for everybody.
    pub switches: Switches,
    /// What was told to sites of signing out, the latest first.
    pub told: VecDeque<Told>,
    /// Where sites want to be told, by client.
    pub addresses: BTreeMap<String, Url>,
    /// The last `jti` of a logout token that a client was sent.
    pub last_jti: HashMap<String, String>,
    sessions: HashMap<[u8; 32], SignedIn>,
    ended: HashSet<SessionId>,
    consents: HashMap<(AccountId, String), Consent>,
    /// Codes that are on their way: for whom, and what is wrong with what they become.
    codes: HashMap<GrantId, (Candidate, Set)>,
    families: HashMap<GrantId, Kept>,
    revoked: HashSet<String>,
}

impl Memory {
    /// With these candidates.
    pub fn new(candidates: Vec<Candidate>) -> Self {
        Self { candidates, ..Self::default() }
    }

    /// The candidate of that id.
    pub fn candidate(&self, id: &str) -> Option<Candidate> {
        self.candidates.iter().find(|candidate| candidate.id == id).cloned()
    }

    /// Adds a candidate, in place of one of the same id.
    pub fn put_candidate(&mut self, candidate: Candidate) {
        self.candidates.retain(|known| known.id != candidate.id);
        self.candidates.push(candidate);
    }

    /// Who is signed in with that token.
    pub fn signed_in(&self, token: &[u8; 32]) -> Option<SignedIn> {
        self.sessions.get(token).cloned()
    }

    /// Signs somebody in.
    pub fn sign_in(&mut self, token: [u8; 32], signed_in: SignedIn) {
        put(&mut self.sessions, token, signed_in);
    }

    /// Ends the session of that token.
    pub fn sign_out(&mut self, token: &[u8; 32]) {
        if let Some(was) = self.sessions.remove(token) {
            self.ended.insert(was.session.id);
        }
    }

    /// Lets go of a token: its session goes on with another one, or ends.
    pub fn replace(&mut self, token: &[u8; 32], goes_on: bool) {
        if goes_on {
            self.sessions.remove(token);
        } else {
            self.sign_out(token);
        }
    }

    /// Lets nothing stand in the way any more.
    pub fn settle(&mut self, token: &[u8; 32]) {
        if let Some(signed_in) = self.sessions.get_mut(token) {
            signed_in.settled = true;
        }
    }

    /// What somebody let a client have.
    pub fn consent(&self, account: AccountId, client: &str) -> Option<Consent> {
        self.consents.get(&(account, client.to_owned())).cloned()
    }

    /// Somebody lets a client have that, too.
    pub fn give_consent(&mut self, account: AccountId, client: &str, asked: &Scope, now: Timestamp) {
        let before = self.consent(account, client).map(|consent| consent.scope).unwrap_or_default();
        let scope = before.union(asked);
        let consent = Consent { scope, declined: Scope::default(), granted_at: now, used_at: now };
        put(&mut self.consents, (account, client.to_owned()), consent);
    }

    /// A code is on its way.
    pub fn give_code(&mut self, id: GrantId, candidate: Candidate, faults: Set) {
        put(&mut self.codes, id, (candidate, faults));
    }

    /// What is wrong with what comes of that authorization.
    pub fn faults_of(&self, id: GrantId) -> Set {
        self.codes.get(&id).map(|(_, faults)| faults.clone()).unwrap_or_default()
    }

    /// Spends the code of an authorization: of any number of tries one succeeds, if the session lives.
    pub fn redeem(&mut self, family: Family) -> Option<Candidate> {
        let id = family.grant.id;
        if self.families.contains_key(&id) || self.ended.contains(&family.grant.session) {
            return None;
        }
        let (candidate, _) = self.codes.get(&id)?.clone();
        put(&mut self.families, id, Kept { family, candidate: candidate.clone() });
        Some(candidate)
    }

    /// An authorization and its tokens; it may be over.
    pub fn family(&self, id: GrantId) -> Option<Kept> {
        let mut kept = self.families.get(&id)?.clone();
        kept.family.over |= self.is_over(&kept.family.grant);
        Some(kept)
    }

    /// All of it goes with the session but what was granted for offline use (OIDC Core §11).
    fn is_over(&self, grant: &Grant) -> bool {
        self.ended.contains(&grant.session) && !grant.scope.has(OFFLINE_ACCESS)
    }

    /// Puts the successor of a refresh token in its place, if it is the current one.
    pub fn rotate(&mut self, id: GrantId, current: [u8; 32], change: impl FnOnce(&mut Family)) -> bool {
        match self.families.get_mut(&id) {
            Some(kept) if kept.family.current == Some(current) && !kept.family.over => {
                change(&mut kept.family);
                true
            }
            _ => false,
        }
    }

    /// Ends an authorization and all its tokens.
    pub fn revoke(&mut self, id: GrantId) {
        if let Some(kept) = self.families.get_mut(&id) {
            kept.family.over = true;
        }
    }

    /// Ends one access token.
    pub fn revoke_token(&mut self, jti: String) {
        if self.revoked.len() >= MOST {
            self.revoked.clear();
        }
        self.revoked.insert(jti);
    }

    /// Whether that access token was ended.
    pub fn is_revoked(&self, jti: &str) -> bool {
        self.revoked.contains(jti)
    }

    /// The clients that got tokens in a session, each once.
    pub fn clients_in(&self, session: SessionId) -> Vec<String> {
        let in_it = self.families.values().map(|kept| &kept.family.grant).filter(|grant| grant.session == session);
        let mut clients: Vec<String> = in_it.map(|grant| grant.client_id.clone()).collect();
        clients.sort();
        clients.dedup();
        clients
    }

    /// The latest sign-in of a candidate at a client: the session, and the account.
    pub fn latest_at(&self, client: &str, candidate: Option<&str>) -> Option<(AccountId, SessionId)> {
        let of_client = self.families.values().filter(|kept| kept.family.grant.client_id == client);
        let of_both = of_client.filter(|kept| candidate.is_none_or(|id| kept.candidate.id == id));
        let latest = of_both.max_by_key(|kept| (kept.family.began_at, kept.family.grant.id))?;
        Some((latest.family.grant.account, latest.family.grant.session))
    }

    /// The clients that anybody has signed in at.
    pub fn clients(&self) -> Vec<String> {
        let mut clients: Vec<String> = self.families.values().map(|kept| kept.family.grant.client_id.clone()).collect();
        clients.sort();
        clients.dedup();
        clients
    }

    /// Remembers what a site was told.
    pub fn note(&mut self, told: Told) {
        self.told.push_front(told);
        self.told.truncate(SHOWN);
    }

    /// Forgets who is signed in, and what came of it; candidates and addresses of sites stay.
    pub fn forget(&mut self) {
        let candidates = std::mem::take(&mut self.candidates);
        let addresses = std::mem::take(&mut self.addresses);
        *self = Self { candidates, addresses, ..Self::default() };
    }
}

fn put<K: Eq + Hash, V>(map: &mut HashMap<K, V>, key: K, value: V) {
    if map.len() >= MOST {
        map.clear();
    }
    map.insert(key, value);
}
