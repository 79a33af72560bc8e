//! Messages as the page shows them: each value with what it is for, and none that would let somebody in.

use serde_json::{Map, Value};
use shared::page::Page;

/// Values that are shown by their beginning alone.
const SECRET: [&str; 7] =
    ["client_secret", "code", "code_verifier", "access_token", "refresh_token", "id_token", "Authorization"];

/// How much of them.
const SHOWN: usize = 6;

/// Those that a sentence says something about.
const EXPLAINED: [&str; 26] = [
    "response_type",
    "client_id",
    "redirect_uri",
    "scope",
    "state",
    "nonce",
    "code_challenge",
    "code_challenge_method",
    "code",
    "iss",
    "grant_type",
    "code_verifier",
    "Authorization",
    "access_token",
    "refresh_token",
    "id_token",
    "expires_in",
    "alg",
    "kid",
    "sub",
    "aud",
    "exp",
    "auth_time",
    "acr",
    "sid",
    "error",
];

/// A message.
pub(super) struct Message {
    pub(super) title: String,
    /// Method and address, or the status.
    pub(super) line: String,
    pub(super) rows: Vec<Row>,
}

/// A member of a message.
pub(super) struct Row {
    pub(super) name: String,
    pub(super) value: String,
    pub(super) says: Option<String>,
}

impl Message {
    /// A message of parameters.
    pub(super) fn of<N: AsRef<str>>(page: &Page, title: &str, line: String, members: &[(N, String)]) -> Self {
        let rows = members.iter().map(|(name, value)| row(page, name.as_ref(), value)).collect();
        Self { title: page.t(title), line, rows }
    }

    /// A message of a JSON object.
    pub(super) fn object(page: &Page, title: &str, line: String, body: &Map<String, Value>) -> Self {
        let members: Vec<(&String, String)> = body.iter().map(|(name, value)| (name, text(value))).collect();
        Self::of(page, title, line, &members)
    }
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn row(page: &Page, name: &str, value: &str) -> Row {
    let explained = EXPLAINED.contains(&name);
    Row {
        name: name.to_owned(),
        value: if SECRET.contains(&name) { masked(value) } else { value.to_owned() },
        says: explained.then(|| page.t(&format!("try-says-{}", name.replace('_', "-").to_lowercase()))),
    }
}

/// The beginning of a value.
fn masked(value: &str) -> String {
    let (kind, rest) = value.split_once(' ').map_or(("", value), |(kind, rest)| (kind, rest));
    let space = if kind.is_empty() { "" } else { " " };
    format!("{kind}{space}{}…", rest.chars().take(SHOWN).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_what_would_let_somebody_in_the_beginning_is_shown() {
        assert_eq!(masked("pp_secret_abcdefghijkl"), "pp_sec…");
        assert_eq!(masked("Basic abcdefghijkl"), "Basic abcdef…");
        assert_eq!(masked(""), "…");
    }
}
