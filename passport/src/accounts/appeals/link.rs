//! The links of an appeal. Each is the appeal's id with a keyed hash of it, so that every message can carry one again, and
//! neither the rows nor the id gives one away. None of them signs anybody in.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use shared::secret::constant_time_eq;

use super::model::AppealId;
use crate::accounts::model::AccountId;
use crate::web::{KeyUse, Sealer};

/// How much of the hash a link carries: 192 bits, so that the address fits into the eighty characters of an SMS.
const MAC: usize = 24;

/// Where a link leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LinkTo {
    /// How the appeal stands, for who appealed.
    Case,
    /// The objection, for the holder who is heard: another one's link does not do.
    Objection(AccountId),
    /// The document that was won.
    Document,
}

impl LinkTo {
    const fn purpose(self) -> KeyUse {
        match self {
            Self::Case => KeyUse::AppealCase,
            Self::Objection(_) => KeyUse::AppealObjection,
            Self::Document => KeyUse::AppealDocument,
        }
    }

    fn mac(self, sealer: &dyn Sealer, id: AppealId) -> [u8; MAC] {
        let of = match self {
            Self::Objection(holder) => format!("{id}\0{holder}"),
            Self::Case | Self::Document => id.to_string(),
        };
        let mac = sealer.mac(self.purpose(), of.as_bytes());
        std::array::from_fn(|at| mac[at])
    }
}

/// The secret in the address of a link.
pub(super) fn secret(sealer: &dyn Sealer, to: LinkTo, id: AppealId) -> String {
    // An id is sixteen bytes, whichever way it is written.
    let bytes = u128::from_str_radix(&id.to_string().replace('-', ""), 16).unwrap_or_default().to_be_bytes();
    URL_SAFE_NO_PAD.encode([bytes.as_slice(), &to.mac(sealer, id)].concat())
}

/// A secret as it came, not yet compared with anything.
#[derive(Clone)]
pub(super) struct Token {
    /// The appeal that it names.
    pub(super) id: AppealId,
    mac: [u8; MAC],
}

impl Token {
    /// Reads what stands in an address.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let (id, mac) = bytes.split_first_chunk::<16>()?;
        let id = format!("{:032x}", u128::from_be_bytes(*id)).parse().ok()?;
        Some(Self { id, mac: mac.try_into().ok()? })
    }

    /// Whether it is the one of that link.
    pub(super) fn leads(&self, sealer: &dyn Sealer, to: LinkTo) -> bool {
        constant_time_eq(&self.mac, &to.mac(sealer, self.id))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::seal::testing::PlainSealer;

    #[test]
    fn a_link_leads_to_its_page_its_appeal_and_its_holder_alone() {
        let ids = ["01890000-0000-7000-8000-000000000001", "01890000-0000-7000-8000-000000000002"];
        let [id, other] = ids.map(|id| id.parse::<AppealId>().expect("an id"));
        let [holder, stranger] = ids.map(|id| id.parse::<AccountId>().expect("an id"));
        let all = [LinkTo::Case, LinkTo::Objection(holder), LinkTo::Objection(stranger), LinkTo::Document];
        for to in all {
            let token = Token::parse(&secret(&PlainSealer, to, id)).expect("a token");
            assert_eq!(token.id, id);
            for asked in all {
                assert_eq!(token.leads(&PlainSealer, asked), asked == to, "{to:?} {asked:?}");
            }
            let moved = Token { id: other, ..token };
            assert!(!moved.leads(&PlainSealer, to));
        }
        let address = format!("appeal/objection?t={}", secret(&PlainSealer, all[1], id));
        assert!(address.len() <= 80, "operators of SMS take no more: {address}");
        for none in ["", "x", "AAAA", &"A".repeat(53), &"A".repeat(55), &"A".repeat(2_000)] {
            assert!(Token::parse(none).is_none(), "{none}");
        }
    }
}
