//! `screenshots`: walks a running demo in Chromium and takes a picture of every page it meets.
//!
//! Started by `cargo xtask screenshots`, once for each language. Ends with an error when a page has to be scrolled
//! sideways at one of the widths: the pictures are taken all the same.

mod camera;
mod gallery;
mod journey;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use e2e::demo::Demo;
use e2e::operator::Operator;
use e2e::program;
use e2e::walk::{self, Tour};
use e2e::window::{Opening, Window};
use lexopt::{Arg, Parser, ValueExt as _};

use camera::Camera;

/// A desktop, a phone.
const WIDTHS: [u32; 2] = [1280, 390];

/// What is asked for.
struct Order {
    demo: Demo,
    folder: PathBuf,
    opening: Opening,
    widths: Vec<u32>,
    /// Who decides about appeals, and registers a site that is not ours.
    staff: Operator,
    /// Where one of every mail lies, as HTML.
    mails: Option<PathBuf>,
    /// Only the pictures that the documents show.
    journey: bool,
}

impl Order {
    fn read(mut arguments: Parser) -> anyhow::Result<Self> {
        let (mut paths, mut widths) = (Vec::new(), Vec::new());
        let (mut opening, mut journey) = (Opening::default(), false);
        let mut mails = None;
        while let Some(argument) = arguments.next()? {
            match argument {
                Arg::Long("english") => opening.language = "en",
                Arg::Long("text") => opening.text_percent = arguments.value()?.parse()?,
                Arg::Long("width") => widths.push(arguments.value()?.parse()?),
                Arg::Long("mails") => mails = Some(PathBuf::from(arguments.value()?)),
                Arg::Long("journey") => journey = true,
                Arg::Value(path) => paths.push(PathBuf::from(path)),
                other => return Err(other.unexpected().into()),
            }
        }
        let mut paths = paths.into_iter();
        let demo = program::demo(paths.next(), "usage: screenshots DEMO.JSON FOLDER (see cargo xtask screenshots)")?;
        let staff = Operator::beside_this_program(&demo)?;
        Ok(Self {
            demo,
            folder: paths.next().context("the folder for the pictures is missing")?,
            opening,
            widths: if widths.is_empty() { WIDTHS.to_vec() } else { widths },
            staff,
            mails,
            journey,
        })
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    program::end(run().await)
}

async fn run() -> anyhow::Result<()> {
    let order = Order::read(Parser::from_env())?;
    let driver = order.demo.chromedriver.as_deref().context("the demo has no chromedriver")?;
    std::fs::create_dir_all(&order.folder)
        .with_context(|| format!("the folder {} cannot be made", order.folder.display()))?;
    let window = Window::open(driver, order.opening).await?;
    let walked = if order.journey {
        journey::picture(&window, &order.demo, &order.folder).await
    } else {
        let mut camera = Camera::new(&order.folder, order.opening.language, &order.widths);
        let mut tour = Tour { window: &window, witness: &mut camera };
        let walked = walk::everywhere(&mut tour, &order.demo, &order.staff).await;
        let walked = match (&order.mails, walked) {
            (Some(mails), Ok(())) => walk::mails(&mut tour, mails, order.opening.language).await,
            (_, walked) => walked,
        };
        gallery::write(&order.folder)?;
        walked.and_then(|()| camera.verdict())
    };
    window.close().await?;
    walked
}
