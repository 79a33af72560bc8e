//! Typed identifiers: UUIDs of version 7 (RFC 9562 §5.7), so that rows made one after the other lie together.

use crate::clock::Timestamp;
use crate::entropy::{Entropy, bytes};

/// A fresh UUID of version 7: the moment's milliseconds, then 74 random bits.
pub fn uuid_v7(now: Timestamp, entropy: &dyn Entropy) -> uuid::Uuid {
    let millis = u64::try_from(now.millis()).unwrap_or(0);
    uuid::Builder::from_unix_timestamp_millis(millis, &bytes::<10>(entropy)).into_uuid()
}

/// Declares a newtype over a UUID, stored as its hyphenated text.
///
/// ```
/// shared::id_type! {
///     /// A row of the example.
///     pub struct ExampleId;
/// }
/// ```
#[macro_export]
macro_rules! id_type {
    ($(#[$meta:meta])* $vis:vis struct $name:ident;) => {
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        $vis struct $name($crate::uuid::Uuid);

        impl $name {
            /// A fresh one.
            pub fn new(now: $crate::clock::Timestamp, entropy: &dyn $crate::entropy::Entropy) -> Self {
                Self($crate::id::uuid_v7(now, entropy))
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                ::std::fmt::Display::fmt(self.0.as_hyphenated(), f)
            }
        }

        impl ::std::fmt::Debug for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0.as_hyphenated())
            }
        }

        impl ::std::str::FromStr for $name {
            type Err = $crate::uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                $crate::uuid::Uuid::parse_str(text).map(Self)
            }
        }

        impl $crate::db::Bind for $name {
            fn into_value(self) -> $crate::db::Value {
                $crate::db::Value::Text(Some(self.to_string()))
            }

            fn null() -> $crate::db::Value {
                $crate::db::Value::Text(None)
            }
        }

        impl $crate::db::Column for $name {
            fn read(cell: $crate::db::Cell<'_>) -> Result<Self, $crate::db::CellError> {
                let text = <String as $crate::db::Column>::read(cell)?;
                text.parse().map_err(|_| $crate::db::CellError::new("is not an identifier"))
            }
        }
    };
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::SeededEntropy;

    #[test]
    fn later_ids_sort_after_earlier_ones() {
        let entropy = SeededEntropy::new(1);
        let a = uuid_v7(Timestamp::from_millis(1_000), &entropy);
        let b = uuid_v7(Timestamp::from_millis(1_001), &entropy);
        assert!(a < b);
        assert_eq!(a.get_version_num(), 7);
    }
}
