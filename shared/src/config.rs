//! Settings: one TOML file plus environment variables, declared once.
//!
//! [`settings!`](crate::settings) defines a struct, the documentation of its settings and their defaults in
//! one place, so that what is read and what `docs/configuration.md` says cannot drift apart. A default is
//! written as it would stand in the file. A field without a default is required, unless its type is an
//! `Option`, a `Vec` or another struct made by the macro (a section).
//!
//! ```
//! use shared::config::{self, BaseUrl, Program, SecretSource};
//!
//! shared::settings! {
//!     /// What the program is told.
//!     pub struct Settings {
//!         /// The public address of the program.
//!         base_url: BaseUrl,
//!         /// How long a session may idle.
//!         idle_limit: std::time::Duration = "30m",
//!         /// The client's secret.
//!         client_secret_file: Option<SecretSource>,
//!         /// What keeps people from guessing.
//!         limits: Limits,
//!     }
//!     check idle_limit_is_sane
//! }
//!
//! shared::settings! {
//!     /// Limits against guessing.
//!     pub struct Limits {
//!         /// Whether limits apply.
//!         enabled: bool = true,
//!         /// Failures until an account is locked.
//!         failures: u32 = 5,
//!     }
//! }
//!
//! fn idle_limit_is_sane(settings: &Settings, problems: &mut config::Problems) {
//!     if settings.idle_limit.is_zero() {
//!         problems.add("idle_limit", "must be longer than 0s");
//!     }
//! }
//!
//! let file = "base_url = \"https://exam.example\"\n[limits]\nfailures = 3";
//! let env = [("EXAM__LIMITS__ENABLED".to_owned(), "false".to_owned())];
//! let settings: Settings = config::parse(file, "EXAM", env)?;
//! assert_eq!((settings.limits.enabled, settings.limits.failures), (false, 3));
//!
//! // Unknown names are refused, with the nearest known one.
//! let errors = config::parse::<Settings>("base_url = \"https://a.example\"\nidel_limit = \"1h\"", "EXAM", []).unwrap_err();
//! assert_eq!(errors.to_string(), "idel_limit: no such setting; did you mean `idle_limit`?");
//!
//! let reference = config::reference_markdown(&[Program::of::<Settings>("exam", "EXAM")]);
//! assert!(reference.contains("`limits.failures`"));
//! # Ok::<(), config::ConfigErrors>(())
//! ```
//!
//! The environment overrides the file: `PASSPORT__SERVER__LISTEN` is `listen` of `[server]`; lists are
//! separated by commas; an empty value unsets an optional setting. Secrets stand in files
//! ([`SecretSource`]) or in the environment, never in the TOML file. Paths are relative to the working
//! directory.

mod address;
mod choice;
mod database;
mod error;
mod kinds;
mod reader;
mod reference;
mod secret_source;

use std::path::Path;

pub use address::{BaseUrl, ConnectionUrl};
pub use database::DatabaseSettings;
pub use error::{ConfigError, ConfigErrors, Problems};
pub use kinds::Size;
pub use reader::{Raw, Reader};
pub use reference::{Program, reference_markdown};
pub use secret_source::SecretSource;

/// One value that a setting can have: how it is written and what it is called in the reference.
pub trait Setting: Sized {
    /// What kind of value it is, with its unit, for the reference.
    const KIND: &'static str;

    /// Reads the value as it stands in the file, in an environment variable or in a default.
    ///
    /// # Errors
    /// What is wrong, as the rest of a sentence that begins with the setting's name. Never the value itself
    /// when it may hold a secret.
    fn decode(raw: Raw<'_>) -> Result<Self, String>;

    /// The value when nothing is said and there is no default; `None` makes the setting required.
    fn absent() -> Option<Self> {
        None
    }

    /// Whether `KEY_FILE` in the environment may also come as `KEY`, holding the content itself.
    const INLINE_IN_ENVIRONMENT: bool = false;
}

/// A setting or a section of settings. Implemented by [`settings!`](crate::settings) and for every
/// [`Setting`].
pub trait Node: Sized {
    /// Reads the node named `key` below the reader's position. `None` when something was reported.
    fn read(reader: &mut Reader<'_>, key: &'static str, default: Option<&'static str>) -> Option<Self>;

    /// Adds the node to the reference.
    fn describe(table: &mut Vec<Described>, path: &str, default: Option<&'static str>, doc: &'static str);
}

/// The root of a program's settings. Implemented by [`settings!`](crate::settings).
pub trait Section: Node {
    /// Reads every setting of the section at the reader's position.
    fn read_fields(reader: &mut Reader<'_>) -> Option<Self>;

    /// Adds every setting of the section to the reference.
    fn describe_fields(table: &mut Vec<Described>, path: &str);
}

/// A row of the reference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Described {
    /// The full name: `server.listen`.
    pub path: String,
    /// What it does.
    pub doc: &'static str,
    /// Its kind, or `None` for a section.
    pub kind: Option<&'static str>,
    /// Its default as it would stand in the file.
    pub default: Option<&'static str>,
    /// Whether a value must be given.
    pub required: bool,
}

impl<T: Setting> Node for T {
    fn read(reader: &mut Reader<'_>, key: &'static str, default: Option<&'static str>) -> Option<Self> {
        reader.setting(key, default)
    }

    fn describe(table: &mut Vec<Described>, path: &str, default: Option<&'static str>, doc: &'static str) {
        let required = default.is_none() && T::absent().is_none();
        table.push(Described { path: path.to_owned(), doc, kind: Some(T::KIND), default, required });
    }
}

/// Reads the settings of a program from its file, if any, and from the environment variables that begin
/// with `PREFIX__`.
///
/// # Errors
/// Everything that is wrong, at once.
pub fn load<T: Section>(file: Option<&Path>, prefix: &str) -> Result<T, ConfigErrors> {
    let text = match file {
        None => String::new(),
        Some(path) => std::fs::read_to_string(path).map_err(|error| {
            ConfigErrors::one(path.display().to_string(), format!("the settings file cannot be read ({error})"))
        })?,
    };
    let env =
        std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
    parse(&text, prefix, env)
}

/// [`load`] without a file and a process around it.
///
/// # Errors
/// Everything that is wrong, at once.
pub fn parse<T: Section>(
    text: &str,
    prefix: &str,
    env: impl IntoIterator<Item = (String, String)>,
) -> Result<T, ConfigErrors> {
    let root = text.parse::<toml::Table>().map_err(|error| syntax_error(text, &error))?;
    let mut reader = Reader::new(&root, prefix, env);
    let settings = T::read_fields(&mut reader);
    let errors = reader.finish();
    match settings {
        Some(settings) if errors.is_empty() => Ok(settings),
        _ => Err(ConfigErrors::new(errors)),
    }
}

/// Only where and what: the excerpt that the parser would show may hold a secret.
fn syntax_error(text: &str, error: &toml::de::Error) -> ConfigErrors {
    let line =
        error.span().map_or(1, |span| text.as_bytes()[..span.start.min(text.len())].split(|b| *b == b'\n').count());
    ConfigErrors::one(format!("line {line}"), format!("not valid TOML: {}", error.message()))
}

/// Defines a struct of settings; see [`config`](crate::config).
#[macro_export]
macro_rules! settings {
    (
        $(#[doc = $doc:literal])*
        $vis:vis struct $name:ident {
            $(
                $(#[doc = $field_doc:literal])+
                $field:ident : $ty:ty $(= $default:expr)?
            ),* $(,)?
        }
        $(check $check:path)?
    ) => {
        $(#[doc = $doc])*
        #[derive(Debug, Clone)]
        $vis struct $name {
            $(
                $(#[doc = $field_doc])+
                pub $field: $ty,
            )*
        }

        impl $crate::config::Section for $name {
            fn read_fields(reader: &mut $crate::config::Reader<'_>) -> Option<Self> {
                $(
                    let $field = <$ty as $crate::config::Node>::read(
                        reader,
                        stringify!($field),
                        $crate::settings!(@default $($default)?),
                    );
                )*
                let settings = Self { $($field: $field?),* };
                $(reader.check(&settings, $check);)?
                Some(settings)
            }

            fn describe_fields(table: &mut Vec<$crate::config::Described>, path: &str) {
                $(
                    <$ty as $crate::config::Node>::describe(
                        table,
                        &format!("{path}{}", stringify!($field)),
                        $crate::settings!(@default $($default)?),
                        concat!($($field_doc),+),
                    );
                )*
            }
        }

        impl $crate::config::Node for $name {
            fn read(
                reader: &mut $crate::config::Reader<'_>,
                key: &'static str,
                _default: Option<&'static str>,
            ) -> Option<Self> {
                reader.section(key)
            }

            fn describe(
                table: &mut Vec<$crate::config::Described>,
                path: &str,
                _default: Option<&'static str>,
                doc: &'static str,
            ) {
                table.push($crate::config::Described {
                    path: path.to_owned(),
                    doc,
                    kind: None,
                    default: None,
                    required: false,
                });
                <Self as $crate::config::Section>::describe_fields(table, &format!("{path}."));
            }
        }
    };
    (@default) => { None };
    (@default $default:expr) => { Some(stringify!($default)) };
}

#[cfg(test)]
mod tests;
