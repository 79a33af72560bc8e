//! Signing in with the passport: an OpenID Connect relying party (authorization code flow with PKCE).
//!
//! ```text
//! start, initiate ──▶ attempt (sealed cookie) ──▶ passport ──▶ callback ──▶ session (own database) ──▶ return path
//!      └──▶ ask: a page with a button, if another site led here (cause) └──▶ fault: a page that says what to do
//! logout ──▶ session ends ──▶ passport's end_session ──▶ signed out
//! back_channel: the passport's session ended ──▶ logout_token ──▶ sessions end
//! signals: something happened to an account there ──▶ security event ──▶ noted, sessions end
//! question: the passport asks about a person ──▶ the desk answers
//! ```
//!
//! Tokens stay on the server. What a browser holds is the random name of its session and, while a sign-in is
//! under way, one sealed cookie per attempt, so that several tabs don't disturb one another.

mod ask;
mod attempt;
mod back_channel;
mod callback;
mod cause;
mod fault;
mod initiate;
mod logout;
mod logout_token;
mod passport;
mod person;
mod provider;
mod question;
mod return_path;
mod service;
pub mod session;
mod signals;
mod signed;
mod start;
mod visitor;

pub use ask::{show as ask_first, submit as press};
pub use back_channel::submit as back_channel_logout;
pub use callback::show as callback;
pub use fault::{Fault, show_again as failed};
pub use initiate::{by_get as initiate, by_post as initiate_by_post};
pub use logout::{ask as sign_out_by_link, signed_out, submit as sign_out};
pub use passport::{Passport, PassportError, RelyingParty};
pub use person::{Person, masked_account};
pub use question::NoQuestion;
pub use return_path::ReturnPath;
pub use service::{Parts, SignIn};
pub use signals::submit as take_signal;
pub use start::show as start;
pub use visitor::Visitor;
