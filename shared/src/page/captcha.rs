//! The captcha box of a form.

/// A captcha as the page shows it. The form sends `captcha_id` and the answer; the buttons of the box send
/// `captcha_action` (`refresh`, `enlarge`, `shrink`, `work`, `code`) and keep what was typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Captcha {
    /// The id of the challenge, sent back in `captcha_id`.
    pub id: String,
    /// What is asked.
    pub view: CaptchaView,
    /// Whether a code can be asked for in its place.
    pub by_code: bool,
}

/// What the captcha box asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CaptchaView {
    /// Let the browser work, and send what it finds in `pow_solution`; without script, read the picture and answer in
    /// `captcha`.
    Work {
        /// A challenge of ALTCHA's protocol, as JSON.
        challenge: String,
        /// More work than usual is asked for.
        harder: bool,
        /// Address of the picture.
        picture: String,
    },
    /// Read the picture, answer in `captcha`.
    Picture {
        /// Address of the picture.
        url: String,
        /// Twice the size, in a row of its own.
        large: bool,
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
    /// Address of the picture, when one is asked to be read; of the work, the one for who has no script.
    #[must_use]
    pub fn picture(&self) -> Option<&str> {
        match &self.view {
            CaptchaView::Picture { url, .. } | CaptchaView::Work { picture: url, .. } => Some(url),
            _ => None,
        }
    }

    /// Whether the picture is shown at twice its size.
    #[must_use]
    pub fn large(&self) -> bool {
        matches!(self.view, CaptchaView::Picture { large: true, .. })
    }

    /// The challenge, when the browser is to work.
    #[must_use]
    pub fn work(&self) -> Option<&str> {
        match &self.view {
            CaptchaView::Work { challenge, .. } => Some(challenge),
            _ => None,
        }
    }

    /// Whether more work than usual is asked for.
    #[must_use]
    pub fn harder(&self) -> bool {
        matches!(self.view, CaptchaView::Work { harder: true, .. })
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
