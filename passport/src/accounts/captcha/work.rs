//! Proof of work: what a browser does in place of reading a picture.
//!
//! The protocol is ALTCHA's second (<https://altcha.org>), with PBKDF2: of a counter, its key begins with eight zero bits
//! once in 256 tries on average, and each try costs as many iterations as the level asks for. Browsers have PBKDF2 built
//! in, so that a phone is not outrun by programs as it is where its script hashes.

use altcha::{Challenge, ChallengeParameters, HmacAlgorithm, Solution, VerifySolutionOptions};

use super::Level;
use super::ticket::Ticket;
use crate::web::{KeyUse, Sealer};

/// What the key of a challenge is made for.
const PURPOSE: KeyUse = KeyUse::CaptchaWork;

const ALGORITHM: &str = "PBKDF2/SHA-256";

/// Zero bits of the key, and how they are written.
const PREFIX_BITS: u8 = 8;
const PREFIX: &str = "00";

/// Bytes of the key.
const KEY_LENGTH: usize = 32;

/// The longest solution that is looked at.
const LONGEST: usize = 200;

/// What the browser is asked, signed. It is made anew from its ticket each time: the nonce is its id, the salt its form
/// and level. When it is too old, the ticket says.
fn challenge(ticket: &Ticket, level: Level, bits: u8, sealer: &dyn Sealer) -> Option<(Challenge, String)> {
    let key = hex(&sealer.mac(PURPOSE, &ticket.id));
    let iterations = bits.saturating_add(level.number()).saturating_sub(PREFIX_BITS).min(31);
    let mut parameters = ChallengeParameters {
        algorithm: ALGORITHM.to_owned(),
        cost: 1 << iterations,
        data: None,
        expires_at: None,
        key_length: KEY_LENGTH,
        key_prefix: PREFIX.to_owned(),
        key_signature: None,
        memory_cost: None,
        nonce: hex(&ticket.id),
        parallelism: None,
        salt: hex(&[ticket.form.code(), level.number()]),
    };
    let signed = altcha::sign_challenge(&HmacAlgorithm::Sha256, &mut parameters, None, &key, None).ok()?;
    Some((signed, key))
}

/// The challenge as the page hands it to the script.
pub(super) fn text(ticket: &Ticket, level: Level, bits: u8, sealer: &dyn Sealer) -> String {
    challenge(ticket, level, bits, sealer)
        .and_then(|(challenge, _)| serde_json::to_string(&challenge).ok())
        .unwrap_or_default()
}

/// Whether that solves the challenge of a ticket. Costs one try.
pub(super) fn is_done(ticket: &Ticket, level: Level, solution: &str, (bits, sealer): (u8, &dyn Sealer)) -> bool {
    if solution.len() > LONGEST {
        return false;
    }
    let Ok(solution) = serde_json::from_str::<Solution>(solution) else { return false };
    let Some((challenge, key)) = challenge(ticket, level, bits, sealer) else { return false };
    altcha::verify_solution(VerifySolutionOptions::new(&challenge, &solution, &key)).is_ok_and(|result| result.verified)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What the page's script does.
#[cfg(test)]
pub(super) fn solve(challenge: &str) -> String {
    let challenge: Challenge = serde_json::from_str(challenge).expect("a challenge");
    let solved = altcha::solve_challenge(altcha::SolveChallengeOptions::new(&challenge)).expect("a sound challenge");
    serde_json::to_string(&solved.expect("a solution in time")).expect("JSON")
}
