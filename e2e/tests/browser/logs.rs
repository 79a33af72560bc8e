//! What the programs wrote down while somebody used them: nothing of the person.

use anyhow::Context as _;
use e2e::demo::Demo;
use e2e::journey::Newcomer;

/// The programs that people use. The mailbox is a person's own, and shows what it got.
const PROGRAMS: [&str; 4] = ["passport", "cet", "pets", "ncre"];

/// What was typed on the walk beside what its people are called by.
const TYPED: [&str; 4] = ["11010519491231002", "Wrong-pass-1", "我的手机", "阿依古丽"];

/// Marks of what is never to be written down: a token of ours, a query with a secret, an address of a person.
const MARKS: [&str; 7] = ["eyJ", "?code=", "&code=", "?token=", "id_token_hint=", "@example.c", "+86"];

/// Fails if a log of the demo holds what was typed on the walk, a number that could be a mobile's or a document's, or a secret.
pub(crate) fn tell_nothing(demo: &Demo, people: &[Newcomer]) -> anyhow::Result<()> {
    let mut words = vec![demo.email.as_str(), &demo.mobile, &demo.password];
    words.extend(people.iter().flat_map(|who| [who.email.as_str(), &who.mobile, &who.password]));
    words.extend(TYPED.iter().chain(&MARKS));
    for program in PROGRAMS {
        let file = demo.home.join("logs").join(program).with_extension("log");
        let log = std::fs::read_to_string(&file).with_context(|| format!("{} cannot be read", file.display()))?;
        anyhow::ensure!(log.contains("access"), "{program} logged no request");
        for line in log.lines() {
            let told = words.iter().find(|word| line.contains(**word));
            anyhow::ensure!(told.is_none(), "{program} wrote {told:?} into its log: {line}");
            anyhow::ensure!(!has_number(line), "{program} wrote a person's number into its log: {line}");
        }
    }
    Ok(())
}

/// Whether eleven digits stand alone that could be a mobile's number, or seventeen that could be those of a document.
fn has_number(line: &str) -> bool {
    line.split(|c: char| !c.is_ascii_alphanumeric()).any(|run| {
        let digits = run.bytes().take_while(u8::is_ascii_digit).count();
        let is_mobile =
            run.len() == 11 && digits == 11 && run.starts_with('1') && !run[1..].starts_with(['0', '1', '2']);
        is_mobile || (run.len() == 18 && digits >= 17)
    })
}

#[test]
fn numbers_of_people_are_told_from_others() {
    for told in ["to=13900139001", "x 11010519491231002X,", "x 110105194912310021"] {
        assert!(has_number(told), "{told}");
    }
    for other in
        ["request_id=00139001390013", "1805331600000", "took 12.034 ms", "0190f3a1-13900139001a-7", "12345678901"]
    {
        assert!(!has_number(other), "{other}");
    }
}
