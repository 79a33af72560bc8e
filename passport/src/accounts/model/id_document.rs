//! Identity documents: nine types, each with the form its numbers have.
//!
//! GB 11643 gives the number of the resident identity card; the other forms follow what the issuing
//! authorities print. A form says that a number can exist, never that it belongs to the person.

use chrono::NaiveDate;

use super::compact;

/// A type of document.
#[derive(Debug, Clone, Copy)]
pub struct IdType(&'static TypeData);

#[derive(Debug)]
struct TypeData {
    code: &'static str,
    read: fn(&str) -> Result<String, IdDocumentError>,
}

static TYPES: [TypeData; 9] = [
    TypeData { code: "resident", read: resident },
    TypeData { code: "hk-mo-permit", read: hk_mo_permit },
    TypeData { code: "tw-permit", read: tw_permit },
    TypeData { code: "hk-mo-tw-residence", read: hk_mo_tw_residence },
    TypeData { code: "passport", read: passport },
    TypeData { code: "permanent-residence", read: permanent_residence },
    TypeData { code: "military", read: military },
    TypeData { code: "hk-id", read: hk_id },
    TypeData { code: "mo-id", read: mo_id },
];

impl IdType {
    /// All types, in the order in which they are offered.
    pub fn all() -> impl Iterator<Item = Self> {
        TYPES.iter().map(Self)
    }

    /// The type with that code.
    pub fn parse(code: &str) -> Option<Self> {
        Self::all().find(|kind| kind.code() == code)
    }

    /// Its code, as stored, and the end of its text's key (`accounts-id-type-…`).
    pub fn code(self) -> &'static str {
        self.0.code
    }
}

impl PartialEq for IdType {
    fn eq(&self, other: &Self) -> bool {
        self.code() == other.code()
    }
}

impl Eq for IdType {}

/// A document: its type, and its number in the one form that is stored.
#[derive(Clone, PartialEq, Eq)]
pub struct IdDocument {
    kind: IdType,
    number: String,
}

/// Why a text is no number of a type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IdDocumentError {
    /// Nothing was typed.
    #[error("nothing was typed")]
    Empty,
    /// Not as many characters as the type has.
    #[error("there are {0} characters")]
    Length(usize),
    /// The characters are not those that the type has at their places.
    #[error("the characters are not those of this type")]
    Form,
    /// The first digits name no region that issues this type.
    #[error("no such region")]
    Region,
    /// The date of birth in the number is none.
    #[error("no such date of birth")]
    Birth,
    /// The last character does not follow from the others.
    #[error("the last character does not fit the others")]
    Check,
}

impl IdDocument {
    /// Reads what was typed: spaces, dashes, brackets, lower case and full-width characters are welcome.
    ///
    /// # Errors
    /// See [`IdDocumentError`].
    pub fn parse(kind: IdType, text: &str) -> Result<Self, IdDocumentError> {
        let number = compact(text).replace(['（', '）'], "").to_uppercase();
        if number.is_empty() {
            return Err(IdDocumentError::Empty);
        }
        Ok(Self { kind, number: (kind.0.read)(&number)? })
    }

    /// The documents that what was typed may be the number of: one of each type whose form it has.
    pub fn all_of(text: &str) -> Vec<Self> {
        IdType::all().filter_map(|kind| Self::parse(kind, text).ok()).collect()
    }

    /// The type.
    pub fn kind(&self) -> IdType {
        self.kind
    }

    /// The number in its stored form.
    pub fn number(&self) -> &str {
        &self.number
    }

    /// The day of birth, where the number tells it.
    pub fn born(&self) -> Option<NaiveDate> {
        let tells = matches!(self.kind.code(), "resident" | "hk-mo-tw-residence");
        let day = self.number.get(6..14).filter(|_| tells)?;
        NaiveDate::parse_from_str(day, "%Y%m%d").ok()
    }

    /// What two documents of one person have in common: the keyed hash for finding it is made of this.
    pub fn lookup_key(&self) -> String {
        format!("{}:{}", self.kind.code(), self.lasting())
    }

    /// What stays of the number when the document is issued anew.
    pub fn lasting(&self) -> &str {
        // A permit of Hong Kong or Macao is reissued with other last two digits.
        if self.kind.code() == "hk-mo-permit" { &self.number[..9] } else { &self.number }
    }

    /// `110105********002X`: six and four characters of a long number, one and two of a short one.
    pub fn masked(&self) -> String {
        let chars: Vec<char> = self.number.chars().collect();
        let (start, end) = if chars.len() >= 15 { (6, 4) } else { (1, 2) };
        let hidden = chars.len().saturating_sub(start + end);
        let shown = |part: &[char]| part.iter().collect::<String>();
        let (start, end) = (start.min(chars.len()), chars.len().saturating_sub(end).max(start));
        format!("{}{}{}", shown(&chars[..start]), "*".repeat(hidden), shown(&chars[end.min(chars.len())..]))
    }
}

impl std::fmt::Debug for IdDocument {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "IdDocument({} {})", self.kind.code(), self.masked())
    }
}

type Read = Result<String, IdDocumentError>;

fn resident(number: &str) -> Read {
    let number = upgrade(number)?;
    let region: u8 = number[..2].parse().unwrap_or(0);
    // The regions of GB/T 2260 on the mainland; 71, 81 and 82 get residence permits instead, some 91 and 99 never.
    if !matches!(region, 11..=15 | 21..=23 | 31..=37 | 41..=46 | 50..=54 | 61..=65) {
        return Err(IdDocumentError::Region);
    }
    check_gb11643(number)
}

fn hk_mo_tw_residence(number: &str) -> Read {
    if number.len() != 18 {
        return Err(IdDocumentError::Length(number.chars().count()));
    }
    if !matches!(number.get(..2), Some("81" | "82" | "83")) {
        return Err(IdDocumentError::Region);
    }
    check_gb11643(upgrade(number)?)
}

/// The 18 characters of a resident's number; one of the first generation has 15, without century and check.
fn upgrade(number: &str) -> Read {
    let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    match number.len() {
        15 if digits(number) => {
            let body = format!("{}19{}", &number[..6], &number[6..]);
            let check = check_character(&body);
            Ok(format!("{body}{check}"))
        }
        18 if number.is_ascii() && digits(&number[..17]) && (digits(&number[17..]) || number.ends_with('X')) => {
            Ok(number.to_owned())
        }
        15 | 18 => Err(IdDocumentError::Form),
        _ => Err(IdDocumentError::Length(number.chars().count())),
    }
}

fn check_gb11643(number: String) -> Read {
    if !is_date(&number[6..14]) {
        return Err(IdDocumentError::Birth);
    }
    if number.ends_with(check_character(&number[..17])) { Ok(number) } else { Err(IdDocumentError::Check) }
}

/// The 18th character after these 17 digits (GB 11643, ISO 7064 MOD 11-2).
fn check_character(digits: &str) -> char {
    const WEIGHTS: [usize; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let sum: usize = digits.bytes().zip(WEIGHTS).map(|(digit, weight)| usize::from(digit - b'0') * weight).sum();
    char::from(b"10X98765432"[sum % 11])
}

/// Whether eight digits are a day of the Gregorian calendar since 1800.
fn is_date(digits: &str) -> bool {
    let part = |range: std::ops::Range<usize>| digits[range].parse::<u32>().unwrap_or(0);
    let (year, month, day) = (part(0..4), part(4..6), part(6..8));
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 => 28 + u32::from(leap),
        _ => return false,
    };
    (1800..=2199).contains(&year) && (1..=days).contains(&day)
}

fn hk_mo_permit(number: &str) -> Read {
    if !matches!(number.chars().count(), 9 | 11) {
        return Err(IdDocumentError::Length(number.chars().count()));
    }
    let fits = number.starts_with(['H', 'M']) && number.bytes().skip(1).all(|b| b.is_ascii_digit());
    if fits { Ok(number.to_owned()) } else { Err(IdDocumentError::Form) }
}

fn tw_permit(number: &str) -> Read {
    all_digits(number, &[8, 10])
}

fn mo_id(number: &str) -> Read {
    let number = all_digits(number, &[8])?;
    // The first digit tells which office issued the card.
    if number.starts_with(['1', '5', '7', '8']) { Ok(number) } else { Err(IdDocumentError::Form) }
}

fn all_digits(number: &str, lengths: &[usize]) -> Read {
    let length = number.chars().count();
    if !lengths.contains(&length) {
        return Err(IdDocumentError::Length(length));
    }
    if number.bytes().all(|b| b.is_ascii_digit()) { Ok(number.to_owned()) } else { Err(IdDocumentError::Form) }
}

fn passport(number: &str) -> Read {
    let length = number.chars().count();
    if !(5..=17).contains(&length) {
        return Err(IdDocumentError::Length(length));
    }
    if number.bytes().all(|b| b.is_ascii_alphanumeric()) { Ok(number.to_owned()) } else { Err(IdDocumentError::Form) }
}

/// The card of 2023 has 18 characters, 9 first, checked like a resident's; the older one 3 letters and 12 digits.
fn permanent_residence(number: &str) -> Read {
    match number.chars().count() {
        15 => {
            let bytes = number.as_bytes();
            let fits = bytes.len() == 15
                && bytes[..3].iter().all(u8::is_ascii_uppercase)
                && bytes[3..].iter().all(u8::is_ascii_digit);
            if fits { Ok(number.to_owned()) } else { Err(IdDocumentError::Form) }
        }
        18 if number.starts_with('9') => check_gb11643(upgrade(number)?),
        18 => Err(IdDocumentError::Form),
        length => Err(IdDocumentError::Length(length)),
    }
}

/// Military documents carry Chinese characters (军字第…号) and have no published check.
fn military(number: &str) -> Read {
    let length = number.chars().count();
    if !(6..=20).contains(&length) {
        return Err(IdDocumentError::Length(length));
    }
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '\u{4E00}'..='\u{9FFF}');
    let digits = number.chars().filter(char::is_ascii_digit).count();
    if number.chars().all(fits) && digits >= 4 { Ok(number.to_owned()) } else { Err(IdDocumentError::Form) }
}

/// One or two letters, six digits and a check of weights 9 to 2 modulo 11, where a missing letter counts 36.
fn hk_id(number: &str) -> Read {
    let length = number.chars().count();
    if !matches!(length, 8 | 9) {
        return Err(IdDocumentError::Length(length));
    }
    let (body, check) = number.split_at_checked(number.len() - 1).ok_or(IdDocumentError::Form)?;
    let (letters, digits) = body.split_at_checked(length - 7).ok_or(IdDocumentError::Form)?;
    let fits = letters.bytes().all(|b| b.is_ascii_uppercase())
        && digits.bytes().all(|b| b.is_ascii_digit())
        && check.bytes().all(|b| b.is_ascii_digit() || b == b'A');
    if !fits {
        return Err(IdDocumentError::Form);
    }
    let missing = (letters.len() == 1).then_some(36);
    let values = missing.into_iter().chain(body.chars().filter_map(|c| c.to_digit(36)));
    let sum: u32 = values.zip((2..=9).rev()).map(|(value, weight)| value * weight).sum();
    let expected = match 11 - sum % 11 {
        10 => 'A',
        11 => '0',
        digit => char::from_digit(digit, 10).unwrap_or('0'),
    };
    if check.starts_with(expected) { Ok(number.to_owned()) } else { Err(IdDocumentError::Check) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(code: &str, text: &str) -> Result<String, IdDocumentError> {
        IdDocument::parse(IdType::parse(code).expect("a type"), text).map(|document| document.number)
    }

    #[test]
    fn numbers_of_each_type_are_read_as_people_write_them() {
        for (code, text, number) in [
            ("resident", "11010519491231002x", "11010519491231002X"),
            ("resident", " 440524 18800101 0014 ", "440524188001010014"),
            ("resident", "１１０１０５１９４９１２３１００２Ｘ", "11010519491231002X"),
            ("hk-mo-permit", "h12345678", "H12345678"),
            ("hk-mo-permit", "M1234567801", "M1234567801"),
            ("tw-permit", "12345678", "12345678"),
            ("passport", "e 1234 5678", "E12345678"),
            ("permanent-residence", "CHN110105123456", "CHN110105123456"),
            ("military", "军字第1234567号", "军字第1234567号"),
            ("hk-id", "A123456(3)", "A1234563"),
            ("hk-id", "ab987654（3）", "AB9876543"),
            ("mo-id", "1234567(8)", "12345678"),
        ] {
            assert_eq!(read(code, text), Ok(number.to_owned()), "{code} {text}");
        }
    }

    #[test]
    fn a_number_of_fifteen_digits_becomes_the_one_of_eighteen() {
        assert_eq!(read("resident", "110105491231002"), Ok("11010519491231002X".to_owned()));
    }

    #[test]
    fn what_no_document_has_is_told_apart() {
        for (code, text, error) in [
            ("resident", "", IdDocumentError::Empty),
            ("resident", "110105194912310021", IdDocumentError::Check),
            ("resident", "11010519490231002X", IdDocumentError::Birth),
            ("resident", "99010519491231002X", IdDocumentError::Region),
            ("resident", "1101051949123100", IdDocumentError::Length(16)),
            ("resident", "1101051949123100XX", IdDocumentError::Form),
            ("resident", "一一0105194912", IdDocumentError::Length(12)),
            ("hk-mo-tw-residence", "11010519491231002X", IdDocumentError::Region),
            ("hk-mo-permit", "A12345678", IdDocumentError::Form),
            ("tw-permit", "123456789", IdDocumentError::Length(9)),
            ("passport", "E12", IdDocumentError::Length(3)),
            ("hk-id", "A123456(4)", IdDocumentError::Check),
            ("hk-id", "中1234563", IdDocumentError::Form),
            ("mo-id", "22345678", IdDocumentError::Form),
        ] {
            assert_eq!(read(code, text), Err(error), "{code} {text}");
        }
    }

    #[test]
    fn no_text_of_any_alphabet_breaks_the_reader() {
        for kind in IdType::all() {
            for text in [
                "é",
                "中文中文中文中文中文中文中文中文中文",
                "H中2345678",
                "𠮷𠮷𠮷𠮷𠮷𠮷𠮷𠮷",
                "ééééééé",
                "81中文",
                "9é",
            ] {
                for length in 0..20 {
                    let text: String = text.chars().cycle().take(length).collect();
                    // Neither reading nor masking may panic, whatever the answer.
                    let _ = IdDocument::parse(kind, &text).map(|document| (document.masked(), document.lookup_key()));
                }
            }
        }
    }

    #[test]
    fn a_reissued_permit_is_the_same_document() {
        let key = |text: &str| {
            IdDocument::parse(IdType::parse("hk-mo-permit").expect("a type"), text).expect("a number").lookup_key()
        };
        assert_eq!(key("H1234567801"), key("H12345678"));
    }

    #[test]
    fn a_masked_number_hides_the_date_of_birth() {
        let masked = |code: &str, text: &str| {
            IdDocument::parse(IdType::parse(code).expect("a type"), text).expect("a number").masked()
        };
        assert_eq!(masked("resident", "11010519491231002X"), "110105********002X");
        assert_eq!(masked("passport", "E12345678"), "E******78");
    }
}
