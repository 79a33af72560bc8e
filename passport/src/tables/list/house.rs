//! The record, messages, and what the house keeps for itself.

use crate::audit::RETENTION;
use crate::backup::fates::Fate::{Kept, Settled};
use crate::delivery::{KEEP_FINISHED, KEEP_UNREACHABLE};
use crate::status;
use crate::tables::store::{count, own, sweep};
use crate::tables::{Columns, Goes, Keep, Kind::*, Stays::*, Table, Whose, Work};

pub(super) const TABLES: &[Table] = &[
    Table {
        name: "audit_events",
        restored: Kept("the record of before; what was done since is lost here"),
        whose: Whose::Account(own!("audit_events", "account_id", "id")),
        goes: &[Goes::By(
            Work::Record,
            Keep::For(RETENTION),
            "the last event of its batch; the law asks for six months, and the database holds on to it for 180 days",
            count!(
                "audit_events",
                "batch IN (SELECT number FROM audit_batches WHERE released_at IS NULL AND last_at < $1)"
            ),
        )],
        columns: &[
            Columns(SealedForAccount, Until("the account is closed, with which its key goes"), "network device"),
            Columns(About, Row, "at kind details client_id organisation_id"),
            Columns(Pseudonym, Row, "id account_id actor"),
            Columns(Plain, Row, "batch"),
        ],
    },
    Table {
        name: "audit_batches",
        restored: Kept("as audit_events: what was sealed since is lost here, as the heads outside tell"),
        whose: Whose::Unlinked("digests of a hundred events each, of many people"),
        goes: &[Goes::Never("each follows from the one before")],
        columns: &[
            Columns(Pseudonym, Until("its events are let go of"), "leaves"),
            Columns(Plain, Row, "number previous events first_at last_at sealed_at root digest signed_by signature"),
            Columns(Plain, Row, "released_at"),
        ],
    },
    Table {
        name: "audit_salts",
        restored: Kept("as accounts: that of one that is closed again goes again"),
        whose: Whose::Account(own!("audit_salts", "account_id")),
        goes: &[Goes::Never("the row of a closed account, which is empty, keeps it from getting another")],
        columns: &[Columns(Secret, Open, "salt"), Columns(Pseudonym, Row, "account_id")],
    },
    Table {
        name: "outbox",
        restored: Settled("a message that waits may have been sent since: none of them is sent"),
        whose: Whose::Receiver(own!("outbox", "recipient", "id")),
        goes: &[Goes::Over(
            Keep::For(KEEP_FINISHED),
            "it was sent or given up",
            sweep!("outbox", "id", "finished_at < $1"),
        )],
        columns: &[
            Columns(Identifies, Until("it is sent or given up"), "payload"),
            Columns(Identifies, Row, "last_error"),
            Columns(About, Row, "channel state attempts next_attempt_at created_at finished_at receipt doubtful_at"),
            Columns(About, Row, "reported_at reason"),
            Columns(Pseudonym, Row, "id recipient"),
        ],
    },
    Table {
        name: "unreachable",
        restored: Kept("who was not reached"),
        whose: Whose::Receiver(own!("unreachable", "recipient")),
        goes: &[
            Goes::When("somebody is reached there"),
            Goes::Over(
                Keep::For(KEEP_UNREACHABLE),
                "it was refused",
                sweep!("unreachable", "recipient", "refused_at < $1"),
            ),
        ],
        columns: &[Columns(Pseudonym, Row, "recipient"), Columns(About, Row, "reason refused_at")],
    },
    Table {
        name: "status_notices",
        restored: Kept("each ends by itself"),
        whose: Whose::Nobody,
        goes: &[Goes::Over(Keep::For(status::KEEP), "its end", sweep!("status_notices", "id", "ends_at < $1"))],
        columns: &[Columns(Plain, Row, "id kind parts shown_from begins_at ends_at words_zh words_en")],
    },
    Table {
        name: "jobs",
        restored: Kept("leases of nodes that do not run are over"),
        whose: Whose::Nobody,
        goes: &[Goes::Never("one row a job")],
        columns: &[Columns(Plain, Row, "name due_at holder node lease_until began_at ended_at done_at problem")],
    },
    Table {
        name: "backups",
        restored: Kept("the last one is this, or older"),
        whose: Whose::Nobody,
        goes: &[Goes::Never("names and times")],
        columns: &[Columns(Plain, Row, "id made_at bytes")],
    },
    Table {
        name: "epochs",
        restored: Settled("an epoch begins"),
        whose: Whose::Nobody,
        goes: &[Goes::Never("names and times")],
        columns: &[Columns(Plain, Row, "number backup_id backup_made_at began_at seal_key")],
    },
    Table {
        name: "_sqlx_migrations",
        restored: Kept("what the tables are"),
        whose: Whose::Nobody,
        goes: &[Goes::Never("what the tables are")],
        columns: &[Columns(Plain, Row, "version description installed_on success checksum execution_time")],
    },
];
