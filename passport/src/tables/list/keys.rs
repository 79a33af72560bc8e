//! Keys of the house. Nothing in them tells of a person.

use crate::backup::fates::Fate::{self, Kept, Settled};
use crate::tables::{Columns, Goes, Kind, Stays, Table, Whose};

/// A table of which no row tells of a person.
const fn of_nobody(name: &'static str, restored: Fate, goes: &'static [Goes], columns: &'static [Columns]) -> Table {
    Table { name, restored, whose: Whose::Nobody, goes, columns }
}

const fn plain(names: &'static str) -> Columns {
    Columns(Kind::Plain, Stays::Row, names)
}

const DESTROYED: &[Goes] = &[Goes::When("the key is archived or destroyed")];
const FOR_GOOD: &[Goes] =
    &[Goes::Never("names and times of former keys, which tell what they may have signed or sealed")];

pub(super) const TABLES: &[Table] = &[
    of_nobody(
        "signing_keys",
        Settled("one may have been destroyed because it leaked: all are, and new ones are made"),
        DESTROYED,
        &[
            plain("kid alg state state_since retires_until public_key private_key master_key_id created_at"),
            plain("planned_at activated_at published_in trial_waived_at"),
        ],
    ),
    of_nobody(
        "former_keys",
        Settled("as signing_keys: hints by archived ones are refused too"),
        FOR_GOOD,
        &[
            plain("kid alg state state_since archived_until public_key made_at activated_at retired_at"),
            plain("archived_at compromised_at"),
        ],
    ),
    of_nobody(
        "key_trials",
        Settled("goes with its key"),
        DESTROYED,
        &[plain("kid began_at ends_at clients ended_at ending succeeded failed unknown")],
    ),
    of_nobody(
        "key_evidence",
        Settled("goes with its key"),
        DESTROYED,
        &[plain("kid client_id sign first_at last_at times")],
    ),
    of_nobody(
        "key_pins",
        Settled("goes with its key"),
        DESTROYED,
        &[plain("client_id alg kid began_at ends_at ended_at")],
    ),
    of_nobody("kept_key_halves", Settled("goes with its key"), DESTROYED, &[plain("kid private_key master_key_id")]),
    of_nobody(
        "token_keys",
        Settled("forgotten: what is in the token may be of a passport that runs, and is left there"),
        FOR_GOOD,
        &[plain("object kid alg token made_at destroyed_at")],
    ),
    of_nobody("key_registry", Settled("counts the change"), &[Goes::Never("one row")], &[plain("id revision")]),
    of_nobody(
        "key_nodes",
        Settled("none of them runs"),
        &[Goes::When("the node stops, or its lease is long over")],
        &[plain("node name revision lease_until")],
    ),
    of_nobody(
        "data_keys",
        Settled("what is stored needs them; what passes through browsers is sealed by a new one"),
        &[Goes::When("nothing is sealed or hashed by it any more, and it is destroyed")],
        &[plain("id purpose sealed master_key_id created_at made_in")],
    ),
    of_nobody("former_data_keys", Kept("names and times"), FOR_GOOD, &[plain("id purpose made_at destroyed_at")]),
    of_nobody(
        "lookup_keys",
        Kept("as identities"),
        &[Goes::When("its key is destroyed")],
        &[plain("key_id state state_since changed_in")],
    ),
    of_nobody("master_keys", Kept("names and times"), FOR_GOOD, &[plain("id since until")]),
];
