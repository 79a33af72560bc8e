//! The candidates that one signs in as: six in known states, those of a file, and whoever was typed into the form.
//!
//! A candidate's subject is worked out from their id, so that it is the same each time that the simulator starts.

use serde::Deserialize;
use shared::clock::Timestamp;
use shared::entropy::Entropy;
use shared::i18n::Lang;
use shared::secret::sha256;
use toml::{Table, Value};

use super::faults::{self, Set};
use crate::accounts::assurance::{Acr, Shown};
use crate::accounts::model::{AccountClaims, AccountId, Details, Province};
use crate::accounts::sessions::Unsettled;
use crate::accounts::stand_ins::State;

/// When something about them was last changed, so that it stays the same: 2026-01-01 in Beijing.
const UPDATED: Timestamp = Timestamp::from_seconds(1_767_196_800);

/// The id of who was typed into the form.
pub const TYPED: &str = "typed";

/// Somebody to sign in as.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// By what test drivers choose them.
    pub id: String,
    /// Who they are to sites.
    pub account: AccountId,
    /// In which state they are.
    pub state: State,
    /// What is told of them.
    pub claims: AccountClaims,
    /// The province of their test centre.
    pub province: Province,
    /// What they show when they sign in.
    pub shown: Shown,
    /// What is wrong whenever they sign in.
    pub faults: Set,
}

/// Why a candidate cannot be one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CandidateError {
    /// The file is no TOML, or has something else in it.
    #[error("{0}")]
    Toml(String),
    /// A field is missing or of another type.
    #[error("{candidate}: `{field}` {problem}")]
    Field {
        /// Whose.
        candidate: String,
        /// Which.
        field: String,
        /// What is wrong with it.
        problem: String,
    },
    /// Two have the same id.
    #[error("{0}: there are two of that id")]
    Twice(String),
}

/// What stands in a file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    candidate: Vec<Table>,
}

impl Candidate {
    /// The six that are always there, in the states that a site has to get along with.
    pub fn built_in() -> Vec<Self> {
        State::ALL.into_iter().map(Self::in_state).collect()
    }

    fn in_state(state: State) -> Self {
        let id = state.as_str();
        Self {
            id: id.to_owned(),
            account: account(id),
            state,
            claims: AccountClaims {
                display_name: Some("试用考生".to_owned()),
                email: Some(format!("{id}@candidates.invalid")),
                email_verified: state != State::Unverified,
                phone: Some("+8613800138000".to_owned()),
                phone_verified: state == State::Verified,
                id_verified: state == State::Verified,
                locale: Some(Lang::Zh),
                updated_at: UPDATED,
                details: Details::default(),
            },
            province: BEIJING,
            shown: if state == State::WithApp { Shown::PasswordAndAppCode } else { Shown::Password },
            faults: Set::new(),
        }
    }

    /// Those of a file: a list of tables `[[candidate]]`.
    ///
    /// # Errors
    /// See [`CandidateError`].
    pub fn of_file(text: &str) -> Result<Vec<Self>, CandidateError> {
        let file: File = toml::from_str(text).map_err(|error| CandidateError::Toml(error.to_string()))?;
        file.candidate.into_iter().map(Self::read).collect()
    }

    /// Reads one from its table. What no field is for belongs to the details, under the names of their claims.
    ///
    /// # Errors
    /// See [`CandidateError`].
    pub fn read(mut table: Table) -> Result<Self, CandidateError> {
        let mut fields = Fields { id: String::new(), table: &mut table };
        fields.id = fields.text("id")?.ok_or_else(|| fields.wrong("id", "is missing"))?;
        let id = fields.id.clone();
        if !is_id(&id) {
            return Err(fields.wrong("id", "takes 1 to 40 of a-z, 0-9, - and _"));
        }
        let state = fields.one_of("state", |text| State::ALL.into_iter().find(|state| state.as_str() == text))?;
        let account = fields.one_of("sub", |text| text.parse::<AccountId>().ok())?.unwrap_or_else(|| account(&id));
        let acr = fields.one_of("acr", Acr::parse)?;
        let province = fields.one_of("exam_province", Province::parse)?.unwrap_or(BEIJING);
        let locale = fields.one_of("locale", Lang::parse)?;
        let (name, email, phone) = (fields.text("name")?, fields.text("email")?, fields.text("phone_number")?);
        let email_verified = fields.truth("email_verified")?.unwrap_or(email.is_some());
        let phone_verified = fields.truth("phone_number_verified")?.unwrap_or(phone.is_some());
        let id_verified = fields.truth("id_verified")?.unwrap_or_default();
        let faults = fields.faults()?;
        let claims = AccountClaims {
            display_name: name,
            email,
            email_verified,
            phone,
            phone_verified,
            id_verified,
            locale,
            updated_at: UPDATED,
            details: details(&id, table)?,
        };
        let shown = match acr {
            None | Some(Acr::One) if state == Some(State::WithApp) => Shown::PasswordAndAppCode,
            None | Some(Acr::One) => Shown::Password,
            Some(Acr::Two) => Shown::PasswordAndAppCode,
            Some(Acr::PhishingResistant) => Shown::Passkey,
        };
        let state = state.unwrap_or(State::Verified);
        Ok(Self { id, account, state, claims, province, shown, faults })
    }

    /// What has to be settled before a site is entered.
    pub fn unsettled(&self) -> Unsettled {
        Unsettled { leaving: self.state == State::Cancelled, guardian: self.state == State::Minor, agreements: false }
    }

    /// Whether nobody signs in as them.
    pub fn is_locked(&self) -> bool {
        self.state == State::Locked
    }
}

/// Adds candidates to others.
///
/// # Errors
/// Two have the same id.
pub fn joined(mut all: Vec<Candidate>, more: Vec<Candidate>) -> Result<Vec<Candidate>, CandidateError> {
    for one in more {
        if all.iter().any(|known| known.id == one.id) {
            return Err(CandidateError::Twice(one.id));
        }
        all.push(one);
    }
    Ok(all)
}

const BEIJING: Province = Province::ALL[0];

/// The subject that goes with an id.
fn account(id: &str) -> AccountId {
    AccountId::new(UPDATED, &Derived(sha256(format!("passport simulate\0{id}").as_bytes())))
}

/// Bytes that are always the same.
struct Derived([u8; 32]);

impl Entropy for Derived {
    fn fill(&self, buffer: &mut [u8]) {
        buffer.iter_mut().zip(self.0.iter().cycle()).for_each(|(to, from)| *to = *from);
    }
}

/// It stands in an address, in the id of an element and in a selector.
fn is_id(text: &str) -> bool {
    // `#candidate-new` is the form's.
    (1..=40).contains(&text.len())
        && text != "new"
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-_".contains(&b))
}

fn details(candidate: &str, rest: Table) -> Result<Details, CandidateError> {
    let wrong = |field: &str, problem: String| CandidateError::Field {
        candidate: candidate.to_owned(),
        field: field.to_owned(),
        problem,
    };
    let names: Vec<String> = rest.keys().cloned().collect();
    let mut details: Details =
        Value::Table(rest).try_into().map_err(|error: toml::de::Error| wrong(&names.join(", "), error.to_string()))?;
    match details.tidy().first() {
        Some((field, error)) => Err(wrong(field, error.to_string())),
        None => Ok(details),
    }
}

/// The fields of a candidate, taken out one by one.
struct Fields<'t> {
    id: String,
    table: &'t mut Table,
}

impl Fields<'_> {
    fn wrong(&self, field: &str, problem: impl Into<String>) -> CandidateError {
        let candidate = if self.id.is_empty() { "a candidate".to_owned() } else { self.id.clone() };
        CandidateError::Field { candidate, field: field.to_owned(), problem: problem.into() }
    }

    fn text(&mut self, field: &str) -> Result<Option<String>, CandidateError> {
        match self.table.remove(field) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(self.wrong(field, "is a text")),
        }
    }

    fn truth(&mut self, field: &str) -> Result<Option<bool>, CandidateError> {
        match self.table.remove(field) {
            None => Ok(None),
            Some(Value::Boolean(truth)) => Ok(Some(truth)),
            Some(_) => Err(self.wrong(field, "is true or false")),
        }
    }

    fn one_of<T>(&mut self, field: &str, read: impl Fn(&str) -> Option<T>) -> Result<Option<T>, CandidateError> {
        let Some(text) = self.text(field)? else { return Ok(None) };
        read(&text).map(Some).ok_or_else(|| self.wrong(field, format!("takes no {text:?}")))
    }

    fn faults(&mut self) -> Result<Set, CandidateError> {
        let names = match self.table.remove("faults") {
            None => return Ok(Set::new()),
            Some(Value::Array(names)) => names,
            Some(_) => return Err(self.wrong("faults", "is a list of names")),
        };
        let names = names.iter().map(Value::as_str).collect::<Option<Vec<_>>>();
        let names = names.ok_or_else(|| self.wrong("faults", "is a list of names"))?;
        faults::read(names).map_err(|name| self.wrong("faults", format!("knows no {name:?}")))
    }
}

#[cfg(test)]
mod tests {
    use super::super::faults::Fault;
    use super::*;

    #[test]
    fn a_candidate_is_the_same_each_time_and_no_other() {
        assert_eq!(Candidate::built_in(), Candidate::built_in());
        let accounts: std::collections::BTreeSet<_> = Candidate::built_in().iter().map(|one| one.account).collect();
        assert_eq!(accounts.len(), 6);
        assert_eq!(account("verified").to_string().len(), 36);
    }

    #[test]
    fn a_file_tells_every_claim_and_fault() {
        let text = "[[candidate]]\nid = 'zhang'\nname = '张伟'\nemail = 'z@example.com'\nemail_verified = false\n\
            birthdate = '2001-02-03'\nacr = 'urn:e-test:acr:2'\nexam_province = '31'\nfaults = ['nonce']\n\
            address = { region = '上海' }\n[[candidate]]\nid = 'li'\nstate = 'locked'\n";
        let read = Candidate::of_file(text).expect("candidates");
        assert_eq!((read[0].claims.display_name.as_deref(), read[0].claims.email_verified), (Some("张伟"), false));
        assert_eq!(read[0].claims.details.birthdate.as_deref(), Some("2001-02-03"));
        assert_eq!((read[0].shown, read[0].province.code()), (Shown::PasswordAndAppCode, "31"));
        assert_eq!(read[0].faults, Set::from([Fault::Nonce]));
        assert!(read[1].is_locked() && !read[1].claims.email_verified);
    }

    #[test]
    fn what_is_wrong_with_a_file_is_said() {
        for (text, said) in [
            ("[[candidate]]\nname = 'x'", "`id` is missing"),
            ("[[candidate]]\nid = 'X'", "takes 1 to 40"),
            ("[[candidate]]\nid = 'x'\nstate = 'gone'", "`state` takes no"),
            ("[[candidate]]\nid = 'x'\nbirthdate = 'soon'", "is no date"),
            ("[[candidate]]\nid = 'x'\nheight = 'tall'", "height"),
            ("[[candidate]]\nid = 'x'\nfaults = ['noncense']", "knows no \"noncense\""),
            ("[[candidate]]\nid = 'x'\nemail_verified = 'yes'", "is true or false"),
            ("people = 1", "people"),
        ] {
            let error = Candidate::of_file(text).expect_err("refused").to_string();
            assert!(error.contains(said), "{text}: {error}");
        }
        let twice = joined(Candidate::built_in(), Candidate::of_file("[[candidate]]\nid = 'minor'").expect("read"));
        assert_eq!(twice, Err(CandidateError::Twice("minor".to_owned())));
    }
}
