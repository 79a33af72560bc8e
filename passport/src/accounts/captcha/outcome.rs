//! What becomes of a form that carries a box.

use shared::clock::Timestamp;
use shared::page::Captcha;

use crate::web::Flaws;

/// What becomes of a form that carries a box.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Go on. The box to show if the form is shown once more; `None` where none was asked for.
    Passed(Option<Captcha>),
    /// Show the form again, with this box.
    Again {
        /// The box.
        captcha: Captcha,
        /// What was wrong; `None` when a button of the box was pressed.
        problem: Option<Problem>,
    },
}

/// Why a captcha was not passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Problem {
    /// Nothing was answered.
    Missing,
    /// The answer is wrong.
    Wrong,
    /// It was answered before, is too old, or was made for another form.
    Stale,
    /// So many sign-ins have failed meanwhile, or codes were sent, that more work is asked for.
    TooEasy,
    /// The code that was sent was not typed.
    CodeMissing,
    /// It is another one.
    CodeWrong,
    /// There is no mail address or mobile number yet that a code could be sent to.
    Nowhere,
    /// Too many codes were sent.
    TooManyCodes {
        /// From when on another one is.
        until: Timestamp,
        /// Whether it was to this network, and not to that contact.
        here: bool,
    },
}

impl Problem {
    /// Adds it to what is to be mended in the form.
    pub fn tell(self, flaws: &mut Flaws) {
        let key = match self {
            Self::Missing => "captcha-missing",
            Self::Wrong => "captcha-wrong",
            Self::Stale => "captcha-stale",
            Self::TooEasy => "captcha-too-easy",
            Self::CodeMissing => "captcha-code-missing",
            Self::CodeWrong => "captcha-code-wrong",
            Self::Nowhere => "captcha-code-nowhere",
            Self::TooManyCodes { until, here } => {
                let key = if here { "captcha-code-too-many-here" } else { "captcha-code-too-many" };
                return flaws.push_until("captcha", "common-captcha", key, until);
            }
        };
        flaws.push("captcha", "common-captcha", key);
    }
}
