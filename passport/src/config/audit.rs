//! `[audit]`

use std::path::PathBuf;
use std::time::Duration;

use shared::config::Problems;

shared::settings! {
    /// The record of what was done, and how it is kept from being rewritten.
    pub struct AuditSettings {
        /// How often what was recorded since is sealed, from 10 seconds to an hour: until then somebody with the database
        /// could change it unnoticed.
        seal_every: Duration = "5m",
        /// A file to which the end of the chain of seals is added each time, a line of JSON. It shows that the record was
        /// rewritten, even by who has the database and the master key: keep it, or a copy, where they cannot write. Each
        /// node has its own. The end of the chain is logged as well.
        heads_file: Option<PathBuf>,
    }
    check it_is_sealed_soon
}

fn it_is_sealed_soon(settings: &AuditSettings, problems: &mut Problems<'_>) {
    if !(Duration::from_secs(10)..=Duration::from_secs(60 * 60)).contains(&settings.seal_every) {
        problems.add("seal_every", "must be from 10s to 1h");
    }
}
