//! The two that are compared, at the same address, with the same clients and at the same moment.

use std::time::Duration;

use shared::testkit::Browser;

use super::super::Stage;
use crate::support::Passport;
use crate::support::site::{OURS, PUBLIC, THEIRS};

/// One of the two.
pub(super) enum Side {
    Simulator(Stage),
    Passport(Passport),
}

impl Side {
    pub(super) fn simulator() -> Self {
        Self::Simulator(Stage::new())
    }

    pub(super) async fn passport(passport: Passport) -> Self {
        passport.register(&[OURS, THEIRS, PUBLIC]).await;
        Self::Passport(passport)
    }

    /// A browser that has been nowhere yet.
    pub(super) fn browser(&self) -> Browser {
        match self {
            Self::Simulator(stage) => stage.browser(),
            Self::Passport(passport) => passport.browser(),
        }
    }

    /// A browser in which somebody has just signed in with a password.
    pub(super) async fn signed_in(&self) -> Browser {
        match self {
            Self::Simulator(stage) => stage.signed_in("lihua").await,
            Self::Passport(passport) => passport.signed_in(Some("11")).await.0,
        }
    }

    /// Time goes on.
    pub(super) fn advance(&self, seconds: u64) {
        let by = Duration::from_secs(seconds);
        match self {
            Self::Simulator(stage) => stage.clock.advance(by),
            Self::Passport(passport) => passport.clock.advance(by),
        }
    }
}
