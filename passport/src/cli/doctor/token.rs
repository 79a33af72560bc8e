//! The token (an HSM): whether it is there, takes the PIN, and has the keys that are said to be in it.

use futures_util::FutureExt as _;
use shared::db::DbError;

use super::local::broken;
use super::{Finding, Patient};
use crate::cli::world;
use crate::keys::store::tokens::{self, InToken};
use crate::keys::store::{self, StoredKey};
use crate::keys::token::pkcs11::Token;
use crate::keys::token::{KeyHolder as _, TokenError};
use crate::keys::{self, Alg, Masters};

const CHECK: &str = "token";

pub async fn check(patient: &Patient) -> Vec<Finding> {
    let (held, stored) = match &patient.db {
        None => (Vec::new(), Vec::new()),
        Some(db) => {
            let read = db.read::<_, DbError, _>(|tx| {
                async move { Ok((tokens::all(tx).await?, store::signing_keys(tx).await?)) }.boxed()
            });
            match read.await {
                Ok(read) => read,
                Err(error) => return vec![broken(CHECK, &error)],
            }
        }
    };
    let held: Vec<InToken> = held.into_iter().filter(|key| key.destroyed.is_none()).collect();
    let Some(token) = world::token(&patient.config.keys.pkcs11) else { return without(&held, &stored) };
    match token.serial().await {
        Err(error) => vec![unusable(&error)],
        Ok(serial) => {
            let mut findings = vec![Finding::ok(CHECK, format!("{} ({serial}) takes the PIN", token.name()))];
            findings.extend(algorithms(patient, &token).await);
            if let Ok(masters) = world::masters(&patient.config) {
                findings.extend(keys_in_it(&masters, &stored).await);
            }
            findings.extend(left_over(&held, &stored));
            findings
        }
    }
}

/// No token is configured.
fn without(held: &[InToken], stored: &[StoredKey]) -> Vec<Finding> {
    if !held.iter().any(|key| is_used(key, stored)) {
        return Vec::new();
    }
    vec![Finding::error(
        CHECK,
        TokenError::NotConfigured.to_string(),
        "the settings of the token were taken away while keys are in it",
        "put them back; to leave the token, let keys.pkcs11.algs name what is to stay and change the others twice",
    )]
}

fn unusable(error: &TokenError) -> Finding {
    let (cause, advice) = match error {
        TokenError::Module { .. } => {
            ("the module is not installed, or is of another system", "let keys.pkcs11.module name the token's module")
        }
        TokenError::NoToken { .. } | TokenError::Ambiguous { .. } => (
            "it is not plugged in, not initialised, or called something else",
            "let keys.pkcs11.token be the label or the serial number of a token that is there",
        ),
        TokenError::Pin | TokenError::PinLocked | TokenError::PinSource(_) => (
            "the PIN was changed, or the file is of another token",
            "put the PIN right before anything tries it again: a token locks itself after a few",
        ),
        _ => {
            ("the token or the way to it is down, or overloaded", "see the token's own log; it serves again by itself")
        }
    };
    Finding::error(CHECK, error.to_string(), cause, advice)
}

async fn algorithms(patient: &Patient, token: &Token) -> Vec<Finding> {
    let mut findings = Vec::new();
    for alg in world::in_token(&patient.config) {
        match token.offers(alg).await {
            Ok(true) => {}
            Ok(false) if alg == Alg::EdDsa => findings.push(Finding::warning(
                CHECK,
                "the token offers no EdDSA: these keys are made in software, sealed under the master key",
                "few tokens do",
                "take EdDSA out of keys.pkcs11.algs",
            )),
            Ok(false) => findings.push(unusable(&TokenError::NotOffered(alg))),
            Err(error) => findings.push(unusable(&error)),
        }
    }
    findings
}

async fn keys_in_it(masters: &Masters, stored: &[StoredKey]) -> Vec<Finding> {
    let proven = keys::prove(masters, stored).await;
    let good = proven.iter().filter(|(_, proof)| proof.is_ok()).map(|(kid, _)| kid.as_str()).collect::<Vec<_>>();
    let mut findings = Vec::new();
    if !good.is_empty() {
        findings.push(Finding::ok(CHECK, format!("it signs with {}", good.join(", "))));
    }
    findings.extend(proven.iter().filter_map(|(kid, proof)| {
        let error = proof.as_ref().err()?;
        Some(Finding::error(
            CHECK,
            format!("key {kid}: {error}"),
            "it is another token than the one that made the key, or somebody removed the key from it",
            "bring the right token back; if it is lost, `passport keys compromise` replaces its keys",
        ))
    }));
    findings
}

/// Whether something is signed by it, or may be.
fn is_used(held: &InToken, stored: &[StoredKey]) -> bool {
    stored.iter().any(|key| held.kid.as_ref() == Some(&key.record.kid) && key.private_key.is_some())
}

/// What is destroyed here and still there.
fn left_over(held: &[InToken], stored: &[StoredKey]) -> Option<Finding> {
    let left = held.iter().filter(|key| key.kid.is_some() && !is_used(key, stored)).count();
    (left > 0).then(|| {
        Finding::warning(
            CHECK,
            format!("{left} key(s) that are destroyed are still in the token"),
            "the token could not be reached when they were, and no passport is running since",
            "start the passport, which destroys them; or remove them with the token's own tools",
        )
    })
}

#[cfg(test)]
mod tests {
    use shared::clock::Timestamp;
    use shared::entropy::SeededEntropy;

    use super::super::Severity;
    use super::*;
    use crate::keys::model::Times;
    use crate::keys::pin::model::Pins;
    use crate::keys::token::ObjectId;
    use crate::keys::trial::model::Tried;
    use crate::keys::{KeyRecord, KeyState};

    fn held(kid: Option<&str>) -> InToken {
        let object = ObjectId::random(&SeededEntropy::new(1));
        let (kid, token) = (kid.map(str::to_owned), Some("serial".to_owned()));
        InToken { object, kid, token, destroyed: None::<Timestamp> }
    }

    fn stored(kid: &str, private_key: Option<Vec<u8>>) -> StoredKey {
        let now = Timestamp::from_seconds(1_000);
        let record = KeyRecord {
            kid: kid.to_owned(),
            alg: Alg::ES256,
            state: KeyState::Active { since: now },
            times: Times { made: now, activated: Some(now), retired: None },
            published_in: 0,
            tried: Tried::default(),
            pins: Pins::default(),
        };
        StoredKey { record, public_key: Vec::new(), private_key, master_key_id: "m".to_owned() }
    }

    #[test]
    fn settings_that_were_taken_away_are_missed_only_while_keys_are_in_the_token() {
        let (used, retired) = (stored("k", Some(vec![1])), stored("k", None));
        assert!(without(&[], &[]).is_empty() && without(&[held(None)], std::slice::from_ref(&used)).is_empty());
        assert!(without(&[held(Some("k"))], &[retired]).is_empty());
        let told = without(&[held(Some("k"))], &[used]);
        assert_eq!(told.first().map(|finding| finding.severity), Some(Severity::Error));
    }

    #[test]
    fn a_key_that_is_destroyed_here_is_told_of_while_it_is_there() {
        assert!(left_over(&[held(None)], &[]).is_none(), "it is being made");
        assert!(left_over(&[held(Some("k"))], &[stored("k", Some(vec![1]))]).is_none(), "it signs");
        let told = left_over(&[held(Some("k"))], &[]).expect("a finding");
        assert!(told.seen.starts_with("1 key(s)") && told.severity == Severity::Warning);
    }
}
