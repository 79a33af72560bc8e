//! How much harder the work of the browser is made where many sign-ins fail, or many codes are asked for.
//!
//! Many people behind one address, a school for one, are not refused for what some of them mistype: their browsers work
//! longer, and who guesses there in earnest pays for each guess.

/// Failures of an address block, within the stretch in which they are added up, from which the work is harder by one,
/// two and three doublings.
const STEPS: [u32; 3] = [30, 100, 300];

/// By how many doublings the work is harder than usual.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Level(u8);

impl Level {
    /// As the settings have it.
    pub const USUAL: Self = Self(0);

    /// Where so many sign-ins have failed.
    pub fn after(failures: u32) -> Self {
        Self(STEPS.iter().fold(0, |level, step| level + u8::from(failures >= *step)))
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
        let level = |failures| Level::after(failures).0;
        assert_eq!([0, 29, 30, 99, 100, 299, 300, u32::MAX].map(level), [0, 0, 1, 1, 2, 2, 3, 3]);
        assert!(Level(1).suffices(Level(2)) && !Level(1).suffices(Level(3)) && Level(3).suffices(Level(0)));
        assert_eq!((Level::parse(3), Level::parse(4)), (Some(Level(3)), None));
    }
}
