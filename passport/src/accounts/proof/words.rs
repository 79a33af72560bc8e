//! What a page that waits for a code says of it.

use shared::clock::Timestamp;

use super::{Checked, PAUSE};
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

/// Whoever asks for messages too often is told until when.
pub(in crate::accounts) fn too_often(until: Timestamp) -> Flaws {
    let mut flaws = Flaws::default();
    flaws.push_until("code", "contact-code", "contact-too-many", until);
    flaws
}
