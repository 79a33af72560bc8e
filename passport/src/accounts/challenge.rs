//! When the forms of accounts ask for a captcha, the one transaction in which they take up its answer, and the code that
//! is sent to whom neither the picture nor the sum will do.

use futures_util::FutureExt as _;
use shared::db::{DbError, Tx};
use shared::i18n::Lang;
use shared::page::Captcha;

use super::captcha::{Fields, Form, Problem, Step, needed};
use super::devices::cookie::DeviceToken;
use super::model::{Contact, LoginName};
use super::{Accounts, Trouble, Visit, devices, store};
use crate::config::CaptchaPolicy;
use crate::limits::{AddressBlock, Subject, Verdict};

impl Accounts {
    /// Whether signing in asks for a captcha: by policy, and by the failures of the name or the address block. Where the
    /// account is known in the browser, those of the name are other people's.
    ///
    /// # Errors
    /// The database.
    pub async fn captcha_needed(&self, name: Option<&LoginName>, visit: &Visit) -> Result<bool, Trouble> {
        let policy = self.parts().captcha;
        if policy != CaptchaPolicy::Adaptive {
            return Ok(needed(policy, 0, 0));
        }
        let (accounts, name, address) = (self.clone(), name.cloned(), visit.address);
        let device = DeviceToken::of(&visit.cookies, &*self.parts().entropy).hash();
        let now = self.parts().clock.now();
        let failures = self
            .parts()
            .db
            .read(move |tx| {
                let (accounts, name) = (accounts.clone(), name.clone());
                async move {
                    let limits = &accounts.parts().limits;
                    let policy = limits.policy();
                    let block = Subject::Address(address);
                    let of_block = limits.used(tx, &policy.sign_in_address_failures, block, now).await?;
                    let Some(name) = name else { return Ok::<_, Trouble>(of_block) };
                    let of_name = limits.used(tx, &policy.sign_in_name, Subject::Text(name.as_str()), now).await?;
                    if of_name > of_block
                        && let Some(account) = store::find_by_name(tx, &name).await?
                        && devices::store::standing(tx, account, device, now).await?.known
                    {
                        return Ok(of_block);
                    }
                    Ok(of_block.max(of_name))
                }
                .boxed()
            })
            .await?;
        Ok(needed(policy, self.parts().captcha_after, failures))
    }

    /// Whether registering asks for a captcha: there is no history to adapt to, so it does unless all are off.
    pub fn captcha_needed_to_register(&self) -> bool {
        self.parts().captcha != CaptchaPolicy::Off
    }

    /// The box of a form that is shown before its answer is taken up, if it asks.
    pub fn captcha_box(&self, form: Form, fields: &Fields, needed: bool) -> Option<Captcha> {
        let parts = self.parts();
        needed.then(|| parts.captchas.shown(form, fields, parts.clock.now()))
    }

    /// Takes up what the box sent. Without a box that is needed or a button that was pressed, nothing is written.
    ///
    /// # Errors
    /// The database.
    pub async fn captcha_step(&self, sent: Sent) -> Result<Step, Trouble> {
        if !sent.needed && sent.fields.captcha_action.is_empty() {
            return Ok(Step::Passed(None));
        }
        let step = self.write(sent, |accounts, sent, tx| {
            async move {
                if sent.fields.asks_for_a_code() {
                    return send_code(&accounts, sent, tx).await;
                }
                let parts = accounts.parts();
                parts.captchas.step(tx, sent.form, &sent.fields, sent.needed, parts.clock.now()).await
            }
            .boxed()
        });
        Ok(step.await?)
    }
}

/// A captcha as a form sent it, and what a code in its place needs.
#[derive(Debug, Clone)]
pub struct Sent {
    /// The form.
    pub form: Form,
    /// What the box says.
    pub fields: Fields,
    /// Whether the form asks for a captcha.
    pub needed: bool,
    /// Whom a code could be sent to.
    pub contact: Option<Contact>,
    /// Where the browser is.
    pub address: AddressBlock,
    /// The language of the page.
    pub lang: Lang,
}

/// Sends a code and asks for it. At sign-in only who has an account gets one; the page says the same either way.
async fn send_code(accounts: &Accounts, sent: Sent, tx: &mut Tx) -> Result<Step, DbError> {
    let parts = accounts.parts();
    let (limits, now) = (&parts.limits, parts.clock.now());
    let refused = |problem| {
        let captcha = parts.captchas.shown(sent.form, &sent.fields, now);
        Ok(Step::Again { captcha, problem: Some(problem) })
    };
    let Some(contact) = &sent.contact else { return refused(Problem::Nowhere) };
    let name = contact.name();
    for (limit, subject) in [
        (&limits.policy().captcha_code_address, Subject::Address(sent.address)),
        (&limits.policy().captcha_code_contact, Subject::Text(name.as_str())),
    ] {
        if let Verdict::Refused { until } = limits.hit(tx, limit, subject, now).await? {
            return refused(Problem::TooManyCodes { until });
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
