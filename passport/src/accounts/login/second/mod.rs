//! The second step: a code of the app or by SMS, a recovery code or a passkey, after the password was right.
//!
//! Half a sign-in is a row that the browser holds a token of, good for [`LIFETIME`]. It is worth nothing but this step,
//! and nothing at all once the password is another.

mod cookie;
mod operation;
mod page;
mod sms;
pub mod store;

use std::time::Duration;

use shared::db::{DbError, Tx};

pub use self::cookie::HalfToken;
pub(super) use self::cookie::{set, token_hash};
pub(super) use self::operation::Answer;
pub use self::page::{show, submit};

use crate::accounts::Accounts;
use crate::accounts::model::Province;
use crate::accounts::sessions::Stay;
use crate::accounts::store::Credentials;

/// How long the second step may take: long enough to look for the telephone, or the sheet of paper.
pub const LIFETIME: Duration = Duration::from_secs(10 * 60);

/// Begins half a sign-in.
pub(super) async fn begin(
    accounts: &Accounts,
    tx: &mut Tx,
    account: &Credentials,
    (province, stay): (Option<Province>, Stay),
) -> Result<HalfToken, DbError> {
    let parts = accounts.parts();
    let token = HalfToken::new(&*parts.entropy);
    let half = store::Half { account: account.id, password_set_at: account.password_set_at, province, stay };
    store::insert(tx, token.hash(), &half, parts.clock.now() + LIFETIME).await?;
    Ok(token)
}
