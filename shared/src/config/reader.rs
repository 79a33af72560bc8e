//! Reads settings from the file and the environment, remembering which names exist and what is wrong.

use std::collections::{BTreeMap, BTreeSet};

use super::{ConfigError, Problems, Section, Setting};

/// A value as it was written.
#[derive(Debug, Clone, Copy)]
pub enum Raw<'a> {
    /// In the file, or as a default.
    File(&'a toml::Value),
    /// In an environment variable.
    Env(&'a str),
    /// In the environment, as the content of a file that the setting would name.
    EnvContent(&'a str),
}

/// The state of reading one program's settings.
#[derive(Debug)]
pub struct Reader<'a> {
    root: &'a toml::Table,
    prefix: &'a str,
    env: BTreeMap<String, String>,
    /// The position with a dot behind each section: `accounts.hash.`
    path: String,
    settings: BTreeSet<String>,
    sections: BTreeSet<String>,
    env_names: BTreeSet<String>,
    errors: Vec<ConfigError>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(root: &'a toml::Table, prefix: &'a str, env: impl IntoIterator<Item = (String, String)>) -> Self {
        let start = format!("{prefix}__");
        Self {
            root,
            prefix,
            env: env.into_iter().filter(|(name, _)| name.starts_with(&start)).collect(),
            path: String::new(),
            settings: BTreeSet::new(),
            sections: BTreeSet::new(),
            env_names: BTreeSet::new(),
            errors: Vec::new(),
        }
    }

    /// Reads the section `key` below the position.
    pub fn section<T: Section>(&mut self, key: &'static str) -> Option<T> {
        let parent = self.path.len();
        self.sections.insert(format!("{}{key}", self.path));
        if self.in_file(key).is_some_and(|value| !value.is_table()) {
            self.report(key, format!("is a section: write its settings below [{}{key}]", self.path));
        }
        self.path.push_str(key);
        self.path.push('.');
        let section = T::read_fields(self);
        self.path.truncate(parent);
        section
    }

    /// Reads the setting `key` below the position: from the environment, else the file, else the default.
    pub fn setting<T: Setting>(&mut self, key: &'static str, default: Option<&'static str>) -> Option<T> {
        let path = format!("{}{key}", self.path);
        self.settings.insert(path.clone());

        if let Some((name, value, content)) = self.in_env::<T>(&path) {
            if value.is_empty()
                && let Some(absent) = T::absent()
            {
                return Some(absent);
            }
            let raw = if content { Raw::EnvContent(&value) } else { Raw::Env(&value) };
            return match T::decode(raw) {
                Ok(value) => Some(value),
                Err(message) => {
                    self.errors.push(ConfigError { place: name, message });
                    None
                }
            };
        }
        let decoded = match (self.in_file(key), default) {
            (Some(value), _) => T::decode(Raw::File(value)),
            (None, Some(default)) => decode_default(default),
            (None, None) => T::absent().ok_or_else(|| format!("is required ({})", T::KIND)),
        };
        match decoded {
            Ok(value) => Some(value),
            Err(message) => {
                self.report(key, message);
                None
            }
        }
    }

    /// Runs the check of a section that was read whole.
    pub fn check<T>(&mut self, section: &T, check: impl Fn(&T, &mut Problems<'_>)) {
        check(section, &mut Problems { path: self.path.clone(), errors: &mut self.errors });
    }

    /// Reports names that no setting has, then gives everything that was wrong.
    pub(super) fn finish(mut self) -> Vec<ConfigError> {
        let mut unknown = Vec::new();
        self.unknown_in(self.root, "", &mut unknown);
        for name in self.env.keys().filter(|name| !self.env_names.contains(*name)) {
            let guess = nearest(name, self.env_names.iter().map(String::as_str));
            unknown.push(ConfigError {
                place: name.clone(),
                message: format!("no such setting in the environment{}", did_you_mean(guess)),
            });
        }
        self.errors.extend(unknown);
        self.errors
    }

    fn unknown_in(&self, table: &toml::Table, path: &str, unknown: &mut Vec<ConfigError>) {
        for (key, value) in table {
            let full = format!("{path}{key}");
            if self.settings.contains(&full) {
                continue;
            }
            match value {
                toml::Value::Table(inner) if self.sections.contains(&full) => {
                    self.unknown_in(inner, &format!("{full}."), unknown);
                }
                _ if self.sections.contains(&full) => {}
                toml::Value::Table(_) => {
                    let guess = nearest(&full, self.sections.iter().map(String::as_str));
                    unknown.push(ConfigError { place: format!("[{full}]"), message: no_such("section", guess) });
                }
                _ => {
                    let guess = nearest(&full, self.settings.iter().map(String::as_str));
                    unknown.push(ConfigError { place: full, message: no_such("setting", guess) });
                }
            }
        }
    }

    fn in_file(&self, key: &str) -> Option<&'a toml::Value> {
        let sections = self.path.split_terminator('.');
        let mut table = self.root;
        for section in sections {
            table = table.get(section)?.as_table()?;
        }
        table.get(key)
    }

    /// The environment variable of a setting, and whether it holds the content of the file that the setting
    /// names.
    fn in_env<T: Setting>(&mut self, path: &str) -> Option<(String, String, bool)> {
        let name = format!("{}__{}", self.prefix, path.replace('.', "__").to_ascii_uppercase());
        let content_name = name.strip_suffix("_FILE").filter(|_| T::INLINE_IN_ENVIRONMENT).map(str::to_owned);
        self.env_names.insert(name.clone());
        self.env_names.extend(content_name.clone());
        let content = content_name.and_then(|name| Some((name.clone(), self.env.get(&name)?.clone(), true)));
        content.or_else(|| {
            let value = self.env.get(&name)?.clone();
            Some((name, value, false))
        })
    }

    fn report(&mut self, key: &str, message: String) {
        self.errors.push(ConfigError { place: format!("{}{key}", self.path), message });
    }
}

/// Reads a default, which stands in the program as it would stand in the file.
pub(super) fn decode_default<T: Setting>(default: &str) -> Result<T, String> {
    let table = format!("default = {default}").parse::<toml::Table>();
    match table.ok().as_ref().and_then(|table| table.get("default")) {
        Some(value) => T::decode(Raw::File(value)),
        None => Err(format!("has the default `{default}`, which is not TOML")),
    }
}

fn no_such(what: &str, guess: Option<&str>) -> String {
    format!("no such {what}{}", did_you_mean(guess))
}

fn did_you_mean(guess: Option<&str>) -> String {
    guess.map_or_else(String::new, |name| format!("; did you mean `{name}`?"))
}

/// The known name that is most like the given one: the same name in another section, else the one with the
/// fewest typing slips, if it is near at all.
fn nearest<'n>(given: &str, known: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let last = |name: &str| name.rsplit('.').next().unwrap_or_default().to_owned();
    known
        .map(|name| {
            let whole = strsim::normalized_damerau_levenshtein(given, name);
            let moved = if last(given) == last(name) { 0.9 } else { 0.0 };
            (name, f64::max(whole, moved))
        })
        .filter(|(_, likeness)| *likeness > 0.6)
        .max_by(|a, b| a.1.total_cmp(&b.1))
        .map(|(name, _)| name)
}
