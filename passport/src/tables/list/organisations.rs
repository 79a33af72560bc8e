//! Organisations that run exam sites.

use crate::backup::fates::Fate::{Kept, Settled};
use crate::portal::INVITATION_KEPT;
use crate::tables::store::{own, sweep};
use crate::tables::{Columns, Goes, Keep, Kind::*, Stays::*, Table, Whose};

pub(super) const TABLES: &[Table] = &[
    Table {
        name: "organisations",
        restored: Kept("as of before; what was changed since is lost here"),
        whose: Whose::Nobody,
        goes: &[Goes::Never("its sites are registered in its name")],
        columns: &[Columns(Plain, Row, "id name created_at revision")],
    },
    Table {
        name: "organisation_members",
        restored: Kept("as of before: the owners look whether somebody is back who was taken out since"),
        whose: Whose::Account(own!("organisation_members", "account_id", "id")),
        goes: &[Goes::Closed, Goes::When("they leave, or an owner takes them out")],
        columns: &[Columns(About, Row, "organisation_id role since"), Columns(Pseudonym, Row, "id account_id")],
    },
    Table {
        name: "sandbox_sites",
        restored: Kept(
            "as of before; a site that was changed since has its settings from the sandbox, and one that was \
            registered since stays there unused",
        ),
        whose: Whose::Nobody,
        goes: &[Goes::When("a member takes the site out of the sandbox")],
        columns: &[Columns(Plain, Row, "id organisation_id client_id name registered_at token_sealed")],
    },
    Table {
        name: "sandbox_candidates",
        restored: Kept("as of before; a set that was made since has another password, and is made anew"),
        whose: Whose::Nobody,
        goes: &[Goes::Never("an organisation has one set, which the next one replaces")],
        columns: &[Columns(Plain, Row, "organisation_id set_sealed made_at")],
    },
    Table {
        name: "production_sites",
        restored: Kept("as of before: what was sent or decided since is sent and decided again"),
        whose: Whose::Nobody,
        goes: &[Goes::Never("its client is registered in its organisation's name")],
        columns: &[
            Columns(Staff, Row, "wish"),
            Columns(
                Plain,
                Row,
                "id organisation_id sandbox_site_id client_id state version evidence words sent_at decided_at approved_at",
            ),
        ],
    },
    Table {
        name: "organisation_invitations",
        restored: Settled("one may have been used or taken back since: none can be used"),
        whose: Whose::Unlinked(
            "who reads mail at an address that an owner typed; it may be nobody's who has an account",
        ),
        goes: &[Goes::Over(
            Keep::For(INVITATION_KEPT),
            "it can be accepted no more",
            sweep!("organisation_invitations", "id", "expires_at <= $1"),
        )],
        columns: &[
            Columns(OfAnother, Row, "email"),
            Columns(About, Row, "organisation_id role invited_at used_at withdrawn_at expires_at"),
            Columns(Pseudonym, Row, "id invited_by"),
            Columns(Secret, Row, "token_hash"),
        ],
    },
];
