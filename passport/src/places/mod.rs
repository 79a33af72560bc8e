//! Where a network address is, by a database that the operator may have: the country, the region and the city.
//!
//! Nothing is stored of it and nobody is asked for it: it is looked up when a page is drawn.

use std::net::{IpAddr, Ipv6Addr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{fs, io};

use maxminddb::{LookupResult, Metadata, PathElement, Reader};
use shared::i18n::Lang;
use shared::text::is_line;

/// A name that is longer, in characters, is none.
const LONGEST: usize = 80;

/// How much is said of a kind of database that is not of use.
const KIND: usize = 60;

/// Where in a record the names stand.
const COUNTRY: &[PathElement<'static>] = &[PathElement::Key("country")];
const REGION: &[PathElement<'static>] = &[PathElement::Key("subdivisions"), PathElement::Index(0)];
const CITY: &[PathElement<'static>] = &[PathElement::Key("city")];

/// Who is named beside places, by how their databases call themselves: their licences ask for it.
const SOURCES: [(&str, Source); 2] = [
    ("DBIP-", Source { credit: "IP Geolocation by DB-IP", link: "https://db-ip.com" }),
    ("GeoLite2-", Source { credit: "GeoLite2 data created by MaxMind", link: "https://www.maxmind.com" }),
];

/// What is known of an address.
type Found<'d> = LookupResult<'d, Vec<u8>>;

/// The places of network addresses; of none, without a database. Cheap to clone.
///
/// The file is held in memory and not mapped: whoever overwrites a mapped file in place ends the program that reads it,
/// and a page of it that has to come from the disk holds up a thread that serves requests.
#[derive(Clone, Default)]
pub struct Places(Option<Arc<Reader<Vec<u8>>>>);

/// Who made a database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Source {
    /// How they want to be named.
    pub credit: &'static str,
    /// Their site.
    pub link: &'static str,
}

/// The country and region of a network, to be compared with those of others by the same file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Region {
    country: String,
    region: Option<String>,
}

impl Region {
    /// Whether the two can be one: the same country, and no two different regions of it.
    pub fn may_be(&self, other: &Self) -> bool {
        let apart = matches!((&self.region, &other.region), (Some(one), Some(another)) if one != another);
        self.country == other.country && !apart
    }
}

/// Why a file is of no use.
#[derive(Debug, thiserror::Error)]
pub enum PlacesError {
    /// It cannot be read.
    #[error("{file}: the file cannot be read ({error})", file = .file.display())]
    Unreadable {
        /// Which.
        file: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// It is none, or not whole.
    #[error("{}: this is no MaxMind database (.mmdb), or it is damaged or cut short; fetch it once more", .0.display())]
    NoDatabase(PathBuf),
    /// It is of another kind.
    #[error("{file}: this database ({kind}) names no places; take one of cities or countries", file = .file.display())]
    NoPlaces {
        /// Which.
        file: PathBuf,
        /// What it calls itself.
        kind: String,
    },
}

impl Places {
    /// Those of a database, if there is one.
    ///
    /// # Errors
    /// The file cannot be read, or names no places.
    pub fn of(file: Option<&Path>) -> Result<Self, PlacesError> {
        let Some(path) = file else { return Ok(Self::default()) };
        let bytes = fs::read(path).map_err(|error| PlacesError::Unreadable { file: path.to_owned(), error })?;
        Self::of_bytes(bytes, path)
    }

    /// Those of the bytes of a file.
    fn of_bytes(bytes: Vec<u8>, path: &Path) -> Result<Self, PlacesError> {
        let no_database = |_| PlacesError::NoDatabase(path.to_owned());
        let looked_at = Reader::from_source(bytes.as_slice()).map_err(no_database)?;
        if !names_places(&bytes, looked_at.metadata()) {
            let kind = looked_at.metadata().database_type.chars().take(KIND).flat_map(char::escape_debug).collect();
            return Err(PlacesError::NoPlaces { file: path.to_owned(), kind });
        }
        Ok(Self(Some(Arc::new(Reader::from_source(bytes).map_err(no_database)?))))
    }

    /// Who is to be named beside places, if they ask for it.
    pub fn source(&self) -> Option<Source> {
        let kind = &self.0.as_ref()?.metadata().database_type;
        SOURCES.iter().find(|(start, _)| kind.starts_with(start)).map(|(_, source)| *source)
    }

    /// About where a network is that is stored as `203.0.113.7` or `2001:db8:1:2::/64`: where its first address is.
    pub fn of_network(&self, network: &str, lang: Lang) -> Option<String> {
        let first = network.split('/').next()?;
        self.of_address(first.parse().ok()?, lang)
    }

    /// The country and the region of a network that is stored, if they are known.
    pub fn region_of(&self, network: &str) -> Option<Region> {
        let (reader, first) = (self.0.as_ref()?, network.split('/').next()?.parse::<IpAddr>().ok()?);
        let address = first.to_canonical();
        if is_local(address) {
            return None;
        }
        let found = reader.lookup(address).ok()?;
        let [country, region] = [COUNTRY, REGION].map(|of| named(&found, of, Lang::En).map(str::to_owned));
        Some(Region { country: country?, region })
    }

    /// About where an address is: in Chinese from the country down to the city, in English from the city up.
    pub fn of_address(&self, address: IpAddr, lang: Lang) -> Option<String> {
        let reader = self.0.as_ref()?;
        let address = address.to_canonical();
        if is_local(address) {
            return None;
        }
        let found = reader.lookup(address).ok()?;
        let city = named(&found, CITY, lang).and_then(without_district);
        // Beijing is a city and a region, Singapore a city and a country.
        let is_city = |name: &str| city.is_some_and(|city| name.strip_suffix('市').unwrap_or(name) == city);
        let around = [COUNTRY, REGION].map(|of| named(&found, of, lang).filter(|name| !is_city(name)));
        let mut names: Vec<&str> = around.into_iter().chain([city]).flatten().collect();
        let between = match lang {
            Lang::Zh => "·",
            Lang::En => {
                names.reverse();
                ", "
            }
        };
        (!names.is_empty()).then(|| names.join(between))
    }
}

/// Whether records of a database have names of countries or cities, by the keys that occur among them.
///
/// The tree before them is not gone through: in a whole file that takes seconds, and in a damaged one it need not end.
/// What is damaged in it is like what is missing.
fn names_places(bytes: &[u8], metadata: &Metadata) -> bool {
    let tree = u64::from(metadata.node_count) * u64::from(metadata.record_size) / 4;
    let records = usize::try_from(tree).ok().and_then(|tree| bytes.get(tree..)).unwrap_or_default();
    // A key is a text: three bits of type and five of length, then its letters.
    let has = |key: &[u8]| records.windows(key.len()).any(|part| part == key);
    has(b"\x45names") && (has(b"\x47country") || has(b"\x44city"))
}

/// The name of a part of the place, in that language or else in the other.
fn named<'d>(found: &Found<'d>, of: &[PathElement<'static>], lang: Lang) -> Option<&'d str> {
    let languages = match lang {
        Lang::Zh => ["zh-CN", "en"],
        Lang::En => ["en", "zh-CN"],
    };
    languages.into_iter().find_map(|language| {
        let path = [of, &[PathElement::Key("names"), PathElement::Key(language)][..]].concat();
        // A record of another shape has no name there.
        found.decode_path::<&str>(&path).ok().flatten().filter(|name| is_line(name, LONGEST))
    })
}

/// A city without the district that some databases add in brackets: nobody needs to know it so exactly.
fn without_district(city: &str) -> Option<&str> {
    let name = city.split(['(', '（']).next()?.trim();
    (!name.is_empty()).then_some(name)
}

/// Whether the address belongs to no place: of this machine, of a network of somebody's own, or of nobody.
fn is_local(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => {
            let [first, second, ..] = address.octets();
            let between_carriers = first == 100 && (64..128).contains(&second);
            first == 0
                || between_carriers
                || address.is_private()
                || address.is_loopback()
                || address.is_link_local()
                || address.is_multicast()
                || address.is_broadcast()
        }
        IpAddr::V6(address) => {
            address == Ipv6Addr::UNSPECIFIED
                || address.is_loopback()
                || address.is_unique_local()
                || address.is_unicast_link_local()
                || address.is_multicast()
        }
    }
}

#[cfg(test)]
mod tests;
