//! What a page that waits for a code says of it.

use shared::clock::Timestamp;

use super::{Cap, Checked, PAUSE, Stopped};
use crate::web::{Flaws, moment};

/// When it may be asked for once more.
pub(in crate::accounts) struct Again {
    /// Seconds until then; 0: now.
    pub(in crate::accounts) seconds: u64,
    /// The moment, as a clock shows it.
    pub(in crate::accounts) at: String,
}

impl Again {
    /// What holds at that moment for what was sent at `sent_at`.
    pub(in crate::accounts) fn of(sent_at: Timestamp, now: Timestamp) -> Self {
        let at = sent_at + PAUSE;
        let millis = at.since(now).as_millis();
        Self { seconds: u64::try_from(millis.div_ceil(1_000)).unwrap_or(u64::MAX), at: moment::clock(at) }
    }
}

/// What is to be said of a code that was not taken.
pub(in crate::accounts) fn tell(checked: &Checked) -> Flaws {
    let mut flaws = Flaws::default();
    let key = match checked {
        Checked::Right(_) => return flaws,
        Checked::Wrong { left } => {
            flaws.push_count("code", "contact-code", "contact-code-wrong", ("left", *left));
            return flaws;
        }
        Checked::Missing => "contact-code-missing".to_owned(),
        Checked::Former => "contact-code-former".to_owned(),
        Checked::Unknown => "contact-code-over-expired".to_owned(),
        Checked::Over(over) => format!("contact-code-over-{}", over.code()),
    };
    flaws.push("code", "contact-code", key);
    flaws
}

impl Stopped {
    /// Adds it to what is to be mended in the form. Whether a code that was sent before is still good, it does not say: it
    /// may have run out, or there may be none.
    pub(in crate::accounts) fn tell(self, flaws: &mut Flaws, field: &'static str, label: &'static str) {
        let key = match self.cap {
            Cap::Pause => "contact-too-soon",
            Cap::Contact => "contact-too-many",
            Cap::Account => "contact-too-many-account",
            Cap::Network => "contact-too-many-network",
        };
        flaws.push_until(field, label, key, self.until);
    }
}

/// Whoever asks for messages too often is told why and until when.
pub(in crate::accounts) fn too_often(stopped: Stopped) -> Flaws {
    let mut flaws = Flaws::default();
    stopped.tell(&mut flaws, "code", "contact-code");
    flaws
}
