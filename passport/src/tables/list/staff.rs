//! Who works in the console.

use crate::backup::fates::Fate::{Kept, Settled};
use crate::console::model::KEPT;
use crate::tables::store::{own, sweep};
use crate::tables::{Columns, Goes, Keep, Kind::*, Stays::*, Table, Whose};

pub(super) const TABLES: &[Table] = &[
    Table {
        name: "staff",
        restored: Kept("as of before: look whether somebody is back who was suspended since"),
        whose: Whose::Nobody,
        goes: &[Goes::Never("what they did is on record under their id")],
        columns: &[Columns(Staff, Row, "id name roles state made_at")],
    },
    Table {
        name: "staff_passkeys",
        restored: Kept("as staff: one that was put away since is there again"),
        whose: Whose::Nobody,
        goes: &[Goes::When("somebody is asked in anew")],
        columns: &[Columns(Staff, Row, "id staff_id credential_id credential created_at used_at")],
    },
    Table {
        name: "staff_links",
        restored: Settled("one may have been used since: all go"),
        whose: Whose::Nobody,
        goes: &[Goes::Over(Keep::For(KEPT), "its end", sweep!("staff_links", "token_hash", "expires_at <= $1"))],
        columns: &[Columns(Staff, Row, "token_hash staff_id browser why made_at expires_at used_at")],
    },
    Table {
        name: "staff_sessions",
        restored: Settled("one may have been ended since: all end"),
        whose: Whose::Nobody,
        goes: &[
            Goes::When("they sign out, or are suspended"),
            Goes::Over(Keep::Not, "its end", sweep!("staff_sessions", "token_hash", "expires_at <= $1")),
        ],
        columns: &[Columns(Staff, Row, "token_hash staff_id began_at idle_until expires_at")],
    },
    Table {
        name: "staff_proposals",
        restored: Settled("one may have been decided since: those that are open lapse"),
        whose: Whose::Account(own!("staff_proposals", "account_id", "id")),
        goes: &[
            Goes::Closed,
            Goes::Over(
                Keep::For(KEPT),
                "nobody can agree any more",
                sweep!("staff_proposals", "id", "expires_at <= $1"),
            ),
        ],
        columns: &[
            Columns(About, Row, "act payload reason state proposed_at expires_at decided_at"),
            Columns(Pseudonym, Row, "id account_id payload_hash"),
            Columns(Staff, Row, "proposed_by decided_by"),
        ],
    },
    Table {
        name: "staff_reads",
        restored: Settled("it is said anew why somebody looks: all go; the record keeps them"),
        whose: Whose::Account(own!("staff_reads", "account_id", "id")),
        goes: &[Goes::Closed, Goes::Over(Keep::For(KEPT), "its end", sweep!("staff_reads", "id", "expires_at <= $1"))],
        columns: &[
            Columns(About, Row, "reason at expires_at"),
            Columns(Pseudonym, Row, "id account_id"),
            Columns(Staff, Row, "staff_id"),
        ],
    },
];
