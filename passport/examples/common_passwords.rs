//! Builds the filter of common passwords, as `cargo xtask passwords` asks: see `passport/data/passwords/README.md`.
//!
//! `cargo run --release -p passport --example common_passwords -- INTO RANKED WHOLE…`

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use passport::accounts::guessable::{digest, fold, follows, pack, skeleton};
use passport::accounts::model::Password;
use passport::config::PasswordProfile::{self, Modern, Seed};
use shared::secret::sha256;

/// So many of the commonest count as words, which are refused with whatever trimmings.
const WORDS: usize = 100_000;

/// So many of the commonest of each profile are kept in clear for the tests, and so many words.
const SAMPLES: usize = 3_000;

const SHORTEST_WORD: usize = 5;

/// What the file may have at most.
const BYTES: usize = 2_000_000;

/// The lists that were written by hand.
const WRITTEN: [&str; 3] = ["chinese-favourites.txt", "chinese-given-names.txt", "chinese-surnames.txt"];

/// What is made of them and of the lists that are named.
const BUILT: [&str; 4] = ["common.bin", "commonest-modern.txt", "commonest-seed.txt", "commonest-words.txt"];

/// Writes the files, and says what it counted.
fn main() -> Result<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/passwords");
    let mut files = std::env::args_os().skip(1).map(PathBuf::from);
    let into = files.next().context("INTO is missing: the folder to write to")?;
    let ranked = lines(&files.next().context("RANKED is missing: passwords, the commonest first")?)?;
    let mut filter = Filter::default();

    for word in lines(&folder.join("chinese-favourites.txt"))? {
        filter.add_word(&word);
    }
    let surnames = syllables(&folder.join("chinese-surnames.txt"))?;
    for given in syllables(&folder.join("chinese-given-names.txt"))? {
        filter.add_word(&given);
        for surname in &surnames {
            filter.add_word(&format!("{surname}{given}"));
        }
    }
    println!("{} after the Chinese words and names", filter.0.len());
    for word in ranked.iter().take(WORDS) {
        filter.add_word(word);
    }
    println!("{} after the {WORDS} commonest", filter.0.len());
    for password in ranked.iter().filter(|password| fits(Seed, password) || fits(Modern, password)) {
        filter.add_password(password);
    }
    println!("{} after those of all the ranked that may be chosen", filter.0.len());
    let whole = files.map(|file| lines(&file)).collect::<Result<Vec<_>>>()?.concat();
    for password in whole.iter().filter(|password| fits(Seed, password) || fits(Modern, password)) {
        filter.add_password(password);
    }
    println!("{} after those that may be chosen of the others", filter.0.len());

    let file = pack(&filter.0.into_iter().collect::<Vec<_>>());
    if file.len() > BYTES {
        bail!("{} bytes are more than {BYTES}", file.len());
    }
    std::fs::write(into.join("common.bin"), &file)?;
    for (profile, name) in [(Seed, "commonest-seed.txt"), (Modern, "commonest-modern.txt")] {
        let other = whole.iter().filter(|text| fits(profile, text)).step_by(300);
        let samples = ranked.iter().filter(|text| fits(profile, text)).chain(other);
        write(&into.join(name), samples)?;
    }
    let is_word = |word: &&String| word.len() >= SHORTEST_WORD && word.bytes().all(|b| b.is_ascii_lowercase());
    write(&into.join("commonest-words.txt"), ranked.iter().filter(is_word))?;
    println!("{} bytes", file.len());
    let written = WRITTEN.map(|name| folder.join(name));
    sign(&into, written.into_iter().chain(BUILT.map(|name| into.join(name))))
}

/// Writes down the hashes of the files: the tests hold what stands in the tree against them, so that no list changes
/// without the filter, and no filter without the lists.
fn sign(into: &Path, files: impl Iterator<Item = PathBuf>) -> Result<()> {
    let mut sums = String::new();
    for file in files {
        let name = file.file_name().and_then(|name| name.to_str()).context("a name")?;
        let hash: String = sha256(&std::fs::read(&file)?).iter().map(|byte| format!("{byte:02x}")).collect();
        sums += &format!("{hash}  {name}\n");
    }
    Ok(std::fs::write(into.join("SHA256SUMS"), sums)?)
}

/// The digests of what is known so far.
#[derive(Default)]
struct Filter(BTreeSet<u64>);

impl Filter {
    /// Adds what is refused with trimmings; of three letters everything is, list or not.
    fn add_word(&mut self, text: &str) {
        let skeleton = skeleton(fold(text));
        if skeleton.len() > 3 {
            self.0.insert(digest(&skeleton));
        }
    }

    /// Adds what is refused as it stands, unless it is already.
    fn add_password(&mut self, text: &str) {
        if !follows(text, &|skeleton| self.0.contains(&digest(skeleton))) {
            self.0.insert(digest(&skeleton(fold(text))));
        }
    }
}

fn write<'a>(file: &Path, lines: impl Iterator<Item = &'a String>) -> Result<()> {
    let lines: Vec<&str> = lines.take(SAMPLES).map(String::as_str).collect();
    println!("{}: {} lines", file.display(), lines.len());
    Ok(std::fs::write(file, lines.join("\n") + "\n")?)
}

fn fits(profile: PasswordProfile, text: &str) -> bool {
    Password::parse(profile, text).is_ok()
}

/// The lines of a file that say something; what is no UTF-8 is passed over.
fn lines(file: &Path) -> Result<Vec<String>> {
    let bytes = std::fs::read(file).with_context(|| file.display().to_string())?;
    let lines = bytes.split(|byte| *byte == b'\n').filter_map(|line| std::str::from_utf8(line).ok());
    let lines = lines.map(|line| line.trim_end_matches('\r').to_owned());
    Ok(lines.filter(|line| !line.is_empty() && !line.starts_with("# ")).collect())
}

fn syllables(file: &Path) -> Result<Vec<String>> {
    Ok(lines(file)?.iter().flat_map(|line| line.split(' ')).map(str::to_owned).collect())
}
