//! Whether a command shows what a page says that it shows.

/// A line that has to appear; `…` in it is anything, and blanks are as wide as they like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    /// Where it stands in the page.
    pub(super) number: usize,
    pub(super) text: String,
}

impl Line {
    pub(super) fn new(number: usize, text: &str) -> Self {
        Self { number, text: text.to_owned() }
    }

    /// Whether that is such a line.
    fn is(&self, shown: &str) -> bool {
        let (wanted, shown) = (one_blank(&self.text), one_blank(shown));
        let mut parts = wanted.split('…');
        let first = parts.next().unwrap_or_default();
        let Some(mut rest) = shown.strip_prefix(first) else { return false };
        let Some(mut next) = parts.next() else { return rest.is_empty() };
        for part in parts {
            let Some(at) = rest.find(next) else { return false };
            rest = &rest[at + next.len()..];
            next = part;
        }
        rest.ends_with(next)
    }
}

fn one_blank(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The first of the lines that does not appear in what was shown. In which order they do is of no account: tables are
/// sorted by what was made up.
pub(super) fn missing<'l>(lines: &'l [Line], shown: &str) -> Option<&'l Line> {
    lines.iter().find(|line| !shown.lines().any(|shown| line.is(shown)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is(wanted: &str, shown: &str) -> bool {
        Line::new(1, wanted).is(shown)
    }

    #[test]
    fn dots_are_anything_and_all_else_is_meant() {
        assert!(is("ready", " ready ") && !is("ready", "not ready") && !is("ready", "ready now"));
        assert!(is("a …, b…", "a 1, b") && is("a …, b…", "a 1, b, b 2") && !is("a …, b…", "a 1 b"));
        assert!(is("… 100% …", "tmpfs  48M  48M  0  100%  /mnt") && !is("… 100% …", "tmpfs 48M 1M 47M 10% /mnt"));
        assert!(is("…b", "abab") && !is("a…a", "a"), "one letter is not two");
    }

    #[test]
    fn each_line_appears_and_others_stand_between() {
        let lines = [Line::new(1, "a"), Line::new(2, "b")];
        assert_eq!(missing(&lines, "x\nb\nx\na\n"), None);
        assert_eq!(missing(&lines, "a\nbb\n").map(|line| line.number), Some(2));
        assert_eq!(missing(&lines, "").map(|line| line.number), Some(1));
    }
}
