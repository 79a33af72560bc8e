//! 联系方式: the mail address and the mobile number of an account, and whether they are proven to be its owner's.
//!
//! A person proves a contact by the code that was sent to it, typed where it was asked for, or by the link in a mail,
//! followed in any browser. The link's page says who asked and offers “not me”; it signs nobody in. As long as nothing
//! of an account is proven, a mistyped address can be corrected at will; from then on another one takes the place of the
//! present one only after it was proven itself and the password was given, and a former one can undo that ([`change`]). A
//! contact that another account claims and never proved goes to who proves it ([`claimed`]). An account of which nothing is proven within [`closing::UNPROVEN_LIFETIME`]
//! is closed. A number that operators gave to somebody else leaves the account when its new owner asks and nobody keeps
//! it ([`claim`]).

mod aging;
mod change;
pub mod change_page;
pub mod claim;
pub mod claimed;
pub mod closing;
pub mod confirm;
pub mod keep_page;
mod list;
mod operation;
mod proof_page;
pub mod store;
pub mod undo_page;

pub use self::change::UNDO;
pub use self::claim::KEPT as KEEP_CLAIMS;
pub use self::closing::UNPROVEN_LIFETIME;
pub use self::list::{send, show};
pub use self::operation::{Corrected, Refused};
pub use self::proof_page::{show as show_proof, submit as submit_proof};
pub use self::store::{Held, Standing};
