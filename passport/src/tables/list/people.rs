//! Accounts, and what belongs to them until they are closed.

use std::time::Duration;

use crate::accounts::alarm::KEEP_LINKS;
use crate::accounts::contact::{KEEP_CLAIMS, UNPROVEN_LIFETIME};
use crate::audit::RETENTION;
use crate::backup::fates::Fate::{Kept, Settled};
use crate::tables::store::{count, own, sweep};
use crate::tables::{Columns, Goes, Keep, Kind::*, Stays::*, Table, Whose, Work};
use crate::web::KeyUse;

/// How long a link that is over is known: whoever follows it late is told what became of it.
pub(super) const KEEP_PROOFS: Keep = Keep::For(Duration::from_secs(7 * 24 * 60 * 60));

pub(super) const TABLES: &[Table] = &[
    Table {
        name: "accounts",
        restored: Kept("what people have; changes since are lost"),
        whose: Whose::Account(own!("accounts", "id")),
        goes: &[
            Goes::Never("nobody else ever gets the id; what is personal in it goes when it is closed"),
            Goes::By(
                Work::Unproven,
                Keep::For(UNPROVEN_LIFETIME),
                "it was made and nothing was proven: it is closed",
                count!(
                    "accounts",
                    "email_verified_at IS NULL AND mobile_verified_at IS NULL AND form_hash IS NOT NULL \
                     AND created_at < $1"
                ),
            ),
        ],
        columns: &[
            Columns(Identifies, Open, "name email mobile"),
            Columns(About, Open, "email_verified_at mobile_verified_at id_verified_at locale province guarded_until"),
            Columns(About, Open, "frozen_at mobile_reminded_at password_removed_at"),
            Columns(Secret, Open, "password_hash"),
            Columns(Pseudonym, Open, "form_hash"),
            Columns(Pseudonym, Row, "id"),
            Columns(About, Row, "password_set_at blocked_at created_at updated_at closed_at"),
        ],
    },
    Table {
        name: "login_names",
        restored: Kept("as accounts"),
        whose: Whose::Account(own!("login_names", "account_id")),
        goes: &[Goes::Closed, Goes::When("the contact leaves the account")],
        columns: &[Columns(Identifies, Row, "name"), Columns(Pseudonym, Row, "account_id")],
    },
    Table {
        name: "identities",
        restored: Kept("as accounts"),
        whose: Whose::Account(own!("identities", "account_id")),
        goes: &[Goes::Closed, Goes::When("the document leaves the account")],
        columns: &[
            Columns(Sealed(KeyUse::IdDocument), Row, "number_sealed"),
            Columns(About, Row, "kind created_at"),
            Columns(Pseudonym, Row, "account_id number_mac number_mac_next"),
        ],
    },
    Table {
        name: "agreements",
        restored: Kept("as accounts"),
        whose: Whose::Account(own!("agreements", "account_id")),
        goes: &[Goes::Never("evidence that the texts were accepted; of a closed account it names nobody")],
        columns: &[
            Columns(Pseudonym, Row, "account_id"),
            Columns(About, Row, "document version accepted_at"),
            Columns(Plain, Row, "sha256"),
        ],
    },
    Table {
        name: "profiles",
        restored: Kept("as accounts"),
        whose: Whose::Account(own!("profiles", "account_id")),
        goes: &[Goes::Closed],
        columns: &[Columns(Identifies, Row, "claims"), Columns(Pseudonym, Row, "account_id")],
    },
    Table {
        name: "contact_changes",
        restored: Settled("its link only undoes: it has as much time left as it had"),
        whose: Whose::Account(own!("contact_changes", "account_id")),
        goes: &[
            Goes::Closed,
            Goes::By(
                Work::Changes,
                Keep::Not,
                "it can be undone no more: the former contact leaves the account",
                count!("contact_changes", "undo_until <= $1"),
            ),
        ],
        columns: &[
            Columns(Identifies, Row, "old_contact new_contact"),
            Columns(About, Row, "kind old_proven_at changed_at undo_until undone_at"),
            Columns(Pseudonym, Row, "id account_id"),
            Columns(Secret, Row, "undo_hash"),
        ],
    },
    Table {
        name: "number_claims",
        restored: Settled("its link only stops it: its holder has as much time left as they had"),
        whose: Whose::Account(own!("number_claims", "account_id")),
        goes: &[
            Goes::Closed,
            Goes::By(
                Work::Numbers,
                Keep::For(KEEP_CLAIMS),
                "it ended, as it does when its holder had their time",
                count!("number_claims", "ended_at < $1"),
            ),
        ],
        columns: &[
            Columns(Identifies, Row, "name"),
            Columns(About, Row, "lang asked_at due_at ended_at outcome"),
            Columns(Pseudonym, Row, "account_id"),
            Columns(Secret, Row, "keep_hash"),
        ],
    },
    Table {
        name: "closures",
        restored: Settled("one may have been taken back since: there is as much time left for that as there was"),
        whose: Whose::Account(own!("closures", "account_id")),
        goes: &[
            Goes::When("it is taken back"),
            Goes::By(
                Work::Cancelled,
                Keep::Not,
                "its day has come: the account is closed",
                count!(
                    "closures",
                    "due_at <= $1 AND EXISTS \
                     (SELECT 1 FROM accounts a WHERE a.id = closures.account_id AND a.frozen_at IS NULL)"
                ),
            ),
        ],
        columns: &[
            Columns(About, Row, "asked_at due_at"),
            Columns(Pseudonym, Row, "account_id"),
            Columns(Secret, Row, "undo_hash"),
        ],
    },
    Table {
        name: "guardians",
        restored: Settled(
            "consent may have been taken back since: it is asked for anew, with as much time left as there was",
        ),
        whose: Whose::Account(own!("guardians", "account_id")),
        goes: &[
            Goes::Closed,
            Goes::When("its owner is 14 and accepts the agreements themselves, or turns out to be older"),
            Goes::By(
                Work::Guardians,
                Keep::Not,
                "its owner is 14, or nobody answered in time: who the guardian is is erased; or nobody consented in 30 days: \
                 the account is closed",
                count!("guardians", "(of_age_at <= $1 AND state <> 'grown') OR due_at <= $1 OR erase_at <= $1"),
            ),
        ],
        columns: &[
            Columns(
                Sealed(KeyUse::Guardian),
                Until("consent ends, is refused or is not given in time"),
                "person_sealed",
            ),
            Columns(
                About,
                Row,
                "state why ended of_age_at known_at erase_at asked_at sent_at due_at consented_at version",
            ),
            Columns(Pseudonym, Row, "account_id contact_hash message_id"),
            Columns(Secret, Row, "code_mac link_hash withdraw_hash"),
            Columns(Plain, Row, "tries code_until"),
        ],
    },
    Table {
        name: "appeals",
        restored: Settled("a holder may have objected since: there is as much time left for that as there was"),
        whose: Whose::Account(own!("appeals", "holder_id")),
        goes: &[
            Goes::By(
                Work::Appeals,
                Keep::Appeals,
                "it was decided: what was said in it is erased, with the photo",
                count!("appeals", "decided_at < $1 AND file_sealed IS NOT NULL AND state <> 'granted'"),
            ),
            Goes::Over(
                Keep::For(RETENTION),
                "it was decided",
                sweep!(
                    "appeals",
                    "id",
                    "decided_at < $1 AND file_sealed IS NULL AND NOT EXISTS \
                     (SELECT 1 FROM appeal_photos p WHERE p.appeal_id = appeals.id)"
                ),
            ),
        ],
        columns: &[
            Columns(OfAnother, Until("`accounts.appeal_keep` after it was decided"), "file_sealed"),
            Columns(OfAnother, Row, "document_mac"),
            Columns(OfAnother, Until("it is decided"), "open_key"),
            Columns(
                About,
                Row,
                "state due_at begun_at submitted_at heard_at objected_at closed_at decided_at bound_at",
            ),
            Columns(Pseudonym, Row, "id case_number proof_id holder_id"),
            Columns(Staff, Row, "first_staff"),
            Columns(Plain, Row, "document_key"),
        ],
    },
    Table {
        name: "appeal_photos",
        restored: Kept("as appeals"),
        whose: Whose::Unlinked("of who appeals, who may have no account: `passport appeals photo` shows it"),
        goes: &[Goes::When("what was said in its appeal is erased")],
        columns: &[
            Columns(OfAnother, Row, "sealed"),
            Columns(Pseudonym, Row, "appeal_id"),
            Columns(OfAnother, Row, "created_at"),
        ],
    },
    Table {
        name: "alarms",
        restored: Kept("its link only shuts an account"),
        whose: Whose::Account(own!("alarms", "account_id")),
        goes: &[
            Goes::Closed,
            Goes::Over(Keep::For(KEEP_LINKS), "its link is over", sweep!("alarms", "token_hash", "expires_at < $1")),
        ],
        columns: &[
            Columns(Identifies, Row, "network"),
            Columns(About, Row, "via about at expires_at raised_at device"),
            Columns(Pseudonym, Row, "account_id case_number"),
            Columns(Secret, Row, "token_hash"),
        ],
    },
    Table {
        name: "cases",
        restored: Kept("staff go on with them"),
        whose: Whose::Account(own!("cases", "account_id")),
        goes: &[Goes::Over(
            Keep::For(RETENTION),
            "it was opened, once no link shows it",
            sweep!(
                "cases",
                "number",
                "opened_at < $1 AND NOT EXISTS (SELECT 1 FROM alarms WHERE alarms.case_number = cases.number)"
            ),
        )],
        columns: &[
            Columns(Identifies, Open, "network"),
            Columns(About, Open, "device"),
            Columns(About, Row, "about at via opened_at closed_at"),
            Columns(Pseudonym, Row, "number account_id"),
        ],
    },
    Table {
        name: "lock_notices",
        restored: Settled("told since: all go"),
        whose: Whose::Account(own!("lock_notices", "account_id")),
        goes: &[
            Goes::Closed,
            Goes::Over(Keep::Not, "its mail was due", sweep!("lock_notices", "account_id", "due_at < $1")),
        ],
        columns: &[Columns(About, Row, "due_at"), Columns(Pseudonym, Row, "account_id message_id")],
    },
];
