//! Letting the key sign again that the present one replaced.

use super::alg::Alg;
use super::model::Change;
use super::rotate::back::refusal;
use super::rotate::{Moment, Request};
use super::{Keys, KeysError};

impl Keys {
    /// Lets the keys sign again that the present ones of these algorithms replaced; what changed.
    ///
    /// # Errors
    /// One of them cannot, and then none does; or the database refused.
    pub async fn go_back(&self, algs: Vec<Alg>) -> Result<Vec<Change>, KeysError> {
        self.require_way_back(&algs).await?;
        let changes = self.change(Request::Return { algs: algs.clone() }).await?;
        let is_back = |alg: &Alg| changes.iter().any(|change| returns(change, *alg));
        if algs.iter().all(is_back) {
            return Ok(changes);
        }
        // Something came in between.
        self.require_way_back(&algs).await?;
        Err(KeysError::Changed)
    }

    /// That the former key of each of these algorithms may sign again.
    ///
    /// # Errors
    /// One may not; or the database refused.
    pub async fn require_way_back(&self, algs: &[Alg]) -> Result<(), KeysError> {
        let stock = self.stock().await?;
        let moment = Moment { policy: self.policy(), now: stock.now, served: stock.served };
        algs.iter().find_map(|alg| refusal(*alg, &stock.keys, &moment)).map_or(Ok(()), |refusal| Err(refusal.into()))
    }
}

fn returns(change: &Change, of: Alg) -> bool {
    matches!(change, Change::Signing { alg, from: Some("retiring"), to: "active", .. } if *alg == of)
}
