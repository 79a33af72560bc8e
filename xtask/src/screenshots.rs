//! `screenshots`: a picture of every page, in both languages, as a person sees it on a desktop and on a phone.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context as _;

use crate::cargo::{Profile, program, watched, workspace};
use crate::demo::Demo;
use crate::flags::{self, Flags};
use crate::fleet::Fleet;
use crate::home::{Home, TemporaryFolder};
use crate::progress::Step;
use crate::settings::Ports;

pub(crate) const ARGUMENTS: &str = "[--journey] [--width PIXELS]... [--text PERCENT] [--folder FOLDER] [--no-build]";

#[derive(Default)]
struct Options {
    journey: bool,
    folder: Option<PathBuf>,
    build: bool,
    /// What is handed on to the program that takes the pictures.
    camera: Vec<String>,
}

impl Options {
    fn read(mut flags: Flags) -> anyhow::Result<Self> {
        let mut options = Self { build: true, ..Self::default() };
        while let Some(flag) = flags.next()? {
            match flag.as_str() {
                "journey" => options.journey = true,
                "width" | "text" => {
                    let number: u32 = flags.value()?;
                    options.camera.extend([format!("--{flag}"), number.to_string()]);
                }
                "folder" => options.folder = Some(flags.path()?),
                "no-build" => options.build = false,
                other => return Err(flags::unknown(other)),
            }
        }
        Ok(options)
    }

    fn folder(&self) -> PathBuf {
        let usual = if self.journey { "docs/journey" } else { "screenshots" };
        self.folder.clone().unwrap_or_else(|| workspace().join(usual))
    }
}

/// Runs the command.
pub(crate) fn run(flags: Flags) -> anyhow::Result<()> {
    let options = Options::read(flags)?;
    let folder = options.folder();
    if options.build {
        let step = Step::begin("Building the programs and the camera (the first time takes minutes)");
        let arguments = ["build", "--workspace", "--bins", "--locked", "--features", "e2e/browser"];
        watched(step, &arguments)?.done("Built");
    }
    // Pictures of pages that are gone would be taken for today's.
    if folder.exists() && options.folder.is_none() {
        fs::remove_dir_all(&folder).with_context(|| format!("{} cannot be removed", folder.display()))?;
    }
    let languages: &[&str] = if options.journey { &[""] } else { &["", "--english"] };
    let mut wrong = Vec::new();
    for language in languages {
        // Each language begins with a demo of its own: the failures of one walk bring captchas about in the next.
        if let Err(error) = walk(&options, &folder, language) {
            wrong.push(error);
        }
    }
    match wrong.into_iter().next() {
        Some(error) => Err(error),
        None if options.journey => told(&folder, "the pictures that docs/journey.md shows"),
        None => told(&folder.join("index.html"), "every page"),
    }
}

fn told(place: &Path, what: &str) -> anyhow::Result<()> {
    println!("{} has {what}", place.display());
    Ok(())
}

fn walk(options: &Options, folder: &Path, language: &str) -> anyhow::Result<()> {
    let temporary = TemporaryFolder::new("screenshots")?;
    let home = Home::at(Some(temporary.path().to_owned()));
    home.make()?;
    let demo = Demo::prepare(home, Ports::fresh()?)?;
    let mails = temporary.path().join("mails");
    demo.passport(&["delivery", "mails", &mails.to_string_lossy()])?;
    let mut fleet = Fleet::new()?;
    let chromedriver = demo.start_chromedriver(&mut fleet)?;
    demo.start(&mut fleet)?;
    let mut camera = Command::new(program("screenshots", Profile::Dev)?);
    camera.arg(demo.describe(Some(chromedriver))?).arg(folder).args(&options.camera);
    camera.arg("--mails").arg(&mails);
    if options.journey {
        camera.arg("--journey");
    }
    if !language.is_empty() {
        camera.arg(language);
    }
    fleet.run("the camera", camera)?;
    fleet.stop();
    Ok(())
}
