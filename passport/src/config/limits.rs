//! `[limits]`

use shared::config::{Raw, Setting};

shared::settings! {
    /// Limits against guessing and flooding. A network block is an IPv4 address or an IPv6 /64; the /48 around a /64 may
    /// do 16 times as much, and 4 times as many sign-ins. Whole schools sit behind one address: the defaults let a
    /// school work.
    pub struct LimitsSettings {
        /// Whether limits apply. Only measuring turns them off.
        enabled: bool = true,
        /// Sign-in attempts of one network block in a minute, and as many again in browsers in which the account is
        /// known. It guards the threads that hash passwords: who guesses is stopped by the lock of each name, and
        /// slowed down by work that grows with the failures of the block.
        sign_in_per_minute: u32 = 1200,
        /// Registrations of one network block in an hour, before the next is refused. Long before, from 30 on, each is
        /// asked for more work of its browser.
        register_per_hour: u32 = 3000,
        /// Clients that one network block may register in an hour where everybody may (`registration.policy`).
        clients_per_hour: u32 = 60,
        /// How often in an hour one network block is told that a mail address or mobile number is in use, before it may
        /// not register any more. Each such answer counts as five registrations for the work that is asked for.
        taken_per_hour: u32 = 200,
        /// Requests of one client in a second, on all nodes together and over ten seconds: the codes that it gets through
        /// browsers, and as many calls of its own with its authentication or an access token. What is beyond is answered
        /// with `temporarily_unavailable`, or with 429 and `Retry-After`.
        client_per_second: u32 = 500,
        /// The same for clients that have another number, each as `client_id=requests`.
        client_rates: Vec<ClientRate>,
    }
}

/// How many requests a second one client may send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientRate {
    /// Its `client_id`.
    pub client: String,
    /// Requests a second.
    pub per_second: u32,
}

impl Setting for ClientRate {
    const KIND: &'static str = "requests of a client, as in `cet=2000`";

    fn decode(raw: Raw<'_>) -> Result<Self, String> {
        let text = String::decode(raw)?;
        let pair = text.split_once('=').map(|(client, rate)| (client.trim(), rate.trim().parse()));
        match pair {
            Some((client, Ok(per_second))) if !client.is_empty() => Ok(Self { client: client.to_owned(), per_second }),
            _ => Err(format!("`{text}` is not a client and its requests a second, such as cet=2000")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_names_its_client() {
        let rate = |text| ClientRate::decode(Raw::Env(text));
        assert_eq!(rate("cet = 2000"), Ok(ClientRate { client: "cet".to_owned(), per_second: 2_000 }));
        for wrong in ["cet", "=5", "cet=", "cet=-1", "cet=many"] {
            assert!(rate(wrong).is_err(), "{wrong}");
        }
    }
}
