//! Parameters of a query or a form body, read strictly: each at most once (RFC 6749 §3.1, §3.2), UTF-8, no
//! control characters.

use super::error::ProtocolError;
use super::rules::Rule;
use crate::web::form;

/// Parameters in the order they came.
#[derive(Debug, Clone, Default)]
pub struct Params(Vec<(String, String)>);

/// More than any request has. Each name is compared with all before it: thousands of them would keep a thread busy.
const LIMIT: usize = 64;

impl Params {
    /// Reads `application/x-www-form-urlencoded` text. A parameter without a value counts as left out
    /// (RFC 6749 §3.1), but not as absent when it comes again.
    ///
    /// # Errors
    /// `invalid_request` for broken encoding, control characters, a name that comes twice, or too many names.
    pub fn parse(raw: &[u8]) -> Result<Self, ProtocolError> {
        let mut params = Self::default();
        for pair in raw.split(|b| *b == b'&').filter(|pair| !pair.is_empty()) {
            let at = pair.iter().position(|b| *b == b'=').unwrap_or(pair.len());
            let name = text(&pair[..at])?;
            let value = text(pair.get(at + 1..).unwrap_or_default())?;
            params.add(&name, value)?;
        }
        Ok(params)
    }

    /// Adds a parameter under the rules of [`Self::parse`].
    ///
    /// # Errors
    /// As there.
    pub fn add(&mut self, name: &str, value: String) -> Result<(), ProtocolError> {
        if self.0.len() == LIMIT {
            return Err(Rule::ParameterTooMany.into());
        }
        if self.0.iter().any(|(n, _)| n == name) && !REPEATABLE.contains(&name) {
            return Err(Rule::ParameterTwice.into());
        }
        // They have no use in any parameter, and split lines where they are echoed.
        if [name, &value].iter().any(|text| text.bytes().any(|b| b.is_ascii_control())) {
            return Err(Rule::ParameterControlCharacter.into());
        }
        self.0.push((name.to_owned(), value));
        Ok(())
    }

    /// Takes from `others` what is missing here, but none of those names.
    pub fn complete_from(&mut self, others: &Self, but: &[&str]) {
        let missing: Vec<_> = others
            .0
            .iter()
            .filter(|(name, _)| !but.contains(&name.as_str()) && !self.0.iter().any(|(own, _)| own == name))
            .cloned()
            .collect();
        self.0.extend(missing);
    }

    /// The value of that parameter, unless it is missing or empty.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str()).filter(|v| !v.is_empty())
    }

    /// Every value of a parameter that may come several times.
    pub fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.0.iter().filter(move |(n, v)| n == name && !v.is_empty()).map(|(_, v)| v.as_str())
    }

    /// Gives that parameter this value, in place of any other.
    pub fn put(&mut self, name: &str, value: impl Into<String>) {
        self.0.retain(|(n, _)| n != name);
        self.0.push((name.to_owned(), value.into()));
    }

    /// The text that [`Self::parse`] reads as these parameters.
    pub fn encode(&self) -> String {
        form_urlencoded::Serializer::new(String::new()).extend_pairs(&self.0).finish()
    }

    /// Every name and value, in the order they came.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Takes the value of that parameter out, unless it is missing or empty.
    pub fn take(&mut self, name: &str) -> Option<String> {
        let (_, value) = self.0.iter_mut().find(|(n, _)| n == name)?;
        Some(std::mem::take(value)).filter(|v| !v.is_empty())
    }
}

/// RFC 8707 §2 and RFC 8693 §2.1 let them come several times.
const REPEATABLE: [&str; 2] = ["resource", "audience"];

fn text(part: &[u8]) -> Result<String, ProtocolError> {
    form::decode(part).map_err(|_| Rule::ParameterEncoding.error())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repeated_parameter_is_refused_however_it_is_written() {
        for raw in ["a=1&a=1", "a=1&b=2&%61=3", "a=&a=1", "a&a"] {
            assert!(Params::parse(raw.as_bytes()).is_err(), "{raw}");
        }
        assert!(Params::parse(b"resource=a&resource=b").is_ok());
    }

    #[test]
    fn an_empty_parameter_counts_as_left_out() {
        let params = Params::parse(b"a=&b=x+y&c").expect("parameters");
        assert_eq!((params.get("a"), params.get("b"), params.get("c")), (None, Some("x y"), None));
    }

    #[test]
    fn broken_text_and_control_characters_are_refused() {
        for raw in ["a=%ff", "a=%2", "a=%zz", "a=%00", "state=%0d%0aSet-Cookie", "a%0a=1", "a=%7f"] {
            assert!(Params::parse(raw.as_bytes()).is_err(), "{raw}");
        }
    }

    #[test]
    fn a_flood_of_parameters_is_refused() {
        let many = |count: usize| (0..count).map(|n| format!("p{n}=")).collect::<Vec<_>>().join("&");
        assert!(Params::parse(many(LIMIT).as_bytes()).is_ok());
        assert!(Params::parse(many(LIMIT + 1).as_bytes()).is_err());
        let allowed_twice = "resource=a&".repeat(LIMIT + 1);
        assert!(Params::parse(allowed_twice.as_bytes()).is_err());
    }

    #[test]
    fn a_value_is_taken_once() {
        let mut params = Params::parse(b"a=1").expect("parameters");
        assert_eq!(params.take("a").as_deref(), Some("1"));
        assert_eq!(params.take("a"), None);
    }

    #[test]
    fn what_is_encoded_is_read_again() {
        let mut params = Params::parse("a=x+y%26&resource=1&resource=2&é=%C3%A9&b=1".as_bytes()).expect("parameters");
        params.put("b", "2");
        let again = Params::parse(params.encode().as_bytes()).expect("parameters");
        assert_eq!(again.get("a"), Some("x y&"));
        assert_eq!(again.all("resource").collect::<Vec<_>>(), ["1", "2"]);
        assert_eq!((again.get("é"), again.all("b").collect::<Vec<_>>()), (Some("é"), vec!["2"]));
    }
}
