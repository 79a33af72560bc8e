//! `docs/operate/personal-data.md`: what stands above the list is written by hand, the list from [`super::list`].

use std::fmt::Write as _;
use std::path::Path;
use std::time::Duration;

use super::*;

/// The line after which the page is written from the list.
const MARK: &str =
    "<!-- From here on written by `UPDATE_DOCS=1 cargo test documented` from passport/src/tables/list. -->\n";

fn page(by_hand: &str) -> String {
    let mut page = by_hand.to_owned();
    page.push_str(MARK);
    page.push_str(
        "\n## Every table that tells of people\n\n| table | how its rows go | what its columns hold |\n|---|---|---|\n",
    );
    for table in all().filter(|table| !matches!(table.whose, Whose::Nobody)) {
        let columns = groups(table).join("<br>");
        // Writing to a String cannot fail.
        let _ = writeln!(page, "| `{}`{} | {} | {columns} |", table.name, unlinked(table), ways(table));
    }
    page.push_str("\n## Tables that tell of nobody\n\n| table | how its rows go |\n|---|---|\n");
    for table in all().filter(|table| matches!(table.whose, Whose::Nobody)) {
        let staff = table.each_column().find(|(_, kind, _)| *kind == Kind::Staff);
        let staff = staff.map(|(name, ..)| format!("<br>`{name}` may name people of its staff")).unwrap_or_default();
        let _ = writeln!(page, "| `{}` | {}{staff} |", table.name, ways(table));
    }
    page
}

fn unlinked(table: &Table) -> String {
    match table.whose {
        Whose::Unlinked(why) => format!("<br>in no export: {why}"),
        _ => String::new(),
    }
}

/// The columns of a table, those together that are alike.
fn groups(table: &Table) -> Vec<String> {
    let mut groups: Vec<(Kind, Stays, String)> = Vec::new();
    for (name, kind, stays) in table.each_column() {
        match groups.iter_mut().find(|group| (group.0, group.1) == (kind, stays)) {
            Some(group) => group.2.push_str(&format!(" `{name}`")),
            None => groups.push((kind, stays, format!("`{name}`"))),
        }
    }
    groups.iter().map(|(kind, stays, names)| format!("{}{}: {names}", what(*kind), until(*stays))).collect()
}

fn until(stays: Stays) -> String {
    match stays {
        Stays::Row => String::new(),
        Stays::Open => ", emptied when the account is closed".to_owned(),
        Stays::Until(then) => format!(", until {then}"),
    }
}

const fn what(kind: Kind) -> &'static str {
    match kind {
        Kind::Plain => "nothing about a person",
        Kind::Pseudonym => "pseudonyms",
        Kind::Identifies => "**identifies**",
        Kind::About => "about the person",
        Kind::Secret => "secrets",
        Kind::Sealed(_) => "**identifies**, sealed",
        Kind::SealedForAccount => "**identifies**, sealed under a key of the account",
        Kind::OfAnother => "of another person",
        Kind::Staff => "of the staff",
    }
}

fn ways(table: &Table) -> String {
    let ways: Vec<String> = table
        .goes
        .iter()
        .map(|goes| match goes {
            Goes::Never(why) => format!("never: {why}"),
            Goes::Closed => "when the account is closed".to_owned(),
            Goes::When(then) => format!("when {then}"),
            Goes::Over(keep, since, _) | Goes::By(_, keep, since, _) => format!("{} {since}", after(*keep)),
        })
        .collect();
    ways.join("<br>")
}

fn after(keep: Keep) -> String {
    match keep {
        Keep::Not => "after".to_owned(),
        Keep::For(time) => format!("{} after", span(time)),
        Keep::Sessions => "`tokens.refresh_absolute`, and 30 days at the least, after".to_owned(),
        Keep::Appeals => "`accounts.appeal_keep` after".to_owned(),
    }
}

fn span(time: Duration) -> String {
    let hours = time.as_secs() / (60 * 60);
    match (hours / 24, hours % 24) {
        (0, 1) => "an hour".to_owned(),
        (days, 0) => format!("{days} days"),
        (_, _) => format!("{hours} hours"),
    }
}

#[test]
#[expect(clippy::disallowed_methods, reason = "a test has no settings; this asks whether to check or to write")]
fn the_page_of_documented_tables_is_current() {
    let path = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/operate/personal-data.md"));
    let written = std::fs::read_to_string(path).expect("the page");
    let by_hand = written.split(MARK).next().unwrap_or_default();
    if std::env::var("UPDATE_DOCS").is_ok_and(|value| value == "1") {
        std::fs::write(path, page(by_hand)).expect("the page can be written");
        return;
    }
    assert!(
        written == page(by_hand),
        "docs/operate/personal-data.md is not current: run `UPDATE_DOCS=1 cargo test documented`"
    );
}
