//! Signing in: what protects accounts, proofs of contacts, sessions.

use super::people::KEEP_PROOFS;
use crate::backup::fates::Fate::{Kept, Settled};
use crate::tables::store::{own, sweep};
use crate::tables::{Columns, Goes, Keep, Kind::*, Stays::*, Table, Whose};

pub(super) const TABLES: &[Table] = &[
    Table {
        name: "passkeys",
        restored: Kept("as accounts: one that was removed since is there again"),
        whose: Whose::Account(own!("passkeys", "account_id")),
        goes: &[Goes::Closed, Goes::When("its owner removes it")],
        columns: &[
            Columns(Identifies, Row, "name"),
            Columns(About, Row, "synced created_at used_at"),
            Columns(Pseudonym, Row, "id account_id credential_id"),
            Columns(Secret, Row, "credential"),
        ],
    },
    Table {
        name: "authenticators",
        restored: Settled("a code may have been taken since: only those of later half minutes count"),
        whose: Whose::Account(own!("authenticators", "account_id")),
        goes: &[Goes::Closed, Goes::When("its owner removes it")],
        columns: &[
            Columns(Secret, Row, "secret_sealed"),
            Columns(About, Row, "last_step created_at used_at"),
            Columns(Pseudonym, Row, "account_id"),
        ],
    },
    Table {
        name: "sms_steps",
        restored: Kept("as accounts: one that was turned off since is on again"),
        whose: Whose::Account(own!("sms_steps", "account_id")),
        goes: &[Goes::Closed, Goes::When("its owner turns it off, or adds an app or a passkey")],
        columns: &[Columns(About, Row, "created_at used_at"), Columns(Pseudonym, Row, "account_id")],
    },
    Table {
        name: "sms_codes",
        restored: Settled("one may have been used since: all go"),
        whose: Whose::Account(own!("sms_codes", "account_id")),
        goes: &[
            Goes::Closed,
            Goes::When("the code is taken"),
            Goes::Over(Keep::Not, "its end", sweep!("sms_codes", "attempt", "expires_at <= $1")),
        ],
        columns: &[
            Columns(Identifies, Row, "name"),
            Columns(About, Row, "tries sent_at expires_at"),
            Columns(Secret, Row, "attempt code_mac"),
            Columns(Pseudonym, Row, "account_id message_id"),
        ],
    },
    Table {
        name: "recovery_codes",
        restored: Settled("some may have been used since: none counts any more"),
        whose: Whose::Account(own!("recovery_codes", "account_id")),
        goes: &[Goes::Closed, Goes::When("its owner makes new ones")],
        columns: &[
            Columns(Secret, Row, "code_hash"),
            Columns(About, Row, "created_at used_at"),
            Columns(Pseudonym, Row, "account_id"),
        ],
    },
    Table {
        name: "known_devices",
        restored: Settled("one may have been forgotten since: none skips the second step"),
        whose: Whose::Account(own!("known_devices", "account_id")),
        goes: &[
            Goes::Closed,
            Goes::Over(Keep::Not, "its end", sweep!("known_devices", "account_id, token_hash", "expires_at <= $1")),
        ],
        columns: &[
            Columns(Secret, Row, "token_hash"),
            Columns(About, Row, "expires_at trusted_until sign_ins stepped_at"),
            Columns(Pseudonym, Row, "account_id"),
        ],
    },
    Table {
        name: "sessions",
        restored: Settled("one may have been ended since: all end"),
        whose: Whose::Account(own!("sessions", "account_id", "id")),
        goes: &[Goes::Over(Keep::Sessions, "its end", sweep!("sessions", "id", "expires_at < $1"))],
        columns: &[
            Columns(Identifies, Open, "network first_network last_network"),
            Columns(About, Open, "device province"),
            Columns(About, Row, "auth_time acr amr idle_limit last_seen_at idle_at expires_at ended_at end_reason"),
            Columns(About, Row, "created_at stay shown ended_by"),
            Columns(Pseudonym, Row, "id account_id"),
            Columns(Secret, Row, "token_hash"),
        ],
    },
    Table {
        name: "half_sign_ins",
        restored: Settled("one may have been completed since: all go"),
        whose: Whose::Account(own!("half_sign_ins", "account_id")),
        goes: &[
            Goes::Closed,
            Goes::When("the second step is passed"),
            Goes::Over(Keep::Not, "its end", sweep!("half_sign_ins", "token_hash", "expires_at <= $1")),
        ],
        columns: &[
            Columns(Secret, Row, "token_hash"),
            Columns(About, Row, "password_set_at province expires_at stay"),
            Columns(Pseudonym, Row, "account_id"),
        ],
    },
    Table {
        name: "ceremonies",
        restored: Settled("one may have been answered since: all go"),
        whose: Whose::Account(own!("ceremonies", "account_id")),
        goes: &[
            Goes::Closed,
            Goes::When("it is answered"),
            Goes::Over(Keep::Not, "its end", sweep!("ceremonies", "id", "expires_at <= $1")),
        ],
        columns: &[
            Columns(Secret, Row, "browser state"),
            Columns(About, Row, "purpose expires_at"),
            Columns(Pseudonym, Row, "id account_id"),
        ],
    },
    Table {
        name: "proofs",
        restored: Settled("a code or link may have been used since: all end"),
        whose: Whose::Account(own!("proofs", "account_id")),
        goes: &[Goes::Closed, Goes::Over(KEEP_PROOFS, "its link ended", sweep!("proofs", "id", "link_until < $1"))],
        columns: &[
            Columns(Identifies, Row, "name contact asked_from"),
            Columns(About, Row, "purpose tries created_at code_until link_until proved_at ended_at end_reason"),
            Columns(Pseudonym, Row, "id account_id message_id"),
            Columns(Secret, Row, "code_mac link_hash"),
        ],
    },
    Table {
        name: "recoveries",
        restored: Settled("one may have been completed or cancelled since: all end"),
        whose: Whose::Account(own!("recoveries", "account_id")),
        goes: &[Goes::Closed, Goes::Over(KEEP_PROOFS, "its end", sweep!("recoveries", "id", "expires_at < $1"))],
        columns: &[
            Columns(Identifies, Row, "name"),
            Columns(About, Row, "email_at mobile_at wait_until created_at expires_at ended_at end_reason factor_at"),
            Columns(About, Row, "lost_at resumed_at"),
            Columns(Pseudonym, Row, "id account_id"),
            Columns(Secret, Row, "token_hash resume_hash cancel_hash"),
        ],
    },
    Table {
        name: "captchas",
        restored: Kept("what was used since does not open any more"),
        whose: Whose::Nobody,
        goes: &[Goes::Over(Keep::Not, "its end", sweep!("captchas", "id", "expires_at <= $1"))],
        columns: &[Columns(Plain, Row, "id used expires_at")],
    },
    Table {
        name: "limits",
        restored: Kept("tries that were counted; they are soon over"),
        whose: Whose::Unlinked("a count under a keyed hash, of a name or a network that somebody gave"),
        goes: &[Goes::Over(Keep::Not, "its end", sweep!("limits", "subject", "ends_at <= $1"))],
        columns: &[Columns(Pseudonym, Row, "subject"), Columns(Plain, Row, "name used ends_at")],
    },
];
