//! `runbooks`: brings about the trouble that each page of `docs/operations/` is for, and does what the page says: every
//! command as it stands there, and what it shows compared with what the page says that it shows.

mod disk;
mod page;
mod scene;
mod shell;
mod shown;
mod trouble;

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};

use self::page::{At, Block, Command, Page};
use self::scene::Scene;
use self::shell::Ended;
use self::shown::missing;
use self::trouble::{TROUBLES, Trouble, Where};
use crate::cargo::{self, Profile, workspace};
use crate::cluster;
use crate::flags::{self, Flags};
use crate::progress::{Step, now, seconds};
use crate::test::packages;

pub(crate) const ARGUMENTS: &str = "[PAGE…] [--small-disk FOLDER] [--no-build]";

/// How long a block is repeated at most that is to be done again until it shows something.
const AGAIN_FOR: Duration = Duration::from_secs(60);
const PAUSE: Duration = Duration::from_millis(500);
/// Long enough to hear of what has ended.
const MOMENT: Duration = Duration::from_millis(1);

/// Runs the command.
pub(crate) fn run(mut flags: Flags) -> anyhow::Result<()> {
    let (mut names, mut small_disk, mut build) = (Vec::new(), None, true);
    while let Some(word) = flags.any()? {
        match word.as_str() {
            "--small-disk" => small_disk = Some(flags.path()?),
            "--no-build" => build = false,
            flag if flag.starts_with("--") => return Err(flags::unknown(flag.trim_start_matches('-'))),
            page => names.push(page.to_owned()),
        }
    }
    let pages = all_pages()?;
    let known = |name: &&String| TROUBLES.iter().any(|trouble| trouble.name == **name);
    if let Some(name) = names.iter().find(|name| !known(name)) {
        let all: Vec<_> = TROUBLES.iter().map(|trouble| trouble.name).collect();
        bail!("there is no page {name:?}: {}", all.join(", "));
    }
    let wanted = |trouble: &&Trouble| names.is_empty() || names.iter().any(|name| name == trouble.name);
    let wanted: Vec<&Trouble> = TROUBLES.iter().filter(wanted).collect();
    packages::install_for_runbooks()?;
    if build {
        cargo::build(&cluster::PACKAGES, Profile::Dev)?;
    }
    let begun = now();
    let mut done = Vec::new();
    for place in [Where::Alone, Where::Cluster] {
        let here: Vec<&&Trouble> = wanted.iter().filter(|trouble| trouble.place == place).collect();
        if here.is_empty() {
            continue;
        }
        let mut scene = match place {
            Where::Cluster => Scene::cluster()?,
            Where::Alone => Scene::alone(small_disk.as_deref())?,
        };
        for trouble in here {
            let page = pages.iter().find(|page| page.name == trouble.name).context("no such page")?;
            done.push(rehearse(&mut scene, page, trouble)?);
        }
        scene.fleet.stop();
    }
    println!("\n{}\nall of it in {}", done.join("\n"), seconds(begun.elapsed()));
    Ok(())
}

/// Where the pages are.
fn folder() -> PathBuf {
    workspace().join("docs/operations")
}

/// The file of a page, as people know it.
fn file_of(name: &str) -> String {
    format!("docs/operations/{name}.md")
}

/// Every page, each of which has its trouble.
fn all_pages() -> anyhow::Result<Vec<Page>> {
    let mut pages = Vec::new();
    for entry in std::fs::read_dir(folder()).context("docs/operations cannot be read")? {
        let path = entry?.path();
        if path.extension().is_some_and(|end| end == "md") {
            pages.push(Page::read(&path)?);
        }
    }
    pages.sort_by(|a, b| a.name.cmp(&b.name));
    for Trouble { name, .. } in &TROUBLES {
        ensure!(pages.iter().any(|page| page.name == *name), "there is no {}", file_of(name));
    }
    for page in &pages {
        let has_trouble = TROUBLES.iter().any(|trouble| trouble.name == page.name);
        let has_none = page.name == "README" && page.blocks.is_empty();
        ensure!(has_trouble || has_none, "{} is executed by nobody: see TROUBLES", file_of(&page.name));
        if let Some((line, command)) = page.named.iter().find(|(_, command)| !is_executed(command, &pages)) {
            bail!("{}:{line}: `{command}` stands in no block of any page, so nobody executes it", file_of(&page.name));
        }
    }
    Ok(pages)
}

/// Whether some page has a command that begins so.
fn is_executed(named: &str, pages: &[Page]) -> bool {
    pages.iter().flat_map(Page::commands).any(|command| command.text.starts_with(named))
}

/// Does one page; the line that tells of it.
fn rehearse(scene: &mut Scene, page: &Page, trouble: &Trouble) -> anyhow::Result<String> {
    let mut step = Step::begin(format!("{}: bringing the trouble about", page.name));
    let begun = now();
    scene.troubled = 0;
    scene.shell.forget()?;
    (trouble.make)(scene).with_context(|| format!("the trouble of {} cannot be brought about", file_of(&page.name)))?;
    let mut executed = 0;
    for block in &page.blocks {
        let nodes = match block.at {
            At::One => 0..1,
            At::Everywhere => scene.nodes(),
            At::There => scene.troubled..scene.troubled + 1,
        };
        for node in nodes {
            for command in &block.commands {
                step.note(&command.text);
            }
            executed += block.commands.len();
            do_block(scene, block, node).with_context(|| file_of(&page.name))?;
        }
    }
    let commands: usize = page.blocks.iter().map(|block| block.commands.len()).sum();
    step.done(&format!("{}: {commands} commands, {executed} times", page.name));
    Ok(format!("✓ {} ({commands} commands, executed {executed} times, {})", page.name, seconds(begun.elapsed())))
}

/// Does a block on a node, again and again if it says so.
fn do_block(scene: &mut Scene, block: &Block, node: usize) -> anyhow::Result<()> {
    let until = now() + AGAIN_FOR;
    loop {
        let outcome = once(scene, block, node);
        // What ended by itself meanwhile is told before what follows from it.
        scene.fleet.pause(MOMENT)?;
        if outcome.is_ok() || !block.again || now() > until {
            return outcome;
        }
        scene.fleet.pause(PAUSE)?;
    }
}

fn once(scene: &mut Scene, block: &Block, node: usize) -> anyhow::Result<()> {
    let mut all = String::new();
    for command in &block.commands {
        let Ended { code, shown } = scene.execute(&command.text, node)?;
        if code != Some(block.exit) {
            let code = code.map_or_else(|| "a signal".to_owned(), |code| code.to_string());
            return Err(told(command, &format!("ended with {code}, not with {}", block.exit), &shown));
        }
        all += &shown;
    }
    match (missing(&block.shows, &all), block.commands.first()) {
        (Some(line), Some(command)) => {
            let what = format!("does not show line {}, {:?}", line.number, line.text);
            Err(told(command, &what, &all))
        }
        _ => Ok(()),
    }
}

fn told(command: &Command, what: &str, shown: &str) -> anyhow::Error {
    let Command { line, text } = command;
    anyhow::anyhow!("line {line}: `{text}` {what}; it showed:\n{}", shown.trim_end())
}

/// The alerts of a file of rules, each with the page that it names.
#[cfg(test)]
fn alerts(rules: &str) -> Vec<(&str, Option<&str>)> {
    let mut alerts: Vec<(&str, Option<&str>)> = Vec::new();
    for line in rules.lines() {
        if let Some(name) = line.trim().strip_prefix("- alert: ") {
            alerts.push((name, None));
        } else if let (Some(page), Some(last)) = (line.trim().strip_prefix("runbook: "), alerts.last_mut()) {
            last.1 = Some(page);
        }
    }
    alerts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(path: &str) -> anyhow::Result<String> {
        std::fs::read_to_string(workspace().join(path)).with_context(|| path.to_owned())
    }

    #[test]
    fn every_page_can_be_read_and_each_command_in_it_is_executed() -> anyhow::Result<()> {
        let pages = all_pages()?;
        assert!(pages.iter().filter(|page| page.name != "README").all(|page| page.blocks.len() > 2));
        assert_eq!(pages.len(), TROUBLES.len() + 1);
        Ok(())
    }

    #[test]
    fn every_alert_names_a_page_that_says_that_it_is_seen() -> anyhow::Result<()> {
        let rules = read("deploy/observe/alerts.yml")?;
        let alerts = alerts(&rules);
        assert!(alerts.len() > 15, "{alerts:?}");
        for (alert, page) in &alerts {
            let page = page.with_context(|| format!("{alert} names no page"))?;
            assert!(read(page)?.contains(alert), "{page} does not say that {alert} is seen");
        }
        for page in all_pages()? {
            let text = read(&file_of(&page.name))?;
            let words = text.split(|c: char| !c.is_ascii_alphanumeric());
            // The word alone is the title of one.
            for word in words.filter(|word| word.starts_with("Passport") && *word != "Passport") {
                assert!(alerts.iter().any(|(alert, _)| *alert == word), "{}: there is no alert {word}", page.name);
            }
        }
        Ok(())
    }

    #[test]
    fn links_between_the_pages_lead_somewhere() -> anyhow::Result<()> {
        for page in all_pages()? {
            let text = read(&file_of(&page.name))?;
            for link in text.split("](").skip(1).filter_map(|rest| rest.split([')', '#']).next()) {
                assert!(folder().join(link).exists(), "{}: {link}", page.name);
            }
        }
        Ok(())
    }

    #[test]
    fn the_names_that_the_pages_use_are_those_that_operators_fill_in() -> anyhow::Result<()> {
        let (example, readme) = (read("deploy/systemd/operator.env")?, read("docs/operations/README.md")?);
        let names: Vec<&str> = example.lines().filter_map(|line| Some(line.split_once('=')?.0)).collect();
        for name in
            ["ISSUER", "NODE", "METRICS", "TLS", "RENEWED", "DATA", "SPARE", "BACKUPS", "SAFE", "DATABASE", "PROBE"]
        {
            assert!(names.contains(&name), "deploy/systemd/operator.env does not set {name}");
            assert!(readme.contains(&format!("`${name}`")), "docs/operations/README.md does not explain {name}");
        }
        Ok(())
    }

    #[test]
    fn a_command_that_no_page_executes_is_found_in_a_sentence() -> anyhow::Result<()> {
        let page = Page::parse("page", "Do `passport keys destroy` now.\n```sh\npassport keys list --all\n```\n")?;
        let pages = [page];
        assert!(is_executed("passport keys list", &pages) && !is_executed("passport keys destroy", &pages));
        Ok(())
    }
}
