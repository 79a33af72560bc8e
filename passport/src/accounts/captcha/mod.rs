//! Captchas: work for the browser, a picture to read, or a code that was sent by mail or SMS, for who can do neither of
//! the two; each is passed once.
//!
//! A challenge is a sealed text that holds its own answer ([`ticket`]): showing a form costs no row in the database,
//! any node can draw the picture, and only answers are written down ([`store`]). The first box of a form has both: the
//! browser works by itself, and the picture stands there for who has no script. Whoever passed gets a sealed pass, so
//! that a form that is refused for another reason does not ask again; a pass is good for [`PASS_USES`] attempts.
//! Machines read pictures and do sums as well: captchas slow them down, [`crate::limits`] stop them.
//!
//! How a form uses it: `Accounts::take_captcha` and `Accounts::captcha_box` of `accounts/challenge.rs`, which call
//!
//! ```ignore
//! // GET: with the box from the start, where the policy says so
//! let captcha = captchas.fresh(Form::SignIn, level, now);
//! // POST: `fields: captcha::Fields` are those of the box, see `parts::captcha`
//! // A press on `fields.asks_for_a_code()` is the caller's: it knows whom to send [`Captchas::code`] to.
//! let read = captchas.read(Form::SignIn, fields, needed, now);
//! // inside one `db.write`:
//! match captchas.step(tx, &read, now).await? {
//!     Step::Passed(shown) => …,                     // go on; a page that shows the form again shows `shown`
//!     Step::Again { captcha, problem: None } => …,  // a button of the box was pressed: the form as it was
//!     Step::Again { captcha, problem: Some(p) } => p.tell(&mut flaws),
//! }
//! // GET of a form that comes back, with what `Fields::showing` took along
//! let captcha = captchas.shown(Form::SignIn, &fields, level, now);
//! ```
//!
//! `Again` must leave the operation as an `Ok`: an error would roll back that the answer is spent.

mod answer;
mod glyphs;
pub mod image;
mod level;
mod outcome;
mod picture;
mod step;
pub mod store;
mod ticket;
mod work;

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use shared::clock::Timestamp;
use shared::entropy::SharedEntropy;
use shared::page::{Captcha, CaptchaView};

pub(in crate::accounts) use self::answer::Answer;
use self::ticket::{Asked, Ticket};
use crate::config::CaptchaPolicy;
use crate::web::Sealer;
use crate::web::paths::CAPTCHA_IMAGE;

pub use self::level::Level;
pub use self::outcome::{Problem, Step};
pub use self::step::{PASS_USES, Read};
pub use self::ticket::{Form, LIFETIME};

/// Whether a captcha is asked for after so many failures of the account or of the address block.
pub fn needed(policy: CaptchaPolicy, after: u32, failures: u32) -> bool {
    match policy {
        CaptchaPolicy::Always => true,
        CaptchaPolicy::Adaptive => failures >= after,
        CaptchaPolicy::Off => false,
    }
}

/// What the box sends along with its form.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct Fields {
    /// The challenge, or the pass. It alone is kept in a draft: an answer is good once.
    pub captcha_id: String,
    /// What was read from the picture.
    #[serde(skip_serializing)]
    pub captcha: String,
    /// The button of the box that was pressed, if one was: `refresh`, `enlarge`, `shrink`, `work` or `code`.
    #[serde(skip_serializing)]
    pub captcha_action: String,
    /// What the browser worked out, as the script of [`work`] has it.
    #[serde(skip_serializing)]
    pub pow_solution: String,
}

impl Fields {
    /// Whether the button was pressed that sends a code.
    pub fn asks_for_a_code(&self) -> bool {
        self.captcha_action == "code"
    }

    /// What a form carries that shows this box.
    pub fn showing(captcha: Option<&Captcha>) -> Self {
        Self { captcha_id: captcha.map(|captcha| captcha.id.clone()).unwrap_or_default(), ..Self::default() }
    }
}

/// Makes and checks captchas. Cheap to clone.
#[derive(Clone)]
pub struct Captchas {
    sealer: Arc<dyn Sealer>,
    entropy: SharedEntropy,
    work_bits: u8,
}

impl Captchas {
    /// The captchas of a passport whose nodes share the sealer's key. The browser is asked for 2 to the power of `work_bits`
    /// hashes at the usual level.
    pub fn new(sealer: Arc<dyn Sealer>, entropy: SharedEntropy, work_bits: u32) -> Self {
        Self { sealer, entropy, work_bits: u8::try_from(work_bits).unwrap_or(u8::MAX) }
    }

    /// A new box: work of that level, or its picture.
    pub fn fresh(&self, form: Form, level: Level, now: Timestamp) -> Captcha {
        let answer = Answer::random(self.entropy.as_ref());
        self.make(form, Asked::Work { level, answer }, now)
    }

    /// The box of a form that is shown again before [`Captchas::step`]: the same challenge while it lives, and is hard
    /// enough.
    pub fn shown(&self, form: Form, fields: &Fields, level: Level, now: Timestamp) -> Captcha {
        match self.open(form, fields, now) {
            Some(Ticket { asked: Asked::Work { level: given, .. } | Asked::Nothing { level: given }, .. })
                if !given.suffices(level) =>
            {
                self.fresh(form, level, now)
            }
            Some(ticket) => self.view(&ticket),
            None => self.fresh(form, level, now),
        }
    }

    /// A box that asks for a code, and the code: it goes to whom `to` names, masked.
    pub fn code(&self, form: Form, to: String, now: Timestamp) -> (Captcha, String) {
        let code = Answer::digits(self.entropy.as_ref());
        let text = code.text().into_owned();
        (self.make(form, Asked::Code { code, to }, now), text)
    }

    fn picture(&self, form: Form, large: bool, now: Timestamp) -> Captcha {
        let answer = Answer::random(self.entropy.as_ref());
        self.make(form, Asked::Picture { answer, large }, now)
    }

    fn make(&self, form: Form, asked: Asked, now: Timestamp) -> Captcha {
        self.view(&Ticket::new(form, asked, now, self.entropy.as_ref()))
    }

    fn open(&self, form: Form, fields: &Fields, now: Timestamp) -> Option<Ticket> {
        Ticket::open(self.sealer.as_ref(), &fields.captcha_id).filter(|t| t.form == form && t.expires_at > now)
    }

    /// Whether the browser has done the work of a ticket.
    fn is_worked(&self, ticket: &Ticket, fields: &Fields) -> bool {
        match ticket.asked {
            Asked::Work { level, .. } if !fields.pow_solution.is_empty() => {
                work::is_done(ticket, level, &fields.pow_solution, (self.work_bits, self.sealer.as_ref()))
            }
            _ => false,
        }
    }

    fn view(&self, ticket: &Ticket) -> Captcha {
        let id = ticket.seal(self.sealer.as_ref());
        let url = || format!("{CAPTCHA_IMAGE}?c={id}");
        let view = match ticket.asked {
            Asked::Nothing { .. } => CaptchaView::Passed,
            Asked::Work { level, .. } => CaptchaView::Work {
                challenge: work::text(ticket, level, self.work_bits, self.sealer.as_ref()),
                harder: level > Level::USUAL,
                picture: url(),
            },
            Asked::Picture { large, .. } => CaptchaView::Picture { url: url(), large },
            Asked::Code { ref to, .. } => CaptchaView::Code { to: to.clone() },
        };
        Captcha { view, by_code: ticket.form.names_a_contact(), id }
    }
}

impl std::fmt::Debug for Captchas {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Captchas").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
