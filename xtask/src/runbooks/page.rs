//! A runbook as it is written: blocks of commands, and what each shows. `docs/operations/README.md` says how to write one.

use std::path::Path;

use anyhow::{Context as _, bail, ensure};

use super::file_of;
use super::shown::Line;

/// Where a block is executed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum At {
    /// On any one node.
    One,
    /// On each node in turn.
    Everywhere,
    /// On the node in trouble.
    There,
}

/// A block of commands.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Block {
    pub(super) at: At,
    /// Whether it is repeated until it shows what it should.
    pub(super) again: bool,
    /// The code that its commands end with.
    pub(super) exit: i32,
    pub(super) commands: Vec<Command>,
    /// What they show, all together.
    pub(super) shows: Vec<Line>,
}

/// A command, which may go over several lines.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Command {
    /// Where it begins in the page.
    pub(super) line: usize,
    pub(super) text: String,
}

/// A runbook.
#[derive(Debug)]
pub(super) struct Page {
    /// The name of its file, without its end.
    pub(super) name: String,
    pub(super) blocks: Vec<Block>,
    /// Commands that its sentences name, with their lines.
    pub(super) named: Vec<(usize, String)>,
}

/// What a command named in a sentence begins with.
const PROGRAMS: [&str; 4] = ["passport ", "systemctl ", "journalctl ", "curl "];

impl Page {
    /// Reads a file.
    pub(super) fn read(file: &Path) -> anyhow::Result<Self> {
        let text = std::fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()))?;
        let name = file.file_stem().and_then(|name| name.to_str()).context("a page without a name")?;
        Self::parse(name, &text).with_context(|| file_of(name))
    }

    /// Reads the text of a page; errors name the line.
    pub(super) fn parse(name: &str, text: &str) -> anyhow::Result<Self> {
        let mut page = Self { name: name.to_owned(), blocks: Vec::new(), named: Vec::new() };
        let mut lines = (1..).zip(text.lines());
        while let Some((number, line)) = lines.next() {
            let Some(words) = line.trim_start().strip_prefix("```") else {
                page.named.extend(named(line).map(|command| (number, command)));
                continue;
            };
            let within: Vec<(usize, &str)> =
                lines.by_ref().take_while(|(_, line)| line.trim() != "```").map(|(n, line)| (n, line.trim())).collect();
            page.take(words, &within).with_context(|| format!("line {number}"))?;
        }
        Ok(page)
    }

    fn take(&mut self, words: &str, within: &[(usize, &str)]) -> anyhow::Result<()> {
        let mut words = words.split_whitespace();
        match words.next() {
            Some("sh") => self.blocks.push(Block::new(words, within)?),
            Some("output") => {
                let block = self.blocks.last_mut().context("what does this come from? No commands stand before it")?;
                ensure!(block.shows.is_empty(), "a second output of the same commands");
                block.shows = within.iter().map(|(number, text)| Line::new(*number, text)).collect();
                ensure!(!block.shows.is_empty(), "an output without a line");
            }
            other => bail!("a block of {other:?}: commands stand in blocks of sh, all else is not executed"),
        }
        Ok(())
    }

    /// Every command, in order.
    pub(super) fn commands(&self) -> impl Iterator<Item = &Command> {
        self.blocks.iter().flat_map(|block| &block.commands)
    }
}

impl Block {
    fn new<'w>(words: impl Iterator<Item = &'w str>, within: &[(usize, &str)]) -> anyhow::Result<Self> {
        let mut block = Self { at: At::One, again: false, exit: 0, commands: Vec::new(), shows: Vec::new() };
        for word in words {
            match word {
                "everywhere" => block.at = At::Everywhere,
                "there" => block.at = At::There,
                "again" => block.again = true,
                _ => {
                    let code = word.strip_prefix("exit=").with_context(|| format!("there is no word {word:?} here"))?;
                    block.exit = code.parse().with_context(|| format!("{word:?} is no code"))?;
                }
            }
        }
        let mut goes_on = false;
        for (number, text) in within.iter().filter(|(_, text)| !text.is_empty()) {
            match block.commands.last_mut().filter(|_| goes_on) {
                Some(command) => command.text = format!("{}\n{text}", command.text),
                None => block.commands.push(Command { line: *number, text: (*text).to_owned() }),
            }
            goes_on = text.ends_with('\\');
        }
        ensure!(!block.commands.is_empty(), "a block without a command");
        ensure!(block.commands.len() == 1 || !(block.again || block.exit != 0), "one command alone can be so");
        Ok(block)
    }
}

/// The commands that a line names between backticks.
fn named(line: &str) -> impl Iterator<Item = String> {
    let spans = line.split('`').skip(1).step_by(2);
    spans.filter(|span| PROGRAMS.iter().any(|program| span.starts_with(program))).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> String {
        format!("{:#}", Page::parse("page", text).expect_err(text))
    }

    #[test]
    fn blocks_are_read_with_their_lines_and_what_they_show() -> anyhow::Result<()> {
        let text = "1. Look, with `passport doctor`:\n\n   ```sh everywhere again\n   passport a \\\n     b\n   ```\n   \
                    ```output\n   good…\n   ```\n\n```sh exit=6\nfalse\n```\n";
        let page = Page::parse("page", text)?;
        let [first, second] = page.blocks.as_slice() else { bail!("{:?}", page.blocks) };
        assert_eq!((first.at, first.again, first.exit), (At::Everywhere, true, 0));
        assert_eq!(first.commands, [Command { line: 4, text: "passport a \\\nb".to_owned() }]);
        assert_eq!(first.shows, [Line::new(8, "good…")]);
        assert_eq!((second.at, second.exit, second.shows.len()), (At::One, 6, 0));
        assert_eq!(page.named, [(1, "passport doctor".to_owned())]);
        assert_eq!(page.commands().count(), 2);
        Ok(())
    }

    #[test]
    fn what_would_not_be_executed_is_refused_by_its_line() {
        assert!(refused("x\n\n```\npassport keys list\n```\n").starts_with("line 3: a block of None"));
        assert!(refused("```bash\nls\n```\n").contains("\"bash\""));
        assert!(refused("```sh twice\nls\n```\n").contains("\"twice\""));
        assert!(refused("```sh exit=x\nls\n```\n").contains("no code"));
        assert!(refused("```sh\n```\n").contains("without a command"));
        assert!(refused("```sh again\nls\nls\n```\n").contains("one command alone"));
        assert!(refused("```output\nx\n```\n").contains("No commands stand before it"));
        assert!(refused("```sh\nls\n```\n```output\nx\n```\n```output\nx\n```\n").contains("a second output"));
    }
}
