//! Exam sites, and what people let them have.

use crate::backup::fates::Fate::{Kept, Settled};
use crate::oidc::KEEP_PUSHED;
use crate::oidc::refusals::KEPT;
use crate::tables::store::{count, own, sweep};
use crate::tables::{Columns, Goes, Keep, Kind::*, Stays::*, Table, Whose, Work};

pub(super) const TABLES: &[Table] = &[
    Table {
        name: "grants",
        restored: Settled("one may have been revoked since: all are, with their refresh tokens"),
        whose: Whose::Account(own!("grants", "account_id", "id")),
        goes: &[Goes::By(
            Work::Grants,
            Keep::Not,
            "nothing that came of it can live, nor a session of whose end its site is to be told",
            count!(
                "grants",
                "expires_at <= $1 AND (told_of_end = 0 OR NOT EXISTS (SELECT 1 FROM sessions s \
                 WHERE s.id = grants.session_id AND s.ended_at IS NULL AND s.expires_at > $1))"
            ),
        )],
        columns: &[
            Columns(About, Open, "province"),
            Columns(About, Row, "scope auth_time acr amr refreshable redeemed_at revoked_at expires_at refreshed_at"),
            Columns(About, Row, "client_id told_of_end claims resources by_consent"),
            Columns(Pseudonym, Row, "id account_id session_id refresh_jkt"),
            Columns(Secret, Row, "redemption refresh_hash refresh_previous_hash"),
            Columns(
                Secret,
                Until("no retry of the refresh is answered any more: `tokens.refresh_retry`"),
                "refresh_answer",
            ),
        ],
    },
    Table {
        name: "consents",
        restored: Settled("one may have been withdrawn since: people are asked anew"),
        whose: Whose::Account(own!("consents", "account_id")),
        goes: &[Goes::Closed, Goes::When("the person takes it back")],
        columns: &[
            Columns(About, Row, "client_id scope declined granted_at began_at used_at"),
            Columns(Pseudonym, Row, "account_id"),
        ],
    },
    Table {
        name: "revoked_tokens",
        restored: Kept("what they name counts no more anyway: no token of before does"),
        whose: Whose::Unlinked("ids of tokens, which tell whose they were to nobody who lacks the token"),
        goes: &[Goes::Over(Keep::Not, "its token expires", sweep!("revoked_tokens", "jti", "expires_at <= $1"))],
        columns: &[Columns(Pseudonym, Row, "jti"), Columns(Plain, Row, "expires_at")],
    },
    Table {
        name: "used_tokens",
        restored: Kept("what was used since is told by its age: nothing counts that may be older than the restore"),
        whose: Whose::Nobody,
        goes: &[Goes::Over(Keep::Not, "its token expires", sweep!("used_tokens", "id", "expires_at <= $1"))],
        columns: &[Columns(Plain, Row, "id attempt expires_at")],
    },
    Table {
        name: "pushed_requests",
        restored: Settled("one may have been used since: all go"),
        whose: Whose::Unlinked("what a site asks before anybody is signed in; `login_hint` may name whom it expects"),
        goes: &[Goes::Over(Keep::For(KEEP_PUSHED), "its end", sweep!("pushed_requests", "hash", "expires_at <= $1"))],
        columns: &[
            Columns(Identifies, Row, "parameters"),
            Columns(Secret, Row, "hash"),
            Columns(Plain, Row, "client_id signed expires_at used_at"),
        ],
    },
    Table {
        name: "clients",
        restored: Kept("the registry; changes since are lost"),
        whose: Whose::Nobody,
        goes: &[Goes::When("the client is removed")],
        columns: &[
            Columns(Staff, Row, "metadata"),
            Columns(Plain, Row, "client_id created_at updated_at registration_hash suspended_at"),
        ],
    },
    Table {
        name: "client_secrets",
        restored: Kept("as clients: one that was rotated since is valid again, and the new one unknown"),
        whose: Whose::Nobody,
        goes: &[Goes::When("it has ended, at the next change; the client is removed")],
        columns: &[Columns(Plain, Row, "client_id hash created_at expires_at last_used_at")],
    },
    Table {
        name: "client_signals",
        restored: Kept("as clients: what was set since is lost"),
        whose: Whose::Nobody,
        goes: &[Goes::When("the client is removed")],
        columns: &[
            Columns(Plain, Row, "client_id endpoint events state created_at changed_at"),
            Columns(Plain, Row, "authorization_sealed"),
        ],
    },
    Table {
        name: "signal_subjects",
        restored: Kept("whom sites knew: they still do"),
        whose: Whose::Account(own!("signal_subjects", "account_id")),
        goes: &[Goes::Closed, Goes::When("the client is removed")],
        columns: &[Columns(About, Row, "client_id entered_at"), Columns(Pseudonym, Row, "account_id")],
    },
    Table {
        name: "client_registry",
        restored: Kept("a count"),
        whose: Whose::Nobody,
        goes: &[Goes::Never("one row")],
        columns: &[Columns(Plain, Row, "id revision")],
    },
    Table {
        name: "client_logos",
        restored: Kept("fetched anew when it is time"),
        whose: Whose::Nobody,
        goes: &[Goes::When("the client is removed, or has another logo")],
        columns: &[Columns(Plain, Row, "client_id logo_uri attempts retry_at hash media_type picture")],
    },
    Table {
        name: "client_invitations",
        restored: Settled("one may have been used up since: all go"),
        whose: Whose::Nobody,
        goes: &[Goes::Over(Keep::Not, "its end", sweep!("client_invitations", "hash", "expires_at <= $1"))],
        columns: &[Columns(Plain, Row, "hash uses_left expires_at created_at")],
    },
    Table {
        name: "client_requests",
        restored: Kept("counts of ten seconds each"),
        whose: Whose::Nobody,
        goes: &[Goes::Over(
            Keep::Not,
            "its ten seconds",
            // Stretches are numbered by their length: see `limits::quota`.
            sweep!("client_requests", "client_id, kind, stretch", "stretch < $1 / 10000"),
        )],
        columns: &[Columns(Plain, Row, "client_id kind stretch used")],
    },
    Table {
        name: "refusals",
        restored: Kept("counts of mistakes; those since are lost"),
        whose: Whose::Nobody,
        goes: &[
            Goes::Over(
                Keep::For(KEPT),
                "its last request",
                sweep!("refusals", "client_id, rule, proven, day", "last_at <= $1"),
            ),
            Goes::When("the client is removed"),
        ],
        columns: &[Columns(Plain, Row, "client_id rule proven day times first_at last_at example")],
    },
];
