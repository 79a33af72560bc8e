//! An authenticator app: codes of six digits that change every thirty seconds (TOTP, RFC 6238).
//!
//! SHA-1, six digits and thirty seconds are what every app understands. A code of the present step is taken, or of the
//! one before: phones' clocks are late and fingers slow; and of each step once (§5.2).

mod operation;
pub mod page;
mod picture;
pub mod store;

use shared::clock::Timestamp;
use shared::entropy::{Entropy, bytes};
use totp_rs::{Builder, Secret as Key};
use zeroize::Zeroizing;

pub use self::operation::{Enabled, check, give};

use crate::web::KeyUse;

/// Seconds that a code is shown.
const STEP: u64 = 30;

/// What secrets are sealed for, at rest.
const PURPOSE: KeyUse = KeyUse::Authenticator;

/// The secret that the app and we share: 160 random bits (RFC 4226 §4, R6).
#[derive(Clone)]
pub struct Secret(Zeroizing<[u8; 20]>);

impl Secret {
    /// A fresh one.
    pub fn new(entropy: &dyn Entropy) -> Self {
        Self(Zeroizing::new(bytes(entropy)))
    }

    /// One that was stored.
    fn read(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(|bytes| Self(Zeroizing::new(bytes)))
    }

    /// The app's setting for it: an `otpauth` address, as apps read it from a picture. `account` is what the app shows.
    fn address(&self, account: &str) -> Option<String> {
        // A colon parts issuer and account in it.
        let account = account.replace(':', " ");
        self.builder().with_issuer(Some("E-TEST")).with_account_name(account).build().ok()?.to_url().ok()
    }

    /// The secret as it is typed into an app: groups of four letters and digits.
    fn typed(&self) -> String {
        let text = Key::from(*self.0).to_base32();
        text.as_bytes().chunks(4).map(String::from_utf8_lossy).collect::<Vec<_>>().join(" ")
    }

    /// The step that a code belongs to: the present one or the one before.
    pub fn step_of(&self, code: &str, now: Timestamp) -> Option<i64> {
        let totp = self.builder().build().ok()?;
        let now = u64::try_from(now.seconds()).ok()?;
        // Both are computed, whether the first fits or not.
        let found = [now, now.saturating_sub(STEP)].map(|at| totp.check(code, at));
        i64::try_from(found.into_iter().flatten().next()?).ok()
    }

    fn builder(&self) -> Builder {
        Builder::new().with_secret(*self.0).with_skew(0).with_step_duration(STEP)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use shared::entropy::SeededEntropy;

    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(1_805_331_615);

    fn code(secret: &Secret, at: Timestamp) -> String {
        let totp = secret.builder().build().expect("a secret of 160 bits");
        totp.generate(u64::try_from(at.seconds()).expect("after 1970")).to_string()
    }

    #[test]
    fn a_code_is_good_for_its_step_and_the_next_and_for_no_other() {
        let secret = Secret::new(&SeededEntropy::new(1));
        let code = code(&secret, NOW);
        let step = secret.step_of(&code, NOW).expect("its own step");
        assert_eq!(secret.step_of(&code, NOW + Duration::from_secs(30)), Some(step), "the step after");
        assert_eq!(secret.step_of(&code, NOW + Duration::from_secs(60)), None, "too late");
        assert_eq!(secret.step_of(&code, NOW - Duration::from_secs(30)), None, "before its time");
        assert_eq!(Secret::new(&SeededEntropy::new(2)).step_of(&code, NOW), None, "of another account");
    }

    #[test]
    fn codes_are_those_of_the_standard() {
        // RFC 6238 appendix B: its secret, its times, the last six of its eight digits.
        let secret = Secret::read(b"12345678901234567890").expect("20 bytes");
        for (seconds, digits) in [(59, "287082"), (1_111_111_109, "081804"), (2_000_000_000, "279037")] {
            assert!(secret.step_of(digits, Timestamp::from_seconds(seconds)).is_some(), "{seconds}");
        }
    }

    #[test]
    fn an_app_is_told_all_it_needs() {
        let secret = Secret::read(b"12345678901234567890").expect("20 bytes");
        assert_eq!(
            secret.address("li:hua@example.com").as_deref(),
            Some("otpauth://totp/E-TEST:li%20hua%40example.com?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=E-TEST")
        );
        assert_eq!(secret.typed(), "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ");
    }
}
