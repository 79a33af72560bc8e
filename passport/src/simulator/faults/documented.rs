//! `docs/integrate/simulator.md`: its table of faults is written from the list.

use std::fmt::Write as _;
use std::path::Path;

use shared::i18n::Lang;

use super::{Fault, Place};
use crate::web::texts;

const FROM: &str = "<!-- From here on written by `UPDATE_DOCS=1 cargo test documented` from passport/src/simulator/faults/list.rs. -->\n";

fn table() -> String {
    let texts = texts::catalogue();
    let text = |key: String| texts.text(Lang::En, &key);
    let mut table = String::new();
    for place in Place::ALL {
        writeln!(table, "\n### {}\n", text(format!("simulator-place-{}", place.name()))).ok();
        table
            .push_str("| fault | what is seen | what a correct client does | where that stands |\n|---|---|---|---|\n");
        for fault in Fault::ALL.iter().filter(|fault| fault.place() == place) {
            let words = text(format!("simulator-fault-{}", fault.name()));
            let must = text(format!("simulator-must-{}", fault.must().name()));
            writeln!(table, "| `{}` | {words} | {must} | {} |", fault.name(), fault.section()).ok();
        }
    }
    table
}

#[test]
#[expect(clippy::disallowed_methods, reason = "a test has no settings; this asks whether to check or to write")]
fn the_table_of_faults_is_current() {
    let path = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/integrate/simulator.md"));
    let written = std::fs::read_to_string(path).unwrap_or_default();
    let before = written.split(FROM).next().unwrap_or_default();
    let page = format!("{before}{FROM}{}", table());
    if std::env::var("UPDATE_DOCS").is_ok_and(|value| value == "1") {
        std::fs::write(path, page).expect("the page can be written");
        return;
    }
    assert!(written == page, "docs/integrate/simulator.md is not current: run `UPDATE_DOCS=1 cargo test documented`");
}
