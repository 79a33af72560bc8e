//! How much harder the work of the browser is made where many sign-ins fail, many register, or many codes are asked for.
//!
//! Many people behind one address, a school for one, are not refused for what they do at once: their browsers work longer,
//! and who guesses there in earnest pays for each guess.

/// Uses of an address block, within the stretch in which they are added up, from each of which on the work is harder by
/// one more doubling.
const STEPS: [u32; 5] = [30, 100, 300, 1_000, 3_000];

/// By how many doublings the work is harder than usual.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Level(u8);

impl Level {
    /// As the settings have it.
    pub const USUAL: Self = Self(0);

    /// Where so many sign-ins have failed, or as much of anything else was asked for.
    pub fn after(uses: u32) -> Self {
        Self(STEPS.iter().fold(0, |level, step| level + u8::from(uses >= *step)))
    }

    pub(super) fn parse(number: u8) -> Option<Self> {
        (usize::from(number) <= STEPS.len()).then_some(Self(number))
    }

    pub(super) fn number(self) -> u8 {
        self.0
    }

    /// Whether what was worked out for this level does where `asked` is asked for now. It may have risen once while
    /// the form was filled in; tickets that were gathered when it was easy do not do.
    pub(super) fn suffices(self, asked: Self) -> bool {
        self.0.saturating_add(1) >= asked.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_more_fail_the_harder_it_is_up_to_a_ceiling() {
        let level = |uses| Level::after(uses).0;
        assert_eq!([0, 29, 30, 99, 100, 299, 300, 1_000, 3_000, u32::MAX].map(level), [0, 0, 1, 1, 2, 2, 3, 4, 5, 5]);
        assert!(Level(1).suffices(Level(2)) && !Level(1).suffices(Level(3)) && Level(3).suffices(Level(0)));
        assert_eq!((Level::parse(5), Level::parse(6)), (Some(Level(5)), None));
    }
}
