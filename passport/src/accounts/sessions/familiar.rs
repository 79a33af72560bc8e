//! Whether a sign-in came from where nobody had signed in to the account before.
//!
//! What is kept of sign-ins decides, at the time at which it is looked at: nothing is stored of the answer. Where a
//! database of places knows the place, regions are compared; where none does, networks, and those as widely as providers
//! have them: a phone gets another address of its provider every few hours, and a warning beside every sign-in warns of
//! nothing.
//!
//! A place stays new for [`SETTLED`]: whoever got hold of a password does not make theirs a known one by signing in
//! twice. Where the account was first signed in to is never new.

use std::net::IpAddr;
use std::time::Duration;

use shared::clock::Timestamp;

use crate::places::{Places, Region};

/// How long after the first sign-in from a place others from there are called new.
pub const SETTLED: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// How many bits of an address are the provider's, about.
const PROVIDER_V4: u32 = 16;
const PROVIDER_V6: u32 = 32;

/// What is new about a sign-in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum New {
    /// The region.
    Region,
    /// The network; the region is not known.
    Network,
}

/// From where an account was signed in to.
pub struct Familiar<'p> {
    places: &'p Places,
    known: Vec<Known>,
}

/// One of those networks.
struct Known {
    provider: Option<Provider>,
    region: Option<Region>,
    since: Timestamp,
}

/// A block of addresses of about one provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Provider {
    V4(u32),
    V6(u128),
}

impl Provider {
    /// That of a network as it is stored.
    fn of(network: &str) -> Option<Self> {
        Some(match network.split('/').next()?.parse::<IpAddr>().ok()?.to_canonical() {
            IpAddr::V4(address) => Self::V4(address.to_bits() >> (u32::BITS - PROVIDER_V4)),
            IpAddr::V6(address) => Self::V6(address.to_bits() >> (u128::BITS - PROVIDER_V6)),
        })
    }
}

impl<'p> Familiar<'p> {
    /// Those networks, each since when it is known.
    pub fn of(places: &'p Places, networks: Vec<(String, Timestamp)>) -> Self {
        let known = |(network, since): (String, Timestamp)| Known {
            provider: Provider::of(&network),
            region: places.region_of(&network),
            since,
        };
        Self { places, known: networks.into_iter().map(known).collect() }
    }

    /// What is new about a sign-in from that network at that moment; nothing where nothing is known to compare it with.
    pub fn new_about(&self, network: &str, at: Timestamp) -> Option<New> {
        if let Some(here) = self.places.region_of(network) {
            let regions = self.known.iter().filter_map(|known| Some((known.region.as_ref()?, known.since)));
            return is_new(at, regions.map(|(region, since)| (region.may_be(&here), since))).then_some(New::Region);
        }
        let here = Provider::of(network)?;
        let providers = self.known.iter().filter_map(|known| Some((known.provider? == here, known.since)));
        is_new(at, providers).then_some(New::Network)
    }
}

/// Whether what was done at that moment was done in a new place: of others it is said whether they are the same, and since
/// when they are known.
fn is_new(at: Timestamp, places: impl Iterator<Item = (bool, Timestamp)>) -> bool {
    let (mut here, mut elsewhere) = (at, None::<Timestamp>);
    for (same, since) in places {
        if same {
            here = here.min(since);
        } else {
            elsewhere = Some(elsewhere.map_or(since, |earlier| earlier.min(since)));
        }
    }
    at.since(here) < SETTLED && elsewhere.is_some_and(|earlier| earlier < here)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    const HOUR: Duration = Duration::from_secs(60 * 60);

    /// A moment, so many hours after the first.
    fn hour(n: u32) -> Timestamp {
        Timestamp::from_seconds(1_773_797_100) + HOUR * n
    }

    fn places() -> Places {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/places/cities.mmdb");
        Places::of(Some(&file)).expect("a database of places")
    }

    fn new_about(places: &Places, known: &[(&str, u32)], (network, at): (&str, u32)) -> Option<New> {
        let known = known.iter().map(|(network, since)| ((*network).to_owned(), hour(*since))).collect();
        Familiar::of(places, known).new_about(network, hour(at))
    }

    #[test]
    fn where_an_account_was_first_signed_in_to_is_never_new() {
        for places in [places(), Places::default()] {
            for network in ["203.0.113.7", "2001:db8:1:2::/64", "10.0.0.7"] {
                assert_eq!(new_about(&places, &[(network, 0)], (network, 0)), None, "the first of all");
                assert_eq!(new_about(&places, &[(network, 0), ("198.51.100.1", 1)], (network, 2)), None);
                assert_eq!(new_about(&places, &[], (network, 0)), None, "nothing is known");
            }
        }
    }

    #[test]
    fn another_region_is_new_and_another_network_of_the_same_region_is_not() {
        let places = places();
        let home = ("203.0.113.7", 0);
        let new = |network| new_about(&places, &[home, (network, 5)], (network, 5));
        assert_eq!(new("198.51.100.1"), Some(New::Region));
        assert_eq!(new("198.51.100.40"), Some(New::Region), "another region of the same country");
        for same in ["2001:db8:1:2::/64", "198.51.100.100", "203.0.113.200"] {
            assert_eq!(new(same), None, "{same}");
        }
        // Nothing is known of its place: then the network tells.
        assert_eq!(new("10.0.0.7"), Some(New::Network));
        assert_eq!(new_about(&places, &[("10.0.0.7", 0), home], ("203.0.113.7", 0)), None, "no region to compare");
    }

    #[test]
    fn without_places_another_provider_is_new_and_another_address_of_the_same_is_not() {
        let places = Places::default();
        let new = |known, network| new_about(&places, &[(known, 0), (network, 5)], (network, 5));
        assert_eq!(new("203.0.113.7", "198.51.100.1"), Some(New::Network));
        assert_eq!(new("203.0.113.7", "203.0.200.1"), None);
        assert_eq!(new("2001:db8:1:2::/64", "2001:db8:ffff::/64"), None);
        assert_eq!(new("2001:db8:1:2::/64", "2001:db9::/64"), Some(New::Network));
        assert_eq!(new("203.0.113.7", "::ffff:203.0.113.8"), None, "one address, however it is written");
    }

    #[test]
    fn signing_in_twice_makes_no_place_a_known_one_and_a_week_does() {
        let known = [("203.0.113.7", 0), ("198.51.100.1", 100)];
        for (at, new) in [(100, Some(New::Network)), (101, Some(New::Network)), (267, Some(New::Network)), (268, None)]
        {
            assert_eq!(new_about(&Places::default(), &known, ("198.51.100.1", at)), new, "{at}");
        }
        // What was new then is new when it is looked at later.
        let later = [known[0], known[1], ("192.0.2.1", 5_000)];
        assert_eq!(new_about(&Places::default(), &later, ("198.51.100.1", 100)), Some(New::Network));
    }

    #[test]
    fn what_is_no_network_is_neither_new_nor_in_the_way() {
        for none in ["", "/64", "x", "203.0.113.7.1"] {
            assert_eq!(new_about(&places(), &[("203.0.113.7", 0), (none, 1)], (none, 1)), None, "{none}");
            assert_eq!(new_about(&Places::default(), &[(none, 0)], ("203.0.113.7", 1)), None, "{none}");
        }
    }
}
