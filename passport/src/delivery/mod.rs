//! Mail, SMS, logout tokens and security events through one durable outbox.
//!
//! [`Outbox`] writes a message in the transaction of what it tells of. The [`worker`] sends it afterwards, as often as
//! it takes within limits, always under the same id, so that a receiver can tell a repetition. [`Mailer`] and
//! [`SmsGateway`] are the ways out for words; those for logout tokens and security events are the
//! provider's. What became of messages is
//! seen, and those given up are taken up again, through [`store`]. Operators and mail servers report later what became of
//! those that they took ([`reports`]); who could not be reached is remembered under a keyed hash, until a message arrives.

mod acs3;
pub mod aliyun;
mod html;
mod kind;
pub mod model;
mod notice;
pub mod outbox;
pub mod reports;
pub mod samples;
pub mod sms;
pub mod smtp;
pub mod store;
pub mod text;
pub mod worker;

pub use self::aliyun::AliyunSms;
pub use self::kind::ChannelKind;
pub use self::model::{
    Channel, KeyLetter, KeyMatter, Letter, LogoutNotice, Marks, MessageId, Outgoing, Payload, Progress, ProofLetter,
    ProofWords, Reason, Receipt, SendError, SignalNotice, SiteName, Template, Transport, Unreachable,
};
pub use self::notice::{Factor, Notice};
pub use self::outbox::Outbox;
pub use self::reports::Reports;
pub use self::sms::SmsGateway;
pub use self::smtp::{MailServer, Mailer};
pub use self::worker::{KEEP_FINISHED, KEEP_UNREACHABLE, Policy, Ways, Worker};
