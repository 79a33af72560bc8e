//! Says how many passwords of a list are refused as guessable, and how long a judgement takes.
//!
//! `cargo run --release -p passport --example judge_passwords -- LIST`

use anyhow::{Context as _, Result};
use passport::accounts::guessable::{Owner, guessable};
use passport::accounts::model::{Email, IdDocument, IdType, Mobile, Name, Password};
use passport::config::PasswordProfile::{Modern, Seed};
use shared::clock::{Clock as _, SystemClock};

/// Judges the lines that keep to the rules of a profile, as those of somebody of whom much is known.
fn main() -> Result<()> {
    let list = std::env::args_os().nth(1).context("LIST is missing: a file with a password on each line")?;
    let list = std::fs::read(list)?;
    let list = String::from_utf8_lossy(&list);
    let may_be_chosen = |text: &&str| Password::parse(Seed, text).is_ok() || Password::parse(Modern, text).is_ok();
    let passwords: Vec<&str> = list.lines().filter(may_be_chosen).collect();
    let owner = owner();

    let begin = SystemClock.now();
    let refused: Vec<&str> =
        passwords.iter().copied().filter(|password| guessable(password, &owner).is_some()).collect();
    let took = SystemClock.now().since(begin);

    println!("{} of {} are refused", refused.len(), passwords.len());
    println!("{:?} each", took / u32::try_from(passwords.len().max(1))?);
    for password in refused.iter().take(20) {
        println!("  {password}");
    }
    Ok(())
}

fn owner() -> Owner {
    let document = IdType::parse("resident").and_then(|kind| IdDocument::parse(kind, "11010519491231002X").ok());
    Owner::default()
        .email(Email::parse("hua.li2006@example.com").ok().as_ref())
        .mobile(Mobile::parse("13800138472").ok().as_ref())
        .name(Name::parse("欧阳丽桦").ok().as_ref())
        .document(document.as_ref())
}
