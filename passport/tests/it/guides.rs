//! `docs/integrate/`: the lines that a guide shows are the lines that are run.

use std::fs;
use std::path::Path;

fn read(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)).expect("a file")
}

/// The lines of a program between the two that name the guide.
fn shown(program: &str, guide: &str, part: &str) -> String {
    let mark = |what: &str| format!("docs/integrate/{guide}: {what}{part}\n");
    let (_, rest) = program.split_once(&mark("begin")).expect("a beginning");
    let (lines, _) = rest.split_once(&mark("end")).expect("an end");
    // The last line is the comment that holds the mark.
    lines.rsplit_once('\n').expect("lines").0.trim().to_owned()
}

#[test]
fn what_a_guide_shows_is_what_is_run() {
    for (program, guide, part) in [
        ("node/relying_party.mjs", "openid-client.md", ""),
        ("node/strict_relying_party.mjs", "openid-client.md", " strict"),
        ("python/relying_party.py", "authlib.md", ""),
        ("apache/site.conf", "apache.md", ""),
        ("rust/src/site.rs", "rust.md", ""),
        ("rust/Cargo.toml", "rust.md", ""),
    ] {
        let lines = shown(&read(&format!("e2e/interop/{program}")), guide, part);
        let least = if program.ends_with(".toml") { 3 } else { 10 };
        assert!(lines.lines().count() > least, "{program} shows little");
        assert!(read(&format!("docs/integrate/{guide}")).contains(&lines), "{guide} is not {program}");
    }
}

#[test]
fn every_guide_is_found_from_the_first_page() {
    let first = read("docs/integrate/README.md");
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/integrate");
    for page in fs::read_dir(folder).expect("the guides") {
        let name = page.expect("a page").file_name().into_string().expect("a name");
        assert!(name == "README.md" || first.contains(&format!("({name})")), "{name} is not on the first page");
    }
}
