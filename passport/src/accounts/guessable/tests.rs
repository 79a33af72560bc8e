//! What is refused, what is not, and how much there is to know it by.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use shared::entropy::{Entropy, SeededEntropy};

use super::*;
use crate::accounts::model::{Email, IdDocument, IdType, Mobile, Name, Password};
use crate::config::PasswordProfile::{self, Modern, Seed};

fn of_anybody(password: &str) -> Option<Guessable> {
    guessable(password, &Owner::default())
}

fn fits(profile: PasswordProfile, text: &str) -> bool {
    Password::parse(profile, text).is_ok()
}

/// Asserts that each of them may be chosen by its length and characters, and is refused all the same.
fn refused<'a>(passwords: impl IntoIterator<Item = &'a str>) {
    let passed: Vec<_> = passwords.into_iter().filter(|password| of_anybody(password).is_none()).collect();
    assert!(passed.is_empty(), "{} may be chosen, as {:?}", passed.len(), &passed[..passed.len().min(20)]);
}

#[test]
fn the_commonest_passwords_of_both_profiles_are_refused() {
    for (profile, file) in [
        (Seed, include_str!("../../../data/passwords/commonest-seed.txt")),
        (Modern, include_str!("../../../data/passwords/commonest-modern.txt")),
    ] {
        assert_eq!(file.lines().filter(|password| fits(profile, password)).count(), 3_000);
        refused(file.lines());
    }
}

#[test]
fn the_commonest_words_are_refused_with_what_everybody_hangs_to_them() {
    let words = include_str!("../../../data/passwords/commonest-words.txt");
    assert_eq!(words.lines().count(), 3_000);
    let capital = |word: &str| word[..1].to_uppercase() + &word[1..];
    for (n, word) in words.lines().enumerate() {
        let variants = [
            format!("{}1!", capital(word)),
            format!("{word}@123"),
            format!("{}2024!", word.replacen('a', "@", 1)),
            format!("{}2024!", word.replacen('o', "0", 1)),
            format!("{}2024!", word.replacen('e', "3", 1)),
            format!("{}2024!", word.replacen('i', "1", 1)),
            format!("!{}#{}", 1998, word.to_uppercase()),
            format!("{word}_8372"),
            format!("{word}{word}1!"),
            format!("{word}.{word}.{word}.{word}"),
        ];
        // Every third in turn: all of all the words take a minute. `judge_passwords` of the examples judges any list.
        let variants = variants.iter().skip(n % 3).step_by(3).map(String::as_str);
        refused(variants.filter(|text| fits(Seed, text) || fits(Modern, text)));
    }
}

#[test]
fn what_guessers_try_first_is_refused() {
    refused([
        "Password1!",
        "P@ssw0rd2024",
        "Qwerty123!",
        "Aa123456!",
        "woaini1314!",
        "abc12345!",
        "1qaz@WSX",
        "!QAZ2wsx",
        "Pa$$w0rd1",
        "woaini@520",
        "5201314a!",
        "a5201314!",
        "zhangwei123!",
        "liwei19900101!",
        "wangfang@1998",
        "li.na.2001!",
        "WangXiaoming_88",
        "lx19980513!",
        "Wang@123",
        "abc123!@#",
        "love1314!",
        "wang!!2008",
        "wang88!!",
        "wang520!!",
        "88@@zhou",
        "Li!!!888",
        "p@ss-w0rd1",
        "1998zhang!",
        "Huawei@123",
        "qwer1234!",
        "asdf@1234",
        "a1b2c3d4!",
        "drowssap1!",
        "iloveyou_1",
        "I-Love-You-520",
        "siliuji666!",
        "mima123456!",
        "admin@123456",
        "xK9!xK9!xK9!",
        "aaaa1111!",
        "abcd1234!",
        "112233aa!",
        "zxcvbnm,./1",
        "1q2w3e4r!",
        "Ｐａｓｓｗｏｒｄ１！",
        "kaoshi2026!",
        "tongxingzheng1!",
        "111111111111111",
        "passwordpassword",
        "qwertyuiopasdfgh",
        "123456789012345",
        "woaini woaini woaini",
        "iloveyou iloveyou 123",
        "我爱你我爱你我爱你我爱你我爱你",
        "abcdefghijklmnop",
        "password1234567890",
        "1qaz2wsx3edc4rfv",
        "correct horse battery staple",
    ]);
}

#[test]
fn what_takes_a_thought_may_be_chosen() {
    let chosen = [
        "tulip-47-Kran",
        "Regen7!wolke",
        "lanse_Yusan82kuai",
        "9Fische&Brot",
        "kTx7#mQ2",
        "3@^3Fg$2",
        "01%$&OioE",
        "mai3jin-hupo",
        "blau!Esel40x",
        "hupo7-lantern",
        "nie#Zug5Mond",
        "the rain stays in my coat",
        "seven owls drink tea",
        "山高月小水落石出曾日月之几何",
        "yusan xiangjiao huoche dengta",
        "ein rotes Pferd auf 3 Dächern",
        "tea-kettle under the piano",
    ];
    let passed = chosen.into_iter().filter(|password| of_anybody(password).is_some());
    assert_eq!(passed.collect::<Vec<_>>(), Vec::<&str>::new());
}

#[test]
fn passwords_that_a_program_made_are_never_refused() {
    let entropy = SeededEntropy::new(20_260_318);
    let mut made = 0;
    for (profile, least, spread, characters) in [
        (Seed, 8, 11, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!@#$%^&*_-"),
        (
            Seed,
            8,
            4,
            "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ012345678901234567890123456789!@#$%^&*_-!@#$%^&*_-!@#$%^&*_-",
        ),
        (Modern, 15, 10, "abcdefghijklmnopqrstuvwxyz"),
        (Modern, 15, 10, "abcdefghijklmnopqrstuvwxyz0123456789"),
    ] {
        let characters: Vec<char> = characters.chars().collect();
        let mut kept = 0;
        while kept < 500 {
            let mut bytes = [0; 32];
            entropy.fill(&mut bytes);
            let length = least + usize::from(bytes[31]) % spread;
            let password: String =
                bytes.iter().take(length).map(|byte| characters[usize::from(*byte) % characters.len()]).collect();
            if fits(profile, &password) {
                assert_eq!(of_anybody(&password), None, "{password}");
                kept += 1;
            }
        }
        made += kept;
    }
    assert_eq!(made, 2_000);
}

fn li_hua() -> Owner {
    Owner::default()
        .email(Email::parse("Hua.Li2006@example.com").ok().as_ref())
        .mobile(Mobile::parse("138 0013 8472").ok().as_ref())
        .name(Name::parse("欧阳丽桦").ok().as_ref())
        .document(
            IdType::parse("resident").and_then(|kind| IdDocument::parse(kind, "11010519491231002X").ok()).as_ref(),
        )
}

#[test]
fn what_others_know_of_a_person_makes_no_password() {
    for password in [
        "huali2006!x",
        "hua.li2006@",
        "HuaLi#7391",
        "13800138472a!",
        "00138472-Ab",
        "ouyanglihua!7x",
        "LihuaOuyang_9",
        "11010519491231",
        "lihua19491231!",
        "Kx-19491231",
        "31121949_ab",
        "1231002x!",
        "0uyangl1hua-9z",
        "欧阳丽桦加油1!",
    ] {
        assert_eq!(guessable(password, &li_hua()), Some(Guessable::Own), "{password}");
    }
    for password in ["lihua-mag-Tulpen7", "Kran_2006_tulip", "tulip-47-Kran", "8472-Dachs-tee"] {
        assert_eq!(guessable(password, &li_hua()), None, "{password}");
    }
    let jose = Owner::default().name(Name::parse("José Núñez").ok().as_ref());
    for password in ["jose-nunez-7", "NúñezJosé!9x"] {
        assert_eq!(guessable(password, &jose), Some(Guessable::Own), "{password}");
    }
}

#[test]
fn the_name_of_the_site_or_of_an_exam_makes_no_password() {
    for password in ["E-test#2026", "cet4cet6!x", "Passport_77k", "NCRE-2026", "通行证2026!"] {
        assert_eq!(of_anybody(password), Some(Guessable::Site), "{password}");
    }
    assert_eq!(of_anybody("cet-nur-mit-Tulpen5"), None);
}

#[test]
fn the_words_of_this_place_are_documented() {
    let document = include_str!("../../../../docs/security/asvs.md");
    for word in owner::SITES {
        assert!(document.contains(&format!("`{word}`")), "{word}");
    }
}

#[test]
fn the_longest_password_is_judged_too() {
    for text in ["x", "1", "!", "a1", "x!", "我", "\u{FDFA}"] {
        let _ = guessable(&text.repeat(128), &li_hua());
    }
    assert_eq!(of_anybody(""), Some(Guessable::Pattern), "nothing is no password");
}

#[test]
fn the_filter_is_small_and_holds_what_was_put_into_it() {
    assert!(filter::bytes() <= 2_000_000 && filter::len() > 400_000, "{} bytes, {}", filter::bytes(), filter::len());
    let all: Vec<char> = "qwertasd".chars().collect();
    let digests: Vec<u64> = {
        let mut digests: Vec<u64> = (1..=all.len()).map(|length| digest(&all[..length])).collect();
        digests.sort_unstable();
        digests
    };
    let file = pack(&digests);
    assert_eq!(file.len(), 65_537 * 3 + 8 * 3);
    assert!((1..=all.len()).all(|length| filter::holds_in(&file, &all[..length])));
    assert!(!filter::holds_in(&file, &['x']));
}

fn data() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("data/passwords")
}

#[test]
fn the_files_are_those_that_the_builder_wrote_of_these_lists() {
    let sums = fs::read_to_string(data().join("SHA256SUMS")).expect("what the builder wrote down");
    let signed: BTreeMap<_, _> =
        sums.lines().filter_map(|line| line.split_once("  ")).map(|(hash, name)| (name, hash.to_owned())).collect();
    let found = fs::read_dir(data()).expect("the folder").map(|entry| entry.expect("a file").file_name());
    let found = found.map(|name| name.into_string().expect("a name"));
    let mut judged: Vec<String> = found.filter(|name| !["README.md", "SHA256SUMS"].contains(&name.as_str())).collect();
    judged.sort();
    assert_eq!(judged, signed.keys().copied().collect::<Vec<_>>(), "a file that nobody built, or that is gone");
    for (name, hash) in signed {
        let file = fs::read(data().join(name)).expect("a file");
        let now: String = shared::secret::sha256(&file).iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(now, hash, "{name} is not as the builder left it: cargo xtask passwords");
    }
}

/// The words of a list that was written by hand, as the builder reads it.
fn words_of(name: &str) -> Vec<String> {
    let list = fs::read_to_string(data().join(name)).expect("a list");
    let lines = list.lines().filter(|line| !line.starts_with("# "));
    lines.flat_map(|line| line.split(' ')).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

#[test]
fn every_word_and_every_name_that_was_written_down_is_in_the_filter() {
    let is_missing = |word: &String| {
        let word = skeleton(Folded::of(word).chars().iter().copied());
        // Of three letters every word is refused, list or not.
        word.len() > 3 && !filter::holds(&word)
    };
    let (surnames, given) = (words_of("chinese-surnames.txt"), words_of("chinese-given-names.txt"));
    let names = given.iter().flat_map(|given| surnames.iter().map(move |surname| format!("{surname}{given}")));
    let all: Vec<String> = words_of("chinese-favourites.txt").into_iter().chain(names).collect();
    assert!(all.len() > 40_000, "{} words and names are not all of them", all.len());
    assert_eq!(all.into_iter().filter(is_missing).collect::<Vec<_>>(), Vec::<String>::new());
}
