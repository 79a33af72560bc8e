//! Kinds of channels, as who looks after messages tells them apart.

/// A kind of channel: those for all clients together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ChannelKind {
    /// Mail.
    Mail,
    /// SMS.
    Sms,
    /// Logout tokens.
    Logout,
    /// Security events.
    Signals,
}

impl ChannelKind {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Mail, Self::Sms, Self::Logout, Self::Signals];

    /// Its name in addresses, figures and the record.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Mail => "mail",
            Self::Sms => "sms",
            Self::Logout => "logout",
            Self::Signals => "signals",
        }
    }

    /// Reads [`Self::as_str`].
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }

    /// The kind of the channel that is stored under that name; `None` for one that only a newer version knows.
    pub fn of_channel(name: &str) -> Option<Self> {
        Self::parse(name.split_once(':').map_or(name, |(kind, _)| kind))
    }

    /// What the names of its channels are like, for `LIKE`.
    pub(super) const fn pattern(self) -> &'static str {
        match self {
            Self::Mail => "mail",
            Self::Sms => "sms",
            Self::Logout => "logout:%",
            Self::Signals => "signals:%",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::delivery::Channel;

    #[test]
    fn every_channel_is_of_the_kind_that_figures_give_it() {
        let client = || "a-client".to_owned();
        for channel in [Channel::Mail, Channel::Sms, Channel::Logout(client()), Channel::Signals(client())] {
            let kind = ChannelKind::of_channel(&channel.name()).expect("a kind");
            assert_eq!(kind.as_str(), channel.kind());
            assert!(channel.name().starts_with(kind.pattern().trim_end_matches('%')), "{channel}");
        }
        assert_eq!(ChannelKind::of_channel("none"), None);
    }
}
