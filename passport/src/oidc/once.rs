//! Signed tokens of clients that count once: client assertions (RFC 7523 §3) and DPoP proofs (RFC 9449 §11.1).
//!
//! Whoever overhears one must not be able to send it again, to any node. So each is remembered in the database until it
//! would have expired. A request may bring one of each: both are spent by one statement, before anything else happens.

use std::time::Duration;

use futures_util::FutureExt as _;
use shared::clock::Timestamp;
use shared::db::DbError;
use shared::entropy::bytes;
use shared::secret::sha256;

use super::Oidc;
use super::client_auth::assertion;
use super::dpop::proof;
use super::failure::Failure;
use super::rules::Rule;
use super::store::used_tokens;

/// For how long after its end a token is remembered: the clock of another node may be behind. So may that of its maker be
/// ahead.
const MARGIN: Duration = Duration::from_secs(60);

/// What a token is used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use {
    /// To authenticate a client.
    ClientAssertion,
    /// To prove possession of a key.
    DpopProof,
}

/// A token that counts once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Once {
    /// SHA-256 of the use, the signer and the token's `jti`.
    pub(super) id: [u8; 32],
    /// Until when it is remembered.
    pub(super) expires_at: Timestamp,
    /// The earliest moment at which it may have been made, and used for the first time.
    made_at: Timestamp,
}

impl Once {
    /// The token that this signer, a client or the thumbprint of a key, gave that `jti`. It counts until `end`.
    pub fn new(used_for: Use, signer: &str, jti: &str, end: Timestamp) -> Self {
        let (name, longest) = match used_for {
            Use::ClientAssertion => ("client assertion", assertion::LONGEST),
            Use::DpopProof => ("dpop proof", proof::LONGEST),
        };
        // Neither a client id nor a thumbprint holds a line break.
        let id = sha256(format!("{name}\n{signer}\n{jti}").as_bytes());
        Self { id, expires_at: end + MARGIN, made_at: end - longest - MARGIN }
    }

    /// The same, of which it is known when it was made.
    #[must_use]
    pub fn made_at(self, moment: Option<Timestamp>) -> Self {
        Self { made_at: moment.map_or(self.made_at, |moment| moment - MARGIN), ..self }
    }

    /// Whether it may have been used at a time of which this database knows nothing: before a backup was put in its place.
    fn is_older_than(&self, memory: Option<Timestamp>) -> bool {
        memory.is_some_and(|since| self.made_at <= since)
    }
}

/// Spends the tokens of a request. No statement if it brought none.
///
/// # Errors
/// `invalid_client` if the assertion was used before, `invalid_dpop_proof` if the proof was.
pub async fn spend(oidc: &Oidc, assertion: Option<Once>, proof: Option<Once>) -> Result<(), Failure> {
    if assertion.is_none() && proof.is_none() {
        return Ok(());
    }
    let since = oidc.0.keys.remembers_since();
    for (token, rule) in [(assertion, Rule::AssertionUsed), (proof, Rule::ProofUsed)] {
        if token.is_some_and(|token| token.is_older_than(since)) {
            return Err(rule.into());
        }
    }
    let attempt = bytes(&*oidc.0.entropy);
    let all_spent = match (assertion, proof) {
        (None, None) => true,
        (Some(one), None) | (None, Some(one)) => used_tokens::spend(&oidc.0.db, one, attempt).await?,
        (Some(one), Some(other)) => used_tokens::spend_both(&oidc.0.db, [one, other], attempt).await?,
    };
    if all_spent {
        return Ok(());
    }
    let assertion_was_used = match (assertion, proof) {
        (Some(assertion), Some(_)) => !is_ours(oidc, assertion, attempt).await?,
        (assertion, _) => assertion.is_some(),
    };
    Err(if assertion_was_used { Rule::AssertionUsed } else { Rule::ProofUsed }.into())
}

/// Whether it was this attempt that spent the token.
async fn is_ours(oidc: &Oidc, token: Once, attempt: [u8; 16]) -> Result<bool, DbError> {
    oidc.0.db.read(move |tx| async move { used_tokens::was_spent_by(tx, token, attempt).await }.boxed()).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_a_restore_only_what_was_surely_made_since_counts() {
        let restored = Timestamp::from_seconds(10_000);
        let assertion = |end| Once::new(Use::ClientAssertion, "a", "b", Timestamp::from_seconds(end));
        let proof = |end| Once::new(Use::DpopProof, "a", "b", Timestamp::from_seconds(end));
        let is_old = |token: Once| token.is_older_than(Some(restored));
        assert!(
            is_old(assertion(13_660)) && !is_old(assertion(13_661)),
            "it may have been made an hour before its end"
        );
        let made = |seconds| Some(Timestamp::from_seconds(seconds));
        assert!(is_old(assertion(13_661).made_at(made(10_060))) && !is_old(assertion(10_300).made_at(made(10_061))));
        assert!(is_old(proof(10_072)) && !is_old(proof(10_073)));
        assert!(!proof(10_072).is_older_than(None), "nothing was restored");
    }

    #[test]
    fn a_token_is_one_by_its_use_its_signer_and_its_id() {
        let end = Timestamp::from_seconds(1_000);
        let once = |used_for, signer, jti| Once::new(used_for, signer, jti, end);
        let one = once(Use::ClientAssertion, "a", "b");
        assert_eq!(one, once(Use::ClientAssertion, "a", "b"));
        assert_eq!(one.expires_at, end + MARGIN);
        for other in [
            once(Use::DpopProof, "a", "b"),
            once(Use::ClientAssertion, "b", "b"),
            once(Use::ClientAssertion, "a", "a"),
            once(Use::ClientAssertion, "a", "\nb"),
            once(Use::ClientAssertion, "", "a\nb"),
        ] {
            assert_ne!(one, other);
        }
    }
}
