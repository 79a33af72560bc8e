//! Whose a login name is: by the index of names, or as the number of a document that an account has.
//!
//! A number that nobody has takes the same statements and the same hash as one that somebody has, as a name does.

use shared::db::{DbError, Tx};

use crate::accounts::Accounts;
use crate::accounts::model::{AccountId, LoginName};
use crate::accounts::store::{self, Found};

/// What a sign-in by that name needs to know.
pub(in crate::accounts) async fn whose(accounts: &Accounts, tx: &mut Tx, name: &LoginName) -> Result<Found, DbError> {
    let found = store::credentials(tx, name).await?;
    let (Found::Nobody { neighbour }, Some(first)) = (&found, name.documents().first()) else { return Ok(found) };
    let mut holders: Vec<AccountId> = Vec::new();
    for document in name.documents() {
        let holder = store::find_by_document(tx, document.kind(), accounts.document_hashes(document)).await?;
        holders.extend(holder.filter(|holder| !holders.contains(holder)));
    }
    // The same figures can stand on documents of two people: then neither of them is meant.
    if let [holder] = holders[..] {
        return Ok(store::credentials_by_id(tx, holder).await?.map_or(found, Found::Account));
    }
    let beside = store::neighbour_by_document(tx, accounts.document_hashes(first)).await?;
    Ok(Found::Nobody { neighbour: beside.or_else(|| neighbour.clone()) })
}
