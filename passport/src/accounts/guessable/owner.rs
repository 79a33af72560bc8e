//! What others know of a person, in the person's own password.

use std::sync::LazyLock;

use pinyin::ToPinyin as _;
use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

use super::filter;
use super::text::{Folded, skeleton};
use super::trimmings::{self, Figures};
use crate::accounts::model::{Account, Email, IdDocument, Mobile, Name};

/// A part of a longer fact that gives it away.
const PART: usize = 6;

/// How long a fact of letters, or of figures, is at least. Characters outside ASCII say more: two are a name.
const LETTERS: usize = 3;
const FIGURES: usize = 4;

/// This site and the exams that it leads to, as candidates call them; listed in `docs/security/asvs.md` as well.
pub(super) const SITES: [&str; 18] = [
    "etest",
    "passport",
    "tongxingzheng",
    "通行证",
    "exam",
    "kaoshi",
    "考试",
    "cet",
    "siliuji",
    "siji",
    "liuji",
    "四六级",
    "pets",
    "ncre",
    "neea",
    "baoming",
    "zhunkaozheng",
    "准考证",
];

/// What others know of the person whose password it is to be. Whoever asks for a new password fills in all there is.
#[derive(Default)]
pub struct Owner(Vec<Vec<char>>);

impl Owner {
    /// Of an account.
    pub fn of(account: &Account) -> Self {
        let document = account.identity.as_ref().map(|identity| &identity.document);
        Self::default()
            .email(account.email.as_ref())
            .mobile(account.mobile.as_ref())
            .name(account.name.as_ref())
            .document(document)
            .birth(account.details.birthdate.as_deref())
            .called(account.details.nickname.as_deref())
            .called(account.details.preferred_username.as_deref())
    }

    /// The mail address, and what stands before the `@` with and without the figures at its end.
    #[must_use]
    pub fn email(mut self, email: Option<&Email>) -> Self {
        if let Some(address) = email.map(Email::as_str) {
            let local = address.split('@').next().unwrap_or_default();
            for fact in [address, local, local.trim_end_matches(|c: char| c.is_ascii_digit())] {
                self.add(fact);
            }
        }
        self
    }

    /// The mobile number.
    #[must_use]
    pub fn mobile(mut self, mobile: Option<&Mobile>) -> Self {
        self.add(mobile.map_or("", Mobile::as_str));
        self
    }

    /// The name, as it is written, without accents, and in pinyin: the whole, the given name first, each part.
    #[must_use]
    pub fn name(mut self, name: Option<&Name>) -> Self {
        let Some(name) = name.map(Name::as_str) else { return self };
        let unaccented: String = name.nfkd().filter(|c| !is_combining_mark(*c)).collect();
        let spelled: Vec<&str> = name.chars().filter_map(|c| Some(c.to_pinyin()?.plain())).collect();
        for parts in [name.split(' ').collect(), unaccented.split(' ').collect(), spelled] {
            self.add_parts(&parts);
        }
        self
    }

    /// What the person is called beside their name.
    #[must_use]
    pub fn called(mut self, text: Option<&str>) -> Self {
        self.add(text.unwrap_or_default());
        self
    }

    /// The number of a document, and the date of birth in it.
    #[must_use]
    pub fn document(mut self, document: Option<&IdDocument>) -> Self {
        let number = document.map_or("", IdDocument::number);
        self.add(number);
        // GB 11643: six figures of the area, eight of the date of birth.
        let born = number.get(6..14).filter(|_| number.len() == 18);
        self.birth(born)
    }

    /// The date of birth as eight figures, with or without dashes.
    #[must_use]
    pub fn birth(mut self, date: Option<&str>) -> Self {
        let digits: String = date.unwrap_or_default().chars().filter(char::is_ascii_digit).collect();
        if let (8, Some(year), Some(month), Some(day)) =
            (digits.len(), digits.get(..4), digits.get(4..6), digits.get(6..))
        {
            let (m, d) = (month.trim_start_matches('0'), day.trim_start_matches('0'));
            for fact in
                [digits.clone(), format!("{year}{m}{d}"), format!("{day}{month}{year}"), format!("{month}{day}{year}")]
            {
                self.add(&fact);
            }
        }
        self
    }

    /// Whether a password is made of what is known, or of little else.
    pub(super) fn is_most_of(&self, password: &Folded) -> bool {
        most_of(password.chars(), &self.0)
    }

    fn add_parts(&mut self, parts: &[&str]) {
        let Some((first, others)) = parts.split_first() else { return };
        let initials: String = parts.iter().filter_map(|part| part.chars().next()).collect();
        let others = others.concat();
        for fact in [format!("{first}{others}"), format!("{others}{first}"), others, initials] {
            self.add(&fact);
        }
        for part in parts {
            self.add(part);
        }
    }

    fn add(&mut self, text: &str) {
        let fact = known_as(text);
        let least = if fact.iter().any(|c| !c.is_ascii()) {
            2
        } else if text.chars().any(char::is_alphabetic) {
            LETTERS
        } else {
            FIGURES
        };
        if fact.len() >= least && !self.0.contains(&fact) {
            self.0.push(fact);
        }
    }
}

/// Whether a password names this site, or an exam, and says little else.
pub fn names_a_site(password: &Folded) -> bool {
    static FACTS: LazyLock<Vec<Vec<char>>> = LazyLock::new(|| SITES.iter().map(|name| known_as(name)).collect());
    most_of(password.chars(), &FACTS)
}

fn known_as(text: &str) -> Vec<char> {
    let folded = Folded::of(text);
    skeleton(folded.chars().iter().copied().filter(|c| c.is_alphanumeric())).to_vec()
}

/// Whether facts make up half of it, or all but what is tried with every word.
fn most_of(chars: &[char], facts: &[Vec<char>]) -> bool {
    let mut told = vec![false; chars.len()];
    let everywhere: Vec<usize> = (0..chars.len()).collect();
    // Once as it stands, where a sign may stand for a letter, and once without signs: `l!hua`, `li.hua`.
    let plain: Vec<usize> = everywhere.iter().copied().filter(|&at| chars[at].is_alphanumeric()).collect();
    for places in [everywhere, plain] {
        let read = skeleton(places.iter().map(|&at| chars[at]));
        for fact in facts {
            mark(&mut told, &places, &read, fact);
        }
    }
    let rest: Vec<char> = chars.iter().zip(&told).filter(|(_, told)| !**told).map(|(c, _)| *c).collect();
    let covered = chars.len() - rest.len();
    let is_tried = || {
        !rest.iter().any(|c| c.is_alphabetic()) && trimmings::is_tried(&rest, Figures::around(&rest), &filter::holds)
    };
    covered > 0 && (covered * 2 >= chars.len() || is_tried())
}

/// Marks each place where the fact, or a telling part of it, stands in what was read at `places`.
fn mark(told: &mut [bool], places: &[usize], read: &[char], fact: &[char]) {
    let least = fact.len().min(PART);
    for from in 0..read.len() {
        let longest = (0..fact.len())
            .map(|start| read[from..].iter().zip(&fact[start..]).take_while(|(a, b)| a == b).count())
            .max()
            .unwrap_or_default();
        if longest >= least {
            for &place in &places[from..from + longest] {
                told[place] = true;
            }
        }
    }
}
