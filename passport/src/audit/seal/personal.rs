//! What is personal in the lines of a batch: sealed for their account before they are listed, so that the digest is of what is
//! stored, and holds when nobody opens it any more.

use std::collections::HashMap;

use shared::db::{DbError, Tx};
use shared::entropy::{Entropy, bytes};

use crate::audit::origin::{Field, Origins};
use crate::audit::store::lines::Line;
use crate::audit::store::salts::{self, Salt};

/// The salts of the accounts of which these lines tell something personal.
pub(super) async fn salts(tx: &mut Tx, lines: &[Line]) -> Result<HashMap<String, Salt>, DbError> {
    let mut found = HashMap::new();
    for line in lines.iter().filter(|line| line.network.is_some() || line.device.is_some()) {
        if let Some(account) = line.account.as_ref().filter(|account| !found.contains_key(*account)) {
            found.insert(account.clone(), salts::find(tx, account).await?);
        }
    }
    Ok(found)
}

/// Makes the salts that are missing; those are to be stored with the batch.
pub(super) fn make_missing(salts: &mut HashMap<String, Salt>, entropy: &dyn Entropy) -> Vec<(String, [u8; 32])> {
    let mut made = Vec::new();
    for (account, salt) in salts.iter_mut().filter(|(_, salt)| **salt == Salt::Unmade) {
        let fresh = bytes::<32>(entropy);
        *salt = Salt::Made(fresh);
        made.push((account.clone(), fresh));
    }
    // Nodes that seal at once take their rows in one order.
    made.sort_unstable();
    made
}

/// Seals it. Of an account that was closed meanwhile nothing is left of it; what concerns no account stays as it is.
pub(super) fn seal(lines: &mut [Line], origins: &Origins, salts: &HashMap<String, Salt>) {
    for line in lines {
        let Some((account, salt)) = line.account.as_ref().and_then(|account| salts.get_key_value(account)) else {
            continue;
        };
        let origin = origins.of(account, salt);
        line.network = line.network.take().and_then(|text| origin.seal(Field::Network, &text));
        line.device = line.device.take().and_then(|text| origin.seal(Field::Device, &text));
    }
}
