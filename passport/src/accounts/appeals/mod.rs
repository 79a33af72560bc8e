//! 信息占用申诉: somebody else holds one's identity document, and people decide.
//!
//! Who appeals proves a contact first, tells what is occupied and whose it is, and sends a photo of the document. Somebody of
//! the staff finds that credible, or refuses; the present holder is told over every contact and may object; then another one
//! of the staff decides. Granted, the document leaves the holder's account, which stays as it is, and is kept for who
//! appealed, who binds it to an account of their own. Nobody ever gets into another's account by it: see ADR 0025.
//!
//! [`state`] is the one function that leads from step to step. [`photo`] makes ours what was sent. Whether anybody has the
//! document is told to nobody but the staff: the pages answer the same.

mod ask_page;
mod begin;
mod bind;
mod case;
mod case_page;
mod code_page;
mod details_page;
mod document_page;
mod link;
pub mod model;
mod moves;
mod objection_page;
pub mod photo;
mod photo_page;
mod settle;
pub mod staff;
pub mod state;
mod store;
mod ticket;

use std::time::Duration;

use shared::clock::Timestamp;
use shared::db::{DbError, Tx};

pub use self::ask_page::{show, submit};
pub use self::case_page::{show as show_case, submit as submit_case};
pub use self::code_page::AppealCode;
pub use self::details_page::{show as show_details, submit as submit_details};
pub use self::document_page::{show as show_document, submit as submit_document};
pub use self::objection_page::{show as show_objection, submit as submit_objection};
pub use self::photo::Photos;
pub use self::photo_page::{BODY_LIMIT, TIME as UPLOAD_TIME, submit as submit_photo};
pub use self::store::{SEALED_FILES, SEALED_PHOTOS, hashed_by_another, rehash};

use super::Accounts;
use crate::web::Lookup;

/// How long appeals take, and are kept.
#[derive(Debug, Clone, Copy)]
pub struct Policy {
    /// How long the holder of a document may object.
    pub hearing: Duration,
    /// How long after its end the words and the photo of an appeal are kept.
    pub keep: Duration,
}

/// How long the photo is waited for.
const PHOTO_TIME: Duration = Duration::from_secs(24 * 60 * 60);

/// How long a document is kept for who won it.
const BINDING_TIME: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// Whether a document is kept at that moment for somebody who won it: nobody else binds it then.
///
/// # Errors
/// See [`DbError`].
pub(super) async fn is_kept(accounts: &Accounts, tx: &mut Tx, hashes: Lookup, now: Timestamp) -> Result<bool, DbError> {
    Ok(store::kept_for(tx, &*accounts.parts().sealer, hashes, now).await?.is_some())
}
