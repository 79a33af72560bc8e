//! Settings that name one of a few policies.

/// Defines an enum whose values stand in the settings by name.
///
/// ```
/// shared::choice! {
///     /// When a captcha is asked for.
///     pub enum CaptchaPolicy {
///         /// Each time.
///         Always = "always",
///         /// Never.
///         Off = "off",
///     }
/// }
/// assert_eq!(CaptchaPolicy::Off.name(), "off");
/// ```
#[macro_export]
macro_rules! choice {
    (
        $(#[$meta:meta])*
        $vis:vis enum $name:ident {
            $($(#[$variant_meta:meta])* $variant:ident = $text:literal),+ $(,)?
        }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        $vis enum $name {
            $($(#[$variant_meta])* $variant),+
        }

        impl $name {
            /// The name as it stands in the settings.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $text),+
                }
            }
        }

        impl $crate::config::Setting for $name {
            const KIND: &'static str = $crate::choice!(@list $($text),+);

            fn decode(raw: $crate::config::Raw<'_>) -> Result<Self, String> {
                let text = <String as $crate::config::Setting>::decode(raw)?;
                let named = [$(Self::$variant),+].into_iter().find(|one| one.name() == text);
                named.ok_or_else(|| format!("`{text}` is none of {}", <Self as $crate::config::Setting>::KIND))
            }
        }
    };
    (@list $first:literal $(, $rest:literal)*) => { concat!("`", $first, "`" $(, ", `", $rest, "`")*) };
}
