//! When the forms of accounts ask for a captcha and how hard it is, the one transaction in which they take up its answer,
//! and the code that is sent to whom neither the work nor the picture will do.

use futures_util::FutureExt as _;
use shared::db::{DbError, Tx};
use shared::i18n::Lang;
use shared::page::Captcha;

use super::captcha::{Fields, Form, Level, Problem, Read, Step, needed};
use super::devices::cookie::DeviceToken;
use super::model::{Contact, LoginName};
use super::{Accounts, Trouble, Visit, devices, store};
use crate::config::CaptchaPolicy;
use crate::limits::{AddressBlock, Limit, Policy, Subject, Verdict};

impl Accounts {
    /// Whether signing in asks for a captcha, and of which level: by policy, and by the failures of the name or the
    /// address block. Where the account is known in the browser, those of the name are other people's. How hard it is,
    /// the block alone says: a name is locked soon.
    ///
    /// # Errors
    /// The database.
    pub async fn captcha_needed(&self, name: Option<&LoginName>, visit: &Visit) -> Result<Option<Level>, Trouble> {
        let policy = self.parts().captcha;
        if policy == CaptchaPolicy::Off {
            return Ok(None);
        }
        let Failures { of_block, of_name } = self.failures(name, visit).await?;
        let needed = needed(policy, self.parts().captcha_after, of_block.max(of_name));
        Ok(needed.then(|| Level::after(of_block)))
    }

    /// What has failed so far that speaks for a captcha.
    async fn failures(&self, name: Option<&LoginName>, visit: &Visit) -> Result<Failures, Trouble> {
        let (accounts, name, address) = (self.clone(), name.cloned(), visit.address);
        let device = DeviceToken::of(&visit.cookies, &*self.parts().entropy).hash();
        let now = self.parts().clock.now();
        self.parts()
            .db
            .read(move |tx| {
                let (accounts, name) = (accounts.clone(), name.clone());
                async move {
                    let limits = &accounts.parts().limits;
                    let policy = limits.policy();
                    let block = Subject::Address(address);
                    let of_block = limits.used(tx, &policy.sign_in_address_failures, block, now).await?;
                    let none = Failures { of_block, of_name: 0 };
                    let Some(name) = name else { return Ok::<_, Trouble>(none) };
                    let of_name = limits.used(tx, &policy.sign_in_name, Subject::Text(name.as_str()), now).await?;
                    if of_name > of_block
                        && let Some(account) = store::find_by_name(tx, &name).await?
                        && devices::store::standing(tx, account, device, now).await?.known
                    {
                        return Ok(none);
                    }
                    Ok(Failures { of_block, of_name })
                }
                .boxed()
            })
            .await
    }

    /// The same for the forms of whoever has no account or cannot get into it. There is no history to adapt to, so they
    /// always ask unless all captchas are off; how hard it is, says what the block has asked for by such forms. A school
    /// behind one address works longer, and only a flood is ever refused.
    ///
    /// # Errors
    /// The database.
    pub async fn captcha_needed_for(&self, form: Form, address: AddressBlock) -> Result<Option<Level>, Trouble> {
        if self.parts().captcha == CaptchaPolicy::Off {
            return Ok(None);
        }
        let (accounts, now) = (self.clone(), self.parts().clock.now());
        let asked = self.parts().db.read(move |tx| {
            let accounts = accounts.clone();
            async move {
                let limits = &accounts.parts().limits;
                let mut asked = 0_u32;
                for (limit, weight) in counted(form, limits.policy()) {
                    let used = limits.used(tx, limit, Subject::Address(address), now).await?;
                    asked = asked.saturating_add(used.saturating_mul(weight));
                }
                Ok::<_, DbError>(asked)
            }
            .boxed()
        });
        Ok(Some(Level::after(asked.await?)))
    }

    /// The box of a form that is shown before its answer is taken up: if it asks for a captcha, or has asked already.
    pub fn captcha_box(&self, form: Form, fields: &Fields, needed: Option<Level>) -> Option<Captcha> {
        let parts = self.parts();
        let asked = needed.is_some() || !fields.captcha_id.is_empty();
        asked.then(|| parts.captchas.shown(form, fields, needed.unwrap_or_default(), parts.clock.now()))
    }

    /// Takes up the box of a form, whose fields become those of the box to show should the form be shown again.
    ///
    /// # Errors
    /// The database.
    pub async fn take_captcha(
        &self,
        visit: &Visit,
        Challenge { form, needed, contact }: Challenge,
        fields: &mut Fields,
    ) -> Result<Taken, Trouble> {
        let (address, lang) = (visit.address, visit.page.lang);
        let sent = Sent { form, fields: std::mem::take(fields), needed, contact, address, lang };
        let (captcha, taken) = match self.captcha_step(sent).await? {
            Step::Again { captcha, problem: None } => (Some(captcha), Taken::Pressed),
            Step::Again { captcha, problem } => (Some(captcha), Taken::Up(problem)),
            Step::Passed(captcha) => (captcha, Taken::Up(None)),
        };
        *fields = Fields::showing(captcha.as_ref());
        Ok(taken)
    }

    /// Takes up what the box sent. Without a box that is needed or a button that was pressed, nothing is written.
    ///
    /// # Errors
    /// The database.
    pub async fn captcha_step(&self, sent: Sent) -> Result<Step, Trouble> {
        if sent.needed.is_none() && sent.fields.captcha_action.is_empty() {
            return Ok(Step::Passed(None));
        }
        if sent.fields.asks_for_a_code() {
            return Ok(self.write(sent, |accounts, sent, tx| send_code(accounts, sent, tx).boxed()).await?);
        }
        let parts = self.parts();
        let read = parts.captchas.read(sent.form, sent.fields, sent.needed, parts.clock.now());
        Ok(self.write(read, |accounts, read, tx| take_up(accounts, read, tx).boxed()).await?)
    }
}

/// As how many registrations an answer counts that tells of a contact in use: it is what a list of addresses is tried
/// for (ADR 0001), and of a class few get it.
const TAKEN: u32 = 5;

/// What an address block has asked for by a form, and as how much each counts.
fn counted(form: Form, policy: &Policy) -> Vec<(&Limit, u32)> {
    match form {
        Form::SignIn => vec![(&policy.sign_in_address_failures, 1)],
        Form::Registration => {
            vec![(&policy.registration_address, 1), (&policy.registration_conflict_address, TAKEN)]
        }
        Form::Recovery => vec![(&policy.proof_address, 1)],
        Form::FindAccount => vec![(&policy.find_account_address, 1)],
        Form::Appeal => vec![(&policy.proof_address, 1), (&policy.appeal_address, 1)],
    }
}

/// What has failed in the stretches that run.
struct Failures {
    of_block: u32,
    of_name: u32,
}

/// What a form asks of who sends it.
#[derive(Debug, Clone)]
pub struct Challenge {
    /// The form.
    pub form: Form,
    /// Whether it asks for a captcha, and of which level.
    pub needed: Option<Level>,
    /// Whom a code in its place could be sent to.
    pub contact: Option<Contact>,
}

/// How a form goes on whose box was taken up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// A button of the box was pressed: it is shown as it was.
    Pressed,
    /// It is looked at, with what was wrong with the captcha if anything was.
    Up(Option<Problem>),
}

/// A captcha as a form sent it, and what a code in its place needs.
#[derive(Debug, Clone)]
pub struct Sent {
    /// The form.
    pub form: Form,
    /// What the box says.
    pub fields: Fields,
    /// Whether the form asks for a captcha, and of which level.
    pub needed: Option<Level>,
    /// Whom a code could be sent to.
    pub contact: Option<Contact>,
    /// Where the browser is.
    pub address: AddressBlock,
    /// The language of the page.
    pub lang: Lang,
}

async fn take_up(accounts: Accounts, read: Read, tx: &mut Tx) -> Result<Step, DbError> {
    let parts = accounts.parts();
    parts.captchas.step(tx, &read, parts.clock.now()).await
}

/// Sends a code and asks for it. At sign-in only who has an account gets one; the page says the same either way.
async fn send_code(accounts: Accounts, sent: Sent, tx: &mut Tx) -> Result<Step, DbError> {
    let parts = accounts.parts();
    let (limits, now) = (&parts.limits, parts.clock.now());
    let refused = |problem| {
        let captcha = parts.captchas.shown(sent.form, &sent.fields, sent.needed.unwrap_or_default(), now);
        Ok(Step::Again { captcha, problem: Some(problem) })
    };
    let Some(contact) = &sent.contact else { return refused(Problem::Nowhere) };
    let name = contact.name();
    let (policy, of_contact) = (limits.policy(), Subject::Text(name.as_str()));
    for (here, limit, subject) in [
        (true, &policy.captcha_code_address, Subject::Address(sent.address)),
        (false, &policy.captcha_code_contact, of_contact),
        (false, &policy.captcha_code_contact_day, of_contact),
    ] {
        if let Verdict::Refused { until } = limits.hit(tx, limit, subject, now).await? {
            return refused(Problem::TooManyCodes { until, here });
        }
    }
    let (captcha, code) = parts.captchas.code(sent.form, contact.masked(), now);
    if sent.form == Form::Registration || store::find_by_name(tx, &name).await?.is_some() {
        match contact {
            Contact::Email(email) => parts.outbox.code_mail(tx, email.as_str(), sent.lang, &code).await?,
            Contact::Mobile(mobile) => parts.outbox.code_sms(tx, mobile.as_str(), sent.lang, &code).await?,
        };
    }
    Ok(Step::Again { captcha, problem: None })
}
