//! The work that a captcha asks of a browser, done honestly: ALTCHA's second protocol, written from its description.

use std::num::NonZeroU32;

use anyhow::Context as _;
use aws_lc_rs::pbkdf2::{PBKDF2_HMAC_SHA256, derive};
use serde_json::{Value, json};

/// Finds the first counter that gives a key which begins as the challenge says. Challenge and solution are JSON.
pub fn solve(challenge: &str) -> anyhow::Result<String> {
    let challenge: Value = serde_json::from_str(challenge).context("the challenge is no JSON")?;
    let parameter = |name: &str| challenge["parameters"][name].as_str().with_context(|| format!("no {name}"));
    anyhow::ensure!(parameter("algorithm")? == "PBKDF2/SHA-256", "another algorithm is asked for");
    let cost = challenge["parameters"]["cost"].as_u64().and_then(|cost| u32::try_from(cost).ok());
    let cost = cost.and_then(NonZeroU32::new).context("the work has no measure")?;
    let length = challenge["parameters"]["keyLength"].as_u64().context("the key has no length")?;
    let (nonce, salt, prefix) = (bytes(parameter("nonce")?)?, bytes(parameter("salt")?)?, parameter("keyPrefix")?);
    let mut key = vec![0; usize::try_from(length)?];
    for counter in 0..u32::MAX {
        derive(PBKDF2_HMAC_SHA256, cost, &salt, &[nonce.as_slice(), &counter.to_be_bytes()].concat(), &mut key);
        let text: String = key.iter().map(|byte| format!("{byte:02x}")).collect();
        if text.starts_with(prefix) {
            return Ok(json!({ "counter": counter, "derivedKey": text }).to_string());
        }
    }
    anyhow::bail!("no counter gives such a key")
}

fn bytes(hex: &str) -> anyhow::Result<Vec<u8>> {
    let pairs = (0..hex.len()).step_by(2).map(|at| hex.get(at..at + 2));
    pairs.map(|pair| Ok(u8::from_str_radix(pair.context("half a byte")?, 16)?)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_begins_as_it_was_asked_for() -> anyhow::Result<()> {
        let challenge = json!({ "parameters": {
            "algorithm": "PBKDF2/SHA-256", "cost": 1, "keyLength": 32, "keyPrefix": "0", "nonce": "00ff", "salt": "01",
        }});
        let solution: Value = serde_json::from_str(&solve(&challenge.to_string())?)?;
        assert!(solution["derivedKey"].as_str().is_some_and(|key| key.len() == 64 && key.starts_with('0')));
        Ok(())
    }
}
