//! A file that describes clients: one, as `clients show` writes it, or many in tables `[[clients]]`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use toml::{Table, Value};

use crate::cli::failure::{Exit, Failure};
use crate::clients::Metadata;

/// The table of each client in a file of many.
const MANY: &str = "clients";

/// What is no metadata: where the secret stands.
const SECRET_FILE: &str = "secret_file";

/// A client as a file describes it.
pub(super) struct Described {
    /// What it is to be registered with, unchecked.
    pub(super) metadata: Metadata,
    /// Where its secret stands, or is to be written.
    pub(super) secret_file: Option<PathBuf>,
}

/// Reads a file. Each client is in it once.
pub(super) fn read(path: &Path) -> Result<Vec<Described>, Failure> {
    let refuse = |problem: String| Failure::new(Exit::Refused, format!("{}: {problem}", path.display()));
    let text = std::fs::read_to_string(path).map_err(|error| refuse(error.to_string()))?;
    let folder = path.parent().unwrap_or(Path::new(""));
    let described = parse(&text, folder).map_err(refuse)?;
    let mut seen = BTreeSet::new();
    match described.iter().find(|one| !seen.insert(one.metadata.client_id.as_str())) {
        Some(twice) => Err(refuse(format!("{} is described twice", twice.metadata.client_id))),
        None => Ok(described),
    }
}

fn parse(text: &str, folder: &Path) -> Result<Vec<Described>, String> {
    let mut whole: Table = text.parse().map_err(|error: toml::de::Error| error.to_string())?;
    let Some(many) = whole.remove(MANY) else { return Ok(vec![one(whole, folder)?]) };
    if let Some(other) = whole.keys().next() {
        return Err(format!("`{other}` stands outside [[{MANY}]]"));
    }
    let Value::Array(many) = many else { return Err(format!("`{MANY}` is written [[{MANY}]]")) };
    let tables = many.into_iter().map(|entry| match entry {
        Value::Table(table) => one(table, folder),
        _ => Err(format!("`{MANY}` is written [[{MANY}]]")),
    });
    tables.collect()
}

/// A client in a table of its own.
fn one(mut table: Table, folder: &Path) -> Result<Described, String> {
    let name = table.get("client_id").and_then(Value::as_str).unwrap_or("a client without client_id").to_owned();
    let secret_file = match table.remove(SECRET_FILE) {
        None => None,
        Some(Value::String(file)) => Some(folder.join(file)),
        Some(_) => return Err(format!("{name}: `{SECRET_FILE}` is a path")),
    };
    let text = toml::to_string(&table).map_err(|error| error.to_string())?;
    let metadata = Metadata::from_file(&text).map_err(|error| format!("{name}: {error}"))?;
    Ok(Described { metadata, secret_file })
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: &str = "client_id = 'a'\nclient_name = { zh = '甲', en = 'A' }\n";

    fn ids(text: &str) -> Result<Vec<(String, Option<PathBuf>)>, String> {
        let all = parse(text, Path::new("/etc/sites"))?;
        Ok(all.into_iter().map(|one| (one.metadata.client_id, one.secret_file)).collect())
    }

    #[test]
    fn a_file_holds_one_client_or_many_whose_secrets_stand_beside_it() {
        assert_eq!(ids(A), Ok(vec![("a".to_owned(), None)]));
        let many = format!("[[clients]]\n{A}secret_file = 'a.secret'\n[[clients]]\n{}", A.replace("'a'", "'b'"));
        let beside = Some(PathBuf::from("/etc/sites/a.secret"));
        assert_eq!(ids(&many), Ok(vec![("a".to_owned(), beside), ("b".to_owned(), None)]));
    }

    #[test]
    fn a_mistake_is_told_with_the_client_that_it_is_in() {
        for (text, told) in [
            (format!("[[clients]]\n{A}redirect_uri = 'x'\n"), "a: there is no field `redirect_uri`"),
            (format!("{A}secret_file = 7\n"), "a: `secret_file` is a path"),
            (format!("prune = true\n[[clients]]\n{A}"), "`prune` stands outside [[clients]]"),
            ("clients = 7".to_owned(), "`clients` is written [[clients]]"),
        ] {
            assert_eq!(ids(&text).map(drop), Err(told.to_owned()), "{text}");
        }
    }
}
