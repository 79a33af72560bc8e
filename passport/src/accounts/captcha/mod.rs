//! Captchas: a picture to read, a sum for the browser to work out, or a code that was sent by mail or SMS, for who can
//! do neither of the two; each is passed once.
//!
//! A challenge is a sealed text that holds its own answer ([`ticket`]): showing a form costs no row in the database,
//! any node can draw the picture, and only answers are written down ([`store`]). Whoever passed gets a sealed pass, so
//! that a form that is refused for another reason does not ask again; a pass is good for [`PASS_USES`] attempts.
//! Machines read pictures and do sums as well: captchas slow them down, [`crate::limits`] stop them.
//!
//! How a form uses it:
//!
//! ```ignore
//! // GET: with the box from the start, where the policy says so
//! let captcha = needed(policy, after, failures).then(|| captchas.fresh(Form::SignIn, now));
//! // POST: `fields: captcha::Fields` are those of the box, see `parts::captcha`; inside one `db.write`:
//! // A press on `fields.asks_for_a_code()` is the caller's: it knows whom to send [`Captchas::code`] to.
//! match captchas.step(tx, Form::SignIn, &fields, needed, now).await? {
//!     Step::Passed(shown) => …,                     // go on; a page that shows the form again shows `shown`
//!     Step::Again { captcha, problem: None } => …,  // a button of the box was pressed: the form as it was
//!     Step::Again { captcha, problem: Some(p) } => p.tell(&mut flaws),
//! }
//! // GET of a form that comes back, with what `Fields::showing` took along
//! let captcha = captchas.shown(Form::SignIn, &fields, now);
//! ```
//!
//! `Again` must leave the operation as an `Ok`: an error would roll back that the answer is spent.

mod answer;
mod glyphs;
pub mod image;
mod picture;
pub mod store;
mod ticket;
mod work;

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use shared::clock::Timestamp;
use shared::db::{DbError, Tx};
use shared::entropy::SharedEntropy;
use shared::page::{Captcha, CaptchaView};

pub(in crate::accounts) use self::answer::Answer;
use self::ticket::{Asked, Ticket};
use crate::config::CaptchaPolicy;
use crate::web::paths::CAPTCHA_IMAGE;
use crate::web::{Flaws, Sealer};

pub use self::ticket::{Form, LIFETIME};

/// How many attempts a pass is good for: enough to mend a form, too few to try passwords with.
pub const PASS_USES: i64 = 8;

/// How many times a code may be mistyped: of a million codes, so many are tried in vain.
const CODE_TRIES: i64 = 5;

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
    /// What the browser worked out.
    #[serde(skip_serializing)]
    pub pow_nonce: String,
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
    },
}

impl Problem {
    /// Adds it to what is to be mended in the form.
    pub fn tell(self, flaws: &mut Flaws) {
        let key = match self {
            Self::Missing => "captcha-missing",
            Self::Wrong => "captcha-wrong",
            Self::Stale => "captcha-stale",
            Self::CodeMissing => "captcha-code-missing",
            Self::CodeWrong => "captcha-code-wrong",
            Self::Nowhere => "captcha-code-nowhere",
            Self::TooManyCodes { until } => {
                return flaws.push_until("captcha", "common-captcha", "captcha-code-too-many", until);
            }
        };
        flaws.push("captcha", "common-captcha", key);
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
    /// The captchas of a passport whose nodes share the sealer's key. The browser is asked for `work_bits` zero bits.
    pub fn new(sealer: Arc<dyn Sealer>, entropy: SharedEntropy, work_bits: u32) -> Self {
        Self { sealer, entropy, work_bits: u8::try_from(work_bits).unwrap_or(u8::MAX) }
    }

    /// A new picture to read.
    pub fn fresh(&self, form: Form, now: Timestamp) -> Captcha {
        self.picture(form, false, now)
    }

    /// The box of a form that is shown again before [`Captchas::step`]: the same challenge while it lives.
    pub fn shown(&self, form: Form, fields: &Fields, now: Timestamp) -> Captcha {
        self.open(form, fields, now).map_or_else(|| self.fresh(form, now), |ticket| self.view(&ticket))
    }

    /// Takes up what the box sent. What is spent here is spent only if the transaction commits.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn step(
        &self,
        tx: &mut Tx,
        form: Form,
        fields: &Fields,
        needed: bool,
        now: Timestamp,
    ) -> Result<Step, DbError> {
        let ticket = self.open(form, fields, now);
        if let Some(captcha) = self.pressed(form, fields, ticket.as_ref(), now) {
            return Ok(Step::Again { captcha, problem: None });
        }
        if !needed {
            return Ok(Step::Passed(None));
        }
        let again = |captcha, problem| Ok(Step::Again { captcha, problem: Some(problem) });
        let Some(ticket) = ticket else {
            let problem = if fields.captcha_id.is_empty() { Problem::Missing } else { Problem::Stale };
            return again(self.fresh(form, now), problem);
        };
        match ticket.asked {
            Asked::Nothing => {
                if store::spend(tx, &ticket, now).await? > PASS_USES {
                    return again(self.fresh(form, now), Problem::Stale);
                }
                Ok(Step::Passed(Some(self.view(&ticket))))
            }
            Asked::Picture { ref answer, large } => {
                let Some(given) = Answer::parse(&fields.captcha) else {
                    return again(self.view(&ticket), Problem::Missing);
                };
                // Spent before it is compared: whoever answers wrongly has had their try.
                if store::spend(tx, &ticket, now).await? > 1 {
                    again(self.picture(form, large, now), Problem::Stale)
                } else if given == *answer {
                    Ok(Step::Passed(Some(self.pass(form, now))))
                } else {
                    again(self.picture(form, large, now), Problem::Wrong)
                }
            }
            Asked::Code { ref code, .. } => {
                let Some(given) = Answer::parse(&fields.captcha) else {
                    return again(self.view(&ticket), Problem::CodeMissing);
                };
                if store::spend(tx, &ticket, now).await? > CODE_TRIES {
                    again(self.work(form, now), Problem::Stale)
                } else if given == *code {
                    store::use_up(tx, &ticket).await?;
                    Ok(Step::Passed(Some(self.pass(form, now))))
                } else {
                    again(self.view(&ticket), Problem::CodeWrong)
                }
            }
            Asked::Work { bits } => {
                if fields.pow_nonce.is_empty() {
                    return again(self.view(&ticket), Problem::Missing);
                }
                if store::spend(tx, &ticket, now).await? > 1 {
                    again(self.work(form, now), Problem::Stale)
                } else if work::is_done(&ticket.public_id(), &fields.pow_nonce, bits) {
                    Ok(Step::Passed(Some(self.pass(form, now))))
                } else {
                    again(self.work(form, now), Problem::Wrong)
                }
            }
        }
    }

    /// The box that a button of it asks for.
    fn pressed(&self, form: Form, fields: &Fields, ticket: Option<&Ticket>, now: Timestamp) -> Option<Captcha> {
        let was_large = matches!(ticket, Some(Ticket { asked: Asked::Picture { large: true, .. }, .. }));
        let resized = |large| match ticket {
            Some(Ticket { asked: Asked::Picture { answer, .. }, .. }) => {
                let asked = Asked::Picture { answer: answer.clone(), large };
                ticket.map(|ticket| self.view(&Ticket { asked, ..ticket.clone() }))
            }
            _ => Some(self.picture(form, large, now)),
        };
        match fields.captcha_action.as_str() {
            "refresh" => Some(self.picture(form, was_large, now)),
            "enlarge" => resized(true),
            "shrink" => resized(false),
            "work" => Some(self.work(form, now)),
            _ => None,
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

    fn work(&self, form: Form, now: Timestamp) -> Captcha {
        self.make(form, Asked::Work { bits: self.work_bits }, now)
    }

    fn pass(&self, form: Form, now: Timestamp) -> Captcha {
        self.make(form, Asked::Nothing, now)
    }

    fn make(&self, form: Form, asked: Asked, now: Timestamp) -> Captcha {
        self.view(&Ticket::new(form, asked, now, self.entropy.as_ref()))
    }

    fn open(&self, form: Form, fields: &Fields, now: Timestamp) -> Option<Ticket> {
        Ticket::open(self.sealer.as_ref(), &fields.captcha_id).filter(|t| t.form == form && t.expires_at > now)
    }

    fn view(&self, ticket: &Ticket) -> Captcha {
        let id = ticket.seal(self.sealer.as_ref());
        let view = match ticket.asked {
            Asked::Nothing => CaptchaView::Passed,
            Asked::Picture { large, .. } => CaptchaView::Picture { url: format!("{CAPTCHA_IMAGE}?c={id}"), large },
            Asked::Code { ref to, .. } => CaptchaView::Code { to: to.clone() },
            Asked::Work { bits } => CaptchaView::Work { challenge: ticket.public_id(), bits: bits.into() },
        };
        Captcha { id, view }
    }
}

impl std::fmt::Debug for Captchas {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Captchas").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
