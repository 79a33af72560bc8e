//! The passport from outside, in one test binary: a file per feature, named as the rule it proves.

mod accounts;
mod administration;
mod architecture;
mod assets;
mod authorize;
mod captcha;
mod claims;
mod clients;
mod crash;
mod discovery;
mod logout;
mod outage;
mod par;
mod response_modes;
mod support;
mod token;
mod userinfo;
