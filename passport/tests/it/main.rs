//! The passport from outside, in one test binary: a file per feature, named as the rule it proves.

mod accounts;
mod administration;
mod architecture;
mod assets;
mod authorize;
mod back_channel;
mod captcha;
mod claims;
mod client_assertion;
mod client_keys;
mod clients;
mod crash;
mod discovery;
mod dpop;
mod logout;
mod mtls;
mod outage;
mod par;
mod registration;
mod request_objects;
mod resources;
mod response_modes;
mod spent;
mod support;
mod token;
mod userinfo;
