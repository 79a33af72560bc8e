//! The everyday kinds of settings: texts, numbers, switches, addresses, paths, durations, sizes, lists.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use super::{Raw, Setting};

/// A text that is parsed: from the file a string, from the environment the value itself.
pub(super) fn text<'a>(raw: Raw<'a>, kind: &str) -> Result<&'a str, String> {
    match raw {
        Raw::Env(text) | Raw::EnvContent(text) => Ok(text),
        Raw::File(toml::Value::String(text)) => Ok(text),
        Raw::File(other) => Err(format!("must be a string ({kind}), not {}", article(other))),
    }
}

pub(super) fn article(value: &toml::Value) -> &'static str {
    match value {
        toml::Value::String(_) => "a string",
        toml::Value::Integer(_) => "an integer",
        toml::Value::Float(_) => "a number with a fraction",
        toml::Value::Boolean(_) => "a truth value",
        toml::Value::Datetime(_) => "a date",
        toml::Value::Array(_) => "a list",
        toml::Value::Table(_) => "a section",
    }
}

impl Setting for String {
    const KIND: &'static str = "text";

    fn decode(raw: Raw<'_>) -> Result<Self, String> {
        text(raw, Self::KIND).map(str::to_owned)
    }
}

impl Setting for PathBuf {
    const KIND: &'static str = "path";

    fn decode(raw: Raw<'_>) -> Result<Self, String> {
        match text(raw, Self::KIND)? {
            "" => Err("must not be empty".to_owned()),
            path => Ok(Self::from(path)),
        }
    }
}

impl Setting for bool {
    const KIND: &'static str = "true or false";

    fn decode(raw: Raw<'_>) -> Result<Self, String> {
        match raw {
            Raw::File(toml::Value::Boolean(value)) => Ok(*value),
            Raw::Env("true" | "1") => Ok(true),
            Raw::Env("false" | "0") => Ok(false),
            _ => Err("must be true or false".to_owned()),
        }
    }
}

macro_rules! integer {
    ($($ty:ident),*) => {$(
        impl Setting for $ty {
            const KIND: &'static str = "integer";

            fn decode(raw: Raw<'_>) -> Result<Self, String> {
                let number = match raw {
                    Raw::File(toml::Value::Integer(number)) => $ty::try_from(*number).ok(),
                    Raw::Env(text) => text.trim().parse().ok(),
                    _ => None,
                };
                number.ok_or_else(|| format!("must be an integer from {} to {}", $ty::MIN, $ty::MAX))
            }
        }
    )*};
}
integer!(u8, u16, u32, u64, usize, i64);

macro_rules! parsed {
    ($($ty:ty, $kind:literal, $example:literal;)*) => {$(
        impl Setting for $ty {
            const KIND: &'static str = $kind;

            fn decode(raw: Raw<'_>) -> Result<Self, String> {
                let text = text(raw, Self::KIND)?;
                text.trim().parse().map_err(|_| format!("`{text}` is not an {} such as {}", $kind, $example))
            }
        }
    )*};
}
parsed! {
    SocketAddr, "IP address and port", "127.0.0.1:8443";
    IpAddr, "IP address", "192.0.2.1";
}

impl<T: Setting> Setting for Option<T> {
    const KIND: &'static str = T::KIND;
    const INLINE_IN_ENVIRONMENT: bool = T::INLINE_IN_ENVIRONMENT;

    fn decode(raw: Raw<'_>) -> Result<Self, String> {
        T::decode(raw).map(Some)
    }

    fn absent() -> Option<Self> {
        Some(None)
    }
}

impl<T: Setting> Setting for Vec<T> {
    const KIND: &'static str = "list";

    fn decode(raw: Raw<'_>) -> Result<Self, String> {
        match raw {
            Raw::File(toml::Value::Array(values)) => values.iter().map(|value| T::decode(Raw::File(value))).collect(),
            Raw::File(_) => Err(format!("must be a list in brackets (of: {})", T::KIND)),
            Raw::Env(text) | Raw::EnvContent(text) => text
                .split(',')
                .map(str::trim)
                .filter(|item| !item.is_empty())
                .map(|item| T::decode(Raw::Env(item)))
                .collect(),
        }
    }

    fn absent() -> Option<Self> {
        Some(Self::new())
    }
}

impl Setting for Duration {
    const KIND: &'static str = "duration, as in `500ms`, `30s`, `15m`, `12h`, `30d`";

    fn decode(raw: Raw<'_>) -> Result<Self, String> {
        let refuse = || "must be a duration such as \"30s\", \"15m\", \"12h\" or \"30d\"".to_owned();
        let text = text(raw, "duration").map_err(|_| refuse())?;
        let (number, unit) = number_and_unit(text).ok_or_else(refuse)?;
        let milliseconds = match unit {
            "ms" => Some(number),
            "s" => number.checked_mul(1000),
            "m" | "min" => number.checked_mul(60_000),
            "h" => number.checked_mul(3_600_000),
            "d" => number.checked_mul(86_400_000),
            _ => None,
        };
        milliseconds.map(Self::from_millis).ok_or_else(refuse)
    }
}

/// A number of bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Size(u64);

impl Size {
    /// That many bytes.
    #[must_use]
    pub const fn of_bytes(bytes: u64) -> Self {
        Self(bytes)
    }

    /// The number of bytes.
    #[must_use]
    pub const fn bytes(self) -> u64 {
        self.0
    }
}

impl Setting for Size {
    const KIND: &'static str = "size, as in `512B`, `64KiB`, `2MiB`";

    fn decode(raw: Raw<'_>) -> Result<Self, String> {
        let refuse = || "must be a size such as \"64KiB\" or \"2MiB\"".to_owned();
        let text = text(raw, "size").map_err(|_| refuse())?;
        let (number, unit) = number_and_unit(text).ok_or_else(refuse)?;
        let bytes = match unit {
            "B" => Some(number),
            "KiB" => number.checked_mul(1 << 10),
            "MiB" => number.checked_mul(1 << 20),
            "GiB" => number.checked_mul(1 << 30),
            _ => None,
        };
        bytes.map(Self).ok_or_else(refuse)
    }
}

fn number_and_unit(text: &str) -> Option<(u64, &str)> {
    let text = text.trim();
    let digits = text.find(|c: char| !c.is_ascii_digit())?;
    let (number, unit) = text.split_at(digits);
    Some((number.parse().ok()?, unit.trim_start()))
}
