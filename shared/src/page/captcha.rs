//! The captcha box of a form.

/// A captcha as the page shows it. The form sends `captcha_id` and the answer; the buttons of the box send
/// `captcha_action` (`refresh`, `enlarge`, `work`) and keep what was typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Captcha {
    /// The id of the challenge, sent back in `captcha_id`.
    pub id: String,
    /// What is asked.
    pub view: CaptchaView,
}

/// What the captcha box asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CaptchaView {
    /// Read the picture, answer in `captcha`.
    Picture {
        /// Address of the picture.
        url: String,
        /// Twice the size, in a row of its own.
        large: bool,
    },
    /// Let the browser work: find `pow_nonce` so that SHA-256 of `challenge` + ":" + `nonce` begins with so
    /// many zero bits. Needs script.
    Work {
        /// Sent back in `pow_challenge`.
        challenge: String,
        /// Zero bits asked for, sent back in `pow_bits`.
        bits: u32,
    },
    /// Type the code that was sent, in `captcha`.
    Code {
        /// To whom, masked.
        to: String,
    },
    /// Already answered: a green line, nothing is asked again.
    Passed,
}

impl Captcha {
    /// Address of the picture, when one is asked to be read.
    #[must_use]
    pub fn picture(&self) -> Option<&str> {
        match &self.view {
            CaptchaView::Picture { url, .. } => Some(url),
            _ => None,
        }
    }

    /// Whether the picture is shown at twice its size.
    #[must_use]
    pub fn large(&self) -> bool {
        matches!(self.view, CaptchaView::Picture { large: true, .. })
    }

    /// Challenge and zero bits, when the browser is to work.
    #[must_use]
    pub fn work(&self) -> Option<(&str, u32)> {
        match &self.view {
            CaptchaView::Work { challenge, bits } => Some((challenge, *bits)),
            _ => None,
        }
    }

    /// To whom a code was sent, when it is asked for.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        match &self.view {
            CaptchaView::Code { to } => Some(to),
            _ => None,
        }
    }

    /// Whether nothing is asked any more.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.view == CaptchaView::Passed
    }
}
