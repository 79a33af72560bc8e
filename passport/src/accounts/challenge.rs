//! When the forms of accounts ask for a captcha, and the one transaction in which they take up its answer.

use futures_util::FutureExt as _;
use shared::page::Captcha;

use super::captcha::{Fields, Form, Step, needed};
use super::model::LoginName;
use super::{Accounts, Trouble};
use crate::config::CaptchaPolicy;
use crate::limits::{AddressBlock, Subject};

impl Accounts {
    /// Whether signing in asks for a captcha: by policy, and by the failures of the name or the address block.
    ///
    /// # Errors
    /// The database.
    pub async fn captcha_needed(&self, name: Option<&LoginName>, address: AddressBlock) -> Result<bool, Trouble> {
        let policy = self.parts().captcha;
        if policy != CaptchaPolicy::Adaptive {
            return Ok(needed(policy, 0, 0));
        }
        let (accounts, name) = (self.clone(), name.cloned());
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
    pub async fn captcha_step(&self, form: Form, fields: &Fields, needed: bool) -> Result<Step, Trouble> {
        if !needed && fields.captcha_action.is_empty() {
            return Ok(Step::Passed(None));
        }
        let step = self.write((form, fields.clone(), needed), |accounts, (form, fields, needed), tx| {
            async move {
                let parts = accounts.parts();
                parts.captchas.step(tx, form, &fields, needed, parts.clock.now()).await
            }
            .boxed()
        });
        Ok(step.await?)
    }
}
