//! What exactly is done: two people agree on this text and on nothing else.

use serde::{Deserialize, Serialize};
use shared::secret::sha256;

use super::acts::Act;

/// An act with what it is done to, and with how that stood when it was proposed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "snake_case")]
pub enum Payload {
    /// [`Act::Suspend`]
    Suspend {
        /// Which account.
        account: String,
    },
    /// [`Act::Reinstate`]
    Reinstate {
        /// Which account.
        account: String,
    },
    /// [`Act::Unlock`]
    Unlock {
        /// Which account.
        account: String,
    },
    /// [`Act::EndSessions`]
    EndSessions {
        /// Which account.
        account: String,
    },
    /// [`Act::ResetFactors`]
    ResetFactors {
        /// Which account.
        account: String,
        /// How it stood.
        standing: String,
    },
    /// [`Act::InviteStaff`]
    InviteStaff {
        /// What they are called.
        name: String,
        /// As what.
        roles: String,
    },
    /// [`Act::ChangeRoles`]
    ChangeRoles {
        /// Whose.
        staff: String,
        /// What they were.
        from: String,
        /// What they are to be.
        to: String,
    },
    /// [`Act::SuspendStaff`]
    SuspendStaff {
        /// Whom.
        staff: String,
    },
    /// [`Act::ReinstateStaff`]
    ReinstateStaff {
        /// Whom.
        staff: String,
    },
    /// [`Act::RetryDelivery`]
    RetryDelivery {
        /// Of which kind it is.
        kind: String,
        /// Which message.
        message: String,
    },
    /// [`Act::RetryDeliveries`]
    RetryDeliveries {
        /// Of which kind.
        kind: String,
    },
    /// [`Act::SuspendClient`]
    SuspendClient {
        /// Which client.
        client: String,
    },
    /// [`Act::ReinstateClient`]
    ReinstateClient {
        /// Which client.
        client: String,
    },
}

impl Payload {
    /// Which act.
    pub const fn act(&self) -> Act {
        match self {
            Self::Suspend { .. } => Act::Suspend,
            Self::Reinstate { .. } => Act::Reinstate,
            Self::Unlock { .. } => Act::Unlock,
            Self::EndSessions { .. } => Act::EndSessions,
            Self::ResetFactors { .. } => Act::ResetFactors,
            Self::InviteStaff { .. } => Act::InviteStaff,
            Self::ChangeRoles { .. } => Act::ChangeRoles,
            Self::SuspendStaff { .. } => Act::SuspendStaff,
            Self::ReinstateStaff { .. } => Act::ReinstateStaff,
            Self::RetryDelivery { .. } => Act::RetryDelivery,
            Self::RetryDeliveries { .. } => Act::RetryDeliveries,
            Self::SuspendClient { .. } => Act::SuspendClient,
            Self::ReinstateClient { .. } => Act::ReinstateClient,
        }
    }

    /// The account that it is about.
    pub fn account(&self) -> Option<&str> {
        match self {
            Self::Suspend { account }
            | Self::Reinstate { account }
            | Self::Unlock { account }
            | Self::EndSessions { account }
            | Self::ResetFactors { account, .. } => Some(account),
            _ => None,
        }
    }

    /// Who of the staff it is about.
    pub fn staff(&self) -> Option<&str> {
        match self {
            Self::ChangeRoles { staff, .. } | Self::SuspendStaff { staff } | Self::ReinstateStaff { staff } => {
                Some(staff)
            }
            _ => None,
        }
    }

    /// As it is stored.
    pub fn text(&self) -> String {
        // Texts alone: nothing in it can fail to be written.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Reads [`Self::text`].
    pub fn read(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }
}

/// What stands for a text that two people agree on.
pub fn hash(text: &str) -> [u8; 32] {
    sha256(text.as_bytes())
}

#[cfg(test)]
pub(crate) mod samples {
    use super::Payload;

    /// One of each.
    pub(crate) fn all() -> Vec<Payload> {
        let text = || "x".to_owned();
        vec![
            Payload::Suspend { account: text() },
            Payload::Reinstate { account: text() },
            Payload::Unlock { account: text() },
            Payload::EndSessions { account: text() },
            Payload::ResetFactors { account: text(), standing: text() },
            Payload::InviteStaff { name: text(), roles: text() },
            Payload::ChangeRoles { staff: text(), from: text(), to: text() },
            Payload::SuspendStaff { staff: text() },
            Payload::ReinstateStaff { staff: text() },
            Payload::RetryDelivery { kind: text(), message: text() },
            Payload::RetryDeliveries { kind: text() },
            Payload::SuspendClient { client: text() },
            Payload::ReinstateClient { client: text() },
        ]
    }
}
