//! What is counted of signing in: by way and outcome, never by whom.

use shared::telemetry::Counts;

use super::sign_in::{Refusal, SignIn};
use super::{passkey, second};
use crate::accounts::factors::passkeys::answer::Refused;
use crate::accounts::hashing::HashError;
use crate::accounts::{Accounts, Trouble};

const PASSWORD: &str = "password";
const PASSKEY: &str = "passkey";
const SECOND_STEP: &str = "second_step";

const SIGNED_IN: &str = "signed_in";
const WRONG: &str = "wrong";
const LOCKED: &str = "locked";
const BLOCKED: &str = "blocked";
const TOO_MANY: &str = "too_many";
const AGREEMENTS_ASKED: &str = "agreements_asked";
const OVER: &str = "over";
const FAILED: &str = "failed";

/// Nobody tried yet.
pub fn none() -> Counts<2> {
    let ways = [PASSWORD, PASSKEY, SECOND_STEP];
    let outcomes = [SIGNED_IN, WRONG, FAILED];
    Counts::new(ways.into_iter().flat_map(|way| outcomes.map(|outcome| labels(way, outcome))))
}

const fn labels(way: &'static str, outcome: &'static str) -> [(&'static str, &'static str); 2] {
    [("way", way), ("outcome", outcome)]
}

/// Counts a try of a password.
pub(super) fn password(accounts: &Accounts, answer: &Result<SignIn, Trouble>) {
    let outcome = match answer {
        Ok(SignIn::Done(_)) => SIGNED_IN,
        Ok(SignIn::Half { .. }) => "second_step_asked",
        Ok(SignIn::Refused(Refusal::Wrong { .. })) => WRONG,
        Ok(SignIn::Refused(Refusal::Locked { .. })) => LOCKED,
        Ok(SignIn::Refused(Refusal::TooMany { .. })) => TOO_MANY,
        Ok(SignIn::Refused(Refusal::Agreements)) => AGREEMENTS_ASKED,
        Ok(SignIn::Refused(Refusal::Blocked | Refusal::Frozen)) => BLOCKED,
        Err(Trouble::Hash(HashError::Busy)) => "turned_away",
        Err(_) => FAILED,
    };
    count(accounts, PASSWORD, outcome);
}

/// Counts the answer of a passkey.
pub(super) fn passkey(accounts: &Accounts, answer: &Result<passkey::Answer, Trouble>) {
    let outcome = match answer {
        Ok(passkey::Answer::Done(_)) => SIGNED_IN,
        Ok(passkey::Answer::Refused(passkey::Refusal::Answer(Refused::Over))) => OVER,
        Ok(passkey::Answer::Refused(passkey::Refusal::Answer(_))) => WRONG,
        Ok(passkey::Answer::Refused(passkey::Refusal::Agreements)) => AGREEMENTS_ASKED,
        Ok(passkey::Answer::Refused(_)) => BLOCKED,
        Err(_) => FAILED,
    };
    count(accounts, PASSKEY, outcome);
}

/// Counts a try of the second step.
pub(super) fn second_step(accounts: &Accounts, answer: &Result<second::Answer, Trouble>) {
    let outcome = match answer {
        Ok(second::Answer::Done(_)) => SIGNED_IN,
        Ok(second::Answer::Over) => OVER,
        Ok(second::Answer::Wrong { .. } | second::Answer::Unsent) => WRONG,
        Ok(second::Answer::Locked { .. } | second::Answer::Shut { .. }) => LOCKED,
        Err(_) => FAILED,
    };
    count(accounts, SECOND_STEP, outcome);
}

fn count(accounts: &Accounts, way: &'static str, outcome: &'static str) {
    accounts.parts().sign_ins.add(labels(way, outcome));
}
