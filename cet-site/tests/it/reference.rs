//! `docs/configuration-sites.md` is the reference of settings, written from their declarations.

use std::path::Path;

/// Says what the settings of an exam site are. After a change of them, run this test with `UPDATE_DOCS=1`.
#[test]
#[expect(clippy::disallowed_methods, reason = "a person asks for the file to be written")]
fn the_reference_of_settings_is_current() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/configuration-sites.md");
    let current = shared::config::reference_markdown(&[cet_site::config::reference()]);
    if std::env::var("UPDATE_DOCS").is_ok_and(|update| update == "1") {
        std::fs::write(&path, &current).expect("the folder docs can be written");
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(written, current, "docs/configuration-sites.md is not current: run this test with UPDATE_DOCS=1");
}
