//! Whether a name could be taken for that of another client: what a reviewer is warned of. It keeps nobody from anything.

use super::metadata::Bilingual;
use super::model::{Client, ClientId};

/// What there is to warn of.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Imitation {
    /// Whether letters stand in one word that come from scripts which look alike (UTS 39 §5).
    pub mixed: bool,
    /// Clients whose names look the same, or are the same.
    pub like: Vec<(ClientId, String)>,
}

impl Imitation {
    /// Whether there is nothing.
    pub const fn is_none(&self) -> bool {
        !self.mixed && self.like.is_empty()
    }
}

/// Compares a name with those of others.
pub fn of<'c>(name: &Bilingual, others: impl Iterator<Item = &'c Client>) -> Imitation {
    let own = skeletons(name);
    let looks_like = |other: &&Client| skeletons(&other.name).iter().any(|one| own.contains(one));
    let like = others.filter(looks_like).map(|other| (other.id.clone(), other.name.zh.clone())).collect();
    Imitation { mixed: [&name.zh, &name.en].into_iter().any(|name| is_mixed(name)), like }
}

fn skeletons(name: &Bilingual) -> Vec<String> {
    [&name.zh, &name.en].into_iter().map(|name| skeleton(name)).filter(|text| !text.is_empty()).collect()
}

/// A name as it looks at a glance: letters that look alike are one, and what stands between them is nothing.
fn skeleton(name: &str) -> String {
    let narrow = name.chars().map(|c| match c {
        // Wide forms of ASCII.
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        c => c,
    });
    let small = narrow.flat_map(char::to_lowercase).filter(|c| c.is_alphanumeric());
    small.map(prototype).collect::<String>().replace("rn", "m").replace("vv", "w")
}

/// The letter that others are taken for (UTS 39 §4): those of Greek and Cyrillic that look Latin, digits that look like
/// letters, and Han characters that are told apart by a stroke.
const fn prototype(c: char) -> char {
    match c {
        'а' | 'α' | 'à' | 'á' | 'â' | 'ä' | 'ā' | 'å' => 'a',
        'в' | 'β' => 'b',
        'с' | 'ϲ' | 'ç' => 'c',
        'ԁ' => 'd',
        'е' | 'ё' | 'ε' | 'è' | 'é' | 'ê' | 'ë' | 'ē' => 'e',
        'һ' | 'н' | 'η' => 'h',
        '1' | 'l' | 'i' | 'і' | 'ι' | 'ı' | 'ӏ' | 'í' | 'ï' | 'ī' | '|' => 'l',
        'ј' => 'j',
        'к' | 'κ' => 'k',
        'м' | 'μ' => 'm',
        'ν' => 'v',
        '0' | 'о' | 'ο' | 'σ' | 'ó' | 'ö' | 'ō' | '〇' => 'o',
        'р' | 'ρ' => 'p',
        'ѕ' | '5' => 's',
        'т' | 'τ' => 't',
        'υ' | 'ü' | 'ú' | 'ū' => 'u',
        'ԝ' | 'ω' => 'w',
        'х' | 'χ' => 'x',
        'у' | 'γ' => 'y',
        'ζ' => 'z',
        '曰' => '日',
        '末' => '未',
        '巳' | '已' => '己',
        '土' => '士',
        '侯' => '候',
        '人' => '入',
        c => c,
    }
}

/// Whether one word has Latin letters together with Greek or Cyrillic ones.
fn is_mixed(name: &str) -> bool {
    name.split(|c: char| !c.is_alphanumeric()).any(|word| {
        let latin = word.chars().any(|c| c.is_ascii_alphabetic());
        latin && word.chars().any(|c| matches!(c, '\u{0370}'..='\u{052f}'))
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn client(id: &str, zh: &str, en: &str) -> Client {
        let metadata = json!({
            "client_id": id, "client_name": { "zh": zh, "en": en }, "redirect_uris": ["https://a.example/cb"],
        });
        Client::new(serde_json::from_value(metadata).expect("metadata"), Vec::new()).expect("a client")
    }

    fn like(zh: &str, en: &str) -> Imitation {
        let others = [client("cet", "全国大学英语四六级考试报名", "CET Registration"), client("b", "北辰", "Beichen")];
        of(&Bilingual { zh: zh.to_owned(), en: en.to_owned() }, others.iter())
    }

    #[test]
    fn a_name_that_looks_like_anothers_is_found_however_it_is_written() {
        for (zh, en) in [
            ("全国大学英语四六级考试报名", "Other"),
            ("全国大学英语 四六级考试报名", "Other"),
            ("别的", "cet registration"),
            ("别的", "СET Registration"),
            ("别的", "CET Reglstrati0n"),
            ("别的", "ＣＥＴ Registration"),
        ] {
            let ids: Vec<_> = like(zh, en).like.into_iter().map(|(id, _)| id.to_string()).collect();
            assert_eq!(ids, ["cet"], "{zh} {en}");
        }
    }

    #[test]
    fn mixed_scripts_are_told_and_a_name_of_its_own_is_not() {
        assert!(like("别的", "Bеijing").mixed, "with a Cyrillic letter");
        assert!(like("北京语言测评", "Beijing Language Assessment").is_none());
        assert!(!like("Экзамен", "Exam").mixed, "one word, one script");
    }
}
