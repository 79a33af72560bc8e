//! The passport from outside, in one test binary: a file per feature, named as the rule it proves.

mod accounts;
mod architecture;
mod assets;
mod crash;
mod authorize;
mod captcha;
mod discovery;
mod logout;
mod support;
mod token;
mod userinfo;
