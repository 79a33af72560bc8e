//! `[backup]`

use std::path::PathBuf;
use std::time::Duration;

shared::settings! {
    /// Backups of the database; `docs/operate/backup.md`.
    pub struct BackupSettings {
        /// Whom backups are sealed for: what `passport backup --make-key` shows. The key itself belongs elsewhere.
        recipient: Option<String>,
        /// How old the last backup may be before `passport doctor` complains, where a recipient is set.
        expected_every: Duration = "26h",
        /// The folder of `pg_dump` and `pg_restore`. Left out, they are looked for where Debian's packages put them, the
        /// newest version first, and then along PATH.
        postgres_programs: Option<PathBuf>,
    }
}
